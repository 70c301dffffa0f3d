// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <string.h>

/* A number that somebody moved to was another's here, and one that somebody gave up becomes
 * another's. */

#define BERTAS "493023125888"
#define DANAS "493023125017"
#define SECOND DANAS "_2" /* who writes from a number that a buddy has its name of */
#define TEXT(body) "\"type\":\"text\",\"text\":{\"body\":\"" body "\"}"

/* What is typed for @name leaves for @number, which is @who's. */
static void
answer(Desk *desk, const char *name, const char *who, const char *number, const char *text)
{
    g_autoptr(CoexSimRequest) request = NULL;
    g_autofree char *to = g_strconcat("+", number, NULL);
    g_autofree char *state = NULL;

    desk_say(desk, name, text);
    request = desk_wait_sent(desk, who, text);
    g_assert_cmpstr(request->to, ==, to);
    /* before a restart makes it uncertain */
    state = g_strdup_printf("delivered*: %s", text);
    desk_wait_state(desk, name, state);
}

static void
answer_moved(Desk *desk, const char *text)
{
    answer(desk, "dana", "moved", BERTAS, text);
}

static void
hear_berta(Desk *desk)
{
    desk_deliver(desk,
                 "\"contacts\":[{\"profile\":{\"name\":\"Berta\"},\"wa_id\":\"" BERTAS "\"}],",
                 "berta", 0, "\"from\":\"" BERTAS "\"," TEXT("It is me, Berta"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, BERTAS, "It is me, Berta");
}

/* Dana has Berta's number from now on. */
static void
move_dana(Desk *desk)
{
    coex_sim_add_customer(desk->sim, "moved", "+" BERTAS, NULL, "Dana Weber");
    coex_sim_open_window(desk->sim, "moved");
    desk_deliver(
        desk, "", "moved", 0,
        "\"from\":\"493023125017\",\"type\":\"system\",\"system\":{\"body\":\"Dana changed\","
        "\"wa_id\":\"" BERTAS "\",\"type\":\"user_changed_number\"}");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "dana", "*Dana changed*");
}

/* The number that somebody moves to was another's, for whom a text is held: that one does not go to
 * the new owner, nor do two become one. */
static void
test_moved_to_known(Desk *desk)
{
    g_autoptr(GError) error = NULL;

    desk_login(desk);
    hear_berta(desk);
    desk_logout(desk);
    desk_advance(desk, 25 * 60 * 60);
    desk_ignore(desk, "The last webhook came*");
    desk_login(desk);
    desk_wait_window(desk, BERTAS, FALSE);
    desk_hear(desk, "dana", "Soon I move");
    coex_session_hold_text(desk->session, BERTAS, "For Berta alone", &error);
    g_assert_no_error(error);
    desk_wait_notice(desk, BERTAS, "Held until *");
    move_dana(desk);
    answer_moved(desk, "There?");
    g_free(coex_sim_customer_sends(desk->sim, "moved", "Yes, Dana"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "dana", "Yes, Dana");
    answer_moved(desk, "Good");
    desk_fence(desk);
    desk_restart(desk);
    g_assert_cmpstr(desk_view(desk, BERTAS)->alias, ==, "Berta");
    g_free(coex_sim_customer_sends(desk->sim, "moved", "Still Dana"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "dana", "Still Dana");
    answer_moved(desk, "Good again");
    coex_session_list_held(desk->session, BERTAS);
    desk_wait_notice(desk, BERTAS, "Held for Berta (1): For Berta alone");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "moved"), ==, 3);
}

/* What is typed in the conversation of the former owner says so, and does not leave. */
static void
test_moved_to_known_typed(Desk *desk)
{
    const char *const values[] = { "Berta", "A-17", NULL };
    g_autoptr(GError) error = NULL;

    desk_login(desk);
    hear_berta(desk);
    desk_hear(desk, "dana", "Soon I move");
    move_dana(desk);
    desk_wait_catalogue(desk);
    desk_send(desk, BERTAS, "For Berta");
    desk_wait_feed(desk, COEX_FEED_TYPED, BERTAS, "For Berta");
    desk_wait_feed(desk, COEX_FEED_FAILED, BERTAS, "For Berta");
    answer_moved(desk, "There?");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    coex_session_send_template(desk->session, BERTAS, desk_template(desk, "order_update", "en_US"),
                               values, &error);
    g_assert_no_error(error);
    desk_wait_prompt_over(desk, BERTAS);
    desk_wait_feed(desk, COEX_FEED_SENT, BERTAS, "Hi Berta, your order*");
    desk_wait_feed(desk, COEX_FEED_FAILED, BERTAS, "Hi Berta, your order*");
    answer_moved(desk, "And now?");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "moved"), ==, 2);
}

