// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/account.h"
#include "account/call.h"
#include "account/lines.h"
#include "account/people.h"
#include "account/person.h"
#include "account/tell.h"
#include "account/ticker.h"
#include "account/views.h"
#include "core/api.h"
#include "core/payload.h"
#include "core/receipts.h"
#include "core/text.h"
#include "core/timer.h"
#include "core/window.h"
#include "core/words.h"
#include "send/block.h"
#include "send/broadcast.h"
#include "send/desk-sends.h"
#include "send/receipts.h"
#include "send/queue.h"
#include "send/templates.h"
#include "store/batch.h"
#include "store/store.h"

#define UNCERTAIN_S 120      /* for the status of a send without an answer */
#define UNCERTAIN_DEAF_S 600 /* while no webhook arrives at all */
#define SLOW_MS 5000         /* before the user hears that a text still waits */
#define EXCERPT 40
#define TOO_LATE _("The 24-hour window closed before it could be sent.")

static void send_item(CoexOutboxItem *item);

/* ---- pace: who may go now ---- */

static void
on_pump(gpointer data)
{
    CoexOutbox *outbox = data;

    coex_outbox_pump(outbox);
}

void
coex_outbox_pump_at(CoexOutbox *outbox, gint64 when_us)
{
    gint64 delay_ms = (when_us - g_get_monotonic_time()) / 1000 + 1;

    if (outbox->pump != NULL && outbox->pump_at_us <= when_us)
        return;
    outbox->pump_at_us = when_us;
    coex_timer_start(&outbox->pump, MAX(delay_ms, 0), on_pump, outbox);
}

/* The item whose turn it is: nothing of one person leaves beside a send that is not settled, nor
 * before a file that is on its way to WhatsApp. */
static CoexOutboxItem *
find_next(CoexOutboxQueue *queue)
{
    CoexOutboxItem *next = NULL;
    gboolean blocked = FALSE;

    for (GList *link = queue->items.head; link != NULL; link = link->next) {
        CoexOutboxItem *item = link->data;

        if (coex_outbox_item_is_on_its_way(item))
            return NULL;
        blocked |= item->work != NULL || item->row->state == COEX_OUTBOX_TAKING;
        if (next == NULL && !blocked && item->row->state == COEX_OUTBOX_QUEUED)
            next = item;
    }
    return next != NULL && next->committed ? next : NULL;
}

/* It may have left since the backup that this desk was put back from: the relay tells. */
static gboolean
may_have_left(const CoexOutboxItem *item)
{
    return item->loaded && item->outbox->catches_up;
}

/* On WhatsApp or the relay, not on a turn that our own pace will give it. What has no clear answer
 * has a line of its own. */
static gboolean
is_waiting(const CoexOutbox *outbox, const CoexOutboxItem *item)
{
    return !item->accepted &&
           (item->row->state == COEX_OUTBOX_SENDING ||
            (item->row->state == COEX_OUTBOX_QUEUED &&
             (outbox->n_failures > 0 || item->row->attempts > 0 || may_have_left(item))));
}

static void
on_slow(gpointer data)
{
    CoexOutboxQueue *queue = data;
    CoexOutboxItem *item = NULL;
    g_autofree char *excerpt = NULL;
    CoexBatch *batch;

    for (GList *link = queue->items.head; link != NULL && item == NULL; link = link->next)
        if (is_waiting(queue->outbox, link->data))
            item = link->data;
    /* Without access, a line of its own has said that it waits. */
    if (item == NULL || queue->slow_told || queue->outbox->locked_out || queue->outbox->unlinked)
        return;
    queue->slow_told = TRUE;
    batch = coex_account_batch(queue->outbox->account);
    coex_outbox_item_put_owed(item, batch);
    coex_outbox_commit(queue->outbox, batch, coex_outbox_item_person(item));
    excerpt = coex_text_excerpt(item->row->text, EXCERPT);
    coex_account_tell_notice(
        queue->outbox->account, coex_outbox_item_person(item),
        may_have_left(item) ? _("Waiting for the relay, which knows whether it has left already: "
                                "%s")
                            : _("Waiting for WhatsApp: %s"),
        excerpt);
}

