// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/template-private.h"

#include "core/text.h"
#include "core/words.h"
#include <string.h>

gboolean
coex_template_find_placeholder(const char *text, const char **ret_start, const char **ret_end,
                               char **ret_name)
{
    const char *start = text;

    while ((start = strstr(start, "{{"))) {
        const char *name = start + 2 + strspn(start + 2, " ");
        gsize n_name = 0;
        const char *end;

        while (g_ascii_isalnum(name[n_name]) || name[n_name] == '_')
            n_name++;
        end = name + n_name + strspn(name + n_name, " ");
        if (n_name > 0 && strncmp(end, "}}", 2) == 0) {
            *ret_start = start;
            *ret_end = end + 2;
            *ret_name = g_strndup(name, n_name);
            return TRUE;
        }
        start++;
    }
    return FALSE;
}

gboolean
coex_template_is_number(const char *name)
{
    return name[strspn(name, "0123456789")] == '\0';
}

/* Of a text that needs no file, place or button. */
static gboolean
is_text(const CoexTemplateVariable *variable)
{
    return variable->in_header || variable->in_body;
}

int
coex_template_find_variable(const CoexTemplate *template_, int card, const char *name,
                            gboolean in_header)
{
    guint64 number = g_ascii_strtoull(name, NULL, 10);

    for (guint i = 0; i < template_->variables->len; i++) {
        const CoexTemplateVariable *variable = g_ptr_array_index(template_->variables, i);

        if (!is_text(variable) || variable->card != card)
            continue;
        if (template_->named ? g_strcmp0(variable->name, name) == 0
                             : variable->in_header == in_header &&
                                   g_ascii_strtoull(variable->name, NULL, 10) == number)
            return (int)i;
    }
    return -1;
}

static const char *
get_at(const char *const *values, guint index)
{
    for (guint i = 0; values != NULL && values[i] != NULL; i++) {
        if (i == index)
            return values[i];
    }
    return "";
}

const char *
coex_template_get_value(const CoexTemplate *template_, const CoexTemplatePart *part,
                        CoexTemplateValue kind, int button, const char *const *values)
{
    for (guint i = 0; i < template_->variables->len; i++) {
        const CoexTemplateVariable *variable = g_ptr_array_index(template_->variables, i);

        if (variable->kind == kind && variable->card == part->card &&
            (variable->button == button || kind == COEX_VALUE_CODE))
            return get_at(values, i);
    }
    return "";
}

char *
coex_template_fill(const CoexTemplate *template_, const CoexTemplatePart *part, gboolean in_header,
                   const char *const *values)
{
    const char *text = in_header ? part->header : part->body;
    GString *out = g_string_new(NULL);
    const char *start, *end;
    char *name = NULL;

    while (coex_template_find_placeholder(text, &start, &end, &name)) {
        gboolean known = template_->named || coex_template_is_number(name);
        int index =
            known ? coex_template_find_variable(template_, part->card, name, in_header) : -1;
        const char *value = index >= 0 ? get_at(values, (guint)index) : "";

        g_string_append_len(out, text, start - text);
        if (*value != '\0')
            g_string_append(out, value);
        else
            g_string_append_printf(out, "{{%s}}", name);
        text = end;
        g_clear_pointer(&name, g_free);
    }
    g_string_append(out, text);
    return g_string_free(out, FALSE);
}

/* A button's whole address. Free with g_free(). */
static char *
fill_url(const CoexTemplateButton *button, const char *value)
{
    g_autofree char *name = NULL;
    const char *start, *end;

    if (*value == '\0' || !coex_template_find_placeholder(button->url, &start, &end, &name))
        return g_strdup(button->url);
    return g_strdup_printf("%.*s%s%s", (int)(start - button->url), button->url, value, end);
}

/* ---- the finished message ---- */

static gboolean
has_text(const char *text)
{
    return text != NULL && *text != '\0';
}

static void
add_line(GString *out, const char *line)
{
    if (out->len > 0)
        g_string_append_c(out, '\n');
    g_string_append(out, line);
}

static void
add_place(GString *out, const CoexTemplate *self, const CoexTemplatePart *part,
          const char *const *values, gboolean in_english)
{
    const char *latitude = coex_template_get_value(self, part, COEX_VALUE_LATITUDE, -1, values);
    const char *longitude = coex_template_get_value(self, part, COEX_VALUE_LONGITUDE, -1, values);
    const char *name = coex_template_get_value(self, part, COEX_VALUE_PLACE, -1, values);
    const char *address = coex_template_get_value(self, part, COEX_VALUE_ADDRESS, -1, values);
    g_autofree char *place =
        g_strdup_printf("%s%s%s%s%s, %s", name, *name != '\0' ? ", " : "", address,
                        *address != '\0' ? ", " : "", *latitude != '\0' ? latitude : "{{latitude}}",
                        *longitude != '\0' ? longitude : "{{longitude}}");
    /* Translators: a name, an address and degrees, with commas between */
    g_autofree char *line = coex_say(in_english ? "[place: %s]" : _("[place: %s]"), place);

    add_line(out, line);
}

