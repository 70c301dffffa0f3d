// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/life.h"

#include "account/lines.h"
#include "account/mailbox.h"
#include "account/people.h"
#include "account/phone.h"
#include "account/skew.h"
#include "account/tell.h"
#include "account/ticker.h"
#include "account/views.h"
#include "core/api.h"
#include "core/catalogue.h"
#include "core/costs.h"
#include "core/desk-send.h"
#include "core/profile.h"
#include "core/proxy.h"
#include "core/words.h"
#include "ingest/inbox-source.h"
#include "ingest/relay-source.h"
#include "net/http.h"
#include "session/config.h"
#include "session/hub.h"
#include "media/fetch.h"
#include "receive/match.h"
#include "receive/strangers.h"
#include "session/doctor.h"
#include "session/finder.h"
#include "session/login.h"
#include "session/past-log.h"
#include "session/options.h"
#include "send/block.h"
#include "send/broadcast.h"
#include "send/desk-sends.h"
#include "session/profile.h"
#include "send/outbox.h"
#include "session/registration.h"
#include "store/batch.h"

/* The parts, in the order in which they come up; they go down the other way round. */
static const struct {
    gsize offset;           /* of the part's pointer */
    gpointer (*new_)(void); /* NULL: it comes with the snapshot (login.c) */
    void (*stop)(
        gpointer part); /* NULL: nothing of it goes on by itself; before it is freed, too */
    void (*free)(gpointer part);
} parts[] = {
#define PART(member, new_, stop, free_)                                                            \
    {                                                                                              \
        G_STRUCT_OFFSET(CoexAccount, member), (gpointer(*)(void))(new_), (GDestroyNotify)(stop),   \
            (GDestroyNotify)(free_)                                                                \
    }
    PART(skew, coex_skew_new, coex_skew_stop, g_free),
    PART(ticker, coex_ticker_new, coex_ticker_stop, coex_ticker_free),
    PART(registration, coex_registration_new, NULL, coex_registration_free),
    PART(examination, coex_examination_new, coex_examination_stop, coex_examination_free),
    PART(profile_watch, coex_profile_watch_new, coex_profile_watch_stop, coex_profile_watch_free),
    PART(phone, coex_phone_new, coex_phone_stop, g_free),
    PART(match, coex_matcher_new, NULL, coex_matcher_free),
    PART(finder, coex_finder_new, NULL, coex_finder_free),
    PART(past_log, coex_past_log_new, NULL, coex_past_log_free),
    PART(fetch, coex_fetch_new, coex_fetch_stop, coex_fetch_free),
    PART(login, coex_login_state_new, coex_login_state_stop, coex_login_state_free),
    PART(blocks, coex_blocks_new, NULL, coex_blocks_free),
    PART(broadcasts, coex_broadcasts_new, coex_broadcasts_stop, coex_broadcasts_free),
    PART(desk_sends, coex_desk_sends_new, coex_desk_sends_stop, coex_desk_sends_free),
    PART(people, NULL, NULL, coex_people_free),
    PART(views, NULL, coex_views_stop, coex_views_free),
    PART(outbox, NULL, coex_outbox_stop, coex_outbox_free),
    PART(relay_source, NULL, coex_relay_source_stop, coex_relay_source_free),
    PART(inbox_source, NULL, coex_inbox_source_stop, coex_inbox_source_free),
#undef PART
};

static gpointer *
get_part(CoexAccount *account, guint i)
{
    return G_STRUCT_MEMBER_P(account, parts[i].offset);
}

static void
stop_parts(CoexAccount *account)
{
    for (guint i = G_N_ELEMENTS(parts); i > 0; i--)
        if (parts[i - 1].stop != NULL && *get_part(account, i - 1) != NULL)
            parts[i - 1].stop(*get_part(account, i - 1));
}

/* What the parts hold goes first; what all of them use follows. */
static void
free_account(CoexAccount *account)
{
    stop_parts(account);
    for (guint i = G_N_ELEMENTS(parts); i > 0; i--)
        g_clear_pointer(get_part(account, i - 1), parts[i - 1].free);
    coex_account_clear_lines(account);
    g_clear_pointer(&account->settings, g_hash_table_unref);
    g_clear_pointer(&account->catalogue, coex_catalogue_unref);
    coex_profile_free(account->profile);
    g_clear_pointer(&account->verifier, coex_verifier_unref);
    coex_mailbox_unref(account->target.mailbox);
    g_clear_object(&account->cancellable);
    g_free(account->secret_ids);
    g_free(account->stray_secret_ids);
    g_free(account->number);
    coex_options_clear(account);
    g_free(account->desk_name);
    g_free(account->media_folder);
    g_free(account->outgoing);
    g_free(account->rate_card);
    g_free(account->opt_out_words);
    g_clear_pointer(&account->costs, coex_costs_unref);
    coex_proxy_free(account->proxy);
    g_free(account);
}

