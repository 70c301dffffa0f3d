// SPDX-License-Identifier: GPL-2.0-or-later
#include "front.h"

#include <string.h>

/* Of 127.0.0.1 alone, by nobody whom anybody trusts. */
static const char KEY[] = "-----BEGIN EC PRIVATE KEY-----\n"
                          "MHcCAQEEIM328YoOZI1nSS8tKI47+p6nIEFVvA01kBxAZQLrndlNoAoGCCqGSM49\n"
                          "AwEHoUQDQgAE6pHBty5h6bOL6R9AM1ECr7mWq1toBZReS8KY+gv/uRWF6gylN36n\n"
                          "pn5lgC5FZKdT/5xH7UXovFJx6YQrycC84A==\n"
                          "-----END EC PRIVATE KEY-----\n";
static const char SELF_SIGNED[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBSzCB8aADAgECAgECMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCTEyNy4wLjAu\n"
    "MTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFDESMBAGA1UEAwwJ\n"
    "MTI3LjAuMC4xMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE6pHBty5h6bOL6R9A\n"
    "M1ECr7mWq1toBZReS8KY+gv/uRWF6gylN36npn5lgC5FZKdT/5xH7UXovFJx6YQr\n"
    "ycC84KMyMDAwDwYDVR0RBAgwBocEfwAAATAdBgNVHQ4EFgQU+kGfAzH0sLrxVGLM\n"
    "38zwL0QyypswCgYIKoZIzj0EAwIDSQAwRgIhAJqhDpNBreiI+vUhocD6Wxj/LceM\n"
    "i3VjiyNg5Cr7eqNTAiEAyTW3bE5/ZZ6TEil1csToNHSIBFBHKOEJaRS1vJibUJs=\n"
    "-----END CERTIFICATE-----\n";
static const char EXPIRED[] = "-----BEGIN CERTIFICATE-----\n"
                              "MIIBSDCB76ADAgECAgEBMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCTEyNy4wLjAu\n"
                              "MTAeFw0yMDAxMDEwMDAwMDBaFw0yMTAxMDEwMDAwMDBaMBQxEjAQBgNVBAMMCTEy\n"
                              "Ny4wLjAuMTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABOqRwbcuYemzi+kfQDNR\n"
                              "Aq+5lqtbaAWUXkvCmPoL/7kVheoMpTd+p6Z+ZYAuRWSnU/+cR+1F6LxScemEK8nA\n"
                              "vOCjMjAwMA8GA1UdEQQIMAaHBH8AAAEwHQYDVR0OBBYEFPpBnwMx9LC68VRizN/M\n"
                              "8C9EMsqbMAoGCCqGSM49BAMCA0gAMEUCIDDZBEsJ2FWtEhnWASSDJs31YkXpYogz\n"
                              "o1Jnep3tUSeiAiEAtNhz1EAZgkhQCaB33g1clAQgKeXp7K/vaxy5oHIbFiQ=\n"
                              "-----END CERTIFICATE-----\n";

struct Front {
    GMainContext *context;
    GMainLoop *loop;
    GThread *thread;
    FrontKind kind;
    SoupServer *server;
    SoupSession *session;
    char *url;
    char *behind;
    guint status;
    gboolean drops_headers;
};

typedef struct {
    SoupServerMessage *answer;
} Passage;

static void
on_passed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autofree Passage *passage = user_data;
    SoupMessage *message = soup_session_get_async_result_message(SOUP_SESSION(source), result);
    g_autoptr(GBytes) body = soup_session_send_and_read_finish(SOUP_SESSION(source), result, NULL);

    soup_server_message_set_status(passage->answer,
                                   body != NULL ? soup_message_get_status(message) : 502, NULL);
    soup_server_message_unpause(passage->answer);
    g_object_unref(passage->answer);
}

/* What is not about the connection itself. */
static void
copy_header(const char *name, const char *value, gpointer user_data)
{
    if (g_ascii_strncasecmp(name, "X-", 2) == 0)
        soup_message_headers_append(user_data, name, value);
}

