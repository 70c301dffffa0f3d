// SPDX-License-Identifier: GPL-2.0-or-later
#include "fixture.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The program runs itself as a child that works until it is killed, and then looks at what is left.
 */

#define KILLS 20
#define PRODUCERS 8

static char *program_path;

static GPid
spawn(const char *mode, const char *path, const char *argument, int *ret_output)
{
    char *argv[] = { program_path, (char *)mode, (char *)path, (char *)argument, NULL };
    GPid pid = 0;
    g_autoptr(GError) error = NULL;
    g_spawn_async_with_pipes(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL,
                             ret_output, NULL, &error);
    g_assert_no_error(error);
    return pid;
}

static void
kill_child(GPid pid)
{
    g_assert_cmpint(kill(pid, SIGKILL), ==, 0);
    g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
}

/* One write, so that a line is whole or not there. */
static void
say(const char *format, gint64 number)
{
    g_autofree char *line = g_strdup_printf("%s %" G_GINT64_FORMAT "\n", format, number);
    if (write(STDOUT_FILENO, line, strlen(line)) < 0)
        _exit(1);
}

/* ---- deliveries under load ---- */

typedef struct Producer {
    Fixture *f;
    gint64 next;
} Producer;

static gint64 next_delivery; /* atomic */

static void deliver_next(Producer *producer);

static void
on_acked(const GError *error, gpointer user_data)
{
    Producer *producer = user_data;
    if (error == NULL)
        say("ack", producer->next);
    deliver_next(producer);
}

static void
deliver_next(Producer *producer)
{
    CoexDelivery delivery;
    producer->next = __atomic_fetch_add(&next_delivery, 1, __ATOMIC_RELAXED);
    g_autofree char *name = g_strdup_printf("%" G_GINT64_FORMAT, producer->next);
    g_autofree char *body = g_strnfill((gsize)(producer->next * 7919 % 3000), 'x');
    g_autoptr(GBytes) bytes = g_bytes_new(body, strlen(body));
    fixture_fill_delivery(&delivery, name, bytes);
    coex_store_add_delivery(producer->f->store, &delivery, on_acked, producer);
}

G_GNUC_NORETURN static void
child_produce(const char *path, const char *first)
{
    static Fixture f;
    static Producer producers[PRODUCERS];
    f.path = g_strdup(path);
    fixture_open(&f);
    next_delivery = g_ascii_strtoll(first, NULL, 10);
    for (guint i = 0; i < PRODUCERS; i++) {
        producers[i].f = &f;
        deliver_next(&producers[i]);
    }
    for (;;)
        pause();
}

/* Lets it work until it has told of @n answers, kills it, and takes what else stands in the pipe.
 */
static void
kill_after(GPid pid, int output, guint n, GHashTable *acked)
{
    FILE *lines = fdopen(output, "r");
    gint64 number = 0;
    guint n_read = 0;
    while (n_read < n && fscanf(lines, "ack %" G_GINT64_FORMAT "\n", &number) == 1) {
        g_hash_table_add(acked, GINT_TO_POINTER(number));
        n_read++;
    }
    g_assert_cmpuint(n_read, ==, n);
    kill_child(pid);
    while (fscanf(lines, "ack %" G_GINT64_FORMAT "\n", &number) == 1)
        g_hash_table_add(acked, GINT_TO_POINTER(number));
    fclose(lines);
}

static void
add_keys(sqlite3 *db, GHashTable *keys)
{
    sqlite3_stmt *query = NULL;
    g_assert_cmpint(sqlite3_prepare_v2(db,
                                       "SELECT lower(hex(key)) FROM deliveries AS d"
                                       " JOIN bodies AS b ON b.delivery = d.id",
                                       -1, &query, NULL),
                    ==, SQLITE_OK);
    while (sqlite3_step(query) == SQLITE_ROW)
        g_hash_table_add(keys, g_strdup((const char *)sqlite3_column_text(query, 0)));
    sqlite3_finalize(query);
}

static void
test_kill_under_load(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GHashTable) acked = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < KILLS; i++) {
        int output = -1;
        g_autofree char *first = g_strdup_printf("%u", i * 1000000 + 1);
        GPid pid = spawn("--produce", f->path, first, &output);
        kill_after(pid, output, 20 + (guint)g_test_rand_int_range(0, 300), acked);
    }

    g_autoptr(GHashTable) keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    sqlite3 *db = fixture_open_raw(f);
    add_keys(db, keys);
    sqlite3_close(db);
    GHashTableIter iter;
    gpointer number = NULL;
    g_hash_table_iter_init(&iter, acked);
    while (g_hash_table_iter_next(&iter, &number, NULL)) {
        g_autofree char *name = g_strdup_printf("%d", GPOINTER_TO_INT(number));
        g_autofree char *key = g_compute_checksum_for_string(G_CHECKSUM_SHA256, name, -1);
        g_assert_true(g_hash_table_contains(keys, key));
    }
    g_assert_cmpuint(g_hash_table_size(acked), >=, KILLS * 20);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) = 0 FROM pragma_integrity_check"
                                         " WHERE integrity_check <> 'ok'"),
                    ==, 1);
    fixture_open(f);
}

/* ---- the mark of what was shown ---- */

G_GNUC_NORETURN static void
child_show(const char *path, gboolean cut)
{
    static Fixture f;
    f.path = g_strdup(path);
    fixture_open(&f);
    CoexSnapshot *snapshot = fixture_load(&f, "4930");
    CoexBatch *batch = test_batch(snapshot->account_id);
    for (guint i = 0; i < 10; i++)
        coex_batch_add_line(batch, 1, COEX_FEED_NOTICE, "line", NULL, TEST_NOW);
    Committed *committed = fixture_commit(&f, batch, 0);
    const CoexFeedItem *seventh = g_ptr_array_index(committed->feed, 6);
    g_autofree char *shown = g_strconcat(path, ".shown", NULL);
    if (cut)
        g_assert_cmpint(truncate(shown, 0), ==, 0);
    coex_store_mark_shown(f.store, snapshot->account_id, seventh->seq);
    say("shown", seventh->seq);
    for (;;)
        pause();
}

static void
assert_mark_survives_kill(const char *mode)
{
    g_autoptr(Fixture) f = fixture_new();
    int output = -1;
    char line[64] = { 0 };
    GPid pid = spawn(mode, f->path, NULL, &output);
    g_assert_cmpint(read(output, line, sizeof line - 1), >, 0);
    close(output);
    kill_child(pid);

    gint64 seq = g_ascii_strtoll(line + strlen("shown "), NULL, 10);
    fixture_open(f);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpuint(snapshot->feed->len, ==, 3);
    const CoexFeedItem *first = g_ptr_array_index(snapshot->feed, 0);
    g_assert_cmpint(first->seq, ==, seq + 1);
}

static void
test_mark_survives_kill(void)
{
    assert_mark_survives_kill("--show");
    assert_mark_survives_kill("--show-cut");
}

int
main(int argc, char **argv)
{
    if (argc == 4 && g_str_equal(argv[1], "--produce"))
        child_produce(argv[2], argv[3]);
    if (argc == 3 && g_str_equal(argv[1], "--show"))
        child_show(argv[2], FALSE);
    if (argc == 3 && g_str_equal(argv[1], "--show-cut"))
        child_show(argv[2], TRUE);
    program_path = argv[0];
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/crash/kill-under-load", test_kill_under_load);
    g_test_add_func("/store/crash/mark-survives-kill", test_mark_survives_kill);
    return g_test_run();
}
