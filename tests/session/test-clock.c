// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#define DAY_S (24 * 60 * 60)

/* The provider's clock as its answers tell it, which may be wrong: windows stay as they are, or
 * come back. */

static void
login(Desk *desk)
{
    coex_sim_clear_templates(desk->sim); /* one page: its answer, and the check that it provokes */
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello");
    coex_sim_aim(desk->sim, NULL);
}

/* Has something answered with a Date that is off, and waits for it. */
static void
refresh(Desk *desk)
{
    coex_session_refresh_templates(desk->session);
    desk_wait_catalogue(desk);
}

static const char *
check_of(Desk *desk)
{
    return desk_is_meta(desk) ? "number" : "health";
}

static void
assert_sends(Desk *desk, const char *text)
{
    desk_send(desk, "ada", text);
    coex_sim_request_free(desk_wait_sent(desk, "ada", text));
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", text);
}

/* One answer proves nothing: the next one is asked for at once. */
static void
test_one_wrong_date(Desk *desk)
{
    static const gint64 off[] = { 30 * DAY_S, -40 * 365 * DAY_S };

    login(desk);
    for (guint i = 0; i < G_N_ELEMENTS(off); i++) {
        guint n_checks = coex_sim_n_requests(desk->sim, check_of(desk));

        coex_sim_misdate_next(desk->sim, off[i]);
        refresh(desk);
        /* the second time the answer to what is sent proves as much */
        if (i == 0)
            desk_wait_requests(desk, check_of(desk), n_checks + 1);
        desk_fence(desk);
        g_assert_true(desk_view(desk, "ada")->window.open);
        assert_sends(desk, i == 0 ? "First" : "Second");
    }
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "*clock*"), ==, 0);
}

/* Two that agree are believed, until a customer's own words say otherwise; the times on disk are
 * those that came. */
static void
misled(Desk *desk, gint64 off_s, const char *line)
{
    const DeskEvent *event;
    gint64 now = coex_sim_now(desk->sim);

    login(desk);
    coex_sim_misdate_next(desk->sim, off_s);
    coex_sim_misdate_next(desk->sim, off_s);
    refresh(desk);
    desk_wait_notice(desk, NULL, line);
    desk_ignore(desk, "This computer's clock and WhatsApp's agree again.");
    g_free(coex_sim_customer_sends(desk->sim, "ben", "Are you there?"));
    event = desk_wait_feed(desk, COEX_FEED_INBOUND, "ben", "Are you there?");
    g_assert_cmpint(ABS(event->item->time - now), <, 60);
    desk_wait_window(desk, "ben", TRUE);
    desk_wait_window(desk, "ada", TRUE);
    assert_sends(desk, "Yes");
    g_assert_cmpint(ABS(coex_session_get_time(desk->session) - now), <, 60);
    desk_restart(desk);
    g_assert_true(desk_view(desk, "ben")->window.open);
}

static void
test_misled_ahead(Desk *desk)
{
    misled(desk, 30 * DAY_S, "This computer's clock is 30 days behind WhatsApp's*");
}

static void
test_misled_back(Desk *desk)
{
    misled(desk, -30 * 365 * DAY_S, "This computer's clock is 10950 days ahead of WhatsApp's*");
}

/* A closed window does not prevent its own correction: a text that it stops is the reason to look
 * at the clock again. */
static void
test_closed_by_mistake(Desk *desk)
{
    login(desk);
    coex_sim_misdate_next(desk->sim, 30 * DAY_S);
    coex_sim_misdate_next(desk->sim, 30 * DAY_S);
    coex_session_refresh_templates(desk->session);
    desk_wait_catalogue(desk);
    desk_wait_notice(desk, NULL, "This computer's clock is 30 days behind WhatsApp's*");
    desk_send(desk, "ada", "Hello Ada");
    desk_wait_prompt(desk, "ada", "Hello Ada");
    desk_wait_notice(desk, NULL, "This computer's clock and WhatsApp's agree again.");
    desk_wait_prompt_over(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Hello Ada");
    desk_wait_window(desk, "ada", TRUE);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 0);
    coex_session_resend(desk->session, desk_name("ada"));
    coex_sim_request_free(desk_wait_sent(desk, "ada", "Hello Ada"));
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Hello Ada");
}

/* Held before the customer wrote, it leaves once the clock is right. */
static void
test_held_by_mistake(Desk *desk)
{
    coex_sim_clear_templates(desk->sim);
    desk_login(desk);
    desk_wait_catalogue(desk);
    g_assert_true(coex_session_hold_text(desk->session, desk_name("ada"), "When you write", NULL));
    desk_wait_notice(desk, "ada", "Held until*");
    desk_advance(desk, 1000);
    coex_sim_aim(desk->sim, NULL);
    coex_sim_misdate_next(desk->sim, 30 * DAY_S);
    coex_sim_misdate_next(desk->sim, 30 * DAY_S);
    refresh(desk);
    desk_wait_notice(desk, NULL, "This computer's clock is 30 days behind WhatsApp's*");
    /* Delivered late: no witness for either clock, but a reason to ask. */
    g_free(coex_sim_customer_sends_at(desk->sim, "ada", "Earlier", coex_sim_now(desk->sim) - 300));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Earlier");
    desk_wait_notice(desk, NULL, "This computer's clock and WhatsApp's agree again.");
    coex_sim_request_free(desk_wait_sent(desk, "ada", "When you write"));
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "When you write");
    desk_wait_window(desk, "ada", TRUE);
}

