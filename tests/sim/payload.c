// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim-private.h"

#include <string.h>

/* Sends that are neither text, template nor file (Meta: messages/location-messages,
 * contacts-messages, reaction-messages, interactive-reply-buttons-messages,
 * interactive-list-messages). */

#define reject(call, ...) sim_call_reject(call, "send", __VA_ARGS__)

#define CONTACTS_MAX 257
#define SECTIONS_MAX 10
#define ROWS_MAX 10
#define BUTTONS_MAX 3

/* --- members
 * -------------------------------------------------------------------------------------- */

static gboolean
check_members(SimCall *call, JsonObject *object, const char *where, const char *const *allowed)
{
    g_autoptr(GList) keys = object ? json_object_get_members(object) : NULL;

    for (GList *key = keys; key; key = key->next)
        if (!g_strv_contains(allowed, key->data))
            return reject(call, 100, "Unexpected key \"%s\" on param \"%s\".", (char *)key->data,
                          where);
    return TRUE;
}

/* A string of one to @max characters; with @may_lack it may be absent. */
static gboolean
check_string(SimCall *call, JsonObject *object, const char *key, glong max, gboolean may_lack)
{
    const char *text = object ? sim_member(object, key) : NULL;
    glong n = text ? g_utf8_strlen(text, -1) : 0;

    if (may_lack && (!object || !json_object_has_member(object, key)))
        return TRUE;
    if (n == 0)
        return reject(call, 131008, "The parameter %s is required.", key);
    return n <= max ||
           reject(call, 131009, "Parameter %s must be at most %ld characters long.", key, max);
}

/* --- location
 * ------------------------------------------------------------------------------------- */

static gboolean
check_degrees(SimCall *call, JsonObject *location, const char *key, double max, double *ret_degrees)
{
    const char *text = sim_member(location, key);
    char *end = NULL;

    *ret_degrees = text ? g_ascii_strtod(text, &end) : 0;
    if (!text || end == text || *end != '\0')
        return reject(call, 131008, "The parameter location['%s'] is required.", key);
    return (*ret_degrees >= -max && *ret_degrees <= max) ||
           reject(call, 131009, "Parameter location['%s'] is out of range.", key);
}

static gboolean
check_location(SimCall *call, JsonObject *location)
{
    static const char *const keys[] = { "latitude", "longitude", "name", "address", NULL };
    const char *name = location ? sim_member(location, "name") : NULL;
    double latitude, longitude;

    if (!location)
        return reject(call, 100, "Param location must be an object.");
    if (!check_members(call, location, "location", keys) ||
        !check_degrees(call, location, "latitude", 90, &latitude) ||
        !check_degrees(call, location, "longitude", 180, &longitude) ||
        !check_string(call, location, "name", 1000, TRUE))
        return FALSE;
    if (json_object_has_member(location, "address") && !name)
        return reject(call, 131009, "An address is shown with a name only.");
    call->request->text =
        g_strdup_printf("location %s %s%s%s", sim_member(location, "latitude"),
                        sim_member(location, "longitude"), name ? " " : "", name ? name : "");
    return TRUE;
}

/* --- contacts
 * ------------------------------------------------------------------------------------- */

static gboolean
check_card(SimCall *call, JsonObject *card, GString *text)
{
    static const char *const keys[] = { "name", "phones",   "emails",    "org",
                                        "urls", "birthday", "addresses", NULL };
    static const char *const phone_keys[] = { "phone", "type", "wa_id", NULL };
    JsonObject *name = sim_member_object(card, "name");
    JsonArray *phones = sim_member_array(card, "phones");

    if (!check_members(call, card, "contacts", keys))
        return FALSE;
    if (!name || !check_string(call, name, "formatted_name", 1000, FALSE))
        return name ? FALSE : reject(call, 131008, "The parameter contacts['name'] is required.");
    if (json_object_get_size(name) < 2)
        return reject(call, 131008, "A name has one of its parts beside formatted_name.");
    g_string_append_printf(text, " %s", sim_member(name, "formatted_name"));
    for (guint i = 0; i < sim_length(phones); i++) {
        JsonObject *phone = sim_element(phones, i);

        if (!phone || !check_members(call, phone, "phones", phone_keys) ||
            !check_string(call, phone, "phone", 100, FALSE))
            return FALSE;
        g_string_append_printf(text, " %s", sim_member(phone, "phone"));
    }
    return TRUE;
}

static gboolean
check_contacts(SimCall *call, JsonArray *cards)
{
    g_autoptr(GString) text = g_string_new("contacts");

    if (sim_length(cards) == 0 || sim_length(cards) > CONTACTS_MAX)
        return reject(call, 131009, "Param contacts must be an array of 1 to %d.", CONTACTS_MAX);
    for (guint i = 0; i < sim_length(cards); i++) {
        JsonObject *card = sim_element(cards, i);

        if (!card)
            return reject(call, 100, "Param contacts must be an array of objects.");
        if (!check_card(call, card, text))
            return FALSE;
    }
    call->request->text = g_strdup(text->str);
    return TRUE;
}

