// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/lines.h"

#include "account/account.h"
#include "account/events.h"
#include "account/people.h"
#include "account/recall.h"
#include "account/views.h"
#include "core/feed.h"
#include "core/person-view.h"
#include "store/batch.h"
#include "store/rows.h"

static void
tell_all(CoexAccount *account, GPtrArray *feed)
{
    for (guint i = 0; i < feed->len; i++) {
        const CoexFeedItem *item = g_ptr_array_index(feed, i);
        const CoexPerson *person;
        CoexSessionEvent *event;

        if (account->state == COEX_ACCOUNT_ENDED || item->account_id != account->id)
            continue;
        person = coex_people_by_id(account->people, item->person_id);
        if (person == NULL || person->forgotten)
            continue;
        event = coex_account_event_new(account, COEX_SESSION_FEED);
        event->person = coex_person_view_ref(coex_views_get(account, person));
        event->item = coex_feed_item_ref(item);
        coex_account_tell(account, event);
    }
}

static void
tell_first(CoexAccount *account)
{
    g_autoptr(GPtrArray) feed = g_queue_pop_head(&account->feeds);

    tell_all(account, feed);
}

static void tell_queue(CoexAccount *account);

static void
on_read(CoexAccount *account)
{
    tell_first(account);
    tell_queue(account);
}

static void
tell_queue(CoexAccount *account)
{
    while (account->feeds.length > 0 &&
           !coex_recall_before(account, g_queue_peek_head(&account->feeds), on_read))
        tell_first(account);
}

/* What was shown last is how far all was shown: none passes another. */
void
coex_account_tell_feed(CoexAccount *account, GPtrArray *feed)
{
    if (feed == NULL || feed->len == 0)
        return;
    g_queue_push_tail(&account->feeds, g_ptr_array_ref(feed));
    if (account->feeds.length == 1)
        tell_queue(account);
}

void
coex_account_take_lines(CoexBatch *batch, const GError *error, gpointer user_data)
{
    g_autoptr(CoexAccount) account = user_data;

    if (error != NULL)
        coex_account_tell_store_error(account, error);
    else
        coex_account_tell_feed(account, coex_batch_get_feed(batch));
}
