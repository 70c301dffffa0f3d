// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/hub.h"

#include "core/webhook.h"
#include "session/account.h"

#define APPLYING_MAX 16 /* transactions under way before parsing pauses */
#define RETRY_MS 1000   /* after a failed commit */
#define DELAY_MS 3000   /* before an echo that may be our own is looked at again */

struct CoexHub {
    guint n_members;
    char *database;
    char *program;
    CoexEngine *engine;

    CoexStore *store; /* written by the engine thread, read by main */
    GPtrArray *receivers;
    GPtrArray *accounts; /* CoexAccount, attached */
    CoexNicks *nicks;
    CoexStrangers strangers;
    GPtrArray *delayed; /* CoexDeliveryRow with an echo that may be our own send */
    gint64 cursor;      /* id of the newest delivery taken up */
    gint64 again_from;  /* the next read begins here, for one that could not be applied */
    guint n_applying;
    GQueue searches; /* Waiting, the first is under way: nothing newer is applied meanwhile */
    gboolean watching;
    gboolean reading;
    GSource *retry;
    GSource *delay;
};

static void hub_drain(CoexHub *hub);

/* ---- joining and leaving: main thread ---- */

static GPtrArray *hubs;

CoexHub *
coex_hub_join(const char *database, const char *program)
{
    CoexHub *hub;

    if (hubs == NULL)
        hubs = g_ptr_array_new();
    for (guint i = 0; i < hubs->len; i++) {
        hub = g_ptr_array_index(hubs, i);
        if (g_str_equal(hub->database, database)) {
            hub->n_members++;
            return hub;
        }
    }
    hub = g_new0(CoexHub, 1);
    hub->n_members = 1;
    hub->database = g_strdup(database);
    hub->program = g_strdup(program);
    hub->engine = coex_engine_start();
    hub->receivers = g_ptr_array_new_with_free_func((GDestroyNotify)coex_receiver_free);
    hub->accounts = g_ptr_array_new();
    hub->nicks = coex_nicks_new();
    hub->delayed = g_ptr_array_new_with_free_func((GDestroyNotify)coex_delivery_row_free);
    hub->again_from = G_MAXINT64;
    g_ptr_array_add(hubs, hub);
    return hub;
}

CoexEngine *
coex_hub_get_engine(CoexHub *hub)
{
    return hub->engine;
}

void
coex_hub_mark_shown(CoexHub *hub, gint64 account_id, gint64 seq)
{
    CoexStore *store = g_atomic_pointer_get(&hub->store);

    if (store != NULL)
        coex_store_mark_shown(store, account_id, seq);
}

void
coex_hub_forget_report(CoexHub *hub)
{
    CoexStore *store = g_atomic_pointer_get(&hub->store);

    if (store != NULL)
        coex_store_forget_report(store);
}

/* ---- the store and the listeners: engine thread ---- */

CoexStore *
coex_hub_open_store(CoexHub *hub, GError **error)
{
    if (hub->store == NULL)
        g_atomic_pointer_set(&hub->store, coex_store_open(hub->database, hub->program, error));
    return hub->store;
}

CoexNicks *
coex_hub_get_nicks(CoexHub *hub)
{
    return hub->nicks;
}

CoexStrangers *
coex_hub_get_strangers(CoexHub *hub)
{
    return &hub->strangers;
}

CoexAccount *
coex_hub_find_account(CoexHub *hub, gint64 account_id)
{
    for (guint i = 0; i < hub->accounts->len; i++) {
        CoexAccount *account = g_ptr_array_index(hub->accounts, i);

        if (account->id == account_id)
            return account;
    }
    return NULL;
}

static CoexReceiver *
hub_get_receiver(CoexHub *hub, const char *address, GError **error)
{
    CoexReceiver *receiver;

    for (guint i = 0; i < hub->receivers->len; i++) {
        receiver = g_ptr_array_index(hub->receivers, i);
        if (g_str_equal(coex_receiver_get_address(receiver), address))
            return receiver;
    }
    receiver = coex_receiver_open(address, hub->store, error);
    if (receiver != NULL)
        g_ptr_array_add(hub->receivers, receiver);
    return receiver;
}

