// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/timer.h"

typedef struct {
    GSource **timer;
    void (*due)(gpointer data);
    gpointer data;
} Timer;

/* Its owner may be gone when @due returns. */
static gboolean
on_due(gpointer data)
{
    const Timer *timer = data;

    g_clear_pointer(timer->timer, g_source_unref);
    timer->due(timer->data);
    return G_SOURCE_REMOVE;
}

void
coex_timer_start(GSource **timer, gint64 delay_ms, void (*due)(gpointer data), gpointer data)
{
    const Timer self = { timer, due, data };

    coex_timer_clear(timer);
    *timer = g_timeout_source_new((guint)CLAMP(delay_ms, 0, G_MAXINT));
    g_source_set_callback(*timer, on_due, g_memdup2(&self, sizeof self), g_free);
    g_source_attach(*timer, g_main_context_get_thread_default());
}

void
coex_timer_clear(GSource **timer)
{
    if (*timer == NULL)
        return;
    g_source_destroy(*timer);
    g_source_unref(*timer);
    *timer = NULL;
}
