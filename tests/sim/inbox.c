// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inbox-private.h"

#include <string.h>

#define API "/api/v1"
#define HOOK "/webhook"
#define LIMIT_DEFAULT 20

static void
complain(CoexSimInbox *inbox, const char *what)
{
    g_printerr("inbox: %s\n", what);
    inbox->n_complaints++;
}

/* ---- the bell ---- */

static gboolean
is_open(SoupWebsocketConnection *socket)
{
    return soup_websocket_connection_get_state(socket) == SOUP_WEBSOCKET_STATE_OPEN;
}

static void
send_junk(SoupWebsocketConnection *socket)
{
    static const char bytes[] = "{\"type\":\"waba_webhook\xff\xfe";

    soup_websocket_connection_send_text(socket, "[[[[ no JSON");
    soup_websocket_connection_send_message(socket, SOUP_WEBSOCKET_DATA_BINARY,
                                           g_bytes_new_static(bytes, sizeof bytes - 1));
}

/* libsoup has no call for them. Whoever listens hangs up before the end. */
static void
send_pings(SoupWebsocketConnection *socket)
{
    GIOStream *stream = soup_websocket_connection_get_io_stream(socket);
    GByteArray *pings = g_byte_array_new();
    guint8 ping[2 + 125] = { 0x89, 125 };

    for (guint i = 0; i < 5000; i++)
        g_byte_array_append(pings, ping, sizeof ping);
    g_output_stream_write_all(g_io_stream_get_output_stream(stream), pings->data, pings->len, NULL,
                              NULL, NULL);
    g_byte_array_unref(pings);
}

/* What is said of our messages is said in another number's name. */
static char *
dup_foreign_frame(const char *frame)
{
    g_auto(GStrv) parts = g_strsplit(frame, "\"display_phone_number\":\"", -1);
    g_autofree char *moved = g_strjoinv("\"display_phone_number\":\"9", parts);
    g_auto(GStrv) statuses = g_strsplit(moved, "\"status\":\"delivered\"", -1);

    return g_strjoinv("\"status\":\"failed\"", statuses);
}

static void
ring_one(CoexSimInbox *inbox, SoupWebsocketConnection *socket, const char *frame)
{
    g_autofree char *large = NULL;
    g_autofree char *foreign = NULL;

    switch (inbox->bell) {
    case COEX_SIM_BELL_RINGS:
        soup_websocket_connection_send_text(socket, frame);
        break;
    case COEX_SIM_BELL_BARE:
        soup_websocket_connection_send_text(socket, "{\"type\":\"waba_webhook\"}");
        break;
    case COEX_SIM_BELL_FLOODS:
        for (guint i = 0; i < 1200; i++)
            if (is_open(socket))
                soup_websocket_connection_send_text(socket, "{\"type\":\"waba_webhook\"}");
        break;
    case COEX_SIM_BELL_PINGS:
        send_pings(socket);
        break;
    case COEX_SIM_BELL_FOREIGN:
        foreign = dup_foreign_frame(frame);
        soup_websocket_connection_send_text(socket, foreign);
        break;
    case COEX_SIM_BELL_OVERSIZED:
        large = g_strnfill(4 * 1024 * 1024, 'x');
        soup_websocket_connection_send_text(socket, large);
        break;
    case COEX_SIM_BELL_JUNK:
        send_junk(socket);
        break;
    case COEX_SIM_BELL_DEAF:
    case COEX_SIM_BELL_SILENT:
        break;
    }
}

static void
ring(CoexSimInbox *inbox, const char *body)
{
    g_autofree char *frame =
        g_strdup_printf("{\"type\":\"waba_webhook\",\"waba_payload\":%s}", body);

    for (guint i = 0; i < inbox->sockets->len; i++) {
        SoupWebsocketConnection *socket = g_ptr_array_index(inbox->sockets, i);

        if (g_object_get_data(G_OBJECT(socket), "knows-token") != NULL && is_open(socket))
            ring_one(inbox, socket, frame);
    }
}

