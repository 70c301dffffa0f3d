// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim-private.h"

#include <string.h>

/* Small on purpose: a client that does not follow the paging misses most of the catalogue. */
#define PAGE_MAX 5

#define DEFINITION(name, language, category, status, rest)                                         \
    "{\"name\":\"" name "\",\"language\":\"" language "\",\"category\":\"" category                \
    "\",\"status\":\"" status "\"," rest "}"
#define BODY(text) "{\"type\":\"BODY\",\"text\":\"" text "\"}"
#define FOOTER(text) "{\"type\":\"FOOTER\",\"text\":\"" text "\"}"
#define HEADER(format) "{\"type\":\"HEADER\",\"format\":\"" format "\"}"
#define POSITIONAL "\"parameter_format\":\"POSITIONAL\","
#define NAMED "\"parameter_format\":\"NAMED\","
#define COMPONENTS(list) "\"components\":[" list "]"
#define IMAGE_HEADER                                                                               \
    "{\"type\":\"HEADER\",\"format\":\"IMAGE\",\"example\":{\"header_handle\":"                    \
    "[\"https://scontent.whatsapp.net/v/made-up.jpg\"]}}"
#define CARD                                                                                       \
    "{\"components\":[" IMAGE_HEADER ",{\"type\":\"BUTTONS\",\"buttons\":["                        \
    "{\"type\":\"QUICK_REPLY\",\"text\":\"I like it\"},"                                           \
    "{\"type\":\"URL\",\"text\":\"Look\",\"url\":\"https://radhaus.example/b/{{1}}\"}]}]}"

