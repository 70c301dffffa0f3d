// SPDX-License-Identifier: GPL-2.0-or-later
#include "fixture.h"

#include "core/error.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define N_MESSAGES 3000
#define N_PEOPLE 300
#define N_WAITING 40

/* An account with a past, people, texts that wait and webhooks that were not read yet. */
static void
fill(Fixture *f)
{
    fixture_open(f);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpint(snapshot->account_id, ==, 1);
    CoexBatch *batch = test_batch(1);
    coex_batch_put_setting(batch, "realms", "realm");
    for (gint64 i = 1; i <= N_PEOPLE; i++) {
        g_autofree char *wa_id = g_strdup_printf("49301%05" G_GINT64_FORMAT, i);
        g_autofree char *local_id = g_strdup_printf("local-%05" G_GINT64_FORMAT, i);
        g_autoptr(CoexPerson) person = test_person(i, wa_id, NULL);
        person->nick = g_strdup_printf("nick%" G_GINT64_FORMAT, i);
        person->last_inbound_at = TEST_NOW + i;
        coex_batch_put_person(batch, person);
        g_autoptr(CoexOutboxRow) row = test_outbox_row(i, i, local_id, "Held for you");
        row->state = COEX_OUTBOX_HELD;
        coex_batch_put_outbox(batch, row, FALSE, TEST_NOW);
    }
    for (gint64 i = 0; i < N_MESSAGES; i++) {
        g_autofree char *token = g_strdup_printf("TOKEN%06" G_GINT64_FORMAT, i);
        g_autoptr(CoexMessage) message =
            test_message(COEX_INBOUND, "4930100001", token, "A message of some length");
        coex_batch_add_message(batch, 1 + i % N_PEOPLE, message, TEST_NOW + i);
    }
    g_autoptr(Committed) committed = fixture_commit(f, batch, 0);
    g_assert_no_error(committed->error);
    coex_store_mark_shown(f->store, 1, N_MESSAGES - 5);
    for (guint i = 0; i < N_WAITING; i++) {
        g_autofree char *body = g_strdup_printf("{\"webhook\": %u, \"%0900d\": 0}", i, 0);
        g_assert_true(fixture_deliver(f, body, body, TEST_NOW));
    }
    fixture_close(f);
}

/* The nth leaf of a table, negative: from the end. */
static gint64
find_leaf(Fixture *f, const char *table, int n)
{
    g_autofree char *sql = g_strdup_printf(
        "SELECT pageno FROM dbstat WHERE name = '%s' AND pagetype = 'leaf' ORDER BY path %s"
        " LIMIT 1 OFFSET %d",
        table, n < 0 ? "DESC" : "", n < 0 ? -1 - n : n);
    return fixture_query_raw(f, sql);
}

/* Fills a part of the file with rubbish. */
static void
spoil_bytes(Fixture *f, gint64 from, gint64 to, char rubbish)
{
    g_autofree char *garbage = g_malloc((gsize)(to - from));
    memset(garbage, rubbish, (gsize)(to - from));
    int fd = open(f->path, O_RDWR);
    g_assert_cmpint(pwrite(fd, garbage, (gsize)(to - from), from), ==, to - from);
    close(fd);
}

static void
spoil(Fixture *f, gint64 page)
{
    g_assert_cmpint(page, >, 1);
    spoil_bytes(f, (page - 1) * 4096, page * 4096, 'x');
}

static void
damage(Fixture *f, const char *table, int n)
{
    spoil(f, find_leaf(f, table, n));
}

/* As the program finds it: opened, nothing amiss, until the page is wanted. */
static void
meet_damage(Fixture *f)
{
    g_autofree char *mark = g_strconcat(f->path, ".damaged", NULL);
    g_assert_true(g_file_set_contents(mark, "", 0, NULL));
}

static guint
count_kept(Fixture *f)
{
    g_autofree char *folder = g_path_get_dirname(f->path);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name = NULL;
    guint n = 0;
    while ((name = g_dir_read_name(dir)) != NULL)
        n += g_str_has_prefix(name, "coex.db.damaged-") && !g_str_has_suffix(name, "-wal");
    return n;
}

