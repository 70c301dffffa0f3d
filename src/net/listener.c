// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/listener.h"

#include "core/error.h"
#include "net/address.h"
#include "net/framing.h"
#include "net/places.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* libmicrohttpd parses and writes; waiting and accepting are done here. Its own thread, in epoll
 * mode, sleeps for ever when exactly 128 events are ready at once (0.9.75: the second epoll_wait()
 * of a round has the first one's timeout), spins when no descriptor is left, and knows no deadline
 * but silence. */

#define HEADERS_MAX (64 * 1024)
#define SKIP_MAX (64 * 1024) /* of a refused body */
#define SMALL (16 * 1024)    /* a body that great ones leave room for, on each connection */
#define REAP_EVERY_US (G_USEC_PER_SEC / 4)
#define FREE_EVERY_US (G_USEC_PER_SEC / 20)
#define FREE_AT_ONCE 40 /* of the refused */
#define ACCEPT_AGAIN_US (G_USEC_PER_SEC / 5)
#define ACCEPT_AT_ONCE 32
#define GIVE_WAY_AGAIN_US (G_USEC_PER_SEC / 20)
#define WIND_DOWN_US (G_USEC_PER_SEC / 2)

/* Where verdicts wait for the listener's thread. Outlives listener and exchanges. */
typedef struct {
    gatomicrefcount refs;
    GMutex lock;
    GQueue answered; /* CoexExchange, each with the handler's reference */
    gboolean closed;
    int wake_fd;
} Postbox;

/* One connection. Listener's thread only. */
typedef struct {
    CoexPlace place; /* first: the listener's peers are places too */
    CoexListener *listener;
    CoexExchange *exchange;
} Peer;

struct CoexExchange {
    gatomicrefcount refs; /* the connection's, and the handler's once it is complete */
    Postbox *postbox;
    char *path;
    gboolean is_get;
    char *text;
    GPtrArray *values; /* char *, of headers that were not as they came; NULL: none */
    gpointer data;
    GDestroyNotify destroy;
    guint verdict; /* under the postbox's lock */

    /* listener's thread only */
    Peer *peer;                        /* NULL when the connection has gone */
    struct MHD_Connection *connection; /* likewise */
    GByteArray *body;
    gsize n_counted; /* bytes of the body that count against COEX_LISTENER_BODIES_MAX */
    guint status;    /* of the answer, 0 when not known yet */
    gboolean asleep;
    gboolean refused;   /* and has waited, or waits, for its turn */
    gboolean abandoned; /* the text may be written by another thread meanwhile */
};

struct CoexListener {
    const CoexListenerHandler *handler;
    gpointer user_data;
    struct MHD_Daemon *daemon;
    GThread *thread;
    Postbox *postbox;
    int listen_fd;
    int epoll_fd;
    guint port;
    gint stopping; /* atomic */

    /* its thread only */
    GPtrArray *peers; /* Peer, and so CoexPlace */
    gsize n_bodies;
    GQueue refused; /* CoexExchange */
    gint64 free_at;
    gint64 reap_at;
    gint64 accept_at; /* 0: now */
};

/* ---- postbox and exchange ---- */

static Postbox *
postbox_new(void)
{
    Postbox *postbox = g_new0(Postbox, 1);

    g_atomic_ref_count_init(&postbox->refs);
    g_mutex_init(&postbox->lock);
    g_queue_init(&postbox->answered);
    postbox->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return postbox;
}

static Postbox *
postbox_ref(Postbox *postbox)
{
    g_atomic_ref_count_inc(&postbox->refs);
    return postbox;
}

static void
postbox_unref(Postbox *postbox)
{
    if (!g_atomic_ref_count_dec(&postbox->refs))
        return;
    if (postbox->wake_fd >= 0)
        close(postbox->wake_fd);
    g_mutex_clear(&postbox->lock);
    g_free(postbox);
}

static void
postbox_wake(Postbox *postbox)
{
    /* can only fail when it is set already */
    (void)!eventfd_write(postbox->wake_fd, 1);
}

static CoexExchange *
exchange_new(Peer *peer, struct MHD_Connection *connection, const char *path, gboolean is_get)
{
    CoexExchange *exchange = g_new0(CoexExchange, 1);

    g_atomic_ref_count_init(&exchange->refs);
    exchange->postbox = postbox_ref(peer->listener->postbox);
    exchange->peer = peer;
    exchange->connection = connection;
    exchange->path = g_strdup(path);
    exchange->is_get = is_get;
    peer->exchange = exchange;
    return exchange;
}

static void
exchange_unref(CoexExchange *exchange)
{
    if (!g_atomic_ref_count_dec(&exchange->refs))
        return;
    if (exchange->destroy != NULL)
        exchange->destroy(exchange->data);
    g_clear_pointer(&exchange->body, g_byte_array_unref);
    g_clear_pointer(&exchange->values, g_ptr_array_unref);
    postbox_unref(exchange->postbox);
    g_free(exchange->path);
    g_free(exchange->text);
    g_free(exchange);
}

const char *
coex_exchange_get_method(const CoexExchange *exchange)
{
    return exchange->is_get ? "GET" : "POST";
}

const char *
coex_exchange_get_path(const CoexExchange *exchange)
{
    return exchange->path;
}

static const char *
exchange_strip(CoexExchange *exchange, const char *value)
{
    gsize length = coex_framing_measure_value(value);

    if (value[length] == '\0')
        return value;
    if (exchange->values == NULL)
        exchange->values = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(exchange->values, g_strndup(value, length));
    return exchange->values->pdata[exchange->values->len - 1];
}

const char *
coex_exchange_get_header(CoexExchange *exchange, const char *name, gboolean *ret_single)
{
    CoexHeader header = coex_framing_find_header(exchange->connection, name);

    if (ret_single != NULL)
        *ret_single = header.count <= 1;
    return header.count == 1 ? exchange_strip(exchange, header.value) : NULL;
}

const char *
coex_exchange_get_query(const CoexExchange *exchange, const char *name)
{
    const char *value =
        MHD_lookup_connection_value(exchange->connection, MHD_GET_ARGUMENT_KIND, name);

    return value != NULL && g_utf8_validate(value, -1, NULL) ? value : NULL;
}

void
coex_exchange_set_data(CoexExchange *exchange, gpointer data, GDestroyNotify destroy)
{
    if (exchange->destroy != NULL)
        exchange->destroy(exchange->data);
    exchange->data = data;
    exchange->destroy = destroy;
}

gpointer
coex_exchange_get_data(const CoexExchange *exchange)
{
    return exchange->data;
}

void
coex_exchange_set_proven(CoexExchange *exchange)
{
    exchange->peer->place.proven = TRUE;
}

void
coex_exchange_set_text(CoexExchange *exchange, const char *text)
{
    g_free(exchange->text);
    exchange->text = g_strdup(text);
}

void
coex_exchange_respond(CoexExchange *exchange, guint status)
{
    Postbox *postbox = postbox_ref(exchange->postbox);
    gboolean closed, first;

    g_mutex_lock(&postbox->lock);
    closed = postbox->closed;
    first = g_queue_is_empty(&postbox->answered);
    if (!closed) {
        exchange->verdict =
            status >= 200 && status <= 599 ? status : MHD_HTTP_INTERNAL_SERVER_ERROR;
        g_queue_push_tail(&postbox->answered, exchange);
    }
    g_mutex_unlock(&postbox->lock);
    if (closed)
        exchange_unref(exchange);
    else if (first)
        postbox_wake(postbox);
    postbox_unref(postbox);
}

/* ---- one request, in the listener's thread ---- */

static enum MHD_Result
exchange_answer(CoexExchange *exchange, guint status)
{
    const char *text = exchange->abandoned ? NULL : exchange->text;
    struct MHD_Response *response;
    enum MHD_Result result;

    if (text == NULL)
        text = MHD_get_reason_phrase_for(status);
    response = MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_MUST_COPY);
    if (response == NULL)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain; charset=utf-8");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (exchange->refused)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, POST");
    coex_place_wait(&exchange->peer->place, COEX_LISTENER_IDLE_S);
    result = MHD_queue_response(exchange->connection, status, response);
    MHD_destroy_response(response);
    return result;
}

