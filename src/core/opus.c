// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/opus.h"

#include <string.h>

#define RATE 48000 /* of a granule position, whatever the rate of the sound */
#define PAGE_HEAD 27
#define OPUS_HEAD 19
#define ENDS_STREAM 4 /* of a page's flags */
#define SECONDS_MAX (24 * 60 * 60)

typedef struct {
    guint64 granule; /* samples up to the page's end, all ones: it ends none */
    guint32 serial;
    guint n_segments;
} Page;

static guint64
read_number(const guint8 *bytes, guint n)
{
    guint64 number = 0;

    while (n-- > 0)
        number = number << 8 | bytes[n];
    return number;
}

static gboolean
read_page(const guint8 *bytes, gsize length, Page *ret_page)
{
    if (length < PAGE_HEAD || memcmp(bytes, "OggS\0", 5) != 0)
        return FALSE;
    ret_page->granule = read_number(bytes + 6, 8);
    ret_page->serial = (guint32)read_number(bytes + 14, 4);
    ret_page->n_segments = bytes[26];
    return TRUE;
}

/* The last page of the stream that says when it ends. */
static gboolean
find_end(const guint8 *tail, gsize length, guint32 serial, Page *ret_page)
{
    for (gsize i = length; i-- > 0;) {
        if (read_page(tail + i, length - i, ret_page) && ret_page->serial == serial &&
            ret_page->granule != G_MAXUINT64)
            return TRUE;
    }
    return FALSE;
}

/* 0: it is cut. */
static gsize
get_page_length(const guint8 *bytes, gsize length, const Page *page)
{
    gsize n = PAGE_HEAD + page->n_segments;

    if (length < n)
        return 0;
    for (guint i = 0; i < page->n_segments; i++)
        n += bytes[PAGE_HEAD + i];
    return n <= length ? n : 0;
}

gboolean
coex_opus_is_whole(const guint8 *head, gsize head_length, const guint8 *tail, gsize tail_length)
{
    Page first;
    Page page;

    if (!read_page(head, head_length, &first))
        return FALSE;
    for (gsize i = tail_length; i-- > 0;) {
        if (read_page(tail + i, tail_length - i, &page) && page.serial == first.serial &&
            (tail[i + 5] & ENDS_STREAM) != 0 &&
            get_page_length(tail + i, tail_length - i, &page) == tail_length - i)
            return TRUE;
    }
    return FALSE;
}

guint
coex_opus_read_seconds(const guint8 *head, gsize head_length, const guint8 *tail, gsize tail_length)
{
    Page first;
    Page last;
    const guint8 *opus;
    guint64 skip;
    guint64 seconds;

    if (!read_page(head, head_length, &first) ||
        head_length < PAGE_HEAD + first.n_segments + OPUS_HEAD)
        return 0;
    opus = head + PAGE_HEAD + first.n_segments;
    if (memcmp(opus, "OpusHead", 8) != 0 || !find_end(tail, tail_length, first.serial, &last))
        return 0;
    skip = read_number(opus + 10, 2);
    if (last.granule <= skip || last.granule > (guint64)SECONDS_MAX * RATE)
        return 0;
    seconds = (last.granule - skip + RATE / 2) / RATE;
    return (guint)MAX(seconds, 1);
}
