// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/name.h"

static void
test_alike(void)
{
    static const struct {
        const char *one;
        const char *other;
        gboolean alike;
    } rows[] = {
        { "Eva Brandt", "Quentin Other", FALSE },
        { "Eva Brandt", "Eva", TRUE },
        { "Eva Brandt", "Eva Huber-Brandt", TRUE },
        { "ÉVA  brandt", "eva", TRUE },
        { "Alex", "Alexandra M.", TRUE },
        { "Eva B.", "Bert B.", FALSE }, /* a letter is no word */
        { "Eva Brandt", "\xf0\x9f\x8c\xb8", TRUE },
        { "", "Eva", TRUE },
        { "Eva 2", "Rolf 2", FALSE },
        { "山田太郎", "山田", TRUE },
        { "山田太郎", "田中", FALSE },
        { "Анна", "Eva", FALSE },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s, %s", rows[i].one, rows[i].other);
        g_assert_cmpint(coex_name_is_alike(rows[i].one, rows[i].other), ==, rows[i].alike);
        g_assert_cmpint(coex_name_is_alike(rows[i].other, rows[i].one), ==, rows[i].alike);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/name/alike", test_alike);
    return g_test_run();
}
