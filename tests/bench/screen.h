// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What the measured chat program shows, in memory that it shares with the measuring one: a time for
 * each numbered message, and the longest time its main loop was away. Times are monotonic µs. */

#define SCREEN_MESSAGES 400000
#define SCREEN_TEXT "bench %06u" /* how a message's text begins */
#define SCREEN_FILE "bench.pdf"  /* how a file is called */
#define SCREEN_GROUP "Crowd"     /* of the buddy list */
#define SCREEN_BUDDY "49151%08u" /* numbered, in that group */

typedef struct {
    gint n_shown;      /* atomic */
    gint n_files;      /* atomic: that came whole, or left */
    gint64 gap_us;     /* the longest turn of the main loop; the reader sets it back to 0 */
    gint64 gap_cpu_us; /* processor time of the main thread in its costliest turn */
    gint64 asked_at;   /* when it was asked whether a broadcast may begin; 0: not yet */
    gint64 past_at;    /* when it was said that all earlier chats have arrived; 0: not yet */
    gint64 shown_at[SCREEN_MESSAGES];
} Screen;
