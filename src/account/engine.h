// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The way down between the threads: the engine thread with its own main context, which runs
 * commands in order. Hides the thread and its signals. */

typedef struct CoexEngine CoexEngine;
typedef void (*CoexCall)(gpointer data);

/* A call on its way to the other thread. */
typedef struct {
    CoexCall call;
    gpointer data;
    GDestroyNotify destroy;
} CoexLetter;
CoexLetter *coex_letter_new(CoexCall call, gpointer data, GDestroyNotify destroy);
/* Runs its destroy, too. */
void coex_letter_free(CoexLetter *letter);

/* Starts the thread, with all signals blocked. End it with coex_engine_stop(). */
CoexEngine *coex_engine_start(void);
/* Runs what was queued, ends and joins the thread; a disk that does not answer is not waited for
 * longer than a moment. */
void coex_engine_stop(CoexEngine *engine);
/* Queues @call for the engine thread, first in first out, from any thread. @destroy (may be NULL)
 * runs there afterwards. */
void coex_engine_call(CoexEngine *engine, CoexCall call, gpointer data, GDestroyNotify destroy);
/* Its context; thread-default within the thread. Borrowed. */
GMainContext *coex_engine_get_context(CoexEngine *engine);

/* Runs @work in a thread of its own, which holds up nothing here, and @done after it in the loop of
 * the caller's thread, which does not end before. */
void coex_engine_aside(CoexCall work, CoexCall done, gpointer data);
