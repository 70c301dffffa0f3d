// SPDX-License-Identifier: GPL-2.0-or-later
#include "receive/intake.h"

#include "account/account.h"
#include "account/engine.h"
#include "account/mailbox.h"
#include "account/tell.h"
#include "account/waiting.h"
#include "core/webhook.h"
#include "receive/inbox.h"
#include "receive/match.h"
#include "receive/strangers.h"
#include "store/batch.h"
#include "store/rows.h"
#include "store/store.h"

#define APPLYING_MAX 16 /* transactions under way before parsing pauses */
#define RETRY_MS 1000   /* after a failed commit */
#define DELAY_MS 3000   /* before an echo that may be our own is looked at again */

struct CoexIntake {
    CoexStore *store;    /* borrowed; NULL before the first account and after the end */
    GPtrArray *accounts; /* CoexAccount, attached */
    GPtrArray *delayed;  /* CoexDeliveryRow with an echo that may be our own send */
    gint64 cursor;       /* id of the newest delivery taken up */
    gint64 again_from;   /* the next read begins here, for one that could not be applied */
    guint n_applying;
    GQueue searches; /* Waiting, the first is under way: nothing newer is applied meanwhile */
    gboolean reading;
    GSource *retry;
    GSource *delay;
};

CoexIntake *
coex_intake_new(void)
{
    CoexIntake *intake = g_new0(CoexIntake, 1);

    intake->accounts = g_ptr_array_new();
    intake->delayed = g_ptr_array_new_with_free_func((GDestroyNotify)coex_delivery_row_free);
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

/* One delivery being applied. */
typedef struct {
    CoexIntake *intake;
    gint64 delivery_id;
    GPtrArray *steps; /* CoexInboxStep, consumed by coex_inbox_applied() */
} Application;

static void
on_retry(gpointer data)
{
    CoexIntake *intake = data;

    for (guint i = 0; i < intake->accounts->len; i++)
        search_kept(intake, g_ptr_array_index(intake->accounts, i));
    coex_intake_drain(intake);
}

static void
retry_later(CoexIntake *intake)
{
    if (intake->retry == NULL && intake->store != NULL)
        coex_timer_start(&intake->retry, RETRY_MS, on_retry, intake);
}

static void
on_applied(CoexBatch *batch, const GError *error, gpointer user_data)
{
    Application *application = user_data;
    CoexIntake *intake = application->intake;

    gboolean any_status = FALSE;

    for (guint i = 0; i < application->steps->len; i++)
        any_status |= coex_inbox_applied(g_ptr_array_index(application->steps, i), batch, error);
    intake->n_applying--;
    /* An echo may have waited for what a status settled. */
    if (any_status)
        coex_intake_retry_delayed(intake);
    if (error != NULL) {
        /* A read may be under way, and would move the cursor past it. */
        intake->again_from = MIN(intake->again_from, application->delivery_id - 1);
        retry_later(intake);
    } else {
        coex_intake_drain(intake);
    }
    g_ptr_array_unref(application->steps);
    g_free(application);
}

static gboolean
names_number(const CoexEvent *event)
{
    return event->phone_number_id != NULL || event->display_phone_number != NULL;
}

/* What concerns a WABA concerns each of its numbers. */
static gboolean
is_for_all(const CoexEvent *event)
{
    return !names_number(event) && event->message == NULL && event->status == NULL;
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

/* The events of one delivery, sorted by whom they are for. */
typedef struct {
    GHashTable *by_account; /* CoexAccount -> GPtrArray of borrowed CoexEvent */
    GPtrArray *unclaimed;   /* borrowed CoexEvent with a number nobody here has */
    GPtrArray *wabas; /* of those that are for all numbers of one, borrowed char *, each once */
    gint64 age_s;     /* since it came */
    gboolean keep_raw;
} Sorted;

static void
sorted_clear(Sorted *sorted)
{
    g_hash_table_unref(sorted->by_account);
    g_ptr_array_unref(sorted->unclaimed);
    g_ptr_array_unref(sorted->wabas);
}

static void
sort_event(CoexAccount *account, CoexEvent *event, gpointer data)
{
    Sorted *sorted = data;
    GPtrArray *own = g_hash_table_lookup(sorted->by_account, account);

    if (own == NULL) {
        own = g_ptr_array_new();
        g_hash_table_insert(sorted->by_account, account, own);
    }
    g_ptr_array_add(own, event);
}

static void
sort_events(CoexIntake *intake, const char *secret_id, GPtrArray *events, Sorted *ret_sorted)
{
    ret_sorted->by_account =
        g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_ptr_array_unref);
    ret_sorted->unclaimed = g_ptr_array_new();
    ret_sorted->wabas = g_ptr_array_new();
    for (guint i = 0; i < events->len; i++) {
        CoexEvent *event = g_ptr_array_index(events, i);

        ret_sorted->keep_raw |= event->keep_raw;
        if (!route(intake, secret_id, event, sort_event, ret_sorted) && names_number(event))
            g_ptr_array_add(ret_sorted->unclaimed, event);
        if (!names_number(event) && event->waba_id != NULL &&
            !g_ptr_array_find_with_equal_func(ret_sorted->wabas, event->waba_id, g_str_equal, NULL))
            g_ptr_array_add(ret_sorted->wabas, event->waba_id);
    }
}

static gboolean
sorted_must_wait(const Sorted *sorted)
{
    GHashTableIter iter;
    gpointer account;
    gpointer events;

    g_hash_table_iter_init(&iter, sorted->by_account);
    while (g_hash_table_iter_next(&iter, &account, &events))
        if (coex_inbox_must_wait(account, events))
            return TRUE;
    return FALSE;
}

/* Our clock may be wrong, but not between two looks at it. */
static gint64
row_age_s(const CoexDeliveryRow *row)
{
    return MAX(0, g_get_real_time() / G_USEC_PER_SEC - row->received_at);
}

static Application *
application_new(CoexIntake *intake, gint64 delivery_id, const Sorted *sorted, CoexBatch *batch)
{
    Application *application = g_new0(Application, 1);
    GHashTableIter iter;
    gpointer account;
    gpointer events;

    application->intake = intake;
    application->delivery_id = delivery_id;
    application->steps = g_ptr_array_new();
    g_hash_table_iter_init(&iter, sorted->by_account);
    while (g_hash_table_iter_next(&iter, &account, &events))
        g_ptr_array_add(application->steps,
                        coex_inbox_apply(account, batch, events, sorted->age_s));
    intake->n_applying++;
    return application;
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

/* In a number's place, of what names none; kept for @account, NULL: for whose WABA it will be. */
static char *
dup_waba(const char *waba_id, const CoexAccount *account)
{
    return account == NULL ? g_strconcat("waba:", waba_id, NULL)
                           : g_strconcat("waba:", waba_id, ":", account->number, NULL);
}

/* Whether one of an account's events concerns the whole WABA. */
static gboolean
has_waba(const GPtrArray *events, const char *waba_id)
{
    for (guint i = 0; i < events->len; i++) {
        const CoexEvent *event = g_ptr_array_index(events, i);

        if (!names_number(event) && g_strcmp0(event->waba_id, waba_id) == 0)
            return TRUE;
    }
    return FALSE;
}

/* What concerns a WABA is kept for those of its numbers that are off. */
static void
keep_for_waba(CoexBatch *batch, const CoexDeliveryRow *row, const Sorted *sorted,
              const char *waba_id)
{
    g_autofree char *waba = dup_waba(waba_id, NULL);
    GHashTableIter iter;
    gpointer account;
    gpointer events;

    coex_batch_delivery_waits_for_waba(batch, row->id, waba, waba_id, row->secret_id);
    g_hash_table_iter_init(&iter, sorted->by_account);
    while (g_hash_table_iter_next(&iter, &account, &events)) {
        g_autofree char *own = dup_waba(waba_id, account);

        if (!has_waba(events, waba_id))
            continue;
        coex_batch_delivery_waited(batch, row->id, NULL, own);
        coex_batch_delivery_waited(batch, row->id, NULL, waba);
    }
}

static void
keep_rest(CoexBatch *batch, const CoexDeliveryRow *row, const Sorted *sorted)
{
    for (guint i = 0; i < sorted->unclaimed->len; i++) {
        const CoexEvent *event = g_ptr_array_index(sorted->unclaimed, i);

        coex_batch_delivery_waits(batch, row->id, event->phone_number_id,
                                  event->display_phone_number);
    }
    for (guint i = 0; i < sorted->wabas->len; i++)
        keep_for_waba(batch, row, sorted, g_ptr_array_index(sorted->wabas, i));
}

/* Takes @row. */
static void
apply_row(CoexIntake *intake, CoexDeliveryRow *row)
{
    g_autoptr(CoexBatch) batch = coex_batch_new();
    g_autoptr(GError) error = NULL;
    gsize length;
    const char *bytes = g_bytes_get_data(row->body, &length);
    g_autoptr(GPtrArray) events = coex_webhook_parse(bytes, length, &error);
    Application *application;
    Sorted sorted = { 0 };

    if (events == NULL)
        events = g_ptr_array_new();
    sort_events(intake, row->secret_id, events, &sorted);
    sorted.age_s = row_age_s(row);
    g_debug("delivery %" G_GINT64_FORMAT ": %zu bytes, %u events, %u for nobody here%s", row->id,
            length, events->len, sorted.unclaimed->len, error != NULL ? ", not readable" : "");
    if (sorted_must_wait(&sorted)) {
        sorted_clear(&sorted);
        delay_row(intake, row);
        return;
    }
    application = application_new(intake, row->id, &sorted, batch);
    keep_rest(batch, row, &sorted);
    if (error != NULL) {
        coex_batch_delivery_quarantined(batch, row->id, error->message);
        for (guint i = 0; i < intake->accounts->len; i++)
            coex_match_tell_unreadable(g_ptr_array_index(intake->accounts, i), row->secret_id,
                                       error);
    } else {
        coex_batch_delivery_applied(batch, row->id, sorted.keep_raw);
    }
    coex_store_commit(intake->store, g_steal_pointer(&batch), on_applied, application);
    sorted_clear(&sorted);
    coex_delivery_row_free(row);
}

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

static void
on_rows(GPtrArray *rows, const GError *error, gpointer user_data)
{
    CoexIntake *intake = user_data;
    gboolean any = rows != NULL && rows->len > 0;

    intake->reading = FALSE;
    if (intake->store == NULL)
        return;
    if (error != NULL) {
        for (guint i = 0; i < intake->accounts->len; i++)
            coex_account_tell_store_error(g_ptr_array_index(intake->accounts, i), error);
        retry_later(intake);
        return;
    }
    /* What a search finds is older: the rest is read again after it. */
    while (rows->len > 0 && intake->searches.length == 0) {
        CoexDeliveryRow *row = g_ptr_array_steal_index(rows, 0);

        intake->cursor = MAX(intake->cursor, row->id);
        if (delays(intake, row->id))
            coex_delivery_row_free(row);
        else
            apply_row(intake, row);
    }
    if (any)
        coex_intake_drain(intake);
}

void
coex_intake_drain(CoexIntake *intake)
{
    if (is_busy(intake))
        return;
    intake->reading = TRUE;
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
        apply_row(intake, g_ptr_array_steal_index(rows, 0));
}

/* ---- what was kept for an account ---- */

/* A search for it. One follows the other: each sees what those before it have applied. */
typedef struct {
    CoexIntake *intake;
    CoexAccount *account;
    char *phone_number_id; /* NULL */
    char *number;          /* or dup_waba() */
    gboolean for_number;
    gint64 after;
} Waiting;

static void
waiting_free(gpointer data)
{
    Waiting *waiting = data;

    coex_account_unref(waiting->account);
    g_free(waiting->phone_number_id);
    g_free(waiting->number);
    g_free(waiting);
}

static void
apply_waiting_row(Waiting *waiting, const CoexDeliveryRow *row)
{
    CoexAccount *account = waiting->account;
    g_autoptr(CoexBatch) batch = coex_batch_new();
    gsize length;
    const char *bytes = g_bytes_get_data(row->body, &length);
    g_autoptr(GPtrArray) events = coex_webhook_parse(bytes, length, NULL);
    g_autoptr(GHashTable) by_account = g_hash_table_new(NULL, NULL);
    g_autoptr(GPtrArray) own = g_ptr_array_new();
    Sorted sorted = { .by_account = by_account, .age_s = row_age_s(row) };
    Application *application;

    for (guint i = 0; events != NULL && i < events->len; i++) {
        CoexEvent *event = g_ptr_array_index(events, i);

        if (names_number(event) == waiting->for_number &&
            match(waiting->intake, account, row->secret_id, event) == COEX_MATCH_OURS)
            g_ptr_array_add(own, event);
    }
    if (own->len == 0)
        return;
    g_hash_table_insert(by_account, account, own);
    application = application_new(waiting->intake, G_MAXINT64, &sorted, batch);
    coex_batch_set_account(batch, account->id);
    coex_batch_delivery_waited(batch, row->id, waiting->phone_number_id, waiting->number);
    coex_store_commit(waiting->intake->store, g_steal_pointer(&batch), on_applied, application);
}

static void search(CoexIntake *intake);

static void
on_waiting(GPtrArray *rows, const GError *error, gpointer user_data)
{
    Waiting *waiting = user_data;
    CoexIntake *intake = waiting->intake;

    if (error != NULL)
        retry_later(intake);
    if (rows == NULL || rows->len == 0 || waiting->account->state == COEX_ACCOUNT_ENDED ||
        intake->store == NULL) {
        if (error == NULL && waiting->for_number && waiting->account->state != COEX_ACCOUNT_ENDED)
            coex_waiting_tell(waiting->account);
        waiting_free(g_queue_pop_head(&intake->searches));
        search(intake);
        return;
    }
    for (guint i = 0; i < rows->len; i++) {
        const CoexDeliveryRow *row = g_ptr_array_index(rows, i);

        waiting->after = row->id;
        apply_waiting_row(waiting, row);
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
        coex_store_read_waiting(intake->store, waiting->phone_number_id, waiting->number,
                                waiting->after, on_waiting, waiting);
}

static void
apply_waiting(CoexIntake *intake, CoexAccount *account, const char *phone_number_id,
              const char *number, gboolean for_number)
{
    Waiting *waiting = g_new0(Waiting, 1);

    waiting->intake = intake;
    waiting->account = coex_account_ref(account);
    waiting->phone_number_id = g_strdup(phone_number_id);
    waiting->number = g_strdup(number);
    waiting->for_number = for_number;
    g_queue_push_tail(&waiting->intake->searches, waiting);
    if (waiting->intake->searches.length == 1)
        search(waiting->intake);
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
        g_autofree char *anybody = dup_waba(*waba, NULL);
        g_autofree char *own = dup_waba(*waba, account);

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
}

void
coex_intake_detach(CoexIntake *intake, CoexAccount *account)
{
    g_ptr_array_remove(intake->accounts, account);
    /* The others may have waited for this one's mailbox. */
    coex_intake_drain(intake);
}

void
coex_intake_stop(CoexIntake *intake)
{
    coex_timer_clear(&intake->retry);
    coex_timer_clear(&intake->delay);
    intake->store = NULL;
}

void
coex_intake_free(CoexIntake *intake)
{
    g_ptr_array_unref(intake->accounts);
    g_ptr_array_unref(intake->delayed);
    g_queue_clear_full(&intake->searches, waiting_free);
    g_free(intake);
}
