// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/template-form.h"

#include "core/template-offer.h"
#include "core/template.h"
#include "core/text.h"
#include "core/words.h"
#include "purple/ask.h"
#include "purple/connection.h"
#include "purple/contact.h"
#include "purple/host.h"
#include "purple/lines.h"
#include "purple/template-picker.h"
#include "session/session.h"

#define TITLE_CHARS 40
#define ROWS_MAX 60
#define FIELDS_MAX 8 /* of one page: Finch neither scrolls nor clips kindly at 24 lines */
#define COLUMNS 56   /* neither host wraps at words everywhere; Pidgin at about 60 */
#define WIDE_COLUMNS 72
#define WAITING_CHARS 120
#define WAITING_LINE_CHARS 44
#define LOW_ROWS 12     /* of preview and fields, where a form must do with 24 lines */
#define CONFIRM_ROWS 13 /* of the last question there */
#define ROW_CHARS 40
#define NO_PICTURE "/dev/null"

/* What a row of the list stands for: its data pointer. NULL: nothing was selected. */
enum { ROW_HOLD = 1, ROW_ALL, ROW_JOIN, ROW_TEMPLATE };

static CoexPicker *
take_choice(gpointer token)
{
    g_autofree char *name = NULL;
    CoexConnection *connection = coex_ask_take(token, &name);

    return connection != NULL ? coex_contact_get_picker(connection, name) : NULL;
}

/* A broad form is a low one, which counts where none scrolls; and a list there is as broad as the
 * first line makes the form. */
static char *
wrap(const char *text)
{
    g_autofree char *narrow = coex_text_wrap(text, COLUMNS);
    g_autofree char *wide = coex_text_wrap(text, WIDE_COLUMNS);
    gsize length = strcspn(wide, "\n");
    glong n_chars = g_utf8_strlen(wide, (gssize)length);

    if (!coex_host_get()->clips_forms)
        return g_steal_pointer(&narrow);
    return g_strdup_printf("%.*s%*s%s", (int)length, wide, (int)MAX(WIDE_COLUMNS - n_chars, 0), "",
                           wide + length);
}

static gpointer
new_ask(CoexPicker *picker)
{
    coex_ask_close(picker->connection, COEX_ASK_TEMPLATE, picker->name);
    return coex_ask_new(picker->connection, COEX_ASK_TEMPLATE, picker->name, PURPLE_REQUEST_FIELDS);
}

/* Several people's forms may be open, and a list of windows shows their titles alone; a bar of
 * windows the beginnings of them. */
static char *
dup_window_title(CoexPicker *picker)
{
    g_autofree char *title = coex_connection_dup_title(picker->connection, picker->name);
    g_autofree char *excerpt = coex_text_excerpt(title, TITLE_CHARS);

    /* Translators: the title of a window; %s is a person's name */
    return coex_say(_("Template: %s"), excerpt);
}

/* A form's buttons. The second one stands for closing the window too, except in Finch. With fields
 * also where there are none: of a question that is buttons alone Pidgin tells nobody when its
 * window is closed. */
typedef struct {
    const char *ok;
    PurpleRequestFieldsCb on_ok;
    const char *leave;
    PurpleRequestFieldsCb on_leave;
} Buttons;

/* Takes @fields; @secondary is wrapped. */
static void
open_form(CoexPicker *picker, PurpleRequestFields *fields, const char *primary,
          const char *secondary, const Buttons *buttons)
{
    CoexConnection *connection = picker->connection;
    gpointer token = new_ask(picker);
    g_autofree char *title = dup_window_title(picker);
    picker->form = fields;
    void *ui = purple_request_fields(connection->gc, title, primary, secondary, fields, buttons->ok,
                                     G_CALLBACK(buttons->on_ok), buttons->leave,
                                     G_CALLBACK(buttons->on_leave), connection->account,
                                     picker->name, NULL, token);

    coex_ask_opened(token, ui);
}

