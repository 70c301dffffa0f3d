// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/relay.h"

#include "sim/sim.h"
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <string.h>

#define PATH "/bakery"
#define BATCH 256
#define FLOOD 300

typedef struct {
    gint64 sequence;
    gint64 received_at; /* ms */
    gboolean is_send;
    char *header;
    char *value;
    GBytes *body;
} Entry;

typedef struct {
    CoexSimRelay *relay;
    SoupServerMessage *message;
    gint64 after;
    GSource *late;
} Waiter;

struct CoexSimRelay {
    char *key;
    guint port;
    const char *url;
    GThread *thread;
    GMainContext *context;
    GMainLoop *loop;
    SoupServer *server;
    GMutex lock;
    CoexSimRelayMood mood;
    GPtrArray *entries;
    gint64 newest;
    char *log;
    guint n_logs;
    guint n_asked;
    GPtrArray *waiters; /* its thread's own */
};

static void
entry_free(gpointer data)
{
    Entry *entry = data;

    g_free(entry->header);
    g_free(entry->value);
    g_bytes_unref(entry->body);
    g_free(entry);
}

/* ---- what is handed out ---- */

static void append_line(GByteArray *answer, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
append_line(GByteArray *answer, const char *format, ...)
{
    g_autofree char *line = NULL;
    va_list args;

    va_start(args, format);
    line = g_strdup_vprintf(format, args);
    va_end(args);
    g_byte_array_append(answer, (const guint8 *)line, (guint)strlen(line));
    g_byte_array_append(answer, (const guint8 *)"\n", 1);
}

static void
append_entry(GByteArray *answer, const Entry *entry, gsize length)
{
    gsize size;
    const guint8 *bytes = g_bytes_get_data(entry->body, &size);
    g_autofree char *headers = entry->header != NULL
                                   ? g_strdup_printf("\"%s\":\"%s\"", entry->header, entry->value)
                                   : g_strdup("");

    append_line(answer,
                "{\"sequence\":%" G_GINT64_FORMAT ",\"received_at\":%" G_GINT64_FORMAT
                ",\"length\":%" G_GSIZE_FORMAT "%s,\"headers\":{%s}}",
                entry->sequence, entry->received_at, length,
                entry->is_send ? ",\"kind\":\"send\"" : "", headers);
    g_byte_array_append(answer, bytes, (guint)size);
    g_byte_array_append(answer, (const guint8 *)"\n", 1);
}

static void
append_end(const CoexSimRelay *relay, GByteArray *answer, gint64 after)
{
    const Entry *first = relay->entries->len > 0 ? g_ptr_array_index(relay->entries, 0) : NULL;
    gint64 ahead = relay->mood == COEX_SIM_RELAY_HASTY ? 1000 : 0;

    append_line(answer,
                "{\"relay\":\"%s\",\"after\":%" G_GINT64_FORMAT ",\"oldest\":%" G_GINT64_FORMAT
                ",\"newest\":%" G_GINT64_FORMAT "}",
                relay->log, after, first != NULL ? first->sequence : relay->newest,
                relay->newest + ahead);
}

/* Its real bytes are @length long only where that is @size. */
static void
append_all(const CoexSimRelay *relay, GByteArray *answer, gint64 after)
{
    guint n = 0;
    gint64 next = MIN(after, relay->newest);

    for (guint i = 0; i < relay->entries->len && n < BATCH; i++) {
        const Entry *entry = g_ptr_array_index(relay->entries, i);
        gsize size = g_bytes_get_size(entry->body);

        if (entry->sequence <= after)
            continue;
        n++;
        next = entry->sequence;
        if (relay->mood == COEX_SIM_RELAY_LONG_BODY)
            size = 64 * 1024 * 1024;
        if (relay->mood == COEX_SIM_RELAY_WRONG_LENGTH)
            size--;
        append_entry(answer, entry, size);
        if (relay->mood == COEX_SIM_RELAY_REPEATS)
            append_entry(answer, entry, size);
    }
    append_end(relay, answer, relay->mood == COEX_SIM_RELAY_BEYOND ? next + 1000 : next);
}

static void
append_flood(const CoexSimRelay *relay, GByteArray *answer, gint64 after)
{
    for (guint i = 0; i < FLOOD; i++) {
        append_line(answer, "{\"sequence\":%" G_GINT64_FORMAT ",\"length\":2,\"headers\":{}}",
                    after + 1 + i);
        append_line(answer, "{}");
    }
}

static GByteArray *
render(const CoexSimRelay *relay, gint64 after)
{
    GByteArray *answer = g_byte_array_new();

    switch (relay->mood) {
    case COEX_SIM_RELAY_PAGE:
        append_line(answer, "<html><body>Welcome to this hotel's network</body></html>");
        break;
    case COEX_SIM_RELAY_LONG_LINE:
    case COEX_SIM_RELAY_ENDLESS: {
        gsize length = relay->mood == COEX_SIM_RELAY_ENDLESS ? 40 * 1024 * 1024 : 100 * 1024;
        g_autofree char *junk = g_strnfill(length, 'x');

        if (relay->mood == COEX_SIM_RELAY_ENDLESS)
            for (guint i = 79; i < length; i += 80)
                junk[i] = '\n';
        g_byte_array_append(answer, (const guint8 *)junk, (guint)length);
        break;
    }
    case COEX_SIM_RELAY_TOO_MANY:
        append_flood(relay, answer, after);
        break;
    case COEX_SIM_RELAY_GOES_ON:
        append_all(relay, answer, after);
        append_line(answer, "{}");
        break;
    case COEX_SIM_RELAY_BREAKS_OFF:
        append_all(relay, answer, after);
        g_byte_array_set_size(answer, answer->len / 2);
        break;
    default:
        append_all(relay, answer, after);
    }
    return answer;
}

static void
answer(CoexSimRelay *relay, SoupServerMessage *message, gint64 after)
{
    static const guint statuses[] = { [COEX_SIM_RELAY_AWAY] = 503,
                                      [COEX_SIM_RELAY_REFUSES] = 401,
                                      [COEX_SIM_RELAY_LOST] = 404,
                                      [COEX_SIM_RELAY_REDIRECTS] = 302 };
    guint status = relay->mood < G_N_ELEMENTS(statuses) ? statuses[relay->mood] : 0;
    g_autoptr(GByteArray) bytes = NULL;

    soup_server_message_set_status(message, status != 0 ? status : 200, NULL);
    if (relay->mood == COEX_SIM_RELAY_REDIRECTS)
        soup_message_headers_replace(soup_server_message_get_response_headers(message), "Location",
                                     "http://127.0.0.1:9/elsewhere");
    if (status != 0)
        return;
    bytes = render(relay, after);
    soup_server_message_set_response(message, "application/x-coex-deliveries", SOUP_MEMORY_COPY,
                                     (const char *)bytes->data, bytes->len);
}

/* ---- who waits: its thread ---- */

static void
waiter_free(gpointer data)
{
    Waiter *waiter = data;

    g_signal_handlers_disconnect_by_data(waiter->message, waiter);
    g_object_unref(waiter->message);
    g_source_destroy(waiter->late);
    g_source_unref(waiter->late);
    g_free(waiter);
}

static void
answer_waiter(Waiter *waiter)
{
    answer(waiter->relay, waiter->message, waiter->after);
    soup_server_message_unpause(waiter->message);
    g_ptr_array_remove_fast(waiter->relay->waiters, waiter);
}

static void
answer_waiters(CoexSimRelay *relay)
{
    while (relay->waiters->len > 0)
        answer_waiter(g_ptr_array_index(relay->waiters, 0));
}

static gboolean
on_late(gpointer data)
{
    Waiter *waiter = data;
    CoexSimRelay *relay = waiter->relay;
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&relay->lock);

    answer_waiter(waiter);
    return G_SOURCE_REMOVE;
}

