// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* Tells systemd, where it is the one that started this, how the program stands (sd_notify(3)):
 * @state is "READY=1", "STOPPING=1" or "RELOADING=1\nMONOTONIC_USEC=…". Elsewhere nothing. */
void coex_notify(const char *state);
