// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/page.h"

#include "core/api-word.h"
#include "core/profile-change.h"
#include "core/profile.h"
#include "core/text.h"
#include "core/words.h"
#include "purple/ask.h"
#include "purple/connection.h"
#include "purple/host.h"
#include "purple/lines.h"
#include "purple/unseen.h"
#include "session/session.h"
#include <string.h>

#define COLUMNS 72
#define LOW_ROWS 16 /* where all must do with 24 lines */
#define WEBSITE "web-%u"

/* ---- asking ---- */

/* Whether it is in windows of its own. */
static gboolean
has_page(void)
{
    return coex_host_get()->has_own_conversation && coex_host_has_forms();
}

static void open_form(CoexConnection *connection, const CoexProfile *profile,
                      const char *const *typed, const char *fault);

void
coex_page_run_profile(CoexConnection *connection, const char *name, const char *words,
                      const char *markup)
{
    g_autofree char *text = coex_text_from_markup(markup);
    g_auto(GStrv) halves = g_strsplit_set(g_strchug(text), " \t\n", 2);
    const CoexProfilePart *part = halves[0] != NULL ? coex_profile_find_part(halves[0]) : NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *value = NULL;

    if (*words == '\0') {
        connection->wants_profile = TRUE;
        coex_session_describe(connection->session, NULL);
        return;
    }
    if (part == NULL || halves[1] == NULL || *g_strstrip(halves[1]) == '\0') {
        g_autofree char *line = coex_say(
            _("Nothing was changed: type what is to change and its new text, as in %sprofile about "
              "Open from 9 to 19. There are about, address, description, mail, web and vertical; - "
              "takes a text away. vertical, the line of business, is a word of Meta's, such as "
              "RETAIL, RESTAURANT, HEALTH, PROF_SERVICES or OTHER."),
            coex_host_get_mark());

        coex_lines_notice(connection, name, line);
        return;
    }
    value = coex_profile_check(part, halves[1], &error);
    if (value == NULL) {
        g_autofree char *line = coex_say(_("Nothing was changed: %s"), error->message);

        coex_lines_notice(connection, name, line);
        return;
    }
    const char *const changes[] = { part->name, value, NULL };
    coex_session_change_profile(connection->session, changes);
}

/* ---- the form ---- */

/* What the form was filled with, to tell what was changed. */
static const char *
get_typed(PurpleRequestFields *fields, const char *id)
{
    const char *value = purple_request_fields_get_string(fields, id);

    return value != NULL ? value : "";
}

static gboolean
is_websites(const CoexProfilePart *part)
{
    return strcmp(part->name, "websites") == 0;
}

static gboolean
is_vertical(const CoexProfilePart *part)
{
    return strcmp(part->name, "vertical") == 0;
}

/* Behind those that are known stands the one that @profile has, if it is none of them. */
static char *
dup_chosen(PurpleRequestFields *fields, const CoexProfilePart *part, const CoexProfile *profile)
{
    int index = purple_request_fields_get_choice(fields, part->name);
    const char *word = index >= 0 ? coex_api_word_get(COEX_API_WORD_VERTICAL, (guint)index) : NULL;

    return word != NULL ? g_strdup(word) : coex_profile_dup_value(profile, part);
}

static char *
dup_typed(PurpleRequestFields *fields, const CoexProfilePart *part, const CoexProfile *profile)
{
    if (is_vertical(part))
        return dup_chosen(fields, part, profile);
    if (!is_websites(part))
        return g_strdup(get_typed(fields, part->name));
    return g_strjoin(" ", get_typed(fields, "web-0"), get_typed(fields, "web-1"), NULL);
}

/* The changes in pairs; NULL: something is wrong. */
static char **
collect(const CoexProfile *profile, char **typed, GError **error)
{
    const CoexProfilePart *parts = coex_profile_list_parts();
    g_autoptr(GStrvBuilder) changes = g_strv_builder_new();

    for (guint i = 0; parts[i].name != NULL; i++) {
        g_autofree char *before = coex_profile_dup_value(profile, &parts[i]);
        g_autofree char *now = g_strstrip(g_strdup(typed[i]));
        g_autofree char *value = NULL;

        if (strcmp(g_strstrip(before), now) == 0)
            continue;
        value = coex_profile_check(&parts[i], now, error);
        if (value == NULL)
            return NULL;
        if (strcmp(before, value) == 0)
            continue;
        g_strv_builder_add(changes, parts[i].name);
        g_strv_builder_add(changes, value);
    }
    return g_strv_builder_end(changes);
}

