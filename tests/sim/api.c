// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim-private.h"

#include <string.h>

#define SLOW_FILE_MS 3500
#define STALLED_LOOK_MS 20

typedef struct {
    CoexSimProvider provider;
    const char *method;
    const char *pattern; /* {pnid} and {waba} stand for this number's ids */
    const char *what;
    void (*handle)(SimCall *call);
} SimRoute;

/* 360dialog: messaging-api/api-reference; Meta's paths without the version. */
static const SimRoute routes[] = {
    { COEX_SIM_META, "POST", "/{pnid}/messages", "messages", sim_handle_messages },
    { COEX_SIM_META, "POST", "/{pnid}/media", "upload", sim_handle_upload },
    { COEX_SIM_META, "GET", "/{pnid}", "number", sim_handle_number },
    { COEX_SIM_META, "POST", "/{pnid}", "webhook-set", sim_handle_webhook_set },
    { COEX_SIM_META, "POST", "/{pnid}/smb_app_data", "sync", sim_handle_sync },
    { COEX_SIM_META, "GET", "/{pnid}/whatsapp_business_profile", "profile", sim_handle_profile },
    { COEX_SIM_META, "POST", "/{pnid}/block_users", "block", sim_handle_block },
    { COEX_SIM_META, "DELETE", "/{pnid}/block_users", "unblock", sim_handle_block },
    { COEX_SIM_META, "GET", "/{pnid}/block_users", "blocked", sim_handle_blocked },
    { COEX_SIM_META, "POST", "/{pnid}/whatsapp_business_profile", "profile-set",
      sim_handle_profile_set },
    { COEX_SIM_META, "GET", "/{waba}", "waba", sim_handle_waba },
    { COEX_SIM_META, "GET", "/{waba}/phone_numbers", "numbers", sim_handle_numbers },
    { COEX_SIM_META, "GET", "/{waba}/message_templates", "templates", sim_handle_templates },
    { COEX_SIM_META, "GET", "/{waba}/subscribed_apps", "webhook-get", sim_handle_webhook_get },
    { COEX_SIM_META, "POST", "/{waba}/subscribed_apps", "webhook-set", sim_handle_webhook_set },
    { COEX_SIM_META, "DELETE", "/{waba}/subscribed_apps", "webhook-delete",
      sim_handle_webhook_delete },
    { COEX_SIM_META, "GET", "/{pnid}/message_history", "history", sim_handle_history },
    { COEX_SIM_META, "GET", "/{app}/subscriptions", "fields", sim_handle_subscriptions },
    { COEX_SIM_META, "GET", "/debug_token", "token", sim_handle_token },
    { COEX_SIM_META, "GET", "/me", "me", sim_handle_me },
    { COEX_SIM_META, "GET", "/{file}", "media", sim_handle_file },
    { COEX_SIM_360DIALOG, "POST", "/block_users", "block", sim_handle_block },
    { COEX_SIM_360DIALOG, "DELETE", "/block_users", "unblock", sim_handle_block },
    { COEX_SIM_360DIALOG, "GET", "/block_users", "blocked", sim_handle_blocked },
    { COEX_SIM_360DIALOG, "GET", "/{file}", "media", sim_handle_file },
    { COEX_SIM_360DIALOG, "POST", "/media", "upload", sim_handle_upload },
    { COEX_SIM_360DIALOG, "POST", "/messages", "messages", sim_handle_messages },
    { COEX_SIM_360DIALOG, "GET", "/health_status", "health", sim_handle_health },
    { COEX_SIM_360DIALOG, "GET", "/whatsapp_business_profile", "profile", sim_handle_profile },
    { COEX_SIM_360DIALOG, "POST", "/whatsapp_business_profile", "profile-set",
      sim_handle_profile_set },
    { COEX_SIM_360DIALOG, "GET", "/v1/configs/templates", "templates", sim_handle_templates },
    { COEX_SIM_360DIALOG, "GET", "/v1/configs/webhook", "webhook-get", sim_handle_webhook_get },
    { COEX_SIM_360DIALOG, "GET", "/waba_webhook", "webhook-get", sim_handle_waba_webhook },
    { COEX_SIM_360DIALOG, "POST", "/v1/configs/webhook", "webhook-set", sim_handle_webhook_set },
};

