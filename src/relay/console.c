// SPDX-License-Identifier: GPL-2.0-or-later
#include "relay/console.h"

#include "net/exchange.h"
#include "net/listener.h"
#include "relay/status.h"
#include <gio/gio.h>
#include <string.h>

#define ASK_S 10
#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

struct CoexConsole {
    CoexRelayStatus *(*look)(gpointer data);
    gpointer data;
    CoexListener *listener;
};

/* ---- the listener's thread ---- */

static guint
on_head(CoexExchange *exchange, gpointer user_data)
{
    const char *path = coex_exchange_get_path(exchange);

    if (!g_str_equal(path, "/metrics") && !g_str_equal(path, "/status"))
        return 404;
    return g_str_equal(coex_exchange_get_method(exchange), "GET") ? 0 : 405;
}

static void
on_piece(CoexExchange *exchange, const void *bytes, gsize length, gpointer user_data)
{
}

static void
on_complete(CoexExchange *exchange, GBytes *body, gpointer user_data)
{
    const CoexConsole *console = user_data;
    g_autoptr(CoexRelayStatus) status = console->look(console->data);
    gboolean is_status = g_str_equal(coex_exchange_get_path(exchange), "/status");
    char *text =
        is_status ? coex_relay_status_dup_text(status) : coex_relay_status_dup_metrics(status);
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));

    coex_exchange_set_answer(exchange, bytes,
                             is_status ? "text/plain; charset=utf-8" : METRICS_TYPE);
    coex_exchange_respond(exchange, 200);
}

static const CoexListenerHandler handler = {
    .head = on_head,
    .piece = on_piece,
    .complete = on_complete,
};

/* ---- the beginning and the end ---- */

CoexConsole *
coex_console_new(const char *address, CoexRelayStatus *(*look)(gpointer data), gpointer data,
                 GError **error)
{
    CoexConsole *console = g_new0(CoexConsole, 1);

    console->look = look;
    console->data = data;
    console->listener = coex_listener_new(address, NULL, &handler, console, error);
    if (console->listener != NULL)
        return console;
    g_free(console);
    return NULL;
}

void
coex_console_free(CoexConsole *console)
{
    coex_listener_free(console->listener);
    g_free(console);
}

/* ---- asking ---- */

static char *
read_to_end(GInputStream *stream)
{
    g_autoptr(GString) all = g_string_new(NULL);
    char bytes[4096];
    gssize length;
    const char *body;

    while ((length = g_input_stream_read(stream, bytes, sizeof bytes, NULL, NULL)) > 0)
        g_string_append_len(all, bytes, length);
    body = strstr(all->str, "\r\n\r\n");
    if (!g_str_has_prefix(all->str, "HTTP/1.1 200 ") || body == NULL)
        return NULL;
    return g_strdup(body + strlen("\r\n\r\n"));
}

char *
coex_console_ask(const char *address)
{
    static const char request[] =
        "GET /status HTTP/1.1\r\nHost: coex-relay\r\nConnection: close\r\n\r\n";
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketConnection) connection = NULL;

    g_socket_client_set_enable_proxy(client, FALSE);
    g_socket_client_set_timeout(client, ASK_S);
    connection = g_socket_client_connect_to_host(client, address, 0, NULL, NULL);
    if (connection == NULL ||
        !g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection)), request,
                                   strlen(request), NULL, NULL, NULL))
        return NULL;
    return read_to_end(g_io_stream_get_input_stream(G_IO_STREAM(connection)));
}
