// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/engine.h"
#include "account/people.h"
#include "account/tell.h"
#include "account/views.h"
#include "account/waiting.h"
#include "core/text.h"
#include "send/slips.h"

/* What failed or was never confirmed, and is kept for the user to send again or to drop. */

#define TOGETHER_S (60 * 60) /* what failed within this is sent again with one command */
#define EXCERPT 60

static gboolean
is_stuck(const CoexSlip *slip)
{
    return !slip->accepted &&
           (slip->row->state == COEX_OUTBOX_FAILED || slip->row->state == COEX_OUTBOX_UNCONFIRMED);
}

/* ---- what failed by its status ---- */

void
coex_outbox_take_failures(CoexOutbox *outbox, const CoexBatch *batch)
{
    CoexAccount *account = outbox->account;
    GPtrArray *failures = coex_batch_get_failures(batch);

    for (guint i = 0; i < failures->len; i++) {
        const CoexFailure *failure = g_ptr_array_index(failures, i);
        CoexPerson *person = failure->account_id == account->id
                                 ? coex_people_by_id(account->people, failure->person_id)
                                 : NULL;

        if (person == NULL)
            continue;
        person = coex_people_now(account->people, person);
        if (failure->row != NULL)
            coex_slip_adopt(outbox, failure->row);
        if (coex_waiting_note_failure(person, failure->sent_at))
            coex_account_store_person(account, person);
        coex_views_tell(account, person);
        if (failure->error_code == COEX_GRAPH_WINDOW_CLOSED &&
            person->last_inbound_at <= failure->sent_at)
            coex_account_close_window(account, person);
    }
}

/* With the last that waits, the line about it is over. */
static void
forget_slow(CoexOutbox *outbox, CoexPerson *person)
{
    CoexLane *lane = coex_outbox_lane(outbox, person->id);

    if (coex_outbox_count(outbox, person->id, COEX_OUTBOX_QUEUED) > 0 ||
        coex_outbox_count(outbox, person->id, COEX_OUTBOX_SENDING) > 0)
        return;
    coex_lane_forget_slow(lane);
}

static gboolean
is_on_its_way(const CoexSlip *slip)
{
    return slip->accepted || slip->row->state == COEX_OUTBOX_SENDING ||
           slip->row->state == COEX_OUTBOX_UNCERTAIN;
}

void
coex_slip_put_withdrawn(CoexSlip *slip, CoexBatch *batch)
{
    if (slip->row->shown)
        coex_slip_put_record(slip, batch, "Not sent again, since it has arrived");
}

gboolean
coex_slip_withdraw(CoexSlip *slip)
{
    CoexOutbox *outbox = slip->outbox;
    CoexPerson *person = coex_slip_person(slip);
    CoexBatch *batch;

    if (!slip->proven)
        return FALSE;
    batch = coex_account_batch(outbox->account);
    coex_slip_put_withdrawn(slip, batch);
    coex_slip_discard(slip);
    forget_slow(outbox, person);
    coex_outbox_commit(outbox, batch, person);
    return TRUE;
}

void
coex_outbox_prove(CoexOutbox *outbox, CoexPerson *person, const CoexBatch *proof, guint index)
{
    const char *local_id = coex_batch_get_local_id(proof, index);
    const char *origin = coex_batch_get_origin(proof, index);
    const char *first = origin != NULL ? origin : local_id;
    g_autoptr(CoexBatch) batch = coex_account_batch(outbox->account);
    CoexLane *lane = coex_outbox_lane(outbox, person->id);
    gboolean any = FALSE;

    if (coex_waiting_note_proof(person, coex_batch_get_sent_at(proof, index)))
        coex_account_store_person(outbox->account, person);
    for (GList *item = lane->slips.head, *next; local_id != NULL && item != NULL; item = next) {
        CoexSlip *slip = item->data;
        gboolean is_copy = g_strcmp0(slip->row->origin, first) == 0;

        next = item->next;
        if (!is_copy && g_strcmp0(slip->row->local_id, local_id) != 0)
            continue;
        slip->proven = is_copy;
        if (is_on_its_way(slip))
            continue;
        any = TRUE;
        if (is_copy && !is_stuck(slip))
            coex_slip_put_withdrawn(slip, batch);
        coex_slip_discard(slip);
    }
    if (!any)
        return;
    coex_lane_forget_slow(lane);
    coex_outbox_commit(outbox, g_steal_pointer(&batch), person);
    if (coex_outbox_count(outbox, person->id, COEX_OUTBOX_PARKED) == 0)
        coex_account_tell_prompt_over(outbox->account, person);
}

