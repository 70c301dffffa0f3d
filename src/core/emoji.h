// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The emoji of a reaction, as people type it where a keyboard has none: its usual name between
 * colons. Hides which characters make one (Unicode Technical Standard 51). */

/* One emoji, or ":thumbsup:", "+1" and the like, with blanks around it: the emoji itself; free with
 * g_free(). NULL and COEX_ERROR_INVALID_INPUT, with an example, for anything else. */
char *coex_emoji_parse(const char *text, GError **error);
