// SPDX-License-Identifier: GPL-2.0-or-later
#include "fixture.h"

#include "core/error.h"
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static void
commit(Fixture *f, CoexBatch *batch)
{
    g_autoptr(Committed) committed = fixture_commit(f, batch, 0);
    g_assert_no_error(committed->error);
}

static gint64
get_account(Fixture *f)
{
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    return snapshot->account_id;
}

static void
test_people(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_open(f);
    gint64 account = get_account(f);
    g_autoptr(CoexPerson) ada = test_person(1, "4917010001", NULL);
    g_autoptr(CoexPerson) ben = test_person(2, NULL, "DE.ben");
    ada->alias = g_strdup("Ada");
    ada->last_inbound_at = TEST_NOW;
    ada->free_until = TEST_NOW + 1;
    ada->last_inbound_wamid = g_strdup("wamid.x");
    ada->read_up_to = TEST_NOW - 1;
    ada->ahead_at = TEST_NOW + 7200;
    ada->last_echo_at = TEST_NOW - 2;
    ada->active_at = TEST_NOW + 3;
    ada->hidden = TRUE;
    coex_peer_set_username(&ada->peer, "@ada");
    CoexBatch *batch = test_batch(account);
    coex_batch_put_person(batch, ada);
    coex_batch_put_person(batch, ben);
    commit(f, batch);

    /* Ada's new number; Ben turns out to have her old one; the name of a buddy stays. */
    g_free(ada->name);
    ada->name = g_strdup("another");
    coex_peer_set(&ada->peer, "4917010099", "DE.ada", NULL);
    coex_peer_set(&ben->peer, "4917010001", "DE.ben", "DE.ENT.ben");
    ada->pinned = TRUE;
    batch = test_batch(account);
    coex_batch_put_person(batch, ada);
    coex_batch_put_person(batch, ben);
    commit(f, batch);
    fixture_reopen(f);

    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpuint(snapshot->people->len, ==, 2);
    const CoexPerson *loaded = g_ptr_array_index(snapshot->people, 0);
    g_assert_cmpint(loaded->id, ==, 1);
    g_assert_cmpstr(loaded->name, ==, "4917010001");
    g_assert_cmpstr(loaded->alias, ==, "Ada");
    g_assert_cmpstr(loaded->peer.wa_id, ==, "4917010099");
    g_assert_cmpstr(loaded->peer.user_id, ==, "DE.ada");
    g_assert_null(loaded->peer.parent_user_id);
    g_assert_cmpstr(loaded->peer.username, ==, "ada");
    g_assert_cmpint(loaded->last_inbound_at, ==, TEST_NOW);
    g_assert_cmpint(loaded->free_until, ==, TEST_NOW + 1);
    g_assert_cmpstr(loaded->last_inbound_wamid, ==, "wamid.x");
    g_assert_cmpint(loaded->read_up_to, ==, TEST_NOW - 1);
    g_assert_cmpint(loaded->ahead_at, ==, TEST_NOW + 7200);
    g_assert_cmpint(loaded->last_echo_at, ==, TEST_NOW - 2);
    g_assert_cmpint(loaded->active_at, ==, TEST_NOW + 3);
    g_assert_true(loaded->hidden);
    g_assert_true(loaded->pinned);
    g_assert_cmpint(snapshot_get_address(snapshot, "4917010099"), ==, 1);
    g_assert_cmpint(snapshot_get_address(snapshot, "DE.ada"), ==, 1);
    g_assert_cmpint(snapshot_get_address(snapshot, "4917010001"), ==, 2);
    g_assert_cmpint(snapshot_get_address(snapshot, "DE.ENT.ben"), ==, 2);
}