static void
take_webhook(CoexSimInbox *inbox, SoupServerMessage *message)
{
    g_autoptr(GBytes) body =
        soup_message_body_flatten(soup_server_message_get_request_body(message));
    g_autofree char *text = g_strndup(g_bytes_get_data(body, NULL), g_bytes_get_size(body));
    g_autoptr(JsonObject) root = coex_sim_inbox_parse(text, -1);

    coex_sim_inbox_take(inbox, root);
    soup_server_message_set_status(message, 200, NULL);
    ring(inbox, text);
}

static void
on_socket_closed(SoupWebsocketConnection *socket, gpointer data)
{
    CoexSimInbox *inbox = data;
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&inbox->lock);

    g_ptr_array_remove(inbox->sockets, socket);
}

/* The one thing that is said there. */
static void
on_greeting(SoupWebsocketConnection *socket, int type, GBytes *bytes, gpointer data)
{
    CoexSimInbox *inbox = data;
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&inbox->lock);
    g_autoptr(JsonObject) greeting =
        coex_sim_inbox_parse(g_bytes_get_data(bytes, NULL), (gssize)g_bytes_get_size(bytes));

    if (type != SOUP_WEBSOCKET_DATA_TEXT || json_object_get_size(greeting) != 1 ||
        g_object_get_data(G_OBJECT(socket), "knows-token") != NULL)
        complain(inbox, "said at the WebSocket what nobody says");
    if (g_strcmp0(coex_sim_inbox_get_string(greeting, "token"), inbox->token) != 0 ||
        inbox->mood == COEX_SIM_INBOX_REFUSES) {
        soup_websocket_connection_close(socket, 1008, NULL);
        return;
    }
    g_object_set_data(G_OBJECT(socket), "knows-token", inbox);
    inbox->n_greeted++;
    g_cond_broadcast(&inbox->cond);
}

static void
on_socket(SoupServer *server, SoupServerMessage *message, const char *path,
          SoupWebsocketConnection *socket, gpointer data)
{
    CoexSimInbox *inbox = data;
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&inbox->lock);

    soup_websocket_connection_set_keepalive_interval(socket, 0);
    g_signal_connect(socket, "message", G_CALLBACK(on_greeting), inbox);
    g_signal_connect(socket, "closed", G_CALLBACK(on_socket_closed), inbox);
    g_ptr_array_add(inbox->sockets, g_object_ref(socket));
}

/* ---- what is handed out ---- */

static void
answer_text(SoupServerMessage *message, guint status, const char *type, const char *text)
{
    soup_server_message_set_status(message, status, NULL);
    soup_server_message_set_response(message, type, SOUP_MEMORY_COPY, text, strlen(text));
}

static void
answer_json(SoupServerMessage *message, const char *text)
{
    answer_text(message, 200, "application/json", text);
}

static void
answer_user(CoexSimInbox *inbox, SoupServerMessage *message)
{
    g_autofree char *text = g_strdup_printf(
        "{\"id\":7,\"username\":\"desk\",\"profile\":{\"role\":\"user\"},\"permissions\":"
        "{\"can_use_tags\":true,\"can_read_chats\":\"%s\",\"can_write_to_chats\":\"all\"}}",
        inbox->withholds ? "group" : "all");

    answer_json(message, text);
}

static void
answer_number(CoexSimInbox *inbox, SoupServerMessage *message)
{
    g_autofree char *text = g_strdup_printf(
        "{\"count\":1,\"next\":null,\"previous\":null,\"results\":[{\"phone_number\":\"%s\"}]}",
        inbox->number);

    answer_json(message, text);
}

/* -1: it is not there. */
static gint64
read_number(CoexSimInbox *inbox, GHashTable *query, const char *key)
{
    const char *text = query != NULL ? g_hash_table_lookup(query, key) : NULL;
    gint64 number = -1;

    if (text != NULL && !g_ascii_string_to_signed(text, 10, 0, G_MAXINT64, &number, NULL))
        complain(inbox, "a number in a query is none");
    return number;
}

