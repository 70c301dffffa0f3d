// SPDX-License-Identifier: GPL-2.0-or-later
#include "broadcasts.h"

/* Where a broadcast's messages stand: in the conversations that are open, and elsewhere before the
 * answer; once, and as lines of ours. */

#define TO_ADA "Hi Ada Lovelace, your order A-17 is ready.*"
#define TO_BEN "Hi Ben Whitaker, your order A-17 is ready.*"

static void
wait_line(Desk *desk, const char *who, const char *glob)
{
    const DeskEvent *line = desk_wait_feed(desk, COEX_FEED_SENT, who, glob);

    g_assert_true(line->item->flags & COEX_LINE_BROADCAST);
}

/* What came before is older. */
static void
begin_later(Desk *desk)
{
    desk_wait_picture(desk, "none");
    desk_wait_blocks(desk, NULL, "");
    desk_advance(desk, 5);
    begin_order(desk);
}

static void
send_order(Desk *desk)
{
    begin_later(desk);
    take_parts(desk, 3);
    desk_wait_notice(desk, NULL, DONE);
    wait_report(desk, "*: 3 people, 3 delivered.\n*");
}

/* No other conversation opens for it. */
static void
test_open(Desk *desk)
{
    desk->config.recall = 0;
    open_shop(desk);
    coex_session_note_open(desk->session, desk_name("ada"), TRUE);
    send_order(desk);
    wait_line(desk, "ada", TO_ADA);
    desk_hear(desk, "ada", "Perfect");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ben", "Hi *"), ==, 0);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "carla", "Hi *"), ==, 0);
}

/* Also where the conversation was there before, and closed, and where what comes is no text. */
static void
test_before_the_answer(Desk *desk)
{
    open_shop(desk);
    coex_session_note_open(desk->session, desk_name("ada"), TRUE);
    coex_session_note_open(desk->session, desk_name("ada"), FALSE);
    send_order(desk);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Perfect"));
    wait_line(desk, "ada", TO_ADA);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Perfect");
    desk_hear(desk, "ada", "See you");
    g_free(coex_sim_phone_sends(desk->sim, "ben", "Are you coming?"));
    wait_line(desk, "ben", TO_BEN);
    desk_wait_feed(desk, COEX_FEED_ECHO, "ben", "Are you coming?");
    desk_hear(desk, "ben", "Yes");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "Hi *"), ==, 1);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "carla", "Hi *"), ==, 0);
}

/* What was typed meanwhile does not take its place. */
static void
test_after_a_restart(Desk *desk)
{
    desk->config.recall = 5;
    open_shop(desk);
    send_order(desk);
    desk_say(desk, "ben", "By the way");
    desk_take(desk, "ben", "By the way");
    desk_wait_state(desk, "ben", "delivered*: By the way");
    desk_restart(desk);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Perfect"));
    desk_wait_past(desk, "ada", "in: Hello");
    wait_line(desk, "ada", TO_ADA);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Perfect");
    g_free(coex_sim_customer_sends(desk->sim, "ben", "Perfect"));
    wait_line(desk, "ben", TO_BEN);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ben", "Perfect");
    desk_restart(desk);
    desk_hear(desk, "ada", "I have it");
    desk_wait_past(desk, "ada", "in: Hello\nout (broadcast): " TO_ADA "\nin: Perfect");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, NULL, "Hi *"), ==, 0);
}

/* Earlier lines come, and then it; also where it was opened before the login. */
static void
test_opened_later(Desk *desk)
{
    desk->config.recall = 5;
    open_shop(desk);
    send_order(desk);
    coex_session_recall(desk->session, desk_name("ada"), 5, 0, FALSE);
    coex_session_note_open(desk->session, desk_name("ada"), TRUE);
    desk_wait_past(desk, "ada", "in: Hello");
    wait_line(desk, "ada", TO_ADA);
    desk_hear(desk, "ada", "Perfect");
    desk_restart(desk);
    coex_session_note_open(desk->session, desk_name("ada"), TRUE);
    coex_session_note_open(desk->session, desk_name("ben"), TRUE);
    desk_wait_past(desk, "ben", "in: Hello");
    wait_line(desk, "ben", TO_BEN);
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, 0);
}

