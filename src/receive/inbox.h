// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* An account's side of receiving: what an event changes, and what is told of it once that is on
 * disk. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexBatch CoexBatch;

/* Whether an echo among @events may be a send of ours that is still unanswered. */
gboolean coex_inbox_must_wait(CoexAccount *account, GPtrArray *events);

typedef struct CoexInboxStep CoexInboxStep;
/* Adds all changes of @events (borrowed CoexEvent, all for this account, none of the history) to
 * @batch. @age_s: how
 * long ago they came. Returns what coex_inbox_applied() needs. */
CoexInboxStep *coex_inbox_apply(CoexAccount *account, CoexBatch *batch, GPtrArray *events,
                                gint64 age_s);
/* After the commit: tells and releases. With @error nothing of the step has happened: the outbox
 * learns that, and the error is told. Frees @step. TRUE when statuses came for which echoes may
 * have waited. */
gboolean coex_inbox_applied(CoexInboxStep *step, CoexBatch *batch, const GError *error);