static void
on_form_ok(gpointer token, PurpleRequestFields *fields)
{
    CoexConnection *connection = coex_ask_take(token, NULL);
    const CoexProfilePart *parts = coex_profile_list_parts();
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) typed = NULL;
    g_auto(GStrv) changes = NULL;

    if (connection == NULL)
        return;
    for (guint i = 0; parts[i].name != NULL; i++) {
        g_autofree char *text = dup_typed(fields, &parts[i], connection->edited);

        g_strv_builder_add(builder, text);
    }
    typed = g_strv_builder_end(builder);
    changes = collect(connection->edited, typed, &error);
    if (error != NULL)
        open_form(connection, connection->edited, (const char *const *)typed, error->message);
    else if (changes != NULL && changes[0] != NULL)
        coex_session_change_profile(connection->session, (const char *const *)changes);
}

static void
on_form_cancel(gpointer token)
{
    coex_ask_take(token, NULL);
}

static void
add_field(PurpleRequestFieldGroup *group, const char *id, const char *label, const char *value)
{
    purple_request_field_group_add_field(group,
                                         purple_request_field_string_new(id, label, value, FALSE));
}

static void
add_vertical(PurpleRequestFieldGroup *group, const CoexProfilePart *part, const char *value)
{
    PurpleRequestField *field = purple_request_field_choice_new(part->name, _(part->label), 0);
    const char *word;
    int n = 0;
    int chosen = -1;

    for (; (word = coex_api_word_get(COEX_API_WORD_VERTICAL, (guint)n)) != NULL; n++) {
        g_autofree char *label = coex_api_word_dup(COEX_API_WORD_VERTICAL, word);

        purple_request_field_choice_add(field, label);
        if (g_ascii_strcasecmp(word, value) == 0)
            chosen = n;
    }
    if (chosen < 0)
        purple_request_field_choice_add(field, value);
    purple_request_field_choice_set_default_value(field, chosen < 0 ? n : chosen);
    purple_request_field_choice_set_value(field, chosen < 0 ? n : chosen);
    purple_request_field_group_add_field(group, field);
}

/* A field for each of them. */
static void
add_websites(PurpleRequestFieldGroup *group, const CoexProfilePart *part, const char *value)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(value));
    g_auto(GStrv) words = g_strsplit(trimmed, " ", COEX_PROFILE_WEBSITES_MAX);
    gboolean over = FALSE;

    for (guint i = 0; i < COEX_PROFILE_WEBSITES_MAX; i++) {
        g_autofree char *id = g_strdup_printf(WEBSITE, i);
        g_autofree char *label = g_strdup_printf("%s (%u)", _(part->label), i + 1);

        over |= words[i] == NULL;
        add_field(group, id, label, over ? "" : g_strstrip(words[i]));
    }
}

/* Beside it the profile may be read anew: what the user did not touch is not sent. */
static void
note_edited(CoexConnection *connection, const CoexProfile *profile)
{
    CoexProfile *copy = coex_profile_copy(profile);

    coex_profile_free(connection->edited);
    connection->edited = copy;
}

/* With what was @typed (NULL: what the profile holds), and what is wrong with that. */
static void
open_form(CoexConnection *connection, const CoexProfile *profile, const char *const *typed,
          const char *fault)
{
    PurpleRequestFields *fields = purple_request_fields_new();
    PurpleRequestFieldGroup *group = purple_request_field_group_new(NULL);
    const CoexProfilePart *parts = coex_profile_list_parts();
    const char *number = purple_account_get_username(connection->account);
    g_autofree char *title = coex_say(_("Profile: %s"), number);
    g_autofree char *wrapped = fault != NULL ? coex_text_wrap(fault, COLUMNS) : NULL;
    gpointer token;
    void *ui;

    for (guint i = 0; parts[i].name != NULL; i++) {
        g_autofree char *value =
            typed != NULL ? g_strdup(typed[i]) : coex_profile_dup_value(profile, &parts[i]);

        if (is_websites(&parts[i]))
            add_websites(group, &parts[i], value);
        else if (is_vertical(&parts[i]))
            add_vertical(group, &parts[i], value);
        else
            add_field(group, parts[i].name, _(parts[i].label), value);
    }
    purple_request_fields_add_group(fields, group);
    note_edited(connection, profile);
    coex_ask_close(connection, COEX_ASK_PROFILE, "");
    token = coex_ask_new(connection, COEX_ASK_PROFILE, "", PURPLE_REQUEST_FIELDS);
    ui = purple_request_fields(connection->gc, title, _("What customers see of the business"),
                               wrapped, fields, _("OK"), G_CALLBACK(on_form_ok), _("Cancel"),
                               G_CALLBACK(on_form_cancel), connection->account, NULL, NULL, token);
    if (coex_ask_opened(token, ui))
        coex_ask_point_at(connection, title);
}

/* ---- the page ---- */

