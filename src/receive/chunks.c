// SPDX-License-Identifier: GPL-2.0-or-later
#include "receive/chunks.h"

#include "account/account.h"
#include "account/engine.h"
#include "receive/application.h"
#include "store/rows.h"
#include "store/store.h"

typedef struct {
    CoexChunks *chunks;
    gint64 id; /* of the delivery */
    gboolean is_kept;
    CoexKept kept;
    CoexDeliveryRow *row;
    CoexApplication *application;
} Chunk;

struct CoexChunks {
    CoexStore *store; /* borrowed, NULL before the first one and after the end */
    CoexChunksApply apply;
    CoexChunksFailed failed;
    gpointer data;
    GQueue waiting; /* Chunk */
    Chunk *reading; /* comes from the store, or is read aside; NULL, as the following */
    Chunk *ready;   /* was read, and waits for its turn */
    Chunk *applied; /* goes into the store, as: */
    const CoexApplication *running;
    gboolean has_begun; /* that */
    gboolean halfway;
    guint n_begun; /* with smaller parts that did not wait here */
};

void
coex_kept_init(CoexKept *kept, CoexAccount *account, const char *phone_number_id,
               const char *number, gboolean for_number)
{
    *kept = (CoexKept){ coex_account_ref(account), g_strdup(phone_number_id), g_strdup(number),
                        for_number };
}

void
coex_kept_clear(CoexKept *kept)
{
    coex_account_unref(kept->account);
    g_free(kept->phone_number_id);
    g_free(kept->number);
}

CoexChunks *
coex_chunks_new(CoexChunksApply apply, CoexChunksFailed failed, gpointer data)
{
    CoexChunks *chunks = g_new0(CoexChunks, 1);

    chunks->apply = apply;
    chunks->failed = failed;
    chunks->data = data;
    g_queue_init(&chunks->waiting);
    return chunks;
}

static Chunk *
chunk_new(CoexChunks *chunks, gint64 id, const CoexKept *kept)
{
    Chunk *chunk = g_new0(Chunk, 1);

    chunk->chunks = chunks;
    chunk->id = id;
    chunk->is_kept = kept != NULL;
    if (kept != NULL)
        coex_kept_init(&chunk->kept, kept->account, kept->phone_number_id, kept->number,
                       kept->for_number);
    return chunk;
}

static void
chunk_free(gpointer data)
{
    Chunk *chunk = data;

    if (chunk->is_kept)
        coex_kept_clear(&chunk->kept);
    g_clear_pointer(&chunk->row, coex_delivery_row_free);
    g_clear_pointer(&chunk->application, coex_application_free);
    g_free(chunk);
}

static void
end_applied(CoexChunks *chunks)
{
    chunks->running = NULL;
    g_clear_pointer(&chunks->applied, chunk_free);
}

void
coex_chunks_stop(CoexChunks *chunks)
{
    chunks->store = NULL;
    g_queue_clear_full(&chunks->waiting, chunk_free);
    g_clear_pointer(&chunks->ready, chunk_free);
}

void
coex_chunks_free(CoexChunks *chunks)
{
    coex_chunks_stop(chunks);
    end_applied(chunks);
    g_free(chunks);
}

/* What is not wanted any more is still there at the next login. */
static gboolean
is_wanted(const Chunk *chunk)
{
    return chunk->chunks->store != NULL &&
           (!chunk->is_kept || chunk->kept.account->state != COEX_ACCOUNT_ENDED);
}

/* Takes @chunk, which was read. It may turn out to be no history. */
static void
apply(CoexChunks *chunks, Chunk *chunk)
{
    if (!is_wanted(chunk)) {
        chunk_free(chunk);
        return;
    }
    chunks->applied = chunk;
    chunks->running = chunk->application;
    chunks->has_begun = FALSE;
    chunks->halfway = FALSE;
    chunks->apply(g_steal_pointer(&chunk->application), chunk->is_kept ? &chunk->kept : NULL,
                  chunks->data);
    if (!chunks->has_begun)
        end_applied(chunks);
}

static void
read_aside(gpointer data)
{
    Chunk *chunk = data;

    chunk->application = coex_application_new(g_steal_pointer(&chunk->row));
}

static void
on_read(gpointer data)
{
    Chunk *chunk = data;
    CoexChunks *chunks = chunk->chunks;

    chunks->reading = NULL;
    if (chunks->n_begun > 0 && is_wanted(chunk))
        chunks->ready = chunk;
    else
        apply(chunks, chunk);
    coex_chunks_next(chunks);
}

