// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/message.h"

/* Who wrote and got no answer yet, from here or from the phone: over restarts, and for so long that
 * an answer is still of use. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexPerson CoexPerson;

/* A message of this kind came from the person at @time. */
void coex_waiting_note_inbound(CoexPerson *person, CoexContentKind kind, gint64 time);
/* When a message to the person that is accepted at @now was sent: not before what it answers,
 * whatever the clock says. */
gint64 coex_waiting_get_answer_time(const CoexPerson *person, gint64 now);
/* A message to the person was sent at @time. TRUE: the person must be stored. */
gboolean coex_waiting_note_answer(CoexPerson *person, gint64 time);
/* What was sent to the person at @time, and may have been told as failed, has arrived. TRUE: the
 * person must be stored. */
gboolean coex_waiting_note_proof(CoexPerson *person, gint64 time);
/* The time of the last answer was put back: what came after it waits. */
void coex_waiting_note_correction(CoexPerson *person);
/* What was sent at @time did not arrive. TRUE: the person must be stored. */
gboolean coex_waiting_note_failure(CoexPerson *person, gint64 time);

/* What the person wrote at @time is not seen yet; where the chat program tells what is. Stores the
 * person. */
void coex_waiting_note_unread(CoexAccount *account, CoexPerson *person, gint64 time);
/* The lines of @backlog (CoexFeedItem), which are shown now, are not seen yet. Stores their people.
 */
void coex_waiting_note_backlog(CoexAccount *account, const GPtrArray *backlog);
/* All of it was seen. Stores and tells the person. */
void coex_waiting_note_seen(CoexAccount *account, CoexPerson *person);
/* Somebody wrote to the person on the phone at @time. The person must be stored. */
void coex_waiting_note_phone(CoexPerson *person, gint64 time);

/* Once in a login, when all that was kept for it is applied: one line that says how many wait, who,
 * and the longest for how long, and of whom something is not read. Not again for the same people in
 * the same run of the chat program, nor, for a flapping line, within 10 minutes. */
void coex_waiting_tell(CoexAccount *account);
/* The window of somebody who waits closes in an hour: one line, once per window. */
void coex_waiting_remind(CoexAccount *account, const CoexPerson *person);
