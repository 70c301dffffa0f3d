// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/media.h"
#include "core/words.h"

#include <string.h>

#define INLINE_ID "-" /* there is nothing at WhatsApp by any id */
#define INLINE_URL "data:,"

const char *
coex_media_get_label(const CoexMedia *media)
{
    switch (media->kind) {
    case COEX_MEDIA_IMAGE:
        return C_("kind of message", "image");
    case COEX_MEDIA_VIDEO:
        return C_("kind of message", "video");
    case COEX_MEDIA_AUDIO:
        return media->voice ? C_("kind of message", "voice message")
                            : C_("kind of message", "audio");
    case COEX_MEDIA_STICKER:
        return media->animated ? C_("kind of message", "animated sticker")
                               : C_("kind of message", "sticker");
    case COEX_MEDIA_CARD:
        return C_("kind of message", "contact");
    case COEX_MEDIA_DOCUMENT:
        break;
    }
    return C_("kind of message", "document");
}

const char *
coex_media_get_type(CoexMediaKind kind)
{
    static const char *const types[] = {
        [COEX_MEDIA_IMAGE] = "image",     [COEX_MEDIA_VIDEO] = "video",
        [COEX_MEDIA_AUDIO] = "audio",     [COEX_MEDIA_DOCUMENT] = "document",
        [COEX_MEDIA_STICKER] = "sticker",
    };

    return types[kind];
}

CoexMedia *
coex_media_new_with_content(CoexMediaKind kind, const char *name, const char *mime,
                            const char *content)
{
    CoexMedia *media = g_new0(CoexMedia, 1);
    g_autofree char *escaped = g_uri_escape_string(content, NULL, TRUE);

    media->kind = kind;
    media->id = g_strdup(INLINE_ID);
    media->url = g_strconcat(INLINE_URL, escaped, NULL);
    media->name = g_strdup(name);
    media->mime = g_strdup(mime);
    return media;
}

char *
coex_media_dup_content(const CoexMedia *media)
{
    if (media->kind != COEX_MEDIA_CARD || media->url == NULL ||
        !g_str_has_prefix(media->url, INLINE_URL))
        return NULL;
    return g_uri_unescape_string(media->url + strlen(INLINE_URL), NULL);
}

gboolean
coex_media_takes_caption(const CoexMedia *media)
{
    return media->kind != COEX_MEDIA_AUDIO && media->kind != COEX_MEDIA_STICKER;
}

CoexMedia *
coex_media_copy(const CoexMedia *media)
{
    CoexMedia *copy = g_memdup2(media, sizeof *media);

    if (copy == NULL)
        return NULL;
    copy->id = g_strdup(media->id);
    copy->url = g_strdup(media->url);
    copy->mime = g_strdup(media->mime);
    copy->sha256 = g_strdup(media->sha256);
    copy->name = g_strdup(media->name);
    copy->caption = g_strdup(media->caption);
    return copy;
}

void
coex_media_free(CoexMedia *media)
{
    if (media == NULL)
        return;
    g_free(media->id);
    g_free(media->url);
    g_free(media->mime);
    g_free(media->sha256);
    g_free(media->name);
    g_free(media->caption);
    g_free(media);
}
