// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/db.h"

#include "core/error.h"
#include "core/words.h"
#include "store/head.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct CoexDb {
    sqlite3 *handle;
    char *path;
    GHashTable *statements; /* address of the SQL -> sqlite3_stmt */
    int failure;            /* SQLite's code of the last error */
    guint n_logged;         /* pages in the log */
};

/* The cache is small because rows are; FULL syncs the log at each commit. Exclusive locking keeps
 * the log's index in our memory instead of a mapped file, which a full disk could tear away
 * (SIGBUS). What is deleted is overwritten. */
static const char PRAGMAS[] = "PRAGMA locking_mode = EXCLUSIVE;"
                              "PRAGMA synchronous = FULL;"
                              "PRAGMA cache_size = -4096;"
                              "PRAGMA mmap_size = 0;"
                              "PRAGMA journal_size_limit = 4194304;"
                              "PRAGMA temp_store = MEMORY;"
                              "PRAGMA trusted_schema = OFF;"
                              "PRAGMA secure_delete = ON;";

/* ---- failures ---- */

static char *
dup_mark_path(const char *path)
{
    return g_strconcat(path, ".damaged", NULL);
}

/* Without it the next opening meets the damage itself. */
static void
mark(const char *path)
{
    g_autofree char *mark_path = dup_mark_path(path);
    int fd = open(mark_path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0)
        close(fd);
}

gboolean
coex_db_is_marked(const char *path)
{
    g_autofree char *mark_path = dup_mark_path(path);
    return g_file_test(mark_path, G_FILE_TEST_EXISTS);
}

void
coex_db_unmark(const char *path)
{
    g_autofree char *mark_path = dup_mark_path(path);
    g_unlink(mark_path);
}

static gboolean
fail_damaged(const char *path, const char *why, GError **error)
{
    mark(path);
    coex_error_say(
        error, COEX_ERROR_STORE,
        _("%s is damaged (%s). Messages are left with WhatsApp until it is mended: log off "
          "with all numbers that this program has, and log in again. What can be read is "
          "carried into a new file then, and the old one is kept beside it."),
        path, why);
    return FALSE;
}

/* Not the beginning of a database: one that was ours is damaged there. */
static gboolean
fail_head(const char *path, const char *why, GError **error)
{
    if (coex_head_is_kept(path))
        return fail_damaged(path, why, error);
    coex_error_say(
        error, COEX_ERROR_STORE,
        _("%s is not a database (%s). Move it away and log in again: a new one will be made."),
        path, why);
    return FALSE;
}

static gboolean
fail(CoexDb *db, int rc, GError **error)
{
    const char *why = db->handle != NULL ? sqlite3_errmsg(db->handle) : sqlite3_errstr(rc);
    int system_errno = db->handle != NULL ? sqlite3_system_errno(db->handle) : 0;
    db->failure = rc;

    switch (rc & 0xff) {
    case SQLITE_FULL:
        coex_error_say(error, COEX_ERROR_STORE,
                       _("No space is left for %s. Free some space on that disk; what was stored "
                         "before is safe."),
                       db->path);
        return FALSE;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        coex_error_say(
            error, COEX_ERROR_LOCKED,
            _("This profile is in use by another program. Close it there and log in again. (%s)"),
            db->path);
        return FALSE;
    case SQLITE_NOTADB:
        return fail_head(db->path, why, error);
    case SQLITE_CORRUPT:
        return fail_damaged(db->path, why, error);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        coex_error_say(
            error, COEX_ERROR_STORE,
            _("Reading or writing %s failed: %s (%s). Check the disk and the rights of the "
              "folder."),
            db->path, why, system_errno != 0 ? g_strerror(system_errno) : _("no more is known"));
        return FALSE;
    default:
        coex_error_say(error, COEX_ERROR_STORE, _("%s refused a change: %s (code %d)."), db->path,
                       why, rc);
        return FALSE;
    }
}

gboolean
coex_db_is_broken(const CoexDb *db)
{
    switch (db->failure & 0xff) {
    case SQLITE_OK:
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
        return FALSE;
    default:
        return TRUE;
    }
}

gboolean
coex_db_needs_reopen(const CoexDb *db)
{
    int code = db->failure & 0xff;
    return coex_db_is_broken(db) && code != SQLITE_FULL && code != SQLITE_NOMEM &&
           code != SQLITE_CORRUPT;
}

gboolean
coex_db_is_damaged(const CoexDb *db)
{
    return (db->failure & 0xff) == SQLITE_CORRUPT;
}

gboolean
coex_db_in_transaction(const CoexDb *db)
{
    return sqlite3_get_autocommit(db->handle) == 0;
}

