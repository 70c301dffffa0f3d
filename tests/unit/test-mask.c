// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/mask.h"

static void
test_mask(void)
{
    static const char *const secrets[] = { "", "short", "a-long/secret+1", "another-one", NULL };
    static const struct {
        const char *text;
        const char *masked; /* NULL: nothing to mask */
    } cases[] = {
        { "", NULL },
        { "a short sentence about a-long story", NULL },
        { "a-long/secret+1", "***" },
        { "{\"X\":\"a-long\\/secret+1\"}", "{\"X\":\"***\"}" },
        { "?t=a-long%2Fsecret%2B1&x", "?t=***&x" },
        { "another-onea-long/secret+1 another-one!", "****** ***!" },
        { "Header a-long/sec… was refused", "Header ***… was refused" },
        { "Header a-long/sec", "Header ***" },
        { "Header a-long/sec was refused", NULL },
        { "Header another...", "Header another..." },
        { "Größe: another-one, Größe", "Größe: ***, Größe" },
    };
    static const char *const none[] = { NULL };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *masked = coex_mask(cases[i].text, secrets);
        const char *result = masked != NULL ? masked : cases[i].text;
        const char *expected = cases[i].masked != NULL ? cases[i].masked : cases[i].text;

        g_assert_cmpstr(result, ==, expected);
        g_assert_null(coex_mask(cases[i].text, none));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mask", test_mask);
    return g_test_run();
}
