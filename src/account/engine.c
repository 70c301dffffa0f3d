// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/engine.h"

#include "account/memory.h"
#include "net/worker.h"
#include "store/dispatch.h"

#include <signal.h>

/* How long the end waits for a disk: one that does not answer, as of a server that is gone, would
 * hold the chat program with it. */
#define DISK_MS 500

CoexLetter *
coex_letter_new(CoexCall call, gpointer data, GDestroyNotify destroy)
{
    CoexLetter *letter = g_new(CoexLetter, 1);

    *letter = (CoexLetter){ call, data, destroy };
    return letter;
}

void
coex_letter_free(CoexLetter *letter)
{
    if (letter->destroy != NULL)
        letter->destroy(letter->data);
    g_free(letter);
}

struct CoexEngine {
    GThread *thread;
    GMainContext *context;
    GMainLoop *loop;
};

static gint n_aside; /* atomic: work of coex_engine_aside() that is not done */

static gboolean
on_late(gpointer late)
{
    *(gboolean *)late = TRUE;
    return G_SOURCE_REMOVE;
}

/* Completions that the last commands queued still find their context. What a disk keeps longer
 * stays where it is, as after a kill: its task is never told, and nothing of it is used again. */
static void
run_out(CoexEngine *engine)
{
    g_autoptr(GSource) moment = g_timeout_source_new(DISK_MS);
    gboolean late = FALSE;
    gboolean waits;

    g_source_set_callback(moment, on_late, &late, NULL);
    g_source_attach(moment, engine->context);
    do
        waits = g_atomic_int_get(&n_aside) > 0 || (coex_worker_is_busy() && !late);
    while (g_main_context_iteration(engine->context, waits) || waits);
    g_source_destroy(moment);
}

static gpointer
engine_main(gpointer data)
{
    CoexEngine *engine = data;

    g_main_context_push_thread_default(engine->context);
    g_main_loop_run(engine->loop);
    run_out(engine);
    coex_memory_give_back();
    g_main_context_pop_thread_default(engine->context);
    return NULL;
}

CoexEngine *
coex_engine_start(void)
{
    CoexEngine *engine = g_new0(CoexEngine, 1);
    sigset_t all;
    sigset_t before;

    engine->context = g_main_context_new();
    engine->loop = g_main_loop_new(engine->context, FALSE);
    /* A new thread inherits the mask: the host's signal handlers must never run in ours. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    engine->thread = g_thread_new("coex-engine", engine_main, engine);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return engine;
}

static void
quit_loop(gpointer data)
{
    g_main_loop_quit(data);
}

void
coex_engine_stop(CoexEngine *engine)
{
    coex_engine_call(engine, quit_loop, engine->loop, NULL);
    g_thread_join(engine->thread);
    g_main_loop_unref(engine->loop);
    g_main_context_unref(engine->context);
    g_free(engine);
}

static gboolean
on_call(gpointer data)
{
    CoexLetter *letter = data;

    letter->call(letter->data);
    return G_SOURCE_REMOVE;
}

void
coex_engine_call(CoexEngine *engine, CoexCall call, gpointer data, GDestroyNotify destroy)
{
    coex_dispatch(g_main_context_ref(engine->context), on_call,
                  coex_letter_new(call, data, destroy), (GDestroyNotify)coex_letter_free);
}

GMainContext *
coex_engine_get_context(CoexEngine *engine)
{
    return engine->context;
}

typedef struct {
    CoexCall work;
    CoexCall done;
    gpointer data;
} Aside;

static void
run_aside(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    const Aside *aside = task_data;

    aside->work(aside->data);
    g_task_return_boolean(task, TRUE);
}

static void
on_aside(GObject *source, GAsyncResult *result, gpointer user_data)
{
    const Aside *aside = g_task_get_task_data(G_TASK(result));

    aside->done(aside->data);
    g_atomic_int_add(&n_aside, -1);
}

void
coex_engine_aside(CoexCall work, CoexCall done, gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, on_aside, NULL);
    const Aside aside = { work, done, data };

    g_task_set_task_data(task, g_memdup2(&aside, sizeof aside), g_free);
    g_atomic_int_inc(&n_aside);
    g_task_run_in_thread(task, run_aside);
}
