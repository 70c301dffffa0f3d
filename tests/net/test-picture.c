// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/api.h"
#include "core/backend.h"
#include "core/error.h"
#include "net/picture.h"

#include "asking.h"
#include <string.h>

/* The business's own picture: small, without the key, and from nowhere else. */

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n"
#define MOVED "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "

static GBytes *
fetch(Server *server, guint timeout_s, GError **error)
{
    g_autofree char *base = g_strdup_printf("http://127.0.0.1:%u", server_get_port(server));
    g_autofree char *url = g_strconcat(base, "/v/picture.jpg?oh=%2B", NULL);
    g_autoptr(CoexHttp) http = coex_http_new(timeout_s, NULL);
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GBytes) bytes = NULL;
    const CoexEndpoint endpoint = {
        .backend = coex_backend_lookup("meta"),
        .base_url = base,
        .key = (char *)SECRET,
    };

    coex_picture_fetch_async(http, &endpoint, url, NULL, on_done, &result);
    while (result == NULL)
        g_main_context_iteration(NULL, TRUE);
    bytes = coex_picture_fetch_finish(result, error);
    for (guint i = 0; i < server_count_requests(server); i++)
        g_assert_null(strstr(server->requests->pdata[i], SECRET));
    return g_steal_pointer(&bytes);
}

static void
test_comes(void)
{
    static const ServerStep steps[] = {
        { SERVER_ANSWERS, MOVED "/elsewhere\r\n\r\n", 0 },
        { SERVER_ANSWERS, HEAD "Content-Length: 3\r\n\r\nabc", 0 },
    };

    for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
        g_autoptr(Server) server = server_new(steps + i, G_N_ELEMENTS(steps) - i, NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) bytes = fetch(server, 10, &error);

        g_assert_no_error(error);
        g_assert_cmpmem(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), "abc", 3);
        g_assert_cmpuint(server_count_requests(server), ==, 2 - i);
        g_assert_true(
            g_str_has_prefix(server->requests->pdata[0], "GET /v/picture.jpg?oh=%2B HTTP/1.1\r\n"));
    }
}

static void
test_comes_not(void)
{
    static const struct {
        ServerStep step;
        int code;
        guint n_requests;
    } rows[] = {
        { { SERVER_ANSWERS, MOVED "http://evil.invalid/\r\n\r\n", 0 }, COEX_ERROR_PROTOCOL, 1 },
        { { SERVER_ANSWERS, MOVED "file:///etc/passwd\r\n\r\n", 0 }, COEX_ERROR_PROTOCOL, 1 },
        { { SERVER_ANSWERS, MOVED "/again\r\n\r\n", 0 }, COEX_ERROR_PROTOCOL, 4 },
        { { SERVER_ANSWERS, "HTTP/1.1 404 Gone\r\nContent-Length: 0\r\n\r\n", 0 },
          COEX_ERROR_PROTOCOL,
          1 },
        { { SERVER_FLOODS, HEAD "\r\n", 0 }, COEX_ERROR_TOO_LARGE, 1 },
        { { SERVER_ANSWERS_CLOSE, HEAD "Content-Length: 4\r\n\r\nabc", 0 }, COEX_ERROR_RETRY, 1 },
        { { SERVER_WAITS, HEAD "Content-Length: 4\r\n\r\nabc", 0 }, COEX_ERROR_RETRY, 1 },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Server) server = server_new(&rows[i].step, 1, NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) bytes = fetch(server, 2 * TEST_SLOWNESS, &error);

        g_test_message("%u", i);
        g_assert_null(bytes);
        g_assert_error(error, COEX_ERROR, rows[i].code);
        g_assert_cmpuint(server_count_requests(server), ==, rows[i].n_requests);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/picture/comes", test_comes);
    g_test_add_func("/picture/comes-not", test_comes_not);
    return g_test_run();
}
