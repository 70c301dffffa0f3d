// SPDX-License-Identifier: GPL-2.0-or-later
#include "receive/inbox.h"

#include "account/account.h"
#include "account/first-message.h"
#include "account/forgotten.h"
#include "account/lines.h"
#include "account/nicks.h"
#include "account/people.h"
#include "account/person.h"
#include "account/phone.h"
#include "account/recall.h"
#include "account/skew.h"
#include "account/spending.h"
#include "account/tell.h"
#include "account/ticker.h"
#include "account/views.h"
#include "account/waiting.h"
#include "core/broadcast-id.h"
#include "core/error.h"
#include "core/feed.h"
#include "core/text.h"
#include "core/window.h"
#include "core/words.h"
#include "media/fetch.h"
#include "receive/book.h"
#include "receive/history.h"
#include "receive/opt-out.h"
#include "receive/sender.h"
#include "send/broadcast-record.h"
#include "send/broadcast.h"
#include "send/desk-sends.h"
#include "send/outbox.h"
#include "send/templates.h"
#include "store/batch.h"
#include <string.h>

#define AHEAD_S (24 * 60 * 60) /* a message's time further ahead than this is no time */
#define STRANGER_EXCERPT 300
#define LATE_S (24 * 60 * 60) /* what is told of the account says when it was */
#define LATE_CALL_S (5 * 60)  /* and somebody who calls does not wait so long */
#define NEWEST_SETTING "account-event-at"

/* Where a message tells none that could be, it is as old as its delivery. */
static gint64
message_time(CoexAccount *account, const CoexMessage *message, gint64 age_s)
{
    gint64 latest = coex_skew_get_latest(account);
    gint64 arrived = coex_account_now(account) - age_s;

    if (message->time <= 0 || message->time >= latest + AHEAD_S)
        return arrived;
    /* A desk sent it before it came, whatever its clock says. */
    return message->desk != NULL ? MIN(message->time, arrived) : message->time;
}

gboolean
coex_inbox_must_wait(CoexAccount *account, GPtrArray *events)
{
    for (guint i = 0; i < events->len; i++) {
        const CoexEvent *event = g_ptr_array_index(events, i);
        const CoexMessage *message = event->message;
        const CoexPerson *person;

        /* A desk's copy says whose it is. */
        if (message == NULL || message->direction != COEX_ECHO || message->send_id != NULL ||
            message->content.kind != COEX_CONTENT_TEXT)
            continue;
        person =
            coex_people_find(account->people, &message->peer, message_time(account, message, 0));
        if (person != NULL &&
            coex_outbox_is_pending(account->outbox, person->id, message->content.text))
            return TRUE;
    }
    return FALSE;
}

/* ---- applying ---- */

typedef struct {
    guint index; /* of the change in the batch */
    gint64 person_id;
    gboolean is_status;
    gboolean opens_window;
    gint64 written_at;          /* of a customer's message */
    gboolean ends_turn;         /* and it is one of its own, about no other */
    const CoexMessage *message; /* the batch has it */
    gint64 echo_at;             /* of a message from the phone */
    gboolean is_of_many;        /* another desk's broadcast */
    const char *phone_token;    /* of one that a person wrote; the batch has it */
    guint answers; /* of another desk's message: index of the change that reads who else did */
} Effect;

struct CoexInboxStep {
    CoexAccount *account;
    GArray *effects;     /* Effect */
    GPtrArray *notices;  /* char *, for the account */
    GHashTable *touched; /* person ids */
    GHashTable *senders; /* the same, of those with a message */
    GPtrArray *settled;  /* char *, local ids of sends that statuses proved */
    GHashTable *failed;  /* those of them that failed */
    GPtrArray *standby;  /* char *, keys of settings that say so of a chat */
    gint64 age_s;        /* since the delivery came */
    gboolean catalogue_is_stale;
    gboolean any_price;    /* was told, or that something arrived which may have one */
    gboolean any_history;  /* a part of it came */
    gboolean any_progress; /* of the history was told */
};

