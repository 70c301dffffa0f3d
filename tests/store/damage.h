// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "fixture.h"

/* A closed database with something in it, what may become of its pages, and what a rescue makes of
 * that. */

#define DAMAGE_MESSAGES 3000 /* in the feed too, 5 of them not shown yet */
#define DAMAGE_PEOPLE 300    /* a held text for each */
#define DAMAGE_WAITING 40    /* webhooks that were not read yet */

/* People with a held text for each, and a past with all of them. */
void damage_put(CoexBatch *batch, gint64 n_people, gint64 n_messages);
/* Account 1, "4930". */
void damage_fill(Fixture *f);

/* ---- pages ---- */

gint64 damage_find_leaf(Fixture *f, const char *table, int n); /* the nth; negative: from the end */
void damage_bytes(Fixture *f, gint64 from, gint64 to, char rubbish);
void damage_page(Fixture *f, gint64 page);
void damage_leaf(Fixture *f, const char *table, int n);
void damage_some(Fixture *f, const char *name); /* a leaf that is not all, where there is more */
/* All of it, since what reads it begins there. */
void damage_root(Fixture *f, const char *name);
/* As the program leaves it that found a page so. */
void damage_mark(Fixture *f);
/* Into the folder of @to, which is there. @suffix: which of the files beside it. */
void damage_copy_file(Fixture *from, Fixture *to, const char *suffix);

/* ---- after it ---- */

guint damage_count_kept(Fixture *f);
void damage_assert_sound(Fixture *f);
void damage_assert_says(const char *report, const char *words);
/* Marked and opened: what was told, which was shown then. */
char *damage_rescue(Fixture *f);
/* Opened: nothing is lost, and @n_waiting webhooks wait. */
void damage_assert_all_carried(Fixture *f, guint n_waiting);
