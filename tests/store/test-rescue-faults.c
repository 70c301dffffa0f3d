// SPDX-License-Identifier: GPL-2.0-or-later
#include "damage.h"

#include "core/error.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* A rescue on a disk that fails at each of its steps: nothing is lost, it is said what to do, and
 * the next try ends it. */

#define N_PEOPLE 40
#define N_MESSAGES 200
#define N_WAITING 6

/* ---- a disk that fails ---- */

typedef enum {
    CALL_OPEN,
    CALL_READ,
    CALL_WRITE,
    CALL_TRUNCATE,
    CALL_SYNC,
    CALL_DELETE,
} Call;

static struct {
    Call call;
    int code;          /* what it gives */
    int nth;           /* atomic; 0: never */
    gboolean for_good; /* and all that follow */
    int n_calls;       /* atomic */
} fault;

static int
fails(Call call)
{
    int nth = g_atomic_int_get(&fault.nth);
    if (nth == 0 || call != fault.call)
        return SQLITE_OK;
    int n = g_atomic_int_add(&fault.n_calls, 1) + 1;
    return n == nth || (fault.for_good && n > nth) ? fault.code : SQLITE_OK;
}

typedef struct {
    sqlite3_file base;
    sqlite3_file *real;
} File;

static sqlite3_file *
get_real(sqlite3_file *file)
{
    return ((File *)file)->real;
}

#define PASS(name, params, args)                                                                   \
    static int name params                                                                         \
    {                                                                                              \
        return get_real(file)->pMethods->name args;                                                \
    }
#define PASS_OR_FAIL(call, name, params, args)                                                     \
    static int name params                                                                         \
    {                                                                                              \
        int rc = fails(call);                                                                      \
        return rc != SQLITE_OK ? rc : get_real(file)->pMethods->name args;                         \
    }

PASS(xClose, (sqlite3_file * file), (get_real(file)))
PASS_OR_FAIL(CALL_READ, xRead, (sqlite3_file * file, void *bytes, int n, sqlite3_int64 at),
             (get_real(file), bytes, n, at))
PASS_OR_FAIL(CALL_WRITE, xWrite, (sqlite3_file * file, const void *bytes, int n, sqlite3_int64 at),
             (get_real(file), bytes, n, at))
PASS_OR_FAIL(CALL_TRUNCATE, xTruncate, (sqlite3_file * file, sqlite3_int64 size),
             (get_real(file), size))
PASS_OR_FAIL(CALL_SYNC, xSync, (sqlite3_file * file, int flags), (get_real(file), flags))
PASS(xFileSize, (sqlite3_file * file, sqlite3_int64 *ret_size), (get_real(file), ret_size))
PASS(xLock, (sqlite3_file * file, int kind), (get_real(file), kind))
PASS(xUnlock, (sqlite3_file * file, int kind), (get_real(file), kind))
PASS(xCheckReservedLock, (sqlite3_file * file, int *ret_held), (get_real(file), ret_held))
PASS(xFileControl, (sqlite3_file * file, int what, void *data), (get_real(file), what, data))
PASS(xSectorSize, (sqlite3_file * file), (get_real(file)))
PASS(xDeviceCharacteristics, (sqlite3_file * file), (get_real(file)))

static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = xClose,
    .xRead = xRead,
    .xWrite = xWrite,
    .xTruncate = xTruncate,
    .xSync = xSync,
    .xFileSize = xFileSize,
    .xLock = xLock,
    .xUnlock = xUnlock,
    .xCheckReservedLock = xCheckReservedLock,
    .xFileControl = xFileControl,
    .xSectorSize = xSectorSize,
    .xDeviceCharacteristics = xDeviceCharacteristics,
};

static sqlite3_vfs *disk;
static sqlite3_vfs failing_disk;

static int
open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
    File *f = (File *)file;
    f->base.pMethods = NULL;
    int rc = fails(CALL_OPEN);
    if (rc != SQLITE_OK)
        return rc;
    f->real = (sqlite3_file *)(f + 1);
    rc = disk->xOpen(disk, name, f->real, flags, ret_flags);
    f->base.pMethods = f->real->pMethods != NULL ? &methods : NULL;
    return rc;
}

