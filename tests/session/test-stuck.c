// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <string.h>

/* What failed and is kept: what its line offers, what is sent again and in which order, and what
 * becomes of it when it has arrived all the same. */

#define HOUR_S (60 * 60)

static void
assert_template_sent(Desk *desk, const char *who, const char *name)
{
    g_autoptr(CoexSimRequest) request = desk_wait_sent(desk, who, NULL);

    g_assert_cmpstr(request->template_name, ==, name);
}

static void
open_shop(Desk *desk)
{
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello");
}

static const DeskEvent *
send_template_in_vain(Desk *desk, const char *who, int code)
{
    const char *const values[] = { "Ann", "A-1", NULL };
    g_autoptr(GError) error = NULL;

    coex_sim_fail_next_async(desk->sim, code);
    coex_session_send_template(desk->session, desk_name(who),
                               desk_template(desk, "order_update", "en_US"), values, &error);
    g_assert_no_error(error);
    desk_wait_feed(desk, COEX_FEED_SENT, who, "Hi Ann*");
    assert_template_sent(desk, who, "order_update");
    return desk_wait_feed(desk, COEX_FEED_FAILED, who, "Hi Ann*");
}

/* The template is told to wait a day: no older text goes in its place. */
static void
test_template_to_wait(Desk *desk)
{
    guint n;

    open_shop(desk);
    desk_say_in_vain(desk, "ada", "OLD: your price is 90 EUR", 131026);
    g_assert_cmpuint(desk_get_offers(send_template_in_vain(desk, "ada", 131049)), ==,
                     COEX_LINE_KEPT);
    n = coex_sim_n_requests(desk->sim, "messages");
    g_assert_cmpuint(desk_view(desk, "ada")->n_resend, ==, 0);
    desk_resend(desk, "ada");
    desk_wait_notice(desk, "ada", "Not sent again, since WhatsApp asks to wait until 20*Hi Ann*");
    desk_wait_notice(desk, "ada", "Another one is kept; /resend sends it*OLD: your price*");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, n);
    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "OLD: your price is 90 EUR");
    desk_take(desk, "ada", "OLD: your price is 90 EUR");
    desk_wait_state(desk, "ada", "delivered*: OLD*");
    /* a day later, and in another session, it is the template's turn */
    desk_logout(desk);
    desk_advance(desk, 25 * HOUR_S);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Hi Ann*");
    assert_template_sent(desk, "ada", "order_update");
    desk_assert_nothing_kept(desk, "ada");
}

static void
test_template_alone(Desk *desk)
{
    const DeskEvent *line;

    open_shop(desk);
    line = send_template_in_vain(desk, "ada", 131026);
    g_assert_cmpuint(desk_get_offers(line), ==, COEX_LINE_RESEND | COEX_LINE_KEPT);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Hi Ann*");
    assert_template_sent(desk, "ada", "order_update");
    desk_assert_nothing_kept(desk, "ada");
}

/* What must not be sent again is not kept, and what else is kept is not sent in its place by the
 * same word. */
static void
test_never_again(Desk *desk)
{
    open_shop(desk);
    g_assert_cmpuint(desk_get_offers(send_template_in_vain(desk, "ada", 131050)), ==, 0);
    desk_assert_nothing_kept(desk, "ada");
    coex_sim_fail_next(desk->sim, 131021);
    desk_say(desk, "ada", "To myself");
    g_assert_cmpuint(desk_get_offers(desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "To myself")),
                     ==, 0);
    desk_restart(desk);
    desk_assert_nothing_kept(desk, "ada");
}

/* A template that WhatsApp does not take is chosen anew. */
static void
test_template_to_choose(Desk *desk)
{
    open_shop(desk);
    g_assert_cmpuint(desk_get_offers(send_template_in_vain(desk, "ada", 132012)), ==,
                     COEX_LINE_TEMPLATE | COEX_LINE_KEPT);
}

