// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/sources.h"

#include "account/account.h"
#include "account/engine.h"
#include "account/tell.h"
#include "core/backend.h"
#include "core/desk-send.h"
#include "core/words.h"
#include "ingest/inbox-source.h"
#include "ingest/relay-source.h"
#include "receive/intake.h"
#include "receive/strangers.h"
#include "send/outbox.h"
#include "session/hub.h"
#include "store/batch.h"

#define RELAY_PLACE "relay-place"
#define INBOX_PLACE "inbox-place"

/* ---- both ---- */

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
on_tell(const char *line, gpointer data)
{
    coex_account_tell_notice(data, NULL, "%s", line);
}

static CoexSourceSpec
make_spec(CoexAccount *account, void (*refused)(CoexVerdict verdict, guint n, gpointer data))
{
    return (CoexSourceSpec){ account->verifier,
                             coex_engine_get_context(coex_hub_get_engine(account->hub)), refused,
                             on_lost, account };
}

/* ---- the relay ---- */

static void
on_refused(CoexVerdict verdict, guint n, gpointer data)
{
    CoexAccount *account = data;
    g_autofree char *others = coex_strangers_speak(account, n);
    g_autofree char *line = NULL;

    g_debug("+%s: %u deliveries of the relay were refused, verdict %d", account->number, n,
            (int)verdict);
    if (others == NULL)
        return;
    line = coex_say(_("The relay has a delivery that is not proven by the option {@%s}, and it "
                      "was not taken. If it is not a stranger's, correct the option and log "
                      "in again: then it is read once more."),
                    account->endpoint.backend->secret_option);
    coex_account_tell_notice(account, NULL, "%s%s", line, others);
}

static void
on_relay_place(CoexBatch *batch, const char *place, gpointer data)
{
    coex_account_note_setting(data, batch, RELAY_PLACE, place);
}

static GBytes *
on_read_send(GBytes *copy, gpointer data)
{
    const CoexAccount *account = data;

    return coex_desk_send_read(copy, account->verifier, account->number);
}

static void
on_caught_up(gpointer data)
{
    CoexAccount *account = data;

    coex_intake_catch_up(coex_hub_get_intake(account->hub), account);
}

static void
start_relay(CoexAccount *account)
{
    const CoexRelaySpec spec = {
        .source = make_spec(account, on_refused),
        .store = account->store,
        .url = account->relay,
        .key = account->relay_key,
        .proxy = account->proxy,
        .place = coex_account_get_setting(account, RELAY_PLACE),
        .begin = on_begin,
        .note = on_relay_place,
        .read_send = on_read_send,
        .caught_up = on_caught_up,
        .tell = on_tell,
    };

    account->relay_source = coex_relay_source_new(&spec);
    coex_outbox_catch_up(account->outbox);
}

/* ---- the Inbox ---- */

/* Nothing is proven there, so nothing is refused. */
static void
on_none_refused(CoexVerdict verdict, guint n, gpointer data)
{
}

static gint64
on_now(gpointer data)
{
    return coex_account_now(data);
}

static void
on_inbox_place(CoexBatch *batch, const char *place, gpointer data)
{
    coex_account_note_setting(data, batch, INBOX_PLACE, place);
}

static void
start_inbox(CoexAccount *account)
{
    const CoexInboxSpec spec = {
        .source = make_spec(account, on_none_refused),
        .store = account->store,
        .url = account->inbox_url,
        .token = account->inbox_token,
        .number = account->number,
        .phone_number_id = account->endpoint.phone_number_id,
        .proxy = account->proxy,
        .place = coex_account_get_setting(account, INBOX_PLACE),
        .now = on_now,
        .begin = on_begin,
        .note = on_inbox_place,
        .tell = on_tell,
    };

    account->inbox_source = coex_inbox_source_new(&spec);
}

void
coex_account_start_sources(CoexAccount *account)
{
    if (*account->relay != '\0' && coex_account_hears(account))
        start_relay(account);
    if (*account->inbox_url != '\0')
        start_inbox(account);
}
