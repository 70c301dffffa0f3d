// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* The account's relay, where it has one (option relay): what that took is fetched, and what it says
 * is told. Engine thread. */

typedef struct CoexAccount CoexAccount;

/* With the login; nothing without the option, or without a secret to prove anything by. */
void coex_account_start_relay(CoexAccount *account);
