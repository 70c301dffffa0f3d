// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/account.h"
#include "account/engine.h"
#include "account/people.h"
#include "account/tell.h"
#include "core/content-media.h"
#include "core/error.h"
#include "core/file-type.h"
#include "core/media.h"
#include "core/window.h"
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

/* ---- why it was not taken ---- */

/* @caption stands nowhere else; NULL: none. Free with g_free(). */
static char *
dup_not_sent(const char *name, const char *why, const char *caption)
{
    return caption != NULL
               ? g_strdup_printf("Not sent: the file “%s”. %s Its text: “%s”", name, why, caption)
               : g_strdup_printf("Not sent: the file “%s”. %s", name, why);
}

/* ---- what is being copied, for who ends in between: settings "taking LOCAL-ID", "PERSON NAME" or
 * "PERSON NAME/CAPTION" ---- */

#define TAKING_SETTING "taking "

/* The file's own name; of a template the text is another. */
static const char *
get_name(const CoexOutboxItem *item)
{
    return item->row->template_name != NULL ? item->row->media->name : item->row->text;
}

static char *
dup_taking_key(const char *local_id)
{
    return g_strconcat(TAKING_SETTING, local_id, NULL);
}

static void
forget_taking(CoexAccount *account, const char *local_id)
{
    g_autofree char *key = dup_taking_key(local_id);

    coex_account_put_setting(account, key, NULL);
}

static void tell_not_taken(CoexOutboxItem *item, const char *why);

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
    tell_not_taken(item, error->message);
    coex_outbox_item_remove(item);
    coex_outbox_pump(outbox);
}

/* With the person, who may be new: nobody else gets that number. */
static void
note_taking(CoexOutboxItem *item)
{
    CoexAccount *account = item->outbox->account;
    const char *caption = item->row->media->caption;
    g_autofree char *key = dup_taking_key(item->row->local_id);
    g_autofree char *value =
        g_strdup_printf("%" G_GINT64_FORMAT " %s%s%s", item->row->person_id, get_name(item),
                        caption != NULL ? "/" : "", caption != NULL ? caption : "");
    CoexBatch *batch = coex_account_batch(account);

    coex_batch_put_person(batch, coex_outbox_item_person(item));
    coex_account_note_setting(account, batch, key, value);
    coex_store_commit(account->store, batch, on_noted,
                      coex_ticket_new(item->outbox, item->row->local_id, item->row->person_id));
}

/* What goes with a file of that kind, and is no message of its own. */
static gboolean
takes_caption(const CoexMedia *media)
{
    return media->kind != COEX_MEDIA_AUDIO && media->kind != COEX_MEDIA_STICKER;
}

/* What is to be said of it; NULL: nothing. @item: the file waits to leave all the same, and the
 * words that it does not take may not. Free with g_free(). */
static char *
dup_lost(const CoexOutboxItem *item, const char *name, const char *caption)
{
    if (item == NULL)
        return dup_not_sent(name, "The program ended before it was copied. Send it again.",
                            caption);
    if (caption == NULL || takes_caption(item->row->media))
        return NULL;
    return g_strdup_printf("The program ended when the text beside the file “%s” was about to be "
                           "sent. Look whether it was: “%s”",
                           name, caption);
}

static void
tell_lost(CoexOutbox *outbox, const char *value, const CoexOutboxItem *item)
{
    CoexPeople *people = outbox->account->people;
    char *rest = NULL;
    CoexPerson *person = coex_people_by_id(people, g_ascii_strtoll(value, &rest, 10));
    g_auto(GStrv) parts = g_strsplit(g_strchug(rest), "/", 2);
    g_autofree char *line =
        dup_lost(item, parts[0] != NULL ? parts[0] : "", parts[0] != NULL ? parts[1] : NULL);
    CoexBatch *batch;

    if (line == NULL)
        return;
    if (person == NULL) {
        coex_account_tell_notice(outbox->account, NULL, "%s", line);
        return;
    }
    person = coex_people_now(people, person);
    batch = coex_account_batch(outbox->account);
    coex_account_put_notice(outbox->account, batch, person, line);
    coex_outbox_commit(outbox, batch, person);
}

