// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/registration.h"

#include "account/account.h"
#include "account/call.h"
#include "account/first-message.h"
#include "account/tell.h"
#include "core/api.h"
#include "core/backend.h"
#include "core/error.h"
#include "core/words.h"
#include "ingest/relay-source.h"
#include "receive/match.h"
#include <string.h>

struct CoexRegistration {
    gboolean doubts_path; /* it was told that the address leads elsewhere */
    gboolean by_hand;     /* the check under way was asked for */
    char *claim;          /* what the open question is about, NULL */
};

/* Whose secret the provider delivers with. */
typedef enum {
    SECRET_UNTOLD, /* the provider does not say */
    SECRET_NONE,
    SECRET_OURS,
    SECRET_EARLIER, /* one that this account had before */
    SECRET_THEIRS,
} Secret;

static Secret
whose_secret(const CoexAccount *account, const CoexWebhook *webhook)
{
    const char *own = coex_verifier_get_secret_id(account->verifier);
    Secret found = SECRET_NONE;

    if (webhook->headers == NULL)
        return SECRET_UNTOLD;
    for (guint i = 0; webhook->headers[i] != NULL; i++) {
        g_autoptr(CoexVerifier) verifier =
            coex_verifier_new(COEX_PROOF_HEADER, webhook->headers[i]);
        const char *secret_id = coex_verifier_get_secret_id(verifier);

        if (coex_verifier_get_header(verifier) == NULL)
            continue;
        if (g_str_equal(secret_id, own))
            return SECRET_OURS;
        if (coex_account_had_secret(account, secret_id))
            found = SECRET_EARLIER;
        else if (found == SECRET_NONE)
            found = SECRET_THEIRS;
    }
    return found;
}

static gboolean
comes_to_us(const CoexAccount *account, const CoexWebhook *webhook)
{
    return *webhook->url != '\0' && g_str_equal(webhook->url, account->public_url);
}

/* ---- making it ours ---- */

static void
lead_on(CoexAccount *account)
{
    if (!account->registration->doubts_path)
        coex_first_message_hint(account);
}

/* Not where the network or the key was to blame. */
static gboolean
doubts_address(const GError *error)
{
    return g_error_matches(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT) ||
           g_error_matches(error, COEX_ERROR, COEX_ERROR_PROTOCOL);
}

static void
on_registered(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    if (response != NULL && coex_api_read_done(response, error)) {
        coex_account_put_setting(account, "registered-secret",
                                 coex_verifier_get_secret_id(account->verifier));
        coex_account_put_setting(account, "webhook-refused", NULL);
        coex_account_tell_notice(account, NULL, _("Webhooks are registered to come to %s."),
                                 account->public_url);
        lead_on(account);
        return;
    }
    coex_account_tell_notice(
        account, NULL,
        /* Translators: an address, and a sentence that says why. */
        doubts_address(*error)
            ? _("The webhook %s could not be registered: %s Check the option {@public-url}.")
            : _("The webhook %s could not be registered: %s"),
        account->public_url, (*error)->message);
}

static void
register_webhook(CoexAccount *account)
{
    g_autoptr(CoexRequest) request = coex_api_set_webhook(
        &account->endpoint, account->public_url, account->verify_token, account->webhook_header);

    coex_account_call(account, request, on_registered, NULL, NULL);
}

/* What a no stands for: the address, and where it is ours the secrets that go with it. */
static char *
dup_claim(const CoexAccount *account, const CoexWebhook *webhook)
{
    GString *claim = g_string_new(webhook->url);

    if (!comes_to_us(account, webhook))
        return g_string_free(claim, FALSE);
    for (guint i = 0; webhook->headers != NULL && webhook->headers[i] != NULL; i++) {
        g_autoptr(CoexVerifier) verifier =
            coex_verifier_new(COEX_PROOF_HEADER, webhook->headers[i]);

        g_string_append_printf(claim, " %s", coex_verifier_get_secret_id(verifier));
    }
    return g_string_free(claim, FALSE);
}

