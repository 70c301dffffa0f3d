// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/json-scan.h"

#include <math.h>
#include <string.h>

/* What json-glib makes of an object weighs about three times what it makes of a number. */
#define CONTAINER_NODES 3

/* Longer numbers are looked at by value, shorter ones without an exponent cannot overflow. */
#define DOUBLE_DIGITS 300
#define INT64_DIGITS 19
#define INT64_MAX_TEXT "9223372036854775807"

typedef enum {
    WANT_VALUE,
    WANT_ELEMENT_OR_END,
    WANT_KEY,
    WANT_KEY_OR_END,
    WANT_COMMA_OR_END,
} Want;

typedef struct {
    const char *bytes;
    gsize length;
    gsize at;
    char *copy; /* @bytes repaired, NULL as long as nothing had to be */
    Want want;
    guint depth;
    guint64 objects; /* a bit for each open container, innermost lowest: whether it is an object */
    guint n_keys[COEX_JSON_MAX_DEPTH]; /* of each open container, outermost first */
    guint nodes;
    gsize n_raw;         /* control characters that stand in strings as they are */
    const char *problem; /* static, set by what returns FALSE */
} Scan;

G_STATIC_ASSERT(COEX_JSON_MAX_DEPTH <= 64);

static gboolean
scan_fail(Scan *scan, const char *problem)
{
    scan->problem = problem;
    return FALSE;
}

/* The byte at @at, NUL behind the end (a NUL inside was made U+FFFD before). */
static inline char
scan_peek(const Scan *scan, gsize at)
{
    return at < scan->length ? scan->bytes[at] : '\0';
}

static void
scan_skip_blanks(Scan *scan)
{
    while (scan->at < scan->length) {
        char c = scan->bytes[scan->at];

        if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
            return;
        scan->at++;
    }
}

/* Writes @text over the bytes at @at, in a copy. */
static void
scan_repair(Scan *scan, gsize at, const char *text)
{
    if (scan->copy == NULL)
        scan->copy = g_strndup(scan->bytes, scan->length);
    memcpy(scan->copy + at, text, strlen(text));
}

