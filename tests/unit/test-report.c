// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/report.h"

#include <string.h>

static void
test_shorten(void)
{
    static const struct {
        const char *text;
        const char *shortened;
    } cases[] = {
        { "", "" },
        { "nothing to hide: 1234567", "nothing to hide: 1234567" },
        { "+447700900100", "+44…00" },
        { "+44 7700 900100 is it", "+44…00 is it" },
        { "the id 318800000000042.", "the id 31…42." },
        { "on 2026-12-24 18:00 at 127.0.0.1:8480", "on 2026-12-24 18:00 at 127.0.0.1:8480" },
        { "+ 1 - 2", "+ 1 - 2" },
        { "+49", "+49" },
        { "12345678901234567890 12345678", "12…90 12…78" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *shortened = coex_report_shorten(cases[i].text);

        g_assert_cmpstr(shortened, ==, cases[i].shortened);
    }
}

static void
take(const char *line, gpointer user_data)
{
    g_string_append_printf(user_data, "%s\n", line);
}

static void
test_lines(void)
{
    static const char *const secrets[] = { "a-secret-token", "", NULL };
    g_autoptr(GString) lines = g_string_new(NULL);
    g_autoptr(CoexReport) report = coex_report_new(secrets, take, lines);
    g_autofree char *none = coex_report_dup_end(report);
    g_autofree char *end = NULL;

    g_assert_cmpstr(none, ==, "Nothing wrong was found: 0 ok, 0 not checked.");
    coex_report_add(report, COEX_FINDING_OK, "%s leads here.", "https://a.example/hook");
    coex_report_add(report, COEX_FINDING_WRONG, "It goes to %s, and not here.",
                    "https://b.example/hook?key=1&token=2");
    coex_report_add(report, COEX_FINDING_UNCHECKED, "It says “%s”.",
                    "a-secret-token of https://c.example/#x,\nok: all is well");
    g_assert_cmpstr(lines->str, ==,
                    "ok: https://a.example/hook leads here.\n"
                    "wrong: It goes to https://b.example/hook?…, and not here.\n"
                    "not checked: It says “*** of https://c.example/?…, ok: all is well”.\n");
    end = coex_report_dup_end(report);
    g_assert_cmpstr(end, ==, "1 thing is wrong; 1 ok, 1 not checked.");
}

/* What somebody else says is bounded. */
static void
test_long(void)
{
    g_autofree char *long_text = g_strnfill(1000 * 1000, 'x');
    g_autoptr(GString) lines = g_string_new(NULL);
    g_autoptr(CoexReport) report = coex_report_new(NULL, take, lines);

    coex_report_add(report, COEX_FINDING_WRONG, "%s", long_text);
    g_assert_cmpuint(lines->len, <, 2000);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/report/shorten", test_shorten);
    g_test_add_func("/report/lines", test_lines);
    g_test_add_func("/report/long", test_long);
    return g_test_run();
}
