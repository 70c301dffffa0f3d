// SPDX-License-Identifier: GPL-2.0-or-later
#include "receive/intake.h"

#include "account/account.h"
#include "account/mailbox.h"
#include "account/memory.h"
#include "account/tell.h"
#include "account/waiting.h"
#include "core/timer.h"
#include "receive/application.h"
#include "receive/burst.h"
#include "receive/chunks.h"
#include "receive/match.h"
#include "receive/strangers.h"
#include "send/outbox.h"
#include "store/batch.h"
#include "store/rows.h"
#include "store/store.h"

#define APPLYING_MAX 256 /* batches under way before parsing pauses */
#define RETRY_MS 1000    /* after a failed commit */
#define DELAY_MS 3000    /* before an echo that may be our own is looked at again */
#define REST_MS 1000     /* after a login, its end, and the last chunk of a history */
/* So many bytes are read in one turn, beyond the last delivery: the rest is for the next. */
#define TURN_BYTES (256 * 1024)

typedef struct Waiting Waiting;

struct CoexIntake {
    CoexStore *store;    /* borrowed; NULL before the first account and after the end */
    GPtrArray *accounts; /* CoexAccount, attached */
    GPtrArray *behind;   /* of those, whose outbox waits until all is applied that is stored */
    GPtrArray *delayed;  /* CoexDeliveryRow with an echo that may be our own send */
    gint64 cursor;       /* id of the newest delivery taken up */
    gint64 again_from;   /* the next read begins here, for one that could not be applied */
    guint n_applying;
    CoexChunks *chunks;
    GQueue searches; /* Waiting, the first is under way: nothing newer is applied meanwhile */
    gboolean reading;
    gboolean reads_again; /* what is stored by now may not be in what is being read */
    GSource *retry;
    GSource *delay;
    GSource *rest;
    CoexBurst *burst;
};

static void on_burst(GPtrArray *rows, gpointer data);
static void on_chunk(CoexApplication *application, const CoexKept *kept, gpointer data);
static void on_chunk_failed(gpointer data);

CoexIntake *
coex_intake_new(void)
{
    CoexIntake *intake = g_new0(CoexIntake, 1);

    intake->accounts = g_ptr_array_new();
    intake->behind = g_ptr_array_new();
    intake->delayed = g_ptr_array_new_with_free_func((GDestroyNotify)coex_delivery_row_free);
    intake->burst = coex_burst_new(on_burst, intake);
    intake->chunks = coex_chunks_new(on_chunk, on_chunk_failed, intake);
    intake->again_from = G_MAXINT64;
    return intake;
}

CoexAccount *
coex_intake_find_account(CoexIntake *intake, gint64 account_id)
{
    for (guint i = 0; i < intake->accounts->len; i++) {
        CoexAccount *account = g_ptr_array_index(intake->accounts, i);

        if (account->id == account_id)
            return account;
    }
    return NULL;
}

/* ---- one delivery ---- */

static void search_kept(CoexIntake *intake, CoexAccount *account);
static void apply_kept(CoexIntake *intake, const CoexKept *kept, CoexApplication *application);

static void
on_retry(gpointer data)
{
    CoexIntake *intake = data;

    for (guint i = 0; i < intake->accounts->len; i++)
        search_kept(intake, g_ptr_array_index(intake->accounts, i));
    coex_chunks_next(intake->chunks);
    coex_intake_drain(intake);
}

static void
retry_later(CoexIntake *intake)
{
    if (intake->retry == NULL && intake->store != NULL)
        coex_timer_start(&intake->retry, RETRY_MS, on_retry, intake);
}

/* What concerns a WABA concerns each of its numbers. */
static gboolean
is_for_all(const CoexEvent *event)
{
    return !coex_match_names_number(event) && event->message == NULL && event->status == NULL;
}

static CoexMatch
match(CoexIntake *intake, CoexAccount *account, const char *secret_id, const CoexEvent *event)
{
    gboolean learned = FALSE;
    CoexMatch found = coex_match_event(account, secret_id, event, &learned);

    if (learned)
        search_kept(intake, account);
    return found;
}

