// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/account.h"
#include "account/engine.h"
#include "account/people.h"
#include "account/person.h"
#include "account/skew.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/payload.h"
#include "core/text.h"
#include "core/window.h"
#include "core/words.h"
#include "send/queue.h"
#include "store/batch.h"

/* What failed or was never confirmed, and is kept for the user to send again or to drop. */

#define TOGETHER_S (60 * 60) /* what failed within this is sent again with one command */
#define EXCERPT 60
#define NAMED_MAX 3 /* of several texts in one line */

static gboolean
is_stuck(const CoexOutboxItem *item)
{
    return !item->accepted &&
           (item->row->state == COEX_OUTBOX_FAILED || item->row->state == COEX_OUTBOX_UNCONFIRMED);
}

/* ---- what waited for a choice ---- */

static char *
dup_kept_line(const CoexOutbox *outbox, guint n, const char *names, gboolean open)
{
    char mark = outbox->account->verb_mark;

    if (!open)
        return coex_say(
            _("Not sent yet, and kept: %s. The 24-hour window was closed when they were typed: "
              "%ctemplate offers the templates, %cresend asks again, %cdiscard drops the last."),
            names, mark, mark, mark);
    return coex_say(
        n == 1 ? _("Not sent yet, and kept: %s. The window is open again, so it can be sent now: "
                   "%cresend sends it, %cdiscard drops it.")
               : _("Not sent yet, and kept: %s. The window is open again, so they can be sent now: "
                   "%cresend sends them, %cdiscard drops the last."),
        names, mark, mark);
}

/* One alone is told whole: where it was typed it does not stand. */
static void
add_name(GString *names, const CoexOutboxItem *item, gboolean alone)
{
    g_autofree char *words =
        alone ? g_strdup(item->row->text) : coex_text_excerpt(item->row->text, EXCERPT);

    coex_text_list_add(names, _("“%s”"), words);
}

/* Of @n of which the first are named. */
static char *
dup_names(const char *names, guint n)
{
    return coex_text_list_end(names, n - MIN(n, NAMED_MAX));
}

guint
coex_outbox_keep_parked(CoexOutbox *outbox, CoexPerson *person, CoexBatch *batch, gboolean open)
{
    CoexOutboxQueue *queue = coex_outbox_get_queue(outbox, person->id);
    guint n_parked = coex_outbox_count(outbox, person->id, COEX_OUTBOX_PARKED);
    CoexFeedKind kind = COEX_FEED_NOTICE;
    g_autoptr(GString) names = g_string_new(NULL);
    g_autofree char *all = NULL;
    g_autofree char *line = NULL;
    guint n = 0;

    for (GList *link = queue->items.head; link != NULL; link = link->next) {
        CoexOutboxItem *item = link->data;

        if (item->row->state != COEX_OUTBOX_PARKED || item->accepted)
            continue;
        if (n++ < NAMED_MAX)
            add_name(names, item, n_parked == 1);
        /* What was shown stands in the log as if it had been sent. */
        if (item->row->shown)
            kind = COEX_FEED_RECORD;
        item->row->owed = FALSE;
        coex_outbox_item_set_state(item, COEX_OUTBOX_FAILED);
        coex_outbox_item_put(item, batch);
    }
    if (n == 0)
        return 0;
    all = dup_names(names->str, n);
    line = dup_kept_line(outbox, n, all, open);
    coex_batch_add_line(batch, person->id, kind, line, NULL, coex_account_now(outbox->account));
    return n;
}

/* ---- what failed by its status ---- */

static void
adopt_failed(CoexOutbox *outbox, const CoexFailure *failure)
{
    const GPtrArray *cards;

    coex_outbox_item_adopt(outbox, failure->row);
    cards = coex_outbox_item_get_cards(g_hash_table_lookup(outbox->by_id, failure->row->local_id));

    for (guint i = 0; i < cards->len && coex_graph_code_is_of_file(failure->error_code); i++) {
        const CoexOutboxCard *card = cards->pdata[i];

        coex_outbox_forget_upload(outbox, card->media);
    }
}

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
        if (failure->media != NULL && coex_graph_code_is_of_file(failure->error_code))
            coex_outbox_forget_upload(outbox, failure->media);
        if (failure->row != NULL)
            adopt_failed(outbox, failure);
        if (coex_person_note_failure(person, failure->sent_at))
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
    CoexOutboxQueue *queue = coex_outbox_get_queue(outbox, person->id);

    if (coex_outbox_count(outbox, person->id, COEX_OUTBOX_QUEUED) > 0 ||
        coex_outbox_count(outbox, person->id, COEX_OUTBOX_SENDING) > 0)
        return;
    coex_outbox_queue_forget_slow(queue);
}

