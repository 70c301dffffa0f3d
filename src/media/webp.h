// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Pictures in WebP, as stickers are: GdkPixbuf reads them only where a loader for them is
 * installed. Any thread; a large one takes a second. */

typedef struct CoexImage CoexImage;

/* The whole file @bytes, as @image tells of it, in @width times @height pixels of four bytes: red,
 * green, blue, opacity. Of one that moves its first frame. Free with g_bytes_unref(). NULL: it is
 * broken, has another size than @image, or more than 500 frames. */
GBytes *coex_webp_decode(const guint8 *bytes, gsize length, const CoexImage *image, guint width,
                         guint height);

/* Its colour profile in Base64, as GdkPixbuf takes it; NULL: none. Free with g_free(). */
char *coex_webp_dup_profile(const guint8 *bytes, gsize length);
