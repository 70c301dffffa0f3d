// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/header-time.h"

#include <libsoup/soup.h>

#define RETRY_AFTER_MAX_S (24 * 60 * 60)

gint64
coex_header_read_date(const char *text)
{
    g_autoptr(GDateTime) date = text != NULL ? soup_date_time_new_from_http_string(text) : NULL;

    return date != NULL ? MAX(g_date_time_to_unix(date), 0) : 0;
}

gint64
coex_header_read_retry_after(const char *text, gint64 date)
{
    guint64 seconds;
    gint64 until;

    if (text == NULL)
        return 0;
    if (g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, &seconds, NULL))
        return MIN((gint64)seconds, RETRY_AFTER_MAX_S);
    until = coex_header_read_date(text);
    if (until == 0)
        return 0;
    if (date == 0)
        date = g_get_real_time() / G_USEC_PER_SEC;
    return CLAMP(until - date, 0, RETRY_AFTER_MAX_S);
}