static void
touch(CoexInboxStep *step, gint64 person_id)
{
    g_hash_table_add(step->touched, g_memdup2(&person_id, sizeof person_id));
}

/* Somebody's words among our own lines: what has no conversation to stand in. */
static char *
quote_lost(const CoexMessage *message, gboolean is_self)
{
    g_autofree char *excerpt = coex_text_excerpt(message->content.text, STRANGER_EXCERPT);

    if (is_self)
        return coex_say(_("A note to this number itself: “%s”."), excerpt);
    if (message->direction == COEX_INBOUND)
        return coex_say(_("A message came without its sender's address: “%s”. Look at the phone."),
                        excerpt);
    if (message->group_id != NULL)
        return coex_say(_("A message was written on the phone: “%s”. Look at the phone."), excerpt);
    return coex_say(_("A message that was written on the phone came without the address it "
                      "went to: “%s”. Look at the phone."),
                    excerpt);
}

/* Once for each chat: what is typed there has an effect that cannot be seen. */
static void
tell_standby(CoexInboxStep *step, CoexBatch *batch, const CoexPerson *person, gint64 time)
{
    CoexAccount *account = step->account;
    g_autofree char *key = g_strdup_printf("standby-%" G_GINT64_FORMAT, person->id);

    if (coex_account_get_setting(account, key) != NULL)
        return;
    coex_account_note_setting(account, batch, key, "1");
    coex_batch_add_line(batch, person->id, COEX_FEED_NOTICE,
                        _("The Business Agent of WhatsApp answers in this chat. A message typed "
                          "here takes it over from the agent."),
                        NULL, time);
    g_ptr_array_add(step->standby, g_steal_pointer(&key));
}

/* Whom this desk does not know comes with it, unless they were forgotten here. */
static CoexPerson *
learn_of_many(CoexInboxStep *step, CoexBatch *batch, const CoexMessage *message, gint64 time)
{
    CoexAccount *account = step->account;
    gboolean is_known = coex_people_find(account->people, &message->peer, time) != NULL;
    CoexPerson *person;

    if (coex_sender_is_self(account, &message->peer) ||
        (!is_known && coex_forgotten_covers(account, &message->peer, 1)))
        return NULL;
    person = coex_sender_learn(account, message, time);
    if (person == NULL)
        return NULL;
    coex_outbox_doubt(account->outbox, person);
    coex_outbox_unite(account->outbox);
    if ((coex_person_get_name(person) == NULL &&
         coex_person_note_profile(person, message->profile_name)) ||
        !is_known)
        coex_batch_put_person(batch, person);
    return person;
}

/* What another desk sent to many opens no conversation, and answers nobody. */
static void
apply_of_many(CoexInboxStep *step, CoexBatch *batch, const CoexMessage *message, gint64 time)
{
    CoexAccount *account = step->account;
    CoexPerson *person = learn_of_many(step, batch, message, time);
    Effect effect = { .echo_at = time, .message = message, .is_of_many = TRUE };

    if (person == NULL)
        return;
    effect.person_id = person->id;
    effect.index = coex_batch_add_message(batch, person->id, message, time);
    coex_broadcast_note_copied(account, batch);
    if (coex_people_get_entry(account->people, person->id)->is_open)
        coex_batch_tell_broadcasts(batch, person->id, coex_broadcast_get_untold(account, person));
    g_array_append_val(step->effects, effect);
}

/* A desk's copy. FALSE: all is done, for it was for many, or of what this desk itself sent. */
static gboolean
take_copy(CoexInboxStep *step, CoexBatch *batch, const CoexMessage *copy, gint64 time)
{
    if (coex_forgotten_covers(step->account, &copy->peer, time))
        return FALSE;
    if (copy->local_id != NULL)
        apply_of_many(step, batch, copy, time);
    else if (coex_outbox_settle_copy(step->account->outbox, batch, copy))
        g_ptr_array_add(step->settled, g_strdup(copy->send_id));
    else
        return TRUE;
    return FALSE;
}