/* --- reaction
 * ------------------------------------------------------------------------------------- */

static gboolean
check_reaction(SimCall *call, JsonObject *reaction)
{
    static const char *const keys[] = { "message_id", "emoji", NULL };
    const char *target = reaction ? sim_member(reaction, "message_id") : NULL;
    const char *emoji = reaction ? sim_member(reaction, "emoji") : NULL;

    if (!reaction || !emoji || !target)
        return reject(call, 131008,
                      "The parameters reaction['message_id'] and ['emoji'] are "
                      "required.");
    if (!check_members(call, reaction, "reaction", keys))
        return FALSE;
    if (json_object_has_member(call->json, "context"))
        return reject(call, 100, "A reaction takes no context.");
    if (!g_hash_table_contains(call->sim->inbound_ids, target))
        return reject(call, 131009, "The message is none that came in: %s", target);
    if (g_utf8_strlen(emoji, -1) > 16 || g_ascii_isalnum(*emoji) || *emoji == ':')
        return reject(call, 131009, "Param emoji is none: %s", emoji);
    g_free(call->request->message_id);
    call->request->message_id = g_strdup(target);
    call->request->text = g_strdup_printf("reaction %s", *emoji ? emoji : "none");
    return TRUE;
}

/* --- interactive
 * ---------------------------------------------------------------------------------- */

static gboolean
check_id(SimCall *call, JsonObject *object, glong max, GHashTable *ids)
{
    if (!check_string(call, object, "id", max, FALSE))
        return FALSE;
    return g_hash_table_add(ids, (char *)sim_member(object, "id")) ||
           reject(call, 131009, "Two have the id %s.", sim_member(object, "id"));
}

static gboolean
check_buttons(SimCall *call, JsonObject *action, GString *text)
{
    static const char *const keys[] = { "buttons", NULL };
    static const char *const button_keys[] = { "type", "reply", NULL };
    static const char *const reply_keys[] = { "id", "title", NULL };
    JsonArray *buttons = sim_member_array(action, "buttons");
    g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) titles = g_hash_table_new(g_str_hash, g_str_equal);

    if (!check_members(call, action, "action", keys))
        return FALSE;
    if (sim_length(buttons) == 0 || sim_length(buttons) > BUTTONS_MAX)
        return reject(call, 131009,
                      "Invalid buttons count. Min allowed buttons: 1, Max allowed "
                      "buttons: %d",
                      BUTTONS_MAX);
    for (guint i = 0; i < sim_length(buttons); i++) {
        JsonObject *button = sim_element(buttons, i);
        JsonObject *reply = button ? sim_member_object(button, "reply") : NULL;

        if (!reply || g_strcmp0(sim_member(button, "type"), "reply") != 0)
            return reject(call, 131009, "A button is none of type reply.");
        if (!check_members(call, button, "button", button_keys) ||
            !check_members(call, reply, "reply", reply_keys) || !check_id(call, reply, 256, ids) ||
            !check_string(call, reply, "title", 20, FALSE))
            return FALSE;
        if (!g_hash_table_add(titles, (char *)sim_member(reply, "title")))
            return reject(call, 131009, "Two buttons are called %s.", sim_member(reply, "title"));
        g_string_append_printf(text, " | %s", sim_member(reply, "title"));
    }
    return TRUE;
}

static gboolean
check_row(SimCall *call, JsonObject *row, GHashTable *ids, GString *text)
{
    static const char *const keys[] = { "id", "title", "description", NULL };
    const char *description = row ? sim_member(row, "description") : NULL;

    if (!row || !check_members(call, row, "row", keys) || !check_id(call, row, 200, ids) ||
        !check_string(call, row, "title", 24, FALSE) ||
        !check_string(call, row, "description", 72, TRUE))
        return FALSE;
    g_string_append_printf(text, " | %s%s%s", sim_member(row, "title"), description ? ": " : "",
                           description ? description : "");
    return g_hash_table_size(ids) <= ROWS_MAX ||
           reject(call, 131009, "Total row count exceed max allowed count: %d", ROWS_MAX);
}

