// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim-private.h"

#include <string.h>

#define TEXT_MAX 4096
#define TAG_MAX 512
#define PAIR_BURST 45.0
#define PAIR_PERIOD_US (6 * G_USEC_PER_SEC)
/* Coexistence allows 20 messages/s (Meta: throughput); a little more in one second may be the
 * machine's jitter. */
#define PER_SECOND_MAX 24

/* Keys that may stand in a send, and under each type (Meta: messages/send-messages). */
static const char *const top_keys[] = { "messaging_product",
                                        "recipient_type",
                                        "to",
                                        "recipient",
                                        "type",
                                        "context",
                                        "biz_opaque_callback_data",
                                        "recipient_identity_key_hash",
                                        NULL };

typedef struct {
    const char *type;
    const char *keys[8]; /* empty: payload.c knows */
} SimType;

static const SimType types[] = {
    { "text", { "body", "preview_url" } },
    { "image", { "id", "link", "caption" } },
    { "audio", { "id", "link", "voice" } },
    { "video", { "id", "link", "caption" } },
    { "document", { "id", "link", "caption", "filename" } },
    { "sticker", { "id", "link" } },
    { "template", { "name", "language", "components" } },
    { "location", { NULL } },
    { "contacts", { NULL } },
    { "reaction", { NULL } },
    { "interactive", { NULL } },
};

static const SimType *
find_type(const char *name)
{
    for (guint i = 0; name && i < G_N_ELEMENTS(types); i++)
        if (g_str_equal(types[i].type, name))
            return &types[i];
    return NULL;
}

#define reject(call, ...) sim_call_reject(call, "send", __VA_ARGS__)

/* --- shape
 * ---------------------------------------------------------------------------------------- */

static gboolean
check_keys(SimCall *call, JsonObject *object, const char *where, const char *const *allowed,
           const char *also)
{
    g_autoptr(GList) keys = json_object_get_members(object);

    for (GList *key = keys; key; key = key->next)
        if (!g_strv_contains(allowed, key->data) && g_strcmp0(key->data, also) != 0)
            return reject(call, 100, "Unexpected key \"%s\" on param \"%s\".", (char *)key->data,
                          where);
    return TRUE;
}

static gboolean
check_text(SimCall *call, JsonObject *text)
{
    const char *body = sim_member(text, "body");

    if (!body || !*body)
        return reject(call, 131008, "The parameter text['body'] is required.");
    if (g_utf8_strlen(body, -1) > TEXT_MAX)
        return reject(call, 100, "Param text['body'] must be at most %d characters long.",
                      TEXT_MAX);
    return TRUE;
}

static gboolean
check_content(SimCall *call)
{
    const SimType *type = find_type(call->request->type);
    JsonObject *content;

    if (!type)
        return reject(call, 100, "Param type must be one of the known types, not \"%s\".",
                      call->request->type ? call->request->type : "");
    if (!check_keys(call, call->json, "message", top_keys, type->type))
        return FALSE;
    if (!json_object_has_member(call->json, type->type))
        return reject(call, 131008, "The parameter %s is required.", type->type);
    content = sim_member_object(call->json, type->type);
    if (!type->keys[0])
        return sim_check_payload(call);
    if (!content)
        return reject(call, 100, "Param %s must be an object.", type->type);
    if (!check_keys(call, content, type->type, type->keys, NULL))
        return FALSE;
    if (g_str_equal(type->keys[0], "id"))
        return sim_check_upload(call, content);
    return g_str_equal(type->type, "text") ? check_text(call, content) : TRUE;
}

/* Whoever wrote it. */
static gboolean
is_known(CoexSim *sim, const char *wamid)
{
    if (!wamid)
        return FALSE;
    for (guint i = 0; i < sim->people->len; i++) {
        SimPerson *person = g_ptr_array_index(sim->people, i);

        if (g_strcmp0(person->last[COEX_SIM_PHONE], wamid) == 0)
            return TRUE;
    }
    return g_hash_table_contains(sim->inbound_ids, wamid) || sim_find_sent(sim, wamid);
}

static gboolean
check_envelope(SimCall *call)
{
    CoexSimRequest *request = call->request;
    const char *kind = sim_member(call->json, "recipient_type");
    static const char *const context_keys[] = { "message_id", NULL };
    JsonObject *context = sim_member_object(call->json, "context");

    if (kind && !g_str_equal(kind, "individual"))
        return reject(call, 100, "Param recipient_type is \"%s\".", kind);
    if (context && !check_keys(call, context, "context", context_keys, NULL))
        return FALSE;
    if (context && !is_known(call->sim, request->message_id))
        return reject(call, 131009, "context['message_id'] is no message of this number: %s",
                      request->message_id ? request->message_id : "missing");
    if (!request->callback_data)
        sim_complain(call->sim, "send: no biz_opaque_callback_data");
    else if (strlen(request->callback_data) > TAG_MAX)
        return reject(call, 100,
                      "Param biz_opaque_callback_data must be at most %d characters long.",
                      TAG_MAX);
    return TRUE;
}

