// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/mask.h"

#include <string.h>

#define CUT_MIN 8 /* bytes of a secret before a cut that give it away */
#define STARS "***"

/* How the secret may have been written. */
static GPtrArray *
list_spellings(const char *const *secrets)
{
    GPtrArray *spellings = g_ptr_array_new_with_free_func(g_free);

    for (; *secrets; secrets++) {
        g_auto(GStrv) parts = NULL;

        if (strlen(*secrets) < COEX_MASK_MIN)
            continue;
        parts = g_strsplit(*secrets, "/", -1);
        g_ptr_array_add(spellings, g_strdup(*secrets));
        g_ptr_array_add(spellings, g_uri_escape_string(*secrets, NULL, FALSE));
        g_ptr_array_add(spellings, g_strescape(*secrets, NULL));
        g_ptr_array_add(spellings, g_strjoinv("\\/", parts));
    }
    return spellings;
}

static gboolean
is_cut(const char *end)
{
    return *end == '\0' || g_str_has_prefix(end, "…") || g_str_has_prefix(end, "...");
}

/* How many bytes at @text are a secret or its beginning, 0 if none. */
static gsize
measure(const char *text, const GPtrArray *spellings)
{
    gsize longest = 0;

    for (guint i = 0; i < spellings->len; i++) {
        const char *spelling = g_ptr_array_index(spellings, i);
        gsize n = 0;

        while (spelling[n] && spelling[n] == text[n])
            n++;
        if (!spelling[n] || (n >= CUT_MIN && is_cut(text + n)))
            longest = MAX(longest, n);
    }
    return longest;
}

char *
coex_mask(const char *text, const char *const *secrets)
{
    g_autoptr(GPtrArray) spellings = list_spellings(secrets);
    g_autoptr(GString) out = NULL;
    const char *plain = text;

    for (const char *p = text; *p;) {
        gsize n = measure(p, spellings);

        if (n == 0) {
            p++;
            continue;
        }
        if (!out)
            out = g_string_new(NULL);
        g_string_append_len(out, plain, p - plain);
        g_string_append(out, STARS);
        p += n;
        plain = p;
    }
    if (!out)
        return NULL;
    g_string_append(out, plain);
    return g_string_free(g_steal_pointer(&out), FALSE);
}
