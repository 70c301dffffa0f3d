// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/typed-line.h"

#include "core/text.h"
#include <string.h>

#define BLANKS " \t\r\n"

void
coex_typed_line_clear(CoexTypedLine *line)
{
    g_clear_pointer(&line->word, g_free);
    g_clear_pointer(&line->words, g_free);
    g_clear_pointer(&line->markup, g_free);
}

static gboolean
begins_word(const char *text)
{
    return text[0] != '\0' && g_unichar_isalnum(g_utf8_get_char(text));
}

/* @markup without its first @n bytes where they stand as in @plain; else the rest of @plain, so
 * that a tag or an entity among them costs the formatting, never a character. */
static char *
dup_markup_behind(const char *markup, const char *plain, gsize n)
{
    gboolean is_same = strncmp(markup, plain, n) == 0 && strcspn(markup, "&<") >= n;

    return is_same ? g_strdup(markup + n) : coex_text_escape(plain + n);
}

void
coex_typed_line_read(const char *markup, CoexTypedLine *ret_line)
{
    g_autofree char *plain = coex_text_from_markup(markup);
    gboolean is_ours = plain[0] == '!';
    gsize n_word;

    *ret_line = (CoexTypedLine){ .kind = COEX_TYPED_MESSAGE };
    if ((plain[0] != '!' && plain[0] != '/') || g_str_has_prefix(plain, "/me "))
        return;
    if (plain[1] == plain[0] && begins_word(plain + 2)) {
        ret_line->markup = dup_markup_behind(markup, plain, 1);
        return;
    }
    if (!begins_word(plain + 1))
        return;

    n_word = strcspn(plain, BLANKS);
    ret_line->kind = is_ours ? COEX_TYPED_VERB : COEX_TYPED_SLASH;
    ret_line->word = is_ours ? g_strndup(plain + 1, n_word - 1) : g_strndup(plain, n_word);
    if (!is_ours)
        return;
    ret_line->words = g_strstrip(g_strdup(plain + n_word));
    ret_line->markup = g_strstrip(dup_markup_behind(markup, plain, n_word));
}

gboolean
coex_typed_line_get_number(const CoexTypedLine *line, guint *ret_number)
{
    if (line->word == NULL || strspn(line->word, "0123456789") != strlen(line->word))
        return FALSE;
    *ret_number = (guint)MIN(g_ascii_strtoull(line->word, NULL, 10), G_MAXINT);
    return TRUE;
}

char **
coex_typed_line_split_values(const char *text, const char *waiting)
{
    char **values;

    if (text == NULL || text[0] == '\0')
        return NULL;

    values = g_strsplit(text, "|", -1);
    for (char **value = values; *value != NULL; value++) {
        g_strstrip(*value);
        if (strcmp(*value, "=") == 0 && waiting != NULL) {
            g_free(*value);
            *value = g_strdup(waiting);
        }
    }
    return values;
}

char *
coex_typed_line_dup_path(const char *words, const char **ret_rest)
{
    const char *at = words + strspn(words, " \t");
    char quote = *at == '"' || *at == '\'' ? *at++ : '\0';
    GString *path = g_string_new(NULL);

    for (; *at != '\0' && (quote != '\0' ? *at != quote : *at != ' '); at++) {
        if (*at == '\\' && at[1] == ' ')
            at++;
        g_string_append_c(path, *at);
    }
    if (quote != '\0' && *at == quote)
        at++;
    *ret_rest = at + strspn(at, " \t");
    return g_string_free(path, path->len == 0);
}
