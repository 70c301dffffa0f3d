// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "store/shown.h"
#include <glib.h>

/* Feed items that were shown are deleted along with something else that is written, and at the end:
 * which they are stands in the file of marks. The writer's thread alone. */

typedef struct CoexDb CoexDb;

/* All zero but for @shown, which is borrowed; NULL: nothing is shown. */
typedef struct {
    CoexShown *shown;
    gint64 marks[COEX_SHOWN_ACCOUNTS + 1];  /* to be deleted up to here, by account id */
    gint64 purged[COEX_SHOWN_ACCOUNTS + 1]; /* deleted up to here */
    gint64 purged_at;                       /* monotonic µs */
} CoexPurge;

/* FALSE: it is not worth the write yet. Else coex_purge_run() deletes what was shown until now. */
gboolean coex_purge_is_due(CoexPurge *purge);

/* Inside the transaction; coex_purge_committed() when that is on disk. */
gboolean coex_purge_run(const CoexPurge *purge, CoexDb *db, GError **error);
void coex_purge_committed(CoexPurge *purge);

/* All that is left, in a transaction of its own. @db may be NULL. */
void coex_purge_at_end(CoexPurge *purge, CoexDb *db);
