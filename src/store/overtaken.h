// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Who writes ten messages in a storm changes ten times, and each time the whole of them would be
 * written. Of those changes in one transaction the last one is enough. */

/* @group: CoexJob, in order, all for one transaction. FALSE: none counts as overtaken, since what
 * each one makes may be taken back alone. */
void coex_overtaken_mark(const GPtrArray *group, gboolean overtake);
