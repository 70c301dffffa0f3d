// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/template-private.h"

#include "core/json.h"
#include "core/words.h"
#include <string.h>

/* More than any approved template has only costs time. */
#define VARIABLES_MAX 200

typedef CoexTemplateInside Template;

static gboolean
is_word(const char *a, const char *b)
{
    return a && b && g_ascii_strcasecmp(a, b) == 0;
}

static CoexTemplateVariable *
get_variable(const CoexTemplate *self, guint index)
{
    return g_ptr_array_index(self->variables, index);
}

/* ---- variables ---- */

static char *
make_label(const CoexTemplatePart *part, const char *words)
{
    /* Translators: what is asked for, such as "picture", and the number of the card */
    return part->card < 0 ? g_strdup(words) : coex_say(_("%s of card %d"), words, part->card + 1);
}

/* One more, NULL when there are too many; of no button. */
static CoexTemplateVariable *
variable_new(Template *self, const CoexTemplatePart *part, CoexTemplateValue kind,
             const char *words)
{
    CoexTemplateVariable *variable;

    if (self->public.variables->len == VARIABLES_MAX) {
        coex_template_add_obstacle(self, _("needs too many values"));
        return NULL;
    }
    variable = g_new0(CoexTemplateVariable, 1);
    variable->kind = kind;
    variable->name = g_strdup("");
    variable->label = make_label(part, words);
    variable->card = part->card;
    variable->button = -1;
    return variable;
}

static void
add_variable(Template *self, const CoexTemplatePart *part, CoexTemplateValue kind,
             const char *words, gboolean optional)
{
    CoexTemplateVariable *variable = variable_new(self, part, kind, words);

    if (!variable)
        return;
    variable->optional = optional;
    g_ptr_array_add(self->public.variables, variable);
}

/* A new variable of a text in its place: numbers in order from @first on, names as they come. */
static gboolean
insert_variable(Template *self, const CoexTemplatePart *part, const char *name, gboolean in_header,
                guint first)
{
    /* Translators: {{%s}} is a variable such as {{1}} */
    g_autofree char *words = coex_say(in_header ? _("{{%s}} of the header") : "{{%s}}", name);
    CoexTemplateVariable *variable = variable_new(self, part, COEX_VALUE_TEXT, words);
    guint at = self->public.variables->len;

    if (!variable)
        return FALSE;
    g_free(variable->name);
    variable->name = g_strdup(name);
    variable->in_header = in_header;
    variable->in_body = !in_header;
    while (!self->public.named && at > first &&
           g_ascii_strtoull(get_variable(&self->public, at - 1)->name, NULL, 10) >
               g_ascii_strtoull(name, NULL, 10))
        at--;
    g_ptr_array_insert(self->public.variables, (int)at, variable);
    return TRUE;
}

/* A name in both is the body's, too. */
static void
note_in_body(CoexTemplateVariable *variable)
{
    if (variable->in_body)
        return;
    variable->in_body = TRUE;
    g_free(variable->label);
    variable->label = g_strdup_printf("{{%s}}", variable->name);
}

static void
add_text_variables(Template *self, const CoexTemplatePart *part, gboolean in_header)
{
    CoexTemplate *public = &self->public;
    const char *text = in_header ? part->header : part->body;
    const char *start, *end;
    char *name = NULL;
    guint first = public->variables->len;

    while (text && coex_template_find_placeholder(text, &start, &end, &name)) {
        int index = coex_template_find_variable(public, part->card, name, in_header);

        text = end;
        if (index >= 0 && !in_header)
            note_in_body(get_variable(public, (guint)index));
        else if (index < 0 && (public->named || coex_template_is_number(name)) &&
                 !insert_variable(self, part, name, in_header, first))
            text = NULL;
        g_clear_pointer(&name, g_free);
    }
}

/* ---- examples ---- */

static void
set_example(CoexTemplateVariable *variable, const char *example)
{
    if (variable->example == NULL)
        variable->example = g_strdup(example);
}

/* Examples of a NAMED template: [{param_name, example}]. */
static void
read_named_examples(CoexTemplate *self, int card, const CoexJsonAt *list, gboolean in_header)
{
    for (guint i = 0; i < coex_json_length(list); i++) {
        CoexJsonAt element = coex_json_element(list, i);
        const char *name = coex_json_member_text(&element, "param_name");
        CoexJsonAt example = coex_json_member(&element, "example");
        int index = -1;

        if (name)
            index = coex_template_find_variable(self, card, name, in_header);
        if (index >= 0)
            set_example(get_variable(self, (guint)index), coex_json_text(&example));
    }
}

