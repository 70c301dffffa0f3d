// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/template-private.h"

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "core/words.h"
#include <string.h>

/* Beyond what any approved template has: a text has at most 1024 characters, 32768 in a body alone,
 * a carousel ten cards, and a message ten buttons (Meta: templates/components). More of it only
 * costs time. */
#define TEXT_MAX 32768
#define CARDS_MAX 10
#define BUTTONS_MAX 20

typedef CoexTemplateInside Template;

static void
variable_free(gpointer data)
{
    CoexTemplateVariable *variable = data;

    g_free(variable->name);
    g_free(variable->label);
    g_free(variable->example);
    g_free(variable);
}

static void
button_free(gpointer data)
{
    CoexTemplateButton *button = data;

    g_free(button->label);
    g_free(button->url);
    g_free(button);
}

static void
part_free(gpointer data)
{
    CoexTemplatePart *part = data;

    g_free(part->header);
    g_free(part->offer);
    g_free(part->body);
    g_free(part->footer);
    g_ptr_array_unref(part->buttons);
    g_free(part);
}

static CoexTemplatePart *
add_part(Template *self)
{
    CoexTemplatePart *part = g_new0(CoexTemplatePart, 1);

    part->card = (int)self->parts->len - 1;
    part->buttons = g_ptr_array_new_with_free_func(button_free);
    g_ptr_array_add(self->parts, part);
    return part;
}

