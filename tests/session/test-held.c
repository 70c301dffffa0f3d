// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

/* What was told to wait, and a restart in between: it is found again, and its end is told. */

#define HOUR_S (60 * 60)

static void
open_shop(Desk *desk)
{
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello");
}

/* Held for dana, who writes while nothing can be sent; then the program ends. */
static void
release_in_vain(Desk *desk)
{
    open_shop(desk);
    coex_session_hold_text(desk->session, desk_name("dana"), "When you write", NULL);
    desk_wait_notice(desk, "dana", "Held until *: When you write");
    desk_fence(desk);
    coex_sim_set_down(desk->sim, TRUE);
    desk_hear(desk, "dana", "Hi");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "When you write");
    g_assert_cmpuint(desk_view(desk, "dana")->n_held, ==, 0);
    desk_logout(desk);
    coex_sim_set_down(desk->sim, FALSE);
}

static void
assert_held_and_sent(Desk *desk)
{
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "dana"), ==, 0);
    g_assert_cmpuint(desk_view(desk, "dana")->n_held, ==, 1);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    g_assert_cmpuint(desk_view(desk, "dana")->n_held, ==, 1);
    desk_advance(desk, 60);
    desk_hear(desk, "dana", "Hi again");
    desk_take(desk, "dana", "When you write");
    desk_wait_feed(desk, COEX_FEED_RECORD, "dana", "Sent at *: When you write");
    desk_assert_nothing_kept(desk, "dana");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "dana"), ==, 1);
}

static void
test_refused_after_restart(Desk *desk)
{
    release_in_vain(desk);
    coex_sim_close_window(desk->sim, "dana");
    desk_login(desk);
    desk_wait_feed(desk, COEX_FEED_RECORD, "dana", "*held again: When you write");
    assert_held_and_sent(desk);
}

static void
test_closed_before_restart(Desk *desk)
{
    release_in_vain(desk);
    desk_advance(desk, 25 * HOUR_S);
    desk_login(desk);
    desk_wait_feed(desk, COEX_FEED_RECORD, "dana", "*held again: When you write");
    assert_held_and_sent(desk);
}

/* It was to go as soon as they write: the hour after which what was typed asks does not count. */
static void
test_released_hours_ago(Desk *desk)
{
    release_in_vain(desk);
    desk_advance(desk, 3 * HOUR_S);
    desk_login(desk);
    desk_take(desk, "dana", "When you write");
    desk_wait_feed(desk, COEX_FEED_RECORD, "dana", "Sent at *: When you write");
    desk_assert_nothing_kept(desk, "dana");
}

static void
test_key_comes_back(Desk *desk)
{
    open_shop(desk);
    coex_sim_revoke_token(desk->sim);
    desk_say(desk, "ada", "I wait");
    desk_wait_notice(desk, "ada", "Not sent yet; it waits until *: I wait");
    desk_wait_notice(desk, NULL, "Nothing can be sent: *");
    desk_say(desk, "ada", "So do I");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "Not sent yet; it waits until *: So do I");
    desk_logout(desk);
    coex_sim_restore_token(desk->sim);
    desk_login(desk);
    desk_take(desk, "ada", "I wait");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at ??:??: I wait");
    desk_take(desk, "ada", "So do I");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at ??:??: So do I");
    desk_wait_state(desk, "ada", "delivered*: So do I");
    desk_restart(desk);
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, 0);
}

static void
test_whatsapp_comes_back(Desk *desk)
{
    open_shop(desk);
    coex_sim_set_down(desk->sim, TRUE);
    desk_say(desk, "ada", "I wait");
    desk_wait_notice(desk, "ada", "Waiting for WhatsApp: I wait");
    desk_logout(desk);
    coex_sim_set_down(desk->sim, FALSE);
    desk_login(desk);
    desk_take(desk, "ada", "I wait");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at ??:??: I wait");
}