gboolean
coex_hub_listen(CoexHub *hub, const char *address, const CoexReceiverSpec *spec, GError **error)
{
    CoexReceiver *receiver = hub_get_receiver(hub, address, error);

    if (receiver == NULL)
        return FALSE;
    coex_receiver_add(receiver, spec);
    return TRUE;
}

void
coex_hub_detach(CoexHub *hub, CoexAccount *account)
{
    for (guint i = hub->receivers->len; i > 0; i--)
        if (coex_receiver_remove(g_ptr_array_index(hub->receivers, i - 1), account))
            g_ptr_array_remove_index(hub->receivers, i - 1);
    g_ptr_array_remove(hub->accounts, account);
    /* The others may have waited for this one's mailbox. */
    hub_drain(hub);
}

/* ---- from the row to the account: engine thread ---- */

/* One delivery being applied. */
typedef struct {
    CoexHub *hub;
    gint64 delivery_id;
    GPtrArray *steps; /* CoexInboxStep, consumed by coex_inbox_applied() */
} Application;

static gboolean
on_retry(gpointer data)
{
    CoexHub *hub = data;

    coex_timer_clear(&hub->retry);
    for (guint i = 0; i < hub->accounts->len; i++)
        coex_hub_apply_waiting(hub, g_ptr_array_index(hub->accounts, i));
    hub_drain(hub);
    return G_SOURCE_REMOVE;
}

static void
retry_later(CoexHub *hub)
{
    if (hub->retry == NULL && hub->store != NULL)
        hub->retry = coex_timer_new(RETRY_MS, on_retry, hub);
}