/* ---- a number given up ---- */

static void
answer_stranger(Desk *desk, const char *text)
{
    answer(desk, SECOND, "stranger", DANAS, text);
}

static void
hear_from(Desk *desk, const char *who, const char *name, const char *text)
{
    g_free(coex_sim_customer_sends(desk->sim, who, text));
    desk_wait_feed(desk, COEX_FEED_INBOUND, name, text);
    desk_wait_window(desk, name, TRUE);
}

/* Dana's number is somebody else's from now on. */
static void
pass_number_on(Desk *desk, const char *user_id)
{
    coex_sim_give_up_number(desk->sim, "dana");
    coex_sim_add_customer(desk->sim, "stranger", "+" DANAS, user_id, "Stan");
    desk_advance(desk, 60);
}

static void
hold_for_dana(Desk *desk)
{
    g_autoptr(GError) error = NULL;

    desk_hear(desk, "dana", "Soon I move");
    desk_wait_catalogue(desk);
    desk_logout(desk);
    desk_advance(desk, 25 * 60 * 60);
    desk_ignore(desk, "The last webhook came*");
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_wait_window(desk, "dana", FALSE);
    coex_session_hold_text(desk->session, desk_name("dana"), "For Dana alone", &error);
    g_assert_no_error(error);
    desk_wait_notice(desk, "dana", "Held until *");
}

/* Who writes from it later is not who gave it up: neither gets what is the other's, in no login. */
static void
test_given_up(Desk *desk)
{
    desk->config.nick_style = COEX_NICKS_NAMES;
    desk_login(desk);
    hold_for_dana(desk);
    move_dana(desk);
    pass_number_on(desk, NULL);
    hear_from(desk, "stranger", SECOND, "Who is this?");
    g_assert_cmpstr(desk_view(desk, SECOND)->display, ==, "+" DANAS);
    g_assert_cmpstr(desk_view(desk, SECOND)->nick, !=, desk_view(desk, "dana")->nick);
    g_assert_cmpuint(desk_view(desk, SECOND)->n_held, ==, 0);
    answer_stranger(desk, "A shop");
    desk_restart(desk);
    g_assert_cmpstr(desk_view(desk, SECOND)->alias, ==, "Stan");
    hear_from(desk, "stranger", SECOND, "Which one?");
    answer_stranger(desk, "Yours");
    g_free(coex_sim_phone_sends(desk->sim, "stranger", "Call us"));
    desk_wait_feed(desk, COEX_FEED_ECHO, SECOND, "Call us");
    coex_sim_fail_next_async(desk->sim, 131026);
    desk_say(desk, SECOND, "In vain");
    desk_take(desk, "stranger", "In vain");
    desk_wait_feed(desk, COEX_FEED_FAILED, SECOND, "In vain");
    desk_restart(desk);
    desk_resend(desk, SECOND);
    desk_wait_feed(desk, COEX_FEED_SENT, SECOND, "In vain");
    desk_take(desk, "stranger", "In vain");
    desk_wait_state(desk, SECOND, "delivered*: In vain");
    hear_from(desk, "moved", "dana", "I have moved");
    desk_wait_any_feed(desk, COEX_FEED_SENT, "dana", "For Dana alone");
    desk_take(desk, "moved", "For Dana alone");
    desk_wait_any_feed(desk, COEX_FEED_RECORD, "dana", "Sent at *: For Dana alone");
    desk_wait_state(desk, "dana", "delivered*: For Dana alone");
    answer_moved(desk, "Welcome back");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "stranger"), ==, 4);
}

/* Who has a number now is forgotten, and with them nothing of who had it before, whose name it is.
 */
