// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The file of a message: what is told of it, and what is needed to fetch it (Meta:
 * business-phone-numbers/media). */

#define COEX_MEDIA_CAPTION_MAX 1024 /* characters (Meta: messages/image, video, document) */

/* The numbers are the file format. */
typedef enum {
    COEX_MEDIA_IMAGE,
    COEX_MEDIA_VIDEO,
    COEX_MEDIA_AUDIO,
    COEX_MEDIA_DOCUMENT,
    COEX_MEDIA_STICKER,
    COEX_MEDIA_CARD, /* of contacts: what is in it came with the message */
} CoexMediaKind;

/* All of it is a stranger's word; NULL, 0 and FALSE where it is not told. */
typedef struct CoexMedia {
    CoexMediaKind kind;
    char *id;  /* lives 7 days */
    char *url; /* lives 5 minutes; of a CARD, a data: URL with what is in it */
    char *mime;
    char *sha256; /* Base64 or hex */
    gint64 size;  /* bytes */
    char *name;   /* of the file, without the path that it may have come with */
    char *caption;
    gboolean voice; /* recorded in the chat */
    gboolean animated;
} CoexMedia;

/* What became of it here. The numbers are the file format. */
typedef enum {
    COEX_MEDIA_NEW,    /* is fetched if that goes by itself */
    COEX_MEDIA_WANTED, /* is fetched, for somebody asked */
    COEX_MEDIA_HERE,
    COEX_MEDIA_FAILED,
    COEX_MEDIA_GONE,    /* the provider has it no more */
    COEX_MEDIA_OFFERED, /* is fetched when somebody asks */
} CoexMediaState;

/* Which files are fetched by themselves. */
typedef enum {
    COEX_MEDIA_AUTO_SMALL, /* images, stickers, voice, and what is not large */
    COEX_MEDIA_AUTO_ALL,
    COEX_MEDIA_AUTO_NONE,
} CoexMediaAuto;

/* What kind of file it is, for people: "image", "voice message". Static. */
const char *coex_media_get_label(const CoexMedia *media);

/* One whose @content is there already. Free with coex_media_free(). */
CoexMedia *coex_media_new_with_content(CoexMediaKind kind, const char *name, const char *mime,
                                       const char *content);
/* That content; NULL: it must be fetched. Free with g_free(). */
char *coex_media_dup_content(const CoexMedia *media);
/* WhatsApp's name of the kind: "image". Static. */
const char *coex_media_get_type(CoexMediaKind kind);

/* Whether words can go beside it, and need no message of their own. */
gboolean coex_media_takes_caption(const CoexMedia *media);

/* @media: NULL gives NULL. */
CoexMedia *coex_media_copy(const CoexMedia *media);
void coex_media_free(CoexMedia *media);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexMedia, coex_media_free)
