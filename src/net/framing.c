// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/framing.h"

#include <string.h>

typedef struct {
    const char *name;
    CoexHeader found;
} Search;

static enum MHD_Result
on_header(void *user_data, enum MHD_ValueKind kind, const char *name, const char *value)
{
    Search *search = user_data;

    if (g_ascii_strcasecmp(name, search->name) == 0) {
        search->found.value = value != NULL ? value : "";
        search->found.count++;
    }
    return MHD_YES;
}

CoexHeader
coex_framing_find_header(struct MHD_Connection *connection, const char *name)
{
    Search search = { .name = name };

    MHD_get_connection_values(connection, MHD_HEADER_KIND, on_header, &search);
    return search.found;
}

/* libmicrohttpd 0.9 takes away the blanks before a value, and 1.0 those behind it too. */
gsize
coex_framing_measure_value(const char *value)
{
    gsize length = strlen(value);

    while (length > 0 && (value[length - 1] == ' ' || value[length - 1] == '\t'))
        length--;
    return length;
}

/* "Content-Length : 2" is a length to some parsers and none to others. */
static enum MHD_Result
on_header_name(void *user_data, enum MHD_ValueKind kind, const char *name, const char *value)
{
    gboolean *is_clean = user_data;

    if (*name == '\0' || strpbrk(name, " \t") != NULL)
        *is_clean = FALSE;
    return MHD_YES;
}

/* Request smuggling: where two parsers could disagree about the end of the body, there is no body.
 * libmicrohttpd lets these pass (measured). */
guint
coex_framing_check(struct MHD_Connection *connection, gboolean is_get, guint64 max,
                   guint64 *ret_length)
{
    CoexHeader length = coex_framing_find_header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
    CoexHeader encoding = coex_framing_find_header(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING);
    gboolean is_clean = TRUE;

    *ret_length = encoding.count > 0 ? G_MAXUINT64 : 0;
    MHD_get_connection_values(connection, MHD_HEADER_KIND, on_header_name, &is_clean);
    if (!is_clean)
        return MHD_HTTP_BAD_REQUEST;
    if (length.count + encoding.count > 1)
        return MHD_HTTP_BAD_REQUEST;
    if (encoding.count > 0 && g_ascii_strcasecmp(encoding.value, "chunked") != 0)
        return MHD_HTTP_BAD_REQUEST;
    if (length.count > 0 &&
        !g_ascii_string_to_unsigned(length.value, 10, 0, G_MAXINT64, ret_length, NULL))
        return MHD_HTTP_BAD_REQUEST;
    if (is_get && *ret_length > 0)
        return MHD_HTTP_BAD_REQUEST;
    if (length.count > 0 && *ret_length > max)
        return MHD_HTTP_CONTENT_TOO_LARGE;
    return 0;
}
