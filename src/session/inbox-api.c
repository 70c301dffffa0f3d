// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/inbox-api.h"

#include "account/account.h"
#include "account/engine.h"
#include "account/tell.h"
#include "ingest/inbox-source.h"
#include "session/hub.h"
#include "store/batch.h"

#define PLACE "inbox-place"

/* Nothing is proven there, so nothing is refused. */
static void
on_refused(CoexVerdict verdict, guint n, gpointer data)
{
}

static void
on_lost(const GError *error, gpointer data)
{
    coex_account_tell_store_error(data, error);
}

static gint64
on_now(gpointer data)
{
    return coex_account_now(data);
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
coex_account_start_inbox(CoexAccount *account)
{
    const CoexInboxSpec spec = {
        .source = { account->verifier, coex_engine_get_context(coex_hub_get_engine(account->hub)),
                    on_refused, on_lost, account },
        .store = account->store,
        .url = account->inbox_url,
        .token = account->inbox_token,
        .number = account->number,
        .phone_number_id = account->endpoint.phone_number_id,
        .proxy = account->proxy,
        .place = coex_account_get_setting(account, PLACE),
        .now = on_now,
        .begin = on_begin,
        .note = on_note,
        .tell = on_tell,
    };

    if (*account->inbox_url != '\0')
        account->inbox_source = coex_inbox_source_new(&spec);
}
