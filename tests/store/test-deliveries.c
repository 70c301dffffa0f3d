// SPDX-License-Identifier: GPL-2.0-or-later
#include "fixture.h"

#include "store/db.h"
#include "store/retention.h"
#include "store/schema.h"
#include <string.h>

#define DAY_S (24 * 3600)

static const CoexDeliveryRow *
get_row(GPtrArray *rows, guint i)
{
    g_assert_cmpuint(i, <, rows->len);
    return g_ptr_array_index(rows, i);
}

static void
assert_body(const CoexDeliveryRow *row, const char *body)
{
    gsize length = 0;
    const char *bytes = g_bytes_get_data(row->body, &length);
    g_assert_cmpmem(bytes, length, body, strlen(body));
}

static void
test_same_delivery_once(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_open(f);
    for (guint i = 0; i < 100; i++)
        g_assert_true(fixture_deliver(f, "same", "{\"n\":1}", TEST_NOW));
    g_assert_true(fixture_deliver(f, "empty", "", TEST_NOW + 1));

    g_autoptr(GPtrArray) rows = fixture_read(f, 0);
    g_assert_cmpuint(rows->len, ==, 2);
    assert_body(get_row(rows, 0), "{\"n\":1}");
    assert_body(get_row(rows, 1), "");
    g_assert_cmpstr(get_row(rows, 0)->secret_id, ==, "secret_id");
    g_assert_cmpint(get_row(rows, 1)->received_at, ==, TEST_NOW + 1);

    /* Applied, it stays known: a redelivery a week later is not stored again. */
    CoexBatch *batch = coex_batch_new();
    coex_batch_delivery_applied(batch, get_row(rows, 0)->id, FALSE);
    g_autoptr(Committed) committed = fixture_commit(f, batch, 0);
    g_assert_no_error(committed->error);
    fixture_reopen(f);
    g_assert_true(fixture_deliver(f, "same", "{\"n\":1}", TEST_NOW + 8 * DAY_S));
    g_autoptr(GPtrArray) rest = fixture_read(f, 0);
    g_assert_cmpuint(rest->len, ==, 1);
    assert_body(get_row(rest, 0), "");
}

static void
test_read_bounds(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *large = g_strnfill(700 * 1024, 'x');
    g_autofree char *huge = g_strnfill(3 * 1024 * 1024, 'y');
    fixture_open(f);
    fixture_deliver(f, "huge", huge, TEST_NOW);
    fixture_deliver(f, "large", large, TEST_NOW);
    fixture_deliver(f, "large 2", large, TEST_NOW);
    for (guint i = 0; i < 140; i++) {
        g_autofree char *name = g_strdup_printf("small %u", i);
        fixture_deliver(f, name, name, TEST_NOW);
    }

    g_autoptr(GPtrArray) first = fixture_read(f, 0);
    g_assert_cmpuint(first->len, ==, 2); /* the second large one would pass 1 MB beyond the first */
    g_autoptr(GPtrArray) second = fixture_read(f, get_row(first, 1)->id);
    g_assert_cmpuint(second->len, ==, 128);
    g_autoptr(GPtrArray) third = fixture_read(f, get_row(second, 127)->id);
    g_assert_cmpuint(third->len, ==, 13);
    assert_body(get_row(third, 12), "small 139");
}

/* Holds the writer in an acknowledgement, so that a queue builds up behind it. */
typedef struct {
    GMutex lock;
    GCond wake;
    gboolean is_held;
    gboolean may_go_on;
    guint n_answered;
} Gate;

static void
on_gate(const GError *error, gpointer user_data)
{
    Gate *gate = user_data;
    g_assert_no_error(error);
    g_mutex_lock(&gate->lock);
    gate->is_held = TRUE;
    g_cond_broadcast(&gate->wake);
    while (!gate->may_go_on)
        g_cond_wait(&gate->wake, &gate->lock);
    gate->n_answered++;
    g_mutex_unlock(&gate->lock);
}

