// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/login.h"

#include "account/account.h"
#include "account/call.h"
#include "account/engine.h"
#include "account/events.h"
#include "account/first-message.h"
#include "account/lines.h"
#include "account/nicks.h"
#include "account/people.h"
#include "account/phone.h"
#include "account/skew.h"
#include "account/spending.h"
#include "account/tell.h"
#include "account/titles.h"
#include "account/views.h"
#include "account/waiting.h"
#include "core/backend.h"
#include "core/error.h"
#include "core/timer.h"
#include "core/window.h"
#include "core/words.h"
#include "ingest/receiver.h"
#include "media/fetch.h"
#include "net/http.h"
#include "receive/history.h"
#include "receive/intake.h"
#include "receive/match.h"
#include "receive/strangers.h"
#include "send/block.h"
#include "send/broadcast.h"
#include "send/desk-sends.h"
#include "send/outbox.h"
#include "send/templates.h"
#include "session/forget.h"
#include "session/hub.h"
#include "session/ids.h"
#include "session/options.h"
#include "session/prices.h"
#include "session/profile.h"
#include "session/registration.h"
#include "session/sources.h"
#include "store/store.h"
#include <string.h>

#define LOGIN_MS 18000 /* beside LOCKED_MAX of LOCKED_MS; hosts give up much later */
#define LOCKED_MS 200  /* between looks at a database that another program has */
#define LOCKED_MAX 30
#define REQUEST_S 15
#define LISTED_S (90 * 24 * 60 * 60)
#define LISTED_MAX 2000
#define SILENT_S (3 * 24 * 60 * 60) /* without a webhook is worth a line */
#define NO_WEBHOOK_MS (60 * 1000)

static void login_refused(CoexAccount *account, const GError *error);
static void start_check(CoexAccount *account);
static void start_listening(CoexAccount *account);
static void recheck(CoexAccount *account, CoexAccessChecked checked);

/* That @step begins. */
static void
tell_step(CoexAccount *account, CoexAccountState step, const char *text)
{
    CoexSessionEvent *event = coex_account_event_new(account, COEX_SESSION_PROGRESS);

    g_debug("+%s: %s", account->number, text);
    event->text = g_strdup(text);
    event->step = step - COEX_ACCOUNT_OPENING;
    event->n_steps = COEX_ACCOUNT_ENDED - COEX_ACCOUNT_OPENING;
    coex_account_tell(account, event);
}

static void
begin(CoexAccount *account, CoexAccountState step, const char *text)
{
    coex_account_enter(account, step);
    tell_step(account, step, text);
}

G_GNUC_PRINTF(3, 4)
static void
fail(CoexAccount *account, CoexErrorCode code, const char *format, ...)
{
    g_autoptr(GError) error = NULL;
    va_list args;

    va_start(args, format);
    error = g_error_new_valist(COEX_ERROR, (int)code, format, args);
    va_end(args);
    coex_account_tell_failed(account, error);
}

/* ---- 1: the database ---- */

/* What the provider told in an earlier session stands in for an empty option. */
static void
recall(CoexAccount *account, char **member, const char *key)
{
    const char *kept = coex_account_get_setting(account, key);

    if (**member != '\0' || kept == NULL)
        return;
    g_free(*member);
    *member = g_strdup(kept);
}

/* With a public address, or with none at all, the secrets may be of our own making. */
static void
invent_secret(CoexAccount *account, char **member, const char *key, const char *prefix)
{
    g_autofree char *secret = NULL;
    g_autofree char *uuid = NULL;

    recall(account, member, key);
    if (**member != '\0' || (*account->public_url == '\0' && *account->inbox_url == '\0'))
        return;
    uuid = g_uuid_string_random();
    secret = g_strconcat(prefix, uuid, NULL);
    coex_account_learn(account, member, key, secret);
}

