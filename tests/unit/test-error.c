// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/error.h"

#include "core/retry.h"
#include <string.h>

static void
test_rows(void)
{
    static const struct {
        int code;
        CoexErrorCode meaning;
        CoexRetryKind retry;
    } cases[] = {
        { 0, COEX_ERROR_AUTH, COEX_RETRY_NEVER },
        { 2, COEX_ERROR_RETRY, COEX_RETRY_BACKOFF },
        { 4, COEX_ERROR_RATE_LIMITED, COEX_RETRY_QUOTA },
        { 10, COEX_ERROR_AUTH, COEX_RETRY_NEVER },
        { 100, COEX_ERROR_INVALID_INPUT, COEX_RETRY_NEVER },
        { 190, COEX_ERROR_AUTH, COEX_RETRY_NEVER },
        { 200, COEX_ERROR_AUTH, COEX_RETRY_NEVER },
        { 273, COEX_ERROR_AUTH, COEX_RETRY_NEVER },
        { 299, COEX_ERROR_AUTH, COEX_RETRY_NEVER },
        { 80007, COEX_ERROR_RATE_LIMITED, COEX_RETRY_QUOTA },
        { 130429, COEX_ERROR_RATE_LIMITED, COEX_RETRY_BACKOFF },
        { 131000, COEX_ERROR_UNCERTAIN, COEX_RETRY_NEVER },
        { 131016, COEX_ERROR_RETRY, COEX_RETRY_BACKOFF },
        { 131026, COEX_ERROR_RECIPIENT, COEX_RETRY_NEVER },
        { 131047, COEX_ERROR_WINDOW_CLOSED, COEX_RETRY_NEVER },
        { 131048, COEX_ERROR_RATE_LIMITED, COEX_RETRY_NEVER },
        { 131056, COEX_ERROR_RATE_LIMITED, COEX_RETRY_PAIR },
        { 131057, COEX_ERROR_RETRY, COEX_RETRY_BACKOFF },
        { 131062, COEX_ERROR_RECIPIENT, COEX_RETRY_NEVER },
        { 131204, COEX_ERROR_PROTOCOL, COEX_RETRY_NEVER },
        { 132000, COEX_ERROR_TEMPLATE, COEX_RETRY_NEVER },
        { 132001, COEX_ERROR_TEMPLATE, COEX_RETRY_NEVER },
        { 132015, COEX_ERROR_TEMPLATE, COEX_RETRY_NEVER },
        { 133004, COEX_ERROR_RETRY, COEX_RETRY_BACKOFF },
        { 2593109, COEX_ERROR_PROTOCOL, COEX_RETRY_NEVER },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const CoexGraphCode *row = coex_graph_code_lookup(cases[i].code);

        g_test_message("code %d", cases[i].code);
        g_assert_cmpint(row->code, !=, COEX_GRAPH_CODE_UNLISTED);
        g_assert_cmpint(row->meaning, ==, cases[i].meaning);
        g_assert_cmpint(row->retry, ==, cases[i].retry);
    }
}

static void
test_unlisted(void)
{
    static const int codes[] = { -1, 5, 199, 300, 131199, 131300, 999999, G_MAXINT };

    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
        g_assert_cmpint(coex_graph_code_lookup(codes[i])->code, ==, COEX_GRAPH_CODE_UNLISTED);
}

/* Only these repeat by themselves (Meta: support/error-codes), and each row speaks in whole
 * sentences. */
static void
test_table_is_sound(void)
{
    static const int repeating[] = { 2, 4, 80007, 130429, 131016, 131056, 131057, 133004 };
    guint n_repeating = 0;

    for (int code = 0; code < 2600000; code++) {
        const CoexGraphCode *row = coex_graph_code_lookup(code);

        if (row->code != code)
            continue;
        g_assert_true(g_str_has_suffix(row->what, "."));
        g_assert_true(g_ascii_isupper(row->what[0]));
        g_assert_true(g_str_has_suffix(row->remedy, "."));
        if (row->meaning == COEX_ERROR_RETRY)
            g_assert_cmpint(row->retry, !=, COEX_RETRY_NEVER);
        if (row->retry == COEX_RETRY_NEVER)
            continue;
        g_assert_cmpint(row->code, ==, repeating[n_repeating]);
        n_repeating++;
    }
    g_assert_cmpuint(n_repeating, ==, G_N_ELEMENTS(repeating));
}

