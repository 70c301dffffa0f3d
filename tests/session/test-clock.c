// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#define HOUR_S (60 * 60)
#define DAY_S (24 * HOUR_S)

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
    desk_wait_state(desk, "ada", "delivered*: Yes");
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
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "Not sent yet, and kept: “Hello Ada”. *");
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
    desk_wait_state(desk, "ada", "delivered*: Good morning");
    desk_restart(desk);
    desk_wait_notice(desk, NULL, BEHIND_LINE);
    desk_wait_window(desk, "ada", TRUE);
    assert_sends(desk, "Once more");
}

/* Told in the nearest unit: an answer's Date has no parts of a second. */
static void
test_nearest(Desk *desk)
{
    desk_set_clock_ahead(desk, 20 - 2 * DAY_S);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "This computer's clock is 2 days behind WhatsApp's*");
    desk_logout(desk);
    desk_set_clock_ahead(desk, 2 * HOUR_S - 20);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "This computer's clock is 2 hours ahead of WhatsApp's*");
    desk_logout(desk);
    desk_set_clock_ahead(desk, 20 - HOUR_S);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "This computer's clock is 60 minutes behind WhatsApp's*");
}

static void
test_behind_until_told(Desk *desk)
{
    hear_from_the_future(desk);
    refresh(desk);
    desk_wait_notice(desk, NULL, BEHIND_LINE);
    desk_wait_prompt_over(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "Not sent yet, and kept: “Good morning”. *");
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
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Not sent, since the window is closed: Are*");
    event = desk_wait_prompt(desk, "ada", "Are you there?");
    g_assert_true(g_str_has_prefix(event->detail, "The 24-hour window is closed."));
    desk_restart(desk);
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Are you there?");
    desk_assert_label(desk, "ada", "Closed since *");
}

/* ---- what was written meanwhile ---- */

#define AHEAD_S (20 * HOUR_S) /* the window stays open */

static void
mislead(Desk *desk, gint64 off_s)
{
    desk->config.receipts = COEX_RECEIPTS_NEVER; /* no request more than what is told here */
    login(desk);
    coex_sim_misdate_next(desk->sim, off_s);
    coex_sim_misdate_next(desk->sim, off_s);
    refresh(desk);
    desk_wait_notice(desk, NULL, "This computer's clock is 20 hours * WhatsApp's*");
}

/* Answered by a clock that is ahead. */
static void
answer_ahead(Desk *desk)
{
    mislead(desk, AHEAD_S);
    coex_sim_misdate_next(desk->sim, AHEAD_S);
    desk_say(desk, "ada", "Yes");
    desk_take(desk, "ada", "Yes");
    desk_wait_state(desk, "ada", "delivered*: Yes");
    g_assert_cmpint(desk_view(desk, "ada")->waiting_since, ==, 0);
}

static gboolean
ada_waits(Desk *desk)
{
    return desk_view(desk, "ada")->waiting_since > 0;
}

static void
assert_waits(Desk *desk, const char *past)
{
    desk_wait_until(desk, ada_waits, "the mark that Ada waits");
    g_assert_cmpint(desk_view(desk, "ada")->waiting_since, <=, coex_sim_now(desk->sim));
    desk_restart(desk);
    desk_wait_catalogue(desk);
    g_assert_true(ada_waits(desk));
    coex_session_recall(desk->session, desk_name("ada"), 9, 0, TRUE);
    desk_wait_past(desk, "ada", past);
    desk_advance(desk, 60);
    desk_say(desk, "ada", "Tomorrow, too");
    desk_take(desk, "ada", "Tomorrow, too");
    desk_wait_state(desk, "ada", "delivered*: Tomorrow, too");
    g_assert_false(ada_waits(desk));
}

#define ASKED "in: Hello\nout: Yes\nin: And tomorrow?"
#define AGREED "This computer's clock and WhatsApp's agree again."

