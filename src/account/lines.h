// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The way from a commit to the screen: lines in the order of the store. Before the first of a
 * person, which a conversation may open with, comes what is earlier (recall). Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexBatch CoexBatch;

/* Tells @feed (CoexFeedItem; NULL: nothing), at once or as soon as what is earlier was read; what
 * is told later comes later. A no-op once the account is dead. */
void coex_account_tell_feed(CoexAccount *account, GPtrArray *feed);
/* The end of a commit (CoexStoreCommitted) of lines: tells them. @user_data: a reference on the
 * account, which it takes. */
void coex_account_take_lines(CoexBatch *batch, const GError *error, gpointer user_data);