static void
apply_message(CoexInboxStep *step, CoexBatch *batch, const CoexEvent *event)
{
    CoexAccount *account = step->account;
    const CoexMessage *message = event->message;
    gboolean self = coex_sender_is_self(account, &message->peer);
    Effect effect = { 0 };
    CoexPerson *person;
    gint64 time;

    /* First: what it corrects decides what it means. A desk's clock corrects none. */
    if (message->desk == NULL)
        coex_skew_note_message(account, message->time);
    time = message_time(account, message, step->age_s);
    if (message->desk != NULL && !take_copy(step, batch, message, time))
        return;
    person = self ? NULL : coex_sender_learn(account, message, time);
    if (person == NULL) {
        if (message->content.text != NULL)
            g_ptr_array_add(step->notices, quote_lost(message, self));
        return;
    }
    if (message->direction != COEX_INBOUND) {
        effect.echo_at = time;
        if (coex_person_get_name(person) == NULL)
            coex_person_note_profile(person, message->profile_name);
    } else if (message->content.kind == COEX_CONTENT_SYSTEM) {
        coex_sender_note_system(account, batch, person, message, time);
    } else {
        effect.opens_window = coex_sender_note_inbound(account, person, message, time);
    }
    coex_outbox_doubt(account->outbox, person);
    coex_outbox_unite(account->outbox);
    if (message->direction == COEX_INBOUND && message->content.kind != COEX_CONTENT_SYSTEM)
        effect.written_at = time;
    effect.ends_turn = effect.written_at > 0 && !coex_content_get_target(&message->content, NULL);
    coex_person_note_active(person, time);
    coex_account_give_nick(account, person);
    coex_batch_put_person(batch, person);
    if (message->in_standby)
        tell_standby(step, batch, person, time);
    /* What was there before the first of them was there before all. */
    if (g_hash_table_add(step->senders, g_memdup2(&person->id, sizeof person->id)))
        coex_recall_prepare(account, batch, person, time);
    if (message->direction == COEX_ECHO && message->desk == NULL &&
        coex_echo_get_author(message->content.text) == NULL)
        effect.phone_token = message->token;
    effect.message = message;
    effect.index = coex_batch_add_message(batch, person->id, message, time);
    coex_batch_tell_broadcasts_before(batch, effect.index,
                                      coex_broadcast_get_untold(account, person));
    if (message->desk != NULL)
        effect.answers = coex_batch_read_answers(batch, person->id, time);
    effect.person_id = person->id;
    g_array_append_val(step->effects, effect);
    touch(step, person->id);
}

static void
apply_status(CoexInboxStep *step, CoexBatch *batch, const CoexEvent *event)
{
    CoexAccount *account = step->account;
    const CoexStatus *status = event->status;
    CoexPerson *person = coex_people_find(account->people, &status->peer, 0);
    g_autofree char *explanation = NULL;
    Effect effect = { .is_status = TRUE };
    gboolean changed = FALSE;

    if (coex_outbox_settle(account->outbox, batch, status))
        g_ptr_array_add(step->settled, g_strdup(status->opaque));
    if (status->state == COEX_STATE_FAILED && status->opaque != NULL)
        g_hash_table_add(step->failed, g_strdup(status->opaque));
    if (person != NULL)
        person = coex_people_learn(account->people, &status->peer, 0, FALSE, &changed);
    if (person != NULL)
        coex_outbox_doubt(account->outbox, person);
    coex_outbox_unite(account->outbox);
    if (person != NULL)
        changed |= coex_person_note_free(person, status->free_entry_until);
    if (person != NULL && changed) {
        coex_batch_put_person(batch, person);
        touch(step, person->id);
    }
    if (status->state == COEX_STATE_FAILED)
        explanation = coex_graph_code_explain(status->error_code, status->error_title,
                                              status->error_details, TRUE);
    step->any_price |= status->category != NULL || status->state != COEX_STATE_SENT;
    effect.index = coex_batch_apply_status(batch, status, explanation);
    g_array_append_val(step->effects, effect);
}

