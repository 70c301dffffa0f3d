// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/call.h"

#include "account/account.h"
#include "net/http.h"

typedef struct {
    CoexAccount *account;
    CoexAnswered answered;
    gpointer data;
    GDestroyNotify destroy;
    gint64 asked_at; /* by our own clock; 0: nobody is asked who knows the time */
} Call;

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autofree Call *call = user_data;
    g_autoptr(CoexAccount) account = call->account;
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexResponse) response = coex_http_send_finish(result, &error);

    if (account->state == COEX_ACCOUNT_ENDED) {
        if (call->destroy != NULL)
            call->destroy(call->data);
        return;
    }
    if (response != NULL && call->asked_at > 0)
        account->above->answered(account, response, call->asked_at);
    if (call->answered != NULL)
        call->answered(account, response, &error, call->data);
}

static gconstpointer
start(CoexAccount *account, const CoexRequest *request, const Call *what)
{
    Call *call = g_memdup2(what, sizeof *what);

    coex_http_send_async(account->http, request, account->cancellable, on_answer, call);
    return call;
}

gconstpointer
coex_account_call(CoexAccount *account, const CoexRequest *request, CoexAnswered answered,
                  gpointer data, GDestroyNotify destroy)
{
    const Call call = { coex_account_ref(account), answered, data, destroy,
                        coex_account_own_now(account) };

    return start(account, request, &call);
}

void
coex_account_call_other(CoexAccount *account, const CoexRequest *request, CoexAnswered answered,
                        gpointer data, GDestroyNotify destroy)
{
    const Call call = { coex_account_ref(account), answered, data, destroy, 0 };

    start(account, request, &call);
}

gboolean
coex_account_is_unwritten(const CoexAccount *account, gconstpointer call)
{
    return account->http != NULL && coex_http_is_unwritten(account->http, call);
}