/* --- address
 * -------------------------------------------------------------------------------------- */

static gboolean
looks_like_user_id(const char *text)
{
    return g_ascii_isupper(text[0]) && g_ascii_isupper(text[1]) && text[2] == '.';
}

static gboolean
check_address(SimCall *call)
{
    CoexSimRequest *request = call->request;

    if (!request->to && !request->recipient)
        return reject(call, 131008, "The parameter to is required.");
    if (!request->to) {
        if (!looks_like_user_id(request->recipient))
            return reject(call, 100, "Param recipient is not a business-scoped user ID.");
        return TRUE;
    }
    if (looks_like_user_id(request->to)) {
        sim_complain(call->sim, "send: a BSUID in `to`: %s", request->to);
        return TRUE;
    }
    /* Without a plus Meta puts the business number's own country code in front (Meta:
     * messages/send-messages).
     */
    if (*request->to != '+')
        sim_complain(call->sim, "send: `to` has no plus: %s", request->to);
    for (const char *p = request->to + (*request->to == '+'); *p; p++)
        if (!g_ascii_isdigit(*p))
            return reject(call, 131009, "Param to is not a phone number: %s", request->to);
    if (g_strcmp0(request->to, call->sim->number) == 0) {
        sim_call_fail(call, 131021, NULL);
        return FALSE;
    }
    return TRUE;
}

/* --- pace
 * ----------------------------------------------------------------------------------------- */

static gboolean
check_pair_rate(SimCall *call, SimPerson *person)
{
    gint64 now_us = sim_now_us(call->sim);
    gint64 passed_us = MAX(now_us - person->pair_time_us, 0);

    person->pair_tokens =
        MIN(PAIR_BURST, person->pair_tokens + (double)passed_us / (double)PAIR_PERIOD_US);
    person->pair_time_us = now_us;
    if (person->pair_tokens > -2.0) {
        person->pair_tokens -= 1.0;
        return TRUE;
    }
    return reject(call, 131056, "Too many messages to %s in a short time.", person->who);
}

static void
check_throughput(CoexSim *sim)
{
    gint64 now_us = g_get_monotonic_time();
    gint64 since_us = now_us - G_USEC_PER_SEC;

    g_queue_push_tail(&sim->send_times, g_memdup2(&now_us, sizeof now_us));
    while (*(gint64 *)g_queue_peek_head(&sim->send_times) < since_us)
        g_free(g_queue_pop_head(&sim->send_times));
    if (g_queue_get_length(&sim->send_times) == PER_SECOND_MAX + 1)
        sim_complain(sim, "send: more than 20 messages within one second");
}

/* --- rules
 * ---------------------------------------------------------------------------------------- */

static gboolean
check_template(SimCall *call)
{
    CoexSim *sim = call->sim;
    CoexSimRequest *request = call->request;
    JsonObject *template = sim_member_object(call->json, "template");
    JsonObject *definition;
    const char *status;

    if (!request->template_name || !request->template_language)
        return reject(call, 131008,
                      "The parameters template['name'] and template['language'] are required.");
    definition = sim_find_template(sim, request->template_name, request->template_language);
    status = definition ? sim_member(definition, "status") : "none";
    if (g_str_equal(status, "APPROVED"))
        return sim_check_template(call, template, definition);
    if (g_str_equal(status, "PAUSED"))
        sim_call_fail(call, 132015, NULL);
    else if (g_str_equal(status, "DISABLED"))
        sim_call_fail(call, 132016, NULL);
    else {
        g_autofree char *details =
            g_strdup_printf("template name (%s) does not exist in %s", request->template_name,
                            request->template_language);

        sim_call_fail(call, 132001, details);
    }
    return FALSE;
}

/* Free text outside the window: refused at once, or accepted and failed later, as the number is
 * set. */
static gboolean
check_window(SimCall *call, SimPerson *person, int *ret_fail_code)
{
    if (person && sim_person_window_is_open(call->sim, person))
        return TRUE;
    if (call->sim->async_window) {
        *ret_fail_code = 131047;
        return TRUE;
    }
    sim_call_fail(call, 131047, NULL);
    return FALSE;
}

/* --- acceptance
 * ----------------------------------------------------------------------------------- */

static const char *
category_of(SimCall *call)
{
    JsonObject *definition = NULL;
    const char *category;
    g_autofree char *lower = NULL;

    if (call->request->template_name)
        definition = sim_find_template(call->sim, call->request->template_name,
                                       call->request->template_language);
    category = definition ? sim_member(definition, "category") : NULL;
    lower = g_ascii_strdown(category ? category : "service", -1);
    return g_intern_string(lower);
}

