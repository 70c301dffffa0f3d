// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/store.h"

#include "core/error.h"
#include "core/words.h"
#include "store/arrivals.h"
#include "store/db.h"
#include "store/dispatch.h"
#include "store/lock.h"
#include "store/meant.h"
#include "store/media.h"
#include "store/past.h"
#include "store/loading.h"
#include "store/read.h"
#include "store/rescue.h"
#include "store/schema.h"
#include "store/search.h"
#include "store/shown.h"
#include "store/writer.h"
#include <errno.h>
#include <string.h>

struct CoexStore {
    CoexLock *lock;
    CoexShown *shown;
    CoexWriter *writer;
    char *report; /* of a rescue, NULL */
};

/* ---- opening and closing ---- */

static gboolean
prepare_folder(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    if (g_mkdir_with_parents(folder, 0700) == 0)
        return TRUE;
    coex_error_say(error, COEX_ERROR_STORE,
                   _("The folder %s cannot be made: %s. Check the rights and the free space of the "
                     "folder above it."),
                   folder, g_strerror(errno));
    return FALSE;
}

static CoexShown *
open_shown(CoexDb *db, const char *path, GError **error)
{
    g_autofree char *shown_path = g_strconcat(path, ".shown", NULL);
    guint8 id[COEX_SHOWN_ID_BYTES] = { 0 };
    gint64 newest_seq = 0;
    sqlite3_stmt *query =
        coex_db_query(db, "SELECT value FROM meta WHERE key = 'id'", COEX_NO_VALUES, error);
    CoexStep step = query != NULL ? coex_db_step(db, query, error) : COEX_STEP_FAILED;
    if (step == COEX_STEP_FAILED)
        return NULL;
    if (step == COEX_STEP_ROW && sqlite3_column_bytes(query, 0) == sizeof id)
        memcpy(id, sqlite3_column_blob(query, 0), sizeof id);
    if (step == COEX_STEP_ROW)
        sqlite3_reset(query);
    if (!coex_db_get_int(db, "SELECT seq FROM sqlite_sequence WHERE name = 'feed'", COEX_NO_VALUES,
                         &newest_seq, error))
        return NULL;
    return coex_shown_open(shown_path, id, newest_seq, error);
}

static char *
read_report(CoexDb *db)
{
    sqlite3_stmt *query =
        coex_db_query(db, "SELECT value FROM meta WHERE key = 'rescued'", COEX_NO_VALUES, NULL);
    if (query == NULL || coex_db_step(db, query, NULL) != COEX_STEP_ROW)
        return NULL;
    char *report = g_strndup(sqlite3_column_blob(query, 0), (gsize)sqlite3_column_bytes(query, 0));
    sqlite3_reset(query);
    return report;
}

/* Once damage was met, what can be read is carried over first. */
static CoexDb *
open_db(const char *path, GError **error)
{
    g_autoptr(GError) damage = NULL;
    CoexDb *db = coex_db_is_marked(path) ? NULL : coex_schema_open(path, TRUE, &damage);
    if (db != NULL)
        return db;
    if (!coex_db_is_marked(path)) {
        g_propagate_error(error, g_steal_pointer(&damage));
        return NULL;
    }
    return coex_rescue_run(path, error) ? coex_schema_open(path, TRUE, error) : NULL;
}

static gboolean
open_parts(CoexStore *store, const char *path, const char *program, GError **error)
{
    g_autofree char *lock_path = g_strconcat(path, ".lock", NULL);
    if (!prepare_folder(path, error))
        return FALSE;
    store->lock = coex_lock_take(lock_path, program, path, error);
    if (store->lock == NULL)
        return FALSE;
    CoexDb *db = open_db(path, error);
    if (db == NULL)
        return FALSE;
    store->report = read_report(db);
    store->shown = open_shown(db, path, error);
    if (store->shown == NULL) {
        coex_db_close(db);
        return FALSE;
    }
    store->writer = coex_writer_start(db, path, &coex_writer_store, NULL, store->shown, error);
    return store->writer != NULL;
}

