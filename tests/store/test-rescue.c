// SPDX-License-Identifier: GPL-2.0-or-later
#include "damage.h"

#include "core/error.h"
#include <glib/gstdio.h>

/* Nothing was amiss: all of it is there, byte for byte. */
static void
test_whole(void)
{
    g_autoptr(Fixture) f = fixture_new();
    damage_fill(f);
    g_autofree char *report = damage_rescue(f);
    damage_assert_says(report,
                       "*300 people, 3000 messages of the past, 300 texts that wait, 5 lines not "
                       "shown yet, 40 webhooks not read yet. Nothing is known to be lost. *kept "
                       "beside it as coex.db.damaged-*");
    g_assert_cmpuint(damage_count_kept(f), ==, 1);
    fixture_open(f);
    g_assert_null(coex_store_take_report(f->store));
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpint(snapshot->account_id, ==, 1);
    g_assert_cmpuint(snapshot->people->len, ==, DAMAGE_PEOPLE);
    g_assert_cmpuint(snapshot->outbox->len, ==, DAMAGE_PEOPLE);
    g_assert_cmpuint(snapshot->feed->len, ==, 5);
    g_autoptr(GPtrArray) rows = fixture_read(f, 0);
    g_assert_cmpuint(rows->len, ==, DAMAGE_WAITING);
}

static void
on_found(GPtrArray *lines, gboolean whole, const GError *error, gpointer user_data)
{
    guint *n_found = user_data;

    g_assert_no_error(error);
    *n_found = lines->len;
}

static void
assert_found(Fixture *f, const char *words, guint n)
{
    const CoexSearchQuery query = {
        .account_id = 1, .words = words, .before = G_MAXINT64, .before_id = G_MAXINT64, .limit = 9
    };
    guint n_found = G_MAXUINT;

    coex_store_search(f->store, &query, on_found, &n_found);
    while (n_found == G_MAXUINT)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(n_found, ==, n);
}

/* The index of words is made anew: it has what it had followed before, and what comes then. */
static void
test_search(void)
{
    g_autoptr(Fixture) f = fixture_new();
    damage_fill(f);
    fixture_open(f);
    assert_found(f, "length", 9);
    fixture_close(f);
    g_assert_cmpint(fixture_query_raw(f, "SELECT up_to FROM indexed"), ==, DAMAGE_MESSAGES);
    g_autofree char *report = damage_rescue(f);
    g_assert_nonnull(report);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM indexed"), ==, 1);
    fixture_open(f);
    assert_found(f, "length", 9);
}

/* First, inner, last and neighbouring pages of the past: only what stood on them is lost. */
static void
test_messages(void)
{
    static const int pages[][3] = { { 0, 0, 0 }, { 7, 7, 7 }, { -1, -1, -1 }, { 3, 5, -2 } };
    for (guint i = 0; i < G_N_ELEMENTS(pages); i++) {
        g_autoptr(Fixture) f = fixture_new();
        gint64 page_numbers[3];
        damage_fill(f);
        gint64 n_pages = fixture_query_raw(f, "SELECT count(*) FROM dbstat WHERE pagetype = 'leaf'"
                                              " AND name = 'messages'");
        gint64 per_page = DAMAGE_MESSAGES / n_pages + 5;
        gint64 n_spoilt = pages[i][0] != pages[i][1] ? 3 : 1;
        for (guint n = 0; n < 3; n++)
            page_numbers[n] = damage_find_leaf(f, "messages", pages[i][n]);
        for (guint n = 0; n < 3; n++)
            damage_page(f, page_numbers[n]);
        g_autofree char *report = damage_rescue(f);
        gint64 n = fixture_query_raw(f, "SELECT count(*) FROM messages");
        g_assert_cmpint(n, <, DAMAGE_MESSAGES);
        g_assert_cmpint(n, >=, DAMAGE_MESSAGES - n_spoilt * per_page);
        g_autofree char *words =
            g_strdup_printf("*300 people*Lost: %" G_GINT64_FORMAT " messages of the past. The old*",
                            DAMAGE_MESSAGES - n);
        damage_assert_says(report, words);
        g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM people"), ==, DAMAGE_PEOPLE);
        g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM outbox"), ==, DAMAGE_PEOPLE);
        g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM deliveries WHERE state = 0"), ==,
                        DAMAGE_WAITING);
    }
}