void
coex_db_rollback(CoexDb *db)
{
    if (coex_db_in_transaction(db))
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

/* ---- opening ---- */

typedef enum {
    STEP_CREATE,
    STEP_OPEN,
    STEP_PROTECT,
    STEP_READ,
} Step;

static char *
dup_failure(Step step, const char *path, const char *why)
{
    switch (step) {
    case STEP_CREATE:
        return coex_say(_("%s cannot be created: %s."), path, why);
    case STEP_OPEN:
        return coex_say(_("%s cannot be opened for writing: %s."), path, why);
    case STEP_PROTECT:
        return coex_say(_("%s cannot be kept from other users: %s."), path, why);
    case STEP_READ:
        break;
    }
    return coex_say(_("%s cannot be read: %s."), path, why);
}

static gboolean
fail_file(const char *path, Step step, GError **error)
{
    int saved = errno;
    g_autofree char *failure = dup_failure(step, path, g_strerror(saved));
    const char *remedy = _("Check the rights of that folder.");
    if (saved == ENOSPC || saved == EDQUOT)
        remedy = _("Free some space on that disk.");
    else if (saved == EROFS)
        remedy = _("That disk can only be read: choose a folder on another.");
    g_set_error(error, COEX_ERROR, COEX_ERROR_STORE, "%s %s", failure, remedy);
    return FALSE;
}

void
coex_db_sync_folder(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)fsync(fd);
    close(fd);
}

static gboolean
check_header(int fd, const char *path, GError **error)
{
    char magic[COEX_HEAD_MAGIC_BYTES];
    ssize_t n = pread(fd, magic, sizeof magic, 0);
    if (n < 0)
        return fail_file(path, STEP_READ, error);
    if (n == 0 ? !coex_head_is_kept(path) : coex_head_is_sound(magic, (gsize)n))
        return TRUE;
    return fail_head(path, n == 0 ? _("it is empty") : _("its first bytes are none"), error);
}

/* SQLite would create the file with the umask's rights and explain nothing. */
static gboolean
prepare_file(const char *path, gboolean create, GError **error)
{
    struct stat status;
    gboolean is_new = stat(path, &status) != 0;
    if (is_new && create)
        coex_head_forget(path);
    int fd = open(path, O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0600);
    if (fd < 0)
        return fail_file(path, is_new && create ? STEP_CREATE : STEP_OPEN, error);

    gboolean ok = TRUE;
    if (fstat(fd, &status) == 0 && (status.st_mode & 077) != 0 && fchmod(fd, 0600) != 0)
        ok = fail_file(path, STEP_PROTECT, error);
    ok = ok && check_header(fd, path, error);
    close(fd);
    if (ok && is_new)
        coex_db_sync_folder(path);
    return ok;
}

gboolean
coex_db_begin_log(CoexDb *db, GError **error)
{
    sqlite3_stmt *query = coex_db_query(db, "PRAGMA journal_mode = WAL", COEX_NO_VALUES, error);
    if (query == NULL)
        return FALSE;
    CoexStep step = coex_db_step(db, query, error);
    if (step == COEX_STEP_FAILED)
        return FALSE;
    gboolean is_wal =
        step == COEX_STEP_ROW && g_strcmp0((const char *)sqlite3_column_text(query, 0), "wal") == 0;
    sqlite3_reset(query);
    if (!is_wal)
        coex_error_say(
            error, COEX_ERROR_STORE,
            _("%s stands on a disk that cannot hold a write-ahead log. Choose a folder on "
              "a local disk."),
            db->path);
    return is_wal;
}

/* In place of SQLite's own hook, which empties the log within a commit: who waits for that commit
 * would wait for it too. */
static int
on_logged(void *user_data, sqlite3 *handle, const char *schema, int n_pages)
{
    CoexDb *db = user_data;
    db->n_logged = (guint)n_pages;
    return SQLITE_OK;
}

gboolean
coex_db_is_log_long(const CoexDb *db, guint n_pages)
{
    return db->n_logged >= n_pages;
}

