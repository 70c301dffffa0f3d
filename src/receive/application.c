// SPDX-License-Identifier: GPL-2.0-or-later
#include "receive/application.h"

#include "account/account.h"
#include "core/webhook.h"
#include "receive/history.h"
#include "receive/inbox.h"
#include "receive/match.h"
#include "store/batch.h"
#include "store/rows.h"
#include "store/store.h"
#include <string.h>

/* So many slices are under way where nobody is new in them: one is made while another is written.
 */
#define SLICES 2
/* So many bytes with a part of the phone's history are read aside, one after the other. */
#define PART_BYTES (32 * 1024)

typedef struct {
    CoexAccount *account; /* held by the key of `by_account` */
    CoexEvent *event;     /* without its message once that is on disk */
} Past;

struct CoexApplication {
    CoexDeliveryRow *row;
    gint64 age_s; /* since it came, or the newest of those that joined it */
    GPtrArray *events;
    GError *error;
    gboolean keep_raw;
    GPtrArray *wabas; /* of those that are for all numbers of one, borrowed char *, each once */

    GHashTable
        *by_account;      /* CoexAccount -> GPtrArray of borrowed CoexEvent, without the history */
    GArray *past;         /* Past */
    GPtrArray *unclaimed; /* borrowed CoexEvent with a number nobody here has */
    gboolean was_kept;    /* for: */
    char *phone_number_id;
    char *number;

    CoexStore *store; /* borrowed */
    CoexApplicationHalfway halfway;
    CoexApplicationDone done;
    gpointer data;
    guint n_forgotten; /* so many of the history are of people who are forgotten */
    guint n_past;      /* so many of the history are on disk or on their way */
    guint n_stored;    /* so many are on disk */
    guint n_slices;    /* on their way */
    gboolean is_quiet; /* nobody is new in the last one of them */
    gboolean failed;
    GPtrArray *steps;  /* CoexInboxStep, consumed by coex_inbox_applied() */
    GPtrArray *joined; /* CoexApplication, for the same account */
};

static void
unref_account(gpointer account)
{
    coex_account_unref(account);
}

/* Our clock may be wrong, but not between two looks at it. */
static gint64
row_age_s(const CoexDeliveryRow *row)
{
    return MAX(0, g_get_real_time() / G_USEC_PER_SEC - row->received_at);
}

static void
note_event(CoexApplication *application, const CoexEvent *event)
{
    GPtrArray *wabas = application->wabas;

    application->keep_raw |= event->keep_raw;
    if (!coex_match_names_number(event) && event->waba_id != NULL &&
        !g_ptr_array_find_with_equal_func(wabas, event->waba_id, g_str_equal, NULL))
        g_ptr_array_add(wabas, event->waba_id);
}

CoexApplication *
coex_application_new(CoexDeliveryRow *row)
{
    CoexApplication *application = g_new0(CoexApplication, 1);
    gsize length;
    const char *bytes = g_bytes_get_data(row->body, &length);

    application->row = row;
    application->age_s = row_age_s(row);
    application->events = coex_webhook_parse(bytes, length, &application->error);
    if (application->events == NULL)
        application->events = g_ptr_array_new();
    application->wabas = g_ptr_array_new();
    application->by_account =
        g_hash_table_new_full(NULL, NULL, unref_account, (GDestroyNotify)g_ptr_array_unref);
    application->past = g_array_new(FALSE, FALSE, sizeof(Past));
    application->unclaimed = g_ptr_array_new();
    application->steps = g_ptr_array_new();
    application->joined = g_ptr_array_new_with_free_func((GDestroyNotify)coex_application_free);
    for (guint i = 0; i < application->events->len; i++)
        note_event(application, g_ptr_array_index(application->events, i));
    return application;
}

gboolean
coex_application_is_part(const CoexDeliveryRow *row)
{
    gsize length;
    const char *bytes = g_bytes_get_data(row->body, &length);

    return length >= PART_BYTES &&
           memmem(bytes, length, "\"history\"", strlen("\"history\"")) != NULL;
}

