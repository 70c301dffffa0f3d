// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "desk.h"
#include "sim/inbox.h"

/* A number whose messages 360dialog's Inbox keeps, and a desk that listens nowhere. */

#define INBOXED_TOKEN "made-up-inbox-token-51bd"

/* The desk's options, and where the number's webhooks go. */
void inboxed_set_up(Desk *desk, CoexSimInbox *inbox);
/* The number's Inbox, set up. */
CoexSimInbox *inboxed_new(Desk *desk);
/* With all that a login asks for. */
void inboxed_login(Desk *desk);
/* Both, and its bell is heard. */
CoexSimInbox *inboxed_begin(Desk *desk);
/* Ada does. */
void inboxed_write(Desk *desk, const char *text);
/* The Inbox has all that was written. */
void inboxed_let_arrive(Desk *desk);
/* So many lines of Ada's, in this login. */
void inboxed_assert_shown(Desk *desk, guint n);
/* A login in which messages come, and what became of one of ours, whatever the bell does. */
void inboxed_assert_comes(Desk *desk, CoexSimBellMood mood);
