// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/account.h"
#include "account/lines.h"
#include "account/people.h"
#include "account/person.h"
#include "account/tell.h"
#include "account/ticker.h"
#include "account/views.h"
#include "core/api.h"
#include "core/payload.h"
#include "core/receipts.h"
#include "core/timer.h"
#include "core/window.h"
#include "core/words.h"
#include "send/desk-sends.h"
#include "send/queue.h"
#include "send/receipts.h"
#include "store/batch.h"
#include "store/store.h"

/* WhatsApp has it: as its answer says, as a status does that came before or instead of that, or as
 * the copy of it does that went to the other desks. */

#define OLD_S 60 /* after that the time in the log is not when it was sent */

/* WhatsApp has it, and knows it as @wamid. */
static void
note_accepted(CoexOutboxItem *item, const char *wamid)
{
    g_debug("text %s: accepted as %s", item->row->local_id, wamid);
    item->accepted = TRUE;
    item->wamid = g_strdup(wamid);
}

static void accept_item(CoexOutboxItem *item);

static void
on_accept_retry(gpointer data)
{
    CoexOutboxItem *item = data;

    accept_item(item);
}

/* Once more, after the disk refused to write the acceptance down. */
static void
accept_later(CoexOutboxItem *item, const GError *error)
{
    coex_account_tell_store_error(item->outbox->account, error);
    coex_timer_start(&item->confirm, COEX_STORE_RETRY_MS, on_accept_retry, item);
}

static void
leave_queue(CoexOutbox *outbox, CoexOutboxItem *item, CoexPerson *person)
{
    CoexOutboxQueue *queue = coex_outbox_get_queue(outbox, person->id);

    coex_outbox_queue_forget_slow(queue);
    coex_outbox_item_remove(item);
    queue->pace_told =
        queue->pace_told && coex_outbox_count(outbox, person->id, COEX_OUTBOX_QUEUED) > 0;
}

/* Where it was said that the text waits, or the log has it from long before. */
static void
put_end(CoexOutboxItem *item, CoexBatch *batch, gint64 sent_at)
{
    const CoexOutboxRow *row = item->row;
    gint64 now = coex_account_now(item->outbox->account);
    g_autofree char *at = NULL;
    g_autofree char *what = NULL;

    /* its own line, which comes now, says so */
    if (coex_payload_is_mark(row->payload))
        return;
    if (!row->owed && !(item->loaded && row->shown && now - row->created_at >= OLD_S))
        return;
    at = coex_window_describe_time(sent_at, now);
    /* Translators: %s is a time, or a day and a time. */
    what = coex_say(_("Sent at %s"), at);
    coex_outbox_item_put_record(item, batch, what);
}

/* What an accepted send means beside itself, whether its answer or its status said so. */
static void
accepted(CoexOutbox *outbox, CoexPerson *person)
{
    coex_outbox_note_accepted(outbox);
    if (outbox->account->receipts == COEX_RECEIPTS_ANSWER)
        coex_receipts_mark_read(outbox->account, person);
}

static void
on_accepted(CoexBatch *batch, const GError *error, gpointer user_data)
{
    g_autoptr(CoexTicket) ticket = user_data;
    CoexOutboxItem *item = coex_ticket_get_item(ticket);
    CoexAccount *account = ticket->account;
    CoexOutbox *outbox = account->outbox;
    const CoexResult *result;
    CoexPerson *person;
    gint64 left_at_us;

    if (item == NULL)
        return;
    if (error != NULL) {
        accept_later(item, error);
        return;
    }
    left_at_us = item->left_at_us;
    result = coex_batch_get_result(batch, ticket->change);
    person = coex_outbox_item_person(item);
    leave_queue(outbox, item, person);
    accepted(outbox, person);
    coex_outbox_take_failures(outbox, batch);
    coex_account_tell_feed(account, coex_batch_get_feed(batch));
    coex_desk_sends_go(account, batch, person, ticket->local_id);
    if (coex_views_note_state(account, person, result))
        coex_ticker_note(account, person, result);
    coex_views_tell(account, person);
    coex_outbox_watch_for_silence(outbox, left_at_us);
    account->outbox->events->settled(account);
    coex_outbox_pump(outbox);
}

static void
accept_item(CoexOutboxItem *item)
{
    CoexAccount *account = item->outbox->account;
    CoexBatch *batch = coex_account_batch(account);
    CoexPerson *person = coex_outbox_item_person(item);
    CoexTicket *ticket = coex_ticket_new(item->outbox, item->row->local_id, person->id);
    gint64 at = coex_person_get_answer_time(person, coex_account_now(account));

    coex_person_note_active(person, at);
    coex_person_note_answer(person, at);
    coex_batch_put_person(batch, person);
    put_end(item, batch, at);
    ticket->change = coex_batch_outbox_accepted(batch, item->row, item->wamid, at);
    coex_desk_sends_note(account, batch, item->row, item->wamid, at);
    coex_store_commit(account->store, batch, on_accepted, ticket);
}