/* Over all accounts, whoever claims it last; and what is known of the others stays. */
static void
test_nicks(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_open(f);
    gint64 first = get_account(f);
    g_autoptr(CoexSnapshot) other = fixture_load(f, "4940");
    g_autoptr(CoexPerson) ada = test_person(1, "4917010001", NULL);
    g_autoptr(CoexPerson) ben = test_person(1, "4917010002", NULL);
    ada->nick = g_strdup("Ada");
    CoexBatch *batch = test_batch(first);
    coex_batch_put_person(batch, ada);
    coex_batch_set_account(batch, other->account_id);
    coex_batch_put_person(batch, ben);
    commit(f, batch);

    fixture_reopen(f);
    g_autoptr(CoexSnapshot) known = fixture_load(f, "4940");
    g_assert_cmpuint(known->nicks->len, ==, 1);
    const CoexNickRow *row = g_ptr_array_index(known->nicks, 0);
    g_assert_cmpint(row->account_id, ==, first);
    g_assert_cmpint(row->person_id, ==, 1);
    g_assert_cmpstr(row->nick, ==, "Ada");

    ben->nick = g_strdup("Ada");
    batch = test_batch(other->account_id);
    coex_batch_put_person(batch, ben);
    commit(f, batch);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    const CoexPerson *loaded = g_ptr_array_index(snapshot->people, 0);
    g_assert_null(loaded->nick);
    g_assert_cmpstr(loaded->peer.wa_id, ==, "4917010001");
    row = g_ptr_array_index(snapshot->nicks, 0);
    g_assert_cmpuint(snapshot->nicks->len, ==, 1);
    g_assert_cmpint(row->account_id, ==, other->account_id);
}

static void
test_settings(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_open(f);
    gint64 account = get_account(f);
    CoexBatch *batch = test_batch(account);
    coex_batch_put_setting(batch, "waba-id", "1");
    coex_batch_put_setting(batch, "gone", "x");
    coex_batch_put_setting(batch, "waba-id", "2");
    coex_batch_put_setting(batch, "gone", NULL);
    coex_batch_put_setting(batch, "never", NULL);
    g_assert_false(coex_batch_is_empty(batch));
    commit(f, batch);
    fixture_reopen(f);

    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpuint(g_hash_table_size(snapshot->settings), ==, 1);
    g_assert_cmpstr(g_hash_table_lookup(snapshot->settings, "waba-id"), ==, "2");
}

static void
test_outbox(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_open(f);
    gint64 account = get_account(f);
    g_autoptr(CoexOutboxRow) second = test_outbox_row(20, 1, "b", "second");
    g_autoptr(CoexOutboxRow) first = test_outbox_row(10, 1, "c", "first");
    g_autoptr(CoexOutboxRow) third = test_outbox_row(30, 2, "a", "third");
    second->typed = TRUE;
    third->template_name = g_strdup("hello");
    third->template_language = g_strdup("de");
    third->template_values = g_strdup("[\"x\"]");
    CoexBatch *batch = test_batch(account);
    coex_batch_put_outbox(batch, second, TRUE, TEST_NOW);
    coex_batch_put_outbox(batch, first, FALSE, TEST_NOW);
    coex_batch_put_outbox(batch, third, TRUE, TEST_NOW);
    g_autoptr(Committed) committed = fixture_commit(f, batch, 0);
    g_assert_no_error(committed->error);
    g_assert_cmpuint(committed->feed->len, ==, 2);
    committed_assert_feed(committed, 0, COEX_FEED_TYPED, "second");
    committed_assert_feed(committed, 1, COEX_FEED_SENT, "third");

    /* Its line is not fed again, whatever the caller's copy knows. */
    second->state = COEX_OUTBOX_UNCERTAIN;
    second->attempts = 3;
    batch = test_batch(account);
    coex_batch_put_outbox(batch, second, TRUE, TEST_NOW);
    coex_batch_remove_outbox(batch, "c");
    g_autoptr(Committed) changed = fixture_commit(f, batch, 0);
    g_assert_no_error(changed->error);
    g_assert_cmpuint(changed->feed->len, ==, 0);
    fixture_reopen(f);

    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpuint(snapshot->outbox->len, ==, 2);
    const CoexOutboxRow *row = g_ptr_array_index(snapshot->outbox, 0);
    g_assert_cmpstr(row->local_id, ==, "b");
    g_assert_cmpint(row->position, ==, 20);
    g_assert_cmpint(row->state, ==, COEX_OUTBOX_UNCERTAIN);
    g_assert_cmpuint(row->attempts, ==, 3);
    g_assert_true(row->typed);
    g_assert_true(row->shown);
    row = g_ptr_array_index(snapshot->outbox, 1);
    g_assert_cmpstr(row->template_values, ==, "[\"x\"]");
    g_assert_cmpstr(row->template_language, ==, "de");
}

