// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/call.h"
#include "account/engine.h"
#include "account/people.h"
#include "account/tell.h"
#include "account/views.h"
#include "account/waiting.h"
#include "core/text.h"
#include "send/receipts.h"
#include "send/slips.h"
#include "send/templates.h"

#define UNCERTAIN_S 120         /* for the status of a send without an answer */
#define UNCERTAIN_DEAF_S 600    /* while no webhook arrives at all */
#define SLOW_MS 5000            /* before the user hears that a text still waits */
#define SILENCE_MS (120 * 1000) /* an accepted send without any status */
#define NETWORK_RETRY_MAX 5     /* 2^n seconds between tries while the network is down */
#define PAUSE_MIN_MS 1000       /* between tries of the whole number while WhatsApp refuses */
#define EXCERPT 40
#define TOO_LATE "The 24-hour window closed before it could be sent."
#define OLD_S 60 /* after that the time in the log is not when it was sent */

static void send_slip(CoexSlip *slip);

/* ---- pace: who may go now ---- */

static gboolean
on_pump(gpointer data)
{
    CoexOutbox *outbox = data;

    coex_timer_clear(&outbox->pump);
    coex_outbox_pump(outbox);
    return G_SOURCE_REMOVE;
}

static void
pump_at(CoexOutbox *outbox, gint64 when_us)
{
    gint64 delay_ms = (when_us - g_get_monotonic_time()) / 1000 + 1;

    if (outbox->pump != NULL && outbox->pump_at_us <= when_us)
        return;
    coex_timer_clear(&outbox->pump);
    outbox->pump_at_us = when_us;
    outbox->pump = coex_timer_new(MAX(delay_ms, 0), on_pump, outbox);
}

/* The slip whose turn it is: nothing of one person overtakes an unsettled send. */
static CoexSlip *
lane_head(CoexLane *lane)
{
    for (GList *item = lane->slips.head; item != NULL; item = item->next) {
        CoexSlip *slip = item->data;

        if (slip->accepted)
            return NULL;
        switch (slip->row->state) {
        case COEX_OUTBOX_QUEUED:
            return slip->committed ? slip : NULL;
        case COEX_OUTBOX_SENDING:
        case COEX_OUTBOX_UNCERTAIN:
            return NULL;
        case COEX_OUTBOX_PARKED:
        case COEX_OUTBOX_HELD:
        case COEX_OUTBOX_FAILED:
        case COEX_OUTBOX_UNCONFIRMED:
            break;
        }
    }
    return NULL;
}

/* When the slip may go, 0 for now (then its tokens are taken). */
static gint64
turn_at(CoexOutbox *outbox, CoexLane *lane, const CoexSlip *slip, gint64 now_us)
{
    gint64 wait_us;

    if (MAX(slip->due_us, outbox->pause_due_us) > now_us)
        return MAX(slip->due_us, outbox->pause_due_us);
    wait_us = coex_pace_peek(&outbox->pace, COEX_PACE_NUMBER_PER_S, COEX_NUMBER_BURST, now_us);
    if (wait_us > 0)
        return now_us + wait_us;
    wait_us = coex_pace_take(&lane->pace, 1.0 / COEX_PACE_PERSON_S, COEX_PACE_PERSON_BURST, now_us);
    if (wait_us > 0)
        return now_us + wait_us;
    coex_pace_take(&outbox->pace, COEX_PACE_NUMBER_PER_S, COEX_NUMBER_BURST, now_us);
    return 0;
}

/* On WhatsApp, not on a turn that our own pace will give it. What has no clear answer has a line of
 * its own. */
static gboolean
is_waiting(const CoexOutbox *outbox, const CoexSlip *slip)
{
    return !slip->accepted && (slip->row->state == COEX_OUTBOX_SENDING ||
                               (slip->row->state == COEX_OUTBOX_QUEUED &&
                                (outbox->n_failures > 0 || slip->row->attempts > 0)));
}

