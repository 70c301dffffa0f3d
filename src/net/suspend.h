// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* How long this computer has been suspended since it started, in microseconds; 0 where it cannot be
 * told. What grew by a second was slept over: no connection of before can be trusted. */
gint64 coex_suspend_get_us(void);