static void
test_queue_bound(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *mebibyte = g_strnfill(1024 * 1024, 'x');
    g_autoptr(GBytes) body = g_bytes_new(mebibyte, 1024 * 1024);
    Gate gate = { 0 };
    CoexDelivery delivery;
    guint n_taken = 0;
    fixture_open(f);
    for (guint i = 0; i < 40; i++) {
        g_autofree char *name = g_strdup_printf("%u", i);
        fixture_fill_delivery(&delivery, name, body);
        n_taken += coex_store_add_delivery(f->store, &delivery, on_gate, &gate) ? 1 : 0;
    }
    g_assert_cmpuint(n_taken, ==, 31); /* 32 with their rows are a little over the bound */

    g_mutex_lock(&gate.lock);
    gate.may_go_on = TRUE;
    g_cond_broadcast(&gate.wake);
    g_mutex_unlock(&gate.lock);
    fixture_close(f);
    g_assert_cmpuint(gate.n_answered, ==, 31);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM bodies"), ==, 31);
}

/* Deliveries whose order of answers is told. */
typedef struct Order Order;
typedef struct {
    Order *order;
    char letter;
} Place;
struct Order {
    CoexStore *store;
    Gate gate;
    GString *answers;
    Place late;
};

static void
deliver_in_order(Place *place, gsize size, CoexStoreAcked acked)
{
    g_autofree char *name = g_strdup_printf("%c", place->letter);
    g_autofree char *text = g_strnfill(size, place->letter);
    g_autoptr(GBytes) body = g_bytes_new(text, size);
    CoexDelivery delivery;
    fixture_fill_delivery(&delivery, name, body);
    g_assert_true(coex_store_add_delivery(place->order->store, &delivery, acked, place));
}

static void
on_answer(const GError *error, gpointer user_data)
{
    Place *place = user_data;
    g_assert_no_error(error);
    g_string_append_c(place->order->answers, place->letter);
    if (place->letter == 's')
        deliver_in_order(&place->order->late, 100, on_answer);
}

static void
on_held_answer(const GError *error, gpointer user_data)
{
    Place *place = user_data;
    on_gate(error, &place->order->gate);
}

/* A small delivery waits for one large one that came before it, at most. */
static void
test_small_before_large(void)
{
    g_autoptr(Fixture) f = fixture_new();
    Order order = { .answers = g_string_new(NULL) };
    Place held = { &order, 'h' }, large = { &order, 'L' }, other = { &order, 'M' },
          small = { &order, 's' };
    order.late = (Place){ &order, 'l' };
    fixture_open(f);
    order.store = f->store;
    deliver_in_order(&held, 100, on_held_answer);
    g_mutex_lock(&order.gate.lock);
    while (!order.gate.is_held)
        g_cond_wait(&order.gate.wake, &order.gate.lock);
    deliver_in_order(&large, 3 * 1024 * 1024, on_answer);
    deliver_in_order(&other, 3 * 1024 * 1024, on_answer);
    deliver_in_order(&small, 100, on_answer);
    order.gate.may_go_on = TRUE;
    g_cond_broadcast(&order.gate.wake);
    g_mutex_unlock(&order.gate.lock);
    fixture_close(f);
    g_assert_cmpstr(order.answers->str, ==, "sLlM");
    g_string_free(order.answers, TRUE);
}

/* With where its source is, or not at all; known ones are no trouble. */
static void
test_in_batch(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GBytes) body = g_bytes_new_static("{}", 2);
    CoexBatch *batch;
    CoexDelivery delivery;
    fixture_open(f);
    g_autoptr(CoexSnapshot) before = fixture_load(f, "447700900100");
    fixture_deliver(f, "known", "{}", TEST_NOW);
    batch = test_batch(before->account_id);
    fixture_fill_delivery(&delivery, "known", body);
    coex_batch_add_delivery(batch, &delivery);
    fixture_fill_delivery(&delivery, "new", body);
    coex_batch_add_delivery(batch, &delivery);
    coex_batch_put_setting(batch, "place", "2");
    g_autoptr(Committed) committed = fixture_commit(f, batch, 0);
    g_assert_no_error(committed->error);
    fixture_reopen(f);
    g_autoptr(GPtrArray) rows = fixture_read(f, 0);
    g_assert_cmpuint(rows->len, ==, 2);
    g_autoptr(CoexSnapshot) after = fixture_load(f, "447700900100");
    g_assert_cmpstr(g_hash_table_lookup(after->settings, "place"), ==, "2");
}

