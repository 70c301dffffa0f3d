// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What is asked for the account's deliveries, where it has such: its relay (option relay), its
 * Inbox at 360dialog (option inbox-url). What those took is fetched, and what is wrong with them is
 * told. Engine thread. */

typedef struct CoexAccount CoexAccount;

/* With the login. No relay without a secret to prove anything by. */
void coex_account_start_sources(CoexAccount *account);
