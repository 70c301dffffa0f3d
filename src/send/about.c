// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/account.h"
#include "account/people.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/content-media.h"
#include "core/emoji.h"
#include "core/media.h"
#include "core/payload.h"
#include "core/text.h"
#include "core/webhook-label.h"
#include "core/which.h"
#include "core/words.h"
#include "media/outgoing.h"
#include "send/queue.h"
#include "store/batch.h"
#include "store/store.h"
#include <string.h>

/* What is sent about another message of the conversation: that one is looked for in the store, and
 * meanwhile the item keeps its place in the queue. */

#define OLD_S (30 * 24 * 60 * 60) /* Meta: messages/contextual-replies, reaction-messages */
#define EXCERPT 40
#define TAKING_BACK _("taking back a reaction")

typedef struct {
    CoexTicket *ticket;
    gboolean is_mark;
    gboolean by_default; /* which one was not said */
    char *emoji;         /* of a mark, NULL: it is taken back */
} Question;

static void
question_free(Question *question)
{
    coex_ticket_free(question->ticket);
    g_free(question->emoji);
    g_free(question);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Question, question_free)

/* ---- the account has ended ---- */

/* At the next login, if nobody hears it now. */
static void
put_too_late(CoexOutbox *outbox, CoexPerson *person, CoexBatch *batch, const char *text)
{
    g_autofree char *line =
        coex_say(_("Not sent: “%s”. The account went offline. Send it again."), text);

    coex_account_put_notice(outbox->account, batch, person, line);
}

void
coex_outbox_item_stop_looking(CoexOutboxItem *item, CoexBatch *batch)
{
    if (item->row->state == COEX_OUTBOX_TAKING && !coex_outbox_item_has_files(item))
        put_too_late(item->outbox, coex_outbox_item_person(item), batch, item->row->text);
}

gboolean
coex_outbox_is_too_late(CoexOutbox *outbox, CoexPerson *person, const char *text)
{
    CoexBatch *batch;

    if (outbox->account->state != COEX_ACCOUNT_ENDED)
        return FALSE;
    batch = coex_account_batch(outbox->account);
    put_too_late(outbox, person, batch, text);
    coex_account_commit(outbox->account, batch);
    return TRUE;
}

/* ---- what is wrong with the one that is meant ---- */

static const char *
find_fault_of_mark(const Question *question, const CoexMeant *meant)
{
    if (meant->direction != COEX_INBOUND)
        return _("WhatsApp lets a business react to what the customer wrote, and to nothing else.");
    if (question->emoji == NULL && meant->own_reaction == NULL)
        return _("There is no reaction of yours on that message.");
    return NULL;
}

static const char *
find_missing(const Question *question)
{
    if (!question->by_default)
        /* Translators: last, which is typed, stays English. */
        return _("There is no such message in this conversation. It may be named by last, -2, a "
                 "number such as #17, a time such as 14:46, or words of it in quotation marks.");
    if (question->is_mark && question->emoji == NULL)
        return _("There is no reaction of yours in this conversation.");
    return _("Nothing that they wrote is known here.");
}

/* NULL: nothing. */
static const char *
find_fault(const Question *question, const CoexMeant *meant)
{
    gint64 now = coex_account_now(question->ticket->account);
    const char *fault = NULL;

    if (meant->id == 0)
        return find_missing(question);
    if (meant->deleted)
        return _("That message was taken back.");
    if (question->is_mark)
        fault = find_fault_of_mark(question, meant);
    if (fault != NULL)
        return fault;
    if (meant->wamid == NULL)
        return _("It is not known whether WhatsApp has that message.");
    if (meant->state == COEX_STATE_FAILED)
        return _("That message was not delivered.");
    if (now - meant->time > OLD_S)
        return _(
            "That message is older than 30 days, and WhatsApp takes nothing about it any more.");
    return NULL;
}

/* ---- it is found ---- */

