// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Times in the headers of an answer (RFC 9110). @text NULL: the header is missing. */

/* Date: seconds since 1970; 0 for none. */
gint64 coex_header_read_date(const char *text);

/* Retry-After, in seconds from the answer's own @date (0: from now) on, a day at most; 0 for none.
 */
gint64 coex_header_read_retry_after(const char *text, gint64 date);
