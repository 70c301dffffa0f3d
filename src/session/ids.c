// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/ids.h"

#include "account/call.h"

struct CoexIds {
    CoexIdsFound found;
    char **wabas;
    guint next_waba;
};

static void ask_next_waba(CoexAccount *account);

static void
search_over(CoexAccount *account, const GError *error)
{
    CoexIdsFound found = account->ids->found;

    account->ids->found = NULL;
    if (found != NULL)
        found(account, error);
}

static void
ids_not_found(CoexAccount *account)
{
    g_autoptr(GError) error = NULL;

    if (*account->endpoint.phone_number_id == '\0')
        error = g_error_new(
            COEX_ERROR, COEX_ERROR_INVALID_INPUT,
            "The id of +%s could not be found with this access token. Fill in the option "
            "phone-number-id; it stands in WhatsApp Manager under Account tools, Phone numbers.",
            account->number);
    search_over(account, error);
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
take_id(CoexAccount *account, char **member, const char *key, const char *id)
{
    if (**member == '\0')
        coex_account_learn(account, member, key, id);
}

static void
take_ids(CoexAccount *account, const char *waba_id, const char *phone_number_id)
{
    take_id(account, &account->endpoint.phone_number_id, "phone-number-id", phone_number_id);
    take_id(account, &account->endpoint.waba_id, "waba-id", waba_id);
}

static void
on_numbers(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    g_autofree char *id = NULL;

    if (account->state != COEX_ACCOUNT_CHECKING)
        return;
    if (response != NULL)
        id = coex_api_read_number_id(response, account->number, error);
    if (id != NULL) {
        take_ids(account, account->ids->wabas[account->ids->next_waba - 1], id);
        search_over(account, NULL);
    } else if (*error != NULL && ends_search(*error)) {
        search_over(account, *error);
    } else {
        ask_next_waba(account);
    }
}

static void
ask_next_waba(CoexAccount *account)
{
    g_autoptr(CoexRequest) request = NULL;

    if (account->ids->wabas == NULL || account->ids->wabas[account->ids->next_waba] == NULL) {
        ids_not_found(account);
        return;
    }
    request =
        coex_api_list_numbers(&account->endpoint, account->ids->wabas[account->ids->next_waba]);
    account->ids->next_waba++;
    coex_account_call(account, request, on_numbers, NULL, NULL);
}

static void
on_wabas(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    if (account->state != COEX_ACCOUNT_CHECKING)
        return;
    if (response != NULL)
        account->ids->wabas = coex_api_read_wabas(response, error);
    if (*error != NULL && ends_search(*error))
        search_over(account, *error);
    else
        ask_next_waba(account);
}

void
coex_ids_find(CoexAccount *account, CoexIdsFound found)
{
    const CoexEndpoint *endpoint = &account->endpoint;
    g_autoptr(CoexRequest) request = NULL;

    account->ids->found = found;
    if (!endpoint->backend->number_in_path ||
        (*endpoint->phone_number_id != '\0' && *endpoint->waba_id != '\0')) {
        search_over(account, NULL);
        return;
    }
    if (*endpoint->waba_id != '\0') {
        account->ids->wabas = g_strsplit(endpoint->waba_id, ",", 1);
        ask_next_waba(account);
        return;
    }
    request = coex_api_find_wabas(endpoint);
    coex_account_call(account, request, on_wabas, NULL, NULL);
}

CoexIds *
coex_ids_new(void)
{
    return g_new0(CoexIds, 1);
}

void
coex_ids_free(CoexIds *ids)
{
    g_strfreev(ids->wabas);
    g_free(ids);
}
