// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/account.h"
#include "account/tell.h"
#include "core/backend.h"
#include "core/error.h"
#include "core/file-type.h"
#include "core/media.h"
#include "core/words.h"
#include "media/outgoing.h"
#include "send/queue.h"
#include "store/batch.h"
#include <string.h>

/* Files on their way out: a copy (taking.c) is uploaded when it is the file's turn, and sent by the
 * id that the provider gives, which serves for the same file again. */

#define UPLOADING_MAX 4
#define UPLOAD_KEPT_S (29 * 24 * 60 * 60) /* of 30 days (Meta: business-phone-numbers/media) */
#define UPLOAD_SETTING "upload "
#define TOLD_PARTS 50 /* of a file, in which its progress is told */

/* ---- who gave it ---- */

static void
tell_transfer(const CoexOutboxItem *item, CoexTransferState state, gint64 n_bytes)
{
    CoexSessionEvent *event;

    event = coex_account_event_new(item->outbox->account, COEX_SESSION_TRANSFER);
    event->transfer = item->transfer;
    event->state = state;
    event->step = (guint)n_bytes;
    event->n_steps = item->row->media != NULL ? (guint)item->row->media->size : 0;
    coex_account_tell(item->outbox->account, event);
}

void
coex_outbox_item_end_transfer(CoexOutboxItem *item, CoexTransferState state)
{
    if (item->transfer == 0 || (state == COEX_TRANSFER_KEPT && item->kept_told))
        return;
    tell_transfer(item, state, 0);
    item->kept_told = TRUE;
    if (state != COEX_TRANSFER_KEPT)
        item->transfer = 0;
}

static CoexOutboxItem *
find_transfer(CoexOutbox *outbox, guint transfer)
{
    GHashTableIter iter;
    gpointer item;

    g_hash_table_iter_init(&iter, outbox->by_id);
    while (g_hash_table_iter_next(&iter, NULL, &item)) {
        if (((CoexOutboxItem *)item)->transfer == transfer)
            return item;
    }
    return NULL;
}

/* The account has just ended: what becomes of it is told at the next login. What was being copied
 * has its line. */
static void
cancel_at_end(CoexOutboxItem *item)
{
    CoexOutbox *outbox = item->outbox;
    CoexPerson *person = coex_outbox_item_person(item);
    CoexBatch *batch;

    if (item->row->state == COEX_OUTBOX_TAKING)
        return;
    batch = coex_account_batch(outbox->account);
    if (coex_outbox_item_is_on_its_way(item)) {
        coex_outbox_item_put_record(item, batch,
                                    _("Not cancelled, since it was being sent already"));
    } else {
        coex_outbox_item_put_record(item, batch, _("Not sent, and discarded"));
        coex_outbox_item_discard(item);
    }
    coex_outbox_commit(outbox, batch, person);
}

void
coex_outbox_cancel_file(CoexOutbox *outbox, guint transfer)
{
    CoexOutboxItem *item = transfer != 0 ? find_transfer(outbox, transfer) : NULL;
    CoexPerson *person;
    CoexBatch *batch;

    if (item == NULL)
        return;
    if (outbox->account->state == COEX_ACCOUNT_ENDED) {
        cancel_at_end(item);
        return;
    }
    person = coex_outbox_item_person(item);
    if (coex_outbox_item_is_on_its_way(item)) {
        coex_account_tell_notice(outbox->account, person,
                                 _("Not cancelled, since it is being sent already: %s"),
                                 item->row->text);
        coex_outbox_item_end_transfer(item, COEX_TRANSFER_FAILED);
        return;
    }
    batch = coex_account_batch(outbox->account);
    if (item->row->shown || item->feeds)
        coex_outbox_item_put_record(item, batch, _("Not sent, and discarded"));
    else
        coex_account_tell_notice(outbox->account, person, _("Discarded: %s"), item->row->text);
    coex_outbox_item_discard(item);
    coex_outbox_commit(outbox, batch, person);
    coex_outbox_take_next(outbox);
}

/* ---- ids of what was uploaded: settings "upload SHA-256 TYPE", "PROVIDER ID SECONDS" ---- */

