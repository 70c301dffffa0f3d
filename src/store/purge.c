// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/purge.h"

#include "store/db.h"
#include <string.h>

/* They are deleted when so many are, or this long after the last deletion. */
#define PURGE_ROWS 256
#define PURGE_US G_USEC_PER_SEC

static gint64
collect(CoexPurge *purge)
{
    gint64 n_rows = 0;

    for (guint i = 1; purge->shown != NULL && i <= COEX_SHOWN_ACCOUNTS; i++) {
        purge->marks[i] = coex_shown_get(purge->shown, i);
        n_rows += MAX(purge->marks[i] - purge->purged[i], 0);
    }
    return n_rows;
}

gboolean
coex_purge_is_due(CoexPurge *purge)
{
    gint64 n_rows = collect(purge);

    return n_rows >= PURGE_ROWS ||
           (n_rows > 0 && g_get_monotonic_time() - purge->purged_at >= PURGE_US);
}

gboolean
coex_purge_run(const CoexPurge *purge, CoexDb *db, GError **error)
{
    for (guint i = 1; i <= COEX_SHOWN_ACCOUNTS; i++) {
        if (purge->marks[i] > purge->purged[i] &&
            !coex_db_run(db, "DELETE FROM feed WHERE seq <= ? AND account = ?",
                         COEX_VALUES(coex_int(purge->marks[i]), coex_int(i)), error))
            return FALSE;
    }
    return TRUE;
}

void
coex_purge_committed(CoexPurge *purge)
{
    memcpy(purge->purged, purge->marks, sizeof purge->purged);
    purge->purged_at = g_get_monotonic_time();
}

void
coex_purge_at_end(CoexPurge *purge, CoexDb *db)
{
    if (db == NULL || collect(purge) == 0)
        return;
    if (!coex_db_run(db, "BEGIN IMMEDIATE", COEX_NO_VALUES, NULL) ||
        !coex_purge_run(purge, db, NULL) || !coex_db_run(db, "COMMIT", COEX_NO_VALUES, NULL))
        coex_db_rollback(db);
}