static void
apply_history(CoexInboxStep *step, CoexBatch *batch, const CoexEvent *event)
{
    char *line = coex_history_note_progress(step->account, batch, event->history_progress);

    if (event->line != NULL)
        g_ptr_array_add(step->notices, g_strdup(event->line));
    if (line != NULL)
        g_ptr_array_add(step->notices, line);
    step->any_progress |= line != NULL;
    step->any_history = TRUE;
}

/* Whether something newer was told of the account; @at is then the newest. */
static gboolean
is_overtaken(CoexAccount *account, const CoexEvent *event, gint64 at)
{
    const char *kept = coex_account_get_setting(account, NEWEST_SETTING);
    gint64 newest = kept != NULL ? g_ascii_strtoll(kept, NULL, 10) : 0;
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, at);

    if (event->time == 0 || g_strcmp0(event->field, "account_update") != 0)
        return FALSE;
    if (at < newest)
        return TRUE;
    coex_account_put_setting(account, NEWEST_SETTING, text);
    return FALSE;
}

/* When it was, and not later than now. */
static gint64
get_event_time(const CoexInboxStep *step, const CoexEvent *event)
{
    gint64 now = coex_account_now(step->account);

    return event->time > 0 ? MIN(event->time, now) : now - step->age_s;
}

/* The event's line; one that no longer tells how it is says when it was. */
static char *
dup_line(const CoexInboxStep *step, const CoexEvent *event)
{
    CoexAccount *account = step->account;
    gint64 now = coex_account_now(account);
    gint64 at = get_event_time(step, event);
    gint64 late_s = g_strcmp0(event->field, "calls") == 0 ? LATE_CALL_S : LATE_S;
    gboolean overtaken = is_overtaken(account, event, at);
    g_autofree char *clock = NULL;

    if (!overtaken && now - at < late_s)
        return g_strdup(event->line);
    clock = coex_window_dup_time(at);
    /* Translators: a day and a time, or “long ago”, and one sentence or more */
    return coex_say(overtaken ? _("Of %s, told late and not the newest any more: %s")
                              : _("Of %s, told late: %s"),
                    clock != NULL ? clock : _("long ago"), event->line);
}

/* A line of ours, for the account or in the conversation of whom it is about. */
static void
apply_line(CoexInboxStep *step, CoexBatch *batch, const CoexEvent *event)
{
    CoexAccount *account = step->account;
    g_autofree char *line = NULL;
    CoexPerson *person;

    if (event->line == NULL)
        return;
    line = dup_line(step, event);
    person = coex_sender_is_self(account, &event->peer)
                 ? NULL
                 : coex_people_learn(account->people, &event->peer, event->time, FALSE, NULL);
    if (person == NULL) {
        g_ptr_array_add(step->notices, g_steal_pointer(&line));
        return;
    }
    coex_outbox_doubt(account->outbox, person);
    coex_outbox_unite(account->outbox);
    coex_account_give_nick(account, person);
    coex_account_put_notice(account, batch, person, line);
    touch(step, person->id);
}

/* What is told of a person beside messages, @apply says how; whether that is news. */
static gboolean
apply_book(CoexInboxStep *step, CoexBatch *batch, const CoexEvent *event,
           CoexPerson *(*apply)(CoexAccount *account, CoexBatch *batch, const CoexEvent *event,
                                gint64 at))
{
    CoexAccount *account = step->account;
    const CoexPerson *person = coex_sender_is_self(account, &event->peer)
                                   ? NULL
                                   : apply(account, batch, event, get_event_time(step, event));

    if (person != NULL)
        touch(step, person->id);
    return person != NULL;
}

