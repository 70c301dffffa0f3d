// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/tunnel.h"

#include "core/proxy.h"
#include "core/words.h"
#include <string.h>

#define PROTOCOL "coex-connect" /* not "http": libsoup makes that tunnel by itself */
#define ANSWER_MAX (32 * 1024)  /* its headers, interim ones included */

typedef struct {
    GObject parent;
} CoexConnect;
typedef GObjectClass CoexConnectClass;

GType coex_connect_get_type(void);
static void connect_implement(GProxyInterface *face);

/* GIO asks for a proxy by its protocol's name and makes one of this type. It is never unregistered:
 * the plugin stays loaded (-z nodelete in the Makefile). */
G_DEFINE_TYPE_WITH_CODE(CoexConnect, coex_connect, G_TYPE_OBJECT,
                        G_IMPLEMENT_INTERFACE(G_TYPE_PROXY, connect_implement))

static void
coex_connect_class_init(CoexConnectClass *klass)
{
}

static void
coex_connect_init(CoexConnect *self)
{
}

static char *
make_request(GProxyAddress *address, GError **error)
{
    const char *host = g_proxy_address_get_destination_hostname(address);
    const char *user = g_proxy_address_get_username(address);
    const char *password = g_proxy_address_get_password(address);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *authority = NULL;

    for (const char *at = host; *at != '\0'; at++) {
        if (g_ascii_iscntrl(*at) || *at == ' ') {
            g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                                _("this is no host name"));
            return NULL;
        }
    }
    authority = g_strdup_printf(strchr(host, ':') != NULL ? "[%s]:%u" : "%s:%u", host,
                                g_proxy_address_get_destination_port(address));
    g_string_append_printf(text,
                           "CONNECT %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: purple-coex\r\n"
                           "Proxy-Connection: keep-alive\r\n",
                           authority, authority);
    if (user != NULL || password != NULL) {
        g_autofree char *pair =
            g_strdup_printf("%s:%s", user != NULL ? user : "", password != NULL ? password : "");
        g_autofree char *code = g_base64_encode((const guchar *)pair, strlen(pair));

        g_string_append_printf(text, "Proxy-Authorization: Basic %s\r\n", code);
    }
    g_string_append(text, "\r\n");
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* One block of headers, and not a byte more: what follows is the other side's. */
static gboolean
read_headers(GInputStream *stream, GString *text, gsize limit, GCancellable *cancellable,
             GError **error)
{
    char byte;

    g_string_truncate(text, 0);
    while (!g_str_has_suffix(text->str, "\r\n\r\n") && !g_str_has_suffix(text->str, "\n\n")) {
        gssize count = g_input_stream_read(stream, &byte, 1, cancellable, error);

        if (count < 0)
            return FALSE;
        if (count == 0 || byte == '\0' || text->len >= limit) {
            g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_PROXY_FAILED,
                                count == 0 ? _("the proxy closed the connection without an answer")
                                           : _("what it said is no answer of an HTTP proxy"));
            return FALSE;
        }
        g_string_append_c(text, byte);
    }
    return TRUE;
}

/* 0: no HTTP. */
static guint
read_status(const char *text)
{
    if (!g_str_has_prefix(text, "HTTP/1.") || !g_ascii_isdigit(text[7]) || text[8] != ' ')
        return 0;
    for (guint i = 9; i < 12; i++) {
        if (!g_ascii_isdigit(text[i]))
            return 0;
    }
    return g_ascii_isdigit(text[12]) ? 0 : (guint)g_ascii_strtoull(text + 9, NULL, 10);
}

static gboolean
judge(guint status, gboolean has_login, GError **error)
{
    if (status / 100 == 2)
        return TRUE;
    if (status == 0)
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_PROXY_FAILED,
                            _("what it said is no answer of an HTTP proxy"));
    else if (status == 407 || status == 401) /* tinyproxy's for a wrong password */
        g_set_error(error, G_IO_ERROR,
                    has_login ? G_IO_ERROR_PROXY_AUTH_FAILED : G_IO_ERROR_PROXY_NEED_AUTH, "%u",
                    status);
    else if (status == 403)
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_PROXY_NOT_ALLOWED, "%u", status);
    else
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_PROXY_FAILED,
                    _("the proxy could not do it (HTTP status %u)"), status);
    return FALSE;
}