/* Meta: templates/components and payloads/outbound/28. */
static const char *const catalogue[] = {
    DEFINITION("order_update", "en_US", "UTILITY", "APPROVED",
               POSITIONAL "\"quality_score\":{\"score\":\"GREEN\",\"date\":1794000000}," COMPONENTS(
                   "{\"type\":\"BODY\",\"text\":\"Hi {{1}}, your order {{2}} is ready.\","
                   "\"example\":{\"body_text\":[[\"Bob\",\"A-17\"]]}}," FOOTER("Radhaus Mitte"))),
    DEFINITION("order_update", "de", "UTILITY", "APPROVED",
               POSITIONAL COMPONENTS(
                   "{\"type\":\"BODY\",\"text\":\"Hallo {{1}}, Ihr Auftrag {{2}} ist fertig.\","
                   "\"example\":{\"body_text\":[[\"Jana\",\"A-17\"]]}}," FOOTER("Radhaus Mitte"))),
    DEFINITION(
        "table_confirmed", "en_US", "UTILITY", "APPROVED",
        NAMED COMPONENTS(
            "{\"type\":\"HEADER\",\"format\":\"TEXT\",\"text\":\"See you on {{day}}\",\"example\":"
            "{\"header_text_named_params\":[{\"param_name\":\"day\",\"example\":\"Friday\"}]}},"
            "{\"type\":\"BODY\",\"text\":\"Hi {{guest_name}}, a table for {{seats}} is "
            "booked.\",\"example\":"
            "{\"body_text_named_params\":[{\"param_name\":\"guest_name\",\"example\":\"Jana\"},"
            "{\"param_name\":\"seats\",\"example\":\"4\"}]}}")),
    DEFINITION(
        "appointment", "en_US", "UTILITY", "APPROVED",
        POSITIONAL COMPONENTS(
            "{\"type\":\"HEADER\",\"format\":\"TEXT\",\"text\":\"Appointment on {{1}}\"}," BODY(
                "Dear {{1}}, we expect you at {{2}}. Please bring {{3}}."))),
    DEFINITION("we_miss_you", "en_US", "MARKETING", "APPROVED",
               COMPONENTS(BODY("We have not heard from you for a while. How can we help?"))),
    DEFINITION(
        "we_miss_you", "de", "MARKETING", "APPROVED",
        COMPONENTS(
            BODY("Wir haben lange nichts von Ihnen geh\303\266rt. Wie k\303\266nnen wir helfen?"))),
    DEFINITION("pickup_ready_v2", "de", "UTILITY", "APPROVED",
               POSITIONAL COMPONENTS(
                   IMAGE_HEADER
                   "," BODY("Hallo {{1}}, dein Rad (Auftrag {{2}}) ist fertig.") "," FOOTER(
                       "Radhaus Mitte") ",{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":\"QUICK_"
                                        "REPLY\",\"text\":\"Ich komme\"},"
                                        "{\"type\":\"URL\",\"text\":\"Auftrag\",\"url\":\"https://"
                                        "radhaus.example/o/{{1}}\"},"
                                        "{\"type\":\"PHONE_NUMBER\",\"text\":\"Anrufen\",\"phone_"
                                        "number\":\"+493023125900\"}]}")),
    DEFINITION("courier_on_the_way", "en_GB", "UTILITY", "APPROVED",
               POSITIONAL COMPONENTS(
                   HEADER("LOCATION") "," BODY("We collect {{1}} on {{2}} at your door."))),
    DEFINITION("track_parcel", "en_US", "UTILITY", "APPROVED",
               POSITIONAL COMPONENTS(BODY(
                   "Your parcel is on its way.") ",{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":"
                                                 "\"URL\",\"text\":\"Track\","
                                                 "\"url\":\"https://radhaus.example/t/{{1}}\"}]}")),
    DEFINITION(
        "rate_us", "en_US", "MARKETING", "APPROVED",
        POSITIONAL COMPONENTS(BODY(
            "How was your visit, {{1}}?") ",{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":\"QUICK_"
                                          "REPLY\",\"text\":\"Good\"},"
                                          "{\"type\":\"QUICK_REPLY\",\"text\":\"Not so good\"}]}")),
    DEFINITION("autumn_bikes", "en_US", "MARKETING", "APPROVED",
               POSITIONAL COMPONENTS(
                   BODY("New this autumn, {{1}}:") ",{\"type\":\"CAROUSEL\",\"cards\":[" CARD
                                                   "," CARD "]}")),
    DEFINITION(
        "weekend_offer", "en_US", "MARKETING", "APPROVED",
        POSITIONAL COMPONENTS(
            "{\"type\":\"LIMITED_TIME_OFFER\",\"limited_time_offer\":{\"text\":\"Ends soon!\","
            "\"has_expiration\":true}}," BODY(
                "{{1}}, 15% off all tyres.") ",{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":\"COPY_"
                                             "CODE\",\"text\":\"Copy offer code\"},"
                                             "{\"type\":\"URL\",\"text\":\"Shop\",\"url\":\"https:/"
                                             "/radhaus.example/{{1}}\"}]}")),
    DEFINITION(
        "login_code", "en_US", "AUTHENTICATION", "APPROVED",
        "\"message_send_ttl_seconds\":600," COMPONENTS(BODY(
            "*{{1}}* is your verification code.") ",{\"type\":\"FOOTER\",\"text\":\"This code "
                                                  "expires in 5 "
                                                  "minutes.\",\"code_expiration_minutes\":5},"
                                                  "{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":"
                                                  "\"URL\",\"text\":\"Copy code\",\"url\":"
                                                  "\"https://www.whatsapp.com/otp/code/"
                                                  "?otp_type=COPY_CODE&code=otp{{1}}\"}]}")),
    DEFINITION("shop_window", "en_US", "MARKETING", "APPROVED",
               POSITIONAL COMPONENTS(
                   BODY("Look at what is new.") ",{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":"
                                                "\"MPM\",\"text\":\"View items\"}]}")),
    DEFINITION("spring_sale", "en_US", "MARKETING", "PAUSED",
               POSITIONAL COMPONENTS(BODY("{{1}}, 15% off until Sunday."))),
    DEFINITION(
        "we_are_open_again", "en_US", "UTILITY", "REJECTED",
        "\"rejected_reason\":\"TAG_CONTENT_MISMATCH\"," COMPONENTS(BODY("We are open again."))),
    DEFINITION("ask_number", "en_US", "UTILITY", "PENDING",
               POSITIONAL COMPONENTS(
                   BODY("May we have your phone number?") ",{\"type\":\"BUTTONS\",\"buttons\":[{"
                                                          "\"type\":\"REQUEST_CONTACT_INFO\"}]}")),
};

/* --- the catalogue
 * -------------------------------------------------------------------------------------- */

static int
find_index(CoexSim *sim, const char *name, const char *language)
{
    for (guint i = 0; i < sim->templates->len; i++) {
        JsonObject *template = g_ptr_array_index(sim->templates, i);

        if (g_strcmp0(sim_member(template, "name"), name) == 0 &&
            (!language || g_strcmp0(sim_member(template, "language"), language) == 0))
            return (int)i;
    }
    return -1;
}