/* A webhook whose row is lost is looked at again; one whose text is lost is said to be. */
static void
test_webhooks(void)
{
    g_autoptr(Fixture) f = fixture_new();
    damage_fill(f);
    damage_leaf(f, "deliveries", 0);
    g_autofree char *report = damage_rescue(f);
    damage_assert_says(report, "*40 webhooks not read yet. Nothing is known to be lost*");
    fixture_open(f);
    g_autoptr(GPtrArray) rows = fixture_read(f, 0);
    g_assert_cmpuint(rows->len, ==, DAMAGE_WAITING);
    fixture_close(f);

    gint64 before = fixture_query_raw(f, "SELECT count(*) FROM bodies");
    damage_leaf(f, "bodies", 2);
    g_autofree char *second = damage_rescue(f);
    gint64 lost = before - fixture_query_raw(f, "SELECT count(*) FROM bodies");
    g_autofree char *words = g_strdup_printf("*Lost: %" G_GINT64_FORMAT " webhooks that were *"
                                             "look at the phone*",
                                             lost);
    g_assert_cmpint(lost, >, 0);
    damage_assert_says(second, words);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM deliveries WHERE state = 0"), ==,
                    DAMAGE_WAITING - lost);
    g_assert_cmpuint(damage_count_kept(f), ==, 2);
}

static void
assert_people(Fixture *f, gboolean as_before)
{
    fixture_open(f);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpint(snapshot->account_id, ==, 1);
    g_assert_cmpuint(snapshot->people->len, ==, DAMAGE_PEOPLE);
    g_assert_cmpuint(snapshot->addresses->len, ==, DAMAGE_PEOPLE);
    g_assert_cmpuint(snapshot->outbox->len, ==, DAMAGE_PEOPLE);
    for (guint i = 0; i < snapshot->people->len; i++) {
        const CoexPerson *person = g_ptr_array_index(snapshot->people, i);
        const CoexOutboxRow *row = g_ptr_array_index(snapshot->outbox, i);
        g_assert_true(g_str_has_prefix(person->name, "49301"));
        g_assert_cmpint(person->last_inbound_at, >=, as_before ? TEST_NOW : 0);
        g_assert_true(person->nick != NULL || !as_before);
        g_assert_cmpstr(row->text, ==, "Held for you");
        g_assert_cmpint(row->state, ==, COEX_OUTBOX_HELD);
    }
    fixture_close(f);
}

/* What is in two places: one of them is enough, whichever it is, and however much of it is left. */
static void
test_copies(void)
{
    static const char *const tables[] = { "people", "addresses", "outbox", "settings", "meta" };
    for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
        g_autoptr(Fixture) f = fixture_new();
        g_autofree char *copy = g_strconcat(tables[i], "_copy", NULL);
        damage_fill(f);
        damage_root(f, tables[i]);
        g_autofree char *first = damage_rescue(f);
        damage_some(f, tables[i]);
        g_autofree char *second = damage_rescue(f);
        damage_root(f, copy);
        g_autofree char *third = damage_rescue(f);
        damage_assert_says(first, "*300 people, *300 texts that wait*Nothing is known to be lost*");
        damage_assert_says(second,
                           "*300 people, *300 texts that wait*Nothing is known to be lost*");
        damage_assert_says(third, "*300 people, *300 texts that wait*Nothing is known to be lost*");
        assert_people(f, TRUE);
        g_assert_cmpuint(damage_count_kept(f), ==, 3);
    }
}

