// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "event.h"

/* The operations with which libpurple tells its user interface about conversations, people, the
 * connection and notices; each becomes an event. Hides which of those BitlBee passes on. */

typedef void (*ScreenTell)(HostEvent *event); /* takes the event */

/* Called from the core's ui_init. */
void screen_init(gboolean bitlbee, ScreenTell tell);
void screen_uninit(void);

/* Puts the focus on a conversation (a PurpleConversation) or, with NULL, on none. */
void screen_focus(void *conversation);

/* Who stand in one contact have one window, as in Pidgin: what is typed into the conversation goes
 * to that one, whose line was the last; until the user chooses another. */
void *screen_find_addressee(void *conversation);
void screen_choose(void *conversation);
