// SPDX-License-Identifier: GPL-2.0-or-later
#include "server.h"

#include <string.h>
#include <sys/socket.h>

typedef struct {
    Server *server;
    GSocketConnection *connection;
} Visit;

/* "" at the end of the stream, and for what is no HTTP. */
static char *
read_request(GInputStream *stream, GCancellable *stop)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const char *end = NULL, *field;
    gsize wanted = G_MAXSIZE;
    char bytes[4096];

    while (text->len < wanted) {
        gssize count = g_input_stream_read(stream, bytes, sizeof bytes, stop, NULL);

        if (count <= 0)
            return g_strdup("");
        g_string_append_len(text, bytes, count);
        if (!g_ascii_isupper(text->str[0]))
            return g_strdup("");
        end = strstr(text->str, "\r\n\r\n");
        if (end == NULL)
            continue;
        field = strstr(text->str, "Content-Length: ");
        wanted = end + 4 - text->str;
        wanted += field ? g_ascii_strtoull(field + strlen("Content-Length: "), NULL, 10) : 0;
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static const ServerStep *
note_request(Server *server, char *request)
{
    guint at;

    g_mutex_lock(&server->lock);
    at = MIN(server->requests->len, server->n_steps - 1);
    g_ptr_array_add(server->requests, request);
    g_mutex_unlock(&server->lock);
    return &server->steps[at];
}

static void
repeat(GOutputStream *out, const char *text, gsize length, GCancellable *stop)
{
    g_autoptr(GByteArray) block = g_byte_array_new();

    while (block->len < 65536)
        g_byte_array_append(block, (const guint8 *)text, (guint)length);
    while (g_output_stream_write_all(out, block->data, block->len, NULL, stop, NULL))
        continue;
}

/* TRUE: the connection goes on. */
static gboolean
play(Server *server, const ServerStep *step, GSocket *socket, GOutputStream *out)
{
    static const char block[65536];
    struct linger reset = { .l_onoff = 1, .l_linger = 0 };
    gsize whole = step->length > 0 ? step->length : step->text ? strlen(step->text) : 0;
    const char *again =
        step->deed == SERVER_REPEATS ? (const char *)memchr(step->text, '\f', whole) + 1 : NULL;
    gsize length = again != NULL ? (gsize)(again - 1 - step->text) : whole;
    GCancellable *stop = server->stop;
    gboolean there = TRUE;

    if (length > 0)
        there = g_output_stream_write_all(out, step->text, length, NULL, stop, NULL);
    g_atomic_int_add(&server->n_answered, there ? 1 : 0);
    switch (step->deed) {
    case SERVER_ANSWERS:
        return there;
    case SERVER_ANSWERS_CLOSE:
        return FALSE;
    case SERVER_RESETS:
        setsockopt(g_socket_get_fd(socket), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        return FALSE;
    case SERVER_WAITS:
        g_socket_condition_wait(socket, G_IO_IN, stop, NULL);
        return FALSE;
    case SERVER_DRIPS:
        while (there && !g_socket_condition_timed_wait(socket, G_IO_IN, 50 * 1000, stop, NULL))
            there = g_output_stream_write_all(out, "x", 1, NULL, stop, NULL);
        return FALSE;
    case SERVER_REPEATS:
        repeat(out, again, whole - length - 1, stop);
        return FALSE;
    case SERVER_FLOODS:
        while (there)
            there = g_output_stream_write_all(out, block, sizeof block, NULL, stop, NULL);
        return FALSE;
    }
    g_assert_not_reached();
}

static gpointer
serve(gpointer user_data)
{
    g_autofree Visit *visit = user_data;
    Server *server = visit->server;
    g_autoptr(GSocketConnection) connection = visit->connection;
    g_autoptr(GIOStream) stream = g_object_ref(G_IO_STREAM(connection));
    GSocket *socket = g_socket_connection_get_socket(connection);

    if (server->certificate != NULL) {
        g_object_unref(stream);
        stream = g_tls_server_connection_new(G_IO_STREAM(connection), server->certificate, NULL);
    }
    for (;;) {
        char *request = read_request(g_io_stream_get_input_stream(stream), server->stop);
        const ServerStep *step;

        if (*request == '\0') {
            g_free(request);
            return NULL;
        }
        step = note_request(server, request);
        if (!play(server, step, socket, g_io_stream_get_output_stream(stream)))
            return NULL;
    }
}

static gpointer
accept_all(gpointer user_data)
{
    Server *server = user_data;

    for (;;) {
        g_autoptr(GSocket) socket = g_socket_accept(server->socket, server->stop, NULL);
        Visit *visit;

        if (socket == NULL)
            return NULL;
        visit = g_new0(Visit, 1);
        visit->server = server;
        visit->connection = g_socket_connection_factory_create_connection(socket);
        g_mutex_lock(&server->lock);
        server->n_connections++;
        g_ptr_array_add(server->threads, g_thread_new("visit", serve, visit));
        g_mutex_unlock(&server->lock);
    }
}

Server *
server_new(const ServerStep *steps, guint n_steps, GTlsCertificate *certificate)
{
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string("127.0.0.1", 0);
    Server *server = g_new0(Server, 1);

    g_mutex_init(&server->lock);
    server->steps = steps;
    server->n_steps = n_steps;
    server->certificate = certificate;
    server->requests = g_ptr_array_new_with_free_func(g_free);
    server->threads = g_ptr_array_new();
    server->stop = g_cancellable_new();
    server->socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    g_assert_true(g_socket_bind(server->socket, address, TRUE, NULL));
    g_assert_true(g_socket_listen(server->socket, NULL));
    server->thread = g_thread_new("server", accept_all, server);
    return server;
}

void
server_free(Server *server)
{
    g_cancellable_cancel(server->stop);
    g_thread_join(server->thread);
    for (guint i = 0; i < server->threads->len; i++)
        g_thread_join(server->threads->pdata[i]);
    g_ptr_array_unref(server->threads);
    g_ptr_array_unref(server->requests);
    g_object_unref(server->stop);
    g_object_unref(server->socket);
    g_mutex_clear(&server->lock);
    g_free(server);
}

guint
server_count_requests(Server *server)
{
    guint count;

    g_mutex_lock(&server->lock);
    count = server->requests->len;
    g_mutex_unlock(&server->lock);
    return count;
}

guint
server_count_connections(Server *server)
{
    guint count;

    g_mutex_lock(&server->lock);
    count = server->n_connections;
    g_mutex_unlock(&server->lock);
    return count;
}

guint
server_get_port(Server *server)
{
    g_autoptr(GSocketAddress) address = g_socket_get_local_address(server->socket, NULL);

    return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(address));
}