static void
assert_sound(Fixture *f)
{
    g_autofree char *mark = g_strconcat(f->path, ".damaged", NULL);
    g_autofree char *made = g_strconcat(f->path, ".new", NULL);
    g_assert_false(g_file_test(mark, G_FILE_TEST_EXISTS));
    g_assert_false(g_file_test(made, G_FILE_TEST_EXISTS));
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM pragma_integrity_check"
                                         " WHERE integrity_check <> 'ok'"),
                    ==, 0);
}

static char *
rescue(Fixture *f)
{
    meet_damage(f);
    fixture_open(f);
    char *report = coex_store_take_report(f->store);
    g_assert_nonnull(report);
    g_assert_null(coex_store_take_report(f->store));
    coex_store_forget_report(f->store);
    fixture_close(f);
    assert_sound(f);
    return report;
}

static void
assert_says(const char *report, const char *words)
{
    if (!g_pattern_match_simple(words, report))
        g_error("\"%s\" does not match: %s", words, report);
}

/* Nothing was amiss: all of it is there, byte for byte. */
static void
test_whole(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fill(f);
    g_autofree char *report = rescue(f);
    assert_says(report, "*300 people, 3000 messages of the past, 300 texts that wait, 5 lines not "
                        "shown yet, 40 webhooks not read yet. Nothing is known to be lost. *kept "
                        "beside it as coex.db.damaged-*");
    g_assert_cmpuint(count_kept(f), ==, 1);
    fixture_open(f);
    g_assert_null(coex_store_take_report(f->store));
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpint(snapshot->account_id, ==, 1);
    g_assert_cmpuint(snapshot->people->len, ==, N_PEOPLE);
    g_assert_cmpuint(snapshot->outbox->len, ==, N_PEOPLE);
    g_assert_cmpuint(snapshot->feed->len, ==, 5);
    g_autoptr(GPtrArray) rows = fixture_read(f, 0);
    g_assert_cmpuint(rows->len, ==, N_WAITING);
}

/* First, inner, last and neighbouring pages of the past: only what stood on them is lost. */
static void
test_messages(void)
{
    static const int pages[][3] = { { 0, 0, 0 }, { 7, 7, 7 }, { -1, -1, -1 }, { 3, 5, -2 } };
    for (guint i = 0; i < G_N_ELEMENTS(pages); i++) {
        g_autoptr(Fixture) f = fixture_new();
        gint64 page_numbers[3];
        fill(f);
        gint64 n_pages = fixture_query_raw(f, "SELECT count(*) FROM dbstat WHERE pagetype = 'leaf'"
                                              " AND name = 'messages'");
        gint64 per_page = N_MESSAGES / n_pages + 5;
        gint64 n_spoilt = pages[i][0] != pages[i][1] ? 3 : 1;
        for (guint n = 0; n < 3; n++)
            page_numbers[n] = find_leaf(f, "messages", pages[i][n]);
        for (guint n = 0; n < 3; n++)
            spoil(f, page_numbers[n]);
        g_autofree char *report = rescue(f);
        gint64 n = fixture_query_raw(f, "SELECT count(*) FROM messages");
        g_assert_cmpint(n, <, N_MESSAGES);
        g_assert_cmpint(n, >=, N_MESSAGES - n_spoilt * per_page);
        g_autofree char *words =
            g_strdup_printf("*300 people*Lost: %" G_GINT64_FORMAT " messages of the past. The old*",
                            N_MESSAGES - n);
        assert_says(report, words);
        g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM people"), ==, N_PEOPLE);
        g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM outbox"), ==, N_PEOPLE);
        g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM deliveries WHERE state = 0"), ==,
                        N_WAITING);
    }
}

/* A webhook whose row is lost is looked at again; one whose text is lost is said to be. */
static void
test_webhooks(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fill(f);
    damage(f, "deliveries", 0);
    g_autofree char *report = rescue(f);
    assert_says(report, "*40 webhooks not read yet. Nothing is known to be lost*");
    fixture_open(f);
    g_autoptr(GPtrArray) rows = fixture_read(f, 0);
    g_assert_cmpuint(rows->len, ==, N_WAITING);
    fixture_close(f);

    gint64 before = fixture_query_raw(f, "SELECT count(*) FROM bodies");
    damage(f, "bodies", 2);
    g_autofree char *second = rescue(f);
    gint64 lost = before - fixture_query_raw(f, "SELECT count(*) FROM bodies");
    g_autofree char *words = g_strdup_printf("*Lost: %" G_GINT64_FORMAT " webhooks that were *"
                                             "look at the phone*",
                                             lost);
    g_assert_cmpint(lost, >, 0);
    assert_says(second, words);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM deliveries WHERE state = 0"), ==,
                    N_WAITING - lost);
    g_assert_cmpuint(count_kept(f), ==, 2);
}

