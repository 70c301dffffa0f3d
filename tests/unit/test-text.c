// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/text.h"

#include <string.h>
#include <time.h>

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
test_markup_plain(void)
{
    static const Pair pairs[] = {
        { "", "" },
        { " \n<br> &nbsp;", "" },
        { "<b> </b>", "" },
        { "hello", "hello" },
        { " keeps its ends ", " keeps its ends " },
        { "&lt;b&gt; &amp; &quot;q&quot;", "<b> & \"q\"" },
        { "it's 😀 ñ", "it's 😀 ñ" },
        { "it&apos;s&nbsp;me", "it's me" },
        { "&#8230;&#x1F600;&#X41;", "…😀A" },
        { "&euro;5 &uuml;ber", "€5 über" },
        { "&bogus; &amp &; &#; &#x; &#0; &#xd800; &#1114112; &#12",
          "&bogus; &amp &; &#; &#x; &#0; &#xd800; &#1114112; &#12" },
        { "&#99999999999999999999999;", "&#99999999999999999999999;" },
        { "&amp;lt;", "&lt;" },
        { "&#2;bold&#10;x", "bold\nx" },
        { "a<br>b<BR/>c<br />d", "a\nb\nc\nd" },
        { "a\nb\r\nc\rd", "a\nb\nc\nd" },
        { "a\xe2\x80\xa8"
          "b",
          "a\nb" },
        { "<p>one</p><p>two</p>", "one\ntwo" },
        { "<div>one<div>two</div></div>three", "one\ntwo\nthree" },
        { "<ul><li>a</li><li>b</li></ul>", "a\nb" },
        { "<FONT FACE=\"x>y\" color='red'>red</FONT>", "red" },
        { "<html><body>raw</body></html>", "raw" },
        { "a <!-- no > text --> b", "a  b" },
        { "a <!-- open", "a <!-- open" },
        { "<!DOCTYPE html>a<?xml version='1'?>b", "ab" },
        { "1 < 2 and 3 > 2", "1 < 2 and 3 > 2" },
        { "I <3 you", "I <3 you" },
        { "<joe@example.org>", "<joe@example.org>" },
        { "<", "<" },
        { "<b", "<b" },
        { "</", "</" },
        { "<a href=\"x>unclosed quote", "unclosed quote (x)" },
        { "x<img src='a' alt='a &amp; b'>y", "xa & by" },
        { "<IMG ID=\"3\">", "" },
        { "tab\there\x01\x7f", "tab\there" },
        { "bad \xff\xfe", "bad \xef\xbf\xbd\xef\xbf\xbd" },
        { NULL, "" },
    };

    CHECK_PAIRS(pairs, coex_text_from_markup);
}

