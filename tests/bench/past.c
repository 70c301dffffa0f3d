// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench.h"
#include "store/store.h"
#include <json-glib/json-glib.h>
#include <sqlite3.h>
#include <string.h>

/* What the phone had before: its import, and words in all of it. */

#define PATIENCE_US (120 * (gint64)G_USEC_PER_SEC)

static void
run_sql(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        g_error("%s: %s", sql, sqlite3_errmsg(db));
}

/* ---- past ---- */

#define N_CHUNKS 3
#define N_PEOPLE 200
#define N_LIVE 4000 /* more than come meanwhile */
#define LIVE_RATE 50

static const char *
get_text(JsonObject *object, const char *member)
{
    return json_object_get_string_member_with_default(object, member, "");
}

static void
import_thread(sqlite3_stmt *insert, JsonObject *thread)
{
    JsonArray *messages = json_object_get_array_member(thread, "messages");

    for (guint i = 0; i < json_array_get_length(messages); i++) {
        JsonObject *message = json_array_get_object_element(messages, i);
        JsonObject *text = json_object_get_object_member(message, "text");

        sqlite3_bind_text(insert, 1, get_text(message, "id"), -1, SQLITE_STATIC);
        sqlite3_bind_text(insert, 2, get_text(thread, "id"), -1, SQLITE_STATIC);
        sqlite3_bind_int64(insert, 3, g_ascii_strtoll(get_text(message, "timestamp"), NULL, 10));
        sqlite3_bind_text(insert, 4, get_text(text, "body"), -1, SQLITE_STATIC);
        if (sqlite3_step(insert) != SQLITE_DONE)
            g_error("a message was not inserted");
        sqlite3_reset(insert);
    }
}

static JsonObject *
get_first(JsonObject *object, const char *member)
{
    return json_array_get_object_element(json_object_get_array_member(object, member), 0);
}

static void
import_chunk(sqlite3 *db, sqlite3_stmt *insert, const char *body)
{
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    JsonObject *at;
    JsonArray *threads;

    if (!json_parser_load_from_data(parser, body, -1, NULL))
        g_error("the chunk is no JSON");
    at = get_first(json_node_get_object(json_parser_get_root(parser)), "entry");
    at = json_object_get_object_member(get_first(at, "changes"), "value");
    threads = json_object_get_array_member(get_first(at, "history"), "threads");
    run_sql(db, "BEGIN IMMEDIATE");
    for (guint i = 0; i < json_array_get_length(threads); i++)
        import_thread(insert, json_array_get_object_element(threads, i));
    run_sql(db, "COMMIT");
}

/* Messages a second. */
static double
import_bare(const Rig *rig, const GPtrArray *requests, guint n)
{
    g_autofree char *path = g_build_filename(rig->dir, "base-past.db", NULL);
    gint64 began = g_get_monotonic_time();
    sqlite3_stmt *insert = NULL;
    sqlite3 *db = NULL;

    if (sqlite3_open(path, &db) != SQLITE_OK)
        g_error("%s cannot be made", path);
    run_sql(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                "CREATE TABLE messages(id TEXT UNIQUE, peer TEXT, time INTEGER, text TEXT);"
                "CREATE INDEX of_peer ON messages(peer, time)");
    if (sqlite3_prepare_v2(db, "INSERT INTO messages VALUES(?, ?, ?, ?)", -1, &insert, NULL) !=
        SQLITE_OK)
        g_error("%s", sqlite3_errmsg(db));
    for (guint i = 0; i < requests->len; i++) {
        const char *request = g_bytes_get_data(g_ptr_array_index(requests, i), NULL);
        gsize length = g_bytes_get_size(g_ptr_array_index(requests, i));
        const char *body = g_strstr_len(request, (gssize)length, "\r\n\r\n") + 4;
        g_autofree char *copy = g_strndup(body, length - (gsize)(body - request));

        import_chunk(db, insert, copy);
    }
    sqlite3_finalize(insert);
    sqlite3_close(db);
    return bench_rate(n, g_get_monotonic_time() - began);
}

typedef struct {
    Load load;
    gint done;
} Live;

static gpointer
send_live(gpointer data)
{
    Live *live = data;

    load_run(&live->load);
    return NULL;
}

static void
wait_past(const Rig *rig)
{
    gint64 end = g_get_monotonic_time() + PATIENCE_US;

    while (rig->screen->past_at == 0) {
        if (g_get_monotonic_time() > end)
            g_error("the import has not come to its end");
        g_poll(NULL, 0, 2);
    }
}

/* From the 200 to shown, of those that came until the import was done. */
static GArray *
get_live_times(const Rig *rig, const Live *live)
{
    GArray *times = g_array_new(FALSE, FALSE, sizeof(gint64));

    for (guint i = 0; i < live->load.n_done; i++) {
        gint64 time = MAX(rig->screen->shown_at[i] - live->load.acked_at[i], 0);

        if (live->load.acked_at[i] < rig->screen->past_at)
            g_array_append_val(times, time);
    }
    return times;
}

