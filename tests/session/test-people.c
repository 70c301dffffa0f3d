// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <string.h>

/* Who is who: people whose addresses change, are written in two forms, or come from elsewhere than
 * from a phone. */

#define OLD_ID "US.70214458810936652071"
#define NEW_ID "US.70199887766554433221"
#define OLD_NUMBER "12025550101"

/* One message object of field `messages`; @extra: what stands beside `messages`, with a comma after
 * it. */
static void
deliver(Desk *desk, const char *extra, const char *token, gint64 ago_s, const char *rest)
{
    g_autofree char *value = g_strdup_printf(
        "{%s\"messages\":[{\"id\":\"wamid.%s\",\"timestamp\":\"%" G_GINT64_FORMAT "\",%s}]}", extra,
        token, coex_sim_now(desk->sim) - ago_s, rest);

    coex_sim_change(desk->sim, "messages", value);
}

#define MOVED                                                                                      \
    "\"type\":\"system\",\"system\":{\"type\":\"user_changed_user_id\",\"body\":\"User Ada "       \
    "changed\","                                                                                   \
    "\"previous_user_id\":\"" OLD_ID "\",\"user_id\":\"" NEW_ID "\"}"

/* Ada's number can no longer be shared: from now on she is known by @NEW_ID alone. */
static void
move_ada(Desk *desk, const char *more)
{
    g_autofree char *rest = g_strconcat(more, MOVED, NULL);

    deliver(desk, "", "moved", 0, rest);
    desk_wait_any_feed(desk, COEX_FEED_NOTICE, "ada", "WhatsApp reports: *User Ada changed*");
    coex_sim_set_user_id(desk->sim, "ada", NEW_ID);
    coex_sim_hide_number(desk->sim, "ada", TRUE);
}

/* What leaves for Ada goes to her BSUID. */
static void
assert_by_id(Desk *desk, const char *text)
{
    g_autoptr(CoexSimRequest) request = desk_wait_sent(desk, "ada", text);

    g_assert_null(request->to);
    g_assert_cmpstr(request->recipient, ==, NEW_ID);
}

static void
answer_by_id(Desk *desk, const char *text)
{
    g_autofree char *delivered = g_strconcat("delivered *: ", text, NULL);

    desk_send(desk, "ada", text);
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", text);
    assert_by_id(desk, text);
    desk_wait_state(desk, "ada", delivered);
}

static void
assert_one_conversation(Desk *desk)
{
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_PERSON, NEW_ID, "*"), ==, 0);
}

static void
test_number_given_up(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "You know my number");
    move_ada(desk, "");
    answer_by_id(desk, "Before you write again");
    desk_hear(desk, "ada", "Now you do not");
    answer_by_id(desk, "Fine");
    desk_restart(desk);
    answer_by_id(desk, "And after a restart");
    assert_one_conversation(desk);
}

static void
test_number_given_up_from_new(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "You know my number");
    move_ada(desk, "\"from_user_id\":\"" NEW_ID "\",");
    desk_hear(desk, "ada", "Now you do not");
    answer_by_id(desk, "Fine");
    assert_one_conversation(desk);
}

/* What was held, and a template, go where she is now. */
static void
test_held_and_template(Desk *desk)
{
    const char *const values[] = { "Ada", "A-17", NULL };
    g_autoptr(GError) error = NULL;

    desk_login(desk);
    desk_hear(desk, "ada", "You know my number");
    desk_logout(desk);
    desk_advance(desk, 25 * 60 * 60);
    desk_ignore(desk, "The last webhook came*");
    desk_login(desk);
    desk_wait_window(desk, "ada", FALSE);
    coex_session_hold_text(desk->session, desk_name("ada"), "Held for you", &error);
    g_assert_no_error(error);
    desk_wait_notice(desk, "ada", "Held until *");
    move_ada(desk, "");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    coex_session_send_template(desk->session, desk_name("ada"),
                               desk_template(desk, "order_update", "en_US"), values, &error);
    g_assert_no_error(error);
    desk_wait_prompt_over(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Hi Ada, your order*");
    assert_by_id(desk, NULL);
    desk_wait_state(desk, "ada", "delivered*");
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Here I am"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Here I am");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Held for you");
    assert_by_id(desk, "Held for you");
}

/* A delivery that was overtaken by the change does not bring the old number back, nor does a status
 * of what was sent there; a number that is told again does. */
