// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/listener.h"

#include "core/error.h"
#include "core/words.h"
#include "net/address.h"
#include "net/certificate-private.h"
#include "net/exchange-private.h"
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
#define TEXT_TYPE "text/plain; charset=utf-8"
#define ANSWER_PACE (16 * 1024) /* bytes of an answer in a second */
#define SMALL (16 * 1024)       /* a body that great ones leave room for, on each connection */
#define REAP_EVERY_US (G_USEC_PER_SEC / 4)
#define FREE_EVERY_US (G_USEC_PER_SEC / 20)
#define FREE_AT_ONCE 40 /* of the refused */
#define ACCEPT_AGAIN_US (G_USEC_PER_SEC / 5)
#define ACCEPT_AT_ONCE 32
#define GIVE_WAY_AGAIN_US (G_USEC_PER_SEC / 20)
#define WIND_DOWN_US (G_USEC_PER_SEC / 2)
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct CoexListener {
    const CoexListenerHandler *handler;
    gpointer user_data;
    struct MHD_Daemon *daemon;
    GThread *thread;
    CoexPostbox *postbox;
    int listen_fd;
    int epoll_fd;
    guint port;
    gint stopping;         /* atomic */
    CoexCertificate *next; /* atomic; to be shown from now on */

    /* its thread only */
    GPtrArray *peers; /* CoexPeer, and so CoexPlace */
    guint n_guests;   /* of the peers */
    gsize n_bodies;
    GQueue refused; /* CoexExchange */
    gint64 free_at;
    gint64 reap_at;
    gint64 accept_at;     /* 0: now */
    GQueue certificates;  /* CoexCertificate, the newest last; none: no TLS */
    guint n_certificates; /* that there were so far: the number of the newest */
};

/* GnuTLS asks for a certificate without a word of whom it asks. */
static _Thread_local CoexListener *own_listener;

/* ---- one request, in the listener's thread ---- */

static void
free_bytes(void *bytes)
{
    g_bytes_unref(bytes);
}

static struct MHD_Response *
make_response(const CoexExchange *exchange, guint status)
{
    GBytes *answer = exchange->abandoned ? NULL : exchange->answer;
    const char *text = MHD_get_reason_phrase_for(status);
    gsize length;
    gconstpointer bytes;

    if (answer == NULL)
        return MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_PERSISTENT);
    bytes = g_bytes_get_data(answer, &length);
    return MHD_create_response_from_buffer_with_free_callback_cls(length, (void *)bytes, free_bytes,
                                                                  g_bytes_ref(answer));
}

/* Who is slow may take longer for what is long. */
static guint
get_answer_s(const CoexExchange *exchange)
{
    gsize length =
        exchange->abandoned || exchange->answer == NULL ? 0 : g_bytes_get_size(exchange->answer);

    return COEX_LISTENER_IDLE_S + (guint)(length / ANSWER_PACE);
}

static gboolean
must_close(const CoexExchange *exchange)
{
    const CoexPeer *peer = exchange->peer;

    return exchange->refused || exchange->closes ||
           (peer->guests != NULL && *peer->n_guests > COEX_EXCHANGE_GUESTS_KEPT);
}

static enum MHD_Result
exchange_answer(CoexExchange *exchange, guint status)
{
    struct MHD_Response *response = make_response(exchange, status);
    enum MHD_Result result;

    if (response == NULL)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                            exchange->abandoned || exchange->answer == NULL ? TEXT_TYPE
                                                                            : exchange->type);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (must_close(exchange))
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, POST");
    coex_place_wait(&exchange->peer->place, get_answer_s(exchange));
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
        status = exchange->handler->head(exchange, exchange->user_data);
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
    exchange->handler->piece(exchange, bytes, length, exchange->user_data);
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
    exchange->handler->complete(exchange, body, exchange->user_data);
    return MHD_YES;
}

/* the signature is libmicrohttpd's */
static enum MHD_Result
on_request(void *user_data, struct MHD_Connection *connection, const char *url, const char *method,
           const char *version, const char *bytes, size_t *length, void **request)
{
    CoexListener *listener = user_data;
    CoexExchange *exchange = *request;
    const union MHD_ConnectionInfo *info;

    if (exchange == NULL) {
        info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
        exchange = coex_exchange_new(info->socket_context, listener->postbox, connection, url,
                                     strcmp(method, "GET") == 0);
        coex_exchange_hand_over(exchange, listener->handler, listener->user_data);
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
    coex_exchange_unref(exchange);
}

static void
on_connection(void *user_data, struct MHD_Connection *connection, void **context,
              enum MHD_ConnectionNotificationCode code)
{
    CoexListener *listener = user_data;
    CoexPeer *peer = *context;

    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        *context = NULL;
        coex_peer_leave_guests(peer);
        g_ptr_array_remove_fast(listener->peers, peer);
        return;
    }
    peer = g_new0(CoexPeer, 1);
    peer->listener = listener;
    peer->n_guests = &listener->n_guests;
    peer->place.fd =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    peer->certificate = listener->n_certificates;
    coex_place_wait(&peer->place, COEX_LISTENER_HEADER_S);
    g_ptr_array_add(listener->peers, peer);
    *context = peer;
}

/* ---- certificates, in the listener's thread ---- */