/* Not WhatsApp's, and so no sign that its webhooks come. */
static gboolean
is_of_desk(const CoexEvent *event)
{
    return event->message != NULL && event->message->desk != NULL;
}

static void
apply_event(CoexInboxStep *step, CoexBatch *batch, const CoexEvent *event)
{
    gint64 at = is_of_desk(event)                   ? 0
                : event->kind == COEX_EVENT_MESSAGE ? event->message->time
                : event->kind == COEX_EVENT_STATUS  ? event->status->time
                                                    : 0;

    if (at > 0 &&
        coex_outbox_prove_link(step->account->outbox, MIN(at, coex_account_now(step->account))))
        g_ptr_array_add(step->notices,
                        g_strdup(_("WhatsApp delivers for this number again, so it is connected "
                                   "with the API, and what waited is sent now. What was written in "
                                   "between may be on the phone only: look there.")));
    switch (event->kind) {
    case COEX_EVENT_MESSAGE:
        apply_message(step, batch, event);
        break;
    case COEX_EVENT_STATUS:
        apply_status(step, batch, event);
        break;
    case COEX_EVENT_HISTORY:
        apply_history(step, batch, event);
        break;
    case COEX_EVENT_PAST:
        g_return_if_reached();
    case COEX_EVENT_TEMPLATE:
        step->catalogue_is_stale = TRUE;
        apply_line(step, batch, event);
        break;
    case COEX_EVENT_CONTACT_CHANGE:
        if (event->time > 0)
            coex_phone_note_book(step->account, event->time);
        apply_book(step, batch, event, coex_book_apply);
        break;
    case COEX_EVENT_PREFERENCE:
        if (apply_book(step, batch, event, coex_book_apply_wish))
            g_ptr_array_add(step->notices, dup_line(step, event));
        break;
    case COEX_EVENT_ACCOUNT:
        coex_outbox_set_link(step->account->outbox, event->link, get_event_time(step, event));
        apply_line(step, batch, event);
        break;
    case COEX_EVENT_UNKNOWN:
        apply_line(step, batch, event);
        break;
    }
}

/* After its events: they may have corrected the clock. */
static void
note_delivery(CoexAccount *account, CoexBatch *batch, gint64 age_s)
{
    gint64 now = coex_account_now(account);
    gint64 at = now - age_s;
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, at);

    account->receiving = TRUE;
    account->secret_corrected = FALSE;
    account->above->heard(account);
    account->heard_at_us = g_get_monotonic_time();
    /* One of an earlier time, or a flood's next one within the second; unless the clock went back.
     */
    if (account->last_delivery_at >= at && account->last_delivery_at <= now)
        return;
    account->last_delivery_at = at;
    coex_batch_put_setting(batch, "last-delivery", text);
}

static gboolean
are_of_desks(const GPtrArray *events)
{
    for (guint i = 0; i < events->len; i++)
        if (!is_of_desk(g_ptr_array_index(events, i)))
            return FALSE;
    return events->len > 0;
}

CoexInboxStep *
coex_inbox_apply(CoexAccount *account, CoexBatch *batch, GPtrArray *events, gint64 age_s)
{
    CoexInboxStep *step = g_new0(CoexInboxStep, 1);
    guint n_united = coex_outbox_get_united(account->outbox)->len;

    step->account = coex_account_ref(account);
    step->age_s = age_s;
    step->effects = g_array_new(FALSE, FALSE, sizeof(Effect));
    step->notices = g_ptr_array_new_with_free_func(g_free);
    step->touched = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    step->senders = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    step->settled = g_ptr_array_new_with_free_func(g_free);
    step->standby = g_ptr_array_new_with_free_func(g_free);
    step->failed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    coex_batch_set_account(batch, account->id);
    for (guint i = 0; i < events->len; i++)
        apply_event(step, batch, g_ptr_array_index(events, i));
    coex_outbox_unite_again(account->outbox, batch, n_united);
    if (step->any_price)
        coex_spending_ask(account, batch);
    if (!are_of_desks(events))
        note_delivery(account, batch, age_s);
    return step;
}