void
coex_application_free(CoexApplication *application)
{
    g_ptr_array_unref(application->joined);
    coex_delivery_row_free(application->row);
    g_hash_table_unref(application->by_account);
    g_array_unref(application->past);
    g_ptr_array_unref(application->unclaimed);
    g_ptr_array_unref(application->wabas);
    g_ptr_array_unref(application->steps);
    g_ptr_array_unref(application->events);
    g_clear_error(&application->error);
    g_free(application->phone_number_id);
    g_free(application->number);
    g_free(application);
}

const CoexDeliveryRow *
coex_application_get_row(const CoexApplication *application)
{
    return application->row;
}

CoexDeliveryRow *
coex_application_steal_row(CoexApplication *application)
{
    return g_steal_pointer(&application->row);
}

const GError *
coex_application_get_error(const CoexApplication *application)
{
    return application->error;
}

GPtrArray *
coex_application_get_events(const CoexApplication *application)
{
    return application->events;
}

gboolean
coex_application_has_past(const CoexApplication *application)
{
    return application->past->len > 0;
}

void
coex_application_add(CoexApplication *application, CoexAccount *account, CoexEvent *event)
{
    GPtrArray *own = g_hash_table_lookup(application->by_account, account);
    const Past past = { account, event };

    if (own == NULL) {
        own = g_ptr_array_new();
        g_hash_table_insert(application->by_account, coex_account_ref(account), own);
    }
    if (event->kind == COEX_EVENT_PAST)
        g_array_append_val(application->past, past);
    else
        g_ptr_array_add(own, event);
}

void
coex_application_add_unclaimed(CoexApplication *application, CoexEvent *event)
{
    g_ptr_array_add(application->unclaimed, event);
}

gboolean
coex_application_is_empty(const CoexApplication *application)
{
    return g_hash_table_size(application->by_account) == 0;
}

void
coex_application_set_kept_for(CoexApplication *application, const char *phone_number_id,
                              const char *number)
{
    application->was_kept = TRUE;
    application->phone_number_id = g_strdup(phone_number_id);
    application->number = g_strdup(number);
}

gboolean
coex_application_was_kept(const CoexApplication *application)
{
    return application->was_kept;
}

/* ---- several ---- */

CoexAccount *
coex_application_get_only_account(const CoexApplication *application)
{
    GHashTableIter iter;
    gpointer account = NULL;

    if (application->error != NULL || application->past->len > 0 ||
        application->unclaimed->len > 0 || g_hash_table_size(application->by_account) != 1)
        return NULL;
    g_hash_table_iter_init(&iter, application->by_account);
    g_hash_table_iter_next(&iter, &account, NULL);
    return account;
}

void
coex_application_add_to(CoexApplication *application, GPtrArray *others)
{
    const CoexAccount *account = coex_application_get_only_account(application);

    for (guint i = 0; account != NULL && i < others->len; i++) {
        CoexApplication *other = g_ptr_array_index(others, i);

        if (coex_application_get_only_account(other) != account)
            continue;
        other->age_s = MIN(other->age_s, application->age_s);
        g_ptr_array_add(other->joined, application);
        return;
    }
    g_ptr_array_add(others, application);
}

gint64
coex_application_get_first_id(const CoexApplication *application)
{
    gint64 id = application->row->id;

    for (guint i = 0; i < application->joined->len; i++) {
        const CoexApplication *other = g_ptr_array_index(application->joined, i);

        id = MIN(id, other->row->id);
    }
    return id;
}

/* The sort is stable: what has the same time is in the order in which it came. */
static int
compare_events(gconstpointer one, gconstpointer other)
{
    gint64 a = (*(CoexEvent *const *)one)->message->time;
    gint64 b = (*(CoexEvent *const *)other)->message->time;

    return a < b ? -1 : a > b;
}

static gboolean
has_only_messages(GPtrArray *events)
{
    for (guint i = 0; i < events->len; i++)
        if (((const CoexEvent *)g_ptr_array_index(events, i))->message == NULL)
            return FALSE;
    return TRUE;
}

/* Of all that were joined. */
static GPtrArray *
list_events(const CoexApplication *application, CoexAccount *account, GPtrArray *events)
{
    GPtrArray *all = g_ptr_array_new();

    g_ptr_array_extend(all, events, NULL, NULL);
    for (guint i = 0; i < application->joined->len; i++) {
        const CoexApplication *other = g_ptr_array_index(application->joined, i);

        g_ptr_array_extend(all, g_hash_table_lookup(other->by_account, account), NULL, NULL);
    }
    if (has_only_messages(all))
        g_ptr_array_sort(all, compare_events);
    return all;
}

