// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What a webhook delivery tells. Hides the envelopes of both providers, and that almost every field
 * in them may be missing or of a wrong type. */

/* Every entry, change, message and status of a delivery, in order. Accepts Meta's envelope,
 * 360dialog's partner envelope and a bare value (360dialog: messaging/webhook). Array of CoexEvent
 * (owned by the array); never fails for an unknown field or type, only when the body is no JSON
 * within the limits or has no value at all: NULL, COEX_ERROR_PROTOCOL. Messages that came with
 * the field `history` are COEX_EVENT_PAST, never new. Not for the main thread. */
GPtrArray *coex_webhook_parse(const char *bytes, gsize length, GError **error);
