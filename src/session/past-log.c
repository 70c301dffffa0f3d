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

/* Setting: "PERSON SECONDS" of the log that is being written. */
#define UNDER_WAY "past-log"

struct CoexPastLog {
    CoexUnlogged told; /* without its lines; person_id 0: none */
    gint64 after;      /* persons up to this id are passed over */
    gboolean reading;
    gboolean again; /* it was asked meanwhile */
    gboolean begun; /* what is under way is of this login */
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
    if (account->past_log->begun)
        coex_account_note_setting(account, batch, UNDER_WAY, NULL);
    account->past_log->begun = FALSE;
    coex_account_commit(account, batch);
    told->person_id = 0;
}

static void
on_begun(CoexBatch *batch, const GError *error, gpointer user_data)
{
    g_autoptr(CoexAccount) account = user_data;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    if (error != NULL)
        coex_account_tell_store_error(account, error);
    else
        coex_account_tell(account, coex_account_event_new(account, COEX_SESSION_PAST_LOG_BEGUN));
}

/* Whom the lines of one who turned out to be another stand under. */
static CoexPerson *
find_person(CoexAccount *account, gint64 id)
{
    CoexPerson *person = coex_people_by_id(account->people, id);

    return person != NULL ? coex_people_now(account->people, person) : NULL;
}

static void
begin(CoexAccount *account, gint64 time)
{
    const CoexPerson *person = find_person(account, account->past_log->told.person_id);
    g_autofree char *value = NULL;
    CoexBatch *batch;

    if (person == NULL)
        return;
    value = g_strdup_printf("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT, person->id, time);
    batch = coex_account_batch(account);
    coex_account_note_setting(account, batch, UNDER_WAY, value);
    account->past_log->begun = TRUE;
    coex_store_commit(account->store, batch, on_begun, coex_account_ref(account));
}

/* What a kill has left is told until another one begins. */
static void
add_half(CoexAccount *account, CoexSessionEvent *event)
{
    const char *value = coex_account_get_setting(account, UNDER_WAY);
    char *end = NULL;
    const CoexPerson *person =
        value != NULL ? coex_people_by_id(account->people, g_ascii_strtoll(value, &end, 10)) : NULL;

    if (person == NULL || person->forgotten)
        return;
    event->detail = g_strdup(person->name);
    event->log_at = g_ascii_strtoll(end, NULL, 10);
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
    if (unlogged->person_id == 0) {
        if (account->past_log->again)
            coex_past_log_next(account, COEX_LOG_ASK, 0);
        return;
    }
    account->past_log->told = *unlogged;
    account->past_log->told.lines = NULL;
    person = find_person(account, unlogged->person_id);
    if (person == NULL || unlogged->lines->len == 0) {
        coex_past_log_next(account, COEX_LOG_WRITTEN, 0);
        return;
    }
    event = coex_account_event_new(account, COEX_SESSION_PAST_LOG);
    event->person = coex_person_view_ref(coex_views_get(account, person));
    event->lines = g_ptr_array_ref(unlogged->lines);
    add_half(account, event);
    coex_account_tell(account, event);
}

void
coex_past_log_next(CoexAccount *account, CoexLogStep step, gint64 time)
{
    CoexPastLog *log = account->past_log;

    switch (step) {
    case COEX_LOG_ASK:
        log->after = 0;
        log->again = log->reading;
        break;
    case COEX_LOG_BEGIN:
        begin(account, time);
        return;
    case COEX_LOG_WRITTEN:
        note_written(account);
        break;
    case COEX_LOG_SKIP:
        log->after = MAX(log->after, log->told.person_id);
        log->told.person_id = 0;
        log->begun = FALSE; /* what there is of it is a half, as after a kill */
        break;
    }
    if (log->reading || log->told.person_id != 0)
        return;
    log->reading = TRUE;
    coex_store_read_unlogged(account->store, account->id, log->after, on_unlogged,
                             coex_account_ref(account));
}
