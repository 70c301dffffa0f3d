// SPDX-License-Identifier: GPL-2.0-or-later
#include "send/slips.h"

#include "account/engine.h"
#include "account/people.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/text.h"

#define EXCERPT 60

/* ---- slips and lanes ---- */

static void
slip_free(CoexSlip *slip)
{
    coex_timer_clear(&slip->confirm);
    coex_outbox_row_free(slip->row);
    g_free(slip->wamid);
    g_free(slip->why);
    g_free(slip);
}

static void
lane_free(CoexLane *lane)
{
    coex_timer_clear(&lane->slow);
    coex_timer_clear(&lane->save);
    g_ptr_array_unref(lane->gone);
    g_queue_clear_full(&lane->slips, (GDestroyNotify)slip_free);
    g_free(lane);
}

/* Of who turned out to be another, that one's. */
static gint64
get_person_now(CoexOutbox *outbox, gint64 person_id)
{
    CoexPerson *person = coex_people_by_id(outbox->account->people, person_id);

    return person != NULL ? coex_people_now(outbox->account->people, person)->id : person_id;
}

static CoexLane *
find_lane(CoexOutbox *outbox, gint64 person_id)
{
    gint64 id = get_person_now(outbox, person_id);

    return g_hash_table_lookup(outbox->lanes, &id);
}

CoexLane *
coex_outbox_lane(CoexOutbox *outbox, gint64 person_id)
{
    CoexLane *lane = find_lane(outbox, person_id);

    if (lane != NULL)
        return lane;
    lane = g_new0(CoexLane, 1);
    lane->person_id = get_person_now(outbox, person_id);
    lane->outbox = outbox;
    g_queue_init(&lane->slips);
    lane->gone = g_ptr_array_new_with_free_func(g_free);
    coex_pace_init(&lane->pace, COEX_PACE_PERSON_BURST, g_get_monotonic_time());
    g_hash_table_insert(outbox->lanes, &lane->person_id, lane);
    return lane;
}

void
coex_lane_forget_slow(CoexLane *lane)
{
    coex_timer_clear(&lane->slow);
    lane->slow_told = FALSE;
}

CoexPerson *
coex_slip_person(CoexSlip *slip)
{
    return coex_people_by_id(slip->outbox->account->people, slip->row->person_id);
}

static void
count(CoexSlip *slip, int change)
{
    CoexPerson *person = coex_slip_person(slip);

    if (person != NULL && slip->row->state == COEX_OUTBOX_PARKED)
        person->n_parked += change;
    if (person != NULL && slip->row->state == COEX_OUTBOX_HELD)
        person->n_held += change;
}

static CoexSlip *
slip_add(CoexOutbox *outbox, CoexOutboxRow *row)
{
    CoexSlip *slip = g_new0(CoexSlip, 1);
    CoexLane *lane = coex_outbox_lane(outbox, row->person_id);

    slip->outbox = outbox;
    slip->row = row;
    row->person_id = lane->person_id;
    outbox->last_position = MAX(outbox->last_position, row->position);
    g_queue_push_tail(&lane->slips, slip);
    g_hash_table_insert(outbox->by_id, row->local_id, slip);
    count(slip, 1);
    return slip;
}

CoexSlip *
coex_slip_new(CoexOutbox *outbox, gint64 person_id, const char *text)
{
    CoexOutboxRow *row = coex_outbox_row_new();

    row->position = outbox->last_position + 1;
    row->local_id = g_uuid_string_random();
    row->person_id = person_id;
    row->text = g_strdup(text);
    row->created_at = coex_account_now(outbox->account);
    row->state_at = row->created_at;
    return slip_add(outbox, row);
}

void
coex_slip_remove(CoexSlip *slip)
{
    CoexLane *lane = coex_outbox_lane(slip->outbox, slip->row->person_id);

    count(slip, -1);
    g_queue_remove(&lane->slips, slip);
    g_hash_table_remove(slip->outbox->by_id, slip->row->local_id);
    slip_free(slip);
}

