// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/trouble.h"

#define MINUTE (60 * (gint64)G_USEC_PER_SEC)

enum { WELL, AWAY, STRANGE };

static void
test_told_once(void)
{
    CoexTrouble trouble = { .told = WELL };

    g_assert_true(coex_trouble_note(&trouble, AWAY, 1 * MINUTE));
    g_assert_false(coex_trouble_note(&trouble, AWAY, 2 * MINUTE));
    g_assert_false(coex_trouble_note(&trouble, AWAY, 60 * MINUTE));
    g_assert_true(coex_trouble_note(&trouble, STRANGE, 61 * MINUTE));
    coex_trouble_end(&trouble);
    g_assert_cmpuint(trouble.told, ==, WELL);
    g_assert_true(coex_trouble_note(&trouble, AWAY, 62 * MINUTE));
}

/* What comes and goes is not told each time; but when it stays it is. */
static void
test_comes_and_goes(void)
{
    CoexTrouble trouble = { .told = WELL };

    g_assert_true(coex_trouble_note(&trouble, AWAY, 1 * MINUTE));
    for (guint i = 2; i < 6; i++) {
        coex_trouble_end(&trouble);
        g_assert_false(coex_trouble_note(&trouble, AWAY, i * MINUTE));
    }
    g_assert_false(coex_trouble_note(&trouble, AWAY, 10 * MINUTE));
    g_assert_true(coex_trouble_note(&trouble, AWAY, 11 * MINUTE));
    g_assert_false(coex_trouble_note(&trouble, AWAY, 12 * MINUTE));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/trouble/told-once", test_told_once);
    g_test_add_func("/trouble/comes-and-goes", test_comes_and_goes);
    return g_test_run();
}
