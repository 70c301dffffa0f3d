// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Words in all messages with anybody, so many at a time. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexPerson CoexPerson;

/* What was looked for last, and how far. */
typedef struct CoexFinder CoexFinder;
CoexFinder *coex_finder_new(void);
void coex_finder_free(CoexFinder *finder);

/* Looks for @words, blank: for more of the last ones. What is found is told in the conversation
 * with @person, NULL: for the account. */
void coex_finder_ask(CoexAccount *account, const CoexPerson *person, const char *words);
