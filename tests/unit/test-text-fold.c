// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/text.h"

#include <string.h>

/* Words are found in any script. */
static void
test_fold(void)
{
    static const struct {
        const char *text;
        const char *folded;
    } cases[] = {
        { NULL, "" },
        { "", "" },
        { "Hello World", "hello world" },
        { "  Two   BLANKS \x7f", "two blanks" },
        { " Two   blanks, caf\xc3\xa9 ", "two blanks, cafe" },
        { "CAFÉ cafe\xcc\x81", "cafe cafe" },
        { "Straße STRASSE", "strasse strasse" },
        { "ΣΊΣΥΦΟΣ Σίσυφος", "σισυφοσ σισυφοσ" },
        { "İstanbul", "istanbul" },
        { "ﬁne Ｆｕｌｌ", "fine full" },
        { " \t one\r\n\ntwo\xc2\xa0three  ", "one two three" },
        { "in\xe2\x80\x8bvisi\xc2\xad"
          "ble",
          "invisible" },
        { "\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *folded = coex_text_fold(cases[i].text, 1024);

        g_assert_cmpstr(folded, ==, cases[i].folded);
    }
}

/* What is looked for is folded as the text is: part of the one is part of the other. */
static void
test_parts(void)
{
    static const char *const texts[][2] = {
        { "明日は黒パンをください", "黒パン" },
        { "ﾊﾟﾝを買う", "パン" },
        { "Приём Ёлки", "приeм" },
        { "안녕하세요", "녕하" },
        { "مُحَمَّد", "محمد" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *text = coex_text_fold(texts[i][0], 1024);
        g_autofree char *part = coex_text_fold(texts[i][1], 1024);

        if (i == 2)
            g_assert_null(strstr(text, part)); /* a Latin e is none */
        else
            g_assert_nonnull(strstr(text, part));
    }
}

/* A cut within a character ends before it, or marks it. */
static void
test_bounded(void)
{
    g_autofree char *folded = coex_text_fold("aéb", 2);

    g_assert_true(g_utf8_validate(folded, -1, NULL));
    g_assert_true(g_str_has_prefix(folded, "a"));
    g_assert_null(strchr(folded, 'b'));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text-fold/fold", test_fold);
    g_test_add_func("/text-fold/parts", test_parts);
    g_test_add_func("/text-fold/bounded", test_bounded);
    return g_test_run();
}