/* ---- the end ---- */

static void
end(CoexApplication *application, CoexApplicationEnd how, gboolean any_status)
{
    application->done(application, how, any_status, application->data);
    coex_application_free(application);
}

static void
on_applied(CoexBatch *batch, const GError *error, gpointer user_data)
{
    CoexApplication *application = user_data;
    gboolean any_status = FALSE;

    for (guint i = 0; i < application->steps->len; i++)
        any_status |= coex_inbox_applied(g_ptr_array_index(application->steps, i), batch, error);
    end(application, error != NULL ? COEX_APPLICATION_FAILED : COEX_APPLICATION_DONE, any_status);
}

/* Whether one of an account's events concerns the whole WABA. */
static gboolean
has_waba(const GPtrArray *events, const char *waba_id)
{
    for (guint i = 0; i < events->len; i++) {
        const CoexEvent *event = g_ptr_array_index(events, i);

        if (!coex_match_names_number(event) && g_strcmp0(event->waba_id, waba_id) == 0)
            return TRUE;
    }
    return FALSE;
}

/* What concerns a WABA is kept for those of its numbers that are off. */
static void
keep_for_waba(const CoexApplication *application, CoexBatch *batch, const char *waba_id)
{
    const CoexDeliveryRow *row = application->row;
    g_autofree char *waba = coex_match_dup_waba_key(waba_id, NULL);
    GHashTableIter iter;
    gpointer account;
    gpointer events;

    coex_batch_delivery_waits_for_waba(batch, row->id, waba, waba_id, row->secret_id);
    g_hash_table_iter_init(&iter, application->by_account);
    while (g_hash_table_iter_next(&iter, &account, &events)) {
        g_autofree char *own = coex_match_dup_waba_key(waba_id, account);

        if (!has_waba(events, waba_id))
            continue;
        coex_batch_delivery_waited(batch, row->id, NULL, own);
        coex_batch_delivery_waited(batch, row->id, NULL, waba);
    }
}

static void
keep_rest(const CoexApplication *application, CoexBatch *batch)
{
    gint64 id = application->row->id;

    for (guint i = 0; i < application->unclaimed->len; i++) {
        const CoexEvent *event = g_ptr_array_index(application->unclaimed, i);

        coex_batch_delivery_waits(batch, id, event->phone_number_id, event->display_phone_number);
    }
    for (guint i = 0; i < application->wabas->len; i++)
        keep_for_waba(application, batch, g_ptr_array_index(application->wabas, i));
    if (application->error != NULL)
        coex_batch_delivery_quarantined(batch, id, application->error->message);
    else
        coex_batch_delivery_applied(batch, id, application->keep_raw);
}

static gboolean
must_wait(const CoexApplication *application)
{
    GHashTableIter iter;
    gpointer account;
    gpointer events;

    g_hash_table_iter_init(&iter, application->by_account);
    while (g_hash_table_iter_next(&iter, &account, &events))
        if (coex_inbox_must_wait(account, events))
            return TRUE;
    return FALSE;
}

/* Of the history of people who are forgotten nothing is kept, unless it tells of others too. */
static gboolean
tells_only_of_forgotten(const CoexApplication *application)
{
    guint n_past = 0;

    for (guint i = 0; i < application->events->len; i++) {
        const CoexEvent *event = g_ptr_array_index(application->events, i);

        if (event->kind != COEX_EVENT_PAST && event->kind != COEX_EVENT_HISTORY)
            return FALSE;
        n_past += event->kind == COEX_EVENT_PAST ? 1 : 0;
    }
    return n_past > 0 && n_past == application->n_forgotten;
}