void
coex_outbox_item_put_withdrawn(CoexOutboxItem *item, CoexBatch *batch)
{
    if (item->row->shown)
        coex_outbox_item_put_record(item, batch, _("Not sent again, since it has arrived"));
}

gboolean
coex_outbox_item_withdraw(CoexOutboxItem *item)
{
    CoexOutbox *outbox = item->outbox;
    CoexPerson *person = coex_outbox_item_person(item);
    CoexBatch *batch;

    if (!item->proven)
        return FALSE;
    batch = coex_account_batch(outbox->account);
    coex_outbox_item_put_withdrawn(item, batch);
    coex_outbox_item_discard(item);
    forget_slow(outbox, person);
    coex_outbox_commit(outbox, batch, person);
    return TRUE;
}

/* One that lies ahead was read from the disk just before the times there were put back: those in
 * memory are right already. */
static void
note_proof(CoexAccount *account, CoexPerson *person, gint64 sent_at)
{
    if (sent_at <= coex_skew_get_latest(account) + COEX_WINDOW_AHEAD_S &&
        coex_person_note_proof(person, sent_at))
        coex_account_store_person(account, person);
}

void
coex_outbox_prove(CoexOutbox *outbox, CoexPerson *person, const CoexResult *proof)
{
    const char *local_id = proof->local_id;
    const char *first = proof->origin != NULL ? proof->origin : local_id;
    g_autoptr(CoexBatch) batch = coex_account_batch(outbox->account);
    CoexOutboxQueue *queue = coex_outbox_get_queue(outbox, person->id);
    gboolean any = FALSE;

    note_proof(outbox->account, person, proof->sent_at);
    for (GList *link = queue->items.head, *next; local_id != NULL && link != NULL; link = next) {
        CoexOutboxItem *item = link->data;
        gboolean is_copy = g_strcmp0(item->row->origin, first) == 0;

        next = link->next;
        if (!is_copy && g_strcmp0(item->row->local_id, local_id) != 0)
            continue;
        item->proven = is_copy;
        if (coex_outbox_item_is_on_its_way(item))
            continue;
        any = TRUE;
        if (is_copy && !is_stuck(item))
            coex_outbox_item_put_withdrawn(item, batch);
        coex_outbox_item_discard(item);
    }
    if (!any)
        return;
    coex_outbox_queue_forget_slow(queue);
    coex_outbox_commit(outbox, g_steal_pointer(&batch), person);
    if (coex_outbox_count(outbox, person->id, COEX_OUTBOX_PARKED) == 0)
        coex_account_tell_prompt_over(outbox->account, person);
}

/* ---- the user's verbs ---- */

/* The one that was told last of those that failed or were never confirmed, else the last that is
 * parked. */
static CoexOutboxItem *
last_stuck(const CoexOutboxQueue *queue)
{
    CoexOutboxItem *parked = NULL;
    CoexOutboxItem *last = NULL;

    for (GList *link = queue->items.head; link != NULL; link = link->next) {
        CoexOutboxItem *item = link->data;
        CoexOutboxState state = item->row->state;

        if (state == COEX_OUTBOX_PARKED && !item->accepted)
            parked = item;
        if (!item->wait_told && is_stuck(item) &&
            (last == NULL || item->row->state_at >= last->row->state_at))
            last = item;
    }
    return last != NULL ? last : parked;
}

/* When it became what it is; every try puts a text that waits back anew, which is none. */
static gint64
kept_since(const CoexOutboxItem *item)
{
    return item->row->state == COEX_OUTBOX_QUEUED ? item->row->created_at : item->row->state_at;
}

/* The newest of all that has surely not left or may be dropped: not what is just being sent, nor
 * what may have arrived and is still waited for. */
static CoexOutboxItem *
last_kept(CoexOutbox *outbox, CoexPerson *person)
{
    CoexOutboxQueue *queue = coex_outbox_get_queue(outbox, person->id);
    CoexOutboxItem *last = NULL;

    for (GList *link = queue->items.head; link != NULL; link = link->next) {
        CoexOutboxItem *item = link->data;

        if (coex_outbox_item_is_on_its_way(item))
            continue;
        if (last == NULL || kept_since(item) >= kept_since(last))
            last = item;
    }
    return last;
}