/* Both of them: what is lost is said. */
static void
test_both_copies(void)
{
    g_autoptr(Fixture) f = fixture_new();
    damage_fill(f);
    gint64 copy = damage_find_leaf(f, "outbox_copy", 1);
    damage_leaf(f, "outbox", 1);
    damage_page(f, copy);
    g_autofree char *report = damage_rescue(f);
    gint64 n = fixture_query_raw(f, "SELECT count(*) FROM outbox");
    g_autofree char *words = g_strdup_printf(
        "*%" G_GINT64_FORMAT " texts that wait*Lost: %" G_GINT64_FORMAT " texts that wait.*", n,
        300 - n);
    damage_assert_says(report, words);
    g_assert_cmpint(n, <, DAMAGE_PEOPLE);
    g_assert_cmpint(n, >, DAMAGE_PEOPLE / 2);
}

/* Without a second one, as in those of older versions: people come back from their addresses,
 * accounts from the settings. */
static void
test_people(void)
{
    static const char *const tables[] = { "people", "accounts", "addresses", "settings", "meta" };
    for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
        g_autoptr(Fixture) f = fixture_new();
        g_autofree char *drop = g_strdup_printf("DROP INDEX IF EXISTS %s_copy", tables[i]);
        damage_fill(f);
        fixture_exec_raw(f, drop);
        damage_some(f, tables[i]);
        g_free(damage_rescue(f));
        fixture_open(f);
        g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
        g_assert_cmpint(snapshot->account_id, ==, 1);
        g_assert_cmpuint(snapshot->people->len, ==, DAMAGE_PEOPLE);
        g_assert_cmpuint(snapshot->outbox->len, ==, DAMAGE_PEOPLE);
    }
}

static void
add_lines(Fixture *f, gint64 account, guint n)
{
    CoexBatch *batch = test_batch(account);
    for (guint i = 0; i < n; i++)
        coex_batch_add_line(batch, 1, COEX_FEED_NOTICE, "A line of some length", NULL, TEST_NOW);
    g_autoptr(Committed) committed = fixture_commit(f, batch, 0);
    g_assert_no_error(committed->error);
}

/* What was shown is no loss, whether its rows are there still or gone for long. */
static void
test_lines(void)
{
    g_autoptr(Fixture) f = fixture_new();
    damage_fill(f);
    damage_root(f, "feed");
    g_autofree char *first = damage_rescue(f);
    damage_assert_says(first, "*, 0 lines not shown yet*Lost: 5 lines not shown yet. The old*");

    fixture_open(f);
    add_lines(f, 1, 1000);
    coex_store_mark_shown(f->store, 1, DAMAGE_MESSAGES + 1000);
    fixture_close(f);
    fixture_open(f);
    add_lines(f, 1, 3);
    fixture_close(f);
    damage_root(f, "feed");
    g_autofree char *second = damage_rescue(f);
    damage_assert_says(second, "*Lost: 3 lines not shown yet. The old*");

    fixture_open(f);
    add_lines(f, 1, 7);
    coex_store_mark_shown(f->store, 1, DAMAGE_MESSAGES + 1010);
    fixture_close(f);
    damage_root(f, "feed");
    g_autofree char *third = damage_rescue(f);
    damage_assert_says(third, "*, 0 lines not shown yet*Nothing is known to be lost*");
}

/* Two numbers: whose the lines between the two marks were is not known. */
static void
test_lines_of_two(void)
{
    g_autoptr(Fixture) f = fixture_new();
    damage_fill(f);
    fixture_open(f);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4931");
    g_assert_cmpint(snapshot->account_id, ==, 2);
    add_lines(f, 2, 10);
    coex_store_mark_shown(f->store, 1, DAMAGE_MESSAGES);
    coex_store_mark_shown(f->store, 2, DAMAGE_MESSAGES + 8);
    fixture_close(f);
    damage_root(f, "feed");
    g_autofree char *first = damage_rescue(f);
    damage_assert_says(first, "*Lost: at least 2 lines not shown yet. The old*");

    fixture_open(f);
    coex_store_mark_shown(f->store, 2, DAMAGE_MESSAGES + 10);
    fixture_close(f);
    damage_root(f, "feed");
    g_autofree char *second = damage_rescue(f);
    damage_assert_says(second, "*Lost: perhaps some lines not shown yet. The old*");
}