/* Finch calls the second button's callback for a window that is closed too, with something else in
 * the place of the fields. */
static gboolean
was_closed(const CoexPicker *picker, const PurpleRequestFields *fields)
{
    return picker->form != fields;
}

static void
add_paragraph(GString *text, const char *paragraph)
{
    if (paragraph == NULL)
        return;
    if (text->len > 0)
        g_string_append(text, "\n\n");
    g_string_append(text, paragraph);
}

static void
add_sentence(GString *text, CoexPicker *picker)
{
    add_paragraph(text, picker->sentence);
    g_clear_pointer(&picker->sentence, g_free);
}

/* In Pidgin a label is markup, in which _ marks a key and __ is one. */
static char *
make_label(const char *text)
{
    g_autofree char *plain = g_strdelimit(g_strdup(text), "<>&", ' ');
    g_auto(GStrv) parts = g_strsplit(plain, "_", -1);

    return g_strjoinv(coex_host_get()->has_mnemonics ? "__" : "_", parts);
}

/* "Anna Schmidt (+491510001)": of two people of one name the right one must be told. */
static char *
dup_recipient(CoexPicker *picker)
{
    const CoexPersonView *person =
        coex_session_find_person(picker->connection->session, picker->name);
    g_autofree char *title = coex_connection_dup_title(picker->connection, picker->name);

    if (person == NULL)
        return g_steal_pointer(&title);
    if (strcmp(title, picker->name) == 0 || strcmp(title, person->display) == 0)
        return g_strdup(person->display);
    return g_strdup_printf("%s (%s)", title, person->display);
}

static void
add_waiting(GString *text, CoexPicker *picker, gsize n_chars)
{
    g_autofree char *excerpt = coex_text_excerpt(picker->parked, n_chars);
    g_autofree char *waiting = coex_say(_("Waiting: “%s”"), excerpt);

    add_paragraph(text, waiting);
}

/* ---- step 1: which template ---- */

static char *
dup_find(PurpleRequestFields *fields)
{
    const char *typed = purple_request_fields_get_string(fields, "find");

    return g_strstrip(g_strdup(typed != NULL ? typed : ""));
}

/* The form comes up under the hands of who types the next line, which then stands in Find: what was
 * not found there, or never searched for, may have been meant for the person. The caller has a
 * reference to the login, which may be over afterwards. */
static void
give_back_find(CoexPicker *picker, const char *find)
{
    gboolean searched = g_strcmp0(find, picker->query) == 0;
    gboolean waits = picker->lost || coex_picker_has_parked(picker);

    if (*find == '\0' || !waits || (searched && picker->shown->len > 0))
        return;

    g_autofree char *line = coex_say(_("Not sent, it was typed under Find: “%s”"), find);
    coex_lines_notice(picker->connection, picker->name, line);
}

static void
search(CoexPicker *picker, const char *find)
{
    const char *before = picker->query != NULL ? picker->query : "";

    if (strstr(find, before) == NULL)
        give_back_find(picker, before);
    if (!picker->connection->over)
        coex_picker_search(picker, find);
}

static void
on_list_ok(gpointer token, PurpleRequestFields *fields)
{
    CoexPicker *picker = take_choice(token);

    if (picker == NULL)
        return;

    g_autoptr(CoexConnection) connection = coex_connection_ref(picker->connection);
    PurpleRequestField *list = purple_request_fields_get_field(fields, "template");
    GList *selected = purple_request_field_list_get_selected(list);
    gint row = selected != NULL
                   ? GPOINTER_TO_INT(purple_request_field_list_get_data(list, selected->data))
                   : picker->default_row;
    g_autofree char *find = dup_find(fields);
    gboolean is_new = strcmp(find, picker->query != NULL ? picker->query : "") != 0;

    if (row == picker->default_row && is_new) {
        search(picker, find);
        return;
    }
    if (row == ROW_JOIN && coex_picker_has_parked(picker)) {
        coex_picker_join(picker, find);
        return;
    }
    give_back_find(picker, find);
    if (connection->over)
        return;
    if (row == ROW_HOLD || row == ROW_JOIN)
        coex_picker_hold(picker);
    else if (row >= ROW_TEMPLATE && (guint)(row - ROW_TEMPLATE) < picker->shown->len)
        coex_picker_pick(picker, g_ptr_array_index(picker->shown, row - ROW_TEMPLATE), NULL);
    else
        coex_picker_search(picker, NULL);
}

