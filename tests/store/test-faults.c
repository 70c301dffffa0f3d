// SPDX-License-Identifier: GPL-2.0-or-later
#include "fixture.h"

#include "core/error.h"
#include <glib/gstdio.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

/* So many syncs of SQLite fail, as a disk's do. */
static gint n_failing_syncs;

__attribute__((visibility("default"))) int
fdatasync(int fd)
{
    if (g_atomic_int_get(&n_failing_syncs) == 0)
        return fsync(fd);
    g_atomic_int_add(&n_failing_syncs, -1);
    errno = EIO;
    return -1;
}

/* Small disks are mounted where only this process sees them, and vanish with it. Needs root. */
static gboolean has_own_mounts;

static void
set_file_limit(rlim_t bytes)
{
    struct rlimit limit;
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    limit.rlim_cur = bytes != RLIM_INFINITY ? bytes : limit.rlim_max;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
}

/* Delivers until one is refused; gives the number of those committed. */
static guint
fill(Fixture *f, const char *prefix)
{
    g_autofree char *body = g_strnfill(8000, 'x');
    for (guint i = 0; i < 2000; i++) {
        g_autofree char *name = g_strdup_printf("%s %u", prefix, i);
        if (!fixture_deliver(f, name, body, TEST_NOW))
            return i;
    }
    g_assert_not_reached();
}

/* To the last byte. */
static void
fill_disk(const char *path)
{
    static const char block[4096];
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    g_assert_cmpint(fd, >=, 0);
    while (write(fd, block, sizeof block) > 0)
        continue;
    close(fd);
}

static Committed *
commit_setting(Fixture *f, gint64 account, const char *key)
{
    g_autofree char *value = g_strnfill(64000, 'v'); /* more than a delivery needs */
    CoexBatch *batch = test_batch(account);
    coex_batch_put_setting(batch, key, value);
    coex_batch_add_line(batch, 1, COEX_FEED_NOTICE, key, NULL, TEST_NOW);
    return fixture_commit(f, batch, 0);
}

/* While nothing can be written everything is refused, and nothing of it is there; what was
 * acknowledged before is. */
static void
assert_refuses(Fixture *f, gint64 account)
{
    for (guint i = 0; i < 100; i++) {
        g_autofree char *name = g_strdup_printf("refused %u", i);
        g_autofree char *body = g_strnfill(8000, 'x');
        g_assert_false(fixture_deliver(f, name, body, TEST_NOW));
    }
    g_autoptr(Committed) committed = commit_setting(f, account, "refused");
    g_assert_error(committed->error, COEX_ERROR, COEX_ERROR_STORE);
    g_assert_cmpuint(committed->feed->len, ==, 0);
}

static void
assert_recovers(Fixture *f, gint64 account, guint n_committed)
{
    gint64 deadline = g_get_monotonic_time() + 10 * TEST_SLOWNESS * G_USEC_PER_SEC;
    gboolean ok = FALSE;
    for (guint i = 0; !ok && g_get_monotonic_time() < deadline; i++)
        ok = fixture_deliver(f, "after", "after", TEST_NOW);
    g_assert_true(ok);
    g_autoptr(Committed) committed = commit_setting(f, account, "kept");
    g_assert_no_error(committed->error);

    fixture_reopen(f);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_nonnull(g_hash_table_lookup(snapshot->settings, "kept"));
    g_assert_null(g_hash_table_lookup(snapshot->settings, "refused"));
    g_assert_cmpuint(snapshot->feed->len, ==, 1);
    fixture_close(f);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM deliveries"), ==, n_committed + 1);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) = 0 FROM pragma_integrity_check"
                                         " WHERE integrity_check <> 'ok'"),
                    ==, 1);
}

/* A write that fails (EFBIG) is an I/O error to SQLite: the connection is opened anew. */
static void
test_write_fails(void)
{
    g_autoptr(Fixture) f = fixture_new();
    signal(SIGXFSZ, SIG_IGN);
    fixture_open(f);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    for (guint i = 0; i < 20; i++) {
        g_autofree char *name = g_strdup_printf("before %u", i);
        g_assert_true(fixture_deliver(f, name, name, TEST_NOW));
    }
    set_file_limit(1);
    assert_refuses(f, snapshot->account_id);
    set_file_limit(RLIM_INFINITY);
    assert_recovers(f, snapshot->account_id, 20);
    signal(SIGXFSZ, SIG_DFL);
}

/* The disk fails once: nobody hears of that, and all is written. When it goes on failing the
 * change is not made, and whoever made it is told. */
