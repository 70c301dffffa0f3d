// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/places.h"

#include "store/db.h"
#include "store/rows.h"

#define PIECE 256 /* rows that are written in one turn of many */

/* The numbers stand apart from the entries: where they begin anew, no body is written again. */
const char COEX_PLACES_SCHEMA[] =
    "ALTER TABLE tenants ADD COLUMN place INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE tenants ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE shared(log TEXT NOT NULL, place INTEGER NOT NULL) STRICT;"
    "CREATE TABLE places(tenant INTEGER NOT NULL, sequence INTEGER NOT NULL,"
    " entry INTEGER NOT NULL UNIQUE, PRIMARY KEY(tenant, sequence)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE waiting(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " entry INTEGER NOT NULL UNIQUE) STRICT;";

gboolean
coex_places_read_id(CoexDb *db, char **ret_id, GError **error)
{
    sqlite3_stmt *query = coex_db_query(db, "SELECT log FROM shared", COEX_NO_VALUES, error);
    CoexStep step = query != NULL ? coex_db_step(db, query, error) : COEX_STEP_FAILED;
    *ret_id = NULL;
    if (step != COEX_STEP_ROW)
        return step == COEX_STEP_DONE;
    *ret_id = coex_db_dup_text(query, 0);
    sqlite3_reset(query);
    return TRUE;
}

gboolean
coex_places_forget(CoexDb *db, GError **error)
{
    return coex_db_exec(db,
                        "DELETE FROM shared;"
                        "UPDATE tenants SET place = 0, gone = 0 WHERE place + gone > 0",
                        error);
}

gboolean
coex_places_clear(CoexDb *db, GError **error)
{
    return coex_places_forget(db, error) &&
           coex_db_exec(db, "DELETE FROM places; DELETE FROM waiting;", error);
}

gboolean
coex_places_clear_some(CoexDb *db, gboolean *ret_any, GError **error)
{
    CoexValue n = coex_int(PIECE);
    *ret_any = FALSE;
    if (!coex_db_run(db,
                     "DELETE FROM places WHERE (tenant, sequence) IN"
                     " (SELECT tenant, sequence FROM places ORDER BY tenant, sequence LIMIT ?)",
                     &n, 1, error))
        return FALSE;
    *ret_any = coex_db_n_changed(db) > 0;
    if (!coex_db_run(db,
                     "DELETE FROM waiting WHERE id IN (SELECT id FROM waiting ORDER BY id LIMIT ?)",
                     &n, 1, error))
        return FALSE;
    *ret_any |= coex_db_n_changed(db) > 0;
    return TRUE;
}

gboolean
coex_places_wait_all(CoexDb *db, gint64 *entry, gboolean *ret_any, GError **error)
{
    gint64 last = 0;
    if (!coex_db_get_int(db,
                         "SELECT max(id) FROM"
                         " (SELECT id FROM entries WHERE id > ? ORDER BY id LIMIT ?)",
                         COEX_VALUES(coex_int(*entry), coex_int(PIECE)), &last, error) ||
        !coex_db_run(db,
                     "INSERT OR IGNORE INTO waiting(entry) SELECT id FROM entries"
                     " WHERE id > ? AND id <= ? ORDER BY id",
                     COEX_VALUES(coex_int(*entry), coex_int(last)), error))
        return FALSE;
    *ret_any = last > 0;
    *entry = MAX(*entry, last);
    return TRUE;
}

gboolean
coex_places_begin(CoexDb *db, const char *id, GError **error)
{
    return coex_db_exec(db, "DELETE FROM shared", error) &&
           coex_db_run(db, "INSERT INTO shared(log, place) VALUES(?, 0)",
                       COEX_VALUES(coex_text(id)), error);
}

/* In meta the paths are those keys that begin with a slash. */
gboolean
coex_places_know(CoexDb *db, const char *const *tenants, GError **error)
{
    gboolean is_new = FALSE;
    if (!coex_db_run(db, "UPDATE meta SET value = x'00' WHERE key >= '/' AND key < '0'",
                     COEX_NO_VALUES, error))
        return FALSE;
    for (guint i = 0; tenants[i] != NULL; i++) {
        CoexValue path = coex_text(tenants[i]);
        if (!coex_db_run(db, "UPDATE meta SET value = x'01' WHERE key = ?", &path, 1, error))
            return FALSE;
        if (coex_db_n_changed(db) > 0)
            continue;
        is_new = TRUE;
        if (!coex_db_run(db, "INSERT INTO meta VALUES(?, x'01')", &path, 1, error))
            return FALSE;
    }
    return coex_db_run(db, "DELETE FROM meta WHERE key >= '/' AND key < '0' AND value = x'00'",
                       COEX_NO_VALUES, error) &&
           (!is_new || coex_db_run(db, "UPDATE shared SET place = 0", COEX_NO_VALUES, error));
}

gboolean
coex_places_wait(CoexDb *db, gint64 entry, GError **error)
{
    return coex_db_run(db, "INSERT INTO waiting(entry) VALUES(?)", COEX_VALUES(coex_int(entry)),
                       error);
}

gboolean
coex_places_step(CoexDb *db, const CoexDelivery *delivery, gboolean *ret_follows, GError **error)
{
    if (!coex_db_run(db, "UPDATE shared SET place = ? WHERE place = ?",
                     COEX_VALUES(coex_int(delivery->place), coex_int(delivery->follows)), error))
        return FALSE;
    *ret_follows = coex_db_n_changed(db) > 0;
    return TRUE;
}

gboolean
coex_places_set(CoexDb *db, gint64 tenant, gint64 entry, gint64 place, gboolean *ret_set,
                GError **error)
{
    CoexValue id = coex_int(tenant);
    CoexValue number = coex_int(place);
    if (!coex_db_run(db, "INSERT OR IGNORE INTO places(tenant, sequence, entry) VALUES(?, ?, ?)",
                     COEX_VALUES(id, number, coex_int(entry)), error))
        return FALSE;
    *ret_set = coex_db_n_changed(db) > 0;
    return !*ret_set || (coex_db_run(db, "DELETE FROM waiting WHERE entry = ?",
                                     COEX_VALUES(coex_int(entry)), error) &&
                         coex_db_run(db, "UPDATE tenants SET place = max(place, ?) WHERE id = ?",
                                     COEX_VALUES(number, id), error));
}

gboolean
coex_places_remove(CoexDb *db, gint64 tenant, gint64 after, gint64 last, GError **error)
{
    CoexValue from = coex_int(after);
    CoexValue to = coex_int(last);
    return coex_db_run(db,
                       "UPDATE tenants SET gone = max(gone, coalesce((SELECT max(sequence)"
                       " FROM places WHERE entry > ? AND entry <= ?), 0)) WHERE id = ?",
                       COEX_VALUES(from, to, coex_int(tenant)), error) &&
           coex_db_run(db, "DELETE FROM places WHERE entry > ? AND entry <= ?",
                       COEX_VALUES(from, to), error) &&
           coex_db_run(db, "DELETE FROM waiting WHERE entry > ? AND entry <= ?",
                       COEX_VALUES(from, to), error);
}

sqlite3_stmt *
coex_places_query(CoexDb *db, gint64 tenant, gint64 after, guint max, GError **error)
{
    return coex_db_query(db,
                         "SELECT sequence, received_at, is_send, header, proof, body"
                         " FROM places CROSS JOIN entries ON id = entry"
                         " WHERE tenant = ? AND sequence > ? ORDER BY sequence LIMIT ?",
                         COEX_VALUES(coex_int(tenant), coex_int(after), coex_int(max)), error);
}