/* the signature is GnuTLS's */
static int
on_certificate(gnutls_session_t session, const gnutls_datum_t *authorities, int n_authorities,
               const gnutls_pk_algorithm_t *algorithms, int n_algorithms, gnutls_pcert_st **chain,
               unsigned int *n_chain, gnutls_privkey_t *key)
{
    CoexCertificate *certificate = g_queue_peek_tail(&own_listener->certificates);

    *chain = certificate->chain;
    *n_chain = certificate->n_chain;
    *key = certificate->key;
    return 0;
}

static void
take_certificate(CoexListener *listener)
{
    CoexCertificate *next = g_atomic_pointer_exchange(&listener->next, NULL);

    if (next == NULL)
        return;
    g_queue_push_tail(&listener->certificates, next);
    listener->n_certificates++;
}

/* Those that were replaced before all who are here came: GnuTLS may look at the others again. */
static void
drop_certificates(CoexListener *listener)
{
    guint oldest = listener->n_certificates;

    if (listener->certificates.length < 2)
        return;
    for (guint i = 0; i < listener->peers->len; i++)
        oldest = MIN(oldest, ((CoexPeer *)g_ptr_array_index(listener->peers, i))->certificate);
    while (listener->n_certificates - listener->certificates.length + 1 < oldest)
        coex_certificate_free(g_queue_pop_head(&listener->certificates));
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
    CoexPostbox *postbox = listener->postbox;
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
        coex_exchange_unref(exchange);
    }
}

/* Places that are free, of those that anybody can have. */
static guint
count_free(const CoexListener *listener)
{
    guint n_taken = listener->peers->len - listener->n_guests;

    return COEX_LISTENER_CONNECTIONS - MIN(n_taken, COEX_LISTENER_CONNECTIONS);
}

static void
accept_some(CoexListener *listener)
{
    /* libmicrohttpd 1.0 tells of them in MHD_run() only, and resets those beyond its limit */
    guint n_free = count_free(listener);

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
    if (count_free(listener) > 0)
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
        drop_certificates(listener);
    }
    take_certificate(listener);
    MHD_run(listener->daemon);
}

static gboolean
is_answering(CoexListener *listener)
{
    for (guint i = 0; i < listener->peers->len; i++) {
        const CoexPeer *peer = g_ptr_array_index(listener->peers, i);

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
        CoexPeer *peer = g_ptr_array_index(listener->peers, i);

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

    own_listener = listener;
    while (!g_atomic_int_get(&listener->stopping))
        turn(listener);
    wind_down(listener);
    return NULL;
}

/* ---- starting and ending ---- */

static gboolean
start_thread(CoexListener *listener)
{
    gboolean has_tls = listener->n_certificates > 0;
    sigset_t all, before;

    listener->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET |
            (has_tls ? MHD_USE_TLS : 0),
        0, NULL, NULL, on_request, listener, MHD_OPTION_NOTIFY_COMPLETED, on_request_over, listener,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, listener, MHD_OPTION_CONNECTION_LIMIT,
        /* never reached: accept_some() stops before */
        (unsigned)COEX_LISTENER_CONNECTIONS + COEX_EXCHANGE_GUESTS + 1,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)COEX_LISTENER_IDLE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADERS_MAX, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        /* without TLS the options end here */
        has_tls ? MHD_OPTION_HTTPS_PRIORITIES : MHD_OPTION_END, TLS_PRIORITIES,
        MHD_OPTION_HTTPS_CERT_CALLBACK, on_certificate, MHD_OPTION_END);
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
coex_listener_new(const char *address, CoexCertificate *certificate,
                  const CoexListenerHandler *handler, gpointer user_data, GError **error)
{
    g_autoptr(CoexListener) listener = g_new0(CoexListener, 1);

    if (certificate != NULL) {
        g_queue_push_tail(&listener->certificates, certificate);
        listener->n_certificates = 1;
    }
    listener->handler = handler;
    listener->user_data = user_data;
    listener->peers = g_ptr_array_new_with_free_func(g_free);
    listener->postbox = coex_postbox_new();
    listener->listen_fd = coex_address_listen(address, &listener->port, error);
    if (listener->listen_fd < 0)
        return NULL;
    if (listener->postbox->wake_fd < 0 || !start_thread(listener)) {
        coex_error_say(
            error, COEX_ERROR_LISTEN,
            _("Could not start listening for webhooks on %s: no file descriptor, thread or "
              "memory is left for it. Close something, then try again."),
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
        coex_postbox_wake(listener->postbox);
        g_thread_join(listener->thread);
    }
    if (listener->daemon != NULL)
        MHD_stop_daemon(listener->daemon);
    if (listener->listen_fd >= 0)
        close(listener->listen_fd);
    g_ptr_array_unref(listener->peers);
    take_certificate(listener);
    g_queue_clear_full(&listener->certificates, (GDestroyNotify)coex_certificate_free);
    coex_postbox_unref(listener->postbox);
    g_free(listener);
}

void
coex_listener_set_certificate(CoexListener *listener, CoexCertificate *certificate)
{
    CoexCertificate *unseen = g_atomic_pointer_exchange(&listener->next, certificate);

    if (unseen != NULL)
        coex_certificate_free(unseen);
    coex_postbox_wake(listener->postbox);
}

guint
coex_listener_get_port(const CoexListener *listener)
{
    return listener->port;
}
