// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOOK_US (G_USEC_PER_SEC / 4)
#define HURRY_US (G_USEC_PER_SEC / 25)
#define GRACE_US G_USEC_PER_SEC /* after the deadline; the loop is a little late now and then */
#define FLOOD                                                                                      \
    (32 * 1024 * 1024) /* for one request, packed and encrypted: no answer has as much             \
                        */

/* A descriptor of our own for the socket: its number cannot become another's under our hands. */
typedef struct {
    gconstpointer socket;
    gconstpointer owner;
    int fd;
    guint64 n_bytes; /* received when a request began or ended last */
} Line;

/* Tells when a turn begins and ends. */
typedef struct {
    GSource source;
    gint n_turns; /* atomic */
    gint busy;    /* atomic: dispatching, not waiting */
} Pulse;

struct CoexGuard {
    gatomicrefcount refs; /* the owner's and each socket's */
    GThread *thread;      /* NULL: none could be had */
    gconstpointer loop;   /* its context, never dereferenced */
    Pulse *pulse;

    GMutex lock;
    GCond changed;
    GArray *lines; /* Line */
    gint64 deadline;
    guint n_cuts;
    gboolean over;
    gint seen_turn; /* its thread only */
};

static GMutex guards_lock;
static GPtrArray *guards;     /* CoexGuard, borrowed; NULL: none */
static GMainContext *hurried; /* atomic, never dereferenced; NULL: none */

CoexGuard *
coex_guard_ref(CoexGuard *guard)
{
    g_atomic_ref_count_inc(&guard->refs);
    return guard;
}

void
coex_guard_unref(CoexGuard *guard)
{
    if (!g_atomic_ref_count_dec(&guard->refs))
        return;
    g_array_unref(guard->lines);
    g_mutex_clear(&guard->lock);
    g_cond_clear(&guard->changed);
    g_free(guard);
}

/* ---- the loop's pulse ---- */

static gboolean
pulse_prepare(GSource *source, int *ret_timeout_ms)
{
    Pulse *pulse = (Pulse *)source;

    *ret_timeout_ms = -1;
    g_atomic_int_set(&pulse->busy, 0);
    return FALSE;
}

static gboolean
pulse_check(GSource *source)
{
    Pulse *pulse = (Pulse *)source;

    g_atomic_int_inc(&pulse->n_turns);
    g_atomic_int_set(&pulse->busy, 1);
    return FALSE;
}

static gboolean
pulse_dispatch(GSource *source, GSourceFunc callback, gpointer user_data)
{
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs pulse_funcs = {
    .prepare = pulse_prepare,
    .check = pulse_check,
    .dispatch = pulse_dispatch,
};

/* ---- its thread, under the lock ---- */

/* 0 where the kernel does not tell. */
static guint64
count_received(int fd)
{
    struct tcp_info info = { 0 };
    socklen_t length = sizeof info;

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0)
        return 0;
    return info.tcpi_bytes_received;
}

guint64
coex_guard_count_received(GSocket *socket)
{
    return count_received(g_socket_get_fd(socket));
}