CoexStore *
coex_store_open(const char *path, const char *program, GError **error)
{
    g_return_val_if_fail(path != NULL, NULL);

    CoexStore *store = g_new0(CoexStore, 1);
    if (open_parts(store, path, program, error))
        return store;
    coex_store_close(store);
    return NULL;
}

void
coex_store_close(CoexStore *store)
{
    if (store == NULL)
        return;
    coex_writer_stop(store->writer);
    coex_shown_close(store->shown);
    coex_lock_release(store->lock);
    g_free(store->report);
    g_free(store);
}

char *
coex_store_take_report(CoexStore *store)
{
    return g_steal_pointer(&store->report);
}

static void
forget_report(CoexDb *db, const GError *error, gpointer data)
{
    if (db != NULL)
        coex_db_run(db, "DELETE FROM meta WHERE key = 'rescued'", COEX_NO_VALUES, NULL);
}

void
coex_store_forget_report(CoexStore *store)
{
    coex_writer_add_task(store->writer, forget_report, NULL);
}

/* ---- deliveries ---- */

gboolean
coex_store_add_delivery(CoexStore *store, const CoexDelivery *delivery, CoexStoreAcked acked,
                        gpointer user_data)
{
    g_return_val_if_fail(delivery->body != NULL && acked != NULL, FALSE);

    return coex_writer_add_delivery(store->writer, delivery, acked, user_data);
}

static void
look_for_deliveries(CoexDb *db, const GError *error, gpointer data)
{
    g_autoptr(CoexWatch) watch = data;
    if (db != NULL && coex_read_has_deliveries(db))
        coex_watch_notify(watch);
}

void
coex_store_watch_deliveries(CoexStore *store, GMainContext *context, GSourceFunc callback,
                            gpointer user_data)
{
    if (callback == NULL) {
        coex_writer_set_watch(store->writer, NULL);
        return;
    }
    g_autoptr(CoexWatch) watch = coex_watch_new(context, callback, user_data);
    coex_writer_set_watch(store->writer, watch);
    coex_writer_add_task(store->writer, look_for_deliveries, coex_watch_ref(watch));
}

/* ---- reads: asked in the caller's thread, done in the writer's, answered in the caller's ---- */

typedef struct {
    GMainContext *context;
    gpointer user_data;
    GError *error;

    gint64 after;
    char *phone_number_id;
    char *number;
    gboolean waiting;
    GPtrArray *rows;
    CoexStoreDeliveries done;
} DeliveriesRead;

static void
free_deliveries_read(gpointer data)
{
    DeliveriesRead *read = data;
    g_clear_pointer(&read->context, g_main_context_unref);
    g_clear_error(&read->error);
    g_clear_pointer(&read->rows, g_ptr_array_unref);
    g_free(read->phone_number_id);
    g_free(read->number);
    g_free(read);
}

static gboolean
on_deliveries_read(gpointer data)
{
    DeliveriesRead *read = data;
    read->done(read->rows, read->error, read->user_data);
    return G_SOURCE_REMOVE;
}

static void
read_deliveries(CoexDb *db, const GError *error, gpointer data)
{
    DeliveriesRead *read = data;
    if (db == NULL)
        read->error = g_error_copy(error);
    else if (read->waiting)
        read->rows =
            coex_read_waiting(db, read->phone_number_id, read->number, read->after, &read->error);
    else
        read->rows = coex_read_deliveries(db, read->after, &read->error);
    coex_dispatch(g_steal_pointer(&read->context), on_deliveries_read, read, free_deliveries_read);
}

static DeliveriesRead *
deliveries_read_new(gint64 after, CoexStoreDeliveries done, gpointer user_data)
{
    DeliveriesRead *read = g_new0(DeliveriesRead, 1);
    read->context = g_main_context_ref_thread_default();
    read->after = after;
    read->done = done;
    read->user_data = user_data;
    return read;
}

void
coex_store_read_deliveries(CoexStore *store, gint64 after, CoexStoreDeliveries done,
                           gpointer user_data)
{
    coex_writer_add_task(store->writer, read_deliveries,
                         deliveries_read_new(after, done, user_data));
}

