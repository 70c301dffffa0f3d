// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench.h"
#include "core/api.h"
#include "core/backend.h"
#include "core/peer.h"
#include "net/http.h"
#include <libsoup/soup.h>
#include <time.h>
#include <unistd.h>

/* What leaves: requests and answers of the size of a text, to an API of our own on loopback. The
 * account sends at most 20 a second, as WhatsApp allows; this is what a send costs below that. */

#define N_PLAIN 2000
#define N_TLS 1000

/* This process believes the certificate, as it would one of the system's. The file must stay. */
static char *
trust(const char *certificate)
{
    char *path = NULL;
    g_autoptr(GTlsDatabase) database = NULL;
    int fd = g_file_open_tmp("coex-bench-XXXXXX.pem", &path, NULL);

    close(fd);
    g_file_set_contents(path, certificate, -1, NULL);
    database = g_tls_file_database_new(path, NULL);
    g_tls_backend_set_default_database(g_tls_backend_get_default(), database);
    return path;
}

/* ---- the clients: both keep @n_parallel requests under way ---- */

typedef struct Client Client;
struct Client {
    void (*start)(Client *client); /* one more request */
    GMainLoop *loop;
    guint n_left; /* to start */
    guint n_under_way;
    SoupSession *session;
    GBytes *body;
    CoexHttp *http;
    CoexEndpoint endpoint;
    const char *url;
};

static void
client_next(Client *client)
{
    client->n_under_way--;
    if (client->n_left > 0) {
        client->n_left--;
        client->n_under_way++;
        client->start(client);
    } else if (client->n_under_way == 0) {
        g_main_loop_quit(client->loop);
    }
}

static void
on_bare_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Client *client = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) body =
        soup_session_send_and_read_finish(SOUP_SESSION(source), result, &error);

    if (body == NULL)
        g_error("%s", error->message);
    client_next(client);
}

static void
start_bare(Client *client)
{
    g_autofree char *url = g_strconcat(client->url, "/v26.0/318800000000042/messages", NULL);
    g_autoptr(SoupMessage) message = soup_message_new("POST", url);

    soup_message_add_flags(message, SOUP_MESSAGE_IDEMPOTENT);
    soup_message_headers_replace(soup_message_get_request_headers(message), "Authorization",
                                 "Bearer 0123456789abcdef0123456789abcdef");
    soup_message_set_request_body_from_bytes(message, "application/json", client->body);
    soup_session_send_and_read_async(client->session, message, G_PRIORITY_DEFAULT, NULL,
                                     on_bare_answer, client);
}

static void
on_our_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Client *client = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexResponse) response = coex_http_send_finish(result, &error);
    g_auto(CoexSent) sent = { 0 };

    if (response == NULL || !coex_api_read_sent(response, &sent, &error))
        g_error("%s", error->message);
    client_next(client);
}

static void
start_ours(Client *client)
{
    const CoexPeer peer = { .wa_id = (char *)"12025550147" };
    g_autoptr(CoexRequest) request = coex_api_send_text(
        &client->endpoint, &peer,
        "Your parcel leaves on Saturday morning between ten and twelve. Is there anybody at home?",
        NULL, "3f1c6d0e-8a57-4c0b-9a44-0d2f6f1f9f10");

    coex_http_send_async(client->http, request, NULL, on_our_answer, client);
}

static double
get_thread_cpu_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

typedef struct {
    double rate;
    double cpu_us;
} Sending;

static Sending
run_client(Client *client, guint n, guint n_parallel)
{
    double cpu = get_thread_cpu_us();
    gint64 began = g_get_monotonic_time();

    client->n_left = n - n_parallel;
    client->n_under_way = n_parallel;
    for (guint i = 0; i < n_parallel; i++)
        client->start(client);
    g_main_loop_run(client->loop);
    return (Sending){ n * 1e6 / (double)(g_get_monotonic_time() - began),
                      (get_thread_cpu_us() - cpu) / n };
}

static Sending
send_bare(const Server *server, guint n, guint n_parallel)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    char *body = g_strnfill(300, 'x');
    Client client = { .start = start_bare, .loop = loop, .url = server->url };
    Sending sending;

    client.session = soup_session_new_with_options("max-conns-per-host", 8, NULL);
    client.body = g_bytes_new_take(body, 300);
    sending = run_client(&client, n, n_parallel);
    g_object_unref(client.session);
    g_bytes_unref(client.body);
    return sending;
}

static Sending
send_ours(const Server *server, guint n, guint n_parallel)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    Client client = { .start = start_ours, .loop = loop };
    Sending sending;

    client.http = coex_http_new(20, NULL);
    client.endpoint = (CoexEndpoint){
        .backend = coex_backend_lookup("meta"),
        .base_url = g_strdup(server->url),
        .key = g_strdup("0123456789abcdef0123456789abcdef"),
        .phone_number_id = g_strdup("318800000000042"),
    };
    sending = run_client(&client, n, n_parallel);
    coex_http_free(client.http);
    coex_endpoint_clear(&client.endpoint);
    return sending;
}

/* ---- the figures ---- */

typedef struct {
    const Server *server;
    guint n;
    guint n_parallel;
    Pairs rate;
    Pairs cpu_us;
} Sends;

static void
measure_ours(gpointer data, guint pair)
{
    Sends *sends = data;
    Sending sending = send_ours(sends->server, sends->n, sends->n_parallel);

    sends->rate.ours[pair] = sending.rate;
    sends->cpu_us.ours[pair] = sending.cpu_us;
}

static void
measure_base(gpointer data, guint pair)
{
    Sends *sends = data;
    Sending sending = send_bare(sends->server, sends->n, sends->n_parallel);

    sends->rate.base[pair] = sending.rate;
    sends->cpu_us.base[pair] = sending.cpu_us;
}

static void
compare(const char *what, const Server *server, guint n, guint n_parallel)
{
    Sends sends = { .server = server, .n = n, .n_parallel = n_parallel };
    g_autofree char *cpu = g_strconcat(what, ": processor time each", NULL);

    for (guint i = 0; i < BENCH_PAIRS; i++)
        bench_pair(i, measure_ours, measure_base, &sends);
    bench_compare(&(Comparison){ what, "1/s", &sends.rate, DEMAND_RATIO_AT_LEAST, 0.5 });
    bench_compare(&(Comparison){ cpu, "us", &sends.cpu_us, DEMAND_NONE, 0 });
}

void
bench_send(void)
{
    Server plain = { 0 };
    Server tls = { 0 };
    g_autofree char *certificate = NULL;
    gint before;

    bench_section("texts to an API on loopback");
    server_start(&plain, FALSE);
    compare("plain, one at a time", &plain, N_PLAIN, 1);
    compare("plain, 8 at once", &plain, N_PLAIN, 8);
    server_stop(&plain);
    server_start(&tls, TRUE);
    certificate = trust(tls.certificate);
    compare("TLS, one at a time", &tls, N_TLS, 1);
    before = g_atomic_int_get(&tls.n_connections);
    send_ours(&tls, N_TLS, 1);
    bench_figure(&(Figure){ "TLS handshakes for 1,000 texts", "count",
                            g_atomic_int_get(&tls.n_connections) - before, DEMAND_AT_MOST, 1 });
    server_stop(&tls);
    unlink(certificate);
}