/* All of it, since what reads it begins there. */
static void
damage_root(Fixture *f, const char *name)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT rootpage FROM sqlite_schema WHERE name = '%s'", name);
    spoil(f, fixture_query_raw(f, sql));
}

static void
damage_some(Fixture *f, const char *name)
{
    g_autofree char *is_small =
        g_strdup_printf("SELECT count(*) = 1 FROM dbstat WHERE name = '%s'", name);
    damage(f, name, fixture_query_raw(f, is_small) ? 0 : 1);
}

static void
assert_people(Fixture *f, gboolean as_before)
{
    fixture_open(f);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpint(snapshot->account_id, ==, 1);
    g_assert_cmpuint(snapshot->people->len, ==, N_PEOPLE);
    g_assert_cmpuint(snapshot->addresses->len, ==, N_PEOPLE);
    g_assert_cmpuint(snapshot->outbox->len, ==, N_PEOPLE);
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
        fill(f);
        damage_root(f, tables[i]);
        g_autofree char *first = rescue(f);
        damage_some(f, tables[i]);
        g_autofree char *second = rescue(f);
        damage_root(f, copy);
        g_autofree char *third = rescue(f);
        assert_says(first, "*300 people, *300 texts that wait*Nothing is known to be lost*");
        assert_says(second, "*300 people, *300 texts that wait*Nothing is known to be lost*");
        assert_says(third, "*300 people, *300 texts that wait*Nothing is known to be lost*");
        assert_people(f, TRUE);
        g_assert_cmpuint(count_kept(f), ==, 3);
    }
}

/* Both of them: what is lost is said. */
static void
test_both_copies(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fill(f);
    gint64 copy = find_leaf(f, "outbox_copy", 1);
    damage(f, "outbox", 1);
    spoil(f, copy);
    g_autofree char *report = rescue(f);
    gint64 n = fixture_query_raw(f, "SELECT count(*) FROM outbox");
    g_autofree char *words = g_strdup_printf("*%" G_GINT64_FORMAT " texts that wait*"
                                             "Lost: some texts that wait.*",
                                             n);
    assert_says(report, words);
    g_assert_cmpint(n, <, N_PEOPLE);
    g_assert_cmpint(n, >, N_PEOPLE / 2);
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
        fill(f);
        fixture_exec_raw(f, drop);
        damage_some(f, tables[i]);
        g_free(rescue(f));
        fixture_open(f);
        g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
        g_assert_cmpint(snapshot->account_id, ==, 1);
        g_assert_cmpuint(snapshot->people->len, ==, N_PEOPLE);
        g_assert_cmpuint(snapshot->outbox->len, ==, N_PEOPLE);
    }
}

static void
assert_all_carried(Fixture *f, guint n_waiting)
{
    g_autofree char *words =
        g_strdup_printf("*300 people, 3000 messages of the past, 300 texts that wait, 5 lines not "
                        "shown yet, %u webhooks not read yet. Nothing is known to be lost. *kept "
                        "beside it as coex.db.damaged-*",
                        n_waiting);
    fixture_open(f);
    g_autofree char *report = coex_store_take_report(f->store);
    g_assert_nonnull(report);
    assert_says(report, words);
    coex_store_forget_report(f->store);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpuint(snapshot->people->len, ==, N_PEOPLE);
    g_assert_cmpuint(snapshot->outbox->len, ==, N_PEOPLE);
    fixture_close(f);
    assert_sound(f);
}

/* Where the tables are is told by the first page, and those it leads to: they are kept beside. What
 * comes of it is sound, and its own first page can be lost in turn. */