JsonObject *
sim_find_template(CoexSim *sim, const char *name, const char *language)
{
    int index = find_index(sim, name, language);

    return index < 0 ? NULL : g_ptr_array_index(sim->templates, index);
}

/* Takes template. */
static void
add(CoexSim *sim, JsonObject *template)
{
    int index = find_index(sim, sim_member(template, "name"), sim_member(template, "language"));
    g_autofree char *id =
        g_strdup_printf("14500000%08u", g_str_hash(sim_member(template, "name")) % 100000000 +
                                            g_str_hash(sim_member(template, "language")) % 97);

    if (!json_object_has_member(template, "id"))
        json_object_set_string_member(template, "id", id);
    if (!json_object_has_member(template, "status"))
        json_object_set_string_member(template, "status", "APPROVED");
    if (!json_object_has_member(template, "category"))
        json_object_set_string_member(template, "category", "UTILITY");
    if (index >= 0)
        g_ptr_array_remove_index(sim->templates, (guint)index);
    g_ptr_array_add(sim->templates, template);
}

void
sim_templates_load(CoexSim *sim)
{
    for (guint i = 0; i < G_N_ELEMENTS(catalogue); i++)
        add(sim, sim_parse_object(catalogue[i]));
}

void
coex_sim_add_template(CoexSim *sim, const char *json)
{
    SIM_LOCK(sim);
    JsonObject *template = sim_parse_object(json);

    g_assert_nonnull(template);
    g_assert_true(sim_member(template, "name") && sim_member(template, "language"));
    add(sim, template);
}

void
coex_sim_remove_template(CoexSim *sim, const char *name)
{
    SIM_LOCK(sim);

    for (int index = find_index(sim, name, NULL); index >= 0; index = find_index(sim, name, NULL))
        g_ptr_array_remove_index(sim->templates, (guint)index);
}

void
coex_sim_pause_template(CoexSim *sim, const char *name)
{
    SIM_LOCK(sim);

    for (guint i = 0; i < sim->templates->len; i++) {
        JsonObject *template = g_ptr_array_index(sim->templates, i);

        if (g_strcmp0(sim_member(template, "name"), name) == 0)
            json_object_set_string_member(template, "status", "PAUSED");
    }
}

void
coex_sim_clear_templates(CoexSim *sim)
{
    SIM_LOCK(sim);

    g_ptr_array_set_size(sim->templates, 0);
}

guint
coex_sim_n_templates(CoexSim *sim)
{
    SIM_LOCK(sim);

    return sim->templates->len;
}

/* --- listing
 * ----------------------------------------------------------------------------------------- */

static const char *
parameter(SimCall *call, const char *name)
{
    return call->query ? g_hash_table_lookup(call->query, name) : NULL;
}

static guint
number(SimCall *call, const char *name, guint fallback)
{
    const char *text = parameter(call, name);

    return text ? (guint)g_ascii_strtoull(text, NULL, 10) : fallback;
}

static gboolean
passes_filters(SimCall *call, JsonObject *template)
{
    static const char *const filters[] = { "status", "category", "language", "name" };

    for (guint i = 0; i < G_N_ELEMENTS(filters); i++) {
        const char *wanted = parameter(call, filters[i]);
        const char *value = sim_member(template, filters[i]);

        if (wanted && (!value || g_ascii_strcasecmp(wanted, value) != 0))
            return FALSE;
    }
    return TRUE;
}

static GPtrArray *
filtered(SimCall *call)
{
    GPtrArray *chosen = g_ptr_array_new();

    for (guint i = 0; i < call->sim->templates->len; i++) {
        JsonObject *template = g_ptr_array_index(call->sim->templates, i);

        if (call->sim->provider == COEX_SIM_360DIALOG || passes_filters(call, template))
            g_ptr_array_add(chosen, template);
    }
    return chosen;
}

/* Only the fields asked for, and always the id, as Graph does. */
static JsonObject *
with_fields(JsonObject *template, const char *fields)
{
    g_auto(GStrv) names = g_strsplit(
        fields ? fields : "name,language,status,category,components,parameter_format", ",", -1);
    g_autoptr(JsonObject) whole = sim_copy_object(template);
    JsonObject *part = json_object_new();

    for (guint i = 0; names[i]; i++) {
        const char *name = g_strstrip(names[i]);

        if (json_object_has_member(whole, name))
            json_object_set_member(part, name, json_object_dup_member(whole, name));
    }
    json_object_set_string_member(part, "id", sim_member(whole, "id"));
    return part;
}