static void
on_gone(SoupServerMessage *message, gpointer data)
{
    Waiter *waiter = data;

    g_ptr_array_remove_fast(waiter->relay->waiters, waiter);
}

static void
wait_for_more(CoexSimRelay *relay, SoupServerMessage *message, gint64 after, guint wait_s)
{
    Waiter *waiter = g_new0(Waiter, 1);

    *waiter = (Waiter){ relay, g_object_ref(message), after, g_timeout_source_new_seconds(wait_s) };
    g_source_set_callback(waiter->late, on_late, waiter, NULL);
    g_source_attach(waiter->late, relay->context);
    g_signal_connect(message, "finished", G_CALLBACK(on_gone), waiter);
    g_ptr_array_add(relay->waiters, waiter);
    soup_server_message_pause(message);
}

/* ---- requests ---- */

static void
append(CoexSimRelay *relay, gboolean is_send, const char *header, const char *value, GBytes *body)
{
    Entry *entry = g_new(Entry, 1);

    *entry = (Entry){ ++relay->newest,  g_get_real_time() / 1000, is_send,
                      g_strdup(header), g_strdup(value),          g_bytes_ref(body) };
    g_ptr_array_add(relay->entries, entry);
}

static gint64
read_number(GHashTable *query, const char *key)
{
    const char *text = query != NULL ? g_hash_table_lookup(query, key) : NULL;

    g_assert_nonnull(text);
    return g_ascii_strtoll(text, NULL, 10);
}