static int
delete_file(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
    int rc = fails(CALL_DELETE);
    return rc != SQLITE_OK ? rc : disk->xDelete(disk, name, sync_folder);
}

static void
make_failing_disk(void)
{
    disk = sqlite3_vfs_find(NULL);
    failing_disk = *disk;
    failing_disk.zName = "failing";
    failing_disk.szOsFile = (int)sizeof(File) + disk->szOsFile;
    failing_disk.xOpen = open_file;
    failing_disk.xDelete = delete_file;
}

/* ---- what is to be rescued ---- */

/* As a crash leaves it: a part stands in the log only. The first page is gone. */
static void
damage_copy(Fixture *f, Fixture *copy)
{
    static const char *const parts[] = { "", "-wal", ".head", ".shown" };
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
        damage_copy_file(f, copy, parts[i]);
    damage_bytes(copy, 0, 4096, 'x');
}

/* Open. */
static void
fill(Fixture *f)
{
    fixture_open(f);
    coex_snapshot_free(fixture_load(f, "4930"));
    CoexBatch *batch = test_batch(1);
    damage_put(batch, N_PEOPLE, N_MESSAGES);
    g_autoptr(Committed) committed = fixture_commit(f, batch, 0);
    g_assert_no_error(committed->error);
    fixture_reopen(f);
    for (guint i = 0; i < N_WAITING; i++) {
        g_autofree char *name = g_strdup_printf("webhook %u", i);
        g_assert_true(fixture_deliver(f, name, name, TEST_NOW));
    }
}

static guint
count_files(Fixture *f, const char *glob)
{
    g_autofree char *folder = g_path_get_dirname(f->path);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name = NULL;
    guint n = 0;
    while ((name = g_dir_read_name(dir)) != NULL)
        n += g_pattern_match_simple(glob, name);
    return n;
}

static void
assert_rescued(Fixture *f)
{
    fixture_open(f);
    g_autofree char *report = coex_store_take_report(f->store);
    g_assert_nonnull(report);
    if (!g_pattern_match_simple(
            "*40 people, 200 messages of the past, 40 texts that wait, 200 lines "
            "not shown yet, 6 webhooks not read yet. Nothing is known to be "
            "lost.*",
            report))
        g_error("%s", report);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpuint(snapshot->people->len, ==, N_PEOPLE);
    g_assert_cmpuint(snapshot->outbox->len, ==, N_PEOPLE);
    g_autoptr(GPtrArray) rows = fixture_read(f, 0);
    g_assert_cmpuint(rows->len, ==, N_WAITING);
    fixture_close(f);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM pragma_integrity_check"
                                         " WHERE integrity_check <> 'ok'"),
                    ==, 0);
    g_assert_cmpuint(count_files(f, "coex.db.damaged-*"), ==, 1);
    g_assert_cmpuint(count_files(f, "coex.db.new*"), ==, 0);
    g_assert_cmpuint(count_files(f, "coex.db.damaged"), ==, 0);
}

/* Whether it came so far. */
static gboolean
fail_nth(Fixture *f, int nth)
{
    g_autoptr(Fixture) copy = fixture_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_path_get_dirname(copy->path);
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    damage_copy(f, copy);
    g_atomic_int_set(&fault.n_calls, 0);
    g_atomic_int_set(&fault.nth, nth);
    sqlite3_vfs_register(&failing_disk, TRUE);
    CoexStore *store = coex_store_open(copy->path, "test", &error);
    g_atomic_int_set(&fault.nth, 0);
    sqlite3_vfs_register(disk, TRUE);
    if (store == NULL) {
        g_assert_error(error, COEX_ERROR, COEX_ERROR_STORE);
        g_assert_nonnull(strstr(error->message, copy->path));
        g_assert_null(strstr(error->message, "Move it away"));
    }
    coex_store_close(store);
    assert_rescued(copy);
    return g_atomic_int_get(&fault.n_calls) >= nth;
}

