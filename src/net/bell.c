// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/bell.h"

#include "core/retry.h"
#include "core/timer.h"
#include "core/words.h"
#include "net/cause.h"
#include "net/guard.h"
#include "net/tunnel.h"
#include <libsoup/soup.h>

#define HANDSHAKE_S 20
#define KEEP_ALIVE_S 30
#define SPAN_MS 10000 /* of what comes */
#define FRAMES_MAX 1000
#define HOLD_US (2 * (gint64)G_USEC_PER_SEC)    /* that what comes may hold the loop */
#define STEADY_US (60 * (gint64)G_USEC_PER_SEC) /* it held so long: its end is no failure */

struct CoexBell {
    CoexBellSpec spec; /* its strings owned by the following */
    char *url;
    char *greeting;
    GProxyResolver *resolver; /* NULL: none */
    SoupSession *session;
    CoexGuard *guard;
    GCancellable *cancellable;           /* of the handshake under way */
    GSocket *socket;                     /* of the last connection */
    SoupWebsocketConnection *connection; /* NULL: there is none */
    GSource *readable;
    GSource *next;
    GSource *span;   /* NULL: nothing came since the last one */
    guint64 n_bytes; /* that had been received when that ended */
    guint n_frames;  /* since then */
    gint64 opened_us;
    guint n_failures; /* in a row */
    char *fault;
};

static const char FLOOD[] = N_("it never stops ringing");

static void ring_up(CoexBell *bell);

static gboolean
on_idle(gpointer data)
{
    return G_SOURCE_REMOVE;
}

/* libsoup may be about to look at it once more. */
static void
unref_later(SoupWebsocketConnection *connection)
{
    GSource *idle = g_idle_source_new();

    g_source_set_callback(idle, on_idle, connection, g_object_unref);
    g_source_attach(idle, g_main_context_get_thread_default());
    g_source_unref(idle);
}

/* Without a word to the other side, which may read nothing. */
static void
hang_up(CoexBell *bell)
{
    coex_timer_clear(&bell->readable);
    coex_timer_clear(&bell->next);
    coex_timer_clear(&bell->span);
    g_cancellable_cancel(bell->cancellable);
    g_clear_object(&bell->cancellable);
    if (bell->connection != NULL)
        g_signal_handlers_disconnect_by_data(bell->connection, bell);
    if (bell->socket != NULL)
        g_socket_shutdown(bell->socket, TRUE, TRUE, NULL);
    g_clear_pointer(&bell->connection, unref_later);
    g_clear_object(&bell->socket);
    coex_guard_set_deadline(bell->guard, 0);
}

static void
on_next(gpointer data)
{
    ring_up(data);
}

static void
fail(CoexBell *bell, const char *fault)
{
    gboolean was_steady =
        bell->opened_us > 0 && g_get_monotonic_time() - bell->opened_us > STEADY_US;

    g_free(bell->fault);
    bell->fault = g_strdup(fault);
    bell->n_failures = was_steady ? 1 : bell->n_failures + 1;
    bell->opened_us = 0;
    hang_up(bell);
    coex_timer_start(
        &bell->next,
        coex_retry_delay_ms(COEX_RETRY_BACKOFF, bell->n_failures - 1, g_random_double()), on_next,
        bell);
}

/* ---- the connection ---- */

static gboolean
is_flooded(const CoexBell *bell)
{
    return coex_guard_count_received(bell->socket) - bell->n_bytes > 2 * bell->spec.frame_max;
}

static void
begin_span(CoexBell *bell)
{
    coex_timer_clear(&bell->span);
    coex_guard_set_deadline(bell->guard, 0);
    bell->n_bytes = coex_guard_count_received(bell->socket);
    bell->n_frames = 0;
}

static void
on_span_over(gpointer data)
{
    CoexBell *bell = data;

    if (is_flooded(bell))
        fail(bell, _(FLOOD));
    else
        begin_span(bell);
}

/* What libsoup reads: pings, too, which it answers by itself and tells nobody of. */
static gboolean
on_readable(GSocket *socket, GIOCondition condition, gpointer data)
{
    CoexBell *bell = data;

    if (is_flooded(bell)) {
        fail(bell, _(FLOOD));
        return G_SOURCE_REMOVE;
    }
    if (bell->span == NULL)
        coex_timer_start(&bell->span, SPAN_MS, on_span_over, bell);
    coex_guard_set_deadline(bell->guard, g_get_monotonic_time() + HOLD_US);
    return G_SOURCE_CONTINUE;
}

static void
watch(CoexBell *bell)
{
    coex_guard_set_deadline(bell->guard, 0);
    if (bell->socket == NULL)
        return;
    begin_span(bell);
    bell->readable = g_socket_create_source(bell->socket, G_IO_IN, NULL);
    g_source_set_callback(bell->readable, G_SOURCE_FUNC(on_readable), bell, NULL);
    g_source_attach(bell->readable, g_main_context_get_thread_default());
}

static void
on_message(SoupWebsocketConnection *connection, int type, GBytes *message, gpointer data)
{
    CoexBell *bell = data;
    gsize length;
    const char *bytes = g_bytes_get_data(message, &length);

    if (++bell->n_frames > FRAMES_MAX)
        fail(bell, _(FLOOD));
    else
        bell->spec.rings(bytes, length, bell->spec.data);
}

