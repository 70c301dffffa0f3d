// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench.h"
#include "store/store.h"
#include <sqlite3.h>

/* What the login and the memory cost, with nobody and with very many people known. */

#define N_PEOPLE 50000
#define N_LISTED 2000 /* of them, as the plugin's `buddies=active` bounds the list */
#define PEOPLE_IN_BATCH 1000
#define REST_US (2500 * 1000) /* so long its memory was the same, but for: */
#define REST_KB 64

/* ---- people, through the store itself ---- */

typedef struct {
    GMainLoop *loop;
    CoexSnapshot *snapshot;
    guint n_pending;
} Seed;

static void
on_loaded(CoexSnapshot *snapshot, const GError *error, gpointer user_data)
{
    Seed *seed = user_data;

    seed->snapshot = snapshot;
    g_main_loop_quit(seed->loop);
}

static void
on_committed(CoexBatch *batch, const GError *error, gpointer user_data)
{
    Seed *seed = user_data;

    if (error != NULL)
        g_error("people: %s", error->message);
    if (--seed->n_pending == 0)
        g_main_loop_quit(seed->loop);
}

/* A customer with an open window: the costly kind. */
static CoexPerson *
make_person(guint number)
{
    CoexPerson *person = coex_person_new();
    gint64 now = g_get_real_time() / G_USEC_PER_SEC;

    person->id = number + 1;
    person->name = g_strdup_printf("4930%07u", number);
    person->alias = g_strdup_printf("Customer number %u", number);
    person->peer.wa_id = g_strdup(person->name);
    person->peer.user_id = g_strdup_printf("DE.70214458810%08u", number);
    person->active_at = person->last_inbound_at = now - 3600 - number % 3600;
    person->last_inbound_wamid = g_strdup_printf("wamid.HBgLNDkzMDEyMzQ1NjcVAgASGBQz%08u", number);
    return person;
}

static void
add_people(Rig *rig, guint n)
{
    Seed seed = { .loop = g_main_loop_new(NULL, FALSE) };
    g_autoptr(GError) error = NULL;
    CoexStore *store = coex_store_open(rig->database, "bench", &error);

    if (store == NULL)
        g_error("%s", error->message);
    coex_store_load_account(store, "meta", coex_sim_get_number(rig->sim) + 1, NULL, on_loaded,
                            &seed);
    g_main_loop_run(seed.loop);
    for (guint i = 0; i < n; i += PEOPLE_IN_BATCH) {
        CoexBatch *batch = coex_batch_new();

        coex_batch_set_account(batch, seed.snapshot->account_id);
        for (guint k = i; k < MIN(i + PEOPLE_IN_BATCH, n); k++) {
            g_autoptr(CoexPerson) person = make_person(k);

            coex_batch_put_person(batch, person);
        }
        seed.n_pending++;
        coex_store_commit(store, batch, on_committed, &seed);
    }
    g_main_loop_run(seed.loop);
    coex_store_close(store);
    coex_snapshot_free(seed.snapshot);
    g_main_loop_unref(seed.loop);
}

/* ---- start ---- */

static void
read_rows(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        g_error("%s: %s", sql, sqlite3_errmsg(db));
    while (sqlite3_step(statement) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(statement); i++)
            sqlite3_column_text(statement, i);
    }
    sqlite3_finalize(statement);
}

static gint64
time_bare_read(const char *database)
{
    gint64 began = g_get_monotonic_time();
    sqlite3 *db = NULL;

    if (sqlite3_open(database, &db) != SQLITE_OK)
        g_error("%s cannot be opened", database);
    read_rows(db, "SELECT * FROM people");
    read_rows(db, "SELECT * FROM addresses");
    sqlite3_close(db);
    return g_get_monotonic_time() - began;
}

/* The main loop has come to rest when one text has made its way through it. */
static void
show_texts(Rig *rig, guint n)
{
    g_autoptr(GPtrArray) requests = rig_make_texts(rig, n);
    Load load = { .port = rig->port, .n_connections = 1, .requests = requests };

    load_run(&load);
    load_clear(&load);
    rig_wait_shown(rig, rig->n_made);
}

typedef struct {
    Rig *rig;
    Pairs online_ms;
    gint64 gap_us; /* the longest */
    gint64 gap_cpu_us;
} Start;

static void
start_ours(gpointer data, guint pair)
{
    Start *start = data;
    Rig *rig = start->rig;

    rig_start(rig, 0);
    rig_login(rig);
    show_texts(rig, 1);
    start->online_ms.ours[pair] = (double)rig->online_us / 1000;
    start->gap_us = MAX(start->gap_us, rig->screen->gap_us);
    start->gap_cpu_us = MAX(start->gap_cpu_us, rig->screen->gap_cpu_us);
    rig_stop(rig);
}

