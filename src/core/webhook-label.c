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

#define END "] "

/* ---- taking it off ---- */

#define FORWARDED N_("[forwarded]")
#define FORWARDED_OFTEN N_("[forwarded many times]")
/* Translators: a group's id */
#define GROUP N_("[in the group %s]")
/* Translators: a group's id, and who wrote */
#define GROUP_OF N_("[in the group %s, from %s]")
#define AD N_("[from an ad]")
/* Translators: this is a title */
#define AD_TITLE N_("[from an ad: “%s”]")
/* Translators: this is an address in the web */
#define AD_ADDRESS N_("[from an ad, %s]")
/* Translators: a title, and an address in the web */
#define AD_BOTH N_("[from an ad: “%s”, %s]")
#define POST N_("[from a post]")
/* Translators: this is a title */
#define POST_TITLE N_("[from a post: “%s”]")
/* Translators: this is an address in the web */
#define POST_ADDRESS N_("[from a post, %s]")
/* Translators: a title, and an address in the web */
#define POST_BOTH N_("[from a post: “%s”, %s]")
/* Translators: a product's number */
#define PRODUCT N_("[about the product %s]")

/* Each may be there once, in this order. */
static const char *const labels[][4] = {
    { GROUP },
    { FORWARDED, FORWARDED_OFTEN },
    { AD_TITLE, AD_ADDRESS, AD },
    { POST_TITLE, POST_ADDRESS, POST },
    { PRODUCT },
};
static const char *const machines[] = { COEX_BY_AGENT, COEX_BY_BOT };

#define BEGINNING_MIN 4 /* bytes: else it may begin what people write */

/* @text where it does not begin with it. One with something in it goes on to the next END. */
static const char *
skip_one(const char *text, const char *label)
{
    gsize length = strcspn(label, "%");
    const char *end;

    if (strncmp(text, label, length) != 0)
        return text;
    if (label[length] == '\0')
        return text[length] == ' ' ? text + length + 1 : text;
    end = length >= BEGINNING_MIN ? strstr(text + length, END) : NULL;
    return end != NULL ? end + strlen(END) : text;
}

/* As it is in the user's language now, or in English: the text may be older. */
static const char *
skip_both(const char *text, const char *label)
{
    const char *rest = skip_one(text, _(label));

    return rest != text ? rest : skip_one(text, label);
}

const char *
coex_webhook_label_skip(const char *text)
{
    const char *rest = text;

    for (guint i = 0; i < G_N_ELEMENTS(machines) && rest == text; i++)
        rest = g_str_has_prefix(text, machines[i]) ? text + strlen(machines[i]) : text;
    text = rest;
    for (guint i = 0; i < G_N_ELEMENTS(labels); i++) {
        for (guint n = 0; n < G_N_ELEMENTS(labels[i]) && labels[i][n] != NULL && rest == text; n++)
            rest = skip_both(text, labels[i][n]);
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

char *
coex_webhook_label_dup_forwarding(const CoexJsonAt *context)
{
    CoexJsonAt often = coex_json_member(context, "frequently_forwarded");
    CoexJsonAt once = coex_json_member(context, "forwarded");

    if (g_strcmp0(coex_json_text(&often), "true") == 0)
        return g_strconcat(_(FORWARDED_OFTEN), " ", NULL);
    return g_strcmp0(coex_json_text(&once), "true") == 0 ? g_strconcat(_(FORWARDED), " ", NULL)
                                                         : NULL;
}

/* From where a referral came; @title and @address may be "". */
static char *
dup_ad(gboolean is_post, const char *title, const char *address)
{
    if (*title != '\0' && *address != '\0')
        return coex_say(is_post ? _(POST_BOTH) : _(AD_BOTH), title, address);
    if (*title != '\0')
        return coex_say(is_post ? _(POST_TITLE) : _(AD_TITLE), title);
    if (*address != '\0')
        return coex_say(is_post ? _(POST_ADDRESS) : _(AD_ADDRESS), address);
    return g_strdup(is_post ? _(POST) : _(AD));
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
        g_autofree char *ad = dup_ad(g_strcmp0(type, "post") == 0, title, address);

        g_string_append_printf(subject, "%s ", ad);
    }
    if (coex_json_at_exists(&product)) {
        g_autofree char *name = dup_part(sku != NULL ? sku : _("not told which"), TITLE_MAX);

        g_string_append_printf(subject, _(PRODUCT), name);
        g_string_append_c(subject, ' ');
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
    g_autofree char *label = NULL;

    if (group_id == NULL)
        return NULL;
    group = dup_part(group_id, TITLE_MAX);
    writer = who != NULL ? dup_part(who, TITLE_MAX) : NULL;
    label = writer != NULL ? coex_say(_(GROUP_OF), group, writer) : coex_say(_(GROUP), group);
    return g_strconcat(label, " ", NULL);
}
