// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* The account's options: how each is asked for, and what counts where nothing is given. */

/* For the protocol's `protocol_options`. Owned by libpurple from then on. */
GList *coex_options_make_list(void);

/* What the user chose for @key, one of ours, else its default; also where the chat program stored
 * NULL, as Pidgin does for a list in which nothing is chosen. Borrowed. */
const char *coex_options_get(PurpleAccount *account, const char *key);
