// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/tell.h"

#include "account/account.h"
#include "account/events.h"
#include "account/lines.h"
#include "account/people.h"
#include "account/person.h"
#include "account/views.h"
#include "core/catalogue.h"
#include "core/feed.h"
#include "core/person-view.h"
#include "core/words.h"
#include "store/batch.h"
#include "store/rows.h"

void
coex_account_close_window(CoexAccount *account, CoexPerson *person)
{
    if (coex_person_close_window(person, coex_account_now(account)))
        coex_account_store_person(account, person);
    coex_views_tell(account, person);
}

void
coex_account_put_notice(CoexAccount *account, CoexBatch *batch, const CoexPerson *person,
                        const char *line)
{
    coex_batch_put_person(batch, person);
    coex_batch_add_line(batch, person->id, COEX_FEED_NOTICE, line, NULL, coex_account_now(account));
}

void
coex_account_tell_notice(CoexAccount *account, const CoexPerson *person, const char *format, ...)
{
    CoexSessionEvent *event;
    va_list args;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    event = coex_account_event_new(account, COEX_SESSION_NOTICE);
    va_start(args, format);
    event->text = coex_say_args(format, args);
    va_end(args);
    if (person != NULL)
        event->person = coex_person_view_ref(coex_views_get(account, person));
    coex_account_tell_in_turn(account, event);
}

void
coex_account_tell_failed(CoexAccount *account, const GError *error)
{
    CoexSessionEvent *event;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    g_debug("+%s: the login has failed, error %d", account->number, error->code);
    event = coex_account_event_new(account, COEX_SESSION_FAILED);
    event->error = g_error_copy(error);
    coex_account_tell_rest(account);
    coex_account_tell(account, event);
    account->above->close(account);
}

void
coex_account_tell_prompt(CoexAccount *account, const CoexPerson *person, const char *text,
                         const char *reason)
{
    CoexSessionEvent *event;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    event = coex_account_event_new(account, COEX_SESSION_PROMPT);
    event->person = coex_person_view_ref(coex_views_get(account, person));
    event->text = g_strdup(text);
    event->detail = g_strdup(reason);
    coex_account_tell_in_turn(account, event);
}

void
coex_account_tell_prompt_over(CoexAccount *account, const CoexPerson *person)
{
    CoexSessionEvent *event;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    event = coex_account_event_new(account, COEX_SESSION_PROMPT_OVER);
    event->person = coex_person_view_ref(coex_views_get(account, person));
    coex_account_tell_in_turn(account, event);
}

void
coex_account_tell_catalogue(CoexAccount *account, const GError *error)
{
    CoexSessionEvent *event = coex_account_event_new(account, COEX_SESSION_CATALOGUE);

    if (account->catalogue != NULL)
        event->catalogue = coex_catalogue_ref(account->catalogue);
    if (error != NULL)
        event->error = g_error_copy(error);
    coex_account_tell(account, event);
}

void
coex_account_tell_ask_webhook(CoexAccount *account, const char *registered)
{
    CoexSessionEvent *event = coex_account_event_new(account, COEX_SESSION_ASK_WEBHOOK);

    event->text = g_strdup(registered);
    event->detail = g_strdup(account->public_url);
    coex_account_tell(account, event);
}
