// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/which.h"

#include "core/error.h"

static void
test_split(void)
{
    static const struct {
        const char *words;
        const char *rest;
        guint nth;
        gint64 number;
        int minute;
        const char *quoted;
    } cases[] = {
        { "Yes", "Yes", 1, 0, -1, NULL },
        { "  Yes, until 18:30", "Yes, until 18:30", 1, 0, -1, NULL },
        { "last Yes", "Yes", 1, 0, -1, NULL },
        { "LAST  14:46 suits me", "14:46 suits me", 1, 0, -1, NULL },
        { "lasting", "lasting", 1, 0, -1, NULL },
        { "-2 Yes", "Yes", 2, 0, -1, NULL },
        { "-2", "", 2, 0, -1, NULL },
        { "-2.5 degrees", "-2.5 degrees", 1, 0, -1, NULL },
        { "-0 no", "-0 no", 1, 0, -1, NULL },
        { "#17\nYes", "Yes", 1, 17, -1, NULL },
        { "#1st", "#1st", 1, 0, -1, NULL },
        { "17 euros", "17 euros", 1, 0, -1, NULL },
        { "14:46 Yes", "Yes", 1, 0, 14 * 60 + 46, NULL },
        { "9:05 Yes", "Yes", 1, 0, 9 * 60 + 5, NULL },
        { "24:00 Yes", "24:00 Yes", 1, 0, -1, NULL },
        { "\"rye bread\" Yes", "Yes", 1, 0, -1, "rye bread" },
        { "„rye bread“ Yes", "Yes", 1, 0, -1, "rye bread" },
        { "“rye bread”", "“rye bread”", 1, 0, -1, NULL },
        { "\"rye bread Yes", "\"rye bread Yes", 1, 0, -1, NULL },
        { "\"\" Yes", "\"\" Yes", 1, 0, -1, NULL },
        { "", "", 1, 0, -1, NULL },
        { "\"", "\"", 1, 0, -1, NULL },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(CoexWhich) which = { 0 };

        g_test_message("%s", cases[i].words);
        g_assert_cmpstr(coex_which_split(cases[i].words, &which), ==, cases[i].rest);
        g_assert_cmpuint(which.nth, ==, cases[i].nth);
        g_assert_cmpint(which.number, ==, cases[i].number);
        g_assert_cmpint(which.minute, ==, cases[i].minute);
        g_assert_cmpstr(which.words, ==, cases[i].quoted);
    }
}

/* A mistyped name is no text. */
static void
test_first(void)
{
    static const char *const good[] = { "",        "Yes",        "14:46 Yes",   "-2 Yes",
                                        "#17 Yes", "17 euros",   "2.5 kg",      "1.200 EUR",
                                        "10:1 is", "last 14.46", "\"rye\" Yes", "14:46" };
    static const char *const bad[] = { "14.46 suits me", "25:99 hello", "- 2 hello", "-x Yes",
                                       " #abc x",        "-0 no",       "#1st",      "-" };

    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        g_test_message("%s", good[i]);
        g_assert_true(coex_which_check_first(good[i], NULL));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        g_test_message("%s", bad[i]);
        g_assert_false(coex_which_check_first(bad[i], &error));
        g_assert_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/which/split", test_split);
    g_test_add_func("/which/first", test_first);
    return g_test_run();
}