void
coex_slip_discard(CoexSlip *slip)
{
    CoexLane *lane = coex_outbox_lane(slip->outbox, slip->row->person_id);

    g_ptr_array_add(lane->gone, g_strdup(slip->row->local_id));
    coex_slip_remove(slip);
}

static const char *const state_names[] = {
    [COEX_OUTBOX_QUEUED] = "queued",
    [COEX_OUTBOX_SENDING] = "sending",
    [COEX_OUTBOX_UNCERTAIN] = "uncertain",
    [COEX_OUTBOX_PARKED] = "parked",
    [COEX_OUTBOX_HELD] = "held",
    [COEX_OUTBOX_FAILED] = "failed",
    [COEX_OUTBOX_UNCONFIRMED] = "unconfirmed",
};

void
coex_slip_set_state(CoexSlip *slip, CoexOutboxState state)
{
    g_debug("text %s: %s", slip->row->local_id, state_names[state]);
    count(slip, -1);
    slip->row->state = state;
    count(slip, 1);
    slip->row->state_at = coex_account_now(slip->outbox->account);
    slip->committed = FALSE;
    slip->unsaved = FALSE;
    slip->commit = 0;
    slip->code = 0;
    slip->row->not_before = 0;
    g_clear_pointer(&slip->why, g_free);
}

/* What an earlier process was sending when it ended may have arrived. */
static void
slip_load(CoexOutbox *outbox, const CoexOutboxRow *row)
{
    CoexSlip *slip = slip_add(outbox, coex_outbox_row_copy(row));

    slip->stored = TRUE;
    slip->loaded = TRUE;
    if (row->state == COEX_OUTBOX_SENDING)
        coex_slip_set_state(slip, COEX_OUTBOX_UNCERTAIN);
    else
        slip->committed = TRUE;
}

void
coex_slip_adopt(CoexOutbox *outbox, const CoexOutboxRow *row)
{
    CoexSlip *slip = slip_add(outbox, coex_outbox_row_copy(row));

    slip->stored = TRUE;
    slip->committed = TRUE;
}

CoexOutbox *
coex_outbox_new(CoexAccount *account, GPtrArray *rows, const CoexOutboxEvents *events)
{
    CoexOutbox *outbox = g_new0(CoexOutbox, 1);

    outbox->account = account;
    outbox->events = events;
    outbox->lanes =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, (GDestroyNotify)lane_free);
    outbox->by_id = g_hash_table_new(g_str_hash, g_str_equal);
    outbox->united = g_ptr_array_new();
    coex_pace_init(&outbox->pace, COEX_NUMBER_BURST, g_get_monotonic_time());
    for (guint i = 0; i < rows->len; i++)
        slip_load(outbox, g_ptr_array_index(rows, i));
    return outbox;
}

void
coex_outbox_free(CoexOutbox *outbox)
{
    if (outbox == NULL)
        return;
    coex_outbox_stop(outbox);
    g_hash_table_unref(outbox->by_id);
    g_ptr_array_unref(outbox->united);
    g_hash_table_unref(outbox->lanes);
    g_free(outbox);
}

/* A send of which nothing has left is not uncertain: it goes at the next login. */
static void
take_back(CoexSlip *slip, CoexBatch *batch)
{
    CoexHttp *http = slip->outbox->account->http;

    if (slip->row->state != COEX_OUTBOX_SENDING || slip->accepted)
        return;
    if (slip->request != NULL && (http == NULL || !coex_http_is_unwritten(http, slip->request)))
        return;
    if (slip->proven) {
        coex_slip_put_withdrawn(slip, batch);
        coex_batch_remove_outbox(batch, slip->row->local_id);
        return;
    }
    coex_slip_set_state(slip, COEX_OUTBOX_QUEUED);
    coex_batch_put_outbox(batch, slip->row, FALSE, slip->row->state_at);
}

/* Returns what @batch removes now. */
static GPtrArray *
remove_gone(CoexLane *lane, CoexBatch *batch)
{
    GPtrArray *gone = lane->gone;

    for (guint i = 0; i < gone->len; i++)
        coex_batch_remove_outbox(batch, g_ptr_array_index(gone, i));
    lane->gone = g_ptr_array_new_with_free_func(g_free);
    return gone;
}