/* Without a clear answer; its status comes in the next session, and lets the other one go. */
static void
test_status_comes_later(Desk *desk)
{
    g_autofree char *wamid = NULL;

    open_shop(desk);
    coex_sim_set_auto_status(desk->sim, FALSE);
    coex_sim_drop_next(desk->sim, TRUE);
    desk_say(desk, "ada", "Half heard");
    desk_wait_notice(desk, "ada",
                     "It is not clear whether this was sent: Half heard*2 minutes at most, or 10 "
                     "while no webhook comes;*");
    desk_say(desk, "ada", "Waits behind");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "Waits until it is clear *: Waits behind");
    desk_take(desk, "ada", "Half heard");
    wamid = coex_sim_dup_last_sent(desk->sim, "ada");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    coex_sim_status(desk->sim, wamid, "delivered");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at ??:??: Half heard");
    desk_take(desk, "ada", "Waits behind");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at ??:??: Waits behind");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 2);
}

/* What is just being tried waits as well. */
static void
test_listed_while_tried(Desk *desk)
{
    open_shop(desk);
    coex_sim_set_auto_status(desk->sim, FALSE); /* it would end the try */
    coex_sim_delay_next(desk->sim, 1000 * TEST_SLOWNESS);
    desk_say(desk, "ada", "Under way");
    desk_wait_requests(desk, "messages", 1);
    coex_session_list_held(desk->session, NULL);
    desk_wait_notice(desk, NULL, "Waits to be sent to Ada*: Under way");
    desk_take(desk, "ada", "Under way");
    desk_wait_state(desk, "ada", "accepted*");
    coex_session_list_held(desk->session, NULL);
    desk_wait_notice(desk, NULL, "Nothing is held.");
}

/* By its number in the list, which stays, one at a time; what is changed leaves as it is then. */
static void
test_by_number(Desk *desk)
{
    open_shop(desk);
    coex_session_hold_text(desk->session, desk_name("dana"), "First", NULL);
    desk_wait_notice(desk, "dana", "Held until *: First");
    coex_session_hold_text(desk->session, desk_name("dana"), "Second", NULL);
    desk_wait_notice(desk, "dana", "Held until *: Second");
    coex_session_hold_text(desk->session, desk_name("dana"), "Third", NULL);
    desk_wait_notice(desk, "dana", "Held until *: Third");
    desk_fence(desk);
    desk_send(desk, "dana", "Undecided");
    desk_wait_prompt(desk, "dana", "Undecided");
    coex_session_list_held(desk->session, desk_name("dana"));
    desk_wait_notice(desk, "dana", "Held for * (1): First");
    desk_wait_notice(desk, "dana", "Held for * (2): Second");
    desk_wait_notice(desk, "dana", "Held for * (3): Third");
    desk_wait_notice(desk, "dana", "Waits for your choice (*): Undecided");
    coex_session_cancel(desk->session, desk_name("dana"));
    desk_wait_prompt_over(desk, "dana");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "dana", "Not sent: Undecided");
    coex_session_list_held(desk->session, desk_name("dana"));
    desk_wait_notice(desk, "dana", "Held for * (1): First");
    desk_wait_notice(desk, "dana", "Held for * (2): Second");
    desk_wait_notice(desk, "dana", "Held for * (3): Third");
    coex_session_change_held(desk->session, desk_name("dana"), "2 edit Better");
    desk_wait_notice(desk, "dana", "Held until *: Better");
    coex_session_change_held(desk->session, desk_name("dana"), "1 drop");
    desk_wait_notice(desk, "dana", "Discarded: First");
    coex_session_change_held(desk->session, desk_name("dana"), "2 send");
    desk_wait_notice(desk, "dana", "Not sent yet: the 24-hour window is closed.*");
    coex_session_change_held(desk->session, desk_name("dana"), "1 drop");
    desk_wait_notice(desk, "dana", "Nothing is held under the number 1. What is:");
    desk_wait_notice(desk, "dana", "Held for * (2): Better");
    desk_wait_notice(desk, "dana", "Held for * (3): Third");
    coex_session_change_held(desk->session, desk_name("dana"), "2 edit   ");
    desk_wait_notice(desk, "dana", "Not changed: There is no text*");
    coex_session_change_held(desk->session, desk_name("dana"), "second drop");
    desk_wait_notice(desk, "dana", "?held lists what is held.*");
    desk_fence(desk);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    g_assert_cmpuint(desk_view(desk, "dana")->n_held, ==, 2);
    desk_hear(desk, "dana", "Hi");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "Better");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "Third");
    desk_take(desk, "dana", "Better");
    desk_take(desk, "dana", "Third");
    desk_wait_state(desk, "dana", "delivered*: Third");
    /* held on demand while the window is open */
    coex_session_hold_text(desk->session, desk_name("dana"), "Later", NULL);
    desk_wait_notice(desk, "dana", "Held until *: Later");
    coex_session_change_held(desk->session, desk_name("dana"), "1 send");
    desk_wait_notice(desk, "dana", "Nothing is held under the number 1. What is:");
    desk_wait_notice(desk, "dana", "Held for * (1): Later");
    coex_session_change_held(desk->session, desk_name("dana"), "1 send");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "Later");
    desk_take(desk, "dana", "Later");
    desk_wait_state(desk, "dana", "delivered*: Later");
    coex_session_list_held(desk->session, desk_name("dana"));
    desk_wait_notice(desk, "dana", "Nothing is held.");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "dana"), ==, 3);
}