static void
set_mark(CoexOutboxItem *item, const Question *question, const CoexMeant *meant)
{
    CoexOutboxRow *row = item->row;
    g_autofree char *words = coex_text_excerpt(meant->text, EXCERPT);

    row->payload = coex_payload_new_reaction(meant->wamid, question->emoji);
    g_free(row->text);
    row->text = coex_payload_dup_mark(question->emoji, words);
}

/* What was typed comes back, but where there is nothing in it. */
static void
refuse(CoexOutboxItem *item, const Question *question, const char *why)
{
    CoexOutbox *outbox = item->outbox;

    if (!question->is_mark || question->emoji != NULL) {
        coex_outbox_item_drop(item, why);
        return;
    }
    coex_account_tell_notice(outbox->account, coex_outbox_item_person(item),
                             _("Nothing was sent: %s"), why);
    coex_outbox_item_remove(item);
    coex_outbox_pump(outbox);
}

static void
answer(CoexOutboxItem *item, const Question *question, const CoexMeant *meant, const GError *error)
{
    const char *fault = error != NULL ? error->message : find_fault(question, meant);

    if (fault != NULL) {
        refuse(item, question, fault);
        return;
    }
    item->row->context = g_strdup(meant->wamid);
    if (question->is_mark)
        set_mark(item, question, meant);
    coex_outbox_item_admit(item);
}

static void
on_meant(const CoexMeant *meant, const GError *error, gpointer user_data)
{
    g_autoptr(Question) question = user_data;
    CoexOutboxItem *item = coex_ticket_get_item(question->ticket);
    const CoexAccount *account = question->ticket->account;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    if (item != NULL && item->row->state == COEX_OUTBOX_TAKING)
        answer(item, question, meant, error);
    /* files behind it may have waited */
    coex_outbox_take_next(account->outbox);
}

/* Takes @emoji; @text: what it is called until it is found. */
static void
look_for(CoexOutbox *outbox, CoexPerson *person, const CoexWhich *which, const char *text,
         Question *question)
{
    CoexOutboxItem *item = coex_outbox_item_new(outbox, person->id, text);
    const CoexMeantQuery query = { .account_id = outbox->account->id,
                                   .person_id = person->id,
                                   .which = *which,
                                   .with_reaction = question->by_default && question->is_mark &&
                                                    question->emoji == NULL };

    coex_outbox_item_set_state(item, COEX_OUTBOX_TAKING);
    question->ticket = coex_ticket_new(outbox, item->row->local_id, person->id);
    coex_store_find_meant(outbox->account->store, &query, on_meant, question);
}

/* ---- the user's verbs ---- */

static Question *
question_new(gboolean is_mark, gboolean by_default, char *emoji /* transfer full */)
{
    Question *question = g_new0(Question, 1);

    question->is_mark = is_mark;
    question->by_default = by_default;
    question->emoji = emoji;
    return question;
}

void
coex_outbox_reply(CoexOutbox *outbox, CoexPerson *person, const char *words)
{
    g_auto(CoexWhich) which = { 0 };
    g_autoptr(GError) error = NULL;
    const char *text = coex_which_split(words, &which);

    if (coex_outbox_is_too_late(outbox, person, words))
        return;
    if (!coex_which_check_first(words, &error))
        coex_account_tell_notice(outbox->account, person, _("Not sent: “%s”. %s"), words,
                                 error->message);
    else if (coex_text_is_blank(text))
        coex_account_tell_notice(
            outbox->account, person,
            /* Translators: /reply and last, which are typed, stay English. */
            _("Nothing was sent: %creply and a text answers their last message, with last, -2, "
              "14:46, #17 or “words of it” before the text another one."),
            outbox->account->verb_mark);
    else if (g_utf8_strlen(text, -1) > COEX_TEXT_MAX)
        coex_account_tell_notice(
            outbox->account, person,
            COEX_PLURAL(
                "Not sent: “%s”. A reply has at most %d character. Send the rest as a message.",
                "Not sent: “%s”. A reply has at most %d characters. Send the rest as a message.",
                COEX_TEXT_MAX),
            text, COEX_TEXT_MAX);
    else
        look_for(outbox, person, &which, text, question_new(FALSE, text == words, NULL));
}

