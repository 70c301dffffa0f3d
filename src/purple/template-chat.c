// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/template-chat.h"

#include "core/template.h"
#include "core/text.h"
#include "core/typed-line.h"
#include "core/words.h"
#include "purple/lines.h"
#include "purple/template-picker.h"

#define PAGE_ROWS 5
#define ROW_CHARS 60

static void
add_line(GString *lines, const char *line)
{
    if (lines->len > 0)
        g_string_append_c(lines, '\n');
    g_string_append(lines, line);
}

static void
add_sentence(GString *lines, CoexPicker *picker)
{
    if (picker->sentence != NULL)
        add_line(lines, picker->sentence);
    g_clear_pointer(&picker->sentence, g_free);
}

static void
say(CoexPicker *picker, const char *line)
{
    coex_lines_notice(picker->connection, picker->name, line);
}

/* ---- the stages ---- */

/* The next rows of the list, numbered on from those already shown. */
static void
add_rows(CoexPicker *picker, GString *lines)
{
    g_autoptr(GPtrArray) found = coex_picker_find(picker);
    guint start = picker->shown->len;
    guint end = MIN(start + PAGE_ROWS, found->len);

    for (guint i = start; i < end; i++) {
        CoexTemplate *template_ = g_ptr_array_index(found, i);
        g_autofree char *row = coex_picker_describe(picker, template_, ROW_CHARS);
        g_autofree char *line = g_strdup_printf("!%u  %s", i + 1, row);

        g_ptr_array_add(picker->shown, coex_template_ref(template_));
        add_line(lines, line);
    }
    if (found->len == 0 && picker->query != NULL)
        add_line(lines, _("No template has these words. !template lists all."));
    else if (found->len == 0)
        add_line(lines, _("WhatsApp has no approved template of this account."));
    else if (start >= end)
        add_line(lines, _("There are no more templates."));
    if (end < found->len) {
        g_autofree char *line = g_strdup_printf(
            COEX_PLURAL("%u more: !more", "%u more: !more", found->len - end), found->len - end);

        add_line(lines, line);
    }
}

static void
show_list(CoexPicker *picker)
{
    g_autoptr(GString) lines = g_string_new(NULL);
    gboolean says_more = picker->sentence != NULL;

    add_sentence(lines, picker);
    if (picker->parked == NULL && !picker->seen_closed && !says_more)
        add_line(lines, _("The 24-hour window is open: a plain text can be sent, too."));
    if (picker->parked != NULL) {
        g_autofree char *excerpt = coex_text_excerpt(picker->parked, ROW_CHARS);
        g_autofree char *line = coex_say(_("Waiting: “%s”"), excerpt);

        add_line(lines, line);
    }
    add_rows(picker, lines);
    if (picker->shown->len > 0)
        add_line(lines, _("Choose one with its values: !1 value | value. Or !find words."));
    if (coex_picker_has_parked(picker))
        add_line(lines, _("Or !hold keeps the text until they write, !cancel gives it back."));
    say(picker, lines->str);
}

/* What to type to take the chosen template: a name alone would mean the preferred language. */
static char *
dup_verb(const CoexPicker *picker)
{
    guint index;

    if (g_ptr_array_find(picker->shown, picker->template_, &index))
        return g_strdup_printf("!%u", index + 1);
    return g_strdup_printf("!template %s:%s", picker->template_->name, picker->template_->language);
}

static const char *
get_known(const CoexPicker *picker, guint index)
{
    return picker->values != NULL && index < g_strv_length(picker->values) ? picker->values[index]
                                                                           : "";
}

/* Some values are known, and that one is not. */
static gboolean
is_missing(const CoexPicker *picker, guint index)
{
    const CoexTemplateVariable *variable = g_ptr_array_index(picker->template_->variables, index);
    g_autofree char *value = g_strstrip(g_strdup(get_known(picker, index)));

    return picker->values != NULL && !variable->optional && *value == '\0';
}

/* What is asked for: what is missing, or, where nothing is known yet or a value is wrong, all. */
static char *
dup_needs(const CoexPicker *picker, gboolean *ret_only_missing, guint *ret_n)
{
    guint n_asked = coex_template_count_asked(picker->template_);
    GString *needs = g_string_new(NULL);
    guint n_missing = 0;

    for (guint i = 0; i < n_asked; i++)
        n_missing += is_missing(picker, i);
    *ret_only_missing = n_missing > 0 && n_missing < n_asked;
    *ret_n = *ret_only_missing ? n_missing : n_asked;
    for (guint i = 0; i < n_asked; i++) {
        g_autofree char *variable = coex_picker_describe_variable(
            picker, g_ptr_array_index(picker->template_->variables, i));

        if (!*ret_only_missing || is_missing(picker, i))
            g_string_append_printf(needs, "%s%s", needs->len > 0 ? " | " : "", variable);
    }
    return g_string_free(needs, FALSE);
}

/* What to type before the values that are asked for. */
static char *
dup_value_verb(const CoexPicker *picker)
{
    gboolean only_missing;
    guint n;
    g_autofree char *needs G_GNUC_UNUSED = dup_needs(picker, &only_missing, &n);

    return only_missing ? g_strdup("!fill") : dup_verb(picker);
}