/* ---- the user's verbs ---- */

/* The one that was told last of those that failed or were never confirmed, else the last that is
 * parked. */
static CoexSlip *
last_stuck(const CoexLane *lane)
{
    CoexSlip *parked = NULL;
    CoexSlip *last = NULL;

    for (GList *item = lane->slips.head; item != NULL; item = item->next) {
        CoexSlip *slip = item->data;
        CoexOutboxState state = slip->row->state;

        if (state == COEX_OUTBOX_PARKED && !slip->accepted)
            parked = slip;
        if (!slip->wait_told && is_stuck(slip) &&
            (last == NULL || slip->row->state_at >= last->row->state_at))
            last = slip;
    }
    return last != NULL ? last : parked;
}

/* When it became what it is; every try puts a text that waits back anew, which is none. */
static gint64
kept_since(const CoexSlip *slip)
{
    return slip->row->state == COEX_OUTBOX_QUEUED ? slip->row->created_at : slip->row->state_at;
}

/* The newest of all that has surely not left or may be dropped: not what is just being sent, nor
 * what may have arrived and is still waited for. */
static CoexSlip *
last_kept(CoexOutbox *outbox, CoexPerson *person)
{
    CoexLane *lane = coex_outbox_lane(outbox, person->id);
    CoexSlip *last = NULL;

    for (GList *item = lane->slips.head; item != NULL; item = item->next) {
        CoexSlip *slip = item->data;
        CoexOutboxState state = slip->row->state;

        if (slip->accepted || state == COEX_OUTBOX_SENDING || state == COEX_OUTBOX_UNCERTAIN)
            continue;
        if (last == NULL || kept_since(slip) >= kept_since(last))
            last = slip;
    }
    return last;
}

static gint
compare_age(gconstpointer a, gconstpointer b)
{
    const CoexOutboxRow *one = (*(CoexSlip *const *)a)->row;
    const CoexOutboxRow *two = (*(CoexSlip *const *)b)->row;

    if (one->created_at != two->created_at)
        return one->created_at < two->created_at ? -1 : 1;
    return (one->position > two->position) - (one->position < two->position);
}

/* What failed together with @last: all of one kind within an hour. Something older
 * has been left alone, and what may have arrived is not sent with what surely has not. */
static GPtrArray *
stuck_with(const CoexLane *lane, const CoexSlip *last)
{
    gint64 now = coex_account_now(last->outbox->account);
    GPtrArray *slips = g_ptr_array_new();

    for (GList *item = lane->slips.head; item != NULL; item = item->next) {
        CoexSlip *slip = item->data;

        if (slip->row->not_before <= now &&
            (slip == last || (is_stuck(slip) && slip->row->state == last->row->state &&
                              last->row->state_at - slip->row->state_at <= TOGETHER_S)))
            g_ptr_array_add(slips, slip);
    }
    return slips;
}

guint
coex_outbox_count_resend(CoexAccount *account, const CoexPerson *person)
{
    const CoexLane *lane = g_hash_table_lookup(account->outbox->lanes, &person->id);
    const CoexSlip *last = lane != NULL ? last_stuck(lane) : NULL;
    g_autoptr(GPtrArray) slips = NULL;

    if (last == NULL || !is_stuck(last) || last->row->not_before > coex_account_now(account))
        return 0;
    slips = stuck_with(lane, last);
    return slips->len;
}