void
coex_db_empty_log(CoexDb *db)
{
    db->n_logged = 0;
    sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

void
coex_db_wipe_log(CoexDb *db)
{
    db->n_logged = 0;
    sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

void
coex_db_keep_head(CoexDb *db)
{
    int n_logged = 0;
    int n_emptied = 0;
    if (sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, &n_logged,
                                  &n_emptied) == SQLITE_OK &&
        n_logged == n_emptied)
        coex_head_keep(db->path, db->handle);
}

static void
finalize_statement(gpointer statement)
{
    sqlite3_finalize(statement);
}

CoexDb *
coex_db_connect(const char *path, gboolean create, GError **error)
{
    if (!prepare_file(path, create, error))
        return NULL;

    CoexDb *db = g_new0(CoexDb, 1);
    db->path = g_strdup(path);
    db->statements = g_hash_table_new_full(NULL, NULL, NULL, finalize_statement);
    int rc = sqlite3_open_v2(path, &db->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc != SQLITE_OK) {
        fail(db, rc, error);
        coex_db_close(db);
        return NULL;
    }
    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_busy_timeout(db->handle, 0);
    sqlite3_wal_hook(db->handle, on_logged, db);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (!coex_db_exec(db, PRAGMAS, error)) {
        coex_db_close(db);
        return NULL;
    }
    return db;
}

void
coex_db_close(CoexDb *db)
{
    if (db == NULL)
        return;
    g_hash_table_unref(db->statements);
    sqlite3_close_v2(db->handle);
    g_free(db->path);
    g_free(db);
}

/* ---- statements ---- */

static sqlite3_stmt *
prepare(CoexDb *db, const char *sql, GError **error)
{
    sqlite3_stmt *statement = g_hash_table_lookup(db->statements, sql);
    if (statement != NULL)
        return statement;
    int rc = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
    if (rc != SQLITE_OK) {
        fail(db, rc, error);
        return NULL;
    }
    g_hash_table_insert(db->statements, (gpointer)sql, statement);
    return statement;
}

static int
bind(sqlite3_stmt *statement, int index, const CoexValue *value)
{
    switch (value->type) {
    case COEX_VALUE_INT:
        return sqlite3_bind_int64(statement, index, value->integer);
    case COEX_VALUE_TEXT:
        return sqlite3_bind_text(statement, index, value->bytes, -1, SQLITE_STATIC);
    case COEX_VALUE_BLOB:
        break;
    }
    /* SQLite takes an empty blob without an address for NULL. */
    if (value->length == 0)
        return sqlite3_bind_zeroblob(statement, index, 0);
    return sqlite3_bind_blob64(statement, index, value->bytes, value->length, SQLITE_STATIC);
}

sqlite3_stmt *
coex_db_query(CoexDb *db, const char *sql, const CoexValue *values, guint n_values, GError **error)
{
    sqlite3_stmt *statement = prepare(db, sql, error);
    if (statement == NULL)
        return NULL;
    sqlite3_reset(statement);
    for (guint i = 0; i < n_values; i++) {
        int rc = bind(statement, (int)i + 1, &values[i]);
        if (rc != SQLITE_OK) {
            fail(db, rc, error);
            sqlite3_clear_bindings(statement);
            return NULL;
        }
    }
    return statement;
}

CoexStep
coex_db_step(CoexDb *db, sqlite3_stmt *query, GError **error)
{
    int rc = sqlite3_step(query);
    if (rc == SQLITE_ROW)
        return COEX_STEP_ROW;
    if (rc != SQLITE_DONE)
        fail(db, rc, error);
    sqlite3_reset(query);
    sqlite3_clear_bindings(query);
    return rc == SQLITE_DONE ? COEX_STEP_DONE : COEX_STEP_FAILED;
}

gboolean
coex_db_run(CoexDb *db, const char *sql, const CoexValue *values, guint n_values, GError **error)
{
    sqlite3_stmt *statement = coex_db_query(db, sql, values, n_values, error);
    if (statement == NULL)
        return FALSE;
    CoexStep step = COEX_STEP_ROW;
    while (step == COEX_STEP_ROW)
        step = coex_db_step(db, statement, error);
    return step == COEX_STEP_DONE;
}

gboolean
coex_db_get_int(CoexDb *db, const char *sql, const CoexValue *values, guint n_values,
                gint64 *ret_value, GError **error)
{
    sqlite3_stmt *query = coex_db_query(db, sql, values, n_values, error);
    if (query == NULL)
        return FALSE;
    CoexStep step = coex_db_step(db, query, error);
    if (step == COEX_STEP_FAILED)
        return FALSE;
    *ret_value = step == COEX_STEP_ROW ? sqlite3_column_int64(query, 0) : 0;
    if (step == COEX_STEP_ROW)
        sqlite3_reset(query);
    return TRUE;
}

gboolean
coex_db_exec(CoexDb *db, const char *sql, GError **error)
{
    int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK || fail(db, rc, error);
}

char *
coex_db_dup_text(sqlite3_stmt *query, int column)
{
    return g_strdup((const char *)sqlite3_column_text(query, column));
}

gint64
coex_db_last_id(CoexDb *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}

guint
coex_db_n_changed(CoexDb *db)
{
    return (guint)sqlite3_changes(db->handle);
}

guint
coex_db_n_changed_in_all(CoexDb *db)
{
    return (guint)sqlite3_total_changes(db->handle);
}

void
coex_db_overwrite_frames(CoexDb *db)
{
    if (!coex_db_exec(db, "BEGIN IMMEDIATE", NULL) ||
        !coex_db_exec(db, "INSERT OR REPLACE INTO meta VALUES('overwritten', randomblob(16))",
                      NULL) ||
        !coex_db_exec(db, "COMMIT", NULL))
        coex_db_rollback(db);
}