static int
compare_rows(gconstpointer a, gconstpointer b)
{
    const CoexSimInboxRow *left = *(CoexSimInboxRow *const *)a;
    const CoexSimInboxRow *right = *(CoexSimInboxRow *const *)b;

    if (left->time != right->time)
        return left->time < right->time ? 1 : -1;
    return left->arrival < right->arrival ? 1 : -1;
}

static GPtrArray *
select_rows(CoexSimInbox *inbox, gint64 since, gint64 before)
{
    GPtrArray *selected = g_ptr_array_new();
    gint64 edge = inbox->exclusive ? 1 : 0;

    for (guint i = 0; i < inbox->rows->len; i++) {
        CoexSimInboxRow *row = g_ptr_array_index(inbox->rows, i);

        if ((since < 0 || row->time >= since + edge) && (before < 0 || row->time <= before - edge))
            g_ptr_array_add(selected, row);
    }
    g_ptr_array_sort(selected, compare_rows);
    return selected;
}

static JsonObject *
dup_row(CoexSimInbox *inbox, JsonObject *row)
{
    g_autofree char *text = coex_sim_inbox_print(row);
    JsonObject *copy = coex_sim_inbox_parse(text, -1);
    JsonObject *payload = json_object_get_object_member(copy, "waba_payload");

    if (inbox->mood == COEX_SIM_INBOX_FOREIGN)
        json_object_set_string_member(
            payload, json_object_get_boolean_member(copy, "from_us") ? "from" : "to",
            "4915550001111");
    if (inbox->mood == COEX_SIM_INBOX_NAMELESS)
        json_object_remove_member(payload, "id");
    if (inbox->mood == COEX_SIM_INBOX_ONE_ID)
        json_object_set_string_member(payload, "id", "wamid.HBgLMTIwMjU1NTAxMDEVAgASGBQzQQA=");
    return copy;
}

static gint64
count_rows(const CoexSimInbox *inbox, guint n)
{
    switch (inbox->mood) {
    case COEX_SIM_INBOX_SHORT:
        return n + 7;
    case COEX_SIM_INBOX_BOASTS:
        return 1000000;
    default:
        return n;
    }
}

static void
answer_rows(CoexSimInbox *inbox, SoupServerMessage *message, GHashTable *query)
{
    g_autoptr(GPtrArray) rows = select_rows(inbox, read_number(inbox, query, "since_time"),
                                            read_number(inbox, query, "before_time"));
    gint64 limit = read_number(inbox, query, "limit");
    gint64 offset = MAX(read_number(inbox, query, "offset"), 0);
    g_autoptr(JsonObject) answer = json_object_new();
    JsonArray *results = json_array_new();
    g_autofree char *text = NULL;

    limit = limit < 0 ? LIMIT_DEFAULT : limit;
    limit = inbox->clamp > 0 ? MIN(limit, inbox->clamp) : limit;
    if (inbox->mood == COEX_SIM_INBOX_FLOODS)
        limit = 5000;
    for (gint64 i = offset; i < rows->len && i < offset + limit; i++) {
        JsonObject *row = ((CoexSimInboxRow *)g_ptr_array_index(rows, i))->json;

        json_array_add_object_element(results, dup_row(inbox, row));
        for (guint j = 0; inbox->mood == COEX_SIM_INBOX_FLOODS && j < 2000; j++)
            json_array_add_object_element(results, json_object_ref(row));
        if (inbox->mood == COEX_SIM_INBOX_REPEATS)
            json_array_add_object_element(results, json_object_ref(row));
    }
    json_object_set_int_member(answer, "count", count_rows(inbox, rows->len));
    json_object_set_null_member(answer, "next");
    json_object_set_null_member(answer, "previous");
    json_object_set_array_member(answer, "results", results);
    text = coex_sim_inbox_print(answer);
    if (inbox->mood == COEX_SIM_INBOX_BREAKS_OFF)
        text[strlen(text) / 2] = '\0';
    answer_json(message, text);
}

