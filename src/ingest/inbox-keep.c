// SPDX-License-Identifier: GPL-2.0-or-later
#include "ingest/inbox-source-private.h"

#include "store/batch.h"
#include "store/rows.h"
#include "store/store.h"

#define KNOWN_MAX 8192 /* deliveries of which it is remembered that they are on disk */
#define FRAMES_MAX 16  /* on their way to the disk */

/* NULL: it is there already. Else its key: it is in the batch. */
static char *
add_delivery(CoexInboxSource *inbox, CoexBatch *batch, GBytes *body)
{
    const CoexVerifier *verifier = coex_source_get_verifier(inbox->source);
    g_autoptr(CoexBodyHash) hash = coex_body_hash_new(verifier);
    GString *key = g_string_new(NULL);
    gsize length;
    const void *bytes = g_bytes_get_data(body, &length);
    CoexDelivery row = { .secret_id = coex_verifier_get_secret_id(verifier),
                         .received_at = g_get_real_time() / G_USEC_PER_SEC,
                         .body = body };

    coex_body_hash_update(hash, bytes, length);
    coex_body_hash_finish(hash, NULL, row.key);
    for (guint i = 0; i < sizeof row.key; i++)
        g_string_append_printf(key, "%02x", row.key[i]);
    if (g_hash_table_contains(inbox->known, key->str)) {
        g_string_free(key, TRUE);
        return NULL;
    }
    coex_batch_add_delivery(batch, &row);
    return g_string_free(key, FALSE);
}

static void
remember(CoexInboxSource *inbox, GPtrArray *keys)
{
    if (g_hash_table_size(inbox->known) + keys->len > KNOWN_MAX)
        g_hash_table_remove_all(inbox->known);
    for (guint i = 0; i < keys->len; i++)
        g_hash_table_add(inbox->known, g_strdup(g_ptr_array_index(keys, i)));
}

/* ---- what was read ---- */

typedef struct {
    CoexInboxSource *inbox;
    GPtrArray *keys;
    CoexInboxPlace place;
    void (*then)(CoexInboxSource *inbox);
} Kept;

static void
on_kept(CoexBatch *batch, const GError *error, gpointer data)
{
    g_autofree Kept *kept = data;
    CoexInboxSource *inbox = kept->inbox;
    g_autoptr(GPtrArray) keys = kept->keys;

    if (!inbox->over && error != NULL) {
        inbox->spec.source.lost(error, inbox->spec.source.data);
        coex_inbox_source_fail(inbox, COEX_INBOX_WELL, NULL, 0);
    } else if (!inbox->over) {
        remember(inbox, keys);
        inbox->n_new += coex_batch_count_delivered(batch);
        inbox->place = kept->place;
        kept->then(inbox);
    }
    coex_inbox_source_unref(inbox);
}

void
coex_inbox_source_keep(CoexInboxSource *inbox, GPtrArray *bodies, const CoexInboxPlace *place,
                       void (*then)(CoexInboxSource *inbox))
{
    CoexBatch *batch = inbox->spec.begin(inbox->spec.source.data);
    Kept *kept = g_new(Kept, 1);
    g_autofree char *text = coex_inbox_place_dup(place);

    *kept = (Kept){ inbox, g_ptr_array_new_with_free_func(g_free), *place, then };
    for (guint i = 0; bodies != NULL && i < bodies->len; i++) {
        char *key = add_delivery(inbox, batch, g_ptr_array_index(bodies, i));

        if (key != NULL)
            g_ptr_array_add(kept->keys, key);
    }
    if (kept->keys->len == 0 && coex_inbox_place_is_same(place, &inbox->place)) {
        g_ptr_array_unref(kept->keys);
        g_free(kept);
        coex_batch_free(batch);
        then(inbox);
        return;
    }
    coex_inbox_source_ref(inbox);
    inbox->spec.note(batch, text, inbox->spec.source.data);
    coex_store_commit(inbox->spec.store, batch, on_kept, kept);
}

/* ---- what a frame tells ---- */

static void
on_frame_kept(CoexBatch *batch, const GError *error, gpointer data)
{
    CoexInboxSource *inbox = data;

    inbox->n_frames--;
    if (error != NULL && !inbox->over)
        inbox->spec.source.lost(error, inbox->spec.source.data);
    coex_inbox_source_unref(inbox);
}

void
coex_inbox_source_keep_frame(CoexInboxSource *inbox, GBytes *statuses)
{
    CoexBatch *batch;

    if (inbox->n_frames >= FRAMES_MAX)
        return;
    batch = inbox->spec.begin(inbox->spec.source.data);
    g_free(add_delivery(inbox, batch, statuses));
    inbox->n_frames++;
    coex_store_commit(inbox->spec.store, batch, on_frame_kept, coex_inbox_source_ref(inbox));
}