/* What is needed and what to type. */
static char *
dup_demand(const CoexPicker *picker)
{
    gboolean only_missing;
    guint n;
    g_autofree char *needs = dup_needs(picker, &only_missing, &n);
    g_autofree char *verb = dup_value_verb(picker);

    /* Translators: the names of values, and what is typed before them, such as !fill */
    if (only_missing)
        return coex_say(COEX_PLURAL("It still needs: %s. Type %s and the value.",
                                    "It still needs: %s. Type %s and the values, with | between.",
                                    n),
                        needs, verb);
    return coex_say(COEX_PLURAL("It needs: %s. Type %s and the value.",
                                "It needs: %s. Type %s and the values, with | between.", n),
                    needs, verb);
}

static void
show_values(CoexPicker *picker)
{
    const CoexTemplate *template_ = picker->template_;
    g_autofree char *preview =
        coex_template_preview(template_, (const char *const *)picker->values);
    g_autoptr(GString) lines = g_string_new(NULL);
    g_autofree char *line = dup_demand(picker);

    add_sentence(lines, picker);
    add_line(lines, preview);
    add_line(lines, line);
    if (coex_picker_has_held_file(picker))
        add_line(lines, _("In the place of the file = stands for the one that is held."));
    if (picker->parked != NULL)
        add_line(lines, _("The value = stands for the text that waits."));
    say(picker, lines->str);
}

static void
show_confirm(CoexPicker *picker)
{
    g_autofree char *preview =
        coex_template_preview(picker->template_, (const char *const *)picker->values);
    g_autofree char *what = coex_picker_dup_cost(picker);
    g_autofree char *cost =
        g_strdup_printf("(%s, %s: %s)", picker->template_->name, picker->template_->language, what);
    g_autoptr(GString) lines = g_string_new(NULL);

    add_sentence(lines, picker);
    add_line(lines, preview);
    add_line(lines, cost);
    if (coex_picker_get_cost_hint(picker) != NULL)
        add_line(lines, coex_picker_get_cost_hint(picker));
    if (picker->warned)
        add_line(lines, coex_picker_get_objection(picker));
    if (picker->cleaned)
        add_line(lines, _("Tabs, line breaks and runs of blanks became single blanks."));
    if (picker->parked != NULL &&
        !coex_template_carries(picker->template_, (const char *const *)picker->values,
                               picker->parked))
        add_line(lines, _("What you typed is not in it and will come back unsent. To keep that, "
                          "type !hold first and choose again."));
    add_line(lines, _("!send sends it, !cancel does not."));
    say(picker, lines->str);
}

static gboolean
is_asked(const CoexPicker *picker)
{
    return picker->stage == COEX_STAGE_CONFIRM ||
           (picker->stage != COEX_STAGE_IDLE && picker->parked != NULL);
}

const CoexTemplateFace coex_template_chat = {
    .show = { [COEX_STAGE_LIST] = show_list,
              [COEX_STAGE_VALUES] = show_values,
              [COEX_STAGE_CONFIRM] = show_confirm },
    .is_asked = is_asked,
    .dup_verb = dup_value_verb,
};

/* ---- the verbs ---- */

void
coex_template_chat_pick(CoexPicker *picker, guint number, const char *words)
{
    if (number == 0 || number > picker->shown->len) {
        say(picker, _("There is no template with this number. !template lists them."));
        return;
    }

    g_auto(GStrv) values = coex_typed_line_split_values(words, picker->parked);
    coex_picker_pick(picker, g_ptr_array_index(picker->shown, number - 1),
                     (const char *const *)values);
}

void
coex_template_chat_fill(CoexPicker *picker, const char *words)
{
    g_auto(GStrv) typed = coex_typed_line_split_values(words, picker->parked);
    guint n_typed = typed != NULL ? g_strv_length(typed) : 0;
    g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
    guint n_taken = 0;

    if (picker->stage != COEX_STAGE_VALUES || n_typed == 0) {
        say(picker, _("!fill gives the values that a template still needs. !template lists them."));
        return;
    }
    for (guint i = 0; i < picker->template_->variables->len; i++) {
        gboolean takes = is_missing(picker, i) || picker->values == NULL;

        g_ptr_array_add(
            values, g_strdup(takes && n_taken < n_typed ? typed[n_taken] : get_known(picker, i)));
        n_taken += takes && n_taken < n_typed;
    }
    if (n_taken < n_typed) {
        say(picker, _("Those are more values than are missing. Nothing was taken."));
        return;
    }
    g_ptr_array_add(values, NULL);
    coex_picker_fill(picker, (const char *const *)values->pdata);
}

void
coex_template_chat_more(CoexPicker *picker)
{
    g_autoptr(GString) lines = g_string_new(NULL);

    if (picker->stage == COEX_STAGE_IDLE) {
        coex_picker_start(picker, NULL);
        return;
    }
    add_rows(picker, lines);
    say(picker, lines->str);
}

void
coex_template_chat_send(CoexPicker *picker)
{
    if (picker->stage == COEX_STAGE_CONFIRM)
        coex_picker_send(picker);
    else
        say(picker, _("No template is ready to be sent. !template lists them; !send ~/photo.jpg "
                      "sends a file."));
}