static gint
compare_age(gconstpointer a, gconstpointer b)
{
    const CoexOutboxRow *one = (*(CoexOutboxItem *const *)a)->row;
    const CoexOutboxRow *two = (*(CoexOutboxItem *const *)b)->row;

    if (one->created_at != two->created_at)
        return one->created_at < two->created_at ? -1 : 1;
    return (one->position > two->position) - (one->position < two->position);
}

/* What failed together with @last: all of one kind within an hour. Something older
 * has been left alone, and what may have arrived is not sent with what surely has not. */
static GPtrArray *
stuck_with(const CoexOutboxQueue *queue, const CoexOutboxItem *last)
{
    gint64 now = coex_account_now(last->outbox->account);
    GPtrArray *items = g_ptr_array_new();

    for (GList *link = queue->items.head; link != NULL; link = link->next) {
        CoexOutboxItem *item = link->data;

        if (item->row->not_before <= now &&
            (item == last || (is_stuck(item) && item->row->state == last->row->state &&
                              last->row->state_at - item->row->state_at <= TOGETHER_S)))
            g_ptr_array_add(items, item);
    }
    return items;
}

guint
coex_outbox_count_resend(CoexAccount *account, const CoexPerson *person)
{
    const CoexOutboxQueue *queue = coex_people_get_entry(account->people, person->id)->queue;
    const CoexOutboxItem *last = queue != NULL ? last_stuck(queue) : NULL;
    g_autoptr(GPtrArray) items = NULL;

    if (last == NULL || !is_stuck(last) || last->row->not_before > coex_account_now(account))
        return 0;
    items = stuck_with(queue, last);
    return items->len;
}

/* A new local id: the old one may still get a status. */
static CoexOutboxItem *
copy_item(CoexOutboxItem *item)
{
    CoexOutboxItem *copy =
        coex_outbox_item_new(item->outbox, item->row->person_id, item->row->text);

    copy->row->template_name = g_strdup(item->row->template_name);
    copy->row->template_language = g_strdup(item->row->template_language);
    copy->row->template_values = g_strdup(item->row->template_values);
    copy->row->media = coex_media_copy(item->row->media);
    copy->row->file = g_steal_pointer(&item->row->file);
    copy->row->payload = coex_payload_copy(item->row->payload);
    copy->row->context = g_strdup(item->row->context);
    copy->row->origin =
        g_strdup(item->row->origin != NULL ? item->row->origin : item->row->local_id);
    return copy;
}

/* What goes by itself; NULL: it is parked, or held. */
static CoexOutboxItem *
resend_item(CoexOutboxItem *old, CoexBatch *batch)
{
    CoexOutbox *outbox = old->outbox;
    gboolean may_go = old->row->template_name != NULL ||
                      coex_account_window(outbox->account, coex_outbox_item_person(old)).open;
    CoexOutboxItem *item = copy_item(old);
    CoexOutboxState else_ =
        coex_outbox_row_is_text(item->row) ? COEX_OUTBOX_PARKED : COEX_OUTBOX_HELD;

    coex_outbox_item_set_state(item, may_go ? COEX_OUTBOX_QUEUED : else_);
    coex_batch_remove_outbox(batch, old->row->local_id);
    coex_outbox_item_remove(old);
    item->feeds = may_go && !coex_payload_is_mark(item->row->payload);
    coex_outbox_item_put(item, batch);
    return may_go ? item : NULL;
}

/* Why the last that failed is not sent now: nor is then another in its place. */
static void
tell_wait(CoexOutboxItem *item)
{
    CoexAccount *account = item->outbox->account;
    g_autofree char *excerpt = coex_text_excerpt(item->row->text, EXCERPT);
    g_autofree char *clock = item->row->not_before != COEX_WAIT_FOR_EVER
                                 ? coex_window_dup_time(item->row->not_before)
                                 : NULL;

    item->wait_told = TRUE;
    if (clock != NULL)
        coex_account_tell_notice(account, coex_outbox_item_person(item),
                                 /* Translators: a day and a time, and its first words. */
                                 _("Not sent again, since WhatsApp asks to wait until %s: %s"),
                                 clock, excerpt);
    else
        coex_account_tell_notice(account, coex_outbox_item_person(item),
                                 _("Not sent again, since WhatsApp would refuse it again: %s"),
                                 excerpt);
}