static gboolean
on_slow(gpointer data)
{
    CoexLane *lane = data;
    CoexSlip *slip = NULL;
    g_autofree char *excerpt = NULL;
    CoexBatch *batch;

    coex_timer_clear(&lane->slow);
    for (GList *item = lane->slips.head; item != NULL && slip == NULL; item = item->next)
        if (is_waiting(lane->outbox, item->data))
            slip = item->data;
    /* Without access, a line of its own has said that it waits. */
    if (slip == NULL || lane->slow_told || lane->outbox->locked_out)
        return G_SOURCE_REMOVE;
    lane->slow_told = TRUE;
    batch = coex_account_batch(lane->outbox->account);
    coex_slip_put_owed(slip, batch);
    coex_outbox_commit(lane->outbox, batch, coex_slip_person(slip));
    excerpt = coex_text_excerpt(slip->row->text, EXCERPT);
    coex_account_tell_notice(lane->outbox->account, coex_slip_person(slip),
                             "Waiting for WhatsApp: %s", excerpt);
    return G_SOURCE_REMOVE;
}

/* After a failure that concerns all, one text at a time tries whether it is over. */
static gboolean
is_trying(CoexOutbox *outbox)
{
    GHashTableIter iter;
    gpointer lane;

    if (outbox->n_failures == 0)
        return FALSE;
    g_hash_table_iter_init(&iter, outbox->lanes);
    while (g_hash_table_iter_next(&iter, NULL, &lane))
        if (coex_outbox_count(outbox, ((CoexLane *)lane)->person_id, COEX_OUTBOX_SENDING) > 0)
            return TRUE;
    return FALSE;
}

static void
pump_lane(CoexOutbox *outbox, CoexLane *lane)
{
    CoexSlip *slip = lane_head(lane);
    gint64 when_us;

    if (slip == NULL)
        return;
    if (lane->slow == NULL && !lane->slow_told)
        lane->slow = coex_timer_new(SLOW_MS, on_slow, lane);
    if (is_trying(outbox))
        return;
    when_us = turn_at(outbox, lane, slip, g_get_monotonic_time());
    if (when_us > 0)
        pump_at(outbox, when_us);
    else
        send_slip(slip);
}

void
coex_outbox_pump(CoexOutbox *outbox)
{
    g_autoptr(GList) lanes = NULL;

    if (outbox->stopped || outbox->checking_access || outbox->locked_out ||
        !outbox->account->online)
        return;
    lanes = g_hash_table_get_values(outbox->lanes);
    for (GList *item = lanes; item != NULL; item = item->next)
        pump_lane(outbox, item->data);
}

/* ---- one send ---- */

static void on_sending(CoexBatch *batch, const GError *error, gpointer user_data);
static void on_answer(GObject *source, GAsyncResult *result, gpointer user_data);

/* SENDING is on disk before the first byte leaves: a crash in between is uncertain, never doubled.
 */
static void
send_slip(CoexSlip *slip)
{
    CoexAccount *account = slip->outbox->account;
    CoexPerson *person = coex_slip_person(slip);
    CoexBatch *batch;

    if (!coex_peer_is_addressable(&person->peer)) {
        coex_slip_fail(slip,
                       "This number is not theirs any more, and no other address is known. Ask for "
                       "the new number, and write there.",
                       0);
        return;
    }
    if (slip->row->created_at < person->renewed_at) {
        coex_slip_fail(slip, COEX_DOUBTED, 0);
        return;
    }
    if (slip->row->template_name == NULL && !coex_account_window(account, person).open) {
        if (slip->row->released)
            coex_slip_hold_again(slip, TOO_LATE);
        else
            coex_slip_fail(slip, TOO_LATE, COEX_GRAPH_WINDOW_CLOSED);
        return;
    }
    slip->row->attempts++;
    slip->request = NULL;
    coex_slip_set_state(slip, COEX_OUTBOX_SENDING);
    batch = coex_account_batch(account);
    coex_batch_put_outbox(batch, slip->row, FALSE, slip->row->state_at);
    coex_store_commit(account->store, batch, on_sending,
                      coex_ticket_new(slip->outbox, slip->row->local_id, person->id));
}

static void
requeue(CoexSlip *slip, gint64 delay_ms)
{
    if (slip->doubted) {
        coex_slip_fail(slip, COEX_DOUBTED, 0);
        return;
    }
    slip->due_us = g_get_monotonic_time() + delay_ms * 1000;
    coex_slip_set_state(slip, COEX_OUTBOX_QUEUED);
    coex_slip_commit(slip);
}

