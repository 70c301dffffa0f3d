// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What is known of somebody, as pairs of a label and a text. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexPerson CoexPerson;

/* Asks the store for the rest; COEX_SESSION_FACTS follows. */
void coex_facts_ask(CoexAccount *account, CoexPerson *person);