/* Takes both. Tens of milliseconds for some megabytes. */
static void
begin_reading(Chunk *chunk, CoexDeliveryRow *row)
{
    chunk->chunks->reading = chunk;
    chunk->row = row;
    coex_engine_aside(read_aside, on_read, chunk);
}

static void
on_rows(GPtrArray *rows, const GError *error, gpointer user_data)
{
    Chunk *chunk = user_data;
    CoexChunks *chunks = chunk->chunks;
    const CoexDeliveryRow *row = rows != NULL && rows->len > 0 ? rows->pdata[0] : NULL;

    chunks->reading = NULL;
    if (is_wanted(chunk) && error != NULL) {
        g_queue_push_head(&chunks->waiting, chunk);
        chunks->failed(chunks->data);
        return;
    }
    if (is_wanted(chunk) && row != NULL && row->id == chunk->id)
        begin_reading(chunk, g_ptr_array_steal_index(rows, 0));
    else
        chunk_free(chunk);
    coex_chunks_next(chunks);
}

/* At most two of them are in memory, and of one of them only its second half. */
static gboolean
may_read(const CoexChunks *chunks)
{
    return chunks->store != NULL && chunks->reading == NULL && chunks->ready == NULL &&
           (chunks->running == NULL || chunks->halfway);
}

void
coex_chunks_next(CoexChunks *chunks)
{
    Chunk *chunk;

    if (chunks->ready != NULL && chunks->n_begun == 0)
        apply(chunks, g_steal_pointer(&chunks->ready));
    if (!may_read(chunks) || chunks->waiting.length == 0)
        return;
    chunk = g_queue_pop_head(&chunks->waiting);
    chunks->reading = chunk;
    if (chunk->is_kept)
        coex_store_read_waiting(chunks->store, chunk->kept.phone_number_id, chunk->kept.number,
                                chunk->id - 1, on_rows, chunk);
    else
        coex_store_read_deliveries(chunks->store, chunk->id - 1, on_rows, chunk);
}

static gboolean
is_same(const Chunk *chunk, gint64 id, const CoexKept *kept)
{
    if (chunk == NULL || chunk->id != id || chunk->is_kept != (kept != NULL))
        return FALSE;
    return kept == NULL || (chunk->kept.account == kept->account &&
                            g_strcmp0(chunk->kept.phone_number_id, kept->phone_number_id) == 0 &&
                            g_strcmp0(chunk->kept.number, kept->number) == 0);
}

/* Whether it was taken before, and is not at its end. */
static gboolean
has(const CoexChunks *chunks, gint64 id, const CoexKept *kept)
{
    for (GList *item = chunks->waiting.head; item != NULL; item = item->next)
        if (is_same(item->data, id, kept))
            return TRUE;
    return is_same(chunks->reading, id, kept) || is_same(chunks->ready, id, kept) ||
           is_same(chunks->applied, id, kept);
}

void
coex_chunks_take(CoexChunks *chunks, CoexStore *store, CoexDeliveryRow *row, const CoexKept *kept)
{
    Chunk *chunk;

    chunks->store = store;
    if (has(chunks, row->id, kept)) {
        coex_delivery_row_free(row);
        return;
    }
    chunk = chunk_new(chunks, row->id, kept);
    if (may_read(chunks) && chunks->waiting.length == 0) {
        begin_reading(chunk, row);
        return;
    }
    g_queue_push_tail(&chunks->waiting, chunk);
    coex_delivery_row_free(row);
}

void
coex_chunks_drop(CoexChunks *chunks, const CoexAccount *account)
{
    GList *next;

    for (GList *item = chunks->waiting.head; item != NULL; item = next) {
        Chunk *chunk = item->data;

        next = item->next;
        if (!chunk->is_kept || chunk->kept.account != account)
            continue;
        g_queue_delete_link(&chunks->waiting, item);
        chunk_free(chunk);
    }
}

void
coex_chunks_begun(CoexChunks *chunks, const CoexApplication *application)
{
    chunks->n_begun++;
    chunks->has_begun |= application == chunks->running;
}

void
coex_chunks_halfway(CoexChunks *chunks, const CoexApplication *application)
{
    chunks->halfway |= application == chunks->running;
    coex_chunks_next(chunks);
}

void
coex_chunks_ended(CoexChunks *chunks, const CoexApplication *application)
{
    chunks->n_begun--;
    if (application == chunks->running)
        end_applied(chunks);
    coex_chunks_next(chunks);
}