/* While the program runs lines are shown, and their rows not always gone yet when it ends. */
static void
test_lines_there_still(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(Fixture) crashed = fixture_new();
    g_autofree char *folder = g_path_get_dirname(crashed->path);
    damage_fill(f);
    fixture_open(f);
    add_lines(f, 1, 20);
    coex_store_mark_shown(f->store, 1, DAMAGE_MESSAGES + 18);
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    damage_copy_file(f, crashed, "");
    damage_copy_file(f, crashed, "-wal");
    damage_copy_file(f, crashed, ".shown");
    g_autofree char *report = damage_rescue(crashed);
    damage_assert_says(report, "*, 2 lines not shown yet*Nothing is known to be lost*");
}

/* A text whose addressee is lost with all addresses is told, not sent to somebody. */
static void
test_nameless(void)
{
    g_autoptr(Fixture) f = fixture_new();
    damage_fill(f);
    fixture_exec_raw(f, "DELETE FROM people WHERE id = 7; DELETE FROM addresses WHERE person = 7");
    g_autofree char *report = damage_rescue(f);
    damage_assert_says(report, "*Lost: the addressees of these texts: Held for you. *");
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM outbox WHERE person = 7"), ==, 0);
}

/* While it runs: once a change met the damage nothing is accepted that could not be read, the
 * changes that do not touch it go on, and the next opening mends. */
static void
test_met_while_running(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *mark = g_strconcat(f->path, ".damaged", NULL);
    damage_fill(f);
    damage_leaf(f, "messages", -1);
    fixture_open(f);
    g_assert_true(fixture_deliver(f, "before", "before", TEST_NOW));
    CoexBatch *batch = test_batch(1);
    g_autoptr(CoexMessage) message = test_message(COEX_INBOUND, "4930100001", "NEW", "A new one");
    coex_batch_add_message(batch, 1, message, TEST_NOW);
    g_autoptr(Committed) failed = fixture_commit(f, batch, 1);
    g_assert_error(failed->error, COEX_ERROR, COEX_ERROR_STORE);
    damage_assert_says(failed->error->message, "*coex.db is damaged*log in again*");
    g_assert_true(g_file_test(mark, G_FILE_TEST_EXISTS));
    for (guint i = 0; i < 3; i++) {
        g_autofree char *name = g_strdup_printf("after %u", i);
        g_assert_false(fixture_deliver(f, name, name, TEST_NOW));
        batch = test_batch(1);
        coex_batch_put_setting(batch, name, "goes on");
        g_autoptr(Committed) other = fixture_commit(f, batch, 0);
        g_assert_no_error(other->error);
    }
    fixture_reopen(f);
    g_autofree char *report = coex_store_take_report(f->store);
    damage_assert_says(report, "*41 webhooks not read yet. Lost: * messages of the past*");
    g_assert_true(fixture_deliver(f, "after", "after", TEST_NOW));
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_nonnull(g_hash_table_lookup(snapshot->settings, "after 2"));
    batch = test_batch(1);
    coex_batch_add_message(batch, 1, message, TEST_NOW);
    g_autoptr(Committed) added = fixture_commit(f, batch, 1);
    g_assert_no_error(added->error);
    g_assert_cmpint(committed_outcome(added, 0), ==, COEX_ADDED);
}

/* An error that passes is not damage. */
static void
test_passing_error(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *mark = g_strconcat(f->path, ".damaged", NULL);
    damage_fill(f);
    fixture_open(f);
    fixture_limit_files(1);
    g_assert_false(fixture_deliver(f, "one", "one", TEST_NOW));
    fixture_limit_files(0);
    gint64 deadline = g_get_monotonic_time() + 10 * TEST_SLOWNESS * G_USEC_PER_SEC;
    while (!fixture_deliver(f, "one", "one", TEST_NOW))
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
    g_assert_false(g_file_test(mark, G_FILE_TEST_EXISTS));
}

