// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench.h"

/* What arrives: how fast webhooks are acknowledged, and how soon their texts are shown. */

#define CONNECTIONS 32
#define N_ACK 8000
#define N_ACK_SLOW 2000
#define SLOW_SYNC_MS 5

static double
to_ms(gint64 us)
{
    return (double)us / 1000;
}

/* From the first request on to the last of all numbered texts shown, a second. */
static double
wait_shown(Rig *rig, const Load *load)
{
    return bench_rate(load->n_done, rig_wait_shown(rig, rig->n_made) - load->sent_at[0]);
}

/* ---- ack ---- */

typedef struct {
    Rig *rig;
    guint sync_ms;
    GPtrArray *requests; /* of the pair */
    Pairs rate;
    Pairs p99_ms;
    Pairs shown;
} Ack;

static void
run_load(Load *load, double *ret_rate, double *ret_p99_ms)
{
    g_autoptr(GArray) times = NULL;

    load_run(load);
    times = load_get_times(load);
    *ret_rate = bench_rate(load->n_done, load->took_us);
    *ret_p99_ms = to_ms(bench_quantile(times, 990));
}

static void
ack_ours(gpointer data, guint pair)
{
    Ack *ack = data;
    Load load = { .port = ack->rig->port, .n_connections = CONNECTIONS, .requests = ack->requests };

    run_load(&load, &ack->rate.ours[pair], &ack->p99_ms.ours[pair]);
    ack->shown.ours[pair] = wait_shown(ack->rig, &load);
    load_clear(&load);
    rig_rest(ack->rig);
}

static void
ack_base(gpointer data, guint pair)
{
    Ack *ack = data;
    Load load = { .n_connections = CONNECTIONS, .requests = ack->requests };
    Child *base = rig_start_base(ack->rig, ack->sync_ms, &load.port);

    run_load(&load, &ack->rate.base[pair], &ack->p99_ms.base[pair]);
    ack->shown.base[pair] = ack->rate.base[pair];
    load_clear(&load);
    child_free(base);
}

static void
measure_ack(Ack *ack, guint n)
{
    ack->rig = rig_new();
    rig_start(ack->rig, ack->sync_ms);
    rig_login(ack->rig);
    for (guint i = 0; i < BENCH_PAIRS; i++) {
        ack->requests = rig_make_texts(ack->rig, n);
        bench_pair(i, ack_ours, ack_base, ack);
        g_ptr_array_unref(ack->requests);
    }
    rig_free(ack->rig);
}

void
bench_ack(void)
{
    Ack fast = { 0 };
    Ack slow = { .sync_ms = SLOW_SYNC_MS };

    bench_section("durable webhooks, 32 connections");
    measure_ack(&fast, N_ACK);
    bench_compare(&(Comparison){ "answered 200", "1/s", &fast.rate, DEMAND_RATIO_AT_LEAST, 0.8 });
    bench_compare(&(Comparison){ "p99 of the answer", "ms", &fast.p99_ms, DEMAND_AT_MOST, 15 });
    bench_compare(&(Comparison){ "applied and shown (base: answered)", "1/s", &fast.shown,
                                 DEMAND_RATIO_AT_LEAST, 0.4 });
    measure_ack(&slow, N_ACK_SLOW);
    bench_compare(&(Comparison){ "fsync of 5 ms: answered 200", "1/s", &slow.rate,
                                 DEMAND_RATIO_AT_LEAST, 0.8 });
    bench_compare(&(Comparison){ "fsync of 5 ms: p99 of the answer", "ms", &slow.p99_ms,
                                 DEMAND_AT_MOST, 30 });
    bench_compare(&(Comparison){ "fsync of 5 ms: applied and shown", "1/s", &slow.shown,
                                 DEMAND_RATIO_AT_LEAST, 0.4 });
}

/* ---- mixed ---- */

#define N_CHUNKS 8
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
    Rig *rig;
    GPtrArray *chunks; /* both of the pair */
    GPtrArray *texts;
    Pairs p99_ms;
    Pairs small_rate;
    Pairs chunk_rate;
} Mixed;

typedef struct {
    double p99_ms;
    double small_rate;
    double chunk_rate;
    guint n_small; /* answered */
} MixedRun;

static MixedRun
run_mixed(const Mixed *mixed, guint port)
{
    Chunks chunks = { .load = { .port = port, .n_connections = 1, .requests = mixed->chunks } };
    Load texts = { .port = port,
                   .n_connections = SMALL_CONNECTIONS,
                   .requests = mixed->texts,
                   .stop = &chunks.done };
    GThread *thread = g_thread_new("chunks", send_chunks, &chunks);
    g_autoptr(GArray) times = NULL;
    MixedRun run;

    load_run(&texts);
    g_thread_join(thread);
    times = load_get_times(&texts);
    run = (MixedRun){ to_ms(bench_quantile(times, 990)), bench_rate(texts.n_done, texts.took_us),
                      bench_rate(chunks.load.n_done, chunks.load.took_us), texts.n_done };
    load_clear(&texts);
    load_clear(&chunks.load);
    return run;
}

static void
mixed_ours(gpointer data, guint pair)
{
    Mixed *mixed = data;
    guint n = (guint)g_atomic_int_get(&mixed->rig->screen->n_shown);
    MixedRun run = run_mixed(mixed, mixed->rig->port);

    mixed->p99_ms.ours[pair] = run.p99_ms;
    mixed->small_rate.ours[pair] = run.small_rate;
    mixed->chunk_rate.ours[pair] = run.chunk_rate;
    rig_wait_shown(mixed->rig, n + run.n_small);
    rig_rest(mixed->rig);
}

