// SPDX-License-Identifier: GPL-2.0-or-later
#include "asking.h"

#include "core/api.h"
#include "core/error.h"
#include <string.h>
#include <unistd.h>

/* A server of HTTP/2 (RFC 9113) that reads frames and no headers, and does with each request what a
 * script says. Who wants HTTP/1.1 gets an answer, too. */

#define PREFACE_LENGTH 24
#define FRAME_HEAD 9
#define END_STREAM 0x1
#define END_HEADERS 0x4
#define ANSWER "{\"id\":\"1234\"}"
#define FILE_SIZE 300000 /* more than a window */

enum { DATA = 0, HEADERS = 1, RST_STREAM = 3, SETTINGS = 4, GOAWAY = 7, WINDOW_UPDATE = 8 };

typedef enum {
    ANSWERS,
    REFUSES,       /* the whole request was not looked at */
    LEAVES_BEFORE, /* the last request that it looks at was the one before */
    LEAVES_AFTER,  /* was this one, but there is no answer */
    BREAKS
} Deed;

typedef struct {
    GSocket *socket;
    GThread *thread;
    GCancellable *stop;
    GTlsCertificate *certificate;
    const Deed *deeds; /* one for each request, the last for all that follow */
    guint n_deeds;
    GPtrArray *bodies; /* GByteArray, of each request; to be read when the thread has ended */
    gint n_plain;      /* of them, by HTTP/1.1; atomic */
} Server2;

typedef struct {
    Server2 *server;
    GInputStream *in;
    GOutputStream *out;
    guint32 current; /* the stream of the newest request */
} Visit;

static gboolean
say(Visit *visit, guint8 type, guint8 flags, guint32 id, const void *payload, guint32 length)
{
    g_autoptr(GByteArray) frame = g_byte_array_new();
    const guint32 size = GUINT32_TO_BE(length << 8), stream = GUINT32_TO_BE(id);
    const guint8 kind[] = { type, flags };

    g_byte_array_append(frame, (const guint8 *)&size, 3);
    g_byte_array_append(frame, kind, sizeof kind);
    g_byte_array_append(frame, (const guint8 *)&stream, sizeof stream);
    if (length > 0)
        g_byte_array_append(frame, payload, length);
    return g_output_stream_write_all(visit->out, frame->data, frame->len, NULL, visit->server->stop,
                                     NULL);
}

static gboolean
say_number(Visit *visit, guint8 type, guint32 id, guint32 number)
{
    const guint32 bytes = GUINT32_TO_BE(number);

    return say(visit, type, 0, id, &bytes, sizeof bytes);
}

static gboolean
leave(Visit *visit, guint32 last)
{
    const guint32 words[] = { GUINT32_TO_BE(last), 0 };

    return say(visit, GOAWAY, 0, 0, words, sizeof words);
}

/* TRUE: the connection goes on. */
static gboolean
play(Visit *visit, Deed deed, guint32 id)
{
    static const guint8 ok[] = { 0x88 }; /* :status 200, of the static table */

    switch (deed) {
    case ANSWERS:
        return say(visit, HEADERS, END_HEADERS, id, ok, sizeof ok) &&
               say(visit, DATA, END_STREAM, id, ANSWER, strlen(ANSWER));
    case REFUSES:
        return say_number(visit, RST_STREAM, id, 7);
    case LEAVES_BEFORE:
    case LEAVES_AFTER:
        leave(visit, deed == LEAVES_AFTER ? id : MAX(id, 2) - 2);
        return FALSE;
    case BREAKS:
        return FALSE;
    }
    g_assert_not_reached();
}

static gboolean
take_data(Visit *visit, guint32 id, const guint8 *payload, guint32 length)
{
    Server2 *server = visit->server;

    if (length == 0)
        return TRUE;
    if (!say_number(visit, WINDOW_UPDATE, 0, length))
        return FALSE;
    g_byte_array_append(server->bodies->pdata[server->bodies->len - 1], payload, length);
    return say_number(visit, WINDOW_UPDATE, id, length);
}

static gboolean
take(Visit *visit, const guint8 *head, const guint8 *payload, guint32 length)
{
    Server2 *server = visit->server;
    guint32 id = (guint32)head[6] << 16 | (guint32)head[7] << 8 | head[8];
    Deed deed;

    if (head[3] == SETTINGS && head[4] == 0)
        return say(visit, SETTINGS, 1, 0, NULL, 0);
    if (head[3] == HEADERS) {
        visit->current = id;
        g_ptr_array_add(server->bodies, g_byte_array_new());
    }
    if (head[3] == DATA && !take_data(visit, id, payload, length))
        return FALSE;
    if ((head[3] != DATA && head[3] != HEADERS) || id != visit->current)
        return TRUE;
    deed = server->deeds[MIN(server->bodies->len, server->n_deeds) - 1];
    return (head[4] & END_STREAM) == 0 || play(visit, deed, id);
}

