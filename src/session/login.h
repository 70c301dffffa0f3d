// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "send/outbox.h"
#include <glib.h>

/* The login of an account in four steps: the database, the access, the listener, online. Engine
 * thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexPeople CoexPeople;
typedef struct CoexTitles CoexTitles;

/* Inside of a login. */
typedef struct CoexLoginState {
    guint n_locked; /* times that the database was another program's */
    GSource *locked;
    GSource *timeout;
    char *unreachable;  /* why the access was not checked, a sentence; NULL */
    CoexPeople *people; /* who was read so far, until all are; and what they are called */
    CoexTitles *titles;
    GPtrArray *feed_backlog; /* CoexFeedItem, until online */
    CoexAccessChecked rechecked;
    GSource *no_webhook_yet; /* until it is said that no webhook ever came */
} CoexLoginState;

/* Ends in online or failed. */
void coex_account_login(CoexAccount *account);
CoexLoginState *coex_login_state_new(void);
/* No timer and no answer does anything any more. */
void coex_login_state_stop(CoexLoginState *login);
void coex_login_state_free(CoexLoginState *login);

/* Keeps a line of the account that is told at the next login. */
void coex_account_keep_line(CoexAccount *account, const char *text);
