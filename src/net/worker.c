// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/worker.h"

#include <errno.h>
#include <unistd.h>

static gint n_busy; /* atomic */

static const char key[] = "coex-work";
static const char watch_key[] = "coex-watch";

gboolean
coex_worker_is_busy(void)
{
    return g_atomic_int_get(&n_busy) > 0;
}

typedef struct {
    GTask *task;
    CoexWorkerSlow slow;
    gpointer user_data;
} Watch;

static void
watch_free(gpointer data)
{
    Watch *watch = data;

    g_object_unref(watch->task);
    g_free(watch);
}

static gboolean
on_slow(gpointer data)
{
    const Watch *watch = data;

    if (!g_task_get_completed(watch->task))
        watch->slow(watch->user_data);
    return G_SOURCE_REMOVE;
}

static Watch *
watch_new(GTask *task, CoexWorkerSlow slow, gpointer user_data)
{
    Watch *watch = g_new(Watch, 1);

    *watch = (Watch){ g_object_ref(task), slow, user_data };
    return watch;
}

void
coex_worker_watch(GTask *task, CoexWorkerSlow slow, gpointer user_data)
{
    GSource *timer = g_timeout_source_new(COEX_WORKER_SLOW_MS);

    g_source_set_callback(timer, on_slow, watch_new(task, slow, user_data), watch_free);
    g_source_attach(timer, g_task_get_context(task));
    g_object_set_data(G_OBJECT(task), watch_key, timer);
}

static void
end_watch(GTask *task)
{
    GSource *timer = g_object_steal_data(G_OBJECT(task), watch_key);

    if (timer == NULL)
        return;
    g_source_destroy(timer);
    g_source_unref(timer);
}

/* The loop that ends waits for it at its end, for a moment, so that nothing is left of the task. */
static void
run(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    g_autoptr(GMainContext) context = g_main_context_ref(g_task_get_context(task));
    GTaskThreadFunc *work = g_object_get_data(G_OBJECT(task), key);

    (*work)(task, source, task_data, cancellable);
    end_watch(task);
    g_atomic_int_add(&n_busy, -1);
    g_main_context_wakeup(context);
}

void
coex_worker_run(GTask *task, GTaskThreadFunc work)
{
    g_object_set_data_full(G_OBJECT(task), key, g_memdup2(&work, sizeof work), g_free);
    g_atomic_int_inc(&n_busy);
    g_task_run_in_thread(task, run);
}

gboolean
coex_worker_write(int fd, const void *bytes, gsize length)
{
    const char *at = bytes;

    while (length > 0) {
        gssize n = write(fd, at, length);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return FALSE;
        at += n;
        length -= (gsize)n;
    }
    return TRUE;
}