/* Calls @take for each account that the event is for; FALSE when none is there. */
static gboolean
route(CoexIntake *intake, const char *secret_id, CoexEvent *event,
      void (*take)(CoexAccount *account, CoexEvent *event, gpointer data), gpointer data)
{
    g_autoptr(GPtrArray) others = g_ptr_array_new();
    CoexAccount *expected = NULL;
    guint n = 0;

    for (guint i = 0; i < intake->accounts->len; i++) {
        CoexAccount *account = g_ptr_array_index(intake->accounts, i);

        switch (match(intake, account, secret_id, event)) {
        case COEX_MATCH_OURS:
            take(account, event, data);
            n++;
            break;
        case COEX_MATCH_MISMATCH:
            expected = account;
            break;
        case COEX_MATCH_OTHER:
            g_ptr_array_add(others, account);
            break;
        case COEX_MATCH_NONE:
            break;
        }
        if (n > 0 && !is_for_all(event))
            return TRUE;
    }
    if (n > 0)
        return TRUE;
    if (expected != NULL)
        coex_strangers_mismatch(expected, event);
    for (guint i = 0; i < others->len; i++)
        coex_match_note_other(g_ptr_array_index(others, i), event);
    return FALSE;
}

static void
add(CoexAccount *account, CoexEvent *event, gpointer application)
{
    coex_application_add(application, account, event);
}

static void
on_delay(gpointer data)
{
    CoexIntake *intake = data;

    coex_intake_retry_delayed(intake);
}

static void
delay_row(CoexIntake *intake, CoexDeliveryRow *row)
{
    for (guint i = 0; i < intake->delayed->len; i++) {
        const CoexDeliveryRow *other = g_ptr_array_index(intake->delayed, i);

        if (other->id == row->id) {
            coex_delivery_row_free(row);
            return;
        }
    }
    g_ptr_array_add(intake->delayed, row);
    if (intake->delay == NULL)
        coex_timer_start(&intake->delay, DELAY_MS, on_delay, intake);
}

static void
on_rest(gpointer data)
{
    coex_memory_give_back();
}

/* Much was needed for a while. After the end the thread itself gives it back. */
static void
wait_for_rest(CoexIntake *intake)
{
    if (intake->store != NULL)
        coex_timer_start(&intake->rest, REST_MS, on_rest, intake);
}

static void
on_applied(CoexApplication *application, CoexApplicationEnd end, gboolean any_status, gpointer data)
{
    CoexIntake *intake = data;
    gint64 id = coex_application_get_first_id(application);

    intake->n_applying--;
    /* An echo may have waited for what a status settled. */
    if (any_status)
        coex_intake_retry_delayed(intake);
    if (end == COEX_APPLICATION_WAITS)
        delay_row(intake, coex_application_steal_row(application));
    /* A read may be under way, and would move the cursor past it. What was kept for somebody is
     * found again where it is kept. */
    if ((end == COEX_APPLICATION_FAILED || end == COEX_APPLICATION_LEFT) &&
        !coex_application_was_kept(application))
        intake->again_from = MIN(intake->again_from, id - 1);
    if (end == COEX_APPLICATION_FAILED)
        retry_later(intake);
    else
        coex_intake_drain(intake);
    if (coex_application_has_past(application)) {
        coex_chunks_ended(intake->chunks, application);
        wait_for_rest(intake);
    }
}

static void
on_halfway(CoexApplication *application, gpointer data)
{
    CoexIntake *intake = data;

    coex_chunks_halfway(intake->chunks, application);
}

/* Takes @application. */
static void
run(CoexIntake *intake, CoexApplication *application)
{
    intake->n_applying++;
    if (coex_application_has_past(application))
        coex_chunks_begun(intake->chunks, application);
    coex_application_run(application, intake->store, on_halfway, on_applied, intake);
}

static void
route_all(CoexIntake *intake, CoexApplication *application)
{
    const CoexDeliveryRow *row = coex_application_get_row(application);
    GPtrArray *events = coex_application_get_events(application);
    const GError *error = coex_application_get_error(application);

    for (guint i = 0; i < events->len; i++) {
        CoexEvent *event = g_ptr_array_index(events, i);

        if (!route(intake, row->secret_id, event, add, application) &&
            coex_match_names_number(event))
            coex_application_add_unclaimed(application, event);
    }
    for (guint i = 0; error != NULL && i < intake->accounts->len; i++)
        coex_match_tell_unreadable(g_ptr_array_index(intake->accounts, i), row->secret_id, error);
}

