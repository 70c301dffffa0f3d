// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/typed-line.h"

#include <glib.h>

static void
test_kinds(void)
{
    static const struct {
        const char *typed;
        CoexTypedLineKind kind;
        const char *word;
        const char *words;
        const char *markup;
    } cases[] = {
        { NULL, COEX_TYPED_MESSAGE, NULL, NULL, NULL },
        { "", COEX_TYPED_MESSAGE, NULL, NULL, NULL },
        { "Hello!", COEX_TYPED_MESSAGE, NULL, NULL, NULL },
        { "! no", COEX_TYPED_MESSAGE, NULL, NULL, NULL },
        { "!", COEX_TYPED_MESSAGE, NULL, NULL, NULL },
        { "!?", COEX_TYPED_MESSAGE, NULL, NULL, NULL },
        { "!!!", COEX_TYPED_MESSAGE, NULL, NULL, NULL },
        { "!1 Bob | A-17", COEX_TYPED_VERB, "1", "Bob | A-17", "Bob | A-17" },
        { "!hold  I will <b>call</b> ", COEX_TYPED_VERB, "hold", "I will *call*",
          "I will <b>call</b>" },
        { "!hold&nbsp;x &lt;3", COEX_TYPED_VERB, "hold", "x <3", "&nbsp;x &lt;3" },
        { "<font color=\"red\">!hold <b>x</b></font>", COEX_TYPED_VERB, "hold", "*x*", "*x*" },
        { "&#33;hold a &amp; b", COEX_TYPED_VERB, "hold", "a & b", "a &amp; b" },
        { "!a&amp; b", COEX_TYPED_VERB, "a&", "b", "b" },
        { "!find<p>x", COEX_TYPED_VERB, "find", "x", "<p>x" },
        { "!\xc3\xa9", COEX_TYPED_VERB, "\xc3\xa9", "", "" },
        { "!!send <i>me</i>", COEX_TYPED_MESSAGE, NULL, NULL, "!send <i>me</i>" },
        { "<!-- ! -->!!x", COEX_TYPED_MESSAGE, NULL, NULL, "!x" },
        { "<!DOCTYPE html>!!x &lt;", COEX_TYPED_MESSAGE, NULL, NULL, "!x &lt;" },
        { "&#33;&#33;x", COEX_TYPED_MESSAGE, NULL, NULL, "!x" },
        { "/join #x", COEX_TYPED_SLASH, "/join", NULL, NULL },
        { "/me waves", COEX_TYPED_MESSAGE, NULL, NULL, NULL },
        { "/ or", COEX_TYPED_MESSAGE, NULL, NULL, NULL },
        { "//etc/passwd", COEX_TYPED_MESSAGE, NULL, NULL, "/etc/passwd" },
        { "<span>//x</span>", COEX_TYPED_MESSAGE, NULL, NULL, "/x" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(CoexTypedLine) line = { 0 };

        g_test_message("%s", cases[i].typed);
        coex_typed_line_read(cases[i].typed, &line);
        g_assert_cmpint(line.kind, ==, cases[i].kind);
        g_assert_cmpstr(line.word, ==, cases[i].word);
        g_assert_cmpstr(line.words, ==, cases[i].words);
        g_assert_cmpstr(line.markup, ==, cases[i].markup);
    }
}

static void
test_number(void)
{
    static const struct {
        const char *typed;
        gboolean is_number;
        guint number;
    } cases[] = {
        { "!3", TRUE, 3 },   { "!007 x", TRUE, 7 }, { "!99999999999999999999", TRUE, G_MAXINT },
        { "!3a", FALSE, 0 }, { "!more", FALSE, 0 }, { "3", FALSE, 0 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(CoexTypedLine) line = { 0 };
        guint number = 0;

        coex_typed_line_read(cases[i].typed, &line);
        g_assert_cmpint(coex_typed_line_get_number(&line, &number), ==, cases[i].is_number);
        g_assert_cmpuint(number, ==, cases[i].number);
    }
}

static void
test_values(void)
{
    static const struct {
        const char *typed;
        const char *waiting;
        const char *values; /* joined with a slash; NULL: none */
    } cases[] = {
        { NULL, "w", NULL },
        { "", "w", NULL },
        { " Bob |A-17", NULL, "Bob/A-17" },
        { "|", NULL, "/" },
        { "= | == | a=b", "w | x", "w | x/==/a=b" },
        { "=", NULL, "=" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(GStrv) values = coex_typed_line_split_values(cases[i].typed, cases[i].waiting);
        g_autofree char *joined = values != NULL ? g_strjoinv("/", values) : NULL;

        g_assert_cmpstr(joined, ==, cases[i].values);
    }
}

static void
test_path(void)
{
    static const struct {
        const char *words;
        const char *path;
        const char *rest;
    } cases[] = {
        { "/tmp/a.jpg", "/tmp/a.jpg", "" },
        { "  ~/a.jpg   at  home ", "~/a.jpg", "at  home " },
        { "\"/tmp/my photo.jpg\" seen", "/tmp/my photo.jpg", "seen" },
        { "'/tmp/it \"is\".jpg'seen", "/tmp/it \"is\".jpg", "seen" },
        { "/tmp/my\\ photo.jpg seen", "/tmp/my photo.jpg", "seen" },
        { "\"/tmp/open", "/tmp/open", "" },
        { "", NULL, "" },
        { "\"\" x", NULL, "x" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *rest = NULL;
        g_autofree char *path = coex_typed_line_dup_path(cases[i].words, &rest);

        g_assert_cmpstr(path, ==, cases[i].path);
        g_assert_cmpstr(rest, ==, cases[i].rest);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/line/kinds", test_kinds);
    g_test_add_func("/line/number", test_number);
    g_test_add_func("/line/values", test_values);
    g_test_add_func("/line/path", test_path);
    return g_test_run();
}