static gint64
add_lines(Fixture *f, gint64 account, guint n)
{
    CoexBatch *batch = test_batch(account);
    for (guint i = 0; i < n; i++) {
        g_autofree char *text = g_strdup_printf("%u", i);
        coex_batch_add_line(batch, 1, COEX_FEED_NOTICE, text, NULL, TEST_NOW);
    }
    g_autoptr(Committed) committed = fixture_commit(f, batch, 0);
    g_assert_no_error(committed->error);
    g_assert_cmpuint(committed->feed->len, ==, n);
    for (guint i = 1; i < n; i++) {
        const CoexFeedItem *before = g_ptr_array_index(committed->feed, i - 1);
        const CoexFeedItem *item = g_ptr_array_index(committed->feed, i);
        g_assert_cmpint(item->seq, >, before->seq);
    }
    const CoexFeedItem *last = g_ptr_array_index(committed->feed, n - 1);
    return last->seq;
}

static void
test_feed_and_mark(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_open(f);
    gint64 account = get_account(f);
    g_autoptr(CoexSnapshot) other = fixture_load(f, "4940");
    gint64 last = add_lines(f, account, 5);
    gint64 others = add_lines(f, other->account_id, 1);
    coex_store_mark_shown(f->store, account, last - 2);
    coex_store_mark_shown(f->store, account, last - 4); /* never back */

    g_autoptr(CoexSnapshot) now = fixture_load(f, "4930");
    g_assert_cmpuint(now->feed->len, ==, 2);
    const CoexFeedItem *item = g_ptr_array_index(now->feed, 0);
    g_assert_cmpstr(item->text, ==, "3");
    g_assert_cmpint(item->seq, ==, last - 1);
    fixture_reopen(f);
    g_autoptr(CoexSnapshot) later = fixture_load(f, "4930");
    g_assert_cmpuint(later->feed->len, ==, 2);

    /* All shown and deleted: the numbers go on, they do not begin again. */
    coex_store_mark_shown(f->store, account, last);
    coex_store_mark_shown(f->store, other->account_id, others);
    fixture_close(f);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM feed"), ==, 0);
    fixture_open(f);
    g_assert_cmpint(add_lines(f, account, 1), >, others);
}

/* Many shown lines are deleted with the next commit, without a close. */
static void
test_feed_is_purged(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_open(f);
    gint64 account = get_account(f);
    gint64 last = add_lines(f, account, 300);
    coex_store_mark_shown(f->store, account, last);
    add_lines(f, account, 1);
    fixture_close(f);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM feed"), ==, 1);
}

/* A mark that belongs to another database, or to a later state of this one, hides nothing. */
static void
test_foreign_mark(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_open(f);
    gint64 account = get_account(f);
    coex_store_mark_shown(f->store, account, add_lines(f, account, 10));
    fixture_close(f);
    fixture_exec_raw(f, "UPDATE sqlite_sequence SET seq = 4 WHERE name = 'feed'");
    fixture_open(f);
    gint64 fifth = add_lines(f, account, 1);
    g_assert_cmpint(fifth, ==, 5);
    g_autoptr(CoexSnapshot) restored = fixture_load(f, "4930");
    g_assert_cmpuint(restored->feed->len, ==, 1);
    coex_store_mark_shown(f->store, account, fifth);
    fixture_close(f);

    fixture_exec_raw(f, "UPDATE meta SET value = randomblob(16) WHERE key = 'id';"
                        "INSERT INTO feed(seq, account, person, kind, time, text)"
                        " VALUES(3, 1, 1, 5, 1, 'old')");
    fixture_open(f);
    g_autoptr(CoexSnapshot) other = fixture_load(f, "4930");
    g_assert_cmpuint(other->feed->len, ==, 1);
}

