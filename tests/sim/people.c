// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim-private.h"

#include <string.h>

#define WINDOW_S (24 * 60 * 60)
#define PAIR_BURST 45.0

SimPerson *
sim_find_person(CoexSim *sim, const char *who)
{
    for (guint i = 0; i < sim->people->len; i++) {
        SimPerson *person = g_ptr_array_index(sim->people, i);

        if (g_ascii_strcasecmp(person->who, who) == 0)
            return person;
    }
    return NULL;
}

SimPerson *
sim_person(CoexSim *sim, const char *who)
{
    SimPerson *person = sim_find_person(sim, who);

    if (!person)
        g_printerr("coex-sim: there is no customer called \"%s\"\n", who);
    g_assert_nonnull(person);
    return person;
}

SimPerson *
sim_find_person_by_address(CoexSim *sim, const char *digits_or_user_id)
{
    for (guint i = 0; i < sim->people->len; i++) {
        SimPerson *person = g_ptr_array_index(sim->people, i);

        if (g_strcmp0(person->digits, digits_or_user_id) == 0 ||
            g_strcmp0(person->wa_id, digits_or_user_id) == 0 ||
            g_strcmp0(person->user_id, digits_or_user_id) == 0)
            return person;
    }
    return NULL;
}

void
sim_person_free(SimPerson *person)
{
    g_free(person->who);
    g_free(person->name);
    g_free(person->username);
    g_free(person->digits);
    g_free(person->wa_id);
    g_free(person->user_id);
    for (guint i = 0; i < G_N_ELEMENTS(person->last); i++)
        g_free(person->last[i]);
    g_free(person);
}

void
sim_note_last(SimPerson *person, CoexSimAuthor author, const char *wamid)
{
    g_free(person->last[author]);
    person->last[author] = g_strdup(wamid);
    if (author == COEX_SIM_PHONE)
        sim_note_last(person, COEX_SIM_NUMBER, wamid);
}

const char *
sim_person_wa_id(SimPerson *person)
{
    if (person->hidden)
        return NULL;
    return person->wa_id ? person->wa_id : person->digits;
}

const char *
sim_person_address(SimPerson *person)
{
    const char *wa_id = sim_person_wa_id(person);

    return wa_id ? wa_id : person->user_id;
}

gboolean
sim_person_window_is_open(CoexSim *sim, SimPerson *person)
{
    return person->last_inbound_s > 0 && sim_now_s(sim) < person->last_inbound_s + WINDOW_S;
}

JsonArray *
sim_person_contacts(SimPerson *person, gboolean with_profile, gboolean with_username)
{
    JsonObject *contact = json_object_new();

    if (with_profile && (person->name || (with_username && person->username)))
        json_object_set_object_member(
            contact, "profile",
            sim_strings("name", person->name, with_username && person->username ? "username" : NULL,
                        person->username, NULL));
    if (sim_person_wa_id(person))
        json_object_set_string_member(contact, "wa_id", sim_person_wa_id(person));
    if (person->user_id)
        json_object_set_string_member(contact, "user_id", person->user_id);
    return sim_array_of(contact);
}

/* --- who there is
 * --------------------------------------------------------------------------------- */

void
coex_sim_add_customer(CoexSim *sim, const char *who, const char *number, const char *user_id,
                      const char *name)
{
    SIM_LOCK(sim);
    SimPerson *person = g_new0(SimPerson, 1);

    g_assert_true(number || user_id);
    g_assert_null(sim_find_person(sim, who));
    person->who = g_strdup(who);
    person->name = g_strdup(name);
    person->digits = number ? g_strdup(number + (*number == '+')) : NULL;
    person->user_id = g_strdup(user_id);
    person->hidden = !number;
    person->reachable = TRUE;
    person->pair_tokens = PAIR_BURST;
    g_ptr_array_add(sim->people, person);
}

static void
set_string(CoexSim *sim, const char *who, gsize offset, const char *value)
{
    SIM_LOCK(sim);
    char **member = G_STRUCT_MEMBER_P(sim_person(sim, who), offset);

    g_free(*member);
    *member = g_strdup(value);
}

void
coex_sim_set_name(CoexSim *sim, const char *who, const char *name)
{
    set_string(sim, who, G_STRUCT_OFFSET(SimPerson, name), name);
}

