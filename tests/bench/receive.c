// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench.h"

/* What arrives: how fast webhooks are acknowledged, and how soon their texts are shown. */

#define REPEATS 3
#define CONNECTIONS 32
#define N_ACK 20000
#define N_ACK_SLOW 4000
#define SLOW_SYNC_MS 5

static double
to_ms(gint64 us)
{
    return (double)us / 1000;
}

static double
to_rate(guint n, gint64 us)
{
    return n * (double)G_USEC_PER_SEC / (double)us;
}

/* ---- ack ---- */

typedef struct {
    double rate[REPEATS];
    double p99_ms[REPEATS];
} Rates;

static void
run_load(Load *load, Rates *rates, guint repeat)
{
    g_autoptr(GArray) times = NULL;

    load_run(load);
    times = load_get_times(load);
    rates->rate[repeat] = to_rate(load->n_done, load->took_us);
    rates->p99_ms[repeat] = to_ms(bench_quantile(times, 990));
}

static void
measure_ack(guint n, guint sync_ms, Rates *ret_ours, Rates *ret_base, double *ret_drained)
{
    Rig *rig = rig_new();

    rig_start(rig, sync_ms);
    rig_login(rig);
    for (guint i = 0; i < REPEATS; i++) {
        g_autoptr(GPtrArray) requests = rig_make_texts(rig, n);
        Load load = { .n_connections = CONNECTIONS, .requests = requests };
        Child *base = rig_start_base(rig, sync_ms, &load.port);

        run_load(&load, ret_base, i);
        load_clear(&load);
        child_free(base);
        load.port = rig->port;
        run_load(&load, ret_ours, i);
        ret_drained[i] = to_rate(n, rig_wait_shown(rig, rig->n_made) - load.sent_at[0]);
        load_clear(&load);
    }
    rig_free(rig);
}

void
bench_ack(void)
{
    Rates ours;
    Rates base;
    double drained[REPEATS];

    bench_section("durable webhooks, 32 connections");
    measure_ack(N_ACK, 0, &ours, &base, drained);
    bench_figure(&(Figure){ "answered 200", "1/s", bench_median(ours.rate, REPEATS),
                            bench_median(base.rate, REPEATS), DEMAND_BASE_SHARE, 0.6 });
    bench_figure(&(Figure){ "p99 of the answer", "ms", bench_median(ours.p99_ms, REPEATS),
                            bench_median(base.p99_ms, REPEATS), DEMAND_AT_MOST, 15 });
    bench_figure(&(Figure){ "applied and shown, from the first request on", "1/s",
                            bench_median(drained, REPEATS), bench_median(base.rate, REPEATS),
                            DEMAND_NONE, 0 });
    measure_ack(N_ACK_SLOW, SLOW_SYNC_MS, &ours, &base, drained);
    bench_figure(&(Figure){ "fsync of 5 ms: answered 200", "1/s", bench_median(ours.rate, REPEATS),
                            bench_median(base.rate, REPEATS), DEMAND_AT_LEAST, 2000 });
    bench_figure(&(Figure){ "fsync of 5 ms: p99 of the answer", "ms",
                            bench_median(ours.p99_ms, REPEATS), bench_median(base.p99_ms, REPEATS),
                            DEMAND_AT_MOST, 30 });
    bench_figure(&(Figure){ "fsync of 5 ms: applied and shown", "1/s",
                            bench_median(drained, REPEATS), bench_median(base.rate, REPEATS),
                            DEMAND_NONE, 0 });
}

/* ---- mixed ---- */

#define N_CHUNKS 20
#define N_SMALL 20000 /* more than can be answered meanwhile */
#define SMALL_CONNECTIONS 8

typedef struct {
    Load load;
    gint done;
} Chunks;

static gpointer
send_chunks(gpointer data)
{
    Chunks *chunks = data;

    load_run(&chunks->load);
    g_atomic_int_set(&chunks->done, 1);
    return NULL;
}

typedef struct {
    double p99_ms[REPEATS];
    double small_rate[REPEATS];
    double chunk_rate[REPEATS];
} Mixed;

/* Gives how many small ones were answered. */
static guint
run_mixed(const Load *big, const Load *small, Mixed *mixed, guint repeat)
{
    Chunks chunks = { .load = *big };
    Load texts = *small;
    GThread *thread = g_thread_new("chunks", send_chunks, &chunks);
    g_autoptr(GArray) times = NULL;

    texts.stop = &chunks.done;
    load_run(&texts);
    g_thread_join(thread);
    times = load_get_times(&texts);
    mixed->p99_ms[repeat] = to_ms(bench_quantile(times, 990));
    mixed->small_rate[repeat] = to_rate(texts.n_done, texts.took_us);
    mixed->chunk_rate[repeat] = to_rate(chunks.load.n_done, chunks.load.took_us);
    load_clear(&texts);
    load_clear(&chunks.load);
    return texts.n_done;
}

static void
repeat_mixed(Rig *rig, Mixed *ours, Mixed *base, guint repeat)
{
    g_autoptr(GPtrArray) chunks = rig_make_history(rig, N_CHUNKS);
    g_autoptr(GPtrArray) texts = rig_make_texts(rig, N_SMALL);
    Load big = { .n_connections = 1, .requests = chunks };
    Load small = { .n_connections = SMALL_CONNECTIONS, .requests = texts };
    guint port, n;
    Child *child = rig_start_base(rig, 0, &port);

    big.port = small.port = port;
    run_mixed(&big, &small, base, repeat);
    child_free(child);
    big.port = small.port = rig->port;
    n = (guint)g_atomic_int_get(&rig->screen->n_shown);
    n += run_mixed(&big, &small, ours, repeat);
    rig_wait_shown(rig, n); /* or the next repeat meets what this one left to do */
}

