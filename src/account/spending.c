// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/spending.h"

#include "account/account.h"
#include "account/events.h"
#include "account/tell.h"
#include "core/costs.h"
#include "core/rate-card.h"
#include "core/words.h"
#include "store/batch.h"
#include "store/store.h"

#define TOLD_SETTING "free-messages-used" /* the month of which it was told */

static void
set(CoexAccount *account, GPtrArray *rows, CoexRateCard *card)
{
    CoexCosts *costs = coex_costs_new(rows, card);
    CoexSessionEvent *event = coex_account_event_new(account, COEX_SESSION_COSTS);

    event->costs = coex_costs_ref(costs);
    g_clear_pointer(&account->costs, coex_costs_unref);
    account->costs = costs;
    coex_account_tell(account, event);
}

/* Who knows it can answer on the phone. */
static void
tell_used_up(CoexAccount *account)
{
    guint month = coex_costs_get_month(coex_account_now(account));
    g_autofree char *name = coex_costs_dup_month(month);
    g_autofree char *value = g_strdup_printf("%u", month);

    if (account->state != COEX_ACCOUNT_ONLINE || !coex_costs_are_used_up(account->costs, month) ||
        g_strcmp0(coex_account_get_setting(account, TOLD_SETTING), value) == 0)
        return;
    coex_account_put_setting(account, TOLD_SETTING, value);
    coex_account_tell_notice(
        account, NULL,
        /* Translators: %s is a month and its year; utility is WhatsApp's name of a price */
        _("The 1,000 free service messages of %s are used up. Until the month "
          "ends WhatsApp bills what is sent from here to an open window, as "
          "utility. What is written on the phone stays free."),
        name);
}

void
coex_spending_ask(CoexAccount *account, CoexBatch *batch)
{
    guint month = coex_costs_get_month(coex_account_now(account));

    coex_batch_read_costs(batch, coex_costs_get_month_before(month));
}

void
coex_spending_take(CoexAccount *account, const CoexBatch *batch)
{
    GPtrArray *rows = coex_batch_get_costs(batch);

    if (rows == NULL)
        return;
    set(account, rows, account->costs != NULL ? account->costs->card : NULL);
    tell_used_up(account);
}

static void
on_loaded(CoexBatch *batch, const GError *error, gpointer user_data)
{
    g_autoptr(CoexAccount) account = user_data;

    if (account->state != COEX_ACCOUNT_ENDED && error == NULL)
        coex_spending_take(account, batch);
}

void
coex_spending_load(CoexAccount *account)
{
    CoexBatch *batch = coex_account_batch(account);

    coex_spending_ask(account, batch);
    coex_store_commit(account->store, batch, on_loaded, coex_account_ref(account));
}

void
coex_spending_set_card(CoexAccount *account, CoexRateCard *card)
{
    g_autoptr(GPtrArray) none = g_ptr_array_new_with_free_func(coex_cost_free);

    set(account, account->costs != NULL ? account->costs->rows : none, card);
}
