// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim-private.h"

#include <string.h>

#define BUSINESS_ID "330044005500660"

static const char *
parameter(SimCall *call, const char *name)
{
    return call->query ? g_hash_table_lookup(call->query, name) : NULL;
}

static void
answer_success(SimCall *call)
{
    JsonObject *body = json_object_new();

    json_object_set_boolean_member(body, "success", TRUE);
    sim_call_answer(call, 200, body);
}

/* --- the number
 * ----------------------------------------------------------------------------------- */

static JsonObject *
health_entity(const char *type, const char *id)
{
    return sim_strings("entity_type", type, "id", id, "can_send_message", "AVAILABLE", NULL);
}

void
coex_sim_change_number(CoexSim *sim, const char *json)
{
    SIM_LOCK(sim);

    g_clear_pointer(&sim->number_changes, json_object_unref);
    sim->number_changes = sim_parse_object(json);
    g_assert_nonnull(sim->number_changes);
}

static JsonObject *
health_status(CoexSim *sim)
{
    JsonObject *other =
        sim->number_changes ? sim_member_object(sim->number_changes, "health_status") : NULL;
    JsonObject *health = sim_strings("can_send_message", "AVAILABLE", NULL);
    JsonArray *entities = sim_array_of(health_entity("PHONE_NUMBER", sim->phone_number_id));

    if (other) {
        json_array_unref(entities);
        json_object_unref(health);
        return json_object_ref(other);
    }
    json_array_add_object_element(entities, health_entity("WABA", sim->waba_id));
    json_array_add_object_element(entities, health_entity("BUSINESS", BUSINESS_ID));
    json_array_add_object_element(entities, health_entity("APP", SIM_APP_ID));
    json_object_set_array_member(health, "entities", entities);
    return health;
}

/* "+44 7700 900100": blanks inside, as Meta shows numbers. */
static char *
spaced_number(CoexSim *sim)
{
    const char *digits = sim->digits;

    if (strlen(digits) < 8)
        return g_strdup(sim->number);
    return g_strdup_printf("+%.2s %.4s %s", digits, digits + 2, digits + 6);
}

static JsonObject *
webhook_configuration(CoexSim *sim)
{
    JsonObject *configuration = json_object_new();

    if (sim->phone_url)
        json_object_set_string_member(configuration, "phone_number", sim->phone_url);
    if (sim->waba_url)
        json_object_set_string_member(configuration, "whatsapp_business_account", sim->waba_url);
    if (sim->app_url)
        json_object_set_string_member(configuration, "application", sim->app_url);
    return configuration;
}

static void
change(JsonObject *all, JsonObject *changes)
{
    g_autoptr(GList) names = changes ? json_object_get_members(changes) : NULL;

    for (GList *name = names; name; name = name->next)
        json_object_set_member(all, name->data, json_object_dup_member(changes, name->data));
}

/* payloads/outbound/37. */
static JsonObject *
number_fields(CoexSim *sim)
{
    g_autofree char *display = spaced_number(sim);
    JsonObject *all = sim_strings(
        "id", sim->phone_number_id, "display_phone_number", display, "verified_name",
        "Radhaus Mitte", "name_status", "APPROVED", "quality_rating", "GREEN", "status",
        "CONNECTED", "code_verification_status", "VERIFIED", "platform_type", "CLOUD_API",
        "whatsapp_business_manager_messaging_limit", "TIER_2K", "account_mode", "LIVE", NULL);

    json_object_set_boolean_member(all, "is_on_biz_app", sim->coexistence);
    json_object_set_boolean_member(all, "is_official_business_account", FALSE);
    json_object_set_object_member(all, "throughput", sim_strings("level", "STANDARD", NULL));
    json_object_set_object_member(all, "health_status", health_status(sim));
    json_object_set_object_member(all, "webhook_configuration", webhook_configuration(sim));
    change(all, sim->number_changes);
    return all;
}

/* Graph's `fields`: only what was asked for, and the id; NULL after an unknown name. */
static JsonObject *
choose_fields(SimCall *call, JsonObject *all, const char *standard)
{
    const char *fields = parameter(call, "fields");
    g_auto(GStrv) names = g_strsplit(fields ? fields : standard, ",", -1);
    JsonObject *chosen = json_object_new();

    for (guint i = 0; names[i]; i++) {
        char *name = g_strstrip(names[i]);

        name[strcspn(name, "{")] = '\0';
        if (!json_object_has_member(all, name)) {
            sim_complain(call->sim, "unknown field \"%s\" asked of %s", name, call->request->path);
            sim_call_fail(call, 100, "Tried accessing a nonexisting field.");
            json_object_unref(chosen);
            return NULL;
        }
        json_object_set_member(chosen, name, json_object_dup_member(all, name));
    }
    json_object_set_string_member(chosen, "id", sim_member(all, "id"));
    return chosen;
}