/* Its answer is lost: a status tells that it was taken. */
static void
test_proven_later(Desk *desk)
{
    const char *const ada[] = { desk_name("ada"), "", NULL };

    open_shop(desk);
    coex_session_note_open(desk->session, desk_name("ada"), TRUE);
    coex_sim_drop_next(desk->sim, TRUE);
    plan_for(desk, "order_update", order_values, ada);
    desk_wait_ask(desk, "Send order_update (en_US) to 1 person of “Bakers”?");
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL, BEGINS);
    take_part(desk, NULL);
    wait_line(desk, "ada", TO_ADA);
    desk_wait_notice(desk, NULL, DONE);
    desk_hear(desk, "ada", "Perfect");
}

/* The customer writes while it is on its way, and it leaves only at another try: it stands once,
 * and not before it is sent. */
static void
test_on_its_way(Desk *desk)
{
    const char *const ada[] = { desk_name("ada"), "", NULL };

    open_shop(desk);
    coex_sim_fail_next_late(desk->sim, 130429, 1500 * TEST_SLOWNESS);
    plan_for(desk, "order_update", order_values, ada);
    desk_wait_ask(desk, "Send order_update (en_US) to 1 person of “Bakers”?");
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL, BEGINS);
    desk_wait_requests(desk, "messages", 1);
    desk_hear(desk, "ada", "Is it ready?");
    coex_session_note_open(desk->session, desk_name("ada"), TRUE);
    take_part(desk, NULL);
    wait_line(desk, "ada", TO_ADA);
    desk_wait_notice(desk, NULL, DONE);
    desk_hear(desk, "ada", "Perfect");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "Hi *"), ==, 1);
}

/* It may have arrived, and nothing tells: it stands before the answer all the same. */
static void
test_uncertain(Desk *desk)
{
    const char *const ada[] = { desk_name("ada"), "", NULL };

    open_shop(desk);
    coex_sim_set_auto_status(desk->sim, FALSE);
    coex_sim_drop_next(desk->sim, TRUE);
    plan_for(desk, "order_update", order_values, ada);
    desk_wait_ask(desk, "Send order_update (en_US) to 1 person of “Bakers”?");
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL, BEGINS);
    take_part(desk, NULL);
    desk_wait_notice(desk, NULL, DONE);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Perfect"));
    wait_line(desk, "ada", TO_ADA);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Perfect");
}

/* What stands there as sent, and is not delivered, is said there; and nowhere else. */
static void
test_fails_later(Desk *desk)
{
    open_shop(desk);
    coex_session_note_open(desk->session, desk_name("ada"), TRUE);
    coex_sim_set_auto_status(desk->sim, FALSE);
    begin_later(desk);
    for (guint i = 0; i < 3; i++) {
        g_autoptr(CoexSimRequest) sent = coex_sim_next_sent(desk->sim, DESK_PATIENCE_MS);

        g_assert_nonnull(sent);
        coex_sim_status_failed(desk->sim, sent->wamid, 131049, "In order to maintain a healthy",
                               "This message was not delivered.");
    }
    wait_line(desk, "ada", TO_ADA);
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", TO_ADA);
    desk_wait_notice(desk, NULL, DONE);
    wait_report(desk, "*: 3 people, 3 failed.\n*");
    g_free(coex_sim_customer_sends(desk->sim, "ben", "Hello?"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ben", "Hello?");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ben", "Hi *"), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/broadcast-lines/open", test_open);
    desk_add("/broadcast-lines/before-the-answer", test_before_the_answer);
    desk_add("/broadcast-lines/after-a-restart", test_after_a_restart);
    desk_add("/broadcast-lines/opened-later", test_opened_later);
    desk_add("/broadcast-lines/proven-later", test_proven_later);
    desk_add("/broadcast-lines/on-its-way", test_on_its_way);
    desk_add_at(DESK_ONLY_META, "/broadcast-lines/uncertain", test_uncertain);
    desk_add("/broadcast-lines/fails-later", test_fails_later);
    return g_test_run();
}