/* Of both, and without a version. */
static const SimRoute file_routes[] = {
    { 0, "GET", "/whatsapp_business/attachments/", "download", sim_handle_download },
    { 0, "GET", "/cdn/{file}", "cdn", sim_handle_cdn },
};

void
sim_fault_free(SimFault *fault)
{
    g_free(fault->what);
    g_free(fault->body);
    g_free(fault);
}

/* --- the answer
 * ----------------------------------------------------------------------------------- */

void
sim_call_answer(SimCall *call, guint status, JsonObject *body)
{
    call->status = status;
    g_free(call->body);
    call->body = sim_print(body);
}

void
sim_call_fail(SimCall *call, int code, const char *details)
{
    const SimError *known = sim_error(code);

    call->status = known->status;
    call->request->code = code;
    g_free(call->body);
    call->body = sim_error_body(call->sim, code, details);
}

gboolean
sim_call_reject(SimCall *call, const char *what, int code, const char *format, ...)
{
    g_autofree char *details = NULL;
    va_list args;

    va_start(args, format);
    details = g_strdup_vprintf(format, args);
    va_end(args);
    sim_complain(call->sim, "%s: %s", what, details);
    sim_call_fail(call, code, details);
    return FALSE;
}

static void
call_free(SimCall *call)
{
    g_clear_object(&call->message);
    g_clear_pointer(&call->json, json_object_unref);
    g_clear_pointer(&call->query, g_hash_table_unref);
    g_free(call->body);
    g_clear_pointer(&call->bytes, g_bytes_unref);
    g_free(call->pending_url);
    g_free(call->challenge);
    g_free(call);
}

static void
follow_up(SimCall *call)
{
    SimSent *sent = g_steal_pointer(&call->sent);

    if (!sent)
        return;
    call->sim->n_answers_due--;
    sim_follow_up(call->sim, sent);
    sim_wake(call->sim);
}

/* The answer is out or can never be; needs the lock. */
static void
end_call(SimCall *call)
{
    g_signal_handlers_disconnect_by_data(call->message, call);
    if (call->delay) {
        g_source_destroy(call->delay);
        g_clear_pointer(&call->delay, g_source_unref);
    }
    g_ptr_array_remove(call->sim->held_calls, call);
    follow_up(call);
    call->gone = TRUE;
    if (!call->waiting)
        call_free(call);
}

static void
on_message_over(SoupServerMessage *message, gpointer user_data)
{
    SimCall *call = user_data;
    CoexSim *sim = call->sim;
    SIM_LOCK(sim);

    end_call(call);
}

static void
append(SimCall *call, gsize from, gsize length)
{
    g_autoptr(GBytes) part = g_bytes_new_from_bytes(call->bytes, from, length);

    soup_message_body_append_bytes(soup_server_message_get_response_body(call->message), part);
}

static void
write_answer(SimCall *call)
{
    gsize size = call->bytes ? g_bytes_get_size(call->bytes) : 0;
    SoupMessageHeaders *headers = soup_server_message_get_response_headers(call->message);
    const char *body = call->body ? call->body : "";
    g_autoptr(GDateTime) now =
        g_date_time_new_from_unix_utc(sim_now_s(call->sim) + call->date_ahead_s);
    g_autofree char *date = soup_date_time_to_string(now, SOUP_DATE_HTTP);
    gboolean json = *body == '{' || *body == '[';

    soup_message_headers_replace(headers, "Date", date);
    soup_server_message_set_status(call->message, call->status, NULL);
    if (call->bytes) {
        soup_message_headers_set_content_type(headers, call->type, NULL);
        append(call, 0, sim_file_is_slow(call) ? size / 10 : size);
        soup_message_headers_set_content_length(headers, (goffset)size);
        return;
    }
    soup_server_message_set_response(call->message,
                                     json ? "application/json; charset=UTF-8" : "text/plain",
                                     SOUP_MEMORY_COPY, body, strlen(body));
}

static void
record(SimCall *call)
{
    CoexSim *sim = call->sim;

    call->request->status = call->status;
    if (call->status >= 400)
        sim_log(sim, "   answered HTTP %u%s", call->status,
                call->request->code ? " (Graph error)" : "");
    sim_record(sim, g_steal_pointer(&call->request));
}

void
sim_call_finish(SimCall *call)
{
    call->waiting = FALSE;
    record(call);
    if (call->gone) {
        call_free(call);
        return;
    }
    write_answer(call);
    soup_server_message_unpause(call->message);
}

