// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* How an account logs on and off: what its options make of a session, and who is told what that
 * session tells. Hides what each error means to libpurple. */

/* The protocol's `login` and `close`. */
void coex_connection_open(PurpleAccount *account);
void coex_connection_close(PurpleConnection *gc);
