// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/dialogue.h"
#include "core/typed-line.h"
#include "core/text.h"
#include "purple/conversation.h"
#include "purple/verbs.h"

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
add_sentence(GString *lines, CoexChoice *choice)
{
    if (choice->sentence != NULL)
        add_line(lines, choice->sentence);
    g_clear_pointer(&choice->sentence, g_free);
}

static void
say(CoexChoice *choice, const char *line)
{
    coex_conversation_notice(choice->login, choice->name, line);
}

/* ---- the stages ---- */

/* The next rows of the list, numbered on from those already shown. */
static void
add_rows(CoexChoice *choice, GString *lines)
{
    g_autoptr(GPtrArray) found = coex_choice_find(choice);
    guint start = choice->shown->len;
    guint end = MIN(start + PAGE_ROWS, found->len);

    for (guint i = start; i < end; i++) {
        CoexTemplate *template_ = g_ptr_array_index(found, i);
        g_autofree char *row = coex_choice_describe(template_, ROW_CHARS);
        g_autofree char *line = g_strdup_printf("!%u  %s", i + 1, row);
        g_ptr_array_add(choice->shown, coex_template_ref(template_));
        add_line(lines, line);
    }
    if (found->len == 0 && choice->query != NULL)
        add_line(lines, "No template has these words. !template lists all.");
    else if (found->len == 0)
        add_line(lines, "WhatsApp has no approved template of this account.");
    else if (start >= end)
        add_line(lines, "There are no more templates.");
    if (end < found->len) {
        g_autofree char *line = g_strdup_printf("%u more: !more", found->len - end);
        add_line(lines, line);
    }
}

static void
show_list(CoexChoice *choice)
{
    g_autoptr(GString) lines = g_string_new(NULL);

    add_sentence(lines, choice);
    if (choice->parked != NULL) {
        g_autofree char *excerpt = coex_text_excerpt(choice->parked, ROW_CHARS);
        g_autofree char *line = g_strdup_printf("Waiting: “%s”", excerpt);
        add_line(lines, line);
    }
    add_rows(choice, lines);
    if (choice->shown->len > 0)
        add_line(lines, "Choose one with its values: !1 value | value. Or !find words.");
    if (coex_choice_has_parked(choice))
        add_line(lines, "Or !hold keeps the text until they write, !cancel gives it back.");
    say(choice, lines->str);
}

/* What to type to take the chosen template: a name alone would mean the preferred language. */
static char *
dup_verb(CoexChoice *choice)
{
    guint index;

    if (g_ptr_array_find(choice->shown, choice->template_, &index))
        return g_strdup_printf("!%u", index + 1);
    return g_strdup_printf("!template %s", choice->template_->name);
}

static void
show_values(CoexChoice *choice)
{
    const CoexTemplate *template_ = choice->template_;
    g_autofree char *preview = coex_template_preview(template_, NULL);
    g_autoptr(GString) lines = g_string_new(NULL);
    g_autoptr(GString) needs = g_string_new(NULL);

    for (guint i = 0; i < template_->variables->len; i++) {
        g_autofree char *variable =
            coex_choice_describe_variable(g_ptr_array_index(template_->variables, i));
        g_string_append_printf(needs, "%s%s", i > 0 ? " | " : "", variable);
    }
    add_sentence(lines, choice);
    add_line(lines, preview);
    g_autofree char *verb = dup_verb(choice);
    g_autofree char *line =
        g_strdup_printf("It needs: %s. Type %s and the value%s.", needs->str, verb,
                        template_->variables->len > 1 ? "s, with | between" : "");
    add_line(lines, line);
    if (choice->parked != NULL)
        add_line(lines, "The value = stands for the text that waits.");
    say(choice, lines->str);
}

static void
show_confirm(CoexChoice *choice)
{
    g_autofree char *preview =
        coex_template_preview(choice->template_, (const char *const *)choice->values);
    g_autofree char *cost = g_strdup_printf("(%s: %s)", choice->template_->name,
                                            coex_template_get_cost(choice->template_));
    g_autoptr(GString) lines = g_string_new(NULL);

    add_sentence(lines, choice);
    add_line(lines, preview);
    add_line(lines, cost);
    if (choice->cleaned)
        add_line(lines, "Tabs, line breaks and runs of blanks became single blanks.");
    if (choice->parked != NULL &&
        !coex_template_values_have((const char *const *)choice->values, choice->parked))
        add_line(lines, "The text that waits is not in it and will come back unsent. To keep it, "
                        "type !hold first and choose again.");
    add_line(lines, "!send sends it, !cancel does not.");
    say(choice, lines->str);
}

void
coex_dialogue_show(CoexChoice *choice)
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

/* ---- the verbs ---- */

void
coex_dialogue_pick(CoexChoice *choice, guint number, const char *words)
{
    if (number == 0 || number > choice->shown->len) {
        say(choice, "There is no template with this number. !template lists them.");
        return;
    }

    g_auto(GStrv) values = coex_choice_split(choice, words);
    coex_choice_pick(choice, g_ptr_array_index(choice->shown, number - 1),
                     (const char *const *)values);
}

void
coex_dialogue_more(CoexChoice *choice)
{
    g_autoptr(GString) lines = g_string_new(NULL);

    if (choice->stage == COEX_STAGE_IDLE) {
        coex_choice_start(choice, NULL);
        return;
    }
    add_rows(choice, lines);
    say(choice, lines->str);
}

void
coex_dialogue_send(CoexChoice *choice)
{
    if (choice->stage == COEX_STAGE_CONFIRM)
        coex_choice_send(choice);
    else
        say(choice, "No template is ready to be sent. !template lists them.");
}

/* ---- what the user types ---- */

static void
refuse_slash(CoexConnection *login, const char *name, const char *word)
{
    g_autofree char *line =
        g_strdup_printf("Nothing was sent: %s looks like a command, and here those begin with !. "
                        "!help lists them; /%s sends the text itself.",
                        word, word);

    coex_conversation_notice(login, name, line);
}

gboolean
coex_dialogue_take(CoexConnection *login, const char *name, const char *markup, char **ret_markup)
{
    g_auto(CoexTypedLine) line = { 0 };

    *ret_markup = NULL;
    coex_typed_line_read(markup, &line);
    switch (line.kind) {
    case COEX_TYPED_MESSAGE:
        *ret_markup = g_steal_pointer(&line.markup);
        return FALSE;
    case COEX_TYPED_VERB:
        coex_verbs_run_line(login, name, &line);
        return TRUE;
    case COEX_TYPED_SLASH:
        refuse_slash(login, name, line.word);
        return TRUE;
    }
    return FALSE;
}
