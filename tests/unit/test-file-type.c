// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/error.h"
#include "core/file-type.h"
#include "core/media.h"
#include <string.h>

#define MB (1000 * 1000)
#define JPEG "\xff\xd8\xff\xc0\0\x11\x08\0\x10\0\x10\x03"
#define WEBP(width, height) "RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" width height
#define SIDE_512 "\xff\x01\0"
#define SIDE_513 "\0\x02\0"
#define OPUS(channels) "OggS\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\x13OpusHead\1" channels
#define TWENTY_SIX "12345678901234567890123456"
#define ROW(bytes) bytes, sizeof(bytes) - 1

static const struct {
    const char *bytes;
    gsize length;
    gint64 size; /* 0: the bytes' own */
    const char *name;
    const char *mime; /* NULL: WhatsApp does not take it */
    CoexMediaKind kind;
} cases[] = {
    { ROW(JPEG), 0, "a.exe", "image/jpeg", COEX_MEDIA_IMAGE },
    { ROW(JPEG), 5 * MB, "a.jpg", "image/jpeg", COEX_MEDIA_IMAGE },
    { ROW(JPEG), 5 * MB + 1, "a.jpg", NULL, 0 },
    { ROW("GIF89a"), 0, "a.jpg", "image/gif", COEX_MEDIA_DOCUMENT },
    { ROW("GIF89a"), 100 * MB + 1, "a.gif", NULL, 0 },
    { ROW(WEBP(SIDE_512, SIDE_512)), 100 * 1000, NULL, "image/webp", COEX_MEDIA_STICKER },
    { ROW(WEBP(SIDE_512, SIDE_512)), 100 * 1000 + 1, NULL, NULL, 0 },
    { ROW(WEBP(SIDE_513, SIDE_512)), 0, NULL, "image/webp", COEX_MEDIA_DOCUMENT },
    { ROW("\0\0\0\x18"
          "ftypisom\0\0"),
      16 * MB, "a", "video/mp4", COEX_MEDIA_VIDEO },
    { ROW("\0\0\0\x18"
          "ftypisom\0\0"),
      16 * MB + 1, "a", NULL, 0 },
    { ROW("\0\0\0\x18"
          "ftypM4A \0\0"),
      0, "a", "audio/mp4", COEX_MEDIA_AUDIO },
    { ROW("\0\0\0\x18"
          "ftyp3gp5\0\0"),
      0, "a", "video/3gpp", COEX_MEDIA_VIDEO },
    { ROW("\0\0\0\x18"
          "ftypqt  \0\0"),
      0, "a.mp4", "video/quicktime", COEX_MEDIA_DOCUMENT },
    { ROW("\0\0\0\x18"
          "ftyp"),
      0, "a.mp4", "application/octet-stream", COEX_MEDIA_DOCUMENT },
    { ROW(OPUS("\1")), 0, "a", "audio/ogg", COEX_MEDIA_AUDIO },
    { ROW(OPUS("\2")), 0, "a.opus", "audio/ogg", COEX_MEDIA_DOCUMENT },
    { ROW("OggS"), 0, "a.ogg", "audio/ogg", COEX_MEDIA_DOCUMENT },
    { ROW("ID3\4"), 0, "a", "audio/mpeg", COEX_MEDIA_AUDIO },
    { ROW("\xff\xfb\x90"), 0, "a", "audio/mpeg", COEX_MEDIA_AUDIO },
    { ROW("\xff\xf1\x50"), 0, "a", "audio/aac", COEX_MEDIA_AUDIO },
    { ROW("#!AMR\n"), 0, "a", "audio/amr", COEX_MEDIA_AUDIO },
    { ROW("%PDF-1.4"), 100 * MB, "a", "application/pdf", COEX_MEDIA_DOCUMENT },
    { ROW("PK\3\4 [Content_Types].xml xl/workbook.xml"), 0, "a.docx",
      "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", COEX_MEDIA_DOCUMENT },
    { ROW("PK\3\4 something"), 0, "a.docx", "application/zip", COEX_MEDIA_DOCUMENT },
    { ROW("PK\3\4" TWENTY_SIX "mimetypeapplication/vnd.oasis.opendocument.textPK"), 0, "a.odt",
      "application/vnd.oasis.opendocument.text", COEX_MEDIA_DOCUMENT },
    { ROW("PK\3\4" TWENTY_SIX "mimetypeapplication/vnd.oasis.opendocument.text-masterPK"), 0,
      "a.odm", "application/zip", COEX_MEDIA_DOCUMENT },
    { ROW("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), 0, "A.XLS", "application/vnd.ms-excel",
      COEX_MEDIA_DOCUMENT },
    { ROW("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), 0, "a.msg", "application/octet-stream",
      COEX_MEDIA_DOCUMENT },
    { ROW("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), 0, "a.msi", NULL, 0 },
    { ROW("MZ\x90\0"), 0, "a.pdf", NULL, 0 },
    { ROW("#!/bin/sh\n"), 0, "a.txt", NULL, 0 },
    { ROW("# 1 loaf"), 0, "a.txt", "text/plain", COEX_MEDIA_DOCUMENT },
    { ROW("MZ is Mozambique"), 0, "a.txt", "text/plain", COEX_MEDIA_DOCUMENT },
    { ROW("<html>"), 0, "a.html", "text/plain", COEX_MEDIA_DOCUMENT },
    { ROW("\1\2\3\0"), 0, "a.bin", "application/octet-stream", COEX_MEDIA_DOCUMENT },
    { ROW("BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"), 0, "a.jpg", "image/bmp",
      COEX_MEDIA_DOCUMENT },
    { ROW("BMW and Audi, for sale"), 0, "a.txt", "text/plain", COEX_MEDIA_DOCUMENT },
    { ROW("II*\0\x08\0\0\0"), 0, "a.jpg", "image/tiff", COEX_MEDIA_DOCUMENT },
    { ROW("MM\0*\0\0\0\x08"), 0, "a.jpg", "image/tiff", COEX_MEDIA_DOCUMENT },
    { ROW("name;price\r\n\xe4pfel;4"), 0, "a.csv", "text/plain", COEX_MEDIA_DOCUMENT },
    { ROW("\x7f"
          "ELF\0"),
      0, "a.txt", NULL, 0 },
};

static void
test_find(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(CoexMedia) media = g_new0(CoexMedia, 1);
        g_autoptr(GError) error = NULL;

        media->name = g_strdup(cases[i].name);
        media->size = cases[i].size != 0 ? cases[i].size : (gint64)cases[i].length;
        g_test_message("case %u", (guint)i);
        if (!coex_file_type_find(media, (const guint8 *)cases[i].bytes, cases[i].length, &error)) {
            g_assert_null(cases[i].mime);
            g_assert_true(error->domain == COEX_ERROR);
            continue;
        }
        g_assert_cmpstr(media->mime, ==, cases[i].mime);
        g_assert_cmpint(media->kind, ==, cases[i].kind);
        g_assert_cmpint(media->voice, ==,
                        media->kind == COEX_MEDIA_AUDIO && g_str_equal(media->mime, "audio/ogg"));
    }
}

/* What is sent as a document for want of something better, and what of that would be. */
static void
test_note(void)
{
    static const struct {
        CoexMediaKind kind;
        const char *mime;
        const char *note; /* a glob */
    } rows[] = {
        { COEX_MEDIA_DOCUMENT, "image/gif", "*JPEG or PNG*" },
        { COEX_MEDIA_DOCUMENT, "image/webp", "*JPEG or PNG*" },
        { COEX_MEDIA_DOCUMENT, "video/quicktime", "*MP4*" },
        { COEX_MEDIA_DOCUMENT, "audio/ogg", "*MP3*" },
        { COEX_MEDIA_DOCUMENT, "application/zip", "*PDF*" },
        { COEX_MEDIA_DOCUMENT, "application/pdf", NULL },
        { COEX_MEDIA_DOCUMENT, "text/plain", NULL },
        { COEX_MEDIA_DOCUMENT, NULL, NULL },
        { COEX_MEDIA_IMAGE, "image/png", NULL },
        { COEX_MEDIA_STICKER, "image/webp", NULL },
        { COEX_MEDIA_AUDIO, "audio/ogg", NULL },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        CoexMedia media = { .kind = rows[i].kind, .mime = (char *)rows[i].mime };
        const char *note = coex_file_type_get_note(&media);

        if (rows[i].note == NULL)
            g_assert_null(note);
        else
            g_assert_true(note != NULL && g_pattern_match_simple(rows[i].note, note));
    }
}

/* What it can be made. */
static void
test_fit(void)
{
    static const struct {
        const char *bytes;
        gsize length;
        gint64 size;
        CoexFit fit;
    } rows[] = {
        { ROW(JPEG), 5 * MB, COEX_FIT_NONE },
        { ROW(JPEG), 5 * MB + 1, COEX_FIT_PICTURE },
        { ROW(JPEG), 200 * MB + 1, COEX_FIT_NONE },
        { ROW("\xff\xd8\xff\xc0\0\x14\x08\0\x10\0\x10\x04"), 5000, COEX_FIT_PICTURE },
        { ROW("GIF89a"), 5000, COEX_FIT_PICTURE },
        { ROW("II*\0\x08\0\0\0"), 100 * MB + 1, COEX_FIT_PICTURE },
        { ROW(WEBP(SIDE_512, SIDE_512)), 100 * 1000, COEX_FIT_NONE },
        { ROW(WEBP(SIDE_512, SIDE_512)), 100 * 1000 + 1, COEX_FIT_PICTURE },
        { ROW(WEBP(SIDE_513, SIDE_512)), 5000, COEX_FIT_PICTURE },
        { ROW("RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\2\0\0\0" SIDE_513 SIDE_512), 5000, COEX_FIT_NONE },
        { ROW("%PDF-1.4"), 100 * MB + 1, COEX_FIT_NONE },
        { ROW("\0\0\0\x18"
              "ftypisom\0\0"),
          16 * MB + 1, COEX_FIT_FILM },
        { ROW("\0\0\0\x18"
              "ftypqt  \0\0"),
          5000, COEX_FIT_FILM },
        { ROW("\x1a\x45\xdf\xa3"), 5000, COEX_FIT_FILM },
        { ROW("RIFF\0\0\0\0AVI LIST"), 5000, COEX_FIT_FILM },
        { ROW("RIFF\0\0\0\0WAVEfmt "), 5000, COEX_FIT_NONE },
        { ROW("\0\0\0\x18"
              "ftyp3gp5\0\0"),
          16 * MB, COEX_FIT_NONE },
        { ROW("\0\0\0\x18"
              "ftyp3gp5\0\0"),
          16 * MB + 1, COEX_FIT_FILM },
        { ROW("MZ\x90\0"), 5000, COEX_FIT_NONE },
        { ROW("PK\3\4 something"), 5000, COEX_FIT_NONE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(CoexMedia) media = g_new0(CoexMedia, 1);
        const guint8 *bytes = (const guint8 *)rows[i].bytes;

        media->size = rows[i].size;
        g_test_message("case %u", (guint)i);
        coex_file_type_find(media, bytes, rows[i].length, NULL);
        g_assert_cmpint(coex_file_type_get_fit(media, bytes, rows[i].length), ==, rows[i].fit);
    }
}

/* Nothing is read beyond what is there. */
static void
test_cut(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (gsize length = 1; length < cases[i].length; length++) {
            g_autoptr(CoexMedia) media = g_new0(CoexMedia, 1);
            g_autofree guint8 *bytes = g_memdup2(cases[i].bytes, length);

            media->size = (gint64)length;
            coex_file_type_find(media, bytes, length, NULL);
            coex_file_type_get_fit(media, bytes, length);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/file-type/find", test_find);
    g_test_add_func("/file-type/note", test_note);
    g_test_add_func("/file-type/fit", test_fit);
    g_test_add_func("/file-type/cut", test_cut);
    return g_test_run();
}