static void
test_each_step(void)
{
    static const struct {
        Call call;
        int code;
        gboolean for_good;
    } faults[] = {
        { CALL_OPEN, SQLITE_CANTOPEN, FALSE },
        { CALL_OPEN, SQLITE_CANTOPEN, TRUE },
        { CALL_READ, SQLITE_IOERR_READ, FALSE },
        { CALL_WRITE, SQLITE_FULL, FALSE },
        { CALL_WRITE, SQLITE_FULL, TRUE },
        { CALL_WRITE, SQLITE_IOERR_WRITE, FALSE },
        { CALL_WRITE, SQLITE_IOERR_WRITE, TRUE },
        { CALL_SYNC, SQLITE_IOERR_FSYNC, FALSE },
        { CALL_SYNC, SQLITE_IOERR_FSYNC, TRUE },
        { CALL_TRUNCATE, SQLITE_IOERR_TRUNCATE, FALSE },
        { CALL_DELETE, SQLITE_IOERR_DELETE, FALSE },
        { CALL_DELETE, SQLITE_IOERR_DELETE, TRUE },
    };
    g_autoptr(Fixture) f = fixture_new();
    fill(f);
    for (guint i = 0; i < G_N_ELEMENTS(faults); i++) {
        int n = 1;
        fault.call = faults[i].call;
        fault.code = faults[i].code;
        fault.for_good = faults[i].for_good;
        while (fail_nth(f, n))
            n += 1 + n / 8;
        g_assert_cmpint(n, >, 1);
    }
}

/* ---- a disk that can only be read, or has no room ---- */

static gboolean has_own_mounts;

static gboolean
mount_small(Fixture *f)
{
    g_autofree char *folder = g_path_get_dirname(f->path);
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    if (has_own_mounts && mount("tmpfs", folder, "tmpfs", 0, "size=4m,mode=700") == 0)
        return TRUE;
    g_test_skip("a small disk cannot be mounted here");
    return FALSE;
}

static void
assert_refused(Fixture *f, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(coex_store_open(f->path, "test", &error));
    g_assert_error(error, COEX_ERROR, COEX_ERROR_STORE);
    if (!g_pattern_match_simple(words, error->message))
        g_error("%s", error->message);
}

static void
test_read_only(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(Fixture) copy = fixture_new();
    g_autofree char *folder = g_path_get_dirname(copy->path);
    fill(f);
    if (!mount_small(copy))
        return;
    damage_copy(f, copy);
    g_assert_cmpint(mount(NULL, folder, NULL, MS_REMOUNT | MS_RDONLY, NULL), ==, 0);
    for (guint i = 0; i < 2; i++)
        assert_refused(copy, "*Read-only file system*");
    g_assert_cmpint(mount(NULL, folder, NULL, MS_REMOUNT, NULL), ==, 0);
    assert_rescued(copy);
    g_assert_cmpint(umount(folder), ==, 0);
}

/* Less and less room. */
static void
test_full(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(Fixture) copy = fixture_new();
    g_autofree char *folder = g_path_get_dirname(copy->path);
    g_autofree char *ballast = g_build_filename(folder, "ballast", NULL);
    static const char block[4096];
    guint n_refused = 0;
    fill(f);
    if (!mount_small(copy))
        return;
    damage_copy(f, copy);
    int fd = open(ballast, O_WRONLY | O_CREAT, 0600);
    while (write(fd, block, sizeof block) > 0)
        continue;
    for (off_t size = lseek(fd, 0, SEEK_CUR); n_refused < 200; size -= 16384) {
        g_autoptr(GError) error = NULL;
        CoexStore *store = coex_store_open(copy->path, "test", &error);
        if (store != NULL) {
            coex_store_close(store);
            break;
        }
        n_refused++;
        g_assert_error(error, COEX_ERROR, COEX_ERROR_STORE);
        g_assert_nonnull(strstr(error->message, copy->path));
        g_assert_nonnull(strstr(error->message, "space"));
        g_assert_cmpint(ftruncate(fd, size - 16384), ==, 0);
    }
    close(fd);
    g_assert_cmpuint(n_refused, >, 3);
    g_assert_cmpint(g_remove(ballast), ==, 0);
    assert_rescued(copy);
    g_assert_cmpint(umount(folder), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    has_own_mounts =
        unshare(CLONE_NEWNS) == 0 && mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0;
    make_failing_disk();
    g_test_add_func("/store/rescue-faults/each-step", test_each_step);
    g_test_add_func("/store/rescue-faults/read-only", test_read_only);
    g_test_add_func("/store/rescue-faults/full", test_full);
    return g_test_run();
}
