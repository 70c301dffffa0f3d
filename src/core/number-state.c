// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/number-state.h"

#include "core/api-error.h"
#include "core/api-word.h"
#include "core/api.h"
#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "core/words.h"
#include <string.h>

#define NUMBER_NAME_MAX 120 /* of the name */
#define SAID_MAX 300        /* of what Meta says of one problem */
#define PROBLEMS_MAX 4

void
coex_number_state_clear(CoexNumberState *state)
{
    g_clear_pointer(&state->name, g_free);
    g_clear_pointer(&state->quality, g_free);
    g_clear_pointer(&state->limit, g_free);
    g_clear_pointer(&state->throughput, g_free);
    g_clear_pointer(&state->state, g_free);
    g_clear_pointer(&state->health, g_free);
}

typedef struct {
    const char *verified_name;
    const char *name_status;
    const char *quality_rating;
    const char *status;
    const char *limit;
    gboolean is_on_biz_app;
    CoexJsonAt throughput;
    CoexJsonAt health;
} Fields;

static const CoexJsonField fields[] = {
    { "verified_name", COEX_JSON_TEXT, G_STRUCT_OFFSET(Fields, verified_name), COEX_JSON_OPTIONAL },
    { "name_status", COEX_JSON_TEXT, G_STRUCT_OFFSET(Fields, name_status), COEX_JSON_OPTIONAL },
    { "quality_rating", COEX_JSON_TEXT, G_STRUCT_OFFSET(Fields, quality_rating),
      COEX_JSON_OPTIONAL },
    { "status", COEX_JSON_TEXT, G_STRUCT_OFFSET(Fields, status), COEX_JSON_OPTIONAL },
    { "whatsapp_business_manager_messaging_limit", COEX_JSON_TEXT, G_STRUCT_OFFSET(Fields, limit),
      COEX_JSON_OPTIONAL },
    { "is_on_biz_app", COEX_JSON_BOOL, G_STRUCT_OFFSET(Fields, is_on_biz_app), COEX_JSON_OPTIONAL },
    { "throughput", COEX_JSON_OBJECT, G_STRUCT_OFFSET(Fields, throughput), COEX_JSON_OPTIONAL },
    { "health_status", COEX_JSON_OBJECT, G_STRUCT_OFFSET(Fields, health), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

static char *
dup_name(const Fields *told)
{
    g_autofree char *review = coex_api_word_dup(COEX_API_WORD_REVIEW, told->name_status);
    g_autofree char *name =
        told->verified_name ? coex_text_excerpt(told->verified_name, NUMBER_NAME_MAX) : NULL;

    if (!name || !review || !*review)
        return g_steal_pointer(&name);
    return g_strdup_printf("%s (%s)", name, review);
}

/* A number that is used on the phone, too, has less than its level says (Meta: throughput). */
static char *
dup_throughput(const Fields *told)
{
    if (told->is_on_biz_app)
        return g_strdup(_("20 messages a second, in and out together"));
    return coex_api_word_dup(COEX_API_WORD_LEVEL,
                             coex_json_member_text(&told->throughput, "level"));
}

/* ---- health ---- */

static void
append_sentence(GString *text, const char *said)
{
    g_autofree char *line = said ? coex_text_excerpt(said, SAID_MAX) : NULL;

    if (!line || !*line)
        return;
    if (text->len > 0 && !strchr(".!?:", text->str[text->len - 1]))
        g_string_append_c(text, '.');
    g_string_append_printf(text, "%s%s", text->len > 0 ? " " : "", line);
}

static void
append_entity(GString *text, const CoexJsonAt *entity, guint *n_problems)
{
    CoexJsonAt errors = coex_json_member(entity, "errors");
    CoexJsonAt infos = coex_json_member(entity, "additional_info");
    g_autofree char *who =
        coex_api_word_dup(COEX_API_WORD_ENTITY, coex_json_member_text(entity, "entity_type"));
    guint n_errors = coex_json_length(&errors);
    guint n = n_errors + coex_json_length(&infos);

    for (guint i = 0; i < n && *n_problems < PROBLEMS_MAX; i++, (*n_problems)++) {
        CoexJsonAt at =
            coex_json_element(i < n_errors ? &errors : &infos, i < n_errors ? i : i - n_errors);
        const char *solution = coex_json_member_text(&at, "possible_solution");
        g_autofree char *whose = g_strconcat(who ? who : "WhatsApp", ":", NULL);

        append_sentence(text, whose);
        append_sentence(text, coex_json_at_is_object(&at)
                                  ? coex_json_member_text(&at, "error_description")
                                  : coex_json_text(&at));
        if (!solution)
            continue;
        append_sentence(text, _("Meta proposes:"));
        append_sentence(text, solution);
    }
}

static char *
dup_health(const CoexJsonAt *health)
{
    CoexJsonAt list = coex_json_member(health, "entities");
    g_autofree char *state =
        coex_api_word_dup(COEX_API_WORD_HEALTH, coex_json_member_text(health, "can_send_message"));
    GString *text;
    guint n_problems = 0;

    if (!state)
        return NULL;
    text = g_string_new(state);
    for (guint i = 0; i < coex_json_length(&list); i++) {
        CoexJsonAt entity = coex_json_element(&list, i);

        append_entity(text, &entity, &n_problems);
    }
    return g_string_free(text, FALSE);
}

gboolean
coex_number_state_read(const CoexResponse *response, CoexNumberState *ret_state, GError **error)
{
    g_autoptr(CoexJson) doc = coex_response_parse(response);
    Fields told = { 0 };
    CoexJsonAt root;

    if (!coex_api_error_check(response->status, doc, FALSE, error))
        return FALSE;
    if (!doc) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL,
                    _("The provider's answer cannot be read. Try again in a moment. (HTTP %u)"),
                    response->status);
        return FALSE;
    }
    root = coex_json_root(doc);
    if (!coex_json_read(&root, fields, &told, error))
        return FALSE;
    *ret_state = (CoexNumberState){
        .name = dup_name(&told),
        .quality = coex_api_word_dup(COEX_API_WORD_QUALITY, told.quality_rating),
        .limit = coex_api_word_dup(COEX_API_WORD_LIMIT, told.limit),
        .throughput = dup_throughput(&told),
        .state = g_strcmp0(told.status, "CONNECTED") != 0
                     ? coex_api_word_dup(COEX_API_WORD_STATE, told.status)
                     : NULL,
        .health = dup_health(&told.health),
    };
    return TRUE;
}
