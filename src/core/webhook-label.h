// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What stands in brackets before the words of a message: how and from where they came (Meta:
 * webhooks/reference/messages). */

typedef struct CoexJsonAt CoexJsonAt;

/* The words of @text without what stands before them, from a machine's mark (core/message.h) to an
 * ad; within @text. */
const char *coex_webhook_label_skip(const char *text);

/* Of a message's `context`, that it was forwarded; NULL: it was not, as far as is told. Free with
 * g_free(). */
char *coex_webhook_label_dup_forwarding(const CoexJsonAt *context);

/* The ad or post, and the product, that a customer's message is about; NULL: none told. Free with
 * g_free(). */
char *coex_webhook_label_dup_subject(const CoexJsonAt *context, const CoexJsonAt *referral);

/* Which click on an ad it was (`ctwa_clid`), on one line; NULL: none told. Free with g_free(). */
char *coex_webhook_label_dup_click(const CoexJsonAt *referral);

/* The group, and @who wrote, NULL: not known; NULL for no group. Free with g_free(). */
char *coex_webhook_label_dup_group(const char *group_id, const char *who);