/* Examples of a positional one: ["a", "b"], for a body also [["a", "b"]]. */
static void
read_positional_examples(CoexTemplate *self, int card, const CoexJsonAt *list, gboolean in_header)
{
    CoexJsonAt inner = coex_json_element(list, 0);
    const CoexJsonAt *values = coex_json_at_is_array(&inner) ? &inner : list;
    guint n_seen = 0;

    for (guint i = 0; i < self->variables->len; i++) {
        CoexTemplateVariable *variable = get_variable(self, i);
        CoexJsonAt value;

        if (variable->card != card || !(in_header ? variable->in_header : variable->in_body))
            continue;
        value = coex_json_element(values, n_seen++);
        set_example(variable, coex_json_text(&value));
    }
}

static void
read_examples(CoexTemplate *self, int card, const CoexJsonAt *example, gboolean in_header)
{
    CoexJsonAt named = coex_json_member(example, in_header ? "header_text_named_params"
                                                           : "body_text_named_params");
    CoexJsonAt positional = coex_json_member(example, in_header ? "header_text" : "body_text");

    if (self->named)
        read_named_examples(self, card, &named, in_header);
    else
        read_positional_examples(self, card, &positional, in_header);
}

/* ---- which values ---- */

static const char *
get_file_label(const CoexTemplatePart *part)
{
    if (strcmp(part->file, "image") == 0)
        return C_("value of a template", "picture");
    return strcmp(part->file, "video") == 0 ? C_("value of a template", "video")
                                            : C_("value of a template", "document");
}

static void
add_header_variables(Template *self, const CoexTemplatePart *part)
{
    add_text_variables(self, part, TRUE);
    if (part->file)
        add_variable(self, part, COEX_VALUE_FILE, get_file_label(part), FALSE);
    if (!part->place)
        return;
    add_variable(self, part, COEX_VALUE_LATITUDE, C_("value of a template", "latitude"), FALSE);
    add_variable(self, part, COEX_VALUE_LONGITUDE, C_("value of a template", "longitude"), FALSE);
    add_variable(self, part, COEX_VALUE_PLACE, _("name of the place"), TRUE);
    add_variable(self, part, COEX_VALUE_ADDRESS, _("address of the place"), TRUE);
}

/* Free with g_free(). */
static char *
dup_button_words(const CoexTemplateButton *button, CoexTemplateValue kind)
{
    const char *label = button->label ? button->label : C_("value of a template", "button");

    /* Translators: here and below, %s is what stands on a button */
    if (kind == COEX_VALUE_LINK)
        return coex_say(_("end of the link [%s]"), label);
    if (kind == COEX_VALUE_PAYLOAD)
        return coex_say(_("payload of [%s]"), label);
    if (kind == COEX_VALUE_FLOW_TOKEN)
        return coex_say(_("token of [%s]"), label);
    if (kind == COEX_VALUE_FLOW_DATA)
        return coex_say(_("data of [%s]"), label);
    return coex_say(_("code of [%s]"), label);
}

static CoexTemplateVariable *
add_button_variable(Template *self, const CoexTemplatePart *part, guint index,
                    CoexTemplateValue kind)
{
    const CoexTemplateButton *button = g_ptr_array_index(part->buttons, index);
    g_autofree char *words = dup_button_words(button, kind);
    CoexTemplateVariable *variable = variable_new(self, part, kind, words);

    if (!variable)
        return NULL;
    variable->button = (int)index;
    g_ptr_array_add(self->public.variables, variable);
    return variable;
}

/* The code stands in the body, too; else it is the button's alone. */
static void
note_code(Template *self, const CoexTemplatePart *part, guint index)
{
    int known = coex_template_find_variable(&self->public, part->card, "1", FALSE);
    CoexTemplateVariable *variable = known >= 0 ? get_variable(&self->public, (guint)known) : NULL;

    if (!variable) {
        add_button_variable(self, part, index, COEX_VALUE_CODE);
        return;
    }
    variable->kind = COEX_VALUE_CODE;
    variable->button = (int)index;
    g_free(variable->label);
    variable->label = make_label(part, C_("value of a template", "code"));
}

static void
add_button_variables(Template *self, const CoexTemplatePart *part)
{
    for (guint i = 0; i < part->buttons->len; i++) {
        const CoexTemplateButton *button = g_ptr_array_index(part->buttons, i);

        if (strcmp(button->type, "URL") == 0 && button->url && strstr(button->url, "{{"))
            add_button_variable(self, part, i, COEX_VALUE_LINK);
        else if (strcmp(button->type, "COPY_CODE") == 0)
            add_button_variable(self, part, i, COEX_VALUE_COUPON);
        else if (strcmp(button->type, "OTP") == 0)
            note_code(self, part, i);
    }
}

static void
add_unasked(CoexTemplateVariable *variable)
{
    if (variable)
        variable->optional = variable->unasked = TRUE;
}