static void
test_first_page(void)
{
    static const gint64 parts[][3] = { { 0, 4096, 'x' }, { 0, 4096, 0 },     { 0, 16, 0 },
                                       { 0, 512, 'x' },  { 16, 100, 'x' },   { 100, 4096, 'x' },
                                       { 100, 4096, 0 }, { 2048, 4096, 'x' } };
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autoptr(Fixture) f = fixture_new();
        fill(f);
        spoil_bytes(f, parts[i][0], parts[i][1], (char)parts[i][2]);
        assert_all_carried(f, N_WAITING);
        g_assert_cmpuint(count_kept(f), ==, 1);
        spoil_bytes(f, 0, 4096, 'x');
        assert_all_carried(f, N_WAITING);
    }
    g_autoptr(Fixture) f = fixture_new();
    fill(f);
    damage(f, "sqlite_schema", 1);
    assert_all_carried(f, N_WAITING);
}

static void
copy_file(const char *from, const char *to, const char *suffix)
{
    g_autofree char *source = g_strconcat(from, suffix, NULL);
    g_autofree char *target = g_strconcat(to, suffix, NULL);
    g_autofree char *bytes = NULL;
    gsize length = 0;
    g_assert_true(g_file_get_contents(source, &bytes, &length, NULL));
    g_assert_true(g_file_set_contents(target, bytes, (gssize)length, NULL));
}

/* After a crash some of it stands in the log only. */
static void
test_first_page_and_log(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(Fixture) crashed = fixture_new();
    g_autofree char *folder = g_path_get_dirname(crashed->path);
    fill(f);
    fixture_open(f);
    for (guint i = 0; i < 3; i++) {
        g_autofree char *name = g_strdup_printf("logged %u", i);
        g_assert_true(fixture_deliver(f, name, name, TEST_NOW));
    }
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    copy_file(f->path, crashed->path, "");
    copy_file(f->path, crashed->path, "-wal");
    copy_file(f->path, crashed->path, ".head");
    copy_file(f->path, crashed->path, ".shown");
    spoil_bytes(crashed, 0, 4096, 'x');
    assert_all_carried(crashed, N_WAITING + 3);
}

/* An older one is brought up to date, and its first page is found again afterwards. */
static void
test_first_page_of_old(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_restore(f, "version-1.meta.sql");
    gint64 n = fixture_query_raw(f, "SELECT count(*) FROM messages");
    fixture_open(f);
    fixture_close(f);
    spoil_bytes(f, 0, 4096, 'x');
    fixture_open(f);
    g_autofree char *report = coex_store_take_report(f->store);
    assert_says(report, "*5 texts that wait*Nothing is known to be lost*");
    fixture_close(f);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM messages"), ==, n);
}

/* The pages were moved by somebody's VACUUM: the file's own head counts as long as it can be read,
 * and is kept anew. */
static void
test_moved_pages(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fill(f);
    fixture_exec_raw(f, "DROP INDEX messages_person; VACUUM; CREATE INDEX messages_person"
                        " ON messages(account, person, time)");
    meet_damage(f);
    assert_all_carried(f, N_WAITING);
    fixture_exec_raw(f, "VACUUM");
    fixture_reopen(f);
    fixture_close(f);
    spoil_bytes(f, 0, 4096, 'x');
    assert_all_carried(f, N_WAITING);
}

/* A file that somebody cut to nothing. */
static void
test_nothing_left(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fill(f);
    g_assert_cmpint(truncate(f->path, 0), ==, 0);
    fixture_open(f);
    g_autofree char *report = coex_store_take_report(f->store);
    assert_says(report, "*damaged*: 0 people*Lost: some people, some messages of the past, "
                        "some texts that wait*");
    fixture_close(f);
    assert_sound(f);
}

