// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What WhatsApp itself says of a person: a new number, a new BSUID. Hides the forms that this was
 * told in over the years (Meta: webhooks/reference/messages/system). For core/webhook-value.c
 * alone. */

typedef struct CoexJsonAt CoexJsonAt;
typedef struct CoexMessage CoexMessage;
typedef struct CoexWebhookAddress CoexWebhookAddress;

/* Reads the `system` object @at of a message @from somebody. A change is told of the person as
 * known before it, while @from holds the former addresses or already the new ones. Corrects
 * @address to whom it is about, and fills new_peer and number_gone of @message. */
void coex_webhook_system_read(const CoexJsonAt *at, const CoexWebhookAddress *from,
                              CoexWebhookAddress *address, CoexMessage *message);