typedef struct {
    Rig *rig; /* both of the pair: an account imports once */
    GPtrArray *chunks;
    guint n; /* messages in them */
    Pairs rate;
    double p99_ms,
        longest_ms; /* 200 to shown meanwhile, the most of all pairs, as all that follow */
    double turn_ms, turn_cpu_ms;
    double grown_mb;
} Past;

static void
note_most(double *most, gint64 value, double unit)
{
    *most = MAX(*most, (double)value / unit);
}

static void
past_ours(gpointer data, guint pair)
{
    Past *past = data;
    Rig *rig = past->rig;
    g_autoptr(GPtrArray) texts = rig_make_texts(rig, N_LIVE);
    Load load = { .port = rig->port, .n_connections = 1, .requests = past->chunks };
    Live live = {
        .load = { .port = rig->port, .n_connections = 4, .rate = LIVE_RATE, .requests = texts }
    };
    gint64 kb = rig_get_memory(rig);
    g_autoptr(GArray) times = NULL;
    GThread *thread;

    rig->screen->gap_us = rig->screen->gap_cpu_us = 0;
    live.load.stop = &live.done;
    thread = g_thread_new("live", send_live, &live);
    load_run(&load);
    wait_past(rig);
    g_atomic_int_set(&live.done, 1);
    g_thread_join(thread);
    rig_wait_shown(rig, live.load.n_done);
    past->rate.ours[pair] = bench_rate(past->n, rig->screen->past_at - load.sent_at[0]);
    times = get_live_times(rig, &live);
    note_most(&past->p99_ms, bench_quantile(times, 990), 1000);
    note_most(&past->longest_ms, bench_quantile(times, 1000), 1000);
    note_most(&past->turn_ms, rig->screen->gap_us, 1000);
    note_most(&past->turn_cpu_ms, rig->screen->gap_cpu_us, 1000);
    note_most(&past->grown_mb, rig_get_memory(rig) - kb, 1024);
    load_clear(&load);
    load_clear(&live.load);
}

static void
past_base(gpointer data, guint pair)
{
    Past *past = data;

    past->rate.base[pair] = import_bare(past->rig, past->chunks, past->n);
}

static void
measure_past(Past *past, guint pair)
{
    past->rig = rig_new();
    rig_start(past->rig, 0);
    rig_login(past->rig);
    past->chunks = rig_make_past(past->rig, N_CHUNKS, N_PEOPLE, &past->n);
    bench_pair(pair, past_ours, past_base, past);
    g_ptr_array_unref(past->chunks);
    rig_free(past->rig);
}

void
bench_past(void)
{
    Past past = { 0 };

    for (guint i = 0; i < BENCH_PAIRS; i++)
        measure_past(&past, i);
    bench_section("the phone's earlier chats, chunks of 3 MB");
    bench_compare(
        &(Comparison){ "messages imported", "1/s", &past.rate, DEMAND_RATIO_AT_LEAST, 0.6 });
    bench_figure(
        &(Figure){ "longest turn of the main loop", "ms", past.turn_ms, DEMAND_AT_MOST, 10 });
    bench_figure(&(Figure){ "processor time of the costliest turn", "ms", past.turn_cpu_ms,
                            DEMAND_NONE, 0 });
    bench_figure(&(Figure){ "200 to shown meanwhile, p99", "ms", past.p99_ms, DEMAND_AT_MOST, 50 });
    bench_figure(
        &(Figure){ "200 to shown meanwhile, longest", "ms", past.longest_ms, DEMAND_NONE, 0 });
    bench_figure(&(Figure){ "private memory afterwards, more than before", "MB", past.grown_mb,
                            DEMAND_AT_MOST, 40 });
}

/* ---- search ---- */

#define N_MESSAGES 100000
#define IN_BATCH 1000
#define N_SEARCHES 10
#define RARE "zanzibar"
#define COMMON "invoice"

typedef struct {
    GMainLoop *loop;
    Rig *rig;
    char *copy; /* of the database, for SQLite alone: the store lets nobody else in */
    CoexStore *store;
    gint64 account_id;
    guint n_pending;
    guint n_found;
    gboolean whole;
} Shelf;

static void
on_loaded(CoexSnapshot *snapshot, const GError *error, gpointer user_data)
{
    Shelf *shelf = user_data;

    if (error != NULL)
        g_error("%s", error->message);
    shelf->account_id = snapshot->account_id;
    coex_snapshot_free(snapshot);
    g_main_loop_quit(shelf->loop);
}

static void
on_committed(CoexBatch *batch, const GError *error, gpointer user_data)
{
    Shelf *shelf = user_data;

    if (error != NULL)
        g_error("messages: %s", error->message);
    if (--shelf->n_pending == 0)
        g_main_loop_quit(shelf->loop);
}

static void
on_found(GPtrArray *lines, gboolean whole, const GError *error, gpointer user_data)
{
    Shelf *shelf = user_data;

    if (error != NULL)
        g_error("search: %s", error->message);
    shelf->n_found = lines->len;
    shelf->whole = whole;
    g_main_loop_quit(shelf->loop);
}

