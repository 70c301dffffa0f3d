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

#define REPEATS 3
#define CONNECTIONS 32
#define N_ACK 20000
#define N_PACED 600
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

static double
run_load(const Relay *relay, guint port, GPtrArray *requests)
{
    Load load = { .port = port != 0 ? port : relay->port,
                  .n_connections = CONNECTIONS,
                  .requests = requests };
    double rate;

    load_run(&load);
    rate = load.n_done * (double)G_USEC_PER_SEC / (double)load.took_us;
    load_clear(&load);
    return rate;
}

/* The same requests, one receiver after the other. */
static void
measure_ack(Rig *rig, const Relay *relay)
{
    double ours[REPEATS], listener[REPEATS];

    for (guint i = 0; i < REPEATS; i++) {
        g_autoptr(GPtrArray) requests = rig_make_texts(rig, N_ACK);

        ours[i] = run_load(relay, 0, requests);
        listener[i] = run_load(relay, rig->port, requests);
        rig_wait_shown(rig, rig->n_made);
    }
    bench_figure(&(Figure){ "answered 200 (base: by the plugin)", "1/s",
                            bench_median(ours, REPEATS), bench_median(listener, REPEATS),
                            DEMAND_BASE_SHARE, 0.9 });
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
    desk_end(&desk);
    return NULL;
}

static void
measure_delay(Rig *rig, const Relay *relay, gint64 after)
{
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(GArray) answers = NULL;
    Wait wait = { .relay = relay, .after = after, .first = rig->n_made };
    g_autoptr(GPtrArray) requests = rig_make_texts(rig, N_PACED);
    Load load = {
        .port = relay->port, .n_connections = 8, .rate = PACED_RATE, .requests = requests
    };
    GThread *desk = g_thread_new("desk", wait_for_all, &wait);

    load_run(&load);
    g_thread_join(desk);
    for (guint i = 0; i < N_PACED; i++) {
        gint64 time = wait.came_at[i] - load.sent_at[i];

        g_array_append_val(times, time);
    }
    answers = load_get_times(&load);
    load_clear(&load);
    bench_figure(&(Figure){ "to a desk that waits, p50 (base: to the 200)", "ms",
                            (double)bench_quantile(times, 500) / 1000,
                            (double)bench_quantile(answers, 500) / 1000, DEMAND_AT_MOST, 5 });
    bench_figure(&(Figure){ "to a desk that waits, p99", "ms",
                            (double)bench_quantile(times, 990) / 1000,
                            (double)bench_quantile(answers, 990) / 1000, DEMAND_NONE, 0 });
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

/* @listening: a chat program that takes webhooks by itself. */
static void
measure_show(Rig *listening)
{
    double p50[REPEATS], p99[REPEATS], base_p50[REPEATS], base_p99[REPEATS];
    Rig *rig = rig_new();
    g_autofree char *url = NULL;
    Relay relay = { 0 };

    relay_start(&relay, rig);
    url = g_strdup_printf("relay=http://127.0.0.1:%u/webhook", relay.port);
    rig->options = (const char *const[]){ "listen=off", url, "relay-key=" KEY, NULL };
    rig_start(rig, 0);
    rig_login(rig);
    for (guint i = 0; i < REPEATS; i++) {
        run_paced(rig, relay.port, &p50[i], &p99[i]);
        run_paced(listening, listening->port, &base_p50[i], &base_p99[i]);
    }
    relay_stop(&relay);
    rig_free(rig);
    g_free(relay.database);
    bench_figure(&(Figure){ "webhook to screen, p50 (base: without relay)", "ms",
                            bench_median(p50, REPEATS), bench_median(base_p50, REPEATS),
                            DEMAND_AT_MOST, 5 });
    bench_figure(&(Figure){ "webhook to screen, p99", "ms", bench_median(p99, REPEATS),
                            bench_median(base_p99, REPEATS), DEMAND_NONE, 0 });
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
    return n * (double)G_USEC_PER_SEC / (double)(g_get_monotonic_time() - began);
}

/* The same rows, by SQLite alone. */
static double
select_all(const Relay *relay)
{
    gint64 began = g_get_monotonic_time();
    sqlite3_stmt *query;
    sqlite3 *db;
    gsize n_bytes = 0;
    guint n = 0;

    if (sqlite3_open(relay->database, &db) != SQLITE_OK ||
        sqlite3_prepare_v2(db,
                           "SELECT id, received_at, is_send, header, proof, body FROM entries"
                           " ORDER BY id",
                           -1, &query, NULL) != SQLITE_OK)
        g_error("%s: %s", relay->database, sqlite3_errmsg(db));
    for (; sqlite3_step(query) == SQLITE_ROW; n++) {
        for (int i = 3; i < 6; i++)
            n_bytes +=
                sqlite3_column_blob(query, i) != NULL ? (gsize)sqlite3_column_bytes(query, i) : 0;
    }
    sqlite3_finalize(query);
    sqlite3_close(db);
    if (n_bytes == 0)
        g_error("%s has no entries", relay->database);
    return n * (double)G_USEC_PER_SEC / (double)(g_get_monotonic_time() - began);
}

void
bench_relay(void)
{
    Rig *rig = rig_new();
    Relay relay = { 0 };
    double replayed[REPEATS], selected[REPEATS];
    gint64 newest = 0;

    bench_section("the relay");
    rig_start(rig, 0);
    rig_login(rig);
    relay_start(&relay, rig);
    measure_ack(rig, &relay);
    for (guint i = 0; i < REPEATS; i++)
        replayed[i] = replay(&relay, &newest);
    measure_delay(rig, &relay, newest);
    relay_stop(&relay);
    measure_show(rig);
    for (guint i = 0; i < REPEATS; i++)
        selected[i] = select_all(&relay);
    bench_figure(&(Figure){ "to a new desk (base: a bare SELECT)", "1/s",
                            bench_median(replayed, REPEATS), bench_median(selected, REPEATS),
                            DEMAND_BASE_SHARE, 0.15 });
    g_free(relay.database);
    rig_free(rig);
}