static void
remember_secret(CoexAccount *account, const char *secret_id)
{
    const char *before = coex_account_get_setting(account, "secret-ids");

    if (before != NULL && strstr(before, secret_id) != NULL) {
        account->secret_ids = g_strdup(before);
    } else {
        account->secret_ids = g_strjoin(" ", secret_id, before, NULL);
        account->secret_corrected = before != NULL;
    }
    coex_account_put_setting(account, "secret-ids", account->secret_ids);
}

static void
take_secrets(CoexAccount *account)
{
    const CoexBackend *backend = account->endpoint.backend;

    if (backend->proof == COEX_PROOF_HEADER) {
        account->own_secret = *account->webhook_header == '\0';
        invent_secret(account, &account->webhook_header, "webhook-header", "X-Coex-Secret: ");
        account->own_secret &= *account->webhook_header != '\0';
    }
    if (backend->has_challenge)
        invent_secret(account, &account->verify_token, "verify-token", "");
    account->verifier = coex_verifier_new(backend->proof, backend->proof == COEX_PROOF_HEADER
                                                              ? account->webhook_header
                                                              : account->endpoint.app_secret);
    remember_secret(account, coex_verifier_get_secret_id(account->verifier));
}

/* What the number had from another provider is worth nothing at this one. */
static void
forget_provider(CoexAccount *account)
{
    static const char *const keys[] = { "known", "registered-secret", "webhook-refused",
                                        "catalogue" };

    for (guint i = 0; i < G_N_ELEMENTS(keys); i++)
        coex_account_put_setting(account, keys[i], NULL);
}

static gint
compare_newest(gconstpointer a, gconstpointer b)
{
    gint64 one = *(const gint64 *)a;
    gint64 two = *(const gint64 *)b;

    return (one < two) - (one > two);
}

static gint64
listed_since(CoexAccount *account)
{
    gint64 since = coex_account_now(account) - LISTED_S;
    g_autoptr(GPtrArray) people = coex_people_list(account->people);
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(gint64));

    for (guint i = 0; i < people->len; i++) {
        const CoexPerson *person = g_ptr_array_index(people, i);

        if (person->active_at > since)
            g_array_append_val(times, person->active_at);
    }
    if (times->len < LISTED_MAX)
        return since;
    g_array_sort(times, compare_newest);
    return g_array_index(times, gint64, LISTED_MAX - 1);
}

static void
on_settled(CoexAccount *account)
{
    coex_intake_retry_delayed(coex_hub_get_intake(account->hub));
}

static const CoexViewsAbove views_above = {
    .stage_changed = coex_waiting_remind,
    .count_resend = coex_outbox_count_resend,
    .is_blocked = coex_blocks_has,
};

static const CoexOutboxEvents outbox_events = {
    .settled = on_settled,
    .silent = coex_registration_doubt,
    .check_access = recheck,
};

static void
name_all(CoexLoginState *login, const GPtrArray *people)
{
    for (guint i = 0; i < people->len; i++)
        coex_titles_update(login->titles, g_ptr_array_index(people, i), NULL);
}

/* While the rest is being read. */
static void
on_people(GPtrArray *people, gpointer user_data)
{
    CoexAccount *account = user_data;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    name_all(account->login, people);
    coex_people_take(account->login->people, people);
}

static void
take_people(CoexAccount *account, CoexSnapshot *snapshot)
{
    g_autoptr(GPtrArray) changed = NULL;

    on_people(snapshot->people, account);
    changed = coex_people_settle(account->login->people, snapshot->addresses);
    name_all(account->login, changed);
    account->people = g_steal_pointer(&account->login->people);
}

