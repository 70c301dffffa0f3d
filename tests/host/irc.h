// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The IRC client of a BitlBee, as far as a plugin can see it: in the list of connections that
 * BitlBee exports. Only where the host behaves as BitlBee. */

/* The first client has just been heard. */
void irc_start(void);

/* "takeover": another client has the session; "leave": the session ends. FALSE for others. */
gboolean irc_act(const char *act);
