// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The time of a login: the system's when it began, moved on by a clock that nobody sets and that
 * goes on in a suspend. A wall clock set to another day in between closes no window and holds up no
 * text; where it was wrong from the start the provider's clock corrects it (skew.c). */

typedef struct {
    gint64 began_us; /* since 1970 */
    gint64 began_at_us;
} CoexClock;

void coex_clock_start(CoexClock *clock);
/* Seconds since 1970. Any thread. */
gint64 coex_clock_get(const CoexClock *clock);
