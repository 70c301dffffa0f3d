// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

/* Whom the number has blocked at WhatsApp: asked for, refused, known again after a login. */

#define HOUR_S (60 * 60)

static void
open_shop(Desk *desk)
{
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_wait_blocks(desk, NULL, "");
    desk_hear(desk, "ada", "Hello");
}

static void
block(Desk *desk, const char *who)
{
    coex_session_block(desk->session, desk_name(who), TRUE);
    desk_wait_notice(desk, who, "* is blocked at WhatsApp: *until /unblock*");
    desk_wait_blocks(desk, who, "blocked");
    g_assert_true(coex_sim_is_blocked(desk->sim, who));
    g_assert_true(desk_view(desk, who)->blocked);
}

static void
unblock(Desk *desk, const char *who)
{
    coex_session_block(desk->session, desk_name(who), FALSE);
    desk_wait_notice(desk, who, "* is not blocked at WhatsApp any more*");
    desk_wait_blocks(desk, who, "free");
    g_assert_false(coex_sim_is_blocked(desk->sim, who));
    g_assert_false(desk_view(desk, who)->blocked);
}

/* To and fro, of somebody with a number and of somebody without one; afterwards all is as before.
 */
static void
test_and_back(Desk *desk)
{
    open_shop(desk);
    desk_hear(desk, "carla", "Hi");
    block(desk, "ada");
    block(desk, "carla");
    g_assert_false(desk_view(desk, "ben") != NULL && desk_view(desk, "ben")->blocked);
    coex_session_block(desk->session, desk_name("ada"), TRUE);
    desk_wait_notice(desk, "ada", "Ada Lovelace is blocked already.");
    desk_wait_blocks(desk, "ada", "blocked");
    unblock(desk, "carla");
    unblock(desk, "ada");
    coex_session_block(desk->session, desk_name("ada"), FALSE);
    desk_wait_notice(desk, "ada", "Ada Lovelace is not blocked at WhatsApp through the API.*");
    desk_wait_blocks(desk, "ada", "free");
    desk_hear(desk, "ada", "Me again");
    desk_say(desk, "ada", "Welcome back");
    desk_take(desk, "ada", "Welcome back");
}

/* Nothing that is typed goes anywhere, and all of it comes back. */
static void
test_nothing_leaves(Desk *desk)
{
    g_autoptr(GError) error = NULL;
    static const char *const values[] = { "Ada", "A-17", NULL };

    open_shop(desk);
    block(desk, "ada");
    desk_send(desk, "ada", "Are you there?");
    desk_wait_notice(desk, "ada",
                     "Not sent: “Are you there?”. You have blocked Ada Lovelace at WhatsApp. "
                     "/unblock ends that.");
    coex_session_reply(desk->session, desk_name("ada"), "Yes");
    desk_wait_notice(desk, "ada", "Not sent: “Yes”. You have blocked *");
    coex_session_send_template(desk->session, desk_name("ada"),
                               desk_template(desk, "order_update", "en_US"), values, &error);
    g_assert_no_error(error);
    desk_wait_notice(desk, "ada", "Not sent: “*A-17*”. You have blocked *");
    coex_session_send_file(desk->session, desk_name("ada"), "/nowhere/photo.jpg", NULL, 7, NULL);
    desk_wait_notice(desk, "ada", "Not sent: “photo.jpg”. You have blocked *");
    desk_wait_transfer(desk, "7 failed");
    desk_hear(desk, "ben", "Hello");
    coex_session_forward(desk->session, desk_name("ben"), "last", desk_name("ada"));
    desk_wait_notice(desk, "ben",
                     "Not sent: what was to be passed on, “last”. You have blocked Ada *");
    coex_session_unreact(desk->session, desk_name("ada"), "last");
    desk_wait_notice(desk, "ada", "Not sent: taking back a reaction. You have blocked *");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 0);
    desk_assert_nothing_kept(desk, "ada");
}

/* What waited for WhatsApp when its person was blocked is told, and kept for /resend. */
static void
test_what_waits(Desk *desk)
{
    open_shop(desk);
    coex_sim_aim(desk->sim, "messages");
    for (guint i = 0; i < 2; i++)
        coex_sim_fail_next_http(desk->sim, 503, "{\"error\":{\"code\":131016}}");
    desk_say(desk, "ada", "On its way");
    desk_wait_requests(desk, "messages", 1);
    block(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "On its way");
    unblock(desk, "ada");
    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "On its way");
    desk_take(desk, "ada", "On its way");
}