static void
test_oldest_first(Desk *desk)
{
    open_shop(desk);
    coex_sim_set_auto_status(desk->sim, FALSE);
    for (guint i = 0; i < 3; i++) {
        g_autofree char *text = g_strdup_printf("Line %u", i);

        desk_say(desk, "ada", text);
        desk_take(desk, "ada", text);
    }
    g_autofree char *last = coex_sim_dup_last_sent(desk->sim, "ada");
    coex_sim_status_failed(desk->sim, last, 131026, NULL, NULL);
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Line 2");
    coex_sim_fail_next(desk->sim, 131026);
    desk_say(desk, "ada", "Line 3");
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Line 3");
    coex_sim_set_auto_status(desk->sim, TRUE);
    desk_say_in_vain(desk, "ada", "Line 4", 131026);
    g_assert_cmpuint(desk_view(desk, "ada")->n_resend, ==, 3);
    desk_fence(desk);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    g_assert_cmpuint(desk_view(desk, "ada")->n_resend, ==, 3);
    desk_resend(desk, "ada");
    for (guint i = 2; i < 5; i++) {
        g_autofree char *text = g_strdup_printf("Line %u", i);

        desk_wait_feed(desk, COEX_FEED_SENT, "ada", text);
        desk_take(desk, "ada", text);
    }
    desk_assert_nothing_kept(desk, "ada");
}

/* What was left alone for longer does not go with what failed just now. */
static void
test_left_alone(Desk *desk)
{
    open_shop(desk);
    desk_say_in_vain(desk, "ada", "This morning", 131026);
    desk_fence(desk);
    desk_say_in_vain(desk, "ada", "A little later", 131026);
    desk_fence(desk);
    desk_advance(desk, 3 * HOUR_S);
    desk_say_in_vain(desk, "ada", "Just now", 131026);
    g_assert_cmpuint(desk_view(desk, "ada")->n_resend, ==, 1);
    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Just now");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada",
                   "2 others are kept; /resend sends them*the last: A little later");
    desk_take(desk, "ada", "Just now");
    coex_session_discard(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "Discarded: A little later");
    coex_session_discard(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "Discarded: This morning");
    desk_assert_nothing_kept(desk, "ada");
}

/* The status is faster than the answer, and carries no id of ours. */
static void
test_overtakes_answer(Desk *desk)
{
    open_shop(desk);
    coex_sim_set_callback_data(desk->sim, FALSE);
    coex_sim_set_early_status(desk->sim, TRUE);
    desk_say_in_vain(desk, "ada", "Overtaken", 131026);
    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Overtaken");
    desk_take(desk, "ada", "Overtaken");
    desk_wait_state(desk, "ada", "delivered*: Overtaken");
    desk_assert_nothing_kept(desk, "ada");
}

static void
refuse_early(Desk *desk, gboolean callback_data)
{
    open_shop(desk);
    coex_sim_set_callback_data(desk->sim, callback_data);
    coex_sim_set_early_status(desk->sim, TRUE);
    coex_sim_set_async_window(desk->sim, TRUE);
    coex_sim_close_window(desk->sim, "ada");
    desk_say(desk, "ada", "Too late");
    g_assert_cmpuint(desk_get_offers(desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Too late")), ==,
                     COEX_LINE_RESEND | COEX_LINE_TEMPLATE | COEX_LINE_KEPT);
    desk_wait_window(desk, "ada", FALSE);
    desk_resend(desk, "ada");
    desk_wait_prompt(desk, "ada", "Too late");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, 1);
}

static void
test_window_overtakes_answer(Desk *desk)
{
    refuse_early(desk, TRUE);
}

static void
test_window_without_id(Desk *desk)
{
    refuse_early(desk, FALSE);
}

/* It is told at the next login. */
static void
test_told_at_login(Desk *desk)
{
    g_autofree char *wamid = NULL;

    open_shop(desk);
    coex_sim_set_auto_status(desk->sim, FALSE);
    desk_say(desk, "ada", "Too late");
    desk_take(desk, "ada", "Too late");
    wamid = coex_sim_dup_last_sent(desk->sim, "ada");
    desk_fence(desk);
    desk_logout(desk);
    coex_sim_status_failed(desk->sim, wamid, 131047, NULL, NULL);
    desk_login(desk);
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Too late");
    desk_wait_window(desk, "ada", FALSE);
    desk_restart(desk);
    desk_wait_window(desk, "ada", FALSE);
    desk_resend(desk, "ada");
    desk_wait_prompt(desk, "ada", "Too late");
}

