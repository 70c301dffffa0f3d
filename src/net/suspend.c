// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/suspend.h"

#include <time.h>

gint64
coex_suspend_get_us(void)
{
#ifdef CLOCK_BOOTTIME
    struct timespec uptime;

    if (clock_gettime(CLOCK_BOOTTIME, &uptime) == 0)
        return uptime.tv_sec * G_USEC_PER_SEC + uptime.tv_nsec / 1000 - g_get_monotonic_time();
#endif
    return 0;
}
