// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The way to the screen of all that is told of a person: one after the other, lines in the order of
 * the store. Before the first of a person, which a conversation may open with, comes what is
 * earlier. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexBatch CoexBatch;
typedef struct CoexPerson CoexPerson;
typedef struct CoexSessionEvent CoexSessionEvent;

/* Tells @feed (CoexFeedItem; NULL: nothing), at once or as soon as what is earlier was read; what
 * is told later comes later. A no-op once the account is dead. */
void coex_account_tell_feed(CoexAccount *account, GPtrArray *feed);
/* The same of @event, which it takes, of a person; of the account, at once. */
void coex_account_tell_in_turn(CoexAccount *account, CoexSessionEvent *event);
/* Tells all that waits, without what is earlier: the account is about to end. */
void coex_account_tell_rest(CoexAccount *account);
/* Earlier @lines (CoexFeedItem) with the person, to be told: what waits among them counts as told.
 */
CoexSessionEvent *coex_account_past_new(CoexAccount *account, CoexPerson *person, GPtrArray *lines);
/* The end of a commit (CoexStoreCommitted) of lines: tells them. @user_data: a reference on the
 * account, which it takes. */
void coex_account_take_lines(CoexBatch *batch, const GError *error, gpointer user_data);
/* For the end of the account, which frees what waits. */
void coex_account_clear_lines(CoexAccount *account);
