// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/relay.h"

#include "account/account.h"
#include "account/engine.h"
#include "account/tell.h"
#include "core/backend.h"
#include "ingest/relay-source.h"
#include "receive/strangers.h"
#include "session/hub.h"
#include "store/batch.h"

#define PLACE "relay-place"

static void
on_refused(CoexVerdict verdict, guint n, gpointer data)
{
    CoexAccount *account = data;
    g_autofree char *others = coex_strangers_speak(account, n);

    g_debug("+%s: %u deliveries of the relay were refused, verdict %d", account->number, n,
            (int)verdict);
    if (others != NULL)
        coex_account_tell_notice(
            account, NULL,
            "The relay has a delivery that is not proven by the option %s, and it was not taken. "
            "If "
            "it is not a stranger's, correct the option and log in again: then it is read once "
            "more.%s",
            account->endpoint.backend->secret_option, others);
}

static void
on_lost(const GError *error, gpointer data)
{
    coex_account_tell_store_error(data, error);
}

static CoexBatch *
on_begin(gpointer data)
{
    return coex_account_batch(data);
}

static void
on_note(CoexBatch *batch, const char *place, gpointer data)
{
    coex_account_note_setting(data, batch, PLACE, place);
}

static void
on_tell(const char *line, gpointer data)
{
    coex_account_tell_notice(data, NULL, "%s", line);
}

void
coex_account_start_relay(CoexAccount *account)
{
    const CoexRelaySpec spec = {
        .source = { account->verifier, coex_engine_get_context(coex_hub_get_engine(account->hub)),
                    on_refused, on_lost, account },
        .store = account->store,
        .url = account->relay,
        .key = account->relay_key,
        .proxy = account->proxy,
        .place = coex_account_get_setting(account, PLACE),
        .begin = on_begin,
        .note = on_note,
        .tell = on_tell,
    };

    if (*account->relay != '\0' && coex_account_hears(account))
        account->relay_source = coex_relay_source_new(&spec);
}
