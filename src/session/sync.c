// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/account.h"

#include <string.h>

/* What is fetched and set beside messages: Meta's ids, the template catalogue, the webhook
 * registration, read marks. */

#define PAGES_MAX 100 /* of a catalogue: a provider that never ends does not keep us for ever */

static gboolean
is_set(const char *text)
{
    return text != NULL && *text != '\0';
}

/* The response of a finished request, its clock noted; NULL with @error, also once the account has
 * ended. */
static CoexResponse *
finish(CoexAccount *account, GAsyncResult *result, GError **error)
{
    g_autoptr(CoexResponse) response = coex_http_send_finish(result, error);

    if (response == NULL)
        return NULL;
    if (account->dead) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The account has ended.");
        return NULL;
    }
    coex_account_note_date(account, response);
    return g_steal_pointer(&response);
}

/* ---- Meta's ids, from the token ---- */

static void ask_next_waba(CoexAccount *account);

static void
ids_done(CoexAccount *account, const GError *error)
{
    CoexAccountChecked done = account->ids_done;

    account->ids_done = NULL;
    if (done != NULL && !account->dead)
        done(account, error);
}

static void
ids_not_found(CoexAccount *account)
{
    g_autoptr(GError) error = NULL;

    if (!is_set(account->endpoint.phone_number_id))
        error = g_error_new(
            COEX_ERROR, COEX_ERROR_INVALID_INPUT,
            "The id of +%s could not be found with this access token. Fill in the option "
            "phone-number-id; it stands in WhatsApp Manager under Account tools, Phone numbers.",
            account->number);
    ids_done(account, error);
}

/* Whether another way may still lead on: only a dead token or network ends the search. */
static gboolean
ends_search(const GError *error)
{
    return coex_error_get_graph_code(error) == 190 ||
           g_error_matches(error, COEX_ERROR, COEX_ERROR_NETWORK) ||
           g_error_matches(error, COEX_ERROR, COEX_ERROR_RETRY);
}

static void
take_ids(CoexAccount *account, const char *waba_id, const char *phone_number_id)
{
    if (!is_set(account->endpoint.phone_number_id)) {
        g_free(account->endpoint.phone_number_id);
        account->endpoint.phone_number_id = g_strdup(phone_number_id);
        coex_account_put_setting(account, "phone-number-id", phone_number_id);
    }
    if (!is_set(account->endpoint.waba_id)) {
        g_free(account->endpoint.waba_id);
        account->endpoint.waba_id = g_strdup(waba_id);
        coex_account_put_setting(account, "waba-id", waba_id);
    }
}

static void
on_numbers(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(CoexAccount) account = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexResponse) response = finish(account, result, &error);
    g_autofree char *id = NULL;

    if (account->dead || account->login_over)
        return;
    if (response != NULL)
        id = coex_api_read_number_id(response, account->number, &error);
    if (id != NULL) {
        take_ids(account, account->wabas[account->next_waba - 1], id);
        ids_done(account, NULL);
    } else if (error != NULL && ends_search(error)) {
        ids_done(account, error);
    } else {
        ask_next_waba(account);
    }
}

static void
ask_next_waba(CoexAccount *account)
{
    g_autoptr(CoexRequest) request = NULL;

    if (account->wabas == NULL || account->wabas[account->next_waba] == NULL) {
        ids_not_found(account);
        return;
    }
    request = coex_api_list_numbers(&account->endpoint, account->wabas[account->next_waba]);
    account->next_waba++;
    coex_http_send_async(account->http, request, account->login_cancellable, on_numbers,
                         coex_account_ref(account));
}

static void
on_wabas(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(CoexAccount) account = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexResponse) response = finish(account, result, &error);

    if (account->dead || account->login_over)
        return;
    if (response != NULL)
        account->wabas = coex_api_read_wabas(response, &error);
    if (error != NULL && ends_search(error))
        ids_done(account, error);
    else
        ask_next_waba(account);
}

void
coex_sync_find_ids(CoexAccount *account, CoexAccountChecked done)
{
    const CoexEndpoint *endpoint = &account->endpoint;
    g_autoptr(CoexRequest) request = NULL;

    account->ids_done = done;
    if (!endpoint->backend->number_in_path ||
        (is_set(endpoint->phone_number_id) && is_set(endpoint->waba_id))) {
        ids_done(account, NULL);
        return;
    }
    if (is_set(endpoint->waba_id)) {
        account->wabas = g_strsplit(endpoint->waba_id, ",", 1);
        ask_next_waba(account);
        return;
    }
    request = coex_api_find_wabas(endpoint);
    coex_http_send_async(account->http, request, account->login_cancellable, on_wabas,
                         coex_account_ref(account));
}

/* ---- the template catalogue ---- */

void
coex_sync_load_catalogue(CoexAccount *account)
{
    const char *kept = coex_account_get_setting(account, "catalogue");

    if (kept == NULL)
        return;
    account->catalogue = coex_catalogue_parse(kept, strlen(kept), NULL);
    if (account->catalogue != NULL)
        coex_account_tell_catalogue(account, NULL);
}

typedef struct {
    CoexAccount *account;
    GPtrArray *templates;
    guint n_pages;
} Fetch;

