// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Files of messages: which are fetched and when, what is told of them. What waits is on disk with
 * its message. Of one person one file comes after the other, of several side by side. Engine
 * thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexPerson CoexPerson;
typedef struct CoexFetch CoexFetch;
CoexFetch *coex_fetch_new(void);
void coex_fetch_free(CoexFetch *fetch);
/* Ends all work. */
void coex_fetch_stop(CoexFetch *fetch);

/* The account is online: goes on with what an earlier login left. */
void coex_fetch_start(CoexAccount *account);
/* New lines (CoexFeedItem) were told, maybe of messages with files. */
void coex_fetch_note(CoexAccount *account, const GPtrArray *feed);
/* The user asks for a file of @person's conversation. @which: core/which.h. */
void coex_fetch_get(CoexAccount *account, CoexPerson *person, const char *which);