/* WhatsApp's own rule, known here or told by the API, and its errors for a person. */
static void
test_refused(Desk *desk)
{
    open_shop(desk);
    desk_advance(desk, 25 * HOUR_S);
    coex_session_block(desk->session, desk_name("ada"), TRUE);
    desk_wait_notice(desk, "ada", "Ada Lovelace was not blocked: *within 24 hours after they *");
    desk_wait_blocks(desk, "ada", "free");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "block"), ==, 0);

    desk_hear(desk, "ada", "Hello again");
    coex_sim_close_window(desk->sim, "ada");
    coex_session_block(desk->session, desk_name("ada"), TRUE);
    desk_wait_notice(desk, "ada", "Ada Lovelace was not blocked: *within 24 hours after they *");
    desk_wait_blocks(desk, "ada", "free");

    coex_sim_open_window(desk->sim, "ada");
    coex_sim_aim(desk->sim, "block");
    coex_sim_fail_next(desk->sim, 139101);
    coex_session_block(desk->session, desk_name("ada"), TRUE);
    desk_wait_notice(desk, "ada",
                     "Ada Lovelace was not blocked: The list of blocked people is full. Unblock "
                     "somebody*(code 139101*");
    desk_wait_blocks(desk, "ada", "free");
    coex_sim_fail_next(desk->sim, 139103);
    coex_session_block(desk->session, desk_name("ada"), TRUE);
    desk_wait_notice(desk, "ada",
                     "Ada Lovelace was not blocked: *could not be changed. Try again later*");
    desk_wait_blocks(desk, "ada", "free");
    g_assert_false(desk_view(desk, "ada")->blocked);
    desk_say(desk, "ada", "All is well");
    desk_take(desk, "ada", "All is well");
    block(desk, "ada");
}

/* Nothing comes of who is blocked, so that no advice may wait for it. */
static void
test_not_freed(Desk *desk)
{
    open_shop(desk);
    block(desk, "ada");
    coex_sim_aim(desk->sim, "unblock");
    coex_sim_fail_next(desk->sim, 131047);
    coex_session_block(desk->session, desk_name("ada"), FALSE);
    desk_wait_notice(desk, "ada",
                     "Ada Lovelace was not unblocked: *Unblock them on the phone, or try /unblock "
                     "later.");
    desk_wait_blocks(desk, "ada", "blocked");
    unblock(desk, "ada");
}

/* Without an answer it may be done or not: said so, and typed again it is certain. */
static void
test_no_answer(Desk *desk)
{
    open_shop(desk);
    coex_sim_aim(desk->sim, "block");
    coex_sim_drop_next(desk->sim, TRUE);
    coex_session_block(desk->session, desk_name("ada"), TRUE);
    desk_wait_notice(desk, "ada",
                     "It is not known whether Ada Lovelace was blocked: *type /block "
                     "again.");
    desk_wait_blocks(desk, "ada", "free");
    block(desk, "ada");
}

/* The last word counts, however fast the one follows the other. */
static void
test_changes_of_mind(Desk *desk)
{
    open_shop(desk);
    coex_sim_aim(desk->sim, "block");
    coex_sim_delay_next(desk->sim, 300);
    coex_session_block(desk->session, desk_name("ada"), TRUE);
    coex_session_block(desk->session, desk_name("ada"), FALSE);
    desk_wait_notice(desk, "ada", "* is blocked at WhatsApp: *");
    desk_wait_notice(desk, "ada", "* is not blocked at WhatsApp any more*");
    desk_wait_blocks(desk, "ada", "free");
    g_assert_false(coex_sim_is_blocked(desk->sim, "ada"));
}

/* The list comes in pages, and may change meanwhile; what was done elsewhere is known then. */
static void
test_list_at_login(Desk *desk)
{
    open_shop(desk);
    desk_hear(desk, "ben", "Hello");
    desk_hear(desk, "carla", "Hello");
    desk_logout(desk);
    coex_sim_set_blocked(desk->sim, "ada", TRUE);
    coex_sim_set_blocked(desk->sim, "ben", TRUE);
    coex_sim_set_blocked(desk->sim, "carla", TRUE);
    coex_sim_aim(desk->sim, "blocked");
    coex_sim_fail_next(desk->sim, 139102);
    desk_login(desk);
    desk_wait_blocks(desk, NULL, "* *");
    g_assert_true(desk_view(desk, "ada")->blocked);
    g_assert_true(desk_view(desk, "ben")->blocked);
    g_assert_true(desk_view(desk, "carla")->blocked);
    desk_wait_catalogue(desk);
    desk_send(desk, "carla", "Hello");
    desk_wait_notice(desk, "carla", "Not sent: “Hello”. You have blocked *");
    desk_logout(desk);

    /* unblocked elsewhere; that is not known as long as the list cannot be read */
    coex_sim_set_blocked(desk->sim, "carla", FALSE);
    coex_sim_fail_next(desk->sim, 131000);
    desk_login(desk);
    desk_wait_requests(desk, "blocked", 6);
    desk_wait_catalogue(desk);
    g_assert_true(desk_view(desk, "carla")->blocked);
    unblock(desk, "carla");
    g_assert_true(desk_view(desk, "ben")->blocked);
    desk_restart(desk);
    desk_wait_blocks(desk, NULL, "* *");
    g_assert_false(desk_view(desk, "carla")->blocked);
    desk_wait_catalogue(desk);
    unblock(desk, "ben");
    desk_hear(desk, "ben", "At last");
}

