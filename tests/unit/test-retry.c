// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/retry.h"

#define SECOND ((gint64)G_USEC_PER_SEC)

static void
test_delays(void)
{
    static const struct {
        CoexRetryKind kind;
        guint attempt;
        gint64 delay_ms; /* in the middle of the jitter */
    } cases[] = {
        { COEX_RETRY_BACKOFF, 0, 1000 },
        { COEX_RETRY_BACKOFF, 1, 2000 },
        { COEX_RETRY_BACKOFF, 2, 4000 },
        { COEX_RETRY_BACKOFF, 8, 256000 },
        { COEX_RETRY_BACKOFF, 9, 300000 },
        { COEX_RETRY_BACKOFF, 4000000000u, 300000 },
        { COEX_RETRY_PAIR, 0, 1000 },
        { COEX_RETRY_PAIR, 1, 4000 },
        { COEX_RETRY_PAIR, 2, 16000 },
        { COEX_RETRY_PAIR, 5, 1024000 },
        { COEX_RETRY_PAIR, 6, 3600000 },
        { COEX_RETRY_PAIR, 1000, 3600000 },
        { COEX_RETRY_QUOTA, 0, 60000 },
        { COEX_RETRY_QUOTA, 1, 120000 },
        { COEX_RETRY_QUOTA, 5, 1920000 },
        { COEX_RETRY_QUOTA, 6, 3600000 },
        { COEX_RETRY_QUOTA, G_MAXUINT, 3600000 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        CoexRetryKind kind = cases[i].kind;
        guint attempt = cases[i].attempt;
        gint64 middle = cases[i].delay_ms;

        g_assert_cmpint(coex_retry_delay_ms(kind, attempt, 0.5), ==, middle);
        g_assert_cmpint(coex_retry_delay_ms(kind, attempt, 0.0), ==, middle * 3 / 4);
        g_assert_cmpint(coex_retry_delay_ms(kind, attempt, 1.0), ==, middle * 5 / 4);
        g_assert_cmpint(coex_retry_delay_ms(kind, attempt, 7.0), ==, middle * 5 / 4);
        g_assert_cmpint(coex_retry_delay_ms(kind, attempt, -7.0), ==, middle * 3 / 4);
    }
    g_assert_cmpint(coex_retry_delay_ms(COEX_RETRY_NEVER, 0, 0.5), ==, -1);
    g_assert_cmpint(coex_retry_delay_ms(COEX_RETRY_NEVER, 9, 0.5), ==, -1);
}

/* Often at first, and then ever more slowly. */
static void
test_eager(void)
{
    static const struct {
        guint n;
        gint64 delay_ms;
    } cases[] = {
        { 0, 1000 },  { 1, 2000 },  { 2, 4000 },   { 9, 4000 },
        { 10, 4000 }, { 11, 8000 }, { 12, 16000 }, { G_MAXUINT, 300000 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(coex_retry_eager_ms(cases[i].n, 10, 2, 0.5), ==, cases[i].delay_ms);
}

static void
test_kinds(void)
{
    static const struct {
        CoexErrorCode code;
        CoexRetryKind kind;
    } plain[] = {
        { COEX_ERROR_RETRY, COEX_RETRY_BACKOFF },   { COEX_ERROR_RATE_LIMITED, COEX_RETRY_BACKOFF },
        { COEX_ERROR_NETWORK, COEX_RETRY_BACKOFF }, { COEX_ERROR_UNCERTAIN, COEX_RETRY_NEVER },
        { COEX_ERROR_AUTH, COEX_RETRY_NEVER },      { COEX_ERROR_WINDOW_CLOSED, COEX_RETRY_NEVER },
        { COEX_ERROR_PROTOCOL, COEX_RETRY_NEVER },  { COEX_ERROR_STORE, COEX_RETRY_NEVER },
    };
    static const struct {
        int code;
        CoexRetryKind kind;
    } graph[] = {
        { 131056, COEX_RETRY_PAIR },  { 4, COEX_RETRY_QUOTA },      { 130429, COEX_RETRY_BACKOFF },
        { 131000, COEX_RETRY_NEVER }, { 131048, COEX_RETRY_NEVER }, { 131047, COEX_RETRY_NEVER },
        { 424242, COEX_RETRY_NEVER },
    };
    g_autoptr(GError) foreign = g_error_new_literal(G_FILE_ERROR, COEX_ERROR_RETRY, "gone");

    for (gsize i = 0; i < G_N_ELEMENTS(plain); i++) {
        g_autoptr(GError) error = g_error_new_literal(COEX_ERROR, (int)plain[i].code, "x");

        g_assert_cmpint(coex_retry_kind(error), ==, plain[i].kind);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(graph); i++) {
        g_autoptr(GError) error = NULL;

        coex_error_set_graph(&error, graph[i].code, NULL, NULL, TRUE);
        g_assert_cmpint(coex_retry_kind(error), ==, graph[i].kind);
    }
    g_assert_cmpint(coex_retry_kind(foreign), ==, COEX_RETRY_NEVER);
    g_assert_cmpint(coex_retry_kind(NULL), ==, COEX_RETRY_NEVER);
}

static void
test_pace_of_a_person(void)
{
    const double per_s = 1.0 / COEX_PACE_PERSON_S;
    CoexPace pace;
    gint64 now = 1000 * SECOND;

    coex_pace_init(&pace, COEX_PACE_PERSON_BURST, now);
    for (int i = 0; i < COEX_PACE_PERSON_BURST; i++)
        g_assert_cmpint(coex_pace_take(&pace, per_s, COEX_PACE_PERSON_BURST, now), ==, 0);
    for (int i = 0; i < 100; i++) {
        gint64 wait = coex_pace_take(&pace, per_s, COEX_PACE_PERSON_BURST, now);

        g_assert_cmpint(wait, >, 5 * SECOND);
        g_assert_cmpint(wait, <=, 6 * SECOND);
        g_assert_cmpint(coex_pace_peek(&pace, per_s, COEX_PACE_PERSON_BURST, now), ==, wait);
        now += wait;
        g_assert_cmpint(coex_pace_peek(&pace, per_s, COEX_PACE_PERSON_BURST, now), ==, 0);
        g_assert_cmpint(coex_pace_take(&pace, per_s, COEX_PACE_PERSON_BURST, now), ==, 0);
    }
}

/* However it is asked, no more than the burst and the rate leave. */
static void
test_pace_of_a_number(void)
{
    CoexPace pace;
    gint64 now = 0;
    guint n_sent = 0;

    coex_pace_init(&pace, COEX_PACE_NUMBER_PER_S, now);
    while (now < 10 * SECOND) {
        if (coex_pace_take(&pace, COEX_PACE_NUMBER_PER_S, COEX_PACE_NUMBER_PER_S, now) == 0)
            n_sent++;
        now += 777;
    }
    g_assert_cmpuint(n_sent, >=, 10 * COEX_PACE_NUMBER_PER_S);
    g_assert_cmpuint(n_sent, <=, 11 * COEX_PACE_NUMBER_PER_S);
}

static void
test_pace_and_clocks(void)
{
    CoexPace pace;
    gint64 now = 5000 * SECOND;

    coex_pace_init(&pace, 2, now);
    g_assert_cmpint(coex_pace_take(&pace, 1, 2, now), ==, 0);
    g_assert_cmpint(coex_pace_take(&pace, 1, 2, now - 400 * SECOND), ==, 0);
    g_assert_cmpint(coex_pace_take(&pace, 1, 2, now - 400 * SECOND), ==, SECOND);
    g_assert_cmpint(coex_pace_take(&pace, 1, 2, now - 399 * SECOND), ==, 0);
    /* A long sleep fills the bucket and no more. */
    g_assert_cmpint(coex_pace_take(&pace, 1, 2, now + 90000 * SECOND), ==, 0);
    g_assert_cmpint(coex_pace_take(&pace, 1, 2, now + 90000 * SECOND), ==, 0);
    g_assert_cmpint(coex_pace_take(&pace, 1, 2, now + 90000 * SECOND), ==, SECOND);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/retry/delays", test_delays);
    g_test_add_func("/retry/eager", test_eager);
    g_test_add_func("/retry/kinds", test_kinds);
    g_test_add_func("/retry/pace-of-a-person", test_pace_of_a_person);
    g_test_add_func("/retry/pace-of-a-number", test_pace_of_a_number);
    g_test_add_func("/retry/pace-and-clocks", test_pace_and_clocks);
    return g_test_run();
}
