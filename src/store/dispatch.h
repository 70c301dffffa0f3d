// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The way from the writer's thread to a caller's main context. What is never dispatched, because
 * that context runs no more, is freed with it. */

/* Calls @function once in @context at default priority, then @destroy, in whichever thread. Takes
 * the caller's reference of @context. */
void coex_dispatch(GMainContext *context, GSourceFunc function, gpointer data,
                   GDestroyNotify destroy);

/* A callback that may be asked for from any thread, many times before it runs once. Counted. */
typedef struct CoexWatch CoexWatch;

CoexWatch *coex_watch_new(GMainContext *context, GSourceFunc callback, gpointer user_data);
CoexWatch *coex_watch_ref(CoexWatch *watch);
void coex_watch_unref(CoexWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexWatch, coex_watch_unref)
void coex_watch_notify(CoexWatch *watch);
/* From now on no call begins. */
void coex_watch_cancel(CoexWatch *watch);
