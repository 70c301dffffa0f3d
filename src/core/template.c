// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/template.h"

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include <string.h>

/* Beyond what any approved template has: a text has at most 1024 characters, 32768 in a body alone
 * (Meta: templates/components). More of either only costs time. */
#define TEXT_MAX 32768
#define VARIABLES_MAX 200

/* The public part first, so that one pointer serves as both. */
typedef struct {
    CoexTemplate public;
    char *definition; /* JSON as it came */
    gboolean auto_generated;
    GPtrArray *obstacles; /* static strings, while parsing */
} Template;

static void
variable_free(gpointer data)
{
    CoexTemplateVariable *variable = data;

    g_free(variable->name);
    g_free(variable->example);
    g_free(variable);
}

static void
template_clear(gpointer data)
{
    Template *self = data;

    g_free(self->public.name);
    g_free(self->public.language);
    g_free(self->public.category);
    g_free(self->public.status);
    g_free(self->public.header);
    g_free(self->public.body);
    g_free(self->public.footer);
    g_strfreev(self->public.buttons);
    g_ptr_array_unref(self->public.variables);
    g_free(self->public.obstacle);
    g_free(self->definition);
    g_ptr_array_unref(self->obstacles);
}

CoexTemplate *
coex_template_ref(const CoexTemplate *template_)
{
    return g_atomic_rc_box_acquire((gpointer)template_);
}

void
coex_template_unref(CoexTemplate *template_)
{
    if (template_)
        g_atomic_rc_box_release_full(template_, template_clear);
}

/* Finds the next `{{name}}`, blanks around the name allowed, in @text. @ret_start and @ret_end: its
 * place; FALSE when there is none. Free @ret_name with g_free(). */
static gboolean
find_placeholder(const char *text, const char **ret_start, const char **ret_end, char **ret_name)
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

static gboolean
is_number(const char *name)
{
    return name[strspn(name, "0123456789")] == '\0';
}

static gboolean
has_named_placeholder(const char *text)
{
    const char *start, *end;
    gboolean found = FALSE;

    while (text && !found) {
        g_autofree char *name = NULL;

        if (!find_placeholder(text, &start, &end, &name))
            return FALSE;
        found = !is_number(name);
        text = end;
    }
    return found;
}

static CoexTemplateVariable *
get_variable(const CoexTemplate *self, guint index)
{
    return g_ptr_array_index(self->variables, index);
}

/* The index of a variable, -1 if there is none. */
static int
find_variable(const CoexTemplate *self, const char *name, gboolean in_header)
{
    for (guint i = 0; i < self->variables->len; i++) {
        const CoexTemplateVariable *variable = get_variable(self, i);

        if (self->named
                ? g_strcmp0(variable->name, name) == 0
                : variable->in_header == in_header && g_ascii_strtoull(variable->name, NULL, 10) ==
                                                          g_ascii_strtoull(name, NULL, 10))
            return (int)i;
    }
    return -1;
}

static void
add_obstacle(Template *self, const char *needs)
{
    if (needs && !g_ptr_array_find_with_equal_func(self->obstacles, needs, g_str_equal, NULL))
        g_ptr_array_add(self->obstacles, (gpointer)needs);
}

/* A new variable in its place: numbers in order from @first on, names as they come. */
static void
insert_variable(CoexTemplate *self, const char *name, gboolean in_header, guint first)
{
    CoexTemplateVariable *variable = g_new0(CoexTemplateVariable, 1);
    guint at = self->variables->len;

    variable->name = g_strdup(name);
    variable->in_header = in_header;
    variable->in_body = !in_header;
    while (!self->named && at > first &&
           g_ascii_strtoull(get_variable(self, at - 1)->name, NULL, 10) >
               g_ascii_strtoull(name, NULL, 10))
        at--;
    g_ptr_array_insert(self->variables, (int)at, variable);
}

