// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/text.h"
#include "core/words.h"
#include <stdarg.h>

void
coex_text_list_add(GString *list, const char *format, ...)
{
    g_autofree char *one = NULL;
    va_list args;

    va_start(args, format);
    one = coex_say_args(format, args);
    va_end(args);
    g_string_append_printf(list, "%s%s", list->len > 0 ? ", " : "", one);
}

char *
coex_text_list_end(const char *list, guint n_more)
{
    if (n_more == 0)
        return g_strdup(list);
    /* Translators: names or quoted texts with commas between them, and how many more there are */
    return coex_say(COEX_PLURAL("%s and %u more", "%s and %u more", n_more), list, n_more);
}