static void
take_snapshot(CoexAccount *account, CoexSnapshot *snapshot)
{
    account->id = snapshot->account_id;
    take_people(account, snapshot);
    account->settings = g_hash_table_ref(snapshot->settings);
    if (snapshot->provider_changed)
        forget_provider(account);
    coex_account_load_nicks(account, snapshot);
    coex_strangers_load(account, snapshot->strangers);
    coex_blocks_load(account);
    account->login->feed_backlog = g_ptr_array_ref(snapshot->feed);
    account->views = coex_views_new(g_steal_pointer(&account->login->titles), listed_since(account),
                                    &views_above);
    for (guint i = 0; i < snapshot->sends->len; i++)
        coex_views_note_earlier(account, g_ptr_array_index(snapshot->sends, i));
    account->outbox = coex_outbox_new(account, snapshot->outbox, &outbox_events);
    recall(account, &account->endpoint.phone_number_id, "phone-number-id");
    recall(account, &account->endpoint.waba_id, "waba-id");
    account->last_delivery_at = 0;
    if (coex_account_get_setting(account, "last-delivery") != NULL)
        account->last_delivery_at =
            g_ascii_strtoll(coex_account_get_setting(account, "last-delivery"), NULL, 10);
    take_secrets(account);
    if (account->endpoint.backend->proof == COEX_PROOF_HEADER)
        account->stray_secret_ids = g_strdup(snapshot->stray_secret_ids);
}

static void
on_ids(CoexAccount *account, const GError *error)
{
    if (error == NULL)
        start_check(account);
    else
        login_refused(account, error);
}

static void
on_loaded(CoexSnapshot *loaded, const GError *error, gpointer user_data)
{
    g_autoptr(CoexAccount) account = user_data;
    g_autoptr(CoexSnapshot) snapshot = loaded;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    if (error != NULL) {
        coex_account_tell_failed(account, error);
        return;
    }
    take_snapshot(account, snapshot);
    begin(account, COEX_ACCOUNT_CHECKING, _("Checking the access"));
    coex_ids_find(account, on_ids);
}

static void
on_login_timeout(gpointer data)
{
    CoexAccount *account = data;
    g_autoptr(GError) error = NULL;

    error = g_error_new(COEX_ERROR, COEX_ERROR_NETWORK,
                        /* Translators: %s is the provider, such as Meta. */
                        COEX_PLURAL("%s did not answer within %d second. Check the network.",
                                    "%s did not answer within %d seconds. Check the network.",
                                    LOGIN_MS / 1000),
                        account->endpoint.backend->label, LOGIN_MS / 1000);
    login_refused(account, error);
}

/* A chat program that ends just now has the database for a moment more. */
static void
tell_locked(CoexAccount *account, const GError *error)
{
    g_autofree char *text = NULL;

    if (account->login->n_locked > 0)
        return;
    text = coex_say(_("Waiting for another program's end: %s"), error->message);
    tell_step(account, COEX_ACCOUNT_OPENING, text);
}

static void open_store(CoexAccount *account);

static void
on_locked(gpointer data)
{
    CoexAccount *account = data;

    open_store(account);
}

static void
open_store(CoexAccount *account)
{
    g_autoptr(GError) error = NULL;

    /* may take its time where a damaged one is carried into another */
    account->store = coex_hub_open_store(account->hub, &error);
    if (account->store != NULL) {
        coex_timer_start(&account->login->timeout, LOGIN_MS, on_login_timeout, account);
        coex_store_load_account(account->store, account->endpoint.backend->id, account->number,
                                on_people, on_loaded, coex_account_ref(account));
        return;
    }
    if (!g_error_matches(error, COEX_ERROR, COEX_ERROR_LOCKED) ||
        account->login->n_locked == LOCKED_MAX) {
        coex_account_tell_failed(account, error);
        return;
    }
    tell_locked(account, error);
    account->login->n_locked++;
    coex_timer_start(&account->login->locked, LOCKED_MS, on_locked, account);
}

void
coex_account_login(CoexAccount *account)
{
    g_autoptr(GError) error = NULL;

    if (!coex_options_check(account, &error)) {
        coex_account_tell_failed(account, error);
        return;
    }
    begin(account, COEX_ACCOUNT_OPENING, _("Opening the database"));
    account->cancellable = g_cancellable_new();
    account->http = coex_http_new(REQUEST_S, account->proxy);
    open_store(account);
}

