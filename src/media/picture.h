// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gio/gio.h>

/* Pictures made another type or smaller, by GdkPixbuf where this computer has it, and by whatever
 * it can read. Never in a thread that runs a loop: it takes seconds. */

typedef struct {
    GBytes *bytes;
    const char *mime; /* image/jpeg, or image/png where something shines through; static */
    guint width;
    guint height;
    guint full_width; /* of the original, as it is seen */
    guint full_height;
    gboolean dropped_notes; /* what a camera or a program wrote beside the picture */
} CoexPicture;

/* Of the file @bytes, whose type is @mime, the same picture in @max bytes: upright, with its
 * colours, no smaller than it must be, and without notes. One is made at a time. FALSE: it is no
 * still picture, has more than 40 megapixels, or cannot be read here; or @cancellable was
 * cancelled. Then nothing is set. Clear with coex_picture_clear(). */
gboolean coex_picture_fit(const guint8 *bytes, gsize length, const char *mime, gsize max,
                          GCancellable *cancellable, CoexPicture *ret_picture);
void coex_picture_clear(CoexPicture *picture);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CoexPicture, coex_picture_clear)
