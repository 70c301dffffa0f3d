// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The file of a message: what is told of it, and what is needed to fetch it (Meta:
 * business-phone-numbers/media). */

/* The numbers are the file format. */
typedef enum {
    COEX_MEDIA_IMAGE,
    COEX_MEDIA_VIDEO,
    COEX_MEDIA_AUDIO,
    COEX_MEDIA_DOCUMENT,
    COEX_MEDIA_STICKER,
} CoexMediaKind;

/* All of it is a stranger's word; NULL, 0 and FALSE where it is not told. */
typedef struct {
    CoexMediaKind kind;
    char *id;  /* lives 7 days */
    char *url; /* lives 5 minutes */
    char *mime;
    char *sha256; /* Base64 or hex */
    gint64 size;  /* bytes */
    char *name;   /* of the file, without the path that it may have come with */
    char *caption;
    gboolean voice; /* recorded in the chat */
    gboolean animated;
} CoexMedia;

/* @media: NULL gives NULL. */
CoexMedia *coex_media_copy(const CoexMedia *media);
void coex_media_free(CoexMedia *media);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexMedia, coex_media_free)
