// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/shared-log.h"

#include "store/db.h"
#include "store/log-private.h"
#include "store/places.h"
#include "store/writer.h"
#include <string.h>

#define KEY_AT 8 /* in an entry's key, behind the tenant's id */

/* ---- asking the writer, and waiting for it ---- */

typedef struct Question Question;
struct Question {
    CoexLog *log;
    gboolean (*answer)(Question *question, CoexDb *db, GError **error);
    const char *id;
    CoexLogPlace *place;
    CoexLogLast *last;
    CoexLogCount *counts;
    guint n_counts;
    CoexLogWaiting *waiting;

    GMutex lock;
    GCond changed;
    gboolean done;
    GError *error;
};

static void
answer(CoexDb *db, const GError *error, gpointer data)
{
    Question *question = data;
    if (db == NULL)
        question->error = g_error_copy(error);
    else
        question->answer(question, db, &question->error);
    g_mutex_lock(&question->lock);
    question->done = TRUE;
    g_cond_signal(&question->changed);
    g_mutex_unlock(&question->lock);
}

static gboolean
ask(Question *question, GError **error)
{
    g_mutex_init(&question->lock);
    g_cond_init(&question->changed);
    coex_writer_add_task(question->log->writer, answer, question);
    g_mutex_lock(&question->lock);
    while (!question->done)
        g_cond_wait(&question->changed, &question->lock);
    g_mutex_unlock(&question->lock);
    g_cond_clear(&question->changed);
    g_mutex_clear(&question->lock);
    if (question->error == NULL)
        return TRUE;
    g_propagate_error(error, question->error);
    return FALSE;
}

/* ---- where it stands ---- */

/* What stands of it in memory: numbers of @id, and no entry has one yet. */
static void
show_id(CoexLog *log, const char *id)
{
    g_strlcpy(log->shared_id, id, sizeof log->shared_id);
    g_mutex_lock(&log->mutex);
    for (guint i = 0; i < log->n_tenants; i++) {
        CoexLogFigures *figures = &log->tenants[i].figures;
        g_strlcpy(figures->id, id, sizeof figures->id);
        figures->newest = 0;
        figures->oldest = 1;
    }
    g_mutex_unlock(&log->mutex);
}

/* From here on the numbers are nobody's, also after a crash, until all entries wait. What comes
 * meanwhile is one of them. */
static gboolean
begin_joining(CoexLog *log, CoexDb *db, const char *id, GError **error)
{
    if (!coex_db_exec(db, "BEGIN IMMEDIATE", error) || !coex_places_forget(db, error) ||
        !coex_db_exec(db, "COMMIT", error)) {
        coex_db_rollback(db);
        return FALSE;
    }
    show_id(log, "");
    g_strlcpy(log->joining_id, id, sizeof log->joining_id);
    log->is_clear = FALSE;
    log->joined_entry = 0;
    return TRUE;
}

static gboolean
join_piece(CoexLog *log, CoexDb *db, GError **error)
{
    gboolean any = TRUE;
    gint64 entry = log->joined_entry;
    if (coex_db_exec(db, "BEGIN IMMEDIATE", error) &&
        (log->is_clear ? coex_places_wait_all(db, &entry, &any, error)
                       : coex_places_clear_some(db, &any, error)) &&
        (any || !log->is_clear || coex_places_begin(db, log->joining_id, error)) &&
        coex_db_exec(db, "COMMIT", error)) {
        log->joined_entry = entry;
        if (!any && log->is_clear) {
            show_id(log, log->joining_id);
            *log->joining_id = '\0';
        }
        log->is_clear |= !any;
        return TRUE;
    }
    coex_db_rollback(db);
    return FALSE;
}

static gboolean
answer_join(Question *question, CoexDb *db, GError **error)
{
    CoexLog *log = question->log;
    if (g_str_equal(log->shared_id, question->id))
        return TRUE;
    return g_str_equal(log->joining_id, question->id) ? join_piece(log, db, error)
                                                      : begin_joining(log, db, question->id, error);
}

gboolean
coex_log_join(CoexLog *log, const char *id, gboolean *ret_joined, GError **error)
{
    CoexLogPlace place = { .place = 0 };
    Question question = { .log = log, .answer = answer_join, .id = id };
    if (!ask(&question, error) || !coex_log_get_place(log, &place, error))
        return FALSE;
    *ret_joined = g_str_equal(place.id, id);
    return TRUE;
}

static guint
get_index(const CoexLog *log, gint64 tenant)
{
    const CoexLogTenant *found = g_hash_table_lookup(log->by_id, &tenant);
    return found != NULL ? (guint)(found - log->tenants) : G_MAXUINT;
}

static gboolean
answer_place(Question *question, CoexDb *db, GError **error)
{
    CoexLogPlace *place = question->place;
    *place = (CoexLogPlace){ .place = 0 };
    g_strlcpy(place->id, question->log->shared_id, sizeof place->id);
    return coex_db_get_int(db, "SELECT place FROM shared", COEX_NO_VALUES, &place->place, error);
}

gboolean
coex_log_get_place(CoexLog *log, CoexLogPlace *ret_place, GError **error)
{
    Question question = { .log = log, .answer = answer_place, .place = ret_place };
    return ask(&question, error);
}

