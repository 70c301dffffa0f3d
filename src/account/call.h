// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "account/account.h"

/* The answers to what an account asks of its provider. Engine thread. */

/* The answer of a request that was sent with this account; NULL with @error, also once the account
 * has ended. */
CoexResponse *coex_account_finish(CoexAccount *account, GAsyncResult *result, GError **error);
