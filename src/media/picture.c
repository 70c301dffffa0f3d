// SPDX-License-Identifier: GPL-2.0-or-later
#include "media/picture.h"

#include "core/image.h"
#include "core/still.h"
#include "media/pixbuf.h"
#include "media/turn.h"
#include "media/webp.h"
#include <string.h>

#define PIXELS_MAX (40 * 1000 * 1000)
#define BLOCK (256 * 1024)
#define TRIES_MAX 8
#define BILINEAR 2 /* GDK_INTERP_BILINEAR */

/* ---- decoding ---- */

typedef struct {
    const CoexPixbuf *decoder;
    CoexStill still;
    GCancellable *cancellable;
    GObject *pixbuf; /* upright */
    char *profile;   /* Base64, NULL */
} Job;

/* Before a pixel is decoded; a side of 0 ends it. */
static void
on_size(GObject *loader, int width, int height, gpointer user_data)
{
    const Job *job = user_data;
    gboolean told = job->still.width > 0;

    if ((guint64)width * (guint64)height > PIXELS_MAX ||
        (told && ((guint)width != job->still.width || (guint)height != job->still.height)))
        job->decoder->loader_set_size(loader, 0, 0);
}

static gboolean
feed(const Job *job, GObject *loader, const guint8 *bytes, gsize length)
{
    gboolean whole = TRUE;

    for (gsize at = 0; whole && at < length; at += BLOCK)
        whole = !g_cancellable_is_cancelled(job->cancellable) &&
                job->decoder->loader_write(loader, bytes + at, MIN(BLOCK, length - at), NULL);
    /* in any case, or it complains */
    return job->decoder->loader_close(loader, NULL) && whole;
}

/* That of a printer's colours, or of none, does not fit what is made of it (ICC.1, 7.2: the space
 * stands at 16). */
static char *
dup_profile(const char *encoded)
{
    gsize length = 0;
    g_autofree guchar *profile = encoded != NULL ? g_base64_decode(encoded, &length) : NULL;

    return length > 20 && memcmp(profile + 16, "RGB ", 4) == 0 ? g_strdup(encoded) : NULL;
}

/* Where GdkPixbuf has no loader for it. */
static gboolean
decode_webp(Job *job, const guint8 *bytes, gsize length)
{
    g_autoptr(GBytes) pixels = NULL;
    g_autofree char *profile = NULL;
    CoexImage image;
    int width;

    if (!coex_image_read(bytes, MIN(length, COEX_IMAGE_HEAD), &image) ||
        strcmp(image.type, "webp") != 0)
        return FALSE;
    pixels = coex_webp_decode(bytes, length, &image, image.width, image.height);
    if (pixels == NULL)
        return FALSE;
    profile = coex_webp_dup_profile(bytes, length);
    job->profile = dup_profile(profile);
    width = (int)image.width;
    job->pixbuf =
        job->decoder->new_from_bytes(pixels, 0, TRUE, 8, width, (int)image.height, width * 4);
    return job->pixbuf != NULL;
}

static gboolean
decode(Job *job, const guint8 *bytes, gsize length, const char *mime)
{
    const CoexPixbuf *decoder = job->decoder;
    g_autoptr(GObject) loader = decoder->loader_new_with_mime_type(mime, NULL);
    GObject *pixbuf;

    if (loader == NULL)
        return decode_webp(job, bytes, length);
    g_signal_connect(loader, "size-prepared", G_CALLBACK(on_size), job);
    if (!feed(job, loader, bytes, length))
        return FALSE;
    pixbuf = decoder->loader_get_pixbuf(loader);
    if (pixbuf == NULL)
        return FALSE;
    job->profile = dup_profile(decoder->get_option(pixbuf, "icc-profile"));
    job->pixbuf = decoder->apply_embedded_orientation(pixbuf);
    return job->pixbuf != NULL;
}

/* ---- encoding ---- */

static gboolean
shines_through(const Job *job)
{
    const CoexPixbuf *decoder = job->decoder;
    gsize width = (gsize)decoder->get_width(job->pixbuf);
    gsize height = (gsize)decoder->get_height(job->pixbuf);
    gsize stride = (gsize)decoder->get_rowstride(job->pixbuf);
    const guint8 *pixels = decoder->read_pixels(job->pixbuf);

    if (!decoder->get_has_alpha(job->pixbuf))
        return FALSE;
    for (gsize y = 0; y < height; y++) {
        for (gsize x = 0; x < width; x++) {
            if (pixels[y * stride + x * 4 + 3] != 255)
                return TRUE;
        }
    }
    return FALSE;
}