static void
add_header(GString *out, const CoexTemplate *self, const CoexTemplatePart *part,
           const char *const *values, gboolean in_english)
{
    g_autofree char *line = NULL;

    if (part->header != NULL) {
        line = coex_template_fill(self, part, TRUE, values);
        add_line(out, line);
    } else if (part->file != NULL) {
        const char *value = coex_template_get_value(self, part, COEX_VALUE_FILE, -1, values);
        CoexMedia shown = { 0 };
        const char *label;
        g_autofree char *file = coex_template_is_path(value) ? g_filename_display_basename(value)
                                : strcmp(value, COEX_VALUE_HELD) == 0
                                    ? g_strdup(_("the file that is held"))
                                    : g_strdup(value);

        coex_template_shows_file(self, part->card, &shown.kind);
        label = in_english ? part->file : coex_media_get_label(&shown);
        line = *file != '\0' ? g_strdup_printf("[%s: %s]", label, file)
                             : g_strdup_printf("[%s]", label);
        add_line(out, line);
    } else if (part->place) {
        add_place(out, self, part, values, in_english);
    }
}

static void
add_offer(GString *out, const CoexTemplate *self, const CoexTemplatePart *part,
          const char *const *values, gboolean in_english)
{
    const char *end = coex_template_get_value(self, part, COEX_VALUE_EXPIRATION, -1, values);
    g_autofree char *line = NULL;

    if (part->offer == NULL)
        return;
    /* Translators: an offer in a template, and until when it is made */
    line = part->expires ? coex_say(in_english ? "%s (until %s)" : _("%s (until %s)"), part->offer,
                                    *end != '\0' ? end : "{{end}}")
                         : g_strdup(part->offer);
    add_line(out, line);
}

/* What shows behind a button's label, NULL: nothing. Free with g_free(). */
static char *
dup_behind(const CoexTemplate *self, const CoexTemplatePart *part, guint index,
           const char *const *values)
{
    const CoexTemplateButton *button = g_ptr_array_index(part->buttons, index);
    const char *code;

    if (strcmp(button->type, "URL") == 0 && button->url != NULL && strstr(button->url, "{{"))
        return fill_url(button,
                        coex_template_get_value(self, part, COEX_VALUE_LINK, (int)index, values));
    if (strcmp(button->type, "COPY_CODE") != 0)
        return NULL;
    code = coex_template_get_value(self, part, COEX_VALUE_COUPON, (int)index, values);
    return g_strdup(*code != '\0' ? code : "{{code}}");
}

static void
add_buttons(GString *out, const CoexTemplate *self, const CoexTemplatePart *part,
            const char *const *values)
{
    gboolean is_first = TRUE;

    for (guint i = 0; i < part->buttons->len; i++) {
        const CoexTemplateButton *button = g_ptr_array_index(part->buttons, i);
        g_autofree char *behind = dup_behind(self, part, i, values);

        if (button->label == NULL)
            continue;
        g_string_append_printf(out, "%c[%s%s%s]", is_first ? '\n' : ' ', button->label,
                               behind != NULL ? ": " : "", behind != NULL ? behind : "");
        is_first = FALSE;
    }
}

static void
add_part(GString *out, const CoexTemplate *self, const CoexTemplatePart *part,
         const char *const *values, gboolean in_english)
{
    g_autofree char *body = NULL;

    add_header(out, self, part, values, in_english);
    add_offer(out, self, part, values, in_english);
    if (has_text(part->body)) {
        body = coex_template_fill(self, part, FALSE, values);
        add_line(out, body);
    }
    if (part->footer != NULL)
        add_line(out, part->footer);
    add_buttons(out, self, part, values);
}

static char *
dup_message(const CoexTemplate *template_, const char *const *values, gboolean in_english)
{
    const CoexTemplateInside *self = (const CoexTemplateInside *)template_;
    GString *out = g_string_new(NULL);
    guint n_values = values != NULL ? g_strv_length((char **)values) : 0;
    g_auto(GStrv) clean = g_new0(char *, n_values + 1);
    gboolean cleaned = FALSE;

    for (guint i = 0; i < n_values; i++) {
        const CoexTemplateVariable *variable =
            i < template_->variables->len ? g_ptr_array_index(template_->variables, i) : NULL;

        clean[i] = coex_template_clean(variable != NULL ? variable->kind : COEX_VALUE_TEXT,
                                       values[i], &cleaned);
    }
    for (guint i = 0; i < self->parts->len; i++) {
        const CoexTemplatePart *part = g_ptr_array_index(self->parts, i);

        if (part->card >= 0)
            g_string_append_printf(out, "\n– %d –", part->card + 1);
        add_part(out, template_, part, (const char *const *)clean, in_english);
    }
    return g_string_free(out, FALSE);
}

char *
coex_template_preview(const CoexTemplate *template_, const char *const *values)
{
    return dup_message(template_, values, FALSE);
}

char *
coex_template_dup_wording(const CoexTemplate *template_, const char *const *values)
{
    return dup_message(template_, values, TRUE);
}
