// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The people of one `value` of a webhook delivery: its `contacts[]`, and whom each message, echo or
 * status names. Hides that one person's number may be written in two forms in one delivery, the
 * one in `from` and the other in `contacts[].wa_id` (Meta: webhooks/reference/messages). For
 * core/webhook-value.c alone. */

typedef struct CoexJsonAt CoexJsonAt;
typedef struct CoexPeer CoexPeer;

/* Who an element names, as it names them; strings borrow the document. */
typedef struct CoexWebhookAddress {
    const char *number;
    const char *user_id;
    const char *parent_user_id;
} CoexWebhookAddress;

typedef struct CoexWebhookPeople CoexWebhookPeople;

/* Of the value @object, which must outlive it. @own_number: the business's digits, NULL. */
CoexWebhookPeople *coex_webhook_people_new(const CoexJsonAt *object, const char *own_number);
void coex_webhook_people_free(CoexWebhookPeople *people);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexWebhookPeople, coex_webhook_people_free)

/* Whom @address could be is judged among those that the elements of @list name with the members
 * @keys, number and BSUID, of an echo's `message` too; both NULL: nobody. Elements from the own
 * number name whom they went to. */
void coex_webhook_people_enter(CoexWebhookPeople *people, const CoexJsonAt *list,
                               const char *const keys[2]);

/* Fills the peer and the name (NULL if not told) of @address. With @exact only from an entry that
 * names the very same address. */
void coex_webhook_people_read(const CoexWebhookPeople *people, const CoexWebhookAddress *address,
                              gboolean exact, CoexPeer *ret_peer, char **ret_name);

/* For lines: "Nora Field (+12025550147)". Never NULL. Free with g_free(). */
char *coex_webhook_people_dup_display(const CoexWebhookPeople *people,
                                      const CoexWebhookAddress *address);

/* Whom a message in the shape of a send request (@sent) went to (Meta: messages/send-messages). */
void coex_webhook_address_of_sent(const CoexJsonAt *sent, CoexWebhookAddress *ret_address);

/* Whether @number is the business itself, in whichever form. */
gboolean coex_webhook_people_is_own(const CoexWebhookPeople *people, const char *number);
