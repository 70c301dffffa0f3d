// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/error.h"
#include "net/certificate.h"
#include "sim/certificate.h"
#include "world.h"

#include <glib/gstdio.h>
#include <string.h>

/* The listener over HTTPS: the same requests, and certificates that are renewed meanwhile. */

typedef struct {
    World *world;
    char *folder;
} Site;

static char *
dup_path(const Site *site, const char *name)
{
    return g_build_filename(site->folder, name, NULL);
}

static void
put(const Site *site, const char *name, const char *text)
{
    g_autofree char *path = dup_path(site, name);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static CoexCertificate *
read_certificate(const Site *site, const char *name, const char *key_name, GError **error)
{
    g_autofree char *path = dup_path(site, name);
    g_autofree char *key_path = dup_path(site, key_name);

    return coex_certificate_read(path, key_path, error);
}

static CoexCertificate *
make_certificate(const Site *site, const char *name)
{
    g_autofree char *key = NULL, *certificate = NULL;
    g_autoptr(GError) error = NULL;
    CoexCertificate *made;

    coex_sim_make_certificate(name, &key, &certificate);
    put(site, "key.pem", key);
    put(site, "cert.pem", certificate);
    made = read_certificate(site, "cert.pem", "key.pem", &error);
    g_assert_no_error(error);
    return made;
}

static Site *
site_new(void)
{
    Site *site = g_new0(Site, 1);
    g_autoptr(GError) error = NULL;

    site->folder = g_dir_make_tmp("coex-tls-XXXXXX", NULL);
    site->world = world_new();
    coex_listener_free(site->world->listener);
    site->world->listener = coex_listener_new("127.0.0.1:0", make_certificate(site, "first"),
                                              &world_handler, site->world, &error);
    g_assert_no_error(error);
    return site;
}

static void
site_free(Site *site)
{
    world_free(site->world);
    g_free(site->folder);
    g_free(site);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Site, site_free)

/* ---- clients ---- */

typedef struct {
    GSocketConnection *plain;
    GIOStream *tls;
} Caller;

static gboolean
accept_any(GTlsConnection *connection, GTlsCertificate *certificate, GTlsCertificateFlags errors,
           gpointer user_data)
{
    return TRUE;
}

static Caller *
try_call(Site *site, GError **error)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    Caller *caller = g_new0(Caller, 1);

    g_socket_client_set_enable_proxy(client, FALSE);
    g_socket_client_set_timeout(client, PATIENCE_S);
    caller->plain = g_socket_client_connect_to_host(
        client, "127.0.0.1", (guint16)coex_listener_get_port(site->world->listener), NULL, error);
    g_assert_nonnull(caller->plain);
    caller->tls = g_tls_client_connection_new(G_IO_STREAM(caller->plain), NULL, error);
    g_assert_nonnull(caller->tls);
    g_signal_connect(caller->tls, "accept-certificate", G_CALLBACK(accept_any), NULL);
    g_tls_connection_handshake(G_TLS_CONNECTION(caller->tls), NULL, error);
    return caller;
}

static Caller *
call(Site *site)
{
    g_autoptr(GError) error = NULL;
    Caller *caller = try_call(site, &error);

    g_assert_no_error(error);
    return caller;
}

static void
caller_free(Caller *caller)
{
    g_object_unref(caller->tls);
    g_object_unref(caller->plain);
    g_free(caller);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Caller, caller_free)

static void
tell(Caller *caller, const char *text)
{
    g_autoptr(GError) error = NULL;

    g_output_stream_write_all(g_io_stream_get_output_stream(caller->tls), text, strlen(text), NULL,
                              NULL, &error);
    g_assert_no_error(error);
}

/* The status of the next answer, whose text is taken too. */
static guint
listen_to(Caller *caller)
{
    g_autoptr(GString) head = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    GInputStream *in = g_io_stream_get_input_stream(caller->tls);
    g_autofree char *body = NULL;
    const char *length;
    char byte;

    while (!g_str_has_suffix(head->str, "\r\n\r\n")) {
        g_assert_cmpint(g_input_stream_read(in, &byte, 1, NULL, &error), ==, 1);
        g_string_append_c(head, byte);
    }
    length = strstr(head->str, "Content-Length: ");
    g_assert_nonnull(length);
    body = g_malloc0(g_ascii_strtoull(length + strlen("Content-Length: "), NULL, 10) + 1);
    g_input_stream_read_all(in, body,
                            g_ascii_strtoull(length + strlen("Content-Length: "), NULL, 10), NULL,
                            NULL, &error);
    g_assert_no_error(error);
    return (guint)g_ascii_strtoull(head->str + strlen("HTTP/1.1 "), NULL, 10);
}

static char *
dup_shown_name(const Caller *caller)
{
    GTlsCertificate *shown = g_tls_connection_get_peer_certificate(G_TLS_CONNECTION(caller->tls));

    return g_tls_certificate_get_subject_name(shown);
}

static void
assert_shown(const Caller *caller, const char *name)
{
    g_autofree char *shown = dup_shown_name(caller);

    g_assert_cmpstr(shown, ==, name);
}

/* ---- requests ---- */