/* What one command did not concern; NULL: there is nothing else. */
static char *
dup_rest(CoexOutbox *outbox, CoexPerson *person)
{
    const CoexOutboxQueue *queue = coex_outbox_get_queue(outbox, person->id);
    const CoexOutboxItem *item = last_stuck(queue);
    char mark = outbox->account->verb_mark;
    g_autoptr(GPtrArray) together = NULL;
    g_autofree char *excerpt = NULL;

    if (item == NULL || !is_stuck(item))
        return NULL;
    excerpt = coex_text_excerpt(item->row->text, EXCERPT);
    together = stuck_with(queue, item);
    return together->len > 1
               ? coex_say(
                     COEX_PLURAL(
                         "%u other is kept; %cresend sends it, %cdiscard drops it: %s",
                         "%u others are kept; %cresend sends them, %cdiscard drops the last: %s",
                         together->len),
                     together->len, mark, mark, excerpt)
               : coex_say(_("Another one is kept; %cresend sends it, %cdiscard drops it: %s"), mark,
                          mark, excerpt);
}

static void
tell_rest(CoexOutbox *outbox, CoexPerson *person)
{
    g_autofree char *line = dup_rest(outbox, person);

    if (line != NULL)
        coex_account_tell_notice(outbox->account, person, "%s", line);
}

/* Below the lines of what goes. */
static void
put_rest(CoexOutbox *outbox, CoexPerson *person, CoexBatch *batch)
{
    g_autofree char *line = dup_rest(outbox, person);

    if (line != NULL)
        coex_batch_add_line(batch, person->id, COEX_FEED_NOTICE, line, NULL,
                            coex_account_now(outbox->account));
}

/* Kept for whom the number may not lead to any more: asks once more. */
static gboolean
ask_again(const CoexOutboxQueue *queue, CoexOutboxItem *last)
{
    CoexAccount *account = last->outbox->account;
    CoexPerson *person = coex_outbox_item_person(last);
    g_autofree char *excerpt = coex_text_excerpt(last->row->text, EXCERPT);
    g_autoptr(GPtrArray) items = NULL;
    CoexBatch *batch;

    if (!is_stuck(last) || last->row->state_at >= person->renewed_at)
        return FALSE;
    items = stuck_with(queue, last);
    batch = coex_account_batch(account);
    for (guint i = 0; i < items->len; i++) {
        CoexOutboxItem *item = g_ptr_array_index(items, i);

        item->row->state_at = coex_account_now(account);
        coex_outbox_item_put(item, batch);
    }
    coex_outbox_commit(last->outbox, batch, person);
    coex_account_tell_notice(account, person,
                             _("Not sent again yet, since this may be somebody else now: %cresend "
                               "once more sends it, %cdiscard drops it: %s"),
                             account->verb_mark, account->verb_mark, excerpt);
    return TRUE;
}

static void
forget_waits(CoexOutboxQueue *queue)
{
    for (GList *link = queue->items.head; link != NULL; link = link->next)
        ((CoexOutboxItem *)link->data)->wait_told = FALSE;
}

/* It is of now, and may not go now. */
static gboolean
is_untimely(CoexOutboxItem *item)
{
    return coex_payload_is_mark(item->row->payload) &&
           !coex_account_window(item->outbox->account, coex_outbox_item_person(item)).open;
}

/* FALSE: not all of it goes at once. @held: of what waits for the window by itself, the texts. */
static gboolean
resend_all(const GPtrArray *items, CoexBatch *batch, GPtrArray *held)
{
    CoexOutboxItem *first = NULL;
    gboolean all_go = TRUE;

    for (guint i = 0; i < items->len; i++) {
        CoexOutboxItem *item = g_ptr_array_index(items, i);
        g_autofree char *text = g_strdup(item->row->text);
        gboolean is_text = coex_outbox_row_is_text(item->row);
        CoexOutboxItem *going;

        if (is_untimely(item)) {
            coex_outbox_item_drop(item, COEX_NO_MARKS);
            continue;
        }
        going = resend_item(item, batch);
        first = first != NULL ? first : going;
        all_go &= going != NULL;
        if (going == NULL && !is_text)
            g_ptr_array_add(held, g_steal_pointer(&text));
    }
    if (first != NULL)
        coex_outbox_item_put_obstacle(first, batch);
    return all_go;
}

