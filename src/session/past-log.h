// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The phone's earlier chats on their way into the chat program's logs: one person and one day at a
 * time, each marked once it is written. Engine thread. */

typedef struct CoexAccount CoexAccount;

/* The day that was told last. */
typedef struct CoexPastLog CoexPastLog;
CoexPastLog *coex_past_log_new(void);
void coex_past_log_free(CoexPastLog *log);

/* The next one, told as COEX_SESSION_PAST_LOG; @written: the one before is in the log. */
void coex_past_log_next(CoexAccount *account, gboolean written);
