// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/tell.h"

#include "account/people.h"
#include "account/views.h"

void
coex_account_close_window(CoexAccount *account, CoexPerson *person)
{
    gint64 closed = coex_account_now(account) - COEX_WINDOW_S;

    if (person->last_inbound_at > closed || person->ahead_at > 0) {
        person->last_inbound_at = MIN(person->last_inbound_at, closed);
        person->ahead_at = 0;
        coex_account_store_person(account, person);
    }
    coex_views_tell(account, person);
}

void
coex_account_tell_notice(CoexAccount *account, const CoexPerson *person, const char *format, ...)
{
    CoexNews *news;
    va_list args;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    news = coex_account_news(account, COEX_NEWS_NOTICE);
    va_start(args, format);
    news->text = g_strdup_vprintf(format, args);
    va_end(args);
    if (person != NULL)
        news->person = coex_person_view_ref(coex_views_get(account, person));
    coex_account_tell(account, news);
}

void
coex_account_tell_failed(CoexAccount *account, const GError *error)
{
    CoexNews *news;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    g_debug("+%s: the login has failed, error %d", account->number, error->code);
    news = coex_account_news(account, COEX_NEWS_FAILED);
    news->error = g_error_copy(error);
    coex_account_tell(account, news);
    account->above->close(account);
}

void
coex_account_tell_feed(CoexAccount *account, GPtrArray *feed)
{
    for (guint i = 0; feed != NULL && i < feed->len; i++) {
        const CoexFeedItem *item = g_ptr_array_index(feed, i);
        const CoexPerson *person;
        CoexNews *news;

        if (account->state == COEX_ACCOUNT_ENDED || item->account_id != account->id)
            continue;
        person = coex_people_by_id(account->people, item->person_id);
        if (person == NULL)
            continue;
        news = coex_account_news(account, COEX_NEWS_FEED);
        news->person = coex_person_view_ref(coex_views_get(account, person));
        news->item = coex_feed_item_ref(item);
        coex_account_tell(account, news);
    }
}

void
coex_account_tell_prompt(CoexAccount *account, const CoexPerson *person, const char *text,
                         const char *reason)
{
    CoexNews *news;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    news = coex_account_news(account, COEX_NEWS_PROMPT);
    news->person = coex_person_view_ref(coex_views_get(account, person));
    news->text = g_strdup(text);
    news->detail = g_strdup(reason);
    coex_account_tell(account, news);
}

void
coex_account_tell_prompt_over(CoexAccount *account, const CoexPerson *person)
{
    CoexNews *news;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    news = coex_account_news(account, COEX_NEWS_PROMPT_OVER);
    news->person = coex_person_view_ref(coex_views_get(account, person));
    coex_account_tell(account, news);
}

void
coex_account_tell_catalogue(CoexAccount *account, const GError *error)
{
    CoexNews *news = coex_account_news(account, COEX_NEWS_CATALOGUE);

    if (account->catalogue != NULL)
        news->catalogue = coex_catalogue_ref(account->catalogue);
    if (error != NULL)
        news->error = g_error_copy(error);
    coex_account_tell(account, news);
}

void
coex_account_tell_ask_webhook(CoexAccount *account, const char *registered)
{
    CoexNews *news = coex_account_news(account, COEX_NEWS_ASK_WEBHOOK);

    news->text = g_strdup(registered);
    news->detail = g_strdup(account->public_url);
    coex_account_tell(account, news);
}
