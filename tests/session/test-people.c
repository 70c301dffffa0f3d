// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <string.h>

/* Who is who: people whose addresses change, are written in two forms, or come from elsewhere than
 * from a phone. */

#define OLD_ID "US.70214458810936652071"
#define NEW_ID "US.70199887766554433221"
#define OLD_NUMBER "12025550101"

#define TEXT(body) "\"type\":\"text\",\"text\":{\"body\":\"" body "\"}"

#define MOVED                                                                                      \
    "\"type\":\"system\",\"system\":{\"type\":\"user_changed_user_id\",\"body\":\"User Ada "       \
    "changed\","                                                                                   \
    "\"previous_user_id\":\"" OLD_ID "\",\"user_id\":\"" NEW_ID "\"}"

/* Ada's number can no longer be shared: from now on she is known by @NEW_ID alone. */
static void
move_ada(Desk *desk, const char *more)
{
    g_autofree char *rest = g_strconcat(more, MOVED, NULL);

    desk_deliver(desk, "", "moved", 0, rest);
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
    desk_deliver(desk, "", "late1", 60,
                 "\"from\":\"" OLD_NUMBER "\",\"type\":\"text\",\"text\":{\"body\":\"Late\"}");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Late");
    desk_deliver(desk, "", "late2", 60,
                 "\"from\":\"" OLD_NUMBER "\",\"from_user_id\":\"" OLD_ID "\",\"type\":\"text\","
                 "\"text\":{\"body\":\"Later\"}");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Later");
    desk_fence(desk);
    desk_advance(desk, 60);
    coex_sim_hide_number(desk->sim, "ada", FALSE);
    g_free(coex_sim_phone_sends(desk->sim, "ada", "From the phone, to the old number"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "From the phone, to the old number");
    coex_sim_hide_number(desk->sim, "ada", TRUE);
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
    desk_deliver(desk, "", "early", 0,
                 "\"from_user_id\":\"" NEW_ID
                 "\",\"type\":\"text\",\"text\":{\"body\":\"It is me\"}");
    desk_wait_feed(desk, COEX_FEED_INBOUND, NEW_ID, "It is me");
    move_ada(desk, "");
    desk_wait_feed(desk, COEX_FEED_NOTICE, NEW_ID, "This is the same person as Ada*");
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
    desk_deliver(
        desk, "\"contacts\":[{\"wa_id\":\"493023125017\"}],", "moved", 0,
        "\"from\":\"493023125017\",\"type\":\"system\",\"system\":{\"body\":\"Dana changed\","
        "\"new_wa_id\":\"493023125888\",\"type\":\"user_changed_number\"}");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "dana", "*Dana changed*");
    coex_sim_add_customer(desk->sim, "moved", "+493023125888", NULL, "Dana Weber");
    coex_sim_open_window(desk->sim, "moved");
    desk_send(desk, "dana", "There?");
    desk_wait_feed(desk, COEX_FEED_TYPED, "dana", "There?");
    request = desk_wait_sent(desk, "moved", "There?");
    g_assert_cmpstr(request->to, ==, "+493023125888");
    desk_wait_state(desk, "dana", "delivered*: There?");
    desk_restart(desk);
    g_free(coex_sim_customer_sends(desk->sim, "moved", "Yes"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "dana", "Yes");
    desk_send(desk, "dana", "Good");
    desk_wait_feed(desk, COEX_FEED_TYPED, "dana", "Good");
    again = desk_wait_sent(desk, "moved", "Good");
}

/* ---- one number in two forms ---- */

#define WITH_NINE "5531966665501"
#define WITHOUT_NINE "553166665501"
#define CONTACT(name, number) "{\"profile\":{\"name\":\"" name "\"},\"wa_id\":\"" number "\"}"

static void
add_bia(Desk *desk)
{
    coex_sim_add_customer(desk->sim, "bia", "+" WITH_NINE, NULL, "Bia");
    coex_sim_set_wa_id(desk->sim, "bia", WITHOUT_NINE);
    coex_sim_open_window(desk->sim, "bia");
}

static void
answer_bia(Desk *desk, const char *name, const char *text)
{
    g_autofree char *delivered = g_strconcat("delivered *: ", text, NULL);

    desk_send(desk, name, text);
    desk_wait_feed(desk, COEX_FEED_TYPED, name, text);
    coex_sim_request_free(desk_wait_sent(desk, "bia", text));
    desk_wait_state(desk, name, delivered);
}

/* The phone writes to the one form, the answer comes from the other. */
static void
test_two_forms(Desk *desk)
{
    add_bia(desk);
    desk_login(desk);
    coex_sim_change(
        desk->sim, "smb_message_echoes",
        "{\"message_echoes\":[{\"to\":\"" WITH_NINE
        "\",\"id\":\"wamid.a\",\"timestamp\":\"1760000000\"," TEXT("We call you back") "}]}");
    desk_wait_feed(desk, COEX_FEED_ECHO, WITH_NINE, "We call you back");
    desk_deliver(desk, "\"contacts\":[" CONTACT("Bia", WITH_NINE) "],", "b", 0,
                 "\"from\":\"" WITHOUT_NINE "\"," TEXT("obrigada"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, WITH_NINE, "obrigada");
    desk_wait_window(desk, WITH_NINE, TRUE);
    g_assert_cmpstr(desk_view(desk, WITH_NINE)->alias, ==, "Bia");
    answer_bia(desk, WITH_NINE, "At once");
    desk_restart(desk);
    desk_deliver(desk, "", "c", 0, "\"from\":\"" WITHOUT_NINE "\"," TEXT("sem contato"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, WITH_NINE, "sem contato");
    desk_deliver(desk, "", "d", 0, "\"from\":\"" WITH_NINE "\"," TEXT("com nove"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, WITH_NINE, "com nove");
    answer_bia(desk, WITH_NINE, "Still here");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_PERSON, WITHOUT_NINE, "*"), ==, 0);
}

/* Of two such people who come in one delivery each keeps the name, and is one. */
static void
test_two_forms_twice(Desk *desk)
{
    g_autofree char *value = g_strdup_printf(
        "{\"contacts\":[" CONTACT("Bia", WITH_NINE) "," CONTACT(
            "Caio", "5511966665501") "],"
                                     "\"messages\":[{\"from\":\"551166665501\",\"id\":\"wamid.a\","
                                     "\"timestamp\":\"%" G_GINT64_FORMAT
                                     "\"," TEXT("bom dia") "},"
                                                           "{\"from\":\"" WITHOUT_NINE
                                                           "\",\"id\":\"wamid.b\","
                                                           "\"timestamp\":\"%" G_GINT64_FORMAT
                                                           "\"," TEXT("obrigada") "}]}",
        coex_sim_now(desk->sim), coex_sim_now(desk->sim));

    desk_login(desk);
    coex_sim_change(desk->sim, "messages", value);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "551166665501", "bom dia");
    desk_wait_feed(desk, COEX_FEED_INBOUND, WITHOUT_NINE, "obrigada");
    g_assert_cmpstr(desk_view(desk, "551166665501")->alias, ==, "Caio");
    g_assert_cmpstr(desk_view(desk, WITHOUT_NINE)->alias, ==, "Bia");
    coex_sim_change(desk->sim, "smb_message_echoes",
                    "{\"message_echoes\":[{\"to\":\"" WITH_NINE
                    "\",\"id\":\"wamid.c\",\"timestamp\":\"1760000000\"," TEXT("tudo bem") "}]}");
    desk_wait_feed(desk, COEX_FEED_ECHO, WITHOUT_NINE, "tudo bem");
}

/* ---- who else writes in the business's name ---- */

static void
stand_by(Desk *desk, const char *parts)
{
    g_autofree char *value = g_strdup_printf("{\"standby\":{%s}}", parts);

    coex_sim_change(desk->sim, "standby", value);
}

#define ADA_WRITES(id, body)                                                                       \
    "\"contacts\":[{\"wa_id\":\"" OLD_NUMBER "\",\"user_id\":\"" OLD_ID                            \
    "\"}],\"messages\":[{\"from\":\"" OLD_NUMBER "\",\"from_user_id\":\"" OLD_ID                   \
    "\",\"id\":\"wamid." id "\",\"timestamp\":\"%" G_GINT64_FORMAT "\"," TEXT(body) "}]"

/* Meta's agent holds the chat: all of it is shown, who wrote is said, and once what typing does. */
static void
test_standby(Desk *desk)
{
    g_autofree char *first =
        g_strdup_printf(ADA_WRITES("a", "When do you open?"), coex_sim_now(desk->sim));
    g_autofree char *second =
        g_strdup_printf(ADA_WRITES("c", "And today?"), coex_sim_now(desk->sim));

    desk_login(desk);
    stand_by(desk, first);
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "*Business Agent*typed here takes it over*");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "When do you open?");
    desk_wait_window(desk, "ada", TRUE);
    stand_by(desk,
             "\"message_echoes\":[{\"id\":\"wamid.b\",\"timestamp\":\"1760000000\",\"message\":{"
             "\"to\":\"" OLD_NUMBER "\",\"recipient_type\":\"individual\"," TEXT("At nine.") "}}]");
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "[by the Business Agent] At nine.");
    stand_by(desk, "\"statuses\":[{\"id\":\"wamid.b\",\"status\":\"read\",\"recipient_id\":"
                   "\"" OLD_NUMBER "\",\"timestamp\":\"1760000001\"}]");
    desk_wait_state(desk, "ada", "read *");
    desk_restart(desk);
    stand_by(desk, second);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "And today?");
    coex_sim_change(desk->sim, "messaging_handovers",
                    "{\"sender\":{\"phone_number\":\"" OLD_NUMBER
                    "\"},\"timestamp\":\"1760000002\","
                    "\"type\":\"control_passed\",\"control_passed\":{\"previous_owner_app_role\":"
                    "\"meta_business_agent\",\"previous_owner_role\":\"ai_agent\","
                    "\"new_owner_role\":\"escalation\"}}");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "*has handed this chat over*");
    coex_sim_open_window(desk->sim, "ada");
    desk_send(desk, "ada", "Until six");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "Until six");
    coex_sim_request_free(desk_wait_sent(desk, "ada", "Until six"));
    desk_wait_state(desk, "ada", "delivered *");
}