/* Somebody empties, shortens or removes the file of marks while it is in use: the program goes on,
 * and nothing that was shown is shown again after an orderly end. */
static void
test_mark_is_cut(void)
{
    static const int lengths[] = { 0, 20, 64, 4096, -1 };
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *path = g_strconcat(f->path, ".shown", NULL);
    fixture_open(f);
    gint64 account = get_account(f);
    for (guint i = 0; i < G_N_ELEMENTS(lengths); i++) {
        gint64 last = add_lines(f, account, 4);
        coex_store_mark_shown(f->store, account, last - 3);
        if (lengths[i] < 0)
            g_assert_cmpint(g_unlink(path), ==, 0);
        else
            g_assert_cmpint(truncate(path, lengths[i]), ==, 0);
        coex_store_mark_shown(f->store, account, last - 2);
        coex_store_mark_shown(f->store, account, last - 1);
        fixture_reopen(f);
        g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
        g_assert_cmpuint(snapshot->feed->len, ==, 1);
        coex_store_mark_shown(f->store, account, last);
    }
    fixture_reopen(f);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpuint(snapshot->feed->len, ==, 0);
}

typedef struct {
    guint n_answered;
    guint n_failed;
} Tally;

static void
on_committed(CoexBatch *batch, const GError *error, gpointer user_data)
{
    Tally *tally = user_data;
    tally->n_answered++;
    if (error == NULL)
        return;
    tally->n_failed++;
    g_assert_true(g_error_matches(error, COEX_ERROR, COEX_ERROR_STORE));
    g_assert_cmpuint(coex_batch_get_feed(batch)->len, ==, 0);
}

/* A batch that cannot be applied (person 0) goes back as a whole and alone, though it may share its
 * transaction with others. */
static void
test_batch_rolls_back_alone(void)
{
    g_autoptr(Fixture) f = fixture_new();
    Tally tally = { 0 };
    fixture_open(f);
    gint64 account = get_account(f);
    for (guint i = 0; i < 30; i++) {
        g_autofree char *key = g_strdup_printf("%u", i);
        CoexBatch *batch = test_batch(account);
        coex_batch_put_setting(batch, key, "x");
        coex_batch_add_line(batch, 1, COEX_FEED_NOTICE, key, NULL, TEST_NOW);
        if (i % 3 == 1)
            coex_batch_add_line(batch, 0, COEX_FEED_NOTICE, "nobody's", NULL, TEST_NOW);
        coex_store_commit(f->store, batch, on_committed, &tally);
    }
    while (tally.n_answered < 30)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(tally.n_failed, ==, 10);

    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpuint(g_hash_table_size(snapshot->settings), ==, 20);
    g_assert_null(g_hash_table_lookup(snapshot->settings, "1"));
    g_assert_cmpuint(snapshot->feed->len, ==, 20);
    const CoexFeedItem *item = g_ptr_array_index(snapshot->feed, 1);
    g_assert_cmpstr(item->text, ==, "2");
}

/* Close commits what is queued; the answers come where their context still runs and are freed where
 * it is gone. */
