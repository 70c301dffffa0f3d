// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Everybody as the main thread knows them, by the buddy's name: the views told last. Hides in how
 * many ways a number is written. */

typedef struct CoexPersonView CoexPersonView;
typedef struct CoexSessionEvent CoexSessionEvent;

/* Name -> CoexPersonView, owned. */
GHashTable *coex_mirror_new(void);
/* What @event tells of people. */
void coex_mirror_take(GHashTable *mirror, const CoexSessionEvent *event);
/* The person by buddy name or any typed form of the number; NULL if unknown. Borrowed until the
 * next event. */
const CoexPersonView *coex_mirror_find(GHashTable *mirror, const char *name);
