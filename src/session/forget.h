// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* A person is forgotten in three steps, each on disk or sure to come again: that it is wished, then
 * what the chat program has, then files and rows. A kill between them is followed up at the next
 * login. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexPerson CoexPerson;

/* The user wishes it. Not while it is not known whether a text has reached them: that is told. */
void coex_forget_wish(CoexAccount *account, CoexPerson *person);
/* The chat program has forgotten whom FORGET told as @name. */
void coex_forget_finish(CoexAccount *account, const char *name);
/* At the login, when everybody is known and nothing was applied yet: what was begun earlier.
 * Returns a line for the account, NULL: none. Free with g_free(). */
char *coex_forget_go_on(CoexAccount *account);
