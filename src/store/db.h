// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>
#include <sqlite3.h>

/* The one SQLite connection: how the file is opened and made durable, statements that are prepared
 * once, and SQLite's result codes turned into sentences. Used by one thread at a time. */

typedef struct CoexDb CoexDb;

/* Opens @path as it is (coex_schema_open() makes it the store's), and with @create makes the file
 * when missing. Free with coex_db_close(). COEX_ERROR_LOCKED or COEX_ERROR_STORE with path and
 * remedy. */
CoexDb *coex_db_connect(const char *path, gboolean create, GError **error);
void coex_db_close(CoexDb *db);

/* Changes go into a log first from here on. This changes the file: look before whose it is. */
gboolean coex_db_begin_log(CoexDb *db, GError **error);
/* Keeps what a rescue needs of the schema (store/head.h), once it is the newest. */
void coex_db_keep_head(CoexDb *db);

/* The log is not emptied by itself: call this outside of a transaction when it is long enough to be
 * worth it. A failure shows at the next write. */
gboolean coex_db_is_log_long(const CoexDb *db, guint n_pages);
void coex_db_empty_log(CoexDb *db);
/* Empties it so that nothing of what stood in it is left on disk. */
void coex_db_wipe_log(CoexDb *db);

/* The frames of a transaction that was written but not synced would count once the log is read
 * again, although everybody was told that it failed: others take their place. */
void coex_db_overwrite_frames(CoexDb *db);

/* ---- statements ---- */

typedef enum {
    COEX_VALUE_INT,
    COEX_VALUE_TEXT, /* NULL is SQL's NULL */
    COEX_VALUE_BLOB,
} CoexValueType;

/* A parameter of a statement; borrowed until the statement was stepped to its end. */
typedef struct {
    CoexValueType type;
    gint64 integer;
    const void *bytes;
    gsize length;
} CoexValue;

static inline CoexValue
coex_int(gint64 value)
{
    return (CoexValue){ .type = COEX_VALUE_INT, .integer = value };
}

static inline CoexValue
coex_text(const char *text)
{
    return (CoexValue){ .type = COEX_VALUE_TEXT, .bytes = text };
}

static inline CoexValue
coex_blob(const void *bytes, gsize length)
{
    return (CoexValue){ .type = COEX_VALUE_BLOB, .bytes = bytes, .length = length };
}

#define COEX_VALUES(...)                                                                           \
    ((const CoexValue[]){ __VA_ARGS__ }), G_N_ELEMENTS(((const CoexValue[]){ __VA_ARGS__ }))
#define COEX_NO_VALUES NULL, 0

typedef enum {
    COEX_STEP_ROW,
    COEX_STEP_DONE,
    COEX_STEP_FAILED,
} CoexStep;

/* @sql is a string constant: its address names the prepared statement. */
gboolean coex_db_run(CoexDb *db, const char *sql, const CoexValue *values, guint n_values,
                     GError **error);

/* Begins a query; step it to DONE or FAILED, or end it early with sqlite3_reset(). Borrowed. NULL
 * on error. */
sqlite3_stmt *coex_db_query(CoexDb *db, const char *sql, const CoexValue *values, guint n_values,
                            GError **error);
CoexStep coex_db_step(CoexDb *db, sqlite3_stmt *query, GError **error);

/* First column of the first row; 0 when there is no row. */
gboolean coex_db_get_int(CoexDb *db, const char *sql, const CoexValue *values, guint n_values,
                         gint64 *ret_value, GError **error);

/* Several statements without parameters or results. */
gboolean coex_db_exec(CoexDb *db, const char *sql, GError **error);

char *coex_db_dup_text(sqlite3_stmt *query, int column);
gint64 coex_db_last_id(CoexDb *db);
guint coex_db_n_changed(CoexDb *db);
/* Rows changed since the opening, also by triggers and virtual tables. */
guint coex_db_n_changed_in_all(CoexDb *db);

/* The name of a new file must reach the disk, too, before anything in it counts as stored: syncs
 * the folder of @path. Errors are of no use to anybody, and ignored. */
void coex_db_sync_folder(const char *path);

/* ---- after a failure ---- */

/* Whether the last error concerns more than its own statement: disk full, I/O, damage. Nothing in
 * the open transaction may then be trusted. */
gboolean coex_db_is_broken(const CoexDb *db);
/* Whether it is such that only a new connection may be trusted (a failed fsync above all). Damage
 * is the same for a new one. */
gboolean coex_db_needs_reopen(const CoexDb *db);
/* Whether it tells of damage in the file, not of its disk or of a statement. */
gboolean coex_db_is_damaged(const CoexDb *db);
gboolean coex_db_in_transaction(const CoexDb *db);
/* Ends a transaction without its changes, if one is open. Keeps the last error. */
void coex_db_rollback(CoexDb *db);

/* Damage that was met leaves a mark beside @path, until a rescue (store/rescue.h) or somebody takes
 * it away. Any thread, never fails. */
gboolean coex_db_is_marked(const char *path);
void coex_db_unmark(const char *path);
