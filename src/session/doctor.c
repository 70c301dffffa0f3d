// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/doctor.h"

#include "account/account.h"
#include "account/events.h"
#include "account/phone.h"
#include "account/tell.h"
#include "core/backend.h"
#include "core/doctor.h"
#include "core/proxy.h"
#include "core/report.h"
#include "core/verifier.h"
#include "core/words.h"
#include "ingest/doctor.h"
#include "ingest/inbox-source.h"
#include "ingest/relay-source.h"
#include "session/hub.h"
#include "session/options.h"
#include "store/arrivals.h"
#include "store/store.h"

struct CoexExamination {
    CoexDoctor *doctor; /* NULL: none, or the facts are still being read */
    gboolean runs;
    GPtrArray *lines; /* so far */
    CoexFacts facts;
    char **unconfirmed;
};

static void
clear(CoexExamination *examination)
{
    examination->runs = FALSE;
    g_clear_pointer(&examination->doctor, coex_doctor_free);
    g_clear_pointer(&examination->unconfirmed, g_strfreev);
    g_ptr_array_set_size(examination->lines, 0);
    examination->facts = (CoexFacts){ 0 };
}

/* ---- what is told ---- */

static void
tell(CoexAccount *account, const char *line, gboolean is_last)
{
    GPtrArray *lines = account->examination->lines;
    CoexSessionEvent *event = coex_account_event_new(account, COEX_SESSION_EXAMINED);

    g_ptr_array_add(lines, g_strdup(line));
    event->text = g_strdup(line);
    if (is_last) {
        g_ptr_array_add(lines, NULL);
        event->detail = g_strjoinv("\n", (char **)lines->pdata);
    }
    coex_account_tell(account, event);
}

static gint64
get_now(gpointer user_data)
{
    const CoexAccount *account = user_data;

    return coex_account_now(account) - account->skew_s;
}

static void
on_line(const char *line, gpointer user_data)
{
    CoexAccount *account = user_data;

    tell(account, line, FALSE);
}

static void
on_over(gpointer user_data)
{
    CoexAccount *account = user_data;
    g_autofree char *number = g_strdup_printf("+%s", account->number);
    g_autofree char *shown = coex_report_shorten(number);
    g_autofree char *line = coex_say(_("This was checked for %s at %s, version %s. It may "
                                       "be shown to others: no secret is in it."),
                                     shown, account->endpoint.backend->label, COEX_VERSION);

    tell(account, line, TRUE);
    clear(account->examination);
}

/* Another account's may go at any moment. */
static CoexDoctorListener
find_listener(CoexReceiver **ret_receiver, gpointer user_data)
{
    const CoexAccount *account = user_data;
    gboolean is_online = account->state == COEX_ACCOUNT_ONLINE;

    *ret_receiver = coex_hub_find_receiver(account->hub, account->listen);
    if (*ret_receiver == NULL && coex_hub_has_trial(account->hub))
        return COEX_LISTENER_OTHERS;
    if (*ret_receiver == NULL)
        return is_online || account->state == COEX_ACCOUNT_NEW ? COEX_LISTENER_NOBODY
                                                               : COEX_LISTENER_SOON;
    return is_online ? COEX_LISTENER_OURS : COEX_LISTENER_OTHERS;
}

/* An account logs in. */
static void
leave_listener(gpointer data)
{
    CoexAccount *account = data;

    coex_doctor_leave(account->examination->doctor);
}

static void
on_own(gboolean listens, gpointer user_data)
{
    CoexAccount *account = user_data;

    coex_hub_set_trial(account->hub, listens ? leave_listener : NULL, account);
}

static const CoexDoctorFace face = { get_now, find_listener, on_own, on_line, on_over };

/* ---- the beginning ---- */

