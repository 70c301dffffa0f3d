// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What a template's variables may be filled with before anybody is asked. Hides how a variable that
 * wants a person's name, one that takes a sentence and one that wants neither are told apart: by
 * the words around it, its name and its example. */

typedef struct CoexTemplate CoexTemplate;

/* One value per variable, "" where nothing fits: @name (NULL or "": none known) goes where the
 * person is addressed, @text (NULL: none) on one line into the one variable that takes free text,
 * or, where it is what the template says, its words into their places.
 * Guesses for a form, to be seen and changed. Free with g_strfreev(). */
char **coex_template_offer(const CoexTemplate *template_, const char *name, const char *text);
