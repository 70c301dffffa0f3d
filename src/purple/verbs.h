// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/typed-line.h"
#include "purple/account.h"

/* What a user can type to us: one table of verbs behind two doors, "/verb" where the chat program
 * has commands and "!verb" where every line is a message. */

/* Registers the commands with libpurple, once for all accounts; and takes them back. */
void coex_verbs_register(void);
void coex_verbs_unregister(void);

/* Does what a line of kind COEX_TYPED_VERB says. A word that is no verb gets an answer too. */
void coex_verbs_run_line(CoexConnection *login, const char *name, const CoexTypedLine *line);
