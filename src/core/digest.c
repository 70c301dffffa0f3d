// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/digest.h"

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