/* A proof of arrival wins over the failure, and ends what was kept. */
static void
test_arrives_after_all(Desk *desk)
{
    g_autofree char *wamid = NULL;
    const DeskEvent *line;

    open_shop(desk);
    desk_say_in_vain(desk, "ada", "Your parcel is here", 131026);
    wamid = coex_sim_dup_last_sent(desk->sim, "ada");
    coex_sim_status(desk->sim, wamid, "sent");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "Your parcel is here"), ==, 2);
    coex_sim_status(desk->sim, wamid, "delivered");
    line = desk_wait_feed(desk, COEX_FEED_ARRIVED, "ada", "Your parcel is here");
    g_assert_cmpuint(desk_get_offers(line), ==, COEX_LINE_KEPT);
    desk_wait_state(desk, "ada", "delivered*");
    coex_sim_status(desk->sim, wamid, "read");
    coex_sim_status_failed(desk->sim, wamid, 131026, NULL, NULL);
    desk_wait_state(desk, "ada", "read*");
    desk_assert_nothing_kept(desk, "ada");
    desk_restart(desk);
    desk_assert_nothing_kept(desk, "ada");
}

/* The same while the user is offline, and after the text was sent again. */
static void
test_arrives_twice(Desk *desk)
{
    g_autofree char *wamid = NULL;
    const DeskEvent *line;

    open_shop(desk);
    desk_say_in_vain(desk, "ada", "Once", 131026);
    wamid = coex_sim_dup_last_sent(desk->sim, "ada");
    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Once");
    desk_take(desk, "ada", "Once");
    desk_wait_state(desk, "ada", "delivered*: Once");
    desk_logout(desk);
    coex_sim_status(desk->sim, wamid, "delivered");
    desk_login(desk);
    line = desk_wait_feed(desk, COEX_FEED_ARRIVED, "ada", "Once");
    g_assert_cmpuint(desk_get_offers(line), ==, 0);
    g_assert_true(line->item->flags & COEX_LINE_TWICE);
    desk_assert_nothing_kept(desk, "ada");
}

/* Sent again, it waits for a choice since the window is closed; then it turns out to have arrived.
 */
static void
test_arrives_while_asked(Desk *desk)
{
    g_autofree char *wamid = NULL;

    open_shop(desk);
    desk_say_in_vain(desk, "ada", "Too late", 131047);
    desk_wait_window(desk, "ada", FALSE);
    wamid = coex_sim_dup_last_sent(desk->sim, "ada");
    desk_resend(desk, "ada");
    desk_wait_prompt(desk, "ada", "Too late");
    coex_sim_status(desk->sim, wamid, "delivered");
    desk_wait_feed(desk, COEX_FEED_ARRIVED, "ada", "Too late");
    desk_wait_prompt_over(desk, "ada");
    desk_fence(desk);
    g_assert_cmpuint(desk_view(desk, "ada")->n_parked, ==, 0);
    desk_assert_nothing_kept(desk, "ada");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, 1);
}

/* What the phone sent and failed there is not sent again from here, whatever is known of it. */
static void
test_from_the_phone(Desk *desk)
{
    static const char *const contents[][2] = {
        { "image", "{\"id\":\"1\",\"mime_type\":\"image/jpeg\"}" },
        { "image", "{\"id\":\"2\",\"mime_type\":\"image/jpeg\","
                   "\"sha256\":\"ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=\"}" },
        { "text", "{\"body\":\"From the phone\"}" },
    };

    open_shop(desk);
    for (guint i = 0; i < G_N_ELEMENTS(contents); i++) {
        g_autofree char *wamid =
            coex_sim_phone_sends_type(desk->sim, "ada", contents[i][0], contents[i][1]);
        const DeskEvent *line;

        desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "*");
        coex_sim_status_failed(desk->sim, wamid, 131026, NULL, NULL);
        line = desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "*");
        g_assert_cmpuint(desk_get_offers(line), ==, 0);
        desk_resend(desk, "ada");
        desk_wait_notice(desk, "ada", "There is nothing to send again.");
        desk_assert_nothing_kept(desk, "ada");
    }
    desk_restart(desk);
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, 0);
}

/* What was shown as sent and then refused: a line says it at once, and whatever the user does with
 * it then. */
static void
type_too_late(Desk *desk)
{
    open_shop(desk);
    coex_sim_close_window(desk->sim, "ada");
    desk_send(desk, "ada", "Too late");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "Too late");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Not sent, since the window is closed: Too late");
    desk_wait_prompt(desk, "ada", "Too late");
}

