// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/file-type.h"

#include "core/error.h"
#include "core/image.h"
#include "core/media.h"
#include "core/words.h"
#include <string.h>

#define KB 1000
#define MB (1000 * 1000)
#define STICKER_SIDE 512
#define PROGRAM "application/x-executable"

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
    if (HAS(head, 8, "heic") || HAS(head, 8, "heix") || HAS(head, 8, "heim") ||
        HAS(head, 8, "mif1"))
        return "image/heic";
    return HAS(head, 8, "avif") ? "image/avif" : "video/mp4";
}

/* Films of types that WhatsApp does not take as such: Matroska and WebM, AVI. */
static const char *
read_film(const Head *head, CoexMedia *media)
{
    if (HAS(head, 0, "\x1a\x45\xdf\xa3"))
        return "video/x-matroska";
    return HAS(head, 0, "RIFF") && HAS(head, 8, "AVI ") ? "video/x-msvideo" : NULL;
}

static const char *
read_audio(const Head *head, CoexMedia *media)
{
    if (HAS(head, 0, "#!AMR\n"))
        return "audio/amr";
    if (HAS(head, 0, "fLaC"))
        return "audio/flac";
    if (HAS(head, 0, "RIFF") && HAS(head, 8, "WAVE"))
        return "audio/wav";
    if (HAS(head, 0, "ID3"))
        return "audio/mpeg";
    if (head->length < 3 || head->bytes[0] != 0xff)
        return NULL;
    /* the layer stands in two bits: 0 is AAC's, 1 is layer III */
    if ((head->bytes[1] & 0xf6) == 0xf0)
        return "audio/aac";
    return (head->bytes[1] & 0xe6) == 0xe2 ? "audio/mpeg" : NULL;
}

/* Pictures of types that WhatsApp does not take as such. */
static const char *
read_other_image(const Head *head)
{
    if (HAS(head, 0, "GIF8"))
        return "image/gif";
    /* two reserved words, and a header of one of the lengths that there are */
    if (HAS(head, 0, "BM") && HAS(head, 6, "\0\0\0\0") && HAS(head, 15, "\0\0\0") &&
        head->bytes[14] != 0 && strchr("\x0c\x28\x34\x38\x40\x6c\x7c", head->bytes[14]) != NULL)
        return "image/bmp";
    return HAS(head, 0, "II*\0") || HAS(head, 0, "MM\0*") ? "image/tiff" : NULL;
}

static const char *
read_image(const Head *head, CoexMedia *media)
{
    CoexImage image;

    if (!coex_image_read(head->bytes, head->length, &image))
        return read_other_image(head);
    if (strcmp(image.type, "jpeg") == 0)
        return "image/jpeg";
    if (strcmp(image.type, "png") == 0)
        return "image/png";
    media->animated = image.animated;
    /* any other is a picture, and no sticker */
    return image.width == STICKER_SIDE && image.height == STICKER_SIDE ? "image/webp"
                                                                       : "image/x-webp";
}

#define ZIP_HEAD 30 /* bytes before a part's name */

/* OpenDocument and EPUB say their type in the first part (OpenDocument 1.3, part 2, 3.3), which
 * holds nothing else and is not packed. */
static const char *
read_packed_type(const Head *head)
{
    static const char *const types[] = {
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.presentation",
        "application/epub+zip",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        gsize length = strlen(types[i]);

        if (HAS(head, ZIP_HEAD, "mimetype") && has(head, ZIP_HEAD + 8, types[i], length) &&
            HAS(head, ZIP_HEAD + 8 + length, "PK"))
            return types[i];
    }
    return NULL;
}