static CoexCase *
make_case(CoexAccount *account)
{
    CoexCase *c = coex_case_new();
    g_autofree char *base_url = coex_api_check_base_url(account->endpoint.base_url, NULL);

    c->endpoint = (CoexEndpoint){
        .backend = account->endpoint.backend,
        .base_url = g_strdup(base_url != NULL ? base_url : ""),
        .key = g_strdup(account->endpoint.key),
        .phone_number_id = g_strdup(account->endpoint.phone_number_id),
        .waba_id = g_strdup(account->endpoint.waba_id),
        .app_secret = g_strdup(account->endpoint.app_secret),
    };
    c->number = g_strdup(account->number);
    c->listen = g_strdup(account->listen);
    c->webhook_path = g_strdup(account->webhook_path);
    c->webhook_header = g_strdup(account->webhook_header);
    c->verify_token = g_strdup(account->verify_token);
    c->public_url = g_strdup(account->public_url);
    c->relay = g_strdup(account->relay);
    c->relay_key = g_strdup(account->relay_key);
    c->relay_place = coex_relay_source_get_place(account->relay_source);
    c->inbox = (CoexInbox){ g_strdup(account->inbox_url), g_strdup(account->inbox_token) };
    c->inbox_bell = g_strdup(coex_inbox_source_get_bell_fault(account->inbox_source));
    c->has_unknown_secret = account->settings == NULL && *account->webhook_header == '\0' &&
                            account->endpoint.backend->proof == COEX_PROOF_HEADER;
    c->registering =
        account->verb_mark == '/'
            ? _("To have it here, choose “Register webhook again” in the account's menu.")
            : _("To have it here, log in again and answer with yes.");
    c->now = get_now(account);
    return c;
}

static void
start(CoexAccount *account)
{
    CoexExamination *examination = account->examination;
    g_autofree char *folder = coex_hub_dup_folder(account->hub);
    const CoexDoctorSpec spec = {
        .c = make_case(account),
        .facts = &examination->facts,
        .proxy = account->proxy,
        .folder = folder,
        .is_new = account->store == NULL,
        .files = account->media_folder,
        .for_group = account->media_for_group,
        .receiver_data = account,
    };

    examination->doctor = coex_doctor_new(&spec, &face, account);
}

static void
take_arrivals(CoexAccount *account, const CoexArrivals *arrivals)
{
    CoexExamination *examination = account->examination;
    CoexFacts *facts = &examination->facts;

    examination->unconfirmed = g_new0(char *, arrivals->unconfirmed->len + 1);
    for (guint i = 0; i < arrivals->unconfirmed->len; i++)
        examination->unconfirmed[i] = g_strdup(g_ptr_array_index(arrivals->unconfirmed, i));
    *facts = (CoexFacts){
        .known = TRUE,
        .last_delivery_at = account->last_delivery_at,
        .inbound_at = arrivals->inbound_at,
        .echo_at = arrivals->echo_at,
        .status_at = arrivals->status_at,
        .unconfirmed = (const char *const *)examination->unconfirmed,
        .n_unconfirmed = arrivals->n_unconfirmed,
        .failed_at = arrivals->failed_at,
        .failed_code = arrivals->failed_code,
    };
    facts->phone_at = coex_phone_get_sign(account, &facts->phone_sign);
}

static void
on_arrivals(const CoexArrivals *arrivals, const GError *error, gpointer user_data)
{
    g_autoptr(CoexAccount) account = user_data;

    /* one that was stopped may have asked before, too */
    if (account->state == COEX_ACCOUNT_ENDED || !account->examination->runs ||
        account->examination->doctor != NULL)
        return;
    if (arrivals != NULL)
        take_arrivals(account, arrivals);
    start(account);
}

void
coex_examination_begin(CoexAccount *account)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *wrong = NULL;

    if (account->examination->runs)
        return;
    account->examination->runs = TRUE;
    /* What each login fails for; nothing is asked of a host that was not meant. */
    if (account->state == COEX_ACCOUNT_NEW && !coex_options_check(account, &error)) {
        wrong = coex_report_dup_line(COEX_FINDING_WRONG, error->message);
        tell(account, wrong, FALSE);
        on_over(account);
        return;
    }
    if (account->store != NULL && account->people != NULL)
        coex_store_read_arrivals(account->store, account->id, coex_account_now(account),
                                 on_arrivals, coex_account_ref(account));
    else
        start(account);
}

void
coex_examination_end(CoexAccount *account)
{
    if (!account->examination->runs)
        return;
    tell(account, _("Stopped: what follows was not checked."), TRUE);
    clear(account->examination);
}

/* ---- its life ---- */

CoexExamination *
coex_examination_new(void)
{
    CoexExamination *examination = g_new0(CoexExamination, 1);

    examination->lines = g_ptr_array_new_with_free_func(g_free);
    return examination;
}

void
coex_examination_stop(CoexExamination *examination)
{
    clear(examination);
}

void
coex_examination_free(CoexExamination *examination)
{
    clear(examination);
    g_ptr_array_unref(examination->lines);
    g_free(examination);
}
