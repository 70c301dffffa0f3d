// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/message.h"
#include "core/verifier.h"
#include "session/hub.h"

/* An account's side of receiving: whether an event is for it, what the event changes, and what is
 * told of it once that is on disk. Engine thread. */

/* What was last said of receiving, and when; history_progress is -1 at first. */
typedef struct {
    gint64 unreadable_told_at;
    char *other;      /* for whom webhooks with our secret came that are for nobody here, NULL */
    gboolean doubted; /* it was told that no webhook comes */
    int history_progress; /* percent that was last told */
} CoexInbox;

typedef enum {
    COEX_MATCH_NONE,
    COEX_MATCH_OURS,
    COEX_MATCH_MISMATCH, /* proven by our secret, but for another number */
    COEX_MATCH_OTHER,    /* proven by a secret that others have too, and for one of those */
} CoexMatch;

/* Whether an event proven by @realm is for this account: by its number, or where it names none by
 * its WABA. Learns the phone_number_id and the WABA. */
CoexMatch coex_inbox_match(CoexAccount *account, const char *realm, const CoexEvent *event);
/* The provider told the account's WABA, NULL: did not. */
void coex_inbox_learn_waba(CoexAccount *account, const char *waba_id);
/* The WABAs this account is known to stand in, NULL-terminated. Free with g_strfreev(). */
char **coex_inbox_dup_wabas(const CoexAccount *account);
/* Whether an echo among @events may be a send of ours that is still unanswered. */
gboolean coex_inbox_must_wait(CoexAccount *account, GPtrArray *events);

typedef struct CoexInboxStep CoexInboxStep;
/* Adds all changes of @events (borrowed CoexEvent, all for this account) to @batch. @age_s: how
 * long ago they came. Returns what coex_inbox_applied() needs. */
CoexInboxStep *coex_inbox_apply(CoexAccount *account, CoexBatch *batch, GPtrArray *events,
                                gint64 age_s);
/* After the commit: tells and releases. Frees @step; with @error only frees. */
void coex_inbox_applied(CoexInboxStep *step, CoexBatch *batch, const GError *error);

/* A delivery with a secret that others have too is for nobody here: no news, unless it was said
 * that none comes. */
void coex_inbox_note_other(CoexAccount *account, const CoexEvent *event);
/* To who never had a webhook: for whom they come instead, after @symptom. FALSE otherwise. */
gboolean coex_inbox_tell_other(CoexAccount *account, const char *symptom);
void coex_inbox_clear(CoexInbox *inbox);
/* A genuine delivery of @realm could not be read; it is kept. */
void coex_inbox_unreadable(CoexAccount *account, const char *realm, const GError *error);