static char *
dup_key(const CoexMedia *media)
{
    return g_strdup_printf(UPLOAD_SETTING "%s %s", media->sha256, media->mime);
}

static char *
dup_upload_id(CoexAccount *account, const CoexMedia *media)
{
    g_autofree char *key = dup_key(media);
    const char *kept = coex_account_get_setting(account, key);
    g_auto(GStrv) words = g_strsplit(kept != NULL ? kept : "", " ", 3);
    gint64 age;

    if (g_strv_length(words) != 3 || strcmp(words[0], account->endpoint.backend->id) != 0)
        return NULL;
    age = coex_account_now(account) - g_ascii_strtoll(words[2], NULL, 10);
    return age < UPLOAD_KEPT_S ? g_strdup(words[1]) : NULL;
}

static void
keep_upload_id(CoexAccount *account, const CoexMedia *media, const char *id)
{
    g_autofree char *key = dup_key(media);
    g_autofree char *value = g_strdup_printf(
        "%s %s %" G_GINT64_FORMAT, account->endpoint.backend->id, id, coex_account_now(account));

    coex_account_put_setting(account, key, value);
}

void
coex_outbox_forget_upload(CoexOutbox *outbox, const CoexMedia *media)
{
    g_autofree char *key = dup_key(media);

    coex_account_put_setting(outbox->account, key, NULL);
}

static void
forget_old_uploads(CoexAccount *account)
{
    g_autoptr(GList) keys = g_hash_table_get_keys(account->settings);

    for (GList *link = keys; link != NULL; link = link->next) {
        const char *value = g_hash_table_lookup(account->settings, link->data);
        const char *time = strrchr(value, ' ');
        g_autofree char *key = g_strdup(link->data);

        if (g_str_has_prefix(key, UPLOAD_SETTING) &&
            (time == NULL ||
             g_ascii_strtoll(time, NULL, 10) < coex_account_now(account) - UPLOAD_KEPT_S))
            coex_account_put_setting(account, key, NULL);
    }
}

void
coex_outbox_clear_files(CoexOutbox *outbox)
{
    g_autoptr(GHashTable) kept = g_hash_table_new(g_str_hash, g_str_equal);
    GHashTableIter iter;
    gpointer item;

    g_hash_table_iter_init(&iter, outbox->by_id);
    while (g_hash_table_iter_next(&iter, NULL, &item)) {
        const CoexOutboxRow *row = ((CoexOutboxItem *)item)->row;

        if (row->file != NULL)
            g_hash_table_add(kept, row->file);
        if (row->state == COEX_OUTBOX_TAKING)
            g_hash_table_add(kept, row->local_id);
    }
    coex_outgoing_clear(outbox->account->outgoing, kept);
    coex_outbox_tell_lost_files(outbox);
    forget_old_uploads(outbox->account);
}

static gboolean
has_id(CoexOutbox *outbox, CoexMedia *media)
{
    g_free(media->id);
    media->id = dup_upload_id(outbox->account, media);
    return media->id != NULL;
}

gboolean
coex_outbox_item_is_ready(CoexOutboxItem *item)
{
    const GPtrArray *cards = coex_outbox_item_get_cards(item);

    item->card = NULL;
    if (item->row->media != NULL && !has_id(item->outbox, item->row->media))
        return FALSE;
    for (guint i = 0; i < cards->len; i++) {
        item->card = cards->pdata[i];
        if (!has_id(item->outbox, item->card->media))
            return FALSE;
    }
    item->card = NULL;
    return TRUE;
}

/* ---- uploading ---- */

static void
on_wrote(gpointer user_data, gsize n_bytes)
{
    CoexOutboxItem *item = coex_ticket_get_item(user_data);
    gint64 size;

    if (item == NULL || item->transfer == 0 || item->kept_told)
        return;
    size = item->row->media->size;
    item->n_uploaded = MIN(item->n_uploaded + (gint64)n_bytes, size);
    if (item->n_uploaded - item->n_told < size / TOLD_PARTS)
        return;
    item->n_told = item->n_uploaded;
    tell_transfer(item, COEX_TRANSFER_RUNS, item->n_uploaded);
}

