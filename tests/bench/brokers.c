// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Two relays with nats-server between them: how fast one acknowledges while it hands on, and how
 * fast all of it is at the other. Relays and brokers share this machine's processors and disk. */

#define CONNECTIONS 32
#define N_TEXTS 4000
#define N_RELAYS 2
#define BROKERS_MAX 3
#define PATIENCE_US (60 * (gint64)G_USEC_PER_SEC)

typedef struct {
    GSubprocess *process;
    guint port, metrics_port;
} Relay;

typedef struct {
    guint n_brokers; /* 0: the relay is alone */
    GSubprocess *brokers[BROKERS_MAX];
    guint ports[BROKERS_MAX], routes[BROKERS_MAX];
    Relay relays[N_RELAYS];
    guint n_taken;
} Cluster;

static GSubprocess *
spawn(const char *program, const char *option, const char *file)
{
    g_autoptr(GError) error = NULL;
    GSubprocess *process =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDERR_SILENCE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE,
                         &error, program, option, file, NULL);

    if (process == NULL)
        g_error("%s", error->message);
    return process;
}

static void
stop(GSubprocess **process)
{
    g_subprocess_send_signal(*process, SIGTERM);
    g_subprocess_wait(*process, NULL, NULL);
    g_clear_object(process);
}

static void
wait_until_it_listens(guint port)
{
    gint64 end = g_get_monotonic_time() + PATIENCE_US;
    int fd;

    while ((fd = bench_connect(port)) < 0) {
        if (g_get_monotonic_time() > end)
            g_error("nothing listens on port %u", port);
        g_poll(NULL, 0, 5);
    }
    close(fd);
}

static void
write_file(const char *path, const char *text)
{
    g_autoptr(GError) error = NULL;

    if (!g_file_set_contents(path, text, -1, &error))
        g_error("%s", error->message);
}

/* ---- brokers ---- */

static void
start_broker(Cluster *cluster, const char *dir, guint index)
{
    g_autofree char *file = g_strdup_printf("%s/broker-%u.conf", dir, index);
    g_autoptr(GString) text = g_string_new(NULL);

    g_string_append_printf(text,
                           "listen: \"127.0.0.1:%u\"\nserver_name: broker-%u\n"
                           "jetstream { store_dir: \"%s/broker-%u-%u\" }\n",
                           cluster->ports[index], index, dir, cluster->n_brokers, index);
    for (guint i = 0; cluster->n_brokers > 1 && i < cluster->n_brokers; i++)
        g_string_append_printf(text,
                               i > 0 ? ", \"nats://127.0.0.1:%u\""
                                     : "cluster { name: bench, routes: [\"nats://127.0.0.1:%u\"",
                               cluster->routes[i]);
    if (cluster->n_brokers > 1)
        g_string_append_printf(text, "], listen: \"127.0.0.1:%u\" }\n", cluster->routes[index]);
    write_file(file, text->str);
    cluster->brokers[index] = spawn("nats-server", "-c", file);
    wait_until_it_listens(cluster->ports[index]);
}

/* ---- relays ---- */

static void
start_relay(Cluster *cluster, const Rig *rig, guint index)
{
    Relay *relay = &cluster->relays[index];
    g_autofree char *program = bench_program("../coex-relay");
    g_autofree char *file = g_strdup_printf("%s/relay-%u.conf", rig->dir, index);
    g_autoptr(GString) text = g_string_new("[relay]\n");

    relay->port = rig_find_port();
    relay->metrics_port = rig_find_port();
    g_string_append_printf(text,
                           "listen=127.0.0.1:%u\nmetrics=127.0.0.1:%u\n"
                           "database=%s/relay-%u-%u.db\ndisk-limit-mb=512\n",
                           relay->port, relay->metrics_port, rig->dir, cluster->n_brokers, index);
    for (guint i = 0; i < cluster->n_brokers; i++)
        g_string_append_printf(text, "%s127.0.0.1:%u", i > 0 ? "," : "nats=", cluster->ports[i]);
    if (cluster->n_brokers > 0)
        g_string_append_printf(text, "\nreplicas=%u\n", cluster->n_brokers);
    g_string_append_printf(text,
                           "[tenant bench]\npath=/webhook\nnumber=%s\napp-secret=%s\n"
                           "desk-key=key-of-the-bench-desk\n",
                           coex_sim_get_number(rig->sim), coex_sim_get_app_secret(rig->sim));
    write_file(file, text->str);
    relay->process = spawn(program, "--config", file);
    wait_until_it_listens(relay->port);
}