void
coex_account_close(CoexAccount *account)
{
    coex_account_enter(account, COEX_ACCOUNT_ENDED);
    stop_parts(account);
    coex_strangers_keep(account);
    if (account->store != NULL)
        coex_hub_detach(account->hub, account);
    g_cancellable_cancel(account->cancellable);
    g_clear_pointer(&account->http, coex_http_free);
}

static void
recheck_windows(CoexAccount *account)
{
    coex_account_take_times(account);
    coex_views_recheck(account);
    coex_outbox_recheck_windows(account->outbox);
}

static void
put_back(CoexAccount *account, const CoexPutBack *back)
{
    g_autoptr(CoexBatch) batch = coex_account_batch(account);

    coex_outbox_put_back_times(account->outbox, batch, back);
    if (!coex_batch_is_empty(batch))
        coex_account_commit(account, g_steal_pointer(&batch));
}

static void
told_waiting(CoexAccount *account, CoexPerson *person)
{
    coex_outbox_note_told(account->outbox, person);
}

/* A portal before the network answers with its own page. */
static gboolean
is_sensible(const CoexResponse *response)
{
    gsize size;
    const char *body = g_bytes_get_data(response->body, &size);

    return response->status < 500 && size > 0 && *body == '{';
}

/* After a login without an answer it is told once that the API is back. */
static void
answered(CoexAccount *account, const CoexResponse *response, gint64 asked_at)
{
    coex_skew_note_answer(account, response->date, asked_at);
    if (account->state != COEX_ACCOUNT_ONLINE || account->login->unreachable == NULL ||
        !is_sensible(response))
        return;
    g_clear_pointer(&account->login->unreachable, g_free);
    coex_account_tell_notice(
        account, NULL, _("WhatsApp's API answers again, and what you typed meanwhile leaves now."));
}

static const CoexAccountAbove above = {
    .close = coex_account_close,
    .free = free_account,
    .clock_corrected = recheck_windows,
    .put_back = put_back,
    .heard = coex_registration_note_delivery,
    .answered = answered,
    .told_waiting = told_waiting,
};

/* Beside the database: one for each number. */
static char *
dup_outgoing(const CoexSessionConfig *config)
{
    g_autofree char *folder = g_path_get_dirname(config->database);

    return g_build_filename(folder, "outgoing", config->number, NULL);
}

static char *
dup_desk_name(const char *chosen)
{
    char *name = chosen != NULL ? coex_desk_name_clean(chosen) : NULL;

    if (name == NULL)
        name = coex_desk_name_clean(g_get_host_name());
    return name != NULL ? name : g_strdup(C_("desk", "another"));
}

CoexAccount *
coex_account_new(CoexHub *hub, const CoexSessionConfig *config, CoexTarget target)
{
    CoexAccount *account = g_new0(CoexAccount, 1);

    account->refs = 1;
    account->hub = hub;
    account->above = &above;
    account->nicks = coex_hub_get_nicks(hub);
    account->strangers = coex_hub_get_strangers(hub);
    account->target =
        (CoexTarget){ coex_mailbox_ref(target.mailbox), target.deliver, target.session };
    account->number = coex_option_dup(config->number, "");
    coex_options_take(account, config);
    account->desk_name = dup_desk_name(config->desk_name);
    account->proxy = coex_proxy_copy(config->proxy);
    account->receipts = config->receipts;
    account->ticks = config->ticks;
    account->typing = config->typing;
    account->rate_card = g_strdup(config->rate_card != NULL ? config->rate_card : "");
    account->opt_out_words = coex_option_dup(config->opt_out_words, "");
    account->list_everybody = config->list_everybody;
    account->remind = config->remind;
    account->tells_seen = config->tells_seen;
    account->run = config->run;
    account->recall = config->recall;
    account->media_folder = g_strdup(config->media_folder != NULL ? config->media_folder : "");
    account->outgoing = dup_outgoing(config);
    account->media_auto = config->media_auto;
    account->media_limit = config->media_limit;
    account->media_for_group = config->media_for_group;
    account->media_is_served = config->media_is_served;
    account->nick_style = config->nick_style;
    account->verb_mark = config->verb_mark != '\0' ? config->verb_mark : '/';
    account->clock = config->clock;
    account->clock_data = config->clock_data;
    coex_clock_start(&account->system_clock);
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
        if (parts[i].new_ != NULL)
            *get_part(account, i) = parts[i].new_();
    return account;
}