void
coex_outbox_item_take_sent(CoexOutboxItem *item, const CoexSent *sent)
{
    CoexAccount *account = item->outbox->account;
    CoexPerson *person = coex_outbox_item_person(item);
    g_autofree char *title = coex_account_dup_title(account, person);
    CoexPerson *changed =
        coex_outbox_learn_addressee(item->outbox, person, sent->wa_id, sent->user_id);

    if (changed != NULL && changed != person)
        coex_account_store_person(account, changed);
    if (g_strcmp0(sent->message_status, "held_for_quality_assessment") == 0)
        coex_account_tell_notice(account, person,
                                 _("WhatsApp checks this template first; it is delivered "
                                   "afterwards, usually within an hour."));
    if (g_strcmp0(sent->message_status, "paused") == 0)
        coex_account_tell_notice(account, person,
                                 _("WhatsApp has paused this template, and the message with it: it "
                                   "may never be delivered. See WhatsApp Manager for the template, "
                                   "and reach %s otherwise if it is urgent."),
                                 title);
    note_accepted(item, sent->wamid);
    accept_item(item);
}

/* What another proof than its answer says of it. */
typedef struct {
    const CoexPeer *peer;
    const char *wamid;
    gint64 time; /* 0: it tells none */
    gboolean failed;
    gboolean is_copy; /* which the relay has */
} Proof;

/* Of what had not been tried when the backup was made that this desk was put back from: it stands
 * where it was sent, also where it stood nowhere yet. */
static void
put_untried(CoexOutboxItem *item, CoexBatch *batch, gint64 at)
{
    if (item->row->shown || coex_payload_is_mark(item->row->payload))
        return;
    item->row->typed = FALSE; /* not just now */
    coex_batch_put_outbox(batch, item->row, TRUE, at);
}

static void
put_proven(CoexOutboxItem *item, CoexBatch *batch, const Proof *proof)
{
    gint64 now = coex_account_now(item->outbox->account);
    gint64 told_at = proof->time > 0 ? MIN(proof->time, now) : now;
    gint64 at = item->row->attempts > 0
                    ? coex_person_get_answer_time(coex_outbox_item_person(item), now)
                    : told_at;

    if (!proof->failed &&
        (item->row->state == COEX_OUTBOX_FAILED || item->row->state == COEX_OUTBOX_UNCONFIRMED))
        coex_batch_add_outcome(batch, item->row, COEX_FEED_ARRIVED, NULL,
                               COEX_LINE_SHOWN | COEX_LINE_KEPT, now);
    else if (item->row->attempts == 0)
        put_untried(item, batch, at);
    if (!proof->failed && item->row->state != COEX_OUTBOX_FAILED &&
        item->row->state != COEX_OUTBOX_UNCONFIRMED)
        put_end(item, batch, told_at);
    coex_batch_outbox_accepted(batch, item->row, proof->wamid, at);
    if (!proof->failed && !proof->is_copy)
        coex_desk_sends_note(item->outbox->account, batch, item->row, proof->wamid, told_at);
}

/* What was never tried has left only where an earlier session wrote it down, in another life of
 * this desk. */
static gboolean
settle(CoexOutbox *outbox, CoexBatch *batch, const char *local_id, const Proof *proof)
{
    CoexOutboxItem *item = local_id != NULL ? g_hash_table_lookup(outbox->by_id, local_id) : NULL;
    CoexPerson *changed;

    if (item == NULL || (item->row->attempts == 0 && !item->loaded) || item->accepted)
        return FALSE;
    note_accepted(item, proof->wamid);
    changed = coex_outbox_learn_addressee(outbox, coex_outbox_item_person(item), proof->peer->wa_id,
                                          proof->peer->user_id);
    if (changed != NULL)
        coex_batch_put_person(batch, changed);
    coex_timer_clear(&item->confirm);
    put_proven(item, batch, proof);
    return TRUE;
}

gboolean
coex_outbox_settle(CoexOutbox *outbox, CoexBatch *batch, const CoexStatus *status)
{
    const Proof proof = { .peer = &status->peer,
                          .wamid = status->wamid,
                          .time = status->time,
                          .failed = status->state == COEX_STATE_FAILED };

    return settle(outbox, batch, status->opaque, &proof);
}

gboolean
coex_outbox_settle_copy(CoexOutbox *outbox, CoexBatch *batch, const CoexMessage *copy)
{
    const Proof proof = {
        .peer = &copy->peer, .wamid = copy->wamid, .time = copy->time, .is_copy = TRUE
    };

    return settle(outbox, batch, copy->send_id, &proof);
}

void
coex_outbox_settled(CoexOutbox *outbox, const CoexBatch *batch, const char *local_id,
                    gboolean failed, const GError *error)
{
    CoexOutboxItem *item = g_hash_table_lookup(outbox->by_id, local_id);
    CoexPerson *person;
    gint64 at;

    if (item == NULL)
        return;
    if (error != NULL) {
        accept_later(item, error);
        return;
    }
    person = coex_outbox_item_person(item);
    coex_desk_sends_go(outbox->account, batch, person, local_id);
    leave_queue(outbox, item, person);
    at = coex_person_get_answer_time(person, coex_account_now(outbox->account));
    if (!failed) {
        coex_person_note_active(person, at);
        coex_person_note_answer(person, at);
        coex_account_store_person(outbox->account, person);
        coex_views_tell(outbox->account, person);
        accepted(outbox, person);
    }
    coex_outbox_pump_at(outbox, g_get_monotonic_time());
}