static void
on_sending(CoexBatch *batch, const GError *error, gpointer user_data)
{
    g_autoptr(CoexTicket) ticket = user_data;
    CoexAccount *account = ticket->account;
    CoexSlip *slip = coex_ticket_slip(ticket);
    g_autoptr(CoexRequest) request = NULL;

    if (slip == NULL || slip->accepted)
        return;
    if (error != NULL) {
        coex_account_tell_store_error(account, error);
        slip->committed = TRUE;
        if (coex_slip_withdraw(slip))
            return;
        slip->row->state = COEX_OUTBOX_QUEUED;
        slip->due_us = g_get_monotonic_time() + G_USEC_PER_SEC;
        coex_outbox_pump(slip->outbox);
        return;
    }
    slip->committed = TRUE;
    request = coex_slip_build_request(slip);
    if (request == NULL) {
        coex_templates_refresh(account, FALSE);
        coex_slip_fail(slip, "This template is not offered any more as it was. Choose one again.",
                       COEX_GRAPH_TEMPLATE_GONE);
        return;
    }
    slip->request = ticket;
    coex_http_send_async(account->http, request, account->cancellable, on_answer,
                         g_steal_pointer(&ticket));
}

/* ---- accepted ---- */

static gboolean
on_silence(gpointer data)
{
    CoexOutbox *outbox = data;

    coex_timer_clear(&outbox->silence);
    outbox->silence_told = TRUE;
    if (outbox->account->heard_at_us > outbox->silent_from_us) {
        coex_account_tell_notice(outbox->account, NULL,
                                 "A message was accepted two minutes ago, and what became of it "
                                 "has not been told yet. Other webhooks arrive, so it is only "
                                 "late.");
        return G_SOURCE_REMOVE;
    }
    outbox->events->silent(outbox->account,
                           "A message was accepted two minutes ago, but no webhook about it has "
                           "arrived: what customers answer will not arrive either.");
    return G_SOURCE_REMOVE;
}

void
coex_outbox_note_status(CoexOutbox *outbox)
{
    coex_timer_clear(&outbox->silence);
    outbox->silence_told = FALSE;
}

static void accept_slip(CoexSlip *slip);

static gboolean
on_accept_retry(gpointer data)
{
    CoexSlip *slip = data;

    coex_timer_clear(&slip->confirm);
    accept_slip(slip);
    return G_SOURCE_REMOVE;
}

/* Once more, after the disk refused to write the acceptance down. */
static void
accept_later(CoexSlip *slip, const GError *error)
{
    coex_account_tell_store_error(slip->outbox->account, error);
    coex_timer_clear(&slip->confirm);
    slip->confirm = coex_timer_new(COEX_STORE_RETRY_MS, on_accept_retry, slip);
}

static void
leave_lane(CoexOutbox *outbox, CoexSlip *slip, CoexPerson *person)
{
    coex_lane_forget_slow(coex_outbox_lane(outbox, person->id));
    coex_slip_remove(slip);
}

/* Where it was said that the text waits, or the log has it from long before. */
static void
put_end(CoexSlip *slip, CoexBatch *batch, gint64 sent_at)
{
    const CoexOutboxRow *row = slip->row;
    gint64 now = coex_account_now(slip->outbox->account);
    g_autofree char *what = NULL;

    if (!row->owed && !(slip->loaded && row->shown && now - row->created_at >= OLD_S))
        return;
    what = coex_window_describe_time("Sent at ", sent_at, now);
    coex_slip_put_record(slip, batch, what);
}

/* What an accepted send means beside itself, whether its answer or its status said so. */
static void
accepted(CoexOutbox *outbox, CoexPerson *person)
{
    outbox->access_proven = FALSE;
    outbox->n_failures = 0;
    if (outbox->account->receipts == COEX_RECEIPTS_ANSWER)
        coex_receipts_mark_read(outbox->account, person);
}

