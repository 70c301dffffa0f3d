// SPDX-License-Identifier: GPL-2.0-or-later
#include "asking.h"
#include "proxies.h"

#include "core/api.h"
#include "core/error.h"

#include <string.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

/* To GLib a name, to the proxy's resolver 127.0.0.1 and never ::1, as localhost may be. */
#define NAME "127.1"
#define USER "eva:ex%40mple"
#define PASSWORD "p@ss/w:rd#1 ü"

/* What the key and the proxy's password have in common: nobody reads them. */
static void
assert_unreached(CoexHttp *http, const CoexRequest *request, const char *says)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexResponse) response = perform(http, request, &error);

    g_assert_null(response);
    g_assert_error(error, COEX_ERROR, COEX_ERROR_NETWORK);
    g_assert_nonnull(strstr(error->message, says));
    g_assert_null(strstr(error->message, PASSWORD));
}

static void
assert_passes(const CoexProxy *way)
{
    static const ServerStep step = { SERVER_ANSWERS, OK_ANSWER, 0 };
    g_autoptr(Server) server = server_new(&step, 1, NULL);
    g_autoptr(CoexHttp) http = coex_http_new(10 * TEST_SLOWNESS, way);
    g_autofree char *base = g_strdup_printf("http://" NAME ":%u", server_get_port(server));
    g_autoptr(CoexRequest) request = make_request(base, TRUE), get = make_request(base, FALSE);
    const char *seen;

    assert_status(http, request, 200);
    assert_status(http, get, 200);
    assert_status(http, request, 200);
    g_assert_cmpuint(server_count_connections(server), ==, 1);
    g_assert_cmpuint(server_count_requests(server), ==, 3);
    seen = server->requests->pdata[0];
    g_assert_true(g_str_has_prefix(seen, "POST /v1/messages?"));
    g_assert_null(strstr(seen, "Proxy-"));
}

/* Encrypted from end to end: through the tunnel the server's own certificate comes. */
static void
assert_sees_certificate(const CoexProxy *way)
{
    static const ServerStep step = { SERVER_ANSWERS, OK_ANSWER, 0 };
    g_autoptr(GTlsCertificate) certificate =
        g_tls_certificate_new_from_pem(certificate_pem, -1, NULL);
    g_autoptr(Server) server = server_new(&step, 1, certificate);
    g_autoptr(CoexHttp) http = coex_http_new(10 * TEST_SLOWNESS, way);
    g_autofree char *base = g_strdup_printf("https://" NAME ":%u", server_get_port(server));
    g_autoptr(CoexRequest) request = make_request(base, TRUE);

    assert_unreached(http, request, "a problem with its certificate");
    g_assert_cmpuint(server_count_connections(server), ==, 1);
    g_assert_cmpuint(server_count_requests(server), ==, 0);
}

static void
assert_refuses(const CoexProxy *way, const char *base, const char *says)
{
    g_autoptr(CoexHttp) http = coex_http_new(10 * TEST_SLOWNESS, way);
    g_autoptr(CoexRequest) request = make_request(base, TRUE);
    g_autofree char *address = coex_proxy_dup_address(way);
    g_autofree char *through = g_strdup_printf("through the proxy %s: ", address);

    assert_unreached(http, request, says);
    assert_unreached(http, request, through);
}

static void
test_microsocks(void)
{
    g_autoptr(Proxy) open = NULL, login = NULL;
    CoexProxy wrong;

    if (!proxy_is_there("microsocks")) {
        g_test_skip("microsocks is not installed");
        return;
    }
    open = proxy_new_socks(NULL, NULL);
    assert_passes(&open->way);
    assert_sees_certificate(&open->way);
    assert_refuses(&open->way, "http://" NAME ":1", "refused");
    login = proxy_new_socks(USER, PASSWORD);
    assert_passes(&login->way);
    wrong = login->way;
    wrong.password = (char *)"wrong";
    assert_refuses(&wrong, "http://" NAME ":1", "the proxy does not accept the user name");
    wrong.user = wrong.password = NULL;
    assert_refuses(&wrong, "http://" NAME ":1", "the proxy");
}