static void
test_close_with_a_queue(void)
{
    g_autoptr(Fixture) f = fixture_new();
    Tally tally = { 0 };
    Tally gone = { 0 };
    fixture_open(f);
    gint64 account = get_account(f);
    g_autoptr(GMainContext) context = g_main_context_new();
    g_main_context_push_thread_default(context);
    CoexBatch *batch = test_batch(account);
    coex_batch_put_setting(batch, "a", "x");
    coex_store_commit(f->store, batch, on_committed, &gone);
    coex_store_read_deliveries(f->store, 0, NULL, NULL);
    coex_store_load_account(f->store, "meta", "4930", NULL, NULL, NULL);
    g_main_context_pop_thread_default(context);
    g_clear_pointer(&context, g_main_context_unref);
    batch = test_batch(account);
    coex_batch_put_setting(batch, "b", "x");
    coex_store_commit(f->store, batch, on_committed, &tally);
    batch = test_batch(account);
    coex_batch_put_setting(batch, "c", "x");
    coex_store_commit(f->store, batch, NULL, NULL);
    fixture_close(f);

    g_assert_cmpuint(tally.n_answered, ==, 0);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_assert_cmpuint(tally.n_answered, ==, 1);
    g_assert_cmpuint(tally.n_failed, ==, 0);
    g_assert_cmpuint(gone.n_answered, ==, 0);
    fixture_open(f);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpuint(g_hash_table_size(snapshot->settings), ==, 3);
}

static gint64
put_secret_ids(Fixture *f, const char *provider, const char *number, const char *secret_ids)
{
    g_autoptr(CoexSnapshot) snapshot = fixture_load_at(f, provider, number);
    CoexBatch *batch = test_batch(snapshot->account_id);

    coex_batch_put_setting(batch, "secret-ids", secret_ids);
    commit(f, batch);
    return snapshot->account_id;
}

/* The secrets of the other accounts that never heard their own number. */
static void
test_stray_secret_ids(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_open(f);
    put_secret_ids(f, "360dialog", "4930", "aa bb");
    put_secret_ids(f, "360dialog", "4931", "cc");
    put_secret_ids(f, "meta", "4932", "dd");
    gint64 heard = put_secret_ids(f, "360dialog", "4933", "ee");
    CoexBatch *batch = test_batch(heard);
    coex_batch_put_setting(batch, "phone-number-id", "1");
    commit(f, batch);

    g_autoptr(CoexSnapshot) first = fixture_load_at(f, "360dialog", "4930");
    g_assert_cmpstr(first->stray_secret_ids, ==, "cc");
    g_autoptr(CoexSnapshot) fresh = fixture_load_at(f, "360dialog", "4939");
    g_assert_nonnull(strstr(fresh->stray_secret_ids, "aa bb"));
    g_assert_nonnull(strstr(fresh->stray_secret_ids, "cc"));
    g_assert_cmpuint(strlen(fresh->stray_secret_ids), ==, strlen("aa bb cc"));
    g_autoptr(CoexSnapshot) alone = fixture_load_at(f, "meta", "4932");
    g_assert_null(alone->stray_secret_ids);
}

/* A number stays itself when it goes to another provider, and back. */
static void
test_provider_changes(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_open(f);
    gint64 id = put_secret_ids(f, "360dialog", "4930", "aa");
    put_secret_ids(f, "360dialog", "4931", "bb");
    g_autoptr(CoexPerson) ada = test_person(1, "4917010001", NULL);
    CoexBatch *batch = test_batch(id);
    coex_batch_put_person(batch, ada);
    commit(f, batch);

    g_autoptr(CoexSnapshot) same = fixture_load_at(f, "360dialog", "4930");
    g_assert_false(same->provider_changed);
    g_autoptr(CoexSnapshot) moved = fixture_load_at(f, "meta", "4930");
    g_assert_cmpint(moved->account_id, ==, id);
    g_assert_true(moved->provider_changed);
    g_assert_cmpuint(moved->people->len, ==, 1);
    fixture_reopen(f);
    g_autoptr(CoexSnapshot) again = fixture_load_at(f, "meta", "4930");
    g_assert_cmpint(again->account_id, ==, id);
    g_assert_false(again->provider_changed);
    g_autoptr(CoexSnapshot) back = fixture_load_at(f, "360dialog", "4930");
    g_assert_cmpint(back->account_id, ==, id);
    g_assert_true(back->provider_changed);
}

