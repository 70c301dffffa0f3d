// SPDX-License-Identifier: GPL-2.0-or-later
#include "fixture.h"

#include "core/forgotten.h"

/* What is queued as one is written as one, and ends as if each had been written alone. */

typedef struct {
    Fixture *f;
    gint64 account;
    guint n_queued;
    guint n_answered;
    guint n_failed;
} Queue;

static void
on_committed(CoexBatch *batch, const GError *error, gpointer user_data)
{
    Queue *queue = user_data;
    queue->n_answered++;
    queue->n_failed += error != NULL ? 1 : 0;
}

static void
start(Queue *queue, Fixture *f)
{
    fixture_open(f);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    *queue = (Queue){ .f = f, .account = snapshot->account_id };
    coex_store_hold(f->store);
}

static void
add(Queue *queue, CoexBatch *batch)
{
    queue->n_queued++;
    coex_store_commit(queue->f->store, batch, on_committed, queue);
}

static void
put(Queue *queue, const CoexPerson *person)
{
    CoexBatch *batch = test_batch(queue->account);
    coex_batch_put_person(batch, person);
    add(queue, batch);
}

static void
finish(Queue *queue)
{
    g_assert_cmpuint(queue->n_answered, ==, 0);
    coex_store_release(queue->f->store);
    while (queue->n_answered < queue->n_queued)
        g_main_context_iteration(NULL, TRUE);
    fixture_reopen(queue->f);
}

static const CoexPerson *
find(const CoexSnapshot *snapshot, gint64 id)
{
    for (guint i = 0; i < snapshot->people->len; i++) {
        const CoexPerson *person = g_ptr_array_index(snapshot->people, i);
        if (person->id == id)
            return person;
    }
    g_assert_not_reached();
}

static void
test_last_counts(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(CoexPerson) ada = test_person(1, "4917010001", NULL);
    g_autoptr(CoexPerson) ben = test_person(2, "4917010002", NULL);
    Queue queue;
    start(&queue, f);
    for (guint i = 1; i <= 100; i++) {
        ada->last_inbound_at = TEST_NOW + i;
        ben->active_at = TEST_NOW - i;
        put(&queue, ada);
        put(&queue, ben);
    }
    finish(&queue);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpuint(queue.n_failed, ==, 0);
    g_assert_cmpuint(snapshot->people->len, ==, 2);
    g_assert_cmpint(find(snapshot, 1)->last_inbound_at, ==, TEST_NOW + 100);
    g_assert_cmpint(find(snapshot, 2)->active_at, ==, TEST_NOW - 100);
    g_assert_cmpint(snapshot_get_address(snapshot, "4917010001"), ==, 1);
    g_assert_cmpint(snapshot_get_address(snapshot, "4917010002"), ==, 2);
}

/* What came for an address that they had for a moment is still theirs. */
static void
test_address_between_stays(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(CoexPerson) ada = test_person(1, "4917010001", NULL);
    Queue queue;
    start(&queue, f);
    put(&queue, ada);
    coex_peer_set(&ada->peer, "4917010055", NULL, NULL);
    put(&queue, ada);
    coex_peer_set(&ada->peer, "4917010099", NULL, NULL);
    put(&queue, ada);
    put(&queue, ada);
    finish(&queue);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpstr(find(snapshot, 1)->peer.wa_id, ==, "4917010099");
    g_assert_cmpint(snapshot_get_address(snapshot, "4917010001"), ==, 1);
    g_assert_cmpint(snapshot_get_address(snapshot, "4917010055"), ==, 1);
    g_assert_cmpint(snapshot_get_address(snapshot, "4917010099"), ==, 1);
}

/* An address and a nick that go from one to the other, and back. */
static void
test_claims_in_order(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(CoexPerson) ada = test_person(1, "4917010001", NULL);
    g_autoptr(CoexPerson) ben = test_person(2, "4917010002", NULL);
    Queue queue;
    start(&queue, f);
    ada->nick = g_strdup("Ada");
    put(&queue, ada);
    g_clear_pointer(&ada->nick, g_free);
    put(&queue, ada);
    ben->nick = g_strdup("Ada");
    coex_peer_set(&ben->peer, "4917010001", "DE.ben", NULL);
    put(&queue, ben);
    ada->nick = g_strdup("Ada2");
    coex_peer_set(&ada->peer, "4917010077", "DE.ada", NULL);
    put(&queue, ada);
    put(&queue, ben);
    finish(&queue);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpuint(queue.n_failed, ==, 0);
    g_assert_cmpstr(find(snapshot, 1)->nick, ==, "Ada2");
    g_assert_cmpstr(find(snapshot, 2)->nick, ==, "Ada");
    g_assert_cmpint(snapshot_get_address(snapshot, "4917010001"), ==, 2);
    g_assert_cmpint(snapshot_get_address(snapshot, "4917010077"), ==, 1);
}