/* ---- 2: the access ---- */

/* What cannot be read is no answer of WhatsApp's: a portal before the network, a proxy's page. */
static gboolean
is_nonsense(const GError *error)
{
    return g_error_matches(error, COEX_ERROR, COEX_ERROR_PROTOCOL) &&
           coex_error_get_graph_code(error) == 0;
}

static gboolean
is_unreachable(const GError *error)
{
    return g_error_matches(error, COEX_ERROR, COEX_ERROR_NETWORK) ||
           g_error_matches(error, COEX_ERROR, COEX_ERROR_RETRY) ||
           g_error_matches(error, COEX_ERROR, COEX_ERROR_RATE_LIMITED) ||
           g_error_matches(error, COEX_ERROR, COEX_ERROR_UNCERTAIN);
}

/* A number that was online before goes online without the API too: webhooks may come, and what is
 * typed waits. */
static void
login_refused(CoexAccount *account, const GError *error)
{
    gboolean known =
        account->settings != NULL && coex_account_get_setting(account, "known") != NULL;

    if (!is_unreachable(error) && !(known && is_nonsense(error))) {
        coex_account_tell_failed(account, error);
        return;
    }
    if (!known) {
        fail(account, COEX_ERROR_NETWORK, "%s", error->message);
        return;
    }
    account->login->unreachable = g_strdup(error->message);
    start_listening(account);
}

/* Whether the number that answered is the one in the account's name. */
static gboolean
check_number(CoexAccount *account, const CoexNumberInfo *info)
{
    if (info->number == NULL || g_str_equal(info->number, account->number))
        return TRUE;
    fail(account, COEX_ERROR_INVALID_INPUT,
         _("This access belongs to +%s, but the account is named +%s. Correct the account's user "
           "name, or the phone number id."),
         info->number, account->number);
    return FALSE;
}

static void
tell_number_state(CoexAccount *account, const CoexNumberInfo *info)
{
    if (info->on_business_app == 0)
        coex_account_tell_notice(account, NULL,
                                 _("This number is not connected to the WhatsApp Business app: "
                                   "what is typed on a phone will not appear here."));
    if (info->can_send != NULL && g_strcmp0(info->can_send, "AVAILABLE") != 0)
        coex_account_tell_notice(account, NULL,
                                 /* Translators: %s is a word of WhatsApp's, such as LIMITED. */
                                 info->health_problem != NULL
                                     ? _("WhatsApp reports sending as %s for this number: %s")
                                     : _("WhatsApp reports sending as %s for this number."),
                                 info->can_send, info->health_problem);
}

#define NAME "verified-name"

/* 360dialog does not tell it. */
static void
learn_name(CoexAccount *account, const char *name)
{
    if (name != NULL && *name != '\0')
        coex_account_put_setting(account, NAME, name);
}

static void
tell_name(CoexAccount *account)
{
    const char *name = coex_account_get_setting(account, NAME);
    CoexSessionEvent *event;

    if (name == NULL)
        return;
    event = coex_account_event_new(account, COEX_SESSION_NAME);
    event->text = g_strdup(name);
    coex_account_tell(account, event);
}

static void
on_checked(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    g_auto(CoexNumberInfo) info = { 0 };

    if (account->state != COEX_ACCOUNT_CHECKING)
        return;
    if (response == NULL || !coex_api_read_login(response, &info, error)) {
        login_refused(account, *error);
        return;
    }
    if (!check_number(account, &info))
        return;
    tell_number_state(account, &info);
    learn_name(account, info.name);
    coex_match_learn_waba(account, info.waba_id);
    start_listening(account);
}

static void
start_check(CoexAccount *account)
{
    g_autoptr(CoexRequest) request = coex_api_check_login(&account->endpoint);

    coex_account_call(account, request, on_checked, NULL, NULL);
}