void
coex_outbox_resend(CoexOutbox *outbox, CoexPerson *person)
{
    CoexAccount *account = outbox->account;
    CoexOutboxQueue *queue = coex_outbox_get_queue(outbox, person->id);
    CoexOutboxItem *last = last_stuck(queue);
    g_autoptr(GPtrArray) items = NULL;
    g_autoptr(GPtrArray) held = g_ptr_array_new_with_free_func(g_free);
    gboolean all_go;
    CoexBatch *batch;

    if (last == NULL) {
        forget_waits(queue);
        last = last_stuck(queue);
    }
    if (last == NULL) {
        coex_account_tell_notice(account, person, _("There is nothing to send again."));
        return;
    }
    if (last->row->not_before > coex_account_now(account)) {
        tell_wait(last);
        tell_rest(outbox, person);
        return;
    }
    if (ask_again(queue, last))
        return;
    items = stuck_with(queue, last);
    g_ptr_array_sort(items, compare_age);
    batch = coex_account_batch(account);
    all_go = resend_all(items, batch, held);
    put_rest(outbox, person, batch);
    coex_outbox_commit(outbox, batch, person);
    for (guint i = 0; i < held->len; i++)
        coex_outbox_tell_held(outbox, person, held->pdata[i]);
    if (!all_go)
        coex_outbox_prompt(outbox, person);
}

void
coex_outbox_discard(CoexOutbox *outbox, CoexPerson *person)
{
    CoexOutboxItem *item = last_kept(outbox, person);
    g_autofree char *excerpt = NULL;
    CoexBatch *batch;
    guint n_parked;

    if (item == NULL) {
        coex_account_tell_notice(outbox->account, person, _("There is nothing to discard."));
        return;
    }
    excerpt = coex_text_excerpt(item->row->text, EXCERPT);
    batch = coex_account_batch(outbox->account);
    n_parked = coex_outbox_count(outbox, person->id, COEX_OUTBOX_PARKED);
    /* First: at the line about the text another choice may begin. */
    if (n_parked == 0 || (n_parked == 1 && item->row->state == COEX_OUTBOX_PARKED))
        coex_account_tell_prompt_over(outbox->account, person);
    /* Of what failed the log has a line. */
    if ((item->row->shown || item->feeds) && !is_stuck(item))
        coex_outbox_item_put_record(item, batch, _("Not sent, and discarded"));
    else
        coex_account_tell_notice(outbox->account, person, _("Discarded: %s"), excerpt);
    coex_outbox_item_discard(item);
    forget_slow(outbox, person);
    coex_outbox_commit(outbox, batch, person);
}

/* ---- another behind the number ---- */

/* Whether it would leave by itself. */
static gboolean
is_leaving(const CoexOutboxItem *item)
{
    return !item->accepted &&
           (item->row->state == COEX_OUTBOX_HELD || item->row->state == COEX_OUTBOX_QUEUED);
}

static gboolean
has_leaving(const CoexOutboxQueue *queue)
{
    for (GList *link = queue != NULL ? queue->items.head : NULL; link != NULL; link = link->next)
        if (is_leaving(link->data))
            return TRUE;
    return FALSE;
}

static guint
stop_leaving(CoexOutboxQueue *queue, CoexBatch *batch)
{
    guint n = 0;

    for (GList *link = queue->items.head; link != NULL; link = link->next) {
        CoexOutboxItem *item = link->data;

        item->doubted |= item->row->state == COEX_OUTBOX_SENDING;
        if (!is_leaving(item))
            continue;
        n++;
        coex_outbox_item_put_failed(item, batch, COEX_DOUBTED, 0);
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
    gboolean renewed = person->in_doubt;

    /* People may call themselves otherwise: only what would go to the wrong one is worth a word. */
    if (!renewed && !(person->renamed &&
                      has_leaving(coex_people_get_entry(account->people, person->id)->queue))) {
        coex_person_note_renamed(person, FALSE);
        return;
    }
    coex_person_note_renewed(person, coex_account_now(account));
    line = coex_say(
        renewed
            ? _("This may be somebody else now: WhatsApp knows %s by another id than before.")
            : _("This may be somebody else now: who writes from %s has another name than before."),
        display);
    batch = coex_account_batch(account);
    coex_batch_put_person(batch, person);
    coex_batch_add_line(batch, person->id, COEX_FEED_NOTICE, line, NULL, person->renewed_at);
    if (stop_leaving(coex_outbox_get_queue(outbox, person->id), batch) > 0)
        forget_slow(outbox, person);
    coex_outbox_commit(outbox, batch, person);
}
