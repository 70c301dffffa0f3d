// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What customers see of the business, as the provider has it. Engine thread. */

typedef struct CoexAccount CoexAccount;

/* Asks for it, at a login and whenever it may have changed; `account->profile` is it then. What
 * goes wrong stands in the debug output alone: a number may have none. @done follows in any case,
 * unless the account has ended; NULL: nobody waits. */
void coex_profile_fetch(CoexAccount *account, void (*done)(CoexAccount *account));
