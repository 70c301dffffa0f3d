// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim-private.h"

#include <string.h>

#define BODY_MAX 1024
#define CODE_MAX 20

#define reject(call, ...) sim_call_reject(call, (call)->request->template_name, __VA_ARGS__)

/* --- reading definitions
 * ---------------------------------------------------------------------------- */

static gboolean
is_kind(JsonObject *object, const char *key, const char *kind)
{
    const char *value = sim_member(object, key);

    return value && g_ascii_strcasecmp(value, kind) == 0;
}

static JsonObject *
find_component(JsonArray *components, const char *type)
{
    for (guint i = 0; i < sim_length(components); i++)
        if (is_kind(sim_element(components, i), "type", type))
            return sim_element(components, i);
    return NULL;
}

/* The names between {{ and }}, each once, in order. */
static GPtrArray *
placeholders(const char *text)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

    for (const char *p = text ? strstr(text, "{{") : NULL; p; p = strstr(p, "{{")) {
        const char *end = strstr(p += 2, "}}");
        g_autofree char *name = end ? g_strstrip(g_strndup(p, (gsize)(end - p))) : NULL;

        if (name && !g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
            g_ptr_array_add(names, g_steal_pointer(&name));
    }
    return names;
}

/* --- values
 * ----------------------------------------------------------------------------------------- */

/* 132018: no line breaks, no tabs, at most four blanks in a row (Meta: templates/components). */
static gboolean
can_be_sent(const char *text)
{
    return !strpbrk(text, "\n\r\t") && !strstr(text, "     ");
}

static gboolean
check_text_value(SimCall *call, JsonObject *parameter, const char *where)
{
    const char *type = sim_member(parameter, "type");
    const char *text = sim_member(parameter, "text");

    if (g_strcmp0(type, "currency") == 0 || g_strcmp0(type, "date_time") == 0)
        return sim_member(sim_member_object(parameter, type), "fallback_value")
                   ? TRUE
                   : reject(call, 132012, "%s: %s without fallback_value", where, type);
    if (g_strcmp0(type, "text") != 0)
        return reject(call, 132012, "%s: expected a text value, got %s", where,
                      type ? type : "none");
    if (!text || !*text)
        return reject(call, 131008, "%s: Parameter of type text is missing text value", where);
    if (!can_be_sent(text))
        return reject(call, 132018, "%s: %s", where, sim_error(132018)->details);
    return TRUE;
}

static gboolean
check_name(SimCall *call, JsonObject *parameter, GPtrArray *names, gboolean named,
           const char *where)
{
    const char *name = sim_member(parameter, "parameter_name");

    if (!named)
        return name ? reject(call, 100, "%s: parameter_name on a positional template", where)
                    : TRUE;
    if (!name)
        return reject(call, 100, "%s: Parameter name is missing or empty", where);
    if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
        return reject(call, 100, "%s: unknown parameter %s", where, name);
    return TRUE;
}

/* The values for one text of the definition; component may be NULL: none were sent. */
static gboolean
check_texts(SimCall *call, JsonObject *component, const char *text, gboolean named,
            const char *where)
{
    g_autoptr(GPtrArray) names = placeholders(text);
    JsonArray *parameters = sim_member_array(component, "parameters");
    gsize length = text ? strlen(text) : 0;

    if (sim_length(parameters) != names->len)
        return reject(call, 132000,
                      "%s: number of localizable_params (%u) does not match the expected number of "
                      "params (%u)",
                      where, sim_length(parameters), names->len);
    for (guint i = 0; i < names->len; i++) {
        JsonObject *parameter = sim_element(parameters, i);
        const char *value = sim_member(parameter, "text");

        if (!check_name(call, parameter, names, named, where) ||
            !check_text_value(call, parameter, where))
            return FALSE;
        length += value ? strlen(value) : 0;
    }
    if (length > BODY_MAX)
        return reject(call, 132005, "%s: the filled text is too long", where);
    return TRUE;
}

/* --- components
 * ------------------------------------------------------------------------------------- */

static gboolean
check_header(SimCall *call, JsonObject *sent, JsonObject *definition, gboolean named)
{
    const char *format = sim_member(definition, "format");
    g_autofree char *kind = g_ascii_strdown(format ? format : "text", -1);
    JsonArray *parameters = sim_member_array(sent, "parameters");
    JsonObject *parameter = sim_element(parameters, 0);
    JsonObject *media = sim_member_object(parameter, kind);

    if (g_str_equal(kind, "text"))
        return check_texts(call, sent, sim_member(definition, "text"), named, "header");
    if (sim_length(parameters) != 1 || !is_kind(parameter, "type", kind) || !media)
        return reject(call, 132012, "header: Format mismatch, expected %s, received %s", format,
                      parameter ? sim_member(parameter, "type") : "UNKNOWN");
    if (g_str_equal(kind, "location"))
        return json_object_has_member(media, "latitude") &&
                       json_object_has_member(media, "longitude")
                   ? TRUE
                   : reject(call, 132012, "header: a location needs latitude and longitude");
    if (!sim_member(media, "id") && !sim_member(media, "link"))
        return reject(call, 132012, "header: %s without id or link", kind);
    return TRUE;
}

static gint64
index_of(JsonObject *component)
{
    JsonNode *node = json_object_get_member(component, "index");

    if (!node || !JSON_NODE_HOLDS_VALUE(node))
        return -1;
    if (json_node_get_value_type(node) == G_TYPE_STRING)
        return g_ascii_strtoll(json_node_get_string(node), NULL, 10);
    return json_node_get_int(node);
}