static void
test_sentence(void)
{
    static const struct {
        int code;
        const char *details;
        const char *trace;
        const char *text;
    } cases[] = {
        { 131047, NULL, NULL,
          "The 24-hour window is closed. Send a template, or answer from the phone. (code "
          "131047)" },
        { 131047, "More than 24 hours since the recipient last wrote.", "A1",
          "The 24-hour window is closed. Send a template, or answer from the phone. WhatsApp says: "
          "More than 24 hours since the recipient last wrote. (code 131047, trace A1)" },
        { 131047, "the 24-hour WINDOW is closed", "", /* adds nothing */
          "The 24-hour window is closed. Send a template, or answer from the phone. (code "
          "131047)" },
        { 100, "(#100) Invalid\n  parameter ", NULL,
          "WhatsApp does not accept a part of this request. Check the text and the number; if that "
          "does not help, report this line to the makers of this plugin. WhatsApp says: Invalid "
          "parameter. (code 100)" },
        { 777777, "Odd\x01", NULL,
          "WhatsApp refused the request. Try again later, or use the phone. WhatsApp says: Odd. "
          "(code 777777)" },
        { 777777, " \n", NULL,
          "WhatsApp refused the request. Try again later, or use the phone. (code 777777)" },
        { 777777, "(#", NULL,
          "WhatsApp refused the request. Try again later, or use the phone. WhatsApp says: (#. "
          "(code 777777)" },
        { 777777, "\xff", NULL,
          "WhatsApp refused the request. Try again later, or use the phone. WhatsApp says: "
          "\xef\xbf\xbd. (code 777777)" },
        { 777777, "אסור.", NULL,
          "WhatsApp refused the request. Try again later, or use the phone. WhatsApp says: "
          "\u2068אסור.\u2069 (code 777777)" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;

        coex_error_set_graph(&error, cases[i].code, cases[i].details, cases[i].trace, TRUE);
        g_assert_cmpstr(error->message, ==, cases[i].text);
        g_assert_error(error, COEX_ERROR, (int)coex_graph_code_lookup(cases[i].code)->meaning);
        g_assert_cmpint(coex_error_get_graph_code(error), ==, cases[i].code);
    }
}

/* Where nothing was sent, no code's advice speaks of a message, its text or its recipient. */
static void
test_nothing_was_sent(void)
{
    static const char *const of_a_message[] = { "the phone",   "the text",    "it again",
                                                "template",    "the number;", "in parts",
                                                "more slowly", "this person", "write" };

    for (int code = 0; code < 2600000; code++) {
        const CoexGraphCode *row = coex_graph_code_lookup(code);
        g_autoptr(GError) error = NULL;
        const char *advice;

        if (row->code != code && code != 777777)
            continue;
        coex_error_set_graph(&error, code, NULL, NULL, FALSE);
        advice = error->message + strlen(row->what);
        for (gsize i = 0; i < G_N_ELEMENTS(of_a_message); i++) {
            if (strstr(advice, of_a_message[i]) != NULL)
                g_error("code %d: %s", code, error->message);
        }
    }
}

static void
test_long_details(void)
{
    g_autofree char *details = g_strnfill(5000, 'x');
    g_autoptr(GError) error = NULL;

    coex_error_set_graph(&error, 100, details, NULL, TRUE);
    g_assert_cmpuint(strlen(error->message), <, 500);
    g_assert_nonnull(strstr(error->message, "x… (code 100)"));
}

static void
test_code_survives(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) copy = NULL;
    g_autoptr(GError) moved = NULL;
    g_autoptr(GError) plain = g_error_new_literal(COEX_ERROR, COEX_ERROR_STORE, "full");
    g_autoptr(GError) foreign = g_error_new_literal(G_FILE_ERROR, G_FILE_ERROR_NOENT, "gone");

    coex_error_set_graph(NULL, 190, NULL, NULL, TRUE);
    coex_error_set_graph(&error, 190, NULL, NULL, TRUE);
    copy = g_error_copy(error);
    g_propagate_prefixed_error(&moved, g_steal_pointer(&error), "Login: ");
    g_assert_cmpint(coex_error_get_graph_code(copy), ==, 190);
    g_assert_cmpint(coex_error_get_graph_code(moved), ==, 190);
    g_assert_cmpint(coex_error_get_graph_code(plain), ==, 0);
    g_assert_cmpint(coex_error_get_graph_code(foreign), ==, 0);
    g_assert_cmpint(coex_error_get_graph_code(NULL), ==, 0);
}

static void
test_explain(void)
{
    static const struct {
        int code;
        const char *title;
        const char *details;
        const char *text;
    } cases[] = {
        { 131026, "Message undeliverable", NULL,
          "It could not be delivered: perhaps this person is not on WhatsApp, uses a very old "
          "version or has not accepted the terms. Check the number, or reach the person another "
          "way. (code 131026)" },
        { 131050, "User has stopped marketing", "Opted out",
          "This person does not want marketing messages from you. Do not send it again. WhatsApp "
          "says: Opted out. (code 131050)" },
        { 888888, "New reason!", NULL,
          "WhatsApp refused the request. Try again later, or use the phone. WhatsApp says: New "
          "reason! (code 888888)" },
        { 888888, NULL, NULL,
          "WhatsApp refused the request. Try again later, or use the phone. (code 888888)" },
        { 0, NULL, NULL,
          "WhatsApp could not deliver it. Send it again, or answer from the phone." },
        { 0, "Something", NULL,
          "WhatsApp could not deliver it. Send it again, or answer from the phone. WhatsApp says: "
          "Something." },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *line =
            coex_graph_code_explain(cases[i].code, cases[i].title, cases[i].details, TRUE);

        g_assert_cmpstr(line, ==, cases[i].text);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/error/rows", test_rows);
    g_test_add_func("/error/unlisted", test_unlisted);
    g_test_add_func("/error/table-is-sound", test_table_is_sound);
    g_test_add_func("/error/sentence", test_sentence);
    g_test_add_func("/error/nothing-was-sent", test_nothing_was_sent);
    g_test_add_func("/error/long-details", test_long_details);
    g_test_add_func("/error/code-survives", test_code_survives);
    g_test_add_func("/error/explain", test_explain);
    return g_test_run();
}
