// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Accepts webhook deliveries on one address:port. Hides libmicrohttpd, its thread, every bound on
 * connections, headers, bodies and time, and the suspended connections that wait for their verdict.
 * Knows neither accounts nor storage: a handler decides. */

#define COEX_LISTENER_BODY_MAX (8 * 1024 * 1024)
#define COEX_LISTENER_BODIES_MAX (32 * 1024 * 1024) /* all unanswered ones together, then 503 */
/* More wait in the system's queue. While somebody waits there, who holds a place, has not proved
 * anything and is slow loses it (net/places.h). */
#define COEX_LISTENER_CONNECTIONS 480
#define COEX_LISTENER_HEADER_S 5 /* from connecting to the end of the first headers */
#define COEX_LISTENER_IDLE_S 15  /* without a byte; a kept connection may be idle that long */
/* From the headers to the end of the body, and more for what has come of it (net/places.h). */
#define COEX_LISTENER_BODY_S 15

typedef struct CoexCertificate CoexCertificate;
typedef struct CoexListener CoexListener;
typedef struct CoexExchange CoexExchange; /* one request being received and answered */

/* All run in the listener's own thread; only there may the getters below be called. */
typedef struct CoexListenerHandler {
    /* The headers of a GET or POST are in and well-formed. 0: take the body (a GET has an empty
     * one); otherwise answer with this HTTP status and the text set by coex_exchange_set_text(), or
     * a standard one. The body of a refused POST is not looked at. A refusal (4xx) may take some
     * tenths of a second, so that a flood of them stays a trickle, and closes the connection. */
    guint (*head)(CoexExchange *exchange, gpointer user_data);
    /* A piece of the body, in order, within the limits. */
    void (*piece)(CoexExchange *exchange, const void *bytes, gsize length, gpointer user_data);
    /* The whole body is there. Must lead to exactly one coex_exchange_respond(), now or later, from
     * any thread; the connection sleeps until then. */
    void (*complete)(CoexExchange *exchange, GBytes *body, gpointer user_data);
} CoexListenerHandler;

/* Listens on @address: an IP address or localhost, and a port, 0 for any free one
 * ("127.0.0.1:8480",
 * "[::1]:8480", "0.0.0.0:0"). Starts its thread with signals blocked. @handler is borrowed until
 * coex_listener_free(). @certificate is taken: then HTTPS alone is spoken, TLS 1.2 or later; NULL:
 * plain HTTP. COEX_ERROR_INVALID_INPUT for an address that is none, COEX_ERROR_LISTEN when it
 * cannot be bound: the text names address, port, cause and `listen`. */
CoexListener *coex_listener_new(const char *address, CoexCertificate *certificate,
                                const CoexListenerHandler *handler, gpointer user_data,
                                GError **error);

/* Takes @certificate, which is shown to all who come from now on; connections that are there stay.
 * Only where there is one already. Any thread. */
void coex_listener_set_certificate(CoexListener *listener, CoexCertificate *certificate);

/* Stops accepting, answers what sleeps with 503, ends the thread; takes at most a second. A
 * coex_exchange_respond() that comes later for an exchange of this listener is harmless. */
void coex_listener_free(CoexListener *listener);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexListener, coex_listener_free)

/* The port bound, also when 0 was asked for. */
guint coex_listener_get_port(const CoexListener *listener);
