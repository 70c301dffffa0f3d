// SPDX-License-Identifier: GPL-2.0-or-later
#include "asking.h"

#include "core/error.h"
#include "net/worker.h"
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Files that leave by threads of their own. */

#define TAKEN "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{\"id\":\"1234\"}"
#define FILE_SIZE 300000              /* more than is read at once */
#define LARGE_SIZE (64 * 1024 * 1024) /* more than a system keeps for a connection */

static char *
make_file(gsize size)
{
    g_autofree char *content = g_strnfill(size, 'x');
    char *path = NULL;
    int fd = g_file_open_tmp("coex-upload-XXXXXX", &path, NULL);

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    g_assert_true(g_file_set_contents(path, content, (gssize)size, NULL));
    return path;
}

static char *
upload_to(Server *server, CoexHttp *http, const char *path, GError **error)
{
    g_autofree char *base = g_strdup_printf("http://127.0.0.1:%u", server_get_port(server));

    return upload(http, base, path, error);
}

static void
assert_uploads(Server *server, CoexHttp *http, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *id = upload_to(server, http, path, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(id, ==, "1234");
}

/* One after the other, over one connection. */
static void
test_kept(void)
{
    static const ServerStep step = { SERVER_ANSWERS, TAKEN, 0 };
    g_autoptr(Server) server = server_new(&step, 1, NULL);
    g_autoptr(CoexHttp) http = coex_http_new(30 * TEST_SLOWNESS, NULL);
    g_autofree char *path = make_file(FILE_SIZE);

    for (guint i = 0; i < 3; i++)
        assert_uploads(server, http, path);
    g_assert_cmpuint(server_count_requests(server), ==, 3);
    g_assert_cmpuint(server_count_connections(server), ==, 1);
    g_unlink(path);
}

/* libsoup says it once more by itself after a 421, to which nobody has listened yet. */
static void
test_again(void)
{
    static const ServerStep steps[] = {
        { SERVER_ANSWERS, "HTTP/1.1 421 Not me\r\nContent-Length: 0\r\n\r\n", 0 },
        { SERVER_ANSWERS, TAKEN, 0 },
    };
    g_autoptr(Server) server = server_new(steps, G_N_ELEMENTS(steps), NULL);
    g_autoptr(CoexHttp) http = coex_http_new(30 * TEST_SLOWNESS, NULL);
    g_autofree char *path = make_file(FILE_SIZE), *content = g_strnfill(FILE_SIZE, 'x');

    assert_uploads(server, http, path);
    g_assert_cmpuint(server_count_requests(server), ==, 2);
    for (guint i = 0; i < 2; i++)
        g_assert_nonnull(strstr(server->requests->pdata[i], content));
    g_assert_cmpstr(strstr(server->requests->pdata[0], "\r\n\r\n"), ==,
                    strstr(server->requests->pdata[1], "\r\n\r\n"));
    g_unlink(path);
}

typedef struct {
    ServerStep step;
    int code;
    const char *says;
} Outcome;

static const Outcome outcomes[] = {
    { { SERVER_RESETS, NULL, 0 }, COEX_ERROR_RETRY, "gave no full answer" },
    { { SERVER_ANSWERS_CLOSE, "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{", 0 },
      COEX_ERROR_RETRY,
      "the connection was closed" },
    { { SERVER_ANSWERS, "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", 0 },
      COEX_ERROR_PROTOCOL,
      "" },
    { { SERVER_FLOODS, "HTTP/1.1 200 OK\r\n\r\n{", 0 }, COEX_ERROR_TOO_LARGE, "over 8 MB" },
    { { SERVER_FLOODS, "HTTP/1.1 200 OK\r\nX-A: ", 0 }, COEX_ERROR_RETRY, "no full answer" },
    { { SERVER_FLOODS, "HTTP/1.1 421 Not me\r\n\r\n", 0 }, COEX_ERROR_RETRY, "had no end" },
    { { SERVER_REPEATS, "\fHTTP/1.1 100 Continue\r\n\r\n", 0 },
      COEX_ERROR_RETRY,
      "kept saying that an answer would come" },
};

/* What the server does with it; another one is taken after each. */
static void
test_outcomes(void)
{
    g_autofree char *path = make_file(FILE_SIZE);

    for (guint i = 0; i < G_N_ELEMENTS(outcomes); i++) {
        const Outcome *row = &outcomes[i];
        const ServerStep steps[] = { row->step, { SERVER_ANSWERS, TAKEN, 0 } };
        g_autoptr(Server) server = server_new(steps, G_N_ELEMENTS(steps), NULL);
        g_autoptr(CoexHttp) http = coex_http_new(60 * TEST_SLOWNESS, NULL);
        g_autoptr(GError) error = NULL;
        g_autofree char *id = upload_to(server, http, path, &error);

        g_test_message("%u: %s", i, error != NULL ? error->message : id);
        g_assert_null(id);
        g_assert_error(error, COEX_ERROR, row->code);
        g_assert_nonnull(strstr(error->message, row->says));
        assert_uploads(server, http, path);
    }
    g_unlink(path);
}

/* The time-out is that of a pause. */
static void
test_silence(void)
{
    static const ServerStep step = { SERVER_WAITS, NULL, 0 };
    g_autoptr(Server) server = server_new(&step, 1, NULL);
    g_autoptr(CoexHttp) http = coex_http_new(2 * TEST_SLOWNESS, NULL);
    g_autofree char *path = make_file(FILE_SIZE);
    g_autoptr(GError) error = NULL;

    g_assert_null(upload_to(server, http, path, &error));
    g_assert_error(error, COEX_ERROR, COEX_ERROR_RETRY);
    g_unlink(path);
}

/* Where it is not there, nothing leaves; a folder is found out while it is read. */
static void
test_unreadable(void)
{
    static const ServerStep step = { SERVER_ANSWERS, TAKEN, 0 };
    g_autoptr(Server) server = server_new(&step, 1, NULL);
    g_autoptr(CoexHttp) http = coex_http_new(30 * TEST_SLOWNESS, NULL);
    g_autofree char *path = make_file(FILE_SIZE), *gone = g_strconcat(path, ".gone", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_null(upload_to(server, http, gone, &error));
    g_assert_error(error, COEX_ERROR, COEX_ERROR_STORE);
    g_assert_cmpuint(server_count_connections(server), ==, 0);
    g_clear_error(&error);
    g_assert_null(upload_to(server, http, g_get_tmp_dir(), &error));
    g_assert_error(error, COEX_ERROR, COEX_ERROR_RETRY);
    g_assert_nonnull(strstr(error->message, "cannot be read"));
    assert_uploads(server, http, path);
    g_unlink(path);
}

/* ---- a server that takes nothing ---- */

typedef struct {
    GSocket *socket;
    GTlsCertificate *certificate;
    GCancellable *stop;
    GThread *thread;
    char *base;
} Stalled;

/* After the handshake. */
static gpointer
stall(gpointer user_data)
{
    const Stalled *server = user_data;
    g_autoptr(GSocket) socket = g_socket_accept(server->socket, server->stop, NULL);
    g_autoptr(GSocketConnection) connection = g_socket_connection_factory_create_connection(socket);
    g_autoptr(GIOStream) stream =
        g_tls_server_connection_new(G_IO_STREAM(connection), server->certificate, NULL);
    GPollFD gone;

    g_assert_true(g_tls_connection_handshake(G_TLS_CONNECTION(stream), server->stop, NULL));
    g_assert_true(g_cancellable_make_pollfd(server->stop, &gone));
    g_poll(&gone, 1, -1);
    g_cancellable_release_fd(server->stop);
    return NULL;
}

static Stalled *
stalled_new(void)
{
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string("127.0.0.1", 0);
    g_autoptr(GSocketAddress) bound = NULL;
    Stalled *server = g_new0(Stalled, 1);

    server->certificate = g_tls_certificate_new_from_pem(certificate_pem, -1, NULL);
    server->stop = g_cancellable_new();
    server->socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    g_assert_true(g_socket_bind(server->socket, address, TRUE, NULL));
    g_assert_true(g_socket_listen(server->socket, NULL));
    bound = g_socket_get_local_address(server->socket, NULL);
    server->base = g_strdup_printf("https://localhost:%u",
                                   g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound)));
    server->thread = g_thread_new("stalled", stall, server);
    return server;
}

