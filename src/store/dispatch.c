// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/dispatch.h"

void
coex_dispatch(GMainContext *context, GSourceFunc function, gpointer data, GDestroyNotify destroy)
{
    GSource *source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, function, data, destroy);
    g_source_attach(source, context);
    g_source_unref(source);
    g_main_context_unref(context);
}

struct CoexWatch {
    GMainContext *context;
    GSourceFunc callback;
    gpointer user_data;
    int pending;   /* atomic: a source is on its way */
    int cancelled; /* atomic */
};

CoexWatch *
coex_watch_new(GMainContext *context, GSourceFunc callback, gpointer user_data)
{
    CoexWatch *watch = g_atomic_rc_box_new0(CoexWatch);
    watch->context = context != NULL ? g_main_context_ref(context)
                                     : g_main_context_ref(g_main_context_default());
    watch->callback = callback;
    watch->user_data = user_data;
    return watch;
}

CoexWatch *
coex_watch_ref(CoexWatch *watch)
{
    return g_atomic_rc_box_acquire(watch);
}

static void
clear_watch(gpointer data)
{
    CoexWatch *watch = data;
    g_main_context_unref(watch->context);
}

void
coex_watch_unref(CoexWatch *watch)
{
    if (watch != NULL)
        g_atomic_rc_box_release_full(watch, clear_watch);
}

void
coex_watch_cancel(CoexWatch *watch)
{
    g_atomic_int_set(&watch->cancelled, TRUE);
}

static void
unref_watch(gpointer watch)
{
    coex_watch_unref(watch);
}

static gboolean
on_watch(gpointer data)
{
    CoexWatch *watch = data;
    g_atomic_int_set(&watch->pending, FALSE);
    if (!g_atomic_int_get(&watch->cancelled))
        watch->callback(watch->user_data);
    return G_SOURCE_REMOVE;
}

void
coex_watch_notify(CoexWatch *watch)
{
    if (g_atomic_int_get(&watch->cancelled) ||
        !g_atomic_int_compare_and_exchange(&watch->pending, FALSE, TRUE))
        return;
    coex_dispatch(g_main_context_ref(watch->context), on_watch, coex_watch_ref(watch), unref_watch);
}