/* After a failure that concerns all, one text at a time tries whether it is over. */
static gboolean
is_trying(CoexOutbox *outbox)
{
    for (guint i = 0; outbox->n_failures > 0 && i < outbox->queues->len; i++) {
        const CoexOutboxQueue *queue = outbox->queues->pdata[i];

        if (coex_outbox_count(outbox, queue->entry->person->id, COEX_OUTBOX_SENDING) > 0)
            return TRUE;
    }
    return FALSE;
}

static void upload_item(CoexOutboxItem *item);

static void
pump_queue(CoexOutbox *outbox, CoexOutboxQueue *queue)
{
    CoexOutboxItem *item = find_next(queue);
    gint64 now_us = g_get_monotonic_time();
    gint64 when_us;

    if (item == NULL)
        return;
    if (queue->slow == NULL && !queue->slow_told)
        coex_timer_start(&queue->slow, SLOW_MS, on_slow, queue);
    if (is_trying(outbox) || may_have_left(item))
        return;
    if (!coex_outbox_item_is_ready(item)) {
        upload_item(item);
        return;
    }
    when_us = coex_outbox_queue_take_turn(queue, item, now_us);
    if (when_us > 0 && coex_outbox_queue_is_paced(queue, item)) {
        coex_timer_clear(&queue->slow); /* until it is WhatsApp's turn again */
        coex_outbox_queue_tell_pace(queue, when_us - now_us);
    }
    if (when_us > 0)
        coex_outbox_pump_at(outbox, when_us);
    else
        send_item(item);
}

/* The places of uploads are few: behind who got one last, everybody else comes first. */
static void
pump_in_turn(CoexOutbox *outbox)
{
    guint first = outbox->next_turn;

    for (guint i = 0; i < outbox->queues->len; i++) {
        guint turn = (first + i) % outbox->queues->len;
        guint n_before = outbox->n_uploading;

        pump_queue(outbox, outbox->queues->pdata[turn]);
        if (outbox->n_uploading > n_before)
            outbox->next_turn = turn + 1;
    }
}

void
coex_outbox_pump(CoexOutbox *outbox)
{
    if (outbox->stopped || outbox->checking_access || outbox->locked_out || outbox->unlinked ||
        outbox->account->state != COEX_ACCOUNT_ONLINE)
        return;
    pump_in_turn(outbox);
    coex_broadcast_pump(outbox->account);
}

void
coex_outbox_catch_up(CoexOutbox *outbox)
{
    outbox->catches_up = TRUE;
}

void
coex_outbox_caught_up(CoexOutbox *outbox)
{
    if (outbox->stopped || !outbox->catches_up)
        return;
    outbox->catches_up = FALSE;
    coex_broadcast_go_on(outbox->account);
    coex_outbox_pump(outbox);
}

/* ---- one send ---- */

static void on_sending(CoexBatch *batch, const GError *error, gpointer user_data);
static void on_answer(CoexAccount *account, const CoexResponse *response, GError **error,
                      gpointer data);

/* Why it must not leave for whoever has the person's address now; NULL: it may. */
static const char *
get_objection(CoexOutboxItem *item)
{
    const CoexPerson *person = coex_outbox_item_person(item);

    if (!coex_peer_is_addressable(&person->peer))
        return _("This number is not theirs any more, and no other address is known. Ask for the "
                 "new number, and write there.");
    if (coex_blocks_has(item->outbox->account, person))
        return item->outbox->account->verb_mark == '!'
                   ? _("You have blocked them at WhatsApp since. !unblock ends that.")
                   : _("You have blocked them at WhatsApp since. /unblock ends that.");
    return item->doubted || item->row->created_at < person->renewed_at ? COEX_DOUBTED : NULL;
}

