/* SPDX-License-Identifier: GPL-2.0-or-later
 * Sentences in the user's language. _() looks one up where it is used, N_() marks one in a table,
 * whose reader looks it up; coex_say() puts something in.
 */
#pragma once

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <locale.h>
#include <stdarg.h>

/* The form that the language takes for n; both are format strings. The answer is static, or one of
 * the two. */
#define COEX_PLURAL(one, many, n) g_dngettext(GETTEXT_PACKAGE, (one), (many), (n))

/* As g_strdup_printf(), and each text that is put in keeps its direction of writing, and the
 * sentence its own: a name in Arabic leaves the brackets and numbers behind it where they stand.
 * Where no letter runs from right to left the sentence is that of g_strdup_printf(); else there are
 * marks in it that are not seen (UAX #9: isolates). Texts are valid UTF-8. Free with g_free(). */
char *coex_say(const char *format, ...) G_GNUC_PRINTF(1, 2);
char *coex_say_args(const char *format, va_list args) G_GNUC_PRINTF(1, 0);

/* The same, behind what stands in @text. */
void coex_say_more(GString *text, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Between the whole and the rest of a number that is shown; static. */
#define COEX_DECIMAL_POINT (localeconv()->decimal_point)