static gboolean
on_watch(gpointer user_data)
{
    (*(guint *)user_data)++;
    return G_SOURCE_REMOVE;
}

static void
test_watch(void)
{
    g_autoptr(Fixture) f = fixture_new();
    guint n_calls = 0;
    fixture_open(f);
    coex_store_watch_deliveries(f->store, NULL, on_watch, &n_calls);
    g_autoptr(GPtrArray) none = fixture_read(f, 0);
    g_assert_cmpuint(none->len, ==, 0);
    g_assert_cmpuint(n_calls, ==, 0);

    for (guint i = 0; i < 5; i++) {
        g_autofree char *name = g_strdup_printf("%u", i);
        fixture_deliver(f, name, name, TEST_NOW);
    }
    g_autoptr(GPtrArray) rows = fixture_read(f, 0); /* the notice was queued before this answer */
    g_assert_cmpuint(rows->len, ==, 5);
    /* Coalesced as far as the loop was slower than the writer. */
    g_assert_cmpuint(n_calls, >=, 1);
    g_assert_cmpuint(n_calls, <=, 5);

    /* A new watch hears at once of what waits; the old one of nothing more. */
    guint n_other = 0;
    guint n_before = n_calls;
    coex_store_watch_deliveries(f->store, NULL, on_watch, &n_other);
    fixture_deliver(f, "more", "more", TEST_NOW);
    while (n_other == 0)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(n_calls, ==, n_before);

    coex_store_watch_deliveries(f->store, NULL, NULL, NULL);
    n_other = 0;
    fixture_deliver(f, "unheard", "unheard", TEST_NOW);
    fixture_close(f);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_assert_cmpuint(n_other, ==, 0);
}

static void
test_waiting_per_number(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_open(f);
    fixture_deliver(f, "a", "for 111 and 222", TEST_NOW);
    fixture_deliver(f, "b", "for 222", TEST_NOW);
    fixture_deliver(f, "c", "for +49 alone", TEST_NOW);
    g_autoptr(GPtrArray) rows = fixture_read(f, 0);
    gint64 a = get_row(rows, 0)->id;
    gint64 b = get_row(rows, 1)->id;
    gint64 c = get_row(rows, 2)->id;

    CoexBatch *batch = coex_batch_new();
    coex_batch_delivery_waits(batch, a, "111", "4911");
    coex_batch_delivery_waits(batch, a, "111", "4911");
    coex_batch_delivery_waits(batch, a, "222", "4922");
    coex_batch_delivery_waits(batch, b, "222", "4922");
    coex_batch_delivery_waits(batch, c, NULL, "4922");
    coex_batch_delivery_applied(batch, a, FALSE);
    coex_batch_delivery_applied(batch, b, FALSE);
    coex_batch_delivery_applied(batch, c, FALSE);
    g_autoptr(Committed) put = fixture_commit(f, batch, 0);
    g_assert_no_error(put->error);
    fixture_reopen(f);

    g_autoptr(GPtrArray) unapplied = fixture_read(f, 0);
    g_autoptr(GPtrArray) of_111 = fixture_read_waiting(f, "111", "4911", 0);
    g_autoptr(GPtrArray) of_222 = fixture_read_waiting(f, "222", "4922", 0);
    g_autoptr(GPtrArray) of_222_later = fixture_read_waiting(f, "222", "4922", a);
    g_autoptr(GPtrArray) by_number = fixture_read_waiting(f, NULL, "4911", 0);
    g_autoptr(GPtrArray) of_none = fixture_read_waiting(f, NULL, NULL, 0);
    g_assert_cmpuint(unapplied->len, ==, 0);
    g_assert_cmpuint(of_111->len, ==, 1);
    g_assert_cmpuint(of_222->len, ==, 3);
    g_assert_cmpuint(of_222_later->len, ==, 2);
    g_assert_cmpuint(by_number->len, ==, 1);
    g_assert_cmpuint(of_none->len, ==, 0);

    batch = coex_batch_new();
    coex_batch_delivery_waited(batch, a, "222", "4922");
    coex_batch_delivery_waited(batch, c, "222", "4922");
    g_autoptr(Committed) done = fixture_commit(f, batch, 0);
    g_assert_no_error(done->error);
    g_autoptr(GPtrArray) rest = fixture_read_waiting(f, "222", "4922", 0);
    g_autoptr(GPtrArray) still_111 = fixture_read_waiting(f, "111", "4911", 0);
    g_assert_cmpuint(rest->len, ==, 1);
    g_assert_cmpint(get_row(rest, 0)->id, ==, b);
    g_assert_cmpuint(still_111->len, ==, 1);
}