/* Strangers' great bodies must not keep small ones out, and almost all genuine ones are small. */
static gboolean
has_room(const CoexListener *listener, gsize length, gsize more)
{
    gsize reserved = length <= SMALL ? 0 : SMALL * COEX_LISTENER_CONNECTIONS;

    return listener->n_bodies + more <= COEX_LISTENER_BODIES_MAX - reserved;
}

static void
exchange_drop_body(CoexExchange *exchange)
{
    exchange->peer->listener->n_bodies -= exchange->n_counted;
    exchange->n_counted = 0;
    g_clear_pointer(&exchange->body, g_byte_array_unref);
}

static enum MHD_Result
exchange_start(CoexExchange *exchange, const char *method)
{
    CoexListener *listener = exchange->peer->listener;
    struct MHD_Connection *connection = exchange->connection;
    guint64 size;
    guint status = coex_framing_check(connection, exchange->is_get, COEX_LISTENER_BODY_MAX, &size);
    gboolean skip = status == 0 && size <= SKIP_MAX &&
                    coex_framing_find_header(connection, MHD_HTTP_HEADER_EXPECT).count == 0;

    coex_place_wait(&exchange->peer->place, COEX_LISTENER_BODY_S);
    if (status == 0 && !exchange->is_get && strcmp(method, "POST") != 0)
        return exchange_answer(exchange, MHD_HTTP_METHOD_NOT_ALLOWED);
    if (status == 0 && g_atomic_int_get(&listener->stopping))
        status = MHD_HTTP_SERVICE_UNAVAILABLE;
    if (status == 0)
        status = listener->handler->head(exchange, listener->user_data);
    if (status == 0 && exchange->is_get)
        status = MHD_HTTP_NOT_FOUND;
    if (status == 0 && size <= COEX_LISTENER_BODY_MAX && !has_room(listener, size, size))
        status = MHD_HTTP_SERVICE_UNAVAILABLE;
    if (status == 0) {
        exchange->body = g_byte_array_new();
        return MHD_YES;
    }
    /* An answer here, before the body, makes libmicrohttpd close the connection; the reset that
     * follows may even destroy the answer on its way. */
    if (!skip)
        return exchange_answer(exchange, status);
    exchange->status = status;
    return MHD_YES;
}