static GIOStream *
connect_connect(GProxy *proxy, GIOStream *stream, GProxyAddress *address, GCancellable *cancellable,
                GError **error)
{
    g_autofree char *request = make_request(address, error);
    g_autoptr(GString) answer = g_string_new(NULL);
    gboolean has_login = g_proxy_address_get_username(address) != NULL ||
                         g_proxy_address_get_password(address) != NULL;
    gsize room = ANSWER_MAX;
    guint status;

    if (request == NULL ||
        !g_output_stream_write_all(g_io_stream_get_output_stream(stream), request, strlen(request),
                                   NULL, cancellable, error))
        return NULL;
    do {
        if (!read_headers(g_io_stream_get_input_stream(stream), answer, room, cancellable, error))
            return NULL;
        room -= MIN(answer->len, room);
        status = read_status(answer->str);
    } while (status / 100 == 1);
    return judge(status, has_login, error) ? g_object_ref(stream) : NULL;
}

typedef struct {
    GIOStream *stream;
    GProxyAddress *address;
} Errand;

static void
errand_free(gpointer data)
{
    Errand *errand = data;

    g_object_unref(errand->stream);
    g_object_unref(errand->address);
    g_free(errand);
}

/* In a pool thread: what it reads and writes blocks. */
static void
run_errand(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    const Errand *errand = data;
    GError *error = NULL;
    GIOStream *stream =
        connect_connect(source, errand->stream, errand->address, cancellable, &error);

    if (stream != NULL)
        g_task_return_pointer(task, stream, g_object_unref);
    else
        g_task_return_error(task, error);
}

static void
connect_connect_async(GProxy *proxy, GIOStream *stream, GProxyAddress *address,
                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(proxy, cancellable, callback, user_data);
    Errand *errand = g_new(Errand, 1);

    *errand = (Errand){ g_object_ref(stream), g_object_ref(address) };
    g_task_set_task_data(task, errand, errand_free);
    g_task_set_return_on_cancel(task, TRUE);
    g_task_run_in_thread(task, run_errand);
}

static GIOStream *
connect_connect_finish(GProxy *proxy, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

static gboolean
connect_supports_hostname(GProxy *proxy)
{
    return TRUE;
}

static void
connect_implement(GProxyInterface *face)
{
    face->connect = connect_connect;
    face->connect_async = connect_connect_async;
    face->connect_finish = connect_connect_finish;
    face->supports_hostname = connect_supports_hostname;
}

static void
register_connect(void)
{
    static gsize done;
    GProxy *socks;

    if (!g_once_init_enter(&done))
        return;
    /* else the extension point may not be there yet */
    socks = g_proxy_get_default_for_protocol("socks5");
    g_clear_object(&socks);
    g_io_extension_point_implement(G_PROXY_EXTENSION_POINT_NAME, coex_connect_get_type(), PROTOCOL,
                                   0);
    g_once_init_leave(&done, 1);
}

static const char *
get_scheme(CoexProxyKind kind)
{
    switch (kind) {
    case COEX_PROXY_NONE:
        return "direct";
    case COEX_PROXY_HTTP:
        return PROTOCOL;
    case COEX_PROXY_SOCKS4:
        return "socks4";
    case COEX_PROXY_SOCKS4A:
        return "socks4a";
    case COEX_PROXY_SOCKS5:
        return "socks5";
    }
    g_return_val_if_reached("direct");
}

static void
append_escaped(GString *text, const char *prefix, const char *part)
{
    g_autofree char *escaped = g_uri_escape_string(part != NULL ? part : "", NULL, FALSE);

    g_string_append_printf(text, "%s%s", prefix, escaped);
}

GProxyResolver *
coex_tunnel_resolver_new(const CoexProxy *proxy)
{
    static const char *const loopback[] = { "localhost", "127.0.0.0/8", "::1", NULL };
    g_autoptr(GString) uri = g_string_new(NULL);
    g_autofree char *address = NULL;

    if (proxy == NULL || proxy->kind == COEX_PROXY_NONE)
        return NULL;
    register_connect();
    address = coex_proxy_dup_address(proxy);
    g_string_append_printf(uri, "%s://", get_scheme(proxy->kind));
    if (proxy->user != NULL || proxy->password != NULL) {
        append_escaped(uri, "", proxy->user);
        append_escaped(uri, ":", proxy->password);
        g_string_append_c(uri, '@');
    }
    g_string_append(uri, address);
    return g_simple_proxy_resolver_new(uri->str, proxy->spares_loopback ? (char **)loopback : NULL);
}
