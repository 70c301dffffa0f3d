// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/content-media.h"

#include "core/file-name.h"
#include "core/json.h"
#include "core/media.h"
#include "core/words.h"
#include <string.h>

typedef struct {
    const char *id, *url, *mime, *sha256, *caption, *filename, *link;
    gint64 size;
    gboolean voice, animated;
} Raw;

static const CoexJsonField fields[] = {
    { "id", COEX_JSON_TEXT, offsetof(Raw, id), COEX_JSON_OPTIONAL },
    { "url", COEX_JSON_STRING, offsetof(Raw, url), COEX_JSON_OPTIONAL },
    { "mime_type", COEX_JSON_STRING, offsetof(Raw, mime), COEX_JSON_OPTIONAL },
    { "sha256", COEX_JSON_STRING, offsetof(Raw, sha256), COEX_JSON_OPTIONAL },
    { "file_size", COEX_JSON_INT, offsetof(Raw, size), COEX_JSON_OPTIONAL },
    { "caption", COEX_JSON_STRING, offsetof(Raw, caption), COEX_JSON_OPTIONAL },
    { "filename", COEX_JSON_STRING, offsetof(Raw, filename), COEX_JSON_OPTIONAL },
    { "link", COEX_JSON_STRING, offsetof(Raw, link), COEX_JSON_OPTIONAL },
    { "voice", COEX_JSON_BOOL, offsetof(Raw, voice), COEX_JSON_OPTIONAL },
    { "animated", COEX_JSON_BOOL, offsetof(Raw, animated), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

static CoexMediaKind
get_kind(const char *type)
{
    static const struct {
        const char *type;
        CoexMediaKind kind;
    } kinds[] = {
        { "image", COEX_MEDIA_IMAGE },     { "video", COEX_MEDIA_VIDEO },
        { "audio", COEX_MEDIA_AUDIO },     { "voice", COEX_MEDIA_AUDIO }, /* before Cloud API */
        { "sticker", COEX_MEDIA_STICKER },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(kinds[i].type, type) == 0)
            return kinds[i].kind;
    }
    return COEX_MEDIA_DOCUMENT;
}

CoexMedia *
coex_content_media_read(const char *type, const CoexJsonAt *body)
{
    CoexMedia *media = g_new0(CoexMedia, 1);
    Raw raw = { 0 };

    coex_json_read(body, fields, &raw, NULL);
    media->kind = get_kind(type);
    media->id = g_strdup(raw.id);
    media->url = g_strdup(raw.url);
    media->mime = g_strdup(raw.mime);
    media->sha256 = g_strdup(raw.sha256);
    media->size = MAX(raw.size, 0);
    /* of ours: what is at an address has no other name, but for a document */
    media->name =
        g_strdup(raw.filename != NULL ? coex_file_name_get_last_part(raw.filename) : raw.link);
    media->caption = g_strdup(raw.caption);
    media->voice = raw.voice || strcmp(type, "voice") == 0;
    media->animated = raw.animated;
    return media;
}

char *
coex_content_media_dup_line(const CoexMedia *media)
{
    g_autofree char *name = coex_say("%s", media->name != NULL ? media->name : "");
    const char *caption = media->caption != NULL ? media->caption : "";

    return g_strdup_printf("[%s]%s%s%s%s", coex_media_get_label(media),
                           *name != '\0' || *caption != '\0' ? " " : "", name,
                           *name != '\0' && *caption != '\0' ? ": " : "", caption);
}
