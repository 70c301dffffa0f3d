// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/past-log.h"

#include "account/account.h"
#include "account/people.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/person-view.h"
#include "store/batch.h"
#include "store/rows.h"
#include "store/store.h"

struct CoexPastLog {
    CoexUnlogged told; /* without its lines; person_id 0: none */
    gboolean reading;
};

CoexPastLog *
coex_past_log_new(void)
{
    return g_new0(CoexPastLog, 1);
}

void
coex_past_log_free(CoexPastLog *log)
{
    g_free(log);
}

static void
note_written(CoexAccount *account)
{
    CoexUnlogged *told = &account->past_log->told;
    CoexBatch *batch;

    if (told->person_id == 0)
        return;
    batch = coex_account_batch(account);
    coex_batch_note_logged(batch, told);
    coex_account_commit(account, batch);
    told->person_id = 0;
}

static void
on_unlogged(CoexUnlogged *unlogged, const GError *error, gpointer user_data)
{
    g_autoptr(CoexAccount) account = user_data;
    CoexPerson *person;
    CoexSessionEvent *event;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    account->past_log->reading = FALSE;
    if (error != NULL) {
        coex_account_tell_store_error(account, error);
        return;
    }
    if (unlogged->person_id == 0)
        return;
    account->past_log->told = *unlogged;
    account->past_log->told.lines = NULL;
    person = coex_people_by_id(account->people, unlogged->person_id);
    if (person == NULL || unlogged->lines->len == 0) {
        coex_past_log_next(account, TRUE);
        return;
    }
    person = coex_people_now(account->people, person);
    event = coex_account_event_new(account, COEX_SESSION_PAST_LOG);
    event->person = coex_person_view_ref(coex_views_get(account, person));
    event->lines = g_ptr_array_ref(unlogged->lines);
    coex_account_tell(account, event);
}

void
coex_past_log_next(CoexAccount *account, gboolean written)
{
    CoexPastLog *log = account->past_log;

    if (written)
        note_written(account);
    if (log->reading || log->told.person_id != 0)
        return;
    log->reading = TRUE;
    coex_store_read_unlogged(account->store, account->id, on_unlogged, coex_account_ref(account));
}