/* To those who ask for deliveries. */
static gboolean
is_honest(const CoexSimRelay *relay)
{
    return relay->mood == COEX_SIM_RELAY_HONEST || relay->mood >= COEX_SIM_RELAY_FULL;
}

static void
hand_out(CoexSimRelay *relay, SoupServerMessage *message, GHashTable *query)
{
    gint64 after = read_number(query, "after");
    gint64 wait_s = read_number(query, "wait");

    g_assert_cmpint(wait_s, <=, 60);
    relay->n_asked++;
    if (after < relay->newest || wait_s == 0 || !is_honest(relay))
        answer(relay, message, after);
    else
        wait_for_more(relay, message, after, (guint)wait_s);
}

static gboolean
has_key(const CoexSimRelay *relay, SoupServerMessage *message)
{
    const char *given = soup_message_headers_get_one(
        soup_server_message_get_request_headers(message), "Authorization");
    g_autofree char *wanted = g_strconcat("Bearer ", relay->key, NULL);

    return g_strcmp0(given, wanted) == 0;
}

static void
take_webhook(CoexSimRelay *relay, SoupServerMessage *message)
{
    static const char *const proofs[] = { "X-Hub-Signature-256", "X-Coex-Secret" };
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
    g_autoptr(GBytes) body =
        soup_message_body_flatten(soup_server_message_get_request_body(message));
    const char *header = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(proofs); i++)
        if (soup_message_headers_get_one(headers, proofs[i]) != NULL)
            header = proofs[i];
    append(relay, FALSE, header,
           header != NULL ? soup_message_headers_get_one(headers, header) : NULL, body);
    soup_server_message_set_status(message, 200, NULL);
    answer_waiters(relay);
}

static gboolean
is_copy(JsonNode *node)
{
    JsonObject *copy = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;

    return copy != NULL && json_object_get_string_member_with_default(copy, "desk", NULL) != NULL &&
           *json_object_get_string_member_with_default(copy, "local_id", "") != '\0';
}

/* One, or several in a list. */
static gboolean
are_copies(JsonNode *node)
{
    JsonArray *list = JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;

    if (list == NULL)
        return is_copy(node);
    for (guint i = 0; i < json_array_get_length(list); i++)
        if (!is_copy(json_array_get_element(list, i)))
            return FALSE;
    return json_array_get_length(list) > 0;
}

