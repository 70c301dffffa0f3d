// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/webhook-label.h"

#include "core/message.h"

/* Ours go, in the order in which they are put there; what people write stays. */
static void
test_skip(void)
{
    static const char *const rows[][2] = {
        { "hi", "hi" },
        { "", "" },
        { COEX_BY_AGENT "hi", "hi" },
        { COEX_BY_BOT "hi", "hi" },
        { "[in the group Y2Fw, from +447700900101] hi", "hi" },
        { "[in the group Y2Fw] hi", "hi" },
        { "[forwarded] hi", "hi" },
        { "[forwarded many times] hi", "hi" },
        { "[from an ad: “Bread”, https://x.example/a] hi", "hi" },
        { "[from an ad, https://x.example/a] hi", "hi" },
        { "[from a post] hi", "hi" },
        { "[about the product tart] hi", "hi" },
        { COEX_BY_BOT "[in the group g] [forwarded] [from an ad: “B”] [about the product t] hi",
          "hi" },
        { "[urgent] Call me", "[urgent] Call me" },
        { "[forwarded", "[forwarded" },
        { "[forwarded]", "[forwarded]" },
        { "[in the group", "[in the group" },
        { "[from an adult] hi", "[from an adult] hi" },
        { "[about the production] hi", "[about the production] hi" },
        { "[forwarded] [urgent] [forwarded] hi", "[urgent] [forwarded] hi" },
        { "[about the product t] [forwarded] hi", "[forwarded] hi" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpstr(coex_webhook_label_skip(rows[i][0]), ==, rows[i][1]);
}

/* Whatever somebody is called, nothing of it is taken for the words. */
static void
test_names(void)
{
    static const char *const names[] = { "Ada", "a] b", "a]\nb", "]", "[x] ", "a] ] b" };

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *group = coex_webhook_label_dup_group(names[i], names[i]);
        g_autofree char *text = g_strconcat(group, "hi", NULL);

        g_assert_cmpstr(coex_webhook_label_skip(text), ==, "hi");
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/webhook/label/skip", test_skip);
    g_test_add_func("/webhook/label/names", test_names);
    return g_test_run();
}
