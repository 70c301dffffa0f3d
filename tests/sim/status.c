// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim-private.h"

#define HREF                                                                                       \
    "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/"           \
    "error-codes"

SimSent *
sim_find_sent(CoexSim *sim, const char *wamid)
{
    for (guint i = sim->sent->len; i > 0; i--) {
        SimSent *sent = g_ptr_array_index(sim->sent, i - 1);

        if (g_str_equal(sent->wamid, wamid))
            return sent;
    }
    return NULL;
}

void
sim_sent_free(SimSent *sent)
{
    g_free(sent->wamid);
    g_free(sent->token);
    g_free(sent->address);
    g_free(sent->callback_data);
    g_free(sent->text);
    g_free(sent);
}

static guint
rank(const char *status)
{
    static const char *const order[] = { "accepted", "sent", "delivered", "read", "played" };

    for (guint i = 0; i < G_N_ELEMENTS(order); i++)
        if (g_str_equal(order[i], status))
            return i;
    return G_N_ELEMENTS(order);
}

/* sent may be NULL: a status for a message that this number never sent. */
static JsonObject *
new_status(CoexSim *sim, SimSent *sent, const char *wamid, const char *status)
{
    g_autofree char *timestamp = g_strdup_printf("%" G_GINT64_FORMAT, sim_now_s(sim));
    JsonObject *object = sim_strings("id", wamid, "status", status, "timestamp", timestamp, NULL);
    SimPerson *person = sent ? sent->person : NULL;
    gboolean failed = g_str_equal(status, "failed");

    if (person && sim_person_wa_id(person))
        json_object_set_string_member(object, "recipient_id", sim_person_wa_id(person));
    else if (sent && !sent->by_user_id)
        json_object_set_string_member(object, "recipient_id", sent->address);
    if (sent && sent->by_user_id)
        json_object_set_string_member(object, "recipient_user_id", sent->address);
    else if (person && person->user_id && !failed)
        json_object_set_string_member(object, "recipient_user_id", person->user_id);
    return object;
}

static JsonObject *
pricing(const char *category)
{
    gboolean service = g_str_equal(category, "service");
    JsonObject *object = json_object_new();

    json_object_set_boolean_member(object, "billable", !service);
    json_object_set_string_member(object, "pricing_model", "PMP");
    json_object_set_string_member(object, "type", service ? "free_customer_service" : "regular");
    json_object_set_string_member(object, "category", category);
    return object;
}

/* Takes status. */
static void
queue(CoexSim *sim, SimSent *sent, JsonObject *status)
{
    const char *name = sim_member(status, "status");
    SimPerson *person = sent ? sent->person : NULL;
    JsonObject *value = sim_new_value(sim);
    g_autofree char *label = g_strdup_printf("%s: %s",
                                             person ? person->who
                                             : sent ? sent->address
                                                    : "?",
                                             name);

    if (sent && sent->callback_data && !sim->hides_callback_data)
        json_object_set_string_member(status, "biz_opaque_callback_data", sent->callback_data);
    if (person && !g_str_equal(name, "failed"))
        json_object_set_array_member(value, "contacts",
                                     sim_person_contacts(person, TRUE, !g_str_equal(name, "sent")));
    json_object_set_array_member(value, "statuses", sim_array_of(status));
    sim_queue_change(sim, "messages", value, label);
}

static void
queue_known(CoexSim *sim, SimSent *sent, const char *wamid, const char *status)
{
    JsonObject *object = new_status(sim, sent, wamid, status);

    if (sent && (g_str_equal(status, "sent") || g_str_equal(status, "delivered")))
        json_object_set_object_member(object, "pricing", pricing(sent->category));
    if (sent && !g_str_equal(sent->status, "failed") && rank(status) > rank(sent->status))
        sent->status = g_intern_string(status);
    queue(sim, sent, object);
}

static void
queue_failed(CoexSim *sim, SimSent *sent, const char *wamid, int code, const char *title,
             const char *details)
{
    const SimError *known = sim_error(code);
    JsonObject *object = new_status(sim, sent, wamid, "failed");
    JsonObject *error = json_object_new();

    json_object_set_int_member(error, "code", code);
    json_object_set_string_member(error, "title", title ? title : known->message);
    json_object_set_string_member(error, "message", title ? title : known->message);
    json_object_set_object_member(error, "error_data",
                                  sim_strings("details", details ? details : known->details, NULL));
    json_object_set_string_member(error, "href", HREF);
    json_object_set_array_member(object, "errors", sim_array_of(error));
    if (sent)
        sent->status = "failed";
    queue(sim, sent, object);
}

void
sim_queue_status(CoexSim *sim, SimSent *sent, const char *status)
{
    queue_known(sim, sent, sent->wamid, status);
}

void
sim_queue_failure(CoexSim *sim, SimSent *sent, int code)
{
    queue_failed(sim, sent, sent->wamid, code, NULL, NULL);
}

void
sim_follow_up(CoexSim *sim, SimSent *sent)
{
    if (sent->silent)
        return;
    if (sent->fail_code) {
        sim_queue_failure(sim, sent, sent->fail_code);
        return;
    }
    if (!sim->auto_status)
        return;
    sim_queue_status(sim, sent, "sent");
    if (!sent->mark)
        sim_queue_status(sim, sent, "delivered");
}

void
coex_sim_status(CoexSim *sim, const char *wamid, const char *status)
{
    SIM_LOCK(sim);

    queue_known(sim, sim_find_sent(sim, wamid), wamid, status);
}

void
coex_sim_status_failed(CoexSim *sim, const char *wamid, int code, const char *title,
                       const char *details)
{
    SIM_LOCK(sim);

    queue_failed(sim, sim_find_sent(sim, wamid), wamid, code, title, details);
}

const char *
coex_sim_get_status(CoexSim *sim, const char *wamid)
{
    SIM_LOCK(sim);
    SimSent *sent = sim_find_sent(sim, wamid);

    return sent ? sent->status : NULL;
}

char *
coex_sim_dup_last_sent(CoexSim *sim, const char *who)
{
    SIM_LOCK(sim);
    SimPerson *person = sim_person(sim, who);

    for (guint i = sim->sent->len; i > 0; i--) {
        SimSent *sent = g_ptr_array_index(sim->sent, i - 1);

        if (sent->person == person)
            return g_strdup(sent->wamid);
    }
    return NULL;
}