static void
step_retention(Fixture *f, gint64 now)
{
    g_autoptr(GError) error = NULL;
    CoexDb *db = coex_schema_open(f->path, FALSE, &error);
    g_assert_no_error(error);
    gboolean more = TRUE;
    while (more) {
        coex_retention_step(db, now, &more, &error);
        g_assert_no_error(error);
    }
    coex_db_close(db);
}

static gint64
count_bodies(Fixture *f)
{
    return fixture_query_raw(f, "SELECT count(*) FROM bodies");
}

static gint64
count_keys(Fixture *f)
{
    return fixture_query_raw(f, "SELECT count(*) FROM deliveries");
}

static void
test_retention(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_open(f);
    const char *names[] = { "applied", "kept", "quarantined", "waiting", "new", "newest" };
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        fixture_deliver(f, names[i], names[i], TEST_NOW + i);
    g_autoptr(GPtrArray) rows = fixture_read(f, 0);
    CoexBatch *batch = coex_batch_new();
    coex_batch_set_account(batch, 1);
    coex_batch_delivery_applied(batch, get_row(rows, 0)->id, FALSE);
    coex_batch_delivery_applied(batch, get_row(rows, 1)->id, TRUE);
    coex_batch_delivery_quarantined(batch, get_row(rows, 2)->id, "no JSON");
    coex_batch_delivery_waits(batch, get_row(rows, 3)->id, "111", "4911");
    coex_batch_delivery_applied(batch, get_row(rows, 3)->id, FALSE);
    coex_batch_delivery_applied(batch, get_row(rows, 5)->id, FALSE);
    g_autoptr(CoexStatus) status = test_status("49170", "AAAA", COEX_STATE_SENT);
    coex_batch_apply_status(batch, status, NULL);
    g_autoptr(Committed) committed = fixture_commit(f, batch, 0);
    g_assert_no_error(committed->error);
    fixture_close(f);
    fixture_exec_raw(f, "UPDATE early_statuses SET saved_at = 1795339200");

    step_retention(f, TEST_NOW + 7 * DAY_S - 1);
    g_assert_cmpint(count_bodies(f), ==, 6);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM early_statuses"), ==, 1);
    step_retention(f, TEST_NOW + 31 * DAY_S);
    g_assert_cmpint(count_bodies(f), ==, 4);
    g_assert_cmpint(count_keys(f), ==, 6);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM early_statuses"), ==, 0);
    step_retention(f, TEST_NOW + 91 * DAY_S);
    g_assert_cmpint(count_bodies(f), ==, 4);
    g_assert_cmpint(count_keys(f), ==, 5); /* the newest stays: it gives the next number */

    fixture_open(f);
    g_autoptr(GPtrArray) unapplied = fixture_read(f, 0);
    g_autoptr(GPtrArray) waiting = fixture_read_waiting(f, "111", "4911", 0);
    g_assert_cmpuint(unapplied->len, ==, 1);
    assert_body(get_row(unapplied, 0), "new");
    g_assert_cmpuint(waiting->len, ==, 1);
}

