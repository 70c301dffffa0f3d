// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/loading.h"

#include "store/dispatch.h"
#include "store/read.h"

struct CoexLoading {
    GMainContext *context;
    const CoexShown *shown;
    char *provider;
    char *number;
    CoexStorePeople people;
    CoexStoreLoaded done;
    gpointer user_data;
    CoexSnapshot *snapshot;
    GError *error;
};

/* Some of the people. */
typedef struct {
    CoexStorePeople take;
    GPtrArray *people;
    gpointer user_data;
} Part;

CoexLoading *
coex_loading_new(const CoexAccountQuery *query, CoexStorePeople people, CoexStoreLoaded done,
                 gpointer user_data)
{
    CoexLoading *loading = g_new0(CoexLoading, 1);

    loading->context = g_main_context_ref_thread_default();
    loading->shown = query->shown;
    loading->provider = g_strdup(query->provider);
    loading->number = g_strdup(query->number);
    loading->people = people;
    loading->done = done;
    loading->user_data = user_data;
    return loading;
}

static void
loading_free(gpointer data)
{
    CoexLoading *loading = data;

    g_clear_pointer(&loading->context, g_main_context_unref);
    g_clear_error(&loading->error);
    g_clear_pointer(&loading->snapshot, coex_snapshot_free);
    g_free(loading->provider);
    g_free(loading->number);
    g_free(loading);
}

static void
part_free(gpointer data)
{
    Part *part = data;

    g_ptr_array_unref(part->people);
    g_free(part);
}

static gboolean
on_part(gpointer data)
{
    Part *part = data;

    part->take(part->people, part->user_data);
    return G_SOURCE_REMOVE;
}

/* Takes @people. */
static void
hand_over(GPtrArray *people, gpointer data)
{
    const CoexLoading *loading = data;
    const Part part = { loading->people, people, loading->user_data };

    coex_dispatch(g_main_context_ref(loading->context), on_part, g_memdup2(&part, sizeof part),
                  part_free);
}

static gboolean
on_read(gpointer data)
{
    CoexLoading *loading = data;

    loading->done(g_steal_pointer(&loading->snapshot), loading->error, loading->user_data);
    return G_SOURCE_REMOVE;
}

void
coex_loading_run(CoexDb *db, const GError *error, gpointer data)
{
    CoexLoading *loading = data;
    const CoexAccountQuery query = { loading->shown, loading->provider, loading->number };

    if (db == NULL)
        loading->error = g_error_copy(error);
    else
        loading->snapshot = coex_read_account(
            db, &query, loading->people != NULL ? hand_over : NULL, loading, &loading->error);
    coex_dispatch(g_steal_pointer(&loading->context), on_read, loading, loading_free);
}
