// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/image.h"

#include <string.h>

#define PNG "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"

static const struct {
    const char *bytes;
    gsize length;
    const char *type; /* NULL: none */
    guint width;
    guint height;
    gboolean animated;
} rows[] = {
#define BYTES(text) text, sizeof(text) - 1
    { BYTES(PNG "\0\0\x02\x80\0\0\x01\xe0\x08\x02"), "png", 640, 480, FALSE },
    { BYTES(PNG "\0\0\x75\x30\0\0\x75\x30\x08\x02"), "png", 30000, 30000, FALSE },
    { BYTES(PNG "\0\0\0\0\0\0\x01\xe0\x08\x02"), NULL, 0, 0, FALSE },
    { BYTES("\xff\xd8\xff\xe0\0\x04xx\xff\xc0\0\x11\x08\x01\xe0\x02\x80\x03"), "jpeg", 640, 480,
      FALSE },
    { BYTES("\xff\xd8\xff\xff\xc2\0\x11\x08\x01\xe0\x02\x80\x03"), "jpeg", 640, 480, FALSE },
    { BYTES("\xff\xd8\xff\xc4\0\x03x\xff\xda\0\x04\x01\x02\xff\xc0\0\x11\x08\x01\xe0\x02\x80"),
      NULL, 0, 0, FALSE },
    { BYTES("\xff\xd8\xff\xe0\0\0\xff\xe0\0\0\xff\xe0\0\0\xff\xe0\0\0"), NULL, 0, 0, FALSE },
    { BYTES("RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\xff\x01\0\xff\x03\0"), "webp", 512, 1024,
      TRUE },
    { BYTES("RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0\xff\x01\0\xff\x03\0"), "webp", 512, 1024,
      FALSE },
    { BYTES("RIFF\x40\0\0\0WEBPVP8L\x0a\0\0\0\x2f\xff\xc1\x7f\0\0\0\0\0\0"), "webp", 512, 512,
      FALSE },
    { BYTES("RIFF\x40\0\0\0WEBPVP8 \x0a\0\0\0\x30\x01\0\x9d\x01\x2a\0\x02\0\x02"), "webp", 512, 512,
      FALSE },
    { BYTES("RIFF\x40\0\0\0WAVEfmt \x0a\0\0\0\x30\x01\0\x9d\x01\x2a\0\x02\0\x02"), NULL, 0, 0,
      FALSE },
    { BYTES("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\"/>"), NULL, 0, 0, FALSE },
    { BYTES("GIF89a\x10\0\x10\0xxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), NULL, 0, 0, FALSE },
    { BYTES(""), NULL, 0, 0, FALSE },
};

static void
test_known(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        CoexImage image;
        gboolean known = coex_image_read((const guint8 *)rows[i].bytes, rows[i].length, &image);

        g_assert_cmpint(known, ==, rows[i].type != NULL);
        if (!known)
            continue;
        g_assert_cmpstr(image.type, ==, rows[i].type);
        g_assert_cmpuint(image.width, ==, rows[i].width);
        g_assert_cmpuint(image.height, ==, rows[i].height);
        g_assert_cmpint(image.animated, ==, rows[i].animated);
    }
}

/* Cut anywhere, each in a block of just its size: nothing is read beyond. */
static void
test_cut(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (gsize n = 0; n <= rows[i].length; n++) {
            g_autofree guint8 *cut = g_memdup2(rows[i].bytes, n);
            CoexImage image;

            if (coex_image_read(cut, n, &image))
                g_assert_cmpuint(image.width, ==, rows[i].width);
        }
    }
}

/* Of more than 8 bits, or a printer's colours. */
static void
test_unusual(void)
{
    static const struct {
        const char *bytes;
        gsize length;
        gboolean unusual;
    } cases[] = {
        { BYTES(PNG "\0\0\x02\x80\0\0\x01\xe0\x10\x02"), TRUE },
        { BYTES(PNG "\0\0\x02\x80\0\0\x01\xe0\x08\x06"), FALSE },
        { BYTES(PNG "\0\0\x02\x80\0\0\x01\xe0"), FALSE },
        { BYTES("\xff\xd8\xff\xc0\0\x14\x08\x01\xe0\x02\x80\x04"), TRUE },
        { BYTES("\xff\xd8\xff\xc1\0\x11\x0c\x01\xe0\x02\x80\x03"), TRUE },
        { BYTES("\xff\xd8\xff\xc0\0\x11\x08\x01\xe0\x02\x80\x03"), FALSE },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        CoexImage image;

        g_assert_true(coex_image_read((const guint8 *)cases[i].bytes, cases[i].length, &image));
        g_assert_cmpint(image.unusual, ==, cases[i].unusual);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/image/known", test_known);
    g_test_add_func("/image/cut", test_cut);
    g_test_add_func("/image/unusual", test_unusual);
    return g_test_run();
}
