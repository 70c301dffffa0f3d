// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The choice of a template in the conversation itself, for BitlBee and every host without forms: we
 * write lines, and what the user types with "!" in front is for us. */

typedef struct CoexPicker CoexPicker;
typedef struct CoexTemplateFace CoexTemplateFace;

extern const CoexTemplateFace coex_template_chat;

/* The values that the chosen template still needs, in their order. */
void coex_template_chat_fill(CoexPicker *picker, const char *words);
/* What is typed: a number of the list, with values (plain text, NULL or "" for none); for the next
 * part of the list; to send what was shown. */
void coex_template_chat_pick(CoexPicker *picker, guint number, const char *words);
void coex_template_chat_more(CoexPicker *picker);
void coex_template_chat_send(CoexPicker *picker);
