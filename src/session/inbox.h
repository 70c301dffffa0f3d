// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/message.h"
#include "core/verifier.h"
#include "session/hub.h"

/* An account's side of receiving: whether an event is for it, what the event changes, and what is
 * told of it once that is on disk. Engine thread. */

/* What was last said of receiving, and when; history_progress is -1 at first. */
typedef struct {
    gint64 stored_at; /* when the time of the last delivery was written down */
    gint64 refusal_told_at;
    gint64 mismatch_told_at;
    gint64 unreadable_told_at;
    int history_progress; /* percent that was last told */
} CoexInbox;

typedef enum {
    COEX_MATCH_NONE,
    COEX_MATCH_OURS,
    COEX_MATCH_MISMATCH, /* proven by our secret, but for another number */
} CoexMatch;

/* Whether an event proven by @realm is for this account; learns the phone_number_id. */
CoexMatch coex_inbox_match(CoexAccount *account, const char *realm, const CoexEvent *event);
/* Whether an echo among @events may be a send of ours that is still unanswered. */
gboolean coex_inbox_must_wait(CoexAccount *account, GPtrArray *events);

typedef struct CoexInboxStep CoexInboxStep;
/* Adds all changes of @events (borrowed CoexEvent, all for this account) to @batch. Returns what
 * coex_inbox_applied() needs. */
CoexInboxStep *coex_inbox_apply(CoexAccount *account, CoexBatch *batch, GPtrArray *events);
/* After the commit: tells and releases. Frees @step; with @error only frees. */
void coex_inbox_applied(CoexInboxStep *step, CoexBatch *batch, const GError *error);

/* A delivery was refused at the door. */
void coex_inbox_refused(CoexAccount *account, CoexVerdict verdict);
/* A delivery with our secret is for another number. */
void coex_inbox_mismatch(CoexAccount *account, const CoexEvent *event);
/* A genuine delivery of @realm could not be read; it is kept. */
void coex_inbox_unreadable(CoexAccount *account, const char *realm, const GError *error);
