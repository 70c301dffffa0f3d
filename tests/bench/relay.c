// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The relay: how fast it acknowledges beside the plugin's own listener, how soon a desk that waits
 * has what came, and shows it, and how fast a new desk gets all that there is. */

#define CONNECTIONS 32
#define N_ACK 8000
#define N_PACED 300
#define PACED_RATE 200
#define KEY "key-of-the-bench-desk"
#define PATIENCE_US (30 * (gint64)G_USEC_PER_SEC)

/* ---- the program ---- */

typedef struct {
    GSubprocess *process;
    char *database;
    guint port;
} Relay;

static void
wait_until_it_listens(guint port)
{
    gint64 end = g_get_monotonic_time() + PATIENCE_US;
    int fd;

    while ((fd = bench_connect(port)) < 0) {
        if (g_get_monotonic_time() > end)
            g_error("coex-relay does not listen");
        g_poll(NULL, 0, 5);
    }
    close(fd);
}

static void
relay_start(Relay *relay, const Rig *rig)
{
    g_autofree char *program = bench_program("../coex-relay");
    g_autofree char *file = g_build_filename(rig->dir, "relay.conf", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;

    relay->port = rig_find_port();
    relay->database = g_build_filename(rig->dir, "relay.db", NULL);
    text = g_strdup_printf(
        "[relay]\nlisten=127.0.0.1:%u\ndatabase=%s\n[tenant bench]\npath=/webhook\nnumber=%s\n"
        "app-secret=%s\ndesk-key=" KEY "\n",
        relay->port, relay->database, coex_sim_get_number(rig->sim),
        coex_sim_get_app_secret(rig->sim));
    if (!g_file_set_contents(file, text, -1, &error))
        g_error("%s", error->message);
    relay->process = g_subprocess_new(G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, program,
                                      "--config", file, NULL);
    if (relay->process == NULL)
        g_error("%s", error->message);
    wait_until_it_listens(relay->port);
}

static void
relay_stop(Relay *relay)
{
    g_subprocess_send_signal(relay->process, SIGTERM);
    g_subprocess_wait(relay->process, NULL, NULL);
    g_clear_object(&relay->process);
    g_clear_pointer(&relay->database, g_free);
}

/* ---- a desk ---- */

typedef struct {
    int fd;
    gint64 after;
    GString *answer;
} Desk;

static void
desk_begin(Desk *desk, const Relay *relay)
{
    *desk = (Desk){ .fd = bench_connect(relay->port), .answer = g_string_new(NULL) };
    if (desk->fd < 0)
        g_error("the desk: %s", g_strerror(errno));
}

static void
desk_end(Desk *desk)
{
    close(desk->fd);
    g_string_free(desk->answer, TRUE);
}

static void
desk_read(Desk *desk)
{
    char bytes[65536];
    gssize n = recv(desk->fd, bytes, sizeof bytes, 0);

    if (n <= 0)
        g_error("the desk's connection was lost");
    g_string_append_len(desk->answer, bytes, n);
}

/* Where the body of the next answer begins; all of it is there. */
static const char *
desk_ask(Desk *desk, guint wait_s)
{
    g_autofree char *request =
        g_strdup_printf("GET /webhook/deliveries?after=%" G_GINT64_FORMAT "&wait=%u HTTP/1.1\r\n"
                        "Host: x\r\nAuthorization: Bearer " KEY "\r\n\r\n",
                        desk->after, wait_s);
    const char *length = NULL, *body = NULL;
    gsize whole = 0;

    g_string_truncate(desk->answer, 0);
    if (send(desk->fd, request, strlen(request), MSG_NOSIGNAL) < 0)
        g_error("the desk's connection was lost");
    while (body == NULL) {
        desk_read(desk);
        body = strstr(desk->answer->str, "\r\n\r\n");
    }
    length = strcasestr(desk->answer->str, "\r\nContent-Length:");
    if (!g_str_has_prefix(desk->answer->str, "HTTP/1.1 200") || length == NULL)
        g_error("the desk was answered: %.40s", desk->answer->str);
    whole = (gsize)(body + 4 - desk->answer->str) +
            g_ascii_strtoull(length + strlen("\r\nContent-Length:"), NULL, 10);
    while (desk->answer->len < whole)
        desk_read(desk);
    return strstr(desk->answer->str, "\r\n\r\n") + 4;
}

/* Calls @take (NULL: none) for each body, and moves the cursor: how many there were. */
static guint
desk_take(Desk *desk, const char *at, void (*take)(const char *body, gpointer data), gpointer data)
{
    gint64 sequence, received_at, newest;
    gsize length;
    guint n = 0;

    while (sscanf(at,
                  "{\"sequence\":%" G_GINT64_FORMAT ",\"received_at\":%" G_GINT64_FORMAT
                  ",\"length\":%zu",
                  &sequence, &received_at, &length) == 3) {
        at = strchr(at, '\n') + 1;
        if (take != NULL)
            take(at, data);
        at += length + 1;
        n++;
    }
    if (sscanf(at, "{\"relay\":\"%*32c\",\"after\":%" G_GINT64_FORMAT, &newest) != 1)
        g_error("the desk was answered: %.80s", at);
    desk->after = newest;
    return n;
}

/* ---- acknowledged ---- */

typedef struct {
    Rig *rig; /* a chat program that takes webhooks by itself */
    Relay relay;
    char *copy;          /* of the relay's database */
    GPtrArray *requests; /* of the pair: the same to both */
    Pairs acked;
    Pairs replayed;
    Pairs delay_p50, delay_p99; /* to a desk that waits */
    gint64 newest;              /* that a new desk got */
} Bench;

static double
run_load(const Bench *bench, guint port)
{
    Load load = { .port = port, .n_connections = CONNECTIONS, .requests = bench->requests };
    double rate;

    load_run(&load);
    rate = bench_rate(load.n_done, load.took_us);
    load_clear(&load);
    return rate;
}

static void
ack_ours(gpointer data, guint pair)
{
    Bench *bench = data;

    bench->acked.ours[pair] = run_load(bench, bench->relay.port);
}

static void
ack_base(gpointer data, guint pair)
{
    Bench *bench = data;

    bench->acked.base[pair] = run_load(bench, bench->rig->port);
    rig_wait_shown(bench->rig, bench->rig->n_made);
    rig_rest(bench->rig);
}

static void
measure_ack(Bench *bench)
{
    for (guint i = 0; i < BENCH_PAIRS; i++) {
        bench->requests = rig_make_texts(bench->rig, N_ACK);
        bench_pair(i, ack_ours, ack_base, bench);
        g_ptr_array_unref(bench->requests);
    }
    bench_compare(&(Comparison){ "answered 200 (base: by the plugin)", "1/s", &bench->acked,
                                 DEMAND_RATIO_AT_LEAST, 0.9 });
}

/* ---- to a desk that waits ---- */

typedef struct {
    const Relay *relay;
    gint64 after; /* of what came before */
    guint first;  /* number of a text */
    gint64 came_at[N_PACED];
} Wait;

static void
note_arrival(const char *body, gpointer data)
{
    Wait *wait = data;
    const char *text = strstr(body, "bench ");
    guint number = (guint)g_ascii_strtoull(text + strlen("bench "), NULL, 10);

    wait->came_at[number - wait->first] = g_get_monotonic_time();
}

static gpointer
wait_for_all(gpointer data)
{
    Wait *wait = data;
    Desk desk;
    guint n = 0;

    desk_begin(&desk, wait->relay);
    desk.after = wait->after;
    while (n < N_PACED)
        n += desk_take(&desk, desk_ask(&desk, 30), note_arrival, wait);
    wait->after = desk.after;
    desk_end(&desk);
    return NULL;
}

/* Both of a pair come from the same webhooks. */
static void
take_delays(Bench *bench, guint pair)
{
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(GArray) answers = NULL;
    Wait wait = { .relay = &bench->relay, .after = bench->newest, .first = bench->rig->n_made };
    g_autoptr(GPtrArray) requests = rig_make_texts(bench->rig, N_PACED);
    Load load = {
        .port = bench->relay.port, .n_connections = 8, .rate = PACED_RATE, .requests = requests
    };
    GThread *desk = g_thread_new("desk", wait_for_all, &wait);

    load_run(&load);
    g_thread_join(desk);
    bench->newest = wait.after;
    for (guint i = 0; i < N_PACED; i++) {
        gint64 time = wait.came_at[i] - load.sent_at[i];

        g_array_append_val(times, time);
    }
    answers = load_get_times(&load);
    load_clear(&load);
    bench->delay_p50.ours[pair] = (double)bench_quantile(times, 500) / 1000;
    bench->delay_p50.base[pair] = (double)bench_quantile(answers, 500) / 1000;
    bench->delay_p99.ours[pair] = (double)bench_quantile(times, 990) / 1000;
    bench->delay_p99.base[pair] = (double)bench_quantile(answers, 990) / 1000;
}

static void
measure_delay(Bench *bench)
{
    for (guint i = 0; i < BENCH_PAIRS; i++)
        take_delays(bench, i);
    bench_compare(&(Comparison){ "to a desk that waits, p50 (base: to the 200)", "ms",
                                 &bench->delay_p50, DEMAND_AT_MOST, 5 });
    bench_compare(
        &(Comparison){ "to a desk that waits, p99", "ms", &bench->delay_p99, DEMAND_NONE, 0 });
}

/* ---- to the screen of a desk ---- */

/* From the first byte of a webhook to its line, by what listens at @port: quantiles in ms. */
static void
run_paced(Rig *rig, guint port, double *ret_p50, double *ret_p99)
{
    guint n_before = (guint)g_atomic_int_get(&rig->screen->n_shown);
    guint first = rig->n_made;
    g_autoptr(GPtrArray) requests = rig_make_texts(rig, N_PACED);
    g_autoptr(GArray) times = NULL;
    Load load = { .port = port, .n_connections = 8, .rate = PACED_RATE, .requests = requests };

    load_run(&load);
    rig_wait_shown(rig, n_before + N_PACED);
    times = rig_get_show_times(rig, &load, first, load.sent_at);
    *ret_p50 = (double)bench_quantile(times, 500) / 1000;
    *ret_p99 = (double)bench_quantile(times, 990) / 1000;
    load_clear(&load);
}

typedef struct {
    Rig *listening; /* a chat program that takes webhooks by itself */
    Rig *fetching;
    guint relay_port;
    Pairs p50, p99;
} Shows;

static void
show_ours(gpointer data, guint pair)
{
    Shows *shows = data;

    run_paced(shows->fetching, shows->relay_port, &shows->p50.ours[pair], &shows->p99.ours[pair]);
}

static void
show_base(gpointer data, guint pair)
{
    Shows *shows = data;

    run_paced(shows->listening, shows->listening->port, &shows->p50.base[pair],
              &shows->p99.base[pair]);
}

static void
measure_show(Rig *listening)
{
    Rig *rig = rig_new();
    Shows shows = { .listening = listening, .fetching = rig };
    g_autofree char *url = NULL;
    Relay relay = { 0 };

    relay_start(&relay, rig);
    shows.relay_port = relay.port;
    url = g_strdup_printf("relay=http://127.0.0.1:%u/webhook", relay.port);
    rig->options = (const char *const[]){ "listen=off", url, "relay-key=" KEY, NULL };
    rig_start(rig, 0);
    rig_login(rig);
    for (guint i = 0; i < BENCH_PAIRS; i++)
        bench_pair(i, show_ours, show_base, &shows);
    relay_stop(&relay);
    rig_free(rig);
    bench_compare(&(Comparison){ "webhook to screen, p50 (base: without relay)", "ms", &shows.p50,
                                 DEMAND_AT_MOST, 5 });
    bench_compare(&(Comparison){ "webhook to screen, p99", "ms", &shows.p99, DEMAND_NONE, 0 });
}

/* ---- to a new desk ---- */

static double
replay(const Relay *relay, gint64 *ret_newest)
{
    gint64 began = g_get_monotonic_time();
    guint n = 0, taken;
    Desk desk;

    desk_begin(&desk, relay);
    do {
        taken = desk_take(&desk, desk_ask(&desk, 0), NULL, NULL);
        n += taken;
    } while (taken > 0);
    *ret_newest = desk.after;
    desk_end(&desk);
    return bench_rate(n, g_get_monotonic_time() - began);
}

/* The same rows, by SQLite alone. */
static double
select_all(const char *database)
{
    gint64 began = g_get_monotonic_time();
    sqlite3_stmt *query;
    sqlite3 *db;
    gsize n_bytes = 0;
    guint n = 0;

    if (sqlite3_open(database, &db) != SQLITE_OK ||
        sqlite3_prepare_v2(db,
                           "SELECT id, received_at, is_send, header, proof, body FROM entries"
                           " ORDER BY id",
                           -1, &query, NULL) != SQLITE_OK)
        g_error("%s: %s", database, sqlite3_errmsg(db));
    for (; sqlite3_step(query) == SQLITE_ROW; n++) {
        for (int i = 3; i < 6; i++)
            n_bytes +=
                sqlite3_column_blob(query, i) != NULL ? (gsize)sqlite3_column_bytes(query, i) : 0;
    }
    sqlite3_finalize(query);
    sqlite3_close(db);
    if (n_bytes == 0)
        g_error("%s has no entries", database);
    return bench_rate(n, g_get_monotonic_time() - began);
}

static void
replay_ours(gpointer data, guint pair)
{
    Bench *bench = data;

    bench->replayed.ours[pair] = replay(&bench->relay, &bench->newest);
}

static void
replay_base(gpointer data, guint pair)
{
    Bench *bench = data;

    bench->replayed.base[pair] = select_all(bench->copy);
}

static void
measure_replay(Bench *bench)
{
    g_autofree char *database = g_strdup(bench->relay.database);

    relay_stop(&bench->relay);
    bench->copy = bench_copy(database);
    relay_start(&bench->relay, bench->rig);
    for (guint i = 0; i < BENCH_PAIRS; i++)
        bench_pair(i, replay_ours, replay_base, bench);
    g_free(bench->copy);
    bench_compare(&(Comparison){ "to a new desk (base: a bare SELECT)", "1/s", &bench->replayed,
                                 DEMAND_RATIO_AT_LEAST, 0.15 });
}

void
bench_relay(void)
{
    Bench bench = { .rig = rig_new() };

    bench_section("the relay");
    rig_start(bench.rig, 0);
    rig_login(bench.rig);
    relay_start(&bench.relay, bench.rig);
    measure_ack(&bench);
    measure_replay(&bench);
    measure_delay(&bench);
    relay_stop(&bench.relay);
    measure_show(bench.rig);
    rig_free(bench.rig);
}