static void
add_unasked_variables(Template *self, const CoexTemplatePart *part)
{
    for (guint i = 0; i < part->buttons->len; i++) {
        const CoexTemplateButton *button = g_ptr_array_index(part->buttons, i);

        if (strcmp(button->type, "QUICK_REPLY") == 0) {
            add_unasked(add_button_variable(self, part, i, COEX_VALUE_PAYLOAD));
        } else if (strcmp(button->type, "FLOW") == 0) {
            add_unasked(add_button_variable(self, part, i, COEX_VALUE_FLOW_TOKEN));
            add_unasked(add_button_variable(self, part, i, COEX_VALUE_FLOW_DATA));
        }
    }
}

/* ---- examples of what is no text ---- */

/* Of a button: "x" or ["x"]; of a link all of it or its end. */
static void
read_button_example(Template *self, const CoexTemplatePart *part, guint index, const CoexJsonAt *at)
{
    const CoexTemplateButton *button = g_ptr_array_index(part->buttons, index);
    CoexJsonAt whole = coex_json_member(at, "example");
    CoexJsonAt first = coex_json_element(&whole, 0);
    const char *text = coex_json_text(coex_json_at_is_array(&whole) ? &first : &whole);
    gsize n_fixed = button->url ? strcspn(button->url, "{") : 0;

    if (text && n_fixed > 0 && strncmp(text, button->url, n_fixed) == 0)
        text += n_fixed;
    for (guint i = 0; text && i < self->public.variables->len; i++) {
        CoexTemplateVariable *variable = get_variable(&self->public, i);

        if (variable->card == part->card && variable->button == (int)index &&
            (variable->kind == COEX_VALUE_LINK || variable->kind == COEX_VALUE_COUPON))
            set_example(variable, text);
    }
}

static void
read_part_examples(Template *self, const CoexTemplatePart *part, const CoexJsonAt *components)
{
    for (guint i = 0; i < coex_json_length(components); i++) {
        CoexJsonAt at = coex_json_element(components, i);
        CoexJsonAt example = coex_json_member(&at, "example");
        CoexJsonAt buttons = coex_json_member(&at, "buttons");
        const char *type = coex_json_member_text(&at, "type");

        if (is_word(type, "HEADER") || is_word(type, "BODY"))
            read_examples(&self->public, part->card, &example, is_word(type, "HEADER"));
        for (guint j = 0; j < MIN(coex_json_length(&buttons), part->buttons->len); j++) {
            CoexJsonAt button = coex_json_element(&buttons, j);

            read_button_example(self, part, j, &button);
        }
    }
}

static void
add_fixed_examples(CoexTemplate *self)
{
    static const char *const examples[] = {
        [COEX_VALUE_FILE] = "https://…",      [COEX_VALUE_LATITUDE] = "52.531677",
        [COEX_VALUE_LONGITUDE] = "13.381777", [COEX_VALUE_EXPIRATION] = "2026-12-24 18:00",
        [COEX_VALUE_FLOW_DATA] = NULL,
    };

    for (guint i = 0; i < self->variables->len; i++) {
        CoexTemplateVariable *variable = get_variable(self, i);

        set_example(variable, examples[variable->kind]);
    }
}

/* ---- the whole ---- */

static void
read_part(Template *self, CoexTemplatePart *part, const CoexJsonAt *components)
{
    add_header_variables(self, part);
    if (part->expires)
        add_variable(self, part, COEX_VALUE_EXPIRATION, _("end of the offer"), FALSE);
    add_text_variables(self, part, FALSE);
    add_button_variables(self, part);
    read_part_examples(self, part, components);
}

static gboolean
has_named_placeholder(const char *text)
{
    const char *start, *end;
    gboolean found = FALSE;

    while (text && !found) {
        g_autofree char *name = NULL;

        if (!coex_template_find_placeholder(text, &start, &end, &name))
            return FALSE;
        found = !coex_template_is_number(name);
        text = end;
    }
    return found;
}

static gboolean
is_named(const Template *self, const char *parameter_format)
{
    if (parameter_format)
        return is_word(parameter_format, "NAMED");
    for (guint i = 0; i < self->parts->len; i++) {
        const CoexTemplatePart *part = g_ptr_array_index(self->parts, i);

        if (has_named_placeholder(part->header) || has_named_placeholder(part->body))
            return TRUE;
    }
    return FALSE;
}

/* Once all texts are known: which variables, with what examples. */
void
coex_template_read_variables(CoexTemplateInside *self, const char *parameter_format,
                             const CoexJsonAt *components)
{
    self->public.named = is_named(self, parameter_format);
    coex_template_visit_parts(self, components, read_part);
    for (guint i = 0; i < self->parts->len; i++)
        add_unasked_variables(self, g_ptr_array_index(self->parts, i));
    add_fixed_examples(&self->public);
}
