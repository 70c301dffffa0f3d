// SPDX-License-Identifier: GPL-2.0-or-later
#include "asking.h"

#include "core/api.h"
#include "core/error.h"

#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void
test_request(void)
{
    static const ServerStep steps[] = {
        { SERVER_ANSWERS,
          "HTTP/1.1 429 Slow\r\nContent-Length: 5\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
          "Retry-After: 17\r\n\r\nhello",
          0 },
    };
    g_autoptr(Server) server = server_new(steps, 1, NULL);
    g_autoptr(CoexHttp) http = coex_http_new(10, NULL);
    g_autoptr(CoexRequest) request = request_to(server, TRUE);
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexResponse) response = perform(http, request, &error);
    const char *seen = server->requests->pdata[0];

    g_assert_no_error(error);
    g_assert_cmpuint(response->status, ==, 429);
    g_assert_cmpmem(g_bytes_get_data(response->body, NULL), g_bytes_get_size(response->body),
                    "hello", 5);
    g_assert_cmpint(response->date, ==, 784111777);
    g_assert_cmpint(response->retry_after_s, ==, 17);

    g_assert_true(g_str_has_prefix(seen, "POST /v1/messages?input_token=" SECRET " HTTP/1.1\r\n"));
    g_assert_nonnull(strstr(seen, "\r\nUser-Agent: purple-coex\r\n"));
    g_assert_nonnull(strstr(seen, "\r\nD360-API-KEY: " SECRET "\r\n"));
    g_assert_nonnull(strstr(seen, "\r\nContent-Type: application/json\r\n"));
    g_assert_true(g_str_has_suffix(seen, "\r\n\r\n{\"n\":1}"));
}