void
coex_sim_set_username(CoexSim *sim, const char *who, const char *username)
{
    set_string(sim, who, G_STRUCT_OFFSET(SimPerson, username), username);
}

void
coex_sim_set_wa_id(CoexSim *sim, const char *who, const char *wa_id)
{
    set_string(sim, who, G_STRUCT_OFFSET(SimPerson, wa_id), wa_id);
}

void
coex_sim_set_user_id(CoexSim *sim, const char *who, const char *user_id)
{
    set_string(sim, who, G_STRUCT_OFFSET(SimPerson, user_id), user_id);
}

void
coex_sim_give_up_number(CoexSim *sim, const char *who)
{
    SIM_LOCK(sim);
    SimPerson *person = sim_person(sim, who);

    person->hidden = TRUE;
    g_clear_pointer(&person->digits, g_free);
    g_clear_pointer(&person->wa_id, g_free);
}

void
coex_sim_hide_number(CoexSim *sim, const char *who, gboolean hidden)
{
    SIM_LOCK(sim);
    SimPerson *person = sim_person(sim, who);

    g_assert_true(hidden ? person->user_id != NULL : person->digits != NULL);
    person->hidden = hidden;
}

void
coex_sim_set_reachable(CoexSim *sim, const char *who, gboolean reachable)
{
    SIM_LOCK(sim);

    sim_person(sim, who)->reachable = reachable;
}

gboolean
coex_sim_has_customer(CoexSim *sim, const char *who)
{
    SIM_LOCK(sim);

    return sim_find_person(sim, who) != NULL;
}

char *
coex_sim_dup_people(CoexSim *sim)
{
    SIM_LOCK(sim);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < sim->people->len; i++) {
        SimPerson *person = g_ptr_array_index(sim->people, i);

        g_string_append_printf(text, "%s%-8s %s%-26s %-18s window %s", i ? "\n" : "", person->who,
                               person->digits ? "+" : "",
                               person->digits ? person->digits : person->user_id,
                               person->name ? person->name : "",
                               sim_person_window_is_open(sim, person) ? "open" : "closed");
    }
    return g_string_free(text, FALSE);
}

/* --- windows
 * -------------------------------------------------------------------------------------- */

void
coex_sim_close_window(CoexSim *sim, const char *who)
{
    SIM_LOCK(sim);

    sim_person(sim, who)->last_inbound_s = sim_now_s(sim) - 25 * 60 * 60;
}

void
coex_sim_open_window(CoexSim *sim, const char *who)
{
    SIM_LOCK(sim);

    sim_person(sim, who)->last_inbound_s = sim_now_s(sim);
}

gboolean
coex_sim_window_is_open(CoexSim *sim, const char *who)
{
    SIM_LOCK(sim);

    return sim_person_window_is_open(sim, sim_person(sim, who));
}

/* --- what customers send
 * ---------------------------------------------------------------------------- */

static gboolean
opens_window(const char *type)
{
    return !g_str_equal(type, "edit") && !g_str_equal(type, "revoke") &&
           !g_str_equal(type, "system");
}

/* Not of what is about a message. */
static gboolean
is_message(const char *type)
{
    return opens_window(type) && !g_str_equal(type, "reaction");
}

static JsonObject *
text_content(const char *text)
{
    JsonObject *message = json_object_new();

    json_object_set_object_member(message, "text", sim_strings("body", text, NULL));
    return message;
}

/* Takes from. */
static void
move_members(JsonObject *to, JsonObject *from)
{
    g_autoptr(GList) keys = json_object_get_members(from);

    for (GList *key = keys; key; key = key->next)
        json_object_set_member(to, key->data, json_object_dup_member(from, key->data));
    json_object_unref(from);
}

/* Takes content: the members that follow the type. */
static JsonObject *
inbound_message(SimPerson *person, const char *type, JsonObject *content, const char *wamid,
                gint64 timestamp_s)
{
    g_autofree char *timestamp = g_strdup_printf("%" G_GINT64_FORMAT, timestamp_s);
    JsonObject *message =
        sim_strings("from", sim_person_wa_id(person), "from_user_id", person->user_id, "id", wamid,
                    "timestamp", timestamp, "type", type, NULL);

    move_members(message, content);
    return message;
}

