// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/sessions.h"

#include "net/suspend.h"
#include "net/tunnel.h"

/* A kept connection that has died in silence makes the next send uncertain, so none is kept long,
 * and none over a suspend. */
#define KEEP_IDLE_S 20
#define SUSPEND_US (G_USEC_PER_SEC / 2)
#define CONNECTIONS_MAX 16
#define CONNECTIONS_PER_HOST_MAX 8

/* Given back. */
typedef struct {
    GQueue *queue; /* where it is */
    SoupSession *session;
    GSource *on_old;
} Kept;

struct CoexSessions {
    GProxyResolver *resolver; /* NULL: none */
    SoupSession *shared;
    GQueue kept;     /* of Kept; the oldest first */
    gint64 slept_us; /* what it knows of coex_suspend_get_us() */
};

/* @idle_s: 0: its connections end with it. No time-out: CoexHttp's covers everything. */
static SoupSession *
make_session(CoexSessions *sessions, guint idle_s)
{
    return soup_session_new_with_options("timeout", 0, "idle-timeout", idle_s, "max-conns",
                                         CONNECTIONS_MAX, "max-conns-per-host",
                                         CONNECTIONS_PER_HOST_MAX, "user-agent", "purple-coex",
                                         "proxy-resolver", sessions->resolver, NULL);
}

static void
kept_free(gpointer data)
{
    Kept *kept = data;

    g_source_destroy(kept->on_old);
    g_source_unref(kept->on_old);
    g_object_unref(kept->session);
    g_free(kept);
}

static gboolean
on_old(gpointer user_data)
{
    Kept *kept = user_data;

    g_queue_remove(kept->queue, kept);
    kept_free(kept);
    return G_SOURCE_REMOVE;
}

static void
drop_all_over_suspend(CoexSessions *sessions)
{
    gint64 slept_us = coex_suspend_get_us();

    if (slept_us - sessions->slept_us <= SUSPEND_US)
        return;
    sessions->slept_us = slept_us;
    g_clear_object(&sessions->shared);
    g_queue_clear_full(&sessions->kept, kept_free);
}

CoexSessions *
coex_sessions_new(const CoexProxy *proxy)
{
    CoexSessions *sessions = g_new0(CoexSessions, 1);

    sessions->resolver = coex_tunnel_resolver_new(proxy);
    sessions->slept_us = coex_suspend_get_us();
    g_queue_init(&sessions->kept);
    return sessions;
}

void
coex_sessions_free(CoexSessions *sessions)
{
    g_queue_clear_full(&sessions->kept, kept_free);
    g_clear_object(&sessions->shared);
    g_clear_object(&sessions->resolver);
    g_free(sessions);
}

SoupSession *
coex_sessions_get(CoexSessions *sessions)
{
    drop_all_over_suspend(sessions);
    if (sessions->shared == NULL)
        sessions->shared = make_session(sessions, KEEP_IDLE_S);
    return g_object_ref(sessions->shared);
}

/* libsoup's own time for idle connections would end, in the loop, one that a thread has just taken.
 */
SoupSession *
coex_sessions_take(CoexSessions *sessions)
{
    SoupSession *session;
    Kept *newest;

    drop_all_over_suspend(sessions);
    newest = g_queue_pop_tail(&sessions->kept);
    if (newest == NULL)
        return make_session(sessions, 0);
    session = g_object_ref(newest->session);
    kept_free(newest);
    return session;
}

void
coex_sessions_give_back(CoexSessions *sessions, SoupSession *session)
{
    Kept *kept = g_new(Kept, 1);

    *kept =
        (Kept){ &sessions->kept, g_object_ref(session), g_timeout_source_new_seconds(KEEP_IDLE_S) };
    g_source_set_callback(kept->on_old, on_old, kept, NULL);
    g_source_attach(kept->on_old, g_main_context_get_thread_default());
    g_queue_push_tail(&sessions->kept, kept);
}