static void
test_markup_styles(void)
{
    static const Pair pairs[] = {
        { "<b>x</b>", "*x*" },
        { "<STRONG>x</STRONG>", "*x*" },
        { "<i>x</i> <em>y</em>", "_x_ _y_" },
        { "<s>x</s> <del>y</del> <strike>z</strike>", "~x~ ~y~ ~z~" },
        { "<tt>x</tt> <code>y</code>", "```x``` ```y```" },
        { "<u>x</u>", "x" },
        { "a <b> x </b> b", "a  *x*  b" },
        { "<b> x </b>", " *x* " },
        { "<b>x</b><b>y</b>", "*xy*" },
        { "<b><i>x</i></b>", "*_x_*" },
        { "<i><b>x</b> y</i>", "_*x* y_" },
        { "<b>a <i>b</b> c</i>", "*a _b_* _c_" },
        { "<b>a<i>b</b>c</i>", "abc" },
        { "<b>a<i>b</i>c</b>", "*abc*" },
        { "Hel<b>lo</b>", "Hello" },
        { "<b>Hel</b>lo <b>W</b>, x", "Hello *W*, x" },
        { "2<b>, 3</b>", "2, 3" },
        { "(<i>a</i>)<b>b</b>!", "(_a_)*b*!" },
        { "<b>a</b><i>b</i>", "*a*_b_" },
        { "<b>a</b><i>b</i>c", "abc" },
        { "<tt>a</tt><b>b</b>", "```a```*b*" },
        { "日<b>本</b>語", "日本語" },
        { "<b>open", "*open*" },
        { "<b>open <i>both", "*open _both_*" },
        { "x</b>y", "xy" },
        { "<b>a<b>b</b>c</b> d", "*abc* d" },
        { "<b>one<br>two</b>", "*one*\n*two*" },
        { "<b>one \n\n two</b>", "*one* \n\n *two*" },
        { "<b></b>x", "x" },
        { "<b><br></b>x", "\nx" },
        { "<tt>a<br>b</tt>", "```a\nb```" },
        { "<tt>a <b>b</b> c</tt>", "```a b c```" },
        { "<b>a <tt>b</tt> c</b>", "*a* ```b``` *c*" },
        { "<b>a&amp;b</b>", "*a&b*" },
        { "<span style='font-weight: bold; font-style: italic'>x</span> y", "*_x_* y" },
        { "<span style='font-weight: bold; font-style: italic'>x</span>y", "xy" },
        { "<span style=\"text-decoration: line-through\">x</span>", "~x~" },
        { "<span><span style='font-weight:bold'>x</span> y</span>", "*x* y" },
        { "<p><b>x</b></p><p>y</p>", "*x*\ny" },
        { "<b>*typed*</b>", "**typed**" },
        { "plain *typed* _marks_", "plain *typed* _marks_" },
    };

    CHECK_PAIRS(pairs, coex_text_from_markup);
}

static void
test_markup_irc(void)
{
    static const Pair pairs[] = {
        { "\x02"
          "bold\x02 plain",
          "*bold* plain" },
        { "\x02"
          "bold to the end",
          "*bold to the end*" },
        { "\x1ditalic\x1d", "_italic_" },
        { "\x1estrike\x1e", "~strike~" },
        { "\x11mono\x11", "```mono```" },
        { "\x1f"
          "under\x1fline",
          "underline" },
        { "\x16rev\x16", "rev" },
        { "\x03"
          "4red\x03 x",
          "red x" },
        { "\x03"
          "04,12red\x03 x",
          "red x" },
        { "\x03"
          "123",
          "3" },
        { "\x03"
          "4,text",
          ",text" },
        { "\x03", "" },
        { "\x03,5", ",5" },
        { "\x04"
          "ff00ffx",
          "x" },
        { "\x02\x1d"
          "both\x0f plain",
          "*_both_* plain" },
        { "\x02one\ntwo", "*one*\ntwo" },
        { "\x02"
          "a\x02\x02"
          "b\x02",
          "*ab*" },
        { "a\x02 b \x02"
          "c",
          "a *b* c" },
        { "\x02&lt;x&gt;\x02", "*<x>*" },
    };

    CHECK_PAIRS(pairs, coex_text_from_markup);
}

static void
test_markup_links(void)
{
    static const Pair pairs[] = {
        { "<A HREF=\"http://x/?a=1&b=2\">http://x/?a=1&amp;b=2</A>", "http://x/?a=1&b=2" },
        { "<a href='http://x/?a=1&amp;b=2'>http://x/?a=1&amp;b=2</a>", "http://x/?a=1&b=2" },
        { "<a href=\"https://shop.de/\">shop.de</a>!", "shop.de!" },
        { "see <a href=\"https://shop.de/a\">our shop</a>.", "see our shop (https://shop.de/a)." },
        { "<a href=\"mailto:a@b.de\">a@b.de</a>", "a@b.de" },
        { "<a href=\"mailto:a@b.de\">write</a>", "write (a@b.de)" },
        { "<a href=https://x.de>label</a>", "label (https://x.de)" },
        { "<a class='k' href = 'https://x.de' >label</a>", "label (https://x.de)" },
        { "<a href=\"https://x.de\"></a>", "https://x.de" },
        { "<a href=\"\">x</a><a>y</a>", "xy" },
        { "<a href=\"https://x.de\">open", "open (https://x.de)" },
        { "<b><a href=\"https://x.de\">bold</a></b>", "*bold (https://x.de)*" },
        { "<a href=\"https://x.de\"><b>bold</b></a> z", "*bold* (https://x.de) z" },
        { "<a title='href=no' href='https://x.de'>t</a>", "t (https://x.de)" },
    };

    CHECK_PAIRS(pairs, coex_text_from_markup);
}

