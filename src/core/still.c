// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/still.h"

#include "core/image.h"
#include <string.h>

typedef struct {
    const guint8 *at;
    gsize length;
    gboolean big_endian;
} Bytes;

/* 0 beyond the end. */
static guint
read_number(const Bytes *bytes, gsize at, guint n)
{
    guint number = 0;

    if (at > bytes->length || n > bytes->length - at)
        return 0;
    for (guint i = 0; i < n; i++)
        number = number << 8 | bytes->at[at + (bytes->big_endian ? i : n - 1 - i)];
    return number;
}

/* ---- GIF89a, appendix A ---- */

static gsize
get_table_length(guint flags)
{
    return (flags & 0x80) != 0 ? (gsize)3 << ((flags & 7) + 1) : 0;
}

static gsize
skip_blocks(const Bytes *bytes, gsize at)
{
    guint length;

    do {
        length = read_number(bytes, at, 1);
        at += 1 + length;
    } while (length > 0);
    return at;
}

/* Up to two. @ret_ended: with the mark of it. */
static guint
count_images(const Bytes *bytes, gboolean *ret_ended)
{
    gsize at = 13 + get_table_length(read_number(bytes, 10, 1));
    guint n_images = 0;

    *ret_ended = FALSE;
    while (at < bytes->length && n_images < 2) {
        guint mark = bytes->at[at];

        *ret_ended = mark == ';';
        if (mark != '!' && mark != ',')
            break;
        if (mark == ',') {
            n_images++;
            at += 9 + get_table_length(read_number(bytes, at + 9, 1));
        }
        at = skip_blocks(bytes, at + 2);
    }
    return n_images;
}

static gboolean
read_gif(const Bytes *bytes, CoexStill *still)
{
    gboolean ended;

    still->width = read_number(bytes, 6, 2);
    still->height = read_number(bytes, 8, 2);
    return count_images(bytes, &ended) == 1 && ended;
}

/* ---- BMP: BITMAPCOREHEADER, or BITMAPINFOHEADER and those that begin like it ---- */

static gboolean
read_bmp(const Bytes *bytes, CoexStill *still)
{
    gboolean is_old = read_number(bytes, 14, 4) == 12;
    gint32 height = (gint32)read_number(bytes, 22, 4); /* below 0: from the top */

    still->width = is_old ? read_number(bytes, 18, 2) : read_number(bytes, 18, 4);
    if (is_old)
        still->height = read_number(bytes, 20, 2);
    else
        still->height = height < 0 ? (guint) - (gint64)height : (guint)height;
    return TRUE;
}

/* ---- TIFF 6.0 ---- */

enum {
    TIFF_KIND = 254, /* of the picture: 0, or a small one, a page, a mask */
    TIFF_WIDTH = 256,
    TIFF_HEIGHT = 257,
    TIFF_INSIDE = 330, /* more pictures, as raw files have */
    TIFF_EXIF = 34665,
    TIFF_PLACE = 34853,
    TIFF_RAW = 50706, /* DNG */
};

static gboolean
read_tiff_field(const Bytes *bytes, gsize at, CoexStill *still)
{
    guint tag = read_number(bytes, at, 2);
    guint value = read_number(bytes, at + 8, read_number(bytes, at + 2, 2) == 3 ? 2 : 4);

    if (tag == TIFF_WIDTH)
        still->width = value;
    else if (tag == TIFF_HEIGHT)
        still->height = value;
    else if (tag == TIFF_EXIF || tag == TIFF_PLACE)
        still->has_notes = TRUE;
    return tag != TIFF_INSIDE && tag != TIFF_RAW && (tag != TIFF_KIND || value == 0);
}

static gboolean
read_tiff(Bytes *bytes, CoexStill *still)
{
    gsize at;
    guint n;

    bytes->big_endian = read_number(bytes, 0, 1) == 'M';
    at = read_number(bytes, 4, 4);
    n = read_number(bytes, at, 2);
    at += 2;
    if (n == 0 || bytes->length < at || bytes->length - at < (gsize)n * 12 + 4)
        return FALSE;
    for (guint i = 0; i < n; i++, at += 12) {
        if (!read_tiff_field(bytes, at, still))
            return FALSE;
    }
    return read_number(bytes, at, 4) == 0; /* and no other picture follows */
}

/* ---- all ---- */

static gboolean
has_notes(const Bytes *bytes)
{
    static const char *const marks[] = { "Exif", "eXIf", "EXIF", "http://ns.adobe.com/xap/" };

    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++) {
        if (memmem(bytes->at, bytes->length, marks[i], strlen(marks[i])) != NULL)
            return TRUE;
    }
    return FALSE;
}

static gboolean
read_usual(const Bytes *bytes, CoexStill *still)
{
    CoexImage image;

    if (!coex_image_read(bytes->at, bytes->length, &image) || image.animated)
        return FALSE;
    still->width = image.width;
    still->height = image.height;
    return TRUE;
}

gboolean
coex_still_read(const guint8 *at, gsize length, const char *mime, CoexStill *ret_still)
{
    Bytes bytes = { at, length, FALSE };

    if (length == 0)
        return FALSE;
    *ret_still = (CoexStill){ .has_notes = has_notes(&bytes) };
    if (strcmp(mime, "image/heic") == 0 || strcmp(mime, "image/avif") == 0)
        return TRUE;
    if (strcmp(mime, "image/gif") == 0    ? !read_gif(&bytes, ret_still)
        : strcmp(mime, "image/bmp") == 0  ? !read_bmp(&bytes, ret_still)
        : strcmp(mime, "image/tiff") == 0 ? !read_tiff(&bytes, ret_still)
                                          : !read_usual(&bytes, ret_still))
        return FALSE;
    return ret_still->width > 0 && ret_still->height > 0;
}

gboolean
coex_still_moves(const guint8 *at, gsize length, const char *mime)
{
    Bytes bytes = { at, length, FALSE };
    gboolean ended;

    return length > 0 && strcmp(mime, "image/gif") == 0 && count_images(&bytes, &ended) > 1;
}
