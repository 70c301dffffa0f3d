// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/content-choice.h"

#include "core/json.h"
#include "core/words.h"

gboolean
coex_content_choice_is(const CoexJsonAt *interactive)
{
    static const char *const types[] = { "button", "list", "cta_url", "location_request_message",
                                         NULL };
    const char *type = coex_json_member_text(interactive, "type");
    CoexJsonAt action = coex_json_member(interactive, "action");

    return type != NULL && g_strv_contains(types, type) && coex_json_at_is_object(&action);
}

static void
add_buttons(GString *line, const CoexJsonAt *action)
{
    CoexJsonAt buttons = coex_json_member(action, "buttons");

    for (guint i = 0; i < coex_json_length(&buttons); i++) {
        CoexJsonAt button = coex_json_element(&buttons, i);
        CoexJsonAt reply = coex_json_member(&button, "reply");
        const char *title = coex_json_member_text(&reply, "title");

        if (title == NULL)
            continue;
        g_string_append_c(line, i == 0 ? '\n' : ' ');
        coex_say_more(line, "[%s]", title);
    }
}

static void
add_link(GString *line, const CoexJsonAt *action)
{
    CoexJsonAt parameters = coex_json_member(action, "parameters");
    const char *label = coex_json_member_text(&parameters, "display_text");
    const char *url = coex_json_member_text(&parameters, "url");

    if (label == NULL || url == NULL)
        return;
    g_string_append_c(line, '\n');
    coex_say_more(line, "[%s: %s]", label, url);
}

static void
add_rows(GString *line, const CoexJsonAt *section)
{
    CoexJsonAt rows = coex_json_member(section, "rows");
    const char *heading = coex_json_member_text(section, "title");

    if (heading != NULL)
        g_string_append_printf(line, "\n%s:", heading);
    for (guint i = 0; i < coex_json_length(&rows); i++) {
        CoexJsonAt row = coex_json_element(&rows, i);
        const char *title = coex_json_member_text(&row, "title");
        const char *description = coex_json_member_text(&row, "description");

        if (title == NULL)
            continue;
        g_string_append(line, "\n- ");
        if (description != NULL)
            coex_say_more(line, "%s: %s", title, description);
        else
            g_string_append(line, title);
    }
}

char *
coex_content_choice_dup_line(const CoexJsonAt *interactive)
{
    CoexJsonAt body = coex_json_member(interactive, "body");
    CoexJsonAt action = coex_json_member(interactive, "action");
    CoexJsonAt sections = coex_json_member(&action, "sections");
    const char *text = coex_json_member_text(&body, "text");
    const char *label = coex_json_member_text(&action, "button");
    GString *line = g_string_new(text);

    if (label != NULL)
        g_string_append_printf(line, "\n[%s]", label);
    add_buttons(line, &action);
    add_link(line, &action);
    if (g_strcmp0(coex_json_member_text(&action, "name"), "send_location") == 0)
        g_string_append_printf(line, "\n%s", _("[send a place]"));
    for (guint i = 0; i < coex_json_length(&sections); i++) {
        CoexJsonAt section = coex_json_element(&sections, i);

        add_rows(line, &section);
    }
    return g_string_free(line, FALSE);
}