static gboolean
answer_last(Question *question, CoexDb *db, GError **error)
{
    CoexLogLast *last = question->last;
    *last = (CoexLogLast){ .tenant = G_MAXUINT };
    sqlite3_stmt *query =
        coex_db_query(db,
                      "SELECT tenants.id, tenants.place, key FROM tenants"
                      " JOIN places ON tenant = tenants.id AND sequence = tenants.place"
                      " JOIN entries ON entries.id = entry ORDER BY tenants.place DESC LIMIT 1",
                      COEX_NO_VALUES, error);
    CoexStep step = query != NULL ? coex_db_step(db, query, error) : COEX_STEP_FAILED;
    if (step != COEX_STEP_ROW)
        return step == COEX_STEP_DONE;
    last->tenant = get_index(question->log, sqlite3_column_int64(query, 0));
    last->place = sqlite3_column_int64(query, 1);
    memcpy(last->key, (const char *)sqlite3_column_blob(query, 2) + KEY_AT, sizeof last->key);
    sqlite3_reset(query);
    return TRUE;
}

gboolean
coex_log_get_last(CoexLog *log, CoexLogLast *ret_last, GError **error)
{
    Question question = { .log = log, .answer = answer_last, .last = ret_last };
    return ask(&question, error);
}

/* ---- counting ---- */

static gboolean
count_behind(CoexLog *log, CoexDb *db, CoexLogCount *count, GError **error)
{
    CoexValue tenant = coex_int(log->tenants[count->tenant].id);
    CoexLogFigures figures;
    if (log->is_shared)
        return coex_db_get_int(db, "SELECT count(*) FROM places WHERE tenant = ? AND sequence > ?",
                               COEX_VALUES(tenant, coex_int(count->after)), &count->ret_n, error);
    coex_log_get_figures(log, count->tenant, &figures);
    count->ret_n = MAX(figures.newest - count->after, 0);
    return TRUE;
}

static gboolean
answer_count(Question *question, CoexDb *db, GError **error)
{
    for (guint i = 0; i < question->n_counts; i++)
        if (!count_behind(question->log, db, &question->counts[i], error))
            return FALSE;
    return coex_db_get_int(db, "SELECT count(*) FROM waiting", COEX_NO_VALUES,
                           &question->waiting->n, error) &&
           coex_db_get_int(db,
                           "SELECT received_at FROM waiting JOIN entries ON entries.id = entry"
                           " ORDER BY waiting.id LIMIT 1",
                           COEX_NO_VALUES, &question->waiting->oldest_at, error);
}

gboolean
coex_log_count(CoexLog *log, CoexLogCount *counts, guint n_counts, CoexLogWaiting *ret_waiting,
               GError **error)
{
    Question question = { .log = log,
                          .answer = answer_count,
                          .counts = counts,
                          .n_counts = n_counts,
                          .waiting = ret_waiting };
    return ask(&question, error);
}

/* ---- what waits ---- */

typedef struct {
    CoexLog *log;
    gint64 after;
    const CoexLogReader *reader;
    gpointer user_data;
} Reading;

static gboolean
read_rows(CoexDb *db, const Reading *reading, GError **error)
{
    gsize bytes = 0;
    gboolean any = FALSE;
    sqlite3_stmt *query =
        coex_db_query(db,
                      "SELECT waiting.id, entry, received_at, is_send, header, proof, body, key"
                      " FROM waiting CROSS JOIN entries ON entries.id = entry"
                      " WHERE waiting.id > ? ORDER BY waiting.id LIMIT ?",
                      COEX_VALUES(coex_int(reading->after), coex_int(COEX_LOG_BATCH_ROWS)), error);
    CoexStep step = query != NULL ? coex_db_step(db, query, error) : COEX_STEP_FAILED;
    for (; step == COEX_STEP_ROW; step = coex_db_step(db, query, error)) {
        gint64 tenant = sqlite3_column_int64(query, 1) >> COEX_LOG_SEQUENCE_BITS;
        CoexLogRow row = { .waiting = sqlite3_column_int64(query, 0),
                           .tenant = get_index(reading->log, tenant),
                           .received_at = sqlite3_column_int64(query, 2),
                           .is_send = sqlite3_column_int(query, 3) != 0,
                           .header = (const char *)sqlite3_column_text(query, 4),
                           .proof = (const char *)sqlite3_column_text(query, 5),
                           .length = (gsize)sqlite3_column_bytes(query, 6) };
        bytes += any ? row.length : 0;
        if (bytes > COEX_LOG_BATCH_BYTES) {
            sqlite3_reset(query);
            return TRUE;
        }
        row.body = sqlite3_column_blob(query, 6);
        row.key = (const guint8 *)sqlite3_column_blob(query, 7) + KEY_AT;
        reading->reader->row(&row, reading->user_data);
        any = TRUE;
    }
    return step == COEX_STEP_DONE;
}

static void
read_waiting(CoexDb *db, const GError *error, gpointer data)
{
    g_autofree Reading *reading = data;
    g_autoptr(GError) own_error = NULL;
    const CoexLogFigures figures = { 0 };
    gboolean ok = db != NULL && read_rows(db, reading, &own_error);
    reading->reader->done(ok ? &figures : NULL, db == NULL ? error : own_error, reading->user_data);
}

void
coex_log_read_waiting(CoexLog *log, gint64 after, const CoexLogReader *reader, gpointer user_data)
{
    Reading *reading = g_new(Reading, 1);
    *reading = (Reading){ log, after, reader, user_data };
    coex_writer_add_task(log->writer, read_waiting, reading);
}
