// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* The account's Inbox at 360dialog, where it has one (option inbox-url): what that keeps is
 * fetched, and what is wrong with it is told. Engine thread. */

typedef struct CoexAccount CoexAccount;

/* With the login; nothing without the option. */
void coex_account_start_inbox(CoexAccount *account);
