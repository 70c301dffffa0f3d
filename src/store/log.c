// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/log.h"

#include "core/error.h"
#include "store/db.h"
#include "store/lock.h"
#include "store/log-private.h"
#include "store/places.h"
#include "store/writer.h"
#include <errno.h>
#include <string.h>

/* "COXL": tells a log from other databases. */
#define APPLICATION_ID 0x434f584c
#define VERSION 2

#define ENTRY_BYTES 256 /* beside its body, about */

#define RETAIN_EVERY_S 3600
#define RETAIN_ROWS 64
#define RETAIN_BYTES (1024 * 1024) /* beyond the first */
/* A clock that was set ahead while this runs makes nothing old. */
#define CLOCK_SLACK_S 3600

static const char SCHEMA[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;"
    "INSERT INTO meta VALUES('id', randomblob(16));"
    "CREATE TABLE tenants(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE,"
    " newest INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE TABLE entries(id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE,"
    " received_at INTEGER NOT NULL, is_send INTEGER NOT NULL, header TEXT, proof TEXT,"
    " body BLOB NOT NULL) STRICT;";

/* ---- opening ---- */

static gboolean
fail(const CoexLog *log, const char *why, GError **error)
{
    g_set_error(
        error, COEX_ERROR, COEX_ERROR_STORE,
        "%s is %s. Move it away, or name another file as the database: a new one will be made.",
        log->path, why);
    return FALSE;
}

static gboolean
check(const CoexLog *log, CoexDb *db, gint64 *ret_version, GError **error)
{
    gint64 application_id = 0;
    gint64 n_tables = 0;
    if (!coex_db_get_int(db, "PRAGMA user_version", COEX_NO_VALUES, ret_version, error) ||
        !coex_db_get_int(db, "PRAGMA application_id", COEX_NO_VALUES, &application_id, error) ||
        !coex_db_get_int(db, "SELECT count(*) FROM sqlite_schema", COEX_NO_VALUES, &n_tables,
                         error))
        return FALSE;
    if (n_tables > 0 && application_id != APPLICATION_ID)
        return fail(log, "the database of something else", error);
    if (*ret_version > VERSION)
        return fail(log, "a log of a newer version of this program", error);
    return TRUE;
}

static gboolean
make_tables(CoexDb *db, gint64 version, GError **error)
{
    g_autofree char *stamp = g_strdup_printf(
        "PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION_ID, VERSION);
    if (coex_db_exec(db, "BEGIN IMMEDIATE", error) &&
        (version > 0 || coex_db_exec(db, SCHEMA, error)) &&
        coex_db_exec(db, COEX_PLACES_SCHEMA, error) && coex_db_exec(db, stamp, error) &&
        coex_db_exec(db, "COMMIT", error))
        return TRUE;
    coex_db_rollback(db);
    return FALSE;
}

static CoexDb *
open_db(const CoexLog *log, gboolean create, GError **error)
{
    gint64 version = 0;
    CoexDb *db = coex_db_connect(log->path, create, error);
    if (db == NULL)
        return NULL;
    if (check(log, db, &version, error) && coex_db_begin_log(db, error) &&
        (version == VERSION || make_tables(db, version, error))) {
        coex_db_keep_head(db);
        return db;
    }
    coex_db_close(db);
    return NULL;
}

static CoexDb *
reopen(const char *path, gpointer data, GError **error)
{
    return open_db(data, FALSE, error);
}

static gboolean
read_id(CoexLog *log, CoexDb *db, GError **error)
{
    sqlite3_stmt *query =
        coex_db_query(db, "SELECT hex(value) FROM meta WHERE key = 'id'", COEX_NO_VALUES, error);
    CoexStep step = query != NULL ? coex_db_step(db, query, error) : COEX_STEP_FAILED;
    if (step == COEX_STEP_FAILED)
        return FALSE;
    if (step == COEX_STEP_DONE)
        return fail(log, "no whole log", error);
    g_autofree char *id = coex_db_dup_text(query, 0);
    g_autofree char *lower = g_ascii_strdown(id, -1);
    sqlite3_reset(query);
    g_strlcpy(log->id, lower, sizeof log->id);
    return TRUE;
}

static gboolean
read_shared_id(CoexLog *log, CoexDb *db, GError **error)
{
    g_autofree char *id = NULL;
    if (!coex_places_read_id(db, &id, error))
        return FALSE;
    g_strlcpy(log->shared_id, id != NULL ? id : "", sizeof log->shared_id);
    return TRUE;
}

static gboolean
read_oldest(CoexDb *db, gint64 tenant, CoexLogFigures *figures, GError **error)
{
    sqlite3_stmt *query = coex_db_query(
        db, "SELECT id, received_at FROM entries WHERE id > ? AND id < ? ORDER BY id LIMIT 1",
        COEX_VALUES(coex_int(coex_log_first_id(tenant)), coex_int(coex_log_first_id(tenant + 1))),
        error);
    CoexStep step = query != NULL ? coex_db_step(db, query, error) : COEX_STEP_FAILED;
    figures->oldest = figures->newest + 1;
    if (step == COEX_STEP_ROW) {
        figures->oldest = sqlite3_column_int64(query, 0) - coex_log_first_id(tenant);
        figures->oldest_at = sqlite3_column_int64(query, 1);
        sqlite3_reset(query);
    }
    figures->n_kept = figures->newest - figures->oldest + 1;
    return step != COEX_STEP_FAILED;
}

/* What stands of the tenant, an id, in the database. */
static gboolean
read_figures(CoexLog *log, CoexDb *db, gint64 tenant, CoexLogFigures *ret_figures, GError **error)
{
    gint64 place = 0, gone = 0;
    sqlite3_stmt *query =
        coex_db_query(db, "SELECT newest, bytes, place, gone FROM tenants WHERE id = ?",
                      COEX_VALUES(coex_int(tenant)), error);
    CoexStep step = query != NULL ? coex_db_step(db, query, error) : COEX_STEP_FAILED;
    *ret_figures = (CoexLogFigures){ 0 };
    if (step == COEX_STEP_FAILED)
        return FALSE;
    if (step == COEX_STEP_ROW) {
        ret_figures->newest = sqlite3_column_int64(query, 0);
        ret_figures->bytes = sqlite3_column_int64(query, 1);
        place = sqlite3_column_int64(query, 2);
        gone = sqlite3_column_int64(query, 3);
        sqlite3_reset(query);
    }
    if (!read_oldest(db, tenant, ret_figures, error))
        return FALSE;
    g_strlcpy(ret_figures->id, log->id, sizeof ret_figures->id);
    if (log->is_shared) {
        g_strlcpy(ret_figures->id, log->shared_id, sizeof ret_figures->id);
        ret_figures->newest = place;
        ret_figures->oldest = gone + 1;
    }
    return TRUE;
}

static gboolean
read_tenant(CoexLog *log, CoexDb *db, const char *path, CoexLogTenant *tenant, GError **error)
{
    if (!coex_db_run(db, "INSERT OR IGNORE INTO tenants(path) VALUES(?)",
                     COEX_VALUES(coex_text(path)), error) ||
        !coex_db_get_int(db, "SELECT id FROM tenants WHERE path = ?", COEX_VALUES(coex_text(path)),
                         &tenant->id, error) ||
        !read_figures(log, db, tenant->id, &tenant->figures, error))
        return FALSE;
    g_hash_table_insert(log->by_id, &tenant->id, tenant);
    return TRUE;
}

static gboolean
read_strangers(CoexLog *log, CoexDb *db, GError **error)
{
    gint64 bytes = 0;
    if (!coex_db_get_int(db, "SELECT coalesce(sum(bytes), 0) FROM tenants", COEX_NO_VALUES, &bytes,
                         error))
        return FALSE;
    g_mutex_lock(&log->mutex);
    for (guint i = 0; i < log->n_tenants; i++)
        bytes -= log->tenants[i].figures.bytes;
    log->strangers = MAX(bytes, 0);
    g_mutex_unlock(&log->mutex);
    return TRUE;
}

static gboolean
read_tenants(CoexLog *log, CoexDb *db, const char *const *paths, GError **error)
{
    gboolean ok = coex_db_exec(db, "BEGIN IMMEDIATE", error);
    for (guint i = 0; ok && i < log->n_tenants; i++)
        ok = read_tenant(log, db, paths[i], &log->tenants[i], error);
    ok = ok && coex_places_know(db, paths, error) &&
         (log->is_shared || coex_places_clear(db, error));
    if (ok && coex_db_exec(db, "COMMIT", error))
        return read_strangers(log, db, error);
    coex_db_rollback(db);
    return FALSE;
}

/* ---- writing: the writer's thread ---- */

static gboolean
number_entry(CoexLog *log, CoexDb *db, CoexLogTenant *tenant, const CoexDelivery *delivery,
             gint64 *ret_id, GError **error)
{
    gint64 size = (gint64)g_bytes_get_size(delivery->body) + ENTRY_BYTES;
    sqlite3_stmt *query = coex_db_query(db,
                                        "UPDATE tenants SET newest = newest + 1, bytes = bytes + ?"
                                        " WHERE id = ? RETURNING newest, bytes",
                                        COEX_VALUES(coex_int(size), coex_int(tenant->id)), error);
    CoexStep step = query != NULL ? coex_db_step(db, query, error) : COEX_STEP_FAILED;
    if (step != COEX_STEP_ROW)
        return step == COEX_STEP_DONE ? fail(log, "no whole log", error) : FALSE;
    gint64 newest = sqlite3_column_int64(query, 0);
    gint64 bytes = sqlite3_column_int64(query, 1);
    if (coex_db_step(db, query, error) != COEX_STEP_DONE)
        return FALSE;
    g_mutex_lock(&log->mutex);
    if (tenant->figures.n_kept++ == 0)
        tenant->figures.oldest_at = delivery->received_at;
    if (!log->is_shared)
        tenant->figures.newest = newest;
    tenant->figures.bytes = bytes;
    g_mutex_unlock(&log->mutex);
    *ret_id = coex_log_first_id(tenant->id) + newest;
    return TRUE;
}

/* A key counts for its tenant alone. */
#define KEY_BYTES (8 + 32)
static void
make_key(gint64 tenant, const guint8 *key, guint8 ret_key[KEY_BYTES])
{
    gint64 first = GINT64_TO_BE(tenant);
    memcpy(ret_key, &first, 8);
    memcpy(ret_key + 8, key, 32);
}

static gboolean
insert_entry(CoexLog *log, CoexDb *db, const CoexDelivery *delivery, const CoexValue *key,
             gint64 *ret_id, GError **error)
{
    gsize length = 0;
    const void *body = g_bytes_get_data(delivery->body, &length);
    return number_entry(log, db, &log->tenants[delivery->tenant], delivery, ret_id, error) &&
           coex_db_run(db,
                       "INSERT INTO entries(id, key, received_at, is_send, header, proof, body)"
                       " VALUES(?, ?, ?, ?, ?, ?, ?)",
                       COEX_VALUES(coex_int(*ret_id), *key, coex_int(delivery->received_at),
                                   coex_int(delivery->is_send), coex_text(delivery->header),
                                   coex_text(delivery->proof), coex_blob(body, length)),
                       error);
}

static gboolean
place_entry(CoexLog *log, CoexDb *db, const CoexDelivery *delivery, gint64 id, GError **error)
{
    CoexLogTenant *tenant = &log->tenants[delivery->tenant];
    gboolean is_set = FALSE;
    if (!coex_places_set(db, tenant->id, id, delivery->place, &is_set, error))
        return FALSE;
    g_mutex_lock(&log->mutex);
    if (is_set)
        tenant->figures.newest = MAX(tenant->figures.newest, delivery->place);
    g_mutex_unlock(&log->mutex);
    return TRUE;
}

static gboolean
add_delivery(CoexDb *db, const CoexDelivery *delivery, gpointer data, gboolean *ret_added,
             GError **error)
{
    CoexLog *log = data;
    gint64 id = 0;
    guint8 bytes[KEY_BYTES];
    gboolean follows = TRUE;
    CoexLogTenant *tenant = &log->tenants[delivery->tenant];
    make_key(tenant->id, delivery->key, bytes);
    CoexValue key = coex_blob(bytes, sizeof bytes);
    *ret_added = FALSE;
    if (delivery->place != 0 && !coex_places_step(db, delivery, &follows, error))
        return FALSE;
    if (!follows)
        return TRUE;
    if (!coex_db_get_int(db, "SELECT id FROM entries WHERE key = ?", &key, 1, &id, error))
        return FALSE;
    *ret_added = id == 0;
    if (id == 0 && !insert_entry(log, db, delivery, &key, &id, error))
        return FALSE;
    if (delivery->place != 0)
        return place_entry(log, db, delivery, id, error);
    /* What lies ahead comes in its turn. */
    gboolean is_ahead = *log->joining_id != '\0' && id > log->joined_entry;
    return !log->is_shared || !*ret_added || is_ahead || coex_places_wait(db, id, error);
}

/* ---- what is old: the writer's thread ---- */

static gint64
get_oldest_kept_ms(const CoexLog *log, gint64 now)
{
    gint64 runs_s = (g_get_monotonic_time() - log->opened_us) / G_USEC_PER_SEC;
    gint64 at_most = log->opened_at + runs_s + CLOCK_SLACK_S;
    return (MIN(now, at_most) - log->keep_s) * 1000;
}

/* The last entry that goes in this step, 0: none does. */
static gboolean
find_old(CoexDb *db, gint64 tenant, gint64 before_ms, gint64 *ret_last, GError **error)
{
    gint64 bytes = 0;
    sqlite3_stmt *query =
        coex_db_query(db,
                      "SELECT id, received_at, length(body) FROM entries WHERE id > ? AND id < ?"
                      " ORDER BY id LIMIT ?",
                      COEX_VALUES(coex_int(coex_log_first_id(tenant)),
                                  coex_int(coex_log_first_id(tenant + 1)), coex_int(RETAIN_ROWS)),
                      error);
    CoexStep step = query != NULL ? coex_db_step(db, query, error) : COEX_STEP_FAILED;
    *ret_last = 0;
    for (; step == COEX_STEP_ROW; step = coex_db_step(db, query, error)) {
        bytes += *ret_last != 0 ? sqlite3_column_int64(query, 2) : 0;
        if (sqlite3_column_int64(query, 1) >= before_ms || bytes > RETAIN_BYTES) {
            sqlite3_reset(query);
            return TRUE;
        }
        *ret_last = sqlite3_column_int64(query, 0);
    }
    return step == COEX_STEP_DONE;
}

static gboolean
remove_until(CoexDb *db, gint64 tenant, gint64 last, GError **error)
{
    return coex_db_run(db,
                       "UPDATE tenants SET bytes = bytes - (SELECT sum(length(body) + ?)"
                       " FROM entries WHERE id > ? AND id <= ?) WHERE id = ?",
                       COEX_VALUES(coex_int(ENTRY_BYTES), coex_int(coex_log_first_id(tenant)),
                                   coex_int(last), coex_int(tenant)),
                       error) &&
           coex_places_remove(db, tenant, coex_log_first_id(tenant), last, error) &&
           coex_db_run(db, "DELETE FROM entries WHERE id > ? AND id <= ?",
                       COEX_VALUES(coex_int(coex_log_first_id(tenant)), coex_int(last)), error);
}

static gboolean
retain_tenant(CoexDb *db, gint64 tenant, gint64 before_ms, gboolean *ret_more, GError **error)
{
    gint64 last = 0;
    if (coex_db_exec(db, "BEGIN IMMEDIATE", error) &&
        find_old(db, tenant, before_ms, &last, error) &&
        (last == 0 || remove_until(db, tenant, last, error)) && coex_db_exec(db, "COMMIT", error)) {
        *ret_more = last != 0;
        return TRUE;
    }
    coex_db_rollback(db);
    return FALSE;
}

static void
note_figures(CoexLog *log, CoexDb *db, gint64 id)
{
    CoexLogTenant *tenant = g_hash_table_lookup(log->by_id, &id);
    CoexLogFigures figures;
    if (tenant == NULL || !read_figures(log, db, id, &figures, NULL))
        return;
    g_mutex_lock(&log->mutex);
    tenant->figures = figures;
    g_mutex_unlock(&log->mutex);
}

/* A tenant after the other, also those that are no more, and from the first again. */
static gboolean
retain(CoexDb *db, gint64 now, gpointer data, gboolean *ret_more, GError **error)
{
    CoexLog *log = data;
    gboolean again = FALSE;
    gint64 tenant = 0;
    if (!coex_db_get_int(db, "SELECT id FROM tenants WHERE id >= ? ORDER BY id LIMIT 1",
                         COEX_VALUES(coex_int(log->retain_tenant)), &tenant, error))
        return FALSE;
    *ret_more = tenant != 0;
    log->retain_tenant = 0;
    if (tenant == 0)
        return read_strangers(log, db, error);
    if (!retain_tenant(db, tenant, get_oldest_kept_ms(log, now), &again, error))
        return FALSE;
    note_figures(log, db, tenant);
    log->retain_tenant = again ? tenant : tenant + 1;
    return TRUE;
}

static const CoexWriterKind writer_kind = { reopen, add_delivery, retain, RETAIN_EVERY_S, FALSE };

/* ---- opening and closing ---- */

static gboolean
open_parts(CoexLog *log, const CoexLogSpec *spec, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(spec->path);
    g_autofree char *lock_path = g_strconcat(spec->path, ".lock", NULL);
    if (g_mkdir_with_parents(folder, 0700) != 0) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_STORE,
                    "The folder %s cannot be made: %s. Check the rights of the folder above it.",
                    folder, g_strerror(errno));
        return FALSE;
    }
    log->lock = coex_lock_take(lock_path, spec->program, spec->path, error);
    CoexDb *db = log->lock != NULL ? open_db(log, TRUE, error) : NULL;
    if (db == NULL)
        return FALSE;
    if (!read_id(log, db, error) || !read_shared_id(log, db, error) ||
        !read_tenants(log, db, spec->tenants, error)) {
        coex_db_close(db);
        return FALSE;
    }
    log->writer = coex_writer_start(db, spec->path, &writer_kind, log, NULL, error);
    return log->writer != NULL;
}

