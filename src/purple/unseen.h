// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* Lines that were shown to a connection which may have been dead: an IRC client that sleeps or lost
 * its network takes nothing and says nothing for minutes. What was shown since the user last typed,
 * or since BitlBee last heard from the client, is shown again, marked, when another client takes
 * over; what the process did not live to see taken over comes with the next login. Elsewhere all
 * calls do nothing. */

typedef struct CoexConnection CoexConnection;
typedef struct CoexFeedItem CoexFeedItem;

void coex_unseen_start(CoexConnection *connection);
/* Before the session ends; what is unseen then is so at the process's next login, too. */
void coex_unseen_stop(CoexConnection *connection);

/* A line is about to be shown, or was. */
void coex_unseen_check(CoexConnection *connection);
void coex_unseen_note(CoexConnection *connection, const CoexFeedItem *item, const char *name);
/* Nothing of the person is shown again. */
void coex_unseen_forget(CoexConnection *connection, const char *name);
/* Tells one line (plain text) about the account. */
void coex_unseen_tell(CoexConnection *connection, const char *text);
/* The user has typed: all before was seen, or is shown again now. */
void coex_unseen_note_typed(CoexConnection *connection);
