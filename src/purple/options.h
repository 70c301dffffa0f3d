// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "purple/account.h"

/* The account's options: how each is asked for, and what counts where nothing is given. */

/* For the protocol's `protocol_options`; where forms do not scroll, those needed for the first
 * login. Owned by libpurple from then on. */
GList *coex_options_make_list(void);

/* What the user chose for @key, one of ours, else its default; also where the chat program stored
 * NULL, as Pidgin does for a list in which nothing is chosen. Borrowed. */
const char *coex_options_get(PurpleAccount *account, const char *key);

/* Opens a form with those that do not stand there. */
void coex_options_open_page(CoexLogin *login);
