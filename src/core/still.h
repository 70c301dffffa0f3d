// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* A file that holds one picture which does not move: all of what is seen of it can be kept when it
 * is made another type. Told by its own bytes, before anything decodes it. */

typedef struct {
    guint width; /* 0, and the height: whoever decodes it tells */
    guint height;
    gboolean has_notes; /* of the camera's or a program's: time, place, whatever */
} CoexStill;

/* @bytes: all of the file, which is of the type @mime. FALSE: it moves, holds more than one
 * picture, is a camera's raw file with a small picture in it, or is none of these types: JPEG, PNG,
 * WebP, GIF, BMP, TIFF, HEIC, AVIF. */
gboolean coex_still_read(const guint8 *bytes, gsize length, const char *mime, CoexStill *ret_still);

/* Whether it is a GIF of several images; however it ends. */
gboolean coex_still_moves(const guint8 *bytes, gsize length, const char *mime);