void
coex_store_read_waiting(CoexStore *store, const char *phone_number_id, const char *number,
                        gint64 after, CoexStoreDeliveries done, gpointer user_data)
{
    DeliveriesRead *read = deliveries_read_new(after, done, user_data);
    read->waiting = TRUE;
    read->phone_number_id = g_strdup(phone_number_id);
    read->number = g_strdup(number);
    coex_writer_add_task(store->writer, read_deliveries, read);
}

void
coex_store_load_account(CoexStore *store, const char *provider, const char *number,
                        CoexStorePeople people, CoexStoreLoaded done, gpointer user_data)
{
    const CoexAccountQuery query = { store->shown, provider, number };
    coex_writer_add_task(store->writer, coex_loading_run,
                         coex_loading_new(&query, people, done, user_data));
}

typedef struct {
    GMainContext *context;
    gpointer user_data;
    GError *error;

    CoexPastQuery query;
    GPtrArray *lines;
    CoexStorePast done;
} PastRead;

static void
free_past_read(gpointer data)
{
    PastRead *read = data;
    g_clear_pointer(&read->context, g_main_context_unref);
    g_clear_error(&read->error);
    g_clear_pointer(&read->lines, g_ptr_array_unref);
    g_free(read);
}

static gboolean
on_past_read(gpointer data)
{
    PastRead *read = data;
    read->done(g_steal_pointer(&read->lines), read->error, read->user_data);
    return G_SOURCE_REMOVE;
}

static void
read_past(CoexDb *db, const GError *error, gpointer data)
{
    PastRead *read = data;
    if (db == NULL)
        read->error = g_error_copy(error);
    else
        read->lines = coex_past_read(db, &read->query, &read->error);
    coex_dispatch(g_steal_pointer(&read->context), on_past_read, read, free_past_read);
}

void
coex_store_read_past(CoexStore *store, const CoexPastQuery *query, CoexStorePast done,
                     gpointer user_data)
{
    PastRead *read = g_new0(PastRead, 1);
    read->context = g_main_context_ref_thread_default();
    read->user_data = user_data;
    read->query = *query;
    read->done = done;
    coex_writer_add_task(store->writer, read_past, read);
}

typedef struct {
    GMainContext *context;
    gpointer user_data;
    GError *error;

    gint64 account_id;
    gint64 after;
    CoexUnlogged unlogged;
    CoexStoreUnlogged done;
} UnloggedRead;

static void
free_unlogged_read(gpointer data)
{
    UnloggedRead *read = data;
    g_clear_pointer(&read->context, g_main_context_unref);
    g_clear_error(&read->error);
    g_clear_pointer(&read->unlogged.lines, g_ptr_array_unref);
    g_free(read);
}

static gboolean
on_unlogged_read(gpointer data)
{
    UnloggedRead *read = data;
    read->done(read->error == NULL ? &read->unlogged : NULL, read->error, read->user_data);
    return G_SOURCE_REMOVE;
}

static void
read_unlogged(CoexDb *db, const GError *error, gpointer data)
{
    UnloggedRead *read = data;
    if (db == NULL)
        read->error = g_error_copy(error);
    else
        coex_past_read_unlogged(db, read->account_id, read->after, &read->unlogged, &read->error);
    coex_dispatch(g_steal_pointer(&read->context), on_unlogged_read, read, free_unlogged_read);
}

void
coex_store_read_unlogged(CoexStore *store, gint64 account_id, gint64 after, CoexStoreUnlogged done,
                         gpointer user_data)
{
    UnloggedRead *read = g_new0(UnloggedRead, 1);
    read->context = g_main_context_ref_thread_default();
    read->user_data = user_data;
    read->account_id = account_id;
    read->after = after;
    read->done = done;
    coex_writer_add_task(store->writer, read_unlogged, read);
}

typedef struct {
    GMainContext *context;
    gpointer user_data;
    GError *error;

    CoexSearchQuery query; /* owns words */
    GPtrArray *lines;
    gboolean whole;
    CoexStoreFound done;
} Search;

static void
free_search(gpointer data)
{
    Search *search = data;
    g_clear_pointer(&search->context, g_main_context_unref);
    g_clear_error(&search->error);
    g_clear_pointer(&search->lines, g_ptr_array_unref);
    g_free((char *)search->query.words);
    g_free(search);
}

