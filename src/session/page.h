// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What is known of the account itself, as pairs of a label and a text: what the provider tells of
 * the number now, where webhooks go, the phone, the windows, and the messages of today. Engine
 * thread. */

typedef struct CoexAccount CoexAccount;

/* Asks the provider and the store; COEX_SESSION_FACTS without a person follows in any case, with a
 * sentence in the place of what could not be asked. */
void coex_page_ask(CoexAccount *account);
