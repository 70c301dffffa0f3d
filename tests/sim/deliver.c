// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim-private.h"

#include <string.h>

/* Meta repeats ever more rarely for days (Meta: webhooks/create-webhook-endpoint); a test wants the
 * same within seconds. */
static const guint backoff_ms[] = { 200, 500, 1000, 2000 };

/* --- bodies
 * --------------------------------------------------------------------------------------- */

JsonObject *
sim_new_value(CoexSim *sim)
{
    JsonObject *value = sim_strings("messaging_product", "whatsapp", NULL);

    json_object_set_object_member(value, "metadata",
                                  sim_strings("display_phone_number", sim->digits,
                                              "phone_number_id", sim->phone_number_id, NULL));
    return value;
}

/* Takes changes. */
static GBytes *
envelope(CoexSim *sim, JsonArray *changes)
{
    JsonObject *entry = sim_strings("id", sim->waba_id, NULL);
    JsonObject *root = sim_strings("object", "whatsapp_business_account", NULL);

    json_object_set_array_member(entry, "changes", changes);
    json_object_set_array_member(root, "entry", sim_array_of(entry));
    return sim_wire(root);
}

static JsonObject *
new_change(const char *field, JsonObject *value)
{
    JsonObject *change = json_object_new();

    json_object_set_object_member(change, "value", value);
    json_object_set_string_member(change, "field", field);
    return change;
}

GBytes *
sim_render_change(CoexSim *sim, const char *field, JsonObject *value)
{
    return envelope(sim, sim_array_of(new_change(field, value)));
}

/* --- the queue
 * ------------------------------------------------------------------------------------ */

static void
delivery_free(SimDelivery *delivery)
{
    g_bytes_unref(delivery->body);
    g_free(delivery->label);
    g_free(delivery);
}

/* Takes body. */
static void
enqueue(CoexSim *sim, GBytes *body, const char *label)
{
    SimDelivery *delivery = g_new0(SimDelivery, 1);

    delivery->body = body;
    delivery->label = g_strdup(label);
    delivery->copies = sim->duplicates;
    sim->duplicates = 0;
    g_clear_pointer(&sim->last_body, g_bytes_unref);
    sim->last_body = g_bytes_ref(body);
    g_queue_push_tail(&sim->deliveries, delivery);
    sim_wake(sim);
}

void
sim_queue_change(CoexSim *sim, const char *field, JsonObject *value, const char *label)
{
    sim_log(sim, "<- %s", label);
    if (sim->batch)
        g_ptr_array_add(sim->batch, new_change(field, value));
    else
        enqueue(sim, sim_render_change(sim, field, value), label);
}

void
coex_sim_begin_batch(CoexSim *sim)
{
    SIM_LOCK(sim);

    g_assert_null(sim->batch);
    sim->batch = g_ptr_array_new_with_free_func((GDestroyNotify)json_object_unref);
}

void
coex_sim_end_batch(CoexSim *sim)
{
    SIM_LOCK(sim);
    g_autoptr(GPtrArray) batch = g_steal_pointer(&sim->batch);
    JsonArray *changes = json_array_new();

    g_assert_nonnull(batch);
    for (guint i = 0; i < batch->len; i++)
        json_array_add_object_element(changes, json_object_ref(g_ptr_array_index(batch, i)));
    enqueue(sim, envelope(sim, changes), "batch");
}

void
coex_sim_hold(CoexSim *sim)
{
    SIM_LOCK(sim);

    sim->holding = TRUE;
}

void
coex_sim_release(CoexSim *sim, CoexSimOrder order)
{
    SIM_LOCK(sim);

    if (order == COEX_SIM_REVERSED)
        g_queue_reverse(&sim->deliveries);
    sim->holding = FALSE;
    sim_wake(sim);
}

void
coex_sim_set_parallel(CoexSim *sim, guint n)
{
    SIM_LOCK(sim);

    sim->parallel = MAX(n, 1);
    sim_wake(sim);
}

void
coex_sim_duplicate_next(CoexSim *sim, guint n)
{
    SIM_LOCK(sim);

    sim->duplicates = n;
}

GBytes *
coex_sim_last_body(CoexSim *sim)
{
    SIM_LOCK(sim);

    return sim->last_body ? g_bytes_ref(sim->last_body) : NULL;
}

void
coex_sim_redeliver_last(CoexSim *sim)
{
    SIM_LOCK(sim);

    g_assert_nonnull(sim->last_body);
    enqueue(sim, g_bytes_ref(sim->last_body), "the last delivery once more");
}

/* --- where to
 * ------------------------------------------------------------------------------------- */

const char *
sim_webhook_url(CoexSim *sim)
{
    return sim->phone_url ? sim->phone_url : sim->waba_url ? sim->waba_url : sim->app_url;
}

