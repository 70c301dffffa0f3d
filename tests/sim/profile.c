// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim-private.h"

/* What customers see of the business (Meta: business-phone-numbers/business-profiles). */

JsonObject *
sim_profile_new(void)
{
    JsonObject *profile =
        sim_strings("about", "Bicycles and repairs", "address", "Invalidenstr. 117, 10115 Berlin",
                    "description", "Workshop in Berlin.", "email", "hallo@radhaus.example",
                    "vertical", "RETAIL", NULL);
    JsonArray *websites = json_array_new();

    json_array_add_string_element(websites, "https://radhaus.example/");
    json_object_set_array_member(profile, "websites", websites);
    return profile;
}

void
coex_sim_set_profile(CoexSim *sim, const char *json)
{
    SIM_LOCK(sim);

    json_object_unref(sim->profile);
    sim->profile = sim_parse_object(json);
    g_assert_nonnull(sim->profile);
}

void
coex_sim_leave_profile(CoexSim *sim)
{
    SIM_LOCK(sim);

    sim->profile_is_phones = TRUE;
}

char *
coex_sim_add_picture(CoexSim *sim, const char *mime, GBytes *content)
{
    SIM_LOCK(sim);
    g_autofree char *id = g_strdup_printf("55120000%07u", sim->files->len + 1);

    sim_file_add(sim, id, mime, content);
    return g_strdup_printf("%s/cdn/%s", sim->url, id);
}

void
coex_sim_set_picture(CoexSim *sim, const char *url)
{
    SIM_LOCK(sim);

    json_object_set_string_member(sim->profile, "profile_picture_url", url);
}

/* Only what was asked for, and of that what there is. */
void
sim_handle_profile(SimCall *call)
{
    static const char *const known[] = { "about",    "address",  "description",
                                         "email",    "websites", "profile_picture_url",
                                         "vertical", NULL };
    const char *fields = call->query ? g_hash_table_lookup(call->query, "fields") : NULL;
    g_auto(GStrv) names = g_strsplit(fields ? fields : "", ",", -1);
    JsonObject *chosen = sim_strings("messaging_product", "whatsapp", NULL);
    JsonObject *answer = json_object_new();

    for (guint i = 0; names[i]; i++) {
        if (!g_strv_contains(known, names[i]))
            sim_complain(call->sim, "unknown field \"%s\" asked of the profile", names[i]);
        if (json_object_has_member(call->sim->profile, names[i]))
            json_object_set_member(chosen, names[i],
                                   json_object_dup_member(call->sim->profile, names[i]));
    }
    json_object_set_array_member(answer, "data", sim_array_of(chosen));
    sim_call_answer(call, 200, answer);
}

typedef struct {
    const char *name;
    glong least;
    glong most; /* characters */
} SimProfilePart;

static const SimProfilePart parts[] = {
    { "about", 1, 139 }, { "address", 0, 256 }, { "description", 0, 512 },
    { "email", 0, 128 }, { "vertical", 1, 60 },
};

static gboolean
check_length(SimCall *call, const char *name, const char *text, glong least, glong most)
{
    glong n = text ? g_utf8_strlen(text, -1) : -1;

    if (n >= least && n <= most)
        return TRUE;
    return sim_call_reject(call, "profile", 100, "Param %s must be %ld to %ld characters long.",
                           name, least, most);
}

static gboolean
check_websites(SimCall *call, JsonNode *node)
{
    JsonArray *websites = JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;

    if (!websites || json_array_get_length(websites) > 2)
        return sim_call_reject(call, "profile", 100, "Param websites must be a list of up to 2.");
    for (guint i = 0; i < json_array_get_length(websites); i++) {
        const char *website = json_array_get_string_element(websites, i);

        if (!website || !g_str_has_prefix(website, "http"))
            return sim_call_reject(call, "profile", 100, "Param websites[%u] is no address.", i);
        if (!check_length(call, "websites", website, 1, 256))
            return FALSE;
    }
    return TRUE;
}

static gboolean
check_member(SimCall *call, const char *name)
{
    if (g_str_equal(name, "messaging_product"))
        return TRUE;
    if (g_str_equal(name, "websites"))
        return check_websites(call, json_object_get_member(call->json, name));
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
        if (g_str_equal(parts[i].name, name))
            return check_length(call, name, sim_member(call->json, name), parts[i].least,
                                parts[i].most);
    return sim_call_reject(call, "profile", 100, "Unexpected key \"%s\".", name);
}

void
sim_handle_profile_set(SimCall *call)
{
    g_autoptr(GList) names = call->json ? json_object_get_members(call->json) : NULL;
    JsonObject *answer;

    if (!call->json || g_strcmp0(sim_member(call->json, "messaging_product"), "whatsapp") != 0) {
        sim_call_reject(call, "profile", 100, "The parameter messaging_product is required.");
        return;
    }
    for (GList *name = names; name; name = name->next)
        if (!check_member(call, name->data))
            return;
    for (GList *name = names; name; name = name->next)
        if (!g_str_equal(name->data, "messaging_product") && !call->sim->profile_is_phones)
            json_object_set_member(call->sim->profile, name->data,
                                   json_object_dup_member(call->json, name->data));
    answer = json_object_new();
    json_object_set_boolean_member(answer, "success", TRUE);
    sim_call_answer(call, 200, answer);
}
