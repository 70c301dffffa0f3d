// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* A timer that goes off once, in the loop of the thread that started it. */

/* @timer is where its owner keeps it, and must outlive it: one that runs there is cleared first,
 * and it is NULL when @due is called, after which its owner may be gone. */
void coex_timer_start(GSource **timer, gint64 delay_ms, void (*due)(gpointer data), gpointer data);
/* It, or whatever source is kept so, does nothing any more, and is forgotten; NULL is none. */
void coex_timer_clear(GSource **timer);