static enum MHD_Result
exchange_take(CoexExchange *exchange, const char *bytes, gsize length)
{
    CoexListener *listener = exchange->peer->listener;

    if (exchange->status != 0)
        return MHD_YES;
    if (exchange->body->len + length > COEX_LISTENER_BODY_MAX)
        return MHD_NO;
    if (!has_room(listener, exchange->body->len + length, length)) {
        exchange->status = MHD_HTTP_SERVICE_UNAVAILABLE;
        exchange_drop_body(exchange);
        return MHD_YES;
    }
    coex_place_take(&exchange->peer->place, length);
    listener->n_bodies += length;
    exchange->n_counted += length;
    g_byte_array_append(exchange->body, (const guint8 *)bytes, length);
    listener->handler->piece(exchange, bytes, length, listener->user_data);
    return MHD_YES;
}

static void
exchange_sleep(CoexExchange *exchange)
{
    coex_place_sleep(&exchange->peer->place);
    exchange->asleep = TRUE;
    MHD_suspend_connection(exchange->connection);
}

static enum MHD_Result
exchange_end(CoexExchange *exchange)
{
    CoexListener *listener = exchange->peer->listener;
    gboolean stopping = g_atomic_int_get(&listener->stopping);
    g_autoptr(GBytes) body = NULL;

    if (exchange->status == 0 && stopping)
        exchange->status = MHD_HTTP_SERVICE_UNAVAILABLE;
    /* A refusal waits for its turn, and costs the connection: who has no proof can neither keep
     * this thread busy nor keep others from being accepted. At the end nobody may fall asleep any
     * more: libmicrohttpd aborts the process over a sleeper. */
    if (exchange->status / 100 == 4 && !exchange->refused && !stopping) {
        exchange->refused = TRUE;
        exchange_drop_body(exchange);
        exchange_sleep(exchange);
        g_queue_push_tail(&listener->refused, exchange);
        return MHD_YES;
    }
    if (exchange->status != 0)
        return exchange_answer(exchange, exchange->status);

    body = g_byte_array_free_to_bytes(g_steal_pointer(&exchange->body));
    exchange_sleep(exchange);
    g_atomic_ref_count_inc(&exchange->refs);
    listener->handler->complete(exchange, body, listener->user_data);
    return MHD_YES;
}

