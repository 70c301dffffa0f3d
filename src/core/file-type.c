// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/file-type.h"

#include "core/error.h"
#include "core/image.h"
#include "core/media.h"
#include <string.h>

#define KB 1000
#define MB (1000 * 1000)
#define STICKER_SIDE 512

typedef struct {
    const guint8 *bytes;
    gsize length;
    const char *name; /* "" for none */
} Head;

static gboolean
has(const Head *head, gsize at, const char *bytes, gsize length)
{
    return head->length >= at + length && memcmp(head->bytes + at, bytes, length) == 0;
}
#define HAS(head, at, literal) has(head, at, literal, sizeof(literal) - 1)

static gboolean
contains(const Head *head, const void *bytes, gsize length)
{
    for (gsize at = 0; at + length <= head->length; at++) {
        if (memcmp(head->bytes + at, bytes, length) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
ends_with(const char *name, const char *ending)
{
    gsize length = strlen(name);
    gsize n = strlen(ending);

    return length > n && g_ascii_strcasecmp(name + length - n, ending) == 0;
}

/* ---- one reader for each family; NULL: it is none of it ---- */

/* RFC 3533 and 7845: a page, and in it the head of an Opus stream with its number of channels. */
static const char *
read_ogg(const Head *head, CoexMedia *media)
{
    gsize at;

    if (!HAS(head, 0, "OggS"))
        return NULL;
    at = 27 + (gsize)(head->length >= 27 ? head->bytes[26] : 0);
    if (!HAS(head, at, "OpusHead") || head->length < at + 10)
        return "audio/x-vorbis";
    media->voice = head->bytes[at + 9] == 1;
    return media->voice ? "audio/ogg" : "audio/x-stereo";
}

/* ISO/IEC 14496-12, 4.3: the brand of the file. */
static const char *
read_mp4(const Head *head, CoexMedia *media)
{
    if (!HAS(head, 4, "ftyp") || head->length < 12)
        return NULL;
    if (HAS(head, 8, "M4A") || HAS(head, 8, "M4B"))
        return "audio/mp4";
    if (HAS(head, 8, "3g"))
        return "video/3gpp";
    if (HAS(head, 8, "qt  "))
        return "video/quicktime";
    if (HAS(head, 8, "heic") || HAS(head, 8, "heix") || HAS(head, 8, "mif1"))
        return "image/heic";
    return HAS(head, 8, "avif") ? "image/avif" : "video/mp4";
}

static const char *
read_audio(const Head *head, CoexMedia *media)
{
    if (HAS(head, 0, "#!AMR\n"))
        return "audio/amr";
    if (HAS(head, 0, "ID3"))
        return "audio/mpeg";
    if (head->length < 3 || head->bytes[0] != 0xff)
        return NULL;
    /* the layer stands in two bits: 0 is AAC's, 1 is layer III */
    if ((head->bytes[1] & 0xf6) == 0xf0)
        return "audio/aac";
    return (head->bytes[1] & 0xe6) == 0xe2 ? "audio/mpeg" : NULL;
}

static const char *
read_image(const Head *head, CoexMedia *media)
{
    CoexImage image;

    if (!coex_image_read(head->bytes, head->length, &image))
        return HAS(head, 0, "GIF8") ? "image/gif" : NULL;
    if (strcmp(image.type, "jpeg") == 0)
        return "image/jpeg";
    if (strcmp(image.type, "png") == 0)
        return "image/png";
    media->animated = image.animated;
    /* any other is a picture, and no sticker */
    return image.width == STICKER_SIDE && image.height == STICKER_SIDE ? "image/webp"
                                                                       : "image/x-webp";
}

/* A ZIP archive with parts of that name in it: Office Open XML (ISO/IEC 29500-2). */
static const char *
read_zip(const Head *head, CoexMedia *media)
{
    if (!HAS(head, 0, "PK\3\4"))
        return NULL;
    if (contains(head, "word/", 5))
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    if (contains(head, "xl/", 3))
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    if (contains(head, "ppt/", 4))
        return "application/vnd.openxmlformats-officedocument.presentationml.presentation";
    return "application/zip";
}

/* The older ones of Microsoft's are all of one format, and what stands in it may lie anywhere. */
static const char *
read_ole(const Head *head, CoexMedia *media)
{
    if (!HAS(head, 0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
        return NULL;
    if (contains(head, "W\0o\0r\0d\0D\0o\0c\0", 14) || ends_with(head->name, ".doc"))
        return "application/msword";
    if (contains(head, "W\0o\0r\0k\0b\0o\0o\0k\0", 16) || ends_with(head->name, ".xls"))
        return "application/vnd.ms-excel";
    if (contains(head, "P\0o\0w\0e\0r\0P\0o\0i\0n\0t\0", 20) || ends_with(head->name, ".ppt"))
        return "application/vnd.ms-powerpoint";
    return "application/octet-stream";
}

/* No byte that no text has. */
static const char *
read_text(const Head *head, CoexMedia *media)
{
    for (gsize i = 0; i < head->length; i++) {
        guint8 byte = head->bytes[i];

        if (byte == '\0' || (byte < ' ' && strchr("\t\n\r\f\b\033", byte) == NULL))
            return NULL;
    }
    return "text/plain";
}

static const char *
read_pdf(const Head *head, CoexMedia *media)
{
    return HAS(head, 0, "%PDF-") ? "application/pdf" : NULL;
}

static const char *(*const readers[])(const Head *head, CoexMedia *media) = {
    read_image, read_mp4, read_ogg, read_audio, read_pdf, read_zip, read_ole, read_text,
};

/* ---- what WhatsApp carries ---- */

typedef struct {
    const char *mime; /* or its beginning */
    CoexMediaKind kind;
    gint64 max; /* bytes; 0: not at all */
    const char *remedy;
} Rule;

#define SMALLER "Make it smaller, or send a link to it."

static const Rule rules[] = {
    { "image/jpeg", COEX_MEDIA_IMAGE, 5 * MB, SMALLER },
    { "image/png", COEX_MEDIA_IMAGE, 5 * MB, SMALLER },
    { "image/webp", COEX_MEDIA_STICKER, 100 * KB, "Send it as JPEG or PNG." },
    { "image/", COEX_MEDIA_IMAGE, 0, "Send it as JPEG or PNG." },
    { "video/mp4", COEX_MEDIA_VIDEO, 16 * MB, "Shorten it, or send a link to it." },
    { "video/3gpp", COEX_MEDIA_VIDEO, 16 * MB, "Shorten it, or send a link to it." },
    { "video/", COEX_MEDIA_VIDEO, 0, "Convert it to MP4 (H.264 and AAC)." },
    { "audio/x-stereo", COEX_MEDIA_AUDIO, 0, "Of Opus it takes mono only: convert it, or to MP3." },
    { "audio/x-vorbis", COEX_MEDIA_AUDIO, 0, "Convert it to MP3, or to Opus in mono." },
    { "audio/", COEX_MEDIA_AUDIO, 16 * MB, "Shorten it, or send a link to it." },
    { "text/plain", COEX_MEDIA_DOCUMENT, 100 * MB, SMALLER },
    { "application/pdf", COEX_MEDIA_DOCUMENT, 100 * MB, SMALLER },
    { "application/msword", COEX_MEDIA_DOCUMENT, 100 * MB, SMALLER },
    { "application/vnd.", COEX_MEDIA_DOCUMENT, 100 * MB, SMALLER },
};

#define ANIMATED_MAX (500 * KB)

static const Rule *
find_rule(const char *mime)
{
    for (gsize i = 0; mime != NULL && i < G_N_ELEMENTS(rules); i++) {
        if (g_str_has_prefix(mime, rules[i].mime))
            return &rules[i];
    }
    return NULL;
}

gboolean
coex_file_type_find(CoexMedia *media, const guint8 *bytes, gsize length, GError **error)
{
    const Head head = { bytes, length, media->name != NULL ? media->name : "" };
    const char *mime = NULL;
    const Rule *rule;
    gint64 max;

    for (gsize i = 0; mime == NULL && i < G_N_ELEMENTS(readers); i++)
        mime = readers[i](&head, media);
    rule = find_rule(mime);
    if (rule == NULL || rule->max == 0) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                    "WhatsApp does not take this type of file here. %s",
                    rule != NULL ? rule->remedy
                                 : "It takes pictures, videos, sound, PDF, text and the files of "
                                   "Word, Excel and PowerPoint.");
        return FALSE;
    }
    max = media->animated ? ANIMATED_MAX : rule->max;
    if (media->size > max) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_TOO_LARGE,
                    "WhatsApp takes up to %" G_GINT64_FORMAT " %s of this type. %s",
                    max >= MB ? max / MB : max / KB, max >= MB ? "MB" : "KB", rule->remedy);
        return FALSE;
    }
    media->kind = rule->kind;
    g_free(media->mime);
    media->mime = g_strdup(mime);
    return TRUE;
}