static void
test_tinyproxy(void)
{
    g_autoptr(Proxy) open = NULL, login = NULL, strict = NULL;
    CoexProxy wrong;

    if (!proxy_is_there("tinyproxy")) {
        g_test_skip("tinyproxy is not installed");
        return;
    }
    open = proxy_new_http(NULL, NULL, "");
    assert_passes(&open->way);
    assert_sees_certificate(&open->way);
    assert_refuses(&open->way, "http://" NAME ":1", "HTTP status 50");
    login = proxy_new_http("eva", "p4ss-word", "");
    assert_passes(&login->way);
    wrong = login->way;
    wrong.password = (char *)"wrong";
    assert_refuses(&wrong, "http://" NAME ":1", "the proxy does not accept the user name");
    wrong.user = wrong.password = NULL;
    assert_refuses(&wrong, "http://" NAME ":1", "the proxy asks for a user name");
    strict = proxy_new_http(NULL, NULL, "ConnectPort 2\n");
    assert_refuses(&strict->way, "http://" NAME ":1", "the proxy does not allow this");
}

typedef struct {
    CoexProxyKind kind;
    const char *user, *password;
    const char *heard;
    gboolean looks_up; /* names, here */
} NameCase;

/* GIO forgets the eight bytes that a proxy answers by SOCKS 4 (gsocks4aproxy.c, 2.74 to 2.84). */
static void
overlook_leaks(gboolean overlook)
{
#ifdef __SANITIZE_ADDRESS__
    if (overlook)
        __lsan_disable();
    else
        __lsan_enable();
#endif
}

/* Only SOCKS 4 without a needs an address; else no name server hears what is asked for. */
static void
test_names(void)
{
    static const NameCase rows[] = {
        { COEX_PROXY_SOCKS5, NULL, NULL, "5  api.invalid", FALSE },
        { COEX_PROXY_SOCKS5, USER, PASSWORD, "5 " USER "/" PASSWORD " api.invalid", FALSE },
        { COEX_PROXY_SOCKS4A, NULL, NULL, "4a  api.invalid", FALSE },
        { COEX_PROXY_SOCKS4A, "eva", NULL, "4a eva api.invalid", FALSE },
        { COEX_PROXY_SOCKS4, "eva", NULL, "4 eva 127.0.0.1", TRUE },
    };
    static const ServerStep step = { SERVER_ANSWERS, OK_ANSWER, 0 };
    g_autoptr(Server) server = server_new(&step, 1, NULL);
    g_autofree char *base = g_strdup_printf("http://api.invalid:%u", server_get_port(server));

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Witness) witness = witness_new();
        const CoexProxy way = { .kind = rows[i].kind,
                                .host = (char *)"127.0.0.1",
                                .port = witness_get_port(witness),
                                .user = (char *)rows[i].user,
                                .password = (char *)rows[i].password };
        g_autoptr(CoexHttp) http = coex_http_new(10 * TEST_SLOWNESS, &way);
        g_autoptr(CoexRequest) request = make_request(base, TRUE);
        g_autofree char *heard = g_strdup_printf("%s:%u", rows[i].heard, server_get_port(server));
        guint before = names_count();

        if (rows[i].kind != COEX_PROXY_SOCKS5)
            overlook_leaks(TRUE);
        assert_status(http, request, 200);
        if (rows[i].kind != COEX_PROXY_SOCKS5)
            overlook_leaks(FALSE);
        g_assert_cmpuint(witness->heard->len, ==, 1);
        g_assert_cmpstr(witness->heard->pdata[0], ==, heard);
        g_assert_cmpint(names_count() > before, ==, rows[i].looks_up);
    }
}

/* The program's own settings are not for this computer itself, an account's are. */
static void
test_loopback(void)
{
    static const char *const hosts[] = { "localhost", "127.0.0.1", "127.1.2.3" };
    static const ServerStep step = { SERVER_ANSWERS, OK_ANSWER, 0 };

    for (guint i = 0; i < 2 * G_N_ELEMENTS(hosts); i++) {
        g_autoptr(Server) server = server_new(&step, 1, NULL);
        g_autoptr(Witness) witness = witness_new();
        const CoexProxy way = { .kind = COEX_PROXY_SOCKS5,
                                .host = (char *)"127.0.0.1",
                                .port = witness_get_port(witness),
                                .spares_loopback = i % 2 };
        g_autoptr(CoexHttp) http = coex_http_new(10 * TEST_SLOWNESS, &way);
        g_autofree char *base =
            g_strdup_printf("http://%s:%u", hosts[i / 2], server_get_port(server));
        g_autoptr(CoexRequest) request = make_request(base, TRUE);
        g_autoptr(GError) error = NULL;
        g_autoptr(CoexResponse) response = perform(http, request, &error);

        /* the server listens at 127.0.0.1 only */
        g_assert_cmpint(response != NULL, ==, i % 2 == 0 || i / 2 < 2);
        g_assert_cmpuint(witness->heard->len, ==, i % 2 == 0);
    }
}

