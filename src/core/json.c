// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/json.h"

#include "core/error.h"
#include "core/json-tree.h"
#include "core/words.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

/* Above it a double no longer counts by ones. */
#define DOUBLE_INTEGER_MAX 9007199254740992.0

#define PATH_MAX_PARTS 16

struct CoexJson {
    CoexJsonTree tree;
    GStringChunk *texts; /* numbers and booleans printed; NULL until the first one */
};

/* ---- documents ------------------------------------------------------------------------------- */

/* Valid UTF-8 without NUL inside. */
static char *
dup_text(const char *bytes, gsize length)
{
    char *text;

    if (length > 0 && !g_utf8_validate_len(bytes, length, NULL))
        return g_utf8_make_valid(bytes, (gssize)length);
    text = g_malloc(length + 1);
    if (length > 0)
        memcpy(text, bytes, length);
    text[length] = '\0';
    return text;
}

CoexJson *
coex_json_parse(const char *bytes, gsize length, GError **error)
{
    const char *problem = NULL;
    gsize where = 0;
    CoexJson *doc;

    if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        length -= 3;
    }
    doc = g_new0(CoexJson, 1);
    if (length < G_MAXINT32)
        problem = coex_json_tree_read(dup_text(bytes, length), &doc->tree, &where);
    else
        problem = _("it is too long");
    if (problem == NULL)
        return doc;
    coex_error_say(error, COEX_ERROR_PROTOCOL,
                   _("This is not readable as JSON: %s (byte %" PRIuPTR ")."), problem, where);
    coex_json_free(doc);
    return NULL;
}

void
coex_json_free(CoexJson *doc)
{
    if (doc == NULL)
        return;
    coex_json_tree_clear(&doc->tree);
    g_clear_pointer(&doc->texts, g_string_chunk_free);
    g_free(doc);
}

/* ---- cursors --------------------------------------------------------------------------------- */

CoexJsonAt
coex_json_root(CoexJson *doc)
{
    CoexJsonAt at = { .doc = doc, .node = doc->tree.root };

    return at;
}

/* A cursor stands on a value or on nothing; null is nothing. */
static CoexJsonAt
at_new(const CoexJsonAt *parent, const char *name, guint index, const CoexJsonNode *node)
{
    CoexJsonAt at = {
        .parent = parent,
        .name = name,
        .index = index,
        .doc = parent->doc,
        .node = node != NULL && node->type != COEX_JSON_NODE_NULL ? node : NULL,
    };

    return at;
}

gboolean
coex_json_at_exists(const CoexJsonAt *at)
{
    return at->node != NULL;
}

/* NULL for nothing. */
static CoexJsonNodeType
get_type(const CoexJsonAt *at)
{
    const CoexJsonNode *node = at->node;

    return node != NULL ? (CoexJsonNodeType)node->type : COEX_JSON_NODE_NULL;
}

gboolean
coex_json_at_is_object(const CoexJsonAt *at)
{
    return get_type(at) == COEX_JSON_NODE_OBJECT;
}

gboolean
coex_json_at_is_array(const CoexJsonAt *at)
{
    return get_type(at) == COEX_JSON_NODE_ARRAY;
}

guint
coex_json_length(const CoexJsonAt *at)
{
    const CoexJsonNode *node = at->node;

    return coex_json_at_is_array(at) ? node->n : 0;
}

gboolean
coex_json_at_is_empty(const CoexJsonAt *at)
{
    const CoexJsonNode *node = at->node;

    return (!coex_json_at_is_array(at) && !coex_json_at_is_object(at)) || node->n == 0;
}

/* What is in the container @node. */
static const CoexJsonNode *
get_inner(const CoexJsonTree *tree, const CoexJsonNode *node)
{
    return tree->nodes + node->first;
}

CoexJsonAt
coex_json_element(const CoexJsonAt *array, guint index)
{
    const CoexJsonNode *node = NULL;

    if (index < coex_json_length(array))
        node = get_inner(&array->doc->tree, array->node) + index;
    return at_new(array, NULL, index, node);
}

/* The last one of that name, NULL. */
static const CoexJsonNode *
find_member(const CoexJsonTree *tree, const CoexJsonNode *object, const char *name)
{
    const CoexJsonNode *members = get_inner(tree, object);

    for (guint i = object->n; i > 0; i--)
        if (strcmp(tree->text + members[i - 1].key, name) == 0)
            return &members[i - 1];
    return NULL;
}

CoexJsonAt
coex_json_member(const CoexJsonAt *object, const char *name)
{
    const CoexJsonNode *node = NULL;

    if (coex_json_at_is_object(object))
        node = find_member(&object->doc->tree, object->node, name);
    return at_new(object, name, 0, node);
}

/* Whether no member before the one at @index has its name. */
static gboolean
is_first(const CoexJsonTree *tree, const CoexJsonNode *members, guint index)
{
    const char *name = tree->text + members[index].key;

    for (guint i = 0; i < index; i++)
        if (strcmp(tree->text + members[i].key, name) == 0)
            return FALSE;
    return TRUE;
}