static void
start_base(gpointer data, guint pair)
{
    Start *start = data;

    start->online_ms.base[pair] = (double)time_bare_read(start->rig->database) / 1000;
}

void
bench_start(void)
{
    Start start = { .rig = rig_new() };

    add_people(start.rig, N_PEOPLE);
    for (guint i = 0; i < BENCH_PAIRS; i++)
        bench_pair(i, start_ours, start_base, &start);
    rig_free(start.rig);
    bench_section("login with 50,000 people known");
    bench_compare(&(Comparison){ "from the login to online", "ms", &start.online_ms,
                                 DEMAND_RATIO_AT_MOST, 2 });
    bench_figure(&(Figure){ "longest turn of the main loop", "ms", (double)start.gap_us / 1000,
                            DEMAND_AT_MOST, 20 });
    bench_figure(&(Figure){ "processor time of the costliest turn", "ms",
                            (double)start.gap_cpu_us / 1000, DEMAND_NONE, 0 });
}

/* ---- memory ---- */

static void
send_chunk(Rig *rig)
{
    g_autoptr(GPtrArray) requests = rig_make_history(rig, 1);
    Load load = { .port = rig->port, .n_connections = 1, .requests = requests };

    load_run(&load);
    load_clear(&load);
    show_texts(rig, 1); /* deliveries are applied in order */
}

typedef struct {
    Pairs online, small, big, people; /* MB */
} Memory;

/* At rest: what was needed for a while goes back to the system a second later. */
static double
get_mb(Rig *rig)
{
    gint64 kb = rig_get_memory(rig);
    gint64 before = kb;

    for (gint64 since = g_get_monotonic_time(); g_get_monotonic_time() - since < REST_US;) {
        g_poll(NULL, 0, 50);
        kb = rig_get_memory(rig);
        if (ABS(kb - before) <= REST_KB)
            continue;
        before = kb;
        since = g_get_monotonic_time();
    }
    return (double)(kb - rig->bare_kb) / 1024;
}

static void
measure_people(gpointer data, guint pair)
{
    Memory *memory = data;
    Rig *rig = rig_new();

    add_people(rig, N_PEOPLE);
    rig_start(rig, 0);
    rig_meet_tls(rig);
    rig_login(rig);
    show_texts(rig, 1);
    memory->people.ours[pair] = get_mb(rig);
    rig_free(rig);
}

/* What libpurple needs for as many buddies as are in the list then, whoever adds them. */
static void
measure_buddies(gpointer data, guint pair)
{
    Memory *memory = data;
    Rig *rig = rig_new();
    g_autofree char *crowd = g_strdup_printf("crowd %u", N_LISTED);
    gint64 before;

    rig_start(rig, 0);
    before = rig_get_memory(rig);
    memory->people.base[pair] = (double)(child_ask(rig->host, crowd, "memory ") - before) / 1024;
    rig_free(rig);
}

/* The base is the same program's, before. */
static void
measure_memory(Memory *memory, guint pair)
{
    Rig *rig = rig_new();

    rig_start(rig, 0);
    rig_meet_tls(rig);
    rig_login(rig);
    memory->online.base[pair] = (double)rig->bare_kb / 1024;
    memory->small.base[pair] = memory->big.base[pair] = memory->online.base[pair];
    show_texts(rig, 1);
    memory->online.ours[pair] = get_mb(rig);
    show_texts(rig, 1000);
    memory->small.ours[pair] = get_mb(rig);
    send_chunk(rig);
    memory->big.ours[pair] = get_mb(rig);
    rig_free(rig);
}

void
bench_memory(void)
{
    Memory memory;
    Pairs each; /* KB: what is ours, and libpurple's */

    for (guint i = 0; i < BENCH_PAIRS; i++) {
        measure_memory(&memory, i);
        bench_pair(i, measure_people, measure_buddies, &memory);
        each.base[i] = memory.people.base[i] * 1024 / N_PEOPLE;
        each.ours[i] =
            (memory.people.ours[i] - memory.online.ours[i]) * 1024 / N_PEOPLE - each.base[i];
    }
    bench_section("private memory above libpurple's own");
    bench_compare(&(Comparison){ "online, TLS used, one text shown", "MB", &memory.online,
                                 DEMAND_AT_MOST, 10 });
    bench_compare(&(Comparison){ "after 1,000 texts in 50 conversations", "MB", &memory.small,
                                 DEMAND_AT_MOST, 10 });
    bench_compare(
        &(Comparison){ "after the first chunk of 3 MB", "MB", &memory.big, DEMAND_AT_MOST, 24 });
    bench_compare(&(Comparison){ "each of 50,000 people; base: 2,000 buddies", "KB", &each,
                                 DEMAND_AT_MOST, 1.2 });
}
