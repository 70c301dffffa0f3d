// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The two ways between the threads: the engine thread with its own main context, which runs
 * commands in order, and a mailbox, which brings events to the main loop in slices. Hides threads,
 * signals, locks and wake-ups. */

typedef struct CoexEngine CoexEngine;
typedef void (*CoexCall)(gpointer data);

/* Starts the thread, with all signals blocked. End it with coex_engine_stop(). */
CoexEngine *coex_engine_start(void);
/* Runs what was queued, ends and joins the thread. */
void coex_engine_stop(CoexEngine *engine);
/* Queues @call for the engine thread, first in first out, from any thread. @destroy (may be NULL)
 * runs there afterwards. */
void coex_engine_call(CoexEngine *engine, CoexCall call, gpointer data, GDestroyNotify destroy);
/* Its context; thread-default within the thread. Borrowed. */
GMainContext *coex_engine_get_context(CoexEngine *engine);

/* One-shot timer in the thread's context; clear it with coex_timer_clear(), in its callback too. */
GSource *coex_timer_new(gint64 delay_ms, GSourceFunc callback, gpointer data);
/* Destroys and forgets it; NULL is none. */
void coex_timer_clear(GSource **timer);

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