static void
on_list_cancel(gpointer token, PurpleRequestFields *fields)
{
    CoexPicker *picker = take_choice(token);

    if (picker == NULL)
        return;

    g_autoptr(CoexConnection) connection = coex_connection_ref(picker->connection);
    if (!was_closed(picker, fields)) {
        g_autofree char *find = dup_find(fields);

        give_back_find(picker, find);
    }
    if (!connection->over)
        coex_picker_cancel(picker);
}

static void
add_row(CoexPicker *picker, PurpleRequestField *list, const char *text, gint row)
{
    const char *icon = coex_host_get()->flat_lists ? NO_PICTURE : NULL;

    purple_request_field_list_add_icon(list, text, icon, GINT_TO_POINTER(row));
    if (row == picker->default_row)
        purple_request_field_list_add_selected(list, text);
}

static void
fill_list(CoexPicker *picker, PurpleRequestField *list, GPtrArray *found, gboolean has_parked)
{
    gboolean searched = picker->query != NULL;

    picker->default_row = searched && found->len == 0 ? ROW_ALL
                          : has_parked && !searched   ? ROW_HOLD
                          : found->len > 0            ? ROW_TEMPLATE
                                                      : ROW_ALL;
    if (searched && found->len == 0)
        add_row(picker, list, _("Show all"), ROW_ALL);
    if (has_parked)
        add_row(picker, list, _("Hold until they answer"), ROW_HOLD);
    if (has_parked && searched && found->len == 0)
        add_row(picker, list, _("The words under Find are a text: it waits too"), ROW_JOIN);
    g_ptr_array_set_size(picker->shown, 0);
    for (guint i = 0; i < MIN(found->len, ROWS_MAX); i++) {
        CoexTemplate *template_ = g_ptr_array_index(found, i);
        g_autofree char *text = coex_picker_describe(picker, template_, ROW_CHARS);

        g_ptr_array_add(picker->shown, coex_template_ref(template_));
        add_row(picker, list, text, ROW_TEMPLATE + (gint)i);
    }
}

static void
show_list(CoexPicker *picker)
{
    g_autoptr(GPtrArray) found = coex_picker_find(picker);
    gboolean has_parked = coex_picker_has_parked(picker);
    g_autoptr(GString) secondary = g_string_new(NULL);

    add_sentence(secondary, picker);
    if (found->len == 0 && picker->query == NULL) {
        add_paragraph(secondary, _("WhatsApp has no approved template of this account. Templates "
                                   "are made in WhatsApp Manager or at the provider."));
        if (!has_parked) {
            picker->stage = COEX_STAGE_IDLE;
            coex_lines_notice(picker->connection, picker->name, secondary->str);
            return;
        }
    }
    if (picker->parked != NULL)
        add_waiting(secondary, picker, WAITING_CHARS);
    if (found->len > ROWS_MAX) {
        guint n_more = found->len - ROWS_MAX;
        g_autofree char *more = g_strdup_printf(
            COEX_PLURAL("%u more: use Find.", "%u more: use Find.", n_more), n_more);

        add_paragraph(secondary, more);
    }

    /* In Finch the list is as wide as the widest line; in Pidgin the window, so not too short. */
    add_paragraph(secondary,
                  found->len == 0 && picker->query != NULL
                      ? _("No template has these words. Type others, or press OK for all.")
                      : _("Choose a template. To search, type words and press OK."));

    PurpleRequestFields *fields = purple_request_fields_new();
    PurpleRequestFieldGroup *group = purple_request_field_group_new(NULL);
    PurpleRequestField *list = purple_request_field_list_new("template", _("Template"));
    g_autofree char *title = coex_connection_dup_title(picker->connection, picker->name);
    g_autofree char *primary = coex_say(_("A template for %s"), title);
    purple_request_fields_add_group(fields, group);
    purple_request_field_group_add_field(
        group, purple_request_field_string_new("find", _("Find"), picker->query, FALSE));
    purple_request_field_list_set_multi_select(list, FALSE);
    fill_list(picker, list, found, has_parked);
    purple_request_field_group_add_field(group, list);
    g_autofree char *wrapped = wrap(secondary->str);
    open_form(picker, fields, primary, wrapped,
              &(Buttons){ _("OK"), on_list_ok, _("Cancel"), on_list_cancel });
}