void
coex_outbox_tell_lost_files(CoexOutbox *outbox)
{
    CoexAccount *account = outbox->account;
    g_autoptr(GList) keys = g_hash_table_get_keys(account->settings);

    for (GList *link = keys; link != NULL; link = link->next) {
        const char *local_id = g_str_has_prefix(link->data, TAKING_SETTING)
                                   ? (char *)link->data + strlen(TAKING_SETTING)
                                   : NULL;
        g_autofree char *id = g_strdup(local_id);
        g_autofree char *value = g_strdup(g_hash_table_lookup(account->settings, link->data));
        const CoexOutboxItem *item = id != NULL ? g_hash_table_lookup(outbox->by_id, id) : NULL;

        /* given while the account came up, it is being copied now */
        if (id == NULL || (item != NULL && item->row->state == COEX_OUTBOX_TAKING))
            continue;
        tell_lost(outbox, value, item);
        forget_taking(account, id);
    }
}

/* ---- taking it in ---- */

static void
tell_not_taken(CoexOutboxItem *item, const char *why)
{
    g_autofree char *line = dup_not_sent(get_name(item), why, item->row->media->caption);

    coex_account_tell_notice(item->outbox->account, coex_outbox_item_person(item), "%s", line);
}

/* Never silently as something else. @done: what was done to it, NULL. */
static void
tell_note(CoexOutboxItem *item, const char *done)
{
    const CoexMedia *media = item->row->media;
    const char *note = coex_file_type_get_note(media);
    g_autofree char *voice =
        note != NULL && g_str_has_prefix(media->mime, "audio/")
            ? g_strdup_printf(" %cvoice makes it a voice message, with ffmpeg.",
                              item->outbox->account->verb_mark)
            : g_strdup("");

    if (done != NULL)
        coex_account_tell_notice(item->outbox->account, coex_outbox_item_person(item), "%s", done);
    else if (note != NULL)
        coex_account_tell_notice(item->outbox->account, coex_outbox_item_person(item),
                                 "“%s” goes as a document, for WhatsApp has nothing else for its "
                                 "type. %s%s",
                                 item->row->media->name, note, voice);
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
    if (!takes_caption(media))
        words = g_steal_pointer(&media->caption);
    g_free(row->text);
    row->text = coex_content_media_dup_line(media);
    tell_note(item, item->done);
    coex_outbox_item_admit(item);
    if (words != NULL)
        send_words(outbox, person_id, words, way);
    forget_taking(outbox->account, local_id);
}

/* Whether what was taken is what the header of its template shows. */
static gboolean
is_as_wanted(const CoexOutboxItem *item, GError **error)
{
    CoexMediaKind wanted = item->row->media->kind;

    if (item->taken->kind == wanted)
        return TRUE;
    g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                "The template %s shows %s, and this is none: it is sent as %s. Choose the template "
                "again with another file.",
                item->row->template_name,
                wanted == COEX_MEDIA_IMAGE   ? "a picture, JPEG or PNG"
                : wanted == COEX_MEDIA_VIDEO ? "a video, MP4 or 3GP"
                                             : "a document, as a PDF",
                coex_media_get_label(item->taken));
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

    tell_not_taken(item, why);
    coex_outbox_item_remove(item);
    if (asks)
        coex_outbox_prompt(outbox, person);
}

