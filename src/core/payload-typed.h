// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What is typed for it. NULL and COEX_ERROR_INVALID_INPUT, with the remedy, for what WhatsApp would
 * not take (Meta: messages/location-messages, location-request-messages,
 * interactive-reply-buttons-messages, interactive-cta-url-messages, interactive-list-messages,
 * send-messages).
 * Free with coex_payload_free(). */

typedef struct CoexPayload CoexPayload;

/* Whether @words begin with an address in the web, or with what kind of file is there. */
gboolean coex_payload_is_linked(const char *words);
/* "https://… Caption", a document, or "image https://… Caption". @waiting: the words that go
 * beside it where none are typed, taken then; NULL: none. */
CoexPayload *coex_payload_parse_linked(const char *words, char **waiting, GError **error);

/* "https://…", a voice message. */
CoexPayload *coex_payload_parse_voice(const char *words, GError **error);

/* "52.5317, 13.3818 Name | Address": name and address may be left out; "ask Question" asks for
 * theirs. */
CoexPayload *coex_payload_parse_location(const char *words, GError **error);
/* "Text | a | b | c", or "Text | Label https://…", a button with a link. */
CoexPayload *coex_payload_parse_buttons(const char *words, GError **error);
/* "Text | Label | row | row: what it is | # Section | row". */
CoexPayload *coex_payload_parse_list(const char *words, GError **error);
