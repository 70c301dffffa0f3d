// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/webhook-label.h"

#include "core/account-event.h"
#include "core/json.h"
#include "core/message.h"
#include "core/text.h"
#include "core/words.h"
#include <glib.h>
#include <string.h>

#define TITLE_MAX 80 /* characters of what an ad, a product or a group is called */
#define URL_MAX 200
#define CLICK_MAX 500

#define FORWARDED "[forwarded] "
#define FORWARDED_OFTEN "[forwarded many times] "
#define END "] "

/* ---- taking it off ---- */

/* Each may be there once, in this order. One that does not end goes on to the next END. */
static const char *const labels[][4] = {
    { COEX_BY_AGENT, COEX_BY_BOT },
    { N_("[in the group ") },
    { FORWARDED, FORWARDED_OFTEN },
    { N_("[from an ad: “"), N_("[from an ad, "), N_("[from an ad] ") },
    { N_("[from a post: “"), N_("[from a post, "), N_("[from a post] ") },
    { N_("[about the product ") },
};

/* @text where it does not begin with it. */
static const char *
skip_one(const char *text, const char *label)
{
    const char *end;

    if (!g_str_has_prefix(text, label))
        return text;
    if (g_str_has_suffix(label, END))
        return text + strlen(label);
    end = strstr(text + strlen(label), END);
    return end != NULL ? end + strlen(END) : text;
}

const char *
coex_webhook_label_skip(const char *text)
{
    for (guint i = 0; i < G_N_ELEMENTS(labels); i++) {
        const char *rest = text;

        for (guint n = 0; n < G_N_ELEMENTS(labels[i]) && labels[i][n] != NULL && rest == text; n++)
            rest = skip_one(text, labels[i][n]);
        text = rest;
    }
    return text;
}

/* ---- putting it there ---- */

/* What somebody wrote, within a label: on one line, and it does not end the label. */
static char *
dup_part(const char *written, guint max_chars)
{
    g_autofree char *line =
        coex_account_event_flatten(coex_text_excerpt(written != NULL ? written : "", max_chars));
    GString *part = g_string_new(line);

    g_string_replace(part, END, ") ", 0);
    return g_string_free(part, FALSE);
}

const char *
coex_webhook_label_get_forwarding(const CoexJsonAt *context)
{
    CoexJsonAt often = coex_json_member(context, "frequently_forwarded");
    CoexJsonAt once = coex_json_member(context, "forwarded");

    if (g_strcmp0(coex_json_text(&often), "true") == 0)
        return FORWARDED_OFTEN;
    return g_strcmp0(coex_json_text(&once), "true") == 0 ? FORWARDED : NULL;
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
        g_autofree char *title = dup_part(headline, TITLE_MAX);
        g_autofree char *address = dup_part(url, URL_MAX);

        g_string_append_printf(subject, "[from %s%s%s%s%s%s] ",
                               g_strcmp0(type, "post") == 0 ? "a post" : _("an ad"),
                               *title != '\0' ? ": “" : "", title, *title != '\0' ? "”" : "",
                               *address != '\0' ? ", " : "", address);
    }
    if (coex_json_at_exists(&product)) {
        g_autofree char *name = dup_part(sku != NULL ? sku : _("not told which"), TITLE_MAX);

        g_string_append_printf(subject, _("[about the product %s] "), name);
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
    g_autofree char *writer = NULL;

    if (group_id == NULL)
        return NULL;
    group = dup_part(group_id, TITLE_MAX);
    writer = who != NULL ? dup_part(who, TITLE_MAX) : NULL;
    return g_strdup_printf(_("[in the group %s%s%s] "), group, writer != NULL ? ", from " : "",
                           writer != NULL ? writer : "");
}