static gboolean
is_flooded(CoexGuard *guard)
{
    for (guint i = 0; i < guard->lines->len; i++) {
        const Line *line = &g_array_index(guard->lines, Line, i);

        if (count_received(line->fd) > line->n_bytes + FLOOD)
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_hurried(const CoexGuard *guard)
{
    return g_atomic_pointer_get(&hurried) == guard->loop;
}

/* One turn that has lasted since the last look. */
static gboolean
is_stuck(CoexGuard *guard)
{
    gint turn = g_atomic_int_get(&guard->pulse->n_turns);
    gboolean lasts = g_atomic_int_get(&guard->pulse->busy) && turn == guard->seen_turn;

    guard->seen_turn = turn;
    return lasts && (is_hurried(guard) || g_get_monotonic_time() > guard->deadline + GRACE_US);
}

static void
look(CoexGuard *guard)
{
    gboolean stuck = is_stuck(guard);

    if (!stuck && !is_flooded(guard))
        return;
    guard->n_cuts++;
    for (guint i = 0; i < guard->lines->len; i++)
        shutdown(g_array_index(guard->lines, Line, i).fd, SHUT_RDWR);
}

static gpointer
run(gpointer user_data)
{
    CoexGuard *guard = user_data;

    g_mutex_lock(&guard->lock);
    while (!guard->over) {
        gint64 wait_us = is_hurried(guard) ? HURRY_US : LOOK_US;

        if (guard->deadline == 0) {
            g_cond_wait(&guard->changed, &guard->lock);
            continue;
        }
        g_cond_wait_until(&guard->changed, &guard->lock, g_get_monotonic_time() + wait_us);
        if (!guard->over && guard->deadline != 0)
            look(guard);
    }
    g_mutex_unlock(&guard->lock);
    return NULL;
}

/* ---- for the loop ---- */

static void
start_thread(CoexGuard *guard)
{
    sigset_t all, before;

    /* the host's signal handlers are its main thread's */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    guard->thread = g_thread_try_new("coex-guard", run, guard, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

CoexGuard *
coex_guard_new(void)
{
    CoexGuard *guard = g_new0(CoexGuard, 1);
    GMainContext *context = g_main_context_get_thread_default();

    guard->loop = context != NULL ? context : g_main_context_default();
    g_atomic_ref_count_init(&guard->refs);
    g_mutex_init(&guard->lock);
    g_cond_init(&guard->changed);
    guard->lines = g_array_new(FALSE, FALSE, sizeof(Line));
    guard->pulse = (Pulse *)g_source_new(&pulse_funcs, sizeof(Pulse));
    g_source_attach(&guard->pulse->source, context);
    start_thread(guard);

    g_mutex_lock(&guards_lock);
    if (guards == NULL)
        guards = g_ptr_array_new();
    g_ptr_array_add(guards, guard);
    g_mutex_unlock(&guards_lock);
    return guard;
}

static void
leave_guards(CoexGuard *guard)
{
    g_mutex_lock(&guards_lock);
    g_ptr_array_remove_fast(guards, guard);
    if (guards->len == 0)
        g_clear_pointer(&guards, g_ptr_array_unref);
    g_mutex_unlock(&guards_lock);
}

void
coex_guard_free(CoexGuard *guard)
{
    leave_guards(guard);
    g_mutex_lock(&guard->lock);
    guard->over = TRUE;
    g_cond_signal(&guard->changed);
    g_mutex_unlock(&guard->lock);
    if (guard->thread != NULL)
        g_thread_join(guard->thread);

    g_source_destroy(&guard->pulse->source);
    g_source_unref(&guard->pulse->source);
    g_mutex_lock(&guard->lock);
    for (guint i = 0; i < guard->lines->len; i++)
        close(g_array_index(guard->lines, Line, i).fd);
    g_array_set_size(guard->lines, 0);
    g_mutex_unlock(&guard->lock);
    coex_guard_unref(guard);
}

static void
on_socket_gone(gpointer user_data, GObject *socket)
{
    CoexGuard *guard = user_data;

    g_mutex_lock(&guard->lock);
    for (guint i = 0; i < guard->lines->len; i++) {
        const Line *line = &g_array_index(guard->lines, Line, i);

        if (line->socket != socket)
            continue;
        close(line->fd);
        g_array_remove_index_fast(guard->lines, i);
        break;
    }
    g_mutex_unlock(&guard->lock);
    coex_guard_unref(guard);
}

void
coex_guard_add(CoexGuard *guard, GSocket *socket, gconstpointer owner)
{
    Line line = { .socket = socket, .owner = owner };

    line.fd = fcntl(g_socket_get_fd(socket), F_DUPFD_CLOEXEC, 0);
    if (line.fd < 0)
        return;
    g_mutex_lock(&guard->lock);
    g_array_append_val(guard->lines, line);
    g_mutex_unlock(&guard->lock);
    g_object_weak_ref(G_OBJECT(socket), on_socket_gone, coex_guard_ref(guard));
}

void
coex_guard_cut(CoexGuard *guard, gconstpointer owner)
{
    g_mutex_lock(&guard->lock);
    for (guint i = 0; i < guard->lines->len; i++) {
        const Line *line = &g_array_index(guard->lines, Line, i);

        if (line->owner == owner)
            shutdown(line->fd, SHUT_RDWR);
    }
    g_mutex_unlock(&guard->lock);
}

void
coex_guard_set_deadline(CoexGuard *guard, gint64 deadline)
{
    g_mutex_lock(&guard->lock);
    if (guard->deadline == 0)
        g_cond_signal(&guard->changed);
    guard->deadline = deadline;
    for (guint i = 0; i < guard->lines->len; i++) {
        Line *line = &g_array_index(guard->lines, Line, i);

        line->n_bytes = count_received(line->fd);
    }
    g_mutex_unlock(&guard->lock);
}

guint
coex_guard_count_cuts(CoexGuard *guard)
{
    guint n_cuts;

    g_mutex_lock(&guard->lock);
    n_cuts = guard->n_cuts;
    g_mutex_unlock(&guard->lock);
    return n_cuts;
}

void
coex_guard_hurry(GMainContext *loop)
{
    g_atomic_pointer_set(&hurried, loop);
    g_mutex_lock(&guards_lock);
    for (guint i = 0; guards != NULL && i < guards->len; i++) {
        CoexGuard *guard = g_ptr_array_index(guards, i);

        g_mutex_lock(&guard->lock);
        g_cond_signal(&guard->changed);
        g_mutex_unlock(&guard->lock);
    }
    g_mutex_unlock(&guards_lock);
}
