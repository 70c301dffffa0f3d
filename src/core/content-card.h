// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* Contact cards of a message as one file for an address book, vCard 3.0 (RFC 2426). Whatever
 * somebody wrote into a card stays text of its property. */

typedef struct CoexJsonAt CoexJsonAt;
typedef struct CoexMedia CoexMedia;

/* @cards: the array of a message (Meta: webhooks/reference/messages/contacts). The file's content
 * comes with it: coex_media_dup_content(). NULL where no card tells of an address. Free with
 * coex_media_free(). */
CoexMedia *coex_content_card_read(const CoexJsonAt *cards);
