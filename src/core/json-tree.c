// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/json-tree.h"
#include "core/words.h"

#include <math.h>
#include <string.h>

/* An object costs about three times what a number does. */
#define CONTAINER_NODES 3

#define INT64_DIGITS 19 /* more overflow */
#define DOUBLE_MAX 1e308

#define REPLACEMENT 0xfffd

typedef enum {
    WANT_VALUE,
    WANT_ELEMENT_OR_END,
    WANT_KEY,
    WANT_KEY_OR_END,
    WANT_COMMA_OR_END,
} Want;

/* The text ends with NUL, and there is none inside: nothing has to be counted to its end. */
typedef struct {
    char *text; /* strings are written over what they were read from, which is longer */
    char *at;
    Want want;
    guint depth;
    guint32 open[COEX_JSON_MAX_DEPTH]; /* open containers on the stack, outermost first */
    guint32 n_keys[COEX_JSON_MAX_DEPTH];
    guint64 objects; /* a bit for each of them, innermost lowest: whether it is an object */
    guint32 key;     /* of the value that follows, 0 */
    guint n_counted;
    GArray *stack;       /* CoexJsonNode, what is in containers that are still open */
    GArray *done;        /* what is in those that are closed */
    const char *problem; /* static, set by what returns FALSE */
} Reader;

G_STATIC_ASSERT(COEX_JSON_MAX_DEPTH <= 64);
G_STATIC_ASSERT(COEX_JSON_MAX_NODES < 1 << 29);

static gboolean
fail(Reader *reader, const char *problem)
{
    reader->problem = problem;
    return FALSE;
}