static JsonObject *
find_button(JsonArray *sent, guint index)
{
    for (guint i = 0; i < sim_length(sent); i++) {
        JsonObject *component = sim_element(sent, i);

        if (component && is_kind(component, "type", "button") && index_of(component) == index)
            return component;
    }
    return NULL;
}

static gboolean
check_button(SimCall *call, JsonObject *sent, JsonObject *definition, guint index)
{
    JsonArray *parameters = sim_member_array(sent, "parameters");
    JsonObject *parameter = sim_element(parameters, 0);
    const char *type = sim_member(definition, "type");
    const char *url = sim_member(definition, "url");
    gboolean wants_suffix = is_kind(definition, "type", "URL") && url && strstr(url, "{{");
    const char *code;

    if (sent && !is_kind(sent, "sub_type", type) && !is_kind(definition, "type", "OTP"))
        return reject(call, 132012, "buttons: Button at index %u is of type %s", index, type);
    if (wants_suffix && sim_length(parameters) != 1)
        return reject(call, 131008, "buttons: Button at index %u of type Url requires a parameter",
                      index);
    if (wants_suffix)
        return check_text_value(call, parameter, "buttons");
    if (is_kind(definition, "type", "COPY_CODE")) {
        code = sim_member(parameter, "coupon_code");
        return code && *code && strlen(code) <= CODE_MAX
                   ? TRUE
                   : reject(call, 131008, "buttons: Button at index %u needs a coupon_code", index);
    }
    if (sent && is_kind(definition, "type", "URL"))
        return reject(call, 132000, "buttons: Button at index %u takes no parameter", index);
    return TRUE;
}

static gboolean
check_buttons(SimCall *call, JsonArray *sent, JsonObject *definition)
{
    JsonArray *buttons = sim_member_array(definition, "buttons");

    for (guint i = 0; i < sim_length(buttons); i++)
        if (!check_button(call, find_button(sent, i), sim_element(buttons, i), i))
            return FALSE;
    for (guint i = 0; i < sim_length(sent); i++) {
        JsonObject *component = sim_element(sent, i);
        gint64 index = is_kind(component, "type", "button") ? index_of(component) : 0;

        if (is_kind(component, "type", "button") && (index < 0 || index >= sim_length(buttons)))
            return reject(call, 132012, "buttons: there is no button at index %d", (int)index);
    }
    return TRUE;
}

static gboolean
check_offer(SimCall *call, JsonObject *sent, JsonObject *definition)
{
    JsonObject *offer = sim_member_object(definition, "limited_time_offer");
    JsonObject *parameter = sim_element(sim_member_array(sent, "parameters"), 0);
    JsonObject *value = sim_member_object(parameter, "limited_time_offer");

    if (!sim_member_true(offer, "has_expiration"))
        return TRUE;
    if (!value || !json_object_has_member(value, "expiration_time_ms"))
        return reject(call, 132012, "limited_time_offer: expiration_time_ms is required");
    return TRUE;
}

static gboolean check_components(SimCall *call, JsonArray *sent, JsonArray *definition,
                                 gboolean named);

static gboolean
check_carousel(SimCall *call, JsonObject *sent, JsonObject *definition, gboolean named)
{
    JsonArray *cards = sim_member_array(definition, "cards");
    JsonArray *sent_cards = sim_member_array(sent, "cards");

    if (sim_length(cards) != sim_length(sent_cards))
        return reject(call, 132012, "carousel: %u cards sent, %u expected", sim_length(sent_cards),
                      sim_length(cards));
    for (guint i = 0; i < sim_length(cards); i++)
        if (!check_components(call, sim_member_array(sim_element(sent_cards, i), "components"),
                              sim_member_array(sim_element(cards, i), "components"), named))
            return FALSE;
    return TRUE;
}

static gboolean
check_known(SimCall *call, JsonArray *sent, JsonArray *definition)
{
    for (guint i = 0; i < sim_length(sent); i++) {
        const char *type = sim_member(sim_element(sent, i), "type");
        const char *defined = g_strcmp0(type, "button") == 0 ? "BUTTONS" : type;

        if (!type)
            return reject(call, 100, "components: an entry without a type");
        if (!find_component(definition, defined) &&
            sim_length(sim_member_array(sim_element(sent, i), "parameters")))
            return reject(call, 132000, "%s: the template has no such component", type);
    }
    return TRUE;
}

static gboolean
check_components(SimCall *call, JsonArray *sent, JsonArray *definition, gboolean named)
{
    JsonObject *header = find_component(definition, "HEADER");
    JsonObject *body = find_component(definition, "BODY");
    JsonObject *buttons = find_component(definition, "BUTTONS");
    JsonObject *offer = find_component(definition, "LIMITED_TIME_OFFER");
    JsonObject *carousel = find_component(definition, "CAROUSEL");

    if (!check_known(call, sent, definition))
        return FALSE;
    if (header && !check_header(call, find_component(sent, "header"), header, named))
        return FALSE;
    if (body &&
        !check_texts(call, find_component(sent, "body"), sim_member(body, "text"), named, "body"))
        return FALSE;
    if (offer && !check_offer(call, find_component(sent, "limited_time_offer"), offer))
        return FALSE;
    if (carousel && !check_carousel(call, find_component(sent, "carousel"), carousel, named))
        return FALSE;
    return !buttons || check_buttons(call, sent, buttons);
}

gboolean
sim_check_template(SimCall *call, JsonObject *sent, JsonObject *definition)
{
    return check_components(call, sim_member_array(sent, "components"),
                            sim_member_array(definition, "components"),
                            is_kind(definition, "parameter_format", "NAMED"));
}
