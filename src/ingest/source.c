// SPDX-License-Identifier: GPL-2.0-or-later
#include "ingest/source.h"

#include "store/dispatch.h"
#include "store/rows.h"
#include "store/store.h"

struct CoexSource {
    gatomicrefcount refs;
    CoexSourceSpec spec; /* its data in the context's thread only, NULL after the end */
    gint n_refused;      /* since it was last told; atomic */
    gint verdict;        /* of the last one; atomic */
    gint n_lost;         /* not stored, since it was last told; atomic */
};

CoexSource *
coex_source_new(const CoexSourceSpec *spec)
{
    CoexSource *source = g_new0(CoexSource, 1);

    g_atomic_ref_count_init(&source->refs);
    source->spec = *spec;
    coex_verifier_ref(source->spec.verifier);
    return source;
}

static CoexSource *
source_ref(CoexSource *source)
{
    g_atomic_ref_count_inc(&source->refs);
    return source;
}

void
coex_source_unref(CoexSource *source)
{
    if (!g_atomic_ref_count_dec(&source->refs))
        return;
    coex_verifier_unref(source->spec.verifier);
    g_free(source);
}

void
coex_source_end(CoexSource *source)
{
    source->spec.data = NULL;
}

CoexVerifier *
coex_source_get_verifier(const CoexSource *source)
{
    return source->spec.verifier;
}

gconstpointer
coex_source_get_data(const CoexSource *source)
{
    return source->spec.data;
}

/* ---- telling ---- */

/* Calls @call in the thread of the one who receives, never in this one. */
static void
call_owner(const CoexSource *source, GSourceFunc call, gpointer data, GDestroyNotify destroy)
{
    coex_dispatch(g_main_context_ref(source->spec.context), call, data, destroy);
}

static gboolean
on_refused(gpointer data)
{
    CoexSource *source = data;
    guint n = (guint)g_atomic_int_exchange(&source->n_refused, 0);

    if (source->spec.data != NULL)
        source->spec.refused((CoexVerdict)g_atomic_int_get(&source->verdict), n, source->spec.data);
    return G_SOURCE_REMOVE;
}

/* Told once until somebody has looked: a flood of bad requests is one call. */
void
coex_source_refuse(CoexSource *source, CoexVerdict verdict)
{
    g_atomic_int_set(&source->verdict, (gint)verdict);
    if (g_atomic_int_add(&source->n_refused, 1) > 0)
        return;
    call_owner(source, on_refused, source_ref(source), (GDestroyNotify)coex_source_unref);
}

typedef struct {
    CoexSource *source;
    GError *error;
} Loss;

static void
loss_free(gpointer data)
{
    Loss *loss = data;

    coex_source_unref(loss->source);
    g_error_free(loss->error);
    g_free(loss);
}

static gboolean
on_loss(gpointer data)
{
    Loss *loss = data;

    if (loss->source->spec.data != NULL)
        loss->source->spec.lost(loss->error, loss->source->spec.data);
    g_atomic_int_set(&loss->source->n_lost, 0);
    return G_SOURCE_REMOVE;
}

/* Likewise. */
static void
note_loss(CoexSource *source, const GError *error)
{
    Loss *loss;

    if (g_atomic_int_add(&source->n_lost, 1) > 0)
        return;
    loss = g_new(Loss, 1);
    *loss = (Loss){ source_ref(source), g_error_copy(error) };
    call_owner(source, on_loss, loss, loss_free);
}

/* ---- to the disk ---- */

typedef struct {
    CoexSource *source;
    CoexSourceKept kept;
    gpointer user_data;
} Passage;

static void
passage_free(Passage *passage)
{
    coex_source_unref(passage->source);
    g_free(passage);
}

/* In the writer's thread. */
static void
on_committed(const GError *error, gpointer user_data)
{
    Passage *passage = user_data;

    if (error != NULL)
        note_loss(passage->source, error);
    passage->kept(error, passage->user_data);
    passage_free(passage);
}

guint
coex_source_keep(CoexSource *source, CoexSourceKeep keep, gpointer data,
                 const CoexDelivery *delivery, CoexSourceKept kept, gpointer user_data)
{
    Passage *passage = g_new(Passage, 1);
    guint status;

    *passage = (Passage){ source_ref(source), kept, user_data };
    status = keep(delivery, on_committed, passage, data);
    if (status != 0)
        passage_free(passage);
    return status;
}

guint
coex_source_keep_in_store(const CoexDelivery *delivery, CoexSourceKept kept, gpointer user_data,
                          gpointer data)
{
    CoexStore *store = data;

    return store != NULL && coex_store_add_delivery(store, delivery, kept, user_data) ? 0 : 503;
}
