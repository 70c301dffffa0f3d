// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/call.h"

CoexResponse *
coex_account_finish(CoexAccount *account, GAsyncResult *result, GError **error)
{
    g_autoptr(CoexResponse) response = coex_http_send_finish(result, error);

    if (response == NULL)
        return NULL;
    if (account->dead) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The account has ended.");
        return NULL;
    }
    account->note_date(account, response->date);
    return g_steal_pointer(&response);
}
