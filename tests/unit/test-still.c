// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/still.h"

#include <string.h>

#define BYTES(text) text, sizeof(text) - 1
#define GIF "GIF89a\x20\0\x10\0\x80\0\0\xff\xff\xff\0\0\0"
#define GIF_IMAGE ",\0\0\0\0\1\0\1\0\0\2\2D\1\0"
#define GIF_NOTE "!\xfe\3abc\0"
#define TIFF "II*\0\x08\0\0\0\3\0"
#define TIFF_SIZE "\0\1\3\0\1\0\0\0\x20\0\0\0\1\1\4\0\1\0\0\0\x10\0\0\0"
#define BMP "BMxxxx\0\0\0\0\x36\0\0\0"

static const struct {
    const char *bytes;
    gsize length;
    const char *mime;
    guint width; /* 0: it is none */
    gboolean has_notes;
} rows[] = {
    { BYTES(GIF GIF_IMAGE ";"), "image/gif", 32, FALSE },
    { BYTES(GIF GIF_NOTE GIF_IMAGE GIF_NOTE ";and more"), "image/gif", 32, FALSE },
    { BYTES(GIF GIF_IMAGE GIF_IMAGE ";"), "image/gif", 0, FALSE },
    { BYTES(GIF GIF_IMAGE), "image/gif", 0, FALSE },
    { BYTES(GIF ";"), "image/gif", 0, FALSE },
    { BYTES(GIF "x"), "image/gif", 0, FALSE },
    { BYTES(BMP "\x28\0\0\0\x20\0\0\0\x10\0\0\0\1\0\x18\0"), "image/bmp", 32, FALSE },
    { BYTES(BMP "\x28\0\0\0\x20\0\0\0\xf0\xff\xff\xff\1\0\x18\0"), "image/bmp", 32, FALSE },
    { BYTES(BMP "\x0c\0\0\0\x20\0\x10\0\1\0\x18\0"), "image/bmp", 32, FALSE },
    { BYTES(BMP "\x28\0\0\0\x20\0\0\0\0\0\0\0\1\0\x18\0"), "image/bmp", 0, FALSE },
    { BYTES(TIFF TIFF_SIZE "\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"), "image/tiff", 32, FALSE },
    /* a camera's notes; pictures inside; a small picture; DNG; another picture behind it; cut */
    { BYTES(TIFF TIFF_SIZE "\x25\x88\4\0\1\0\0\0\6\0\0\0\0\0\0\0"), "image/tiff", 32, TRUE },
    { BYTES(TIFF TIFF_SIZE "\x4a\1\4\0\1\0\0\0\6\0\0\0\0\0\0\0"), "image/tiff", 0, FALSE },
    { BYTES(TIFF TIFF_SIZE "\xfe\0\4\0\1\0\0\0\1\0\0\0\0\0\0\0"), "image/tiff", 0, FALSE },
    { BYTES(TIFF TIFF_SIZE "\x12\xc6\1\0\4\0\0\0\1\4\0\0\0\0\0\0"), "image/tiff", 0, FALSE },
    { BYTES(TIFF TIFF_SIZE "\x12\1\3\0\1\0\0\0\6\0\0\0\x99\0\0\0"), "image/tiff", 0, FALSE },
    { BYTES(TIFF TIFF_SIZE), "image/tiff", 0, FALSE },
    { BYTES("MM\0*\0\0\0\x08\0\2\1\0\0\3\0\0\0\1\0\x20\0\0\1\1\0\3\0\0\0\1\0\x10\0\0\0\0\0\0"),
      "image/tiff", 32, FALSE },
    { BYTES("II*\0\xff\xff\xff\xff"), "image/tiff", 0, FALSE },
    { BYTES("\xff\xd8\xff\xe1\0\x08"
            "Exif\0\0\xff\xc0\0\x11\x08\0\x10\0\x20\x03"),
      "image/jpeg", 32, TRUE },
    { BYTES("\xff\xd8\xff\xc0\0\x11\x08\0\x10\0\x20\x03"), "image/jpeg", 32, FALSE },
    { BYTES("RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\xff\x01\0\xff\x03\0"), "image/webp", 0,
      FALSE },
    { BYTES("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\"/>"), "image/svg+xml", 0, FALSE },
    { BYTES(""), "image/png", 0, FALSE },
};

static void
test_known(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        CoexStill still;
        gboolean known =
            coex_still_read((const guint8 *)rows[i].bytes, rows[i].length, rows[i].mime, &still);

        g_test_message("case %u", i);
        g_assert_cmpint(known, ==, rows[i].width > 0);
        if (!known)
            continue;
        g_assert_cmpuint(still.width, ==, 32);
        g_assert_cmpuint(still.height, ==, 16);
        g_assert_cmpint(still.has_notes, ==, rows[i].has_notes);
    }
}

/* By its images, whatever is wrong with it otherwise. */
static void
test_moves(void)
{
    static const struct {
        const char *bytes;
        gsize length;
        gboolean moves;
    } gifs[] = {
        { BYTES(GIF GIF_IMAGE ";"), FALSE },
        { BYTES(GIF GIF_IMAGE), FALSE },
        { BYTES(GIF GIF_IMAGE "x"), FALSE },
        { BYTES(GIF GIF_IMAGE GIF_IMAGE ";"), TRUE },
        { BYTES(GIF GIF_IMAGE GIF_NOTE GIF_IMAGE), TRUE },
        { BYTES(""), FALSE },
    };

    for (guint i = 0; i < G_N_ELEMENTS(gifs); i++)
        g_assert_cmpint(
            coex_still_moves((const guint8 *)gifs[i].bytes, gifs[i].length, "image/gif"), ==,
            gifs[i].moves);
    g_assert_false(coex_still_moves((const guint8 *)gifs[3].bytes, gifs[3].length, "image/png"));
}

/* Who decodes it tells the size. */
static void
test_untold(void)
{
    CoexStill still;

    g_assert_true(coex_still_read((const guint8 *)"....ftypheic", 12, "image/heic", &still));
    g_assert_cmpuint(still.width, ==, 0);
}

/* Cut anywhere, each in a block of just its size: nothing is read beyond. */
static void
test_cut(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (gsize n = 0; n <= rows[i].length; n++) {
            g_autofree guint8 *cut = g_memdup2(rows[i].bytes, n);
            CoexStill still;

            coex_still_read(cut, n, rows[i].mime, &still);
            coex_still_moves(cut, n, rows[i].mime);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/still/known", test_known);
    g_test_add_func("/still/moves", test_moves);
    g_test_add_func("/still/untold", test_untold);
    g_test_add_func("/still/cut", test_cut);
    return g_test_run();
}
