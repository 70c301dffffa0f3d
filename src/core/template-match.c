// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/template-match.h"

#include "core/template-private.h"
#include "core/text.h"
#include <string.h>

#define FIXED_MIN 4 /* characters of the body that are no variable's: else anything fits */
#define WORD_MIN 3  /* characters: shorter ones stand everywhere */
#define WORDS_MIN 2 /* in common */
#define HALF 50     /* of a hundred */

/* ---- the text is the template's ---- */

/* Where @part stands in @text, without regard to the case of ASCII letters; NULL: nowhere. */
static const char *
find(const char *text, const char *part, gsize length)
{
    if (length == 0)
        return text;
    for (; *text != '\0'; text++) {
        if (g_ascii_strncasecmp(text, part, length) == 0)
            return text;
    }
    return NULL;
}

typedef struct {
    const CoexTemplate *template_;
    char **values; /* by variable; NULL: not met yet */
    int index;     /* of the variable before the fixed part, -1: none */
} Reading;

/* The variable's value is what stands between; FALSE: it has another one already, or none. */
static gboolean
take_value(Reading *reading, const char *start, const char *end)
{
    g_autofree char *value = g_strstrip(g_strndup(start, (gsize)(end - start)));

    if (reading->index < 0)
        return start == end;
    if (*value == '\0')
        return FALSE;
    if (reading->values[reading->index] != NULL)
        return strcmp(reading->values[reading->index], value) == 0;
    reading->values[reading->index] = g_steal_pointer(&value);
    return TRUE;
}

/* Reads @text along @body: its fixed parts in their order, what is between them values. The last
 * part must be the text's end. */
static gboolean
read_along(Reading *reading, const char *body, const char *text)
{
    const char *start, *end;
    char *name = NULL;
    const char *at = text;
    const char *found;

    while (coex_template_find_placeholder(body, &start, &end, &name)) {
        found = find(at, body, (gsize)(start - body));
        if (found == NULL || !take_value(reading, at, found)) {
            g_free(name);
            return FALSE;
        }
        at = found + (start - body);
        reading->index = coex_template_find_variable(reading->template_, -1, name, FALSE);
        body = end;
        g_clear_pointer(&name, g_free);
        if (reading->index < 0)
            return FALSE;
    }
    found = at + strlen(at) - MIN(strlen(at), strlen(body));
    return g_ascii_strcasecmp(found, body) == 0 && take_value(reading, at, found);
}

static gsize
count_fixed(const char *body)
{
    const char *start, *end;
    char *name = NULL;
    gsize n = 0;

    while (coex_template_find_placeholder(body, &start, &end, &name)) {
        n += (gsize)(start - body);
        body = end;
        g_clear_pointer(&name, g_free);
    }
    return n + strlen(body);
}

char **
coex_template_match_values(const CoexTemplate *template_, const char *text)
{
    guint n_variables = template_->variables->len;
    g_autofree char *body = coex_text_excerpt(template_->body, COEX_TEXT_MAX);
    g_autofree char *line = coex_text_excerpt(text, COEX_TEXT_MAX);
    g_autofree char **values = g_new0(char *, n_variables + 1);
    Reading reading = { template_, values, -1 };
    gboolean fits = count_fixed(body) >= FIXED_MIN && read_along(&reading, body, line);

    for (guint i = 0; i < n_variables; i++) {
        if (!fits)
            g_clear_pointer(&values[i], g_free);
        else if (values[i] == NULL)
            values[i] = g_strdup("");
    }
    return fits ? g_steal_pointer(&values) : NULL;
}

/* ---- it has its words ---- */

static char **
split_words(const char *text)
{
    g_autofree char *normal = g_utf8_normalize(text, -1, G_NORMALIZE_ALL);
    g_autofree char *folded = g_utf8_casefold(normal != NULL ? normal : "", -1);
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();
    g_autoptr(GString) word = g_string_new(NULL);

    for (const char *p = folded;; p = g_utf8_next_char(p)) {
        if (*p != '\0' &&
            (g_unichar_isalnum(g_utf8_get_char(p)) || g_unichar_ismark(g_utf8_get_char(p)))) {
            g_string_append_unichar(word, g_utf8_get_char(p));
            continue;
        }
        if (g_utf8_strlen(word->str, -1) >= WORD_MIN)
            g_strv_builder_add(words, word->str);
        g_string_truncate(word, 0);
        if (*p == '\0')
            return g_strv_builder_end(words);
    }
}

guint
coex_template_match(const CoexTemplate *template_, const char *text)
{
    g_auto(GStrv) whole = coex_template_match_values(template_, text);
    g_autofree char *line = coex_text_excerpt(text, COEX_TEXT_MAX);
    g_auto(GStrv) typed = split_words(line);
    g_auto(GStrv) words = split_words(template_->body);
    guint n_words = g_strv_length(typed);
    guint n_common = 0;

    if (whole != NULL)
        return COEX_MATCH_WHOLE;
    for (guint i = 0; i < n_words; i++)
        n_common += g_strv_contains((const char *const *)words, typed[i]);
    return n_common >= WORDS_MIN && n_common * 100 / n_words >= HALF ? n_common * 100 / n_words : 0;
}
