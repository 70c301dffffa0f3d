// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/feed.h"
#include <glib.h>

/* Files of messages: which are fetched and when, what is told of them. What waits is on disk with
 * its message. Of one person one file comes after the other, of several side by side. Engine
 * thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexPerson CoexPerson;
typedef struct CoexMediaRow CoexMediaRow;
typedef struct CoexFetch CoexFetch;
CoexFetch *coex_fetch_new(void);
void coex_fetch_free(CoexFetch *fetch);
/* Ends all work. */
void coex_fetch_stop(CoexFetch *fetch);

/* The account is online: goes on with what an earlier login left. */
void coex_fetch_start(CoexAccount *account);
/* New lines (CoexFeedItem) were told, maybe of messages with files. */
void coex_fetch_note(CoexAccount *account, const GPtrArray *feed);
/* Somebody was forgotten: nothing of theirs is fetched any more, what was being written goes. */
void coex_fetch_forget(CoexAccount *account);
/* Whether files are fetched at all. */
gboolean coex_fetch_is_on(const CoexAccount *account);
/* The user asks for the file of @row: it comes before all others, and a line says so. @flags: of
 * the line that names it in the end. */
void coex_fetch_ask(CoexAccount *account, const CoexMediaRow *row, CoexLineFlags flags);
/* The user does not want the file of that message, which is coming, any more. */
void coex_fetch_cancel(CoexAccount *account, gint64 message_id);
/* The disk that the file of @row is on, or is to be put on, keeps it waiting: says so to who asked
 * for it. */
void coex_fetch_tell_slow(CoexAccount *account, const CoexPerson *person, const CoexMediaRow *row);