CoexLog *
coex_log_open(const CoexLogSpec *spec, GError **error)
{
    CoexLog *log = g_new0(CoexLog, 1);
    g_mutex_init(&log->mutex);
    log->path = g_strdup(spec->path);
    log->keep_s = spec->keep_s;
    log->limit = (gint64)MIN(spec->limit, G_MAXINT64);
    log->is_shared = spec->is_shared;
    log->opened_at = g_get_real_time() / G_USEC_PER_SEC;
    log->opened_us = g_get_monotonic_time();
    log->n_tenants = g_strv_length((char **)spec->tenants);
    log->tenants = g_new0(CoexLogTenant, log->n_tenants);
    log->by_id = g_hash_table_new(g_int64_hash, g_int64_equal);
    if (open_parts(log, spec, error))
        return log;
    coex_log_close(log);
    return NULL;
}

void
coex_log_close(CoexLog *log)
{
    if (log == NULL)
        return;
    coex_writer_stop(log->writer);
    coex_lock_release(log->lock);
    g_hash_table_unref(log->by_id);
    g_free(log->tenants);
    g_mutex_clear(&log->mutex);
    g_free(log->path);
    g_free(log);
}

/* ---- any thread ---- */

void
coex_log_get_figures(CoexLog *log, guint tenant, CoexLogFigures *ret_figures)
{
    g_mutex_lock(&log->mutex);
    *ret_figures = log->tenants[tenant].figures;
    g_mutex_unlock(&log->mutex);
}

