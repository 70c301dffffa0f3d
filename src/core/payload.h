// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/media.h"
#include "core/message.h"

/* What is sent beside texts, templates and files: the object that WhatsApp takes under the name of
 * its type (Meta: messages/location-messages and its neighbours), kept as it will leave. Hides
 * those objects' shapes. */

typedef struct CoexPayload {
    CoexContentKind kind;
    char *type; /* WhatsApp's name of it: "location" */
    char *json; /* an object with one member, of that name */
} CoexPayload;

/* Whether it is a mark on another message and none itself: it goes now or never. FALSE for NULL. */
gboolean coex_payload_is_mark(const CoexPayload *payload);

/* As it was kept; copies. Free with coex_payload_free(). */
CoexPayload *coex_payload_new(CoexContentKind kind, const char *type, const char *json);
/* @payload: NULL gives NULL. */
CoexPayload *coex_payload_copy(const CoexPayload *payload);
void coex_payload_free(CoexPayload *payload);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexPayload, coex_payload_free)

/* The same as a message says it. Free with coex_message_unref(). */
CoexMessage *coex_payload_make_message(const CoexPayload *payload);
/* The words for it that every host can show. Free with g_free(). */
char *coex_payload_dup_line(const CoexPayload *payload);

/* A reaction to the message @wamid, in the place of one that is there; @emoji NULL: none any more
 * (Meta: messages/reaction-messages). */
CoexPayload *coex_payload_new_reaction(const char *wamid, const char *emoji);
/* What it is called until it has been taken: @words are of the message it is on. Free with
 * g_free().
 */
char *coex_payload_dup_mark(const char *emoji, const char *words);
/* A place; the degrees as they are to be written, @name and @address NULL: without (Meta:
 * messages/location-messages). */
CoexPayload *coex_payload_new_location(const char *latitude, const char *longitude,
                                       const char *name, const char *address);
/* Somebody's name and number, digits; @known: it is on WhatsApp (Meta: messages/contacts-messages).
 */
CoexPayload *coex_payload_new_contact(const char *name, const char *number, gboolean known);

/* A file that WhatsApp fetches itself from its public address @url (Meta: messages/send-messages);
 * @name, of a document, and @caption NULL: without. @speaks: of audio, it is a voice message (Meta:
 * messages/audio-messages). */
CoexPayload *coex_payload_new_linked(CoexMediaKind kind, const char *url, const char *name,
                                     const char *caption, gboolean speaks);

/* ---- choices: within these bounds, in characters, and all titles different ---- */

#define COEX_PAYLOAD_BUTTONS_MAX 3
#define COEX_PAYLOAD_BUTTON_MAX 20
#define COEX_PAYLOAD_BUTTONS_TEXT_MAX 1024
#define COEX_PAYLOAD_ROWS_MAX 10
#define COEX_PAYLOAD_ROW_MAX 24
#define COEX_PAYLOAD_DESCRIPTION_MAX 72
#define COEX_PAYLOAD_LIST_TEXT_MAX 4096

/* The first of @parts (char *) above the others as buttons (Meta:
 * messages/interactive-reply-buttons-messages). */
CoexPayload *coex_payload_new_buttons(const GPtrArray *parts);
/* A text above one button that opens @url (Meta: messages/interactive-cta-url-messages). */
CoexPayload *coex_payload_new_link(const char *text, const char *label, const char *url);
/* A text above a button by which they send a place (Meta: messages/location-request-messages). */
CoexPayload *coex_payload_new_place_question(const char *text);

typedef struct {
    char *section; /* a heading; NULL: a choice */
    char *title;
    char *description; /* NULL */
} CoexPayloadRow;

/* Choices behind a button @label (Meta: messages/interactive-list-messages); each heading has some
 * below it. @rows: CoexPayloadRow. */
CoexPayload *coex_payload_new_list(const char *text, const char *label, const GArray *rows);