/* Whom a list that was asked for before does not know yet stands on the next, which is read then.
 */
static void
test_changed_meanwhile(Desk *desk)
{
    open_shop(desk);
    desk_logout(desk);
    coex_sim_aim(desk->sim, "blocked");
    coex_sim_delay_next(desk->sim, 1500);
    desk_login(desk);
    desk_wait_requests(desk, "blocked", 2);
    block(desk, "ada");
    desk_wait_blocks(desk, NULL, desk_name("ada"));
    g_assert_true(desk_view(desk, "ada")->blocked);
    desk_wait_catalogue(desk);
    desk_logout(desk);

    coex_sim_delay_next(desk->sim, 1500);
    desk_login(desk);
    desk_wait_requests(desk, "blocked", 5);
    unblock(desk, "ada");
    desk_wait_blocks(desk, NULL, "");
    g_assert_false(desk_view(desk, "ada")->blocked);
    desk_wait_catalogue(desk);
    desk_say(desk, "ada", "Welcome back");
    desk_take(desk, "ada", "Welcome back");
}

/* Nobody waits for a list that takes its time. */
static void
test_long_list(Desk *desk)
{
    coex_sim_aim(desk->sim, "blocked");
    coex_sim_delay_next(desk->sim, 60 * 60 * 1000);
    desk_login(desk);
    desk_wait_requests(desk, "templates", 1);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello");
    desk_say(desk, "ada", "Welcome");
    desk_take(desk, "ada", "Welcome");
    g_assert_cmpuint(desk_count(desk, DESK_BLOCKS, NULL, "*"), ==, 0);
}

static void
forget(Desk *desk, const char *who)
{
    coex_session_forget(desk->session, desk_name(who));
    desk_wait_forget(desk, who);
    desk_wait_blocks(desk, NULL, desk_name(who));
    coex_session_forgotten(desk->session, desk_name(who));
    desk_wait_notice(desk, NULL, "The person is forgotten here*");
}

/* Who is not known here (any more) is blocked all the same, and may be unblocked. */
static void
test_unknown(Desk *desk)
{
    open_shop(desk);
    desk_hear(desk, "carla", "Hello");
    block(desk, "ada");
    block(desk, "carla");
    unblock(desk, "carla");
    forget(desk, "ada");
    desk_restart(desk);
    desk_wait_blocks(desk, NULL, desk_name("ada"));
    desk_wait_catalogue(desk);
    g_assert_null(desk_view(desk, "ada"));
    desk_send(desk, "ada", "Hello?");
    desk_wait_notice(desk, "ada", "Not sent: “Hello?”. You have blocked +12025550101 *");
    coex_session_block(desk->session, desk_name("ada"), TRUE);
    desk_wait_notice(desk, "ada", "+12025550101 is blocked already.");
    desk_wait_blocks(desk, "ada", "blocked");
    unblock(desk, "ada");
    desk_restart(desk);
    desk_wait_blocks(desk, NULL, "");
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Here again");

    /* by others, before anything was heard of her */
    desk_logout(desk);
    coex_sim_set_blocked(desk->sim, "ben", TRUE);
    desk_login(desk);
    desk_wait_blocks(desk, NULL, desk_name("ben"));
    desk_wait_catalogue(desk);
    unblock(desk, "ben");
}

/* Who never wrote cannot be blocked, and is not. */
static void
test_stranger(Desk *desk)
{
    open_shop(desk);
    coex_session_block(desk->session, desk_name("ben"), TRUE);
    desk_wait_notice(desk, "ben", "* was not blocked: *within 24 hours after they wrote*");
    desk_wait_blocks(desk, "ben", "free");
    coex_session_block(desk->session, desk_name("ben"), FALSE);
    desk_wait_notice(desk, "ben", "* is not blocked at WhatsApp through the API.*");
    desk_wait_blocks(desk, "ben", "free");
    coex_session_block(desk->session, "nobody at all", TRUE);
    desk_wait_notice(desk, NULL, "Nothing is known of nobody at all.");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "block"), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/block/and-back", test_and_back);
    desk_add("/block/nothing-leaves", test_nothing_leaves);
    desk_add("/block/what-waits", test_what_waits);
    desk_add("/block/refused", test_refused);
    desk_add("/block/not-freed", test_not_freed);
    desk_add("/block/no-answer", test_no_answer);
    desk_add("/block/changes-of-mind", test_changes_of_mind);
    desk_add("/block/list-at-login", test_list_at_login);
    desk_add("/block/changed-meanwhile", test_changed_meanwhile);
    desk_add("/block/long-list", test_long_list);
    desk_add("/block/unknown", test_unknown);
    desk_add("/block/stranger", test_stranger);
    return g_test_run();
}
