// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Choices that were sent from here: buttons, lists, a link, a question for a place; as the customer
 * sees them. */

typedef struct CoexJsonAt CoexJsonAt;

/* Whether an `interactive` object is one that offers choices, and no answer. */
gboolean coex_content_choice_is(const CoexJsonAt *interactive);
/* Its text, and below it what can be chosen. Free with g_free(). */
char *coex_content_choice_dup_line(const CoexJsonAt *interactive);
