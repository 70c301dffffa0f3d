// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/emoji.h"

#include "core/error.h"
#include <string.h>

static void
test_good(void)
{
    static const char *const cases[][2] = {
        { "👍", "👍" },
        { " 👍 ", "👍" },
        { "👍🏽", "👍🏽" },
        { "❤️", "❤️" },
        { "❤", "❤" },
        { "☺️", "☺️" },
        { "👩‍💻", "👩‍💻" },
        { "👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦" },
        { "🏳️‍🌈", "🏳️‍🌈" },
        { "🇩🇪", "🇩🇪" },
        { "1️⃣", "1️⃣" },
        { "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿" },
        { ":thumbsup:", "👍" },
        { " ThumbsUp ", "👍" },
        { ":ThumbsUp:", "👍" },
        { "+1", "👍" },
        { ":+1:", "👍" },
        { ":pray:", "🙏" },
        { ":heart:", "❤️" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *emoji = coex_emoji_parse(cases[i][0], &error);

        g_assert_no_error(error);
        g_assert_cmpstr(emoji, ==, cases[i][1]);
    }
}

static void
test_bad(void)
{
    static const char *const cases[] = {
        "",  "nope", ":)", "<3",  ":no-such-name:", ":thumbsup",    "👍👍",   "👍 yes", "yes 👍", "1",
        "é", "漢",   "🇩",  "‍", "👍‍",        "\xef\xb8\x8f", "©opy", "\xff",  "::",    "#",
        "-",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;

        g_test_message("%s", cases[i]);
        g_assert_null(coex_emoji_parse(cases[i], &error));
        g_assert_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT);
        g_assert_nonnull(strstr(error->message, "such as thumbsup, heart"));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/emoji/good", test_good);
    g_test_add_func("/emoji/bad", test_bad);
    return g_test_run();
}