const char **
coex_json_keys(const CoexJsonAt *object)
{
    const CoexJsonTree *tree = &object->doc->tree;
    const CoexJsonNode *node = object->node;
    guint n_members = coex_json_at_is_object(object) ? node->n : 0;
    const char **keys = g_new0(const char *, n_members + 1);
    guint n = 0;

    for (guint i = 0; i < n_members; i++)
        if (is_first(tree, get_inner(tree, node), i))
            keys[n++] = tree->text + get_inner(tree, node)[i].key;
    return keys;
}

/* ---- values ---------------------------------------------------------------------------------- */

static const char *
value_string(const CoexJsonAt *at)
{
    const CoexJsonNode *node = at->node;

    return get_type(at) == COEX_JSON_NODE_STRING ? at->doc->tree.text + node->text : NULL;
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
    const CoexJsonNode *node = at->node;
    CoexJsonNodeType type = get_type(at);
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];

    if (type == COEX_JSON_NODE_STRING)
        return value_string(at);
    if (type == COEX_JSON_NODE_BOOL)
        return node->truth ? "true" : "false";
    if (type == COEX_JSON_NODE_INT)
        g_snprintf(buffer, sizeof buffer, "%" G_GINT64_FORMAT, node->integer);
    else if (type == COEX_JSON_NODE_DOUBLE)
        print_double(buffer, sizeof buffer, node->number);
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
    const CoexJsonNode *node = at->node;
    const char *text = value_string(at);
    double number;

    if (text != NULL)
        return g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, ret_value, NULL);
    if (get_type(at) == COEX_JSON_NODE_INT) {
        *ret_value = node->integer;
        return TRUE;
    }
    if (get_type(at) != COEX_JSON_NODE_DOUBLE)
        return FALSE;
    number = node->number;
    if (!(fabs(number) <= DOUBLE_INTEGER_MAX) || (double)(gint64)number != number)
        return FALSE;
    *ret_value = (gint64)number;
    return TRUE;
}

static gboolean
value_double(const CoexJsonAt *at, double *ret_value)
{
    const CoexJsonNode *node = at->node;
    const char *text = value_string(at);
    double number;
    char *end;

    if (get_type(at) == COEX_JSON_NODE_INT || get_type(at) == COEX_JSON_NODE_DOUBLE) {
        *ret_value = get_type(at) == COEX_JSON_NODE_INT ? (double)node->integer : node->number;
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

static JsonNode *make_node(const CoexJsonTree *tree, const CoexJsonNode *value);

static JsonNode *
make_container(const CoexJsonTree *tree, const CoexJsonNode *value)
{
    gboolean is_array = value->type == COEX_JSON_NODE_ARRAY;
    JsonNode *node = json_node_new(is_array ? JSON_NODE_ARRAY : JSON_NODE_OBJECT);
    const CoexJsonNode *inner = get_inner(tree, value);

    if (is_array)
        json_node_take_array(node, json_array_sized_new(value->n));
    else
        json_node_take_object(node, json_object_new());
    for (guint i = 0; i < value->n; i++) {
        if (is_array)
            json_array_add_element(json_node_get_array(node), make_node(tree, &inner[i]));
        else
            json_object_set_member(json_node_get_object(node), tree->text + inner[i].key,
                                   make_node(tree, &inner[i]));
    }
    return node;
}

/* As json-glib has it, for writing. Free with json_node_unref(). */
static JsonNode *
make_node(const CoexJsonTree *tree, const CoexJsonNode *value)
{
    switch ((CoexJsonNodeType)value->type) {
    case COEX_JSON_NODE_NULL:
        return json_node_init_null(json_node_alloc());
    case COEX_JSON_NODE_BOOL:
        return json_node_init_boolean(json_node_alloc(), value->truth);
    case COEX_JSON_NODE_INT:
        return json_node_init_int(json_node_alloc(), value->integer);
    case COEX_JSON_NODE_DOUBLE:
        return json_node_init_double(json_node_alloc(), value->number);
    case COEX_JSON_NODE_STRING:
        return json_node_init_string(json_node_alloc(), tree->text + value->text);
    case COEX_JSON_NODE_ARRAY:
    case COEX_JSON_NODE_OBJECT:
        break;
    }
    return make_container(tree, value);
}

char *
coex_json_dup(const CoexJsonAt *at)
{
    g_autoptr(JsonNode) node =
        at->node != NULL ? make_node(&at->doc->tree, at->node) : json_node_new(JSON_NODE_NULL);

    return print_node(node);
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
        if (get_type(at) != COEX_JSON_NODE_BOOL)
            return FALSE;
        *(gboolean *)member = ((const CoexJsonNode *)at->node)->truth;
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
            set_path_error(error, &member, _("missing"));
            return FALSE;
        }
        if (exists && !fits && field->need != COEX_JSON_OPTIONAL) {
            set_path_error(error, &member, _("of a wrong type"));
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
    json_builder_add_value(writer->builder, make_node(&value->doc->tree, value->node));
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

void
coex_json_append_string(GString *text, const char *value)
{
    g_autofree char *valid = g_utf8_make_valid(value, -1);

    g_string_append_c(text, '"');
    for (const char *at = valid; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            g_string_append_c(text, '\\');
        if ((guchar)*at < ' ')
            g_string_append_printf(text, "\\u%04x", (guint)*at);
        else
            g_string_append_c(text, *at);
    }
    g_string_append_c(text, '"');
}