static char *
next_page_url(SimCall *call, guint limit, const char *after)
{
    const char *fields = parameter(call, "fields");
    g_autofree char *escaped = fields ? g_uri_escape_string(fields, NULL, FALSE) : NULL;

    return g_strdup_printf("%s%s?limit=%u&after=%s%s%s", call->sim->url, call->request->path, limit,
                           after, escaped ? "&fields=" : "", escaped ? escaped : "");
}

static JsonObject *
paging(SimCall *call, guint limit, guint end, gboolean more)
{
    g_autofree char *after = g_strdup_printf("QVFI%u", end);
    g_autofree char *next = next_page_url(call, limit, after);
    JsonObject *object = json_object_new();

    json_object_set_object_member(object, "cursors",
                                  sim_strings("before", "QVFI0", "after", after, NULL));
    if (more)
        json_object_set_string_member(object, "next", next);
    return object;
}

static void
list_for_meta(SimCall *call, GPtrArray *chosen)
{
    guint limit = number(call, "limit", 25);
    guint page = CLAMP(limit, 1, PAGE_MAX);
    const char *after = parameter(call, "after");
    guint start =
        after && g_str_has_prefix(after, "QVFI") ? (guint)g_ascii_strtoull(after + 4, NULL, 10) : 0;
    guint end = MIN(start + page, chosen->len);
    JsonArray *data = json_array_new();
    JsonObject *root = json_object_new();

    for (guint i = start; i < end; i++)
        json_array_add_object_element(
            data, with_fields(g_ptr_array_index(chosen, i), parameter(call, "fields")));
    json_object_set_array_member(root, "data", data);
    if (chosen->len)
        json_object_set_object_member(root, "paging", paging(call, limit, end, end < chosen->len));
    sim_call_answer(call, 200, root);
}

/* payloads/outbound/29: lower-case status, an id of its own, Meta's in external_id. */
static JsonObject *
gateway_shape(JsonObject *template)
{
    JsonObject *copy = sim_copy_object(template);
    g_autofree char *meta_id = g_strdup(sim_member(copy, "id"));
    g_autofree char *status = g_ascii_strdown(sim_member(copy, "status"), -1);
    g_autofree char *id = g_compute_checksum_for_string(G_CHECKSUM_SHA1, meta_id, -1);

    id[22] = '\0';
    json_object_set_string_member(copy, "id", id);
    json_object_set_string_member(copy, "external_id", meta_id);
    json_object_set_string_member(copy, "status", status);
    json_object_set_string_member(copy, "namespace", "0f4e21d0_77aa_4c10_9b0e_1d2c3b4a5968");
    json_object_set_string_member(copy, "modified_at", "2026-10-11T09:02:51Z");
    json_object_set_object_member(copy, "modified_by",
                                  sim_strings("user_id", "system", "user_name", "system", NULL));
    json_object_set_string_member(copy, "partner_id", "PaRt0001PA");
    json_object_set_string_member(copy, "waba_account_id", "AbCdEfGhWA");
    if (!json_object_has_member(copy, "rejected_reason"))
        json_object_set_string_member(copy, "rejected_reason", "NONE");
    return copy;
}

static void
list_for_360dialog(SimCall *call, GPtrArray *chosen)
{
    guint page = CLAMP(number(call, "limit", 1000), 1, PAGE_MAX);
    guint start = MIN(number(call, "offset", 0), chosen->len);
    guint end = MIN(start + page, chosen->len);
    JsonArray *list = json_array_new();
    JsonArray *sort = json_array_new();
    JsonObject *root = json_object_new();

    for (guint i = start; i < end; i++)
        json_array_add_object_element(list, gateway_shape(g_ptr_array_index(chosen, i)));
    json_array_add_string_element(sort, "id");
    json_object_set_int_member(root, "count", end - start);
    json_object_set_object_member(root, "filters", json_object_new());
    json_object_set_int_member(root, "limit", page);
    json_object_set_int_member(root, "offset", start);
    json_object_set_array_member(root, "sort", sort);
    json_object_set_int_member(root, "total", chosen->len);
    json_object_set_array_member(root, "waba_templates", list);
    sim_call_answer(call, 200, root);
}

void
sim_handle_templates(SimCall *call)
{
    g_autoptr(GPtrArray) chosen = filtered(call);

    if (call->sim->provider == COEX_SIM_META)
        list_for_meta(call, chosen);
    else
        list_for_360dialog(call, chosen);
}