void
sim_set_header_line(CoexSim *sim, const char *line)
{
    g_auto(GStrv) parts = g_strsplit(line, ":", 2);

    json_object_unref(sim->webhook_headers);
    sim->webhook_headers = json_object_new();
    if (g_strv_length(parts) == 2)
        json_object_set_string_member(sim->webhook_headers, g_strstrip(parts[0]),
                                      g_strstrip(parts[1]));
}

void
coex_sim_set_webhook(CoexSim *sim, const char *url)
{
    SIM_LOCK(sim);

    g_clear_pointer(&sim->phone_url, g_free);
    g_clear_pointer(&sim->waba_url, g_free);
    g_free(sim->app_url);
    sim->app_url = g_strdup(url);
    sim_set_header_line(sim, sim->webhook_header);
    sim_wake(sim);
}

void
coex_sim_set_webhook_headers(CoexSim *sim, const char *json)
{
    g_autoptr(JsonNode) node = json_from_string(json, NULL);
    SIM_LOCK(sim);

    json_object_unref(sim->webhook_headers);
    sim->webhook_headers = json_node_dup_object(node);
    sim_wake(sim);
}

char *
coex_sim_dup_webhook(CoexSim *sim)
{
    SIM_LOCK(sim);

    return g_strdup(sim_webhook_url(sim));
}

/* --- signing
 * -------------------------------------------------------------------------------------- */

static void
sign_meta(CoexSim *sim, SoupMessage *message, GBytes *body, gboolean wrong)
{
    const char *secret = wrong ? "not-the-app-secret" : sim->app_secret;
    g_autoptr(GBytes) key = g_bytes_new(secret, strlen(secret));
    g_autofree char *hex = g_compute_hmac_for_bytes(G_CHECKSUM_SHA256, key, body);
    g_autofree char *value = g_strconcat("sha256=", hex, NULL);

    soup_message_headers_append(soup_message_get_request_headers(message), "X-Hub-Signature-256",
                                value);
}

static void
sign_360dialog(CoexSim *sim, SoupMessage *message, gboolean wrong)
{
    g_autoptr(GList) names = json_object_get_members(sim->webhook_headers);

    for (GList *name = names; name; name = name->next) {
        g_autofree char *value =
            g_strconcat(wrong ? "not-" : "", sim_member(sim->webhook_headers, name->data), NULL);

        soup_message_headers_append(soup_message_get_request_headers(message), name->data, value);
    }
}

static SoupMessage *
new_message(CoexSim *sim, const char *method, const char *url, GBytes *body, CoexSimSigning signing)
{
    SoupMessage *message = soup_message_new(method, url);

    if (!message)
        return NULL;
    if (body)
        soup_message_set_request_body_from_bytes(message, "application/json", body);
    /* Keeps the connection, which libsoup otherwise closes after each POST; it still does not
     * resend. */
    soup_message_add_flags(message, SOUP_MESSAGE_IDEMPOTENT | SOUP_MESSAGE_NO_REDIRECT);
    if (!body || signing == COEX_SIM_SIGN_NONE)
        return message;
    if (sim->provider == COEX_SIM_META)
        sign_meta(sim, message, body, signing == COEX_SIM_SIGN_WRONG);
    else
        sign_360dialog(sim, message, signing == COEX_SIM_SIGN_WRONG);
    return message;
}

/* --- delivering
 * ----------------------------------------------------------------------------------- */

typedef struct {
    CoexSim *sim;
    SimDelivery *delivery;
    SoupMessage *message;
} SimFlight;

static void start_flights(CoexSim *sim);

static gboolean
is_idle(CoexSim *sim, gpointer data)
{
    return g_queue_is_empty(&sim->deliveries) && sim->n_in_flight == 0 && sim->n_backing_off == 0 &&
           sim->n_answers_due == 0;
}

static void
settle(CoexSim *sim)
{
    if (g_queue_is_empty(&sim->deliveries) && sim->n_in_flight == 0 && sim->n_backing_off == 0)
        sim_release_held_calls(sim);
    g_cond_broadcast(&sim->cond);
}

static gboolean
on_backoff_over(gpointer user_data)
{
    SimFlight *flight = user_data;
    CoexSim *sim = flight->sim;
    SIM_LOCK(sim);

    sim->n_backing_off--;
    g_queue_push_head(&sim->deliveries, g_steal_pointer(&flight->delivery));
    start_flights(sim);
    return G_SOURCE_REMOVE;
}

static void
flight_free(SimFlight *flight)
{
    if (flight->delivery)
        delivery_free(flight->delivery);
    g_clear_object(&flight->message);
    g_free(flight);
}

