// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "event.h"

/* One short conversation with the simulated number's people as a readable transcript: a message
 * comes in and is answered, a closed window leads to a template. At most half a minute. */

/* Begins; @number's account is set up and not yet logged in. */
void demo_start(const char *number, void (*finished)(int exit_status));
/* To be told of every event. */
void demo_on_event(const HostEvent *event);
