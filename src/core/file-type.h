// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

typedef struct CoexMedia CoexMedia;

/* What a file is by its own first bytes, whatever it is called, and as what WhatsApp carries it
 * (Meta: business-phone-numbers/media, messages). */

#define COEX_FILE_HEAD (256 * 1024)           /* bytes of a file that tell it */
#define COEX_FILE_IMAGE_MAX (5 * 1000 * 1000) /* bytes of a picture */
#define COEX_FILE_FILM_MAX (16 * 1000 * 1000) /* of a video, and of sound */

/* Of @media, whose size is set and whose name is the file's own or NULL, finds kind, type, voice
 * and animated. @head: so many bytes, or all of it. FALSE and COEX_ERROR_INVALID_INPUT or
 * COEX_ERROR_TOO_LARGE (they are found then, too) with what can be done for what WhatsApp does not
 * carry. What it has no type for is a document: which ones it takes beyond those it names is not
 * promised. */
gboolean coex_file_type_find(CoexMedia *media, const guint8 *head, gsize length, GError **error);

/* Of a document of a type that WhatsApp does not name: what would be better, a sentence; NULL: of
 * any other. Static. */
const char *coex_file_type_get_note(const CoexMedia *media);

/* What it can be made, to be something better, or to be carried at all. */
typedef enum {
    COEX_FIT_NONE,
    COEX_FIT_PICTURE, /* a JPEG or PNG of a size that WhatsApp takes */
    COEX_FIT_FILM,    /* such an MP4 with H.264 and AAC; where it is that, it is seen then */
    COEX_FIT_VOICE,   /* a voice message: never but on demand */
} CoexFit;

/* Of what coex_file_type_find() has looked at, also where that gave COEX_ERROR_TOO_LARGE. Whether
 * it works out is seen when it is decoded. */
CoexFit coex_file_type_get_fit(const CoexMedia *media, const guint8 *head, gsize length);
/* Of the same, whether there is sound in it, as far as its type tells. */
gboolean coex_file_type_is_sound(const CoexMedia *media);