/* No room for the new one: nothing is changed, and the next try ends it. */
static void
test_no_room(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    damage_fill(f);
    damage_leaf(f, "messages", 4);
    damage_mark(f);
    fixture_limit_files(100 * 1024);
    g_assert_null(coex_store_open(f->path, "test", &error));
    fixture_limit_files(0);
    g_assert_error(error, COEX_ERROR, COEX_ERROR_STORE);
    damage_assert_says(error->message,
                       "*is damaged*Nothing was changed. Check *free space*log in again.");
    g_assert_cmpuint(damage_count_kept(f), ==, 0);
    g_autofree char *report = damage_rescue(f);
    damage_assert_says(report, "*Lost: * messages of the past.*");
}

/* Cut off by a crash between the two names. */
static void
test_cut_off(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *made = g_strconcat(f->path, ".new", NULL);
    damage_fill(f);
    damage_mark(f);
    g_assert_cmpint(g_rename(f->path, made), ==, 0);
    fixture_open(f);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpuint(snapshot->people->len, ==, DAMAGE_PEOPLE);
    fixture_close(f);
    damage_assert_sound(f);

    /* half of a new one from before is begun anew */
    damage_mark(f);
    g_assert_true(g_file_set_contents(made, "half", 4, NULL));
    g_autofree char *report = damage_rescue(f);
    damage_assert_says(report, "*300 people*");
}

/* Half of a new one takes no place that somebody has made empty. */
static void
test_moved_away(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *made = g_strconcat(f->path, ".new", NULL);
    g_autofree char *journal = g_strconcat(made, "-journal", NULL);
    g_autofree char *away = g_strconcat(f->path, ".away", NULL);
    damage_fill(f);
    damage_mark(f);
    g_assert_cmpint(g_rename(f->path, away), ==, 0);
    g_assert_true(g_file_set_contents(made, "half", 4, NULL));
    g_assert_true(g_file_set_contents(journal, "the other half", -1, NULL));
    fixture_open(f);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpuint(snapshot->people->len, ==, 0);
    fixture_close(f);
    damage_assert_sound(f);
    g_assert_false(g_file_test(journal, G_FILE_TEST_EXISTS));
}

/* The old schema is carried as such, and then brought up to date. */
static void
test_version_1(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_restore(f, "version-1.meta.sql");
    gint64 n = fixture_query_raw(f, "SELECT count(*) FROM messages");
    damage_leaf(f, "early_statuses", 0);
    g_autofree char *report = damage_rescue(f);
    damage_assert_says(report, "*5 texts that wait*Lost: 1 delivery report.*");
    g_assert_cmpint(fixture_query_raw(f, "PRAGMA user_version"), ==, 7);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM messages"), ==, n);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM waiting"), ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/rescue/whole", test_whole);
    g_test_add_func("/store/rescue/search", test_search);
    g_test_add_func("/store/rescue/messages", test_messages);
    g_test_add_func("/store/rescue/webhooks", test_webhooks);
    g_test_add_func("/store/rescue/copies", test_copies);
    g_test_add_func("/store/rescue/both-copies", test_both_copies);
    g_test_add_func("/store/rescue/people", test_people);
    g_test_add_func("/store/rescue/lines", test_lines);
    g_test_add_func("/store/rescue/lines-of-two", test_lines_of_two);
    g_test_add_func("/store/rescue/lines-there-still", test_lines_there_still);
    g_test_add_func("/store/rescue/nameless", test_nameless);
    g_test_add_func("/store/rescue/met-while-running", test_met_while_running);
    g_test_add_func("/store/rescue/passing-error", test_passing_error);
    g_test_add_func("/store/rescue/no-room", test_no_room);
    g_test_add_func("/store/rescue/cut-off", test_cut_off);
    g_test_add_func("/store/rescue/moved-away", test_moved_away);
    g_test_add_func("/store/rescue/version-1", test_version_1);
    return g_test_run();
}