/* A ZIP archive; with parts of that name in it, Office Open XML (ISO/IEC 29500-2). */
static const char *
read_zip(const Head *head, CoexMedia *media)
{
    const char *type;

    if (!HAS(head, 0, "PK\3\4"))
        return NULL;
    if (contains(head, "word/", 5))
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    if (contains(head, "xl/", 3))
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    if (contains(head, "ppt/", 4))
        return "application/vnd.openxmlformats-officedocument.presentationml.presentation";
    type = read_packed_type(head);
    return type != NULL ? type : "application/zip";
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
    return ends_with(head->name, ".msi") ? PROGRAM : "application/octet-stream";
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

/* Of Windows, Linux and macOS, and any that names what runs it. */
static const char *
read_program(const Head *head, CoexMedia *media)
{
    static const char *const magics[] = { "\177ELF", "\xcf\xfa\xed\xfe", "\xce\xfa\xed\xfe",
                                          "\xca\xfe\xba\xbe" };

    for (gsize i = 0; i < G_N_ELEMENTS(magics); i++) {
        if (has(head, 0, magics[i], 4))
            return PROGRAM;
    }
    if (HAS(head, 0, "#!"))
        return PROGRAM;
    return HAS(head, 0, "MZ") && memchr(head->bytes, '\0', head->length) != NULL ? PROGRAM : NULL;
}

static const char *(*const readers[])(const Head *head, CoexMedia *media) = {
    read_image, read_mp4, read_film, read_ogg,     read_audio,
    read_pdf,   read_zip, read_ole,  read_program, read_text,
};

/* ---- what WhatsApp carries ---- */

typedef struct {
    const char *mime; /* or its beginning */
    CoexMediaKind kind;
    gint64 max;         /* bytes; 0: not at all */
    const char *remedy; /* for _() */
    const char *as; /* of what it takes as a document only, if at all: its type, NULL for @mime */
} Rule;

#define SMALLER N_("Make it smaller, or send a link to it.")
#define SHORTER N_("Shorten it, or send a link to it.")
#define PICTURES N_("To be seen in the chat, a picture must be JPEG or PNG.")
#define VIDEOS N_("To be played in the chat, a video must be MP4 (H.264 and AAC).")
#define SOUNDS N_("To be played in the chat, sound must be MP3, AAC, M4A, AMR, or Opus in mono.")
#define OTHERS N_("Of this type it may refuse one; PDF is sure to be taken.")
#define OFFICE "application/vnd.openxmlformats-officedocument."

static const Rule rules[] = {
    { "image/jpeg", COEX_MEDIA_IMAGE, COEX_FILE_IMAGE_MAX, SMALLER, NULL },
    { "image/png", COEX_MEDIA_IMAGE, COEX_FILE_IMAGE_MAX, SMALLER, NULL },
    { "image/webp", COEX_MEDIA_STICKER, 100 * KB, N_("Send it as JPEG or PNG."), NULL },
    { "video/mp4", COEX_MEDIA_VIDEO, COEX_FILE_FILM_MAX, SHORTER, NULL },
    { "video/3gpp", COEX_MEDIA_VIDEO, COEX_FILE_FILM_MAX, SHORTER, NULL },
    { "audio/aac", COEX_MEDIA_AUDIO, COEX_FILE_FILM_MAX, SHORTER, NULL },
    { "audio/amr", COEX_MEDIA_AUDIO, COEX_FILE_FILM_MAX, SHORTER, NULL },
    { "audio/mp4", COEX_MEDIA_AUDIO, COEX_FILE_FILM_MAX, SHORTER, NULL },
    { "audio/mpeg", COEX_MEDIA_AUDIO, COEX_FILE_FILM_MAX, SHORTER, NULL },
    { "audio/ogg", COEX_MEDIA_AUDIO, COEX_FILE_FILM_MAX, SHORTER, NULL },
    { "text/plain", COEX_MEDIA_DOCUMENT, 100 * MB, SMALLER, NULL },
    { "application/pdf", COEX_MEDIA_DOCUMENT, 100 * MB, SMALLER, NULL },
    { "application/msword", COEX_MEDIA_DOCUMENT, 100 * MB, SMALLER, NULL },
    { "application/vnd.ms-", COEX_MEDIA_DOCUMENT, 100 * MB, SMALLER, NULL },
    { OFFICE, COEX_MEDIA_DOCUMENT, 100 * MB, SMALLER, NULL },
    { PROGRAM, COEX_MEDIA_DOCUMENT, 0, NULL, NULL },
};

/* What it may take as a document; no page promises it. The note is the remedy as well. */
static const Rule others[] = {
    { "image/x-webp", COEX_MEDIA_DOCUMENT, 100 * MB, PICTURES, "image/webp" },
    { "image/", COEX_MEDIA_DOCUMENT, 100 * MB, PICTURES, NULL },
    { "video/", COEX_MEDIA_DOCUMENT, 100 * MB, VIDEOS, NULL },
    { "audio/x-", COEX_MEDIA_DOCUMENT, 100 * MB, SOUNDS, "audio/ogg" },
    { "audio/", COEX_MEDIA_DOCUMENT, 100 * MB, SOUNDS, NULL },
    { "", COEX_MEDIA_DOCUMENT, 100 * MB, OTHERS, NULL },
};

#define ANIMATED_MAX (500 * KB)

static const Rule *
find_rule(const char *mime)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
        if (g_str_has_prefix(mime, rules[i].mime))
            return &rules[i];
    }
    return NULL;
}

