// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What an account calls its people: where several have one name, each carries the end of the
 * number, "Anna Maier (5602)". Who was known first has the shortest end, so that the titles are the
 * same after every login, in whatever order people are told. Hides who shares a name with whom. */

typedef struct CoexPerson CoexPerson;
typedef struct CoexTitles CoexTitles;

/* Free with coex_titles_free(). */
CoexTitles *coex_titles_new(void);
void coex_titles_free(CoexTitles *titles);

/* Takes in the person's present name and number. Appends the ids (gint64) of others whose title
 * became another by that to @ret_changed. Cheapest in the order of the ids. */
void coex_titles_update(CoexTitles *titles, const CoexPerson *person, GArray *ret_changed);

/* NULL for who has no name, or is not known here. Borrowed until the next update. */
const char *coex_titles_get(const CoexTitles *titles, gint64 person_id);