/* The same one again is no second entry. */
static void
take_send(CoexSimRelay *relay, SoupServerMessage *message)
{
    g_autoptr(GBytes) body =
        soup_message_body_flatten(soup_server_message_get_request_body(message));
    gsize length;
    const char *text = g_bytes_get_data(body, &length);
    g_autoptr(JsonParser) parser = json_parser_new();

    g_assert_cmpuint(length, <=, 64 * 1024);
    g_assert_true(json_parser_load_from_data(parser, text, (gssize)length, NULL));
    g_assert_true(are_copies(json_parser_get_root(parser)));
    soup_server_message_set_status(message, relay->mood == COEX_SIM_RELAY_DEAF ? 503 : 200, NULL);
    for (guint i = 0; i < relay->entries->len; i++)
        if (g_bytes_equal(((Entry *)g_ptr_array_index(relay->entries, i))->body, body))
            return;
    append(relay, TRUE, NULL, NULL, body);
    answer_waiters(relay);
}

static gboolean
takes_sends(const CoexSimRelay *relay)
{
    return relay->mood == COEX_SIM_RELAY_HONEST || relay->mood == COEX_SIM_RELAY_DEAF;
}

static void
on_request(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
           gpointer data)
{
    CoexSimRelay *relay = data;
    gboolean is_post = g_str_equal(soup_server_message_get_method(message), "POST");
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&relay->lock);

    if (g_str_equal(path, PATH) && is_post)
        take_webhook(relay, message);
    else if (!g_str_has_prefix(path, PATH "/"))
        soup_server_message_set_status(message, 404, NULL);
    else if (!has_key(relay, message))
        soup_server_message_set_status(message, 401, NULL);
    else if (g_str_equal(path, PATH "/deliveries") && !is_post)
        hand_out(relay, message, query);
    else if (!is_post || !g_str_equal(path, PATH "/sends") || !takes_sends(relay))
        soup_server_message_set_status(message, relay->mood == COEX_SIM_RELAY_PICKY ? 400 : 503,
                                       NULL);
    else
        take_send(relay, message);
}

/* ---- its life ---- */

static void
listen_now(CoexSimRelay *relay)
{
    g_autoptr(GError) error = NULL;

    soup_server_listen_local(relay->server, relay->port, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
    g_assert_no_error(error);
}

typedef struct {
    CoexSimRelay *relay;
    void (*func)(CoexSimRelay *relay);
    GCond cond;
    gboolean done;
} Errand;

static gboolean
on_errand(gpointer data)
{
    Errand *errand = data;

    errand->func(errand->relay);
    g_mutex_lock(&errand->relay->lock);
    errand->done = TRUE;
    g_cond_signal(&errand->cond);
    g_mutex_unlock(&errand->relay->lock);
    return G_SOURCE_REMOVE;
}

/* In its thread; waits for that. */
static void
run(CoexSimRelay *relay, void (*func)(CoexSimRelay *relay))
{
    Errand errand = { .relay = relay, .func = func };
    g_autoptr(GSource) source = g_idle_source_new();

    g_cond_init(&errand.cond);
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, on_errand, &errand, NULL);
    g_source_attach(source, relay->context);
    g_mutex_lock(&relay->lock);
    while (!errand.done)
        g_cond_wait(&errand.cond, &relay->lock);
    g_mutex_unlock(&relay->lock);
    g_cond_clear(&errand.cond);
}

static void
stop(CoexSimRelay *relay)
{
    g_ptr_array_set_size(relay->waiters, 0);
    soup_server_disconnect(relay->server);
}

static void
build(CoexSimRelay *relay)
{
    relay->server = soup_server_new("server-header", "coex-sim-relay", NULL);
    soup_server_add_handler(relay->server, "/", on_request, relay, NULL);
    listen_now(relay);
}

static void
wake(CoexSimRelay *relay)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&relay->lock);

    answer_waiters(relay);
}

static gpointer
relay_thread(gpointer data)
{
    CoexSimRelay *relay = data;

    g_main_context_push_thread_default(relay->context);
    g_main_loop_run(relay->loop);
    stop(relay);
    g_clear_object(&relay->server);
    while (g_main_context_iteration(relay->context, FALSE))
        continue;
    g_main_context_pop_thread_default(relay->context);
    return NULL;
}

static void
name_log(CoexSimRelay *relay)
{
    g_free(relay->log);
    relay->log = g_strdup_printf("log-%u-%08x", ++relay->n_logs, g_random_int());
}

