// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What an MP4 or QuickTime file holds (ISO/IEC 14496-12). Nothing is decoded. */

typedef struct {
    gboolean playable;  /* no track of it has another code than H.264 and AAC */
    gboolean has_notes; /* of the camera's: where it was */
} CoexFilm;

/* @bytes: all of the file. FALSE: it is none, or not whole. */
gboolean coex_film_read(const guint8 *bytes, gsize length, CoexFilm *ret_film);