/* ---- after the commit ---- */

static void
step_free(CoexInboxStep *step)
{
    coex_account_unref(step->account);
    g_array_unref(step->effects);
    g_ptr_array_unref(step->notices);
    g_hash_table_unref(step->touched);
    g_hash_table_unref(step->senders);
    g_ptr_array_unref(step->settled);
    g_ptr_array_unref(step->standby);
    g_hash_table_unref(step->failed);
    g_free(step);
}

/* No line, and nothing to send again: a broadcast tells of itself. */
static void
settle_broadcast(CoexAccount *account, const CoexPerson *person, const CoexResult *result)
{
    coex_views_note_state(account, person, result);
    coex_views_tell(account, person);
    coex_broadcast_note_proof(account, person, result);
    if (result->state == COEX_STATE_FAILED)
        coex_broadcast_note_failure(account, result->local_id, result->error_code,
                                    result->explanation);
    else
        coex_broadcast_tell_open(account, person);
}

static void
settle_status(CoexInboxStep *step, CoexBatch *batch, const Effect *effect)
{
    CoexAccount *account = step->account;
    const CoexResult *result = coex_batch_get_result(batch, effect->index);
    CoexPerson *person = coex_people_by_id(account->people, result->person_id);

    coex_outbox_note_status(account->outbox);
    if (person == NULL || result->outcome != COEX_CHANGED)
        return;
    person = coex_people_now(account->people, person);
    if (coex_broadcast_owns(result->local_id)) {
        settle_broadcast(account, person, result);
        return;
    }
    if (coex_views_note_state(account, person, result))
        coex_ticker_note(account, person, result);
    if (result->state != COEX_STATE_FAILED)
        coex_outbox_prove(account->outbox, person, result);
    coex_views_tell(account, person);
}

/* Another desk's broadcast, also where WhatsApp's echo of it came before, and not what is this
 * desk's own. */
static void
settle_of_many(CoexAccount *account, CoexPerson *person, const Effect *effect,
               const CoexResult *result)
{
    const CoexMessage *message = effect->message;

    if (result->outcome != COEX_ADDED && result->outcome != COEX_CHANGED)
        return;
    coex_desk_sends_note_name(account, message->desk);
    coex_views_note_state(account, person, result);
    coex_views_tell(account, person);
    coex_broadcast_note_elsewhere(account, person, message->local_id, message->desk,
                                  effect->echo_at);
}

static void
settle_message(CoexInboxStep *step, CoexBatch *batch, const Effect *effect)
{
    CoexAccount *account = step->account;
    const CoexResult *result = coex_batch_get_result(batch, effect->index);
    CoexPerson *person = coex_people_by_id(account->people, effect->person_id);
    gboolean is_bot;

    if (person == NULL)
        return;
    person = coex_people_now(account->people, person);
    if (effect->is_of_many) {
        settle_of_many(account, person, effect, result);
        return;
    }
    if (result->outcome != COEX_ADDED)
        return;
    if (effect->message->desk != NULL)
        coex_desk_sends_note_name(account, effect->message->desk);
    if (effect->written_at > 0)
        coex_first_message_note(account, person);
    if (effect->ends_turn) {
        coex_ticker_end_turn(account, person);
        coex_opt_out_note(account, person, effect->message);
    }
    /* Only now is it sure that this was not a send of our own. */
    if (effect->phone_token != NULL)
        coex_phone_note_echo(account, effect->phone_token, effect->echo_at);
    if (effect->message->desk != NULL)
        coex_desk_sends_tell_both(account, person, coex_batch_get_result(batch, effect->answers));
    is_bot = effect->echo_at > 0 && coex_echo_get_author(result->text) != NULL;
    if (effect->message->desk != NULL ? coex_person_note_elsewhere(person, effect->echo_at)
                                      : coex_person_note_echo(person, effect->echo_at, is_bot)) {
        coex_account_store_person(account, person);
        coex_views_tell(account, person);
    }
    if (effect->echo_at > 0 && result->message_id > 0) {
        coex_views_note_state(account, person, result);
        coex_views_tell(account, person);
    }
    if (result->edited_id > 0) {
        coex_views_note_edit(account, person, result->edited_id,
                             effect->message->content.edit.now->text);
        coex_views_tell(account, person);
    }
    if (effect->opens_window && coex_account_window(account, person).open)
        coex_outbox_window_opened(account->outbox, person);
}

