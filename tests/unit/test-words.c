// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/words.h"

#include "core/text.h"

#define SHOP "شركة"
#define FSI "\u2068"
#define PDI "\u2069"
#define LRM "\u200e"
#define RLM "\u200f"

static void
check(const char *sentence, const char *expected)
{
    g_autofree char *shown = coex_text_clean(sentence);

    g_assert_cmpstr(sentence, ==, expected);
    /* as it is, on the screen too */
    g_assert_cmpstr(shown, ==, expected);
}

#define CHECK(expected, ...)                                                                       \
    G_STMT_START                                                                                   \
    {                                                                                              \
        g_autofree char *said = coex_say(__VA_ARGS__);                                             \
        check(said, expected);                                                                     \
    }                                                                                              \
    G_STMT_END

/* For most nothing changes. */
static void
test_plain(void)
{
    CHECK("[image #17, Ada (3), 240 KB]", "[image #%d, %s, %s]", 17, "Ada (3)", "240 KB");
    CHECK("Zoë: 100%", "%s: %d%%", "Zoë", 100);
    CHECK("Élodie 😀", "%s", "Élodie 😀");
    CHECK("ab", "%.*s%c", 1, "ax", 'b');
}

static void
test_names(void)
{
    CHECK("[image #17, " FSI SHOP " (3)" PDI ", 240 KB]", "[image #%d, %s, %s]", 17, SHOP " (3)",
          "240 KB");
    CHECK("to " FSI "ברכה" PDI " of Ada", "to %2$s of %1$s", "Ada", "ברכה");
    CHECK("from " FSI "Ada " SHOP PDI ".", "from %s.", "Ada " SHOP);
    /* one that begins with it is no line of that direction */
    CHECK(LRM FSI SHOP PDI " waits.", "%s waits.", SHOP);
    CHECK(LRM FSI SHOP PDI ": Ada", "%s: %s", SHOP, "Ada");
    CHECK("5% of " FSI SHOP PDI, "%d%% of %s", 5, SHOP);
}

/* What somebody leaves open ends with their text. */
static void
test_open_ends(void)
{
    CHECK("from " FSI "\u2067Ada" PDI PDI ", 3", "from %s, %d", "\u2067Ada", 3);
    CHECK("from " FSI "Ada" PDI ", 3", "from %s, %d", "\u202eAda" PDI, 3);
    CHECK("from " FSI "\u2066a" PDI PDI "\n" FSI "b" PDI ".", "from %s\n%s.", "\u2066a", "b\u202e");
    CHECK("“" FSI "a" FSI SHOP PDI PDI "”", "“%s”", "a" FSI SHOP PDI);
    /* what stands in no text stands in theirs */
    CHECK("from " FSI SHOP "\uFDD1 (3)\uFDD0" PDI ", 3", "from %s, %d", SHOP "\uFDD1 (3)\uFDD0", 3);
    CHECK("“”.", "“%s”.", "\u202e");
}

/* A sentence of that direction. */
static void
test_right_to_left(void)
{
    CHECK("من " FSI "+49 30 1234" PDI " إلى " FSI "Ada" PDI ".", "من %s إلى %s.", "+49 30 1234",
          "Ada");
    CHECK(RLM FSI "Ada" PDI " إلى", "%s إلى", "Ada");
    CHECK("اكتب " LRM "/template", "اكتب %stemplate", "/");
    CHECK("اكتب " LRM "!hold", "اكتب %chold", '!');
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/words/plain", test_plain);
    g_test_add_func("/words/names", test_names);
    g_test_add_func("/words/open-ends", test_open_ends);
    g_test_add_func("/words/right-to-left", test_right_to_left);
    return g_test_run();
}