void
coex_outbox_react(CoexOutbox *outbox, CoexPerson *person, const char *words)
{
    g_auto(CoexWhich) which = { 0 };
    const char *text = coex_which_split(words, &which);
    g_autoptr(GError) error = NULL;
    char *emoji = NULL;

    if (coex_outbox_is_too_late(outbox, person, words))
        return;
    emoji = coex_emoji_parse(text, &error);
    if (emoji == NULL)
        coex_account_tell_notice(outbox->account, person, _("Nothing was sent: %s"),
                                 error->message);
    else
        look_for(outbox, person, &which, emoji, question_new(TRUE, text == words, emoji));
}

void
coex_outbox_unreact(CoexOutbox *outbox, CoexPerson *person, const char *words)
{
    g_auto(CoexWhich) which = { 0 };
    g_autoptr(GError) error = NULL;

    if (coex_outbox_is_too_late(outbox, person, TAKING_BACK))
        return;
    if (coex_which_parse(words, &which, &error))
        look_for(outbox, person, &which, TAKING_BACK,
                 question_new(TRUE, coex_text_is_blank(words), NULL));
    else
        coex_account_tell_notice(outbox->account, person, _("Nothing was sent: %s"),
                                 error->message);
}

/* ---- what goes on to another ---- */

typedef struct {
    CoexAccount *account;
    gint64 from;
    gint64 to;
    char *which; /* as it was typed */
} Forward;

static void
forward_free(Forward *forward)
{
    coex_account_unref(forward->account);
    g_free(forward->which);
    g_free(forward);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Forward, forward_free)

/* What stands below the file; NULL: nothing does. */
static const char *
get_words_below(const CoexMeant *meant)
{
    const char *end = meant->is_template ? strchr(meant->text, '\n') : NULL;

    return end != NULL ? end + 1 : meant->media->caption;
}

static void
send_again(CoexOutbox *outbox, CoexPerson *to, const CoexMeant *meant, const char *caption)
{
    CoexOutboxItem *item = coex_outbox_item_new(outbox, to->id, meant->text);
    CoexMedia *media = coex_media_copy(meant->media);

    g_free(media->caption);
    media->caption = g_strdup(caption);
    item->row->media = media;
    g_free(item->row->text);
    item->row->text = coex_content_media_dup_line(media);
    coex_outbox_item_admit(item);
}

/* From what is kept of it here; of ours also by what WhatsApp keeps. NULL: it goes. */
static const char *
forward_file(CoexOutbox *outbox, CoexPerson *to, const CoexMeant *meant)
{
    const CoexOriginal file = { .path = meant->path, .as_voice = meant->media->voice };
    const char *words = get_words_below(meant);
    gboolean fits = words == NULL || g_utf8_strlen(words, -1) <= COEX_MEDIA_CAPTION_MAX;
    const char *caption = fits ? words : NULL;

    if (meant->path == NULL && (meant->direction != COEX_OUTBOUND || meant->media->sha256 == NULL))
        return _(
            "Its file is not here. /get with the same words fetches it; then it can be passed on.");
    if (meant->path != NULL)
        coex_outbox_send_file(outbox, to, &file, caption, COEX_SEND_TYPED, 0);
    else
        send_again(outbox, to, meant, caption);
    if (!fits)
        coex_outbox_send_text(outbox, to, words, COEX_SEND_ELSEWHERE);
    return NULL;
}

/* What came in tells before its words how it came; what was typed here has words alone. */
static const char *
get_words(const CoexMeant *meant)
{
    return meant->direction != COEX_OUTBOUND ? coex_webhook_label_skip(meant->text) : meant->text;
}