static void
on_applied(CoexBatch *batch, const GError *error, gpointer user_data)
{
    Application *application = user_data;
    CoexHub *hub = application->hub;

    for (guint i = 0; i < application->steps->len; i++)
        coex_inbox_applied(g_ptr_array_index(application->steps, i), batch, error);
    hub->n_applying--;
    if (error != NULL) {
        /* A read may be under way, and would move the cursor past it. */
        hub->again_from = MIN(hub->again_from, application->delivery_id - 1);
        retry_later(hub);
    } else {
        hub_drain(hub);
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

/* Calls @take for each account that the event is for; FALSE when none is there. */
static gboolean
hub_route(CoexHub *hub, const char *realm, CoexEvent *event,
          void (*take)(CoexAccount *account, CoexEvent *event, gpointer data), gpointer data)
{
    g_autoptr(GPtrArray) others = g_ptr_array_new();
    CoexAccount *expected = NULL;
    guint n = 0;

    for (guint i = 0; i < hub->accounts->len; i++) {
        CoexAccount *account = g_ptr_array_index(hub->accounts, i);

        switch (coex_inbox_match(account, realm, event)) {
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
        coex_inbox_note_other(g_ptr_array_index(others, i), event);
    return FALSE;
}

/* The events of one delivery, sorted by whom they are for. */
typedef struct {
    GHashTable *by_account; /* CoexAccount -> GPtrArray of borrowed CoexEvent */
    GPtrArray *homeless;    /* borrowed CoexEvent with a number nobody here has */
    GPtrArray *wabas; /* of those that are for all numbers of one, borrowed char *, each once */
    gint64 age_s;     /* since it came */
    gboolean keep_raw;
} Sorted;

static void
sorted_clear(Sorted *sorted)
{
    g_hash_table_unref(sorted->by_account);
    g_ptr_array_unref(sorted->homeless);
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
sort_events(CoexHub *hub, const char *realm, GPtrArray *events, Sorted *ret_sorted)
{
    ret_sorted->by_account =
        g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_ptr_array_unref);
    ret_sorted->homeless = g_ptr_array_new();
    ret_sorted->wabas = g_ptr_array_new();
    for (guint i = 0; i < events->len; i++) {
        CoexEvent *event = g_ptr_array_index(events, i);

        ret_sorted->keep_raw |= event->keep_raw;
        if (!hub_route(hub, realm, event, sort_event, ret_sorted) && names_number(event))
            g_ptr_array_add(ret_sorted->homeless, event);
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
application_new(CoexHub *hub, gint64 delivery_id, const Sorted *sorted, CoexBatch *batch)
{
    Application *application = g_new0(Application, 1);
    GHashTableIter iter;
    gpointer account;
    gpointer events;

    application->hub = hub;
    application->delivery_id = delivery_id;
    application->steps = g_ptr_array_new();
    g_hash_table_iter_init(&iter, sorted->by_account);
    while (g_hash_table_iter_next(&iter, &account, &events))
        g_ptr_array_add(application->steps,
                        coex_inbox_apply(account, batch, events, sorted->age_s));
    hub->n_applying++;
    return application;
}

static gboolean
on_delay(gpointer data)
{
    CoexHub *hub = data;

    coex_timer_clear(&hub->delay);
    coex_hub_retry_delayed(hub);
    return G_SOURCE_REMOVE;
}

static void
delay_row(CoexHub *hub, CoexDeliveryRow *row)
{
    for (guint i = 0; i < hub->delayed->len; i++) {
        const CoexDeliveryRow *other = g_ptr_array_index(hub->delayed, i);

        if (other->id == row->id) {
            coex_delivery_row_free(row);
            return;
        }
    }
    g_ptr_array_add(hub->delayed, row);
    if (hub->delay == NULL)
        hub->delay = coex_timer_new(DELAY_MS, on_delay, hub);
}

/* In a number's place, of what names none; kept for @account, NULL: for whose WABA it will be. */
static char *
dup_waba(const char *waba_id, const CoexAccount *account)
{
    return account == NULL ? g_strconcat("waba:", waba_id, NULL)
                           : g_strconcat("waba:", waba_id, ":", account->number, NULL);
}

/* What concerns a WABA is kept for those of its numbers that are off. */
static void
keep_for_waba(CoexBatch *batch, const CoexDeliveryRow *row, const Sorted *sorted,
              const char *waba_id)
{
    g_autofree char *waba = dup_waba(waba_id, NULL);
    GHashTableIter iter;
    gpointer account;

    coex_batch_delivery_waits_for_waba(batch, row->id, waba, waba_id, row->realm);
    g_hash_table_iter_init(&iter, sorted->by_account);
    while (g_hash_table_iter_next(&iter, &account, NULL)) {
        g_autofree char *own = dup_waba(waba_id, account);

        coex_batch_delivery_waited(batch, row->id, NULL, own);
        coex_batch_delivery_waited(batch, row->id, NULL, waba);
    }
}

static void
keep_rest(CoexBatch *batch, const CoexDeliveryRow *row, const Sorted *sorted)
{
    for (guint i = 0; i < sorted->homeless->len; i++) {
        const CoexEvent *event = g_ptr_array_index(sorted->homeless, i);

        coex_batch_delivery_waits(batch, row->id, event->phone_number_id,
                                  event->display_phone_number);
    }
    for (guint i = 0; i < sorted->wabas->len; i++)
        keep_for_waba(batch, row, sorted, g_ptr_array_index(sorted->wabas, i));
}

/* Takes @row. */
static void
apply_row(CoexHub *hub, CoexDeliveryRow *row)
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
    sort_events(hub, row->realm, events, &sorted);
    sorted.age_s = row_age_s(row);
    g_debug("delivery %" G_GINT64_FORMAT ": %zu bytes, %u events, %u for nobody here%s", row->id,
            length, events->len, sorted.homeless->len, error != NULL ? ", not readable" : "");
    if (sorted_must_wait(&sorted)) {
        sorted_clear(&sorted);
        delay_row(hub, row);
        return;
    }
    application = application_new(hub, row->id, &sorted, batch);
    keep_rest(batch, row, &sorted);
    if (error != NULL) {
        coex_batch_delivery_quarantined(batch, row->id, error->message);
        for (guint i = 0; i < hub->accounts->len; i++)
            coex_inbox_unreadable(g_ptr_array_index(hub->accounts, i), row->realm, error);
    } else {
        coex_batch_delivery_applied(batch, row->id, sorted.keep_raw);
    }
    coex_store_commit(hub->store, g_steal_pointer(&batch), on_applied, application);
    sorted_clear(&sorted);
    coex_delivery_row_free(row);
}

static gboolean
hub_is_busy(CoexHub *hub)
{
    if (hub->store == NULL || hub->reading || hub->retry != NULL || hub->accounts->len == 0 ||
        hub->n_applying >= APPLYING_MAX || hub->searches.length > 0)
        return TRUE;
    for (guint i = 0; i < hub->accounts->len; i++) {
        CoexAccount *account = g_ptr_array_index(hub->accounts, i);

        if (coex_mailbox_is_full(account->target.mailbox))
            return TRUE;
    }
    return FALSE;
}

static gboolean
hub_delays(CoexHub *hub, gint64 delivery_id)
{
    for (guint i = 0; i < hub->delayed->len; i++)
        if (((CoexDeliveryRow *)g_ptr_array_index(hub->delayed, i))->id == delivery_id)
            return TRUE;
    return FALSE;
}

static void
on_rows(GPtrArray *rows, const GError *error, gpointer user_data)
{
    CoexHub *hub = user_data;
    gboolean any = rows != NULL && rows->len > 0;

    hub->reading = FALSE;
    if (hub->store == NULL)
        return;
    if (error != NULL) {
        for (guint i = 0; i < hub->accounts->len; i++)
            coex_account_tell_store_error(g_ptr_array_index(hub->accounts, i), error);
        retry_later(hub);
        return;
    }
    while (rows->len > 0) {
        CoexDeliveryRow *row = g_ptr_array_steal_index(rows, 0);

        hub->cursor = MAX(hub->cursor, row->id);
        if (hub_delays(hub, row->id))
            coex_delivery_row_free(row);
        else
            apply_row(hub, row);
    }
    if (any)
        hub_drain(hub);
}

static void
hub_drain(CoexHub *hub)
{
    if (hub_is_busy(hub))
        return;
    hub->reading = TRUE;
    hub->cursor = MIN(hub->cursor, hub->again_from);
    hub->again_from = G_MAXINT64;
    coex_store_read_deliveries(hub->store, hub->cursor, on_rows, hub);
}

static gboolean
on_deliveries(gpointer data)
{
    hub_drain(data);
    return G_SOURCE_REMOVE;
}

static void
drain_call(gpointer data)
{
    hub_drain(data);
}

void
coex_hub_wake(CoexHub *hub)
{
    coex_engine_call(hub->engine, drain_call, hub, NULL);
}

void
coex_hub_retry_delayed(CoexHub *hub)
{
    g_autoptr(GPtrArray) rows = NULL;

    if (hub->store == NULL || hub->delayed->len == 0)
        return;
    rows = g_steal_pointer(&hub->delayed);
    hub->delayed = g_ptr_array_new_with_free_func((GDestroyNotify)coex_delivery_row_free);
    while (rows->len > 0)
        apply_row(hub, g_ptr_array_steal_index(rows, 0));
}

/* ---- what was kept for an account ---- */

/* A search for it. One follows the other: each sees what those before it have applied. */
typedef struct {
    CoexHub *hub;
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
            coex_inbox_match(account, row->realm, event) == COEX_MATCH_OURS)
            g_ptr_array_add(own, event);
    }
    if (own->len == 0)
        return;
    g_hash_table_insert(by_account, account, own);
    application = application_new(waiting->hub, G_MAXINT64, &sorted, batch);
    coex_batch_set_account(batch, account->id);
    coex_batch_delivery_waited(batch, row->id, waiting->phone_number_id, waiting->number);
    coex_store_commit(waiting->hub->store, g_steal_pointer(&batch), on_applied, application);
}

static void search(CoexHub *hub);

static void
on_waiting(GPtrArray *rows, const GError *error, gpointer user_data)
{
    Waiting *waiting = user_data;
    CoexHub *hub = waiting->hub;

    if (error != NULL)
        retry_later(hub);
    if (rows == NULL || rows->len == 0 || waiting->account->dead || hub->store == NULL) {
        if (error == NULL && waiting->for_number && !waiting->account->dead)
            coex_waiting_tell(waiting->account);
        waiting_free(g_queue_pop_head(&hub->searches));
        search(hub);
        return;
    }
    for (guint i = 0; i < rows->len; i++) {
        const CoexDeliveryRow *row = g_ptr_array_index(rows, i);

        waiting->after = row->id;
        apply_waiting_row(waiting, row);
    }
    search(hub);
}

/* Goes on with the first. */
static void
search(CoexHub *hub)
{
    Waiting *waiting = g_queue_peek_head(&hub->searches);

    if (hub->store == NULL)
        return;
    if (waiting == NULL)
        hub_drain(hub);
    else
        coex_store_read_waiting(hub->store, waiting->phone_number_id, waiting->number,
                                waiting->after, on_waiting, waiting);
}

static void
apply_waiting(CoexAccount *account, const char *phone_number_id, const char *number,
              gboolean for_number)
{
    Waiting *waiting = g_new0(Waiting, 1);

    waiting->hub = account->hub;
    waiting->account = coex_account_ref(account);
    waiting->phone_number_id = g_strdup(phone_number_id);
    waiting->number = g_strdup(number);
    waiting->for_number = for_number;
    g_queue_push_tail(&waiting->hub->searches, waiting);
    if (waiting->hub->searches.length == 1)
        search(waiting->hub);
}

void
coex_hub_apply_waiting(CoexHub *hub, CoexAccount *account)
{
    g_auto(GStrv) wabas = coex_inbox_dup_wabas(account);
    g_autofree char *all = g_strjoinv(" ", wabas);

    coex_account_put_setting(account, "wabas", all);
    apply_waiting(account, account->endpoint.phone_number_id, account->number, TRUE);
    for (char **waba = wabas; *waba != NULL; waba++) {
        g_autofree char *anybody = dup_waba(*waba, NULL);
        g_autofree char *own = dup_waba(*waba, account);

        apply_waiting(account, NULL, anybody, FALSE);
        apply_waiting(account, NULL, own, FALSE);
    }
}

void
coex_hub_attach(CoexHub *hub, CoexAccount *account)
{
    g_ptr_array_add(hub->accounts, account);
    coex_hub_apply_waiting(hub, account);
    if (!hub->watching) {
        hub->watching = TRUE;
        coex_store_watch_deliveries(hub->store, coex_engine_get_context(hub->engine), on_deliveries,
                                    hub);
    }
    hub_drain(hub);
}

/* ---- the end ---- */

static void
shut_down(gpointer data)
{
    CoexHub *hub = data;
    CoexStore *store = hub->store;

    coex_timer_clear(&hub->retry);
    coex_timer_clear(&hub->delay);
    g_ptr_array_set_size(hub->receivers, 0);
    g_atomic_pointer_set(&hub->store, NULL);
    if (store != NULL)
        coex_store_close(store);
}

void
coex_hub_leave(CoexHub *hub)
{
    if (--hub->n_members > 0)
        return;
    g_ptr_array_remove(hubs, hub);
    coex_engine_call(hub->engine, shut_down, hub, NULL);
    coex_http_hurry(TRUE);
    coex_engine_stop(hub->engine);
    coex_http_hurry(FALSE);
    g_queue_clear_full(&hub->searches, waiting_free);
    g_ptr_array_unref(hub->receivers);
    g_ptr_array_unref(hub->accounts);
    coex_nicks_free(hub->nicks);
    g_ptr_array_unref(hub->delayed);
    g_free(hub->database);
    g_free(hub->program);
    g_free(hub);
}
