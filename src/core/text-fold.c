// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/text.h"

#include <string.h>

/* A blank for all of white space, and nothing where nothing is seen. */
static void
append_folded(GString *folded, gunichar c)
{
    if (g_unichar_ismark(c) || g_unichar_type(c) == G_UNICODE_FORMAT)
        return;
    if (!g_unichar_isspace(c) && !g_unichar_iscntrl(c))
        g_string_append_unichar(folded, c);
    else if (folded->len > 0 && folded->str[folded->len - 1] != ' ')
        g_string_append_c(folded, ' ');
}

static void
append_all_folded(GString *folded, const char *text, gsize length)
{
    g_autofree char *valid = g_utf8_make_valid(text, (gssize)length);
    g_autofree char *cased = g_utf8_casefold(valid, -1);
    g_autofree char *apart = g_utf8_normalize(cased, -1, G_NORMALIZE_ALL);
    g_autofree char *again = g_utf8_casefold(apart != NULL ? apart : "", -1);

    for (const char *p = again; *p != '\0'; p = g_utf8_next_char(p))
        append_folded(folded, g_utf8_get_char(p));
}

/* The same for ASCII, which most of it is, at a tenth of the time. */
static gsize
append_ascii_folded(GString *folded, const char *text, gsize length)
{
    gsize n = 0;

    for (; n < length && g_ascii_isprint(text[n]); n++) {
        if (text[n] != ' ')
            g_string_append_c(folded, g_ascii_tolower(text[n]));
        else if (folded->len > 0 && folded->str[folded->len - 1] != ' ')
            g_string_append_c(folded, ' ');
    }
    return n;
}

char *
coex_text_fold(const char *text, gsize max_bytes)
{
    gsize length = text != NULL ? strnlen(text, max_bytes) : 0;
    GString *folded = g_string_sized_new(length);

    if (append_ascii_folded(folded, text, length) < length) {
        g_string_truncate(folded, 0);
        append_all_folded(folded, text, length);
    }
    while (folded->len > 0 && folded->str[folded->len - 1] == ' ')
        g_string_truncate(folded, folded->len - 1);
    return g_string_free(folded, FALSE);
}

gboolean
coex_text_contains(const char *text, const char *part)
{
    g_autofree char *folded_text = g_utf8_casefold(text, -1);
    g_autofree char *folded_part = g_utf8_casefold(part, -1);

    return strstr(folded_text, folded_part) != NULL;
}
