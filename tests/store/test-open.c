// SPDX-License-Identifier: GPL-2.0-or-later
#include "fixture.h"

#include "core/error.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char *program_path;

static void
assert_refused(Fixture *f, int code, const char *const *words)
{
    g_autoptr(GError) error = NULL;
    CoexStore *store = coex_store_open(f->path, "test", &error);
    g_assert_null(store);
    g_assert_error(error, COEX_ERROR, code);
    for (; *words != NULL; words++) {
        if (strstr(error->message, *words) == NULL)
            g_error("\"%s\" is missing in: %s", *words, error->message);
    }
}
#define assert_refused(f, code, ...)                                                               \
    (assert_refused)((f), (code), (const char *const[]){ __VA_ARGS__, NULL })

static guint
get_mode(const char *path)
{
    GStatBuf status;
    g_assert_cmpint(g_stat(path, &status), ==, 0);
    return status.st_mode & 0777;
}

static void
test_files(void)
{
    g_autoptr(Fixture) f = fixture_new();
    mode_t before = umask(0);
    fixture_open(f);
    umask(before);
    g_autofree char *folder = g_path_get_dirname(f->path);
    const char *suffixes[] = { "", ".lock", ".shown", "-wal" };
    g_assert_cmpuint(get_mode(folder), ==, 0700);
    for (guint i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        g_autofree char *path = g_strconcat(f->path, suffixes[i], NULL);
        g_assert_cmpuint(get_mode(path), ==, 0600);
    }
    fixture_close(f);

    /* Rights that were too wide are narrowed. */
    g_assert_cmpint(g_chmod(f->path, 0644), ==, 0);
    fixture_open(f);
    g_assert_cmpuint(get_mode(f->path), ==, 0600);
}

static void
test_locked_by_itself(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *holder =
        g_strdup_printf("This profile is in use by test (pid %d)", (int)getpid());
    fixture_open(f);
    assert_refused(f, COEX_ERROR_LOCKED, holder, f->path);
    assert_refused(f, COEX_ERROR_LOCKED, holder);
    fixture_reopen(f);
}

/* Runs in the child: holds the store until it is killed. */
G_GNUC_NORETURN static void
hold(const char *path)
{
    g_autoptr(GError) error = NULL;
    CoexStore *store = coex_store_open(path, "bitlbee", &error);
    g_assert_no_error(error);
    g_assert_nonnull(store);
    if (write(STDOUT_FILENO, "held\n", 5) != 5)
        _exit(1);
    for (;;)
        pause();
}

