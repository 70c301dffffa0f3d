// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/account.h"
#include "account/people.h"
#include "account/tell.h"
#include "core/content-media.h"
#include "core/error.h"
#include "core/file-type.h"
#include "core/media.h"
#include "core/timer.h"
#include "core/window.h"
#include "core/words.h"
#include "media/convert.h"
#include "media/fit.h"
#include "media/outgoing.h"
#include "send/queue.h"
#include "send/turns.h"
#include "store/batch.h"
#include "store/store.h"
#include <string.h>

/* Files that are taken in: copied in their order, and then known as what they are. */

#define TAKING_MAX 4
#define SLOW_COPIES_MAX 4 /* besides */
#define SLOW_COPY_MS 5000
#define SLOW_FIT_MS 2000
#define TURN_MS 250 /* between looks whether the next can be converted */

/* From now on the next session knows of it, too: nothing is done with it before. */
static void
on_noted(CoexBatch *batch, const GError *error, gpointer user_data)
{
    g_autoptr(CoexTicket) ticket = user_data;
    CoexOutboxItem *item = coex_ticket_get_item(ticket);
    CoexOutbox *outbox = ticket->account->outbox;

    if (item == NULL)
        return;
    if (error == NULL) {
        coex_turns_add(outbox->to_take, ticket->person_id, ticket->local_id);
        coex_outbox_take_next(outbox);
        return;
    }
    coex_outbox_item_tell_not_taken(item, error->message);
    coex_outbox_item_remove(item);
    coex_outbox_pump(outbox);
}

/* With the person, who may be new: nobody else gets that number. */
static void
note_taking(CoexOutboxItem *item)
{
    CoexAccount *account = item->outbox->account;
    CoexBatch *batch = coex_account_batch(account);

    coex_batch_put_person(batch, coex_outbox_item_person(item));
    coex_outbox_item_note_taking(item, batch);
    coex_store_commit(account->store, batch, on_noted,
                      coex_ticket_new(item->outbox, item->row->local_id, item->row->person_id));
}

/* Never silently as something else. @done: what was done to it, NULL. */
static void
tell_note(CoexOutboxItem *item, const char *done)
{
    const CoexMedia *media = item->row->media;
    const char *note = coex_file_type_get_note(media);
    g_autofree char *line = NULL;

    if (done == NULL && note == NULL)
        return;
    if (done != NULL)
        line = g_strdup(done);
    else if (g_str_has_prefix(media->mime, "audio/"))
        line = coex_say(
            /* Translators: a file's name, and a sentence about its type. */
            _("“%s” goes as a document, for WhatsApp has nothing else for its type. %s %cvoice "
              "makes it a voice message, with ffmpeg."),
            media->name, note, item->outbox->account->verb_mark);
    else
        line = coex_say(
            /* Translators: a file's name, and a sentence about its type. */
            _("“%s” goes as a document, for WhatsApp has nothing else for its type. %s"),
            media->name, note);
    coex_account_tell_notice(item->outbox->account, coex_outbox_item_person(item), "%s", line);
}

/* As a text behind it. */
static void
send_words(CoexOutbox *outbox, gint64 person_id, const char *words, CoexSendWay way)
{
    CoexPeople *people = outbox->account->people;
    CoexPerson *person = coex_people_now(people, coex_people_by_id(people, person_id));
    gboolean open = coex_account_window(outbox->account, person).open;

    coex_outbox_send_text(outbox, person, words, open ? way : COEX_SEND_HELD);
}

/* Its place among those that are copied is free for another. */
static void
leave_place(const CoexTicket *ticket)
{
    CoexOutbox *outbox = ticket->account->outbox;

    if (!ticket->placeless && !g_hash_table_remove(outbox->slow_copies, ticket->local_id))
        outbox->n_taking--;
    if (outbox->account->state != COEX_ACCOUNT_ENDED)
        coex_outbox_take_next(outbox);
}