static void
mixed_base(gpointer data, guint pair)
{
    Mixed *mixed = data;
    guint port;
    Child *child = rig_start_base(mixed->rig, 0, &port);
    MixedRun run = run_mixed(mixed, port);

    mixed->p99_ms.base[pair] = run.p99_ms;
    mixed->small_rate.base[pair] = run.small_rate;
    mixed->chunk_rate.base[pair] = run.chunk_rate;
    child_free(child);
}

void
bench_mixed(void)
{
    Mixed mixed = { .rig = rig_new() };

    rig_start(mixed.rig, 0);
    rig_login(mixed.rig);
    for (guint i = 0; i < BENCH_PAIRS; i++) {
        mixed.chunks = rig_make_history(mixed.rig, N_CHUNKS);
        mixed.texts = rig_make_texts(mixed.rig, N_SMALL);
        bench_pair(i, mixed_ours, mixed_base, &mixed);
        g_ptr_array_unref(mixed.chunks);
        g_ptr_array_unref(mixed.texts);
    }
    rig_free(mixed.rig);
    bench_section("small webhooks while chunks of 3 MB arrive");
    bench_compare(&(Comparison){ "p99 of a small one's answer", "ms", &mixed.p99_ms,
                                 DEMAND_RATIO_AT_MOST, 1.1 });
    bench_compare(
        &(Comparison){ "small ones meanwhile", "1/s", &mixed.small_rate, DEMAND_NONE, 0 });
    bench_compare(&(Comparison){ "chunks of 3 MB", "1/s", &mixed.chunk_rate, DEMAND_NONE, 0 });
}

/* ---- show ---- */

#define N_PACED 300
#define PACED_RATE 200
#define N_STORM 10000
#define STORMS 3

typedef struct {
    Rig *rig;
    GPtrArray *requests; /* of the pair */
    Pairs shown_p50;     /* since the 200 */
    Pairs shown_p99;
    Pairs sent_p99;
} Delays;

static void
show_ours(gpointer data, guint pair)
{
    Delays *delays = data;
    Rig *rig = delays->rig;
    Load load = {
        .port = rig->port, .n_connections = 8, .rate = PACED_RATE, .requests = delays->requests
    };
    g_autoptr(GArray) shown = NULL;
    g_autoptr(GArray) sent = NULL;

    load_run(&load);
    rig_wait_shown(rig, rig->n_made);
    shown = rig_get_show_times(rig, &load, rig->n_made - N_PACED, load.acked_at);
    sent = rig_get_show_times(rig, &load, rig->n_made - N_PACED, load.sent_at);
    load_clear(&load);
    delays->shown_p50.ours[pair] = to_ms(bench_quantile(shown, 500));
    delays->shown_p99.ours[pair] = to_ms(bench_quantile(shown, 990));
    delays->sent_p99.ours[pair] = to_ms(bench_quantile(sent, 990));
}

static void
show_base(gpointer data, guint pair)
{
    Delays *delays = data;
    Load load = { .n_connections = 8, .rate = PACED_RATE, .requests = delays->requests };
    Child *child = rig_start_base(delays->rig, 0, &load.port);
    g_autoptr(GArray) times = NULL;

    load_run(&load);
    times = load_get_times(&load);
    load_clear(&load);
    child_free(child);
    delays->shown_p50.base[pair] = to_ms(bench_quantile(times, 500));
    delays->shown_p99.base[pair] = to_ms(bench_quantile(times, 990));
    delays->sent_p99.base[pair] = delays->shown_p99.base[pair];
}

static void
show_delays(Rig *rig)
{
    Delays delays = { .rig = rig };

    for (guint i = 0; i < BENCH_PAIRS; i++) {
        delays.requests = rig_make_texts(rig, N_PACED);
        bench_pair(i, show_ours, show_base, &delays);
        g_ptr_array_unref(delays.requests);
    }
    bench_compare(&(Comparison){ "200 to shown, p50", "ms", &delays.shown_p50, DEMAND_NONE, 0 });
    bench_compare(
        &(Comparison){ "200 to shown, p99", "ms", &delays.shown_p99, DEMAND_AT_MOST, 10 });
    bench_compare(&(Comparison){ "sent to shown, p99", "ms", &delays.sent_p99, DEMAND_NONE, 0 });
}

static void
show_storm(Rig *rig)
{
    double gap = 0;
    double gap_cpu = 0;

    for (guint i = 0; i < STORMS; i++) {
        g_autoptr(GPtrArray) requests = rig_make_texts(rig, N_STORM);
        Load load = { .port = rig->port, .n_connections = CONNECTIONS, .requests = requests };

        rig->screen->gap_us = rig->screen->gap_cpu_us = 0;
        load_run(&load);
        rig_wait_shown(rig, rig->n_made);
        gap = MAX(gap, to_ms(rig->screen->gap_us));
        gap_cpu = MAX(gap_cpu, to_ms(rig->screen->gap_cpu_us));
        load_clear(&load);
    }
    bench_figure(
        &(Figure){ "storm: longest turn of the main loop, of 3", "ms", gap, DEMAND_AT_MOST, 20 });
    bench_figure(
        &(Figure){ "storm: processor time of the costliest turn", "ms", gap_cpu, DEMAND_NONE, 0 });
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
