// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gio/gio.h>

/* Work that takes much memory, one at a time: workers wait for their turn, and can be stopped
 * meanwhile. Static storage, all zero. */
typedef struct {
    GMutex lock;
    GCond freed;
    gboolean is_taken;
} CoexTurn;

/* FALSE: it was cancelled, and there is none to leave. */
gboolean coex_turn_take(CoexTurn *turn, GCancellable *cancellable);
void coex_turn_leave(CoexTurn *turn);

/* Without waiting. FALSE: another one's. */
gboolean coex_turn_try(CoexTurn *turn);
gboolean coex_turn_is_taken(CoexTurn *turn);
