// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/preview.h"
#include "core/image.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define PIXELS_MAX (40 * 1000 * 1000)
#define BYTES_MAX (32 * 1024 * 1024) /* of the file */

/* Those of GdkPixbuf's functions that are used, by the types they have there. */
typedef struct {
    GObject *(*loader_new_with_type)(const char *type, GError **error);
    gboolean (*loader_write)(GObject *loader, const guchar *bytes, gsize length, GError **error);
    gboolean (*loader_close)(GObject *loader, GError **error);
    void (*loader_set_size)(GObject *loader, int width, int height);
    GObject *(*loader_get_pixbuf)(GObject *loader);
    GObject *(*apply_embedded_orientation)(GObject *pixbuf);
    gboolean (*save_to_buffer)(GObject *pixbuf, char **ret_bytes, gsize *ret_length,
                               const char *type, GError **error, ...);
} Decoder;

static gboolean
find(const char *name, gpointer ret_function)
{
    gpointer found = dlsym(RTLD_DEFAULT, name);

    *(gpointer *)ret_function = found;
    return found != NULL;
}

static gboolean
find_decoder(Decoder *decoder)
{
    return find("gdk_pixbuf_loader_new_with_type", &decoder->loader_new_with_type) &&
           find("gdk_pixbuf_loader_write", &decoder->loader_write) &&
           find("gdk_pixbuf_loader_close", &decoder->loader_close) &&
           find("gdk_pixbuf_loader_set_size", &decoder->loader_set_size) &&
           find("gdk_pixbuf_loader_get_pixbuf", &decoder->loader_get_pixbuf) &&
           find("gdk_pixbuf_apply_embedded_orientation", &decoder->apply_embedded_orientation) &&
           find("gdk_pixbuf_save_to_buffer", &decoder->save_to_buffer);
}

typedef struct {
    const Decoder *decoder;
    CoexImage image;
} Decoding;

/* Before a pixel is decoded. */
static void
on_size(GObject *loader, int width, int height, gpointer user_data)
{
    const Decoding *decoding = user_data;
    const CoexImage *image = &decoding->image;
    double scale = MIN((double)COEX_PREVIEW_WIDTH / width, (double)COEX_PREVIEW_HEIGHT / height);

    if (width != (int)image->width || height != (int)image->height)
        decoding->decoder->loader_set_size(loader, 1, 1);
    else if (scale < 1)
        decoding->decoder->loader_set_size(loader, MAX((int)(width * scale), 1),
                                           MAX((int)(height * scale), 1));
}

static GBytes *
encode(const Decoder *decoder, GObject *loader)
{
    GObject *pixbuf = decoder->loader_get_pixbuf(loader);
    g_autoptr(GObject) upright =
        pixbuf != NULL ? decoder->apply_embedded_orientation(pixbuf) : NULL;
    char *bytes = NULL;
    gsize length = 0;

    if (upright == NULL || !decoder->save_to_buffer(upright, &bytes, &length, "png", NULL, NULL))
        return NULL;
    return g_bytes_new_take(bytes, length);
}

static GBytes *
decode(const Decoder *decoder, const guint8 *bytes, gsize length)
{
    Decoding decoding = { .decoder = decoder };
    g_autoptr(GObject) loader = NULL;
    gboolean whole;

    if (!coex_image_read(bytes, MIN(length, COEX_IMAGE_HEAD), &decoding.image) ||
        decoding.image.animated ||
        (guint64)decoding.image.width * decoding.image.height > PIXELS_MAX)
        return NULL;
    loader = decoder->loader_new_with_type(decoding.image.type, NULL);
    if (loader == NULL)
        return NULL;
    g_signal_connect(loader, "size-prepared", G_CALLBACK(on_size), &decoding);
    whole = decoder->loader_write(loader, bytes, length, NULL);
    whole = decoder->loader_close(loader, NULL) && whole;
    return whole ? encode(decoder, loader) : NULL;
}

/* NULL for what cannot be read, or is too large to be worth it. */
static GByteArray *
read_file(const char *path)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    int fd = g_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);
    guint8 block[64 * 1024];
    gssize n = fd >= 0 ? read(fd, block, sizeof block) : -1;

    for (; n > 0 && bytes->len <= BYTES_MAX; n = read(fd, block, sizeof block))
        g_byte_array_append(bytes, block, (guint)n);
    if (fd >= 0)
        close(fd);
    return n == 0 ? g_steal_pointer(&bytes) : NULL;
}

static void
run(gpointer data, gpointer user_data)
{
    g_autoptr(GTask) task = data;
    Decoder decoder;
    g_autoptr(GByteArray) file =
        find_decoder(&decoder) ? read_file(g_task_get_task_data(task)) : NULL;
    GBytes *preview = file != NULL ? decode(&decoder, file->data, file->len) : NULL;

    g_task_return_pointer(task, preview, (GDestroyNotify)g_bytes_unref);
}

void
coex_preview_make(const char *path, GAsyncReadyCallback callback, gpointer user_data)
{
    /* One after the other: in the order of their lines, and one bitmap in memory. */
    static GThreadPool *one;
    GTask *task = g_task_new(NULL, NULL, callback, user_data);

    if (one == NULL)
        one = g_thread_pool_new(run, NULL, 1, FALSE, NULL);
    g_task_set_task_data(task, g_strdup(path), g_free);
    g_thread_pool_push(one, task, NULL);
}

GBytes *
coex_preview_finish(GAsyncResult *result)
{
    return g_task_propagate_pointer(G_TASK(result), NULL);
}
