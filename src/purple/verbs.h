// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What a user can type to us: one table of verbs behind two doors, "/verb" where the chat program
 * has commands and "!verb" where every line is a message. */

typedef struct CoexConnection CoexConnection;

/* Registers the commands with libpurple, once for all accounts; and takes them back. */
void coex_verbs_register(void);
void coex_verbs_unregister(void);

/* Looks at a line typed in a host whose lines are all messages. TRUE: it was for us, or meant for a
 * program and so for nobody, and has been answered. FALSE: it is a message, in @ret_markup if that
 * is not what was typed (else NULL). */
gboolean coex_verbs_take(CoexConnection *connection, const char *name, const char *markup,
                         char **ret_markup);
