// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* How well what somebody typed is what a template says: it is then offered first, with its
 * variables filled from the words. */

typedef struct CoexTemplate CoexTemplate;

#define COEX_MATCH_WHOLE 1000 /* the text is the template's, with values in it */

/* 0: it has little to do with it; up to 100: so many of a hundred of its words stand in the
 * template; COEX_MATCH_WHOLE. @text: plain, any length. */
guint coex_template_match(const CoexTemplate *template_, const char *text);

/* The values that make the body, or its beginning, the text: one per variable, "" for those that
 * are not in it. NULL where it is not. Free with g_strfreev(). */
char **coex_template_match_values(const CoexTemplate *template_, const char *text);