/* Takes flight. */
static void
back_off(CoexSim *sim, SimFlight *flight, guint status)
{
    guint attempt = flight->delivery->attempt++;
    guint wait_ms = backoff_ms[MIN(attempt, G_N_ELEMENTS(backoff_ms) - 1)];
    g_autoptr(GSource) source = g_timeout_source_new(wait_ms);

    sim->n_refused++;
    sim->n_backing_off++;
    if (status)
        sim_log(sim, "   webhook answered HTTP %u, again in %u ms", status, wait_ms);
    else if (attempt == 0)
        sim_log(sim, "   webhook did not answer, again until it does");
    g_clear_object(&flight->message);
    g_source_set_callback(source, on_backoff_over, flight, (GDestroyNotify)flight_free);
    g_source_attach(source, sim->context);
}

/* Takes flight. */
static void
land(CoexSim *sim, SimFlight *flight)
{
    sim->n_delivered++;
    if (flight->delivery->copies > 0) {
        flight->delivery->copies--;
        flight->delivery->attempt = 0;
        g_queue_push_head(&sim->deliveries, g_steal_pointer(&flight->delivery));
    }
    flight_free(flight);
}

static void
on_delivered(GObject *source, GAsyncResult *result, gpointer user_data)
{
    SimFlight *flight = user_data;
    CoexSim *sim = flight->sim;
    g_autoptr(GBytes) answer =
        soup_session_send_and_read_finish(SOUP_SESSION(source), result, NULL);
    guint status = answer ? soup_message_get_status(flight->message) : 0;
    SIM_LOCK(sim);

    sim->n_in_flight--;
    if (sim->stopping)
        flight_free(flight);
    else if (status == 200)
        land(sim, flight);
    else
        back_off(sim, flight, status);
    start_flights(sim);
}

static void
start_flights(CoexSim *sim)
{
    const char *url = sim_webhook_url(sim);

    while (url && !sim->holding && !sim->stopping && sim->n_in_flight < sim->parallel &&
           !g_queue_is_empty(&sim->deliveries)) {
        SimFlight *flight = g_new0(SimFlight, 1);

        flight->sim = sim;
        flight->delivery = g_queue_pop_head(&sim->deliveries);
        flight->message = new_message(sim, "POST", url, flight->delivery->body, COEX_SIM_SIGN_GOOD);
        if (!flight->message) {
            sim_log(sim, "!! not a URL: %s", url);
            flight_free(flight);
            continue;
        }
        sim->n_in_flight++;
        soup_session_send_and_read_async(sim->session, flight->message, G_PRIORITY_DEFAULT,
                                         sim->cancellable, on_delivered, flight);
    }
    settle(sim);
}

static gboolean
on_wake(gpointer user_data)
{
    CoexSim *sim = user_data;
    SIM_LOCK(sim);

    start_flights(sim);
    return G_SOURCE_REMOVE;
}

void
sim_wake(CoexSim *sim)
{
    g_autoptr(GSource) source = g_idle_source_new();

    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, on_wake, sim, NULL);
    g_source_attach(source, sim->context);
}

void
sim_deliver_clear(CoexSim *sim)
{
    g_queue_clear_full(&sim->deliveries, (GDestroyNotify)delivery_free);
    g_clear_pointer(&sim->batch, g_ptr_array_unref);
    g_clear_pointer(&sim->last_body, g_bytes_unref);
}

gboolean
coex_sim_wait_delivered(CoexSim *sim, guint timeout_ms)
{
    SIM_LOCK(sim);

    return sim_wait(sim, is_idle, NULL, timeout_ms);
}

guint
coex_sim_n_delivered(CoexSim *sim)
{
    SIM_LOCK(sim);

    return sim->n_delivered;
}

guint
coex_sim_n_refused(CoexSim *sim)
{
    SIM_LOCK(sim);

    return sim->n_refused;
}

static gboolean
has_refused(CoexSim *sim, gpointer data)
{
    return sim->n_refused >= *(guint *)data;
}

gboolean
coex_sim_wait_refused(CoexSim *sim, guint n, guint timeout_ms)
{
    SIM_LOCK(sim);

    return sim_wait(sim, has_refused, &n, timeout_ms);
}

/* --- by hand
 * -------------------------------------------------------------------------------------- */

typedef struct {
    CoexSim *sim;
    const char *method;
    const char *url;
    GBytes *body;
    CoexSimSigning signing;
    SoupMessage *message;
    guint status;
    gboolean done;
} SimRaw;

static void
on_raw_answered(GObject *source, GAsyncResult *result, gpointer user_data)
{
    SimRaw *raw = user_data;
    g_autoptr(GBytes) answer =
        soup_session_send_and_read_finish(SOUP_SESSION(source), result, NULL);
    SIM_LOCK(raw->sim);

    raw->status = answer ? soup_message_get_status(raw->message) : 0;
    raw->done = TRUE;
    g_cond_broadcast(&raw->sim->cond);
}