/* A new local id: the old one may still get a status. */
static CoexSlip *
copy_slip(CoexSlip *slip)
{
    CoexSlip *copy = coex_slip_new(slip->outbox, slip->row->person_id, slip->row->text);

    copy->row->template_name = g_strdup(slip->row->template_name);
    copy->row->template_language = g_strdup(slip->row->template_language);
    copy->row->template_values = g_strdup(slip->row->template_values);
    copy->row->origin =
        g_strdup(slip->row->origin != NULL ? slip->row->origin : slip->row->local_id);
    return copy;
}

/* Whether it goes by itself; else it is parked. */
static gboolean
resend_slip(CoexSlip *old, CoexBatch *batch)
{
    CoexOutbox *outbox = old->outbox;
    gboolean may_go = old->row->template_name != NULL ||
                      coex_account_window(outbox->account, coex_slip_person(old)).open;
    CoexSlip *slip = copy_slip(old);

    coex_slip_set_state(slip, may_go ? COEX_OUTBOX_QUEUED : COEX_OUTBOX_PARKED);
    coex_batch_remove_outbox(batch, old->row->local_id);
    coex_slip_remove(old);
    slip->feeds = may_go;
    coex_slip_put(slip, batch);
    return may_go;
}

/* Why the last that failed is not sent now: nor is then another in its place. */
static void
tell_wait(CoexSlip *slip)
{
    CoexAccount *account = slip->outbox->account;
    g_autofree char *excerpt = coex_text_excerpt(slip->row->text, EXCERPT);
    g_autoptr(GDateTime) from = slip->row->not_before != COEX_WAIT_FOR_EVER
                                    ? g_date_time_new_from_unix_local(slip->row->not_before)
                                    : NULL;
    g_autofree char *clock = from != NULL ? g_date_time_format(from, "%Y-%m-%d %H:%M") : NULL;

    slip->wait_told = TRUE;
    if (clock != NULL)
        coex_account_tell_notice(account, coex_slip_person(slip),
                                 "Not sent again, since WhatsApp asks to wait until %s: %s", clock,
                                 excerpt);
    else
        coex_account_tell_notice(account, coex_slip_person(slip),
                                 "Not sent again, since WhatsApp would refuse it again: %s",
                                 excerpt);
}

/* What one command did not concern. */
static void
tell_rest(CoexOutbox *outbox, CoexPerson *person)
{
    const CoexSlip *slip = last_stuck(coex_outbox_lane(outbox, person->id));
    g_autofree char *excerpt = NULL;

    if (slip == NULL || !is_stuck(slip))
        return;
    excerpt = coex_text_excerpt(slip->row->text, EXCERPT);
    coex_account_tell_notice(outbox->account, person,
                             "Another one is kept; %cresend sends it, %cdiscard drops it: %s",
                             outbox->account->verb_mark, outbox->account->verb_mark, excerpt);
}

/* Kept for whom the number may not lead to any more: asks once more. */
static gboolean
ask_again(const CoexLane *lane, CoexSlip *last)
{
    CoexAccount *account = last->outbox->account;
    CoexPerson *person = coex_slip_person(last);
    g_autofree char *excerpt = coex_text_excerpt(last->row->text, EXCERPT);
    g_autoptr(GPtrArray) slips = NULL;
    CoexBatch *batch;

    if (!is_stuck(last) || last->row->state_at >= person->renewed_at)
        return FALSE;
    slips = stuck_with(lane, last);
    batch = coex_account_batch(account);
    for (guint i = 0; i < slips->len; i++) {
        CoexSlip *slip = g_ptr_array_index(slips, i);

        slip->row->state_at = coex_account_now(account);
        coex_slip_put(slip, batch);
    }
    coex_outbox_commit(last->outbox, batch, person);
    coex_account_tell_notice(account, person,
                             "Not sent again yet, since this may be somebody else now: %cresend "
                             "once more sends it, %cdiscard drops it: %s",
                             account->verb_mark, account->verb_mark, excerpt);
    return TRUE;
}

static void
forget_waits(CoexLane *lane)
{
    for (GList *item = lane->slips.head; item != NULL; item = item->next)
        ((CoexSlip *)item->data)->wait_told = FALSE;
}

