// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/registration.h"

#include "session/account.h"

static void
on_registered(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(CoexAccount) account = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexResponse) response = coex_account_finish(account, result, &error);

    if (account->dead)
        return;
    if (response != NULL && coex_api_read_done(response, &error)) {
        coex_account_put_setting(account, "registered-secret",
                                 coex_verifier_get_realm(account->verifier));
        coex_account_put_setting(account, "webhook-refused", NULL);
        coex_account_tell_notice(account, NULL, "Webhooks are registered to come to %s.",
                                 account->public_url);
        return;
    }
    coex_account_tell_notice(
        account, NULL, "The webhook %s could not be registered: %s Check the option public-url.",
        account->public_url, error->message);
}

static void
register_webhook(CoexAccount *account)
{
    g_autoptr(CoexRequest) request = coex_api_set_webhook(
        &account->endpoint, account->public_url, account->verify_token, account->webhook_header);

    coex_http_send_async(account->http, request, account->cancellable, on_registered,
                         coex_account_ref(account));
}

/* Another system's registration is never taken without a yes. */
static void
decide_webhook(CoexAccount *account, const char *registered)
{
    const char *realm = coex_verifier_get_realm(account->verifier);
    gboolean by_hand = account->registration_by_hand;

    account->registration_by_hand = FALSE;
    if (*registered == '\0') {
        register_webhook(account);
    } else if (g_str_equal(registered, account->public_url)) {
        if (g_strcmp0(coex_account_get_setting(account, "registered-secret"), realm) != 0)
            register_webhook(account);
        else if (by_hand)
            coex_account_tell_notice(account, NULL, "Webhooks are registered to come to %s.",
                                     registered);
    } else if (by_hand ||
               g_strcmp0(coex_account_get_setting(account, "webhook-refused"), registered) != 0) {
        coex_account_tell_ask_webhook(account, registered);
    }
}

static void
on_webhook(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(CoexAccount) account = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexResponse) response = coex_account_finish(account, result, &error);
    g_autofree char *registered = NULL;

    if (account->dead)
        return;
    if (response != NULL)
        registered = coex_api_read_webhook(&account->endpoint, response, &error);
    if (registered != NULL)
        decide_webhook(account, registered);
    else
        coex_account_tell_notice(
            account, NULL, "The registered webhook could not be read, so nothing was changed: %s",
            error->message);
}

void
coex_registration_check(CoexAccount *account, gboolean by_hand)
{
    g_autoptr(CoexRequest) request = NULL;

    if (*account->public_url == '\0') {
        if (by_hand)
            coex_account_tell_notice(account, NULL,
                                     "Fill in the account's option public-url with the address "
                                     "under which webhooks reach this computer, and log in again.");
        return;
    }
    account->registration_by_hand |= by_hand;
    request = coex_api_get_webhook(&account->endpoint);
    coex_http_send_async(account->http, request, account->cancellable, on_webhook,
                         coex_account_ref(account));
}

void
coex_registration_answer(CoexAccount *account, const char *registered, gboolean yes)
{
    if (yes)
        register_webhook(account);
    else
        coex_account_put_setting(account, "webhook-refused", registered);
}

/* ---- why nothing arrives ---- */

typedef struct {
    CoexAccount *account;
    char *symptom;
} Doubt;

static void
doubt_free(Doubt *doubt)
{
    coex_account_unref(doubt->account);
    g_free(doubt->symptom);
    g_free(doubt);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Doubt, doubt_free)

static char *
explain(const CoexAccount *account, const char *registered)
{
    const char *provider = account->endpoint.backend->label;

    if (registered == NULL)
        return g_strdup_printf("They come only when %s can reach %s%s from the internet.", provider,
                               account->listen, account->webhook_path);
    if (*registered == '\0')
        return g_strdup_printf("%s has no address to deliver them to: fill in the account's option "
                               "public-url and log in again.",
                               provider);
    return g_strdup_printf("%s delivers them to %s: that address must lead to %s%s on this "
                           "computer. Test it from outside.",
                           provider, registered, account->listen, account->webhook_path);
}

static void
on_explained(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(Doubt) doubt = user_data;
    CoexAccount *account = doubt->account;
    g_autoptr(CoexResponse) response = coex_account_finish(account, result, NULL);
    g_autofree char *registered = NULL;
    g_autofree char *explanation = NULL;

    if (account->dead)
        return;
    if (response != NULL)
        registered = coex_api_read_webhook(&account->endpoint, response, NULL);
    explanation = explain(account, registered);
    coex_account_tell_notice(account, NULL, "%s %s See “Connecting a number” in the README.",
                             doubt->symptom, explanation);
}

void
coex_registration_doubt(CoexAccount *account, const char *symptom)
{
    g_autoptr(CoexRequest) request = coex_api_get_webhook(&account->endpoint);
    Doubt *doubt = g_new0(Doubt, 1);

    doubt->account = coex_account_ref(account);
    doubt->symptom = g_strdup(symptom);
    coex_http_send_async(account->http, request, account->cancellable, on_explained, doubt);
}