/* --- faults
 * --------------------------------------------------------------------------------------- */

static SimFault *
take_fault(CoexSim *sim, const char *what)
{
    for (GList *link = sim->faults.head; link; link = link->next) {
        SimFault *fault = link->data;

        if (fault->what && !g_str_equal(fault->what, what))
            continue;
        g_queue_delete_link(&sim->faults, link);
        return fault;
    }
    return NULL;
}

static void
cut(SimCall *call)
{
    g_autoptr(GIOStream) stream = NULL;

    g_signal_handlers_disconnect_by_data(call->message, call);
    stream = soup_server_message_steal_connection(call->message);
    if (stream)
        g_io_stream_close(stream, NULL, NULL);
    sim_log(call->sim, "   connection cut without an answer");
    end_call(call);
}

static gboolean
on_delay_over(gpointer user_data)
{
    SimCall *call = user_data;
    CoexSim *sim = call->sim;
    SIM_LOCK(sim);

    g_clear_pointer(&call->delay, g_source_unref);
    soup_server_message_unpause(call->message);
    return G_SOURCE_REMOVE;
}

static void
delay(SimCall *call, guint ms)
{
    call->delay = g_timeout_source_new(ms);
    g_source_set_callback(call->delay, on_delay_over, call, NULL);
    g_source_attach(call->delay, call->sim->context);
    soup_server_message_pause(call->message);
}

static gboolean
on_rest_due(gpointer user_data)
{
    SimCall *call = user_data;
    CoexSim *sim = call->sim;
    SIM_LOCK(sim);
    gsize size = g_bytes_get_size(call->bytes);

    g_clear_pointer(&call->delay, g_source_unref);
    append(call, size / 10, size - size / 10);
    soup_message_body_complete(soup_server_message_get_response_body(call->message));
    soup_server_message_unpause(call->message);
    return G_SOURCE_REMOVE;
}

/* The first part is there already. */
static void
put_off_rest(SimCall *call)
{
    call->delay = g_timeout_source_new(SLOW_FILE_MS);
    g_source_set_callback(call->delay, on_rest_due, call, NULL);
    g_source_attach(call->delay, call->sim->context);
}

/* Until the file is in another state. */
static gboolean
on_look(gpointer user_data)
{
    SimCall *call = user_data;
    CoexSim *sim = call->sim;
    SIM_LOCK(sim);

    if (sim_file_is_stalled(call))
        return G_SOURCE_CONTINUE;
    if (sim_file_is_gone(call))
        soup_server_message_set_status(call->message, 404, NULL);
    g_clear_pointer(&call->delay, g_source_unref);
    soup_server_message_unpause(call->message);
    return G_SOURCE_REMOVE;
}

static void
stall(SimCall *call)
{
    call->delay = g_timeout_source_new(STALLED_LOOK_MS);
    g_source_set_callback(call->delay, on_look, call, NULL);
    g_source_attach(call->delay, call->sim->context);
    soup_server_message_pause(call->message);
}

/* Statuses first, then the answer: it is let go when every delivery was answered. */
static void
hold_answer(SimCall *call)
{
    follow_up(call);
    g_ptr_array_add(call->sim->held_calls, call);
    soup_server_message_pause(call->message);
}

void
sim_release_held_calls(CoexSim *sim)
{
    for (guint i = 0; i < sim->held_calls->len; i++) {
        SimCall *call = g_ptr_array_index(sim->held_calls, i);

        soup_server_message_unpause(call->message);
    }
    g_ptr_array_set_size(sim->held_calls, 0);
}

/* --- authorisation
 * -------------------------------------------------------------------------------- */

static gboolean
key_is_good(SimCall *call, const char *key)
{
    CoexSim *sim = call->sim;

    if (!sim->token_revoked && !sim->token_expired && g_strcmp0(key, sim->key) == 0)
        return TRUE;
    sim_call_fail(call, 190, NULL);
    return FALSE;
}

