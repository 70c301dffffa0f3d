// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "screen.h"
#include <purple.h>

/* The chat program's block list: what it tells, as EVENT_DENIED, and what a user does to it. */

void privacy_init(gboolean bitlbee, ScreenTell tell);
/* By an entry of a menu, or BitlBee's commands. */
void privacy_block(PurpleAccount *account, const char *who, gboolean block);
/* In a window about privacy: @rule "everybody" or "nobody" may write. */
void privacy_set(PurpleAccount *account, const char *rule);