static void
test_refused_and_cancelled(Desk *desk)
{
    type_too_late(desk);
    coex_session_cancel(desk->session, desk_name("ada"));
    desk_wait_prompt_over(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Not sent: Too late");
}

static void
test_refused_and_discarded(Desk *desk)
{
    type_too_late(desk);
    coex_session_discard(desk->session, desk_name("ada"));
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Not sent, and discarded: Too late");
    desk_wait_prompt_over(desk, "ada");
}

static void
test_refused_and_carried(Desk *desk)
{
    const char *const values[] = { "Bob", "Too late", NULL };
    g_autoptr(GError) error = NULL;

    type_too_late(desk);
    coex_session_send_template(desk->session, desk_name("ada"),
                               desk_template(desk, "order_update", "en_US"), values, &error);
    g_assert_no_error(error);
    desk_wait_prompt_over(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent in the template: Too late");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Hi Bob, your order Too late*");
    desk_take(desk, "ada", NULL);
}

/* The index of the first event of that kind about @who. */
static guint
find(Desk *desk, DeskKind kind, const char *who)
{
    for (guint i = 0; i < desk->events->len; i++) {
        const DeskEvent *event = g_ptr_array_index(desk->events, i);

        if (event->kind == kind && g_strcmp0(event->name, desk_name(who)) == 0)
            return i;
    }
    desk_fail(desk, "nothing of that kind was told about %s", who);
    return 0;
}

/* Who reads what became of the text may begin another choice at once: the one before is over. */
static void
test_over_first(Desk *desk)
{
    open_shop(desk);
    desk_send(desk, "dana", "First");
    desk_wait_prompt(desk, "dana", "First");
    coex_session_hold(desk->session, desk_name("dana"));
    desk_wait_notice(desk, "dana", "Held until *: First");
    desk_wait_prompt_over(desk, "dana");
    g_assert_cmpuint(find(desk, DESK_PROMPT_OVER, "dana"), <, find(desk, DESK_NOTICE, "dana"));
    desk_send(desk, "carla", "Second");
    desk_wait_prompt(desk, "carla", "Second");
    coex_session_discard(desk->session, desk_name("carla"));
    desk_wait_notice(desk, "carla", "Discarded: Second");
    desk_wait_prompt_over(desk, "carla");
    g_assert_cmpuint(find(desk, DESK_PROMPT_OVER, "carla"), <, find(desk, DESK_NOTICE, "carla"));
}

/* ---- what waits for WhatsApp ---- */

/* It is listed, and dropped before what is older; what is left leaves when it can. */
static void
test_waiting_is_dropped(Desk *desk)
{
    open_shop(desk);
    desk_say_in_vain(desk, "ada", "Failed before", 131026);
    coex_sim_set_down(desk->sim, TRUE);
    desk_say(desk, "ada", "I wait");
    desk_say(desk, "ada", "A slip of the pen");
    coex_session_list_held(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "Waits to be sent to Ada*: I wait");
    desk_wait_notice(desk, "ada", "Waits to be sent to Ada*: A slip of the pen");
    desk_wait_notice(desk, "ada", "Kept for Ada*; /resend sends it: Failed before");
    coex_session_discard(desk->session, desk_name("ada"));
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Not sent, and discarded: A slip of the pen");
    coex_session_list_held(desk->session, NULL);
    desk_wait_notice(desk, NULL, "Waits to be sent to Ada*: I wait");
    desk_wait_notice(desk, NULL, "Kept for Ada*; /resend sends it: Failed before");
    desk_fence(desk);
    desk_ignore(desk, "Waiting for WhatsApp*");
    coex_sim_set_down(desk->sim, FALSE);
    desk_take(desk, "ada", "I wait");
    desk_wait_state(desk, "ada", "delivered*: I wait");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 2);
    coex_session_discard(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "Discarded: Failed before");
    desk_assert_nothing_kept(desk, "ada");
}

/* The same for a key that is dead, and the drop survives a login with a good one. */
static void
test_waiting_for_the_key(Desk *desk)
{
    open_shop(desk);
    coex_sim_revoke_token(desk->sim);
    desk_say(desk, "ada", "I wait");
    desk_wait_notice(desk, "ada", "Not sent yet; it waits until *: I wait");
    desk_wait_notice(desk, NULL, "Nothing can be sent: *");
    coex_session_hold_text(desk->session, desk_name("ada"), "I am held", NULL);
    desk_wait_notice(desk, "ada", "Held until *: I am held");
    coex_session_list_held(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "Waits to be sent to Ada*: I wait");
    desk_wait_notice(desk, "ada", "Held for Ada*: I am held");
    /* longer than it takes to say that it waits for WhatsApp */
    desk_run_ms(desk, 5500);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, "ada", "Waiting for WhatsApp*"), ==, 0);
    coex_session_discard(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "Discarded: I am held");
    coex_session_discard(desk->session, desk_name("ada"));
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Not sent, and discarded: I wait");
    coex_session_list_held(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "Nothing is held.");
    coex_session_discard(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "There is nothing to discard.");
    desk_logout(desk);
    coex_sim_restore_token(desk->sim);
    desk_login(desk);
    desk_say(desk, "ada", "A new one");
    desk_take(desk, "ada", "A new one");
    desk_wait_state(desk, "ada", "delivered*: A new one");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 1);
}

