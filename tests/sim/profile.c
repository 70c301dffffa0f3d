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