static CoexMessage *
make_message(guint number)
{
    static const char *const words[] = { "order", "bicycle", COMMON,    "street", "morning",
                                         "paint", "kitchen", "parcel",  "number", "window",
                                         "large", "seven",   "tomorrow" };
    CoexMessage *message = coex_message_new();

    message->wamid = g_strdup_printf("wamid.B%u", number);
    message->token = g_strdup_printf("B%u", number);
    message->direction = number % 2 == 0 ? COEX_INBOUND : COEX_ECHO;
    message->time = 1700000000 + number;
    message->past_state = COEX_STATE_READ;
    message->content.text = g_strdup_printf(
        "The %s %u and the %s of %s%s", words[number % G_N_ELEMENTS(words)], number,
        words[number / 13 % G_N_ELEMENTS(words)], words[number / 7 % G_N_ELEMENTS(words)],
        number % 20000 == 77 ? " from " RARE : "");
    return message;
}

static void
fill(Shelf *shelf)
{
    for (guint i = 0; i < N_MESSAGES; i += IN_BATCH) {
        CoexBatch *batch = coex_batch_new();

        coex_batch_set_account(batch, shelf->account_id);
        for (guint k = i; k < i + IN_BATCH; k++) {
            g_autoptr(CoexMessage) message = make_message(k);

            coex_batch_add_past(batch, 1 + k % 300, message, message->time);
        }
        shelf->n_pending++;
        coex_store_commit(shelf->store, batch, on_committed, shelf);
    }
    g_main_loop_run(shelf->loop);
}

static gint64
search(Shelf *shelf, const char *words)
{
    const CoexSearchQuery query = { shelf->account_id, words, G_MAXINT64, G_MAXINT64, 20 };
    gint64 began = g_get_monotonic_time();

    coex_store_search(shelf->store, &query, on_found, shelf);
    g_main_loop_run(shelf->loop);
    return g_get_monotonic_time() - began;
}

/* The longest of some, in ms. */
static double
measure_search(Shelf *shelf, const char *words)
{
    gint64 longest = 0;

    for (guint i = 0; i < N_SEARCHES; i++)
        longest = MAX(longest, search(shelf, words));
    if (shelf->n_found == 0)
        g_error("nothing was found for %s", words);
    return (double)longest / 1000;
}

static double
time_scan(const char *database)
{
    sqlite3 *db = NULL;
    gint64 began;

    if (sqlite3_open(database, &db) != SQLITE_OK)
        g_error("%s cannot be opened", database);
    began = g_get_monotonic_time();
    run_sql(db, "SELECT id FROM messages WHERE text LIKE '%" RARE "%' ORDER BY time DESC LIMIT 20");
    sqlite3_close(db);
    return (double)(g_get_monotonic_time() - began) / 1000;
}

static const struct {
    const char *what;
    const char *words;
} searches[] = {
    { "a word that few have", RARE },
    { "a word that many have", COMMON },
    { "both", COMMON " " RARE },
    { "two characters, in no index", "77" },
};

#define N_KINDS G_N_ELEMENTS(searches)

typedef struct {
    Shelf shelf;
    Pairs ms[N_KINDS];
} Search;

static void
search_ours(gpointer data, guint pair)
{
    Search *search = data;

    for (guint i = 0; i < N_KINDS; i++)
        search->ms[i].ours[pair] = measure_search(&search->shelf, searches[i].words);
}

static void
search_base(gpointer data, guint pair)
{
    Search *search = data;
    double ms = time_scan(search->shelf.copy);

    for (guint i = 0; i < N_KINDS; i++)
        search->ms[i].base[pair] = ms;
}

static void
open_store(Shelf *shelf)
{
    g_autoptr(GError) error = NULL;

    shelf->store = coex_store_open(shelf->rig->database, "bench", &error);
    if (shelf->store == NULL)
        g_error("%s", error->message);
    coex_store_load_account(shelf->store, "meta", "447700900100", NULL, on_loaded, shelf);
    g_main_loop_run(shelf->loop);
}

static void
shelf_open(Shelf *shelf)
{
    shelf->rig = rig_new();
    shelf->loop = g_main_loop_new(NULL, FALSE);
    open_store(shelf);
    fill(shelf);
    while (!shelf->whole)
        search(shelf, RARE);
    coex_store_close(shelf->store);
    shelf->copy = bench_copy(shelf->rig->database);
    open_store(shelf);
}

static void
shelf_close(Shelf *shelf)
{
    coex_store_close(shelf->store);
    g_main_loop_unref(shelf->loop);
    rig_free(shelf->rig);
    g_free(shelf->copy);
}

void
bench_search(void)
{
    Search search = { 0 };

    shelf_open(&search.shelf);
    for (guint i = 0; i < BENCH_PAIRS; i++)
        bench_pair(i, search_ours, search_base, &search);
    bench_section("words in 100,000 messages, the longest of 10");
    for (guint i = 0; i < N_KINDS; i++)
        bench_compare(&(Comparison){ searches[i].what, "ms", &search.ms[i], DEMAND_AT_MOST, 50 });
    shelf_close(&search.shelf);
}
