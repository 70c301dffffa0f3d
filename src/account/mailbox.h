// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "account/engine.h"

/* The way up between the threads: events for the main loop, in slices. Hides locks and wake-ups. */

#define COEX_MAILBOX_SLICE_US 8000 /* of the main loop's time at once */
#define COEX_MAILBOX_HIGH 512      /* letters after which coex_mailbox_is_full() asks for a pause */

/* Events for the main loop. Counted; posted from any thread, opened in the default main context
 * only. */
typedef struct CoexMailbox CoexMailbox;

/* Main thread. @drained (may be NULL) is called in the main loop when a full mailbox has become
 * half empty. End it with coex_mailbox_close() before the last reference goes. */
CoexMailbox *coex_mailbox_new(CoexCall drained, gpointer data);
CoexMailbox *coex_mailbox_ref(CoexMailbox *mailbox);
void coex_mailbox_unref(CoexMailbox *mailbox);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexMailbox, coex_mailbox_unref)
/* Queues @call(@data); @destroy(@data) follows it, or takes its place once the mailbox is closed.
 */
void coex_mailbox_post(CoexMailbox *mailbox, CoexCall call, gpointer data, GDestroyNotify destroy);
gboolean coex_mailbox_is_full(CoexMailbox *mailbox);
/* Main thread: no call is made any more, not even a later one of the slice that is running. */
void coex_mailbox_close(CoexMailbox *mailbox);
/* Main thread. */
gboolean coex_mailbox_is_closed(CoexMailbox *mailbox);
