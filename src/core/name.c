// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/name.h"

#include "core/text.h"

#define NAME_BYTES 1024 /* of a name that are looked at */

/* Free with g_ptr_array_unref(). */
static GPtrArray *
list_words(const char *name)
{
    g_autofree char *folded = coex_text_fold(name, NAME_BYTES);
    g_autoptr(GString) word = g_string_new(NULL);
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);

    for (const char *p = folded;; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (g_unichar_isalpha(c)) {
            g_string_append_unichar(word, c);
            continue;
        }
        if (g_utf8_strlen(word->str, -1) > 1)
            g_ptr_array_add(words, g_strdup(word->str));
        g_string_truncate(word, 0);
        if (c == 0)
            return words;
    }
}

static gboolean
begins_alike(const char *one, const char *other)
{
    return g_str_has_prefix(one, other) || g_str_has_prefix(other, one);
}

gboolean
coex_name_is_alike(const char *one, const char *other)
{
    g_autoptr(GPtrArray) words = list_words(one);
    g_autoptr(GPtrArray) others = list_words(other);

    for (guint i = 0; i < words->len; i++)
        for (guint k = 0; k < others->len; k++)
            if (begins_alike(words->pdata[i], others->pdata[k]))
                return TRUE;
    return words->len == 0 || others->len == 0;
}