static void
add_variables(CoexTemplate *self, const char *text, gboolean in_header)
{
    const char *start, *end;
    char *name = NULL;
    guint first = self->variables->len;

    while (text && find_placeholder(text, &start, &end, &name)) {
        int index = find_variable(self, name, in_header);

        text = end;
        if (index >= 0) {
            get_variable(self, (guint)index)->in_body |= !in_header;
        } else if (self->variables->len == VARIABLES_MAX) {
            add_obstacle((Template *)self, "needs too many values");
            text = NULL;
        } else if (self->named || is_number(name)) {
            insert_variable(self, name, in_header, first);
        }
        g_clear_pointer(&name, g_free);
    }
}

/* Examples of a NAMED template: [{param_name, example}]. */
static void
read_named_examples(CoexTemplate *self, const CoexJsonAt *list, gboolean in_header)
{
    for (guint i = 0; i < coex_json_length(list); i++) {
        CoexJsonAt element = coex_json_element(list, i);
        const char *name = coex_json_member_text(&element, "param_name");
        CoexJsonAt example = coex_json_member(&element, "example");
        int index = -1;

        if (name)
            index = find_variable(self, name, in_header);
        if (index >= 0 && get_variable(self, (guint)index)->example == NULL)
            get_variable(self, (guint)index)->example = g_strdup(coex_json_text(&example));
    }
}

/* Examples of a positional one: ["a", "b"], for a body also [["a", "b"]]. */
static void
read_positional_examples(CoexTemplate *self, const CoexJsonAt *list, gboolean in_header)
{
    CoexJsonAt inner = coex_json_element(list, 0);
    const CoexJsonAt *values = coex_json_at_is_array(&inner) ? &inner : list;
    guint n_seen = 0;

    for (guint i = 0; i < self->variables->len; i++) {
        CoexTemplateVariable *variable = get_variable(self, i);
        CoexJsonAt value;

        if (variable->in_header != in_header)
            continue;
        value = coex_json_element(values, n_seen++);
        if (variable->example == NULL)
            variable->example = g_strdup(coex_json_text(&value));
    }
}

static void
read_examples(CoexTemplate *self, const CoexJsonAt *example, gboolean in_header)
{
    CoexJsonAt named = coex_json_member(example, in_header ? "header_text_named_params"
                                                           : "body_text_named_params");
    CoexJsonAt positional = coex_json_member(example, in_header ? "header_text" : "body_text");

    if (self->named)
        read_named_examples(self, &named, in_header);
    else
        read_positional_examples(self, &positional, in_header);
}

/* What a part of a template needs that text values cannot give; NULL in @needs: nothing. */
typedef struct {
    const char *type;
    const char *needs;
} PartRow;

/* Meta: templates/components */
static const PartRow header_rows[] = {
    { "TEXT", NULL },
    { "IMAGE", "needs a picture" },
    { "VIDEO", "needs a video" },
    { "GIF", "needs a video" },
    { "DOCUMENT", "needs a document" },
    { "LOCATION", "needs a place" },
    { "PRODUCT", "needs a product" },
    { NULL, "has a header of an unknown kind" },
};

/* Meta: templates/components; a URL or FLOW button is looked at more closely. */
static const PartRow button_rows[] = {
    { "QUICK_REPLY", NULL },
    { "PHONE_NUMBER", NULL },
    { "VOICE_CALL", NULL },
    { "REQUEST_CONTACT_INFO", NULL },
    { "CALL_PERMISSION_REQUEST", NULL },
    { "CATALOG", NULL },
    { "URL", NULL },
    { "FLOW", NULL },
    { "COPY_CODE", "needs a coupon code" },
    { "OTP", "needs a one-time code" },
    { "MPM", "needs products" },
    { "SPM", "needs a product" },
    { NULL, "has a button of an unknown kind" },
};

