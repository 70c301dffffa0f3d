// SPDX-License-Identifier: GPL-2.0-or-later
#include "send/queue.h"

#include "account/account.h"
#include "account/call.h"
#include "account/lines.h"
#include "account/people.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/media.h"
#include "core/text.h"
#include "core/timer.h"
#include "core/words.h"
#include "send/turns.h"
#include "store/batch.h"
#include "store/store.h"
#include "media/outgoing.h"

#define EXCERPT 60

/* ---- items and queues ---- */

static void
item_free(CoexOutboxItem *item)
{
    coex_timer_clear(&item->confirm);
    coex_timer_clear(&item->copying);
    if (item->work != NULL)
        g_cancellable_cancel(item->work);
    g_clear_object(&item->work);
    coex_outbox_row_free(item->row);
    g_clear_pointer(&item->instead_of, coex_outbox_row_free);
    g_free(item->path);
    g_clear_pointer(&item->cards, g_ptr_array_unref);
    g_clear_pointer(&item->content, g_bytes_unref);
    coex_media_free(item->to_fit);
    coex_media_free(item->taken);
    g_free(item->done);
    g_free(item->wamid);
    g_free(item->why);
    g_free(item);
}

static void
queue_free(CoexOutboxQueue *queue)
{
    coex_timer_clear(&queue->slow);
    coex_timer_clear(&queue->pacing);
    coex_timer_clear(&queue->save);
    g_ptr_array_unref(queue->gone);
    g_queue_clear_full(&queue->items, (GDestroyNotify)item_free);
    queue->entry->queue = NULL;
    g_free(queue);
}

/* Of who turned out to be another, that one's. */
static CoexPersonEntry *
get_entry_now(CoexOutbox *outbox, gint64 person_id)
{
    CoexPeople *people = outbox->account->people;
    CoexPerson *person = coex_people_by_id(people, person_id);

    return coex_people_get_entry(people, coex_people_now(people, person)->id);
}

CoexOutboxQueue *
coex_outbox_get_queue(CoexOutbox *outbox, gint64 person_id)
{
    CoexPersonEntry *entry = get_entry_now(outbox, person_id);
    CoexOutboxQueue *queue = entry->queue;

    if (queue != NULL)
        return queue;
    queue = entry->queue = g_new0(CoexOutboxQueue, 1);
    queue->entry = entry;
    queue->outbox = outbox;
    g_queue_init(&queue->items);
    queue->gone = g_ptr_array_new_with_free_func(g_free);
    coex_outbox_queue_start_pace(queue);
    g_ptr_array_add(outbox->queues, queue);
    return queue;
}

gboolean
coex_outbox_item_is_on_its_way(const CoexOutboxItem *item)
{
    return item->accepted || item->row->state == COEX_OUTBOX_SENDING ||
           item->row->state == COEX_OUTBOX_UNCERTAIN;
}

void
coex_outbox_queue_forget_slow(CoexOutboxQueue *queue)
{
    coex_timer_clear(&queue->slow);
    queue->slow_told = FALSE;
}

CoexPerson *
coex_outbox_item_person(CoexOutboxItem *item)
{
    return coex_people_by_id(item->outbox->account->people, item->row->person_id);
}

static void
count(CoexOutboxItem *item, int change)
{
    CoexPersonEntry *entry =
        coex_people_get_entry(item->outbox->account->people, item->row->person_id);

    if (item->row->state == COEX_OUTBOX_PARKED)
        entry->n_parked += change;
    if (item->row->state != COEX_OUTBOX_HELD)
        return;
    entry->n_held += change;
    if (item->row->media != NULL)
        entry->n_held_files[item->row->media->kind] += change;
}

static CoexOutboxItem *
item_add(CoexOutbox *outbox, CoexOutboxRow *row)
{
    CoexOutboxItem *item = g_new0(CoexOutboxItem, 1);
    CoexOutboxQueue *queue = coex_outbox_get_queue(outbox, row->person_id);

    item->outbox = outbox;
    item->row = row;
    row->person_id = queue->entry->person->id;
    outbox->last_position = MAX(outbox->last_position, row->position);
    g_queue_push_tail(&queue->items, item);
    g_hash_table_insert(outbox->by_id, row->local_id, item);
    count(item, 1);
    return item;
}

