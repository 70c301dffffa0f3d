// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/digest.h"

#include <gnutls/crypto.h>
#include <string.h>

#define HEX_LENGTH 64
#define BASE64_LENGTH 44

static gboolean
read_hex(const char *text, CoexDigest *ret_digest)
{
    for (guint i = 0; i < sizeof ret_digest->bytes; i++) {
        int high = g_ascii_xdigit_value(text[2 * i]);
        int low = g_ascii_xdigit_value(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return FALSE;
        ret_digest->bytes[i] = (guint8)(high * 16 + low);
    }
    return TRUE;
}

static gboolean
read_base64(const char *text, CoexDigest *ret_digest)
{
    g_autofree char *plain = g_strdelimit(g_strdelimit(g_strdup(text), "-", '+'), "_", '/');
    gsize length = 0;
    g_autofree guchar *bytes = g_base64_decode(plain, &length);

    if (length != sizeof ret_digest->bytes)
        return FALSE;
    memcpy(ret_digest->bytes, bytes, length);
    return TRUE;
}

gboolean
coex_digest_read(const char *text, CoexDigest *ret_digest)
{
    if (text == NULL)
        return FALSE;
    if (strlen(text) == HEX_LENGTH)
        return read_hex(text, ret_digest);
    return strlen(text) == BASE64_LENGTH && read_base64(text, ret_digest);
}

char *
coex_digest_dup_hex(const CoexDigest *digest)
{
    char *hex = g_malloc(HEX_LENGTH + 1);

    for (guint i = 0; i < sizeof digest->bytes; i++)
        g_snprintf(hex + 2 * i, 3, "%02x", digest->bytes[i]);
    return hex;
}

/* ---- bytes in pieces ---- */

struct CoexHash {
    gnutls_hash_hd_t plain; /* or */
    gnutls_hmac_hd_t keyed; /* NULL */
    gboolean broken;        /* the machine's rules forbid it, or memory lacks */
};

static void
note(CoexHash *hash, int code)
{
    hash->broken |= code < 0;
}

CoexHash *
coex_hash_new(const char *key)
{
    CoexHash *hash = g_new0(CoexHash, 1);

    if (key != NULL)
        note(hash, gnutls_hmac_init(&hash->keyed, GNUTLS_MAC_SHA256, key, strlen(key)));
    else
        note(hash, gnutls_hash_init(&hash->plain, GNUTLS_DIG_SHA256));
    return hash;
}

void
coex_hash_update(CoexHash *hash, const void *bytes, gsize length)
{
    if (length == 0 || hash->broken)
        return;
    if (hash->keyed != NULL)
        note(hash, gnutls_hmac(hash->keyed, bytes, length));
    else
        note(hash, gnutls_hash(hash->plain, bytes, length));
}

gboolean
coex_hash_finish(CoexHash *hash, CoexDigest *ret_digest)
{
    if (hash->broken)
        return FALSE;
    if (hash->keyed != NULL)
        gnutls_hmac_output(hash->keyed, ret_digest->bytes);
    else
        gnutls_hash_output(hash->plain, ret_digest->bytes);
    return TRUE;
}

void
coex_hash_free(CoexHash *hash)
{
    if (hash == NULL)
        return;
    if (hash->keyed != NULL)
        gnutls_hmac_deinit(hash->keyed, NULL);
    if (hash->plain != NULL)
        gnutls_hash_deinit(hash->plain, NULL);
    g_free(hash);
}
