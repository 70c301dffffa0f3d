// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/account.h"
#include "core/json.h"
#include "core/media.h"
#include "core/template.h"
#include "core/words.h"
#include "media/outgoing.h"
#include "send/queue.h"
#include <string.h>

/* The files of a carousel's cards. Each has a copy of its own, named after the item's file and its
 * card; what they are stands beside the template's values, {"values": […], "cards": [{"card": 0,
 * …}]}, so that it goes with these to wherever a template is sent again from. */

typedef struct {
    const char *mime, *sha256, *name;
    gint64 card, kind, size;
} Kept;

static const CoexJsonField fields[] = {
    { "card", COEX_JSON_INT, offsetof(Kept, card), COEX_JSON_REQUIRED },
    { "kind", COEX_JSON_INT, offsetof(Kept, kind), COEX_JSON_REQUIRED },
    { "mime", COEX_JSON_STRING, offsetof(Kept, mime), COEX_JSON_REQUIRED },
    { "sha256", COEX_JSON_STRING, offsetof(Kept, sha256), COEX_JSON_REQUIRED },
    { "size", COEX_JSON_INT, offsetof(Kept, size), COEX_JSON_REQUIRED },
    { "name", COEX_JSON_STRING, offsetof(Kept, name), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

static void
card_free(gpointer data)
{
    CoexOutboxCard *card = data;

    coex_media_free(card->media);
    g_free(card->path);
    g_free(card->done);
    g_free(card);
}

static GPtrArray *
read_cards(const CoexOutboxRow *row)
{
    GPtrArray *cards = g_ptr_array_new_with_free_func(card_free);
    g_autoptr(CoexJson) doc =
        row->template_values != NULL
            ? coex_json_parse(row->template_values, strlen(row->template_values), NULL)
            : NULL;
    CoexJsonAt root;
    CoexJsonAt list;

    if (doc == NULL)
        return cards;
    root = coex_json_root(doc);
    list = coex_json_member(&root, "cards");
    for (guint i = 0; i < coex_json_length(&list); i++) {
        CoexJsonAt at = coex_json_element(&list, i);
        Kept kept = { 0 };
        CoexOutboxCard *card;

        if (!coex_json_read(&at, fields, &kept, NULL))
            continue;
        card = g_new0(CoexOutboxCard, 1);
        card->card = (int)kept.card;
        card->media = g_new0(CoexMedia, 1);
        card->media->kind = (CoexMediaKind)kept.kind;
        card->media->mime = g_strdup(kept.mime);
        card->media->sha256 = g_strdup(kept.sha256);
        card->media->size = kept.size;
        card->media->name = g_strdup(kept.name);
        g_ptr_array_add(cards, card);
    }
    return cards;
}

const GPtrArray *
coex_outbox_item_get_cards(CoexOutboxItem *item)
{
    if (item->cards == NULL)
        item->cards = read_cards(item->row);
    return item->cards;
}

void
coex_outbox_item_set_cards(CoexOutboxItem *item, const CoexTemplate *template_,
                           const char *const *values)
{
    guint n_cards = coex_template_count_cards(template_);

    item->cards = g_ptr_array_new_with_free_func(card_free);
    for (guint i = 0; i < n_cards; i++) {
        int file = coex_template_find_file(template_, (int)i, values);
        CoexOutboxCard *card;

        if (file < 0)
            continue;
        card = g_new0(CoexOutboxCard, 1);
        card->card = (int)i;
        card->path = g_strdup(values[file]);
        card->media = g_new0(CoexMedia, 1);
        card->media->name = g_filename_display_basename(card->path);
        coex_template_shows_file(template_, (int)i, &card->media->kind);
        g_ptr_array_add(item->cards, card);
    }
}

static void
write_card(CoexJsonWriter *writer, const CoexOutboxCard *card)
{
    coex_json_writer_object(writer, NULL);
    coex_json_writer_int(writer, "card", card->card);
    coex_json_writer_int(writer, "kind", card->media->kind);
    coex_json_writer_string(writer, "mime", card->media->mime);
    coex_json_writer_string(writer, "sha256", card->media->sha256);
    coex_json_writer_int(writer, "size", card->media->size);
    coex_json_writer_string(writer, "name", card->media->name);
    coex_json_writer_end(writer);
}

char *
coex_outbox_write_values(const char *const *values, const char *wording, const GPtrArray *cards)
{
    CoexJsonWriter *writer = coex_json_writer_new();

    coex_json_writer_array(writer, "values");
    for (guint i = 0; values[i] != NULL; i++)
        coex_json_writer_string(writer, NULL, values[i]);
    coex_json_writer_end(writer);
    if (wording != NULL)
        coex_json_writer_string(writer, "wording", wording);
    if (cards != NULL && cards->len > 0)
        coex_json_writer_array(writer, "cards");
    for (guint i = 0; cards != NULL && i < cards->len; i++)
        write_card(writer, cards->pdata[i]);
    return coex_json_writer_finish(writer);
}

void
coex_outbox_item_put_values(CoexOutboxItem *item, const char *const *values, const char *wording)
{
    g_free(item->row->template_values);
    item->row->template_values = coex_outbox_write_values(values, wording, item->cards);
}

CoexOutboxCard *
coex_outbox_item_find_uncopied(const CoexOutboxItem *item)
{
    for (guint i = 0; item->cards != NULL && i < item->cards->len; i++) {
        CoexOutboxCard *card = item->cards->pdata[i];

        if (card->media->sha256 == NULL)
            return card;
    }
    return NULL;
}

gboolean
coex_outbox_item_has_files(const CoexOutboxItem *item)
{
    return item->row->media != NULL || (item->cards != NULL && item->cards->len > 0);
}

CoexMedia *
coex_outbox_item_get_media(const CoexOutboxItem *item)
{
    return item->card != NULL ? item->card->media : item->row->media;
}

/* ---- their copies ---- */

char *
coex_outbox_item_dup_copy_name(const char *file, const CoexOutboxCard *card)
{
    return card != NULL ? g_strdup_printf("%s.%d", file, card->card + 1) : g_strdup(file);
}

void
coex_outbox_item_drop_copies(CoexOutboxItem *item)
{
    const char *folder = item->outbox->account->outgoing;
    const GPtrArray *cards;

    if (item->row->file == NULL)
        return;
    cards = coex_outbox_item_get_cards(item);
    coex_outgoing_drop(folder, item->row->file);
    for (guint i = 0; i < cards->len; i++) {
        g_autofree char *name = coex_outbox_item_dup_copy_name(item->row->file, cards->pdata[i]);

        coex_outgoing_drop(folder, name);
    }
}

/* ---- what they are called ---- */

char *
coex_outbox_item_dup_file_words(const CoexOutboxItem *item, const char *name)
{
    if (item->card == NULL)
        return coex_say(_("“%s”"), name);
    /* Translators: a file's name, and the number of a template's card. */
    return coex_say(_("“%s” of card %d"), item->card->media->name, item->card->card + 1);
}

char *
coex_outbox_item_dup_card_names(const CoexOutboxItem *item)
{
    GString *names = g_string_new(NULL);

    for (guint i = 0; item->cards != NULL && i < item->cards->len; i++) {
        const CoexOutboxCard *card = item->cards->pdata[i];

        if (i > 0)
            g_string_append(names, ", ");
        coex_say_more(names, _("“%s”"), card->media->name);
    }
    return g_string_free(names, FALSE);
}
