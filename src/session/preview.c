// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/preview.h"

#include "core/image.h"
#include "media/pixbuf.h"
#include "media/webp.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define PIXELS_MAX (40 * 1000 * 1000)
#define BYTES_MAX (32 * 1024 * 1024) /* of the file */

/* Belongs to its GTask. */
typedef struct {
    char *path;
    GBytes *content; /* in its place */
    guint width;     /* at most */
    guint height;
    const CoexPixbuf *decoder;
    CoexImage image;
} Job;

static void
job_free(gpointer data)
{
    Job *job = data;

    g_free(job->path);
    g_clear_pointer(&job->content, g_bytes_unref);
    g_free(job);
}

static void
get_size(const Job *job, int *ret_width, int *ret_height)
{
    double width = job->image.width;
    double height = job->image.height;
    double scale = MIN(MIN(job->width / width, job->height / height), 1);

    *ret_width = MAX((int)(width * scale), 1);
    *ret_height = MAX((int)(height * scale), 1);
}

/* Before a pixel is decoded. */
static void
on_size(GObject *loader, int width, int height, gpointer user_data)
{
    const Job *job = user_data;
    int scaled_width = 1;
    int scaled_height = 1;

    if (width == (int)job->image.width && height == (int)job->image.height)
        get_size(job, &scaled_width, &scaled_height);
    if (scaled_width != width || scaled_height != height)
        job->decoder->loader_set_size(loader, scaled_width, scaled_height);
}

/* NULL: it is broken. Free with g_object_unref(), as the next one. */
static GObject *
load(Job *job, const guint8 *bytes, gsize length)
{
    const CoexPixbuf *decoder = job->decoder;
    g_autoptr(GObject) loader = decoder->loader_new_with_type(job->image.type, NULL);
    GObject *pixbuf;
    gboolean whole;

    if (loader == NULL)
        return NULL;
    g_signal_connect(loader, "size-prepared", G_CALLBACK(on_size), job);
    whole = decoder->loader_write(loader, bytes, length, NULL);
    whole = decoder->loader_close(loader, NULL) && whole;
    pixbuf = whole ? decoder->loader_get_pixbuf(loader) : NULL;
    return pixbuf != NULL ? decoder->apply_embedded_orientation(pixbuf) : NULL;
}

static GObject *
load_webp(Job *job, const guint8 *bytes, gsize length)
{
    g_autoptr(GBytes) pixels = NULL;
    int width;
    int height;

    get_size(job, &width, &height);
    pixels = coex_webp_decode(bytes, length, &job->image, (guint)width, (guint)height);
    return pixels != NULL
               ? job->decoder->new_from_bytes(pixels, 0, TRUE, 8, width, height, width * 4)
               : NULL;
}

static GBytes *
encode(const CoexPixbuf *decoder, GObject *pixbuf)
{
    char *nothing[] = { NULL };
    char *bytes = NULL;
    gsize length = 0;

    if (!decoder->save_to_bufferv(pixbuf, &bytes, &length, "png", nothing, nothing, NULL))
        return NULL;
    return g_bytes_new_take(bytes, length);
}

static GBytes *
decode(Job *job)
{
    gsize length = 0;
    const guint8 *bytes = g_bytes_get_data(job->content, &length);
    g_autoptr(GObject) pixbuf = NULL;

    if (bytes == NULL || !coex_image_read(bytes, MIN(length, COEX_IMAGE_HEAD), &job->image) ||
        (guint64)job->image.width * job->image.height > PIXELS_MAX)
        return NULL;
    pixbuf = strcmp(job->image.type, "webp") == 0 ? load_webp(job, bytes, length)
                                                  : load(job, bytes, length);
    return pixbuf != NULL ? encode(job->decoder, pixbuf) : NULL;
}

/* NULL for what cannot be read, or is too large to be worth it. */
static GBytes *
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
    return n == 0 ? g_byte_array_free_to_bytes(g_steal_pointer(&bytes)) : NULL;
}

static void
run(gpointer data, gpointer user_data)
{
    g_autoptr(GTask) task = data;
    Job *job = g_task_get_task_data(task);
    GBytes *preview = NULL;

    job->decoder = coex_pixbuf_get(FALSE);
    if (job->decoder != NULL && job->content == NULL)
        job->content = read_file(job->path);
    if (job->decoder != NULL && job->content != NULL)
        preview = decode(job);
    g_task_return_pointer(task, preview, (GDestroyNotify)g_bytes_unref);
}

/* Takes @job. */
static void
start(Job *job, GAsyncReadyCallback callback, gpointer user_data)
{
    /* One after the other: in the order of their lines, and one bitmap in memory. */
    static GThreadPool *one;
    GTask *task = g_task_new(NULL, NULL, callback, user_data);

    if (one == NULL)
        one = g_thread_pool_new(run, NULL, 1, FALSE, NULL);
    g_task_set_task_data(task, job, job_free);
    g_thread_pool_push(one, task, NULL);
}

void
coex_preview_make(const char *path, GAsyncReadyCallback callback, gpointer user_data)
{
    Job *job = g_new0(Job, 1);

    job->path = g_strdup(path);
    job->width = COEX_PREVIEW_WIDTH;
    job->height = COEX_PREVIEW_HEIGHT;
    start(job, callback, user_data);
}

void
coex_preview_make_icon(GBytes *content, GAsyncReadyCallback callback, gpointer user_data)
{
    Job *job = g_new0(Job, 1);

    job->content = g_bytes_ref(content);
    job->width = COEX_PREVIEW_ICON;
    job->height = COEX_PREVIEW_ICON;
    start(job, callback, user_data);
}

GBytes *
coex_preview_finish(GAsyncResult *result)
{
    return g_task_propagate_pointer(G_TASK(result), NULL);
}