static void
accept(CoexOutboxItem *item)
{
    CoexOutbox *outbox = item->outbox;
    CoexMedia *media = g_steal_pointer(&item->taken);
    CoexOutboxRow *row = item->row;
    g_autofree char *local_id = g_strdup(row->local_id);
    g_autofree char *words = NULL;
    gint64 person_id = row->person_id;
    CoexSendWay way = item->on_hold ? COEX_SEND_HELD
                      : row->shown  ? COEX_SEND_SHOWN
                                    : COEX_SEND_TYPED;

    media->caption = row->media != NULL ? g_strdup(row->media->caption) : NULL;
    coex_media_free(row->media);
    row->media = media;
    if (!coex_media_takes_caption(media))
        words = g_steal_pointer(&media->caption);
    g_free(row->text);
    row->text = coex_content_media_dup_line(media);
    tell_note(item, item->done);
    coex_outbox_item_admit(item);
    if (words != NULL)
        send_words(outbox, person_id, words, way);
    coex_outbox_forget_taking(outbox->account, local_id);
}

/* Whether what was taken is what the header of its template, or of a card, shows. */
static gboolean
is_as_wanted(const CoexOutboxItem *item, CoexMediaKind wanted, const CoexMedia *taken,
             GError **error)
{
    if (taken->kind == wanted)
        return TRUE;
    coex_error_say(
        error, COEX_ERROR_INVALID_INPUT,
        /* Translators: a template's name, and a kind of file such as document. */
        wanted == COEX_MEDIA_IMAGE
            ? _("The template %s shows a picture, JPEG or PNG, and this is none: it is "
                "sent as %s. Choose the template again with another file.")
        : wanted == COEX_MEDIA_VIDEO
            ? _("The template %s shows a video, MP4 or 3GP, and this is none: it is sent "
                "as %s. Choose the template again with another file.")
            : _("The template %s shows a document, as a PDF, and this is none: it is sent "
                "as %s. Choose the template again with another file."),
        item->row->template_name, coex_media_get_label(taken));
    return FALSE;
}

/* What waited for the choice of a template still does. */
static void
refuse(CoexOutboxItem *item, const char *why)
{
    CoexOutbox *outbox = item->outbox;
    CoexPerson *person = coex_outbox_item_person(item);
    gboolean asks = item->row->template_name != NULL &&
                    coex_outbox_count(outbox, person->id, COEX_OUTBOX_PARKED) > 0;

    coex_outbox_item_tell_not_taken(item, why);
    coex_outbox_item_remove(item);
    if (asks)
        coex_outbox_prompt(outbox, person);
}

static void
accept_cards(CoexOutboxItem *item)
{
    const GPtrArray *cards = coex_outbox_item_get_cards(item);
    g_auto(GStrv) values = coex_outbox_row_read_values(item->row);
    g_autofree char *wording = coex_outbox_row_read_wording(item->row);

    for (guint i = 0; i < cards->len; i++) {
        const CoexOutboxCard *card = cards->pdata[i];

        if (card->done != NULL)
            coex_account_tell_notice(item->outbox->account, coex_outbox_item_person(item), "%s",
                                     card->done);
    }
    coex_outbox_item_put_values(item, (const char *const *)values, wording);
}

static void
accept_headers(CoexOutboxItem *item)
{
    CoexAccount *account = item->outbox->account;
    g_autofree char *local_id = g_strdup(item->row->local_id);
    g_autoptr(GError) error = NULL;

    item->card = NULL;
    if (item->taken != NULL && !is_as_wanted(item, item->row->media->kind, item->taken, &error)) {
        refuse(item, error->message);
        return;
    }
    if (item->taken != NULL) {
        coex_media_free(item->row->media);
        item->row->media = g_steal_pointer(&item->taken);
        tell_note(item, item->done);
    }
    accept_cards(item);
    coex_outbox_item_accept_template(item);
    coex_outbox_forget_taking(account, local_id);
}

static CoexOutboxItem *
find_first_taking(const CoexOutboxQueue *queue)
{
    for (GList *link = queue->items.head; link != NULL; link = link->next) {
        CoexOutboxItem *item = link->data;

        if (item->row->state == COEX_OUTBOX_TAKING)
            return item;
    }
    return NULL;
}