/* ---- step 2: which values ---- */

/* Takes and gives @values: with the held file in its place. */
static char **
offer_held(const CoexTemplate *template_, char **values)
{
    for (guint i = 0; values[i] != NULL; i++) {
        const CoexTemplateVariable *variable = g_ptr_array_index(template_->variables, i);

        if (variable->kind != COEX_VALUE_FILE || variable->card >= 0)
            continue;
        g_free(values[i]);
        values[i] = g_strdup(COEX_VALUE_HELD);
    }
    return values;
}

/* The known values, one per variable; where none is yet, what may fit. */
static char **
dup_values(CoexPicker *picker)
{
    guint n_values = picker->template_->variables->len;
    guint n_known = picker->values != NULL ? g_strv_length(picker->values) : 0;

    if (n_known == 0) {
        g_autofree char *given = coex_connection_dup_given(picker->connection, picker->name);
        char **offer = coex_template_offer(picker->template_, given, picker->parked);

        return coex_picker_has_held_file(picker) ? offer_held(picker->template_, offer) : offer;
    }

    char **values = g_new0(char *, n_values + 1);
    for (guint i = 0; i < n_values; i++)
        values[i] = g_strdup(i < n_known ? picker->values[i] : "");
    return values;
}

static void show_page(CoexPicker *picker, guint start);

/* Keeps what was typed on a page of values; returns its first variable, and in @ret_next the one
 * after its last. */
static guint
take_page(CoexPicker *picker, PurpleRequestFields *fields, guint *ret_next)
{
    char **values = dup_values(picker);
    guint n_values = g_strv_length(values);
    guint start = 0;

    *ret_next = 0;
    for (guint i = 0; i < n_values; i++) {
        g_autofree char *id = g_strdup_printf("value%u", i);

        if (!purple_request_fields_exists(fields, id))
            continue;
        const char *typed = purple_request_fields_get_string(fields, id);
        g_free(values[i]);
        values[i] = g_strdup(typed != NULL ? typed : "");
        start = *ret_next == 0 ? i : start;
        *ret_next = i + 1;
    }
    g_strfreev(picker->values);
    picker->values = values;
    return start;
}

static void
on_values_ok(gpointer token, PurpleRequestFields *fields)
{
    CoexPicker *picker = take_choice(token);
    guint next;

    if (picker == NULL || picker->template_ == NULL)
        return;
    take_page(picker, fields, &next);
    if (next < coex_template_count_asked(picker->template_)) {
        show_page(picker, next);
        return;
    }
    g_auto(GStrv) values = g_strdupv(picker->values);
    coex_picker_fill(picker, (const char *const *)values);
}

static void
on_values_back(gpointer token, PurpleRequestFields *fields)
{
    CoexPicker *picker = take_choice(token);
    guint next;

    if (picker == NULL || picker->template_ == NULL)
        return;
    if (was_closed(picker, fields)) {
        coex_picker_cancel(picker);
        return;
    }
    guint start = take_page(picker, fields, &next);
    if (start > 0)
        show_page(picker, start - MIN(start, FIELDS_MAX));
    else
        coex_picker_back(picker);
}

