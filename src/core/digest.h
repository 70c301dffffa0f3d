// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* A SHA-256, which WhatsApp writes in base64 or in hex (Meta: webhooks/reference/messages/image,
 * webhooks/reference/history). */
typedef struct {
    guint8 bytes[32];
} CoexDigest;

/* One of bytes that come in pieces, by GnuTLS, which uses what the processor has for it: ten times
 * as fast as GLib's. */
typedef struct CoexHash CoexHash;
/* @key: the secret of an HMAC-SHA256, not empty; NULL: a plain SHA-256. */
CoexHash *coex_hash_new(const char *key);
void coex_hash_update(CoexHash *hash, const void *bytes, gsize length);
/* Of all that came; what comes after begins another. FALSE where memory lacks, or the machine's own
 * rules forbid it. */
gboolean coex_hash_finish(CoexHash *hash, CoexDigest *ret_digest);
void coex_hash_free(CoexHash *hash);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexHash, coex_hash_free)

/* FALSE for what is no such text; NULL is allowed. */
gboolean coex_digest_read(const char *text, CoexDigest *ret_digest);
/* In hex, lower case; free with g_free(). */
char *coex_digest_dup_hex(const CoexDigest *digest);