static void
on_accepted(CoexBatch *batch, const GError *error, gpointer user_data)
{
    g_autoptr(CoexTicket) ticket = user_data;
    CoexSlip *slip = coex_ticket_slip(ticket);
    CoexAccount *account = ticket->account;
    CoexOutbox *outbox = account->outbox;
    CoexPerson *person;

    if (slip == NULL)
        return;
    if (error != NULL) {
        accept_later(slip, error);
        return;
    }
    person = coex_slip_person(slip);
    leave_lane(outbox, slip, person);
    accepted(outbox, person);
    coex_outbox_take_failures(outbox, batch);
    coex_account_tell_feed(account, coex_batch_get_feed(batch));
    coex_views_note_state(account, person, coex_batch_get_message(batch, ticket->change),
                          coex_batch_get_state(batch, ticket->change),
                          coex_batch_get_text(batch, ticket->change));
    coex_views_tell(account, person);
    if (outbox->silence == NULL && !outbox->silence_told && coex_account_hears(account)) {
        outbox->silence = coex_timer_new(SILENCE_MS, on_silence, outbox);
        outbox->silent_from_us = g_get_monotonic_time();
    }
    account->outbox->events->settled(account);
    coex_outbox_pump(outbox);
}

static void
accept_slip(CoexSlip *slip)
{
    CoexAccount *account = slip->outbox->account;
    CoexBatch *batch = coex_account_batch(account);
    CoexPerson *person = coex_slip_person(slip);
    CoexTicket *ticket = coex_ticket_new(slip->outbox, slip->row->local_id, person->id);
    gint64 at = coex_waiting_get_answer_time(person, coex_account_now(account));

    person->active_at = MAX(person->active_at, at);
    coex_waiting_note_answer(person, at);
    coex_batch_put_person(batch, person);
    put_end(slip, batch, at);
    ticket->change = coex_batch_outbox_accepted(batch, slip->row, slip->wamid, at);
    coex_store_commit(account->store, batch, on_accepted, ticket);
}

static void
take_sent(CoexSlip *slip, const CoexSent *sent)
{
    CoexAccount *account = slip->outbox->account;
    CoexPerson *person = coex_slip_person(slip);
    g_autofree char *title = coex_account_dup_title(account, person);
    CoexPerson *changed = coex_slip_learn_addressee(slip, sent->wa_id, sent->user_id);

    if (changed != NULL && changed != person)
        coex_account_store_person(account, changed);
    if (g_strcmp0(sent->message_status, "held_for_quality_assessment") == 0)
        coex_account_tell_notice(account, person,
                                 "WhatsApp checks this template first; it is delivered afterwards, "
                                 "usually within an hour.");
    if (g_strcmp0(sent->message_status, "paused") == 0)
        coex_account_tell_notice(account, person,
                                 "WhatsApp has paused this template, and the message with it: it "
                                 "may never be delivered. See WhatsApp Manager for the template, "
                                 "and reach %s otherwise if it is urgent.",
                                 title);
    g_debug("text %s: accepted as %s", slip->row->local_id, sent->wamid);
    slip->accepted = TRUE;
    slip->wamid = g_strdup(sent->wamid);
    accept_slip(slip);
}

gboolean
coex_outbox_settle(CoexOutbox *outbox, CoexBatch *batch, const CoexStatus *status)
{
    CoexSlip *slip =
        status->opaque != NULL ? g_hash_table_lookup(outbox->by_id, status->opaque) : NULL;
    gint64 now = coex_account_now(outbox->account);
    CoexPerson *changed;

    if (slip == NULL || slip->row->attempts == 0 || slip->accepted)
        return FALSE;
    slip->accepted = TRUE;
    changed = coex_slip_learn_addressee(slip, status->peer.wa_id, status->peer.user_id);
    if (changed != NULL)
        coex_batch_put_person(batch, changed);
    g_debug("text %s: accepted as %s, says its status", slip->row->local_id, status->wamid);
    coex_timer_clear(&slip->confirm);
    slip->wamid = g_strdup(status->wamid);
    if (status->state != COEX_STATE_FAILED &&
        (slip->row->state == COEX_OUTBOX_FAILED || slip->row->state == COEX_OUTBOX_UNCONFIRMED))
        coex_batch_add_outcome(batch, slip->row, COEX_FEED_ARRIVED, NULL,
                               COEX_LINE_SHOWN | COEX_LINE_KEPT, now);
    else if (status->state != COEX_STATE_FAILED)
        put_end(slip, batch, status->time > 0 ? status->time : now);
    coex_batch_outbox_accepted(batch, slip->row, status->wamid,
                               coex_waiting_get_answer_time(coex_slip_person(slip), now));
    return TRUE;
}

