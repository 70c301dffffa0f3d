// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

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

/* A reaction to the message @wamid, in the place of one that is there; @emoji NULL: none any more
 * (Meta: messages/reaction-messages). */
CoexPayload *coex_payload_new_reaction(const char *wamid, const char *emoji);