void
coex_outbox_resend(CoexOutbox *outbox, CoexPerson *person)
{
    CoexAccount *account = outbox->account;
    CoexLane *lane = coex_outbox_lane(outbox, person->id);
    CoexSlip *last = last_stuck(lane);
    g_autoptr(GPtrArray) slips = NULL;
    gboolean all_go = TRUE;
    CoexBatch *batch;

    if (last == NULL) {
        forget_waits(lane);
        last = last_stuck(lane);
    }
    if (last == NULL) {
        coex_account_tell_notice(account, person, "There is nothing to send again.");
        return;
    }
    if (last->row->not_before > coex_account_now(account)) {
        tell_wait(last);
        tell_rest(outbox, person);
        return;
    }
    if (ask_again(lane, last))
        return;
    slips = stuck_with(lane, last);
    g_ptr_array_sort(slips, compare_age);
    batch = coex_account_batch(account);
    for (guint i = 0; i < slips->len; i++)
        all_go &= resend_slip(g_ptr_array_index(slips, i), batch);
    coex_outbox_commit(outbox, batch, person);
    if (!all_go)
        coex_outbox_prompt(outbox, person);
    tell_rest(outbox, person);
}

void
coex_outbox_discard(CoexOutbox *outbox, CoexPerson *person)
{
    CoexSlip *slip = last_kept(outbox, person);
    g_autofree char *excerpt = NULL;
    CoexBatch *batch;
    guint n_parked;

    if (slip == NULL) {
        coex_account_tell_notice(outbox->account, person, "There is nothing to discard.");
        return;
    }
    excerpt = coex_text_excerpt(slip->row->text, EXCERPT);
    batch = coex_account_batch(outbox->account);
    n_parked = coex_outbox_count(outbox, person->id, COEX_OUTBOX_PARKED);
    /* First: at the line about the text another choice may begin. */
    if (n_parked == 0 || (n_parked == 1 && slip->row->state == COEX_OUTBOX_PARKED))
        coex_account_tell_prompt_over(outbox->account, person);
    /* Of what failed the log has a line. */
    if ((slip->row->shown || slip->feeds) && !is_stuck(slip))
        coex_slip_put_record(slip, batch, "Not sent, and discarded");
    else
        coex_account_tell_notice(outbox->account, person, "Discarded: %s", excerpt);
    coex_slip_discard(slip);
    forget_slow(outbox, person);
    coex_outbox_commit(outbox, batch, person);
}

/* ---- another behind the number ---- */

static guint
stop_leaving(CoexLane *lane, CoexBatch *batch)
{
    guint n = 0;

    for (GList *item = lane->slips.head; item != NULL; item = item->next) {
        CoexSlip *slip = item->data;

        slip->doubted |= slip->row->state == COEX_OUTBOX_SENDING;
        if (slip->accepted ||
            (slip->row->state != COEX_OUTBOX_HELD && slip->row->state != COEX_OUTBOX_QUEUED))
            continue;
        n++;
        coex_slip_put_failed(slip, batch, COEX_DOUBTED, 0);
    }
    return n;
}

void
coex_outbox_doubt(CoexOutbox *outbox, CoexPerson *person)
{
    CoexAccount *account = outbox->account;
    g_autofree char *display = coex_peer_dup_display(&person->peer);
    g_autofree char *line = NULL;
    CoexBatch *batch;

    if (!person->in_doubt)
        return;
    person->in_doubt = FALSE;
    person->renewed_at = coex_account_now(account);
    line = g_strdup_printf("This may be somebody else now: WhatsApp knows %s by another id than "
                           "before.",
                           display);
    batch = coex_account_batch(account);
    coex_batch_put_person(batch, person);
    coex_batch_add_line(batch, person->id, COEX_FEED_NOTICE, line, NULL, person->renewed_at);
    if (stop_leaving(coex_outbox_lane(outbox, person->id), batch) > 0)
        forget_slow(outbox, person);
    coex_outbox_commit(outbox, batch, person);
}
