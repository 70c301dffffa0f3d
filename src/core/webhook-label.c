// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/webhook-label.h"

#include "core/account-event.h"
#include "core/json.h"
#include "core/text.h"
#include <glib.h>

#define TITLE_MAX 80 /* characters of what an ad, a product or a group is called */
#define URL_MAX 200
#define CLICK_MAX 500

const char *
coex_webhook_label_get_forwarding(const CoexJsonAt *context)
{
    CoexJsonAt often = coex_json_member(context, "frequently_forwarded");
    CoexJsonAt once = coex_json_member(context, "forwarded");

    if (g_strcmp0(coex_json_text(&often), "true") == 0)
        return "[forwarded many times] ";
    return g_strcmp0(coex_json_text(&once), "true") == 0 ? "[forwarded] " : NULL;
}

char *
coex_webhook_label_dup_subject(const CoexJsonAt *context, const CoexJsonAt *referral)
{
    CoexJsonAt product = coex_json_member(context, "referred_product");
    const char *sku = coex_json_member_text(&product, "product_retailer_id");
    const char *headline = coex_json_member_text(referral, "headline");
    const char *url = coex_json_member_text(referral, "source_url");
    const char *type = coex_json_member_text(referral, "source_type");
    GString *subject = g_string_new(NULL);

    if (headline == NULL || *headline == '\0')
        headline = coex_json_member_text(referral, "body");
    if (coex_json_at_exists(referral)) {
        g_autofree char *title = coex_text_excerpt(headline != NULL ? headline : "", TITLE_MAX);
        g_autofree char *address = coex_text_excerpt(url != NULL ? url : "", URL_MAX);

        g_string_append_printf(subject, "[from %s%s%s%s%s%s] ",
                               g_strcmp0(type, "post") == 0 ? "a post" : "an ad",
                               *title != '\0' ? ": “" : "", title, *title != '\0' ? "”" : "",
                               *address != '\0' ? ", " : "", address);
    }
    if (coex_json_at_exists(&product)) {
        g_autofree char *name = coex_text_excerpt(sku != NULL ? sku : "not told which", TITLE_MAX);

        g_string_append_printf(subject, "[about the product %s] ", name);
    }
    if (subject->len == 0) {
        g_string_free(subject, TRUE);
        return NULL;
    }
    return coex_account_event_flatten(g_string_free(subject, FALSE));
}

char *
coex_webhook_label_dup_click(const CoexJsonAt *referral)
{
    const char *click = coex_json_member_text(referral, "ctwa_clid");

    return click != NULL && *click != '\0' ? coex_text_excerpt(click, CLICK_MAX) : NULL;
}

char *
coex_webhook_label_dup_group(const char *group_id, const char *who)
{
    g_autofree char *group = NULL;

    if (group_id == NULL)
        return NULL;
    group = coex_text_excerpt(group_id, TITLE_MAX);
    return coex_account_event_flatten(g_strdup_printf(
        "[in the group %s%s%s] ", group, who != NULL ? ", from " : "", who != NULL ? who : ""));
}