/* The value of the four hex digits of a \u escape at @at, -1 if they are none. */
static int
scan_hex4(const Scan *scan, gsize at)
{
    int value = 0;

    for (gsize i = at; i < at + 4; i++) {
        int digit = g_ascii_xdigit_value(scan_peek(scan, i));

        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* One escape, at its backslash. A lone half of a surrogate pair and \u0000 become U+FFFD: json-glib
 * refuses the whole document for the one and ends the string at the other. */
static gboolean
scan_escape(Scan *scan)
{
    char c = scan_peek(scan, scan->at + 1);
    int value, low;

    if (c != 'u') {
        if (c == '\0' || strchr("\"\\/bfnrt", c) == NULL)
            return scan_fail(scan, "an unknown escape");
        scan->at += 2;
        return TRUE;
    }
    value = scan_hex4(scan, scan->at + 2);
    if (value < 0)
        return scan_fail(scan, "a broken \\u escape");
    if (value >= 0xd800 && value <= 0xdbff && scan_peek(scan, scan->at + 6) == '\\' &&
        scan_peek(scan, scan->at + 7) == 'u') {
        low = scan_hex4(scan, scan->at + 8);
        if (low >= 0xdc00 && low <= 0xdfff) {
            scan->at += 12;
            return TRUE;
        }
    }
    if (value == 0 || (value >= 0xd800 && value <= 0xdfff))
        scan_repair(scan, scan->at + 2, "fffd");
    scan->at += 6;
    return TRUE;
}

/* A string, at its opening quote. Raw line breaks and tabs inside are let pass: scan_escape_raw()
 * writes them for json-glib 1.10, which does not. */
static gboolean
scan_string(Scan *scan)
{
    const char *bytes = scan->bytes;
    const gsize length = scan->length;

    scan->at++;
    while (TRUE) {
        gsize at = scan->at;

        for (; at < length && bytes[at] != '"' && bytes[at] != '\\'; at++)
            scan->n_raw += (guchar)bytes[at] < ' ';
        scan->at = at;
        if (at == length)
            return scan_fail(scan, "a string without end");
        if (bytes[at] == '"') {
            scan->at++;
            return TRUE;
        }
        if (!scan_escape(scan))
            return FALSE;
    }
}

static gsize
scan_digits(Scan *scan)
{
    gsize begin = scan->at;

    while (g_ascii_isdigit(scan_peek(scan, scan->at)))
        scan->at++;
    return scan->at - begin;
}

/* Overwrites a number of @length bytes by a @shorter one that means the limit, and blanks. */
static void
scan_clamp(Scan *scan, gsize at, gsize length, const char *shorter)
{
    scan_repair(scan, at, shorter);
    memset(scan->copy + at + strlen(shorter), ' ', length - strlen(shorter));
}

/* A number. What does not fit into 64 bits, or a double, becomes the greatest that does: json-glib
 * makes -1 of the one and infinity, which no JSON can carry, of the other. */
static gboolean
scan_number(Scan *scan)
{
    gsize begin, n_digits, length;
    gboolean is_integer = TRUE, has_exponent = FALSE;

    if (scan_peek(scan, scan->at) == '-')
        scan->at++;
    begin = scan->at;
    n_digits = scan_digits(scan);
    if (n_digits == 0 || (n_digits > 1 && scan->bytes[begin] == '0'))
        return scan_fail(scan, "no JSON number");
    if (scan_peek(scan, scan->at) == '.') {
        scan->at++;
        is_integer = FALSE;
        if (scan_digits(scan) == 0)
            return scan_fail(scan, "no JSON number");
    }
    if (scan_peek(scan, scan->at) == 'e' || scan_peek(scan, scan->at) == 'E') {
        scan->at++;
        has_exponent = TRUE;
        if (scan_peek(scan, scan->at) == '+' || scan_peek(scan, scan->at) == '-')
            scan->at++;
        if (scan_digits(scan) == 0)
            return scan_fail(scan, "no JSON number");
    }
    /* Nothing may be read behind the last byte; a document cannot end in a number anyway. */
    if (scan->at == scan->length)
        return scan_fail(scan, "it ends early");
    length = scan->at - begin;
    if (is_integer && !has_exponent) {
        if (n_digits > INT64_DIGITS ||
            (n_digits == INT64_DIGITS &&
             memcmp(scan->bytes + begin, INT64_MAX_TEXT, INT64_DIGITS) > 0))
            scan_clamp(scan, begin, length, INT64_MAX_TEXT);
    } else if ((has_exponent || length > DOUBLE_DIGITS) &&
               !isfinite(g_ascii_strtod(scan->bytes + begin, NULL))) {
        scan_clamp(scan, begin, length, "1e308");
    }
    return TRUE;
}

static gboolean
scan_word(Scan *scan, const char *word)
{
    gsize length = strlen(word);

    if (scan->length - scan->at < length || memcmp(scan->bytes + scan->at, word, length) != 0)
        return scan_fail(scan, "an unknown word");
    scan->at += length;
    return TRUE;
}

static gboolean
scan_count(Scan *scan, guint nodes)
{
    scan->nodes += nodes;
    return scan->nodes <= COEX_JSON_MAX_NODES || scan_fail(scan, "too many values");
}

static gboolean
scan_open(Scan *scan, gboolean is_object)
{
    if (scan->depth == COEX_JSON_MAX_DEPTH)
        return scan_fail(scan, "nested too deep");
    scan->n_keys[scan->depth++] = 0;
    scan->objects = scan->objects << 1 | (is_object ? 1 : 0);
    scan->want = is_object ? WANT_KEY_OR_END : WANT_ELEMENT_OR_END;
    scan->at++;
    return scan_count(scan, CONTAINER_NODES);
}

static gboolean
scan_close(Scan *scan)
{
    scan->depth--;
    scan->objects >>= 1;
    scan->want = WANT_COMMA_OR_END;
    scan->at++;
    return TRUE;
}

static gboolean
scan_value(Scan *scan)
{
    char c = scan->bytes[scan->at];

    if (c == '{' || c == '[')
        return scan_open(scan, c == '{');
    if (scan->depth == 0)
        return scan_fail(scan, "neither an object nor an array");
    scan->want = WANT_COMMA_OR_END;
    if (!scan_count(scan, 1))
        return FALSE;
    if (c == '"')
        return scan_string(scan);
    if (c == '-' || g_ascii_isdigit(c))
        return scan_number(scan);
    return scan_word(scan, c == 't' ? "true" : c == 'f' ? "false" : "null");
}

static gboolean
scan_key(Scan *scan)
{
    if (scan->bytes[scan->at] != '"')
        return scan_fail(scan, "a key without quotes");
    if (++scan->n_keys[scan->depth - 1] > COEX_JSON_MAX_KEYS)
        return scan_fail(scan, "too many keys");
    if (!scan_string(scan))
        return FALSE;
    scan_skip_blanks(scan);
    if (scan_peek(scan, scan->at) != ':')
        return scan_fail(scan, "a key without value");
    scan->at++;
    scan->want = WANT_VALUE;
    return TRUE;
}

/* One step of the grammar, at a byte that is no blank. */
static gboolean
scan_step(Scan *scan)
{
    char c = scan->bytes[scan->at];
    gboolean in_object = (scan->objects & 1) != 0;

    switch (scan->want) {
    case WANT_VALUE:
        return scan_value(scan);
    case WANT_ELEMENT_OR_END:
        return c == ']' ? scan_close(scan) : scan_value(scan);
    case WANT_KEY:
        return scan_key(scan);
    case WANT_KEY_OR_END:
        return c == '}' ? scan_close(scan) : scan_key(scan);
    case WANT_COMMA_OR_END:
        break;
    }
    if (scan->depth == 0)
        return scan_fail(scan, "something after its end");
    if (c == (in_object ? '}' : ']'))
        return scan_close(scan);
    if (c != ',')
        return scan_fail(scan, "no comma where one belongs");
    scan->at++;
    scan->want = in_object ? WANT_KEY : WANT_VALUE;
    return TRUE;
}

/* Whether the bytes are one JSON object or array within the limits; iterative, so that no nesting
 * can exhaust a thread's stack. */
static gboolean
scan_document(Scan *scan)
{
    while (TRUE) {
        scan_skip_blanks(scan);
        if (scan->at == scan->length)
            break;
        if (!scan_step(scan))
            return FALSE;
    }
    if (scan->nodes == 0)
        return scan_fail(scan, "it is empty");
    return scan->depth == 0 || scan_fail(scan, "it ends early");
}

/* The document, known to be sound, with an escape for each control character inside a string. */
static char *
scan_escape_raw(const Scan *scan)
{
    const char *bytes = scan->copy != NULL ? scan->copy : scan->bytes;
    GString *text = g_string_sized_new(scan->length + 5 * scan->n_raw);
    gboolean in_string = FALSE;

    for (gsize i = 0; i < scan->length; i++) {
        char c = bytes[i];

        if (in_string && (guchar)c < ' ') {
            g_string_append_printf(text, "\\u%04x", (guint)(guchar)c);
            continue;
        }
        g_string_append_c(text, c);
        if (in_string && c == '\\')
            g_string_append_c(text, bytes[++i]);
        else if (c == '"')
            in_string = !in_string;
    }
    return g_string_free(text, FALSE);
}

const char *
coex_json_scan(const char *bytes, gsize length, char **ret_repaired, gsize *ret_where)
{
    Scan scan = { .bytes = bytes, .length = length, .want = WANT_VALUE };

    g_autofree char *copy = NULL;
    gboolean is_sound = scan_document(&scan);

    copy = scan.copy;
    *ret_repaired = NULL;
    *ret_where = is_sound ? 0 : scan.at;
    if (is_sound)
        *ret_repaired = scan.n_raw > 0 ? scan_escape_raw(&scan) : g_steal_pointer(&copy);
    return scan.problem;
}
