// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim-private.h"

/* What is said about a message or a person that was there before. */

char *
coex_sim_dup_last(CoexSim *sim, CoexSimAuthor author, const char *who)
{
    SIM_LOCK(sim);

    return g_strdup(sim_person(sim, who)->last[author]);
}

static JsonObject *
object_of(const char *key, JsonObject *member)
{
    JsonObject *object = json_object_new();

    json_object_set_object_member(object, key, member);
    return object;
}

/* Takes content. */
static char *
send(CoexSim *sim, CoexSimAuthor author, const char *who, const char *type, JsonObject *content)
{
    if (author == COEX_SIM_CUSTOMER)
        return sim_customer_sends(sim, who, type, content, 0);
    return sim_phone_sends(sim, sim_person(sim, who), type, content, NULL);
}

static char *
reply(CoexSim *sim, CoexSimAuthor author, const char *who, const char *text, const char *wamid)
{
    const char *from =
        author == COEX_SIM_CUSTOMER ? sim->digits : sim_person_wa_id(sim_person(sim, who));
    JsonObject *content = object_of("text", sim_strings("body", text, NULL));

    json_object_set_object_member(content, "context", sim_strings("from", from, "id", wamid, NULL));
    return send(sim, author, who, "text", content);
}

char *
coex_sim_customer_replies(CoexSim *sim, const char *who, const char *text, const char *wamid)
{
    SIM_LOCK(sim);

    return reply(sim, COEX_SIM_CUSTOMER, who, text, wamid);
}

char *
coex_sim_phone_replies(CoexSim *sim, const char *who, const char *text, const char *wamid)
{
    SIM_LOCK(sim);

    return reply(sim, COEX_SIM_PHONE, who, text, wamid);
}

char *
coex_sim_reacts(CoexSim *sim, CoexSimAuthor author, const char *who, const char *wamid,
                const char *emoji)
{
    SIM_LOCK(sim);

    return send(sim, author, who, "reaction",
                object_of("reaction", sim_strings("message_id", wamid, "emoji", emoji, NULL)));
}

char *
coex_sim_edits(CoexSim *sim, CoexSimAuthor author, const char *who, const char *wamid,
               const char *text)
{
    SIM_LOCK(sim);
    JsonObject *edit = sim_strings("original_message_id", wamid, NULL);
    JsonObject *now = sim_strings("type", "text", NULL);

    json_object_set_object_member(now, "context", sim_strings("id", "M0", NULL));
    json_object_set_object_member(now, "text", sim_strings("body", text, NULL));
    json_object_set_object_member(edit, "message", now);
    return send(sim, author, who, "edit", object_of("edit", edit));
}

char *
coex_sim_deletes(CoexSim *sim, CoexSimAuthor author, const char *who, const char *wamid)
{
    SIM_LOCK(sim);

    return send(sim, author, who, "revoke",
                object_of("revoke", sim_strings("original_message_id", wamid, NULL)));
}

/* --- people and their past
 * ------------------------------------------------------------------------ */

static void
tell_new_id(CoexSim *sim, SimPerson *person, const char *user_id)
{
    g_autofree char *body = g_strdup_printf("User %s changed", person->name);
    JsonObject *system = sim_strings("type", "user_changed_user_id", "body", body,
                                     "previous_user_id", person->user_id, "user_id", user_id, NULL);

    g_free(sim_customer_sends(sim, person->who, "system", object_of("system", system), 0));
}

gboolean
coex_sim_unite(CoexSim *sim, const char *who, const char *other)
{
    SIM_LOCK(sim);
    SimPerson *person = sim_person(sim, who);
    SimPerson *gone = sim_person(sim, other);

    if (person == gone || !person->user_id || !gone->user_id)
        return FALSE;
    tell_new_id(sim, person, gone->user_id);
    for (guint i = 0; i < sim->sent->len; i++) {
        SimSent *sent = g_ptr_array_index(sim->sent, i);

        if (sent->person == gone)
            sent->person = person;
    }
    g_free(person->user_id);
    person->user_id = g_steal_pointer(&gone->user_id);
    person->last_inbound_s = MAX(person->last_inbound_s, gone->last_inbound_s);
    g_ptr_array_remove(sim->people, gone);
    return TRUE;
}

void
coex_sim_tell_history(CoexSim *sim, const char *who, gint64 age_s, const char *text)
{
    SIM_LOCK(sim);
    SimPerson *person = sim_person(sim, who);
    g_autofree char *wamid = sim_wamid(sim_person_address(person), TRUE, FALSE, NULL);
    g_autofree char *timestamp = g_strdup_printf("%" G_GINT64_FORMAT, sim_now_s(sim) - age_s);
    g_autofree char *label = g_strdup_printf("history of %s: %s", who, text);
    JsonObject *message = sim_strings("from", sim_person_address(person), "id", wamid, "timestamp",
                                      timestamp, "type", "text", NULL);
    JsonObject *thread = sim_strings("id", sim_person_address(person), NULL);
    JsonObject *metadata = json_object_new();
    JsonObject *chunk = object_of("metadata", metadata);
    JsonObject *value = sim_new_value(sim);

    json_object_set_object_member(message, "text", sim_strings("body", text, NULL));
    json_object_set_object_member(message, "history_context", sim_strings("status", "READ", NULL));
    json_object_set_array_member(thread, "messages", sim_array_of(message));
    json_object_set_int_member(metadata, "phase", 2);
    json_object_set_int_member(metadata, "chunk_order", 1);
    json_object_set_int_member(metadata, "progress", 100);
    json_object_set_array_member(chunk, "threads", sim_array_of(thread));
    json_object_set_array_member(value, "history", sim_array_of(chunk));
    g_hash_table_add(sim->inbound_ids, g_strdup(wamid));
    sim_queue_change(sim, "history", value, label);
}
