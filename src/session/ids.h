// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Meta's ids, found from the access token where the user did not fill them in: the business
 * accounts (WABA) the token may see, and the number among theirs. Hides the search. Engine thread.
 */

typedef struct CoexAccount CoexAccount;

/* NULL error: go on. */
typedef void (*CoexIdsFound)(CoexAccount *account, const GError *error);

/* Calls @found once, at once when nothing is missing or this provider has no such ids. What was
 * found is kept in the account's settings. COEX_ERROR_INVALID_INPUT when the number is nowhere;
 * else the network's or the token's error (Meta: whatsapp-business-accounts). */
void coex_ids_find(CoexAccount *account, CoexIdsFound found);
