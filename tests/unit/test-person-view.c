// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/person-view.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT(1795348800)

static CoexPersonView *
make_view(const char *alias, const char *given, gint64 last)
{
    const CoexPersonView parts = {
        .id = 7,
        .name = "12025550101",
        .alias = alias,
        .given = given,
        .display = "+12025550101",
        .window = coex_window_at(last, 0, NOW),
        .told_at = NOW,
    };

    return coex_person_view_new(&parts);
}

/* Whatever it was made from may go. */
static void
test_copies(void)
{
    g_autofree char *alias = g_strdup("Ada");
    g_autofree char *given = g_strdup("Ada Lovelace");
    g_autofree char *same = g_strdup("Ada");
    g_autoptr(CoexPersonView) view = make_view(alias, given, NOW);
    g_autoptr(CoexPersonView) short_one = make_view(alias, same, NOW);
    g_autoptr(CoexPersonView) nameless = make_view(NULL, NULL, NOW);
    CoexPersonView *taken = coex_person_view_ref(view);

    memset(alias, 'x', 3);
    memset(given, 'x', 12);
    memset(same, 'x', 3);
    coex_person_view_unref(taken);
    g_assert_cmpstr(view->name, ==, "12025550101");
    g_assert_cmpstr(view->alias, ==, "Ada");
    g_assert_cmpstr(view->given, ==, "Ada Lovelace");
    g_assert_cmpstr(view->display, ==, "+12025550101");
    g_assert_null(view->nick);
    g_assert_null(view->same_as);
    g_assert_null(view->last_state);
    g_assert_cmpstr(short_one->alias, ==, "Ada");
    g_assert_cmpstr(short_one->given, ==, "Ada");
    g_assert_null(nameless->alias);
    g_assert_null(nameless->given);
    g_assert_cmpstr(nameless->display, ==, "+12025550101");
}

static void
test_differences(void)
{
    g_autoptr(CoexPersonView) view = make_view("Ada", "Ada", NOW);
    g_autoptr(CoexPersonView) other = make_view("Ada", "Ada", NOW);

    g_assert_true(coex_person_view_equal(view, other));
    other->blocked = TRUE;
    g_assert_false(coex_person_view_equal(view, other));
    other->blocked = FALSE;
    other->same_as = "Ben";
    g_assert_false(coex_person_view_equal(view, other));
    other->same_as = NULL;
    other->told_at += COEX_WINDOW_S;
    g_assert_false(coex_person_view_equal(view, other));
    other->told_at = view->told_at + 1;
    g_assert_true(coex_person_view_equal(view, other));
    other->alias = "Ada (0101)";
    g_assert_false(coex_person_view_equal(view, other));
}

static void
assert_label(const CoexPersonView *view, const char *wanted, gint64 end)
{
    g_autofree char *label = coex_person_view_dup_label(view);

    g_assert_cmpstr(label, ==, wanted);
    g_assert_cmpint(coex_person_view_get_end(view), ==, end);
}

static void
test_labels(void)
{
    g_autoptr(CoexPersonView) view = make_view("Ada", "Ada", NOW);
    g_autoptr(CoexPersonView) closed = make_view("Ada", "Ada", NOW - 2 * COEX_WINDOW_S);

    assert_label(view, "Open until Mon 12:00", NOW + COEX_WINDOW_S);
    assert_label(closed, "Closed since 21 Nov 12:00", NOW - COEX_WINDOW_S);
    closed->window.free_until = NOW + 1;
    assert_label(closed, "Free templates to Sun 12:00", NOW + 1);
    view->same_as = "Ben";
    assert_label(view, "Same person as Ben", NOW + COEX_WINDOW_S);
}

int
main(int argc, char **argv)
{
    g_setenv("TZ", "UTC", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/person-view/copies", test_copies);
    g_test_add_func("/person-view/differences", test_differences);
    g_test_add_func("/person-view/labels", test_labels);
    return g_test_run();
}