/* Pidgin counts buttons from the other end: each has a callback of its own. */
static void
on_edit(gpointer token, int button)
{
    CoexConnection *connection = coex_ask_take(token, NULL);

    if (connection != NULL && connection->profile != NULL)
        open_form(connection, connection->profile, NULL, NULL);
}

static void
on_close(gpointer token, int button)
{
    coex_ask_take(token, NULL);
}

static char *
dup_lines(char **facts)
{
    g_autoptr(GString) lines = g_string_new(NULL);

    for (guint i = 0; facts[i] != NULL && facts[i + 1] != NULL; i += 2)
        g_string_append_printf(lines, "%s%s: %s", i > 0 ? "\n" : "", facts[i], facts[i + 1]);
    return g_string_free(g_steal_pointer(&lines), FALSE);
}

static guint
count_rows(const char *text)
{
    guint n = 1;

    for (const char *p = text; *p != '\0'; p++)
        n += *p == '\n';
    return n;
}

/* What stands first has rows enough while one is left for each other; the profile, which comes
 * last, does without: its form shows it. */
static char *
dup_low_rows(char **facts, guint n_profile)
{
    g_autoptr(GString) rows = g_string_new(NULL);
    guint n_facts = g_strv_length(facts) / 2;
    guint n_needed = n_facts - MIN(n_profile, n_facts);
    guint n_spare = n_needed < LOW_ROWS ? LOW_ROWS - n_needed : 0;
    guint n = 0;

    for (guint i = 0; i < n_facts && n < LOW_ROWS; i++) {
        g_autofree char *line = g_strdup_printf("%s: %s", facts[2 * i], facts[2 * i + 1]);
        g_autofree char *wrapped = coex_text_wrap(line, COLUMNS);
        guint n_more = i < n_needed ? count_rows(wrapped) - 1 : G_MAXUINT;
        g_autofree char *row =
            n_more <= n_spare ? g_steal_pointer(&wrapped) : coex_text_excerpt(line, COLUMNS);

        n_spare -= n_more <= n_spare ? n_more : 0;
        n += count_rows(row);
        g_string_append_printf(rows, "%s%s", i > 0 ? "\n" : "", row);
    }
    return g_string_free(g_steal_pointer(&rows), FALSE);
}

static char *
dup_rows(char **facts, const CoexProfile *profile)
{
    g_auto(GStrv) last = profile != NULL ? coex_profile_describe(profile) : NULL;
    g_autofree char *lines = dup_lines(facts);
    g_autofree char *rows = NULL;

    if (!coex_host_get()->clips_forms)
        return g_steal_pointer(&lines);
    rows = coex_text_wrap(lines, COLUMNS);
    if (count_rows(rows) <= LOW_ROWS)
        return g_steal_pointer(&rows);
    return dup_low_rows(facts, last != NULL ? g_strv_length(last) / 2 : 0);
}

static void
show_page(CoexConnection *connection, char **facts)
{
    const char *number = purple_account_get_username(connection->account);
    g_autofree char *title = coex_say(_("Account: %s"), number);
    g_autofree char *rows = dup_rows(facts, connection->profile);
    gboolean can_edit = connection->profile != NULL;
    gpointer token;
    void *ui;

    coex_ask_close(connection, COEX_ASK_ACCOUNT, "");
    token = coex_ask_new(connection, COEX_ASK_ACCOUNT, "", PURPLE_REQUEST_ACTION);
    if (can_edit)
        ui = purple_request_action(connection->gc, title, NULL, rows, 1, connection->account, NULL,
                                   NULL, token, 2, _("Edit profile..."), on_edit, _("Close"),
                                   on_close);
    else
        ui = purple_request_action(connection->gc, title, NULL, rows, 0, connection->account, NULL,
                                   NULL, token, 1, _("Close"), on_close);
    if (coex_ask_opened(token, ui))
        coex_ask_point_at(connection, title);
}

void
coex_page_take(CoexConnection *connection, const CoexSessionEvent *event)
{
    gboolean profile_alone = connection->wants_profile && event->profile != NULL;
    g_autofree char *lines = NULL;

    connection->wants_profile = FALSE;
    g_clear_pointer(&connection->profile, coex_profile_free);
    connection->profile = event->profile != NULL ? coex_profile_copy(event->profile) : NULL;
    if (has_page() && profile_alone) {
        open_form(connection, connection->profile, NULL, NULL);
        return;
    }
    if (has_page()) {
        show_page(connection, event->facts);
        return;
    }
    if (profile_alone) {
        g_auto(GStrv) facts = coex_profile_describe(event->profile);

        lines = dup_lines(facts);
    } else {
        lines = dup_lines(event->facts);
    }
    coex_unseen_tell(connection, *lines != '\0' ? lines : _("The profile is empty."));
}