static void
stalled_free(Stalled *server)
{
    g_cancellable_cancel(server->stop);
    g_thread_join(server->thread);
    g_object_unref(server->stop);
    g_object_unref(server->certificate);
    g_object_unref(server->socket);
    g_free(server->base);
    g_free(server);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stalled, stalled_free)

/* As much of it has left as ever will. */
static void
wait_for_stall(const Upload *upload)
{
    guint n_without = 0; /* looks at it */

    while (n_without < 5) {
        gsize before = upload->n_bytes;

        g_main_context_iteration(NULL, TRUE);
        g_assert_null(upload->result);
        n_without = upload->n_bytes == before && before > 0 ? n_without + 1 : 0;
    }
    g_assert_cmpuint(upload->n_bytes, <, LARGE_SIZE);
}

/* By who asked for it, or by the end of all; no thread is left, though the server still takes
 * nothing. */
static void
end_upload(gboolean by_cancelling)
{
    g_autoptr(Stalled) server = stalled_new();
    g_autoptr(CoexHttp) http = coex_http_new(600, NULL);
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autofree char *path = make_file(LARGE_SIZE);
    g_autoptr(GError) error = NULL;
    Upload upload = { 0 };

    upload_start(&upload, http, server->base, path, cancellable);
    wait_for_stall(&upload);
    if (by_cancelling)
        g_cancellable_cancel(cancellable);
    else
        g_clear_pointer(&http, coex_http_free);
    g_assert_null(upload_wait(&upload, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    while (coex_worker_is_busy())
        g_main_context_iteration(NULL, TRUE);
    g_unlink(path);
}

static void
test_cancelled(void)
{
    end_upload(TRUE);
}

static void
test_ended(void)
{
    end_upload(FALSE);
}

int
main(int argc, char **argv)
{
    g_autofree char *trusted = NULL;
    int result;

    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/upload/kept", test_kept);
    g_test_add_func("/upload/again", test_again);
    g_test_add_func("/upload/outcomes", test_outcomes);
    g_test_add_func("/upload/silence", test_silence);
    g_test_add_func("/upload/unreadable", test_unreadable);
    if (g_tls_backend_supports_tls(g_tls_backend_get_default())) {
        trusted = trust_tests();
        g_test_add_func("/upload/cancelled", test_cancelled);
        g_test_add_func("/upload/ended", test_ended);
    }
    result = g_test_run();
    if (trusted != NULL)
        g_unlink(trusted);
    return result;
}
