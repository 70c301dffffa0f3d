// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "store/log.h"

/* A log (store/log.h) of several programs, each with a database of its own: what came to one of
 * them is handed to the others by somebody who gives it its number. Entries that have none yet
 * wait for that, and nobody reads them. Hides where each entry stands, and what is to be handed on
 * once more where the numbers begin anew. */

/* Where a program stands in the shared log. */
typedef struct {
    char id[COEX_LOG_ID_BYTES]; /* of the numbers; "": none yet */
    gint64 place;               /* up to which everything was taken; 0: nothing */
} CoexLogPlace;

/* The last of what it has taken and still keeps. */
typedef struct {
    gint64 place; /* 0: none is kept */
    guint tenant; /* whose it is; G_MAXUINT: of one that is no more */
    guint8 key[32];
} CoexLogLast;

/* The numbers are to be those of @id: where they are others, no entry has one any more, and all
 * wait. That is done in pieces, one a call, between which others write: it is called again until
 * @ret_joined, and begins anew where it did not come so far. Until then the numbers are nobody's.
 * Blocks, as the next two do: not for a thread with a loop. COEX_ERROR_STORE. */
gboolean coex_log_join(CoexLog *log, const char *id, gboolean *ret_joined, GError **error);
gboolean coex_log_get_place(CoexLog *log, CoexLogPlace *ret_place, GError **error);
/* Looks at all tenants. */
gboolean coex_log_get_last(CoexLog *log, CoexLogLast *ret_last, GError **error);

/* Reads what waits, those first that have longest, behind @after, a row's `waiting`; within the
 * bounds of coex_log_read(). @tenant of a row is its tenant's index. The figures of done() are of
 * no tenant. Any thread. */
void coex_log_read_waiting(CoexLog *log, gint64 after, const CoexLogReader *reader,
                           gpointer user_data);

/* How many entries of @tenant are behind the number @after. */
typedef struct {
    guint tenant;
    gint64 after;
    gint64 ret_n;
} CoexLogCount;

typedef struct {
    gint64 n;
    gint64 oldest_at; /* when the first of them came, milliseconds since 1970; 0: none waits */
} CoexLogWaiting;

/* Counts, in a log that need not be shared, and those that wait. Blocks. COEX_ERROR_STORE. */
gboolean coex_log_count(CoexLog *log, CoexLogCount *counts, guint n_counts,
                        CoexLogWaiting *ret_waiting, GError **error);
