// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/prompt.h"
#include "core/template-offer.h"
#include "core/text.h"
#include "purple/ask.h"
#include "purple/conversation.h"
#include "purple/host.h"

#define TITLE_CHARS 40
#define MAX_ROWS 60
#define MAX_FIELDS 8 /* of one page: Finch neither scrolls nor clips kindly at 24 lines */
#define COLUMNS 56   /* neither host wraps at words everywhere; Pidgin at about 60 */
#define WIDE_COLUMNS 72
#define WAITING_CHARS 120
#define WAITING_LINE_CHARS 44
#define LOW_ROWS 12 /* of preview and fields, where a form must do with 24 lines */
#define ROW_CHARS 40
#define NO_PICTURE "/dev/null"

/* What a row of the list stands for: its data pointer. NULL: nothing was selected. */
enum { ROW_HOLD = 1, ROW_ALL, ROW_JOIN, ROW_TEMPLATE };

static void show_values(CoexChoice *choice);

static CoexChoice *
take_choice(gpointer token)
{
    g_autofree char *name = NULL;
    CoexConnection *login = coex_ask_take(token, &name);

    return login != NULL ? coex_choice_of(login, name) : NULL;
}

static void
on_cancel(gpointer token)
{
    CoexChoice *choice = take_choice(token);

    if (choice != NULL)
        coex_choice_cancel(choice);
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
new_ask(CoexChoice *choice, PurpleRequestType type)
{
    coex_ask_close(choice->login, choice->name);
    return coex_ask_new(choice->login, choice->name, type);
}

/* Several people's forms may be open, and a list of windows shows their titles alone; a bar of
 * windows the beginnings of them. */
static char *
dup_window_title(CoexChoice *choice)
{
    g_autofree char *title = coex_login_dup_title(choice->login, choice->name);
    g_autofree char *excerpt = coex_text_excerpt(title, TITLE_CHARS);

    return g_strconcat("Template: ", excerpt, NULL);
}

/* A form's buttons. The second one stands for closing the window too, except in Finch. */
typedef struct {
    PurpleRequestFieldsCb on_ok;
    const char *leave;
    PurpleRequestFieldsCb on_leave;
} Buttons;

/* Takes @fields. */
static void
open_form(CoexChoice *choice, PurpleRequestFields *fields, const char *primary,
          const char *secondary, const Buttons *buttons)
{
    CoexConnection *login = choice->login;
    gpointer token = new_ask(choice, PURPLE_REQUEST_FIELDS);
    g_autofree char *title = dup_window_title(choice);
    g_autofree char *wrapped = wrap(secondary);
    choice->form = fields;
    void *ui = purple_request_fields(
        login->gc, title, primary, wrapped, fields, "OK", G_CALLBACK(buttons->on_ok),
        buttons->leave, G_CALLBACK(buttons->on_leave), login->account, choice->name, NULL, token);

    coex_ask_opened(token, ui);
}

/* Finch calls the second button's callback for a window that is closed too, with something else in
 * the place of the fields. */
static gboolean
was_closed(const CoexChoice *choice, const PurpleRequestFields *fields)
{
    return choice->form != fields;
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
add_sentence(GString *text, CoexChoice *choice)
{
    add_paragraph(text, choice->sentence);
    g_clear_pointer(&choice->sentence, g_free);
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
dup_recipient(CoexChoice *choice)
{
    const CoexPersonView *person = coex_session_find_person(choice->login->session, choice->name);
    g_autofree char *title = coex_login_dup_title(choice->login, choice->name);

    if (person == NULL)
        return g_steal_pointer(&title);
    if (strcmp(title, choice->name) == 0 || strcmp(title, person->display) == 0)
        return g_strdup(person->display);
    return g_strdup_printf("%s (%s)", title, person->display);
}

static void
add_waiting(GString *text, CoexChoice *choice, gsize n_chars)
{
    g_autofree char *excerpt = coex_text_excerpt(choice->parked, n_chars);
    g_autofree char *waiting = g_strdup_printf("Waiting: “%s”", excerpt);

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
give_back_find(CoexChoice *choice, const char *find)
{
    gboolean searched = g_strcmp0(find, choice->query) == 0;
    gboolean waits = choice->lost || coex_choice_has_parked(choice);

    if (*find == '\0' || !waits || (searched && choice->shown->len > 0))
        return;

    g_autofree char *line = g_strdup_printf("Not sent, it was typed under Find: “%s”", find);
    coex_conversation_notice(choice->login, choice->name, line);
}

static void
search(CoexChoice *choice, const char *find)
{
    const char *before = choice->query != NULL ? choice->query : "";

    if (strstr(find, before) == NULL)
        give_back_find(choice, before);
    if (!choice->login->over)
        coex_choice_search(choice, find);
}

static void
on_list_ok(gpointer token, PurpleRequestFields *fields)
{
    CoexChoice *choice = take_choice(token);

    if (choice == NULL)
        return;

    g_autoptr(CoexConnection) login = coex_login_ref(choice->login);
    PurpleRequestField *list = purple_request_fields_get_field(fields, "template");
    GList *selected = purple_request_field_list_get_selected(list);
    gint row = selected != NULL
                   ? GPOINTER_TO_INT(purple_request_field_list_get_data(list, selected->data))
                   : choice->default_row;
    g_autofree char *find = dup_find(fields);
    gboolean is_new = strcmp(find, choice->query != NULL ? choice->query : "") != 0;

    if (row == choice->default_row && is_new) {
        search(choice, find);
        return;
    }
    if (row == ROW_JOIN && coex_choice_has_parked(choice)) {
        coex_choice_join(choice, find);
        return;
    }
    give_back_find(choice, find);
    if (login->over)
        return;
    if (row == ROW_HOLD || row == ROW_JOIN)
        coex_choice_hold(choice);
    else if (row >= ROW_TEMPLATE && (guint)(row - ROW_TEMPLATE) < choice->shown->len)
        coex_choice_pick(choice, g_ptr_array_index(choice->shown, row - ROW_TEMPLATE), NULL);
    else
        coex_choice_search(choice, NULL);
}

static void
on_list_cancel(gpointer token, PurpleRequestFields *fields)
{
    CoexChoice *choice = take_choice(token);

    if (choice == NULL)
        return;

    g_autoptr(CoexConnection) login = coex_login_ref(choice->login);
    if (!was_closed(choice, fields)) {
        g_autofree char *find = dup_find(fields);
        give_back_find(choice, find);
    }
    if (!login->over)
        coex_choice_cancel(choice);
}

static void
add_row(CoexChoice *choice, PurpleRequestField *list, const char *text, gint row)
{
    const char *icon = coex_host_get()->flat_lists ? NO_PICTURE : NULL;

    purple_request_field_list_add_icon(list, text, icon, GINT_TO_POINTER(row));
    if (row == choice->default_row)
        purple_request_field_list_add_selected(list, text);
}

static void
fill_list(CoexChoice *choice, PurpleRequestField *list, GPtrArray *found, gboolean has_parked)
{
    gboolean searched = choice->query != NULL;

    choice->default_row = searched && found->len == 0 ? ROW_ALL
                          : has_parked && !searched   ? ROW_HOLD
                          : found->len > 0            ? ROW_TEMPLATE
                                                      : ROW_ALL;
    if (searched && found->len == 0)
        add_row(choice, list, "Show all", ROW_ALL);
    if (has_parked)
        add_row(choice, list, "Hold until they answer", ROW_HOLD);
    if (has_parked && searched && found->len == 0)
        add_row(choice, list, "The words under Find are a text: it waits too", ROW_JOIN);
    g_ptr_array_set_size(choice->shown, 0);
    for (guint i = 0; i < MIN(found->len, MAX_ROWS); i++) {
        CoexTemplate *template_ = g_ptr_array_index(found, i);
        g_autofree char *text = coex_choice_describe(template_, ROW_CHARS);
        g_ptr_array_add(choice->shown, coex_template_ref(template_));
        add_row(choice, list, text, ROW_TEMPLATE + (gint)i);
    }
}

static void
show_list(CoexChoice *choice)
{
    g_autoptr(GPtrArray) found = coex_choice_find(choice);
    gboolean has_parked = coex_choice_has_parked(choice);
    g_autoptr(GString) secondary = g_string_new(NULL);

    add_sentence(secondary, choice);
    if (found->len == 0 && choice->query == NULL) {
        add_paragraph(secondary, "WhatsApp has no approved template of this account. Templates are "
                                 "made in WhatsApp Manager or at the provider.");
        if (!has_parked) {
            choice->stage = COEX_STAGE_IDLE;
            coex_conversation_notice(choice->login, choice->name, secondary->str);
            return;
        }
    }
    if (choice->parked != NULL)
        add_waiting(secondary, choice, WAITING_CHARS);
    if (found->len > MAX_ROWS) {
        g_autofree char *more = g_strdup_printf("%u more: use Find.", found->len - MAX_ROWS);
        add_paragraph(secondary, more);
    }

    /* In Finch the list is as wide as the widest line; in Pidgin the window, so not too short. */
    add_paragraph(secondary, found->len == 0 && choice->query != NULL
                                 ? "No template has these words. Type others, or press OK for all."
                                 : "Choose a template. To search, type words and press OK.");

    PurpleRequestFields *fields = purple_request_fields_new();
    PurpleRequestFieldGroup *group = purple_request_field_group_new(NULL);
    PurpleRequestField *list = purple_request_field_list_new("template", "Template");
    g_autofree char *title = coex_login_dup_title(choice->login, choice->name);
    g_autofree char *primary = g_strdup_printf("A template for %s", title);
    purple_request_fields_add_group(fields, group);
    purple_request_field_group_add_field(
        group, purple_request_field_string_new("find", "Find", choice->query, FALSE));
    purple_request_field_list_set_multi_select(list, FALSE);
    fill_list(choice, list, found, has_parked);
    purple_request_field_group_add_field(group, list);
    open_form(choice, fields, primary, secondary->str,
              &(Buttons){ on_list_ok, "Cancel", on_list_cancel });
}

/* ---- step 2: which values ---- */

/* The known values, one per variable; where none is yet, what may fit. */
static char **
dup_values(CoexChoice *choice)
{
    guint n_values = choice->template_->variables->len;
    guint n_known = choice->values != NULL ? g_strv_length(choice->values) : 0;

    if (n_known == 0) {
        const CoexPersonView *person =
            coex_session_find_person(choice->login->session, choice->name);
        g_autofree char *title = coex_login_dup_title(choice->login, choice->name);
        gboolean named = strcmp(title, choice->name) != 0 &&
                         (person == NULL || strcmp(title, person->display) != 0);
        return coex_template_offer(choice->template_, named ? title : NULL, choice->parked);
    }

    char **values = g_new0(char *, n_values + 1);
    for (guint i = 0; i < n_values; i++)
        values[i] = g_strdup(i < n_known ? choice->values[i] : "");
    return values;
}

static void show_page(CoexChoice *choice, guint start);

/* Keeps what was typed on a page of values; returns its first variable, and in @ret_next the one
 * after its last. */
static guint
take_page(CoexChoice *choice, PurpleRequestFields *fields, guint *ret_next)
{
    char **values = dup_values(choice);
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
    g_strfreev(choice->values);
    choice->values = values;
    return start;
}

static void
on_values_ok(gpointer token, PurpleRequestFields *fields)
{
    CoexChoice *choice = take_choice(token);
    guint next;

    if (choice == NULL || choice->template_ == NULL)
        return;
    take_page(choice, fields, &next);
    if (next < g_strv_length(choice->values)) {
        show_page(choice, next);
        return;
    }
    g_auto(GStrv) values = g_strdupv(choice->values);
    coex_choice_fill(choice, (const char *const *)values);
}

static void
on_values_back(gpointer token, PurpleRequestFields *fields)
{
    CoexChoice *choice = take_choice(token);
    guint next;

    if (choice == NULL || choice->template_ == NULL)
        return;
    if (was_closed(choice, fields)) {
        coex_choice_cancel(choice);
        return;
    }
    guint start = take_page(choice, fields, &next);
    if (start > 0)
        show_page(choice, start - MIN(start, MAX_FIELDS));
    else
        coex_choice_back(choice);
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
show_page(CoexChoice *choice, guint start)
{
    const CoexTemplate *template_ = choice->template_;
    guint end = MIN(start + MAX_FIELDS, template_->variables->len);
    g_auto(GStrv) values = dup_values(choice);
    gboolean waits = choice->parked != NULL &&
                     !coex_template_values_have((const char *const *)values, choice->parked);
    guint n_other_rows = end - start + (waits ? 2 : 0) + (choice->sentence != NULL ? 3 : 0);
    g_autofree char *preview = make_preview(template_, n_other_rows);
    g_autofree char *recipient = dup_recipient(choice);
    g_autofree char *primary =
        g_strdup_printf("%s (%s) for %s", template_->name, template_->language, recipient);
    g_autoptr(GString) secondary = g_string_new(NULL);
    PurpleRequestFields *fields = purple_request_fields_new();
    PurpleRequestFieldGroup *group = purple_request_field_group_new(NULL);

    add_sentence(secondary, choice);
    add_paragraph(secondary, preview);
    if (waits)
        add_waiting(secondary, choice, WAITING_LINE_CHARS);
    purple_request_fields_add_group(fields, group);
    for (guint i = start; i < end; i++) {
        g_autofree char *text =
            coex_choice_describe_variable(g_ptr_array_index(template_->variables, i));
        g_autofree char *label = make_label(text);
        g_autofree char *id = g_strdup_printf("value%u", i);
        purple_request_field_group_add_field(
            group, purple_request_field_string_new(id, label, values[i], FALSE));
    }
    open_form(choice, fields, primary, secondary->str,
              &(Buttons){ on_values_ok, "Back", on_values_back });
}

static void
show_values(CoexChoice *choice)
{
    show_page(choice, 0);
}

/* ---- step 3: send this? ---- */

static void
on_send(gpointer token, int action)
{
    CoexChoice *choice = take_choice(token);

    if (choice != NULL)
        coex_choice_send(choice);
}

static void
on_back(gpointer token, int action)
{
    CoexChoice *choice = take_choice(token);

    if (choice != NULL)
        coex_choice_back(choice);
}

static void
on_confirm_cancel(gpointer token, int action)
{
    on_cancel(token);
}

static void
show_confirm(CoexChoice *choice)
{
    CoexConnection *login = choice->login;
    const CoexTemplate *template_ = choice->template_;
    g_autofree char *recipient = dup_recipient(choice);
    g_autofree char *primary = g_strdup_printf("Send this to %s?", recipient);
    g_autofree char *preview =
        coex_template_preview(template_, (const char *const *)choice->values);
    g_autoptr(GString) secondary = g_string_new(NULL);

    add_sentence(secondary, choice);
    add_paragraph(secondary, preview);
    g_autofree char *cost =
        g_strdup_printf("Kind: %s by WhatsApp.", coex_template_get_cost(template_));
    add_paragraph(secondary, cost);
    if (choice->parked != NULL &&
        !coex_template_values_have((const char *const *)choice->values, choice->parked))
        add_paragraph(secondary, "The text that waits is not in it: it comes back as a line, "
                                 "unsent.");
    if (choice->cleaned)
        add_paragraph(secondary, "Line breaks, tabs and runs of blanks in the values became single "
                                 "blanks, as WhatsApp demands.");

    gpointer token = new_ask(choice, PURPLE_REQUEST_ACTION);
    g_autofree char *title = dup_window_title(choice);
    g_autofree char *wrapped = wrap(secondary->str);
    void *ui = purple_request_action(login->gc, title, primary, wrapped, 0, login->account,
                                     choice->name, NULL, token, 3, "Send", on_send, "Back", on_back,
                                     "Cancel", on_confirm_cancel);
    coex_ask_opened(token, ui);
}

void
coex_prompt_show(CoexChoice *choice)
{
    switch (choice->stage) {
    case COEX_STAGE_IDLE:
        break;
    case COEX_STAGE_LIST:
        show_list(choice);
        break;
    case COEX_STAGE_VALUES:
        show_values(choice);
        break;
    case COEX_STAGE_CONFIRM:
        show_confirm(choice);
        break;
    }
}

void
coex_prompt_point_at(CoexChoice *choice)
{
    const char *mark = coex_host_get_mark();
    g_autofree char *line = NULL;

    if (choice->login->over || !coex_host_get()->opens_behind || choice->stage == COEX_STAGE_IDLE)
        return;
    g_autofree char *title = dup_window_title(choice);
    g_autofree char *where = g_strdup_printf("window “%s” (Alt+w lists the windows)", title);
    if (choice->parked == NULL) {
        line = g_strdup_printf("The templates are in the %s.", where);
    } else {
        g_autofree char *excerpt = coex_text_excerpt(choice->parked, 60);
        line = g_strdup_printf("Not sent yet: “%s”. Choose in the %s, or type %shold or %scancel.",
                               excerpt, where, mark, mark);
    }
    coex_conversation_notice(choice->login, choice->name, line);
}