static void
on_closed(SoupWebsocketConnection *connection, gpointer data)
{
    CoexBell *bell = data;
    /* Translators: a connection; %u is a code */
    g_autofree char *fault = g_strdup_printf(_("it was closed (%u)"),
                                             soup_websocket_connection_get_close_code(connection));

    fail(bell, fault);
}

static void
take(CoexBell *bell, SoupWebsocketConnection *connection)
{
    bell->connection = connection;
    bell->opened_us = g_get_monotonic_time();
    coex_timer_clear(&bell->next);
    g_clear_pointer(&bell->fault, g_free);
    g_clear_object(&bell->cancellable);
    soup_websocket_connection_set_max_incoming_payload_size(connection, bell->spec.frame_max);
    soup_websocket_connection_set_keepalive_interval(connection, KEEP_ALIVE_S);
    g_signal_connect(connection, "message", G_CALLBACK(on_message), bell);
    g_signal_connect(connection, "closing", G_CALLBACK(on_closed), bell);
    g_signal_connect(connection, "closed", G_CALLBACK(on_closed), bell);
    watch(bell);
    soup_websocket_connection_send_text(connection, bell->greeting);
    bell->spec.opened(bell->spec.data);
}

/* ---- the handshake ---- */

typedef struct {
    CoexBell *bell; /* alive unless cancelled */
    GCancellable *cancellable;
    SoupMessage *message;
} Handshake;

static void
on_network_event(SoupMessage *message, GSocketClientEvent event, GIOStream *stream, gpointer data)
{
    Handshake *handshake = data;

    if (event != G_SOCKET_CLIENT_CONNECTED || !G_IS_SOCKET_CONNECTION(stream) ||
        g_cancellable_is_cancelled(handshake->cancellable))
        return;
    g_set_object(&handshake->bell->socket,
                 g_socket_connection_get_socket(G_SOCKET_CONNECTION(stream)));
    coex_guard_add(handshake->bell->guard, handshake->bell->socket, handshake->bell);
}

static void
on_connected(GObject *source, GAsyncResult *result, gpointer data)
{
    Handshake *handshake = data;
    CoexBell *bell = handshake->bell;
    gboolean over = g_cancellable_is_cancelled(handshake->cancellable);
    g_autoptr(GError) error = NULL;
    g_autoptr(SoupWebsocketConnection) connection =
        soup_session_websocket_connect_finish(SOUP_SESSION(source), result, &error);
    guint status = soup_message_get_status(handshake->message);
    g_autofree char *fault = g_strdup_printf("HTTP %u", status);

    g_signal_handlers_disconnect_by_data(handshake->message, handshake);
    g_object_unref(handshake->message);
    g_object_unref(handshake->cancellable);
    g_free(handshake);
    if (over)
        return;
    if (connection != NULL)
        take(bell, g_steal_pointer(&connection));
    else
        fail(bell, status != 0 ? fault : coex_cause_explain(error));
}

static void
on_late(gpointer data)
{
    fail(data, _("it does not answer"));
}

static void
ring_up(CoexBell *bell)
{
    g_autoptr(SoupMessage) message = soup_message_new("GET", bell->url);
    Handshake *handshake;

    hang_up(bell);
    if (message == NULL) {
        fail(bell, _("its address is not valid"));
        return;
    }
    /* the greeting is for nobody else */
    soup_message_add_flags(message, SOUP_MESSAGE_NO_REDIRECT);
    soup_message_disable_feature(message, SOUP_TYPE_AUTH_MANAGER);
    bell->cancellable = g_cancellable_new();
    handshake = g_new(Handshake, 1);
    *handshake = (Handshake){ bell, g_object_ref(bell->cancellable), g_object_ref(message) };
    g_signal_connect(message, "network-event", G_CALLBACK(on_network_event), handshake);
    coex_guard_set_deadline(bell->guard,
                            g_get_monotonic_time() + HANDSHAKE_S * (gint64)G_USEC_PER_SEC);
    coex_timer_start(&bell->next, HANDSHAKE_S * 1000, on_late, bell);
    soup_session_websocket_connect_async(bell->session, message, NULL, NULL, G_PRIORITY_DEFAULT,
                                         bell->cancellable, on_connected, handshake);
}

/* ---- its life ---- */

CoexBell *
coex_bell_new(const CoexBellSpec *spec)
{
    CoexBell *bell = g_new0(CoexBell, 1);

    bell->spec = *spec;
    bell->url = g_strdup(spec->url);
    bell->greeting = g_strdup(spec->greeting);
    bell->resolver = coex_tunnel_resolver_new(spec->proxy);
    bell->session = soup_session_new_with_options("user-agent", "purple-coex", "proxy-resolver",
                                                  bell->resolver, NULL);
    bell->guard = coex_guard_new();
    coex_timer_start(&bell->next, 0, on_next, bell);
    return bell;
}

void
coex_bell_free(CoexBell *bell)
{
    if (bell == NULL)
        return;
    hang_up(bell);
    coex_guard_free(bell->guard);
    g_object_unref(bell->session);
    g_clear_object(&bell->resolver);
    g_free(bell->url);
    g_free(bell->greeting);
    g_free(bell->fault);
    g_free(bell);
}

void
coex_bell_renew(CoexBell *bell)
{
    bell->n_failures = 0;
    hang_up(bell);
    coex_timer_start(&bell->next, 0, on_next, bell);
}

gboolean
coex_bell_is_open(const CoexBell *bell)
{
    return bell->connection != NULL;
}

const char *
coex_bell_get_fault(const CoexBell *bell)
{
    return bell->fault;
}