static gboolean
check_size(const CoexMedia *media, gint64 max, const char *remedy, GError **error)
{
    if (media->size <= max)
        return TRUE;
    coex_error_say(error, COEX_ERROR_TOO_LARGE,
                   max >= MB ? _("WhatsApp takes up to %" PRId64 " MB of this type. %s")
                             : _("WhatsApp takes up to %" PRId64 " KB of this type. %s"),
                   max >= MB ? max / MB : max / KB, _(remedy));
    return FALSE;
}

static const Rule *
find_other(const char *mime)
{
    const Rule *rule = others;

    while (!g_str_has_prefix(mime, rule->mime))
        rule++;
    return rule;
}

gboolean
coex_file_type_find(CoexMedia *media, const guint8 *bytes, gsize length, GError **error)
{
    const Head head = { bytes, length, media->name != NULL ? media->name : "" };
    const char *mime = NULL;
    const Rule *named;
    const Rule *rule;
    gint64 max;

    for (gsize i = 0; mime == NULL && i < G_N_ELEMENTS(readers); i++)
        mime = readers[i](&head, media);
    if (mime == NULL)
        mime = "application/octet-stream";
    named = find_rule(mime);
    if (named != NULL && named->max == 0) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                    _("It is a program, and WhatsApp is no way for one. Send a link to it."));
        return FALSE;
    }
    rule = named != NULL ? named : find_other(mime);
    max = rule->kind == COEX_MEDIA_STICKER && media->animated ? ANIMATED_MAX : rule->max;
    media->kind = rule->kind;
    g_free(media->mime);
    media->mime = g_strdup(rule->as != NULL ? rule->as : mime);
    return check_size(media, max, named != NULL ? named->remedy : SMALLER, error);
}

#define STILL_MAX (200 * MB) /* of what is decoded at all */
#define FILM_MAX ((gint64)2000 * MB)

/* 3GP is left alone, unless it is too large: it may have other codes. */
static gboolean
is_film(const CoexMedia *media)
{
    return g_str_has_prefix(media->mime, "video/") && media->size <= FILM_MAX &&
           (strcmp(media->mime, "video/3gpp") != 0 || media->size > COEX_FILE_FILM_MAX);
}

CoexFit
coex_file_type_get_fit(const CoexMedia *media, const guint8 *head, gsize length)
{
    const Rule *rule = media->mime != NULL ? find_rule(media->mime) : NULL;
    CoexImage image;

    if (media->mime == NULL)
        return COEX_FIT_NONE;
    if (is_film(media))
        return COEX_FIT_FILM;
    if (!g_str_has_prefix(media->mime, "image/") || media->animated || media->size > STILL_MAX)
        return COEX_FIT_NONE;
    if (media->kind == COEX_MEDIA_DOCUMENT || rule == NULL || media->size > rule->max)
        return COEX_FIT_PICTURE;
    return coex_image_read(head, length, &image) && image.unusual ? COEX_FIT_PICTURE
                                                                  : COEX_FIT_NONE;
}

const char *
coex_file_type_get_note(const CoexMedia *media)
{
    const Rule *rule = media->mime != NULL ? find_rule(media->mime) : NULL;

    if (media->kind != COEX_MEDIA_DOCUMENT || media->mime == NULL ||
        (rule != NULL && rule->kind == COEX_MEDIA_DOCUMENT))
        return NULL;
    return _(find_other(media->mime)->remedy);
}

gboolean
coex_file_type_is_sound(const CoexMedia *media)
{
    return media->mime != NULL && media->size <= FILM_MAX &&
           (g_str_has_prefix(media->mime, "audio/") || g_str_has_prefix(media->mime, "video/"));
}