static gint64
get_gone_at(Fixture *f, const char *number)
{
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");

    for (guint i = 0; i < snapshot->addresses->len; i++) {
        const CoexAddress *address = g_ptr_array_index(snapshot->addresses, i);

        if (strcmp(address->address, number) == 0)
            return address->gone_at;
    }
    g_assert_not_reached();
}

/* When a number was given up is kept, until it is somebody's again. */
static void
test_number_given_up(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_open(f);
    gint64 id = put_secret_ids(f, "360dialog", "4930", "aa");
    g_autoptr(CoexPerson) before = test_person(1, "4917010001", NULL);
    g_autoptr(CoexPerson) moved = test_person(1, "4917010002", NULL);
    CoexBatch *batch = test_batch(id);
    coex_batch_put_person(batch, before);
    coex_batch_put_person(batch, moved);
    coex_batch_give_up_number(batch, "4917010001", TEST_NOW);
    commit(f, batch);
    fixture_reopen(f);
    g_assert_cmpint(get_gone_at(f, "4917010001"), ==, TEST_NOW);
    g_assert_cmpint(get_gone_at(f, "4917010002"), ==, 0);

    batch = test_batch(id);
    coex_batch_put_person(batch, moved);
    commit(f, batch);
    g_assert_cmpint(get_gone_at(f, "4917010001"), ==, TEST_NOW);
    batch = test_batch(id);
    coex_batch_put_person(batch, before);
    commit(f, batch);
    g_assert_cmpint(get_gone_at(f, "4917010001"), ==, 0);
}

