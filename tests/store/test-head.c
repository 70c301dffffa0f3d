// SPDX-License-Identifier: GPL-2.0-or-later
#include "damage.h"

#include "core/error.h"
#include <glib/gstdio.h>
#include <unistd.h>

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
        damage_fill(f);
        damage_bytes(f, parts[i][0], parts[i][1], (char)parts[i][2]);
        damage_assert_all_carried(f, DAMAGE_WAITING);
        g_assert_cmpuint(damage_count_kept(f), ==, 1);
        damage_bytes(f, 0, 4096, 'x');
        damage_assert_all_carried(f, DAMAGE_WAITING);
    }
    g_autoptr(Fixture) f = fixture_new();
    damage_fill(f);
    damage_leaf(f, "sqlite_schema", 1);
    damage_assert_all_carried(f, DAMAGE_WAITING);
}

/* After a crash some of it stands in the log only. */
static void
test_first_page_and_log(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(Fixture) crashed = fixture_new();
    g_autofree char *folder = g_path_get_dirname(crashed->path);
    damage_fill(f);
    fixture_open(f);
    for (guint i = 0; i < 3; i++) {
        g_autofree char *name = g_strdup_printf("logged %u", i);
        g_assert_true(fixture_deliver(f, name, name, TEST_NOW));
    }
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    damage_copy_file(f, crashed, "");
    damage_copy_file(f, crashed, "-wal");
    damage_copy_file(f, crashed, ".head");
    damage_copy_file(f, crashed, ".shown");
    damage_bytes(crashed, 0, 4096, 'x');
    damage_assert_all_carried(crashed, DAMAGE_WAITING + 3);
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
    damage_bytes(f, 0, 4096, 'x');
    fixture_open(f);
    g_autofree char *report = coex_store_take_report(f->store);
    damage_assert_says(report, "*5 texts that wait*Nothing is known to be lost*");
    fixture_close(f);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM messages"), ==, n);
}

/* The pages were moved by somebody's VACUUM: the file's own head counts as long as it can be read,
 * and is kept anew. */
static void
test_moved_pages(void)
{
    g_autoptr(Fixture) f = fixture_new();
    damage_fill(f);
    fixture_exec_raw(f, "DROP INDEX messages_person; VACUUM; CREATE INDEX messages_person"
                        " ON messages(account, person, time)");
    damage_mark(f);
    damage_assert_all_carried(f, DAMAGE_WAITING);
    fixture_exec_raw(f, "VACUUM");
    fixture_reopen(f);
    fixture_close(f);
    damage_bytes(f, 0, 4096, 'x');
    damage_assert_all_carried(f, DAMAGE_WAITING);
}

/* A file that somebody cut to nothing. */
static void
test_nothing_left(void)
{
    g_autoptr(Fixture) f = fixture_new();
    damage_fill(f);
    g_assert_cmpint(truncate(f->path, 0), ==, 0);
    fixture_open(f);
    g_autofree char *report = coex_store_take_report(f->store);
    damage_assert_says(report, "*damaged*: 0 people*Lost: some people, some messages of the past, "
                               "some texts that wait*");
    fixture_close(f);
    damage_assert_sound(f);
}

/* The kept pages are rubbish too: nothing is changed; what is put in its place is a new one. */
static void
test_no_head(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *head = g_strconcat(f->path, ".head", NULL);
    g_autofree char *before = NULL;
    gsize length = 0;
    damage_fill(f);
    damage_bytes(f, 0, 4096, 'x');
    g_assert_true(g_file_get_contents(head, &before, &length, NULL));
    before[length / 2] ^= 1;
    g_assert_true(g_file_set_contents(head, before, (gssize)length, NULL));
    for (guint i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(coex_store_open(f->path, "test", &error));
        g_assert_error(error, COEX_ERROR, COEX_ERROR_STORE);
        damage_assert_says(error->message, "*not even its head can be read. Move it away*");
    }
    g_assert_cmpint(g_remove(f->path), ==, 0);
    fixture_open(f);
    g_assert_null(coex_store_take_report(f->store));
    fixture_close(f);
    damage_assert_sound(f);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/head/first-page", test_first_page);
    g_test_add_func("/store/head/first-page-and-log", test_first_page_and_log);
    g_test_add_func("/store/head/first-page-of-old", test_first_page_of_old);
    g_test_add_func("/store/head/moved-pages", test_moved_pages);
    g_test_add_func("/store/head/no-head", test_no_head);
    g_test_add_func("/store/head/nothing-left", test_nothing_left);
    return g_test_run();
}