/* Another system's registration is never taken without a yes. */
static void
ask(CoexAccount *account, const CoexWebhook *webhook)
{
    g_free(account->registration->claim);
    account->registration->claim = dup_claim(account, webhook);
    coex_account_tell_ask_webhook(account, webhook->url);
}

static gboolean
was_refused(const CoexAccount *account, const CoexWebhook *webhook)
{
    g_autofree char *claim = dup_claim(account, webhook);

    return g_strcmp0(coex_account_get_setting(account, "webhook-refused"), claim) == 0;
}

/* Whether what is registered may be replaced without a question. */
static gboolean
is_free(const CoexAccount *account, const CoexWebhook *webhook)
{
    return *webhook->url == '\0' ||
           (comes_to_us(account, webhook) && whose_secret(account, webhook) != SECRET_THEIRS);
}

/* Whether the provider delivers to us, and with our secret. */
static gboolean
is_ours(const CoexAccount *account, const CoexWebhook *webhook)
{
    const char *secret_id = coex_verifier_get_secret_id(account->verifier);

    if (!comes_to_us(account, webhook))
        return FALSE;
    switch (whose_secret(account, webhook)) {
    case SECRET_OURS:
        return TRUE;
    case SECRET_UNTOLD:
        return g_strcmp0(coex_account_get_setting(account, "registered-secret"), secret_id) == 0;
    case SECRET_NONE:
    case SECRET_EARLIER:
    case SECRET_THEIRS:
        break;
    }
    return FALSE;
}

static void
decide_webhook(CoexAccount *account, const CoexWebhook *webhook)
{
    gboolean by_hand = account->registration->by_hand;

    account->registration->by_hand = FALSE;
    if (is_free(account, webhook)) {
        if (by_hand || !is_ours(account, webhook))
            register_webhook(account);
        else
            lead_on(account);
    } else if (by_hand || !was_refused(account, webhook)) {
        ask(account, webhook);
    }
}

static void
on_webhook(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    g_auto(CoexWebhook) webhook = { 0 };

    if (response != NULL && coex_api_read_webhook(&account->endpoint, response, &webhook, error))
        decide_webhook(account, &webhook);
    else
        coex_account_tell_notice(
            account, NULL,
            _("The registered webhook could not be read, so nothing was changed: %s"),
            (*error)->message);
}

/* ---- whether the address can be right ---- */

static GUri *
parse_public(const CoexAccount *account)
{
    GUri *uri = g_uri_parse(account->public_url, G_URI_FLAGS_NONE, NULL);
    const char *host = uri != NULL ? g_uri_get_host(uri) : NULL;

    if (host != NULL && *host != '\0' &&
        (g_str_equal(g_uri_get_scheme(uri), "https") || coex_api_is_loopback(host)))
        return uri;
    g_clear_pointer(&uri, g_uri_unref);
    return NULL;
}

/* A webhook that comes proves the address together with the path. */
static char *
dup_way(const CoexAccount *account)
{
    return g_strconcat(account->public_url, " ", account->webhook_path, NULL);
}

void
coex_registration_note_delivery(CoexAccount *account)
{
    g_autofree char *way = dup_way(account);

    if (account->registration->doubts_path)
        coex_account_put_setting(account, "proven-way", way);
    account->registration->doubts_path = FALSE;
}

static void
check_path(CoexAccount *account, GUri *uri)
{
    const char *path = *g_uri_get_path(uri) != '\0' ? g_uri_get_path(uri) : "/";
    g_autofree char *way = dup_way(account);

    if (g_str_equal(path, account->webhook_path) || !coex_account_listens(account) ||
        !coex_account_hears(account) ||
        g_strcmp0(coex_account_get_setting(account, "proven-way"), way) == 0)
        return;
    account->registration->doubts_path = TRUE;
    coex_account_tell_notice(
        account, NULL,
        _("Option {@public-url}: its path is %s, but webhooks are awaited at %s, and answered with "
          "404 anywhere else. Unless what stands in between leads there, set {@webhook-path} to "
          "%s, "
          "or correct the address, and log in again."),
        path, account->webhook_path, path);
}