/* Half of the room is common, first come, first served; of the other half each tenant has the same
 * share, which nobody else can fill. */
static gboolean
has_room(const CoexLog *log, guint tenant, gint64 size)
{
    gint64 share = log->limit / 2 / log->n_tenants;
    gint64 common = log->strangers;
    if (log->tenants[tenant].figures.bytes + size <= share)
        return TRUE;
    for (guint i = 0; i < log->n_tenants; i++)
        common += MAX(log->tenants[i].figures.bytes - share, 0);
    return common + size <= log->limit / 2;
}

CoexLogTaking
coex_log_add(CoexLog *log, guint tenant, const CoexDelivery *delivery, CoexStoreAcked acked,
             gpointer user_data)
{
    CoexDelivery entry = *delivery;
    g_mutex_lock(&log->mutex);
    gboolean fits = delivery->place != 0 ||
                    has_room(log, tenant, (gint64)g_bytes_get_size(delivery->body) + ENTRY_BYTES);
    g_mutex_unlock(&log->mutex);
    if (!fits)
        return COEX_LOG_FULL;
    entry.tenant = tenant;
    return coex_writer_add_delivery(log->writer, &entry, acked, user_data) ? COEX_LOG_TAKEN
                                                                           : COEX_LOG_BUSY;
}