/* Forgotten between two changes: of whom is known from the first, and the later one begins anew. */
static void
test_forgotten_between(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(CoexPerson) ada = test_person(1, "4917010001", NULL);
    Queue queue;
    start(&queue, f);
    put(&queue, ada);
    CoexBatch *batch = test_batch(queue.account);
    coex_batch_forget_person(batch, 1, "123", TEST_NOW);
    add(&queue, batch);
    ada->alias = g_strdup("New");
    put(&queue, ada);
    put(&queue, ada);
    finish(&queue);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpuint(queue.n_failed, ==, 0);
    g_assert_cmpuint(snapshot->people->len, ==, 1);
    g_assert_cmpstr(find(snapshot, 1)->alias, ==, "New");
    g_auto(GStrv) keys = coex_forgotten_list_keys("4930", "4917010001");
    g_assert_true(g_hash_table_contains(snapshot->settings, keys[0]));
}

/* The one that goes back takes its own change with it, and not the one that it had overtaken. */
static void
test_failed_overtakes_nothing(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(CoexPerson) ada = test_person(1, "4917010001", NULL);
    Queue queue;
    start(&queue, f);
    ada->last_inbound_at = TEST_NOW;
    put(&queue, ada);
    ada->last_inbound_at = TEST_NOW + 1;
    CoexBatch *batch = test_batch(queue.account);
    coex_batch_put_person(batch, ada);
    coex_batch_add_line(batch, 0, COEX_FEED_NOTICE, "nobody's", NULL, TEST_NOW);
    add(&queue, batch);
    finish(&queue);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpuint(queue.n_failed, ==, 1);
    g_assert_cmpint(find(snapshot, 1)->last_inbound_at, ==, TEST_NOW);
}

/* A webhook is answered while others hold what they queue, and after the last release all is there.
 */
static void
test_held_twice(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(CoexPerson) ada = test_person(1, "4917010001", NULL);
    Queue queue;
    start(&queue, f);
    coex_store_hold(f->store);
    put(&queue, ada);
    coex_store_release(f->store);
    g_assert_true(fixture_deliver(f, "meanwhile", "{}", TEST_NOW));
    g_main_context_iteration(NULL, FALSE);
    finish(&queue);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpuint(snapshot->people->len, ==, 1);
    g_autoptr(GPtrArray) rows = fixture_read(f, 0);
    g_assert_cmpuint(rows->len, ==, 1);
}

static void
on_acked(const GError *error, gpointer user_data)
{
    g_assert_no_error(error);
    g_atomic_int_inc((gint *)user_data);
}

/* What waits behind a flood of webhooks is not left behind at the end. */
static void
test_end_in_flood(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(CoexPerson) ada = test_person(1, "4917010001", NULL);
    g_autoptr(GBytes) body = g_bytes_new_static("{}", 2);
    gint n_acked = 0;
    Queue queue;
    start(&queue, f);
    coex_store_release(f->store);
    for (guint i = 0; i < 200; i++) {
        g_autofree char *name = g_strdup_printf("flood %u", i);
        CoexDelivery delivery;
        fixture_fill_delivery(&delivery, name, body);
        g_assert_true(coex_store_add_delivery(f->store, &delivery, on_acked, &n_acked));
        ada->last_inbound_at = TEST_NOW + i;
        put(&queue, ada);
    }
    fixture_close(f);
    g_assert_cmpint(g_atomic_int_get(&n_acked), ==, 200);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM deliveries"), ==, 200);
    g_assert_cmpint(fixture_query_raw(f, "SELECT last_inbound_at FROM people"), ==, TEST_NOW + 199);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/together/last-counts", test_last_counts);
    g_test_add_func("/store/together/address-between-stays", test_address_between_stays);
    g_test_add_func("/store/together/claims-in-order", test_claims_in_order);
    g_test_add_func("/store/together/forgotten-between", test_forgotten_between);
    g_test_add_func("/store/together/failed-overtakes-nothing", test_failed_overtakes_nothing);
    g_test_add_func("/store/together/held-twice", test_held_twice);
    g_test_add_func("/store/together/end-in-flood", test_end_in_flood);
    return g_test_run();
}