void
coex_outbox_settled(CoexOutbox *outbox, const char *local_id, gboolean failed, const GError *error)
{
    CoexSlip *slip = g_hash_table_lookup(outbox->by_id, local_id);
    CoexPerson *person;

    if (slip == NULL)
        return;
    if (error != NULL) {
        accept_later(slip, error);
        return;
    }
    person = coex_slip_person(slip);
    leave_lane(outbox, slip, person);
    if (!failed && coex_waiting_note_sent(person, coex_account_now(outbox->account)))
        coex_account_store_person(outbox->account, person);
    if (!failed)
        accepted(outbox, person);
    pump_at(outbox, g_get_monotonic_time());
}

/* ---- refused, or without an answer ---- */

/* Its own line ends the pair that "waiting for WhatsApp" began. */
static void
forget_slow(CoexSlip *slip)
{
    coex_lane_forget_slow(coex_outbox_lane(slip->outbox, slip->row->person_id));
    slip->row->owed = FALSE;
}

/* Written down and told at once, with what it means for those behind. */
static void
tell_uncertain(CoexSlip *slip)
{
    CoexLane *lane = coex_outbox_lane(slip->outbox, slip->row->person_id);
    g_autofree char *excerpt = coex_text_excerpt(slip->row->text, EXCERPT);
    CoexBatch *batch = coex_account_batch(slip->outbox->account);

    forget_slow(slip);
    for (GList *item = lane->slips.head; item != NULL; item = item->next) {
        CoexSlip *behind = item->data;

        if (behind == slip || (behind->row->state == COEX_OUTBOX_QUEUED && !behind->accepted))
            coex_slip_put_owed(behind, batch);
    }
    coex_outbox_commit(slip->outbox, batch, coex_slip_person(slip));
    coex_account_tell_notice(
        slip->outbox->account, coex_slip_person(slip),
        "It is not clear whether this was sent: %s\nWhatsApp gave no clear answer. Its "
        "confirmation is awaited, %d minutes at most; what you write meanwhile waits behind it.",
        excerpt, (slip->outbox->account->receiving ? UNCERTAIN_S : UNCERTAIN_DEAF_S) / 60);
}

static void
give_up(CoexSlip *slip)
{
    CoexAccount *account = slip->outbox->account;
    CoexBatch *batch = coex_account_batch(account);

    forget_slow(slip);
    coex_slip_set_state(slip, COEX_OUTBOX_UNCONFIRMED);
    coex_slip_put_why(
        slip, batch, COEX_FEED_UNCONFIRMED,
        "WhatsApp gave no clear answer, and has not confirmed it: it may have arrived. "
        "Look at the phone before you send it again.");
    coex_outbox_commit(slip->outbox, batch, coex_slip_person(slip));
    account->outbox->events->settled(account);
}

static gboolean
on_unconfirmed(gpointer data)
{
    CoexSlip *slip = data;
    CoexAccount *account = slip->outbox->account;

    coex_timer_clear(&slip->confirm);
    /* Counted as well: a clock that is corrected meanwhile may have been ahead by days. */
    if (!account->receiving && slip->n_waits++ < UNCERTAIN_DEAF_S / UNCERTAIN_S &&
        coex_account_now(account) - slip->row->state_at < UNCERTAIN_DEAF_S)
        slip->confirm = coex_timer_new(UNCERTAIN_S * 1000, on_unconfirmed, slip);
    else
        give_up(slip);
    return G_SOURCE_REMOVE;
}