static void
answer_lie(CoexSimInbox *inbox, SoupServerMessage *message)
{
    g_autofree char *junk = NULL;

    if (inbox->mood == COEX_SIM_INBOX_PAGE) {
        answer_text(message, 200, "text/html",
                    "<html><body>Welcome to this hotel's network</body></html>");
        return;
    }
    junk = g_strnfill(inbox->mood == COEX_SIM_INBOX_DEEP ? 100000 : 9 * 1024 * 1024, '[');
    answer_json(message, junk);
}

static gboolean
answer_mood(CoexSimInbox *inbox, SoupServerMessage *message, gboolean is_list)
{
    SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);

    switch (inbox->mood) {
    case COEX_SIM_INBOX_AWAY:
        answer_text(message, 503, "application/json", "{\"detail\":\"Busy\"}");
        return TRUE;
    case COEX_SIM_INBOX_BUSY:
        answer_text(message, 429, "application/json", "{\"detail\":\"Request was throttled.\"}");
        soup_message_headers_replace(headers, "Retry-After", "1");
        return TRUE;
    case COEX_SIM_INBOX_REFUSES:
        answer_text(message, 401, "application/json", "{\"detail\":\"Invalid token.\"}");
        return TRUE;
    case COEX_SIM_INBOX_LOST:
        answer_text(message, 404, "text/html", "<h1>Not Found</h1>");
        return TRUE;
    case COEX_SIM_INBOX_REDIRECTS:
        soup_server_message_set_status(message, 302, NULL);
        soup_message_headers_replace(headers, "Location", "http://127.0.0.1:9/elsewhere");
        return TRUE;
    case COEX_SIM_INBOX_NO_LIST:
        if (is_list)
            answer_text(message, 400, "application/json", "{\"reason\":\"wa_id is required\"}");
        return is_list;
    case COEX_SIM_INBOX_PAGE:
    case COEX_SIM_INBOX_ENDLESS:
    case COEX_SIM_INBOX_DEEP:
        answer_lie(inbox, message);
        return TRUE;
    default:
        return FALSE;
    }
}

static gboolean
has_token(const CoexSimInbox *inbox, SoupServerMessage *message)
{
    const char *given = soup_message_headers_get_one(
        soup_server_message_get_request_headers(message), "Authorization");
    g_autofree char *wanted = g_strconcat("Token ", inbox->token, NULL);

    return g_strcmp0(given, wanted) == 0;
}

static void
answer(CoexSimInbox *inbox, SoupServerMessage *message, const char *path, GHashTable *query)
{
    gboolean is_list = g_str_equal(path, API "/messages/");

    inbox->n_asked += is_list ? 1 : 0;
    g_cond_broadcast(&inbox->cond);
    if (!g_str_equal(soup_server_message_get_method(message), "GET"))
        complain(inbox, "changes what it only should read");
    if (!has_token(inbox, message))
        answer_text(message, 401, "application/json", "{\"detail\":\"Invalid token.\"}");
    else if (answer_mood(inbox, message, is_list))
        return;
    else if (is_list)
        answer_rows(inbox, message, query);
    else if (g_str_equal(path, API "/users/current/"))
        answer_user(inbox, message);
    else if (g_str_equal(path, API "/whatsapp_accounts/"))
        answer_number(inbox, message);
    else
        answer_text(message, 404, "text/html", "<h1>Not Found</h1>");
}

static void
on_request(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
           gpointer data)
{
    CoexSimInbox *inbox = data;
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&inbox->lock);

    if (g_str_equal(path, HOOK))
        take_webhook(inbox, message);
    else if (g_str_has_prefix(path, API "/"))
        answer(inbox, message, path, query);
    else if (inbox->bell == COEX_SIM_BELL_DEAF || !g_str_equal(path, "/")) /* a WebSocket's */
        answer_text(message, 404, "text/html", "<h1>Not Found</h1>");
}

