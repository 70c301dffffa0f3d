// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/file-name.h"

#include "core/digest.h"
#include <string.h>

static void
test_names(void)
{
    static const struct {
        const char *told;
        const char *mime;
        const char *name;
    } rows[] = {
        { "Angebot.pdf", "application/pdf", "Angebot.pdf" },
        { "Foto vom Rad.JPEG", "image/jpeg", "Foto vom Rad.JPEG" },
        { "Übersicht ñ 日本.xlsx", NULL, "Übersicht ñ 日本.xlsx" },
        { "note", "audio/ogg; codecs=opus", "note.ogg" },
        { "song.opus", "audio/ogg; codecs=opus", "song.opus" },
        { NULL, "image/jpeg", "image.jpg" },
        { "", "image/webp", "image.webp" },
        { "../../x", NULL, "x" },
        { "/etc/passwd", NULL, "passwd" },
        { "C:\\Windows\\system.ini", NULL, "system.ini" },
        { "..", NULL, "image" },
        { "../..", "image/png", "image.png" },
        { "a/", "image/png", "image.png" },
        { ".bashrc", NULL, "bashrc" },
        { "-rf", NULL, "rf" },
        { "~", NULL, "image" },
        { "--help.txt", "text/plain", "help.txt" },
        { "con", NULL, "_con" },
        { "CON", "text/plain", "_CON.txt" },
        { "aux.txt", "text/plain", "_aux.txt" },
        { "lpt1 .txt", "text/plain", "_lpt1.txt" },
        { "console.txt", "text/plain", "console.txt" },
        { "a\nb\tc\rd\x1b[31m.txt", "text/plain", "a b c d[31m.txt" },
        { "invoice\u202Efdp.exe", "application/pdf", "invoicefdp.exe.pdf" },
        { "a\u200b\u2066b\u2069\ufeff.png", "image/png", "ab.png" },
        { "a\u00a0\u2003 b.png", "image/png", "a b.png" },
        { "invoice.pdf", "image/jpeg", "invoice.pdf.jpg" },
        { "invoice.pdf.desktop", "application/pdf", "invoice.pdf.desktop.pdf" },
        { "a<b>c:d\"e|f?g*h.png", "image/png", "a_b_c_d_e_f_g_h.png" },
        { "end. . .", NULL, "end" },
        { "x.png ", "image/png", "x.png" },
        { "\xff\xfe.png", "image/png", "\ufffd\ufffd.png" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *name = coex_file_name_make(rows[i].told, "image", rows[i].mime);

        g_assert_cmpstr(name, ==, rows[i].name);
    }
}

/* The user's own keep their endings, unless those are of something else. */
static void
test_own_names(void)
{
    static const char *const rows[][3] = {
        { "page.html", "text/plain", "page.html" },
        { "x.odt", "application/vnd.oasis.opendocument.text", "x.odt" },
        { "x.odt", "application/zip", "x.odt" },
        { "prices.csv", "text/plain", "prices.csv" },
        { "list", "text/plain", "list.txt" },
        { "all.pdf", "application/zip", "all.pdf.zip" },
        { "data", "application/octet-stream", "data" },
        { "..", "text/plain", "document.txt" },
        { "a\u202e/lmth.x", "text/plain", "lmth.x" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *name = coex_file_name_make_own(rows[i][0], "document", rows[i][1]);

        g_assert_cmpstr(name, ==, rows[i][2]);
    }
}

static void
assert_harmless(const char *name)
{
    g_assert_cmpuint(strlen(name), >, 0);
    g_assert_cmpuint(strlen(name), <=, COEX_FILE_NAME_MAX);
    g_assert_true(g_utf8_validate(name, -1, NULL));
    g_assert_null(strpbrk(name, "/\\\n"));
    g_assert_null(strchr(".- ~", name[0]));
    g_assert_null(strchr(". ", name[strlen(name) - 1]));
}

static void
test_long_names(void)
{
    g_autofree char *plain = g_strnfill(300, 'x');
    g_autofree char *told = g_strconcat(plain, ".jpg", NULL);
    g_autofree char *name = coex_file_name_make(told, "image", "image/jpeg");
    g_autoptr(GString) wide = g_string_new(NULL);

    assert_harmless(name);
    g_assert_true(g_str_has_suffix(name, "xxx.jpg"));
    for (guint i = 0; i < 100; i++) {
        g_autofree char *other = NULL;

        g_string_append(wide, i % 3 == 0 ? "€" : i % 3 == 1 ? "ß" : "😀");
        other = coex_file_name_make(wide->str, "image", "application/pdf");
        assert_harmless(other);
        g_assert_true(g_str_has_suffix(other, ".pdf"));
    }
}

/* Whatever bytes are told. */
static void
test_any_names(void)
{
    static const char *const pieces[] = { "/", "\\",     "..", ".",  "-",   " ",      "con",
                                          "x", "\u202e", "~",  "\n", "ext", ".exe",   "\xf0",
                                          "😀", ":",      "é",  "_",  "NUL", ".tar.gz" };

    for (guint i = 0; i < 20000; i++) {
        g_autoptr(GString) told = g_string_new(NULL);
        g_autofree char *name = NULL;
        g_autofree char *folder = NULL;

        for (gint n = g_test_rand_int_range(0, 12); n > 0; n--)
            g_string_append(told, pieces[g_test_rand_int_range(0, G_N_ELEMENTS(pieces))]);
        name = coex_file_name_make(told->str, "image", i % 2 ? "image/png" : NULL);
        assert_harmless(name);
        folder = coex_file_name_make_folder(told->str);
        assert_harmless(folder);
    }
}

static void
test_folders(void)
{
    static const char *const rows[][2] = {
        { "Ada Lovelace (0101)", "Ada Lovelace (0101)" },
        { "../../etc", "_._etc" },
        { "..", "unknown" },
        { "+12025550101", "+12025550101" },
        { "\u202e\u200b", "unknown" },
        { "nul", "_nul" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *folder = coex_file_name_make_folder(rows[i][0]);

        g_assert_cmpstr(folder, ==, rows[i][1]);
    }
}

static void
test_numbers(void)
{
    static const char *const rows[][2] = { { "a.jpg", "a (2).jpg" },
                                           { "a", "a (2)" },
                                           { "a.b.pdf", "a.b (2).pdf" } };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *name = coex_file_name_extend(rows[i][0], " (2)");

        g_assert_cmpstr(name, ==, rows[i][1]);
    }
}

/* Of "abc", as both providers write it. */
static void
test_digests(void)
{
    static const char *const good[] = {
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
        "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
        "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0=",
    };
    static const char *const bad[] = {
        "",
        "<SHA256>",
        "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ag",
        ("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
         "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
         "\xff"),
    };
    CoexDigest first;

    g_assert_true(coex_digest_read(good[0], &first));
    g_assert_cmpuint(first.bytes[0], ==, 0xba);
    for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
        CoexDigest digest;

        g_assert_true(coex_digest_read(good[i], &digest));
        g_assert_cmpmem(digest.bytes, sizeof digest.bytes, first.bytes, sizeof first.bytes);
    }
    g_assert_false(coex_digest_read(NULL, &first));
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(coex_digest_read(bad[i], &first));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/file-name/names", test_names);
    g_test_add_func("/file-name/own-names", test_own_names);
    g_test_add_func("/file-name/long", test_long_names);
    g_test_add_func("/file-name/any", test_any_names);
    g_test_add_func("/file-name/folders", test_folders);
    g_test_add_func("/file-name/numbers", test_numbers);
    g_test_add_func("/file-name/digests", test_digests);
    return g_test_run();
}
