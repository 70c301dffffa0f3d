// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/account.h"
#include "account/lines.h"
#include "account/people.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/timer.h"
#include "send/broadcast-private.h"
#include "send/desk-sends.h"
#include "send/queue.h"
#include "store/batch.h"
#include "store/store.h"

/* Writing down what became of each message of a broadcast, again and again where the disk refuses
 * it: until then it stands there as one that may have arrived. */

typedef struct {
    CoexAccount *account; /* borrowed, but while it is being written */
    CoexStatus *status;   /* NULL: it has surely not left, and no message is there */
    char *local_id;
    char *why;          /* NULL */
    CoexOutboxRow *row; /* what was taken, NULL: nothing */
    gint64 open_id;     /* of the person, in whose conversation it is to stand; 0: in none */
} Outcome;

static void
outcome_free(gpointer data)
{
    Outcome *outcome = data;

    g_clear_pointer(&outcome->status, coex_status_unref);
    g_free(outcome->local_id);
    g_free(outcome->why);
    coex_outbox_row_free(outcome->row);
    g_free(outcome);
}

static void
put_outcome(CoexAccount *account, CoexBatch *batch, const Outcome *outcome)
{
    const CoexStatus *status = outcome->status;

    if (status != NULL)
        coex_batch_apply_status(batch, status, outcome->why);
    else
        coex_batch_remove_unsent(batch, outcome->local_id);
    if (status != NULL && outcome->row != NULL)
        coex_desk_sends_note(account, batch, outcome->row, status->wamid, status->time);
    if (outcome->open_id != 0)
        coex_batch_tell_broadcasts(batch, outcome->open_id, COEX_UNTOLD_SENT);
}

static void write_outcome(CoexAccount *account, Outcome *outcome);

static void
on_save(gpointer data)
{
    CoexBroadcasts *broadcasts = data;
    g_autoptr(GPtrArray) unsaved = g_steal_pointer(&broadcasts->unsaved);

    broadcasts->unsaved = g_ptr_array_new_with_free_func(outcome_free);
    while (unsaved->len > 0)
        write_outcome(broadcasts->account, g_ptr_array_steal_index(unsaved, 0));
}

static void
note_state(CoexAccount *account, const CoexResult *result)
{
    CoexPerson *person = coex_people_by_id(account->people, result->person_id);

    if (person == NULL || result->outcome != COEX_CHANGED)
        return;
    person = coex_people_now(account->people, person);
    coex_views_note_state(account, person, result);
    coex_views_tell(account, person);
}

static void
on_outcome(CoexBatch *batch, const GError *error, gpointer user_data)
{
    Outcome *outcome = user_data;
    g_autoptr(CoexAccount) account = outcome->account;
    CoexBroadcasts *broadcasts = account->broadcasts;

    if (account->state == COEX_ACCOUNT_ENDED || error == NULL) {
        if (error == NULL && account->state != COEX_ACCOUNT_ENDED && outcome->status != NULL) {
            note_state(account, coex_batch_get_result(batch, 0));
            coex_account_tell_feed(account, coex_batch_get_feed(batch));
            coex_desk_sends_go(account, batch, NULL, outcome->local_id);
        }
        outcome_free(outcome);
        return;
    }
    coex_account_tell_store_error(account, error);
    g_ptr_array_add(broadcasts->unsaved, outcome);
    if (broadcasts->save == NULL)
        coex_timer_start(&broadcasts->save, COEX_STORE_RETRY_MS, on_save, broadcasts);
}

/* Takes @outcome. */
static void
write_outcome(CoexAccount *account, Outcome *outcome)
{
    CoexBatch *batch = coex_account_batch(account);

    put_outcome(account, batch, outcome);
    outcome->account = coex_account_ref(account);
    coex_store_commit(account->store, batch, on_outcome, outcome);
}

void
coex_broadcast_note_outcome(CoexBroadcasts *broadcasts, const char *local_id, CoexStatus *status,
                            const char *why, const CoexPerson *open, const CoexOutboxRow *row)
{
    Outcome *outcome = g_new0(Outcome, 1);

    outcome->open_id = open != NULL ? open->id : 0;
    outcome->status = status;
    outcome->local_id = g_strdup(local_id);
    outcome->why = g_strdup(why);
    outcome->row = row != NULL ? coex_outbox_row_copy(row) : NULL;
    write_outcome(broadcasts->account, outcome);
}

void
coex_broadcast_outcomes_init(CoexBroadcasts *broadcasts)
{
    broadcasts->unsaved = g_ptr_array_new_with_free_func(outcome_free);
}

void
coex_broadcast_outcomes_stop(CoexBroadcasts *broadcasts, CoexBatch *batch)
{
    coex_timer_clear(&broadcasts->save);
    for (guint i = 0; i < broadcasts->unsaved->len; i++)
        put_outcome(broadcasts->account, batch, g_ptr_array_index(broadcasts->unsaved, i));
    g_ptr_array_set_size(broadcasts->unsaved, 0);
}

void
coex_broadcast_outcomes_clear(CoexBroadcasts *broadcasts)
{
    coex_timer_clear(&broadcasts->save);
    g_ptr_array_unref(broadcasts->unsaved);
}
