// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/account.h"
#include "core/api.h"
#include "core/catalogue.h"
#include "core/json.h"
#include "core/payload.h"
#include "core/template.h"
#include "send/queue.h"
#include <string.h>

char **
coex_outbox_row_read_values(const CoexOutboxRow *row)
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

char *
coex_outbox_row_read_wording(const CoexOutboxRow *row)
{
    g_autoptr(CoexJson) doc =
        coex_json_parse(row->template_values, strlen(row->template_values), NULL);
    CoexJsonAt root;

    if (doc == NULL)
        return NULL;
    root = coex_json_root(doc);
    return g_strdup(coex_json_member_text(&root, "wording"));
}

/* Whether the template still says what was agreed to. What was kept without its wording has it as
 * its text. */
static gboolean
says_the_same(const CoexOutboxRow *row, const CoexTemplate *template_, const char *const *values)
{
    g_autofree char *kept = coex_outbox_row_read_wording(row);
    g_autofree char *now = coex_template_dup_wording(template_, values);

    return g_strcmp0(kept != NULL ? kept : row->text, now) == 0;
}

static CoexRequest *
build_template(CoexOutboxItem *item, const CoexTemplate *template_, const char *const *values)
{
    guint n_cards = coex_template_count_cards(template_);
    g_autofree const CoexMedia **media = g_new0(const CoexMedia *, n_cards + 1);
    const GPtrArray *cards = coex_outbox_item_get_cards(item);

    media[0] = item->row->media;
    for (guint i = 0; i < cards->len; i++) {
        const CoexOutboxCard *card = cards->pdata[i];

        if (card->card < 0 || (guint)card->card >= n_cards)
            return NULL;
        media[card->card + 1] = card->media;
    }
    return coex_api_send_template(&item->outbox->account->endpoint,
                                  &coex_outbox_item_person(item)->peer, template_, values, media,
                                  item->row->local_id);
}

CoexRequest *
coex_outbox_item_build_request(CoexOutboxItem *item)
{
    CoexAccount *account = item->outbox->account;
    const CoexOutboxRow *row = item->row;
    const CoexPeer *to = &coex_outbox_item_person(item)->peer;
    const CoexTemplate *template_;
    g_auto(GStrv) values = NULL;

    if (row->payload != NULL)
        return coex_api_send_payload(&account->endpoint, to, row->payload, row->context,
                                     row->local_id);
    if (row->media != NULL && row->template_name == NULL)
        return coex_api_send_media(&account->endpoint, to, row->media, row->context, row->local_id);
    if (row->template_name == NULL)
        return coex_api_send_text(&account->endpoint, to, row->text, row->context, row->local_id);
    template_ =
        account->catalogue != NULL
            ? coex_catalogue_find(account->catalogue, row->template_name, row->template_language)
            : NULL;
    if (template_ == NULL || g_strcmp0(template_->language, row->template_language) != 0)
        return NULL;
    values = coex_outbox_row_read_values(row);
    if (!coex_template_takes(template_, (const char *const *)values))
        return NULL;
    if (!says_the_same(row, template_, (const char *const *)values))
        return NULL;
    return build_template(item, template_, (const char *const *)values);
}