CoexOutboxItem *
coex_outbox_item_new(CoexOutbox *outbox, gint64 person_id, const char *text)
{
    CoexOutboxRow *row = coex_outbox_row_new();

    row->position = outbox->last_position + 1;
    row->local_id = g_uuid_string_random();
    row->person_id = person_id;
    row->text = g_strdup(text);
    row->created_at = coex_account_now(outbox->account);
    row->state_at = row->created_at;
    return item_add(outbox, row);
}

void
coex_outbox_item_remove(CoexOutboxItem *item)
{
    CoexOutboxQueue *queue = coex_outbox_get_queue(item->outbox, item->row->person_id);

    count(item, -1);
    g_queue_remove(&queue->items, item);
    g_hash_table_remove(item->outbox->by_id, item->row->local_id);
    coex_outbox_item_end_transfer(item, item->accepted ? COEX_TRANSFER_SENT : COEX_TRANSFER_FAILED);
    coex_outbox_item_drop_copies(item);
    coex_outbox_item_forget_taking(item);
    item_free(item);
}

void
coex_outbox_item_discard(CoexOutboxItem *item)
{
    CoexOutboxQueue *queue = coex_outbox_get_queue(item->outbox, item->row->person_id);

    g_ptr_array_add(queue->gone, g_strdup(item->row->local_id));
    coex_outbox_item_remove(item);
}

static const char *const state_names[] = {
    [COEX_OUTBOX_QUEUED] = "queued",
    [COEX_OUTBOX_SENDING] = "sending",
    [COEX_OUTBOX_UNCERTAIN] = "uncertain",
    [COEX_OUTBOX_PARKED] = "parked",
    [COEX_OUTBOX_HELD] = "held",
    [COEX_OUTBOX_FAILED] = "failed",
    [COEX_OUTBOX_UNCONFIRMED] = "unconfirmed",
    [COEX_OUTBOX_TAKING] = "taking in",
};

#define TO(name) (1u << COEX_OUTBOX_##name)

/* The arrows of the picture in queue.h. */
static const guint next_states[] = {
    [COEX_OUTBOX_QUEUED] =
        TO(QUEUED) | TO(SENDING) | TO(PARKED) | TO(HELD) | TO(FAILED) | TO(TAKING),
    [COEX_OUTBOX_SENDING] =
        TO(QUEUED) | TO(UNCERTAIN) | TO(PARKED) | TO(HELD) | TO(FAILED) | TO(UNCONFIRMED),
    [COEX_OUTBOX_UNCERTAIN] = TO(UNCONFIRMED),
    [COEX_OUTBOX_PARKED] = TO(HELD) | TO(FAILED),
    [COEX_OUTBOX_HELD] = TO(QUEUED) | TO(FAILED),
    [COEX_OUTBOX_FAILED] = 0,
    [COEX_OUTBOX_UNCONFIRMED] = 0,
    [COEX_OUTBOX_TAKING] = TO(QUEUED) | TO(PARKED) | TO(HELD),
};

void
coex_outbox_item_set_state(CoexOutboxItem *item, CoexOutboxState state)
{
    g_debug("text %s: %s", item->row->local_id, state_names[state]);
    if ((next_states[item->row->state] & 1u << state) == 0)
        g_critical("%s after %s", state_names[state], state_names[item->row->state]);
    count(item, -1);
    item->row->state = state;
    count(item, 1);
    item->row->state_at = coex_account_now(item->outbox->account);
    item->committed = FALSE;
    item->unsaved = FALSE;
    item->commit = 0;
    item->code = 0;
    item->row->not_before = 0;
    g_clear_pointer(&item->why, g_free);
    if (state == COEX_OUTBOX_HELD)
        coex_outbox_item_end_transfer(item, COEX_TRANSFER_KEPT);
    if (state == COEX_OUTBOX_FAILED && item->work != NULL)
        g_cancellable_cancel(item->work);
    if (state == COEX_OUTBOX_FAILED || state == COEX_OUTBOX_UNCONFIRMED)
        coex_outbox_item_end_transfer(item, COEX_TRANSFER_FAILED);
}

/* What an earlier process was sending when it ended may have arrived. */
static void
item_load(CoexOutbox *outbox, const CoexOutboxRow *row)
{
    CoexOutboxItem *item;

    if (coex_people_by_id(outbox->account->people, row->person_id) == NULL)
        return;
    item = item_add(outbox, coex_outbox_row_copy(row));
    item->stored = TRUE;
    item->loaded = TRUE;
    if (row->state == COEX_OUTBOX_SENDING)
        coex_outbox_item_set_state(item, COEX_OUTBOX_UNCERTAIN);
    else
        item->committed = TRUE;
}