/* None is none, whatever the environment says. */
static void
test_none(void)
{
    static const ServerStep step = { SERVER_ANSWERS, OK_ANSWER, 0 };
    const CoexProxy none = { .kind = COEX_PROXY_NONE };
    g_autoptr(Server) server = server_new(&step, 1, NULL);
    g_autoptr(CoexHttp) http = coex_http_new(10, &none);
    g_autofree char *base = g_strdup_printf("http://api.invalid:%u", server_get_port(server));
    g_autoptr(CoexRequest) request = make_request(base, TRUE);

    assert_status(http, request, 200);
}

typedef struct {
    const char *name;
    ServerStep step;
    const char *says;
} TunnelCase;

#define REFUSAL(status, more) "HTTP/1.1 " status "\r\nContent-Length: 2\r\n" more "\r\n{}"

/* Whatever stands in its answer, it is the proxy's, and nothing of the request has left. */
static void
test_tunnel_refused(void)
{
    static const TunnelCase rows[] = {
        { "503", { SERVER_ANSWERS, REFUSAL("503 No", "Retry-After: 9\r\n"), 0 }, "status 503" },
        { "500", { SERVER_ANSWERS_CLOSE, REFUSAL("500 No", ""), 0 }, "status 500" },
        { "429", { SERVER_ANSWERS, REFUSAL("429 Slow", ""), 0 }, "status 429" },
        { "400", { SERVER_ANSWERS, REFUSAL("400 Bad", ""), 0 }, "status 400" },
        { "404", { SERVER_ANSWERS, REFUSAL("404 Not", ""), 0 }, "status 404" },
        { "401",
          { SERVER_ANSWERS, REFUSAL("401 Key", "WWW-Authenticate: Basic\r\n"), 0 },
          "asks for a user name" },
        { "403", { SERVER_ANSWERS, REFUSAL("403 No", ""), 0 }, "does not allow" },
        { "407",
          { SERVER_ANSWERS, REFUSAL("407 Who", "Proxy-Authenticate: Basic\r\n"), 0 },
          "asks for a user name" },
        { "302",
          { SERVER_ANSWERS, REFUSAL("302 There", "Location: http://x/\r\n"), 0 },
          "status 302" },
        { "no answer", { SERVER_ANSWERS_CLOSE, NULL, 0 }, "without an answer" },
        { "half", { SERVER_ANSWERS_CLOSE, "HTTP/1.1 200 O", 0 }, "without an answer" },
        { "no HTTP", { SERVER_ANSWERS_CLOSE, "hello\r\n\r\n", 0 }, "no answer of an HTTP proxy" },
        { "no status",
          { SERVER_ANSWERS_CLOSE, "HTTP/1.1 2000 OK\r\n\r\n", 0 },
          "no answer of an HTTP proxy" },
        { "reset", { SERVER_RESETS, NULL, 0 }, "127.0.0.1" },
        { "silence", { SERVER_WAITS, NULL, 0 }, "no connection within 2 s" },
        { "drip", { SERVER_DRIPS, "HTTP/1.1 200 OK\r\nX-A: ", 0 }, "no connection within 2 s" },
        { "flood", { SERVER_FLOODS, "HTTP/1.1 200 OK\r\nX-A: ", 0 }, "no answer of an HTTP proxy" },
    };

    for (guint i = 0; i < 2 * G_N_ELEMENTS(rows); i++) {
        const TunnelCase *row = &rows[i / 2];
        g_autoptr(Server) server = server_new(&row->step, 1, NULL);
        const CoexProxy way = { .kind = COEX_PROXY_HTTP,
                                .host = (char *)"127.0.0.1",
                                .port = server_get_port(server) };
        g_autoptr(CoexHttp) http = coex_http_new(2, &way);
        g_autoptr(CoexRequest) request = make_request("https://api.invalid", i % 2);

        g_test_message("%s", row->name);
        assert_unreached(http, request, row->says);
        g_assert_true(
            g_str_has_prefix(server->requests->pdata[0], "CONNECT api.invalid:443 HTTP/1.1\r\n"));
        g_assert_null(strstr(server->requests->pdata[0], SECRET));
    }
    g_assert_cmpuint(names_count(), ==, 0);
}