/* the signature is libmicrohttpd's */
static enum MHD_Result
on_request(void *user_data, struct MHD_Connection *connection, const char *url, const char *method,
           const char *version, const char *bytes, size_t *length, void **request)
{
    CoexExchange *exchange = *request;
    const union MHD_ConnectionInfo *info;

    if (exchange == NULL) {
        info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
        exchange = exchange_new(info->socket_context, connection, url, strcmp(method, "GET") == 0);
        *request = exchange;
        return exchange_start(exchange, method);
    }
    if (*length > 0) {
        enum MHD_Result result = exchange_take(exchange, bytes, *length);

        *length = 0;
        return result;
    }
    return exchange_end(exchange);
}

static void
on_request_over(void *user_data, struct MHD_Connection *connection, void **request,
                enum MHD_RequestTerminationCode code)
{
    CoexExchange *exchange = g_steal_pointer(request);

    if (exchange == NULL)
        return;
    exchange_drop_body(exchange);
    coex_place_wait(&exchange->peer->place, COEX_LISTENER_IDLE_S + COEX_LISTENER_HEADER_S);
    exchange->peer->exchange = NULL;
    exchange->peer = NULL;
    exchange->connection = NULL;
    exchange_unref(exchange);
}

static void
on_connection(void *user_data, struct MHD_Connection *connection, void **context,
              enum MHD_ConnectionNotificationCode code)
{
    CoexListener *listener = user_data;
    Peer *peer = *context;

    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        *context = NULL;
        g_ptr_array_remove_fast(listener->peers, peer);
        return;
    }
    peer = g_new0(Peer, 1);
    peer->listener = listener;
    peer->place.fd =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    coex_place_wait(&peer->place, COEX_LISTENER_HEADER_S);
    g_ptr_array_add(listener->peers, peer);
    *context = peer;
}

/* ---- the thread ---- */

static void
wake_up(CoexExchange *exchange, guint status)
{
    exchange->asleep = FALSE;
    exchange->status = status;
    if (status / 100 == 2)
        exchange->peer->place.proven = TRUE;
    coex_place_wait(&exchange->peer->place, COEX_LISTENER_IDLE_S);
    MHD_resume_connection(exchange->connection);
}

/* Takes the verdicts out of the postbox; @last: later ones are not heard any more. */
static void
take_verdicts(CoexListener *listener, gboolean last)
{
    Postbox *postbox = listener->postbox;
    GQueue answered;
    CoexExchange *exchange;
    eventfd_t count;

    (void)!eventfd_read(postbox->wake_fd, &count);
    g_mutex_lock(&postbox->lock);
    answered = postbox->answered;
    g_queue_init(&postbox->answered);
    postbox->closed = last;
    g_mutex_unlock(&postbox->lock);

    while ((exchange = g_queue_pop_head(&answered)) != NULL) {
        if (exchange->asleep)
            wake_up(exchange, exchange->verdict);
        exchange_unref(exchange);
    }
}

