// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim-private.h"

#include <string.h>

#define HEADER_MAX 60
#define BODY_MAX 1024
#define CARD_BODY_MAX 160
#define LONE_BODY_MAX 32768
#define COUPON_MAX 20
#define CODE_MAX 15
#define PAYLOAD_MAX 128
#define URL_MAX 2000

#define reject(call, ...) sim_call_reject(call, (call)->request->template_name, __VA_ARGS__)

/* --- reading definitions
 * ---------------------------------------------------------------------------- */

static gboolean
is_kind(JsonObject *object, const char *key, const char *kind)
{
    const char *value = sim_member(object, key);

    return value && g_ascii_strcasecmp(value, kind) == 0;
}

/* Nothing but these keys. */
static gboolean
check_keys(SimCall *call, JsonObject *object, const char *where, const char *const *allowed)
{
    g_autoptr(GList) keys = json_object_get_members(object);

    for (GList *key = keys; key; key = key->next)
        if (!g_strv_contains(allowed, key->data))
            return reject(call, 100, "%s: Unexpected key \"%s\".", where, (char *)key->data);
    return TRUE;
}

static gboolean
is_int(JsonObject *object, const char *key)
{
    JsonNode *node = object ? json_object_get_member(object, key) : NULL;

    return node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_INT64;
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

/* An amount or a time (Meta: templates/components). */
static gboolean
check_localised(SimCall *call, JsonObject *parameter, const char *type, const char *where)
{
    static const char *const keys[] = { "fallback_value", "code", "amount_1000", NULL };
    JsonObject *value = sim_member_object(parameter, type);
    const char *text = sim_member(value, "fallback_value");
    const char *code = sim_member(value, "code");

    if (g_strcmp0(where, "body") != 0)
        return reject(call, 132012, "%s: %s stands in a body only", where, type);
    if (!text || !*text || !can_be_sent(text))
        return reject(call, 132012, "%s: %s without fallback_value", where, type);
    if (g_str_equal(type, "currency") &&
        (!code || strlen(code) != 3 || !is_int(value, "amount_1000")))
        return reject(call, 132012, "%s: currency without code or amount_1000", where);
    return check_keys(call, value, type, keys);
}

static gboolean
check_text_value(SimCall *call, JsonObject *parameter, const char *where)
{
    static const char *const keys[] = { "type", "text", "parameter_name", NULL };
    const char *type = sim_member(parameter, "type");
    const char *text = sim_member(parameter, "text");

    if (g_strcmp0(type, "currency") == 0 || g_strcmp0(type, "date_time") == 0)
        return check_localised(call, parameter, type, where);
    if (g_strcmp0(type, "text") != 0)
        return reject(call, 132012, "%s: expected a text value, got %s", where,
                      type ? type : "none");
    if (!text || !*text)
        return reject(call, 131008, "%s: Parameter of type text is missing text value", where);
    if (!can_be_sent(text))
        return reject(call, 132018, "%s: %s", where, sim_error(132018)->details);
    return check_keys(call, parameter, where, keys);
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
            const char *where, gsize max)
{
    g_autoptr(GPtrArray) names = placeholders(text);
    JsonArray *parameters = sim_member_array(component, "parameters");
    glong length = text ? g_utf8_strlen(text, -1) : 0;

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
        length += (value ? g_utf8_strlen(value, -1) : 0) - (glong)strlen(names->pdata[i]) - 4;
    }
    if (length > (glong)max)
        return reject(call, 132005, "%s: the filled text is too long", where);
    return TRUE;
}

/* --- components
 * ------------------------------------------------------------------------------------- */

static gboolean
check_place(SimCall *call, JsonObject *place)
{
    static const char *const keys[] = { "latitude", "longitude", "name", "address", NULL };
    static const double limits[] = { 90, 180 };

    for (guint i = 0; i < G_N_ELEMENTS(limits); i++) {
        const char *text = sim_member(place, keys[i]);
        char *end = NULL;
        double degrees = text ? g_ascii_strtod(text, &end) : 0;

        if (!text || end == text || *end || degrees < -limits[i] || degrees > limits[i])
            return reject(call, 132012, "header: a location needs a %s", keys[i]);
    }
    if (json_object_has_member(place, "address") && !json_object_has_member(place, "name"))
        sim_complain(call->sim, "template: an address without a name is not shown");
    return check_keys(call, place, "location", keys);
}