static char *
to_html(const char *text)
{
    return coex_text_to_html_as(text, 0);
}

static void
test_html(void)
{
    static const Pair pairs[] = {
        { "", "" },
        { "hello", "hello" },
        { "<b>&\"it's\"", "&lt;b&gt;&amp;&quot;it's&quot;" },
        { "a\nb\r\nc\rd", "a<br>b<br>c<br>d" },
        { "*bold* _italic_ ~gone~", "<b>bold</b> <i>italic</i> <s>gone</s>" },
        { "*_both_*", "<b><i>both</i></b>" },
        { "_*~all~*_", "<i><b><s>all</s></b></i>" },
        { "*a _b* c_", "<b>a _b</b> c_" },
        { "(*x*), *y*.", "(<b>x</b>), <b>y</b>." },
        { "2*3*4", "2*3*4" },
        { "snake_case_name", "snake_case_name" },
        { "_snake_case_", "<i>snake_case</i>" },
        { "* not* bold", "* not* bold" },
        { "*not *", "*not *" },
        { "*a\nb*", "*a<br>b*" },
        { "**", "**" },
        { "***", "***" },
        { "**x**", "*<b>x</b>*" },
        { "*x*y*", "<b>x*y</b>" },
        { "*", "*" },
        { "*a* *b*", "<b>a</b> <b>b</b>" },
        { "*<i>*", "<b>&lt;i&gt;</b>" },
        { "*ü*ü", "*ü*ü" },
        { "ü*x*", "ü*x*" },
        { "```*x* <b>\ny```", "```*x* &lt;b&gt;<br>y```" },
        { "`*x*` *y*", "`*x*` <b>y</b>" },
        { "`*x* *y*", "`<b>x</b> <b>y</b>" },
        { "```*x*", "```<b>x</b>" },
        { "*a `b* c` d*", "<b>a `b* c` d</b>" },
        { "*a ```b\nc``` d*", "*a ```b<br>c``` d*" },
        { "``````", "``````" },
        { "``", "``" },
        { "https://x.de/_a_/*b*", "https://x.de/_a_/*b*" },
        { "*https://x.de/a_b*", "<b>https://x.de/a_b</b>" },
        { "_see https://x.de/_a_ now_", "<i>see https://x.de/_a</i> now_" },
        { "https://x.de/?a=1&b=\"", "https://x.de/?a=1&amp;b=&quot;" },
        { "http:// *x*", "http:// <b>x</b>" },
        { "a\x01\x02z\x7f", "az" },
        { "\xe2\x80\xaeorder\xe2\x80\xac x", "order x" },
        { "*\xe2\x80\xae x*", "* x*" },
        { "a\xe2\x80\xa8"
          "b\xc2\x85"
          "c",
          "a<br>b<br>c" },
        { "\xff", "\xef\xbf\xbd" },
        { "👩‍👩‍👧 x", "👩‍👩‍👧 x" },
        { "<script>x()</script>", "&lt;script&gt;x()&lt;/script&gt;" },
        { "<a href=javascript:x>*y*", "&lt;a href=javascript:x&gt;<b>y</b>" },
        { "javascript:x &lt;img src=x", "javascript:x &amp;lt;img src=x" },
        { NULL, "" },
    };
    g_autoptr(GString) emoji = g_string_new(NULL);
    g_autofree char *html = NULL;

    CHECK_PAIRS(pairs, to_html);
    for (guint i = 0; i < COEX_TEXT_MAX; i++)
        g_string_append(emoji, "😀");
    html = coex_text_to_html_as(emoji->str, 0);
    g_assert_cmpstr(html, ==, emoji->str);
}

