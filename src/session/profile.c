// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/profile.h"

#include "account/account.h"
#include "account/call.h"
#include "core/api.h"
#include "core/backend.h"
#include "core/profile.h"

typedef struct {
    void (*done)(CoexAccount *account);
} Wait;

static void
take(CoexAccount *account, CoexProfile *profile)
{
    coex_profile_free(account->profile);
    account->profile = profile;
}

static void
on_profile(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    g_autofree Wait *wait = data;
    CoexProfile *profile = response != NULL ? coex_api_read_profile(response, error) : NULL;

    if (profile != NULL)
        take(account, profile);
    else
        g_debug("+%s: no profile: %s", account->number, (*error)->message);
    if (wait->done != NULL)
        wait->done(account);
}

void
coex_profile_fetch(CoexAccount *account, void (*done)(CoexAccount *account))
{
    g_autoptr(CoexRequest) request = NULL;
    Wait *wait;

    if (account->endpoint.backend->needs_number_id && *account->endpoint.phone_number_id == '\0') {
        if (done != NULL)
            done(account);
        return;
    }
    request = coex_api_get_profile(&account->endpoint);
    wait = g_new(Wait, 1);
    *wait = (Wait){ done };
    coex_account_call(account, request, on_profile, wait, g_free);
}