static void
accept_some(CoexListener *listener)
{
    /* libmicrohttpd 1.0 tells of them in MHD_run() only, and resets those beyond its limit */
    guint n_free = COEX_LISTENER_CONNECTIONS - listener->peers->len;

    for (guint i = 0; i < MIN(n_free, ACCEPT_AT_ONCE); i++) {
        struct sockaddr_storage address;
        socklen_t length = sizeof address;
        int fd = accept4(listener->listen_fd, (struct sockaddr *)&address, &length,
                         SOCK_CLOEXEC | SOCK_NONBLOCK);

        if (fd >= 0) {
            /* closes it when it fails */
            MHD_add_connection(listener->daemon, fd, (struct sockaddr *)&address, length);
            continue;
        }
        if (errno == ECONNABORTED || errno == EINTR)
            continue;
        /* No descriptor or no memory left: the client stays in the queue, and asking at once again
         * would be a busy loop, unless somebody gives way. */
        if (errno != EAGAIN &&
            coex_places_give_way(listener->peers, g_get_monotonic_time(), ACCEPT_AT_ONCE) == 0)
            listener->accept_at = g_get_monotonic_time() + ACCEPT_AGAIN_US;
        return;
    }
}

static void
free_some(CoexListener *listener, gint64 now)
{
    if (now < listener->free_at)
        return;
    listener->free_at = now + FREE_EVERY_US;
    for (guint i = 0; i < FREE_AT_ONCE && !g_queue_is_empty(&listener->refused); i++) {
        CoexExchange *exchange = g_queue_pop_head(&listener->refused);

        wake_up(exchange, exchange->status);
    }
}

/* Whoever likes can hold all places, and must not keep a delivery out with them. */
static void
let_in(CoexListener *listener, gint64 now)
{
    if (listener->peers->len < COEX_LISTENER_CONNECTIONS)
        accept_some(listener);
    else if (coex_places_give_way(listener->peers, now, ACCEPT_AT_ONCE) == 0)
        listener->accept_at = now + GIVE_WAY_AGAIN_US;
}

static int
get_timeout_ms(CoexListener *listener, gint64 now)
{
    MHD_UNSIGNED_LONG_LONG mhd_ms;
    gint64 timeout_us = G_MAXINT32;

    if (MHD_get_timeout(listener->daemon, &mhd_ms) == MHD_YES)
        timeout_us = MIN(mhd_ms, 60 * 1000) * 1000;
    if (listener->peers->len > 0)
        timeout_us = MIN(timeout_us, listener->reap_at - now);
    if (!g_queue_is_empty(&listener->refused))
        timeout_us = MIN(timeout_us, listener->free_at - now);
    if (listener->accept_at > 0)
        timeout_us = MIN(timeout_us, listener->accept_at - now);
    return (int)((MAX(timeout_us, 0) + 999) / 1000);
}

static void
turn(CoexListener *listener)
{
    gint64 now = g_get_monotonic_time();
    gboolean accepting;
    struct pollfd fds[3] = {
        { .fd = listener->postbox->wake_fd, .events = POLLIN },
        { .fd = listener->epoll_fd, .events = POLLIN },
        { .fd = listener->listen_fd, .events = POLLIN },
    };

    if (listener->accept_at <= now)
        listener->accept_at = 0;
    accepting = listener->listen_fd >= 0 && listener->accept_at == 0;
    poll(fds, accepting ? 3 : 2, get_timeout_ms(listener, now));
    if (fds[0].revents != 0)
        take_verdicts(listener, g_atomic_int_get(&listener->stopping));
    now = g_get_monotonic_time();
    if (accepting && fds[2].revents != 0)
        let_in(listener, now);
    free_some(listener, now);
    if (now >= listener->reap_at) {
        listener->reap_at = now + REAP_EVERY_US;
        /* libmicrohttpd cuts who is silent; this cuts who drips */
        coex_places_reap(listener->peers, now);
    }
    MHD_run(listener->daemon);
}

