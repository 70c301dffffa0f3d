// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim-private.h"

#include <string.h>

/* --- reading a send
 * --------------------------------------------------------------------------------- */

static const char *
value_of(JsonObject *parameter)
{
    static const char *const nested[][2] = { { "currency", "fallback_value" },
                                             { "date_time", "fallback_value" } };
    const char *text = sim_member(parameter, "text");

    if (!text)
        text = sim_member(parameter, "coupon_code");
    for (guint i = 0; !text && i < G_N_ELEMENTS(nested); i++)
        text = sim_member(sim_member_object(parameter, nested[i][0]), nested[i][1]);
    return text;
}

static void
collect_values(JsonObject *component, GStrvBuilder *values)
{
    JsonArray *parameters = sim_member_array(component, "parameters");

    for (guint i = 0; i < sim_length(parameters); i++) {
        JsonObject *parameter = sim_element(parameters, i);
        const char *name = sim_member(parameter, "parameter_name");
        const char *text = value_of(parameter);
        g_autofree char *value =
            text ? g_strconcat(name ? name : "", name ? "=" : "", text, NULL) : NULL;

        if (value)
            g_strv_builder_add(values, value);
    }
}

static void
describe_template(CoexSimRequest *request, JsonObject *template, GStrvBuilder *values)
{
    JsonArray *components = sim_member_array(template, "components");

    request->template_name = g_strdup(sim_member(template, "name"));
    request->template_language =
        g_strdup(sim_member(sim_member_object(template, "language"), "code"));
    for (guint i = 0; i < sim_length(components); i++)
        collect_values(sim_element(components, i), values);
}

static void
describe_message(CoexSim *sim, CoexSimRequest *request, JsonObject *json)
{
    const char *address;
    SimPerson *person;

    request->to = g_strdup(sim_member(json, "to"));
    request->recipient = g_strdup(sim_member(json, "recipient"));
    request->type = g_strdup(sim_member(json, "type"));
    request->text = g_strdup(sim_member(sim_member_object(json, "text"), "body"));
    request->callback_data = g_strdup(sim_member(json, "biz_opaque_callback_data"));
    request->message_id = g_strdup(sim_member(json, "message_id"));
    if (!request->message_id)
        request->message_id =
            g_strdup(sim_member(sim_member_object(json, "context"), "message_id"));
    address = request->to ? request->to + (*request->to == '+') : request->recipient;
    person = address ? sim_find_person_by_address(sim, address) : NULL;
    request->who = g_strdup(person ? person->who : NULL);
}

void
sim_describe(CoexSim *sim, CoexSimRequest *request, JsonObject *json)
{
    g_autoptr(GStrvBuilder) values = g_strv_builder_new();

    if (g_str_equal(request->what, "messages") && json) {
        describe_message(sim, request, json);
        if (json_object_has_member(json, "status")) {
            g_free(request->what);
            request->what =
                g_strdup(json_object_has_member(json, "typing_indicator") ? "typing" : "read");
        }
        describe_template(request, sim_member_object(json, "template"), values);
    }
    request->values = g_strv_builder_end(values);
}

/* --- keeping
 * ---------------------------------------------------------------------------------------- */

void
sim_request_clear(CoexSimRequest *request)
{
    char **members[] = { &request->what,  &request->method,        &request->path,
                         &request->query, &request->body,          &request->who,
                         &request->to,    &request->recipient,     &request->type,
                         &request->text,  &request->message_id,    &request->callback_data,
                         &request->wamid, &request->template_name, &request->template_language };

    for (guint i = 0; i < G_N_ELEMENTS(members); i++)
        g_clear_pointer(members[i], g_free);
    g_clear_pointer(&request->values, g_strfreev);
}

void
sim_record_free(SimRecord *record)
{
    sim_request_clear(&record->request);
    g_free(record);
}

void
coex_sim_request_free(CoexSimRequest *request)
{
    if (!request)
        return;
    sim_request_clear(request);
    g_free(request);
}

void
sim_record(CoexSim *sim, CoexSimRequest *request)
{
    SimRecord *record = g_new0(SimRecord, 1);

    record->request = *request;
    g_free(request);
    g_ptr_array_add(sim->records, record);
    g_cond_broadcast(&sim->cond);
}