static gboolean
hear(Visit *visit, void *bytes, gsize length)
{
    gsize n = 0;

    return g_input_stream_read_all(visit->in, bytes, length, &n, visit->server->stop, NULL) &&
           n == length;
}

static void
converse(Visit *visit)
{
    guint8 head[FRAME_HEAD], payload[1 << 14];

    if (!hear(visit, payload, PREFACE_LENGTH) || !say(visit, SETTINGS, 0, 0, NULL, 0))
        return;
    while (hear(visit, head, sizeof head)) {
        guint32 length = (guint32)head[0] << 16 | (guint32)head[1] << 8 | head[2];

        g_assert_cmpuint(length, <=, sizeof payload);
        if (!hear(visit, payload, length) || !take(visit, head, payload, length))
            return;
    }
}

/* The headers, and as much of a body as they tell. */
static void
converse_plainly(Visit *visit)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n" ANSWER;
    g_autoptr(GString) head = g_string_new(NULL);
    const char *told;
    GByteArray *body;
    char byte;

    while (!g_str_has_suffix(head->str, "\r\n\r\n") && hear(visit, &byte, 1))
        g_string_append_c(head, byte);
    told = strstr(head->str, "\r\nContent-Length: ");
    g_assert_nonnull(told);
    body = g_byte_array_sized_new(0);
    g_byte_array_set_size(body, (guint)g_ascii_strtoull(strchr(told, ' '), NULL, 10));
    g_ptr_array_add(visit->server->bodies, body);
    g_assert_true(hear(visit, body->data, body->len));
    g_output_stream_write_all(visit->out, answer, strlen(answer), NULL, visit->server->stop, NULL);
    g_atomic_int_inc(&visit->server->n_plain);
}

static gboolean
wants_plain(GIOStream *stream, GCancellable *stop)
{
    GTlsConnection *connection = G_TLS_CONNECTION(stream);

    return g_tls_connection_handshake(connection, stop, NULL) &&
           g_strcmp0(g_tls_connection_get_negotiated_protocol(connection), "http/1.1") == 0;
}

typedef struct {
    Server2 *server;
    GSocketConnection *connection;
} Guest;

static gpointer
receive(gpointer user_data)
{
    static const char *const protocols[] = { "h2", "http/1.1", NULL };
    g_autofree Guest *guest = user_data;
    Server2 *server = guest->server;
    g_autoptr(GSocketConnection) connection = guest->connection;
    g_autoptr(GIOStream) stream =
        g_tls_server_connection_new(G_IO_STREAM(connection), server->certificate, NULL);
    Visit visit = { .server = server,
                    .in = g_io_stream_get_input_stream(stream),
                    .out = g_io_stream_get_output_stream(stream) };

    g_tls_connection_set_advertised_protocols(G_TLS_CONNECTION(stream), protocols);
    if (wants_plain(stream, server->stop))
        converse_plainly(&visit);
    else
        converse(&visit);
    return NULL;
}

/* A client comes with another connection where it is told to leave, or for HTTP/1.1; it says one
 * thing after the other. */
static gpointer
serve(gpointer user_data)
{
    Server2 *server = user_data;
    g_autoptr(GPtrArray) threads = g_ptr_array_new();

    for (;;) {
        g_autoptr(GSocket) socket = g_socket_accept(server->socket, server->stop, NULL);
        Guest *guest;

        if (socket == NULL)
            break;
        guest = g_new0(Guest, 1);
        guest->server = server;
        guest->connection = g_socket_connection_factory_create_connection(socket);
        g_ptr_array_add(threads, g_thread_new("guest", receive, guest));
    }
    for (guint i = 0; i < threads->len; i++)
        g_thread_join(threads->pdata[i]);
    return NULL;
}

static Server2 *
server2_new(const Deed *deeds, guint n_deeds)
{
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string("127.0.0.1", 0);
    Server2 *server = g_new0(Server2, 1);

    server->deeds = deeds;
    server->n_deeds = n_deeds;
    server->certificate = g_tls_certificate_new_from_pem(certificate_pem, -1, NULL);
    server->bodies = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
    server->stop = g_cancellable_new();
    server->socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    g_assert_true(g_socket_bind(server->socket, address, TRUE, NULL));
    g_assert_true(g_socket_listen(server->socket, NULL));
    server->thread = g_thread_new("server", serve, server);
    return server;
}

/* Its bodies may be read afterwards. */
static void
server2_stop(Server2 *server)
{
    g_cancellable_cancel(server->stop);
    g_clear_pointer(&server->thread, g_thread_join);
}