/* ---- what is held ---- */

/* A CoexBurstRelease. It is read once more: whose it is may have changed. */
static void
on_burst(GPtrArray *rows, gpointer data)
{
    CoexIntake *intake = data;
    g_autoptr(GPtrArray) applications = g_ptr_array_new();

    while (rows->len > 0) {
        CoexApplication *next = coex_application_new(g_ptr_array_steal_index(rows, 0));

        route_all(intake, next);
        coex_application_add_to(next, applications);
    }
    for (guint i = 0; i < applications->len; i++)
        run(intake, applications->pdata[i]);
}

/* It is read again from the disk. */
static void
drop_burst(CoexIntake *intake)
{
    intake->again_from = MIN(intake->again_from, coex_burst_drop(intake->burst) - 1);
}

/* Takes @application. */
static void
apply(CoexIntake *intake, CoexApplication *application)
{
    route_all(intake, application);
    if (!coex_burst_hold(intake->burst, application))
        run(intake, application);
}

static void
on_chunk(CoexApplication *application, const CoexKept *kept, gpointer data)
{
    CoexIntake *intake = data;

    if (kept != NULL)
        apply_kept(intake, kept, application);
    else
        apply(intake, application);
}

static void
on_chunk_failed(gpointer data)
{
    retry_later(data);
}

/* ---- what is new ---- */

static gboolean
is_busy(CoexIntake *intake)
{
    if (intake->store == NULL || intake->reading || intake->retry != NULL ||
        intake->accounts->len == 0 || intake->n_applying >= APPLYING_MAX ||
        intake->searches.length > 0)
        return TRUE;
    for (guint i = 0; i < intake->accounts->len; i++) {
        CoexAccount *account = g_ptr_array_index(intake->accounts, i);

        if (coex_mailbox_is_full(account->target.mailbox))
            return TRUE;
    }
    return FALSE;
}

static gboolean
delays(CoexIntake *intake, gint64 delivery_id)
{
    for (guint i = 0; i < intake->delayed->len; i++)
        if (((CoexDeliveryRow *)g_ptr_array_index(intake->delayed, i))->id == delivery_id)
            return TRUE;
    return FALSE;
}

/* Nothing is left to be read. */
static void
end_catching_up(CoexIntake *intake)
{
    if (intake->behind->len == 0)
        return;
    coex_intake_release(intake);
    if (intake->n_applying > 0 || intake->searches.length > 0 || intake->retry != NULL)
        return;
    while (intake->behind->len > 0) {
        CoexAccount *account = g_ptr_array_steal_index_fast(intake->behind, 0);

        coex_outbox_caught_up(account->outbox);
    }
}

/* So many are taken up now. */
static guint
count_turn(const GPtrArray *rows)
{
    gsize bytes = 0;
    guint n = 0;

    for (; n < rows->len && bytes < TURN_BYTES; n++)
        bytes += g_bytes_get_size(((const CoexDeliveryRow *)rows->pdata[n])->body);
    return n;
}

/* The store reads on while these are taken up. Not where it would read any of these again. */
static void
read_ahead(CoexIntake *intake, const GPtrArray *rows, guint n)
{
    const CoexDeliveryRow *last = n > 0 ? g_ptr_array_index(rows, n - 1) : NULL;

    if (last == NULL || intake->again_from < G_MAXINT64 || intake->reads_again ||
        intake->searches.length > 0)
        return;
    intake->cursor = MAX(intake->cursor, last->id);
    coex_intake_drain(intake);
}

static void
take_up(CoexIntake *intake, CoexDeliveryRow *row)
{
    intake->cursor = MAX(intake->cursor, row->id);
    if (delays(intake, row->id) || coex_burst_has(intake->burst, row->id))
        coex_delivery_row_free(row);
    else if (coex_application_is_part(row))
        coex_chunks_take(intake->chunks, intake->store, row, NULL);
    else
        apply(intake, coex_application_new(row));
}