static gboolean
is_taken(const CoexOutboxItem *item)
{
    return coex_outbox_item_has_files(item) && (item->row->media == NULL || item->taken != NULL) &&
           coex_outbox_item_find_uncopied(item) == NULL;
}

/* Their lines stand in the order in which they were given, not in that in which they were copied.
 */
static void
accept_taken(const CoexOutboxQueue *queue)
{
    CoexOutboxItem *item;

    while ((item = find_first_taking(queue)) != NULL && is_taken(item)) {
        if (item->row->template_name != NULL)
            accept_headers(item);
        else
            accept(item);
    }
}

/* The copy that was just made is of the file at hand; takes @media. FALSE: it is none that its card
 * shows. */
static gboolean
keep_taken(CoexOutboxItem *item, CoexMedia *media, const char *done, GError **error)
{
    if (item->row->file == NULL)
        item->row->file = g_strdup(item->row->local_id);
    if (item->card == NULL) {
        item->taken = media;
        item->done = g_strdup(done);
        return TRUE;
    }
    if (!is_as_wanted(item, item->card->media->kind, media, error)) {
        coex_media_free(media);
        return FALSE;
    }
    coex_media_free(item->card->media);
    item->card->media = media;
    item->card->done = g_strdup(done);
    return TRUE;
}

/* Behind those of others that wait. */
static void
take_next_card(CoexOutboxItem *item)
{
    CoexOutboxCard *next = coex_outbox_item_find_uncopied(item);

    if (next == NULL)
        return;
    item->card = next;
    coex_turns_add(item->outbox->to_take, item->row->person_id, item->row->local_id);
    coex_outbox_take_next(item->outbox);
}

/* Takes @media, which is NULL where @error says why. */
static void
finish(const CoexTicket *ticket, CoexMedia *media, const char *done, const GError *error)
{
    g_autoptr(GError) unwanted = NULL;
    CoexAccount *account = ticket->account;
    CoexOutboxItem *item = coex_ticket_get_item(ticket);
    CoexOutboxQueue *queue;

    leave_place(ticket);
    if (item == NULL) {
        if (media != NULL)
            coex_outgoing_drop(account->outgoing, ticket->copy);
        coex_media_free(media);
        return;
    }
    g_clear_object(&item->work);
    g_clear_pointer(&item->to_fit, coex_media_free);
    coex_timer_clear(&item->copying);
    item->placeless = FALSE;
    queue = coex_outbox_get_queue(account->outbox, item->row->person_id);
    if (media == NULL)
        refuse(item, error->message);
    else if (keep_taken(item, media, done, &unwanted))
        take_next_card(item);
    else
        refuse(item, unwanted->message);
    accept_taken(queue);
    coex_outbox_pump(account->outbox);
}

/* The others' files do not wait for a disk that does not answer. */
static void
leave_aside(const CoexOutboxItem *item)
{
    CoexOutbox *outbox = item->outbox;

    if (item->work == NULL || item->placeless ||
        g_hash_table_size(outbox->slow_copies) >= SLOW_COPIES_MAX ||
        !g_hash_table_add(outbox->slow_copies, g_strdup(item->row->local_id)))
        return;
    outbox->n_taking--;
}

static char *
dup_words(const CoexOutboxItem *item)
{
    return coex_outbox_item_dup_file_words(item, coex_outbox_item_get_file_name(item));
}

static void
on_slow_copy(gpointer data)
{
    CoexOutboxItem *item = data;
    g_autofree char *words = dup_words(item);

    coex_account_tell_notice(item->outbox->account, coex_outbox_item_person(item),
                             /* Translators: %s is a file's name, in quotation marks. */
                             _("The file %s is still being copied: the disk that it is on is slow, "
                               "or does not answer. What you write here waits for it."),
                             words);
    leave_aside(item);
    coex_outbox_take_next(item->outbox);
}