static void
deliver_own(Desk *desk, const char *extra, const char *token, const char *rest)
{
    g_autofree char *own =
        g_strdup_printf("\"from\":\"%s\",%s", coex_sim_get_number(desk->sim) + 1, rest);

    desk_deliver(desk, extra, token, 0, own);
}

/* Our own messages among those of customers, and without the one they went to. */
static void
test_own_messages(Desk *desk)
{
    g_autofree char *to_self =
        g_strdup_printf("\"to\":\"%s\"," TEXT("note to self"), coex_sim_get_number(desk->sim) + 1);

    desk_login(desk);
    deliver_own(desk, "", "a", "\"to\":\"" OLD_NUMBER "\"," TEXT("With the addressee"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "With the addressee");
    deliver_own(desk, "\"contacts\":[{\"wa_id\":\"" OLD_NUMBER "\"}],", "b",
                "\"message_creation_type\":\"created_by_1p_bot\"," TEXT("By a bot"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "[by a bot] By a bot");
    desk_wait_window(desk, "ada", FALSE);
    deliver_own(desk, "", "c", TEXT("To nobody told"));
    desk_wait_notice(desk, NULL, "*came without the address it went to*To nobody told*");
    deliver_own(desk, "", "d", to_self);
    desk_wait_notice(desk, NULL, "A note to this number itself*note to self*");
    coex_sim_change(
        desk->sim, "smb_message_echoes",
        "{\"message_echoes\":[{\"to\":\"Y2FwaV9ncm91cDox\",\"group_id\":\"Y2FwaV9ncm91cDox\","
        "\"id\":\"wamid.e\",\"timestamp\":\"1760000000\"," TEXT("to the group") "}]}");
    desk_wait_notice(desk, NULL, "A message was written on the phone*in the group*to the group*");
    desk_fence(desk);
    g_assert_null(coex_session_find_person(desk->session, desk->number));
    desk_restart(desk);
    desk_hear(desk, "ada", "And I answer");
}

/* ---- one id, twice ---- */

/* Whatever came first under an id told nothing of the message: what tells it is shown, once. */
static void
test_content_later(Desk *desk)
{
    static const char *const firsts[] = {
        "\"type\":\"unsupported\",\"errors\":[{\"code\":131060}]",
        "\"type\":\"unsupported\",\"errors\":[{\"code\":131051}]",
        "\"type\":\"unsupported\",\"errors\":[{\"code\":130501}],\"unsupported\":{\"type\":\"x\"}",
        "\"type\":\"unsupported\"",
        "\"type\":\"hologram\"",
        "\"type\":\"hologram\",\"hologram\":{\"title\":\"A cube\"}",
        "\"type\":\"text\"",
        "\"type\":\"text\",\"text\":{\"body\":\"\"}",
        "\"type\":\"image\"",
        "\"type\":\"document\",\"document\":{}",
        "\"type\":\"interactive\",\"errors\":[{\"code\":131000}]",
        "\"context\":{\"id\":\"M0\"}",
    };

    desk_login(desk);
    for (guint i = 0; i < 2 * G_N_ELEMENTS(firsts); i++) {
        gboolean is_echo = i % 2 != 0;
        CoexFeedKind kind = is_echo ? COEX_FEED_ECHO : COEX_FEED_INBOUND;
        const char *field = is_echo ? "smb_message_echoes" : "messages";
        g_autofree char *head =
            g_strdup_printf("{\"%s\":[{\"%s\":\"" OLD_NUMBER
                            "\",\"id\":\"wamid.%u\",\"timestamp\":\"%" G_GINT64_FORMAT "\",",
                            is_echo ? "message_echoes" : "messages", is_echo ? "to" : "from", i,
                            coex_sim_now(desk->sim));
        g_autofree char *first = g_strconcat(head, firsts[i / 2], "}]}", NULL);
        g_autofree char *text = g_strdup_printf("Now it came %u", i);
        g_autofree char *second =
            g_strdup_printf("%s\"type\":\"text\",\"text\":{\"body\":\"%s\"}}]}", head, text);

        coex_sim_change(desk->sim, field, first);
        desk_wait_feed(desk, kind, "ada", "[*");
        if (i % 5 == 0)
            desk_restart(desk);
        coex_sim_change(desk->sim, field, second);
        desk_wait_feed(desk, kind, "ada", text);
        coex_sim_change(desk->sim, field, first);
        coex_sim_redeliver_last(desk->sim);
    }
    desk_fence(desk);
}

/* A customer's message under the token of one of ours is shown. */
static void
test_our_token(Desk *desk)
{
    g_autoptr(CoexSimRequest) request = NULL;
    g_autofree guchar *bytes = NULL;
    g_autofree char *theirs = NULL;
    guchar *way = NULL;
    gsize length;

    desk_login(desk);
    desk_hear(desk, "ada", "Hi");
    desk_send(desk, "ada", "Ours");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "Ours");
    request = desk_wait_sent(desk, "ada", "Ours");
    desk_wait_state(desk, "ada", "delivered *");
    bytes = g_base64_decode(strchr(request->wamid, '.') + 1, &length);
    way = memmem(bytes, length, "\x15\x02\x00\x11", 4);
    g_assert_nonnull(way);
    way[3] = 0x12;
    theirs = g_base64_encode(bytes, length);
    desk_deliver(desk, "", theirs, 0, "\"from\":\"" OLD_NUMBER "\"," TEXT("Theirs"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Theirs");
    g_free(coex_sim_echo_sent(desk->sim, request->wamid));
    coex_sim_status(desk->sim, request->wamid, "read");
    desk_wait_state(desk, "ada", "read *: Ours");
    desk_fence(desk);
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
    desk_add("/people/two-forms", test_two_forms);
    desk_add("/people/two-forms-twice", test_two_forms_twice);
    desk_add("/people/standby", test_standby);
    desk_add("/people/own-messages", test_own_messages);
    desk_add("/people/content-later", test_content_later);
    desk_add("/people/our-token", test_our_token);
    return g_test_run();
}