static void
test_overtaken(Desk *desk)
{
    g_autoptr(CoexSimRequest) before = NULL;
    g_autoptr(CoexSimRequest) after = NULL;
    g_autofree char *status = NULL;

    coex_sim_set_auto_status(desk->sim, FALSE);
    desk_login(desk);
    desk_hear(desk, "ada", "You know my number");
    desk_send(desk, "ada", "To the old number");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "To the old number");
    before = desk_wait_sent(desk, "ada", "To the old number");
    move_ada(desk, "");
    status = g_strdup_printf("{\"statuses\":[{\"id\":\"%s\",\"status\":\"delivered\",\"timestamp\":"
                             "\"%" G_GINT64_FORMAT "\",\"recipient_id\":\"" OLD_NUMBER "\"}]}",
                             before->wamid, coex_sim_now(desk->sim));
    coex_sim_change(desk->sim, "messages", status);
    desk_wait_state(desk, "ada", "delivered *");
    deliver(desk, "", "late1", 60,
            "\"from\":\"" OLD_NUMBER "\",\"type\":\"text\",\"text\":{\"body\":\"Late\"}");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Late");
    deliver(desk, "", "late2", 60,
            "\"from\":\"" OLD_NUMBER "\",\"from_user_id\":\"" OLD_ID "\",\"type\":\"text\","
            "\"text\":{\"body\":\"Later\"}");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Later");
    desk_send(desk, "ada", "Fine");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "Fine");
    assert_by_id(desk, "Fine");
    desk_fence(desk);
    coex_sim_hide_number(desk->sim, "ada", FALSE);
    desk_advance(desk, 60);
    desk_hear(desk, "ada", "Here is my number again");
    desk_send(desk, "ada", "Thanks");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "Thanks");
    after = desk_wait_sent(desk, "ada", "Thanks");
    g_assert_cmpstr(after->to, ==, "+" OLD_NUMBER);
}

/* She writes by her new BSUID before WhatsApp says that it is hers. */
static void
test_change_told_late(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "You know my number");
    deliver(desk, "", "early", 0,
            "\"from_user_id\":\"" NEW_ID "\",\"type\":\"text\",\"text\":{\"body\":\"It is me\"}");
    desk_wait_feed(desk, COEX_FEED_INBOUND, NEW_ID, "It is me");
    move_ada(desk, "");
    answer_by_id(desk, "Welcome back");
    desk_restart(desk);
    answer_by_id(desk, "For good");
    desk_hear(desk, "ada", "Good");
}

/* The number she gave up becomes somebody else's: each goes on in a conversation of their own. */
static void
test_number_taken_up(Desk *desk)
{
    static const char eve[] = "US.70233344455566677788";
    g_autoptr(CoexSimRequest) request = NULL;

    desk_login(desk);
    desk_hear(desk, "ada", "You know my number");
    move_ada(desk, "");
    coex_sim_give_up_number(desk->sim, "ada");
    coex_sim_add_customer(desk->sim, "eve", "+" OLD_NUMBER, eve, "Eve");
    g_free(coex_sim_customer_sends(desk->sim, "eve", "I am new here"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, eve, "I am new here");
    answer_by_id(desk, "Still you?");
    desk_restart(desk);
    answer_by_id(desk, "And now?");
    desk_send(desk, eve, "Hello Eve");
    desk_wait_feed(desk, COEX_FEED_TYPED, eve, "Hello Eve");
    request = desk_wait_sent(desk, "eve", "Hello Eve");
    g_assert_cmpstr(request->to, ==, "+" OLD_NUMBER);
}

/* The change of a number in its older form. */
static void
test_new_wa_id(Desk *desk)
{
    g_autoptr(CoexSimRequest) request = NULL;
    g_autoptr(CoexSimRequest) again = NULL;

    desk_login(desk);
    desk_hear(desk, "dana", "Soon I move");
    deliver(desk, "\"contacts\":[{\"wa_id\":\"493023125017\"}],", "moved", 0,
            "\"from\":\"493023125017\",\"type\":\"system\",\"system\":{\"body\":\"Dana changed\","
            "\"new_wa_id\":\"493023125888\",\"type\":\"user_changed_number\"}");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "dana", "*Dana changed*");
    coex_sim_add_customer(desk->sim, "moved", "+493023125888", NULL, "Dana Weber");
    coex_sim_open_window(desk->sim, "moved");
    desk_send(desk, "dana", "There?");
    desk_wait_feed(desk, COEX_FEED_TYPED, "dana", "There?");
    request = desk_wait_sent(desk, "moved", "There?");
    g_assert_cmpstr(request->to, ==, "+493023125888");
    desk_restart(desk);
    g_free(coex_sim_customer_sends(desk->sim, "moved", "Yes"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "dana", "Yes");
    desk_send(desk, "dana", "Good");
    desk_wait_feed(desk, COEX_FEED_TYPED, "dana", "Good");
    again = desk_wait_sent(desk, "moved", "Good");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/people/number-given-up", test_number_given_up);
    desk_add("/people/number-given-up-from-new", test_number_given_up_from_new);
    desk_add("/people/held-and-template", test_held_and_template);
    desk_add("/people/overtaken", test_overtaken);
    desk_add("/people/change-told-late", test_change_told_late);
    desk_add("/people/number-taken-up", test_number_taken_up);
    desk_add("/people/new-wa-id", test_new_wa_id);
    return g_test_run();
}
