// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/window.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HOUR (60 * 60)
#define NOW G_GINT64_CONSTANT(1795348800)

static const char *
get_label(CoexWindow window, gint64 now)
{
    g_autofree char *label = coex_window_dup_label(window, now);

    return g_intern_string(label);
}

static void
test_cases(void)
{
    static const struct {
        gint64 last; /* seconds before now; G_MAXINT64: never */
        gboolean open;
        gint64 next; /* seconds from now, 0: never */
        CoexWindowStage stage;
        const char *label;
    } cases[] = {
        { G_MAXINT64, FALSE, 0, COEX_WINDOW_NEVER, "Has not written yet" },
        { 0, TRUE, 18 * HOUR, COEX_WINDOW_OPEN, "Open until Mon 12:00" },
        { 1, TRUE, 18 * HOUR - 1, COEX_WINDOW_OPEN, "Open until Mon 11:59" },
        { -COEX_WINDOW_AHEAD_S, TRUE, 18 * HOUR + COEX_WINDOW_AHEAD_S, COEX_WINDOW_OPEN,
          "Open until Mon 12:05" },
        { -COEX_WINDOW_AHEAD_S - 1, FALSE, 0, COEX_WINDOW_CLOSED, "Window closed" },
        { 18 * HOUR - 1, TRUE, 1, COEX_WINDOW_OPEN, "Open until Sun 18:00" },
        { 18 * HOUR, TRUE, 5 * HOUR, COEX_WINDOW_CLOSES, "Open until Sun 18:00" },
        { 23 * HOUR - 1, TRUE, 1, COEX_WINDOW_CLOSES, "Open until Sun 13:00" },
        { 23 * HOUR, TRUE, HOUR, COEX_WINDOW_CLOSES_SOON, "Closes at 13:00" },
        { 24 * HOUR - 1, TRUE, 1, COEX_WINDOW_CLOSES_SOON, "Closes at 12:00" },
        { 24 * HOUR, FALSE, 0, COEX_WINDOW_CLOSED, "Closed since 22 Nov 12:00" },
        { 1000 * HOUR, FALSE, 0, COEX_WINDOW_CLOSED, "Closed since 12 Oct 20:00" },
        { 9000 * HOUR, FALSE, 0, COEX_WINDOW_CLOSED, "Closed since 13 Nov 2025" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gint64 last = cases[i].last == G_MAXINT64 ? 0 : NOW - cases[i].last;
        CoexWindow window = coex_window_at(last, 0, NOW);
        gint64 next = coex_window_next_change(window, NOW);

        g_test_message("case %" G_GSIZE_FORMAT, i);
        g_assert_cmpint(window.open, ==, cases[i].open);
        g_assert_cmpint(window.expires_at, ==, last ? last + 24 * HOUR : 0);
        g_assert_cmpint(next, ==, cases[i].next ? NOW + cases[i].next : 0);
        g_assert_cmpint(coex_window_get_stage(window, NOW), ==, cases[i].stage);
        g_assert_cmpstr(get_label(window, NOW), ==, cases[i].label);
        g_assert_cmpuint(strlen(cases[i].label), <=, 27);
    }
}

/* Behind "Unread · ", all of it can be seen in a narrow list. */
static void
test_short_labels(void)
{
    static const struct {
        CoexWindowStage stage;
        const char *label;
    } cases[] = {
        { COEX_WINDOW_NEVER, "never wrote" },      { COEX_WINDOW_CLOSED, "closed" },
        { COEX_WINDOW_FREE, "free to Sun 12:00" }, { COEX_WINDOW_OPEN, "to Sun 12:00" },
        { COEX_WINDOW_CLOSES, "to Sun 12:00" },    { COEX_WINDOW_CLOSES_SOON, "to 12:00!" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *label = coex_window_dup_short_label(cases[i].stage, NOW);

        g_assert_cmpstr(label, ==, cases[i].label);
    }
}

/* What is the same has the same text, and the same stage; another text, or stage, is not. */
static void
test_same_labels(void)
{
    static const gint64 ages[] = { 0,
                                   0,
                                   HOUR,
                                   19 * HOUR,
                                   24 * HOUR - 1,
                                   24 * HOUR,
                                   30 * HOUR,
                                   -COEX_WINDOW_AHEAD_S - 1,
                                   9000 * HOUR,
                                   G_MAXINT64 / 2 };
    static const gint64 later[] = { 0, 60, 6 * HOUR, 5000 * HOUR };

    for (guint i = 0; i < G_N_ELEMENTS(ages) * G_N_ELEMENTS(later); i++) {
        gint64 now = NOW + later[i / G_N_ELEMENTS(ages)];
        gint64 last = MAX(NOW - ages[i % G_N_ELEMENTS(ages)], 0);
        CoexWindow before = coex_window_at(last, i % 2 == 0 ? NOW + 40 * HOUR : 0, NOW);
        CoexWindow window = coex_window_at(last, before.free_until, now);
        gboolean same = coex_window_is_label_same(before, NOW, window, now);

        g_test_message("case %u", i);
        g_assert_cmpint(same, ==,
                        strcmp(get_label(before, NOW), get_label(window, now)) == 0 &&
                            coex_window_get_stage(before, NOW) ==
                                coex_window_get_stage(window, now));
        before.expires_at += HOUR;
        if (same && before.expires_at > HOUR && window.free_until == 0)
            g_assert_false(coex_window_is_label_same(before, NOW, window, now));
    }
}

/* The stage changes at next_change and at no other moment, and the label at no other than that. */
static void
check_changes(gint64 last, gint64 free_until, guint n_expected)
{
    CoexWindow first = coex_window_at(last, free_until, last);
    gint64 next = coex_window_next_change(first, last);
    CoexWindowStage stage = coex_window_get_stage(first, last);
    const char *label = get_label(first, last);
    guint n_changes = 0;

    for (gint64 now = last; now < last + 40 * HOUR; now++) {
        CoexWindow window = coex_window_at(last, free_until, now);
        CoexWindowStage current = coex_window_get_stage(window, now);

        g_assert_true((current != stage) == (now == next));
        g_assert_true(current != stage || now % 60 != 0 || get_label(window, now) == label);
        if (current == stage)
            continue;
        stage = current;
        label = get_label(window, now);
        next = coex_window_next_change(window, now);
        n_changes++;
    }
    g_assert_cmpuint(n_changes, ==, n_expected);
    g_assert_cmpint(next, ==, 0);
}

static void
test_label_changes(void)
{
    check_changes(NOW, 0, 3);
    check_changes(NOW, NOW + 20 * HOUR, 3);
    check_changes(NOW, NOW + 30 * HOUR, 4);
}

/* Free templates open no window. */
static void
test_free(void)
{
    CoexWindow window = coex_window_at(NOW - 30 * HOUR, NOW + 6 * HOUR, NOW);

    g_assert_false(window.open);
    g_assert_cmpint(coex_window_get_stage(window, NOW), ==, COEX_WINDOW_FREE);
    g_assert_cmpstr(get_label(window, NOW), ==, "Free templates to Sun 18:00");
    g_assert_cmpuint(strlen(get_label(window, NOW)), <=, 27);
}

static void
test_extend(void)
{
    static const struct {
        gint64 last;
        gint64 message;
        gint64 result;
    } cases[] = {
        { 0, NOW, NOW },
        { 0, NOW - HOUR, NOW - HOUR },
        { NOW - HOUR, NOW - 2 * HOUR, NOW - HOUR },
        { NOW - 2 * HOUR, NOW - HOUR, NOW - HOUR },
        { NOW - HOUR, 0, NOW - HOUR },
        { NOW - HOUR, -5, NOW - HOUR },
        { 0, G_MININT64, 0 },
        { 0, G_MAXINT64, 0 },
        { 0, NOW + COEX_WINDOW_AHEAD_S, NOW + COEX_WINDOW_AHEAD_S },
        { 0, NOW + COEX_WINDOW_AHEAD_S + 1, 0 },
        { NOW, NOW + 9 * HOUR, NOW },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(coex_window_extend(cases[i].last, cases[i].message, NOW), ==,
                        cases[i].result);
}

static void
test_odd_times(void)
{
    static const gint64 times[] = { -1, G_MININT64, G_MAXINT64 };

    for (gsize i = 0; i < G_N_ELEMENTS(times); i++) {
        CoexWindow window = coex_window_at(times[i], times[i] < 0 ? times[i] : 0, NOW);

        g_assert_false(window.open);
        g_assert_cmpint(window.expires_at, ==, 0);
        g_assert_cmpint(window.free_until, ==, 0);
    }
}

static void
test_describe(void)
{
    static const struct {
        gint64 last;
        gint64 free_until;
        const char *text;
    } cases[] = {
        { 0, 0, "Has not written yet: only templates can be sent." },
        { NOW - 12 * HOUR - 90, 0,
          "The window is open until 2026-11-22 23:58 (11 h 58 min left)." },
        { NOW - 23 * HOUR - 40 * 60, 0,
          "The window is open until 2026-11-22 12:20 (20 min left)." },
        { NOW - 24 * HOUR + 30, 0,
          "The window is open until 2026-11-22 12:00 (less than a minute left)." },
        { NOW - 25 * HOUR, 0,
          "The window has been closed since 2026-11-22 11:00: only templates can be sent." },
        { NOW - 25 * HOUR, NOW + 47 * HOUR,
          "The window has been closed since 2026-11-22 11:00: only templates can be sent. Messages "
          "are "
          "free of charge until 2026-11-24 11:00." },
        { NOW - 25 * HOUR, NOW - 1,
          "The window has been closed since 2026-11-22 11:00: only templates can be sent." },
        { NOW + 2 * HOUR, 0,
          "The window is closed, because the last message carries a time that lies ahead: only "
          "templates can be sent." },
    };
    gint64 midday = NOW; /* 2026-11-22 12:00 UTC */

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *line = coex_window_describe(
            coex_window_at(cases[i].last, cases[i].free_until, midday), midday);

        g_assert_cmpstr(line, ==, cases[i].text);
    }
}

/* A day is named where it is not today's. */
static void
test_short_times(void)
{
    const gint64 midnight = 1790812800; /* 2026-10-01 00:00 UTC */
    static const struct {
        gint64 from_midnight, now_from_midnight;
        const char *text;
    } cases[] = {
        { 30, 60, "00:00" },
        { -60, 60, "2026-09-30 23:59" },
        { 86340, 0, "23:59" },
        { 86400, 86340, "2026-10-02 00:00" },
        { -365 * 86400, 0, "2025-10-01 00:00" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = coex_window_describe_time(midnight + cases[i].from_midnight,
                                                          midnight + cases[i].now_from_midnight);

        g_assert_cmpstr(text, ==, cases[i].text);
    }
    g_assert_null(coex_window_dup_time(G_MAXINT64));
    g_autofree char *none = coex_window_describe_time(G_MAXINT64, midnight);
    g_assert_cmpstr(none, ==, "an unknown time");
}

int
main(int argc, char **argv)
{
    g_setenv("TZ", "UTC", TRUE);
    tzset();
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/window/cases", test_cases);
    g_test_add_func("/window/short-labels", test_short_labels);
    g_test_add_func("/window/same-labels", test_same_labels);
    g_test_add_func("/window/label-changes", test_label_changes);
    g_test_add_func("/window/free", test_free);
    g_test_add_func("/window/extend", test_extend);
    g_test_add_func("/window/short-times", test_short_times);
    g_test_add_func("/window/odd-times", test_odd_times);
    g_test_add_func("/window/describe", test_describe);
    return g_test_run();
}