/* Else it is held or failed. */
static gboolean
may_leave(CoexOutboxItem *item)
{
    const char *objection = get_objection(item);

    if (objection != NULL) {
        coex_outbox_item_fail(item, objection, 0);
        return FALSE;
    }
    if (item->row->template_name != NULL ||
        coex_account_window(item->outbox->account, coex_outbox_item_person(item)).open)
        return TRUE;
    if (coex_payload_is_mark(item->row->payload))
        coex_outbox_item_drop(item, COEX_NO_MARKS);
    else if (item->row->released || !coex_outbox_row_is_text(item->row))
        coex_outbox_item_hold_again(item, TOO_LATE);
    else
        coex_outbox_item_fail(item, TOO_LATE, COEX_GRAPH_WINDOW_CLOSED);
    return FALSE;
}

static void
upload_item(CoexOutboxItem *item)
{
    gint64 due_us = MAX(item->due_us, item->outbox->pause_due_us);

    if (due_us > g_get_monotonic_time())
        coex_outbox_pump_at(item->outbox, due_us);
    else if (may_leave(item))
        coex_outbox_item_upload(item);
}

/* SENDING is on disk before the first byte leaves: a crash in between is uncertain, never doubled.
 */
static void
send_item(CoexOutboxItem *item)
{
    CoexAccount *account = item->outbox->account;
    CoexPerson *person = coex_outbox_item_person(item);
    CoexBatch *batch;

    if (!may_leave(item))
        return;
    item->row->attempts++;
    item->request = NULL;
    coex_outbox_item_set_state(item, COEX_OUTBOX_SENDING);
    batch = coex_account_batch(account);
    coex_batch_put_outbox(batch, item->row, FALSE, item->row->state_at);
    coex_outbox_queue_note_pace(coex_outbox_get_queue(item->outbox, person->id), batch);
    coex_store_commit(account->store, batch, on_sending,
                      coex_ticket_new(item->outbox, item->row->local_id, person->id));
}

static void
requeue(CoexOutboxItem *item, gint64 delay_ms)
{
    if (item->doubted) {
        coex_outbox_item_fail(item, COEX_DOUBTED, 0);
        return;
    }
    item->due_us = g_get_monotonic_time() + delay_ms * 1000;
    coex_outbox_item_set_state(item, COEX_OUTBOX_QUEUED);
    coex_outbox_item_commit(item);
}

static void
on_sending(CoexBatch *batch, const GError *error, gpointer user_data)
{
    g_autoptr(CoexTicket) ticket = user_data;
    CoexAccount *account = ticket->account;
    CoexOutboxItem *item = coex_ticket_get_item(ticket);
    const char *objection;
    g_autoptr(CoexRequest) request = NULL;

    if (item == NULL || item->accepted)
        return;
    if (error != NULL) {
        coex_account_tell_store_error(account, error);
        item->committed = TRUE;
        if (coex_outbox_item_withdraw(item))
            return;
        coex_outbox_item_set_state(item, COEX_OUTBOX_QUEUED);
        item->committed = TRUE;
        item->due_us = g_get_monotonic_time() + G_USEC_PER_SEC;
        coex_outbox_pump(item->outbox);
        return;
    }
    item->committed = TRUE;
    /* Another delivery may have told of it since its turn came. */
    objection = get_objection(item);
    if (objection != NULL) {
        coex_outbox_item_fail(item, objection, 0);
        return;
    }
    request = coex_outbox_item_build_request(item);
    if (request == NULL && item->row->template_name == NULL) {
        coex_outbox_item_drop(item, _("It cannot be read any more. Send it anew."));
        return;
    }
    if (request == NULL) {
        coex_templates_refresh(account, FALSE);
        coex_outbox_item_fail(
            item, _("This template is not offered any more as it was. Choose one again."),
            COEX_GRAPH_TEMPLATE_GONE);
        return;
    }
    item->left_at_us = g_get_monotonic_time();
    item->request = coex_account_call(account, request, on_answer, g_steal_pointer(&ticket),
                                      (GDestroyNotify)coex_ticket_free);
}