static void
test_sync_fails_once(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_open(f);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_true(fixture_deliver(f, "before", "before", TEST_NOW));

    g_atomic_int_set(&n_failing_syncs, 1);
    g_assert_true(fixture_deliver(f, "meanwhile", "meanwhile", TEST_NOW));
    g_atomic_int_set(&n_failing_syncs, 1);
    g_autoptr(Committed) once = commit_setting(f, snapshot->account_id, "once");
    g_assert_no_error(once->error);
    g_assert_cmpuint(once->feed->len, ==, 1);

    /* The last of an account that logs out. */
    g_atomic_int_set(&n_failing_syncs, 1);
    CoexBatch *batch = test_batch(snapshot->account_id);
    coex_batch_put_setting(batch, "last", "value");
    coex_store_commit(f->store, batch, NULL, NULL);
    fixture_reopen(f);
    g_assert_cmpint(g_atomic_int_get(&n_failing_syncs), ==, 0);

    g_atomic_int_set(&n_failing_syncs, G_MAXINT);
    g_autoptr(Committed) never = commit_setting(f, snapshot->account_id, "never");
    g_assert_error(never->error, COEX_ERROR, COEX_ERROR_STORE);
    g_atomic_int_set(&n_failing_syncs, 0);
    fixture_reopen(f);
    g_autoptr(CoexSnapshot) after = fixture_load(f, "4930");
    g_assert_cmpstr(g_hash_table_lookup(after->settings, "last"), ==, "value");
    g_assert_nonnull(g_hash_table_lookup(after->settings, "once"));
    g_assert_null(g_hash_table_lookup(after->settings, "never"));
    g_assert_cmpuint(after->feed->len, ==, 1);
    fixture_close(f);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM deliveries"), ==, 2);
}

static void
test_disk_full(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *folder = g_path_get_dirname(f->path);
    g_autofree char *ballast = g_build_filename(folder, "ballast", NULL);
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    if (!has_own_mounts || mount("tmpfs", folder, "tmpfs", 0, "size=2m,mode=700") != 0) {
        g_test_skip("a small disk cannot be mounted here");
        return;
    }
    g_autofree char *bytes = g_strnfill(1024 * 1024, 'b');
    g_assert_true(g_file_set_contents(ballast, bytes, 1024 * 1024, NULL));
    fixture_open(f);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    guint n_committed = fill(f, "before");
    g_assert_cmpuint(n_committed, >, 10);
    assert_refuses(f, snapshot->account_id);
    g_assert_cmpint(g_remove(ballast), ==, 0);
    assert_recovers(f, snapshot->account_id, n_committed);
    g_assert_cmpint(umount(folder), ==, 0);
}

/* No space for the database itself: refused at once, with the reason. */
static void
test_open_on_full_disk(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_path_get_dirname(f->path);
    g_autofree char *ballast = g_build_filename(folder, "ballast", NULL);
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    if (!has_own_mounts || mount("tmpfs", folder, "tmpfs", 0, "size=256k,mode=700") != 0) {
        g_test_skip("a small disk cannot be mounted here");
        return;
    }
    g_autofree char *bytes = g_strnfill(200 * 1024, 'b');
    g_assert_true(g_file_set_contents(ballast, bytes, 200 * 1024, NULL));
    CoexStore *store = coex_store_open(f->path, "test", &error);
    g_assert_null(store);
    g_assert_error(error, COEX_ERROR, COEX_ERROR_STORE);
    g_assert_nonnull(strstr(error->message, f->path));
    g_assert_nonnull(strstr(error->message, "space"));
    g_assert_cmpint(g_remove(ballast), ==, 0);
    g_assert_cmpint(umount(folder), ==, 0);
}

/* As a backup made with holes, or without regard to them, gives it back. */
static void
make_holes(const char *path)
{
    g_autofree char *bytes = NULL;
    gsize length = 0;
    g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
    int fd = open(path, O_RDWR);
    g_assert_cmpint(ftruncate(fd, 0), ==, 0);
    g_assert_cmpint(pwrite(fd, bytes, 64, 0), ==, 64);
    g_assert_cmpint(ftruncate(fd, (off_t)length), ==, 0);
    close(fd);
}

/* The file of marks: no space for its holes is a sentence, not the end of the process. */
static void
test_holes_on_full_disk(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_path_get_dirname(f->path);
    g_autofree char *ballast = g_build_filename(folder, "ballast", NULL);
    g_autofree char *shown = g_strconcat(f->path, ".shown", NULL);
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    if (!has_own_mounts || mount("tmpfs", folder, "tmpfs", 0, "size=1m,mode=700") != 0) {
        g_test_skip("a small disk cannot be mounted here");
        return;
    }
    fixture_open(f);
    fixture_close(f);
    make_holes(shown);
    fill_disk(ballast);
    CoexStore *store = coex_store_open(f->path, "test", &error);
    g_assert_null(store);
    g_assert_error(error, COEX_ERROR, COEX_ERROR_STORE);
    g_assert_nonnull(strstr(error->message, shown));
    g_assert_cmpint(g_remove(ballast), ==, 0);
    fixture_open(f);
    fixture_close(f);
    g_assert_cmpint(umount(folder), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    has_own_mounts =
        unshare(CLONE_NEWNS) == 0 && mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0;
    g_test_add_func("/store/faults/write-fails", test_write_fails);
    g_test_add_func("/store/faults/sync-fails-once", test_sync_fails_once);
    g_test_add_func("/store/faults/disk-full", test_disk_full);
    g_test_add_func("/store/faults/open-on-full-disk", test_open_on_full_disk);
    g_test_add_func("/store/faults/holes-on-full-disk", test_holes_on_full_disk);
    return g_test_run();
}