/* ---- its life ---- */

static void
hang_bell(CoexSimInbox *inbox)
{
    soup_server_remove_handler(inbox->server, "/");
    if (inbox->bell != COEX_SIM_BELL_DEAF)
        soup_server_add_websocket_handler(inbox->server, "/", NULL, NULL, on_socket, inbox, NULL);
    soup_server_add_handler(inbox->server, "/", on_request, inbox, NULL);
}

static void
cut(CoexSimInbox *inbox)
{
    for (guint i = inbox->sockets->len; i > 0; i--) {
        SoupWebsocketConnection *socket = g_ptr_array_index(inbox->sockets, i - 1);

        g_io_stream_close(soup_websocket_connection_get_io_stream(socket), NULL, NULL);
        g_signal_handlers_disconnect_by_data(socket, inbox);
    }
    g_mutex_lock(&inbox->lock);
    g_ptr_array_set_size(inbox->sockets, 0);
    g_mutex_unlock(&inbox->lock);
}

static void
change_bell(CoexSimInbox *inbox)
{
    if (inbox->bell == COEX_SIM_BELL_DEAF)
        cut(inbox);
    hang_bell(inbox);
}

static void
stop(CoexSimInbox *inbox)
{
    cut(inbox);
    soup_server_disconnect(inbox->server);
}

static void
listen_now(CoexSimInbox *inbox)
{
    g_autoptr(GError) error = NULL;

    soup_server_listen_local(inbox->server, inbox->port, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
    g_assert_no_error(error);
}

static void
build(CoexSimInbox *inbox)
{
    GSList *uris;
    g_autofree char *url = NULL;
    g_autofree char *webhook = NULL;

    inbox->server = soup_server_new(NULL, NULL);
    hang_bell(inbox);
    listen_now(inbox);
    uris = soup_server_get_uris(inbox->server);
    inbox->port = (guint)g_uri_get_port(uris->data);
    g_slist_free_full(uris, (GDestroyNotify)g_uri_unref);
    url = g_strdup_printf("http://127.0.0.1:%u", inbox->port);
    webhook = g_strconcat(url, HOOK, NULL);
    inbox->url = g_intern_string(url);
    inbox->webhook = g_intern_string(webhook);
}

static void
quit(CoexSimInbox *inbox)
{
    stop(inbox);
    g_clear_object(&inbox->server);
    g_main_loop_quit(inbox->loop);
}

static gpointer
inbox_thread(gpointer data)
{
    CoexSimInbox *inbox = data;

    g_main_context_push_thread_default(inbox->context);
    g_main_loop_run(inbox->loop);
    g_main_context_pop_thread_default(inbox->context);
    return NULL;
}

typedef struct {
    CoexSimInbox *inbox;
    void (*func)(CoexSimInbox *inbox);
    gboolean done;
} Errand;

static gboolean
on_errand(gpointer data)
{
    Errand *errand = data;

    errand->func(errand->inbox);
    g_mutex_lock(&errand->inbox->lock);
    errand->done = TRUE;
    g_cond_broadcast(&errand->inbox->cond);
    g_mutex_unlock(&errand->inbox->lock);
    return G_SOURCE_REMOVE;
}

/* In its thread; waits for that. */
static void
run(CoexSimInbox *inbox, void (*func)(CoexSimInbox *inbox))
{
    Errand errand = { inbox, func, FALSE };
    g_autoptr(GSource) source = g_idle_source_new();

    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, on_errand, &errand, NULL);
    g_source_attach(source, inbox->context);
    g_mutex_lock(&inbox->lock);
    while (!errand.done)
        g_cond_wait(&inbox->cond, &inbox->lock);
    g_mutex_unlock(&inbox->lock);
}

