// SPDX-License-Identifier: GPL-2.0-or-later
#include "media/turn.h"

gboolean
coex_turn_take(CoexTurn *turn, GCancellable *cancellable)
{
    gboolean taken;

    g_mutex_lock(&turn->lock);
    while (turn->is_taken && !g_cancellable_is_cancelled(cancellable))
        g_cond_wait_until(&turn->freed, &turn->lock, g_get_monotonic_time() + G_USEC_PER_SEC / 10);
    taken = !g_cancellable_is_cancelled(cancellable);
    turn->is_taken |= taken;
    g_mutex_unlock(&turn->lock);
    return taken;
}

void
coex_turn_leave(CoexTurn *turn)
{
    g_mutex_lock(&turn->lock);
    turn->is_taken = FALSE;
    g_cond_signal(&turn->freed);
    g_mutex_unlock(&turn->lock);
}

gboolean
coex_turn_try(CoexTurn *turn)
{
    gboolean taken;

    g_mutex_lock(&turn->lock);
    taken = !turn->is_taken;
    turn->is_taken = TRUE;
    g_mutex_unlock(&turn->lock);
    return taken;
}

gboolean
coex_turn_is_taken(CoexTurn *turn)
{
    gboolean taken;

    g_mutex_lock(&turn->lock);
    taken = turn->is_taken;
    g_mutex_unlock(&turn->lock);
    return taken;
}