/* While the account comes up; then the chat program knows who looks. */
static void
settle_unread(CoexInboxStep *step, CoexBatch *batch)
{
    for (guint i = 0; i < step->effects->len; i++) {
        const Effect *effect = &g_array_index(step->effects, Effect, i);

        if (effect->written_at > 0 &&
            coex_batch_get_result(batch, effect->index)->outcome == COEX_ADDED)
            coex_waiting_note_unread(step->account,
                                     coex_people_by_id(step->account->people, effect->person_id),
                                     effect->written_at);
    }
}

static gboolean
settle(CoexInboxStep *step, CoexBatch *batch)
{
    CoexAccount *account = step->account;
    gboolean any_status = FALSE;
    GHashTableIter iter;
    gpointer id;

    if (!account->waiting_told)
        settle_unread(step, batch);
    g_hash_table_iter_init(&iter, step->touched);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        coex_views_tell(account, coex_people_by_id(account->people, *(gint64 *)id));
    coex_recall_tell(account, batch);
    coex_outbox_take_failures(account->outbox, batch);
    coex_account_tell_feed(account, coex_batch_get_feed(batch));
    coex_fetch_note(account, coex_batch_get_feed(batch));
    for (guint i = 0; i < step->effects->len; i++) {
        const Effect *effect = &g_array_index(step->effects, Effect, i);

        any_status |= effect->is_status;
        if (effect->is_status)
            settle_status(step, batch, effect);
        else
            settle_message(step, batch, effect);
    }
    coex_spending_take(account, batch);
    for (guint i = 0; i < step->notices->len; i++)
        coex_account_tell_notice(account, NULL, "%s",
                                 (const char *)g_ptr_array_index(step->notices, i));
    /* Some come after the one that says that it is the last. */
    if (step->any_history && coex_history_is_complete(account))
        coex_account_tell(account, coex_account_event_new(account, COEX_SESSION_PAST_LOG));
    if (step->catalogue_is_stale)
        coex_templates_refresh(account, FALSE);
    coex_phone_watch(account);
    return any_status;
}

gboolean
coex_inbox_applied(CoexInboxStep *step, CoexBatch *batch, const GError *error)
{
    CoexAccount *account = step->account;
    gboolean any_status = FALSE;

    for (guint i = 0; account->state != COEX_ACCOUNT_ENDED && i < step->settled->len; i++) {
        const char *local_id = g_ptr_array_index(step->settled, i);

        coex_outbox_settled(account->outbox, batch, local_id,
                            g_hash_table_contains(step->failed, local_id), error);
    }
    for (guint i = 0; error != NULL && i < step->standby->len; i++)
        g_hash_table_remove(account->settings, g_ptr_array_index(step->standby, i));
    if (error != NULL && step->any_progress)
        coex_history_forget_progress(account);
    if (error != NULL)
        coex_account_tell_store_error(account, error);
    else if (account->state != COEX_ACCOUNT_ENDED)
        any_status = settle(step, batch);
    step_free(step);
    return any_status;
}
