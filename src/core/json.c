// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/json.h"

#include "core/error.h"
#include "core/json-scan.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

/* Above it a double no longer counts by ones. */
#define DOUBLE_INTEGER_MAX 9007199254740992.0

#define PATH_MAX_PARTS 16

struct CoexJson {
    JsonNode *root;
    GStringChunk *texts; /* numbers and booleans printed; NULL until the first one */
};

/* ---- documents ------------------------------------------------------------------------------- */

CoexJson *
coex_json_parse(const char *bytes, gsize length, GError **error)
{
    g_autofree char *valid = NULL;
    g_autofree char *repaired = NULL;
    g_autoptr(JsonParser) parser = NULL;
    g_autoptr(GError) refusal = NULL;
    const char *problem;
    gsize where;
    CoexJson *doc;

    if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        length -= 3;
    }
    if (length > 0 && !g_utf8_validate_len(bytes, length, NULL)) {
        valid = g_utf8_make_valid(bytes, (gssize)length);
        bytes = valid;
        length = strlen(valid);
    }
    problem = coex_json_scan(bytes, length, &repaired, &where);
    if (problem != NULL) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL,
                    "This is not readable as JSON: %s (byte %" G_GSIZE_FORMAT ").", problem, where);
        return NULL;
    }
    parser = json_parser_new();
    if (!json_parser_load_from_data(parser, repaired != NULL ? repaired : bytes,
                                    repaired != NULL ? -1 : (gssize)length, &refusal)) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL, "This is not readable as JSON: %s.",
                    refusal->message);
        return NULL;
    }
    doc = g_new0(CoexJson, 1);
    doc->root = json_parser_steal_root(parser);
    return doc;
}

void
coex_json_free(CoexJson *doc)
{
    if (doc == NULL)
        return;
    g_clear_pointer(&doc->root, json_node_unref);
    g_clear_pointer(&doc->texts, g_string_chunk_free);
    g_free(doc);
}

/* ---- cursors --------------------------------------------------------------------------------- */

CoexJsonAt
coex_json_root(CoexJson *doc)
{
    CoexJsonAt at = { .doc = doc, .node = doc->root };

    return at;
}

/* A cursor stands on a value or on nothing; null is nothing. */
static CoexJsonAt
at_new(const CoexJsonAt *parent, const char *name, guint index, JsonNode *node)
{
    CoexJsonAt at = {
        .parent = parent,
        .name = name,
        .index = index,
        .doc = parent->doc,
        .node = node != NULL && !JSON_NODE_HOLDS_NULL(node) ? node : NULL,
    };

    return at;
}

gboolean
coex_json_at_exists(const CoexJsonAt *at)
{
    return at->node != NULL;
}

gboolean
coex_json_at_is_object(const CoexJsonAt *at)
{
    return at->node != NULL && JSON_NODE_HOLDS_OBJECT(at->node);
}

gboolean
coex_json_at_is_array(const CoexJsonAt *at)
{
    return at->node != NULL && JSON_NODE_HOLDS_ARRAY(at->node);
}

guint
coex_json_length(const CoexJsonAt *at)
{
    return coex_json_at_is_array(at) ? json_array_get_length(json_node_get_array(at->node)) : 0;
}

CoexJsonAt
coex_json_element(const CoexJsonAt *array, guint index)
{
    JsonNode *node = NULL;

    if (index < coex_json_length(array))
        node = json_array_get_element(json_node_get_array(array->node), index);
    return at_new(array, NULL, index, node);
}

CoexJsonAt
coex_json_member(const CoexJsonAt *object, const char *name)
{
    JsonNode *node = NULL;

    if (coex_json_at_is_object(object))
        node = json_object_get_member(json_node_get_object(object->node), name);
    return at_new(object, name, 0, node);
}

const char **
coex_json_keys(const CoexJsonAt *object)
{
    g_autoptr(GList) members = NULL;
    const char **keys;
    gsize n = 0;

    if (coex_json_at_is_object(object))
        members = json_object_get_members(json_node_get_object(object->node));
    keys = g_new0(const char *, g_list_length(members) + 1);
    for (GList *l = members; l != NULL; l = l->next)
        keys[n++] = l->data;
    return keys;
}

/* ---- values ---------------------------------------------------------------------------------- */

static GType
value_type(const CoexJsonAt *at)
{
    if (at->node == NULL || !JSON_NODE_HOLDS_VALUE(at->node))
        return G_TYPE_INVALID;
    return json_node_get_value_type(at->node);
}

static const char *
value_string(const CoexJsonAt *at)
{
    return value_type(at) == G_TYPE_STRING ? json_node_get_string(at->node) : NULL;
}

/* The shortest form that means the same double. */
static void
print_double(char *buffer, gsize size, double value)
{
    g_ascii_formatd(buffer, (int)size, "%.15g", value);
    if (g_ascii_strtod(buffer, NULL) != value)
        g_ascii_formatd(buffer, (int)size, "%.17g", value);
}