/* Not over an acceptance: that has taken the row away, or is going to. */
static void
save_again(CoexSlip *slip, CoexBatch *batch)
{
    if (slip->unsaved && !slip->accepted)
        coex_slip_put(slip, batch);
}

static void
stop_lane(CoexLane *lane, CoexBatch *batch)
{
    coex_timer_clear(&lane->slow);
    coex_timer_clear(&lane->save);
    g_ptr_array_unref(remove_gone(lane, batch));
    for (GList *item = lane->slips.head; item != NULL; item = item->next) {
        CoexSlip *slip = item->data;

        coex_timer_clear(&slip->confirm);
        take_back(slip, batch);
        save_again(slip, batch);
    }
}

void
coex_outbox_stop(CoexOutbox *outbox)
{
    g_autoptr(CoexBatch) batch = NULL;
    GHashTableIter iter;
    gpointer value;

    if (outbox->stopped)
        return;
    outbox->stopped = TRUE;
    batch = coex_account_batch(outbox->account);
    coex_timer_clear(&outbox->pump);
    coex_timer_clear(&outbox->silence);
    coex_timer_clear(&outbox->unlock);
    g_hash_table_iter_init(&iter, outbox->lanes);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        stop_lane(value, batch);
    if (!coex_batch_is_empty(batch))
        coex_store_commit(outbox->account->store, g_steal_pointer(&batch), NULL, NULL);
}

/* What its commits have put into the feed, or will, stays as it is. */
static void
put_back(CoexSlip *slip, CoexBatch *batch, const CoexPutBack *back)
{
    CoexOutboxRow *row = slip->row;
    gint64 since = row->state_at;
    gboolean changed = coex_put_back(back, &row->created_at);

    if (coex_put_back(back, &row->state_at)) {
        changed = TRUE;
        if (row->not_before > 0 && row->not_before != COEX_WAIT_FOR_EVER)
            row->not_before -= since - row->state_at;
    }
    if (changed && slip->stored && !slip->accepted)
        coex_batch_put_outbox(batch, row, FALSE, row->state_at);
}

void
coex_outbox_put_back_times(CoexOutbox *outbox, CoexBatch *batch, const CoexPutBack *back)
{
    GHashTableIter iter;
    gpointer lane;

    g_hash_table_iter_init(&iter, outbox->lanes);
    while (g_hash_table_iter_next(&iter, NULL, &lane))
        for (GList *item = ((CoexLane *)lane)->slips.head; item != NULL; item = item->next)
            put_back(item->data, batch, back);
}

guint
coex_outbox_count(CoexOutbox *outbox, gint64 person_id, CoexOutboxState state)
{
    CoexLane *lane = find_lane(outbox, person_id);
    guint n = 0;

    for (GList *item = lane != NULL ? lane->slips.head : NULL; item != NULL; item = item->next)
        n += ((CoexSlip *)item->data)->row->state == state;
    return n;
}

gboolean
coex_outbox_is_pending(CoexOutbox *outbox, gint64 person_id, const char *text)
{
    CoexLane *lane = find_lane(outbox, person_id);

    for (GList *item = lane != NULL ? lane->slips.head : NULL; item != NULL; item = item->next) {
        const CoexOutboxRow *row = ((CoexSlip *)item->data)->row;

        if ((row->state == COEX_OUTBOX_SENDING || row->state == COEX_OUTBOX_UNCERTAIN) &&
            g_strcmp0(row->text, text) == 0)
            return TRUE;
    }
    return FALSE;
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
    g_free(ticket->local_id);
    g_free(ticket);
}

CoexSlip *
coex_ticket_slip(const CoexTicket *ticket)
{
    if (ticket->account->dead)
        return NULL;
    return g_hash_table_lookup(ticket->account->outbox->by_id, ticket->local_id);
}