/* Meta answers so to a type that it does not take. */
#define INVALID_PARAMETER 100

static void
refuse_upload(CoexOutboxItem *item, const GError *error, gint64 wait_s)
{
    const char *note = coex_file_type_get_note(coex_outbox_item_get_media(item));
    g_autofree char *words = coex_outbox_item_dup_file_words(item, "");
    g_autofree char *why = NULL;

    if (note != NULL && coex_error_get_graph_code(error) == INVALID_PARAMETER) {
        why = coex_say(_("WhatsApp does not take this type of file. %s"), note);
        coex_outbox_item_fail(item, why, COEX_GRAPH_FILE_REFUSED);
    } else if (item->card != NULL) {
        g_autofree char *which = coex_say(_("This is about the file %s."), words);
        g_autoptr(GError) of_card = g_error_copy(error);

        g_prefix_error(&of_card, "%s ", which);
        coex_outbox_item_refuse(item, of_card, wait_s * 1000);
    } else {
        coex_outbox_item_refuse(item, error, wait_s * 1000);
    }
}

/* The next one that is uploaded waits for nothing that befell this one. */
static void
note_uploaded(CoexOutboxItem *item, const char *id)
{
    keep_upload_id(item->outbox->account, coex_outbox_item_get_media(item), id);
    item->n_uploads = 0;
    if (item->card != NULL)
        item->card->id_is_new = TRUE;
    else
        item->id_is_new = TRUE;
}

static void
on_uploaded(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(CoexTicket) ticket = user_data;
    CoexAccount *account = ticket->account;
    CoexOutboxItem *item = coex_ticket_get_item(ticket);
    g_autoptr(GError) error = NULL;
    gint64 wait_s = 0;
    g_autofree char *id = coex_outgoing_upload_finish(result, &wait_s, &error);

    account->outbox->n_uploading--;
    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    if (item != NULL)
        g_clear_object(&item->work);
    if (item != NULL && id != NULL)
        note_uploaded(item, id);
    else if (item != NULL && item->row->state == COEX_OUTBOX_QUEUED)
        refuse_upload(item, error, wait_s);
    coex_outbox_pump(account->outbox);
}

void
coex_outbox_item_upload(CoexOutboxItem *item)
{
    CoexOutbox *outbox = item->outbox;
    g_autofree char *name = coex_outbox_item_dup_copy_name(item->row->file, item->card);
    const CoexOutgoing what = { name, coex_outbox_item_get_media(item)->mime, on_wrote };

    if (item->row->file == NULL) {
        coex_outbox_item_fail(
            item,
            item->card != NULL
                ? _("The files of its cards are not kept here any more. Send it anew.")
                : _("The file is not kept here any more. Send it anew."),
            COEX_GRAPH_FILE_REFUSED);
        return;
    }
    if (outbox->n_uploading >= UPLOADING_MAX)
        return;
    outbox->n_uploading++;
    item->n_uploads++;
    item->n_uploaded = 0;
    item->n_told = 0;
    item->work = g_cancellable_new();
    coex_outgoing_upload_async(outbox->account, &outbox->http, &what, item->work, on_uploaded,
                               coex_ticket_new(outbox, item->row->local_id, item->row->person_id));
}

gboolean
coex_outbox_item_renew_upload(CoexOutboxItem *item, const GError *error)
{
    const GPtrArray *cards = coex_outbox_item_get_cards(item);
    gboolean renews = FALSE;

    if (item->row->file == NULL || item->row->state != COEX_OUTBOX_SENDING ||
        !coex_graph_code_is_of_file(coex_error_get_graph_code(error)))
        return FALSE;
    if (item->row->media != NULL && !item->id_is_new) {
        coex_outbox_forget_upload(item->outbox, item->row->media);
        renews = TRUE;
    }
    for (guint i = 0; i < cards->len; i++) {
        const CoexOutboxCard *card = cards->pdata[i];

        if (card->id_is_new)
            continue;
        coex_outbox_forget_upload(item->outbox, card->media);
        renews = TRUE;
    }
    return renews;
}