void
coex_outbox_item_adopt(CoexOutbox *outbox, const CoexOutboxRow *row)
{
    CoexOutboxItem *item = item_add(outbox, coex_outbox_row_copy(row));

    item->stored = TRUE;
    item->committed = TRUE;
}

CoexOutbox *
coex_outbox_new(CoexAccount *account, GPtrArray *rows, const CoexOutboxEvents *events)
{
    CoexOutbox *outbox = g_new0(CoexOutbox, 1);

    outbox->account = account;
    outbox->events = events;
    outbox->queues = g_ptr_array_new_with_free_func((GDestroyNotify)queue_free);
    outbox->by_id = g_hash_table_new(g_str_hash, g_str_equal);
    outbox->slow_copies = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    outbox->united = g_ptr_array_new();
    outbox->to_take = coex_turns_new();
    coex_pace_init(&outbox->pace, COEX_NUMBER_BURST, g_get_monotonic_time());
    for (guint i = 0; i < rows->len; i++)
        item_load(outbox, g_ptr_array_index(rows, i));
    return outbox;
}

void
coex_outbox_free(CoexOutbox *outbox)
{
    coex_outbox_stop(outbox);
    g_hash_table_unref(outbox->by_id);
    g_hash_table_unref(outbox->slow_copies);
    g_ptr_array_unref(outbox->united);
    g_ptr_array_unref(outbox->queues);
    coex_turns_free(outbox->to_take);
    g_free(outbox);
}

/* A send of which nothing has left is not uncertain: it goes at the next login. */
static void
take_back(CoexOutboxItem *item, CoexBatch *batch)
{
    if (item->row->state != COEX_OUTBOX_SENDING || item->accepted)
        return;
    if (item->request != NULL && !coex_account_is_unwritten(item->outbox->account, item->request))
        return;
    if (item->proven) {
        coex_outbox_item_put_withdrawn(item, batch);
        coex_batch_remove_outbox(batch, item->row->local_id);
        return;
    }
    coex_outbox_item_set_state(item, COEX_OUTBOX_QUEUED);
    coex_batch_put_outbox(batch, item->row, FALSE, item->row->state_at);
}

/* Returns what @batch removes now. */
static GPtrArray *
remove_gone(CoexOutboxQueue *queue, CoexBatch *batch)
{
    GPtrArray *gone = queue->gone;

    for (guint i = 0; i < gone->len; i++)
        coex_batch_remove_outbox(batch, g_ptr_array_index(gone, i));
    queue->gone = g_ptr_array_new_with_free_func(g_free);
    return gone;
}

/* Not over an acceptance: that has taken the row away, or is going to. */
static void
save_again(CoexOutboxItem *item, CoexBatch *batch)
{
    if (item->unsaved && !item->accepted)
        coex_outbox_item_put(item, batch);
}

static void
stop_queue(CoexOutboxQueue *queue, CoexBatch *batch)
{
    coex_timer_clear(&queue->slow);
    coex_timer_clear(&queue->pacing);
    coex_timer_clear(&queue->save);
    g_ptr_array_unref(remove_gone(queue, batch));
    for (GList *link = queue->items.head; link != NULL; link = link->next) {
        CoexOutboxItem *item = link->data;

        coex_timer_clear(&item->confirm);
        coex_timer_clear(&item->copying);
        coex_outbox_item_stop_taking(item, batch);
        coex_outbox_item_stop_looking(item, batch);
        take_back(item, batch);
        save_again(item, batch);
    }
}

void
coex_outbox_stop(CoexOutbox *outbox)
{
    g_autoptr(CoexBatch) batch = NULL;

    if (outbox->stopped)
        return;
    outbox->stopped = TRUE;
    batch = coex_account_batch(outbox->account);
    coex_timer_clear(&outbox->pump);
    coex_timer_clear(&outbox->silence);
    coex_timer_clear(&outbox->unlock);
    coex_timer_clear(&outbox->turn);
    for (guint i = 0; i < outbox->queues->len; i++)
        stop_queue(outbox->queues->pdata[i], batch);
    coex_outbox_stop_forwards(outbox, batch);
    coex_outgoing_stop(&outbox->http);
    if (!coex_batch_is_empty(batch))
        coex_store_commit(outbox->account->store, g_steal_pointer(&batch), NULL, NULL);
}

