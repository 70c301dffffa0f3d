// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* A SHA-256, which WhatsApp writes in base64 or in hex (Meta: webhooks/reference/messages/image,
 * webhooks/reference/history). */
typedef struct {
    guint8 bytes[32];
} CoexDigest;

/* FALSE for what is no such text; NULL is allowed. */
gboolean coex_digest_read(const char *text, CoexDigest *ret_digest);