static void
on_slow_fit(gpointer data)
{
    CoexOutboxItem *item = data;
    g_autofree char *words = dup_words(item);

    coex_account_tell_notice(item->outbox->account, coex_outbox_item_person(item),
                             _("The file %s is being converted. What you write here waits for it."),
                             words);
    leave_aside(item);
    coex_outbox_take_next(item->outbox);
}

/* ---- made to fit: what ffmpeg is needed for one after the other ---- */

static void convert_next(CoexOutbox *outbox);

static void
on_slow_turn(gpointer data)
{
    CoexOutboxItem *item = data;
    g_autofree char *words = dup_words(item);

    coex_account_tell_notice(item->outbox->account, coex_outbox_item_person(item),
                             _("The file %s waits until another one has been converted. What you "
                               "write here waits for it."),
                             words);
}

/* Others are copied meanwhile. */
static void
await_turn(CoexOutboxItem *item, const CoexTicket *ticket)
{
    const CoexOutboxQueue *queue = coex_outbox_get_queue(item->outbox, item->row->person_id);

    coex_timer_clear(&item->copying);
    if (item->placeless)
        return;
    item->placeless = TRUE;
    if (find_first_taking(queue) == item)
        coex_timer_start(&item->copying, SLOW_FIT_MS, on_slow_turn, item);
    leave_place(ticket);
}

static void
on_fitted(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(CoexTicket) ticket = user_data;
    CoexOutbox *outbox = ticket->account->outbox;
    CoexOutboxItem *item = coex_ticket_get_item(ticket);
    g_autofree char *done = NULL;
    g_autoptr(GError) error = NULL;
    CoexMedia *media = coex_fit_finish(result, &done, &error);

    if (ticket->placeless)
        outbox->converts = FALSE;
    if (item != NULL && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_BUSY))
        await_turn(item, ticket);
    else
        finish(ticket, media, done, error);
    convert_next(outbox);
}

/* For the copy of the file at hand. */
static CoexTicket *
copy_ticket_new(CoexOutboxItem *item)
{
    CoexTicket *ticket = coex_ticket_new(item->outbox, item->row->local_id, item->row->person_id);

    ticket->copy = coex_outbox_item_dup_copy_name(item->row->local_id, item->card);
    return ticket;
}

static void
fit(CoexOutboxItem *item)
{
    CoexOutbox *outbox = item->outbox;
    CoexTicket *ticket = copy_ticket_new(item);
    g_autofree char *path = g_build_filename(outbox->account->outgoing, ticket->copy, NULL);

    ticket->placeless = item->placeless;
    coex_timer_start(&item->copying, SLOW_FIT_MS, on_slow_fit, item);
    coex_fit_async(path, item->to_fit, (CoexFit)item->fit, item->work, on_fitted, ticket);
}

/* The one that was given first; NULL: none. */
static CoexOutboxItem *
find_waiting(CoexOutbox *outbox)
{
    CoexOutboxItem *first = NULL;
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, outbox->by_id);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        CoexOutboxItem *item = value;

        if (item->placeless && item->to_fit != NULL &&
            (first == NULL || item->row->position < first->row->position))
            first = item;
    }
    return first;
}

static void
on_turn(gpointer data)
{
    convert_next(data);
}

static void
convert_next(CoexOutbox *outbox)
{
    CoexOutboxItem *item;

    if (outbox->account->state == COEX_ACCOUNT_ENDED || outbox->converts)
        return;
    item = find_waiting(outbox);
    if (item == NULL)
        return;
    if (coex_convert_is_busy()) {
        coex_timer_start(&outbox->turn, TURN_MS, on_turn, outbox);
        return;
    }
    outbox->converts = TRUE;
    fit(item);
}

static void
on_taken(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(CoexTicket) ticket = user_data;
    CoexOutboxItem *item = coex_ticket_get_item(ticket);
    CoexFit how = COEX_FIT_NONE;
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexMedia) media = coex_outgoing_take_finish(result, &how, &error);

    if (media == NULL || how == COEX_FIT_NONE || item == NULL) {
        finish(ticket, g_steal_pointer(&media), NULL, error);
        return;
    }
    item->to_fit = g_steal_pointer(&media);
    item->fit = how;
    fit(item);
}