/* ---- refused, or without an answer ---- */

/* Its own line ends the pair that "waiting for WhatsApp" began. */
static void
forget_slow(CoexOutboxItem *item)
{
    coex_outbox_queue_forget_slow(coex_outbox_get_queue(item->outbox, item->row->person_id));
    item->row->owed = FALSE;
}

/* After another login no webhook may come for a while. */
static const char *
get_wait(const CoexOutboxItem *item)
{
    return item->outbox->account->receiving
               ? _("Its confirmation is awaited, 2 minutes at most, or 10 while no webhook comes; "
                   "what you write meanwhile waits behind it.")
               : _("Its confirmation is awaited, 10 minutes at most; what you write meanwhile "
                   "waits "
                   "behind it.");
}

char *
coex_outbox_item_describe_cut_off(const CoexOutboxItem *item)
{
    g_autofree char *excerpt = coex_text_excerpt(item->row->text, EXCERPT);
    g_autofree char *line =
        coex_say(_("The connection ended while this was being sent: %s"), excerpt);

    return g_strdup_printf("%s\n%s", line, get_wait(item));
}

/* Written down and told at once, with what it means for those behind. */
static void
tell_uncertain(CoexOutboxItem *item)
{
    CoexOutboxQueue *queue = coex_outbox_get_queue(item->outbox, item->row->person_id);
    g_autofree char *excerpt = coex_text_excerpt(item->row->text, EXCERPT);
    g_autofree char *line = coex_say(_("It is not clear whether this was sent: %s"), excerpt);
    CoexBatch *batch = coex_account_batch(item->outbox->account);

    forget_slow(item);
    for (GList *link = queue->items.head; link != NULL; link = link->next) {
        CoexOutboxItem *behind = link->data;

        if (behind == item || (behind->row->state == COEX_OUTBOX_QUEUED && !behind->accepted))
            coex_outbox_item_put_owed(behind, batch);
    }
    coex_outbox_commit(item->outbox, batch, coex_outbox_item_person(item));
    coex_account_tell_notice(item->outbox->account, coex_outbox_item_person(item), "%s\n%s %s",
                             line, _("WhatsApp gave no clear answer."), get_wait(item));
}

static void
give_up(CoexOutboxItem *item)
{
    CoexAccount *account = item->outbox->account;
    CoexBatch *batch = coex_account_batch(account);

    forget_slow(item);
    coex_outbox_item_set_state(item, COEX_OUTBOX_UNCONFIRMED);
    coex_outbox_item_put_why(item, batch, COEX_FEED_UNCONFIRMED,
                             _("WhatsApp gave no clear answer, and has not confirmed it: it may "
                               "have arrived. Look at the phone before you send it again."));
    coex_outbox_commit(item->outbox, batch, coex_outbox_item_person(item));
    account->outbox->events->settled(account);
}

static void
on_unconfirmed(gpointer data)
{
    CoexOutboxItem *item = data;
    CoexAccount *account = item->outbox->account;
    gint64 left_s = UNCERTAIN_DEAF_S - (coex_account_now(account) - item->row->state_at);

    /* Counted as well: a clock that is corrected meanwhile may have been ahead by days. */
    if (!account->receiving && item->n_waits++ < UNCERTAIN_DEAF_S / UNCERTAIN_S && left_s > 0)
        coex_timer_start(&item->confirm, MIN(left_s, UNCERTAIN_S) * 1000, on_unconfirmed, item);
    else
        give_up(item);
}