/* FALSE where no provider would deliver. */
static gboolean
check_address(CoexAccount *account, gboolean by_hand)
{
    g_autoptr(GUri) uri = parse_public(account);

    if (uri == NULL) {
        coex_account_tell_notice(
            account, NULL,
            _("Option {@public-url}: %s delivers to addresses that begin with https://, and not to "
              "“%s”, so nothing was registered. Enter the address of a proxy or tunnel with a "
              "certificate, and log in again."),
            account->endpoint.backend->label, account->public_url);
        return FALSE;
    }
    if (!by_hand)
        check_path(account, uri);
    return TRUE;
}

void
coex_registration_check(CoexAccount *account, gboolean by_hand)
{
    g_autoptr(CoexRequest) request = NULL;

    if (*account->public_url == '\0') {
        coex_account_put_setting(account, "webhook-refused", NULL);
        if (by_hand)
            coex_account_tell_notice(account, NULL,
                                     _("Fill in the account's option {@public-url} with the "
                                       "address under which webhooks "
                                       "reach this computer, and log in again."));
        else
            lead_on(account);
        return;
    }
    if (!check_address(account, by_hand))
        return;
    account->registration->by_hand |= by_hand;
    request = coex_api_get_webhook(&account->endpoint);
    coex_account_call(account, request, on_webhook, NULL, NULL);
}

void
coex_registration_answer(CoexAccount *account, const char *registered, gboolean yes)
{
    g_autofree char *claim = g_steal_pointer(&account->registration->claim);

    if (yes)
        register_webhook(account);
    else
        coex_account_put_setting(account, "webhook-refused", claim != NULL ? claim : registered);
}

CoexRegistration *
coex_registration_new(void)
{
    return g_new0(CoexRegistration, 1);
}

void
coex_registration_free(CoexRegistration *registration)
{
    g_free(registration->claim);
    g_free(registration);
}

/* ---- why nothing arrives ---- */

/* What makes the registration ours again, by what the chat program has for it. */
static char *
dup_cure(const CoexAccount *account)
{
    if (*account->public_url == '\0')
        return coex_say(_("Enter the same secret in the account's option {@%s} and log in again."),
                        account->endpoint.backend->secret_option);
    return g_strdup(account->verb_mark == '/'
                        ? _("Choose “Register webhook again” in the account's menu.")
                        : _("Log in again and answer with yes."));
}

static char *
explain(const CoexAccount *account, const CoexWebhook *webhook)
{
    const char *provider = account->endpoint.backend->label;
    g_autofree char *entrance = coex_account_dup_entrance(account);
    Secret secret;

    if (webhook->url == NULL)
        return coex_say(_("They come only when %s can reach %s from the internet."), provider,
                        entrance);
    if (*webhook->url == '\0')
        return coex_say(_("%s has no address to deliver them to: fill in the account's "
                          "option {@public-url} and log in again."),
                        provider);
    secret = whose_secret(account, webhook);
    if (secret != SECRET_UNTOLD && secret != SECRET_OURS) {
        g_autofree char *cure = dup_cure(account);

        return coex_say(_("%s delivers them to %s, but not with this account's secret, so "
                          "they are turned away. %s"),
                        provider, webhook->url, cure);
    }
    return coex_say(
        coex_account_listens(account)
            ? _("%s delivers them to %s: that address must lead to %s on this computer. Test it "
                "from outside.")
            : _("%s delivers them to %s: that address must lead to %s. Test it from outside."),
        provider, webhook->url, entrance);
}

static void
on_explained(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    g_autofree char *symptom = data;
    g_auto(CoexWebhook) webhook = { 0 };
    g_autofree char *explanation = NULL;

    if (response != NULL)
        coex_api_read_webhook(&account->endpoint, response, &webhook, error);
    explanation = explain(account, &webhook);
    coex_account_tell_notice(account, NULL, "%s %s %s", symptom, explanation,
                             /* Translators: the README is in English. */
                             _("See “Connecting a number” in the README."));
}

