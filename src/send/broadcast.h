// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "store/batch.h"

/* One template to many people: planned, asked about, and sent to one after the other beside the
 * outbox, so that nobody's own texts wait for it. Before a message leaves it stands in the store as
 * one that may have arrived, and it is never tried again unless it surely has not left: so nobody
 * gets it twice. No conversation opens for it. What is not sent yet stands in the record alone.
 * Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexBroadcastOrder CoexBroadcastOrder;
typedef struct CoexBroadcasts CoexBroadcasts;
typedef struct CoexPerson CoexPerson;

CoexBroadcasts *coex_broadcasts_new(void);
/* What has surely not left does not stand there as sent. */
void coex_broadcasts_stop(CoexBroadcasts *broadcasts);
void coex_broadcasts_free(CoexBroadcasts *broadcasts);

/* Lines go to the conversation with @person, NULL: to the account's. */

/* COEX_SESSION_ASK_BROADCAST follows, or a line that says why not. */
void coex_broadcast_plan(CoexAccount *account, const CoexPerson *person,
                         const CoexBroadcastOrder *order);
/* The answer to the question @id: only what was asked last, and within ten minutes, begins. */
void coex_broadcast_begin(CoexAccount *account, const CoexPerson *person, const char *id);
void coex_broadcast_cancel(CoexAccount *account, const CoexPerson *person, const char *id);
/* Nothing of it leaves any more but what WhatsApp is being given just now. */
void coex_broadcast_stop(CoexAccount *account, const CoexPerson *person);
/* COEX_SESSION_BROADCAST follows: what became of the last one. */
void coex_broadcast_report(CoexAccount *account, const CoexPerson *person);

/* A conversation with the person is @open, or gone: in one that is stands what was sent to them. */
void coex_broadcast_note_open(CoexAccount *account, CoexPerson *person, gboolean open);
/* What of all that was sent to the person may stand before a line of theirs now. */
CoexUntold coex_broadcast_get_untold(const CoexAccount *account, const CoexPerson *person);
/* What was sent to the person is shown where a conversation with them is open. */
void coex_broadcast_tell_open(CoexAccount *account, const CoexPerson *person);

/* At the login: goes on with what the last one left, unless that is more than an hour old. */
void coex_broadcast_take_up(CoexAccount *account);
/* Only now: it is known what that one sent (coex_outbox_caught_up()). */
void coex_broadcast_go_on(CoexAccount *account);
/* The outbox has looked at all of its queues: those whose turn has come leave. */
void coex_broadcast_pump(CoexAccount *account);
/* Another desk has sent to the person what it calls @local_id (core/broadcast-id.h): nobody gets
 * the same from here. Where both are at it, one of them ends. @at: seconds since 1970. */
void coex_broadcast_note_elsewhere(CoexAccount *account, const CoexPerson *person,
                                   const char *local_id, const char *desk, gint64 at);
/* A status proved that one of ours has arrived that may have been lost: the other desks learn of
 * it. @result has its wamid. */
void coex_broadcast_note_proof(CoexAccount *account, const CoexPerson *person,
                               const CoexResult *result);
/* A status told that a message with this id of ours has failed. @why: a sentence, NULL. */
void coex_broadcast_note_failure(CoexAccount *account, const char *local_id, int code,
                                 const char *why);
