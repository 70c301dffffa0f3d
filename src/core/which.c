// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/which.h"

#include "core/error.h"

#define NTH_MAX 10000

gboolean
coex_which_parse(const char *words, CoexWhich *ret_which, GError **error)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(words));
    const char *digits = trimmed + (*trimmed == '#' || *trimmed == '-');
    guint64 number = 0;

    *ret_which = (CoexWhich){ .nth = 1 };
    if (*trimmed == '\0' || g_ascii_strcasecmp(trimmed, "last") == 0)
        return TRUE;
    if (*trimmed == '-' && g_ascii_string_to_unsigned(digits, 10, 1, NTH_MAX, &number, NULL)) {
        ret_which->nth = (guint)number;
        return TRUE;
    }
    if (*trimmed != '-' && g_ascii_string_to_unsigned(digits, 10, 1, G_MAXINT64, &number, NULL)) {
        *ret_which = (CoexWhich){ .number = (gint64)number };
        return TRUE;
    }
    g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                "“%s” names no message. It takes last, -2 for the last but one, or a number such "
                "as #17.",
                trimmed);
    return FALSE;
}