void
coex_registration_doubt(CoexAccount *account, const char *symptom)
{
    g_autoptr(CoexRequest) request = NULL;

    if (coex_match_tell_other(account, symptom))
        return;
    /* What is there is fetched, and what is wrong with that was told. */
    if (*account->inbox_url != '\0')
        return;
    /* What is wrong there was told, and is enough to explain it. */
    if (!coex_account_listens(account) && coex_relay_source_is_ill(account->relay_source))
        return;
    request = coex_api_get_webhook(&account->endpoint);
    coex_account_call(account, request, on_explained, g_strdup(symptom), g_free);
}

/* ---- why one was turned away ---- */

static char *
dup_refusal(const CoexAccount *account, CoexVerdict verdict)
{
    const char *option = account->endpoint.backend->secret_option;

    switch (verdict) {
    case COEX_VERDICT_UNSET:
        return coex_say(_("A webhook was refused (401): there is no secret in the option {@%s}."),
                        option);
    case COEX_VERDICT_MISSING:
        return coex_say(
            account->own_secret
                ? _("A webhook was refused (401): it came without the secret that this account "
                    "made for itself.")
                : _("A webhook was refused (401): it came without the secret of the option {@%s}."),
            option);
    case COEX_VERDICT_WRONG:
    case COEX_VERDICT_GENUINE:
        break;
    }
    return coex_say(
        account->own_secret
            ? _("A webhook was refused (401): its secret is not that which this account made for "
                "itself.")
            : _("A webhook was refused (401): its secret is not that of the option {@%s}."),
        option);
}

/* What the provider itself would deliver with tells a stranger from a registration that was lost.
 */
static void
tell_refusal(CoexAccount *account, const char *symptom, const CoexWebhook *webhook)
{
    const char *provider = account->endpoint.backend->label;
    gboolean known = webhook->url != NULL && *webhook->url != '\0';
    Secret secret = known ? whose_secret(account, webhook) : SECRET_UNTOLD;
    g_autofree char *cure = dup_cure(account);

    if (secret == SECRET_OURS)
        coex_account_tell_notice(account, NULL,
                                 /* Translators: first a sentence, then the provider. */
                                 _("%s %s delivers with the right one now: it was a stranger's, or "
                                   "it will be delivered again."),
                                 symptom, provider);
    else if (secret != SECRET_UNTOLD && comes_to_us(account, webhook) &&
             !was_refused(account, webhook))
        decide_webhook(account, webhook);
    else if (secret != SECRET_UNTOLD)
        coex_account_tell_notice(
            account, NULL,
            /* Translators: a sentence, the provider, an address, a sentence. */
            _("%s %s delivers to %s, but not with this account's secret. %s "
              "WhatsApp delivers again for some hours."),
            symptom, provider, webhook->url, cure);
    else
        coex_account_tell_notice(
            account, NULL,
            _("%s If it was not a stranger's: %s WhatsApp delivers again for some hours."), symptom,
            account->own_secret ? cure : _("Correct the option and log in again."));
}

static void
on_refusal_explained(CoexAccount *account, const CoexResponse *response, GError **error,
                     gpointer data)
{
    g_autofree char *symptom = data;
    g_auto(CoexWebhook) webhook = { 0 };

    if (response != NULL)
        coex_api_read_webhook(&account->endpoint, response, &webhook, error);
    tell_refusal(account, symptom, &webhook);
}

void
coex_registration_refused(CoexAccount *account, CoexVerdict verdict, const char *others)
{
    g_autofree char *reason = dup_refusal(account, verdict);
    g_autofree char *symptom = g_strconcat(reason, others, NULL);
    g_autoptr(CoexRequest) request = NULL;
    const CoexWebhook unknown = { 0 };

    if (account->endpoint.backend->proof != COEX_PROOF_HEADER || verdict == COEX_VERDICT_UNSET ||
        account->state != COEX_ACCOUNT_ONLINE) {
        tell_refusal(account, symptom, &unknown);
        return;
    }
    request = coex_api_get_webhook(&account->endpoint);
    coex_account_call(account, request, on_refusal_explained, g_steal_pointer(&symptom), g_free);
}
