// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "account/events.h"

/* The phone's earlier chats on their way into the chat program's logs: one person and one day at a
 * time, each marked once it is written. Engine thread. */

typedef struct CoexAccount CoexAccount;

/* The day that was told last. */
typedef struct CoexPastLog CoexPastLog;
CoexPastLog *coex_past_log_new(void);
void coex_past_log_free(CoexPastLog *log);

/* As coex_session_log_next(). */
void coex_past_log_next(CoexAccount *account, CoexLogStep step, gint64 time);