/* Ours is wrong: one answer more, and it is known. */
static void
test_ours_is_wrong(Desk *desk)
{
    const DeskEvent *event;

    desk_set_clock_ahead(desk, -5 * DAY_S);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "This computer's clock is 5 days behind WhatsApp's*");
    desk_wait_catalogue(desk);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Hello"));
    event = desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Hello");
    g_assert_cmpint(ABS(event->item->time - coex_sim_now(desk->sim)), <, 60);
    desk_wait_window(desk, "ada", TRUE);
    assert_sends(desk, "Here");
    desk_set_clock_ahead(desk, 0);
    refresh(desk);
    desk_wait_notice(desk, NULL, "This computer's clock and WhatsApp's agree again.");
    g_assert_true(desk_view(desk, "ada")->window.open);
}

#define BEHIND_S (2 * 60 * 60)
#define BEHIND_LINE "This computer's clock is 2 hours behind WhatsApp's*"

/* A new customer writes to a clock that is behind, which an answer has confirmed once more: the
 * window stays closed, until somebody says what time it is. */
static void
hear_from_the_future(Desk *desk)
{
    guint n_checks;

    coex_sim_clear_templates(desk->sim);
    desk_login(desk);
    desk_wait_catalogue(desk);
    coex_sim_aim(desk->sim, NULL);
    n_checks = coex_sim_n_requests(desk->sim, check_of(desk));
    desk_set_clock_ahead(desk, -BEHIND_S);
    coex_sim_misdate_next(desk->sim, -BEHIND_S);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Hello"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Hello");
    desk_wait_requests(desk, check_of(desk), n_checks + 1);
    desk_fence(desk);
    g_assert_false(desk_view(desk, "ada")->window.open);
    g_assert_cmpint(desk_view(desk, "ada")->window.expires_at, >, 0);
    desk_send(desk, "ada", "Good morning");
    desk_wait_prompt(desk, "ada", "Good morning");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 0);
}

static void
assert_resends(Desk *desk)
{
    coex_session_resend(desk->session, desk_name("ada"));
    coex_sim_request_free(desk_wait_sent(desk, "ada", "Good morning"));
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Good morning");
    assert_sends(desk, "How are you?");
}

/* The message itself is the reason to look, and opens the window. */
static void
test_behind(Desk *desk)
{
    coex_sim_clear_templates(desk->sim);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_set_clock_ahead(desk, -BEHIND_S);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Hello"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Hello");
    desk_wait_notice(desk, NULL, BEHIND_LINE);
    desk_wait_window(desk, "ada", TRUE);
    assert_sends(desk, "Good morning");
    desk_restart(desk);
    desk_wait_notice(desk, NULL, BEHIND_LINE);
    desk_wait_window(desk, "ada", TRUE);
    assert_sends(desk, "Once more");
}

static void
test_behind_until_told(Desk *desk)
{
    hear_from_the_future(desk);
    refresh(desk);
    desk_wait_notice(desk, NULL, BEHIND_LINE);
    desk_wait_prompt_over(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Good morning");
    desk_wait_window(desk, "ada", TRUE);
    assert_resends(desk);
}

static void
test_behind_until_restart(Desk *desk)
{
    hear_from_the_future(desk);
    desk_restart(desk);
    desk_wait_notice(desk, NULL, BEHIND_LINE);
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Good morning");
    desk_wait_window(desk, "ada", TRUE);
    assert_resends(desk);
}

/* Set by the user while nobody is logged in. */
static void
test_behind_until_set(Desk *desk)
{
    hear_from_the_future(desk);
    desk_logout(desk);
    desk_set_clock_ahead(desk, 0);
    desk_login(desk);
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Good morning");
    g_assert_true(desk_view(desk, "ada")->window.open);
    assert_resends(desk);
}

/* A message that does not say when it was written counts from when it came. */
static void
test_without_time(Desk *desk)
{
    const DeskEvent *event;

    desk_login(desk);
    desk_wait_catalogue(desk);
    g_free(coex_sim_customer_sends_at(desk->sim, "ada", "Hello", -5));
    coex_sim_open_window(desk->sim, "ada");
    event = desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Hello");
    g_assert_cmpint(ABS(event->item->time - coex_sim_now(desk->sim)), <, 60);
    desk_wait_label(desk, "ada", "Open until *");
    assert_sends(desk, "Good morning");
    desk_wait_state(desk, "ada", "delivered*: Good morning");
    /* WhatsApp knows better */
    coex_sim_close_window(desk->sim, "ada");
    desk_say(desk, "ada", "Are you there?");
    event = desk_wait_prompt(desk, "ada", "Are you there?");
    g_assert_true(g_str_has_prefix(event->detail, "The 24-hour window is closed."));
    desk_restart(desk);
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Are you there?");
    g_assert_cmpstr(desk_view(desk, "ada")->label, ==, "Window closed");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/clock/one-wrong-date", test_one_wrong_date);
    desk_add("/clock/misled-ahead", test_misled_ahead);
    desk_add("/clock/misled-back", test_misled_back);
    desk_add("/clock/closed-by-mistake", test_closed_by_mistake);
    desk_add("/clock/held-by-mistake", test_held_by_mistake);
    desk_add("/clock/ours-is-wrong", test_ours_is_wrong);
    desk_add("/clock/behind", test_behind);
    desk_add("/clock/behind-until-told", test_behind_until_told);
    desk_add("/clock/behind-until-restart", test_behind_until_restart);
    desk_add("/clock/behind-until-set", test_behind_until_set);
    desk_add("/clock/without-time", test_without_time);
    return g_test_run();
}