static void
test_given_up_and_forgotten(Desk *desk)
{
    const DeskEvent *told;

    desk_login(desk);
    desk_hear(desk, "dana", "Soon I move");
    move_dana(desk);
    pass_number_on(desk, NULL);
    hear_from(desk, "stranger", SECOND, "Who is this?");
    desk_wait_catalogue(desk);
    coex_session_forget(desk->session, SECOND);
    told = desk_wait_forget(desk, SECOND);
    g_assert_nonnull(strstr(told->detail, SECOND));
    g_assert_null(strstr(told->detail, DANAS " "));
    g_assert_false(g_str_has_suffix(told->detail, DANAS));
    coex_session_forgotten(desk->session, SECOND);
    desk_wait_notice(desk, NULL, "The person is forgotten here*");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    g_assert_null(desk_view(desk, SECOND));
    hear_from(desk, "moved", "dana", "I have moved");
    answer_moved(desk, "Welcome back");
}

/* It comes only after a restart, with a BSUID, or the phone writes there first. */
static void
test_given_up_later(Desk *desk)
{
    static const char stans[] = "DE.70233344455566677788";

    desk_login(desk);
    desk_hear(desk, "dana", "Soon I move");
    move_dana(desk);
    answer_moved(desk, "There?");
    desk_wait_catalogue(desk);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    pass_number_on(desk, stans);
    hear_from(desk, "stranger", stans, "Who is this?");
    answer(desk, stans, "stranger", DANAS, "A shop");
    answer_moved(desk, "Still you?");
    desk_restart(desk);
    answer(desk, stans, "stranger", DANAS, "A good one");
    answer_moved(desk, "And now?");
}

static void
test_given_up_echo(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "dana", "Soon I move");
    move_dana(desk);
    desk_wait_catalogue(desk);
    pass_number_on(desk, NULL);
    g_free(coex_sim_phone_sends(desk->sim, "stranger", "Are you there?"));
    desk_wait_feed(desk, COEX_FEED_ECHO, SECOND, "Are you there?");
    hear_from(desk, "stranger", SECOND, "I am Stan");
    answer_stranger(desk, "Sorry");
    desk_restart(desk);
    answer_moved(desk, "There you are");
}

/* What was written before, and comes late, is of who had the number then. */
static void
test_given_up_overtaken(Desk *desk)
{
    gint64 before;

    desk_login(desk);
    desk_hear(desk, "dana", "Soon I move");
    before = coex_sim_now(desk->sim);
    desk_wait_catalogue(desk);
    desk_advance(desk, 60);
    move_dana(desk);
    g_free(coex_sim_customer_sends_at(desk->sim, "dana", "I am packing", before));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "dana", "I am packing");
    pass_number_on(desk, NULL);
    hear_from(desk, "stranger", SECOND, "Who is this?");
    answer_stranger(desk, "A shop");
    answer_moved(desk, "There?");
}

/* The number is gone, and nothing else is told. */
static void
test_given_up_for_nothing(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "dana", "Soon I move");
    desk_deliver(desk, "", "moved", 0,
                 "\"from\":\"" DANAS "\",\"type\":\"system\",\"system\":{\"body\":\"Dana changed\","
                 "\"type\":\"user_changed_number\"}");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "dana", "*Dana changed*");
    desk_say(desk, "dana", "There?");
    g_assert_nonnull(strstr(desk_wait_feed(desk, COEX_FEED_FAILED, "dana", "There?")->detail,
                            "Ask for the new number"));
    desk_wait_catalogue(desk);
    pass_number_on(desk, NULL);
    hear_from(desk, "stranger", SECOND, "Who is this?");
    answer_stranger(desk, "A shop");
    desk_restart(desk);
    answer_stranger(desk, "A good one");
    desk_resend(desk, "dana");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "There?");
    desk_wait_feed(desk, COEX_FEED_FAILED, "dana", "There?");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/moved/to-known", test_moved_to_known);
    desk_add("/moved/to-known-typed", test_moved_to_known_typed);
    desk_add("/moved/given-up", test_given_up);
    desk_add("/moved/given-up-and-forgotten", test_given_up_and_forgotten);
    desk_add("/moved/given-up-later", test_given_up_later);
    desk_add("/moved/given-up-echo", test_given_up_echo);
    desk_add("/moved/given-up-overtaken", test_given_up_overtaken);
    desk_add("/moved/given-up-for-nothing", test_given_up_for_nothing);
    return g_test_run();
}
