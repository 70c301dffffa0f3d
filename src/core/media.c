// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/media.h"

const char *
coex_media_get_label(const CoexMedia *media)
{
    switch (media->kind) {
    case COEX_MEDIA_IMAGE:
        return "image";
    case COEX_MEDIA_VIDEO:
        return "video";
    case COEX_MEDIA_AUDIO:
        return media->voice ? "voice message" : "audio";
    case COEX_MEDIA_STICKER:
        return media->animated ? "animated sticker" : "sticker";
    case COEX_MEDIA_DOCUMENT:
        break;
    }
    return "document";
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