static gboolean
on_raw(gpointer user_data)
{
    SimRaw *raw = user_data;
    CoexSim *sim = raw->sim;
    SIM_LOCK(sim);

    raw->message = new_message(sim, raw->method, raw->url, raw->body, raw->signing);
    g_assert_nonnull(raw->message);
    soup_session_send_and_read_async(sim->session, raw->message, G_PRIORITY_DEFAULT,
                                     sim->cancellable, on_raw_answered, raw);
    return G_SOURCE_REMOVE;
}

/* A read mark for a message that came in by hand is as good as any. */
void
sim_learn_ids(CoexSim *sim, const char *text)
{
    for (const char *p = strstr(text, "\"wamid."); p; p = strstr(p + 1, "\"wamid.")) {
        const char *end = strchr(p + 1, '"');

        if (!end)
            return;
        g_hash_table_add(sim->inbound_ids, g_strndup(p + 1, (gsize)(end - p - 1)));
    }
}

guint
coex_sim_deliver_raw_to(CoexSim *sim, const char *method, const char *url, GBytes *body,
                        CoexSimSigning signing)
{
    SimRaw raw = { .sim = sim, .method = method, .url = url, .body = body, .signing = signing };
    g_autoptr(GSource) source = g_idle_source_new();
    SIM_LOCK(sim);

    if (body) {
        gsize length = 0;
        const char *data = g_bytes_get_data(body, &length);
        g_autofree char *text = g_strndup(data, length);

        sim_learn_ids(sim, text);
    }
    g_source_set_callback(source, on_raw, &raw, NULL);
    g_source_attach(source, sim->context);
    while (!raw.done)
        g_cond_wait(&sim->cond, &sim->lock);
    g_object_unref(raw.message);
    return raw.status;
}

guint
coex_sim_deliver_raw(CoexSim *sim, GBytes *body, CoexSimSigning signing)
{
    g_autofree char *url = coex_sim_dup_webhook(sim);

    g_assert_nonnull(url);
    return coex_sim_deliver_raw_to(sim, "POST", url, body, signing);
}

/* --- Meta's challenge
 * ------------------------------------------------------------------------------- */

typedef struct {
    SimCall *call;
    SoupMessage *message;
} SimChallenge;

static gboolean
challenge_passed(SimCall *call, GBytes *answer, guint status)
{
    gsize length = 0;
    const char *data = answer ? g_bytes_get_data(answer, &length) : NULL;

    return status == 200 && length == strlen(call->challenge) &&
           memcmp(data, call->challenge, length) == 0;
}

static void
on_challenged(GObject *source, GAsyncResult *result, gpointer user_data)
{
    SimChallenge *challenge = user_data;
    SimCall *call = challenge->call;
    CoexSim *sim = call->sim;
    g_autoptr(GBytes) answer =
        soup_session_send_and_read_finish(SOUP_SESSION(source), result, NULL);
    guint status = answer ? soup_message_get_status(challenge->message) : 0;
    SIM_LOCK(sim);

    sim->n_in_flight--;
    g_object_unref(challenge->message);
    g_free(challenge);
    if (challenge_passed(call, answer, status)) {
        JsonObject *body = json_object_new();

        json_object_set_boolean_member(body, "success", TRUE);
        g_free(*call->pending_slot);
        *call->pending_slot = g_steal_pointer(&call->pending_url);
        sim_log(sim, "   webhook registered: %s", *call->pending_slot);
        sim_call_answer(call, 200, body);
        sim_wake(sim);
    } else
        sim_call_fail(call, 2200,
                      "Callback verification failed: the URL did not answer with the challenge.");
    sim_call_finish(call);
}

void
sim_challenge(SimCall *call, const char *verify_token)
{
    CoexSim *sim = call->sim;
    g_autofree char *token = g_uri_escape_string(verify_token, NULL, FALSE);
    g_autofree char *url = NULL;
    SimChallenge *challenge = g_new0(SimChallenge, 1);

    call->challenge = g_strdup_printf("%u", sim->next_challenge++);
    url = g_strdup_printf("%s%chub.mode=subscribe&hub.challenge=%s&hub.verify_token=%s",
                          call->pending_url, strchr(call->pending_url, '?') ? '&' : '?',
                          call->challenge, token);
    challenge->call = call;
    challenge->message = new_message(sim, "GET", url, NULL, COEX_SIM_SIGN_NONE);
    if (!challenge->message) {
        g_free(challenge);
        sim_call_fail(call, 100, "override_callback_uri is not a URL.");
        return;
    }
    call->answer_later = TRUE;
    sim->n_in_flight++;
    soup_session_send_and_read_async(sim->session, challenge->message, G_PRIORITY_DEFAULT,
                                     sim->cancellable, on_challenged, challenge);
}
