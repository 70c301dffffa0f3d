// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/message.h"
#include <glib.h>

/* The chats that the phone had before, as a chunk of `history[]` tells them: thread by thread, both
 * sides' messages in each (Meta: webhooks/reference/history). Hides who a thread is with and who
 * wrote what in it, where members for that are missing. For core/webhook-value.c alone. */

typedef struct CoexJsonAt CoexJsonAt;

/* Whom the thread @at is with, into @ret_peer, which is empty before: not addressable where nothing
 * tells it. @own_number: the business's
 * digits, NULL. Clear with coex_peer_clear(). */
void coex_webhook_history_read_peer(const CoexJsonAt *at, const char *own_number,
                                    CoexPeer *ret_peer);

/* Which way the message @at of the thread with @peer went. */
CoexDirection coex_webhook_history_get_direction(const CoexJsonAt *at, const CoexPeer *peer,
                                                 const char *own_number);

/* What was known of the message @at on the phone; UNKNOWN where nothing is told. */
CoexState coex_webhook_history_get_state(const CoexJsonAt *at);