static GPid
spawn_holder(Fixture *f)
{
    char *argv[] = { program_path, (char *)"--hold", f->path, NULL };
    GPid pid = 0;
    int output = -1;
    char line[5] = { 0 };
    g_autoptr(GError) error = NULL;
    g_spawn_async_with_pipes(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL,
                             &output, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(read(output, line, sizeof line), ==, sizeof line);
    close(output);
    return pid;
}

static void
test_locked_by_another(void)
{
    g_autoptr(Fixture) f = fixture_new();
    GPid pid = spawn_holder(f);
    g_autofree char *holder =
        g_strdup_printf("This profile is in use by bitlbee (pid %d)", (int)pid);
    assert_refused(f, COEX_ERROR_LOCKED, holder, f->path);
    g_assert_cmpint(kill(pid, SIGKILL), ==, 0);
    g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
    fixture_open(f);
}

static void
test_newer_schema(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_open(f);
    fixture_close(f);
    fixture_exec_raw(f, "PRAGMA user_version = 99");
    assert_refused(f, COEX_ERROR_STORE, f->path, "newer version", "99");
    g_assert_cmpint(fixture_query_raw(f, "PRAGMA user_version"), ==, 99);
    fixture_exec_raw(f, "PRAGMA user_version = 7");
    fixture_open(f);
}

static void
make_folder(Fixture *f)
{
    g_autofree char *folder = g_path_get_dirname(f->path);
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
}

static void
test_no_database(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *text = g_strnfill(10000, 'x');
    make_folder(f);
    g_assert_true(g_file_set_contents(f->path, text, -1, NULL));
    assert_refused(f, COEX_ERROR_STORE, f->path, "not a database", "Move it away");
    g_autofree char *after = NULL;
    g_assert_true(g_file_get_contents(f->path, &after, NULL, NULL));
    g_assert_cmpstr(after, ==, text);

    /* The right first bytes and nothing behind them. */
    memcpy(text, "SQLite format 3", 16);
    g_assert_true(g_file_set_contents(f->path, text, 10000, NULL));
    assert_refused(f, COEX_ERROR_STORE, f->path, "Move it away");
}

static void
test_other_programs_database(void)
{
    g_autoptr(Fixture) f = fixture_new();
    make_folder(f);
    fixture_exec_raw(f, "CREATE TABLE t(x)");
    assert_refused(f, COEX_ERROR_STORE, f->path, "another program");
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM sqlite_schema"), ==, 1);

    /* An empty file is taken for a new one. */
    g_assert_true(g_file_set_contents(f->path, "", 0, NULL));
    fixture_open(f);
}

static void
overwrite(const char *path, off_t from)
{
    g_autofree char *garbage = g_strnfill(4096, 'x');
    GStatBuf status;
    int fd = open(path, O_RDWR);
    g_assert_cmpint(g_stat(path, &status), ==, 0);
    for (off_t at = from; at < status.st_size; at += 4096)
        g_assert_cmpint(pwrite(fd, garbage, 4096, at), ==, 4096);
    close(fd);
}

static guint
count_other_pages(const char *a, const char *b)
{
    g_autofree char *one = NULL;
    g_autofree char *other = NULL;
    gsize length;
    gsize other_length;
    guint n = 0;
    g_assert_true(g_file_get_contents(a, &one, &length, NULL));
    g_assert_true(g_file_get_contents(b, &other, &other_length, NULL));
    g_assert_cmpuint(length, ==, other_length);
    for (gsize at = 0; at < length; at += 4096)
        n += memcmp(one + at, other + at, 4096) != 0 ? 1 : 0;
    return n;
}

/* All but the first page is garbage: a new one takes its place, the user hears of it, and the old
 * one is kept, with no more put back than the few pages that tell where its tables were. */
static void
test_damaged(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *before = g_build_filename(f->folder, "before", NULL);
    g_autofree char *bytes = NULL;
    gsize length = 0;
    fixture_open(f);
    coex_snapshot_free(fixture_load(f, "4930"));
    fixture_close(f);
    overwrite(f->path, 4096);
    g_assert_true(g_file_get_contents(f->path, &bytes, &length, NULL));
    g_assert_true(g_file_set_contents(before, bytes, (gssize)length, NULL));
    fixture_open(f);
    g_autofree char *report = coex_store_take_report(f->store);
    g_assert_nonnull(strstr(report, "The database was damaged."));
    char *name = strstr(report, "coex.db.damaged-");
    g_assert_nonnull(name);
    g_autofree char *folder = g_path_get_dirname(f->path);
    g_autofree char *kept = g_build_filename(folder, name, NULL);
    kept[strlen(kept) - 1] = '\0'; /* the full stop */
    g_assert_cmpuint(count_other_pages(before, kept), <=, 8);
    g_assert_cmpuint(get_mode(f->path), ==, 0600);
    g_assert_cmpuint(get_mode(kept), ==, 0600);
}

static void
test_no_folder(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *folder = g_path_get_dirname(f->path);
    g_assert_true(g_file_set_contents(folder, "a file", -1, NULL));
    assert_refused(f, COEX_ERROR_STORE, folder);
    g_assert_cmpint(g_remove(folder), ==, 0);

    g_assert_cmpint(g_mkdir(folder, 0500), ==, 0);
    if (access(folder, W_OK) != 0) /* root may write anywhere */
        assert_refused(f, COEX_ERROR_STORE, folder, g_strerror(EACCES));
    g_assert_cmpint(g_chmod(folder, 0700), ==, 0);

    /* The lock file is never followed to another place. */
    g_autofree char *lock = g_strconcat(f->path, ".lock", NULL);
    g_autofree char *elsewhere = g_build_filename(f->folder, "elsewhere", NULL);
    g_assert_cmpint(symlink(elsewhere, lock), ==, 0);
    assert_refused(f, COEX_ERROR_STORE, lock);
    g_assert_false(g_file_test(elsewhere, G_FILE_TEST_EXISTS));
}

int
main(int argc, char **argv)
{
    if (argc == 3 && g_str_equal(argv[1], "--hold"))
        hold(argv[2]);
    program_path = argv[0];
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/open/files", test_files);
    g_test_add_func("/store/open/locked-by-itself", test_locked_by_itself);
    g_test_add_func("/store/open/locked-by-another", test_locked_by_another);
    g_test_add_func("/store/open/newer-schema", test_newer_schema);
    g_test_add_func("/store/open/no-database", test_no_database);
    g_test_add_func("/store/open/other-programs-database", test_other_programs_database);
    g_test_add_func("/store/open/damaged", test_damaged);
    g_test_add_func("/store/open/no-folder", test_no_folder);
    return g_test_run();
}