static JsonObject *
inbound_value(CoexSim *sim, SimPerson *person, JsonObject *message)
{
    JsonObject *value = sim_new_value(sim);

    json_object_set_array_member(value, "contacts", sim_person_contacts(person, TRUE, TRUE));
    json_object_set_array_member(value, "messages", sim_array_of(message));
    return value;
}

static void
queue_reads(CoexSim *sim, SimPerson *person)
{
    for (guint i = 0; i < sim->sent->len; i++) {
        SimSent *sent = g_ptr_array_index(sim->sent, i);

        if (sent->person == person && !sent->mark &&
            (g_str_equal(sent->status, "delivered") || g_str_equal(sent->status, "sent")))
            sim_queue_status(sim, sent, "read");
    }
}

char *
sim_customer_sends(CoexSim *sim, const char *who, const char *type, JsonObject *content,
                   gint64 timestamp_s)
{
    SimPerson *person = sim_person(sim, who);
    char *wamid = sim_wamid(sim_person_address(person), TRUE, FALSE, NULL);
    JsonObject *text = sim_member_object(content, "text");
    g_autofree char *label = g_strdup_printf("%s: %s", who, text ? sim_member(text, "body") : type);

    if (timestamp_s == 0)
        timestamp_s = sim_now_s(sim);
    if (person->blocked) {
        sim_log(sim, "%s is blocked: dropped", who);
        json_object_unref(content);
        return wamid;
    }
    if (sim->auto_status)
        queue_reads(sim, person);
    if (opens_window(type))
        person->last_inbound_s = MAX(person->last_inbound_s, timestamp_s);
    if (is_message(type))
        sim_note_last(person, COEX_SIM_CUSTOMER, wamid);
    g_hash_table_add(sim->inbound_ids, g_strdup(wamid));
    sim_queue_change(
        sim, "messages",
        inbound_value(sim, person, inbound_message(person, type, content, wamid, timestamp_s)),
        label);
    return wamid;
}

char *
coex_sim_customer_sends(CoexSim *sim, const char *who, const char *text)
{
    SIM_LOCK(sim);

    return sim_customer_sends(sim, who, "text", text_content(text), 0);
}

char *
coex_sim_customer_sends_at(CoexSim *sim, const char *who, const char *text, gint64 timestamp_s)
{
    SIM_LOCK(sim);

    return sim_customer_sends(sim, who, "text", text_content(text), timestamp_s);
}

static JsonObject *
parsed_content(const char *type, const char *content)
{
    JsonObject *message = json_object_new();
    JsonNode *node = content ? sim_parse(content) : NULL;

    g_assert_true(!content || node);
    if (node)
        json_object_set_member(message, type, node);
    return message;
}

char *
coex_sim_customer_sends_type(CoexSim *sim, const char *who, const char *type, const char *content)
{
    SIM_LOCK(sim);

    return sim_customer_sends(sim, who, type, parsed_content(type, content), 0);
}

char *
coex_sim_customer_taps(CoexSim *sim, const char *who, const char *wamid, const char *label)
{
    SIM_LOCK(sim);
    JsonObject *content = json_object_new();

    json_object_set_object_member(content, "context",
                                  sim_strings("from", sim->digits, "id", wamid, NULL));
    json_object_set_object_member(content, "button",
                                  sim_strings("payload", label, "text", label, NULL));
    return sim_customer_sends(sim, who, "button", content, 0);
}

static JsonObject *
error_entry(int code)
{
    const SimError *known = sim_error(code);
    JsonObject *error = json_object_new();

    json_object_set_int_member(error, "code", code);
    json_object_set_string_member(error, "title", known->message);
    json_object_set_string_member(error, "message", known->message);
    json_object_set_object_member(error, "error_data",
                                  sim_strings("details", known->details, NULL));
    return error;
}

char *
coex_sim_customer_sends_unavailable(CoexSim *sim, const char *who)
{
    SIM_LOCK(sim);
    JsonObject *content = json_object_new();

    json_object_set_array_member(content, "errors", sim_array_of(error_entry(131060)));
    json_object_set_object_member(content, "unsupported", sim_strings("type", "unknown", NULL));
    return sim_customer_sends(sim, who, "unsupported", content, 0);
}

