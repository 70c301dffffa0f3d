// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "session/account.h"

/* The outbox's inside, shared by outbox.c (the queue and its life with the network) and held.c
 * (what waits for a person's decision). A slip is one outbox row in memory; a lane holds one
 * person's slips in order. */

/* A full bucket beside the steady rate would make more than the allowed rate in its first second.
 */
#define COEX_NUMBER_BURST 1

typedef struct {
    CoexOutboxRow *row;
    gboolean committed;    /* its newest state is on disk */
    gboolean released;     /* was held: a closed window puts it back */
    gboolean accepted;     /* the API took it; being written down */
    char *wamid;           /* of that */
    gconstpointer request; /* names it to the HTTP client; NULL until it was started */
    gint64 due_us;         /* monotonic time before which it does not go */
    GSource *confirm;      /* while uncertain */
    CoexOutbox *outbox;
} CoexSlip;

typedef struct {
    gint64 person_id;
    GQueue slips; /* CoexSlip, by position */
    CoexPace pace;
    GSource *slow;      /* until "waiting for WhatsApp" is said */
    gboolean slow_told; /* it was said, and not yet taken back */
    CoexOutbox *outbox;
} CoexLane;

struct CoexOutbox {
    CoexAccount *account; /* borrowed: it owns this */
    GHashTable *lanes;    /* gint64 -> CoexLane */
    GHashTable *by_id;    /* local_id -> CoexSlip, borrowed */
    gint64 last_position;
    CoexPace pace;
    gint64 network_due_us; /* nothing goes before this: the network is down */
    guint network_failures;
    gboolean checking_access; /* nothing goes until the login check has answered */
    gboolean access_proven;   /* it has answered well once since the last accepted send */
    GSource *pump;
    gint64 pump_at_us;
    GSource *silence; /* until "no webhook reaches" is said */
    gboolean silence_told;
    gboolean stopped;
};

CoexLane *coex_outbox_lane(CoexOutbox *outbox, gint64 person_id);
CoexPerson *coex_slip_person(CoexSlip *slip);

/* A new slip at the end of the person's lane, not yet committed. */
CoexSlip *coex_slip_new(CoexOutbox *outbox, gint64 person_id, const char *text);
void coex_slip_remove(CoexSlip *slip);
void coex_slip_set_state(CoexSlip *slip, CoexOutboxState state);

/* Who asked, for a completion that may find everything changed. */
typedef struct {
    CoexAccount *account;
    char *local_id;
    gint64 person_id;
} CoexTicket;

CoexTicket *coex_ticket_new(CoexOutbox *outbox, const char *local_id, gint64 person_id);
void coex_ticket_free(CoexTicket *ticket);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexTicket, coex_ticket_free)
/* NULL when the account has ended or the slip is gone. */
CoexSlip *coex_ticket_slip(const CoexTicket *ticket);

/* Writes the slip's state down. */
void coex_slip_commit(CoexSlip *slip);
/* Commits @batch; afterwards tells its feed, marks the person's slips committed and pumps. When it
 * fails the user gets the texts of the new slips back. */
void coex_outbox_commit(CoexOutbox *outbox, CoexBatch *batch, CoexPerson *person);
/* The row and its FAILED line; for /resend. */
void coex_slip_fail(CoexSlip *slip, const char *why);
/* Sends what may go now, sets a timer for the rest. */
void coex_outbox_pump(CoexOutbox *outbox);
/* Tells the prompt with all parked texts of the person. */
void coex_outbox_prompt(CoexOutbox *outbox, CoexPerson *person, const char *reason);
/* Starts waiting for the status of an uncertain slip. */
void coex_slip_await_status(CoexSlip *slip);
