// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/account.h"
#include "account/people.h"
#include "account/tell.h"
#include "core/media.h"
#include "core/words.h"
#include "send/queue.h"
#include "store/batch.h"
#include <string.h>

/* Files that were not taken in: why, and what is kept so that it is told after a crash, too. */

/* @caption stands nowhere else; NULL: none. Free with g_free(). */
static char *
dup_not_sent(const char *words, const char *why, const char *caption)
{
    return caption != NULL
               /* Translators: a quoted name of a file, and a sentence that says why. */
               ? coex_say(_("Not sent: the file %s. %s Its text: “%s”"), words, why, caption)
               : coex_say(_("Not sent: the file %s. %s"), words, why);
}

/* The same of a carousel that was not complete yet. */
static char *
dup_cards_not_sent(const char *names, const char *why)
{
    return coex_say(_("Not sent: the template with the files %s. %s"), names, why);
}

/* ---- what is being copied, for who ends in between: settings "taking LOCAL-ID", "PERSON NAME",
 * "PERSON NAME/CAPTION" or, of cards, "PERSON /NAMES" ---- */

#define TAKING_SETTING "taking "

/* The file's own name; of a template the text is another. */
const char *
coex_outbox_item_get_file_name(const CoexOutboxItem *item)
{
    const CoexMedia *media = coex_outbox_item_get_media(item);

    return item->row->template_name != NULL && media != NULL ? media->name : item->row->text;
}

static char *
dup_taking_key(const char *local_id)
{
    return g_strconcat(TAKING_SETTING, local_id, NULL);
}

void
coex_outbox_forget_taking(CoexAccount *account, const char *local_id)
{
    g_autofree char *key = dup_taking_key(local_id);

    coex_account_put_setting(account, key, NULL);
}

void
coex_outbox_item_note_taking(const CoexOutboxItem *item, CoexBatch *batch)
{
    const CoexMedia *own = item->row->media;
    g_autofree char *names = own == NULL ? coex_outbox_item_dup_card_names(item) : NULL;
    const char *behind = own != NULL ? own->caption : names;
    g_autofree char *key = dup_taking_key(item->row->local_id);
    g_autofree char *value =
        g_strdup_printf("%" G_GINT64_FORMAT " %s%s%s", item->row->person_id,
                        own != NULL ? coex_outbox_item_get_file_name(item) : "",
                        behind != NULL ? "/" : "", behind != NULL ? behind : "");

    coex_account_note_setting(item->outbox->account, batch, key, value);
}

/* What is to be said of it; NULL: nothing. @item: the file waits to leave all the same, and the
 * words that it does not take may not. Free with g_free(). */
static char *
dup_lost(const CoexOutboxItem *item, const char *name, const char *caption)
{
    g_autofree char *words = coex_say(_("“%s”"), name);

    if (item == NULL && *name == '\0' && caption != NULL)
        return dup_cards_not_sent(
            caption, _("The program ended before all of them were copied. Send it again."));
    if (item == NULL)
        return dup_not_sent(words, _("The program ended before it was copied. Send it again."),
                            caption);
    if (caption == NULL || item->row->media == NULL || coex_media_takes_caption(item->row->media))
        return NULL;
    return coex_say(_("The program ended when the text beside the file “%s” was about to be "
                      "sent. Look whether it was: “%s”"),
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
        coex_outbox_forget_taking(account, id);
    }
}

/* ---- taking it in ---- */

void
coex_outbox_item_tell_not_taken(CoexOutboxItem *item, const char *why)
{
    g_autofree char *words =
        coex_outbox_item_dup_file_words(item, coex_outbox_item_get_file_name(item));
    g_autofree char *line =
        dup_not_sent(words, why, item->row->media != NULL ? item->row->media->caption : NULL);

    coex_account_tell_notice(item->outbox->account, coex_outbox_item_person(item), "%s", line);
}

/* At the next login, if nobody hears it now. */
void
coex_outbox_put_too_late(CoexAccount *account, CoexBatch *batch, CoexPerson *person,
                         const char *name, const char *caption)
{
    g_autofree char *words = coex_say(_("“%s”"), name);
    g_autofree char *line = dup_not_sent(
        words, _("The account went offline before it was copied. Send it again."), caption);

    coex_account_put_notice(account, batch, person, line);
}

void
coex_outbox_item_put_too_late(CoexOutboxItem *item, CoexBatch *batch)
{
    CoexAccount *account = item->outbox->account;
    CoexPerson *person = coex_outbox_item_person(item);
    g_autofree char *names = coex_outbox_item_dup_card_names(item);
    g_autofree char *line = dup_cards_not_sent(
        names, _("The account went offline before all of them were copied. Send it again."));

    if (item->row->media == NULL)
        coex_account_put_notice(account, batch, person, line);
    else
        coex_outbox_put_too_late(account, batch, person, coex_outbox_item_get_file_name(item),
                                 item->row->media->caption);
}

void
coex_outbox_item_stop_taking(CoexOutboxItem *item, CoexBatch *batch)
{
    g_autofree char *key = dup_taking_key(item->row->local_id);

    if (item->row->state != COEX_OUTBOX_TAKING || !coex_outbox_item_has_files(item))
        return;
    if (item->work != NULL)
        g_cancellable_cancel(item->work);
    coex_account_note_setting(item->outbox->account, batch, key, NULL);
    coex_outbox_item_put_too_late(item, batch);
}
