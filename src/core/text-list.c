// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/text.h"
#include "core/words.h"
#include <stdarg.h>

void
coex_text_list_add(GString *list, const char *format, ...)
{
    va_list args;

    if (list->len > 0)
        g_string_append(list, ", ");
    va_start(args, format);
    g_string_append_vprintf(list, format, args);
    va_end(args);
}

char *
coex_text_list_end(const char *list, guint n_more)
{
    if (n_more == 0)
        return g_strdup(list);
    /* Translators: names or quoted texts with commas between them, and how many more there are */
    return g_strdup_printf(COEX_PLURAL("%s and %u more", "%s and %u more", n_more), list, n_more);
}
