// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Who wrote and got no answer yet, from here or from the phone: over restarts, and for so long that
 * an answer is still of use. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexPerson CoexPerson;

/* What the person wrote at @time is not seen yet; where the chat program tells what is. Stores the
 * person. */
void coex_waiting_note_unread(CoexAccount *account, CoexPerson *person, gint64 time);
/* The lines of @backlog (CoexFeedItem), which are shown now, are not seen yet. Stores their people.
 */
void coex_waiting_note_backlog(CoexAccount *account, const GPtrArray *backlog);
/* All of it was seen. Stores and tells the person. */
void coex_waiting_note_seen(CoexAccount *account, CoexPerson *person);

/* Once in a login, when all that was kept for it is applied: one line that says how many wait, who,
 * and the longest for how long, and of whom something is not read. Not again for the same people in
 * the same run of the chat program, nor, for a flapping line, within 10 minutes. */
void coex_waiting_tell(CoexAccount *account);
/* The window of somebody who waits closes in an hour: one line, once per window. */
void coex_waiting_remind(CoexAccount *account, const CoexPerson *person);