/* The kept pages are rubbish too: nothing is changed; what is put in its place is a new one. */
static void
test_no_head(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *head = g_strconcat(f->path, ".head", NULL);
    g_autofree char *before = NULL;
    gsize length = 0;
    fill(f);
    spoil_bytes(f, 0, 4096, 'x');
    g_assert_true(g_file_get_contents(head, &before, &length, NULL));
    before[length / 2] ^= 1;
    g_assert_true(g_file_set_contents(head, before, (gssize)length, NULL));
    for (guint i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(coex_store_open(f->path, "test", &error));
        g_assert_error(error, COEX_ERROR, COEX_ERROR_STORE);
        assert_says(error->message, "*not even its head can be read. Move it away*");
    }
    g_assert_cmpint(g_remove(f->path), ==, 0);
    fixture_open(f);
    g_assert_null(coex_store_take_report(f->store));
    fixture_close(f);
    assert_sound(f);
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
    fill(f);
    damage_root(f, "feed");
    g_autofree char *first = rescue(f);
    assert_says(first, "*, 0 lines not shown yet*Lost: 5 lines not shown yet. The old*");

    fixture_open(f);
    add_lines(f, 1, 1000);
    coex_store_mark_shown(f->store, 1, N_MESSAGES + 1000);
    fixture_close(f);
    fixture_open(f);
    add_lines(f, 1, 3);
    fixture_close(f);
    damage_root(f, "feed");
    g_autofree char *second = rescue(f);
    assert_says(second, "*Lost: 3 lines not shown yet. The old*");

    fixture_open(f);
    add_lines(f, 1, 7);
    coex_store_mark_shown(f->store, 1, N_MESSAGES + 1010);
    fixture_close(f);
    damage_root(f, "feed");
    g_autofree char *third = rescue(f);
    assert_says(third, "*, 0 lines not shown yet*Nothing is known to be lost*");
}

/* Two numbers: whose the lines between the two marks were is not known. */
static void
test_lines_of_two(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fill(f);
    fixture_open(f);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4931");
    g_assert_cmpint(snapshot->account_id, ==, 2);
    add_lines(f, 2, 10);
    coex_store_mark_shown(f->store, 1, N_MESSAGES);
    coex_store_mark_shown(f->store, 2, N_MESSAGES + 8);
    fixture_close(f);
    damage_root(f, "feed");
    g_autofree char *first = rescue(f);
    assert_says(first, "*Lost: at least 2 lines not shown yet. The old*");

    fixture_open(f);
    coex_store_mark_shown(f->store, 2, N_MESSAGES + 10);
    fixture_close(f);
    damage_root(f, "feed");
    g_autofree char *second = rescue(f);
    assert_says(second, "*Lost: perhaps some lines not shown yet. The old*");
}

/* While the program runs lines are shown, and their rows not always gone yet when it ends. */
static void
test_lines_there_still(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(Fixture) crashed = fixture_new();
    g_autofree char *folder = g_path_get_dirname(crashed->path);
    fill(f);
    fixture_open(f);
    add_lines(f, 1, 20);
    coex_store_mark_shown(f->store, 1, N_MESSAGES + 18);
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    copy_file(f->path, crashed->path, "");
    copy_file(f->path, crashed->path, "-wal");
    copy_file(f->path, crashed->path, ".shown");
    g_autofree char *report = rescue(crashed);
    assert_says(report, "*, 2 lines not shown yet*Nothing is known to be lost*");
}

/* A text whose addressee is lost with all addresses is told, not sent to somebody. */
static void
test_nameless(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fill(f);
    fixture_exec_raw(f, "DELETE FROM people WHERE id = 7; DELETE FROM addresses WHERE person = 7");
    g_autofree char *report = rescue(f);
    assert_says(report, "*Lost: the addressees of these texts: Held for you. *");
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM outbox WHERE person = 7"), ==, 0);
}

/* While it runs: once a change met the damage nothing is accepted that could not be read, the
 * changes that do not touch it go on, and the next opening mends. */
static void
test_met_while_running(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *mark = g_strconcat(f->path, ".damaged", NULL);
    fill(f);
    damage(f, "messages", -1);
    fixture_open(f);
    g_assert_true(fixture_deliver(f, "before", "before", TEST_NOW));
    CoexBatch *batch = test_batch(1);
    g_autoptr(CoexMessage) message = test_message(COEX_INBOUND, "4930100001", "NEW", "A new one");
    coex_batch_add_message(batch, 1, message, TEST_NOW);
    g_autoptr(Committed) failed = fixture_commit(f, batch, 1);
    g_assert_error(failed->error, COEX_ERROR, COEX_ERROR_STORE);
    assert_says(failed->error->message, "*coex.db is damaged*log in again*");
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
    assert_says(report, "*41 webhooks not read yet. Lost: * messages of the past*");
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
    fill(f);
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
    fill(f);
    damage(f, "messages", 4);
    meet_damage(f);
    fixture_limit_files(100 * 1024);
    g_assert_null(coex_store_open(f->path, "test", &error));
    fixture_limit_files(0);
    g_assert_error(error, COEX_ERROR, COEX_ERROR_STORE);
    assert_says(error->message, "*is damaged*Free some space*Nothing was changed.");
    g_assert_cmpuint(count_kept(f), ==, 0);
    g_autofree char *report = rescue(f);
    assert_says(report, "*Lost: * messages of the past.*");
}