static void
test_escape(void)
{
    static const Pair pairs[] = {
        { "*x* <b>\n`y`", "*x* &lt;b&gt;<br>`y`" },
        { "it's & \"so\"", "it's &amp; &quot;so&quot;" },
        { "a\xe2\x80\xae\x03z", "az" },
        { "a \xe2\x81\xa6x\xe2\x81\xa9", "a \xe2\x81\xa6x\xe2\x81\xa9" },
        { "\xe2\x81\xa7x\ny\xe2\x81\xa9", "\xe2\x81\xa7x\xe2\x81\xa9<br>y" },
        { NULL, "" },
    };

    CHECK_PAIRS(pairs, coex_text_escape);
}

/* What a host shows of a message and sends back is the message. */
static void
test_round_trip(void)
{
    static const char *const texts[] = {
        "hello",
        "*bold* and _italic_ and ~gone~",
        "*_x_* y",
        "_a *b* c_",
        "one\n*two*\n\n_three_",
        "5 < 6 & \"7\" > 'x'",
        "&amp; &lt;b&gt; <br>",
        "```code *x*\nmore```",
        "`a_b_`",
        "https://x.de/?a=1&b=_2_",
        "2*3*4 snake_case",
        "  two  blanks\ttab ",
        "😀 *ä* 日本語",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *html = coex_text_to_html_as(texts[i], 0);
        g_autofree char *back = coex_text_from_markup(html);

        g_assert_cmpstr(back, ==, texts[i]);
    }
}

static void
test_action(void)
{
    static const char *const yes[] = { "/me waves",         "/ME x",    "*/me x*", "_*/me x*_",
                                       "\xe2\x80\xae/me x", "\x01/me x" };
    static const char *const no[] = {
        "", "/me", "/mean x", " /me x", "x /me y", "me", COEX_TEXT_SHIELD "/me x"
    };

    for (gsize i = 0; i < G_N_ELEMENTS(yes); i++)
        g_assert_true(coex_text_is_action(yes[i]));
    for (gsize i = 0; i < G_N_ELEMENTS(no); i++)
        g_assert_false(coex_text_is_action(no[i]));
    g_assert_false(coex_text_is_action(NULL));
}

static void
test_blank(void)
{
    static const char *const yes[] = {
        "",
        " \n\t",
        "\x01",
        "\xe2\x80\x8b",
        "\xe2\x80\xae",
        "\xe3\x85\xa4",
        "\xe2\xa0\x80 \xc2\xad",
    };
    static const char *const no[] = { "a", " .", "😀", "語", "\xe2\x80\x8fא", "e\xcc\x81", "\xff" };

    for (gsize i = 0; i < G_N_ELEMENTS(yes); i++)
        g_assert_true(coex_text_is_blank(yes[i]));
    for (gsize i = 0; i < G_N_ELEMENTS(no); i++)
        g_assert_false(coex_text_is_blank(no[i]));
    g_assert_true(coex_text_is_blank(NULL));
}

