// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/text.h"

/* Texts for hosts that take less than the others, or show each line as one of its own. */

typedef struct {
    const char *in;
    const char *out;
} Pair;

static void
check_pairs(const Pair *pairs, gsize n_pairs, char *(*convert)(const char *))
{
    for (gsize i = 0; i < n_pairs; i++) {
        g_autofree char *out = convert(pairs[i].in);

        g_test_message("%s", pairs[i].in);
        g_assert_cmpstr(out, ==, pairs[i].out);
    }
}

#define CHECK_PAIRS(pairs, convert) check_pairs(pairs, G_N_ELEMENTS(pairs), convert)

static void
test_html_as(void)
{
    static const struct {
        const char *in;
        CoexTextFlags flags;
        const char *out;
    } rows[] = {
        { "~10~ 8 EUR *now*", COEX_TEXT_NO_STRIKE, "~10~ 8 EUR <b>now</b>" },
        { "*~a~* ~*b*~", COEX_TEXT_NO_STRIKE, "<b>~a~</b> ~<b>b</b>~" },
        { "~10~ 8\n*now*", COEX_TEXT_RAW_BREAKS, "<s>10</s> 8\n<b>now</b>" },
        { "~a~ *b*\n<c>", COEX_TEXT_NO_MARKS, "~a~ *b*<br>&lt;c&gt;" },
        { "~a~\n*b*", COEX_TEXT_NO_MARKS | COEX_TEXT_RAW_BREAKS, "~a~\n*b*" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *html = coex_text_to_html_as(rows[i].in, rows[i].flags);

        g_assert_cmpstr(html, ==, rows[i].out);
    }
}

#define LINE 40

static char *
to_lines(const char *text)
{
    return coex_text_to_html_lines(text, COEX_TEXT_NO_STRIKE, LINE);
}

/* Where "* " is the mark of our own lines, nobody else's line begins so. */
static void
test_html_lines(void)
{
    static const Pair pairs[] = {
        { "* Not sent", "• Not sent" },
        { "  *\tNot sent", "•\tNot sent" },
        { "a\n* b\n*c* d", "a<br>• b<br><b>c</b> d" },
        { "_*_ Not sent: *x*", "_*_ Not sent: *x*" },
        { "~*~ Not sent", "~*~ Not sent" },
        { "*_*_* Not sent", "<b>_</b>_* Not sent" },
        { "*\xe2\x80\x8b Not sent", "•\xe2\x80\x8b Not sent" },
        { "\xe2\xa0\x80*\xe2\xa0\x80Not sent", "•\xe2\xa0\x80Not sent" },
        { "\xef\xbc\x8a Not sent", "• Not sent" },
        { "a\xe2\x80\xa8* b\r* c\xc2\x85* d", "a<br>• b<br>• c<br>• d" },
        { "** a", "** a" },
        { "*a* b", "<b>a</b> b" },
        { "*", "*" },
        { "5 * 3", "5 * 3" },
        { "/me x\n*/me y*\n/mex", "\xe2\x80\x8b/me x<br>\xe2\x80\x8b<b>/me y</b><br>/mex" },
        { "the first words of a longer line, then * Not sent: x",
          "the first words of a longer line,<br>then * Not sent: x" },
        { "the first words of such a longer line * Not sent: x",
          "the first words of such a longer<br>line * Not sent: x" },
        { "the first words of a longer one here * Not sent: x",
          "the first words of a longer one here<br>• Not sent: x" },
        { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa<br>aaaaaaaa" },
        { "ääääääääääääääääääääää", "ääääääääääääääääää<br>ääää" },
        { "*bold over the end of a line that is long*",
          "*bold over the end of a line that is<br>long*" },
        { "a\n\nb", "a<br><br>b" },
        { NULL, "" },
    };

    CHECK_PAIRS(pairs, to_lines);
}

/* Where "> " begins the words that a message answers, no other line begins so. */
static void
test_guard_quotes(void)
{
    static const Pair pairs[] = {
        { "> You said so\nYes", "│ You said so\nYes" },
        { "Yes\n> a\n>\tb\r> c\xe2\x80\xa8> d", "Yes\n│ a\n│\tb\n│ c\n│ d" },
        { " *>* a", " *│* a" },
        { "_>_\xc2\xa0"
          "a",
          "_│_\xc2\xa0"
          "a" },
        { "\xe2\x80\x8b> a", "\xe2\x80\x8b│ a" },
        { "\xef\xbc\x9e a", "│ a" },
        { "\xef\xb9\xa5 a", "│ a" },
        { "> *bold* > x", "│ *bold* > x" },
        { ">100 EUR\n>:(\n>", ">100 EUR\n>:(\n>" },
        { "1 > 0", "1 > 0" },
        { NULL, "" },
    };
    g_autofree char *wrapped = to_lines("the first words of a longer one here > I owe you\n> said");

    CHECK_PAIRS(pairs, coex_text_guard_quotes);
    /* nor one that begins where the host breaks a line; a quote of ours stays */
    g_assert_cmpstr(wrapped, ==,
                    "the first words of a longer one here<br>│ I owe you<br>&gt; said");
}

static char *
to_marked(const char *text)
{
    return coex_text_mark_lines(text, LINE);
}

static void
test_mark_lines(void)
{
    static const Pair pairs[] = {
        { "Sent", "* Sent" },
        { "Not sent: “a\nb”", "* Not sent: “a\n* b”" },
        { "a\r\nb\xe2\x80\xa8"
          "c",
          "* a\n* b\n* c" },
        { "words enough that the line is wrapped at its end",
          "* words enough that the line is wrapped\n* at its end" },
    };

    CHECK_PAIRS(pairs, to_marked);
}

static char *
times_x(guint n, const char *rest)
{
    g_autofree char *x = g_strnfill(n, 'x');

    return g_strconcat(x, rest, NULL);
}

static void
test_join_cut(void)
{
    static const struct {
        guint length;
        const char *rest;
        const char *joined;
    } cases[] = {
        { 420, " \nand on", " and on" },
        { 420, "\nA new paragraph", NULL },    /* as people write */
        { 420, " \n\nA new paragraph", NULL }, /* an empty line is meant */
        { 280, " \nA new line", NULL },        /* no client cuts so early */
        { 355, " \nA new line", NULL },        /* the word would have fitted */
        { 355, " \nRechtsschutzversicherungsgesellschaften",
          " Rechtsschutzversicherungsgesellschaften" },
        { 360, "&lt;&gt;&amp;&quot; \nA new line", NULL }, /* five bytes */
        { 420, "&lt;&gt;&amp;&quot; \nand on", "&lt;&gt;&amp;&quot; and on" },
        { 500, " \nA new paragraph", NULL }, /* no client sends so much in one line */
        { 420, " \n and on", NULL },         /* a client would have kept that blank too */
        { 200,
          "<A HREF=\"https://shop.example/a/rather/long/address/of/a/page/that/has/a/name/and/"
          "ends/here/at/the/hundredth\"></A> \nnext",
          NULL },
        { 420, " \n", NULL },
        { 420, " ", NULL },
        { 0, "", NULL },
        { 0, "\n \n", NULL },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *typed = times_x(cases[i].length, cases[i].rest);
        g_autofree char *expected =
            times_x(cases[i].length, cases[i].joined ? cases[i].joined : cases[i].rest);
        g_autofree char *joined = coex_text_join_cut(typed);

        g_assert_cmpstr(joined, ==, expected);
    }

    /* Each line is judged for itself, and a part that was cut again too. */
    g_autofree char *part = times_x(400, " ");
    g_autofree char *typed = g_strjoin("\n", part, part, "end", "below", NULL);
    g_autofree char *expected = g_strconcat(part, part, "end\nbelow", NULL);
    g_autofree char *joined = coex_text_join_cut(typed);

    g_assert_cmpstr(joined, ==, expected);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text/guard-quotes", test_guard_quotes);
    g_test_add_func("/text/html-as", test_html_as);
    g_test_add_func("/text/html-lines", test_html_lines);
    g_test_add_func("/text/mark-lines", test_mark_lines);
    g_test_add_func("/text/join-cut", test_join_cut);
    return g_test_run();
}