static void
template_clear(gpointer data)
{
    Template *self = data;

    g_free(self->public.name);
    g_free(self->public.language);
    g_free(self->public.category);
    g_free(self->public.status);
    g_free(self->public.quality);
    g_strfreev(self->public.buttons);
    g_ptr_array_unref(self->public.variables);
    g_free(self->public.obstacle);
    g_free(self->definition);
    g_ptr_array_unref(self->obstacles);
    g_ptr_array_unref(self->parts);
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

static gboolean
is_word(const char *a, const char *b)
{
    return a && b && g_ascii_strcasecmp(a, b) == 0;
}

void
coex_template_add_obstacle(CoexTemplateInside *self, const char *needs)
{
    if (!g_ptr_array_find_with_equal_func(self->obstacles, needs, g_str_equal, NULL))
        g_ptr_array_add(self->obstacles, (gpointer)needs);
}

/* ---- parts ---- */

/* What a part of a template needs that cannot be given here, for _(); NULL in @needs: nothing. */
typedef struct {
    const char *type;
    const char *needs;
} PartRow;

/* Translators: this and the next stand in brackets or behind a colon: "(has an animation)" */
#define NEEDS_CATALOGUE N_("needs products of a catalogue")

/* Meta: templates/components */
static const PartRow header_rows[] = {
    { "TEXT", NULL },
    { "IMAGE", NULL },
    { "VIDEO", NULL },
    { "GIF", N_("has an animation") },
    { "DOCUMENT", NULL },
    { "LOCATION", NULL },
    { "PRODUCT", NEEDS_CATALOGUE },
    { NULL, N_("has a header of an unknown kind") },
};

/* Meta: templates/components */
static const PartRow button_rows[] = {
    { "QUICK_REPLY", NULL },
    { "PHONE_NUMBER", NULL },
    { "VOICE_CALL", NULL },
    { "REQUEST_CONTACT_INFO", NULL },
    { "CALL_PERMISSION_REQUEST", NULL },
    { "CATALOG", NULL },
    { "URL", NULL },
    { "FLOW", NULL },
    { "COPY_CODE", NULL },
    { "OTP", NULL },
    { "MPM", NEEDS_CATALOGUE },
    { "SPM", NEEDS_CATALOGUE },
    { NULL, N_("has a button of an unknown kind") },
};

/* Meta: templates/components; texts and buttons are looked at more closely. */
static const PartRow component_rows[] = {
    { "HEADER", NULL },
    { "BODY", NULL },
    { "FOOTER", NULL },
    { "BUTTONS", NULL },
    { "CALL_PERMISSION_REQUEST", NULL },
    { "LIMITED_TIME_OFFER", NULL },
    { "CAROUSEL", NULL },
    { NULL, N_("has a part of an unknown kind") },
};

/* Its row: the last one for an unknown type. */
static const PartRow *
check_part(Template *self, const PartRow *rows, const char *type)
{
    while (rows->type && !is_word(rows->type, type))
        rows++;
    if (rows->needs)
        coex_template_add_obstacle(self, _(rows->needs));
    return rows;
}

typedef struct {
    const char *type;
    const char *text;
    const char *url;
} ButtonFields;

static const CoexJsonField button_fields[] = {
    { "type", COEX_JSON_STRING, G_STRUCT_OFFSET(ButtonFields, type), COEX_JSON_OPTIONAL },
    { "text", COEX_JSON_STRING, G_STRUCT_OFFSET(ButtonFields, text), COEX_JSON_OPTIONAL },
    { "url", COEX_JSON_STRING, G_STRUCT_OFFSET(ButtonFields, url), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

static void
read_button(Template *self, CoexTemplatePart *part, const CoexJsonAt *at)
{
    ButtonFields fields = { 0 };
    CoexTemplateButton *button = g_new0(CoexTemplateButton, 1);
    const PartRow *row;

    g_ptr_array_add(part->buttons, button);
    coex_json_read(at, button_fields, &fields, NULL);
    row = check_part(self, button_rows, fields.type);
    button->type = row->type != NULL ? row->type : "";
    button->label = g_strdup(fields.text);
    button->url = g_strdup(fields.url);
    /* Authentication templates read back with a URL button that carries the code. */
    if (is_word(fields.type, "URL") && fields.url && strstr(fields.url, "{{") &&
        strstr(fields.url, "otp_type="))
        button->type = "OTP";
    if (!button->label && is_word(fields.type, "REQUEST_CONTACT_INFO"))
        button->label = g_strdup(_("Share phone number"));
}

typedef struct {
    const char *type;
    const char *format;
    const char *text;
    CoexJsonAt example;
    CoexJsonAt buttons;
    CoexJsonAt limited_time_offer;
    CoexJsonAt cards;
} ComponentFields;

static const CoexJsonField component_fields[] = {
    { "type", COEX_JSON_STRING, G_STRUCT_OFFSET(ComponentFields, type), COEX_JSON_OPTIONAL },
    { "format", COEX_JSON_STRING, G_STRUCT_OFFSET(ComponentFields, format), COEX_JSON_OPTIONAL },
    { "text", COEX_JSON_STRING, G_STRUCT_OFFSET(ComponentFields, text), COEX_JSON_OPTIONAL },
    { "example", COEX_JSON_OBJECT, G_STRUCT_OFFSET(ComponentFields, example), COEX_JSON_OPTIONAL },
    { "buttons", COEX_JSON_ARRAY, G_STRUCT_OFFSET(ComponentFields, buttons), COEX_JSON_OPTIONAL },
    { "limited_time_offer", COEX_JSON_OBJECT, G_STRUCT_OFFSET(ComponentFields, limited_time_offer),
      COEX_JSON_OPTIONAL },
    { "cards", COEX_JSON_ARRAY, G_STRUCT_OFFSET(ComponentFields, cards), COEX_JSON_OPTIONAL },
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
        coex_template_add_obstacle(self, _("has a text that is too long"));
}

static void
read_header(Template *self, CoexTemplatePart *part, const ComponentFields *fields)
{
    const char *format = fields->format ? fields->format : "TEXT";

    check_part(self, header_rows, format);
    if (part->header || part->file || part->place)
        return;
    if (is_word(format, "TEXT"))
        set_text(self, &part->header, fields->text);
    else if (is_word(format, "IMAGE"))
        part->file = "image";
    else if (is_word(format, "VIDEO"))
        part->file = "video";
    else if (is_word(format, "DOCUMENT"))
        part->file = "document";
    else if (is_word(format, "LOCATION"))
        part->place = TRUE;
}

static void
read_offer(Template *self, CoexTemplatePart *part, const CoexJsonAt *offer)
{
    set_text(self, &part->offer, coex_json_member_text(offer, "text"));
    if (!part->offer)
        part->offer = g_strdup(_("Limited-time offer"));
    part->expires = g_strcmp0(coex_json_member_text(offer, "has_expiration"), "true") == 0;
}

static void
read_component(Template *self, CoexTemplatePart *part, const CoexJsonAt *at)
{
    ComponentFields fields = { 0 };

    if (!coex_json_read(at, component_fields, &fields, NULL))
        return;
    check_part(self, component_rows, fields.type);
    for (guint i = 0; i < MIN(coex_json_length(&fields.buttons), BUTTONS_MAX); i++) {
        CoexJsonAt button = coex_json_element(&fields.buttons, i);

        read_button(self, part, &button);
    }
    if (is_word(fields.type, "HEADER"))
        read_header(self, part, &fields);
    else if (is_word(fields.type, "BODY"))
        set_text(self, &part->body, fields.text);
    else if (is_word(fields.type, "FOOTER"))
        set_text(self, &part->footer, fields.text);
    else if (is_word(fields.type, "LIMITED_TIME_OFFER"))
        read_offer(self, part, &fields.limited_time_offer);
}

static void
read_components(Template *self, CoexTemplatePart *part, const CoexJsonAt *components)
{
    for (guint i = 0; i < coex_json_length(components); i++) {
        CoexJsonAt component = coex_json_element(components, i);

        read_component(self, part, &component);
    }
}

static void
visit_cards(Template *self, const CoexJsonAt *cards, CoexTemplateVisitor visit)
{
    guint n_cards = coex_json_length(cards);

    if (n_cards == 0 || n_cards > CARDS_MAX)
        coex_template_add_obstacle(self, _("has no cards, or too many"));
    for (guint i = 0; i < MIN(n_cards, CARDS_MAX); i++) {
        CoexJsonAt card = coex_json_element(cards, i);
        CoexJsonAt components = coex_json_member(&card, "components");
        gboolean known = self->parts->len > i + 1;

        visit(self, known ? g_ptr_array_index(self->parts, i + 1) : add_part(self), &components);
    }
}

/* The message itself, then each card of its first carousel. */
void
coex_template_visit_parts(CoexTemplateInside *self, const CoexJsonAt *components,
                          CoexTemplateVisitor visit)
{
    visit(self, g_ptr_array_index(self->parts, 0), components);
    for (guint i = 0; i < coex_json_length(components); i++) {
        CoexJsonAt component = coex_json_element(components, i);
        CoexJsonAt cards = coex_json_member(&component, "cards");

        if (!is_word(coex_json_member_text(&component, "type"), "CAROUSEL"))
            continue;
        visit_cards(self, &cards, visit);
        return;
    }
}

/* ---- the whole ---- */

typedef struct {
    const char *name;
    const char *language;
    const char *category;
    const char *status;
    const char *parameter_format;
    const char *source;
    CoexJsonAt quality_score;
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
    { "quality_score", COEX_JSON_OBJECT, G_STRUCT_OFFSET(DefinitionFields, quality_score),
      COEX_JSON_OPTIONAL },
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

    self->public.variables = g_ptr_array_new_with_free_func(variable_free);
    self->obstacles = g_ptr_array_new();
    self->parts = g_ptr_array_new_with_free_func(part_free);
    self->public.name = g_strdup(fields->name);
    self->public.language = g_strdup(fields->language);
    self->public.category = dup_upper(fields->category);
    self->public.status = dup_upper(fields->status);
    self->public.quality = dup_upper(coex_json_member_text(&fields->quality_score, "score"));
    if (is_word(fields->status, "PAUSED"))
        coex_template_add_obstacle(self, _("is paused by WhatsApp"));
    if (is_word(fields->status, "DISABLED"))
        coex_template_add_obstacle(self, _("is disabled by WhatsApp"));
    self->auto_generated = is_word(fields->source, "AUTO_GENERATED");
    self->definition = coex_json_dup(definition);
    return self;
}

static void
set_public(Template *self)
{
    const CoexTemplatePart *part = g_ptr_array_index(self->parts, 0);
    g_autoptr(GPtrArray) labels = g_ptr_array_new();

    self->public.header = part->header;
    self->public.body = part->body;
    self->public.footer = part->footer;
    for (guint i = 0; i < part->buttons->len; i++) {
        const CoexTemplateButton *button = g_ptr_array_index(part->buttons, i);

        if (button->label)
            g_ptr_array_add(labels, g_strdup(button->label));
    }
    g_ptr_array_add(labels, NULL);
    self->public.buttons = (char **)g_ptr_array_steal(labels, NULL);
}

CoexTemplate *
coex_template_parse(const CoexJsonAt *definition, GError **error)
{
    DefinitionFields fields = { 0 };
    g_autoptr(CoexTemplate) template_ = NULL;
    Template *self;

    if (!coex_json_read(definition, definition_fields, &fields, error))
        return NULL;
    self = template_new(&fields, definition);
    template_ = &self->public;
    add_part(self);
    coex_template_visit_parts(self, &fields.components, read_components);
    set_public(self);
    if (!*fields.name || !*fields.language || !template_->body) {
        coex_error_say(error, COEX_ERROR_PROTOCOL,
                       _("The template “%s” has no name, no language or no body."), fields.name);
        return NULL;
    }
    coex_template_read_variables(self, fields.parameter_format, &fields.components);
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

gboolean
coex_template_is_listed(const CoexTemplate *template_)
{
    gboolean stopped = g_strcmp0(template_->status, "PAUSED") == 0 ||
                       g_strcmp0(template_->status, "DISABLED") == 0;

    return coex_template_is_approved(template_) ||
           (stopped && !((const Template *)template_)->auto_generated);
}

const char *
coex_template_get_definition(const CoexTemplate *template_)
{
    return ((const Template *)template_)->definition;
}

gboolean
coex_template_carries(const CoexTemplate *template_, const char *const *values, const char *text)
{
    const CoexTemplatePart *part = g_ptr_array_index(((const Template *)template_)->parts, 0);
    g_autofree char *line = coex_text_excerpt(text, COEX_TEXT_MAX);
    g_autofree char *body = values ? coex_template_fill(template_, part, FALSE, values) : NULL;
    g_autofree char *body_line = body ? coex_text_excerpt(body, COEX_TEXT_MAX) : NULL;

    return values && (g_strv_contains(values, line) || g_strv_contains(values, text) ||
                      g_ascii_strcasecmp(line, body_line) == 0);
}

const char *
coex_template_get_cost(const CoexTemplate *template_, gboolean is_free)
{
    if (is_free)
        return _("free: inside the free entry point");
    if (is_word(template_->category, "MARKETING"))
        return _("billed as marketing");
    if (is_word(template_->category, "UTILITY"))
        return _("billed as utility");
    if (is_word(template_->category, "AUTHENTICATION"))
        return _("billed as authentication");
    return C_("cost of a template", "billed");
}