static void
test_requests(void)
{
    g_autoptr(Site) site = site_new();
    g_autoptr(Caller) caller = call(site);
    g_autofree char *filler = g_strnfill(COEX_LISTENER_BODY_MAX, 'x');
    g_autofree char *head =
        g_strdup_printf(START "Content-Length: %u\r\n\r\n", COEX_LISTENER_BODY_MAX);

    tell(caller, GOOD GOOD);
    g_assert_cmpuint(listen_to(caller), ==, 200);
    g_assert_cmpuint(listen_to(caller), ==, 200);
    tell(caller, head);
    tell(caller, filler);
    g_assert_cmpuint(listen_to(caller), ==, 200);
    g_assert_cmpuint(g_bytes_get_size(site->world->body), ==, COEX_LISTENER_BODY_MAX);
    tell(caller, "GET /echo?q=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    g_assert_cmpuint(listen_to(caller), ==, 200);
    tell(caller, REFUSED);
    g_assert_cmpuint(listen_to(caller), ==, 401);
}

#define N_CALLERS 20

/* Verdicts come from elsewhere, while the next request is there already. */
static void
test_asleep(void)
{
    g_autoptr(Site) site = site_new();
    g_autoptr(GPtrArray) callers = g_ptr_array_new_with_free_func((GDestroyNotify)caller_free);

    world_hold(site->world, TRUE);
    for (guint i = 0; i < N_CALLERS; i++) {
        g_ptr_array_add(callers, call(site));
        tell(g_ptr_array_index(callers, i), GOOD GOOD);
    }
    for (guint round = 0; round < 2; round++) {
        wait_for_sleeping(site->world, N_CALLERS);
        wake_all(site->world, 200);
        for (guint i = 0; i < N_CALLERS; i++)
            g_assert_cmpuint(listen_to(g_ptr_array_index(callers, i)), ==, 200);
    }
}

/* Who speaks no TLS, an old one or half of one gets no answer, and costs nobody else his. */
static void
test_strangers(void)
{
    g_autoptr(Site) site = site_new();
    g_autoptr(GPtrArray) clients = g_ptr_array_new_with_free_func((GDestroyNotify)hang_up);
    static const char *const texts[] = {
        GOOD,
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "\x16\x03\x01\x02",
        "\x16\x03\x01\x40\x00\x01\xff\xff\xff\xff",
        "\x15\x03\x03\x01\x01\x01",
    };

    for (guint i = 0; i < 100; i++) {
        g_ptr_array_add(clients, dial(site->world));
        say(g_ptr_array_index(clients, i), texts[i % G_N_ELEMENTS(texts)]);
    }
    g_autoptr(Caller) caller = call(site);
    tell(caller, GOOD);
    g_assert_cmpuint(listen_to(caller), ==, 200);
    for (guint i = 0; i < 2; i++)
        g_assert_cmpuint(hear_status(g_ptr_array_index(clients, i)), ==, 0);
    g_assert_cmpuint(site->world->n_complete, ==, 1);
}

/* ---- certificates ---- */

static void
test_renewal(void)
{
    g_autoptr(Site) site = site_new();
    g_autoptr(Caller) first = call(site);

    assert_shown(first, "CN=first");
    coex_listener_set_certificate(site->world->listener, make_certificate(site, "second"));
    coex_listener_set_certificate(site->world->listener, make_certificate(site, "third"));
    /* of two at once the last one counts, and whoever is there stays */
    g_autoptr(Caller) third = call(site);
    assert_shown(third, "CN=third");
    tell(first, GOOD);
    g_assert_cmpuint(listen_to(first), ==, 200);
    for (guint i = 0; i < 20; i++) {
        g_autofree char *name = g_strdup_printf("n%u", i);
        g_autofree char *shown = g_strdup_printf("CN=n%u", i);
        g_autoptr(Caller) next = NULL;

        coex_listener_set_certificate(site->world->listener, make_certificate(site, name));
        next = call(site);
        assert_shown(next, shown);
        tell(next, GOOD);
        g_assert_cmpuint(listen_to(next), ==, 200);
    }
    tell(first, GOOD);
    g_assert_cmpuint(listen_to(first), ==, 200);
}

static void
test_bad_files(void)
{
    g_autoptr(Site) site = site_new();
    g_autofree char *other_key = NULL, *other = NULL;
    static const struct {
        const char *file, *key_file, *says;
    } bad[] = {
        { "none.pem", "key.pem", "Name another file" },
        { "cert.pem", "none.pem", "Name another file" },
        { "empty.pem", "key.pem", "holds no certificate" },
        { "key.pem", "key.pem", "holds no certificate" },
        { "half.pem", "key.pem", "holds no certificate" },
        { "cert.pem", "empty.pem", "holds no key" },
        { "cert.pem", "cert.pem", "holds no key" },
        { "cert.pem", "other-key.pem", "of another certificate" },
    };

    coex_sim_make_certificate("other", &other_key, &other);
    put(site, "other-key.pem", other_key);
    put(site, "empty.pem", "");
    g_autofree char *half = g_strndup(other, strlen(other) / 2);
    put(site, "half.pem", half);
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        g_test_message("%s, %s", bad[i].file, bad[i].key_file);
        g_assert_null(read_certificate(site, bad[i].file, bad[i].key_file, &error));
        g_assert_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT);
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, bad[i].says));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/listener-tls/requests", test_requests);
    g_test_add_func("/listener-tls/asleep", test_asleep);
    g_test_add_func("/listener-tls/strangers", test_strangers);
    g_test_add_func("/listener-tls/renewal", test_renewal);
    g_test_add_func("/listener-tls/bad-files", test_bad_files);
    return g_test_run();
}
