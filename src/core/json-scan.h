// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The look at a document's bytes before json-glib gets them: strict JSON (json-glib also takes
 * comments, single quotes, octal and hexadecimal numbers, two documents, nothing at all), the
 * limits below, and repair of what json-glib stumbles over. For core/json.c alone. */

#define COEX_JSON_MAX_DEPTH 64
#define COEX_JSON_MAX_NODES 400000 /* an object or array counts as three: about 100 MB at most */
/* Of one object: json-glib looks for a key that comes again in all before it. */
#define COEX_JSON_MAX_KEYS 1000

/* NULL when the @length bytes of valid UTF-8 without NUL are one JSON object or array, else a
 * static phrase for what is wrong and the byte in @ret_where. @ret_repaired: a string to use
 * instead, NULL if nothing had to be repaired; free with g_free(). 3 MB take some milliseconds. */
const char *coex_json_scan(const char *bytes, gsize length, char **ret_repaired, gsize *ret_where);
