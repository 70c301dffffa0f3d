// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "purple/choice.h"

/* The choice of a template in the conversation itself, for BitlBee and every host without forms: we
 * write lines, and what the user types with "!" in front is for us. Also keeps lines that were
 * meant for a program from reaching a customer. */

/* Writes the lines of the choice's stage. */
void coex_dialogue_show(CoexChoice *choice);

/* Looks at a line typed in a host whose lines are all messages. TRUE: it was for us and has been
 * answered. FALSE: it is a message, in @ret_markup if that is not what was typed (else NULL). */
gboolean coex_dialogue_take(CoexConnection *login, const char *name, const char *markup,
                            char **ret_markup);

/* The verbs of the dialogue. @words is plain text, NULL or "" for none. */
void coex_dialogue_pick(CoexChoice *choice, guint number, const char *words);
void coex_dialogue_more(CoexChoice *choice);
void coex_dialogue_send(CoexChoice *choice);