static gboolean
check_file(SimCall *call, JsonObject *media, const char *kind)
{
    static const char *const keys[] = { "id", "link", "filename", NULL };
    const char *link = sim_member(media, "link");

    if (!sim_member(media, "id") == !link)
        return reject(call, 132012, "header: %s with an id or with a link", kind);
    if (link && (!g_str_has_prefix(link, "https://") || strlen(link) > URL_MAX))
        return reject(call, 131009, "header: %s is no address", link);
    if (sim_member(media, "filename") && !g_str_equal(kind, "document"))
        return reject(call, 100, "header: a %s has no filename", kind);
    if (!check_keys(call, media, kind, keys))
        return FALSE;
    return link || sim_check_upload_as(call, kind, media);
}

static gboolean
check_header(SimCall *call, JsonObject *sent, JsonObject *definition, gboolean named)
{
    const char *format = sim_member(definition, "format");
    g_autofree char *kind = g_ascii_strdown(format ? format : "text", -1);
    JsonArray *parameters = sim_member_array(sent, "parameters");
    JsonObject *parameter = sim_element(parameters, 0);
    JsonObject *media = sim_member_object(parameter, kind);

    if (g_str_equal(kind, "text"))
        return check_texts(call, sent, sim_member(definition, "text"), named, "header", HEADER_MAX);
    if (sim_length(parameters) != 1 || !is_kind(parameter, "type", kind) || !media)
        return reject(call, 132012, "header: Format mismatch, expected %s, received %s", format,
                      parameter ? sim_member(parameter, "type") : "UNKNOWN");
    return g_str_equal(kind, "location") ? check_place(call, media) : check_file(call, media, kind);
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

typedef struct {
    JsonObject *definition;
    JsonObject *sent;      /* NULL: nothing */
    JsonObject *parameter; /* its only one, NULL */
    guint index;
} Button;

static gboolean
is_code(const Button *button)
{
    const char *url = sim_member(button->definition, "url");

    return is_kind(button->definition, "type", "OTP") || (url && strstr(url, "otp_type="));
}

static gboolean
check_link(SimCall *call, const Button *button)
{
    const char *url = sim_member(button->definition, "url");
    const char *text = sim_member(button->parameter, "text");

    if (!button->parameter)
        return reject(call, 131008, "buttons: Button at index %u of type Url requires a parameter",
                      button->index);
    if (!check_text_value(call, button->parameter, "buttons"))
        return FALSE;
    if (is_code(button) && strlen(text) > CODE_MAX)
        return reject(call, 132018, "buttons: the code is longer than %d", CODE_MAX);
    if (strpbrk(text, " \"<>\\^`{|}") || strlen(text) + strlen(url ? url : "") > URL_MAX)
        return reject(call, 131009, "buttons: this is no end of an address: %s", text);
    return TRUE;
}

static gboolean
check_coupon(SimCall *call, const Button *button)
{
    static const char *const keys[] = { "type", "coupon_code", NULL };
    const char *code = sim_member(button->parameter, "coupon_code");

    if (!code || !*code || !is_kind(button->parameter, "type", "coupon_code"))
        return reject(call, 131008, "buttons: Button at index %u needs a coupon_code",
                      button->index);
    if (g_utf8_strlen(code, -1) > COUPON_MAX || !can_be_sent(code))
        return reject(call, 132018, "buttons: the coupon_code is longer than %d", COUPON_MAX);
    return check_keys(call, button->parameter, "coupon_code", keys);
}

static gboolean
check_flow(SimCall *call, const Button *button)
{
    static const char *const keys[] = { "flow_token", "flow_action_data", NULL };
    JsonObject *action = sim_member_object(button->parameter, "action");

    if (!action || !is_kind(button->parameter, "type", "action"))
        return reject(call, 131008, "buttons: Button at index %u of type Flow requires a parameter",
                      button->index);
    return check_keys(call, action, "action", keys);
}

static gboolean
check_payload(SimCall *call, const Button *button)
{
    static const char *const keys[] = { "type", "payload", NULL };
    const char *payload = sim_member(button->parameter, "payload");

    if (!button->sent)
        return TRUE;
    if (!payload || !*payload || strlen(payload) > PAYLOAD_MAX ||
        !is_kind(button->parameter, "type", "payload"))
        return reject(call, 131008, "buttons: Button at index %u needs a payload", button->index);
    return check_keys(call, button->parameter, "payload", keys);
}

static gboolean
check_button(SimCall *call, JsonObject *sent, JsonObject *definition, guint index)
{
    static const char *const keys[] = { "type", "sub_type", "index", "parameters", NULL };
    JsonArray *parameters = sim_member_array(sent, "parameters");
    const Button button = { definition, sent, sim_element(parameters, 0), index };
    const char *url = sim_member(definition, "url");

    if (sent &&
        !is_kind(sent, "sub_type", is_code(&button) ? "url" : sim_member(definition, "type")))
        return reject(call, 132012, "buttons: Button at index %u is of type %s", index,
                      sim_member(definition, "type"));
    if (sent && sim_length(parameters) != 1)
        return reject(call, 132000, "buttons: Button at index %u takes one parameter", index);
    if (sent && !check_keys(call, sent, "button", keys))
        return FALSE;
    if (is_code(&button) || (url && strstr(url, "{{")))
        return check_link(call, &button);
    if (is_kind(definition, "type", "COPY_CODE"))
        return check_coupon(call, &button);
    if (is_kind(definition, "type", "FLOW"))
        return check_flow(call, &button);
    if (is_kind(definition, "type", "QUICK_REPLY"))
        return check_payload(call, &button);
    if (is_kind(definition, "type", "MPM") || is_kind(definition, "type", "SPM"))
        return reject(call, 131008, "buttons: Button at index %u needs products", index);
    if (sent)
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
    static const char *const keys[] = { "expiration_time_ms", NULL };
    JsonObject *offer = sim_member_object(definition, "limited_time_offer");
    JsonObject *parameter = sim_element(sim_member_array(sent, "parameters"), 0);
    JsonObject *value = sim_member_object(parameter, "limited_time_offer");

    if (!sim_member_true(offer, "has_expiration"))
        return TRUE;
    if (!is_int(value, "expiration_time_ms") || !is_kind(parameter, "type", "limited_time_offer"))
        return reject(call, 132012, "limited_time_offer: expiration_time_ms is required");
    if (json_object_get_int_member(value, "expiration_time_ms") <= sim_now_s(call->sim) * 1000)
        return reject(call, 132012, "limited_time_offer: expiration_time_ms has passed");
    return check_keys(call, value, "limited_time_offer", keys);
}

/* What is known of the card before, @before, in front. */
static void
join_text(CoexSimRequest *request, const char *before)
{
    g_autofree char *own = g_steal_pointer(&request->text);

    request->text = own != NULL && before != NULL ? g_strconcat(before, " + ", own, NULL)
                    : own != NULL                 ? g_steal_pointer(&own)
                                                  : g_strdup(before);
}

static gboolean check_components(SimCall *call, JsonArray *sent, JsonArray *definition,
                                 gboolean named, gboolean in_card);

static gboolean
check_carousel(SimCall *call, JsonObject *sent, JsonObject *definition, gboolean named)
{
    JsonArray *cards = sim_member_array(definition, "cards");
    JsonArray *sent_cards = sim_member_array(sent, "cards");

    if (sim_length(cards) != sim_length(sent_cards))
        return reject(call, 132012, "carousel: %u cards sent, %u expected", sim_length(sent_cards),
                      sim_length(cards));
    for (guint i = 0; i < sim_length(cards); i++)
        if (!is_int(sim_element(sent_cards, i), "card_index") ||
            json_object_get_int_member(sim_element(sent_cards, i), "card_index") != i)
            return reject(call, 132012, "carousel: card %u has another card_index", i);
    for (guint i = 0; i < sim_length(cards); i++) {
        g_autofree char *before = g_steal_pointer(&call->request->text);

        if (!check_components(call, sim_member_array(sim_element(sent_cards, i), "components"),
                              sim_member_array(sim_element(cards, i), "components"), named, TRUE))
            return FALSE;
        join_text(call->request, before);
    }
    return TRUE;
}

static gboolean
check_known(SimCall *call, JsonArray *sent, JsonArray *definition)
{
    for (guint i = 0; i < sim_length(sent); i++) {
        const char *type = sim_member(sim_element(sent, i), "type");
        gboolean is_button = g_strcmp0(type, "button") == 0;
        const char *defined = is_button ? "BUTTONS" : type;

        if (!type)
            return reject(call, 100, "components: an entry without a type");
        if (!find_component(definition, defined))
            return reject(call, 132000, "%s: the template has no such component", type);
        if (!is_button && find_component(sent, type) != sim_element(sent, i))
            return reject(call, 100, "%s: stands there twice", type);
    }
    return TRUE;
}

/* How long a body may be: alone it is a message of its own (Meta: templates/components). */
static gsize
body_max(JsonArray *definition, gboolean in_card)
{
    return in_card ? CARD_BODY_MAX : sim_length(definition) == 1 ? LONE_BODY_MAX : BODY_MAX;
}

static gboolean
check_components(SimCall *call, JsonArray *sent, JsonArray *definition, gboolean named,
                 gboolean in_card)
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
    if (body && !check_texts(call, find_component(sent, "body"), sim_member(body, "text"), named,
                             "body", body_max(definition, in_card)))
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
                            is_kind(definition, "parameter_format", "NAMED"), FALSE);
}