/* Meta: templates/components; texts and buttons are looked at more closely. */
static const PartRow component_rows[] = {
    { "HEADER", NULL },
    { "BODY", NULL },
    { "FOOTER", NULL },
    { "BUTTONS", NULL },
    { "CALL_PERMISSION_REQUEST", NULL },
    { "LIMITED_TIME_OFFER", NULL },
    { "CAROUSEL", "needs several pictures" },
    { NULL, "has a part of an unknown kind" },
};

static gboolean
is_word(const char *a, const char *b)
{
    return a && b && g_ascii_strcasecmp(a, b) == 0;
}

static void
check_part(Template *self, const PartRow *rows, const char *type)
{
    while (rows->type && !is_word(rows->type, type))
        rows++;
    add_obstacle(self, rows->needs);
}

typedef struct {
    const char *type;
    const char *text;
    const char *url;
    const char *flow_action;
} ButtonFields;

static const CoexJsonField button_fields[] = {
    { "type", COEX_JSON_STRING, G_STRUCT_OFFSET(ButtonFields, type), COEX_JSON_OPTIONAL },
    { "text", COEX_JSON_STRING, G_STRUCT_OFFSET(ButtonFields, text), COEX_JSON_OPTIONAL },
    { "url", COEX_JSON_STRING, G_STRUCT_OFFSET(ButtonFields, url), COEX_JSON_OPTIONAL },
    { "flow_action", COEX_JSON_STRING, G_STRUCT_OFFSET(ButtonFields, flow_action),
      COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

static void
read_button(Template *self, const CoexJsonAt *at, GPtrArray *labels)
{
    ButtonFields button = { 0 };

    if (!coex_json_read(at, button_fields, &button, NULL))
        return;
    check_part(self, button_rows, button.type);
    /* Authentication templates read back with a URL button that carries the code. */
    if (is_word(button.type, "URL") && button.url && strstr(button.url, "{{"))
        add_obstacle(self, strstr(button.url, "otp_type=") ? "needs a one-time code"
                                                           : "needs a link address");
    if (is_word(button.type, "FLOW") && is_word(button.flow_action, "DATA_EXCHANGE"))
        add_obstacle(self, "needs data for its form");
    if (button.text)
        g_ptr_array_add(labels, g_strdup(button.text));
    else if (is_word(button.type, "REQUEST_CONTACT_INFO"))
        g_ptr_array_add(labels, g_strdup("Share phone number"));
}

typedef struct {
    const char *type;
    const char *format;
    const char *text;
    CoexJsonAt example;
    CoexJsonAt buttons;
    CoexJsonAt limited_time_offer;
} ComponentFields;

static const CoexJsonField component_fields[] = {
    { "type", COEX_JSON_STRING, G_STRUCT_OFFSET(ComponentFields, type), COEX_JSON_OPTIONAL },
    { "format", COEX_JSON_STRING, G_STRUCT_OFFSET(ComponentFields, format), COEX_JSON_OPTIONAL },
    { "text", COEX_JSON_STRING, G_STRUCT_OFFSET(ComponentFields, text), COEX_JSON_OPTIONAL },
    { "example", COEX_JSON_OBJECT, G_STRUCT_OFFSET(ComponentFields, example), COEX_JSON_OPTIONAL },
    { "buttons", COEX_JSON_ARRAY, G_STRUCT_OFFSET(ComponentFields, buttons), COEX_JSON_OPTIONAL },
    { "limited_time_offer", COEX_JSON_OBJECT, G_STRUCT_OFFSET(ComponentFields, limited_time_offer),
      COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

static void
set_text(Template *self, char **member, const char *text)
{
    gboolean is_long;

    if (!text || !*text || *member)
        return;
    is_long = g_utf8_strlen(text, -1) > TEXT_MAX;
    *member = is_long ? g_utf8_substring(text, 0, TEXT_MAX) : g_strdup(text);
    if (is_long)
        add_obstacle(self, "has a text that is too long");
}

static void
read_component(Template *self, const CoexJsonAt *at, GPtrArray *labels)
{
    ComponentFields part = { 0 };

    if (!coex_json_read(at, component_fields, &part, NULL))
        return;
    check_part(self, component_rows, part.type);
    if (g_strcmp0(coex_json_member_text(&part.limited_time_offer, "has_expiration"), "true") == 0)
        add_obstacle(self, "needs an end date");
    for (guint i = 0; i < coex_json_length(&part.buttons); i++) {
        CoexJsonAt button = coex_json_element(&part.buttons, i);

        read_button(self, &button, labels);
    }
    if (is_word(part.type, "HEADER")) {
        check_part(self, header_rows, part.format ? part.format : "TEXT");
        if (!part.format || is_word(part.format, "TEXT"))
            set_text(self, &self->public.header, part.text);
    } else if (is_word(part.type, "BODY")) {
        set_text(self, &self->public.body, part.text);
    } else if (is_word(part.type, "FOOTER")) {
        set_text(self, &self->public.footer, part.text);
    }
}

/* Once all texts are known: which variables, with what examples. */
static void
read_variables(CoexTemplate *self, const char *parameter_format, const CoexJsonAt *components)
{
    self->named = is_word(parameter_format, "NAMED") ||
                  (!parameter_format &&
                   (has_named_placeholder(self->header) || has_named_placeholder(self->body)));
    add_variables(self, self->header, TRUE);
    add_variables(self, self->body, FALSE);
    for (guint i = 0; i < coex_json_length(components); i++) {
        CoexJsonAt at = coex_json_element(components, i);
        ComponentFields part = { 0 };

        if (!coex_json_read(&at, component_fields, &part, NULL))
            continue;
        if (is_word(part.type, "HEADER") || is_word(part.type, "BODY"))
            read_examples(self, &part.example, is_word(part.type, "HEADER"));
    }
}

typedef struct {
    const char *name;
    const char *language;
    const char *category;
    const char *status;
    const char *parameter_format;
    const char *source;
    CoexJsonAt components;
} DefinitionFields;

static const CoexJsonField definition_fields[] = {
    { "name", COEX_JSON_STRING, G_STRUCT_OFFSET(DefinitionFields, name), COEX_JSON_REQUIRED },
    { "language", COEX_JSON_STRING, G_STRUCT_OFFSET(DefinitionFields, language),
      COEX_JSON_REQUIRED },
    { "category", COEX_JSON_STRING, G_STRUCT_OFFSET(DefinitionFields, category),
      COEX_JSON_OPTIONAL },
    { "status", COEX_JSON_STRING, G_STRUCT_OFFSET(DefinitionFields, status), COEX_JSON_OPTIONAL },
    { "parameter_format", COEX_JSON_STRING, G_STRUCT_OFFSET(DefinitionFields, parameter_format),
      COEX_JSON_OPTIONAL },
    { "source", COEX_JSON_STRING, G_STRUCT_OFFSET(DefinitionFields, source), COEX_JSON_OPTIONAL },
    { "components", COEX_JSON_ARRAY, G_STRUCT_OFFSET(DefinitionFields, components),
      COEX_JSON_REQUIRED },
    COEX_JSON_END,
};

static char *
dup_upper(const char *text)
{
    return g_ascii_strup(text ? text : "", -1);
}

static Template *
template_new(const DefinitionFields *fields, const CoexJsonAt *definition)
{
    Template *self = g_atomic_rc_box_new0(Template);

    self->public.name = g_strdup(fields->name);
    self->public.language = g_strdup(fields->language);
    self->public.category = dup_upper(fields->category);
    self->public.status = dup_upper(fields->status);
    self->public.variables = g_ptr_array_new_with_free_func(variable_free);
    self->obstacles = g_ptr_array_new();
    self->auto_generated = is_word(fields->source, "AUTO_GENERATED");
    self->definition = coex_json_dup(definition);
    return self;
}

CoexTemplate *
coex_template_parse(const CoexJsonAt *definition, GError **error)
{
    DefinitionFields fields = { 0 };
    g_autoptr(GPtrArray) labels = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(CoexTemplate) template_ = NULL;
    Template *self;

    if (!coex_json_read(definition, definition_fields, &fields, error))
        return NULL;
    self = template_new(&fields, definition);
    template_ = &self->public;
    for (guint i = 0; i < coex_json_length(&fields.components); i++) {
        CoexJsonAt component = coex_json_element(&fields.components, i);

        read_component(self, &component, labels);
    }
    if (!*fields.name || !*fields.language || !template_->body) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL,
                    "The template “%s” has no name, no language or no body.", fields.name);
        return NULL;
    }
    read_variables(template_, fields.parameter_format, &fields.components);
    g_ptr_array_add(labels, NULL);
    template_->buttons = (char **)g_ptr_array_steal(labels, NULL);
    if (self->obstacles->len > 0) {
        g_ptr_array_add(self->obstacles, NULL);
        template_->obstacle = g_strjoinv(", ", (char **)self->obstacles->pdata);
    }
    return g_steal_pointer(&template_);
}

gboolean
coex_template_is_approved(const CoexTemplate *template_)
{
    return g_strcmp0(template_->status, "APPROVED") == 0 &&
           !((const Template *)template_)->auto_generated;
}

const char *
coex_template_get_definition(const CoexTemplate *template_)
{
    return ((const Template *)template_)->definition;
}

/* White space that WhatsApp refuses in a value or counts as a run; a no-break space stays. */
static gboolean
is_value_blank(gunichar c)
{
    return c == 0x00a0 || c == 0x202f ? FALSE : g_unichar_isspace(c) || g_unichar_iscntrl(c);
}

/* @value on one line with single blanks and nothing at its ends. */
static char *
clean_value(const char *value, gboolean *ret_cleaned)
{
    g_autofree char *valid = g_utf8_make_valid(value ? value : "", -1);
    GString *clean = g_string_new(NULL);
    const char *start = valid;

    while (*start && is_value_blank(g_utf8_get_char(start)))
        start = g_utf8_next_char(start);
    for (const char *p = start; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (!is_value_blank(c))
            g_string_append_unichar(clean, c);
        else if (clean->len > 0 && clean->str[clean->len - 1] != ' ')
            g_string_append_c(clean, ' ');
    }
    g_strchomp(clean->str);
    clean->len = strlen(clean->str);
    if (!g_str_has_prefix(start, clean->str))
        *ret_cleaned = TRUE;
    return g_string_free(clean, FALSE);
}

char **
coex_template_check_values(const CoexTemplate *template_, const char *const *values,
                           gboolean *ret_cleaned, GError **error)
{
    g_autoptr(GPtrArray) clean = g_ptr_array_new_with_free_func(g_free);
    guint n_values = values ? g_strv_length((char **)values) : 0;
    guint n_variables = template_->variables->len;
    gboolean cleaned = FALSE;

    if (n_values > n_variables) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                    "Too many values: the template “%s” takes %u, not %u.", template_->name,
                    n_variables, n_values);
        return NULL;
    }
    for (guint i = 0; i < n_variables; i++) {
        const CoexTemplateVariable *variable = get_variable(template_, i);
        char *value = clean_value(i < n_values ? values[i] : NULL, &cleaned);

        g_ptr_array_add(clean, value);
        if (*value)
            continue;
        g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                    variable->in_body
                        ? "A value for {{%s}} is missing. Every variable needs one."
                        : "A value for {{%s}} of the header is missing. Every variable needs one.",
                    variable->name);
        return NULL;
    }
    if (ret_cleaned)
        *ret_cleaned = cleaned;
    g_ptr_array_add(clean, NULL);
    return (char **)g_ptr_array_steal(clean, NULL);
}