void
coex_slip_put(CoexSlip *slip, CoexBatch *batch)
{
    const CoexOutboxRow *row = slip->row;

    slip->commit = slip->outbox->n_commits + 1;
    slip->unsaved = FALSE;
    if (slip->why != NULL)
        slip->row->owed = FALSE;
    coex_batch_put_outbox(batch, row, slip->feeds, row->state_at);
    if (slip->why == NULL)
        return;
    coex_batch_add_outcome(
        batch, row, slip->why_kind, slip->why,
        (row->shown || slip->feeds ? COEX_LINE_SHOWN : 0) |
            (slip->unsent && slip->why_kind == COEX_FEED_FAILED ? COEX_LINE_UNSENT : 0) |
            coex_outbox_row_get_offer(row, slip->code),
        row->state_at);
}

void
coex_slip_put_shown(CoexSlip *slip, CoexBatch *batch)
{
    slip->feeds = TRUE;
    coex_slip_put(slip, batch);
}

void
coex_slip_put_owed(CoexSlip *slip, CoexBatch *batch)
{
    slip->row->owed = TRUE;
    coex_slip_put(slip, batch);
}

void
coex_slip_put_why(CoexSlip *slip, CoexBatch *batch, CoexFeedKind kind, const char *why)
{
    g_free(slip->why);
    slip->why = g_strdup(why);
    slip->why_kind = kind;
    coex_slip_put(slip, batch);
}

void
coex_slip_put_record(CoexSlip *slip, CoexBatch *batch, const char *what)
{
    g_autofree char *excerpt = coex_text_excerpt(slip->row->text, EXCERPT);
    g_autofree char *line = g_strconcat(what, ": ", excerpt, NULL);

    coex_batch_add_line(batch, slip->row->person_id, COEX_FEED_RECORD, line, NULL,
                        coex_account_now(slip->outbox->account));
}

/* What was never on disk was not sent: the text goes back to the person who typed it. The row is
 * removed all the same, since a commit that failed may still be found after a crash. */
static void
give_back(CoexSlip *slip, const GError *error)
{
    coex_account_tell_notice(slip->outbox->account, coex_slip_person(slip),
                             "Not sent, since it could not be saved: %s\n%s", slip->row->text,
                             error->message);
    coex_slip_discard(slip);
}

static void commit_lane(CoexLane *lane, CoexBatch *batch);

static gboolean
on_save(gpointer data)
{
    CoexLane *lane = data;
    CoexBatch *batch = coex_account_batch(lane->outbox->account);

    coex_timer_clear(&lane->save);
    for (GList *item = lane->slips.head; item != NULL; item = item->next)
        save_again(item->data, batch);
    commit_lane(lane, batch);
    return G_SOURCE_REMOVE;
}

static gint
compare_positions(gconstpointer a, gconstpointer b, gpointer data)
{
    const CoexOutboxRow *one = ((const CoexSlip *)a)->row;
    const CoexOutboxRow *two = ((const CoexSlip *)b)->row;

    return (one->position > two->position) - (one->position < two->position);
}

void
coex_outbox_unite_lanes(CoexOutbox *outbox, const CoexPerson *other)
{
    CoexLane *from = g_hash_table_lookup(outbox->lanes, &other->id);
    CoexLane *to;
    CoexSlip *slip;

    if (from == NULL || other->same_as == 0)
        return;
    to = coex_outbox_lane(outbox, other->id);
    while ((slip = g_queue_pop_head(&from->slips)) != NULL) {
        count(slip, -1);
        slip->row->person_id = to->person_id;
        count(slip, 1);
        g_queue_insert_sorted(&to->slips, slip, compare_positions, NULL);
    }
    g_ptr_array_extend_and_steal(to->gone, g_steal_pointer(&from->gone));
    from->gone = g_ptr_array_new();
    if (from->save != NULL && to->save == NULL)
        to->save = coex_timer_new(COEX_STORE_RETRY_MS, on_save, to);
    g_hash_table_remove(outbox->lanes, &other->id);
}