static gboolean
meta_allows(SimCall *call, SoupMessageHeaders *headers)
{
    const char *line = soup_message_headers_get_one(headers, "Authorization");
    const char *in_query = call->query ? g_hash_table_lookup(call->query, "access_token") : NULL;

    /* debug_token is asked with the app's own token, which Meta documents in the query
     * (Meta: about-the-platform). */
    if (g_str_equal(call->request->what, "token") || g_str_equal(call->request->what, "fields"))
        return TRUE;
    /* how a version is looked for (Meta: graph-api/guides/versioning) */
    if (g_str_equal(call->request->what, "me") && !line && !in_query) {
        sim_call_fail(call, 2500, "An active access token must be used to query information.");
        return FALSE;
    }
    if (in_query) {
        sim_complain(call->sim, "%s %s: access token in the query", call->request->method,
                     call->request->path);
        return key_is_good(call, in_query);
    }
    if (!line || !g_str_has_prefix(line, "Bearer ")) {
        sim_complain(call->sim, "%s %s: no \"Authorization: Bearer\"", call->request->method,
                     call->request->path);
        sim_call_fail(call, 0, NULL);
        return FALSE;
    }
    return key_is_good(call, line + strlen("Bearer "));
}

static gboolean
is_allowed(SimCall *call)
{
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(call->message);
    const char *key;

    if (g_str_equal(call->request->what, "cdn"))
        return TRUE;
    if (call->sim->provider == COEX_SIM_META)
        return meta_allows(call, headers);
    key = soup_message_headers_get_one(headers, "D360-API-KEY");
    if (key)
        return key_is_good(call, key);
    sim_complain(call->sim, "%s %s: no D360-API-KEY", call->request->method, call->request->path);
    sim_call_fail(call, 0, NULL);
    return FALSE;
}

static void
check_content_type(SimCall *call)
{
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(call->message);
    const char *type = soup_message_headers_get_content_type(headers, NULL);

    if (g_str_equal(call->request->what, "upload"))
        return; /* it looks at the whole line */
    if (*call->request->body && g_strcmp0(type, "application/json") != 0)
        sim_complain(call->sim, "%s %s: Content-Type is %s", call->request->method,
                     call->request->path, type ? type : "missing");
}

/* --- routing
 * -------------------------------------------------------------------------------------- */

static gboolean
segment_matches(CoexSim *sim, const char *pattern, const char *segment)
{
    if (g_str_equal(pattern, "{pnid}"))
        return g_str_equal(segment, sim->phone_number_id);
    if (g_str_equal(pattern, "{waba}"))
        return g_str_equal(segment, sim->waba_id);
    if (g_str_equal(pattern, "{app}"))
        return g_str_equal(segment, SIM_APP_ID);
    if (g_str_equal(pattern, "{file}"))
        return *segment && segment[strspn(segment, "0123456789")] == '\0';
    return g_str_equal(pattern, segment);
}

static gboolean
path_matches(CoexSim *sim, const char *pattern, char **segments)
{
    g_auto(GStrv) wanted = g_strsplit(pattern, "/", -1);

    if (g_strv_length(wanted) != g_strv_length(segments))
        return FALSE;
    for (guint i = 0; wanted[i]; i++)
        if (!segment_matches(sim, wanted[i], segments[i]))
            return FALSE;
    return TRUE;
}

/* "/v26.0/123/messages" without its version; NULL if there is none. */
static const char *
strip_version(const char *path)
{
    const char *p = path;

    if (!g_str_has_prefix(p, "/v"))
        return NULL;
    for (p += 2; g_ascii_isdigit(*p) || *p == '.'; p++)
        continue;
    return *p == '/' && p > path + 2 ? p : NULL;
}

static const SimRoute *
find_route(CoexSim *sim, const char *method, const char *path)
{
    const char *local = sim->provider == COEX_SIM_META ? strip_version(path) : path;
    g_auto(GStrv) segments = local ? g_strsplit(local, "/", -1) : NULL;
    g_auto(GStrv) plain = g_strsplit(path, "/", -1);

    for (guint i = 0; i < G_N_ELEMENTS(file_routes); i++)
        if (g_str_equal(method, "GET") && path_matches(sim, file_routes[i].pattern, plain))
            return &file_routes[i];
    for (guint i = 0; segments && i < G_N_ELEMENTS(routes); i++)
        if (routes[i].provider == sim->provider && g_str_equal(routes[i].method, method) &&
            path_matches(sim, routes[i].pattern, segments))
            return &routes[i];
    return NULL;
}