/* The question itself shows that the clock was wrong. */
static void
test_question_corrects(Desk *desk)
{
    answer_ahead(desk);
    desk_advance(desk, 60);
    desk_hear(desk, "ada", "And tomorrow?");
    desk_wait_notice(desk, NULL, AGREED);
    assert_waits(desk, ASKED);
}

static void
test_restart_corrects(Desk *desk)
{
    answer_ahead(desk);
    desk_logout(desk);
    desk_advance(desk, 60);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "And tomorrow?");
    assert_waits(desk, ASKED);
}

/* It came late, so that it proves nothing, and the clock was corrected only after it. */
static void
test_late_question(Desk *desk)
{
    answer_ahead(desk);
    desk_advance(desk, 1000);
    g_free(coex_sim_customer_sends_at(desk->sim, "ada", "And tomorrow?",
                                      coex_sim_now(desk->sim) - 300));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "And tomorrow?");
    desk_wait_notice(desk, NULL, AGREED);
    assert_waits(desk, ASKED);
}

/* A single message is ahead, and both clocks say so. */
static void
test_message_ahead(Desk *desk)
{
    guint n_checks;

    login(desk);
    n_checks = coex_sim_n_requests(desk->sim, check_of(desk));
    g_free(coex_sim_customer_sends_at(desk->sim, "ada", "From the future",
                                      coex_sim_now(desk->sim) + 3 * HOUR_S));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "From the future");
    desk_wait_requests(desk, check_of(desk), n_checks + 1);
    desk_fence(desk);
    desk_advance(desk, 60);
    assert_sends(desk, "Yes");
    desk_wait_state(desk, "ada", "delivered*: Yes");
    desk_advance(desk, 60);
    desk_hear(desk, "ada", "And tomorrow?");
    assert_waits(desk, "in: Hello\nin: From the future\nout: Yes\nin: And tomorrow?");
}

/* Answered by a clock that is behind the question. */
static void
test_answer_behind(Desk *desk)
{
    const char *const none[] = { NULL };

    mislead(desk, -AHEAD_S);
    coex_sim_add_template(desk->sim, "{\"name\":\"ping\",\"language\":\"en_US\",\"category\":"
                                     "\"UTILITY\",\"status\":\"APPROVED\",\"components\":["
                                     "{\"type\":\"BODY\",\"text\":\"Yes\"}]}");
    coex_sim_misdate_next(desk->sim, -AHEAD_S);
    refresh(desk);
    coex_sim_misdate_next(desk->sim, -AHEAD_S);
    coex_session_send_template(desk->session, desk_name("ada"),
                               desk_template(desk, "ping", "en_US"), none, NULL);
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Yes");
    coex_sim_request_free(desk_wait_sent(desk, "ada", NULL));
    desk_wait_state(desk, "ada", "delivered*: Yes");
    g_assert_false(ada_waits(desk));
    desk_advance(desk, 60);
    desk_hear(desk, "ada", "And tomorrow?");
    desk_wait_notice(desk, NULL, AGREED);
    assert_waits(desk, ASKED);
}

/* The machine slept while two answers were on their way: they tell of no wrong clock. */
static void
test_asleep(Desk *desk)
{
    static const char *const who[] = { "ada", "ben" };
    static const char *const texts[] = { "Good night", "Until tomorrow" };

    desk->config.receipts = COEX_RECEIPTS_NEVER; /* no request more than what is told here */
    login(desk);
    desk_hear(desk, "ben", "Good evening");
    coex_sim_set_auto_status(desk->sim, FALSE);
    coex_sim_aim(desk->sim, "messages");
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        coex_sim_delay_next(desk->sim, 1000 * TEST_SLOWNESS);
        desk_send(desk, who[i], texts[i]);
        desk_take(desk, who[i], texts[i]);
    }
    coex_sim_aim(desk->sim, check_of(desk)); /* what is asked in doubt is answered after both */
    coex_sim_delay_next(desk->sim, 2000 * TEST_SLOWNESS);
    desk_advance(desk, 8 * HOUR_S);
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "Good night");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ben", "Until tomorrow");
    desk_wait_state(desk, "ada", "accepted*: Good night");
    desk_wait_state(desk, "ben", "accepted*: Until tomorrow");
    coex_sim_set_auto_status(desk->sim, TRUE);
    desk_hear(desk, "ada", "Good morning");
    g_assert_true(desk_view(desk, "ada")->window.open);
    assert_sends(desk, "Slept well?");
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "*clock*"), ==, 0);
}

