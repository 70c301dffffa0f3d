// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What is told of people beside their messages: entries of the phone's address book (Meta:
 * webhooks/reference/smb_app_state_sync), wishes about marketing (user_preferences). For
 * core/webhook-value.c alone. */

typedef struct CoexEvent CoexEvent;
typedef struct CoexJsonAt CoexJsonAt;
typedef struct CoexWebhookPeople CoexWebhookPeople;

/* Reads an element of `state_sync` into @event, of kind COEX_EVENT_CONTACT_CHANGE: whom it is
 * about, what they are called from then on, and that nothing else is in it (keep_raw). One that
 * this version does not understand names nobody. */
void coex_webhook_book_read(const CoexJsonAt *at, CoexEvent *event);

/* Reads an element of `user_preferences` of somebody among @people: its line, and if it is about
 * marketing, into @event of kind COEX_EVENT_PREFERENCE. */
void coex_webhook_book_read_wish(const CoexJsonAt *at, const CoexWebhookPeople *people,
                                 CoexEvent *event);