/* All but the history. */
static void
finish(CoexApplication *application)
{
    g_autoptr(CoexBatch) batch = NULL;
    GHashTableIter iter;
    gpointer account;
    gpointer events;

    if (!application->was_kept && must_wait(application)) {
        end(application, COEX_APPLICATION_WAITS, FALSE);
        return;
    }
    batch = coex_batch_new();
    g_hash_table_iter_init(&iter, application->by_account);
    while (g_hash_table_iter_next(&iter, &account, &events)) {
        g_autoptr(GPtrArray) all = list_events(application, account, events);

        g_ptr_array_add(application->steps,
                        coex_inbox_apply(account, batch, all, application->age_s));
    }
    if (application->was_kept)
        coex_batch_delivery_waited(batch, application->row->id, application->phone_number_id,
                                   application->number);
    else
        keep_rest(application, batch);
    for (guint i = 0; i < application->joined->len; i++)
        keep_rest(g_ptr_array_index(application->joined, i), batch);
    if (tells_only_of_forgotten(application))
        coex_batch_delivery_forgotten(batch, application->row->id);
    coex_store_commit(application->store, g_steal_pointer(&batch), on_applied, application);
}

/* ---- the history before it ---- */

/* Whether all that it is for are still there. */
static gboolean
is_wanted(const CoexApplication *application)
{
    GHashTableIter iter;
    gpointer account;

    g_hash_table_iter_init(&iter, application->by_account);
    while (g_hash_table_iter_next(&iter, &account, NULL))
        if (((CoexAccount *)account)->state == COEX_ACCOUNT_ENDED)
            return FALSE;
    return TRUE;
}

typedef struct {
    CoexApplication *application;
    CoexHistorySlice *history;
    guint end; /* where in the history it ends */
} Slice;

static void apply_slices(CoexApplication *application);

/* They are many: what is on disk is not kept until the last one is. */
static void
note_stored(CoexApplication *application, guint n_stored)
{
    guint half = application->past->len / 2;
    gboolean is_half = application->n_stored < half && n_stored >= half;

    for (; application->n_stored < n_stored; application->n_stored++) {
        const Past *past = &g_array_index(application->past, Past, application->n_stored);

        g_clear_pointer(&past->event->message, coex_message_unref);
    }
    if (is_half)
        application->halfway(application, application->data);
}

static void
on_slice(CoexBatch *batch, const GError *error, gpointer user_data)
{
    g_autofree Slice *slice = user_data;
    CoexApplication *application = slice->application;

    coex_history_applied(slice->history, error);
    application->n_slices--;
    application->failed |= error != NULL;
    if (!application->failed)
        note_stored(application, slice->end);
    if (!application->failed && application->n_past < application->past->len &&
        is_wanted(application))
        apply_slices(application);
    else if (application->n_slices > 0)
        return;
    else if (application->failed)
        end(application, COEX_APPLICATION_FAILED, FALSE);
    else if (!is_wanted(application))
        end(application, COEX_APPLICATION_LEFT, FALSE);
    else
        finish(application);
}

static void
apply_slice(CoexApplication *application)
{
    g_autoptr(CoexBatch) batch = coex_batch_new();
    Slice *slice = g_new0(Slice, 1);

    slice->application = application;
    slice->history = coex_history_slice_new();
    slice->end = MIN(application->past->len, application->n_past + COEX_HISTORY_SLICE);
    for (; application->n_past < slice->end; application->n_past++) {
        const Past *past = &g_array_index(application->past, Past, application->n_past);

        if (!coex_history_apply(slice->history, past->account, batch, past->event,
                                application->age_s))
            application->n_forgotten++;
    }
    application->is_quiet = coex_history_slice_is_quiet(slice->history);
    application->n_slices++;
    coex_store_commit(application->store, g_steal_pointer(&batch), on_slice, slice);
}

/* What comes meanwhile is between two of them. None is on its way before those who are new in the
 * one before it are on disk: else their messages could be there without them. */
static void
apply_slices(CoexApplication *application)
{
    while (
        application->n_past < application->past->len &&
        (application->n_slices == 0 || (application->n_slices < SLICES && application->is_quiet)))
        apply_slice(application);
}

void
coex_application_run(CoexApplication *application, CoexStore *store, CoexApplicationHalfway halfway,
                     CoexApplicationDone done, gpointer data)
{
    g_debug("delivery %" G_GINT64_FORMAT
            ": %zu bytes, %u events, %u of them history, %u for nobody "
            "here%s",
            application->row->id, g_bytes_get_size(application->row->body),
            application->events->len, application->past->len, application->unclaimed->len,
            application->error != NULL ? ", not readable" : "");
    application->store = store;
    application->halfway = halfway;
    application->done = done;
    application->data = data;
    if (application->past->len > 0)
        apply_slices(application);
    else
        finish(application);
}
