// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* The business's own picture as the account's icon, and as nothing else. */

typedef struct CoexConnection CoexConnection;

/* @content: anybody's bytes; decoded in another thread as session/preview.h says, and of no use
 * where that knows none. NULL: there is no picture any more. An icon that the user chose stays. */
void coex_icon_take(CoexConnection *connection, GBytes *content);

/* The protocol's `set_buddy_icon`: a user who chooses one learns that customers do not see it. */
void coex_icon_chosen(PurpleConnection *gc, PurpleStoredImage *icon);
