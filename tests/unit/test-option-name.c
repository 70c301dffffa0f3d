// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/option-name.h"

#include <glib.h>
#include <string.h>

static char *
dup_label(const char *key)
{
    return strcmp(key, "listen") == 0 ? g_strdup("“Listen on”") : NULL;
}

static void
test_write(void)
{
    static const struct {
        const char *text, *labels, *keys;
    } cases[] = {
        { "", "", "" },
        { "Look at {@listen}.", "Look at “Listen on”.", "Look at listen." },
        { "{@listen}{@media-url}", "“Listen on”media-url", "listenmedia-url" },
        { "{@\xe2\x81\xa8listen\xe2\x81\xa9}!", "“Listen on”!", "listen!" },
        { "{name} {@} {@ listen} {@Listen} {@listen", "{name} {@} {@ listen} {@Listen} {@listen",
          "{name} {@} {@ listen} {@Listen} {@listen" },
        { "{@{@listen}}", "{@“Listen on”}", "{@listen}" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *labels = coex_option_names_write(cases[i].text, dup_label);
        g_autofree char *keys = coex_option_names_write(cases[i].text, NULL);

        g_assert_cmpstr(labels, ==, cases[i].labels);
        g_assert_cmpstr(keys, ==, cases[i].keys);
    }
    g_assert_null(coex_option_names_write(NULL, dup_label));
}

static void
test_first(void)
{
    g_autofree char *first = coex_option_names_find_first("a {name} {@relay-key}, {@relay}");

    g_assert_cmpstr(first, ==, "relay-key");
    g_assert_null(coex_option_names_find_first("Username: {@}"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/option-name/write", test_write);
    g_test_add_func("/option-name/first", test_first);
    return g_test_run();
}