/* What its commits have put into the feed, or will, stays as it is. */
static void
put_back(CoexOutboxItem *item, CoexBatch *batch, const CoexPutBack *back)
{
    CoexOutboxRow *row = item->row;
    gint64 since = row->state_at;
    gboolean changed = coex_put_back(back, &row->created_at);

    if (coex_put_back(back, &row->state_at)) {
        changed = TRUE;
        if (row->not_before > 0 && row->not_before != COEX_WAIT_FOR_EVER)
            row->not_before -= since - row->state_at;
    }
    if (changed && item->stored && !item->accepted)
        coex_batch_put_outbox(batch, row, FALSE, row->state_at);
}

void
coex_outbox_put_back_times(CoexOutbox *outbox, CoexBatch *batch, const CoexPutBack *back)
{
    for (guint i = 0; i < outbox->queues->len; i++) {
        const CoexOutboxQueue *queue = outbox->queues->pdata[i];

        for (GList *link = queue->items.head; link != NULL; link = link->next)
            put_back(link->data, batch, back);
    }
}

guint
coex_outbox_count(CoexOutbox *outbox, gint64 person_id, CoexOutboxState state)
{
    const CoexOutboxQueue *queue = get_entry_now(outbox, person_id)->queue;
    guint n = 0;

    for (GList *link = queue != NULL ? queue->items.head : NULL; link != NULL; link = link->next)
        n += ((CoexOutboxItem *)link->data)->row->state == state;
    return n;
}

gboolean
coex_outbox_is_pending(CoexOutbox *outbox, gint64 person_id, const char *text)
{
    const CoexOutboxQueue *queue = get_entry_now(outbox, person_id)->queue;

    for (GList *link = queue != NULL ? queue->items.head : NULL; link != NULL; link = link->next) {
        const CoexOutboxRow *row = ((CoexOutboxItem *)link->data)->row;

        if ((row->state == COEX_OUTBOX_SENDING || row->state == COEX_OUTBOX_UNCERTAIN) &&
            g_strcmp0(row->text, text) == 0)
            return TRUE;
    }
    return FALSE;
}

gboolean
coex_outbox_has_on_its_way(CoexOutbox *outbox, const CoexPerson *person)
{
    const CoexOutboxQueue *queue = get_entry_now(outbox, person->id)->queue;

    for (GList *link = queue != NULL ? queue->items.head : NULL; link != NULL; link = link->next)
        if (coex_outbox_item_is_on_its_way(link->data))
            return TRUE;
    return FALSE;
}

void
coex_outbox_forget(CoexOutbox *outbox, const CoexPerson *person)
{
    CoexOutboxQueue *queue = get_entry_now(outbox, person->id)->queue;

    while (queue != NULL && queue->items.length > 0)
        coex_outbox_item_remove(g_queue_peek_head(&queue->items));
    if (queue != NULL)
        g_ptr_array_remove(outbox->queues, queue);
}

/* ---- committing ---- */

CoexTicket *
coex_ticket_new(CoexOutbox *outbox, const char *local_id, gint64 person_id)
{
    CoexTicket *ticket = g_new0(CoexTicket, 1);

    ticket->account = coex_account_ref(outbox->account);
    ticket->local_id = g_strdup(local_id);
    ticket->person_id = person_id;
    return ticket;
}

void
coex_ticket_free(CoexTicket *ticket)
{
    coex_account_unref(ticket->account);
    g_clear_pointer(&ticket->gone, g_ptr_array_unref);
    g_free(ticket->copy);
    g_free(ticket->local_id);
    g_free(ticket);
}

CoexOutboxItem *
coex_ticket_get_item(const CoexTicket *ticket)
{
    if (ticket->account->state == COEX_ACCOUNT_ENDED)
        return NULL;
    return g_hash_table_lookup(ticket->account->outbox->by_id, ticket->local_id);
}