static void
fetch_free(Fetch *fetch)
{
    coex_account_unref(fetch->account);
    g_clear_pointer(&fetch->templates, g_ptr_array_unref);
    g_free(fetch);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fetch, fetch_free)

static void on_page(GObject *source, GAsyncResult *result, gpointer user_data);

static void
ask_page(Fetch *fetch, const char *cursor)
{
    CoexAccount *account = fetch->account;
    g_autoptr(CoexRequest) request = coex_api_list_templates(&account->endpoint, cursor);

    coex_http_send_async(account->http, request, account->cancellable, on_page, fetch);
}

static void
fetch_done(Fetch *fetch, const GError *error)
{
    CoexAccount *account = fetch->account;
    g_autofree char *json = NULL;

    account->refreshing = FALSE;
    if (error != NULL) {
        if (account->user_waits)
            coex_account_tell_catalogue(account, error);
        account->user_waits = FALSE;
        return;
    }
    account->user_waits = FALSE;
    g_clear_pointer(&account->catalogue, coex_catalogue_unref);
    account->catalogue =
        coex_catalogue_new(g_steal_pointer(&fetch->templates), coex_account_now(account));
    json = coex_catalogue_dup_json(account->catalogue);
    coex_account_put_setting(account, "catalogue", json);
    coex_account_tell_catalogue(account, NULL);
}

static void
on_page(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(Fetch) fetch = user_data;
    CoexAccount *account = fetch->account;
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexResponse) response = finish(account, result, &error);
    g_autofree char *cursor = NULL;

    if (account->dead)
        return;
    if (response != NULL)
        coex_api_read_templates(&account->endpoint, response, fetch->templates, &cursor, &error);
    if (error == NULL && cursor != NULL && ++fetch->n_pages < PAGES_MAX)
        ask_page(g_steal_pointer(&fetch), cursor);
    else
        fetch_done(fetch, error);
}

void
coex_sync_refresh(CoexAccount *account, gboolean user_waits)
{
    Fetch *fetch;

    account->user_waits |= user_waits;
    if (account->refreshing)
        return;
    if (account->endpoint.backend->number_in_path && !is_set(account->endpoint.waba_id)) {
        g_autoptr(GError) error =
            g_error_new_literal(COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                                "Templates cannot be listed: fill in the account's option waba-id "
                                "(WhatsApp Manager, Account tools, Overview).");

        if (account->user_waits)
            coex_account_tell_catalogue(account, error);
        account->user_waits = FALSE;
        return;
    }
    account->refreshing = TRUE;
    fetch = g_new0(Fetch, 1);
    fetch->account = coex_account_ref(account);
    fetch->templates = g_ptr_array_new_with_free_func((GDestroyNotify)coex_template_unref);
    ask_page(fetch, NULL);
}

/* ---- the webhook registration ---- */

static void
on_registered(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(CoexAccount) account = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexResponse) response = finish(account, result, &error);

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
    gboolean by_hand = account->wants_webhook;

    account->wants_webhook = FALSE;
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
    g_autoptr(CoexResponse) response = finish(account, result, &error);
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
coex_sync_webhook(CoexAccount *account, gboolean by_hand)
{
    g_autoptr(CoexRequest) request = NULL;

    if (!is_set(account->public_url)) {
        if (by_hand)
            coex_account_tell_notice(account, NULL,
                                     "Fill in the account's option public-url with the address "
                                     "under which webhooks reach this computer, and log in again.");
        return;
    }
    account->wants_webhook |= by_hand;
    request = coex_api_get_webhook(&account->endpoint);
    coex_http_send_async(account->http, request, account->cancellable, on_webhook,
                         coex_account_ref(account));
}

void
coex_sync_answer_webhook(CoexAccount *account, const char *registered, gboolean yes)
{
    if (yes)
        register_webhook(account);
    else
        coex_account_put_setting(account, "webhook-refused", registered);
}

/* ---- read marks ---- */

/* A mark that fails is harmless (Meta: messages/mark-message-as-read). */
static void
on_marked(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(CoexAccount) account = user_data;
    CoexResponse *response = finish(account, result, NULL);

    g_clear_pointer(&response, coex_response_free);
}

void
coex_sync_mark_read(CoexAccount *account, CoexPerson *person)
{
    g_autoptr(CoexRequest) request = NULL;

    if (person->last_inbound_wamid == NULL || person->read_up_to >= person->last_inbound_at)
        return;
    person->read_up_to = person->last_inbound_at;
    coex_account_store_person(account, person);
    if (coex_account_get_setting(account, "receipts-told") == NULL) {
        coex_account_put_setting(account, "receipts-told", "1");
        coex_account_tell_notice(
            account, person,
            "Customers' messages are marked as read %s. That clears their unread mark on the phone "
            "too; the option read-receipts changes it.",
            account->receipts == COEX_RECEIPTS_SEEN ? "when you look at them" : "when you answer");
    }
    request = coex_api_mark_read(&account->endpoint, person->last_inbound_wamid);
    coex_http_send_async(account->http, request, account->cancellable, on_marked,
                         coex_account_ref(account));
}