/* A copy of what was never confirmed; what it is changed to is none any more. */
static void
test_changed_copy(Desk *desk)
{
    g_autofree char *wamid = NULL;

    open_shop(desk);
    coex_sim_set_auto_status(desk->sim, FALSE);
    coex_sim_drop_next(desk->sim, TRUE);
    desk_say(desk, "ada", "Half heard");
    desk_wait_notice(desk, "ada", "It is not clear whether this was sent: Half heard*");
    desk_take(desk, "ada", "Half heard");
    wamid = coex_sim_dup_last_sent(desk->sim, "ada");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    desk_logout(desk);
    desk_advance(desk, 25 * HOUR_S);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_wait_feed(desk, COEX_FEED_UNCONFIRMED, "ada", "Half heard");
    desk_resend(desk, "ada");
    desk_wait_prompt(desk, "ada", "Half heard");
    coex_session_hold(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "Held until *: Half heard");
    coex_session_list_held(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "Held for * (1): Half heard");
    coex_session_change_held(desk->session, desk_name("ada"), "1 edit Something else");
    desk_wait_notice(desk, "ada", "Held until *: Something else");
    desk_fence(desk);
    coex_sim_status(desk->sim, wamid, "delivered");
    desk_wait_feed(desk, COEX_FEED_ARRIVED, "ada", "Half heard");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    g_assert_cmpuint(desk_view(desk, "ada")->n_held, ==, 1);
    desk_hear(desk, "ada", "Hi");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Something else");
    desk_take(desk, "ada", "Something else");
}

/* Words beside a file that takes none are held with it. */
static void
test_words_beside(Desk *desk)
{
    static const char WEBP[] = "RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\1\0\xff\1\0";
    g_autoptr(GBytes) content = g_bytes_new_static(WEBP, sizeof WEBP - 1);
    g_autoptr(GError) error = NULL;

    open_shop(desk);
    coex_session_hold_picture(desk->session, desk_name("ada"), "smile.webp", content,
                              "See you on Monday", &error);
    g_assert_no_error(error);
    desk_wait_notice(desk, "ada", "Held until *: [sticker]*");
    desk_wait_notice(desk, "ada", "Held until *: See you on Monday");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 0);
    desk_hear(desk, "ada", "Hi");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "[sticker]*");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "See you on Monday");
    desk_take(desk, "ada", "sticker image/webp 30");
    desk_take(desk, "ada", "See you on Monday");
    desk_wait_state(desk, "ada", "*delivered*: See you on Monday");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/held/refused-after-restart", test_refused_after_restart);
    desk_add("/held/closed-before-restart", test_closed_before_restart);
    desk_add("/held/released-hours-ago", test_released_hours_ago);
    desk_add("/held/key-comes-back", test_key_comes_back);
    desk_add("/held/whatsapp-comes-back", test_whatsapp_comes_back);
    desk_add("/held/status-comes-later", test_status_comes_later);
    desk_add("/held/listed-while-tried", test_listed_while_tried);
    desk_add("/held/by-number", test_by_number);
    desk_add("/held/changed-copy", test_changed_copy);
    desk_add("/held/words-beside", test_words_beside);
    return g_test_run();
}
