// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/clock.h"

#include <time.h>

static gint64
get_uptime_us(void)
{
#ifdef CLOCK_BOOTTIME
    struct timespec time;

    if (clock_gettime(CLOCK_BOOTTIME, &time) == 0)
        return (gint64)time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
#endif
    return g_get_monotonic_time();
}

void
coex_clock_start(CoexClock *clock)
{
    clock->began_us = g_get_real_time();
    clock->began_at_us = get_uptime_us();
}

gint64
coex_clock_get(const CoexClock *clock)
{
    return (clock->began_us + get_uptime_us() - clock->began_at_us) / G_USEC_PER_SEC;
}