const char *
coex_json_text(const CoexJsonAt *at)
{
    GType type = value_type(at);
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];

    if (type == G_TYPE_STRING)
        return json_node_get_string(at->node);
    if (type == G_TYPE_BOOLEAN)
        return json_node_get_boolean(at->node) ? "true" : "false";
    if (type == G_TYPE_INT64)
        g_snprintf(buffer, sizeof buffer, "%" G_GINT64_FORMAT, json_node_get_int(at->node));
    else if (type == G_TYPE_DOUBLE)
        print_double(buffer, sizeof buffer, json_node_get_double(at->node));
    else
        return NULL;
    if (at->doc->texts == NULL)
        at->doc->texts = g_string_chunk_new(256);
    return g_string_chunk_insert_const(at->doc->texts, buffer);
}

const char *
coex_json_member_text(const CoexJsonAt *object, const char *name)
{
    CoexJsonAt member = coex_json_member(object, name);

    return coex_json_text(&member);
}

static gboolean
value_int(const CoexJsonAt *at, gint64 *ret_value)
{
    const char *text = value_string(at);
    double number;

    if (text != NULL)
        return g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, ret_value, NULL);
    if (value_type(at) == G_TYPE_INT64) {
        *ret_value = json_node_get_int(at->node);
        return TRUE;
    }
    if (value_type(at) != G_TYPE_DOUBLE)
        return FALSE;
    number = json_node_get_double(at->node);
    if (!(fabs(number) <= DOUBLE_INTEGER_MAX) || (double)(gint64)number != number)
        return FALSE;
    *ret_value = (gint64)number;
    return TRUE;
}

static gboolean
value_double(const CoexJsonAt *at, double *ret_value)
{
    const char *text = value_string(at);
    double number;
    char *end;

    if (value_type(at) == G_TYPE_INT64 || value_type(at) == G_TYPE_DOUBLE) {
        *ret_value = json_node_get_double(at->node);
        return TRUE;
    }
    /* Not all that strtod() takes: no blanks, no hexadecimal, no "inf". */
    if (text == NULL || *text == '\0' || strspn(text, "+-.0123456789eE") != strlen(text))
        return FALSE;
    number = g_ascii_strtod(text, &end);
    if (*end != '\0' || !isfinite(number))
        return FALSE;
    *ret_value = number;
    return TRUE;
}

gint64
coex_json_int(const CoexJsonAt *at, gint64 fallback)
{
    gint64 value;

    return value_int(at, &value) ? value : fallback;
}

/* json-glib writes 1e+20 as `1e+20.0`, which nobody can read, itself included: the `.0` goes. */
static char *
print_node(JsonNode *node)
{
    char *text = json_to_string(node, FALSE);
    gboolean in_string = FALSE, has_exponent = FALSE;
    char *to = text;

    for (const char *from = text; *from != '\0'; from++) {
        if (in_string && *from == '\\')
            *to++ = *from++;
        else if (*from == '"')
            in_string = !in_string;
        else if (!in_string && *from == 'e')
            has_exponent = from[1] == '+' || from[1] == '-';
        else if (!in_string && strchr(",]}", *from) != NULL)
            has_exponent = FALSE;
        if (!in_string && has_exponent && strncmp(from, ".0", 2) == 0)
            from++;
        else
            *to++ = *from;
    }
    *to = '\0';
    return text;
}

char *
coex_json_dup(const CoexJsonAt *at)
{
    return at->node != NULL ? print_node(at->node) : g_strdup("null");
}

/* ---- reading by table ------------------------------------------------------------------------ */

/* `entry[0].changes[2].value`, the innermost parts of it when it is long. */
static char *
path_dup(const CoexJsonAt *at)
{
    g_autoptr(GString) path = g_string_new(NULL);
    guint n_parts = 0;

    for (; at->parent != NULL; at = at->parent) {
        g_autofree char *part = NULL;

        if (n_parts++ == PATH_MAX_PARTS) {
            g_string_prepend(path, "…");
            break;
        }
        if (at->name == NULL)
            part = g_strdup_printf("[%u]", at->index);
        else
            part = g_strdup_printf("%s%s", at->parent->parent != NULL ? "." : "", at->name);
        g_string_prepend(path, part);
    }
    if (path->len == 0)
        g_string_append(path, "document");
    return g_string_free(g_steal_pointer(&path), FALSE);
}

