// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Pictures as users have them, and a look at those that left: by the same GdkPixbuf. */

/* A picture of that type ("jpeg", "png", "webp", "bmp", "tiff"): its upper left quarter is red, all
 * else is noise, which no type makes small. @through: half of it shines through. */
GBytes *painter_paint(const char *type, guint width, guint height, gboolean through);

/* The JPEG @picture with notes of a camera's: a place, and that it is seen turned right by a
 * quarter. */
GBytes *painter_add_notes(GBytes *picture);

typedef struct {
    guint width;
    guint height;
    gboolean through;
    gboolean red_left; /* the upper left is */
    gboolean red_right;
} PainterLook;

PainterLook painter_look(GBytes *picture);