static gboolean
is_answering(CoexListener *listener)
{
    for (guint i = 0; i < listener->peers->len; i++) {
        const Peer *peer = g_ptr_array_index(listener->peers, i);

        if (peer->exchange != NULL && peer->exchange->status != 0)
            return TRUE;
    }
    return FALSE;
}

static void
wind_down(CoexListener *listener)
{
    gint64 until = g_get_monotonic_time() + WIND_DOWN_US;

    close(listener->listen_fd);
    listener->listen_fd = -1;
    take_verdicts(listener, TRUE);
    g_queue_clear(&listener->refused);
    for (guint i = 0; i < listener->peers->len; i++) {
        Peer *peer = g_ptr_array_index(listener->peers, i);

        if (peer->exchange == NULL || !peer->exchange->asleep)
            continue;
        peer->exchange->abandoned = TRUE;
        wake_up(peer->exchange, MHD_HTTP_SERVICE_UNAVAILABLE);
    }
    while (is_answering(listener) && g_get_monotonic_time() < until)
        turn(listener);
    MHD_stop_daemon(g_steal_pointer(&listener->daemon));
}

static gpointer
run(gpointer user_data)
{
    CoexListener *listener = user_data;

    while (!g_atomic_int_get(&listener->stopping))
        turn(listener);
    wind_down(listener);
    return NULL;
}

/* ---- starting and ending ---- */

static gboolean
start_thread(CoexListener *listener)
{
    sigset_t all, before;

    listener->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL,
        on_request, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_request_over, listener,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, listener, MHD_OPTION_CONNECTION_LIMIT,
        /* never reached: accept_some() stops before */
        (unsigned)COEX_LISTENER_CONNECTIONS + 1, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)COEX_LISTENER_IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADERS_MAX,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (listener->daemon == NULL)
        return FALSE;
    listener->epoll_fd = MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;

    /* the host's signal handlers are its main thread's */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    listener->thread = g_thread_try_new("coex-listener", run, listener, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return listener->thread != NULL;
}

CoexListener *
coex_listener_new(const char *address, const CoexListenerHandler *handler, gpointer user_data,
                  GError **error)
{
    g_autoptr(CoexListener) listener = g_new0(CoexListener, 1);

    listener->handler = handler;
    listener->user_data = user_data;
    listener->peers = g_ptr_array_new_with_free_func(g_free);
    listener->postbox = postbox_new();
    listener->listen_fd = coex_address_listen(address, &listener->port, error);
    if (listener->listen_fd < 0)
        return NULL;
    if (listener->postbox->wake_fd < 0 || !start_thread(listener)) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_LISTEN,
                    "Could not start listening for webhooks on %s: no file descriptor, thread or"
                    " memory is left for it. Close something, then try again.",
                    address);
        return NULL;
    }
    return g_steal_pointer(&listener);
}

void
coex_listener_free(CoexListener *listener)
{
    if (listener == NULL)
        return;
    if (listener->thread != NULL) {
        g_atomic_int_set(&listener->stopping, 1);
        postbox_wake(listener->postbox);
        g_thread_join(listener->thread);
    }
    if (listener->daemon != NULL)
        MHD_stop_daemon(listener->daemon);
    if (listener->listen_fd >= 0)
        close(listener->listen_fd);
    g_ptr_array_unref(listener->peers);
    postbox_unref(listener->postbox);
    g_free(listener);
}

guint
coex_listener_get_port(const CoexListener *listener)
{
    return listener->port;
}