/* Puts the value at @at into @member; FALSE when it is not of @type. */
static gboolean
read_member(const CoexJsonAt *at, CoexJsonType type, gpointer member)
{
    const char *text = NULL;

    switch (type) {
    case COEX_JSON_STRING:
    case COEX_JSON_TEXT:
        text = type == COEX_JSON_STRING ? value_string(at) : coex_json_text(at);
        if (text != NULL)
            *(const char **)member = text;
        return text != NULL;
    case COEX_JSON_INT:
        return value_int(at, member);
    case COEX_JSON_DOUBLE:
        return value_double(at, member);
    case COEX_JSON_BOOL:
        if (value_type(at) != G_TYPE_BOOLEAN)
            return FALSE;
        *(gboolean *)member = json_node_get_boolean(at->node);
        return TRUE;
    case COEX_JSON_OBJECT:
        return coex_json_at_is_object(at);
    case COEX_JSON_ARRAY:
        return coex_json_at_is_array(at);
    case COEX_JSON_ANY:
        return TRUE;
    }
    return FALSE;
}

static gboolean
is_cursor(CoexJsonType type)
{
    return type == COEX_JSON_OBJECT || type == COEX_JSON_ARRAY || type == COEX_JSON_ANY;
}

static void
set_path_error(GError **error, const CoexJsonAt *at, const char *problem)
{
    g_autofree char *path = path_dup(at);

    g_set_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL, "%s: %s", path, problem);
}

gboolean
coex_json_read(const CoexJsonAt *at, const CoexJsonField *fields, gpointer out, GError **error)
{
    for (const CoexJsonField *field = fields; field->name != NULL; field++) {
        CoexJsonAt member = coex_json_member(at, field->name);
        gpointer place = (char *)out + field->offset;
        gboolean exists = coex_json_at_exists(&member);
        gboolean fits = exists && read_member(&member, field->type, place);

        if (!exists && field->need == COEX_JSON_REQUIRED) {
            set_path_error(error, &member, "missing");
            return FALSE;
        }
        if (exists && !fits && field->need != COEX_JSON_OPTIONAL) {
            set_path_error(error, &member, "of a wrong type");
            return FALSE;
        }
        if (!is_cursor(field->type))
            continue;
        /* Also where nothing stands, so that an error further in still tells where. */
        if (!fits)
            member.node = NULL;
        *(CoexJsonAt *)place = member;
    }
    return TRUE;
}

/* ---- writing --------------------------------------------------------------------------------- */

struct CoexJsonWriter {
    JsonBuilder *builder;
    GString *open; /* '{' or '[' for each open container, outermost first */
};

static void
writer_name(CoexJsonWriter *writer, const char *name)
{
    char in = writer->open->str[writer->open->len - 1];

    g_assert((in == '{') == (name != NULL));
    if (name != NULL)
        json_builder_set_member_name(writer->builder, name);
}

CoexJsonWriter *
coex_json_writer_new(void)
{
    CoexJsonWriter *writer = g_new0(CoexJsonWriter, 1);

    writer->builder = json_builder_new();
    writer->open = g_string_new("{");
    json_builder_begin_object(writer->builder);
    return writer;
}

void
coex_json_writer_object(CoexJsonWriter *writer, const char *name)
{
    writer_name(writer, name);
    json_builder_begin_object(writer->builder);
    g_string_append_c(writer->open, '{');
}

void
coex_json_writer_array(CoexJsonWriter *writer, const char *name)
{
    writer_name(writer, name);
    json_builder_begin_array(writer->builder);
    g_string_append_c(writer->open, '[');
}

void
coex_json_writer_end(CoexJsonWriter *writer)
{
    gsize last = writer->open->len - 1;

    if (writer->open->str[last] == '{')
        json_builder_end_object(writer->builder);
    else
        json_builder_end_array(writer->builder);
    g_string_truncate(writer->open, last);
}

void
coex_json_writer_string(CoexJsonWriter *writer, const char *name, const char *value)
{
    g_autofree char *valid = NULL;

    if (value == NULL)
        return;
    valid = g_utf8_make_valid(value, -1);
    writer_name(writer, name);
    json_builder_add_string_value(writer->builder, valid);
}

void
coex_json_writer_int(CoexJsonWriter *writer, const char *name, gint64 value)
{
    writer_name(writer, name);
    json_builder_add_int_value(writer->builder, value);
}

void
coex_json_writer_bool(CoexJsonWriter *writer, const char *name, gboolean value)
{
    writer_name(writer, name);
    json_builder_add_boolean_value(writer->builder, value);
}

void
coex_json_writer_value(CoexJsonWriter *writer, const char *name, const CoexJsonAt *value)
{
    if (!coex_json_at_exists(value))
        return;
    writer_name(writer, name);
    json_builder_add_value(writer->builder, json_node_copy(value->node));
}

char *
coex_json_writer_finish(CoexJsonWriter *writer)
{
    g_autoptr(JsonNode) root = NULL;
    char *text;

    while (writer->open->len > 0)
        coex_json_writer_end(writer);
    root = json_builder_get_root(writer->builder);
    text = print_node(root);
    g_object_unref(writer->builder);
    g_string_free(writer->open, TRUE);
    g_free(writer);
    return text;
}