static void
take(CoexOutboxItem *item)
{
    CoexOutbox *outbox = item->outbox;
    CoexTicket *ticket = copy_ticket_new(item);
    char **original = item->card != NULL ? &item->card->path : &item->path;
    g_autofree char *path = g_steal_pointer(original);
    g_autoptr(GBytes) content = g_steal_pointer(&item->content);
    const CoexOriginal file = { path, content, item->as_voice };

    outbox->n_taking++;
    item->work = g_cancellable_new();
    coex_timer_start(&item->copying, SLOW_COPY_MS, on_slow_copy, item);
    coex_outgoing_take_async(outbox->account->outgoing, ticket->copy, &file, item->work, on_taken,
                             ticket);
}

void
coex_outbox_take_next(CoexOutbox *outbox)
{
    while (outbox->n_taking < TAKING_MAX) {
        g_autofree char *local_id = coex_turns_take(outbox->to_take);
        CoexOutboxItem *item;

        if (local_id == NULL)
            break;
        item = g_hash_table_lookup(outbox->by_id, local_id);
        if (item != NULL)
            take(item);
    }
    for (guint i = 0; i < outbox->queues->len; i++)
        accept_taken(outbox->queues->pdata[i]);
}

void
coex_outbox_send_file(CoexOutbox *outbox, CoexPerson *person, const CoexOriginal *file,
                      const char *caption, CoexSendWay way, guint transfer)
{
    CoexAccount *account = outbox->account;
    g_autofree char *name = g_filename_display_basename(file->path);
    CoexOutboxItem *item;

    if (account->state == COEX_ACCOUNT_ENDED) {
        CoexBatch *batch = coex_account_batch(account);

        coex_outbox_put_too_late(account, batch, person, name, caption);
        coex_account_commit(account, batch);
        return;
    }
    item = coex_outbox_item_new(outbox, person->id, name);
    item->row->media = g_new0(CoexMedia, 1);
    item->row->media->caption = g_strdup(caption);
    item->row->shown = way == COEX_SEND_SHOWN;
    item->on_hold = way == COEX_SEND_HELD;
    item->transfer = transfer;
    item->path = g_strdup(file->path);
    item->as_voice = file->as_voice;
    item->content = file->content != NULL ? g_bytes_ref(file->content) : NULL;
    coex_outbox_item_set_state(item, COEX_OUTBOX_TAKING);
    note_taking(item);
}

void
coex_outbox_item_take_headers(CoexOutboxItem *item, const char *path, CoexMediaKind kind)
{
    CoexAccount *account = item->outbox->account;

    if (path != NULL) {
        item->row->media = g_new0(CoexMedia, 1);
        item->row->media->kind = kind;
        item->row->media->name = g_filename_display_basename(path);
    } else {
        item->card = coex_outbox_item_find_uncopied(item);
    }
    if (account->state == COEX_ACCOUNT_ENDED) {
        CoexBatch *batch = coex_account_batch(account);

        coex_outbox_item_put_too_late(item, batch);
        coex_account_commit(account, batch);
        coex_outbox_item_remove(item);
        return;
    }
    item->path = g_strdup(path);
    coex_outbox_item_set_state(item, COEX_OUTBOX_TAKING);
    note_taking(item);
}

void
coex_outbox_item_forget_taking(const CoexOutboxItem *item)
{
    g_autofree char *copy = coex_outbox_item_dup_copy_name(item->row->local_id, item->card);

    if (item->row->state != COEX_OUTBOX_TAKING || !coex_outbox_item_has_files(item))
        return;
    coex_outbox_forget_taking(item->outbox->account, item->row->local_id);
    if (item->to_fit != NULL)
        coex_outgoing_drop(item->outbox->account->outgoing, copy);
    leave_aside(item);
}