static void
test_split(void)
{
    static const struct {
        const char *text;
        gsize max;
        const char *parts; /* joined with | */
    } cases[] = {
        { "", 10, "" },
        { " \n ", 10, "" },
        { "short", 10, "short" },
        { "exactly 10", 10, "exactly 10" },
        { "exactly ten.", 10, "exactly|ten." },
        { "one two three", 7, "one two|three" },
        { "one two. three four", 12, "one two.|three four" },
        { "aaaa bbbb\ncc dd", 13, "aaaa bbbb|cc dd" },
        { "aaaa\n\nbb\ncc dd", 8, "aaaa|bb\ncc dd" },
        { "aaaaaaaaaaaaa", 5, "aaaaa|aaaaa|aaa" },
        { "a bbbbbbbbbbbb", 8, "a|bbbbbbbb|bbbb" },
        { "  ab", 10, "  ab" },
        { "ab      cd", 4, "ab|cd" },
        { "日本。日本語日本", 5, "日本。|日本語日本" },
        { "äöüäöü", 4, "äöüä|öü" },
        { "e\xcc\x81"
          "e\xcc\x81"
          "e\xcc\x81",
          3, "e\xcc\x81|e\xcc\x81|e\xcc\x81" },
        { "👍🏽👍🏽", 3, "👍🏽|👍🏽" },
        { "🇩🇪🇫🇷🇪🇸", 3, "🇩🇪|🇫🇷|🇪🇸" },
        { "👩‍👩‍👧👩‍👩‍👧", 7, "👩‍👩‍👧|👩‍👩‍👧" },
        { "👩‍👩‍👧", 2, "👩‍|👩‍|👧" },
        { "ab", 0, "a|b" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(GStrv) parts = coex_text_split(cases[i].text, cases[i].max);
        g_autofree char *joined = g_strjoinv("|", parts);

        g_test_message("%s", cases[i].text);
        g_assert_cmpstr(joined, ==, cases[i].parts);
    }
}

static void
test_excerpt(void)
{
    static const struct {
        const char *text;
        gsize max;
        const char *out;
    } cases[] = {
        { "", 10, "" },
        { "  a\n\n b\t c ", 10, "a b c" },
        { "exactly 10", 10, "exactly 10" },
        { "one two three", 10, "one two…" },
        { "one two three", 8, "one two…" },
        { "aaaaaaaaaaaaaaaaa", 5, "aaaa…" },
        { "a bbbbbbbbbbbbbbb", 8, "a bbbbb…" },
        { "abc", 1, "…" },
        { "abc", 0, "…" },
        { "a", 1, "a" },
        { "👍🏽👍🏽👍🏽", 4, "👍🏽…" },
        { "x\xe2\x80\xaey", 9, "xy" },
        { NULL, 9, "" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *out = coex_text_excerpt(cases[i].text, cases[i].max);

        g_assert_cmpstr(out, ==, cases[i].out);
    }
}

static void
test_wrap(void)
{
    static const struct {
        const char *text;
        gsize columns;
        const char *out;
    } cases[] = {
        { "", 10, "" },
        { "one two three four", 9, "one two\nthree\nfour" },
        { "one\n\ntwo three", 5, "one\n\ntwo\nthree" },
        { "exactly ten now", 11, "exactly ten\nnow" },
        { "aaaaaaaaaaaa b", 5, "aaaaa\naaaaa\naa b" },
        { "x aaaaaaaaaaaa", 5, "x\naaaaa\naaaaa\naa" },
        { "  in out", 6, "  in\nout" },
        { "trailing   ", 20, "trailing" },
        { "日本語 日本", 6, "日本語\n日本" },
        { "日本語日本", 5, "日本\n語日\n本" },
        { "a b", 0, "a\nb" },
        { NULL, 5, "" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *out = coex_text_wrap(cases[i].text, cases[i].columns);

        g_assert_cmpstr(out, ==, cases[i].out);
    }
}

/* What makes these functions work hardest. */
// clang-format off
static const char *const hard_pieces[] = {
    "word", "x", "ü", "日本", "😀", "👍🏽", "🇩🇪", "\xcc\x81", "\xe2\x80\x8d", " ", "  ", "\n", "\r",
    "\t", "*", "_", "~", "`", "```", "<", ">", "&", "\"", "'", "<b>", "</b>", "<i>", "</i>",
    "<s>", "</s>", "<tt>", "</tt>", "<br>", "<a href=\"http://x/y\">", "<a href='", "</a>", "<p>",
    "</p>", "<span style='bold'>", "</span>", "<!--", "-->", "&amp;", "&lt;", "&#65;", "&#x",
    "&;", "http://x.de/", "https://", ".", "! ", "\x02", "\x03", "12,3", "\x04", "\x0f", "\x11",
    "\x1d", "\x1e", "\x1f", "\xff", "\xc3", "\xe2\x80\xae", "/me ", "\xe2\x80\xa8",
};
// clang-format on

/* Random text, the same at each run. */
static char *
make_text(GRand *random)
{
    GString *text = g_string_new(NULL);
    int n_pieces = g_rand_int_range(random, 0, 60);

    for (int i = 0; i < n_pieces; i++)
        g_string_append(text, hard_pieces[g_rand_int_range(random, 0, G_N_ELEMENTS(hard_pieces))]);
    return g_string_free(text, FALSE);
}

/* The letters and digits of a text, which no function may lose or invent. */
static char *
dup_letters(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *letters = g_string_new(NULL);

    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        if (g_unichar_isalnum(g_utf8_get_char(p)))
            g_string_append_unichar(letters, g_utf8_get_char(p));
    }
    return g_string_free(letters, FALSE);
}

static void
assert_same_letters(const char *a, const char *b)
{
    g_autofree char *letters_a = dup_letters(a);
    g_autofree char *letters_b = dup_letters(b);

    g_assert_cmpstr(letters_a, ==, letters_b);
}

/* Takes our own tags and entities out again; anything else that looks like one is a failure. */
static char *
strip_own_html(const char *html)
{
    static const char *const allowed[] = { "<b>", "</b>", "<i>", "</i>", "<s>", "</s>", "<br>" };
    GString *text = g_string_new(NULL);

    while (*html) {
        gboolean found = FALSE;

        for (gsize i = 0; i < G_N_ELEMENTS(allowed) && *html == '<' && !found; i++) {
            found = g_str_has_prefix(html, allowed[i]);
            html += found ? strlen(allowed[i]) : 0;
        }
        g_assert_true(found || (*html != '<' && *html != '>' && *html != '"'));
        if (*html == '&') {
            g_assert_true(g_str_has_prefix(html, "&amp;") || g_str_has_prefix(html, "&lt;") ||
                          g_str_has_prefix(html, "&gt;") || g_str_has_prefix(html, "&quot;"));
            html = strchr(html, ';') + 1;
        } else if (!found) {
            g_string_append_c(text, *html++);
        }
    }
    return g_string_free(text, FALSE);
}

static void
test_random_html(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(4711);

    for (int i = 0; i < 20000; i++) {
        g_autofree char *text = make_text(random);
        g_autofree char *html = coex_text_to_html_as(text, 0);
        g_autofree char *plain = coex_text_escape(text);
        g_autofree char *stripped = strip_own_html(html);
        g_autofree char *stripped_plain = strip_own_html(plain);

        g_assert_true(g_utf8_validate(html, -1, NULL));
        assert_same_letters(text, stripped);
        assert_same_letters(text, stripped_plain);
        g_assert_null(strstr(plain, "<b>"));
    }
}

/* Words between tags stay, whatever the tags; each mark that was set is set again. */
static void
test_random_markup(void)
{
    static const char *const around[] = {
        "<b>",     "</b>", "<i>",   "</i>", "<s>",
        "</s>",    "<tt>", "</tt>", "<br>", "\n",
        " ",       "\x02", "\x1d",  "\x1e", "\x11",
        "\x0f",    "<p>",  "</p>",  "<u>",  "<span style='font-style:italic'>",
        "</span>", "\x03", "\xff",  "&amp;"
    };
    g_autoptr(GRand) random = g_rand_new_with_seed(815);

    for (int i = 0; i < 20000; i++) {
        g_autofree char *hostile = make_text(random);
        g_autofree char *out = coex_text_from_markup(hostile);
        g_autoptr(GString) html = g_string_new(NULL);
        g_autoptr(GString) words = g_string_new(NULL);
        g_autofree char *text = NULL;
        int n_words = g_rand_int_range(random, 0, 20);

        g_assert_true(g_utf8_validate(out, -1, NULL));
        for (int j = 0; j < n_words; j++) {
            g_string_append(html, around[g_rand_int_range(random, 0, G_N_ELEMENTS(around))]);
            g_string_append_printf(html, "w%c", 'a' + j);
            g_string_append_printf(words, "w%c", 'a' + j);
            g_string_append(html, around[g_rand_int_range(random, 0, G_N_ELEMENTS(around))]);
        }
        text = coex_text_from_markup(html->str);
        assert_same_letters(text, words->str);
    }
}

static void
test_random_cuts(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(42);

    for (int i = 0; i < 20000; i++) {
        g_autofree char *text = make_text(random);
        gsize max = (gsize)g_rand_int_range(random, 1, 40);
        g_auto(GStrv) parts = coex_text_split(text, max);
        g_autofree char *joined = g_strjoinv("", parts);
        g_autofree char *excerpt = coex_text_excerpt(text, max);
        g_autofree char *wrapped = coex_text_wrap(text, max);

        for (char **part = parts; *part; part++) {
            g_assert_true(g_utf8_validate(*part, -1, NULL));
            g_assert_cmpint(g_utf8_strlen(*part, -1), <=, max);
            g_assert_cmpint(g_utf8_strlen(*part, -1), >, 0);
        }
        assert_same_letters(text, joined);
        assert_same_letters(text, wrapped);
        g_assert_true(g_utf8_validate(excerpt, -1, NULL));
        g_assert_cmpint(g_utf8_strlen(excerpt, -1), <=, max);
        g_assert_null(strchr(excerpt, '\n'));
        g_assert_true(g_utf8_validate(wrapped, -1, NULL));
        (void)coex_text_is_action(text);
    }
}

static gint64
get_work_us(void)
{
    struct timespec work;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &work);
    return work.tv_sec * G_USEC_PER_SEC + work.tv_nsec / 1000;
}

/* The work that all functions together have with @piece over and over again. */
static gint64
measure_us(const char *piece, gsize length)
{
    g_autoptr(GString) text = g_string_new(NULL);
    gint64 start_us;

    while (text->len < length)
        g_string_append(text, piece);
    start_us = get_work_us();
    g_free(coex_text_to_html_as(text->str, 0));
    g_free(coex_text_to_html_lines(text->str, 0, 400));
    g_free(coex_text_mark_lines(text->str, 400));
    g_free(coex_text_from_markup(text->str));
    g_strfreev(coex_text_split(text->str, COEX_TEXT_MAX));
    g_free(coex_text_wrap(text->str, 70));
    g_free(coex_text_excerpt(text->str, 60));
    return get_work_us() - start_us;
}

/* Text made to be slow is not: four times of it is about four times the work, not sixteen. */
static void
test_hard_work(void)
{
    static const char *const pieces[] = {
        "*a ",      "`a ",      "```a",     "_*a ~b ",      "<a ",          "<a '",       "<a '>",
        "<b>x<i>",  "<p>",      "http://x", "ahttp://",     "*http://x*y ", "&",          "&#1",
        "\xcc\x81", "👍🏽", "🇩🇪",       "\xe2\x80\x8d", "<!--",         "<a href=x>",
    };

#ifdef __SANITIZE_ADDRESS__
    g_test_skip("the sanitizer measures the whole string at each strstr()");
    return;
#endif
    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        gint64 once_us = G_MAXINT64, four_us = G_MAXINT64;
        double ratio = G_MAXDOUBLE;

        /* The least of each: other programs only add, by emptying the caches. */
        for (int attempt = 0; attempt < 10 && ratio >= 10; attempt++) {
            once_us = MIN(once_us, MAX(measure_us(pieces[i], 100000), 1));
            four_us = MIN(four_us, measure_us(pieces[i], 400000));
            ratio = (double)four_us / (double)once_us;
        }
        g_test_message("%s: %.1f", pieces[i], ratio);
        g_assert_cmpfloat(ratio, <, 10);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text/markup/plain", test_markup_plain);
    g_test_add_func("/text/markup/styles", test_markup_styles);
    g_test_add_func("/text/markup/irc", test_markup_irc);
    g_test_add_func("/text/markup/links", test_markup_links);
    g_test_add_func("/text/html", test_html);
    g_test_add_func("/text/escape", test_escape);
    g_test_add_func("/text/round-trip", test_round_trip);
    g_test_add_func("/text/action", test_action);
    g_test_add_func("/text/blank", test_blank);
    g_test_add_func("/text/split", test_split);
    g_test_add_func("/text/excerpt", test_excerpt);
    g_test_add_func("/text/wrap", test_wrap);
    g_test_add_func("/text/random/html", test_random_html);
    g_test_add_func("/text/random/markup", test_random_markup);
    g_test_add_func("/text/random/cuts", test_random_cuts);
    g_test_add_func("/text/hard-work", test_hard_work);
    return g_test_run();
}
