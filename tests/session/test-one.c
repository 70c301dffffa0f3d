// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <string.h>

/* Two people here who turn out to be one: two names stay, and one conversation. */

#define OLD_ID "US.70214458810936652071"
#define NEW_ID "US.70199887766554433221"
#define OLD_NUMBER "12025550101"
#define LEADS_ON "This goes on in the conversation with Ada Lovelace*"
#define TEXT(body) "\"type\":\"text\",\"text\":{\"body\":\"" body "\"}"

/* Ada writes by a BSUID that is not known to be hers: a second conversation. */
static void
write_by_new_id(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "You know my number");
    desk_deliver(desk, "", "early", 0, "\"from_user_id\":\"" NEW_ID "\"," TEXT("It is me"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, NEW_ID, "It is me");
    desk_wait_catalogue(desk);
    coex_sim_set_user_id(desk->sim, "ada", NEW_ID);
    coex_sim_hide_number(desk->sim, "ada", TRUE);
}

static void
tell_that_it_is_ada(Desk *desk)
{
    desk_deliver(desk, "", "moved", 0,
                 "\"type\":\"system\",\"system\":{\"type\":\"user_changed_user_id\",\"body\":"
                 "\"User Ada changed\",\"previous_user_id\":\"" OLD_ID "\",\"user_id\":\"" NEW_ID
                 "\"}");
    desk_wait_any_feed(desk, COEX_FEED_NOTICE, NEW_ID,
                       "This is the same person as Ada Lovelace (+" OLD_NUMBER "): *");
    desk_wait_any_feed(desk, COEX_FEED_NOTICE, "ada", "WhatsApp reports: *User Ada changed*");
}

static void
take_by_id(Desk *desk, const char *text)
{
    g_autofree char *delivered = g_strconcat("delivered *: ", text, NULL);
    g_autoptr(CoexSimRequest) request = desk_wait_sent(desk, "ada", text);

    g_assert_cmpstr(request->recipient, ==, NEW_ID);
    desk_wait_state(desk, "ada", delivered);
}

/* Typed in the second conversation, it is sent and shown in the one that goes on. */
static void
answer_in_second(Desk *desk, const char *text)
{
    desk_send(desk, NEW_ID, text);
    desk_wait_notice(desk, NEW_ID, LEADS_ON);
    desk_wait_any_feed(desk, COEX_FEED_SENT, "ada", text);
    take_by_id(desk, text);
}

static void
hold_in_second(Desk *desk, const char *text)
{
    g_autoptr(GError) error = NULL;

    desk_advance(desk, 60);
    coex_session_hold_text(desk->session, NEW_ID, text, &error);
    g_assert_no_error(error);
    desk_wait_notice(desk, NEW_ID, "Held until *");
}

/* What was held in the second leaves when she writes, in whichever login. */
static void
test_held(Desk *desk)
{
    write_by_new_id(desk);
    hold_in_second(desk, "Held for you");
    tell_that_it_is_ada(desk);
    g_assert_cmpuint(desk_view(desk, "ada")->n_held, ==, 1);
    g_assert_cmpuint(desk_view(desk, NEW_ID)->n_held, ==, 0);
    desk_wait_label(desk, NEW_ID, "Same person as Ada Lovelace");
    desk_restart(desk);
    coex_session_list_held(desk->session, NEW_ID);
    desk_wait_notice(desk, NEW_ID, LEADS_ON);
    desk_wait_notice(desk, "ada", "Held for Ada Lovelace (1): Held for you");
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Here I am"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Here I am");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Held for you");
    take_by_id(desk, "Held for you");
    answer_in_second(desk, "Typed in the second");
    desk_restart(desk);
    desk_hear(desk, "ada", "Still in the same conversation");
    answer_in_second(desk, "As ever");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 3);
}