static void
skip_blanks(Reader *reader)
{
    while (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\r' || *reader->at == '\t')
        reader->at++;
}

/* ---- strings --------------------------------------------------------------------------------- */

/* The value of four hex digits, -1 if they are none. */
static int
read_hex4(const char *at)
{
    int value = 0;

    for (guint i = 0; i < 4; i++) {
        int digit = g_ascii_xdigit_value(at[i]);

        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static gboolean
is_half(int value)
{
    return value >= 0xd800 && value <= 0xdfff;
}

/* What stands behind \u, of one or of both halves of a pair. */
static gboolean
read_unicode(Reader *reader, char **to)
{
    int value = read_hex4(reader->at + 2);
    int low;

    if (value < 0)
        return fail(reader, _("a broken \\u escape"));
    reader->at += 6;
    if (is_half(value) && value < 0xdc00 && reader->at[0] == '\\' && reader->at[1] == 'u') {
        low = read_hex4(reader->at + 2);
        if (is_half(low) && low >= 0xdc00) {
            value = 0x10000 + ((value - 0xd800) << 10) + (low - 0xdc00);
            reader->at += 6;
        }
    }
    if (value == 0 || is_half(value))
        value = REPLACEMENT;
    *to += g_unichar_to_utf8((gunichar)value, *to);
    return TRUE;
}

/* One escape, at its backslash: what it stands for to @to, which moves on. */
static gboolean
read_escape(Reader *reader, char **to)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meant[] = "\"\\/\b\f\n\r\t";
    char c = reader->at[1];
    const char *letter = c != '\0' ? strchr(letters, c) : NULL;

    if (c == 'u')
        return read_unicode(reader, to);
    if (letter == NULL)
        return fail(reader, _("an unknown escape"));
    *(*to)++ = meant[letter - letters];
    reader->at += 2;
    return TRUE;
}

/* A string, at its opening quote; where it is then. */
static gboolean
read_string(Reader *reader, guint32 *ret_text)
{
    char *to = reader->at + 1;

    *ret_text = (guint32)(to - reader->text);
    reader->at++;
    while (TRUE) {
        char *from = reader->at;
        char *end = from;

        while (*end != '"' && *end != '\\' && *end != '\0')
            end++;
        reader->at = end;
        if (*end == '\0')
            return fail(reader, _("a string without end"));
        if (to != from)
            memmove(to, from, (gsize)(end - from));
        to += end - from;
        if (*end == '"')
            break;
        if (!read_escape(reader, &to))
            return FALSE;
    }
    *to = '\0';
    reader->at++;
    return TRUE;
}

/* ---- numbers --------------------------------------------------------------------------------- */

static gsize
skip_digits(Reader *reader)
{
    const char *begin = reader->at;

    while (g_ascii_isdigit(*reader->at))
        reader->at++;
    return (gsize)(reader->at - begin);
}

static gint64
to_int(const char *digits, gsize n_digits)
{
    guint64 value = 0;

    for (gsize i = 0; i < n_digits && n_digits <= INT64_DIGITS; i++)
        value = value * 10 + (guint64)(digits[i] - '0');
    return n_digits > INT64_DIGITS || value > G_MAXINT64 ? G_MAXINT64 : (gint64)value;
}

static double
to_double(const char *digits)
{
    double value = g_ascii_strtod(digits, NULL);

    return isfinite(value) ? value : DOUBLE_MAX;
}

static gboolean
read_number(Reader *reader, CoexJsonNode *node)
{
    gboolean is_negative = *reader->at == '-';
    gboolean is_integer = TRUE;
    const char *begin;
    gsize n_digits;

    reader->at += is_negative;
    begin = reader->at;
    n_digits = skip_digits(reader);
    if (n_digits == 0 || (n_digits > 1 && *begin == '0'))
        return fail(reader, _("no JSON number"));
    if (*reader->at == '.') {
        reader->at++;
        is_integer = FALSE;
        if (skip_digits(reader) == 0)
            return fail(reader, _("no JSON number"));
    }
    if (*reader->at == 'e' || *reader->at == 'E') {
        reader->at++;
        is_integer = FALSE;
        if (*reader->at == '+' || *reader->at == '-')
            reader->at++;
        if (skip_digits(reader) == 0)
            return fail(reader, _("no JSON number"));
    }
    node->type = is_integer ? COEX_JSON_NODE_INT : COEX_JSON_NODE_DOUBLE;
    if (is_integer)
        node->integer = is_negative ? -to_int(begin, n_digits) : to_int(begin, n_digits);
    else
        node->number = is_negative ? -to_double(begin) : to_double(begin);
    return TRUE;
}

/* ---- values ---------------------------------------------------------------------------------- */

static gboolean
read_word(Reader *reader, CoexJsonNode *node)
{
    static const struct {
        const char *word;
        CoexJsonNodeType type;
        gboolean truth;
    } words[] = {
        { "true", COEX_JSON_NODE_BOOL, TRUE },
        { "false", COEX_JSON_NODE_BOOL, FALSE },
        { "null", COEX_JSON_NODE_NULL, FALSE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        gsize length = strlen(words[i].word);

        if (strncmp(reader->at, words[i].word, length) != 0)
            continue;
        node->type = words[i].type;
        node->truth = words[i].truth;
        reader->at += length;
        return TRUE;
    }
    return fail(reader, _("an unknown word"));
}

static gboolean
count(Reader *reader, guint nodes)
{
    reader->n_counted += nodes;
    return reader->n_counted <= COEX_JSON_MAX_NODES || fail(reader, _("too many values"));
}

static gboolean
open_container(Reader *reader, CoexJsonNode *node, gboolean is_object)
{
    if (reader->depth == COEX_JSON_MAX_DEPTH)
        return fail(reader, _("nested too deep"));
    node->type = is_object ? COEX_JSON_NODE_OBJECT : COEX_JSON_NODE_ARRAY;
    reader->open[reader->depth] = reader->stack->len;
    reader->n_keys[reader->depth++] = 0;
    reader->objects = reader->objects << 1 | (is_object ? 1 : 0);
    reader->want = is_object ? WANT_KEY_OR_END : WANT_ELEMENT_OR_END;
    reader->at++;
    return count(reader, CONTAINER_NODES);
}

/* What is in it is known now, and goes from the stack to its place. */
static gboolean
close_container(Reader *reader)
{
    guint place = reader->open[--reader->depth];
    CoexJsonNode *node = &g_array_index(reader->stack, CoexJsonNode, place);

    node->n = (reader->stack->len - place - 1) & 0x1fffffff;
    node->first = reader->done->len;
    if (node->n > 0)
        g_array_append_vals(reader->done, node + 1, node->n);
    g_array_set_size(reader->stack, place + 1);
    reader->objects >>= 1;
    reader->want = WANT_COMMA_OR_END;
    reader->at++;
    return TRUE;
}

static gboolean
read_scalar(Reader *reader, CoexJsonNode *node)
{
    if (reader->depth == 0)
        return fail(reader, _("neither an object nor an array"));
    reader->want = WANT_COMMA_OR_END;
    if (!count(reader, 1))
        return FALSE;
    if (*reader->at == '"') {
        node->type = COEX_JSON_NODE_STRING;
        return read_string(reader, &node->text);
    }
    if (*reader->at == '-' || g_ascii_isdigit(*reader->at))
        return read_number(reader, node);
    return read_word(reader, node);
}

static gboolean
read_value(Reader *reader)
{
    CoexJsonNode node = { .key = reader->key };
    char c = *reader->at;
    gboolean ok =
        c == '{' || c == '[' ? open_container(reader, &node, c == '{') : read_scalar(reader, &node);

    reader->key = 0;
    if (ok)
        g_array_append_val(reader->stack, node);
    return ok;
}

static gboolean
read_key(Reader *reader)
{
    if (*reader->at != '"')
        return fail(reader, _("a key without quotes"));
    if (++reader->n_keys[reader->depth - 1] > COEX_JSON_MAX_KEYS)
        return fail(reader, _("too many keys"));
    if (!read_string(reader, &reader->key))
        return FALSE;
    skip_blanks(reader);
    if (*reader->at != ':')
        return fail(reader, _("a key without value"));
    reader->at++;
    reader->want = WANT_VALUE;
    return TRUE;
}

/* One step of the grammar, at a byte that is no blank. */
static gboolean
read_step(Reader *reader)
{
    char c = *reader->at;
    gboolean in_object = (reader->objects & 1) != 0;

    switch (reader->want) {
    case WANT_VALUE:
        return read_value(reader);
    case WANT_ELEMENT_OR_END:
        return c == ']' ? close_container(reader) : read_value(reader);
    case WANT_KEY:
        return read_key(reader);
    case WANT_KEY_OR_END:
        return c == '}' ? close_container(reader) : read_key(reader);
    case WANT_COMMA_OR_END:
        break;
    }
    if (reader->depth == 0)
        return fail(reader, _("something after its end"));
    if (c == (in_object ? '}' : ']'))
        return close_container(reader);
    if (c != ',')
        return fail(reader, _("no comma where one belongs"));
    reader->at++;
    reader->want = in_object ? WANT_KEY : WANT_VALUE;
    return TRUE;
}

/* Iterative, so that no nesting can exhaust a thread's stack. */
static gboolean
read_document(Reader *reader)
{
    while (TRUE) {
        skip_blanks(reader);
        if (*reader->at == '\0')
            break;
        if (!read_step(reader))
            return FALSE;
    }
    if (reader->n_counted == 0)
        return fail(reader, _("it is empty"));
    return reader->depth == 0 || fail(reader, _("it ends early"));
}

const char *
coex_json_tree_read(char *text, CoexJsonTree *ret_tree, gsize *ret_where)
{
    Reader reader = { .text = text, .at = text, .want = WANT_VALUE };
    guint n_nodes;

    reader.stack = g_array_new(FALSE, FALSE, sizeof(CoexJsonNode));
    reader.done = g_array_new(FALSE, FALSE, sizeof(CoexJsonNode));
    *ret_tree = (CoexJsonTree){ .text = text };
    *ret_where = 0;
    if (!read_document(&reader))
        *ret_where = (gsize)(reader.at - text);
    else /* the root alone is left on the stack */
        g_array_append_vals(reader.done, reader.stack->data, 1);
    n_nodes = reader.done->len;
    g_array_unref(reader.stack);
    ret_tree->nodes = (CoexJsonNode *)(gpointer)g_array_free(reader.done, FALSE);
    if (reader.problem == NULL)
        ret_tree->root = &ret_tree->nodes[n_nodes - 1];
    return reader.problem;
}

void
coex_json_tree_clear(CoexJsonTree *tree)
{
    g_free(tree->text);
    g_free(tree->nodes);
    *tree = (CoexJsonTree){ 0 };
}
