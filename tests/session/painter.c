// SPDX-License-Identifier: GPL-2.0-or-later
#include "painter.h"

#include <dlfcn.h>
#include <gio/gio.h>
#include <string.h>
#include <webp/encode.h>

static gpointer
find(const char *name)
{
    gpointer library = dlopen("libgdk_pixbuf-2.0.so.0", RTLD_LAZY | RTLD_NODELETE);
    gpointer function = library != NULL ? dlsym(library, name) : NULL;

    g_assert_nonnull(function);
    return function;
}

/* GdkPixbuf writes none. */
static GBytes *
encode_webp(const guint8 *pixels, guint width, guint height, gboolean through)
{
    uint8_t *file = NULL;
    gsize length = through
                       ? WebPEncodeRGBA(pixels, (int)width, (int)height, (int)width * 4, 90, &file)
                       : WebPEncodeRGB(pixels, (int)width, (int)height, (int)width * 3, 90, &file);
    GBytes *copy = g_bytes_new(file, length);

    g_assert_cmpuint(length, >, 0);
    WebPFree(file);
    return copy;
}

GBytes *
painter_paint(const char *type, guint width, guint height, gboolean through)
{
    GObject *(*new_from_bytes)(GBytes *, int, gboolean, int, int, int, int) =
        find("gdk_pixbuf_new_from_bytes");
    gboolean (*save)(GObject *, char **, gsize *, const char *, char **, char **, GError **) =
        find("gdk_pixbuf_save_to_bufferv");
    char *keys[] = { (char *)"quality", NULL };
    char *values[] = { (char *)"100", NULL };
    gboolean is_jpeg = g_str_equal(type, "jpeg");
    guint n = through ? 4 : 3;
    gsize length = (gsize)width * height * n;
    guint8 *pixels = g_malloc(length);
    g_autoptr(GRand) noise = g_rand_new_with_seed(7);
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(GObject) pixbuf = NULL;
    g_autoptr(GError) error = NULL;
    char *file = NULL;
    gsize file_length = 0;

    for (gsize i = 0; i < length; i += n) {
        gboolean red = i / n % width < width / 2 && i / n / width < height / 2;
        guint32 random = g_rand_int(noise);

        pixels[i] = red ? 250 : (guint8)random;
        pixels[i + 1] = red ? 0 : (guint8)(random >> 8);
        pixels[i + 2] = red ? 0 : (guint8)(random >> 16);
        if (through)
            pixels[i + 3] = red ? 255 : (guint8)(random >> 24);
    }
    bytes = g_bytes_new_take(pixels, length);
    if (g_str_equal(type, "webp"))
        return encode_webp(pixels, width, height, through);
    pixbuf = new_from_bytes(bytes, 0, through, 8, (int)width, (int)height, (int)(width * n));
    save(pixbuf, &file, &file_length, type, is_jpeg ? keys : NULL, is_jpeg ? values : NULL, &error);
    g_assert_no_error(error);
    return g_bytes_new_take(file, file_length);
}

GBytes *
painter_add_notes(GBytes *picture)
{
    static const char notes[] = "\xff\xe1\0\x4c"
                                "Exif\0\0II*\0\x08\0\0\0"
                                "\2\0"
                                "\x12\1\3\0\1\0\0\0\6\0\0\0"     /* turned */
                                "\x25\x88\4\0\1\0\0\0\x26\0\0\0" /* where the place stands */
                                "\0\0\0\0"                       /* no more */
                                "\2\0"
                                "\1\0\2\0\2\0\0\0N\0\0\0"  /* north */
                                "\0\0\1\0\4\0\0\0\2\3\0\0" /* version */
                                "\0\0\0\0";
    gsize length;
    const guint8 *bytes = g_bytes_get_data(picture, &length);
    g_autoptr(GByteArray) file = g_byte_array_new();

    G_STATIC_ASSERT(sizeof notes - 1 == 2 + 0x4c);
    g_byte_array_append(file, bytes, 2);
    g_byte_array_append(file, (const guint8 *)notes, sizeof notes - 1);
    g_byte_array_append(file, bytes + 2, (guint)length - 2);
    return g_byte_array_free_to_bytes(g_steal_pointer(&file));
}

static gboolean
is_red(const guint8 *pixel)
{
    return pixel[0] > 220 && pixel[1] < 40 && pixel[2] < 40;
}

PainterLook
painter_look(GBytes *picture)
{
    GObject *(*new_from_stream)(GInputStream *, GCancellable *, GError **) =
        find("gdk_pixbuf_new_from_stream");
    int (*get_width)(GObject *) = find("gdk_pixbuf_get_width");
    int (*get_height)(GObject *) = find("gdk_pixbuf_get_height");
    int (*get_stride)(GObject *) = find("gdk_pixbuf_get_rowstride");
    int (*get_channels)(GObject *) = find("gdk_pixbuf_get_n_channels");
    const guint8 *(*read_pixels)(GObject *) = find("gdk_pixbuf_read_pixels");
    g_autoptr(GInputStream) stream = g_memory_input_stream_new_from_bytes(picture);
    g_autoptr(GError) error = NULL;
    g_autoptr(GObject) pixbuf = new_from_stream(stream, NULL, &error);
    PainterLook look = { 0 };
    gsize n;
    const guint8 *row;

    g_assert_no_error(error);
    n = (gsize)get_channels(pixbuf);
    look.width = (guint)get_width(pixbuf);
    look.height = (guint)get_height(pixbuf);
    row = read_pixels(pixbuf) + (gsize)(look.height / 4) * (gsize)get_stride(pixbuf);
    look.red_left = is_red(row + look.width / 4 * n);
    look.red_right = is_red(row + look.width * 3 / 4 * n);
    look.through = n == 4;
    return look;
}
