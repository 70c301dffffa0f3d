// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/retention.h"

#include "store/db.h"
#include "store/forget.h"
#include <sqlite3.h>

/* One step, beyond its first body: a body that goes is overwritten with zeros, which costs as much
 * as writing it, and webhooks wait meanwhile. */
#define STEP_BYTES (1024 * 1024)

static const char SELECT_OLD[] =
    "SELECT d.id, length(b.body) FROM deliveries AS d JOIN bodies AS b ON b.delivery = d.id"
    " WHERE d.state = 1 AND d.received_at < ?"
    " AND NOT EXISTS (SELECT 1 FROM waiting WHERE delivery = d.id)"
    " ORDER BY d.received_at LIMIT 64";
/* The newest row stays: its number must not be given again. */
static const char DELETE_KEYS[] =
    "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries WHERE state = 4"
    " AND received_at < ? ORDER BY received_at LIMIT 64)"
    " AND id < (SELECT max(id) FROM deliveries)";
static const char DELETE_EARLY[] =
    "DELETE FROM early_statuses WHERE id IN"
    " (SELECT id FROM early_statuses WHERE saved_at < ? ORDER BY saved_at LIMIT 64)";

static const char DELETE_PRICED[] =
    "DELETE FROM priced WHERE (account, key) IN"
    " (SELECT account, key FROM priced WHERE noted_at < ? ORDER BY noted_at LIMIT 64)";

/* The ids of the deliveries whose bodies go in this step. NULL on error. */
static GArray *
find_old(CoexDb *db, gint64 before, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    gint64 bytes = 0;
    sqlite3_stmt *query = coex_db_query(db, SELECT_OLD, COEX_VALUES(coex_int(before)), error);
    CoexStep step = query != NULL ? coex_db_step(db, query, error) : COEX_STEP_FAILED;
    for (; step == COEX_STEP_ROW; step = coex_db_step(db, query, error)) {
        gint64 id = sqlite3_column_int64(query, 0);
        bytes += ids->len > 0 ? sqlite3_column_int64(query, 1) : 0;
        if (bytes > STEP_BYTES) {
            sqlite3_reset(query);
            return g_steal_pointer(&ids);
        }
        g_array_append_val(ids, id);
    }
    return step == COEX_STEP_DONE ? g_steal_pointer(&ids) : NULL;
}

static gboolean
forget_bodies(CoexDb *db, gint64 before, guint *ret_n, GError **error)
{
    g_autoptr(GArray) ids = find_old(db, before, error);
    if (ids == NULL)
        return FALSE;
    for (guint i = 0; i < ids->len; i++) {
        if (!coex_forget_body(db, g_array_index(ids, gint64, i), error))
            return FALSE;
    }
    *ret_n += ids->len;
    return TRUE;
}

static gboolean
delete_before(CoexDb *db, const char *sql, gint64 before, guint *ret_n, GError **error)
{
    if (!coex_db_run(db, sql, COEX_VALUES(coex_int(before)), error))
        return FALSE;
    *ret_n += coex_db_n_changed(db);
    return TRUE;
}

gboolean
coex_retention_step(CoexDb *db, gint64 now, gboolean *ret_more, GError **error)
{
    guint n = 0;
    gboolean is_forgotten = FALSE;
    *ret_more = FALSE;
    if (coex_db_exec(db, "BEGIN IMMEDIATE", error) &&
        coex_forget_step(db, &n, &is_forgotten, error) &&
        forget_bodies(db, now - COEX_RETENTION_BODY_S, &n, error) &&
        delete_before(db, DELETE_KEYS, now - COEX_RETENTION_KEY_S, &n, error) &&
        delete_before(db, DELETE_EARLY, now - COEX_RETENTION_EARLY_S, &n, error) &&
        delete_before(db, DELETE_PRICED, now - COEX_RETENTION_PRICED_S, &n, error) &&
        coex_db_exec(db, "COMMIT", error)) {
        *ret_more = n > 0;
        if (is_forgotten) {
            coex_db_wipe_log(db);
        }
        return TRUE;
    }
    coex_db_rollback(db);
    return FALSE;
}