void
coex_outbox_item_await_status(CoexOutboxItem *item)
{
    gint64 waited_s = coex_account_now(item->outbox->account) - item->row->state_at;

    coex_timer_start(&item->confirm, CLAMP(UNCERTAIN_S - waited_s, 5, UNCERTAIN_S) * 1000,
                     on_unconfirmed, item);
}

static void
park_again(CoexOutboxItem *item, const char *why)
{
    CoexAccount *account = item->outbox->account;
    CoexPerson *person = coex_outbox_item_person(item);
    CoexBatch *batch;

    forget_slow(item);
    coex_account_close_window(account, person);
    if (item->row->template_name != NULL) {
        coex_outbox_item_fail(item, why, COEX_GRAPH_WINDOW_CLOSED);
        return;
    }
    if (coex_payload_is_mark(item->row->payload)) {
        coex_outbox_item_drop(item, COEX_NO_MARKS);
        return;
    }
    if (item->row->released || !coex_outbox_row_is_text(item->row)) {
        coex_outbox_item_hold_again(item, why);
        return;
    }
    batch = coex_account_batch(account);
    coex_outbox_item_set_state(item, COEX_OUTBOX_PARKED);
    coex_outbox_item_put(item, batch);
    /* Else it stands there as if it had been, until the question is answered. */
    if (item->row->shown)
        coex_outbox_item_put_record(item, batch, _("Not sent, since the window is closed"));
    coex_outbox_commit(item->outbox, batch, person);
    coex_outbox_prompt(item->outbox, person);
}

/* Where no webhook can come, no status would. */
static void
wait_for_status(CoexOutboxItem *item)
{
    if (!coex_account_hears(item->outbox->account)) {
        give_up(item);
        return;
    }
    coex_outbox_item_set_state(item, COEX_OUTBOX_UNCERTAIN);
    tell_uncertain(item);
    coex_outbox_item_await_status(item);
}

void
coex_outbox_item_refuse(CoexOutboxItem *item, const GError *error, gint64 at_least_ms)
{
    CoexOutbox *outbox = item->outbox;
    guint n_tries = MAX(item->row->attempts + item->n_uploads, 1) - 1;
    gint64 delay_ms;

    g_debug("text %s: refused, error %d, Graph code %d", item->row->local_id, error->code,
            coex_error_get_graph_code(error));
    if (g_error_matches(error, COEX_ERROR, COEX_ERROR_UNCERTAIN)) {
        wait_for_status(item);
    } else if (coex_outbox_item_withdraw(item)) {
        return;
    } else if (coex_outbox_item_renew_upload(item, error)) {
        requeue(item, 0);
    } else if (g_error_matches(error, COEX_ERROR, COEX_ERROR_WINDOW_CLOSED)) {
        park_again(item, error->message);
    } else if (coex_outbox_may_retry(outbox, error, n_tries,
                                     item->row->state == COEX_OUTBOX_SENDING, &delay_ms)) {
        item->too_fast = coex_retry_kind(error) == COEX_RETRY_PAIR;
        if (item->too_fast)
            coex_outbox_queue_spend_pace(coex_outbox_get_queue(outbox, item->row->person_id));
        requeue(item, delay_ms > 0 ? MAX(at_least_ms, delay_ms) : 0);
    } else {
        coex_outbox_item_fail(item, error->message, coex_error_get_graph_code(error));
    }
}

static void
on_answer(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    g_autoptr(CoexTicket) ticket = data;
    g_auto(CoexSent) sent = { 0 };
    CoexOutboxItem *item = coex_ticket_get_item(ticket);

    if (item == NULL || item->accepted || item->row->state != COEX_OUTBOX_SENDING)
        return;
    if (response != NULL && coex_api_read_sent(response, &sent, error))
        coex_outbox_item_take_sent(item, &sent);
    else
        coex_outbox_item_refuse(item, *error,
                                response != NULL ? response->retry_after_s * 1000 : 0);
}
