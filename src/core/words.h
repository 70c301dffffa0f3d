/* SPDX-License-Identifier: GPL-2.0-or-later
 * Sentences in the user's language. _() looks one up where it is used, N_() marks one in a table,
 * whose reader looks it up.
 */
#pragma once

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <locale.h>

/* The form that the language takes for n; both are format strings. The answer is static, or one of
 * the two. */
#define COEX_PLURAL(one, many, n) g_dngettext(GETTEXT_PACKAGE, (one), (many), (n))

/* Between the whole and the rest of a number that is shown; static. */
#define COEX_DECIMAL_POINT (localeconv()->decimal_point)
