// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Whose turn it is, of things that wait: everybody's in the order in which they came, and one
 * person's after another's. */

typedef struct CoexTurns CoexTurns;

CoexTurns *coex_turns_new(void);
void coex_turns_free(CoexTurns *turns);
/* @id is copied. */
void coex_turns_add(CoexTurns *turns, gint64 person_id, const char *id);
/* The next; NULL: nothing waits. Free with g_free(). */
char *coex_turns_take(CoexTurns *turns);