void
coex_sim_customer_sends_again(CoexSim *sim, const char *who, const char *wamid, const char *text)
{
    SIM_LOCK(sim);
    SimPerson *person = sim_person(sim, who);
    g_autofree char *label = g_strdup_printf("%s, once more: %s", who, text);
    JsonObject *message =
        inbound_message(person, "text", text_content(text), wamid, sim_now_s(sim));

    sim_queue_change(sim, "messages", inbound_value(sim, person, message), label);
}

GBytes *
coex_sim_render_text(CoexSim *sim, const char *who, const char *text)
{
    SIM_LOCK(sim);
    SimPerson *person = sim_person(sim, who);
    g_autofree char *wamid = sim_wamid(sim_person_address(person), TRUE, FALSE, NULL);
    JsonObject *message =
        inbound_message(person, "text", text_content(text), wamid, sim_now_s(sim));

    /* It may be delivered by another number's webhook, too. */
    g_hash_table_add(sim->inbound_ids, g_strdup(wamid));
    return sim_render_change(sim, "messages", inbound_value(sim, person, message));
}

void
coex_sim_customer_reads(CoexSim *sim, const char *who)
{
    SIM_LOCK(sim);

    queue_reads(sim, sim_person(sim, who));
}

/* --- what the phone sends
 * ------------------------------------------------------------------------- */

char *
sim_phone_sends(CoexSim *sim, SimPerson *person, const char *type, JsonObject *content, char *wamid)
{
    g_autofree char *timestamp = g_strdup_printf("%" G_GINT64_FORMAT, sim_now_s(sim));
    JsonObject *text = sim_member_object(content, "text");
    g_autofree char *label =
        g_strdup_printf("phone to %s: %s", person->who, text ? sim_member(text, "body") : type);
    JsonObject *value = sim_new_value(sim);
    JsonObject *echo;

    if (!wamid)
        wamid = sim_wamid(sim_person_address(person), FALSE, FALSE, NULL);
    if (is_message(type))
        sim_note_last(person, COEX_SIM_PHONE, wamid);
    echo = sim_strings("from", sim->digits, "to", sim_person_wa_id(person), "to_user_id",
                       person->user_id, "id", wamid, "timestamp", timestamp, "type", type, NULL);
    move_members(echo, content);
    json_object_set_array_member(value, "contacts", sim_person_contacts(person, FALSE, FALSE));
    json_object_set_array_member(value, "message_echoes", sim_array_of(echo));
    sim_queue_change(sim, "smb_message_echoes", value, label);
    return wamid;
}

char *
coex_sim_phone_sends(CoexSim *sim, const char *who, const char *text)
{
    SIM_LOCK(sim);

    return sim_phone_sends(sim, sim_person(sim, who), "text", text_content(text), NULL);
}

char *
coex_sim_phone_sends_type(CoexSim *sim, const char *who, const char *type, const char *content)
{
    SIM_LOCK(sim);

    return sim_phone_sends(sim, sim_person(sim, who), type, parsed_content(type, content), NULL);
}

char *
coex_sim_echo_sent(CoexSim *sim, const char *wamid)
{
    SIM_LOCK(sim);
    SimSent *sent = sim_find_sent(sim, wamid);

    g_assert_true(sent && sent->person);
    /* The peer part of a wamid depends on who looks; the token does not (the layout of a wamid). */
    return sim_phone_sends(sim, sent->person, "text", text_content(sent->text ? sent->text : ""),
                           sim_wamid_with_token(sim->digits, FALSE, sent->token));
}

void
coex_sim_change(CoexSim *sim, const char *field, const char *value)
{
    SIM_LOCK(sim);
    JsonObject *object = sim_parse_object(value);
    JsonObject *own = sim_new_value(sim);

    g_assert_nonnull(object);
    sim_learn_ids(sim, value);
    if (!json_object_has_member(object, "metadata") && !g_str_has_prefix(field, "account_")) {
        json_object_set_string_member(object, "messaging_product", "whatsapp");
        json_object_set_member(object, "metadata", json_object_dup_member(own, "metadata"));
    }
    json_object_unref(own);
    sim_queue_change(sim, field, object, field);
}