void
sim_handle_number(SimCall *call)
{
    g_autoptr(JsonObject) all = number_fields(call->sim);
    JsonObject *chosen =
        choose_fields(call, all, "verified_name,display_phone_number,quality_rating,platform_type");

    if (chosen)
        sim_call_answer(call, 200, chosen);
}

void
sim_handle_numbers(SimCall *call)
{
    g_autoptr(JsonObject) all = number_fields(call->sim);
    JsonObject *chosen =
        choose_fields(call, all, "verified_name,display_phone_number,quality_rating,platform_type");
    JsonObject *paging = json_object_new();
    JsonObject *root = json_object_new();

    json_object_set_object_member(paging, "cursors",
                                  sim_strings("before", "QVFI0", "after", "QVFI1", NULL));
    json_object_set_object_member(root, "paging", paging);
    if (!chosen) {
        json_object_unref(root);
        return;
    }
    json_object_set_array_member(root, "data", sim_array_of(chosen));
    sim_call_answer(call, 200, root);
}

void
sim_handle_waba(SimCall *call)
{
    g_autoptr(JsonObject) all = sim_strings("id", call->sim->waba_id, "name", "Radhaus Mitte",
                                            "timezone_id", "1", "currency", "EUR", NULL);
    JsonObject *chosen = choose_fields(call, all, "id,name");

    if (chosen)
        sim_call_answer(call, 200, chosen);
}

void
sim_handle_me(SimCall *call)
{
    g_autoptr(JsonObject) all = sim_strings("id", "122000111222333", "name", "purple", NULL);
    JsonObject *chosen = choose_fields(call, all, "id,name");

    if (chosen)
        sim_call_answer(call, 200, chosen);
}

/* Meta: embedded-signup/onboarding-business-app-users. Contacts first; each once. */
void
sim_handle_sync(SimCall *call)
{
    CoexSim *sim = call->sim;
    const char *type = call->json ? sim_member(call->json, "sync_type") : NULL;
    gboolean history = g_strcmp0(type, "history") == 0;
    gboolean *asked = history ? &sim->history_asked : &sim->contacts_asked;

    if (!call->json || json_object_get_size(call->json) != 2 ||
        g_strcmp0(sim_member(call->json, "messaging_product"), "whatsapp") != 0 ||
        (!history && g_strcmp0(type, "smb_app_state_sync") != 0)) {
        sim_complain(sim, "smb_app_data with an unknown body");
        sim_call_fail(call, 100, "sync_type is required.");
        return;
    }
    if (history && !sim->contacts_asked)
        sim_complain(sim, "the history was asked for before the contacts");
    if (*asked) {
        sim_call_fail(call, 2593107, NULL);
        return;
    }
    *asked = TRUE;
    sim_call_answer(call, 200,
                    sim_strings("messaging_product", "whatsapp", "request_id",
                                history ? "sync-history-1" : "sync-contacts-1", NULL));
}

void
sim_handle_health(SimCall *call)
{
    JsonObject *root = json_object_new();

    json_object_set_object_member(root, "health_status", health_status(call->sim));
    json_object_set_string_member(root, "id", call->sim->phone_number_id);
    sim_call_answer(call, 200, root);
}

/* --- the token
 * ------------------------------------------------------------------------------------ */

static void
add_scope(JsonArray *scopes, JsonArray *granular, const char *scope, const char *target_id)
{
    JsonObject *entry = sim_strings("scope", scope, NULL);
    JsonArray *targets = json_array_new();

    json_array_add_string_element(targets, target_id);
    json_object_set_array_member(entry, "target_ids", targets);
    json_array_add_object_element(granular, entry);
    json_array_add_string_element(scopes, scope);
}

/* The app's token "APPID|SECRET" in the query or header, or the inspected token itself as Bearer.
 */
static gboolean
may_inspect(SimCall *call)
{
    CoexSim *sim = call->sim;
    g_autofree char *app_token = g_strconcat(SIM_APP_ID, "|", sim->app_secret, NULL);
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(call->message);
    const char *line = soup_message_headers_get_one(headers, "Authorization");
    const char *given = parameter(call, "access_token");

    if (!given && line && g_str_has_prefix(line, "Bearer "))
        given = line + strlen("Bearer ");
    if (g_strcmp0(given, app_token) == 0)
        return TRUE;
    return !sim->token_revoked && !sim->token_expired && g_strcmp0(given, sim->key) == 0;
}