static gboolean
on_found(gpointer data)
{
    Search *search = data;
    search->done(search->lines, search->whole, search->error, search->user_data);
    return G_SOURCE_REMOVE;
}

static void
run_search(CoexDb *db, const GError *error, gpointer data)
{
    Search *search = data;
    if (db == NULL)
        search->error = g_error_copy(error);
    else
        search->lines = coex_search_run(db, &search->query, &search->whole, &search->error);
    coex_dispatch(g_steal_pointer(&search->context), on_found, search, free_search);
}

void
coex_store_search(CoexStore *store, const CoexSearchQuery *query, CoexStoreFound done,
                  gpointer user_data)
{
    Search *search = g_new0(Search, 1);
    search->context = g_main_context_ref_thread_default();
    search->user_data = user_data;
    search->query = *query;
    search->query.words = g_strdup(query->words);
    search->done = done;
    coex_writer_add_task(store->writer, run_search, search);
}

typedef struct {
    GMainContext *context;
    gpointer user_data;
    GError *error;

    CoexMediaQuery query;
    GPtrArray *rows;
    CoexStoreMedia done;
} MediaRead;

static void
free_media_read(gpointer data)
{
    MediaRead *read = data;
    g_clear_pointer(&read->context, g_main_context_unref);
    g_clear_error(&read->error);
    coex_which_clear(&read->query.which);
    g_clear_pointer(&read->rows, g_ptr_array_unref);
    g_free(read);
}

static gboolean
on_media_read(gpointer data)
{
    MediaRead *read = data;
    read->done(read->rows, read->error, read->user_data);
    return G_SOURCE_REMOVE;
}

static void
read_media(CoexDb *db, const GError *error, gpointer data)
{
    MediaRead *read = data;
    if (db == NULL)
        read->error = g_error_copy(error);
    else
        read->rows = coex_media_find(db, &read->query, &read->error);
    coex_dispatch(g_steal_pointer(&read->context), on_media_read, read, free_media_read);
}

void
coex_store_read_media(CoexStore *store, const CoexMediaQuery *query, CoexStoreMedia done,
                      gpointer user_data)
{
    MediaRead *read = g_new0(MediaRead, 1);
    read->context = g_main_context_ref_thread_default();
    read->user_data = user_data;
    read->query = *query;
    coex_which_copy(&query->which, &read->query.which);
    read->done = done;
    coex_writer_add_task(store->writer, read_media, read);
}

typedef struct {
    GMainContext *context;
    gpointer user_data;
    GError *error;

    CoexMeantQuery query;
    CoexMeant *meant;
    CoexStoreMeant done;
} MeantRead;

static void
free_meant_read(gpointer data)
{
    MeantRead *read = data;
    g_clear_pointer(&read->context, g_main_context_unref);
    g_clear_error(&read->error);
    coex_which_clear(&read->query.which);
    coex_meant_free(read->meant);
    g_free(read);
}

static gboolean
on_meant_read(gpointer data)
{
    MeantRead *read = data;
    read->done(read->meant, read->error, read->user_data);
    return G_SOURCE_REMOVE;
}

static void
read_meant(CoexDb *db, const GError *error, gpointer data)
{
    MeantRead *read = data;
    if (db == NULL)
        read->error = g_error_copy(error);
    else
        read->meant = coex_meant_find(db, &read->query, &read->error);
    coex_dispatch(g_steal_pointer(&read->context), on_meant_read, read, free_meant_read);
}

void
coex_store_find_meant(CoexStore *store, const CoexMeantQuery *query, CoexStoreMeant done,
                      gpointer user_data)
{
    MeantRead *read = g_new0(MeantRead, 1);
    read->context = g_main_context_ref_thread_default();
    read->user_data = user_data;
    read->query = *query;
    coex_which_copy(&query->which, &read->query.which);
    read->done = done;
    coex_writer_add_task(store->writer, read_meant, read);
}

