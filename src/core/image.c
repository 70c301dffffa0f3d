// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/image.h"

#include <string.h>

static guint
read_be16(const guint8 *p)
{
    return (guint)p[0] << 8 | p[1];
}

static guint
read_be32(const guint8 *p)
{
    return read_be16(p) << 16 | read_be16(p + 2);
}

static guint
read_le16(const guint8 *p)
{
    return (guint)p[1] << 8 | p[0];
}

static guint
read_le24(const guint8 *p)
{
    return (guint)p[2] << 16 | read_le16(p);
}

/* PNG, 11.2.2: the first chunk. */
static gboolean
read_png(const guint8 *bytes, gsize length, CoexImage *image)
{
    static const guint8 start[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13 };

    if (length < 24 || memcmp(bytes, start, sizeof start) != 0 ||
        memcmp(bytes + 12, "IHDR", 4) != 0)
        return FALSE;
    image->type = "png";
    image->width = read_be32(bytes + 16);
    image->height = read_be32(bytes + 20);
    image->unusual = length > 24 && bytes[24] > 8;
    return TRUE;
}

/* ITU-T T.81, B.2.2: a start of frame, behind segments of any kind. */
static gboolean
is_frame(guint8 marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static gboolean
read_jpeg(const guint8 *bytes, gsize length, CoexImage *image)
{
    gsize at = 2;

    if (length < 4 || bytes[0] != 0xff || bytes[1] != 0xd8 || bytes[2] != 0xff)
        return FALSE;
    while (at + 9 <= length && bytes[at] == 0xff) {
        guint8 marker = bytes[at + 1];

        if (marker == 0xff) {
            at++;
            continue;
        }
        if (is_frame(marker)) {
            image->type = "jpeg";
            image->height = read_be16(bytes + at + 5);
            image->width = read_be16(bytes + at + 7);
            image->unusual = bytes[at + 4] != 8 || (at + 9 < length && bytes[at + 9] == 4);
            return TRUE;
        }
        if (marker == 0xda || marker == 0xd9)
            return FALSE;
        at += 2 + MAX(read_be16(bytes + at + 2), 2);
    }
    return FALSE;
}

/* WebP container specification: lossy, lossless, extended. */
static gboolean
read_webp(const guint8 *bytes, gsize length, CoexImage *image)
{
    if (length < 30 || memcmp(bytes, "RIFF", 4) != 0 || memcmp(bytes + 8, "WEBP", 4) != 0)
        return FALSE;
    image->type = "webp";
    if (memcmp(bytes + 12, "VP8X", 4) == 0) {
        image->animated = (bytes[20] & 0x02) != 0;
        image->width = read_le24(bytes + 24) + 1;
        image->height = read_le24(bytes + 27) + 1;
    } else if (memcmp(bytes + 12, "VP8L", 4) == 0 && bytes[20] == 0x2f) {
        image->width = (read_le16(bytes + 21) & 0x3fff) + 1;
        image->height = ((read_le24(bytes + 22) >> 6) & 0x3fff) + 1;
    } else if (memcmp(bytes + 12, "VP8 ", 4) == 0) {
        image->width = read_le16(bytes + 26) & 0x3fff;
        image->height = read_le16(bytes + 28) & 0x3fff;
    } else {
        return FALSE;
    }
    return TRUE;
}

gboolean
coex_image_read(const guint8 *bytes, gsize length, CoexImage *ret_image)
{
    *ret_image = (CoexImage){ 0 };
    return (read_png(bytes, length, ret_image) || read_jpeg(bytes, length, ret_image) ||
            read_webp(bytes, length, ret_image)) &&
           ret_image->width > 0 && ret_image->height > 0;
}