void
sim_handle_token(SimCall *call)
{
    CoexSim *sim = call->sim;
    gboolean valid =
        !sim->token_revoked && g_strcmp0(parameter(call, "input_token"), sim->key) == 0;
    JsonArray *scopes = json_array_new();
    JsonArray *granular = json_array_new();
    JsonObject *data =
        sim_strings("app_id", SIM_APP_ID, "type", "SYSTEM_USER", "application", "prpl-wa", NULL);
    JsonObject *root = json_object_new();

    static const char *const permissions[] = { "whatsapp_business_management",
                                               "whatsapp_business_messaging" };

    for (guint i = 0; valid && i < G_N_ELEMENTS(permissions); i++)
        if (!sim_is_withheld(sim, permissions[i]))
            add_scope(scopes, granular, permissions[i], sim->waba_id);
    json_object_set_int_member(data, "expires_at", sim->token_ends_at);
    json_object_set_boolean_member(data, "is_valid", valid);
    json_object_set_array_member(data, "scopes", scopes);
    json_object_set_array_member(data, "granular_scopes", granular);
    json_object_set_object_member(root, "data", data);
    sim_call_answer(call, 200, root);
    if (!may_inspect(call))
        sim_call_fail(call, 190, NULL);
}

/* --- webhooks
 * ------------------------------------------------------------------------------------- */

static JsonObject *
gateway_webhook(CoexSim *sim)
{
    JsonObject *root = sim_strings("url", sim->app_url ? sim->app_url : "", NULL);

    json_object_set_object_member(root, "headers", json_object_ref(sim->webhook_headers));
    return root;
}

void
sim_handle_webhook_get(SimCall *call)
{
    CoexSim *sim = call->sim;
    JsonObject *app = json_object_new();
    JsonObject *root = json_object_new();

    if (sim->provider == COEX_SIM_360DIALOG) {
        json_object_unref(app);
        json_object_unref(root);
        sim_call_answer(call, 200, gateway_webhook(sim));
        return;
    }
    json_object_set_object_member(app, "whatsapp_business_api_data",
                                  sim_strings("id", SIM_APP_ID, "name", "prpl-wa", "link",
                                              "https://www.facebook.com/games/?app_id=" SIM_APP_ID,
                                              NULL));
    if (sim->waba_url)
        json_object_set_string_member(app, "override_callback_uri", sim->waba_url);
    json_object_set_array_member(root, "data", sim_array_of(app));
    if (sim->unsubscribed)
        json_object_set_array_member(root, "data", json_array_new());
    sim_call_answer(call, 200, root);
}

static gboolean
is_http_url(const char *url)
{
    return url && (g_str_has_prefix(url, "http://") || g_str_has_prefix(url, "https://")) &&
           g_uri_is_valid(url, G_URI_FLAGS_NONE, NULL);
}

static void
set_gateway_webhook(SimCall *call)
{
    CoexSim *sim = call->sim;
    const char *url = sim_member(call->json, "url");
    JsonObject *headers = sim_member_object(call->json, "headers");

    if (!is_http_url(url)) {
        sim_call_answer(call, 400, sim_strings("error", "webhook url is not valid", NULL));
        return;
    }
    g_free(sim->app_url);
    sim->app_url = g_strdup(url);
    json_object_unref(sim->webhook_headers);
    sim->webhook_headers = headers ? json_object_ref(headers) : json_object_new();
    sim_log(sim, "   webhook registered: %s", url);
    sim_call_answer(call, 200, gateway_webhook(sim));
    sim_wake(sim);
}

/* Meta: an override of the WABA or of the number; an empty URL or none takes it away
 * (Meta: webhooks/override). */
static void
set_override(SimCall *call, JsonObject *configuration, char **slot)
{
    const char *url = sim_member(configuration, "override_callback_uri");
    const char *token = sim_member(configuration, "verify_token");

    if (!url || !*url) {
        g_clear_pointer(slot, g_free);
        answer_success(call);
        return;
    }
    if (!is_http_url(url) || strlen(url) > 200 || !token) {
        sim_call_fail(
            call, 100,
            "override_callback_uri (up to 200 characters) and verify_token are required.");
        return;
    }
    call->pending_url = g_strdup(url);
    call->pending_slot = slot;
    sim_challenge(call, token);
}

void
sim_handle_webhook_set(SimCall *call)
{
    CoexSim *sim = call->sim;
    gboolean of_waba = strstr(call->request->path, "/subscribed_apps") != NULL;

    if (sim->provider == COEX_SIM_360DIALOG) {
        set_gateway_webhook(call);
        return;
    }
    if (of_waba) {
        set_override(call, call->json, &sim->waba_url);
        return;
    }
    if (!sim_member_object(call->json, "webhook_configuration")) {
        sim_complain(sim, "POST to the number without webhook_configuration");
        sim_call_fail(call, 100, "webhook_configuration is required.");
        return;
    }
    set_override(call, sim_member_object(call->json, "webhook_configuration"), &sim->phone_url);
}

void
sim_handle_webhook_delete(SimCall *call)
{
    CoexSim *sim = call->sim;

    sim_complain(sim, "DELETE subscribed_apps ends all webhooks of this account");
    g_clear_pointer(&sim->app_url, g_free);
    g_clear_pointer(&sim->waba_url, g_free);
    answer_success(call);
}