void
bench_mixed(void)
{
    Rig *rig = rig_new();
    Mixed ours;
    Mixed base;

    rig_start(rig, 0);
    rig_login(rig);
    for (guint i = 0; i < REPEATS; i++)
        repeat_mixed(rig, &ours, &base, i);
    rig_free(rig);
    bench_section("small webhooks while chunks of 3 MB arrive");
    bench_figure(&(Figure){ "p99 of a small one's answer, 8 connections", "ms",
                            bench_median(ours.p99_ms, REPEATS), bench_median(base.p99_ms, REPEATS),
                            DEMAND_AT_MOST, 50 });
    bench_figure(&(Figure){ "small ones meanwhile", "1/s", bench_median(ours.small_rate, REPEATS),
                            bench_median(base.small_rate, REPEATS), DEMAND_NONE, 0 });
    bench_figure(&(Figure){ "chunks of 3 MB", "1/s", bench_median(ours.chunk_rate, REPEATS),
                            bench_median(base.chunk_rate, REPEATS), DEMAND_NONE, 0 });
}

/* ---- show ---- */

#define N_PACED 600
#define PACED_RATE 200
#define N_STORM 10000

typedef struct {
    double base_p50[REPEATS];
    double base_p99[REPEATS];
    double committed_p50[REPEATS];
    double committed_p99[REPEATS];
    double sent_p99[REPEATS];
} Delays;

static void
show_one_by_one(Rig *rig, Delays *delays, guint repeat)
{
    g_autoptr(GPtrArray) requests = rig_make_texts(rig, N_PACED);
    Load load = { .n_connections = 8, .rate = PACED_RATE, .requests = requests };
    Child *child = rig_start_base(rig, 0, &load.port);
    g_autoptr(GArray) base = NULL;
    g_autoptr(GArray) committed = NULL;
    g_autoptr(GArray) sent = NULL;

    load_run(&load);
    base = load_get_times(&load);
    load_clear(&load);
    child_free(child);
    load.port = rig->port;
    load_run(&load);
    rig_wait_shown(rig, rig->n_made);
    committed = rig_get_show_times(rig, &load, rig->n_made - N_PACED, load.acked_at);
    sent = rig_get_show_times(rig, &load, rig->n_made - N_PACED, load.sent_at);
    load_clear(&load);
    delays->base_p50[repeat] = to_ms(bench_quantile(base, 500));
    delays->base_p99[repeat] = to_ms(bench_quantile(base, 990));
    delays->committed_p50[repeat] = to_ms(bench_quantile(committed, 500));
    delays->committed_p99[repeat] = to_ms(bench_quantile(committed, 990));
    delays->sent_p99[repeat] = to_ms(bench_quantile(sent, 990));
}

static void
show_delays(Rig *rig)
{
    Delays delays;
    double base;

    for (guint i = 0; i < REPEATS; i++)
        show_one_by_one(rig, &delays, i);
    base = bench_median(delays.base_p99, REPEATS);
    bench_figure(&(Figure){ "200 to shown, p50", "ms", bench_median(delays.committed_p50, REPEATS),
                            bench_median(delays.base_p50, REPEATS), DEMAND_NONE, 0 });
    bench_figure(&(Figure){ "200 to shown, p99", "ms", bench_median(delays.committed_p99, REPEATS),
                            base, DEMAND_AT_MOST, 10 });
    bench_figure(&(Figure){ "sent to shown, p99", "ms", bench_median(delays.sent_p99, REPEATS),
                            base, DEMAND_NONE, 0 });
}

static void
show_storm(Rig *rig)
{
    double gap = 0;
    double gap_cpu = 0;
    double rate[REPEATS];

    for (guint i = 0; i < REPEATS; i++) {
        g_autoptr(GPtrArray) requests = rig_make_texts(rig, N_STORM);
        Load load = { .port = rig->port, .n_connections = CONNECTIONS, .requests = requests };

        rig->screen->gap_us = rig->screen->gap_cpu_us = 0;
        load_run(&load);
        rate[i] = to_rate(N_STORM, rig_wait_shown(rig, rig->n_made) - load.sent_at[0]);
        gap = MAX(gap, to_ms(rig->screen->gap_us));
        gap_cpu = MAX(gap_cpu, to_ms(rig->screen->gap_cpu_us));
        load_clear(&load);
    }
    bench_figure(&(Figure){ "storm: longest turn of the main loop, of 3", "ms", gap, 0,
                            DEMAND_AT_MOST, 20 });
    bench_figure(&(Figure){ "storm: processor time of the costliest turn", "ms", gap_cpu, 0,
                            DEMAND_NONE, 0 });
    bench_figure(&(Figure){ "storm: messages shown, all in all", "1/s", bench_median(rate, REPEATS),
                            0, DEMAND_NONE, 0 });
}

void
bench_show(void)
{
    Rig *rig = rig_new();

    rig_start(rig, 0);
    rig_login(rig);
    bench_section("from the disk to the eye; a storm of 10,000");
    show_delays(rig);
    show_storm(rig);
    rig_free(rig);
}
