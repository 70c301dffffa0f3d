// SPDX-License-Identifier: GPL-2.0-or-later
#include "media/webp.h"

#include "core/image.h"
#include <string.h>
#include <webp/decode.h>
#include <webp/demux.h>

#define FRAMES_MAX 500
#define FILE_HEADER 12
#define CHUNK_HEADER 8
#define PIXEL 4 /* bytes */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WebPDemuxer, WebPDemuxDelete)

typedef struct {
    guint from;
    guint n;
} Span;

/* Before the library keeps something of each (WebP container specification: chunks). */
static gboolean
has_few_frames(const guint8 *bytes, gsize length)
{
    guint n = 0;

    for (gsize at = FILE_HEADER; at < length && length - at >= CHUNK_HEADER;) {
        guint32 size;

        n += memcmp(bytes + at, "ANMF", 4) == 0;
        memcpy(&size, bytes + at + 4, sizeof size);
        size = GUINT32_FROM_LE(size);
        if (n > FRAMES_MAX || size > length - at - CHUNK_HEADER)
            return n <= FRAMES_MAX;
        at += CHUNK_HEADER + (gsize)size + (size & 1);
    }
    return TRUE;
}

/* Where @n of @whole, @from on, are when these become @scaled. */
static Span
scale(guint from, guint n, guint whole, guint scaled)
{
    guint first = (guint)((guint64)from * scaled / whole);
    guint last = (guint)(((guint64)from + n) * scaled / whole);

    first = MIN(first, scaled - 1);
    return (Span){ first, MAX(last, first + 1) - first };
}

/* Around the frame everything shines through. */
static gboolean
decode_frame(const WebPIterator *frame, const CoexImage *image, guint width, guint height,
             guint8 *pixels)
{
    Span across = scale((guint)frame->x_offset, (guint)frame->width, image->width, width);
    Span down = scale((guint)frame->y_offset, (guint)frame->height, image->height, height);
    gsize start = ((gsize)down.from * width + across.from) * PIXEL;
    WebPDecoderConfig config;

    if (!WebPInitDecoderConfig(&config))
        return FALSE;
    config.options.use_scaling = 1;
    config.options.scaled_width = (int)across.n;
    config.options.scaled_height = (int)down.n;
    config.output.colorspace = MODE_RGBA;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = pixels + start;
    config.output.u.RGBA.stride = (int)(width * PIXEL);
    config.output.u.RGBA.size = (gsize)width * height * PIXEL - start;
    return WebPDecode(frame->fragment.bytes, frame->fragment.size, &config) == VP8_STATUS_OK;
}

GBytes *
coex_webp_decode(const guint8 *bytes, gsize length, const CoexImage *image, guint width,
                 guint height)
{
    const WebPData data = { bytes, length };
    g_autoptr(WebPDemuxer) parts = has_few_frames(bytes, length) ? WebPDemux(&data) : NULL;
    g_autofree guint8 *pixels = NULL;
    WebPIterator frame;
    gboolean decoded;

    if (parts == NULL || WebPDemuxGetI(parts, WEBP_FF_CANVAS_WIDTH) != image->width ||
        WebPDemuxGetI(parts, WEBP_FF_CANVAS_HEIGHT) != image->height ||
        !WebPDemuxGetFrame(parts, 1, &frame))
        return NULL;
    pixels = g_malloc0_n((gsize)width * height, PIXEL);
    decoded = decode_frame(&frame, image, width, height, pixels);
    WebPDemuxReleaseIterator(&frame);
    return decoded ? g_bytes_new_take(g_steal_pointer(&pixels), (gsize)width * height * PIXEL)
                   : NULL;
}

char *
coex_webp_dup_profile(const guint8 *bytes, gsize length)
{
    const WebPData data = { bytes, length };
    g_autoptr(WebPDemuxer) parts = has_few_frames(bytes, length) ? WebPDemux(&data) : NULL;
    WebPChunkIterator chunk;
    char *encoded;

    if (parts == NULL || !WebPDemuxGetChunk(parts, "ICCP", 1, &chunk))
        return NULL;
    encoded = g_base64_encode(chunk.chunk.bytes, chunk.chunk.size);
    WebPDemuxReleaseChunkIterator(&chunk);
    return encoded;
}