static gboolean
check_list(SimCall *call, JsonObject *action, GString *text)
{
    static const char *const keys[] = { "button", "sections", NULL };
    static const char *const section_keys[] = { "title", "rows", NULL };
    JsonArray *sections = sim_member_array(action, "sections");
    g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);

    if (!check_members(call, action, "action", keys) ||
        !check_string(call, action, "button", 20, FALSE))
        return FALSE;
    if (sim_length(sections) == 0 || sim_length(sections) > SECTIONS_MAX)
        return reject(call, 131009, "A list has 1 to %d sections.", SECTIONS_MAX);
    g_string_append_printf(text, " [%s]", sim_member(action, "button"));
    for (guint i = 0; i < sim_length(sections); i++) {
        JsonObject *section = sim_element(sections, i);
        JsonArray *section_rows = section ? sim_member_array(section, "rows") : NULL;

        if (sim_length(section_rows) == 0)
            return reject(call, 131009, "A section has no rows.");
        if (!check_members(call, section, "section", section_keys) ||
            !check_string(call, section, "title", 24, sim_length(sections) == 1))
            return FALSE;
        if (sim_member(section, "title"))
            g_string_append_printf(text, " # %s", sim_member(section, "title"));
        for (guint j = 0; j < sim_length(section_rows); j++)
            if (!check_row(call, sim_element(section_rows, j), ids, text))
                return FALSE;
    }
    return TRUE;
}

static gboolean
check_link(SimCall *call, JsonObject *action, GString *text)
{
    static const char *const keys[] = { "name", "parameters", NULL };
    static const char *const parameter_keys[] = { "display_text", "url", NULL };
    JsonObject *parameters = sim_member_object(action, "parameters");
    const char *url = parameters ? sim_member(parameters, "url") : NULL;

    if (!check_members(call, action, "action", keys) ||
        !check_members(call, parameters, "parameters", parameter_keys) ||
        !check_string(call, parameters, "display_text", 20, FALSE) ||
        !check_string(call, parameters, "url", 2000, FALSE))
        return FALSE;
    if (!g_str_has_prefix(url, "https://") && !g_str_has_prefix(url, "http://"))
        return reject(call, 131009, "Param url is none: %s", url);
    g_string_append_printf(text, " | %s %s", sim_member(parameters, "display_text"), url);
    return TRUE;
}

static gboolean
check_place_question(SimCall *call, JsonObject *action, GString *text)
{
    static const char *const keys[] = { "name", NULL };

    return check_members(call, action, "action", keys);
}

/* By its action['name'], where it has one. */
static const struct {
    const char *type;
    const char *name;
    glong body_max;
    gboolean (*check)(SimCall *call, JsonObject *action, GString *text);
} interactives[] = {
    { "button", NULL, 1024, check_buttons },
    { "list", NULL, 4096, check_list },
    { "cta_url", "cta_url", 1024, check_link },
    { "location_request_message", "send_location", 1024, check_place_question },
};

static gboolean
check_interactive(SimCall *call, JsonObject *interactive)
{
    static const char *const keys[] = { "type", "header", "body", "footer", "action", NULL };
    static const char *const header_keys[] = { "type", "text", NULL };
    static const char *const text_keys[] = { "text", NULL };
    const char *type = interactive ? sim_member(interactive, "type") : NULL;
    JsonObject *header = interactive ? sim_member_object(interactive, "header") : NULL;
    JsonObject *body = interactive ? sim_member_object(interactive, "body") : NULL;
    JsonObject *footer = interactive ? sim_member_object(interactive, "footer") : NULL;
    JsonObject *action = interactive ? sim_member_object(interactive, "action") : NULL;
    g_autoptr(GString) text = g_string_new(type);
    guint i = 0;

    while (i < G_N_ELEMENTS(interactives) && g_strcmp0(type, interactives[i].type) != 0)
        i++;
    if (i == G_N_ELEMENTS(interactives))
        return reject(call, 131009, "Param interactive['type'] is \"%s\".", type ? type : "");
    if (!action || !body)
        return reject(call, 131008, "The parameters body and action are required.");
    if (g_strcmp0(sim_member(action, "name"), interactives[i].name) != 0)
        return reject(call, 131009, "Param action['name'] is none of %s.", type);
    if (!check_members(call, interactive, "interactive", keys) ||
        !check_members(call, body, "body", text_keys) ||
        !check_string(call, body, "text", interactives[i].body_max, FALSE) ||
        !check_members(call, header, "header", header_keys) ||
        !check_string(call, header, "text", 60, !header) ||
        !check_members(call, footer, "footer", text_keys) ||
        !check_string(call, footer, "text", 60, !footer))
        return FALSE;
    g_string_append_printf(text, " %s", sim_member(body, "text"));
    if (!interactives[i].check(call, action, text))
        return FALSE;
    call->request->text = g_strdup(text->str);
    return TRUE;
}

gboolean
sim_check_payload(SimCall *call)
{
    const char *type = call->request->type;

    if (g_str_equal(type, "location"))
        return check_location(call, sim_member_object(call->json, type));
    if (g_str_equal(type, "contacts"))
        return check_contacts(call, sim_member_array(call->json, type));
    if (g_str_equal(type, "reaction"))
        return check_reaction(call, sim_member_object(call->json, type));
    return check_interactive(call, sim_member_object(call->json, type));
}