static void
commit_failed(CoexLane *lane, CoexTicket *ticket, const GError *error)
{
    gboolean any = ticket->gone->len > 0;

    for (GList *item = lane->slips.head, *next; item != NULL; item = next) {
        CoexSlip *slip = item->data;

        next = item->next;
        if (slip->commit != ticket->commit)
            continue;
        slip->unsaved = slip->stored;
        any |= slip->unsaved;
        if (!slip->stored)
            give_back(slip, error);
    }
    g_ptr_array_extend_and_steal(lane->gone, g_steal_pointer(&ticket->gone));
    if (any)
        coex_account_tell_store_error(ticket->account, error);
    if (lane->save == NULL && (any || lane->gone->len > 0))
        lane->save = coex_timer_new(COEX_STORE_RETRY_MS, on_save, lane);
}

static void
note_committed(CoexLane *lane, guint64 commit)
{
    for (GList *item = lane->slips.head; item != NULL; item = item->next) {
        CoexSlip *slip = item->data;

        if (slip->commit != commit)
            continue;
        slip->committed = TRUE;
        slip->stored = TRUE;
        slip->row->shown |= slip->feeds;
        slip->feeds = FALSE;
        g_clear_pointer(&slip->why, g_free);
    }
}

static void
on_committed(CoexBatch *batch, const GError *error, gpointer user_data)
{
    g_autoptr(CoexTicket) ticket = user_data;
    CoexAccount *account = ticket->account;
    CoexLane *lane;

    if (account->dead)
        return;
    lane = coex_outbox_lane(account->outbox, ticket->person_id);
    if (error != NULL) {
        commit_failed(lane, ticket, error);
        return;
    }
    note_committed(lane, ticket->commit);
    coex_views_tell(account, coex_people_by_id(account->people, ticket->person_id));
    coex_account_tell_feed(account, coex_batch_get_feed(batch));
    coex_outbox_pump(account->outbox);
}

/* Takes @batch. */
static void
commit_lane(CoexLane *lane, CoexBatch *batch)
{
    CoexOutbox *outbox = lane->outbox;
    CoexTicket *ticket = coex_ticket_new(outbox, NULL, lane->person_id);

    ticket->commit = ++outbox->n_commits;
    ticket->gone = remove_gone(lane, batch);
    coex_store_commit(outbox->account->store, batch, on_committed, ticket);
}

void
coex_outbox_commit(CoexOutbox *outbox, CoexBatch *batch, CoexPerson *person)
{
    commit_lane(coex_outbox_lane(outbox, person->id), batch);
}

void
coex_slip_commit(CoexSlip *slip)
{
    CoexBatch *batch = coex_account_batch(slip->outbox->account);

    coex_slip_put(slip, batch);
    coex_outbox_commit(slip->outbox, batch, coex_slip_person(slip));
}

static gint64
may_go_from(const CoexSlip *slip)
{
    gint64 wait_s = coex_graph_code_get_wait_s(slip->code);

    if (wait_s == 0 || wait_s == COEX_WAIT_FOR_EVER)
        return wait_s;
    return slip->row->state_at + wait_s;
}

void
coex_slip_put_failed(CoexSlip *slip, CoexBatch *batch, const char *why, int code)
{
    slip->unsent = slip->row->state != COEX_OUTBOX_SENDING || slip->request == NULL;
    coex_slip_set_state(slip, COEX_OUTBOX_FAILED);
    slip->code = code;
    slip->row->not_before = may_go_from(slip);
    coex_slip_put_why(slip, batch, COEX_FEED_FAILED, why);
}

void
coex_slip_fail(CoexSlip *slip, const char *why, int code)
{
    CoexBatch *batch = coex_account_batch(slip->outbox->account);

    coex_lane_forget_slow(coex_outbox_lane(slip->outbox, slip->row->person_id));
    coex_slip_put_failed(slip, batch, why, code);
    coex_views_note_refused(slip->outbox->account, coex_slip_person(slip), slip->row->text);
    coex_outbox_commit(slip->outbox, batch, coex_slip_person(slip));
}