/* What its metrics say; 0 before they say anything. */
static guint
look(const Relay *relay, const char *name)
{
    static const char request[] = "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    g_autoptr(GString) answer = g_string_new(NULL);
    int fd = bench_connect(relay->metrics_port);
    char bytes[4096];
    gssize n;
    const char *at;

    if (fd < 0)
        return 0;
    if (write(fd, request, strlen(request)) < 0)
        g_error("the relay does not tell how it stands");
    while ((n = read(fd, bytes, sizeof bytes)) > 0)
        g_string_append_len(answer, bytes, n);
    close(fd);
    at = strstr(answer->str, name);
    return at != NULL ? (guint)g_ascii_strtoull(at + strlen(name), NULL, 10) : 0;
}

static void
wait_until(const Relay *relay, const char *name, guint value)
{
    gint64 end = g_get_monotonic_time() + PATIENCE_US;

    while (look(relay, name) < value) {
        if (g_get_monotonic_time() > end)
            g_error("%s stays at %u, not %u", name, look(relay, name), value);
        g_poll(NULL, 0, 2);
    }
}

static void
cluster_start(Cluster *cluster, const Rig *rig, guint n_brokers)
{
    *cluster = (Cluster){ .n_brokers = n_brokers };
    for (guint i = 0; i < n_brokers; i++) {
        cluster->ports[i] = rig_find_port();
        cluster->routes[i] = rig_find_port();
    }
    for (guint i = 0; i < n_brokers; i++)
        start_broker(cluster, rig->dir, i);
    for (guint i = 0; i < (n_brokers > 0 ? N_RELAYS : 1); i++) {
        start_relay(cluster, rig, i);
        if (n_brokers > 0)
            wait_until(&cluster->relays[i], "\ncoex_relay_brokers_up ", 1);
    }
}

static void
cluster_stop(Cluster *cluster)
{
    for (guint i = 0; i < (cluster->n_brokers > 0 ? N_RELAYS : 1); i++)
        stop(&cluster->relays[i].process);
    for (guint i = 0; i < cluster->n_brokers; i++)
        stop(&cluster->brokers[i]);
}

/* ---- figures ---- */

typedef struct {
    Rig *rig;
    Cluster alone;
    Cluster shared;
    Pairs acked;
    Pairs there;
} Relays;

/* How many a second the first relay acknowledged, and are at the other. */
static void
measure(Cluster *cluster, Rig *rig, double *ret_acked, double *ret_there)
{
    g_autoptr(GPtrArray) requests = rig_make_texts(rig, N_TEXTS);
    Load load = { .port = cluster->relays[0].port,
                  .n_connections = CONNECTIONS,
                  .requests = requests };
    gint64 began = g_get_monotonic_time();

    load_run(&load);
    *ret_acked = bench_rate(N_TEXTS, load.took_us);
    load_clear(&load);
    cluster->n_taken += N_TEXTS;
    if (cluster->n_brokers > 0)
        wait_until(&cluster->relays[1], "\ncoex_relay_stored{tenant=\"bench\"} ", cluster->n_taken);
    *ret_there = bench_rate(N_TEXTS, g_get_monotonic_time() - began);
}

static void
measure_shared(gpointer data, guint pair)
{
    Relays *relays = data;

    measure(&relays->shared, relays->rig, &relays->acked.ours[pair], &relays->there.ours[pair]);
}

static void
measure_alone(gpointer data, guint pair)
{
    Relays *relays = data;

    measure(&relays->alone, relays->rig, &relays->acked.base[pair], &relays->there.base[pair]);
    relays->there.base[pair] = relays->acked.base[pair];
}

static void
measure_cluster(Relays *relays, guint n_brokers)
{
    gboolean one = n_brokers == 1;

    cluster_start(&relays->shared, relays->rig, n_brokers);
    for (guint i = 0; i < BENCH_PAIRS; i++)
        bench_pair(i, measure_shared, measure_alone, relays);
    cluster_stop(&relays->shared);
    bench_compare(&(Comparison){ one ? "acknowledged, one broker (base: none)"
                                     : "acknowledged, three brokers (base: none)",
                                 "1/s", &relays->acked, DEMAND_NONE, 0 });
    bench_compare(
        &(Comparison){ one ? "at the other relay, one broker" : "at the other relay, three brokers",
                       "1/s", &relays->there, DEMAND_NONE, 0 });
}

void
bench_brokers(void)
{
    g_autofree char *program = g_find_program_in_path("nats-server");
    Relays relays = { 0 };

    bench_section("two relays, all on this machine");
    if (program == NULL) {
        printf("nats-server is not installed\n");
        return;
    }
    relays.rig = rig_new();
    cluster_start(&relays.alone, relays.rig, 0);
    for (guint n = 1; n <= BROKERS_MAX; n += 2)
        measure_cluster(&relays, n);
    cluster_stop(&relays.alone);
    rig_free(relays.rig);
}
