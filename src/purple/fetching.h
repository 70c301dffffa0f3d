// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Files that come, where that takes long: in the person's tooltip, and, of those that the user
 * asked for, in the chat program's window of transfers, or else a line that says how long it takes.
 */

typedef struct CoexConnection CoexConnection;
typedef struct CoexSessionEvent CoexSessionEvent;

/* What the session tells of one. */
void coex_fetching_update(CoexConnection *connection, const CoexSessionEvent *event);
/* The connection ends: so do they, for now. */
void coex_fetching_stop(CoexConnection *connection);