/* ---- reading ---- */

typedef struct {
    CoexLog *log;
    guint tenant;
    gint64 after;
    const CoexLogReader *reader;
    gpointer user_data;
} Reading;

static sqlite3_stmt *
query_rows(CoexDb *db, const Reading *reading, gint64 first, GError **error)
{
    gint64 tenant = reading->log->tenants[reading->tenant].id;
    gint64 after = MIN(reading->after, ((gint64)1 << COEX_LOG_SEQUENCE_BITS) - 1);
    if (reading->log->is_shared)
        return coex_places_query(db, tenant, reading->after, COEX_LOG_BATCH_ROWS, error);
    return coex_db_query(db,
                         "SELECT id, received_at, is_send, header, proof, body FROM entries"
                         " WHERE id > ? AND id < ? ORDER BY id LIMIT ?",
                         COEX_VALUES(coex_int(first + after),
                                     coex_int(coex_log_first_id(tenant + 1)),
                                     coex_int(COEX_LOG_BATCH_ROWS)),
                         error);
}

static gboolean
read_rows(CoexDb *db, const Reading *reading, GError **error)
{
    gint64 first =
        reading->log->is_shared ? 0 : coex_log_first_id(reading->log->tenants[reading->tenant].id);
    gsize bytes = 0;
    gboolean any = FALSE;
    sqlite3_stmt *query = query_rows(db, reading, first, error);
    CoexStep step = query != NULL ? coex_db_step(db, query, error) : COEX_STEP_FAILED;
    for (; step == COEX_STEP_ROW; step = coex_db_step(db, query, error)) {
        CoexLogRow row = { .sequence = sqlite3_column_int64(query, 0) - first,
                           .received_at = sqlite3_column_int64(query, 1),
                           .is_send = sqlite3_column_int(query, 2) != 0,
                           .header = (const char *)sqlite3_column_text(query, 3),
                           .proof = (const char *)sqlite3_column_text(query, 4),
                           .length = (gsize)sqlite3_column_bytes(query, 5) };
        bytes += any ? row.length : 0;
        if (bytes > COEX_LOG_BATCH_BYTES) {
            sqlite3_reset(query);
            return TRUE;
        }
        row.body = sqlite3_column_blob(query, 5);
        reading->reader->row(&row, reading->user_data);
        any = TRUE;
    }
    return step == COEX_STEP_DONE;
}

static void
read_entries(CoexDb *db, const GError *error, gpointer data)
{
    g_autofree Reading *reading = data;
    CoexLogTenant *tenant = &reading->log->tenants[reading->tenant];
    g_autoptr(GError) own_error = NULL;
    CoexLogFigures figures;
    if (db == NULL) {
        reading->reader->done(NULL, error, reading->user_data);
        return;
    }
    if (!read_figures(reading->log, db, tenant->id, &figures, &own_error) ||
        !read_rows(db, reading, &own_error)) {
        reading->reader->done(NULL, own_error, reading->user_data);
        return;
    }
    g_mutex_lock(&reading->log->mutex);
    tenant->figures = figures;
    g_mutex_unlock(&reading->log->mutex);
    reading->reader->done(&figures, NULL, reading->user_data);
}

void
coex_log_read(CoexLog *log, guint tenant, gint64 after, const CoexLogReader *reader,
              gpointer user_data)
{
    Reading *reading = g_new(Reading, 1);
    *reading = (Reading){ log, tenant, after, reader, user_data };
    coex_writer_add_task(log->writer, read_entries, reading);
}