/* What the fields leave room for; the whole message comes with the last question. */
static char *
make_preview(const CoexTemplate *template_, guint n_other_rows)
{
    g_autofree char *whole = coex_template_preview(template_, NULL);
    g_autofree char *wrapped = wrap(whole);
    g_auto(GStrv) lines = g_strsplit(wrapped, "\n", -1);
    guint n_rows = n_other_rows < LOW_ROWS ? LOW_ROWS - n_other_rows : 1;

    if (!coex_host_get()->clips_forms || g_strv_length(lines) <= n_rows)
        return g_steal_pointer(&whole);
    for (guint i = n_rows; lines[i] != NULL; i++)
        g_clear_pointer(&lines[i], g_free);
    g_free(lines[n_rows - 1]);
    lines[n_rows - 1] = g_strdup("…");
    return g_strjoinv("\n", lines);
}

static void
show_page(CoexPicker *picker, guint start)
{
    const CoexTemplate *template_ = picker->template_;
    guint end = MIN(start + FIELDS_MAX, coex_template_count_asked(template_));
    g_auto(GStrv) values = dup_values(picker);
    gboolean waits = picker->parked != NULL &&
                     !coex_template_carries(template_, (const char *const *)values, picker->parked);
    guint n_other_rows = end - start + (waits ? 2 : 0) + (picker->sentence != NULL ? 3 : 0);
    g_autofree char *preview = make_preview(template_, n_other_rows);
    g_autofree char *recipient = dup_recipient(picker);
    g_autofree char *primary =
        /* Translators: a template's name, its language, such as de, and a person's name */
        coex_say(_("%s (%s) for %s"), template_->name, template_->language, recipient);
    g_autoptr(GString) secondary = g_string_new(NULL);
    PurpleRequestFields *fields = purple_request_fields_new();
    PurpleRequestFieldGroup *group = purple_request_field_group_new(NULL);

    add_sentence(secondary, picker);
    add_paragraph(secondary, preview);
    if (waits)
        add_waiting(secondary, picker, WAITING_LINE_CHARS);
    purple_request_fields_add_group(fields, group);
    for (guint i = start; i < end; i++) {
        g_autofree char *text =
            coex_picker_describe_variable(picker, g_ptr_array_index(template_->variables, i));
        g_autofree char *label = make_label(text);
        g_autofree char *id = g_strdup_printf("value%u", i);

        purple_request_field_group_add_field(
            group, purple_request_field_string_new(id, label, values[i], FALSE));
    }
    g_autofree char *wrapped = wrap(secondary->str);
    open_form(picker, fields, primary, wrapped,
              &(Buttons){ _("OK"), on_values_ok, _("Back"), on_values_back });
}

static void
show_values(CoexPicker *picker)
{
    show_page(picker, 0);
}

/* ---- step 3: send this? ---- */

static void
on_send(gpointer token, PurpleRequestFields *fields)
{
    CoexPicker *picker = take_choice(token);

    if (picker != NULL)
        coex_picker_send(picker);
}

static void
on_confirm_back(gpointer token, PurpleRequestFields *fields)
{
    CoexPicker *picker = take_choice(token);

    if (picker == NULL)
        return;
    if (was_closed(picker, fields))
        coex_picker_cancel(picker);
    else
        coex_picker_back(picker);
}

static void show_confirm(CoexPicker *picker);

static void
on_next(gpointer token, PurpleRequestFields *fields)
{
    CoexPicker *picker = take_choice(token);

    if (picker == NULL || picker->stage != COEX_STAGE_CONFIRM)
        return;
    picker->confirm_row += CONFIRM_ROWS;
    show_confirm(picker);
}