/* Held by a clock that was ahead: what the phone answered meanwhile is newer. */
static void
test_held_ahead(Desk *desk)
{
    mislead(desk, AHEAD_S);
    desk_advance(desk, 60);
    coex_session_hold_text(desk->session, desk_name("ada"), "When you write", NULL);
    desk_wait_notice(desk, "ada", "Held until*");
    desk_logout(desk);
    desk_advance(desk, 60);
    desk_login(desk);
    desk_wait_catalogue(desk);
    g_free(coex_sim_phone_sends(desk->sim, "ada", "By phone"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "By phone");
    desk_advance(desk, 60);
    desk_hear(desk, "ada", "Thank you");
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "When you write");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 0);
    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "When you write");
    desk_take(desk, "ada", "When you write");
}

/* What the text says of the end, and what is known of it. */
static void
assert_label_agrees(Desk *desk)
{
    const CoexPersonView *person = desk_view(desk, "ada");
    g_autoptr(GDateTime) end = g_date_time_new_from_unix_local(person->window.expires_at);
    g_autofree char *label = g_date_time_format(end, "Open until %a %H:%M");

    desk_assert_label(desk, "ada", label);
}

static gboolean
is_told_by_their_clock(Desk *desk)
{
    return desk_view(desk, "ada")->window.expires_at >=
           coex_sim_now(desk->sim) + 24 * HOUR_S - 10 * 60;
}

/* The text tells until when, at once: also what she writes while one looks at the conversation, and
 * with a clock that runs behind WhatsApp's. */
static void
test_label_agrees(Desk *desk)
{
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hi");
    desk_wait_label(desk, "ada", "Open until ??? ??:??");
    assert_label_agrees(desk);
    desk_advance(desk, 20 * 60);
    desk_hear(desk, "ada", "Are you there?");
    desk_fence(desk);
    assert_label_agrees(desk);
    desk_advance(desk, 2 * HOUR_S);
    desk_hear(desk, "ada", "Hello?");
    desk_fence(desk);
    assert_label_agrees(desk);
    coex_sim_advance_clock(desk->sim, 3 * HOUR_S);
    desk_hear(desk, "ada", "Hello!");
    desk_ignore(desk, "This computer's clock *");
    coex_session_refresh_templates(desk->session); /* WhatsApp's answer tells its time */
    desk_wait_until(desk, is_told_by_their_clock, "the end by WhatsApp's clock");
    assert_label_agrees(desk);
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
    desk_add("/clock/nearest", test_nearest);
    desk_add("/clock/behind-until-told", test_behind_until_told);
    desk_add("/clock/behind-until-restart", test_behind_until_restart);
    desk_add("/clock/behind-until-set", test_behind_until_set);
    desk_add("/clock/without-time", test_without_time);
    desk_add("/clock/question-corrects", test_question_corrects);
    desk_add("/clock/restart-corrects", test_restart_corrects);
    desk_add("/clock/late-question", test_late_question);
    desk_add("/clock/message-ahead", test_message_ahead);
    desk_add("/clock/answer-behind", test_answer_behind);
    desk_add("/clock/held-ahead", test_held_ahead);
    desk_add("/clock/asleep", test_asleep);
    desk_add("/clock/label-agrees", test_label_agrees);
    return g_test_run();
}
