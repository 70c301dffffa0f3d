// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What stands in one message object of a webhook, and as text for people. Hides the message types
 * of Meta: webhooks/reference/messages, each a row of a table: its name, its kind, and the function
 * that builds the line from every text the type has. */

typedef struct CoexContent CoexContent;
typedef struct CoexJsonAt CoexJsonAt;

/* Fills @ret_content (zeroed; its message frees it) from a message
 * object of `messages[]` or `message_echoes[]`. Never fails: a type without its object, and an
 * unknown one, get a line that sends the reader to the phone. A text without body becomes
 * UNSUPPORTED. */
void coex_content_read(const CoexJsonAt *message, CoexContent *ret_content);