static void
server2_free(Server2 *server)
{
    if (server->thread != NULL)
        server2_stop(server);
    g_ptr_array_unref(server->bodies);
    g_object_unref(server->stop);
    g_object_unref(server->socket);
    g_object_unref(server->certificate);
    g_free(server);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Server2, server2_free)

static char *
dup_base(Server2 *server)
{
    g_autoptr(GSocketAddress) address = g_socket_get_local_address(server->socket, NULL);

    return g_strdup_printf("https://localhost:%u",
                           g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(address)));
}

typedef struct {
    const char *name;
    Deed deeds[3];
    guint n_requests; /* that reach the server, with their bodies */
    gboolean is_sent; /* the last one is answered; else it is uncertain */
} RestartCase;

/* What was surely not looked at is said again with all of its body, anything else never. */
static const RestartCase cases[] = {
    { "answer", { ANSWERS, ANSWERS, ANSWERS }, 2, TRUE },
    { "refusal", { ANSWERS, REFUSES, ANSWERS }, 3, TRUE },
    { "leave before it", { ANSWERS, LEAVES_BEFORE, ANSWERS }, 3, TRUE },
    { "leave after it", { ANSWERS, LEAVES_AFTER, ANSWERS }, 2, FALSE },
    { "break", { ANSWERS, BREAKS, ANSWERS }, 2, FALSE },
};

static void
test_text(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const RestartCase *row = &cases[i];
        g_autoptr(Server2) server = server2_new(row->deeds, G_N_ELEMENTS(row->deeds));
        g_autofree char *base = dup_base(server);
        g_autoptr(CoexHttp) http = coex_http_new(20 * TEST_SLOWNESS, NULL);
        g_autoptr(CoexRequest) request = make_request(base, TRUE);
        g_autoptr(GError) error = NULL;
        g_autoptr(CoexResponse) response = NULL;

        g_test_message("%s", row->name);
        assert_status(http, request, 200);
        response = perform(http, request, &error);
        server2_stop(server);
        if (row->is_sent)
            g_assert_no_error(error);
        else
            g_assert_error(error, COEX_ERROR, COEX_ERROR_UNCERTAIN);
        g_assert_cmpuint(server->bodies->len, ==, row->n_requests);
        for (guint k = 0; k < server->bodies->len; k++) {
            const GByteArray *body = server->bodies->pdata[k];

            g_assert_cmpmem(body->data, body->len, "{\"n\":1}", 7);
        }
    }
}

static char *
make_file(void)
{
    g_autofree char *content = g_malloc(FILE_SIZE);
    char *path = NULL;
    int fd = g_file_open_tmp("coex-upload-XXXXXX", &path, NULL);

    g_assert_cmpint(fd, >=, 0);
    for (guint i = 0; i < FILE_SIZE; i++)
        content[i] = (char)(i / 251 + i);
    g_assert_true(g_file_set_contents(path, content, FILE_SIZE, NULL));
    close(fd);
    return path;
}

static void
assert_has_file(const GByteArray *body, const char *path)
{
    g_autofree char *content = NULL;
    gsize length = 0;

    g_assert_true(g_file_get_contents(path, &content, &length, NULL));
    g_assert_nonnull(memmem(body->data, body->len, content, length));
}

/* It goes by HTTP/1.1, whatever else the server speaks, and has just spoken. */
static void
test_file(void)
{
    static const Deed deeds[] = { ANSWERS };
    g_autoptr(Server2) server = server2_new(deeds, G_N_ELEMENTS(deeds));
    g_autofree char *base = dup_base(server), *path = make_file(), *id = NULL;
    g_autoptr(CoexHttp) http = coex_http_new(20 * TEST_SLOWNESS, NULL);
    g_autoptr(CoexRequest) request = make_request(base, TRUE);
    g_autoptr(GError) error = NULL;

    assert_status(http, request, 200);
    g_assert_cmpint(g_atomic_int_get(&server->n_plain), ==, 0);
    id = upload(http, base, path, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(id, ==, "1234");
    server2_stop(server);
    g_assert_cmpint(g_atomic_int_get(&server->n_plain), ==, 1);
    g_assert_cmpuint(server->bodies->len, ==, 2);
    assert_has_file(server->bodies->pdata[1], path);
    unlink(path);
}

int
main(int argc, char **argv)
{
    g_autofree char *trusted = NULL;
    int result;

    g_test_init(&argc, &argv, NULL);
    if (!g_tls_backend_supports_tls(g_tls_backend_get_default())) {
        g_print("1..0 # SKIP no TLS here (glib-networking)\n");
        return 0;
    }
    trusted = trust_tests();
    g_test_add_func("/http2/text", test_text);
    g_test_add_func("/http2/file", test_file);
    result = g_test_run();
    unlink(trusted);
    return result;
}
