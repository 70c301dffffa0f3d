// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/arrivals.h"

#include "store/db.h"
#include "store/dispatch.h"
#include "store/writer.h"

#define LATELY "5000"                  /* messages, of all accounts */
#define UNCONFIRMED_MAX 5              /* of the list */
#define UNCONFIRMED_S (10 * 60)        /* a status may take so long */
#define UNCONFIRMED_DAYS_S (7 * 86400) /* before that nobody asks any more */

#define OF_LATE                                                                                    \
    " FROM messages WHERE id > (SELECT max(id) FROM messages) - " LATELY                           \
    " AND account = ?1 AND direction = 1"

static const char SELECT_PEOPLE[] =
    "SELECT max(last_inbound_at), max(last_echo_at) FROM people WHERE account = ?1";
/* From SENT to FAILED: told by a status, or by the answer, which is not heard of before either. */
static const char SELECT_STATUS[] = "SELECT max(state_at)" OF_LATE " AND state BETWEEN 1 AND 5";
/* 0 is COEX_STATE_PENDING. */
#define UNCONFIRMED OF_LATE " AND state = 0 AND wamid IS NOT NULL AND time BETWEEN ?2 AND ?3"
static const char SELECT_COUNT[] = "SELECT count(*)" UNCONFIRMED;
static const char SELECT_UNCONFIRMED[] =
    "SELECT wamid" UNCONFIRMED " ORDER BY id DESC LIMIT " G_STRINGIFY(UNCONFIRMED_MAX);
/* Payment, country, policy, lock. */
static const char SELECT_FAILED[] =
    "SELECT state_at, error_code" OF_LATE " AND error_code IN (131042, 130497, 368, 131031)"
    " ORDER BY state_at DESC LIMIT 1";

static void
arrivals_free(CoexArrivals *arrivals)
{
    if (arrivals == NULL)
        return;
    g_ptr_array_unref(arrivals->unconfirmed);
    g_free(arrivals);
}

static void
add_people(sqlite3_stmt *row, CoexArrivals *arrivals)
{
    arrivals->inbound_at = sqlite3_column_int64(row, 0);
    arrivals->echo_at = sqlite3_column_int64(row, 1);
}

static void
add_status(sqlite3_stmt *row, CoexArrivals *arrivals)
{
    arrivals->status_at = sqlite3_column_int64(row, 0);
}

static void
add_count(sqlite3_stmt *row, CoexArrivals *arrivals)
{
    arrivals->n_unconfirmed = (guint)sqlite3_column_int64(row, 0);
}

static void
add_unconfirmed(sqlite3_stmt *row, CoexArrivals *arrivals)
{
    g_ptr_array_add(arrivals->unconfirmed, coex_db_dup_text(row, 0));
}

static void
add_failed(sqlite3_stmt *row, CoexArrivals *arrivals)
{
    arrivals->failed_at = sqlite3_column_int64(row, 0);
    arrivals->failed_code = sqlite3_column_int(row, 1);
}

static CoexArrivals *
read_all(CoexDb *db, gint64 account_id, gint64 now, GError **error)
{
    static const struct {
        const char *sql;
        guint n_values;
        void (*add)(sqlite3_stmt *row, CoexArrivals *arrivals);
    } queries[] = {
        { SELECT_PEOPLE, 1, add_people }, { SELECT_STATUS, 1, add_status },
        { SELECT_COUNT, 3, add_count },   { SELECT_UNCONFIRMED, 3, add_unconfirmed },
        { SELECT_FAILED, 1, add_failed },
    };
    const CoexValue values[] = { coex_int(account_id), coex_int(now - UNCONFIRMED_DAYS_S),
                                 coex_int(now - UNCONFIRMED_S) };
    CoexArrivals *arrivals = g_new0(CoexArrivals, 1);
    CoexStep step = COEX_STEP_DONE;
    arrivals->unconfirmed = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < G_N_ELEMENTS(queries) && step == COEX_STEP_DONE; i++) {
        sqlite3_stmt *rows = coex_db_query(db, queries[i].sql, values, queries[i].n_values, error);
        step = rows != NULL ? coex_db_step(db, rows, error) : COEX_STEP_FAILED;
        for (; step == COEX_STEP_ROW; step = coex_db_step(db, rows, error))
            queries[i].add(rows, arrivals);
    }
    if (step == COEX_STEP_DONE)
        return arrivals;
    arrivals_free(arrivals);
    return NULL;
}

/* ---- asked from another thread ---- */

typedef struct {
    GMainContext *context;
    gpointer user_data;
    GError *error;

    gint64 account_id;
    gint64 now;
    CoexArrivals *arrivals;
    void (*done)(const CoexArrivals *arrivals, const GError *error, gpointer user_data);
} ArrivalsRead;

static void
free_arrivals_read(gpointer data)
{
    ArrivalsRead *read = data;
    g_clear_pointer(&read->context, g_main_context_unref);
    g_clear_error(&read->error);
    arrivals_free(read->arrivals);
    g_free(read);
}

static gboolean
on_arrivals_read(gpointer data)
{
    ArrivalsRead *read = data;
    read->done(read->arrivals, read->error, read->user_data);
    return G_SOURCE_REMOVE;
}

static void
read_arrivals(CoexDb *db, const GError *error, gpointer data)
{
    ArrivalsRead *read = data;
    if (db == NULL)
        read->error = g_error_copy(error);
    else
        read->arrivals = read_all(db, read->account_id, read->now, &read->error);
    coex_dispatch(g_steal_pointer(&read->context), on_arrivals_read, read, free_arrivals_read);
}

void
coex_arrivals_ask(CoexWriter *writer, gint64 account_id, gint64 now,
                  void (*done)(const CoexArrivals *arrivals, const GError *error,
                               gpointer user_data),
                  gpointer user_data)
{
    ArrivalsRead *read = g_new0(ArrivalsRead, 1);
    read->context = g_main_context_ref_thread_default();
    read->user_data = user_data;
    read->account_id = account_id;
    read->now = now;
    read->done = done;
    coex_writer_add_task(writer, read_arrivals, read);
}