/* What a search finds is older: the rest is read again after it. */
static void
take_up_all(CoexIntake *intake, GPtrArray *rows, guint n)
{
    CoexStore *store = intake->store;

    coex_store_hold(store);
    for (; n > 0 && intake->searches.length == 0; n--)
        take_up(intake, g_ptr_array_steal_index(rows, 0));
    if (n > 0)
        intake->again_from = MIN(intake->again_from, ((CoexDeliveryRow *)rows->pdata[0])->id - 1);
    coex_store_release(store);
}

static void
on_rows(GPtrArray *rows, const GError *error, gpointer user_data)
{
    CoexIntake *intake = user_data;
    guint n;

    intake->reading = FALSE;
    if (intake->store == NULL)
        return;
    if (error != NULL) {
        for (guint i = 0; i < intake->accounts->len; i++)
            coex_account_tell_store_error(g_ptr_array_index(intake->accounts, i), error);
        retry_later(intake);
        return;
    }
    n = rows != NULL ? count_turn(rows) : 0;
    read_ahead(intake, rows, n);
    take_up_all(intake, rows, n);
    if (n > 0 || intake->again_from < intake->cursor || intake->reads_again)
        coex_intake_drain(intake);
    else
        end_catching_up(intake);
}

void
coex_intake_catch_up(CoexIntake *intake, CoexAccount *account)
{
    if (!g_ptr_array_find(intake->accounts, account, NULL))
        return;
    g_ptr_array_add(intake->behind, account);
    intake->reads_again = intake->reading;
    coex_intake_drain(intake);
}

void
coex_intake_release(CoexIntake *intake)
{
    coex_burst_end(intake->burst);
}

void
coex_intake_drain(CoexIntake *intake)
{
    if (is_busy(intake))
        return;
    intake->reading = TRUE;
    intake->reads_again = FALSE;
    intake->cursor = MIN(intake->cursor, intake->again_from);
    intake->again_from = G_MAXINT64;
    coex_store_read_deliveries(intake->store, intake->cursor, on_rows, intake);
}

static gboolean
on_deliveries(gpointer data)
{
    coex_intake_drain(data);
    return G_SOURCE_REMOVE;
}

void
coex_intake_retry_delayed(CoexIntake *intake)
{
    g_autoptr(GPtrArray) rows = NULL;

    if (intake->store == NULL || intake->delayed->len == 0)
        return;
    rows = g_steal_pointer(&intake->delayed);
    intake->delayed = g_ptr_array_new_with_free_func((GDestroyNotify)coex_delivery_row_free);
    while (rows->len > 0)
        apply(intake, coex_application_new(g_ptr_array_steal_index(rows, 0)));
}

/* ---- what was kept for an account ---- */

/* A search for what was kept. One follows the other: each sees what those before it have applied.
 */
struct Waiting {
    CoexIntake *intake;
    CoexKept kept;
    gint64 after;
};

static void
waiting_free(gpointer data)
{
    Waiting *waiting = data;

    coex_kept_clear(&waiting->kept);
    g_free(waiting);
}

/* Takes @application. */
static void
apply_kept(CoexIntake *intake, const CoexKept *kept, CoexApplication *application)
{
    const CoexDeliveryRow *row = coex_application_get_row(application);
    GPtrArray *events = coex_application_get_events(application);

    for (guint i = 0; i < events->len; i++) {
        CoexEvent *event = g_ptr_array_index(events, i);

        if (coex_match_names_number(event) == kept->for_number &&
            match(intake, kept->account, row->secret_id, event) == COEX_MATCH_OURS)
            coex_application_add(application, kept->account, event);
    }
    if (coex_application_is_empty(application)) {
        coex_application_free(application);
        return;
    }
    coex_application_set_kept_for(application, kept->phone_number_id, kept->number);
    run(intake, application);
}

static void search(CoexIntake *intake);

