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
assert_sent_once(Desk *desk, guint n_requests)
{
    desk_advance(desk, 60);
    desk_hear(desk, "ada", "Thank you");
    desk_assert_nothing_kept(desk, "ada");
    desk_say(desk, "ada", "Welcome");
    desk_take(desk, "ada", "Welcome");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, n_requests);
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
    assert_sent_once(desk, 2);
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
    assert_sent_once(desk, 2);
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

/* ---- what was never confirmed ---- */

/* WhatsApp took it and gave no answer: the user is asked, in another session. Returns its id. */
static char *
leave_unconfirmed(Desk *desk)
{
    char *wamid;

    open_shop(desk);
    coex_sim_set_auto_status(desk->sim, FALSE);
    coex_sim_drop_next(desk->sim, TRUE);
    desk_say(desk, "ada", "Once");
    desk_wait_notice(desk, "ada", "It is not clear whether this was sent: Once*");
    desk_take(desk, "ada", "Once");
    wamid = coex_sim_dup_last_sent(desk->sim, "ada");
    desk_fence(desk);
    desk_logout(desk);
    desk_advance(desk, 700);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_wait_feed(desk, COEX_FEED_UNCONFIRMED, "ada", "Once");
    return wamid;
}

static void
assert_arrives(Desk *desk, const char *wamid, CoexLineFlags flags)
{
    const DeskEvent *line;

    coex_sim_status(desk->sim, wamid, "delivered");
    line = desk_wait_feed(desk, COEX_FEED_ARRIVED, "ada", "Once");
    g_assert_cmpuint(line->item->flags & ~COEX_LINE_SHOWN, ==, flags);
    desk_fence(desk);
}

static void
assert_past(Desk *desk, const char *lines)
{
    coex_session_recall(desk->session, desk_name("ada"), 9, 0, TRUE);
    desk_wait_past(desk, "ada", lines);
}

/* The copy waits to be tried once more. */
static void
test_proven_between_tries(Desk *desk)
{
    g_autofree char *wamid = leave_unconfirmed(desk);

    coex_sim_fail_next(desk->sim, 131056);
    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Once");
    desk_wait_requests(desk, "messages", 2);
    desk_fence(desk);
    g_assert_cmpint(desk_view(desk, "ada")->waiting_since, >, 0);
    assert_arrives(desk, wamid, COEX_LINE_KEPT);
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Not sent again, since it has arrived: Once");
    g_assert_cmpint(desk_view(desk, "ada")->waiting_since, ==, 0);
    coex_sim_status(desk->sim, wamid, "read");
    desk_wait_state(desk, "ada", "read*: Once");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    assert_past(desk, "in: Hello\nout: Once");
    assert_sent_once(desk, 3);
}

/* The copy waits for a choice. */
static void
test_proven_while_asked(Desk *desk)
{
    g_autofree char *wamid = leave_unconfirmed(desk);

    desk_logout(desk);
    desk_advance(desk, 25 * 60 * 60);
    desk_ignore(desk, "The last webhook came *");
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_resend(desk, "ada");
    desk_wait_prompt(desk, "ada", "Once");
    assert_past(desk, "in: Hello\nunconfirmed: Once\nout (waits for your choice): Once");
    assert_arrives(desk, wamid, COEX_LINE_KEPT);
    desk_wait_prompt_over(desk, "ada");
    assert_sent_once(desk, 2);
}

/* The copy is on its way, and then refused: it has surely not left. */
static void
test_proven_in_a_try(Desk *desk)
{
    g_autofree char *wamid = leave_unconfirmed(desk);

    coex_sim_close_window(desk->sim, "ada");
    coex_sim_delay_next(desk->sim, 1000 * TEST_SLOWNESS);
    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Once");
    desk_wait_requests(desk, "messages", 2);
    assert_arrives(desk, wamid, COEX_LINE_TWICE);
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Not sent again, since it has arrived: Once");
    assert_sent_once(desk, 3);
}

/* It has left: it is told that it may stand there twice. */
static void
test_proven_after_the_copy(Desk *desk)
{
    g_autofree char *wamid = leave_unconfirmed(desk);

    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Once");
    desk_take(desk, "ada", "Once");
    desk_wait_state(desk, "ada", "accepted*: Once");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    assert_past(desk, "in: Hello\nunconfirmed: Once\nout: Once");
    assert_arrives(desk, wamid, COEX_LINE_TWICE);
    assert_past(desk, "in: Hello\nout: Once\nout: Once");
    desk_assert_nothing_kept(desk, "ada");
}

/* Nobody knows of the first, and the copy failed: one of the two has arrived. */
static void
test_proven_after_failure(Desk *desk)
{
    g_autofree char *wamid = leave_unconfirmed(desk);

    coex_sim_fail_next_async(desk->sim, 131026);
    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Once");
    desk_take(desk, "ada", "Once");
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Once");
    assert_arrives(desk, wamid, COEX_LINE_KEPT);
    assert_past(desk, "in: Hello\nout: Once\nfailed: Once");
    desk_assert_nothing_kept(desk, "ada");
}

static void
discard(Desk *desk)
{
    coex_session_discard(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "Discarded: Once");
    desk_assert_nothing_kept(desk, "ada");
    assert_past(desk, "in: Hello\nunconfirmed: Once");
    desk_restart(desk);
    desk_wait_catalogue(desk);
}

static void
test_proven_after_discard(Desk *desk)
{
    g_autofree char *wamid = leave_unconfirmed(desk);

    discard(desk);
    assert_arrives(desk, wamid, 0);
    assert_past(desk, "in: Hello\nout: Once");
    assert_sent_once(desk, 2);
}

/* What was given up on is not offered once more. */
static void
test_fails_after_discard(Desk *desk)
{
    g_autofree char *wamid = leave_unconfirmed(desk);

    discard(desk);
    coex_sim_status_failed(desk->sim, wamid, 131026, NULL, NULL);
    g_assert_cmpuint(desk_get_offers(desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Once")), ==, 0);
    assert_past(desk, "in: Hello\nfailed: Once");
    coex_sim_status(desk->sim, wamid, "delivered");
    desk_wait_feed(desk, COEX_FEED_ARRIVED, "ada", "Once");
    assert_past(desk, "in: Hello\nout: Once");
    assert_sent_once(desk, 2);
}

/* It was right to send it again: no word about the first. */
static void
test_fails_after_the_copy(Desk *desk)
{
    g_autofree char *wamid = leave_unconfirmed(desk);

    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Once");
    desk_take(desk, "ada", "Once");
    desk_wait_state(desk, "ada", "accepted*: Once");
    coex_sim_status_failed(desk->sim, wamid, 131026, NULL, NULL);
    desk_fence(desk);
    assert_past(desk, "in: Hello\nfailed: Once\nout: Once");
    g_assert_cmpint(desk_view(desk, "ada")->waiting_since, ==, 0);
    desk_assert_nothing_kept(desk, "ada");
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
    desk_add("/copies/proven-between-tries", test_proven_between_tries);
    desk_add("/copies/proven-while-asked", test_proven_while_asked);
    desk_add("/copies/proven-in-a-try", test_proven_in_a_try);
    desk_add("/copies/proven-after-the-copy", test_proven_after_the_copy);
    desk_add("/copies/proven-after-failure", test_proven_after_failure);
    desk_add("/copies/proven-after-discard", test_proven_after_discard);
    desk_add("/copies/fails-after-discard", test_fails_after_discard);
    desk_add("/copies/fails-after-the-copy", test_fails_after_the_copy);
    return g_test_run();
}