static CoexSimRequest *
copy(const CoexSimRequest *from)
{
    CoexSimRequest *to = g_memdup2(from, sizeof *from);
    char **members[] = { &to->what,  &to->method,        &to->path,
                         &to->query, &to->body,          &to->who,
                         &to->to,    &to->recipient,     &to->type,
                         &to->text,  &to->message_id,    &to->callback_data,
                         &to->wamid, &to->template_name, &to->template_language };

    for (guint i = 0; i < G_N_ELEMENTS(members); i++)
        *members[i] = g_strdup(*members[i]);
    to->values = g_strdupv(from->values);
    return to;
}

/* --- asking
 * ----------------------------------------------------------------------------------------- */

typedef struct {
    const char *what;
    const char *who;
    guint n;
    SimRecord *found;
} SimQuestion;

static gboolean
is_kind(SimRecord *record, const char *what)
{
    return !what || g_str_equal(record->request.what, what);
}

static gboolean
find_request(CoexSim *sim, gpointer data)
{
    SimQuestion *question = data;

    for (guint i = 0; i < sim->records->len; i++) {
        SimRecord *record = g_ptr_array_index(sim->records, i);

        if (record->taken || !is_kind(record, question->what))
            continue;
        question->found = record;
        return TRUE;
    }
    return FALSE;
}

CoexSimRequest *
coex_sim_wait_request(CoexSim *sim, const char *what, guint timeout_ms)
{
    SIM_LOCK(sim);
    SimQuestion question = { .what = what };

    if (!sim_wait(sim, find_request, &question, timeout_ms))
        return NULL;
    question.found->taken = TRUE;
    return copy(&question.found->request);
}

static gboolean
is_sent(SimRecord *record, const char *who)
{
    return record->request.wamid && (!who || g_strcmp0(record->request.who, who) == 0);
}

static gboolean
find_sent(CoexSim *sim, gpointer data)
{
    SimQuestion *question = data;

    for (guint i = 0; i < sim->records->len; i++) {
        SimRecord *record = g_ptr_array_index(sim->records, i);

        if (record->sent_taken || !is_sent(record, NULL))
            continue;
        question->found = record;
        return TRUE;
    }
    return FALSE;
}

CoexSimRequest *
coex_sim_next_sent(CoexSim *sim, guint timeout_ms)
{
    SIM_LOCK(sim);
    SimQuestion question = { 0 };

    if (!sim_wait(sim, find_sent, &question, timeout_ms))
        return NULL;
    question.found->sent_taken = TRUE;
    return copy(&question.found->request);
}

guint
coex_sim_n_requests(CoexSim *sim, const char *what)
{
    SIM_LOCK(sim);
    guint n = 0;

    for (guint i = 0; i < sim->records->len; i++)
        n += is_kind(g_ptr_array_index(sim->records, i), what);
    return n;
}

static guint
count_sent(CoexSim *sim, const char *who)
{
    guint n = 0;

    for (guint i = 0; i < sim->records->len; i++)
        n += is_sent(g_ptr_array_index(sim->records, i), who);
    return n;
}

guint
coex_sim_n_sent(CoexSim *sim, const char *who)
{
    SIM_LOCK(sim);

    return count_sent(sim, who);
}

static gboolean
has_sent(CoexSim *sim, gpointer data)
{
    SimQuestion *question = data;

    return count_sent(sim, question->who) >= question->n;
}

gboolean
coex_sim_wait_n_sent(CoexSim *sim, const char *who, guint n, guint timeout_ms)
{
    SIM_LOCK(sim);
    SimQuestion question = { .who = who, .n = n };

    return sim_wait(sim, has_sent, &question, timeout_ms);
}

void
coex_sim_assert_all_taken(CoexSim *sim)
{
    SIM_LOCK(sim);
    g_autoptr(GString) left = g_string_new(NULL);

    for (guint i = 0; i < sim->records->len; i++) {
        SimRecord *record = g_ptr_array_index(sim->records, i);

        if (!record->taken && !record->sent_taken && is_kind(record, "messages"))
            g_string_append_printf(left, "%s\n", record->request.body);
    }
    g_assert_cmpstr(left->str, ==, "");
}
