// SPDX-License-Identifier: GPL-2.0-or-later
#include "damage.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void
damage_put(CoexBatch *batch, gint64 n_people, gint64 n_messages)
{
    for (gint64 i = 1; i <= n_people; i++) {
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
    for (gint64 i = 0; i < n_messages; i++) {
        g_autofree char *token = g_strdup_printf("TOKEN%06" G_GINT64_FORMAT, i);
        g_autoptr(CoexMessage) message =
            test_message(COEX_INBOUND, "4930100001", token, "A message of some length");
        coex_batch_add_message(batch, 1 + i % n_people, message, TEST_NOW + i);
    }
}

/* An account with a past, people, texts that wait and webhooks that were not read yet. */
void
damage_fill(Fixture *f)
{
    fixture_open(f);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpint(snapshot->account_id, ==, 1);
    CoexBatch *batch = test_batch(1);
    coex_batch_put_setting(batch, "secret-ids", "secret_id");
    damage_put(batch, DAMAGE_PEOPLE, DAMAGE_MESSAGES);
    g_autoptr(Committed) committed = fixture_commit(f, batch, 0);
    g_assert_no_error(committed->error);
    coex_store_mark_shown(f->store, 1, DAMAGE_MESSAGES - 5);
    for (guint i = 0; i < DAMAGE_WAITING; i++) {
        g_autofree char *body = g_strdup_printf("{\"webhook\": %u, \"%0900d\": 0}", i, 0);
        g_assert_true(fixture_deliver(f, body, body, TEST_NOW));
    }
    fixture_close(f);
}

gint64
damage_find_leaf(Fixture *f, const char *table, int n)
{
    g_autofree char *sql = g_strdup_printf(
        "SELECT pageno FROM dbstat WHERE name = '%s' AND pagetype = 'leaf' ORDER BY path %s"
        " LIMIT 1 OFFSET %d",
        table, n < 0 ? "DESC" : "", n < 0 ? -1 - n : n);
    return fixture_query_raw(f, sql);
}

void
damage_bytes(Fixture *f, gint64 from, gint64 to, char rubbish)
{
    g_autofree char *garbage = g_malloc((gsize)(to - from));
    memset(garbage, rubbish, (gsize)(to - from));
    int fd = open(f->path, O_RDWR);
    g_assert_cmpint(pwrite(fd, garbage, (gsize)(to - from), from), ==, to - from);
    close(fd);
}

void
damage_page(Fixture *f, gint64 page)
{
    g_assert_cmpint(page, >, 1);
    damage_bytes(f, (page - 1) * 4096, page * 4096, 'x');
}

void
damage_leaf(Fixture *f, const char *table, int n)
{
    damage_page(f, damage_find_leaf(f, table, n));
}

void
damage_mark(Fixture *f)
{
    g_autofree char *mark = g_strconcat(f->path, ".damaged", NULL);
    g_assert_true(g_file_set_contents(mark, "", 0, NULL));
}

guint
damage_count_kept(Fixture *f)
{
    g_autofree char *folder = g_path_get_dirname(f->path);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name = NULL;
    guint n = 0;
    while ((name = g_dir_read_name(dir)) != NULL)
        n += g_str_has_prefix(name, "coex.db.damaged-") && !g_str_has_suffix(name, "-wal");
    return n;
}

void
damage_assert_sound(Fixture *f)
{
    g_autofree char *mark = g_strconcat(f->path, ".damaged", NULL);
    g_autofree char *made = g_strconcat(f->path, ".new", NULL);
    g_assert_false(g_file_test(mark, G_FILE_TEST_EXISTS));
    g_assert_false(g_file_test(made, G_FILE_TEST_EXISTS));
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM pragma_integrity_check"
                                         " WHERE integrity_check <> 'ok'"),
                    ==, 0);
}

char *
damage_rescue(Fixture *f)
{
    damage_mark(f);
    fixture_open(f);
    char *report = coex_store_take_report(f->store);
    g_assert_nonnull(report);
    g_assert_null(coex_store_take_report(f->store));
    coex_store_forget_report(f->store);
    fixture_close(f);
    damage_assert_sound(f);
    return report;
}

void
damage_assert_says(const char *report, const char *words)
{
    if (!g_pattern_match_simple(words, report))
        g_error("\"%s\" does not match: %s", words, report);
}

void
damage_root(Fixture *f, const char *name)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT rootpage FROM sqlite_schema WHERE name = '%s'", name);
    damage_page(f, fixture_query_raw(f, sql));
}

void
damage_some(Fixture *f, const char *name)
{
    g_autofree char *is_small =
        g_strdup_printf("SELECT count(*) = 1 FROM dbstat WHERE name = '%s'", name);
    damage_leaf(f, name, fixture_query_raw(f, is_small) ? 0 : 1);
}

void
damage_assert_all_carried(Fixture *f, guint n_waiting)
{
    g_autofree char *words =
        g_strdup_printf("*300 people, 3000 messages of the past, 300 texts that wait, 5 lines not "
                        "shown yet, %u webhooks not read yet. Nothing is known to be lost. *kept "
                        "beside it as coex.db.damaged-*",
                        n_waiting);
    fixture_open(f);
    g_autofree char *report = coex_store_take_report(f->store);
    g_assert_nonnull(report);
    damage_assert_says(report, words);
    coex_store_forget_report(f->store);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpuint(snapshot->people->len, ==, DAMAGE_PEOPLE);
    g_assert_cmpuint(snapshot->outbox->len, ==, DAMAGE_PEOPLE);
    fixture_close(f);
    damage_assert_sound(f);
}

void
damage_copy_file(Fixture *from, Fixture *to, const char *suffix)
{
    g_autofree char *source = g_strconcat(from->path, suffix, NULL);
    g_autofree char *target = g_strconcat(to->path, suffix, NULL);
    g_autofree char *bytes = NULL;
    gsize length = 0;
    g_assert_true(g_file_get_contents(source, &bytes, &length, NULL));
    g_assert_true(g_file_set_contents(target, bytes, (gssize)length, NULL));
}