/* ---- 3: the listener ---- */

static void
tell_missing_secret(CoexAccount *account)
{
    if (coex_verifier_get_header(account->verifier) != NULL || !coex_first_message_has_way(account))
        return;
    coex_account_tell_notice(account, NULL,
                             _("No webhook can be accepted, so no message will arrive: the "
                               "account's option {@%s} is empty. Fill it in and log in again."),
                             account->endpoint.backend->secret_option);
}

static void
on_refused(CoexVerdict verdict, guint n, gpointer user_data)
{
    CoexAccount *account = user_data;
    g_autofree char *others = NULL;

    g_debug("+%s: %u deliveries were refused, verdict %d", account->number, n, (int)verdict);
    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    others = coex_strangers_speak(account, n);
    if (others != NULL)
        coex_registration_refused(account, verdict, others);
}

static void
on_lost(const GError *error, gpointer user_data)
{
    coex_account_tell_store_error(user_data, error);
}

static gboolean
listen(CoexAccount *account, GError **error)
{
    CoexReceiverSpec spec = {
        .source = { account->verifier, coex_engine_get_context(coex_hub_get_engine(account->hub)),
                    on_refused, on_lost, account },
        .path = account->webhook_path,
        .number = account->number,
        .verify_token = account->endpoint.backend->has_challenge && *account->verify_token != '\0'
                            ? account->verify_token
                            : NULL,
    };

    if (!coex_account_listens(account))
        return TRUE;
    return coex_hub_listen(account->hub, account->listen, &spec, error);
}

static void go_online(CoexAccount *account);

static void
start_listening(CoexAccount *account)
{
    g_autoptr(GError) error = NULL;

    coex_timer_clear(&account->login->timeout);
    begin(account, COEX_ACCOUNT_LISTENING, _("Listening for webhooks"));
    if (!listen(account, &error)) {
        coex_account_tell_failed(account, error);
        return;
    }
    coex_account_start_sources(account);
    go_online(account);
}

/* ---- 4: online ---- */

static void
on_no_webhook_yet(gpointer data)
{
    CoexAccount *account = data;

    if (!account->receiving)
        coex_registration_doubt(account, _("No webhook has ever arrived."));
}

/* Regular traffic stands in the last step of the login only; silence is worth a line, and a number
 * that was never heard gets a minute before it. */
static void
tell_last_webhook(CoexAccount *account)
{
    g_autofree char *clock = coex_window_dup_time(account->last_delivery_at);
    g_autofree char *line = coex_say(_("The last webhook came at %s"), clock);
    g_autofree char *entrance = coex_account_dup_entrance(account);

    if (!coex_account_hears(account))
        return;
    if (account->last_delivery_at == 0 || clock == NULL) {
        tell_step(account, COEX_ACCOUNT_ONLINE, _("No webhook has come yet"));
        coex_timer_start(&account->login->no_webhook_yet, NO_WEBHOOK_MS, on_no_webhook_yet,
                         account);
        return;
    }
    tell_step(account, COEX_ACCOUNT_ONLINE, line);
    if (*account->inbox_url == '\0' &&
        coex_account_now(account) - account->last_delivery_at > SILENT_S)
        coex_account_tell_notice(
            account, NULL,
            /* Translators: a day and a time, the provider, where webhooks come in. */
            _("The last webhook came at %s. If customers have written since, check the way from %s "
              "to %s."),
            clock, account->endpoint.backend->label, entrance);
}

#define KEPT_LINES "kept-lines"

void
coex_account_keep_line(CoexAccount *account, const char *text)
{
    const char *before = coex_account_get_setting(account, KEPT_LINES);
    g_autofree char *all = before != NULL ? g_strjoin("\n", before, text, NULL) : g_strdup(text);

    coex_account_put_setting(account, KEPT_LINES, all);
}