gboolean
coex_template_values_have(const char *const *values, const char *text)
{
    g_autofree char *line = coex_text_excerpt(text, COEX_TEXT_MAX);

    return values != NULL && (g_strv_contains(values, line) || g_strv_contains(values, text));
}

/* Appends @text with its variables replaced. */
static void
append_filled(GString *out, const CoexTemplate *self, const char *text, gboolean in_header,
              char **values)
{
    const char *start, *end;
    char *name = NULL;
    guint n_values = g_strv_length(values);

    while (find_placeholder(text, &start, &end, &name)) {
        int index = self->named || is_number(name) ? find_variable(self, name, in_header) : -1;

        g_string_append_len(out, text, start - text);
        if (index >= 0 && (guint)index < n_values && *values[index])
            g_string_append(out, values[index]);
        else
            g_string_append_printf(out, "{{%s}}", name);
        text = end;
        g_clear_pointer(&name, g_free);
    }
    g_string_append(out, text);
}

char *
coex_template_preview(const CoexTemplate *template_, const char *const *values)
{
    GString *out = g_string_new(NULL);
    guint n_values = values ? g_strv_length((char **)values) : 0;
    g_auto(GStrv) clean = g_new0(char *, n_values + 1);
    gboolean cleaned = FALSE;

    for (guint i = 0; i < n_values; i++)
        clean[i] = clean_value(values[i], &cleaned);
    if (template_->header) {
        append_filled(out, template_, template_->header, TRUE, clean);
        g_string_append_c(out, '\n');
    }
    append_filled(out, template_, template_->body, FALSE, clean);
    if (template_->footer)
        g_string_append_printf(out, "\n%s", template_->footer);
    for (guint i = 0; template_->buttons[i]; i++)
        g_string_append_printf(out, "%c[%s]", i == 0 ? '\n' : ' ', template_->buttons[i]);
    return g_string_free(out, FALSE);
}