CoexSimRelay *
coex_sim_relay_new(const char *key)
{
    CoexSimRelay *relay = g_new0(CoexSimRelay, 1);
    g_autofree char *url = NULL;

    relay->key = g_strdup(key);
    relay->port = coex_sim_find_port();
    url = g_strdup_printf("http://127.0.0.1:%u" PATH, relay->port);
    relay->url = g_intern_string(url);
    relay->entries = g_ptr_array_new_with_free_func(entry_free);
    relay->waiters = g_ptr_array_new_with_free_func(waiter_free);
    name_log(relay);
    g_mutex_init(&relay->lock);
    relay->context = g_main_context_new();
    relay->loop = g_main_loop_new(relay->context, FALSE);
    relay->thread = g_thread_new("sim-relay", relay_thread, relay);
    run(relay, build);
    return relay;
}

static void
quit(CoexSimRelay *relay)
{
    g_main_loop_quit(relay->loop);
}

void
coex_sim_relay_free(CoexSimRelay *relay)
{
    run(relay, quit);
    g_thread_join(relay->thread);
    g_main_loop_unref(relay->loop);
    g_main_context_unref(relay->context);
    g_ptr_array_unref(relay->entries);
    g_ptr_array_unref(relay->waiters);
    g_mutex_clear(&relay->lock);
    g_free(relay->log);
    g_free(relay->key);
    g_free(relay);
}

const char *
coex_sim_relay_get_url(const CoexSimRelay *relay)
{
    return relay->url;
}

void
coex_sim_relay_set_mood(CoexSimRelay *relay, CoexSimRelayMood mood)
{
    g_mutex_lock(&relay->lock);
    relay->mood = mood;
    g_mutex_unlock(&relay->lock);
    run(relay, wake);
}

void
coex_sim_relay_kill(CoexSimRelay *relay)
{
    run(relay, stop);
}

void
coex_sim_relay_restart(CoexSimRelay *relay)
{
    run(relay, listen_now);
}

void
coex_sim_relay_begin_anew(CoexSimRelay *relay)
{
    g_mutex_lock(&relay->lock);
    g_ptr_array_set_size(relay->entries, 0);
    relay->newest = 0;
    name_log(relay);
    g_mutex_unlock(&relay->lock);
    run(relay, wake);
}

void
coex_sim_relay_drop(CoexSimRelay *relay, guint n)
{
    g_mutex_lock(&relay->lock);
    g_ptr_array_remove_range(relay->entries, 0, n);
    g_mutex_unlock(&relay->lock);
}

void
coex_sim_relay_put(CoexSimRelay *relay, const char *header, const char *value, GBytes *body)
{
    g_mutex_lock(&relay->lock);
    append(relay, FALSE, header, value, body);
    g_mutex_unlock(&relay->lock);
    run(relay, wake);
}

void
coex_sim_relay_put_send(CoexSimRelay *relay, const char *copy)
{
    g_autoptr(GBytes) body = g_bytes_new(copy, strlen(copy));

    g_mutex_lock(&relay->lock);
    append(relay, TRUE, NULL, NULL, body);
    g_mutex_unlock(&relay->lock);
    run(relay, wake);
}

char *
coex_sim_relay_dup_send(CoexSimRelay *relay, guint index)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&relay->lock);

    for (guint i = 0; i < relay->entries->len; i++) {
        const Entry *entry = g_ptr_array_index(relay->entries, i);
        gsize length;
        const char *text = g_bytes_get_data(entry->body, &length);

        if (entry->is_send && index-- == 0)
            return g_strndup(text, length);
    }
    return NULL;
}

guint
coex_sim_relay_n_asked(CoexSimRelay *relay)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&relay->lock);

    return relay->n_asked;
}

guint
coex_sim_relay_n_sends(CoexSimRelay *relay)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&relay->lock);
    guint n = 0;

    for (guint i = 0; i < relay->entries->len; i++)
        n += ((Entry *)g_ptr_array_index(relay->entries, i))->is_send ? 1 : 0;
    return n;
}