/* What is counted stays; by which message it was is not asked any more. */
static void
test_retention_of_priced(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(CoexStatus) status = test_status("49170", "AAAA", COEX_STATE_DELIVERED);
    CoexBatch *batch = coex_batch_new();
    fixture_open(f);
    status->peer.wa_id = g_strdup("4917010001");
    status->category = g_strdup("marketing");
    status->pricing_type = g_strdup("regular");
    coex_batch_set_account(batch, 1);
    coex_batch_apply_status(batch, status, NULL);
    coex_batch_apply_status(batch, status, NULL);
    g_autoptr(Committed) committed = fixture_commit(f, batch, 0);
    g_assert_no_error(committed->error);
    fixture_close(f);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM priced WHERE key NOT LIKE '%AAAA%'"),
                    ==, 1);
    fixture_exec_raw(f, "UPDATE priced SET noted_at = 1795339200");
    step_retention(f, G_GINT64_CONSTANT(1795339200) + 45 * DAY_S);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM priced"), ==, 1);
    step_retention(f, G_GINT64_CONSTANT(1795339200) + 45 * DAY_S + 1);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM priced"), ==, 0);
    g_assert_cmpint(fixture_query_raw(f, "SELECT n FROM costs WHERE category = 'marketing'"
                                         " AND type = 'regular' AND country = 'DE'"),
                    ==, 1);
}

/* Webhooks wait while a step runs: large bodies go one by one. */
static void
test_retention_of_large(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *large = g_strnfill(3 * 1024 * 1024, 'x');
    gboolean more = TRUE;
    guint n_steps = 0;
    fixture_open(f);
    CoexBatch *batch = coex_batch_new();
    for (guint i = 1; i <= 4; i++) {
        g_autofree char *name = g_strdup_printf("%u", i);
        g_assert_true(fixture_deliver(f, name, large, TEST_NOW));
        coex_batch_delivery_applied(batch, i, FALSE);
    }
    g_autoptr(Committed) committed = fixture_commit(f, batch, 0);
    g_assert_no_error(committed->error);
    fixture_close(f);

    CoexDb *db = coex_schema_open(f->path, FALSE, &error);
    g_assert_no_error(error);
    while (more) {
        g_assert_true(coex_retention_step(db, TEST_NOW + 31 * DAY_S, &more, &error));
        n_steps += more ? 1 : 0;
    }
    coex_db_close(db);
    g_assert_cmpuint(n_steps, ==, 4);
    g_assert_cmpint(count_bodies(f), ==, 0);
}

/* The writer does it by itself once it is open and has nothing else to do. */
static void
test_retention_at_open(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_open(f);
    CoexBatch *batch = coex_batch_new();
    for (guint i = 1; i <= 200; i++) {
        g_autofree char *name = g_strdup_printf("%u", i);
        fixture_deliver(f, name, name, TEST_NOW - 1000 * DAY_S);
        coex_batch_delivery_applied(batch, i, FALSE);
    }
    g_autoptr(Committed) committed = fixture_commit(f, batch, 0);
    g_assert_no_error(committed->error);
    for (guint i = 0; i < 1000; i++) {
        fixture_reopen(f);
        for (guint k = 0; k < 20; k++)
            coex_snapshot_free(fixture_load(f, "4911"));
        fixture_close(f);
        if (count_keys(f) == 1)
            break;
    }
    g_assert_cmpint(count_keys(f), ==, 1);
    g_assert_cmpint(count_bodies(f), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/deliveries/same-once", test_same_delivery_once);
    g_test_add_func("/store/deliveries/read-bounds", test_read_bounds);
    g_test_add_func("/store/deliveries/queue-bound", test_queue_bound);
    g_test_add_func("/store/deliveries/small-before-large", test_small_before_large);
    g_test_add_func("/store/deliveries/in-batch", test_in_batch);
    g_test_add_func("/store/deliveries/watch", test_watch);
    g_test_add_func("/store/deliveries/waiting-per-number", test_waiting_per_number);
    g_test_add_func("/store/deliveries/retention", test_retention);
    g_test_add_func("/store/deliveries/retention-of-priced", test_retention_of_priced);
    g_test_add_func("/store/deliveries/retention-of-large", test_retention_of_large);
    g_test_add_func("/store/deliveries/retention-at-open", test_retention_at_open);
    return g_test_run();
}
