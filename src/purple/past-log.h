// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The phone's earlier chats in the chat program's own logs, in the user's format: one log for each
 * person and day, with the lines' own times. Written in slices that take a fifth of the main loop's
 * time at most. */

typedef struct CoexConnection CoexConnection;
typedef struct CoexSessionEvent CoexSessionEvent;

/* COEX_SESSION_PAST_LOG: a day is to be written; without lines: there may be some. */
void coex_past_log_take(CoexConnection *connection, const CoexSessionEvent *event);
/* COEX_SESSION_PAST_LOG_BEGUN: it is known what a kill would leave. */
void coex_past_log_begun(CoexConnection *connection);
/* The session ends: what is half written is written anew at the next login. */
void coex_past_log_stop(CoexConnection *connection);
