// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* A template to a group of the buddy list: what is typed for it, the question before it, and what
 * became of it. */

typedef struct CoexConnection CoexConnection;
typedef struct CoexSessionEvent CoexSessionEvent;

/* The verb with its words, in the conversation with the buddy @name, NULL: in the account's. */
void coex_broadcast_run(CoexConnection *connection, const char *name, const char *words);
/* Takes what was typed in the account's own conversation, if it is the verb; FALSE: it is not. */
gboolean coex_broadcast_take(CoexConnection *connection, const char *markup);
/* Asks COEX_SESSION_ASK_BROADCAST. */
void coex_broadcast_ask(CoexConnection *connection, const CoexSessionEvent *event);
/* Shows COEX_SESSION_BROADCAST, as a page where the chat program has some. */
void coex_broadcast_show(CoexConnection *connection, const CoexSessionEvent *event);
