// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim-private.h"

#include <string.h>

/* Whom the number has blocked (Meta: block-users; payloads/outbound/40). */

#define PAGE 2

static JsonObject *
describe(const char *input, SimPerson *person)
{
    return sim_strings("input", input, "wa_id", sim_person_wa_id(person), "user_id",
                       sim_person_wa_id(person) ? NULL : person->user_id, NULL);
}

static JsonObject *
refusal(const char *input, SimPerson *person, int code, const char *details)
{
    JsonObject *failed = person ? describe(input, person) : sim_strings("input", input, NULL);
    JsonObject *error = sim_strings("message", sim_error(code)->message, NULL);

    json_object_set_int_member(error, "code", code);
    json_object_set_object_member(error, "error_data", sim_strings("details", details, NULL));
    json_object_set_array_member(failed, "errors", sim_array_of(error));
    return failed;
}

/* The one member that names a user; NULL: the call was answered. */
static const char *
read_user(SimCall *call, JsonObject *user)
{
    const char *number = sim_member(user, "user");
    const char *user_id = sim_member(user, "user_id");

    if (!user || json_object_get_size(user) != 1 || (!number && !user_id)) {
        sim_call_reject(call, call->request->what, 100,
                        "Each of block_users has either user or user_id.");
        return NULL;
    }
    if (number && *number != '+') {
        sim_call_reject(call, call->request->what, 100, "user without +: %s", number);
        return NULL;
    }
    return number ? number : user_id;
}

/* NULL: it is done. Takes nothing. */
static JsonObject *
change(CoexSim *sim, const char *input, gboolean block)
{
    SimPerson *person = sim_find_person_by_address(sim, input + (*input == '+'));

    if (!person)
        return refusal(input, NULL, 131009, "Nobody has that address.");
    if (block && !sim_person_window_is_open(sim, person))
        return refusal(input, person, 131047,
                       "User has not messaged the business in the last 24 hours.");
    person->blocked = block;
    sim_log(sim, "-> API: %s is %s", person->who, block ? "blocked" : "not blocked any more");
    return NULL;
}

/* Who was done stands beside who was not; then it is HTTP 400. */
static void
answer(SimCall *call, JsonArray *done, JsonArray *failed)
{
    gboolean block = g_str_equal(call->request->what, "block");
    gboolean is_360dialog = call->sim->provider == COEX_SIM_360DIALOG;
    guint n_failed = json_array_get_length(failed);
    g_autofree char *body = n_failed > 0 ? sim_error_body(call->sim, 139100, NULL) : NULL;
    JsonObject *root = body ? sim_parse_object(body) : json_object_new();
    JsonObject *lists = json_object_new();

    json_object_set_array_member(lists, !block && is_360dialog ? "removed_users" : "added_users",
                                 done);
    json_object_set_array_member(lists, "failed_users", failed);
    json_object_set_string_member(root, "messaging_product", "whatsapp");
    json_object_set_object_member(root, "block_users", lists);
    if (n_failed > 0)
        call->request->code = 139100;
    sim_call_answer(call, n_failed > 0 ? 400 : 200, root);
}

void
sim_handle_block(SimCall *call)
{
    JsonArray *users = sim_member_array(call->json, "block_users");
    gboolean block = g_str_equal(call->request->what, "block");
    g_autoptr(JsonArray) done = json_array_new();
    g_autoptr(JsonArray) failed = json_array_new();

    if (g_strcmp0(sim_member(call->json, "messaging_product"), "whatsapp") != 0 ||
        sim_length(users) == 0 || json_object_get_size(call->json) != 2) {
        sim_call_reject(call, call->request->what, 100,
                        "The body has messaging_product and block_users, and nothing else.");
        return;
    }
    for (guint i = 0; i < sim_length(users); i++) {
        const char *input = read_user(call, sim_element(users, i));
        JsonObject *refused;

        if (!input)
            return;
        refused = change(call->sim, input, block);
        if (refused)
            json_array_add_object_element(failed, refused);
        else
            json_array_add_object_element(
                done,
                describe(input, sim_find_person_by_address(call->sim, input + (*input == '+'))));
    }
    answer(call, g_steal_pointer(&done), g_steal_pointer(&failed));
}

/* In pages of two, which tell where the next begins and not whether there is one. */
void
sim_handle_blocked(SimCall *call)
{
    CoexSim *sim = call->sim;
    const char *after = call->query ? g_hash_table_lookup(call->query, "after") : NULL;
    guint start = after ? (guint)g_ascii_strtoull(after + strlen("QVFI"), NULL, 10) : 0;
    JsonArray *users = json_array_new();
    JsonObject *root = json_object_new();
    guint n = 0;

    for (guint i = 0; i < sim->people->len; i++) {
        SimPerson *person = g_ptr_array_index(sim->people, i);

        if (!person->blocked || n++ < start || json_array_get_length(users) == PAGE)
            continue;
        json_array_add_object_element(
            users, sim_strings("messaging_product", "whatsapp", "wa_id", sim_person_wa_id(person),
                               "user_id", sim_person_wa_id(person) ? NULL : person->user_id, NULL));
    }
    if (json_array_get_length(users) > 0) {
        g_autofree char *next = g_strdup_printf("QVFI%u", start + json_array_get_length(users));
        JsonObject *holder = json_object_new();
        JsonObject *paging = json_object_new();

        json_object_set_object_member(
            paging, "cursors", sim_strings("before", after ? after : "QVFI0", "after", next, NULL));
        json_object_set_object_member(root, "paging", paging);
        json_object_set_array_member(holder, "block_users", users);
        json_object_set_array_member(root, "data", sim_array_of(holder));
    } else {
        json_object_set_array_member(root, "data", users);
    }
    sim_call_answer(call, 200, root);
}

void
coex_sim_set_blocked(CoexSim *sim, const char *who, gboolean blocked)
{
    SIM_LOCK(sim);

    sim_person(sim, who)->blocked = blocked;
}

gboolean
coex_sim_is_blocked(CoexSim *sim, const char *who)
{
    SIM_LOCK(sim);

    return sim_person(sim, who)->blocked;
}
