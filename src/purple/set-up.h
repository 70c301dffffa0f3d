// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* What an account's options make of the way to its provider and back. */

typedef struct CoexSessionConfig CoexSessionConfig;

/* Fills in what concerns that: all but number, proxy and database. @words: the password, split
 * (coex_options_split_password()). What is filled in is borrowed from it and from the account. */
void coex_set_up_read(PurpleAccount *account, const char *const *words, CoexSessionConfig *config);
/* Where the database of this profile is. Free with g_free(). */
char *coex_set_up_dup_database(void);
