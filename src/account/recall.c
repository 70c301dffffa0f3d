// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/recall.h"

#include "account/account.h"
#include "account/events.h"
#include "account/lines.h"
#include "account/people.h"
#include "account/tell.h"
#include "core/feed.h"
#include "core/words.h"
#include "store/batch.h"
#include "store/rows.h"
#include "store/store.h"

static void
tell(CoexAccount *account, CoexPerson *person, GPtrArray *lines, gboolean asked)
{
    CoexSessionEvent *event = coex_account_past_new(account, person, lines);

    event->asked = asked;
    coex_account_tell_in_turn(account, event);
}

void
coex_recall_prepare(CoexAccount *account, CoexBatch *batch, const CoexPerson *person, gint64 time)
{
    if (account->recall > 0 && !coex_people_get_entry(account->people, person->id)->recalled)
        coex_batch_read_past(batch, person->id, time + 1, account->recall); /* not there yet */
}

/* Of whom there are lines to show; borrowed ids. */
static GHashTable *
find_told(const CoexAccount *account, const CoexBatch *batch)
{
    GHashTable *people = g_hash_table_new(g_int64_hash, g_int64_equal);
    GPtrArray *feed = coex_batch_get_feed(batch);

    for (guint i = 0; i < feed->len; i++) {
        CoexFeedItem *item = g_ptr_array_index(feed, i);

        if (item->account_id == account->id)
            g_hash_table_add(people, &item->person_id);
    }
    return people;
}

void
coex_recall_tell(CoexAccount *account, const CoexBatch *batch)
{
    GPtrArray *pasts = coex_batch_get_pasts(batch);
    g_autoptr(GHashTable) told = find_told(account, batch);

    for (guint i = 0; i < pasts->len; i++) {
        const CoexPast *past = g_ptr_array_index(pasts, i);
        CoexPersonEntry *entry = past->account_id == account->id
                                     ? coex_people_get_entry(account->people, past->person_id)
                                     : NULL;

        if (entry == NULL || !g_hash_table_contains(told, &past->person_id) || entry->recalled)
            continue;
        entry->recalled = TRUE;
        tell(account, entry->person, past->lines, FALSE);
    }
}

/* ---- on demand ---- */

typedef struct {
    CoexAccount *account;
    gint64 person_id;
    gboolean on_demand;
} Question;

static void
on_past(GPtrArray *read, const GError *error, gpointer user_data)
{
    g_autofree Question *question = user_data;
    g_autoptr(CoexAccount) account = question->account;
    g_autoptr(GPtrArray) lines = read;
    CoexPerson *person;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    person = coex_people_by_id(account->people, question->person_id);
    if (error != NULL)
        coex_account_tell_store_error(account, error);
    else if (lines->len > 0)
        tell(account, person, lines, TRUE);
    else if (question->on_demand)
        coex_account_tell_notice(account, person, _("Nothing is stored of this conversation yet."));
}

void
coex_recall_ask(CoexAccount *account, const CoexPerson *person, guint limit, gint64 before,
                gboolean on_demand)
{
    const CoexPastQuery query = { account->id, person->id, before, limit, !on_demand };
    Question *question = g_new(Question, 1);

    if (!on_demand)
        coex_people_get_entry(account->people, person->id)->recalled = TRUE;
    *question = (Question){ coex_account_ref(account), person->id, on_demand };
    coex_store_read_past(account->store, &query, on_past, question);
}

void
coex_recall_forget(CoexAccount *account, const CoexPerson *person)
{
    coex_people_get_entry(account->people, person->id)->recalled = FALSE;
}