void
coex_outbox_item_put(CoexOutboxItem *item, CoexBatch *batch)
{
    const CoexOutboxRow *row = item->row;

    item->commit = item->outbox->n_commits + 1;
    item->unsaved = FALSE;
    if (item->why != NULL)
        item->row->owed = FALSE;
    coex_batch_put_outbox(batch, row, item->feeds, row->state_at);
    if (item->why == NULL)
        return;
    coex_batch_add_outcome(
        batch, row, item->why_kind, item->why,
        (row->shown || item->feeds ? COEX_LINE_SHOWN : 0) |
            (item->unsent && item->why_kind == COEX_FEED_FAILED ? COEX_LINE_UNSENT : 0) |
            coex_outbox_row_get_offer(row, item->code),
        row->state_at);
}

void
coex_outbox_item_put_shown(CoexOutboxItem *item, CoexBatch *batch)
{
    item->feeds = TRUE;
    coex_outbox_item_put(item, batch);
}

void
coex_outbox_item_put_owed(CoexOutboxItem *item, CoexBatch *batch)
{
    item->row->owed = TRUE;
    coex_outbox_item_put(item, batch);
}

void
coex_outbox_item_put_why(CoexOutboxItem *item, CoexBatch *batch, CoexFeedKind kind, const char *why)
{
    g_free(item->why);
    item->why = g_strdup(why);
    item->why_kind = kind;
    coex_outbox_item_put(item, batch);
}

void
coex_outbox_item_put_record(CoexOutboxItem *item, CoexBatch *batch, const char *what)
{
    g_autofree char *excerpt = coex_text_excerpt(item->row->text, EXCERPT);
    /* Translators: what became of a message, and its first words. */
    g_autofree char *line = coex_say(_("%s: %s"), what, excerpt);

    coex_batch_add_line(batch, item->row->person_id, COEX_FEED_RECORD, line, NULL,
                        coex_account_now(item->outbox->account));
}

gint
coex_outbox_compare_positions(gconstpointer a, gconstpointer b, gpointer data)
{
    const CoexOutboxRow *one = ((const CoexOutboxItem *)a)->row;
    const CoexOutboxRow *two = ((const CoexOutboxItem *)b)->row;

    return (one->position > two->position) - (one->position < two->position);
}

/* What was never on disk was not sent: the text goes back to the person who typed it. The row is
 * removed all the same, since a commit that failed may still be found after a crash. */
static void
give_back(CoexOutboxItem *item, const GError *error)
{
    if (item->instead_of != NULL)
        coex_outbox_item_put_held_back(item);
    coex_account_tell_notice(item->outbox->account, coex_outbox_item_person(item),
                             _("Not sent, since it could not be saved: %s\n%s"), item->row->text,
                             error->message);
    coex_outbox_item_discard(item);
}

static void commit_queue(CoexOutboxQueue *queue, CoexBatch *batch);

static void
on_save(gpointer data)
{
    CoexOutboxQueue *queue = data;
    CoexBatch *batch = coex_account_batch(queue->outbox->account);

    for (GList *link = queue->items.head; link != NULL; link = link->next)
        save_again(link->data, batch);
    commit_queue(queue, batch);
}

void
coex_outbox_unite_queues(CoexOutbox *outbox, const CoexPerson *other)
{
    CoexOutboxQueue *from = coex_people_get_entry(outbox->account->people, other->id)->queue;
    CoexOutboxQueue *to;
    CoexOutboxItem *item;

    if (from == NULL || other->same_as == 0)
        return;
    to = coex_outbox_get_queue(outbox, other->id);
    while ((item = g_queue_pop_head(&from->items)) != NULL) {
        count(item, -1);
        item->row->person_id = to->entry->person->id;
        count(item, 1);
        g_queue_insert_sorted(&to->items, item, coex_outbox_compare_positions, NULL);
    }
    g_ptr_array_extend_and_steal(to->gone, g_steal_pointer(&from->gone));
    from->gone = g_ptr_array_new();
    if (from->save != NULL && to->save == NULL)
        coex_timer_start(&to->save, COEX_STORE_RETRY_MS, on_save, to);
    g_ptr_array_remove(outbox->queues, from);
}

static void
commit_failed(CoexOutboxQueue *queue, CoexTicket *ticket, const GError *error)
{
    gboolean any = ticket->gone->len > 0;

    for (GList *link = queue->items.head, *next; link != NULL; link = next) {
        CoexOutboxItem *item = link->data;

        next = link->next;
        if (item->commit != ticket->commit)
            continue;
        item->unsaved = item->stored;
        any |= item->unsaved;
        if (!item->stored)
            give_back(item, error);
    }
    g_ptr_array_extend_and_steal(queue->gone, g_steal_pointer(&ticket->gone));
    if (any)
        coex_account_tell_store_error(ticket->account, error);
    if (queue->save == NULL && (any || queue->gone->len > 0))
        coex_timer_start(&queue->save, COEX_STORE_RETRY_MS, on_save, queue);
}

