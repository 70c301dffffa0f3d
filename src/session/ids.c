// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/ids.h"

#include "account/account.h"
#include "account/call.h"
#include "core/api.h"
#include "core/backend.h"
#include "core/error.h"
#include "core/words.h"

typedef struct {
    CoexIdsFound found;
    char **wabas; /* NULL: none are known yet */
    guint next_waba;
} Search;

static void
search_free(Search *search)
{
    g_strfreev(search->wabas);
    g_free(search);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Search, search_free)

static void ask_next_waba(CoexAccount *account, Search *search);

/* Takes @search. */
static void
search_over(CoexAccount *account, Search *search, const GError *error)
{
    CoexIdsFound found = search->found;

    search_free(search);
    found(account, error);
}

/* Takes @search. */
static void
ids_not_found(CoexAccount *account, Search *search)
{
    g_autoptr(GError) error = NULL;

    if (*account->endpoint.phone_number_id == '\0')
        error = g_error_new(
            COEX_ERROR, COEX_ERROR_INVALID_INPUT,
            _("The id of +%s could not be found with this access token. Fill in the option "
              "{@phone-number-id}; it stands in WhatsApp Manager under Account tools, Phone "
              "numbers."),
            account->number);
    search_over(account, search, error);
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
    g_autoptr(Search) search = data;
    g_autofree char *id = NULL;

    if (account->state != COEX_ACCOUNT_CHECKING)
        return;
    if (response != NULL)
        id = coex_api_read_number_id(response, account->number, error);
    if (id != NULL) {
        take_ids(account, search->wabas[search->next_waba - 1], id);
        search_over(account, g_steal_pointer(&search), NULL);
    } else if (*error != NULL && ends_search(*error)) {
        search_over(account, g_steal_pointer(&search), *error);
    } else {
        ask_next_waba(account, g_steal_pointer(&search));
    }
}

/* Takes @search. */
static void
ask_next_waba(CoexAccount *account, Search *search)
{
    g_autoptr(CoexRequest) request = NULL;

    if (search->wabas == NULL || search->wabas[search->next_waba] == NULL) {
        ids_not_found(account, search);
        return;
    }
    request = coex_api_list_numbers(&account->endpoint, search->wabas[search->next_waba++]);
    coex_account_call(account, request, on_numbers, search, (GDestroyNotify)search_free);
}

static void
on_wabas(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    g_autoptr(Search) search = data;

    if (account->state != COEX_ACCOUNT_CHECKING)
        return;
    if (response != NULL)
        search->wabas = coex_api_read_wabas(response, error);
    if (*error != NULL && ends_search(*error))
        search_over(account, g_steal_pointer(&search), *error);
    else
        ask_next_waba(account, g_steal_pointer(&search));
}

void
coex_ids_find(CoexAccount *account, CoexIdsFound found)
{
    const CoexEndpoint *endpoint = &account->endpoint;
    g_autoptr(CoexRequest) request = NULL;
    Search *search;

    if (!endpoint->backend->finds_ids ||
        (*endpoint->phone_number_id != '\0' && *endpoint->waba_id != '\0')) {
        found(account, NULL);
        return;
    }
    search = g_new0(Search, 1);
    search->found = found;
    if (*endpoint->waba_id != '\0') {
        search->wabas = g_strsplit(endpoint->waba_id, ",", 1);
        ask_next_waba(account, search);
        return;
    }
    request = coex_api_find_wabas(endpoint);
    coex_account_call(account, request, on_wabas, search, (GDestroyNotify)search_free);
}