static void
refuse_unknown(SimCall *call)
{
    const char *path = call->request->path;
    const char *local = call->sim->provider == COEX_SIM_META ? strip_version(path) : NULL;

    if (local && g_ascii_isdigit(local[1])) {
        /* Somebody's object, but not this number's: what a wrong phone number id or WABA id gets.
         */
        sim_call_fail(call, 100,
                      "Object with this ID does not exist, cannot be loaded due to missing "
                      "permissions, or does not "
                      "support this operation.");
        return;
    }
    sim_complain(call->sim, "unknown call: %s %s", call->request->method, path);
    if (call->sim->provider == COEX_SIM_META) {
        sim_call_fail(call, 2500, "Unknown path components.");
        return;
    }
    sim_call_answer(call, 404, sim_strings("error", "no such path", NULL));
}

/* --- one request
 * ---------------------------------------------------------------------------------- */

static void
handle(SimCall *call, const SimRoute *route)
{
    if (!is_allowed(call))
        return;
    check_content_type(call);
    if (route)
        route->handle(call);
    else
        refuse_unknown(call);
}

static void
answer_fault(SimCall *call, SimFault *fault)
{
    if (fault->kind == SIM_FAULT_CODE) {
        sim_call_fail(call, fault->code, NULL);
        return;
    }
    call->status = fault->status;
    call->body = g_strdup(fault->body);
}

static gboolean
is_answer(SimFault *fault)
{
    return fault && (fault->kind == SIM_FAULT_CODE || fault->kind == SIM_FAULT_HTTP);
}

static void
process(SimCall *call, const SimRoute *route)
{
    SimFault *fault = take_fault(call->sim, call->request->what);

    if (fault)
        call->date_ahead_s = fault->date_ahead_s;
    if (is_answer(fault))
        answer_fault(call, fault);
    else if (!fault || fault->kind != SIM_FAULT_DROP || fault->accepted)
        handle(call, route);

    if (fault && fault->kind == SIM_FAULT_DROP) {
        call->status = 0;
        record(call);
        cut(call);
    } else if (call->answer_later) {
        call->waiting = TRUE;
        soup_server_message_pause(call->message);
    } else {
        record(call);
        write_answer(call);
        if (call->sent && call->sim->early_status)
            hold_answer(call);
        else if (fault && fault->delay_ms > 0)
            delay(call, fault->delay_ms);
        else if (sim_file_is_stalled(call))
            stall(call);
        else if (call->bytes && sim_file_is_slow(call))
            put_off_rest(call);
    }
    g_clear_pointer(&fault, sim_fault_free);
}

static char *
dup_body(SoupServerMessage *message)
{
    g_autoptr(GBytes) bytes =
        soup_message_body_flatten(soup_server_message_get_request_body(message));
    gsize length = 0;
    const char *data = g_bytes_get_data(bytes, &length);

    return g_utf8_make_valid(data ? data : "", (gssize)length);
}

static SimCall *
new_call(CoexSim *sim, SoupServerMessage *message, const char *path, GHashTable *query)
{
    SimCall *call = g_new0(SimCall, 1);

    call->sim = sim;
    call->message = g_object_ref(message);
    call->query = query ? g_hash_table_ref(query) : NULL;
    call->request = g_new0(CoexSimRequest, 1);
    call->request->method = g_strdup(soup_server_message_get_method(message));
    call->request->path = g_strdup(path);
    call->request->query = g_strdup(g_uri_get_query(soup_server_message_get_uri(message)));
    call->request->body = dup_body(message);
    call->request->time_us = sim_now_us(sim);
    call->json = sim_parse_object(call->request->body);
    g_signal_connect(message, "finished", G_CALLBACK(on_message_over), call);
    g_signal_connect(message, "disconnected", G_CALLBACK(on_message_over), call);
    return call;
}

static void
on_request(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
           gpointer user_data)
{
    CoexSim *sim = user_data;
    SIM_LOCK(sim);
    SimCall *call = new_call(sim, message, path, query);
    const SimRoute *route = find_route(sim, call->request->method, path);

    call->request->what = g_strdup(route ? route->what : "unknown");
    sim_describe(sim, call->request, call->json);
    if (!g_str_equal(call->request->what, "messages"))
        sim_log(sim, "-> API: %s %s", call->request->method, call->request->path);
    process(call, route);
}

void
sim_api_attach(CoexSim *sim)
{
    soup_server_add_handler(sim->server, "/", on_request, sim, NULL);
}