static void
note_committed(CoexOutboxQueue *queue, guint64 commit)
{
    for (GList *link = queue->items.head; link != NULL; link = link->next) {
        CoexOutboxItem *item = link->data;

        if (item->commit != commit)
            continue;
        item->committed = TRUE;
        item->stored = TRUE;
        item->row->shown |= item->feeds;
        item->feeds = FALSE;
        g_clear_pointer(&item->why, g_free);
        g_clear_pointer(&item->instead_of, coex_outbox_row_free);
    }
}

static void
on_committed(CoexBatch *batch, const GError *error, gpointer user_data)
{
    g_autoptr(CoexTicket) ticket = user_data;
    CoexAccount *account = ticket->account;
    CoexOutboxQueue *queue;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    queue = coex_outbox_get_queue(account->outbox, ticket->person_id);
    if (error != NULL) {
        commit_failed(queue, ticket, error);
        return;
    }
    note_committed(queue, ticket->commit);
    coex_views_tell(account, coex_people_by_id(account->people, ticket->person_id));
    coex_account_tell_feed(account, coex_batch_get_feed(batch));
    coex_outbox_pump(account->outbox);
}

/* Takes @batch. */
static void
commit_queue(CoexOutboxQueue *queue, CoexBatch *batch)
{
    CoexOutbox *outbox = queue->outbox;
    CoexTicket *ticket = coex_ticket_new(outbox, NULL, queue->entry->person->id);

    ticket->commit = ++outbox->n_commits;
    ticket->gone = remove_gone(queue, batch);
    coex_store_commit(outbox->account->store, batch, on_committed, ticket);
}

void
coex_outbox_commit(CoexOutbox *outbox, CoexBatch *batch, CoexPerson *person)
{
    commit_queue(coex_outbox_get_queue(outbox, person->id), batch);
}

void
coex_outbox_item_commit(CoexOutboxItem *item)
{
    CoexBatch *batch = coex_account_batch(item->outbox->account);

    coex_outbox_item_put(item, batch);
    coex_outbox_commit(item->outbox, batch, coex_outbox_item_person(item));
}

void
coex_outbox_item_drop(CoexOutboxItem *item, const char *why)
{
    CoexOutbox *outbox = item->outbox;
    CoexPerson *person = coex_outbox_item_person(item);
    CoexBatch *batch = coex_account_batch(outbox->account);
    g_autofree char *line = coex_say(_("Not sent: “%s”. %s"), item->row->text, why);

    coex_outbox_queue_forget_slow(coex_outbox_get_queue(outbox, item->row->person_id));
    coex_batch_add_line(batch, person->id, COEX_FEED_NOTICE, line, NULL,
                        coex_account_now(outbox->account));
    coex_outbox_item_discard(item);
    coex_outbox_commit(outbox, batch, person);
}

static gint64
may_go_from(const CoexOutboxItem *item)
{
    gint64 wait_s = coex_graph_code_get_wait_s(item->code);

    if (wait_s == 0 || wait_s == COEX_WAIT_FOR_EVER)
        return wait_s;
    return item->row->state_at + wait_s;
}

void
coex_outbox_item_put_failed(CoexOutboxItem *item, CoexBatch *batch, const char *why, int code)
{
    item->unsent = item->row->state != COEX_OUTBOX_SENDING || item->request == NULL;
    coex_outbox_item_set_state(item, COEX_OUTBOX_FAILED);
    item->code = code;
    item->row->not_before = may_go_from(item);
    coex_outbox_item_put_why(item, batch, COEX_FEED_FAILED, why);
}

void
coex_outbox_item_fail(CoexOutboxItem *item, const char *why, int code)
{
    CoexBatch *batch = coex_account_batch(item->outbox->account);

    coex_outbox_queue_forget_slow(coex_outbox_get_queue(item->outbox, item->row->person_id));
    coex_outbox_item_put_failed(item, batch, why, code);
    coex_views_note_refused(item->outbox->account, coex_outbox_item_person(item), item->row->text);
    coex_outbox_commit(item->outbox, batch, coex_outbox_item_person(item));
}
