// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* How deliveries are written for a desk: each as one line of JSON, its bytes as they came and a
 * line feed, and at the end a line that says where the desk stands. */

#define COEX_WIRE_TYPE "application/x-coex-deliveries"

typedef struct CoexLogRow CoexLogRow;

void coex_wire_add(GString *text, const CoexLogRow *row);

/* One entry for each message of a desk, whose copy is @body, or for several in a list: its key, and
 * FALSE for what is neither a JSON object with the desk's name and a local id nor a list of such.
 */
gboolean coex_wire_make_send_key(GBytes *body, guint8 ret_key[32]);

/* @relay: the log's id; @after: the desk's next cursor. */
void coex_wire_end(GString *text, const char *relay, gint64 after, gint64 oldest, gint64 newest);
