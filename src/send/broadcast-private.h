// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/retry.h"
#include "send/broadcast.h"

/* The inside of broadcasts, shared by broadcast.c (from the order to the end), broadcast-lane.c
 * (how the messages leave), broadcast-outcome.c (that it is written down what became of each) and
 * broadcast-report.c (what became of all). */

/* So it is kept in every language; the report tells it. */
#define COEX_BROADCAST_STOPPED "It was stopped."
/* The error code with which one has failed that was not tried: somebody was left out at their turn.
 */
#define COEX_BROADCAST_LEFT_OUT (-1)

typedef struct CoexBatch CoexBatch;
typedef struct CoexBroadcastPlan CoexBroadcastPlan;
typedef struct CoexBroadcastRecord CoexBroadcastRecord;
typedef struct CoexOutboxRow CoexOutboxRow;
typedef struct CoexStatus CoexStatus;

struct CoexBroadcasts {
    CoexAccount *account; /* borrowed: it owns this; NULL before the login */
    guint n_orders;
    CoexBroadcastPlan *plan;      /* asked about last; NULL: none */
    CoexBroadcastRecord *running; /* NULL: none */
    gboolean goes;                /* it may leave: that it runs is on disk */
    gboolean was_left;            /* by an earlier session, and what it has sent is not read yet */
    gboolean stopped;             /* nothing is written any more: the store may be gone */
    guint n_runs;
    gint64 moved_at; /* seconds since 1970: when something was accepted last, or it began */

    /* the lane */
    guint next;          /* of the record's people */
    GHashTable *reached; /* gint64, owned: who has had a turn */
    GHashTable *parts;   /* local id -> Part, owned: on their way, also of an earlier one */
    GQueue again;        /* Part, borrowed: those of them that have surely not left */
    guint n_refused;     /* one after the other */
    CoexPace pace;

    GHashTable *elsewhere; /* gint64, owned -> char *, owned: who got it from which other desk */

    GPtrArray *unsaved; /* outcomes that the disk refused */
    GSource *save;      /* until they are written again */
};

/* Writes down what became of the message, and @why (NULL) it failed. Takes @status; NULL: it has
 * surely not left, and no message stands there any more. @open: whose conversation is open, so that
 * it is to stand there; NULL: nobody's. @row (NULL): what was taken, copied. */
void coex_broadcast_note_outcome(CoexBroadcasts *broadcasts, const char *local_id,
                                 CoexStatus *status, const char *why, const CoexPerson *open,
                                 const CoexOutboxRow *row);
void coex_broadcast_outcomes_init(CoexBroadcasts *broadcasts);
/* Puts into @batch what the disk has refused: it is not written again. */
void coex_broadcast_outcomes_stop(CoexBroadcasts *broadcasts, CoexBatch *batch);
void coex_broadcast_outcomes_clear(CoexBroadcasts *broadcasts);

/* A new one may leave. */
void coex_broadcast_lane_open(CoexBroadcasts *broadcasts);
/* Nothing that has surely not left leaves any more. */
void coex_broadcast_lane_close(CoexBroadcasts *broadcasts);
/* How many people have not had their turn, or will have another. */
guint coex_broadcast_lane_count(const CoexBroadcasts *broadcasts);
/* Whether one to the person is on its way. */
gboolean coex_broadcast_lane_has(const CoexBroadcasts *broadcasts, const CoexPerson *person);
/* Whether the message with this id is on its way. */
gboolean coex_broadcast_lane_sends(const CoexBroadcasts *broadcasts, const char *local_id);
/* The person has had a turn. */
void coex_broadcast_lane_note_reached(CoexBroadcasts *broadcasts, const CoexPerson *person);

/* It ends before all have got it, since @why, a sentence, and a line says so. */
void coex_broadcast_end(CoexAccount *account, const CoexPerson *person, const char *why);
/* Its last message has left. */
void coex_broadcast_finish(CoexAccount *account);
/* Tells the one line of its end, in the conversation with @person, NULL: the account's. Takes
 * @record. */
void coex_broadcast_tell_end(CoexAccount *account, const CoexPerson *person,
                             CoexBroadcastRecord *record);