static void
accept_header(CoexOutboxItem *item)
{
    CoexAccount *account = item->outbox->account;
    g_autofree char *local_id = g_strdup(item->row->local_id);
    g_autoptr(GError) error = NULL;

    if (!is_as_wanted(item, &error)) {
        refuse(item, error->message);
        return;
    }
    coex_media_free(item->row->media);
    item->row->media = g_steal_pointer(&item->taken);
    tell_note(item, item->done);
    coex_outbox_item_accept_template(item);
    forget_taking(account, local_id);
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

/* Their lines stand in the order in which they were given, not in that in which they were copied.
 */
static void
accept_taken(const CoexOutboxQueue *queue)
{
    CoexOutboxItem *item;

    while ((item = find_first_taking(queue)) != NULL && item->taken != NULL) {
        if (item->row->template_name != NULL)
            accept_header(item);
        else
            accept(item);
    }
}

/* Takes @media, which is NULL where @error says why. */
static void
finish(const CoexTicket *ticket, CoexMedia *media, const char *done, const GError *error)
{
    CoexAccount *account = ticket->account;
    CoexOutboxItem *item = coex_ticket_get_item(ticket);
    CoexOutboxQueue *queue;

    leave_place(ticket);
    if (item == NULL) {
        if (media != NULL)
            coex_outgoing_drop(account->outgoing, ticket->local_id);
        coex_media_free(media);
        return;
    }
    g_clear_object(&item->work);
    g_clear_pointer(&item->to_fit, coex_media_free);
    coex_timer_clear(&item->copying);
    queue = coex_outbox_get_queue(account->outbox, item->row->person_id);
    if (media != NULL) {
        item->taken = media;
        item->done = g_strdup(done);
        item->row->file = g_strdup(ticket->local_id);
    } else {
        refuse(item, error->message);
    }
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

static void
tell_delay(CoexOutboxItem *item, const char *why)
{
    coex_account_tell_notice(item->outbox->account, coex_outbox_item_person(item),
                             "The file “%s” %s. What you write here waits for it.", get_name(item),
                             why);
}

static void
on_slow_copy(gpointer data)
{
    CoexOutboxItem *item = data;

    tell_delay(item, "is still being copied: the disk that it is on is slow, or does not answer");
    leave_aside(item);
    coex_outbox_take_next(item->outbox);
}

static void
on_slow_fit(gpointer data)
{
    CoexOutboxItem *item = data;

    tell_delay(item, "is being converted");
    leave_aside(item);
    coex_outbox_take_next(item->outbox);
}

/* ---- made to fit: what ffmpeg is needed for one after the other ---- */

static void convert_next(CoexOutbox *outbox);

static void
on_slow_turn(gpointer data)
{
    tell_delay(data, "waits until another one has been converted");
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

static void
fit(CoexOutboxItem *item)
{
    CoexOutbox *outbox = item->outbox;
    CoexTicket *ticket = coex_ticket_new(outbox, item->row->local_id, item->row->person_id);
    g_autofree char *path = g_build_filename(outbox->account->outgoing, item->row->local_id, NULL);

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
    g_autofree char *path = g_steal_pointer(&item->path);
    g_autoptr(GBytes) content = g_steal_pointer(&item->content);
    const CoexOriginal file = { path, content, item->as_voice };

    outbox->n_taking++;
    item->work = g_cancellable_new();
    coex_timer_start(&item->copying, SLOW_COPY_MS, on_slow_copy, item);
    coex_outgoing_take_async(outbox->account->outgoing, item->row->local_id, &file, item->work,
                             on_taken,
                             coex_ticket_new(outbox, item->row->local_id, item->row->person_id));
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

/* At the next login, if nobody hears it now. */
static void
put_too_late(CoexAccount *account, CoexBatch *batch, CoexPerson *person, const char *name,
             const char *caption)
{
    g_autofree char *line = dup_not_sent(
        name, "The account went offline before it was copied. Send it again.", caption);

    coex_account_put_notice(account, batch, person, line);
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

        put_too_late(account, batch, person, name, caption);
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
coex_outbox_item_take_header(CoexOutboxItem *item, const char *path, CoexMediaKind kind)
{
    CoexAccount *account = item->outbox->account;

    item->row->media = g_new0(CoexMedia, 1);
    item->row->media->kind = kind;
    item->row->media->name = g_filename_display_basename(path);
    if (account->state == COEX_ACCOUNT_ENDED) {
        CoexBatch *batch = coex_account_batch(account);

        put_too_late(account, batch, coex_outbox_item_person(item), get_name(item), NULL);
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
    if (item->row->state != COEX_OUTBOX_TAKING || item->row->media == NULL)
        return;
    forget_taking(item->outbox->account, item->row->local_id);
    if (item->to_fit != NULL)
        coex_outgoing_drop(item->outbox->account->outgoing, item->row->local_id);
    leave_aside(item);
}

void
coex_outbox_item_stop_taking(CoexOutboxItem *item, CoexBatch *batch)
{
    g_autofree char *key = dup_taking_key(item->row->local_id);

    if (item->row->state != COEX_OUTBOX_TAKING || item->row->media == NULL)
        return;
    if (item->work != NULL)
        g_cancellable_cancel(item->work);
    coex_account_note_setting(item->outbox->account, batch, key, NULL);
    put_too_late(item->outbox->account, batch, coex_outbox_item_person(item), get_name(item),
                 item->row->media->caption);
}