/* The phone has answered meanwhile, in the conversation that goes on: it asks. */
static void
test_held_and_answered(Desk *desk)
{
    write_by_new_id(desk);
    hold_in_second(desk, "Held for you");
    tell_that_it_is_ada(desk);
    desk_advance(desk, 60);
    g_free(coex_sim_phone_sends(desk->sim, "ada", "From the phone"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "From the phone");
    desk_restart(desk);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Thank you"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Thank you");
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Held for you");
    coex_session_discard(desk->session, NEW_ID);
    desk_wait_notice(desk, NEW_ID, LEADS_ON);
    desk_wait_notice(desk, "ada", "Discarded: Held for you");
    desk_restart(desk);
    desk_assert_nothing_kept(desk, "ada");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 0);
}

/* What failed in either conversation is sent again by the one command, in either. */
static void
test_resend(Desk *desk)
{
    write_by_new_id(desk);
    coex_sim_fail_next_async(desk->sim, 131026);
    desk_say(desk, NEW_ID, "Failed in the second");
    desk_take(desk, "ada", "Failed in the second");
    desk_wait_feed(desk, COEX_FEED_FAILED, NEW_ID, "Failed in the second");
    tell_that_it_is_ada(desk);
    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Failed in the second");
    take_by_id(desk, "Failed in the second");
    coex_sim_fail_next_async(desk->sim, 131026);
    desk_say(desk, "ada", "Failed in the first");
    desk_take(desk, "ada", "Failed in the first");
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Failed in the first");
    desk_restart(desk);
    desk_resend(desk, NEW_ID);
    desk_wait_notice(desk, NEW_ID, LEADS_ON);
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Failed in the first");
    take_by_id(desk, "Failed in the first");
    desk_assert_nothing_kept(desk, "ada");
}

/* A text is on its way, and fails, only after they turned out to be one. */
static void
test_fails_later(Desk *desk)
{
    g_autoptr(CoexSimRequest) request = NULL;

    coex_sim_set_auto_status(desk->sim, FALSE);
    write_by_new_id(desk);
    desk_say(desk, NEW_ID, "On its way");
    request = desk_wait_sent(desk, "ada", "On its way");
    desk_wait_state(desk, NEW_ID, "accepted *");
    tell_that_it_is_ada(desk);
    coex_sim_status_failed(desk->sim, request->wamid, 131026, NULL, NULL);
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "On its way");
    coex_sim_set_auto_status(desk->sim, TRUE);
    desk_restart(desk);
    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "On its way");
    take_by_id(desk, "On its way");
}

/* What was held in the first, and released, does not leave beside what has no clear answer in the
 * second, nor after a restart. */
static void
test_one_after_the_other(Desk *desk)
{
    g_autoptr(CoexSimRequest) request = NULL;
    g_autoptr(GError) error = NULL;

    write_by_new_id(desk);
    desk_advance(desk, 60);
    coex_session_hold_text(desk->session, desk_name("ada"), "Held for you", &error);
    g_assert_no_error(error);
    desk_wait_notice(desk, "ada", "Held until *");
    coex_sim_set_auto_status(desk->sim, FALSE);
    coex_sim_drop_next(desk->sim, TRUE);
    desk_say(desk, NEW_ID, "Not clear");
    request = desk_wait_sent(desk, "ada", "Not clear");
    desk_wait_notice(desk, NEW_ID, "It is not clear whether this was sent: Not clear*");
    tell_that_it_is_ada(desk);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Here I am"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Here I am");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Held for you");
    for (guint i = 0; i < 2; i++) {
        desk_fence(desk);
        desk_fence(desk);
        g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 1);
        desk_restart(desk);
    }
    coex_sim_set_auto_status(desk->sim, TRUE);
    coex_sim_status(desk->sim, request->wamid, "delivered");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at *: Not clear");
    take_by_id(desk, "Held for you");
    answer_in_second(desk, "And this");
    desk_restart(desk);
    desk_assert_nothing_kept(desk, "ada");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 3);
}

/* The second name goes from the list alone; who it was stays. */
static void
test_unlisted(Desk *desk)
{
    write_by_new_id(desk);
    tell_that_it_is_ada(desk);
    coex_session_unlist(desk->session, NEW_ID);
    desk_fence(desk);
    g_assert_false(desk_view(desk, NEW_ID)->listed);
    g_assert_true(desk_view(desk, "ada")->listed);
    desk_restart(desk);
    g_assert_false(desk_view(desk, NEW_ID)->listed);
    g_assert_true(desk_view(desk, "ada")->listed);
    answer_in_second(desk, "Still there");
}

