// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim-private.h"

#include <string.h>

/* What is asked to find out why something does not work, and what may be wrong. */

#define HISTORY_MAX 100

void
sim_checks_clear(CoexSim *sim)
{
    g_clear_pointer(&sim->withheld, g_ptr_array_unref);
    g_clear_pointer(&sim->webhook_error, g_free);
}

/* --- verbs --- */

void
coex_sim_expire_token(CoexSim *sim)
{
    SIM_LOCK(sim);

    sim->token_expired = TRUE;
}

void
coex_sim_set_token_end(CoexSim *sim, gint64 at)
{
    SIM_LOCK(sim);

    sim->token_ends_at = at;
}

void
coex_sim_withhold(CoexSim *sim, const char *name)
{
    SIM_LOCK(sim);

    if (!sim->withheld)
        sim->withheld = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(sim->withheld, g_strdup(name));
}

gboolean
sim_is_withheld(CoexSim *sim, const char *name)
{
    return sim->withheld &&
           g_ptr_array_find_with_equal_func(sim->withheld, name, g_str_equal, NULL);
}

void
coex_sim_override_webhook(CoexSim *sim, gboolean of_number, const char *url)
{
    SIM_LOCK(sim);
    char **slot = of_number ? &sim->phone_url : &sim->waba_url;

    g_free(*slot);
    *slot = g_strdup(url);
}

void
coex_sim_set_subscribed(CoexSim *sim, gboolean subscribed)
{
    SIM_LOCK(sim);

    sim->unsubscribed = !subscribed;
}

void
coex_sim_set_webhook_error(CoexSim *sim, const char *error)
{
    SIM_LOCK(sim);

    g_free(sim->webhook_error);
    sim->webhook_error = g_strdup(error);
}

/* --- the app's webhook: Meta: graph-api/reference/app/subscriptions --- */

static gboolean
is_app(SimCall *call)
{
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(call->message);
    g_autofree char *wanted = g_strconcat("Bearer " SIM_APP_ID "|", call->sim->app_secret, NULL);

    return g_strcmp0(soup_message_headers_get_one(headers, "Authorization"), wanted) == 0;
}

void
sim_handle_subscriptions(SimCall *call)
{
    static const char *const names[] = { "messages",         "smb_message_echoes",
                                         "history",          "smb_app_state_sync",
                                         "user_preferences", "account_update" };
    CoexSim *sim = call->sim;
    JsonArray *fields = json_array_new();
    JsonObject *entry =
        sim_strings("object", "whatsapp_business_account", "callback_url", sim->app_url, NULL);
    JsonObject *root = json_object_new();

    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (!sim_is_withheld(sim, names[i]))
            json_array_add_object_element(fields,
                                          sim_strings("name", names[i], "version", "v26.0", NULL));
    json_object_set_boolean_member(entry, "active", TRUE);
    json_object_set_array_member(entry, "fields", fields);
    json_object_set_array_member(root, "data", sim_array_of(entry));
    sim_call_answer(call, 200, root);
    if (!is_app(call))
        sim_call_fail(call, 190, NULL);
}

/* --- 360dialog: the webhook of all of an account's numbers: messaging/webhook --- */

void
sim_handle_waba_webhook(SimCall *call)
{
    CoexSim *sim = call->sim;
    JsonObject *root = sim_strings("url", sim->waba_url ? sim->waba_url : "", NULL);

    json_object_set_object_member(root, "headers", json_object_new());
    sim_call_answer(call, 200, root);
}

/* --- message_history: payloads/outbound/45 --- */

/* In the order in which they come; how many of them a message has reached. */
static guint
count_events(const SimSent *sent)
{
    static const char *const states[] = { "accepted", "sent", "delivered", "read" };

    for (guint i = 0; i < G_N_ELEMENTS(states); i++)
        if (g_strcmp0(sent->status, states[i]) == 0)
            return i;
    return 0;
}

static JsonObject *
history_event(CoexSim *sim, const SimSent *sent, const char *status, guint i)
{
    g_autofree char *id = g_strdup_printf("900100200300410%u", i);
    JsonObject *event =
        sim_strings("id", id, "delivery_status", status, "webhook_update_state",
                    sim->webhook_error ? "FAILED" : "DELIVERED", "webhook_uri",
                    sim_webhook_url(sim), "error_description", sim->webhook_error, NULL);

    json_object_set_int_member(event, "timestamp", sim_now_s(sim));
    json_object_set_object_member(event, "application", sim_strings("id", SIM_APP_ID, NULL));
    return event;
}

static JsonObject *
history_message(CoexSim *sim, const SimSent *sent)
{
    static const char *const names[] = { "SENT", "DELIVERED", "READ" };
    JsonArray *list = json_array_new();
    JsonObject *events = json_object_new();
    JsonObject *message = sim_strings("id", "9001002003004005", "message_id", sent->wamid, NULL);

    for (guint i = 0; i < count_events(sent); i++)
        json_array_add_object_element(list, history_event(sim, sent, names[i], i));
    if (g_strcmp0(sent->status, "failed") == 0)
        json_array_add_object_element(list, history_event(sim, sent, "FAILED", 0));
    json_object_set_array_member(events, "data", list);
    json_object_set_object_member(message, "events", events);
    return message;
}

void
sim_handle_history(SimCall *call)
{
    static const char FIELDS[] = "id,message_id,events{delivery_status,webhook_update_state,"
                                 "timestamp,application{id},webhook_uri,error_description}";
    CoexSim *sim = call->sim;
    const char *wamid = call->query ? g_hash_table_lookup(call->query, "message_id") : NULL;
    const char *fields = call->query ? g_hash_table_lookup(call->query, "fields") : NULL;
    const char *limit = call->query ? g_hash_table_lookup(call->query, "limit") : NULL;
    JsonArray *data;
    JsonObject *root;

    if (g_strcmp0(fields, FIELDS) != 0) {
        sim_call_reject(call, "message_history", 100, "unknown fields \"%s\"", fields);
        return;
    }
    if (limit && g_ascii_strtoull(limit, NULL, 10) > HISTORY_MAX) {
        sim_call_reject(call, "message_history", 100, "limit %s", limit);
        return;
    }
    data = json_array_new();
    for (guint i = sim->sent->len; i > 0; i--) {
        const SimSent *sent = g_ptr_array_index(sim->sent, i - 1);

        if (!wamid || g_strcmp0(sent->wamid, wamid) == 0)
            json_array_add_object_element(data, history_message(sim, sent));
    }
    root = json_object_new();
    json_object_set_array_member(root, "data", data);
    sim_call_answer(call, 200, root);
}