/* Cut off by a crash between the two names. */
static void
test_cut_off(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *made = g_strconcat(f->path, ".new", NULL);
    fill(f);
    meet_damage(f);
    g_assert_cmpint(g_rename(f->path, made), ==, 0);
    fixture_open(f);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpuint(snapshot->people->len, ==, N_PEOPLE);
    fixture_close(f);
    assert_sound(f);

    /* half of a new one from before is begun anew */
    meet_damage(f);
    g_assert_true(g_file_set_contents(made, "half", 4, NULL));
    g_autofree char *report = rescue(f);
    assert_says(report, "*300 people*");
}

/* Half of a new one takes no place that somebody has made empty. */
static void
test_moved_away(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *made = g_strconcat(f->path, ".new", NULL);
    g_autofree char *journal = g_strconcat(made, "-journal", NULL);
    g_autofree char *away = g_strconcat(f->path, ".away", NULL);
    fill(f);
    meet_damage(f);
    g_assert_cmpint(g_rename(f->path, away), ==, 0);
    g_assert_true(g_file_set_contents(made, "half", 4, NULL));
    g_assert_true(g_file_set_contents(journal, "the other half", -1, NULL));
    fixture_open(f);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpuint(snapshot->people->len, ==, 0);
    fixture_close(f);
    assert_sound(f);
    g_assert_false(g_file_test(journal, G_FILE_TEST_EXISTS));
}

/* The old schema is carried as such, and then brought up to date. */
static void
test_version_1(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_restore(f, "version-1.meta.sql");
    gint64 n = fixture_query_raw(f, "SELECT count(*) FROM messages");
    damage(f, "early_statuses", 0);
    g_autofree char *report = rescue(f);
    assert_says(report, "*5 texts that wait*Lost: 1 delivery report.*");
    g_assert_cmpint(fixture_query_raw(f, "PRAGMA user_version"), ==, 2);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM messages"), ==, n);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM waiting"), ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/rescue/whole", test_whole);
    g_test_add_func("/store/rescue/messages", test_messages);
    g_test_add_func("/store/rescue/webhooks", test_webhooks);
    g_test_add_func("/store/rescue/copies", test_copies);
    g_test_add_func("/store/rescue/both-copies", test_both_copies);
    g_test_add_func("/store/rescue/people", test_people);
    g_test_add_func("/store/rescue/first-page", test_first_page);
    g_test_add_func("/store/rescue/first-page-and-log", test_first_page_and_log);
    g_test_add_func("/store/rescue/first-page-of-old", test_first_page_of_old);
    g_test_add_func("/store/rescue/moved-pages", test_moved_pages);
    g_test_add_func("/store/rescue/no-head", test_no_head);
    g_test_add_func("/store/rescue/lines", test_lines);
    g_test_add_func("/store/rescue/lines-of-two", test_lines_of_two);
    g_test_add_func("/store/rescue/lines-there-still", test_lines_there_still);
    g_test_add_func("/store/rescue/nothing-left", test_nothing_left);
    g_test_add_func("/store/rescue/nameless", test_nameless);
    g_test_add_func("/store/rescue/met-while-running", test_met_while_running);
    g_test_add_func("/store/rescue/passing-error", test_passing_error);
    g_test_add_func("/store/rescue/no-room", test_no_room);
    g_test_add_func("/store/rescue/cut-off", test_cut_off);
    g_test_add_func("/store/rescue/moved-away", test_moved_away);
    g_test_add_func("/store/rescue/version-1", test_version_1);
    return g_test_run();
}
