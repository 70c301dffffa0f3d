// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* Forgetting a person: the question, and what of it is the chat program's: conversation, logs,
 * buddy, nick. */

typedef struct CoexConnection CoexConnection;

/* Asks whether the person is to be forgotten; with @words "yes" that is answered. */
void coex_forget_ask(CoexConnection *connection, const char *name, const char *words);

/* All that leads to the person @name goes: @names. May end the connection. */
void coex_forget_take(CoexConnection *connection, const char *name, char *const *names);