CoexSimInbox *
coex_sim_inbox_new(const char *number, const char *token)
{
    CoexSimInbox *inbox = g_new0(CoexSimInbox, 1);

    inbox->number = g_strdup(number);
    inbox->token = g_strdup(token);
    inbox->rows = g_ptr_array_new_with_free_func(coex_sim_inbox_row_free);
    inbox->sockets = g_ptr_array_new_with_free_func(g_object_unref);
    g_mutex_init(&inbox->lock);
    g_cond_init(&inbox->cond);
    inbox->context = g_main_context_new();
    inbox->loop = g_main_loop_new(inbox->context, FALSE);
    inbox->thread = g_thread_new("sim-inbox", inbox_thread, inbox);
    run(inbox, build);
    return inbox;
}

void
coex_sim_inbox_free(CoexSimInbox *inbox)
{
    g_assert_cmpuint(inbox->n_complaints, ==, 0);
    run(inbox, quit);
    g_thread_join(inbox->thread);
    g_main_loop_unref(inbox->loop);
    g_main_context_unref(inbox->context);
    g_ptr_array_unref(inbox->rows);
    g_ptr_array_unref(inbox->sockets);
    g_mutex_clear(&inbox->lock);
    g_cond_clear(&inbox->cond);
    g_free(inbox->number);
    g_free(inbox->token);
    g_free(inbox);
}

const char *
coex_sim_inbox_get_url(const CoexSimInbox *inbox)
{
    return inbox->url;
}

const char *
coex_sim_inbox_get_webhook(const CoexSimInbox *inbox)
{
    return inbox->webhook;
}

void
coex_sim_inbox_set_mood(CoexSimInbox *inbox, CoexSimInboxMood mood)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&inbox->lock);

    inbox->mood = mood;
}

void
coex_sim_inbox_set_bell(CoexSimInbox *inbox, CoexSimBellMood mood)
{
    g_mutex_lock(&inbox->lock);
    inbox->bell = mood;
    g_mutex_unlock(&inbox->lock);
    run(inbox, change_bell);
}

void
coex_sim_inbox_clamp(CoexSimInbox *inbox, guint limit)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&inbox->lock);

    inbox->clamp = limit;
}

void
coex_sim_inbox_set_exclusive(CoexSimInbox *inbox, gboolean exclusive)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&inbox->lock);

    inbox->exclusive = exclusive;
}

void
coex_sim_inbox_withhold(CoexSimInbox *inbox)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&inbox->lock);

    inbox->withholds = TRUE;
}

void
coex_sim_inbox_kill(CoexSimInbox *inbox)
{
    run(inbox, stop);
}

void
coex_sim_inbox_restart(CoexSimInbox *inbox)
{
    run(inbox, listen_now);
}

guint
coex_sim_inbox_n_asked(CoexSimInbox *inbox)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&inbox->lock);

    return inbox->n_asked;
}

guint
coex_sim_inbox_n_greeted(CoexSimInbox *inbox)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&inbox->lock);

    return inbox->n_greeted;
}

static gboolean
wait_until(CoexSimInbox *inbox, const guint *counter, guint n, guint timeout_ms)
{
    gint64 end = g_get_monotonic_time() + timeout_ms * (gint64)1000;
    gboolean there;

    g_mutex_lock(&inbox->lock);
    while (*counter < n && g_cond_wait_until(&inbox->cond, &inbox->lock, end))
        ;
    there = *counter >= n;
    g_mutex_unlock(&inbox->lock);
    return there;
}

gboolean
coex_sim_inbox_wait_asked(CoexSimInbox *inbox, guint n, guint timeout_ms)
{
    return wait_until(inbox, &inbox->n_asked, n, timeout_ms);
}

gboolean
coex_sim_inbox_wait_greeted(CoexSimInbox *inbox, guint n, guint timeout_ms)
{
    return wait_until(inbox, &inbox->n_greeted, n, timeout_ms);
}