/* ---- a number in two forms ---- */

#define NEW_FORM "2290197123456"
#define OLD_FORM "22997123456"
#define BIAS_ID "BJ.70233344455566677788"

/* A template goes to a number as it was typed, and WhatsApp answers with the form of somebody
 * known: she goes on in her conversation. */
static void
test_typed_in_the_other_form(Desk *desk)
{
    const char *const values[] = { "Bia", "A-17", NULL };
    g_autoptr(GError) error = NULL;

    coex_sim_add_customer(desk->sim, "bia", "+" NEW_FORM, BIAS_ID, "Bia");
    coex_sim_set_wa_id(desk->sim, "bia", OLD_FORM);
    desk_login(desk);
    desk_wait_catalogue(desk);
    g_free(coex_sim_customer_sends(desk->sim, "bia", "oi"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, OLD_FORM, "oi");
    coex_session_send_template(desk->session, NEW_FORM,
                               desk_template(desk, "order_update", "en_US"), values, &error);
    g_assert_no_error(error);
    desk_wait_prompt_over(desk, NEW_FORM);
    desk_wait_any_feed(desk, COEX_FEED_SENT, NEW_FORM, "Hi Bia, your order*");
    desk_take(desk, "bia", NULL);
    desk_wait_any_feed(desk, COEX_FEED_NOTICE, NEW_FORM,
                       "This is the same person as Bia (+" OLD_FORM "): *");
    desk_wait_state(desk, OLD_FORM, "delivered*");
    for (guint i = 0; i < 2; i++) {
        g_free(coex_sim_customer_sends(desk->sim, "bia", "obrigada"));
        desk_wait_feed(desk, COEX_FEED_INBOUND, OLD_FORM, "obrigada");
        desk_send(desk, NEW_FORM, "At once");
        desk_wait_notice(desk, NEW_FORM, "This goes on in the conversation with Bia*");
        desk_wait_feed(desk, COEX_FEED_SENT, OLD_FORM, "At once");
        desk_take(desk, "bia", "At once");
        desk_wait_state(desk, OLD_FORM, "delivered*: At once");
        desk_restart(desk);
    }
}

/* Where it is known how a number is written: whoever types it, and the phone's book, mean the one
 * person, and what is sent goes to the number that WhatsApp knows. */
static void
test_known_forms(Desk *desk)
{
    static const char *const numbers[][2] = {
        { "553166665501", "+55 31 9 6666-5501" },
        { "5215512345678", "+52 55 1234 5678" },
        { "5491123456789", "+54 11 15 2345-6789" },
    };

    desk_login(desk);
    desk_wait_catalogue(desk);
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        const char *known = numbers[i][0];
        const char *typed = numbers[i][1];
        g_autofree char *plus = g_strconcat("+", known, NULL);
        g_autofree char *book = g_strdup_printf(
            "{\"state_sync\":[{\"type\":\"contact\",\"action\":\"add\",\"contact\":{\"phone_"
            "number\":"
            "\"%s\",\"full_name\":\"In the book\"},\"metadata\":{\"timestamp\":\"%" G_GINT64_FORMAT
            "\"}}]}",
            typed, coex_sim_now(desk->sim));

        coex_sim_add_customer(desk->sim, known, plus, NULL, "Bia");
        g_free(coex_sim_customer_sends(desk->sim, known, "oi"));
        desk_wait_feed(desk, COEX_FEED_INBOUND, known, "oi");
        coex_sim_change(desk->sim, "smb_app_state_sync", book);
        coex_session_pin(desk->session, typed);
        desk_fence(desk);
        g_assert_nonnull(desk_view(desk, known));
        g_assert_true(coex_session_find_person(desk->session, typed) == desk_view(desk, known));
        g_assert_true(g_str_has_prefix(desk_view(desk, known)->alias, "In the book"));
        desk_send(desk, typed, "bom dia");
        desk_wait_feed(desk, COEX_FEED_TYPED, known, "bom dia");
        desk_take(desk, known, "bom dia");
        desk_wait_state(desk, known, "delivered*");
        desk_restart(desk);
        g_free(coex_sim_customer_sends(desk->sim, known, "obrigada"));
        desk_wait_feed(desk, COEX_FEED_INBOUND, known, "obrigada");
    }
}