typedef struct {
    GMainContext *context;
    gpointer user_data;
    GError *error;

    gint64 account_id;
    gint64 person_id;
    guint n_sends;
    gint64 since;        /* 0: of the person */
    char *prefix;        /* of a broadcast, NULL: of none */
    char *template_name; /* NULL: of none */
    CoexFigures *figures;
    CoexStoreFigures done;
} FiguresRead;

static void
free_figures_read(gpointer data)
{
    FiguresRead *read = data;
    g_clear_pointer(&read->context, g_main_context_unref);
    g_clear_error(&read->error);
    coex_figures_free(read->figures);
    g_free(read->prefix);
    g_free(read->template_name);
    g_free(read);
}

static gboolean
on_figures_read(gpointer data)
{
    FiguresRead *read = data;
    read->done(read->figures, read->error, read->user_data);
    return G_SOURCE_REMOVE;
}

static void
read_figures(CoexDb *db, const GError *error, gpointer data)
{
    FiguresRead *read = data;
    if (db == NULL)
        read->error = g_error_copy(error);
    else if (read->template_name != NULL)
        read->figures = coex_past_read_template(db, read->account_id, read->template_name,
                                                read->since, &read->error);
    else if (read->prefix != NULL)
        read->figures =
            coex_past_read_broadcast(db, read->account_id, read->prefix, read->since, &read->error);
    else if (read->since > 0)
        read->figures =
            coex_past_read_figures_since(db, read->account_id, read->since, &read->error);
    else
        read->figures = coex_past_read_figures(db, read->account_id, read->person_id, read->n_sends,
                                               &read->error);
    coex_dispatch(g_steal_pointer(&read->context), on_figures_read, read, free_figures_read);
}

static FiguresRead *
figures_read_new(gint64 account_id, gint64 since, CoexStoreFigures done, gpointer user_data)
{
    FiguresRead *read = g_new0(FiguresRead, 1);
    read->context = g_main_context_ref_thread_default();
    read->user_data = user_data;
    read->account_id = account_id;
    read->since = since;
    read->done = done;
    return read;
}

void
coex_store_read_figures(CoexStore *store, gint64 account_id, gint64 person_id, guint n_sends,
                        CoexStoreFigures done, gpointer user_data)
{
    FiguresRead *read = figures_read_new(account_id, 0, done, user_data);
    read->person_id = person_id;
    read->n_sends = n_sends;
    coex_writer_add_task(store->writer, read_figures, read);
}

void
coex_store_read_broadcast(CoexStore *store, gint64 account_id, const char *prefix, gint64 since,
                          CoexStoreFigures done, gpointer user_data)
{
    FiguresRead *read = figures_read_new(account_id, since, done, user_data);
    read->prefix = g_strdup(prefix);
    coex_writer_add_task(store->writer, read_figures, read);
}

void
coex_store_read_template(CoexStore *store, gint64 account_id, const char *name, gint64 since,
                         CoexStoreFigures done, gpointer user_data)
{
    FiguresRead *read = figures_read_new(account_id, since, done, user_data);
    read->template_name = g_strdup(name);
    coex_writer_add_task(store->writer, read_figures, read);
}

void
coex_store_read_figures_since(CoexStore *store, gint64 account_id, gint64 since,
                              CoexStoreFigures done, gpointer user_data)
{
    coex_writer_add_task(store->writer, read_figures,
                         figures_read_new(account_id, since, done, user_data));
}

void
coex_store_read_arrivals(CoexStore *store, gint64 account_id, gint64 now, CoexStoreArrivals done,
                         gpointer user_data)
{
    coex_arrivals_ask(store->writer, account_id, now, done, user_data);
}

/* ---- batches and marks ---- */

void
coex_store_commit(CoexStore *store, CoexBatch *batch, CoexStoreCommitted done, gpointer user_data)
{
    coex_writer_add_batch(store->writer, batch, done, user_data);
}

void
coex_store_hold(CoexStore *store)
{
    coex_writer_hold(store->writer);
}

void
coex_store_release(CoexStore *store)
{
    coex_writer_release(store->writer);
}

void
coex_store_mark_shown(CoexStore *store, gint64 account_id, gint64 seq)
{
    coex_shown_mark(store->shown, account_id, seq);
}