static void
tell_kept_lines(CoexAccount *account)
{
    const char *lines = coex_account_get_setting(account, KEPT_LINES);

    if (lines == NULL)
        return;
    coex_account_tell_notice(account, NULL, "%s", lines);
    coex_account_put_setting(account, KEPT_LINES, NULL);
}

static void
tell_people(CoexAccount *account)
{
    coex_account_check_nicks(account);
    coex_views_tell_all(account);
}

static void
tell_report(CoexAccount *account)
{
    CoexSessionEvent *event;
    char *report = coex_store_take_report(account->store);

    if (report == NULL)
        return;
    event = coex_account_event_new(account, COEX_SESSION_NOTICE);
    event->text = report;
    event->is_report = TRUE;
    coex_account_tell(account, event);
}

static void
go_online(CoexAccount *account)
{
    g_autoptr(GPtrArray) backlog = g_steal_pointer(&account->login->feed_backlog);
    g_autofree char *not_forgotten = NULL;

    tell_last_webhook(account);
    tell_name(account);
    coex_account_take_times(account);
    coex_waiting_note_backlog(account, backlog);
    tell_people(account);
    not_forgotten = coex_forget_go_on(account);
    coex_account_enter(account, COEX_ACCOUNT_ONLINE);
    coex_desk_sends_start(account);
    coex_account_tell(account, coex_account_event_new(account, COEX_SESSION_ONLINE));
    if (account->login->unreachable == NULL)
        coex_account_put_setting(account, "known", "1");
    else
        coex_account_tell_notice(account, NULL,
                                 _("%s Webhooks are received meanwhile, and what you type waits."),
                                 account->login->unreachable);
    tell_report(account);
    tell_kept_lines(account);
    if (not_forgotten != NULL)
        coex_account_tell_notice(account, NULL, "%s", not_forgotten);
    tell_missing_secret(account);
    coex_first_message_await(account);
    coex_phone_watch(account);
    if (coex_history_is_complete(account))
        coex_account_tell(account, coex_account_event_new(account, COEX_SESSION_PAST_LOG));
    coex_account_tell_feed(account, backlog);
    coex_templates_load(account);
    coex_broadcast_take_up(account);
    coex_outbox_start(account->outbox);
    coex_fetch_start(account);
    coex_intake_attach(coex_hub_get_intake(account->hub), account);
    coex_spending_load(account);
    coex_prices_load(account);
    coex_profile_fetch(account);
    coex_blocks_refresh(account);
    coex_templates_refresh(account, FALSE);
    coex_registration_check(account, FALSE);
}

/* ---- the check once more, while online ---- */

static void
on_rechecked(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    g_auto(CoexNumberInfo) info = { 0 };
    CoexAccessChecked checked = account->login->rechecked;

    account->login->rechecked = NULL;
    if (response != NULL)
        coex_api_read_login(response, &info, error);
    checked(account, *error);
}

static void
recheck(CoexAccount *account, CoexAccessChecked checked)
{
    g_autoptr(CoexRequest) request = NULL;

    if (account->login->rechecked != NULL)
        return;
    account->login->rechecked = checked;
    request = coex_api_check_login(&account->endpoint);
    coex_account_call(account, request, on_rechecked, NULL, NULL);
}

/* ---- its end ---- */

void
coex_login_state_stop(CoexLoginState *login)
{
    coex_timer_clear(&login->locked);
    coex_timer_clear(&login->timeout);
    coex_timer_clear(&login->no_webhook_yet);
}

void
coex_login_state_free(CoexLoginState *login)
{
    coex_login_state_stop(login);
    coex_people_free(login->people);
    coex_titles_free(login->titles);
    g_free(login->unreachable);
    g_clear_pointer(&login->feed_backlog, g_ptr_array_unref);
    g_free(login);
}

CoexLoginState *
coex_login_state_new(void)
{
    CoexLoginState *login = g_new0(CoexLoginState, 1);

    login->people = coex_people_new();
    login->titles = coex_titles_new();
    return login;
}