/* What of the wrapped @text is shown now; @ret_is_last: nothing follows. */
static char *
dup_rows(const CoexPicker *picker, const char *text, gboolean *ret_is_last)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    guint n_lines = g_strv_length(lines);
    guint start = MIN(picker->confirm_row, n_lines - 1);
    guint end = coex_host_get()->clips_forms ? MIN(start + CONFIRM_ROWS, n_lines) : n_lines;

    *ret_is_last = end == n_lines;
    g_clear_pointer(&lines[end], g_free);
    for (guint i = end + 1; i < n_lines; i++)
        g_free(lines[i]);
    return g_strjoinv("\n", lines + start);
}

/* All that is said before it goes. */
static char *
dup_question(CoexPicker *picker)
{
    const CoexTemplate *template_ = picker->template_;
    g_autofree char *preview =
        coex_template_preview(template_, (const char *const *)picker->values);
    g_autoptr(GString) secondary = g_string_new(NULL);

    add_sentence(secondary, picker);
    add_paragraph(secondary, preview);
    g_autofree char *cost = coex_picker_dup_cost(picker);
    /* Translators: “utility, free in an open window” */
    g_autofree char *kind = coex_say(_("Kind: %s."), cost);
    add_paragraph(secondary, kind);
    add_paragraph(secondary, coex_picker_get_cost_hint(picker));
    add_paragraph(secondary, coex_picker_get_objection(picker));
    if (picker->parked != NULL &&
        !coex_template_carries(template_, (const char *const *)picker->values, picker->parked))
        add_paragraph(secondary,
                      _("What you typed is not in it: it comes back as a line, unsent."));
    if (picker->cleaned)
        add_paragraph(secondary, _("Line breaks, tabs and runs of blanks in the values became "
                                   "single blanks, as WhatsApp demands."));
    return wrap(secondary->str);
}

static void
show_confirm(CoexPicker *picker)
{
    g_autofree char *recipient = dup_recipient(picker);
    g_autofree char *primary = coex_say(_("Send this to %s?"), recipient);
    g_autofree char *question = dup_question(picker);
    gboolean is_last;
    g_autofree char *rows = dup_rows(picker, question, &is_last);
    Buttons buttons = { _("Send"), on_send, _("Back"), on_confirm_back };

    if (!is_last) {
        buttons.ok = _("Next");
        buttons.on_ok = on_next;
    }
    open_form(picker, purple_request_fields_new(), primary, rows, &buttons);
}

static void
point_at(CoexPicker *picker)
{
    const char *mark = coex_host_get_mark();
    g_autofree char *line = NULL;

    if (!coex_host_get()->opens_behind || picker->stage == COEX_STAGE_IDLE)
        return;
    g_autofree char *title = dup_window_title(picker);
    if (picker->parked == NULL) {
        line = coex_say(
            /* Translators: %s is the title of a window; Alt+w is a key of Finch's */
            _("The templates are in the window “%s” (Alt+w lists the windows)."), title);
    } else {
        g_autofree char *excerpt = coex_text_excerpt(picker->parked, 60);

        /* Translators: a text that was typed, the title of a window, and twice the / or ! that
         * commands begin with */
        line = coex_say(_("Not sent yet: “%s”. Choose in the window “%s” (Alt+w lists the "
                          "windows), or type %shold or %scancel."),
                        excerpt, title, mark, mark);
    }
    coex_lines_notice(picker->connection, picker->name, line);
}

static gboolean
is_asked(const CoexPicker *picker)
{
    return coex_ask_is_open(picker->connection, COEX_ASK_TEMPLATE, picker->name);
}

const CoexTemplateFace coex_template_form = {
    .show = { [COEX_STAGE_LIST] = show_list,
              [COEX_STAGE_VALUES] = show_values,
              [COEX_STAGE_CONFIRM] = show_confirm },
    .point_at = point_at,
    .is_asked = is_asked,
    .takes_keys = TRUE,
    .is_closed_after = TRUE,
};
