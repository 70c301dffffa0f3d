// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

/* A text that failed is sent again, and then the first one turns out to have arrived: whatever
 * became of the copy meanwhile, it does not go any more. */

static void
open_shop(Desk *desk)
{
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello");
}

/* The window is closed: the copy waits for a choice. Returns the id of the original. */
static char *
park_copy(Desk *desk)
{
    char *wamid;

    open_shop(desk);
    desk_say_in_vain(desk, "ada", "Too late", 131047);
    desk_wait_window(desk, "ada", FALSE);
    wamid = coex_sim_dup_last_sent(desk->sim, "ada");
    desk_resend(desk, "ada");
    desk_wait_prompt(desk, "ada", "Too late");
    return wamid;
}

/* They write, and nothing leaves. */
static void
assert_sent_once(Desk *desk)
{
    desk_advance(desk, 60);
    desk_hear(desk, "ada", "Thank you");
    desk_assert_nothing_kept(desk, "ada");
    desk_say(desk, "ada", "Welcome");
    desk_take(desk, "ada", "Welcome");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, 2);
}

static void
test_arrives_while_held(Desk *desk)
{
    g_autofree char *wamid = park_copy(desk);

    coex_session_hold(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "Held until *: Too late");
    desk_wait_prompt_over(desk, "ada");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    g_assert_cmpuint(desk_view(desk, "ada")->n_held, ==, 1);
    coex_sim_status(desk->sim, wamid, "delivered");
    g_assert_cmpuint(desk_get_offers(desk_wait_feed(desk, COEX_FEED_ARRIVED, "ada", "Too late")),
                     ==, COEX_LINE_KEPT);
    desk_fence(desk);
    g_assert_cmpuint(desk_view(desk, "ada")->n_held, ==, 0);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    assert_sent_once(desk);
}

static void
test_arrives_after_parked(Desk *desk)
{
    g_autofree char *wamid = park_copy(desk);

    desk_restart(desk);
    desk_wait_catalogue(desk);
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Too late");
    coex_sim_status(desk->sim, wamid, "delivered");
    g_assert_cmpuint(desk_get_offers(desk_wait_feed(desk, COEX_FEED_ARRIVED, "ada", "Too late")),
                     ==, COEX_LINE_KEPT);
    desk_fence(desk);
    assert_sent_once(desk);
}

/* The copy was refused for a while, and waits to be tried once more. */
static void
test_arrives_between_tries(Desk *desk)
{
    g_autofree char *wamid = NULL;

    open_shop(desk);
    desk_say_in_vain(desk, "ada", "Once", 131026);
    wamid = coex_sim_dup_last_sent(desk->sim, "ada");
    coex_sim_fail_next(desk->sim, 131056);
    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Once");
    desk_wait_requests(desk, "messages", 2);
    desk_fence(desk);
    coex_sim_status(desk->sim, wamid, "delivered");
    desk_wait_feed(desk, COEX_FEED_ARRIVED, "ada", "Once");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Not sent again, since it has arrived: Once");
    /* it would go before what is typed after it */
    desk_say(desk, "ada", "Next");
    desk_take(desk, "ada", "Next");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, 3);
    desk_assert_nothing_kept(desk, "ada");
}

/* The copy fails as well, and so does its own: then one of them turns out to have arrived. */
static void
fail_thrice(Desk *desk, guint which)
{
    char *wamids[3] = { NULL };

    open_shop(desk);
    for (guint i = 0; i < G_N_ELEMENTS(wamids); i++) {
        coex_sim_fail_next_async(desk->sim, 131026);
        if (i == 0) {
            desk_say(desk, "ada", "Once");
        } else {
            desk_resend(desk, "ada");
            desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Once");
        }
        desk_take(desk, "ada", "Once");
        desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Once");
        wamids[i] = coex_sim_dup_last_sent(desk->sim, "ada");
        desk_restart(desk);
        desk_wait_catalogue(desk);
    }
    coex_sim_status(desk->sim, wamids[which], "delivered");
    g_assert_cmpuint(desk_get_offers(desk_wait_feed(desk, COEX_FEED_ARRIVED, "ada", "Once")), ==,
                     COEX_LINE_KEPT);
    desk_fence(desk);
    desk_assert_nothing_kept(desk, "ada");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, 3);
    for (guint i = 0; i < G_N_ELEMENTS(wamids); i++)
        g_free(wamids[i]);
}

static void
test_first_arrives(Desk *desk)
{
    fail_thrice(desk, 0);
}

static void
test_copy_arrives(Desk *desk)
{
    fail_thrice(desk, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/copies/arrives-while-held", test_arrives_while_held);
    desk_add("/copies/arrives-after-parked", test_arrives_after_parked);
    desk_add("/copies/arrives-between-tries", test_arrives_between_tries);
    desk_add("/copies/first-arrives", test_first_arrives);
    desk_add("/copies/copy-arrives", test_copy_arrives);
    return g_test_run();
}
