// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/option-name.h"

#include <glib.h>
#include <string.h>

#define OPEN "{@"
#define KEY_CHARS "abcdefghijklmnopqrstuvwxyz-"
/* Around a key that was put in, in a sentence from right to left (coex_say()). */
#define BEGIN 0x2068
#define END 0x2069

static gboolean
starts_with(const char *text, gunichar c)
{
    return g_utf8_get_char_validated(text, -1) == c;
}

/* The next mark from @text on, its key, to be freed, and what follows it; NULL: none does. */
static const char *
find_mark(const char *text, char **ret_key, const char **ret_rest)
{
    for (const char *at = strstr(text, OPEN); at != NULL; at = strstr(at + 1, OPEN)) {
        const char *key = at + strlen(OPEN);
        gboolean isolated = starts_with(key, BEGIN);
        const char *end;

        key = isolated ? g_utf8_next_char(key) : key;
        end = key + strspn(key, KEY_CHARS);
        if (end == key || (isolated && !starts_with(end, END)))
            continue;
        *ret_rest = isolated ? g_utf8_next_char(end) : end;
        if (*(*ret_rest)++ != '}')
            continue;
        *ret_key = g_strndup(key, (gsize)(end - key));
        return at;
    }
    return NULL;
}

char *
coex_option_names_write(const char *text, CoexOptionNamer dup_name)
{
    g_autoptr(GString) written = NULL;
    const char *mark;
    const char *rest;
    char *found;

    if (text == NULL)
        return NULL;
    written = g_string_new(NULL);
    while ((mark = find_mark(text, &found, &rest)) != NULL) {
        g_autofree char *key = found;
        g_autofree char *name = dup_name != NULL ? dup_name(key) : NULL;

        g_string_append_len(written, text, mark - text);
        g_string_append(written, name != NULL ? name : key);
        text = rest;
    }
    g_string_append(written, text);
    return g_string_free(g_steal_pointer(&written), FALSE);
}

char *
coex_option_names_find_first(const char *text)
{
    const char *rest;
    char *key;

    return find_mark(text, &key, &rest) != NULL ? key : NULL;
}