static void
on_waiting(GPtrArray *rows, const GError *error, gpointer user_data)
{
    Waiting *waiting = user_data;
    CoexIntake *intake = waiting->intake;
    gsize bytes = 0;

    if (error != NULL)
        retry_later(intake);
    if (rows == NULL || rows->len == 0 || waiting->kept.account->state == COEX_ACCOUNT_ENDED ||
        intake->store == NULL) {
        if (error == NULL && waiting->kept.for_number &&
            waiting->kept.account->state != COEX_ACCOUNT_ENDED)
            coex_waiting_tell(waiting->kept.account);
        waiting_free(g_queue_pop_head(&intake->searches));
        search(intake);
        return;
    }
    while (rows->len > 0 && bytes < TURN_BYTES) {
        CoexDeliveryRow *row = g_ptr_array_steal_index(rows, 0);

        waiting->after = row->id;
        if (coex_application_is_part(row)) {
            coex_chunks_take(intake->chunks, intake->store, row, &waiting->kept);
        } else {
            bytes += g_bytes_get_size(row->body);
            apply_kept(intake, &waiting->kept, coex_application_new(row));
        }
    }
    search(intake);
}

/* Goes on with the first. */
static void
search(CoexIntake *intake)
{
    Waiting *waiting = g_queue_peek_head(&intake->searches);

    if (intake->store == NULL)
        return;
    if (waiting == NULL)
        coex_intake_drain(intake);
    else
        coex_store_read_waiting(intake->store, waiting->kept.phone_number_id, waiting->kept.number,
                                waiting->after, on_waiting, waiting);
}

static void
apply_waiting(CoexIntake *intake, CoexAccount *account, const char *phone_number_id,
              const char *number, gboolean for_number)
{
    Waiting *waiting = g_new0(Waiting, 1);

    waiting->intake = intake;
    coex_kept_init(&waiting->kept, account, phone_number_id, number, for_number);
    g_queue_push_tail(&intake->searches, waiting);
    if (intake->searches.length == 1)
        search(intake);
}

/* The account came, or learned its phone_number_id or WABA: what was kept under it is applied. */
static void
search_kept(CoexIntake *intake, CoexAccount *account)
{
    g_auto(GStrv) wabas = coex_match_dup_wabas(account);
    g_autofree char *all = g_strjoinv(" ", wabas);

    coex_account_put_setting(account, "wabas", all);
    apply_waiting(intake, account, account->endpoint.phone_number_id, account->number, TRUE);
    for (char **waba = wabas; *waba != NULL; waba++) {
        g_autofree char *anybody = coex_match_dup_waba_key(*waba, NULL);
        g_autofree char *own = coex_match_dup_waba_key(*waba, account);

        apply_waiting(intake, account, NULL, anybody, FALSE);
        apply_waiting(intake, account, NULL, own, FALSE);
    }
}

/* ---- from the first account to the end ---- */

void
coex_intake_attach(CoexIntake *intake, CoexAccount *account)
{
    gboolean is_first = intake->store == NULL;

    intake->store = account->store;
    g_ptr_array_add(intake->accounts, account);
    search_kept(intake, account);
    if (is_first)
        coex_store_watch_deliveries(intake->store, g_main_context_get_thread_default(),
                                    on_deliveries, intake);
    coex_intake_drain(intake);
    wait_for_rest(intake);
}

void
coex_intake_detach(CoexIntake *intake, CoexAccount *account)
{
    g_ptr_array_remove(intake->accounts, account);
    g_ptr_array_remove(intake->behind, account);
    drop_burst(intake);
    coex_chunks_drop(intake->chunks, account);
    /* The others may have waited for this one's mailbox. */
    coex_intake_drain(intake);
    wait_for_rest(intake);
}

void
coex_intake_stop(CoexIntake *intake)
{
    coex_timer_clear(&intake->retry);
    coex_timer_clear(&intake->delay);
    coex_timer_clear(&intake->rest);
    drop_burst(intake);
    coex_chunks_stop(intake->chunks);
    intake->store = NULL;
}

void
coex_intake_free(CoexIntake *intake)
{
    g_ptr_array_unref(intake->accounts);
    g_ptr_array_unref(intake->behind);
    g_ptr_array_unref(intake->delayed);
    coex_burst_free(intake->burst);
    coex_chunks_free(intake->chunks);
    g_queue_clear_full(&intake->searches, waiting_free);
    g_free(intake);
}
