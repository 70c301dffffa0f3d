// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The chats that the phone had before: thousands of messages a delivery, which go into the store in
 * slices, so that what comes meanwhile waits for none of them longer than for one slice. A slice
 * that is applied twice changes nothing. Nobody is told of them as new, and they open no window.
 * Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexBatch CoexBatch;
typedef struct CoexEvent CoexEvent;
typedef struct CoexHistorySlice CoexHistorySlice;

/* So many messages make a slice. */
#define COEX_HISTORY_SLICE 200

/* Adds all changes of @event, a COEX_EVENT_PAST for @account, to @batch. @age_s: how long ago it
 * came. FALSE: it is older than the forgetting of whom it is with, and nothing is added. */
gboolean coex_history_apply(CoexHistorySlice *slice, CoexAccount *account, CoexBatch *batch,
                            const CoexEvent *event, gint64 age_s);

CoexHistorySlice *coex_history_slice_new(void);
/* Whether nobody became known or changed in it. */
gboolean coex_history_slice_is_quiet(const CoexHistorySlice *slice);
/* After the commit: tells who is new in the lists of people, or @error. Frees @slice. */
void coex_history_applied(CoexHistorySlice *slice, const GError *error);

/* How far it has come, for the account's own line: NULL where nothing new is worth one. Free with
 * g_free(). */
char *coex_history_note_progress(CoexAccount *account, CoexBatch *batch, int percent);
/* Whether all has come, as far as is known: nothing more came for an hour. */
gboolean coex_history_is_complete(const CoexAccount *account);
/* The commit of that failed: it is told with the next one. */
void coex_history_forget_progress(CoexAccount *account);
