// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* A number that earlier versions kept once for each provider becomes one account. */

typedef struct CoexDb CoexDb;
typedef struct CoexShown CoexShown;

/* Takes everything of all other accounts of @number into @account_id: who has an address or a name
 * in common is one person, what was not shown yet will be. All or nothing; outside of
 * transactions. */
gboolean coex_unite_accounts(CoexDb *db, const CoexShown *shown, gint64 account_id,
                             const char *number, GError **error);