/* Why it cannot go on; NULL: it does. */
static const char *
pass_on(CoexOutbox *outbox, CoexPerson *to, const CoexMeant *meant)
{
    if (meant->id == 0)
        return _("There is no such message in this conversation.");
    if (meant->deleted)
        return _("That message was taken back.");
    if (meant->payload != NULL) {
        g_autoptr(CoexPayload) payload = coex_payload_new(meant->kind, meant->type, meant->payload);

        coex_outbox_send_payload(outbox, to, payload);
        return NULL;
    }
    if (meant->kind == COEX_CONTENT_MEDIA && meant->media != NULL)
        return forward_file(outbox, to, meant);
    if (meant->kind != COEX_CONTENT_TEXT)
        return _("Texts and files can be passed on from here. Forward this one on the phone.");
    coex_outbox_send_text(outbox, to, get_words(meant), COEX_SEND_ELSEWHERE);
    return NULL;
}

static CoexPerson *
find_now(const Forward *forward, gint64 id)
{
    return coex_people_now(forward->account->people,
                           coex_people_by_id(forward->account->people, id));
}

static void
put_not_passed_on(const Forward *forward, CoexBatch *batch)
{
    CoexAccount *account = forward->account;
    CoexPerson *from = find_now(forward, forward->from);
    g_autofree char *title = coex_account_dup_title(account, find_now(forward, forward->to));
    g_autofree char *line =
        coex_say(_("Not passed on to %s: “%s”. The account went offline. Do it again."), title,
                 forward->which);

    coex_account_put_notice(account, batch, from, line);
}

void
coex_outbox_stop_forwards(CoexOutbox *outbox, CoexBatch *batch)
{
    for (GSList *link = outbox->forwards; link != NULL; link = link->next)
        put_not_passed_on(link->data, batch);
    g_clear_pointer(&outbox->forwards, g_slist_free);
}

static void
on_forward(const CoexMeant *meant, const GError *error, gpointer user_data)
{
    g_autoptr(Forward) forward = user_data;
    CoexAccount *account = forward->account;
    CoexPerson *from;
    CoexPerson *to;
    g_autofree char *title = NULL;
    g_autofree char *words = NULL;
    const char *why;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    account->outbox->forwards = g_slist_remove(account->outbox->forwards, forward);
    from = find_now(forward, forward->from);
    to = find_now(forward, forward->to);
    title = coex_account_dup_title(account, to);
    why = error != NULL ? error->message : pass_on(account->outbox, to, meant);
    words =
        coex_text_excerpt(why == NULL ? get_words(meant) : why, why == NULL ? EXCERPT : G_MAXINT);
    coex_account_tell_notice(account, from,
                             /* Translators: a person's name, and the first words of it, or why. */
                             why == NULL ? _("Passed on to the conversation with %s: %s")
                                         : _("Not passed on to %s: %s"),
                             title, words);
}

void
coex_outbox_forward(CoexOutbox *outbox, CoexPerson *person, const char *which, CoexPerson *target)
{
    CoexAccount *account = outbox->account;
    const Forward what = { account, person->id, target->id, (char *)which };
    g_autoptr(GError) error = NULL;
    CoexMeantQuery query = { .account_id = account->id, .person_id = person->id };
    Forward *forward;

    if (account->state == COEX_ACCOUNT_ENDED) {
        CoexBatch *batch = coex_account_batch(account);

        coex_batch_put_person(batch, target);
        put_not_passed_on(&what, batch);
        coex_account_commit(account, batch);
        return;
    }
    if (!coex_which_parse(which, &query.which, &error)) {
        coex_account_tell_notice(account, person, _("Nothing was sent: %s"), error->message);
        return;
    }
    forward = g_memdup2(&what, sizeof what);
    coex_account_ref(account);
    forward->which = g_strdup(which);
    outbox->forwards = g_slist_prepend(outbox->forwards, forward);
    coex_store_find_meant(account->store, &query, on_forward, forward);
    coex_which_clear(&query.which);
}