/* Typed first: who writes then from the other form is that person. */
static void
test_known_form_first(Desk *desk)
{
    desk_login(desk);
    coex_session_pin(desk->session, "+52 55 1234 5678");
    coex_sim_add_customer(desk->sim, "bia", "+5215512345678", "MX.70233344455566677788", "Bia");
    g_free(coex_sim_customer_sends(desk->sim, "bia", "hola"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "525512345678", "hola");
    desk_send(desk, "525512345678", "hola");
    desk_wait_feed(desk, COEX_FEED_TYPED, "525512345678", "hola");
    desk_take(desk, "bia", "hola");
    desk_wait_state(desk, "525512345678", "delivered*");
    /* a number on land is nobody else's mobile */
    coex_sim_add_customer(desk->sim, "land", "+551140001234", NULL, "Na terra");
    coex_sim_add_customer(desk->sim, "mobile", "+5511940001234", NULL, "No bolso");
    g_free(coex_sim_customer_sends(desk->sim, "land", "oi"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "551140001234", "oi");
    g_free(coex_sim_customer_sends(desk->sim, "mobile", "oi"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "5511940001234", "oi");
}

/* The number by which the second was known becomes a stranger's: what is typed there is Ada's. */
static void
test_number_of_the_second(Desk *desk)
{
    g_autoptr(CoexSimRequest) request = NULL;

    desk_login(desk);
    desk_wait_catalogue(desk);
    g_free(coex_sim_customer_sends(desk->sim, "carla", "My number is hidden"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "carla", "My number is hidden");
    desk_hear(desk, "dana", "This is my number");
    desk_deliver(desk, "", "both", 0,
                 "\"from\":\"493023125017\",\"from_user_id\":\"DE.40817263549081726354\"," TEXT(
                     "I am both"));
    desk_wait_feed(desk, COEX_FEED_NOTICE, "dana", "This is the same person as Carla*");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "carla", "I am both");
    desk_deliver(
        desk, "", "gone", 0,
        "\"type\":\"system\",\"system\":{\"type\":\"user_changed_user_id\",\"body\":\"Carla "
        "changed\","
        "\"previous_user_id\":\"DE.40817263549081726354\",\"user_id\":\"DE.2\"}");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "carla", "*Carla changed*");
    coex_sim_set_user_id(desk->sim, "carla", "DE.2");
    coex_sim_give_up_number(desk->sim, "dana");
    desk_advance(desk, 60);
    coex_sim_add_customer(desk->sim, "stan", "+493023125017", "DE.3", "Stan");
    g_free(coex_sim_customer_sends(desk->sim, "stan", "Who is this?"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "DE.3", "Who is this?");
    desk_restart(desk);
    desk_send(desk, "dana", "For Carla");
    desk_wait_notice(desk, "dana", "This goes on in the conversation with Carla*");
    desk_wait_feed(desk, COEX_FEED_SENT, "carla", "For Carla");
    request = desk_wait_sent(desk, "carla", "For Carla");
    g_assert_cmpstr(request->recipient, ==, "DE.2");
    desk_wait_state(desk, "carla", "delivered*: For Carla");
}

/* One delivery has words of the one, and then says that both are one: the history has them all, and
 * it is said once. */
static void
test_told_in_one_delivery(Desk *desk)
{
    g_autofree char *value = g_strdup_printf(
        "{\"messages\":[{\"id\":\"wamid.one\",\"from\":\"493023125017\",\"timestamp\":"
        "\"%" G_GINT64_FORMAT
        "\"," TEXT("By number") "},"
                                "{\"id\":\"wamid.two\",\"from\":\"493023125017\",\"from_user_id\":"
                                "\"DE.40817263549081726354\",\"timestamp\":\"%" G_GINT64_FORMAT
                                "\"," TEXT("By both") "}]}",
        coex_sim_now(desk->sim) + 1, coex_sim_now(desk->sim) + 2);

    desk_login(desk);
    desk_wait_catalogue(desk);
    g_free(coex_sim_customer_sends(desk->sim, "carla", "My number is hidden"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "carla", "My number is hidden");
    desk_hear(desk, "dana", "This is my number");
    desk_advance(desk, 60);
    coex_sim_change(desk->sim, "messages", value);
    desk_wait_any_feed(desk, COEX_FEED_NOTICE, "dana", "This is the same person as Carla*");
    desk_wait_any_feed(desk, COEX_FEED_INBOUND, "dana", "By number");
    desk_wait_any_feed(desk, COEX_FEED_INBOUND, "carla", "By both");
    for (guint i = 0; i < 2; i++) {
        desk_restart(desk);
        coex_session_recall(desk->session, desk_name("carla"), 10, 0, TRUE);
        desk_wait_past(
            desk, "carla",
            "in: My number is hidden\nin: This is my number\nin: By number\nin: By both");
        desk_fence(desk);
        g_assert_cmpuint(desk_count(desk, DESK_FEED, "dana", "*"), ==, 0);
    }
}

/* An agent's handover names both: what waits goes over at once, and once. */
static void
test_told_by_a_handover(Desk *desk)
{
    g_autoptr(CoexSimRequest) request = NULL;
    g_autofree char *handover = NULL;
    g_autoptr(GError) error = NULL;

    desk_login(desk);
    desk_wait_catalogue(desk);
    g_free(coex_sim_customer_sends(desk->sim, "carla", "My number is hidden"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "carla", "My number is hidden");
    desk_hear(desk, "dana", "This is my number");
    desk_advance(desk, 60);
    coex_session_hold_text(desk->session, desk_name("dana"), "Held for you", &error);
    g_assert_no_error(error);
    desk_wait_notice(desk, "dana", "Held until *");
    handover = g_strdup_printf(
        "{\"sender\":{\"phone_number\":\"493023125017\",\"user_id\":\"DE.40817263549081726354\"},"
        "\"timestamp\":\"%" G_GINT64_FORMAT "\",\"type\":\"control_passed\","
        "\"control_passed\":{\"previous_owner_app_role\":\"meta_business_agent\","
        "\"previous_owner_role\":\"ai_agent\",\"new_owner_role\":\"escalation\"}}",
        coex_sim_now(desk->sim));
    coex_sim_change(desk->sim, "messaging_handovers", handover);
    desk_wait_feed(desk, COEX_FEED_NOTICE, "dana", "This is the same person as Carla*");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "carla", "*has handed this chat over*");
    g_assert_cmpuint(desk_view(desk, "carla")->n_held, ==, 1);
    g_assert_cmpuint(desk_view(desk, "dana")->n_held, ==, 0);
    desk_advance(desk, 60);
    g_free(coex_sim_customer_sends(desk->sim, "carla", "Thank you"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "carla", "Thank you");
    desk_wait_feed(desk, COEX_FEED_SENT, "carla", "Held for you");
    request = desk_wait_sent(desk, "dana", "Held for you"); /* the number is hers as well */
    g_assert_cmpstr(request->text, ==, "Held for you");
    desk_wait_state(desk, "carla", "delivered*: Held for you");
    desk_restart(desk);
    desk_hear(desk, "carla", "Still one");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/one/held", test_held);
    desk_add("/one/held-and-answered", test_held_and_answered);
    desk_add("/one/resend", test_resend);
    desk_add("/one/fails-later", test_fails_later);
    desk_add("/one/one-after-the-other", test_one_after_the_other);
    desk_add("/one/unlisted", test_unlisted);
    desk_add("/one/typed-in-the-other-form", test_typed_in_the_other_form);
    desk_add("/one/known-forms", test_known_forms);
    desk_add("/one/known-form-first", test_known_form_first);
    desk_add("/one/number-of-the-second", test_number_of_the_second);
    desk_add("/one/told-in-one-delivery", test_told_in_one_delivery);
    desk_add("/one/told-by-a-handover", test_told_by_a_handover);
    return g_test_run();
}
