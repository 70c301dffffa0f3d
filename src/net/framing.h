// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>
#include <microhttpd.h>

/* Where a request's body ends, by its headers. A proxy in front and libmicrohttpd behind it might
 * read some of them differently; such a request is refused. Of use to the listener only. */

typedef struct {
    const char *value; /* the last one, libmicrohttpd's; "" for none after the colon */
    guint count;
} CoexHeader;

/* By name without regard to case. */
CoexHeader coex_framing_find_header(struct MHD_Connection *connection, const char *name);

/* Bytes of a header's value without the blanks at its end, which are no part of it. */
gsize coex_framing_measure_value(const char *value);

/* The HTTP status to refuse the request with, 0 when its body is well defined and within
 * @max bytes. @ret_length: bytes, G_MAXUINT64 when it comes in chunks. */
guint coex_framing_check(struct MHD_Connection *connection, gboolean is_get, guint64 max,
                         guint64 *ret_length);
