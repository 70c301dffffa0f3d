// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* How long a voice message is: Opus in Ogg (RFC 3533, RFC 7845), told by the file's first page and
 * the last one that carries a time. Nothing is decoded. */

#define COEX_OPUS_HEAD 512          /* bytes from the start that tell it */
#define COEX_OPUS_TAIL (128 * 1024) /* bytes up to the end, in which the last page begins */

/* Whole seconds, at least 1; 0: it is no such file, or the end of one does not stand in @tail. */
guint coex_opus_read_seconds(const guint8 *head, gsize head_length, const guint8 *tail,
                             gsize tail_length);

/* Whether the stream of @head ends with @tail, by the flag and the length of its last page: nothing
 * was cut off. */
gboolean coex_opus_is_whole(const guint8 *head, gsize head_length, const guint8 *tail,
                            gsize tail_length);