const char *
coex_template_get_cost(const CoexTemplate *template_)
{
    if (is_word(template_->category, "MARKETING"))
        return "marketing, billed";
    if (is_word(template_->category, "UTILITY"))
        return "utility, billed";
    if (is_word(template_->category, "AUTHENTICATION"))
        return "authentication, billed";
    return "billed";
}

static void
write_component(const CoexTemplate *self, const char *type, const char *const *values,
                CoexJsonWriter *writer)
{
    gboolean is_header = g_strcmp0(type, "header") == 0;

    coex_json_writer_object(writer, NULL);
    coex_json_writer_string(writer, "type", type);
    coex_json_writer_array(writer, "parameters");
    for (guint i = 0; i < self->variables->len; i++) {
        const CoexTemplateVariable *variable = get_variable(self, i);

        if (is_header ? !variable->in_header : !variable->in_body)
            continue;
        coex_json_writer_object(writer, NULL);
        coex_json_writer_string(writer, "type", "text");
        if (self->named)
            coex_json_writer_string(writer, "parameter_name", variable->name);
        coex_json_writer_string(writer, "text", values[i]);
        coex_json_writer_end(writer);
    }
    coex_json_writer_end(writer);
    coex_json_writer_end(writer);
}

void
coex_template_write(const CoexTemplate *template_, const char *const *values,
                    CoexJsonWriter *writer)
{
    guint n_variables = template_->variables->len;

    coex_json_writer_object(writer, "template");
    coex_json_writer_string(writer, "name", template_->name);
    coex_json_writer_object(writer, "language");
    coex_json_writer_string(writer, "code", template_->language);
    coex_json_writer_end(writer);
    if (n_variables > 0) {
        gboolean in_body = FALSE;

        for (guint i = 0; i < n_variables; i++)
            in_body |= get_variable(template_, i)->in_body;
        coex_json_writer_array(writer, "components");
        /* Header variables come first. */
        if (get_variable(template_, 0)->in_header)
            write_component(template_, "header", values, writer);
        if (in_body)
            write_component(template_, "body", values, writer);
        coex_json_writer_end(writer);
    }
    coex_json_writer_end(writer);
}
