// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "event.h"

/* File transfers as BitlBee takes them: one that comes is offered to the IRC client, accepted by it
 * at once, and told as an event when the bytes are there. */

typedef void (*TransfersTell)(HostEvent *event); /* takes the event */

/* Puts the operations into libpurple; without @bitlbee its own stay, which ask. */
void transfers_init(gboolean bitlbee, TransfersTell tell);