void
coex_slip_await_status(CoexSlip *slip)
{
    gint64 waited_s = coex_account_now(slip->outbox->account) - slip->row->state_at;

    coex_timer_clear(&slip->confirm);
    slip->confirm =
        coex_timer_new(CLAMP(UNCERTAIN_S - waited_s, 5, UNCERTAIN_S) * 1000, on_unconfirmed, slip);
}

static void
park_again(CoexSlip *slip, const char *why)
{
    CoexAccount *account = slip->outbox->account;
    CoexPerson *person = coex_slip_person(slip);

    forget_slow(slip);
    coex_account_close_window(account, person);
    if (slip->row->template_name != NULL) {
        coex_slip_fail(slip, why, COEX_GRAPH_WINDOW_CLOSED);
        return;
    }
    if (slip->row->released) {
        coex_slip_hold_again(slip, why);
        return;
    }
    coex_slip_set_state(slip, COEX_OUTBOX_PARKED);
    coex_slip_commit(slip);
    coex_outbox_prompt(slip->outbox, person);
}

/* One step of waiting for all that fail together: what befell one would befall the next. */
static void
pause_all(CoexOutbox *outbox, gint64 delay_ms)
{
    gint64 now_us = g_get_monotonic_time();

    if (now_us < outbox->pause_due_us)
        return;
    outbox->pause_due_us = now_us + MAX(delay_ms, PAUSE_MIN_MS) * 1000;
    outbox->n_failures++;
}

/* The network does not care how many try: it is looked at more often than a refusal is repeated. */
static gint64
network_delay_ms(const CoexOutbox *outbox)
{
    return (gint64)1000 << MIN(outbox->n_failures, NETWORK_RETRY_MAX);
}

/* Where no webhook can come, no status would. */
static void
wait_for_status(CoexSlip *slip)
{
    if (!coex_account_hears(slip->outbox->account)) {
        give_up(slip);
        return;
    }
    coex_slip_set_state(slip, COEX_OUTBOX_UNCERTAIN);
    tell_uncertain(slip);
    coex_slip_await_status(slip);
}

static void
refuse(CoexSlip *slip, const GError *error, gint64 at_least_ms)
{
    CoexOutbox *outbox = slip->outbox;
    CoexRetryKind kind = coex_retry_kind(error);

    g_debug("text %s: refused, error %d, Graph code %d", slip->row->local_id, error->code,
            coex_error_get_graph_code(error));
    if (g_error_matches(error, COEX_ERROR, COEX_ERROR_UNCERTAIN)) {
        wait_for_status(slip);
    } else if (coex_slip_withdraw(slip)) {
        return;
    } else if (g_error_matches(error, COEX_ERROR, COEX_ERROR_NETWORK)) {
        pause_all(outbox, network_delay_ms(outbox));
        requeue(slip, 0);
    } else if (g_error_matches(error, COEX_ERROR, COEX_ERROR_WINDOW_CLOSED)) {
        park_again(slip, error->message);
    } else if (g_error_matches(error, COEX_ERROR, COEX_ERROR_AUTH) && !outbox->access_proven) {
        requeue(slip, 0);
        coex_outbox_check_access(outbox);
    } else if (kind != COEX_RETRY_NEVER) {
        if (kind != COEX_RETRY_PAIR)
            pause_all(outbox, coex_retry_delay_ms(kind, outbox->n_failures, g_random_double()));
        requeue(slip, MAX(at_least_ms,
                          coex_retry_delay_ms(kind, slip->row->attempts - 1, g_random_double())));
    } else {
        if (g_error_matches(error, COEX_ERROR, COEX_ERROR_TEMPLATE))
            coex_templates_refresh(outbox->account, FALSE);
        coex_slip_fail(slip, error->message, coex_error_get_graph_code(error));
    }
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(CoexTicket) ticket = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexResponse) response = coex_account_finish(ticket->account, result, &error);
    g_auto(CoexSent) sent = { 0 };
    CoexSlip *slip = coex_ticket_slip(ticket);

    if (slip == NULL || slip->accepted || slip->row->state != COEX_OUTBOX_SENDING)
        return;
    if (response != NULL && coex_api_read_sent(response, &sent, &error))
        take_sent(slip, &sent);
    else
        refuse(slip, error, response != NULL ? response->retry_after_s * 1000 : 0);
}