/* A proxy may say that it is at work, and what follows its headers is the server's. */
static void
test_tunnel_headers(void)
{
    static const ServerStep steps[] = {
        { SERVER_ANSWERS, "HTTP/1.0 102 Wait\r\n\r\nHTTP/1.0 200 Connected\nX-A: b\n\n", 0 },
        { SERVER_ANSWERS, OK_ANSWER, 0 },
    };
    g_autoptr(Server) server = server_new(steps, 2, NULL);
    const CoexProxy way = { .kind = COEX_PROXY_HTTP,
                            .host = (char *)"127.0.0.1",
                            .port = server_get_port(server),
                            .user = (char *)USER,
                            .password = (char *)PASSWORD };
    g_autoptr(CoexHttp) http = coex_http_new(10, &way);
    g_autoptr(CoexRequest) request = make_request("http://[2001:db8::1]:8080", TRUE);
    g_autofree char *code =
        g_base64_encode((const guchar *)(USER ":" PASSWORD), strlen(USER ":" PASSWORD));
    g_autofree char *line = g_strdup_printf("\r\nProxy-Authorization: Basic %s\r\n", code);

    assert_status(http, request, 200);
    g_assert_true(g_str_has_prefix(server->requests->pdata[0], "CONNECT [2001:db8::1]:8080 HTTP"));
    g_assert_nonnull(strstr(server->requests->pdata[0], line));
    g_assert_true(g_str_has_prefix(server->requests->pdata[1], "POST /v1/messages?"));
    g_assert_null(strstr(server->requests->pdata[1], "Proxy-"));
}

static void
test_no_proxy_there(void)
{
    static const CoexProxyKind kinds[] = { COEX_PROXY_HTTP, COEX_PROXY_SOCKS4, COEX_PROXY_SOCKS4A,
                                           COEX_PROXY_SOCKS5 };

    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        const CoexProxy way = { .kind = kinds[i], .host = (char *)"127.0.0.1", .port = 1 };

        assert_refuses(&way, "https://api.invalid", "connection refused");
    }
}

static void
test_cancel(void)
{
    static const ServerStep step = { SERVER_WAITS, NULL, 0 };
    static const CoexProxyKind kinds[] = { COEX_PROXY_HTTP, COEX_PROXY_SOCKS5 };

    for (guint i = 0; i < 2 * G_N_ELEMENTS(kinds); i++) {
        g_autoptr(Server) server = server_new(&step, 1, NULL);
        const CoexProxy way = { .kind = kinds[i / 2],
                                .host = (char *)"127.0.0.1",
                                .port = server_get_port(server) };
        CoexHttp *http = coex_http_new(30, &way);
        g_autoptr(CoexRequest) request = make_request("https://api.invalid", TRUE);
        g_autoptr(GCancellable) cancellable = g_cancellable_new();
        g_autoptr(GError) error = NULL;
        GAsyncResult *result = NULL;

        coex_http_send_async(http, request, cancellable, on_done, &result);
        while (server_count_connections(server) == 0)
            g_main_context_iteration(NULL, FALSE);
        g_assert_true(coex_http_is_unwritten(http, &result));
        if (i % 2)
            g_clear_pointer(&http, coex_http_free);
        else
            g_cancellable_cancel(cancellable);
        g_assert_null(wait_for(&result, &error));
        g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
        coex_http_free(http);
    }
}

int
main(int argc, char **argv)
{
    g_setenv("http_proxy", "http://127.0.0.1:1", TRUE);
    g_setenv("https_proxy", "http://127.0.0.1:1", TRUE);
    g_test_init(&argc, &argv, NULL);
    names_watch();
    g_test_add_func("/proxy/tunnel-refused", test_tunnel_refused);
    g_test_add_func("/proxy/tunnel-headers", test_tunnel_headers);
    g_test_add_func("/proxy/microsocks", test_microsocks);
    g_test_add_func("/proxy/tinyproxy", test_tinyproxy);
    g_test_add_func("/proxy/names", test_names);
    g_test_add_func("/proxy/loopback", test_loopback);
    g_test_add_func("/proxy/none", test_none);
    g_test_add_func("/proxy/no-proxy-there", test_no_proxy_there);
    g_test_add_func("/proxy/cancel", test_cancel);
    return g_test_run();
}