static void
pass_on(Front *front, SoupServerMessage *asked)
{
    const char *query = g_uri_get_query(soup_server_message_get_uri(asked));
    g_autofree char *url = g_strconcat(front->behind, query != NULL ? "?" : "", query, NULL);
    g_autoptr(SoupMessage) message = soup_message_new(soup_server_message_get_method(asked), url);
    g_autoptr(GBytes) body = soup_message_body_flatten(soup_server_message_get_request_body(asked));
    Passage *passage = g_new(Passage, 1);

    if (!front->drops_headers)
        soup_message_headers_foreach(soup_server_message_get_request_headers(asked), copy_header,
                                     soup_message_get_request_headers(message));
    soup_message_set_request_body_from_bytes(message, "application/json", body);
    *passage = (Passage){ g_object_ref(asked) };
    soup_server_message_pause(asked);
    soup_session_send_and_read_async(front->session, message, G_PRIORITY_DEFAULT, NULL, on_passed,
                                     passage);
}

static void
on_request(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
           gpointer user_data)
{
    Front *front = user_data;

    if (front->behind != NULL) {
        pass_on(front, message);
        return;
    }
    soup_server_message_set_response(message, "text/plain", SOUP_MEMORY_STATIC, "hello", 5);
    soup_server_message_set_status(message, front->status, NULL);
}

static GTlsCertificate *
make_certificate(FrontKind kind)
{
    g_autofree char *pem = g_strconcat(kind == FRONT_EXPIRED ? EXPIRED : SELF_SIGNED, KEY, NULL);
    g_autoptr(GError) error = NULL;
    GTlsCertificate *certificate = g_tls_certificate_new_from_pem(pem, -1, &error);

    g_assert_no_error(error);
    return certificate;
}

static void
listen_on(Front *front)
{
    gboolean tls = front->kind == FRONT_EXPIRED || front->kind == FRONT_SELF_SIGNED;
    SoupServerListenOptions way =
        SOUP_SERVER_LISTEN_IPV4_ONLY | (tls ? SOUP_SERVER_LISTEN_HTTPS : 0);
    g_autoptr(GTlsCertificate) certificate = tls ? make_certificate(front->kind) : NULL;
    g_autoptr(GError) error = NULL;
    GSList *uris;

    front->server = soup_server_new("server-header", "tunneld/1.0 ", NULL);
    front->session = soup_session_new();
    soup_server_add_handler(front->server, NULL, on_request, front, NULL);
    if (certificate != NULL)
        soup_server_set_tls_certificate(front->server, certificate);
    soup_server_listen_local(front->server, 0, way, &error);
    g_assert_no_error(error);
    uris = soup_server_get_uris(front->server);
    front->url = g_strdup_printf("%s://127.0.0.1:%d/webhook", g_uri_get_scheme(uris->data),
                                 g_uri_get_port(uris->data));
    g_slist_free_full(uris, (GDestroyNotify)g_uri_unref);
}

static gboolean
on_end(gpointer user_data)
{
    g_main_loop_quit(user_data);
    return G_SOURCE_REMOVE;
}

static gpointer
run(gpointer data)
{
    Front *front = data;

    g_main_context_push_thread_default(front->context);
    g_main_loop_run(front->loop);
    soup_server_disconnect(front->server);
    soup_session_abort(front->session);
    g_object_unref(front->server);
    g_object_unref(front->session);
    g_main_context_pop_thread_default(front->context);
    return NULL;
}

Front *
front_new(FrontKind kind, guint status, const char *behind)
{
    Front *front = g_new0(Front, 1);

    front->kind = kind;
    front->status = status;
    front->behind = g_strdup(behind);
    front->drops_headers = kind == FRONT_DROPS_HEADERS;
    front->context = g_main_context_new();
    front->loop = g_main_loop_new(front->context, FALSE);
    g_main_context_push_thread_default(front->context);
    listen_on(front);
    g_main_context_pop_thread_default(front->context);
    front->thread = g_thread_new("front", run, front);
    return front;
}

const char *
front_get_url(const Front *front)
{
    return g_intern_string(front->url);
}

void
front_free(Front *front)
{
    GSource *end = g_idle_source_new();

    g_source_set_callback(end, on_end, front->loop, NULL);
    g_source_attach(end, front->context);
    g_source_unref(end);
    g_thread_join(front->thread);
    g_main_loop_unref(front->loop);
    g_main_context_unref(front->context);
    g_free(front->url);
    g_free(front->behind);
    g_free(front);
}