static SimSent *
new_sent(SimCall *call, SimPerson *person, int fail_code)
{
    CoexSimRequest *request = call->request;
    SimSent *sent = g_new0(SimSent, 1);
    const char *plain = request->to ? request->to + (*request->to == '+') : request->recipient;

    sent->person = person;
    sent->by_user_id = !request->to;
    sent->silent = request->to && looks_like_user_id(request->to);
    sent->address = g_strdup(plain);
    sent->wamid = sim_wamid(
        !sent->by_user_id && person && sim_person_wa_id(person) ? sim_person_wa_id(person) : plain,
        FALSE, TRUE, &sent->token);
    sent->callback_data = g_strdup(request->callback_data);
    sent->text = g_strdup(request->text);
    sent->category = category_of(call);
    sent->status = "accepted";
    sent->fail_code = fail_code;
    sent->mark = g_strcmp0(request->type, "reaction") == 0;
    if (person && !sent->mark)
        sim_note_last(person, COEX_SIM_NUMBER, sent->wamid);
    g_ptr_array_add(call->sim->sent, sent);
    return sent;
}

static JsonObject *
acceptance(SimCall *call, SimSent *sent)
{
    CoexSimRequest *request = call->request;
    SimPerson *person = sent->person;
    JsonObject *root = sim_strings("messaging_product", "whatsapp", NULL);
    JsonObject *contact =
        sim_strings("input", request->to ? request->to : request->recipient, NULL);
    JsonObject *message = sim_strings("id", sent->wamid, NULL);

    if (request->to)
        json_object_set_string_member(contact, "wa_id",
                                      person && person->wa_id ? person->wa_id : sent->address);
    if (request->recipient)
        json_object_set_string_member(contact, "user_id", request->recipient);
    if (request->template_name)
        json_object_set_string_member(message, "message_status", call->sim->message_status);
    json_object_set_array_member(root, "contacts", sim_array_of(contact));
    json_object_set_array_member(root, "messages", sim_array_of(message));
    return root;
}

static void
log_send(SimCall *call, SimPerson *person)
{
    CoexSimRequest *request = call->request;
    const char *name = person ? person->who : request->to ? request->to : request->recipient;
    g_autofree char *values = g_strjoinv(" | ", request->values);

    if (!name)
        name = "nobody";
    if (request->template_name)
        sim_log(call->sim, "-> %s: [template %s %s] %s", name, request->template_name,
                request->template_language ? request->template_language : "?", values);
    else if (request->text)
        sim_log(call->sim, "-> %s: %s", name, request->text);
    else
        sim_log(call->sim, "-> %s: [%s]", name, request->type ? request->type : "no type");
}

static void
accept(SimCall *call, SimPerson *person, int fail_code)
{
    CoexSim *sim = call->sim;

    if (!fail_code && !g_queue_is_empty(&sim->async_codes))
        fail_code = GPOINTER_TO_INT(g_queue_pop_head(&sim->async_codes));
    /* Whether an address is on WhatsApp shows only afterwards (Meta: messages/send-messages). */
    if (!fail_code && (!person || !person->reachable))
        fail_code = 131026;
    call->sent = new_sent(call, person, fail_code);
    call->request->wamid = g_strdup(call->sent->wamid);
    sim->n_answers_due++;
    sim_call_answer(call, 200, acceptance(call, call->sent));
}

static void
handle_send(SimCall *call)
{
    const char *who = call->request->who;
    SimPerson *person = who ? sim_person(call->sim, who) : NULL;
    gboolean template = g_strcmp0(call->request->type, "template") == 0;
    gboolean good = check_content(call); /* and of a file, what it is */
    int fail_code = 0;

    log_send(call, person);
    check_throughput(call->sim);
    if (!good || !check_envelope(call) || !check_address(call))
        return;
    if (person && person->blocked) {
        reject(call, 131026, "%s is blocked by the number.", person->who);
        return;
    }
    if (person && !check_pair_rate(call, person))
        return;
    if (template ? !check_template(call) : !check_window(call, person, &fail_code))
        return;
    accept(call, person, fail_code);
}

/* --- read marks
 * --------------------------------------------------------------------------------------- */

static void
handle_read(SimCall *call)
{
    static const char *const keys[] = { "messaging_product", "status", "message_id",
                                        "typing_indicator", NULL };
    const char *message_id = call->request->message_id;
    JsonObject *body;

    if (!check_keys(call, call->json, "message", keys, NULL))
        return;
    if (g_strcmp0(sim_member(call->json, "status"), "read") != 0) {
        reject(call, 100, "Param status must be \"read\".");
        return;
    }
    if (!message_id || !g_hash_table_contains(call->sim->inbound_ids, message_id)) {
        reject(call, 100, "message_id is not one of a message that came in: %s",
               message_id ? message_id : "missing");
        return;
    }
    sim_log(call->sim, "-> API: %s", call->request->what);
    body = json_object_new();
    json_object_set_boolean_member(body, "success", TRUE);
    sim_call_answer(call, 200, body);
}

void
sim_handle_messages(SimCall *call)
{
    if (!call->json) {
        reject(call, 100, "The body is not a JSON object.");
        return;
    }
    if (g_strcmp0(sim_member(call->json, "messaging_product"), "whatsapp") != 0) {
        reject(call, 100, "The parameter messaging_product is required.");
        return;
    }
    if (json_object_has_member(call->json, "status"))
        handle_read(call);
    else
        handle_send(call);
}