/* Graph says "Malformed access token" with the token. */
static void
test_quoted_key(void)
{
    static const struct {
        const char *prefix;
        const char *body;
        const char *hidden;
    } rows[] = {
        { "", SECRET, "***************" },
        { "Bearer ", "{\"m\":\"Malformed access token " SECRET SECRET "\"}",
          "{\"m\":\"Malformed access token ******************************\"}" },
        { "Bearer ", "EAAsecretKEY12 " SECRET "4 Bearer",
          "EAAsecretKEY12 ***************4 Bearer" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text =
            g_strdup_printf("HTTP/1.1 401 No\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
                            strlen(rows[i].body), rows[i].body);
        ServerStep step = { SERVER_ANSWERS, text, 0 };
        g_autoptr(Server) server = server_new(&step, 1, NULL);
        g_autoptr(CoexHttp) http = coex_http_new(10, NULL);
        g_autoptr(CoexRequest) request = request_to(server, FALSE);
        g_autoptr(GError) error = NULL;
        g_autoptr(CoexResponse) response = NULL;

        g_free(request->auth_value);
        request->auth_value = g_strconcat(rows[i].prefix, SECRET, NULL);
        response = perform(http, request, &error);
        g_assert_no_error(error);
        g_assert_cmpmem(g_bytes_get_data(response->body, NULL), g_bytes_get_size(response->body),
                        rows[i].hidden, strlen(rows[i].hidden));
    }
}

typedef struct {
    const char *headers;
    gint64 date;
    gint64 retry_after_s;
} HeaderCase;

static void
test_answer_headers(void)
{
    static const HeaderCase rows[] = {
        { "", 0, 0 },
        { "Date: nonsense\r\nRetry-After: soon\r\n", 0, 0 },
        { "Retry-After: -5\r\n", 0, 0 },
        { "Retry-After: 99999999999999999999\r\n", 0, 0 },
        { "Retry-After: 99999999999\r\n", 0, 24 * 60 * 60 },
        { "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:50:37 GMT\r\n",
          784111777, 60 },
        { "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:48:37 GMT\r\n",
          784111777, 0 },
        { "Retry-After: Sun, 06 Nov 1994 08:48:37 GMT\r\n", 0, 0 },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text =
            g_strdup_printf("HTTP/1.1 503 Busy\r\n%sContent-Length: 0\r\n\r\n", rows[i].headers);
        ServerStep step = { SERVER_ANSWERS, text, 0 };
        g_autoptr(Server) server = server_new(&step, 1, NULL);
        g_autoptr(CoexHttp) http = coex_http_new(10, NULL);
        g_autoptr(CoexRequest) request = request_to(server, FALSE);
        g_autoptr(GError) error = NULL;
        g_autoptr(CoexResponse) response = perform(http, request, &error);

        g_assert_no_error(error);
        g_assert_cmpuint(g_bytes_get_size(response->body), ==, 0);
        g_assert_cmpint(response->date, ==, rows[i].date);
        g_assert_cmpint(response->retry_after_s, ==, rows[i].retry_after_s);
    }
}

typedef struct {
    const char *name;
    ServerStep step;
    guint timeout_s;
    CoexErrorCode code; /* when it is not a send; a send is UNCERTAIN */
} BrokenCase;

/* Written, and not fully answered. */
static void
test_broken_answers(void)
{
    static const BrokenCase rows[] = {
        { "close", { SERVER_ANSWERS_CLOSE, NULL, 0 }, 10, COEX_ERROR_RETRY },
        { "reset", { SERVER_RESETS, NULL, 0 }, 10, COEX_ERROR_RETRY },
        { "half a status line", { SERVER_ANSWERS_CLOSE, "HTTP/1.1 20", 0 }, 10, COEX_ERROR_RETRY },
        { "no HTTP", { SERVER_ANSWERS_CLOSE, "hello\r\n\r\n", 0 }, 10, COEX_ERROR_RETRY },
        { "part of the body",
          { SERVER_ANSWERS_CLOSE, "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{", 0 },
          10,
          COEX_ERROR_RETRY },
        { "part of the chunks",
          { SERVER_RESETS, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{", 0 },
          10,
          COEX_ERROR_RETRY },
        { "silence", { SERVER_WAITS, NULL, 0 }, 1, COEX_ERROR_RETRY },
        { "flood of promises",
          { SERVER_FLOODS, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nX-A: ", 0 },
          30,
          COEX_ERROR_RETRY },
        { "silence in the body",
          { SERVER_WAITS, "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{", 0 },
          1,
          COEX_ERROR_RETRY },
        { "drip",
          { SERVER_DRIPS, "HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n{", 0 },
          1,
          COEX_ERROR_RETRY },
        { "flood",
          { SERVER_FLOODS, "HTTP/1.1 200 OK\r\nContent-Length: 2000000000\r\n\r\n{", 0 },
          30,
          COEX_ERROR_TOO_LARGE },
        { "flood without a length",
          { SERVER_FLOODS, "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\n{", 0 },
          30,
          COEX_ERROR_TOO_LARGE },
        { "flood of a header",
          { SERVER_FLOODS, "HTTP/1.1 200 OK\r\nX-A: ", 0 },
          30,
          COEX_ERROR_RETRY },
    };

    for (guint i = 0; i < 2 * G_N_ELEMENTS(rows); i++) {
        const BrokenCase *row = &rows[i / 2];
        gboolean is_send = i % 2;
        g_autoptr(Server) server = server_new(&row->step, 1, NULL);
        g_autoptr(CoexHttp) http = coex_http_new(row->timeout_s, NULL);
        g_autoptr(CoexRequest) request = request_to(server, is_send);
        g_autoptr(GError) error = NULL;

        g_test_message("%s, %s", row->name, is_send ? "a send" : "no send");
        g_assert_null(perform(http, request, &error));
        g_assert_error(error, COEX_ERROR, (int)(is_send ? COEX_ERROR_UNCERTAIN : row->code));
        g_assert_nonnull(strstr(error->message, "127.0.0.1"));
        g_assert_cmpuint(server_count_requests(server), ==, 1);
    }
}

#define REPEATS(first, again)                                                                      \
    {                                                                                              \
        SERVER_REPEATS, first "\f" again, sizeof first "\f" again - 1                              \
    }
#define OK_HEAD "HTTP/1.1 200 OK\r\n"
#define GZIP_HEAD "\x1f\x8b\x08\0\0\0\0\0\0\x03"

typedef struct {
    const char *name;
    ServerStep step;
    gboolean has_end; /* the body has come before what does not end */
} EndlessCase;

/* What libsoup and the converters read on and on, in one turn of the loop. */
static const EndlessCase endless_cases[] = {
    { "promises", REPEATS("", "HTTP/1.1 100 Continue\r\n\r\n"), FALSE },
    { "hints", REPEATS("", "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"), FALSE },
    { "status line", REPEATS("HTTP/1.1 200 ", "O"), FALSE },
    { "headers", REPEATS(OK_HEAD, "X-A: b\r\n"), FALSE },
    { "a header", REPEATS(OK_HEAD "X-A: ", "b"), FALSE },
    { "a folded header", REPEATS(OK_HEAD "X-A: b", "\r\n b"), FALSE },
    { "a chunk's length", REPEATS(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n", "0"), FALSE },
    { "a chunk's extension", REPEATS(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5;", "x"), FALSE },
    { "trailers", REPEATS(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X-A: b\r\n"), TRUE },
    { "packed name",
      REPEATS(OK_HEAD "Content-Encoding: gzip\r\n\r\n"
                      "\x1f\x8b\x08\x08\0\0\0\0\0\x03",
              "n"),
      FALSE },
    { "packed nothing",
      REPEATS(OK_HEAD "Content-Encoding: gzip\r\n\r\n" GZIP_HEAD, "\x02\x08\x20\x80\0"), FALSE },
};

static void
assert_ends(const EndlessCase *row, gboolean is_send, guint timeout_s)
{
    g_autoptr(Server) server = server_new(&row->step, 1, NULL);
    g_autoptr(CoexHttp) http = coex_http_new(timeout_s, NULL);
    g_autoptr(CoexRequest) request = request_to(server, is_send);
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexResponse) response = NULL;
    gint64 start = g_get_monotonic_time();

    g_test_message("%s, %s, %u s", row->name, is_send ? "a send" : "no send", timeout_s);
    response = perform(http, request, &error);
    if (response != NULL)
        g_assert_true(row->has_end);
    else if (is_send)
        g_assert_error(error, COEX_ERROR, COEX_ERROR_UNCERTAIN);
    else
        g_assert_true(g_error_matches(error, COEX_ERROR, COEX_ERROR_RETRY) ||
                      g_error_matches(error, COEX_ERROR, COEX_ERROR_TOO_LARGE));
    g_assert_cmpint(g_get_monotonic_time() - start, <, 10 * TEST_SLOWNESS * G_USEC_PER_SEC);
    g_test_message("after %" G_GINT64_FORMAT " ms", (g_get_monotonic_time() - start) / 1000);
}

static void
test_endless_answers(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(endless_cases); i++) {
        assert_ends(&endless_cases[i], FALSE, 60 * TEST_SLOWNESS);
        assert_ends(&endless_cases[i], TRUE, 1);
    }
}

typedef struct {
    const char *base;
    int code;
    const char *says;
} UnreachedCase;

static void
test_unreached(void)
{
    g_autoptr(Server) plain = server_new(&(ServerStep){ SERVER_ANSWERS, OK_ANSWER, 0 }, 1, NULL);
    g_autofree char *not_tls = g_strdup_printf("https://127.0.0.1:%u", server_get_port(plain));
    const UnreachedCase rows[] = {
        { "http://127.0.0.1:1", COEX_ERROR_NETWORK,
          "127.0.0.1: connection refused. Nothing answers at "
          "that address: check it, and whether what belongs there runs." },
        { "http://nobody.invalid", COEX_ERROR_NETWORK, "nobody.invalid" },
        { not_tls, COEX_ERROR_NETWORK, "127.0.0.1 safely" },
        { "nonsense", COEX_ERROR_INVALID_INPUT, "api-url" },
        { "file:///etc", COEX_ERROR_INVALID_INPUT, "api-url" },
    };

    for (guint i = 0; i < 2 * G_N_ELEMENTS(rows); i++) {
        const UnreachedCase *row = &rows[i / 2];
        g_autoptr(CoexHttp) http = coex_http_new(5 * TEST_SLOWNESS, NULL);
        g_autoptr(CoexRequest) request = make_request(row->base, i % 2);
        g_autoptr(GError) error = NULL;

        g_assert_null(perform(http, request, &error));
        g_assert_error(error, COEX_ERROR, row->code);
        g_assert_nonnull(strstr(error->message, row->says));
    }
    g_assert_cmpuint(server_count_requests(plain), ==, 0);
}

/* Connected, but nobody takes the request: the queue of a listening socket answers the connect. */
static void
test_unreached_in_time(void)
{
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string("127.0.0.1", 0);
    g_autoptr(GSocket) deaf =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    g_autoptr(GSocketAddress) bound = NULL;
    g_autofree char *base = NULL;
    g_autoptr(CoexHttp) http = coex_http_new(1, NULL);
    g_autoptr(CoexRequest) request = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_true(g_socket_bind(deaf, address, TRUE, NULL));
    g_assert_true(g_socket_listen(deaf, NULL));
    bound = g_socket_get_local_address(deaf, NULL);
    base = g_strdup_printf("https://127.0.0.1:%u",
                           g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound)));
    request = make_request(base, TRUE);
    g_assert_null(perform(http, request, &error));
    g_assert_error(error, COEX_ERROR, COEX_ERROR_NETWORK);
    g_assert_nonnull(strstr(error->message, "127.0.0.1"));
}

/* Nothing of the request reaches a server whose certificate is not trusted. */
static void
test_untrusted(void)
{
    static const ServerStep step = { SERVER_ANSWERS, OK_ANSWER, 0 };
    g_autoptr(GError) error = NULL;
    g_autoptr(GTlsCertificate) certificate = NULL;
    g_autoptr(Server) server = NULL;
    g_autoptr(CoexHttp) http = coex_http_new(10, NULL);
    g_autoptr(CoexRequest) request = NULL;

    if (!g_tls_backend_supports_tls(g_tls_backend_get_default())) {
        g_test_skip("no TLS here (glib-networking)");
        return;
    }
    certificate = g_tls_certificate_new_from_pem(certificate_pem, -1, &error);
    g_assert_no_error(error);
    server = server_new(&step, 1, certificate);
    request = request_to(server, TRUE);
    g_assert_null(perform(http, request, &error));
    g_assert_error(error, COEX_ERROR, COEX_ERROR_NETWORK);
    g_assert_nonnull(strstr(error->message, "127.0.0.1"));
    g_assert_nonnull(strstr(error->message, "certificate"));
    g_assert_cmpuint(server_count_requests(server), ==, 0);
}

static void
test_bad_key(void)
{
    g_autoptr(Server) server = server_new(&(ServerStep){ SERVER_ANSWERS, OK_ANSWER, 0 }, 1, NULL);
    g_autoptr(CoexHttp) http = coex_http_new(10, NULL);
    g_autoptr(CoexRequest) request = request_to(server, TRUE);
    g_autoptr(GError) error = NULL;

    g_free(request->auth_value);
    request->auth_value = g_strdup(SECRET "\r\nX-Evil: 1");
    g_assert_null(perform(http, request, &error));
    g_assert_error(error, COEX_ERROR, COEX_ERROR_AUTH);
    g_assert_cmpuint(server_count_connections(server), ==, 0);
}

/* Every status is an answer, and asked for once: no redirect followed, no password tried. */
static void
test_statuses(void)
{
    static const guint statuses[] = { 200, 201, 204, 301, 302, 303, 307, 400,
                                      401, 403, 404, 429, 500, 502, 503 };

    for (guint i = 0; i < G_N_ELEMENTS(statuses); i++) {
        g_autofree char *text =
            g_strdup_printf("HTTP/1.1 %u X\r\nLocation: /elsewhere\r\nWWW-Authenticate: Basic "
                            "realm=\"x\"\r\n%s\r\n",
                            statuses[i], statuses[i] == 204 ? "" : "Content-Length: 0\r\n");
        ServerStep step = { SERVER_ANSWERS, text, 0 };
        g_autoptr(Server) server = server_new(&step, 1, NULL);
        g_autoptr(CoexHttp) http = coex_http_new(10, NULL);
        g_autoptr(CoexRequest) request = request_to(server, TRUE), get = request_to(server, FALSE);

        assert_status(http, request, statuses[i]);
        assert_status(http, get, statuses[i]);
        g_assert_cmpuint(server_count_requests(server), ==, 2);
    }
}

/* libsoup says it once more by itself after a 421, to which nobody has listened yet. */
static void
test_asked_again(void)
{
    static const ServerStep steps[] = {
        { SERVER_ANSWERS, "HTTP/1.1 421 Not me\r\nContent-Length: 0\r\n\r\n", 0 },
        { SERVER_ANSWERS, OK_ANSWER, 0 },
    };
    g_autoptr(Server) server = server_new(steps, G_N_ELEMENTS(steps), NULL);
    g_autoptr(CoexHttp) http = coex_http_new(10, NULL);
    g_autoptr(CoexRequest) request = request_to(server, TRUE);

    assert_status(http, request, 200);
    g_assert_cmpuint(server_count_requests(server), ==, 2);
    for (guint i = 0; i < 2; i++)
        g_assert_true(g_str_has_suffix(server->requests->pdata[i], "\r\n\r\n{\"n\":1}"));
}

static GBytes *
pack(const char *bytes, gsize length)
{
    g_autoptr(GConverter) packer =
        G_CONVERTER(g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9));
    g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable();
    g_autoptr(GOutputStream) out = g_converter_output_stream_new(memory, packer);

    g_assert_true(g_output_stream_write_all(out, bytes, length, NULL, NULL, NULL));
    g_assert_true(g_output_stream_close(out, NULL, NULL));
    return g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(memory));
}

/* The limit counts what comes out of the packing, and the largest allowed is allowed. */
static void
test_largest_answer(void)
{
    g_autofree char *zeros = g_malloc0(COEX_HTTP_BODY_MAX + 1);

    for (guint extra = 0; extra <= 1; extra++) {
        g_autoptr(GBytes) packed = pack(zeros, COEX_HTTP_BODY_MAX + extra);
        g_autoptr(GString) text = g_string_new("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n");
        ServerStep step = { SERVER_ANSWERS, NULL, 0 };
        g_autoptr(Server) server = server_new(&step, 1, NULL);
        g_autoptr(CoexHttp) http = coex_http_new(30, NULL);
        g_autoptr(CoexRequest) request = request_to(server, FALSE);
        g_autoptr(GError) error = NULL;
        g_autoptr(CoexResponse) response = NULL;

        g_string_append_printf(text, "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n",
                               g_bytes_get_size(packed));
        g_string_append_len(text, g_bytes_get_data(packed, NULL), g_bytes_get_size(packed));
        step.text = text->str;
        step.length = text->len;
        response = perform(http, request, &error);
        if (extra > 0) {
            g_assert_error(error, COEX_ERROR, COEX_ERROR_TOO_LARGE);
            continue;
        }
        g_assert_no_error(error);
        g_assert_cmpuint(g_bytes_get_size(response->body), ==, COEX_HTTP_BODY_MAX);
    }
}

static void
test_reuse(void)
{
    static const ServerStep step = { SERVER_ANSWERS, OK_ANSWER, 0 };
    g_autoptr(Server) server = server_new(&step, 1, NULL);
    g_autoptr(CoexHttp) http = coex_http_new(10, NULL);
    g_autoptr(CoexRequest) request = request_to(server, TRUE);

    for (guint i = 0; i < 50; i++)
        assert_status(http, request, 200);
    g_assert_cmpuint(server_count_connections(server), ==, 1);
    g_assert_cmpuint(server_count_requests(server), ==, 50);
}

/* A kept connection breaks under the second POST: uncertain, and never sent again by itself. */
static void
test_no_resend(void)
{
    static const ServerStep breaks[][2] = {
        { { SERVER_ANSWERS, OK_ANSWER, 0 }, { SERVER_ANSWERS_CLOSE, NULL, 0 } },
        { { SERVER_ANSWERS, OK_ANSWER, 0 }, { SERVER_RESETS, NULL, 0 } },
        { { SERVER_ANSWERS, OK_ANSWER, 0 },
          { SERVER_ANSWERS_CLOSE, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", 0 } },
    };

    for (guint i = 0; i < G_N_ELEMENTS(breaks); i++) {
        g_autoptr(Server) server = server_new(breaks[i], 2, NULL);
        g_autoptr(CoexHttp) http = coex_http_new(10, NULL);
        g_autoptr(CoexRequest) request = request_to(server, TRUE);
        g_autoptr(GError) error = NULL;

        assert_status(http, request, 200);
        g_assert_null(perform(http, request, &error));
        g_assert_error(error, COEX_ERROR, COEX_ERROR_UNCERTAIN);
        g_assert_cmpuint(server_count_requests(server), ==, 2);
        g_assert_cmpuint(server_count_connections(server), ==, 1);
    }
}

/* The server closed a kept connection in silence: the next send takes a new one. */
static void
test_closed_while_idle(void)
{
    static const ServerStep step = { SERVER_ANSWERS_CLOSE, OK_ANSWER, 0 };
    g_autoptr(Server) server = server_new(&step, 1, NULL);
    g_autoptr(CoexHttp) http = coex_http_new(10, NULL);
    g_autoptr(CoexRequest) request = request_to(server, TRUE);

    for (guint i = 0; i < 5; i++) {
        assert_status(http, request, 200);
        g_mutex_lock(&server->lock);
        g_thread_join(g_ptr_array_steal_index(server->threads, 0));
        g_mutex_unlock(&server->lock);
    }
    g_assert_cmpuint(server_count_connections(server), ==, 5);
}

/* The clock that goes on while the computer sleeps, for all of this program. */
static gint slept_s; /* atomic */

int
clock_gettime(clockid_t clock, struct timespec *ret_time)
{
    int failed = (int)syscall(SYS_clock_gettime, clock, ret_time);

    if (clock == CLOCK_BOOTTIME)
        ret_time->tv_sec += g_atomic_int_get(&slept_s);
    return failed;
}

/* What the other side and all between have forgotten meanwhile is not used again. */
static void
test_suspend(void)
{
    static const ServerStep step = { SERVER_ANSWERS, OK_ANSWER, 0 };
    g_autoptr(Server) server = server_new(&step, 1, NULL);
    g_autoptr(CoexHttp) http = coex_http_new(10, NULL);
    g_autoptr(CoexRequest) request = request_to(server, TRUE);

    assert_status(http, request, 200);
    assert_status(http, request, 200);
    g_assert_cmpuint(server_count_connections(server), ==, 1);
    g_atomic_int_set(&slept_s, 60);
    assert_status(http, request, 200);
    assert_status(http, request, 200);
    g_assert_cmpuint(server_count_connections(server), ==, 2);
}

static void
run_until_requests(Server *server, guint count)
{
    while (server_count_requests(server) < count)
        g_main_context_iteration(NULL, FALSE);
}

static void
test_cancel(void)
{
    static const ServerStep step = { SERVER_WAITS, NULL, 0 };
    g_autoptr(Server) server = server_new(&step, 1, NULL);
    g_autoptr(CoexHttp) http = coex_http_new(30, NULL);
    g_autoptr(CoexRequest) request = request_to(server, TRUE);

    for (guint i = 0; i < 3; i++) {
        g_autoptr(GCancellable) cancellable = g_cancellable_new();
        g_autoptr(GError) error = NULL;
        GAsyncResult *result = NULL;

        if (i == 0)
            g_cancellable_cancel(cancellable);
        coex_http_send_async(http, request, cancellable, on_done, &result);
        g_assert_null(result);
        if (i == 2)
            run_until_requests(server, 1);
        g_cancellable_cancel(cancellable);
        g_assert_null(wait_for(&result, &error));
        g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
}

static void
test_free(void)
{
    static const ServerStep step = { SERVER_WAITS, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{",
                                     0 };
    g_autoptr(Server) server = server_new(&step, 1, NULL);
    g_autoptr(CoexRequest) request = request_to(server, TRUE);
    CoexHttp *http = coex_http_new(30, NULL);
    GAsyncResult *results[20] = { NULL };

    for (guint i = 0; i < G_N_ELEMENTS(results); i++)
        coex_http_send_async(http, request, NULL, on_done, &results[i]);
    /* some wait for an answer, some for a connection */
    run_until_requests(server, 4);
    coex_http_free(http);
    for (guint i = 0; i < G_N_ELEMENTS(results); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(wait_for(&results[i], &error));
        g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
}

#define TURN_US (200 * 1000) /* longer than somebody who waits would await */

static gboolean
on_long_turn(gpointer data)
{
    gint64 end = g_get_monotonic_time() + TURN_US;

    while (g_get_monotonic_time() < end)
        continue;
    *(gboolean *)data = TRUE;
    return G_SOURCE_REMOVE;
}

/* Another loop's end is awaited, while this one is busy: what is under way here goes on. */
static void
test_hurry_elsewhere(void)
{
    static const ServerStep step = { SERVER_WAITS, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{",
                                     0 };
    g_autoptr(Server) server = server_new(&step, 1, NULL);
    g_autoptr(CoexHttp) http = coex_http_new(60, NULL);
    g_autoptr(CoexRequest) request = request_to(server, FALSE);
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GMainContext) elsewhere = g_main_context_new();
    g_autoptr(GError) error = NULL;
    GAsyncResult *result = NULL;
    gboolean turned = FALSE;

    coex_http_send_async(http, request, cancellable, on_done, &result);
    while (server_count_requests(server) == 0)
        g_main_context_iteration(NULL, FALSE);
    coex_http_hurry(elsewhere);
    g_idle_add(on_long_turn, &turned);
    while (!turned || g_main_context_pending(NULL))
        g_main_context_iteration(NULL, FALSE);
    coex_http_hurry(NULL);
    g_assert_null(result);
    g_cancellable_cancel(cancellable);
    g_assert_null(wait_for(&result, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http/request", test_request);
    g_test_add_func("/http/quoted-key", test_quoted_key);
    g_test_add_func("/http/answer-headers", test_answer_headers);
    g_test_add_func("/http/broken-answers", test_broken_answers);
    g_test_add_func("/http/endless-answers", test_endless_answers);
    g_test_add_func("/http/unreached", test_unreached);
    g_test_add_func("/http/unreached-in-time", test_unreached_in_time);
    g_test_add_func("/http/untrusted", test_untrusted);
    g_test_add_func("/http/bad-key", test_bad_key);
    g_test_add_func("/http/statuses", test_statuses);
    g_test_add_func("/http/asked-again", test_asked_again);
    g_test_add_func("/http/largest-answer", test_largest_answer);
    g_test_add_func("/http/reuse", test_reuse);
    g_test_add_func("/http/no-resend", test_no_resend);
    g_test_add_func("/http/closed-while-idle", test_closed_while_idle);
    g_test_add_func("/http/suspend", test_suspend);
    g_test_add_func("/http/cancel", test_cancel);
    g_test_add_func("/http/free", test_free);
    g_test_add_func("/http/hurry-elsewhere", test_hurry_elsewhere);
    return g_test_run();
}
