// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What is known of somebody, and of the account itself, as pairs of a label and a text. Engine
 * thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexPerson CoexPerson;

/* Asks the store for the rest; COEX_SESSION_FACTS follows. */
void coex_facts_ask(CoexAccount *account, CoexPerson *person);

/* Tells of the account: provider, webhook, phone, windows, what waits. */
void coex_facts_tell_account(CoexAccount *account);