/* What never left says so. */
static void
test_never_left(Desk *desk)
{
    const DeskEvent *line;

    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_send(desk, "dana", "While you wrote");
    desk_wait_prompt(desk, "dana", "While you wrote");
    g_free(coex_sim_customer_sends(desk->sim, "dana", "Me first"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "dana", "Me first");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "dana", "Not sent yet, and kept: “While you wrote”. *");
    desk_wait_prompt_over(desk, "dana");
    coex_sim_fail_next(desk->sim, 131026);
    desk_resend(desk, "dana");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "While you wrote");
    line = desk_wait_feed(desk, COEX_FEED_FAILED, "dana", "While you wrote");
    g_assert_false(line->item->flags & COEX_LINE_UNSENT);
}

/* WhatsApp refuses the first of several: all wait again, and in their order. */
static void
test_put_back_in_order(Desk *desk)
{
    static const char *const texts[] = { "First", "Second", "Third" };

    open_shop(desk);
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        coex_session_hold_text(desk->session, desk_name("dana"), texts[i], NULL);
        desk_wait_notice(desk, "dana", "Held until *");
    }
    desk_fence(desk);
    coex_sim_fail_next(desk->sim, 131047);
    g_free(coex_sim_customer_sends(desk->sim, "dana", "Hi"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "dana", "Hi");
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        desk_wait_feed(desk, COEX_FEED_SENT, "dana", texts[i]);
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *line = g_strdup_printf("*window*closed*held again: %s", texts[i]);

        desk_wait_feed(desk, COEX_FEED_RECORD, "dana", line);
    }
    desk_fence(desk);
    g_assert_cmpuint(desk_view(desk, "dana")->n_held, ==, 3);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, 1);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    g_assert_cmpuint(desk_view(desk, "dana")->n_held, ==, 3);
    desk_advance(desk, 60);
    g_free(coex_sim_customer_sends(desk->sim, "dana", "Hi again"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "dana", "Hi again");
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *line = g_strdup_printf("Sent at ??:??: %s", texts[i]);

        desk_wait_feed(desk, COEX_FEED_RECORD, "dana", line);
        desk_take(desk, "dana", texts[i]);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/stuck/template-to-wait", test_template_to_wait);
    desk_add("/stuck/template-alone", test_template_alone);
    desk_add("/stuck/template-to-choose", test_template_to_choose);
    desk_add("/stuck/never-again", test_never_again);
    desk_add("/stuck/oldest-first", test_oldest_first);
    desk_add("/stuck/left-alone", test_left_alone);
    desk_add("/stuck/overtakes-answer", test_overtakes_answer);
    desk_add("/stuck/window-overtakes-answer", test_window_overtakes_answer);
    desk_add("/stuck/window-without-id", test_window_without_id);
    desk_add("/stuck/told-at-login", test_told_at_login);
    desk_add("/stuck/arrives-after-all", test_arrives_after_all);
    desk_add("/stuck/arrives-twice", test_arrives_twice);
    desk_add("/stuck/arrives-while-asked", test_arrives_while_asked);
    desk_add("/stuck/from-the-phone", test_from_the_phone);
    desk_add("/stuck/refused-and-cancelled", test_refused_and_cancelled);
    desk_add("/stuck/refused-and-discarded", test_refused_and_discarded);
    desk_add("/stuck/refused-and-carried", test_refused_and_carried);
    desk_add("/stuck/over-first", test_over_first);
    desk_add("/stuck/waiting-is-dropped", test_waiting_is_dropped);
    desk_add("/stuck/waiting-for-the-key", test_waiting_for_the_key);
    desk_add("/stuck/never-left", test_never_left);
    desk_add("/stuck/put-back-in-order", test_put_back_in_order);
    return g_test_run();
}