static GBytes *
encode(const Job *job, GObject *pixbuf, gboolean as_png, const char *quality)
{
    char *keys[3] = { NULL };
    char *values[3] = { NULL };
    guint n = 0;
    char *bytes = NULL;
    gsize length = 0;

    if (!as_png) {
        keys[n] = (char *)"quality";
        values[n++] = (char *)quality;
    }
    if (job->profile != NULL) {
        keys[n] = (char *)"icc-profile";
        values[n] = job->profile;
    }
    if (!job->decoder->save_to_bufferv(pixbuf, &bytes, &length, as_png ? "png" : "jpeg", keys,
                                       values, NULL))
        return NULL;
    return g_bytes_new_take(bytes, length);
}

/* Of the side that gave @length bytes, that which gives @max, a little to be sure. */
static guint
get_percent(gsize length, gsize max)
{
    guint percent = 99;

    while (percent > 10 && (guint64)length * percent * percent > (guint64)max * 9500)
        percent--;
    return percent;
}

static GObject *
scale(const Job *job, const CoexPicture *picture)
{
    if (picture->width == picture->full_width && picture->height == picture->full_height)
        return g_object_ref(job->pixbuf);
    return job->decoder->scale_simple(job->pixbuf, (int)picture->width, (int)picture->height,
                                      BILINEAR);
}

/* First as it is, then a JPEG with less to it, then smaller and smaller. */
static gboolean
squeeze(const Job *job, gsize max, CoexPicture *picture)
{
    gboolean as_png = shines_through(job);

    picture->mime = as_png ? "image/png" : "image/jpeg";
    for (guint i = 0; i < TRIES_MAX && !g_cancellable_is_cancelled(job->cancellable); i++) {
        g_autoptr(GObject) scaled = scale(job, picture);
        g_autoptr(GBytes) bytes =
            scaled != NULL ? encode(job, scaled, as_png, i == 0 ? "92" : "85") : NULL;
        guint percent;

        if (bytes == NULL)
            return FALSE;
        if (g_bytes_get_size(bytes) <= max) {
            picture->bytes = g_steal_pointer(&bytes);
            return TRUE;
        }
        if (i == 0 && !as_png)
            continue;
        percent = get_percent(g_bytes_get_size(bytes), max);
        picture->width = MAX(picture->width * percent / 100, 1);
        picture->height = MAX(picture->height * percent / 100, 1);
    }
    return FALSE;
}

static gboolean
fit(const guint8 *bytes, gsize length, const char *mime, gsize max, Job *job, CoexPicture *picture)
{
    if (!decode(job, bytes, length, mime))
        return FALSE;
    picture->dropped_notes = job->still.has_notes;
    picture->width = picture->full_width = (guint)job->decoder->get_width(job->pixbuf);
    picture->height = picture->full_height = (guint)job->decoder->get_height(job->pixbuf);
    return squeeze(job, max, picture);
}

gboolean
coex_picture_fit(const guint8 *bytes, gsize length, const char *mime, gsize max,
                 GCancellable *cancellable, CoexPicture *ret_picture)
{
    static CoexTurn one; /* bitmap in memory */
    Job job = { .cancellable = cancellable };
    CoexPicture picture = { 0 };
    gboolean fits;

    if (!coex_still_read(bytes, length, mime, &job.still) ||
        (guint64)job.still.width * job.still.height > PIXELS_MAX)
        return FALSE;
    job.decoder = coex_pixbuf_get(TRUE);
    if (job.decoder == NULL)
        return FALSE;
    if (!coex_turn_take(&one, cancellable))
        return FALSE;
    fits = fit(bytes, length, mime, max, &job, &picture);
    g_clear_object(&job.pixbuf);
    coex_turn_leave(&one);
    g_free(job.profile);
    if (fits)
        *ret_picture = picture;
    return fits;
}

void
coex_picture_clear(CoexPicture *picture)
{
    g_clear_pointer(&picture->bytes, g_bytes_unref);
}
