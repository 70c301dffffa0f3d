// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What a picture is by its own first bytes, whatever it is called: before anything decodes it. */

#define COEX_IMAGE_HEAD (256 * 1024) /* bytes of a file that tell it, as a rule */

typedef struct CoexImage {
    const char *type; /* "jpeg", "png", "webp"; static */
    guint width;
    guint height;
    gboolean animated;
    gboolean unusual; /* not of 8 bits a colour, or in a printer's four colours */
} CoexImage;

/* FALSE for anything else, or where the size does not stand in @length bytes. */
gboolean coex_image_read(const guint8 *bytes, gsize length, CoexImage *ret_image);