static gint64
count(Fixture *f, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *query = NULL;
    gint64 n;

    g_assert_cmpint(sqlite3_open(f->path, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &query, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(query), ==, SQLITE_ROW);
    n = sqlite3_column_int64(query, 0);
    sqlite3_finalize(query);
    sqlite3_close(db);
    return n;
}

static void
put_waiting(CoexBatch *batch, gint64 position, gint64 person_id, const char *local_id)
{
    g_autoptr(CoexOutboxRow) row = test_outbox_row(position, person_id, local_id, local_id);

    row->state = COEX_OUTBOX_HELD;
    coex_batch_put_outbox(batch, row, FALSE, TEST_NOW);
}

/* With costs in both. */
static void
unite_accounts(Fixture *f)
{
    fixture_exec_raw(f, "UPDATE accounts SET number = '4930' WHERE number = '4999';"
                        "INSERT INTO costs VALUES(1, 202611, 'utility', 'regular', 'DE', 2),"
                        " (2, 202611, 'utility', 'regular', 'DE', 3);"
                        "INSERT INTO priced VALUES(2, 'k', 202611, 'utility', 'regular', 'DE',"
                        " unixepoch())");
}

/* In the one that is left. */
static void
assert_costs(Fixture *f)
{
    g_assert_cmpint(count(f, "SELECT n FROM costs WHERE account = 1"), ==, 5);
    g_assert_cmpint(count(f, "SELECT count(*) FROM costs WHERE account = 2"), ==, 0);
    g_assert_cmpint(count(f, "SELECT account FROM priced"), ==, 1);
}

/* A number that earlier versions kept once for each provider is one account again, whichever of the
 * two goes on: Ada is known in both, Ben in one, and Eve has the id in the one that Ada has in the
 * other. */
static void
test_two_providers(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_open(f);
    gint64 ours = put_secret_ids(f, "360dialog", "4930", "aa");
    gint64 theirs = put_secret_ids(f, "meta", "4999", "bb");
    g_autoptr(CoexPerson) ada = test_person(2, "4917010001", "DE.1");
    g_autoptr(CoexPerson) eve = test_person(1, "4917010005", NULL);
    g_autoptr(CoexPerson) ada_too = test_person(1, "4917010001", NULL);
    g_autoptr(CoexPerson) ben = test_person(2, "4917010002", NULL);
    CoexBatch *batch = test_batch(ours);
    ada->last_inbound_at = TEST_NOW;
    ada_too->last_inbound_at = TEST_NOW + 5;
    ada_too->nick = g_strdup("ada");
    coex_batch_put_person(batch, ada);
    coex_batch_put_person(batch, eve);
    put_waiting(batch, 1, 2, "for ada");
    commit(f, batch);
    batch = test_batch(theirs);
    coex_batch_put_person(batch, ada_too);
    coex_batch_put_person(batch, ben);
    put_waiting(batch, 1, 1, "for ada too");
    put_waiting(batch, 2, 2, "for ben");
    coex_batch_add_line(batch, 2, COEX_FEED_NOTICE, "not shown", NULL, TEST_NOW);
    g_autoptr(CoexMessage) message = test_message(COEX_INBOUND, "4917010002", "AB", "hi");
    coex_batch_add_message(batch, 2, message, TEST_NOW);
    commit(f, batch);
    fixture_close(f);
    unite_accounts(f);
    fixture_open(f);

    for (guint i = 0; i < 2; i++) {
        g_autoptr(CoexSnapshot) one = fixture_load_at(f, "360dialog", "4930");
        g_assert_cmpint(one->account_id, ==, ours);
        g_assert_cmpuint(one->people->len, ==, 3);
        const CoexPerson *first = g_ptr_array_index(one->people, 0);
        const CoexPerson *second = g_ptr_array_index(one->people, 1);
        const CoexPerson *third = g_ptr_array_index(one->people, 2);
        g_assert_cmpstr(first->name, ==, "4917010005");
        g_assert_cmpstr(second->peer.user_id, ==, "DE.1");
        g_assert_cmpstr(second->nick, ==, "ada");
        g_assert_cmpint(second->last_inbound_at, ==, TEST_NOW + 5);
        g_assert_cmpstr(third->name, ==, "4917010002");
        g_assert_cmpuint(one->outbox->len, ==, 3);
        for (guint j = 0; j < one->outbox->len; j++) {
            const CoexOutboxRow *row = g_ptr_array_index(one->outbox, j);
            g_assert_cmpint(row->person_id, ==,
                            strcmp(row->text, "for ben") == 0 ? third->id : second->id);
        }
        g_assert_cmpuint(one->feed->len, ==, 2);
        g_assert_cmpint(((CoexFeedItem *)g_ptr_array_index(one->feed, 0))->person_id, ==,
                        third->id);
        g_assert_cmpstr(g_hash_table_lookup(one->settings, "secret-ids"), ==, "aa bb");
        fixture_reopen(f);
    }
    fixture_close(f);
    g_assert_cmpint(count(f, "SELECT count(*) FROM accounts"), ==, 1);
    assert_costs(f);
    g_assert_cmpint(count(f, "SELECT count(*) FROM messages WHERE account = 1 AND person = 4"), ==,
                    1);
    g_assert_cmpint(count(f, "SELECT count(DISTINCT account) FROM addresses"), ==, 1);
    fixture_open(f);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/account/people", test_people);
    g_test_add_func("/store/account/nicks", test_nicks);
    g_test_add_func("/store/account/settings", test_settings);
    g_test_add_func("/store/account/outbox", test_outbox);
    g_test_add_func("/store/account/feed-and-mark", test_feed_and_mark);
    g_test_add_func("/store/account/feed-is-purged", test_feed_is_purged);
    g_test_add_func("/store/account/foreign-mark", test_foreign_mark);
    g_test_add_func("/store/account/mark-is-cut", test_mark_is_cut);
    g_test_add_func("/store/account/batch-rolls-back-alone", test_batch_rolls_back_alone);
    g_test_add_func("/store/account/close-with-a-queue", test_close_with_a_queue);
    g_test_add_func("/store/account/stray-secret-ids", test_stray_secret_ids);
    g_test_add_func("/store/account/provider-changes", test_provider_changes);
    g_test_add_func("/store/account/number-given-up", test_number_given_up);
    g_test_add_func("/store/account/two-providers", test_two_providers);
    return g_test_run();
}
