// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/text.h"
#include "session/slips.h"
#include <string.h>

#define UNCERTAIN_S 120         /* for the status of a send without an answer (limits.md C4) */
#define UNCERTAIN_DEAF_S 600    /* while no webhook arrives at all */
#define SLOW_MS 5000            /* before the user hears that a text still waits */
#define SILENCE_MS (120 * 1000) /* an accepted send without any status */
#define NETWORK_RETRY_MAX 5     /* 2^n seconds between tries while the network is down */
#define EXCERPT 40

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

    if (MAX(slip->due_us, outbox->network_due_us) > now_us)
        return MAX(slip->due_us, outbox->network_due_us);
    wait_us = coex_pace_peek(&outbox->pace, COEX_PACE_NUMBER_PER_S, COEX_NUMBER_BURST, now_us);
    if (wait_us > 0)
        return now_us + wait_us;
    wait_us = coex_pace_take(&lane->pace, 1.0 / COEX_PACE_PERSON_S, COEX_PACE_PERSON_BURST, now_us);
    if (wait_us > 0)
        return now_us + wait_us;
    coex_pace_take(&outbox->pace, COEX_PACE_NUMBER_PER_S, COEX_NUMBER_BURST, now_us);
    return 0;
}

static gboolean
on_slow(gpointer data)
{
    CoexLane *lane = data;
    CoexSlip *slip = NULL;
    g_autofree char *excerpt = NULL;

    coex_timer_clear(&lane->slow);
    for (GList *item = lane->slips.head; item != NULL && slip == NULL; item = item->next) {
        CoexOutboxState state = ((CoexSlip *)item->data)->row->state;

        if (state == COEX_OUTBOX_SENDING ||
            (state == COEX_OUTBOX_QUEUED && lane->outbox->network_failures > 0))
            slip = item->data;
    }
    if (slip == NULL || lane->slow_told)
        return G_SOURCE_REMOVE;
    lane->slow_told = TRUE;
    excerpt = coex_text_excerpt(slip->row->text, EXCERPT);
    coex_account_tell_notice(lane->outbox->account, coex_slip_person(slip),
                             "Waiting for WhatsApp: %s", excerpt);
    return G_SOURCE_REMOVE;
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

    if (outbox->stopped || outbox->checking_access || !outbox->account->online)
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

    if (slip->row->template_name == NULL && !coex_account_window(account, person).open) {
        coex_slip_fail(slip, "The 24-hour window closed before it could be sent.");
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
    slip->due_us = g_get_monotonic_time() + delay_ms * 1000;
    coex_slip_set_state(slip, COEX_OUTBOX_QUEUED);
    coex_slip_commit(slip);
}

static char **
read_values(const CoexOutboxRow *row)
{
    g_autoptr(CoexJson) doc =
        coex_json_parse(row->template_values, strlen(row->template_values), NULL);
    g_autoptr(GStrvBuilder) values = g_strv_builder_new();
    CoexJsonAt root;
    CoexJsonAt list;

    if (doc == NULL)
        return g_strv_builder_end(values);
    root = coex_json_root(doc);
    list = coex_json_member(&root, "values");
    for (guint i = 0; i < coex_json_length(&list); i++) {
        CoexJsonAt value = coex_json_element(&list, i);

        g_strv_builder_add(values, coex_json_text(&value) != NULL ? coex_json_text(&value) : "");
    }
    return g_strv_builder_end(values);
}

/* NULL when its template is no longer in the catalogue. */
static CoexRequest *
build_request(CoexSlip *slip)
{
    CoexAccount *account = slip->outbox->account;
    const CoexOutboxRow *row = slip->row;
    const CoexPeer *to = &coex_slip_person(slip)->peer;
    const CoexTemplate *template_;
    g_auto(GStrv) values = NULL;

    if (row->template_name == NULL)
        return coex_api_send_text(&account->endpoint, to, row->text, row->local_id);
    template_ =
        account->catalogue != NULL
            ? coex_catalogue_find(account->catalogue, row->template_name, row->template_language)
            : NULL;
    if (template_ == NULL || g_strcmp0(template_->language, row->template_language) != 0)
        return NULL;
    values = read_values(row);
    return coex_api_send_template(&account->endpoint, to, template_, (const char *const *)values,
                                  row->local_id);
}

static void
on_sending(CoexBatch *batch, const GError *error, gpointer user_data)
{
    g_autoptr(CoexTicket) ticket = user_data;
    CoexAccount *account = ticket->account;
    CoexSlip *slip = coex_ticket_slip(ticket);
    g_autoptr(CoexRequest) request = NULL;

    if (slip == NULL)
        return;
    if (error != NULL) {
        slip->committed = TRUE;
        slip->row->state = COEX_OUTBOX_QUEUED;
        slip->due_us = g_get_monotonic_time() + G_USEC_PER_SEC;
        coex_outbox_pump(slip->outbox);
        return;
    }
    slip->committed = TRUE;
    request = build_request(slip);
    if (request == NULL) {
        coex_sync_refresh(account, FALSE);
        coex_slip_fail(slip, "This template is no longer offered by WhatsApp. Choose another one.");
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
    CoexAccount *account = outbox->account;

    coex_timer_clear(&outbox->silence);
    outbox->silence_told = TRUE;
    coex_account_tell_notice(account, NULL,
                             "A message was accepted two minutes ago, but no webhook about it has "
                             "arrived: what customers answer will not arrive either. Check that %s "
                             "can reach %s from the internet, and that the webhook is registered.",
                             account->endpoint.backend->label,
                             account->public_url != NULL && *account->public_url != '\0'
                                 ? account->public_url
                                 : account->listen);
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

static void
leave_lane(CoexOutbox *outbox, CoexSlip *slip, CoexPerson *person)
{
    CoexLane *lane = coex_outbox_lane(outbox, person->id);
    g_autofree char *excerpt = coex_text_excerpt(slip->row->text, EXCERPT);

    coex_timer_clear(&lane->slow);
    if (lane->slow_told)
        coex_account_tell_notice(outbox->account, person, "Sent: %s", excerpt);
    lane->slow_told = FALSE;
    coex_slip_remove(slip);
}

/* What an accepted send means beside itself, whether its answer or its status said so. */
static void
accepted(CoexOutbox *outbox, CoexPerson *person)
{
    outbox->access_proven = FALSE;
    outbox->network_failures = 0;
    if (outbox->account->receipts == COEX_RECEIPTS_ANSWER)
        coex_sync_mark_read(outbox->account, person);
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
        slip->confirm = coex_timer_new(1000, on_accept_retry, slip);
        return;
    }
    person = coex_slip_person(slip);
    leave_lane(outbox, slip, person);
    accepted(outbox, person);
    coex_account_tell_feed(account, coex_batch_get_feed(batch));
    coex_account_tell_person(account, person);
    if (outbox->silence == NULL && !outbox->silence_told)
        outbox->silence = coex_timer_new(SILENCE_MS, on_silence, outbox);
    coex_hub_retry_delayed(account->hub);
    coex_outbox_pump(outbox);
}

static void
accept_slip(CoexSlip *slip)
{
    CoexAccount *account = slip->outbox->account;
    CoexBatch *batch = coex_account_batch(account);
    CoexPerson *person = coex_slip_person(slip);

    person->active_at = MAX(person->active_at, coex_account_now(account));
    coex_batch_put_person(batch, person);
    coex_batch_outbox_accepted(batch, slip->row, slip->wamid, coex_account_now(account));
    coex_store_commit(account->store, batch, on_accepted,
                      coex_ticket_new(slip->outbox, slip->row->local_id, person->id));
}

static void
take_sent(CoexSlip *slip, const CoexSent *sent)
{
    CoexAccount *account = slip->outbox->account;
    CoexPerson *person = coex_slip_person(slip);
    g_auto(CoexPeer) told = { 0 };

    coex_peer_copy(&told, &person->peer);
    coex_peer_set(&told, sent->wa_id != NULL ? sent->wa_id : person->peer.wa_id,
                  sent->user_id != NULL ? sent->user_id : person->peer.user_id,
                  person->peer.parent_user_id);
    coex_people_link(account->people, person, &told);
    if (g_strcmp0(sent->message_status, "held_for_quality_assessment") == 0)
        coex_account_tell_notice(account, person,
                                 "WhatsApp checks this template first; it is delivered afterwards, "
                                 "usually within an hour.");
    slip->accepted = TRUE;
    slip->wamid = g_strdup(sent->wamid);
    accept_slip(slip);
}

gboolean
coex_outbox_settle(CoexOutbox *outbox, CoexBatch *batch, const CoexStatus *status)
{
    CoexSlip *slip =
        status->opaque != NULL ? g_hash_table_lookup(outbox->by_id, status->opaque) : NULL;
    CoexPerson *person;

    if (slip == NULL || slip->row->attempts == 0 || slip->accepted)
        return FALSE;
    person = coex_slip_person(slip);
    coex_batch_outbox_accepted(batch, slip->row, status->wamid, coex_account_now(outbox->account));
    if (slip->row->state == COEX_OUTBOX_UNCONFIRMED)
        coex_outbox_lane(outbox, person->id)->slow_told = TRUE;
    leave_lane(outbox, slip, person);
    accepted(outbox, person);
    pump_at(outbox, g_get_monotonic_time());
    return TRUE;
}

/* ---- refused, or without an answer ---- */

static gboolean
on_unconfirmed(gpointer data)
{
    CoexSlip *slip = data;
    CoexAccount *account = slip->outbox->account;
    CoexBatch *batch;

    coex_timer_clear(&slip->confirm);
    if (!account->receiving && coex_account_now(account) - slip->row->state_at < UNCERTAIN_DEAF_S) {
        slip->confirm = coex_timer_new(UNCERTAIN_S * 1000, on_unconfirmed, slip);
        return G_SOURCE_REMOVE;
    }
    coex_slip_set_state(slip, COEX_OUTBOX_UNCONFIRMED);
    batch = coex_account_batch(account);
    coex_batch_put_outbox(batch, slip->row, FALSE, slip->row->state_at);
    coex_batch_add_line(batch, slip->row->person_id, COEX_FEED_UNCONFIRMED, slip->row->text,
                        "The connection broke while it was sent, and WhatsApp has not confirmed "
                        "it: it may have arrived. Look at the phone before you send it again.",
                        slip->row->state_at);
    coex_outbox_commit(slip->outbox, batch, coex_slip_person(slip));
    coex_hub_retry_delayed(account->hub);
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
on_access_checked(CoexAccount *account, const GError *error)
{
    account->outbox->checking_access = FALSE;
    if (g_error_matches(error, COEX_ERROR, COEX_ERROR_AUTH)) {
        coex_account_tell_failed(account, error);
        return;
    }
    account->outbox->access_proven = TRUE;
    coex_outbox_pump(account->outbox);
}

static void
park_again(CoexSlip *slip, const char *why)
{
    CoexAccount *account = slip->outbox->account;
    CoexPerson *person = coex_slip_person(slip);

    coex_account_close_window(account, person);
    if (slip->row->template_name != NULL) {
        coex_slip_fail(slip, why);
        return;
    }
    coex_slip_set_state(slip, slip->released ? COEX_OUTBOX_HELD : COEX_OUTBOX_PARKED);
    coex_slip_commit(slip);
    if (slip->released)
        coex_account_tell_notice(account, person, "%s It is held again: %s", why, slip->row->text);
    else
        coex_outbox_prompt(slip->outbox, person, why);
}

/* One step of waiting for all that fail together. */
static void
note_network_down(CoexOutbox *outbox)
{
    gint64 now_us = g_get_monotonic_time();

    if (now_us < outbox->network_due_us)
        return;
    outbox->network_due_us =
        now_us + (G_USEC_PER_SEC << MIN(outbox->network_failures, NETWORK_RETRY_MAX));
    outbox->network_failures++;
}

static void
refuse(CoexSlip *slip, const GError *error)
{
    CoexOutbox *outbox = slip->outbox;
    CoexRetryKind kind = coex_retry_kind(error);

    if (g_error_matches(error, COEX_ERROR, COEX_ERROR_UNCERTAIN)) {
        coex_slip_set_state(slip, COEX_OUTBOX_UNCERTAIN);
        coex_slip_commit(slip);
        coex_slip_await_status(slip);
    } else if (g_error_matches(error, COEX_ERROR, COEX_ERROR_NETWORK)) {
        note_network_down(outbox);
        requeue(slip, 0);
    } else if (g_error_matches(error, COEX_ERROR, COEX_ERROR_WINDOW_CLOSED)) {
        park_again(slip, error->message);
    } else if (g_error_matches(error, COEX_ERROR, COEX_ERROR_AUTH) && !outbox->access_proven) {
        outbox->checking_access = TRUE;
        requeue(slip, 0);
        coex_account_recheck(outbox->account, on_access_checked);
    } else if (kind != COEX_RETRY_NEVER) {
        requeue(slip, coex_retry_delay_ms(kind, slip->row->attempts - 1, g_random_double()));
    } else {
        if (g_error_matches(error, COEX_ERROR, COEX_ERROR_TEMPLATE))
            coex_sync_refresh(outbox->account, FALSE);
        coex_slip_fail(slip, error->message);
    }
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(CoexTicket) ticket = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexResponse) response = coex_http_send_finish(result, &error);
    g_auto(CoexSent) sent = { 0 };
    CoexSlip *slip = coex_ticket_slip(ticket);

    if (ticket->account->dead)
        return;
    if (response != NULL)
        coex_account_note_date(ticket->account, response);
    if (slip == NULL || slip->accepted)
        return;
    if (response != NULL && coex_api_read_sent(response, &sent, &error))
        take_sent(slip, &sent);
    else
        refuse(slip, error);
}
