// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

/* Whether the phone is still there, and what the account and its people are known by. */

#define DAY_S (24 * 60 * 60)
#define ADA "\"phone_number\":\"12025550101\",\"user_id\":\"US.70214458810936652071\""

static void
pass(Desk *desk, gint64 seconds)
{
    desk_advance(desk, seconds);
    desk_fence(desk);
}

/* An echo whose id was made on a linked device. */
static void
echo_linked(Desk *desk)
{
    static const char head[] = "\x1c\x18\x0b"
                               "12025550101"
                               "\x15\x02\x00\x11\x18\x16"
                               "3EB0A1B2C3D4E5F6A7B8C9";
    g_autofree char *id = g_base64_encode((const guchar *)head, sizeof head);
    g_autofree char *value = g_strdup_printf(
        "{\"message_echoes\":[{\"from\":\"%s\",\"to\":\"12025550101\",\"id\":\"wamid.%s\","
        "\"timestamp\":\"%" G_GINT64_FORMAT
        "\",\"type\":\"text\",\"text\":{\"body\":\"Linked\"}}]}",
        coex_sim_get_number(desk->sim) + 1, id, coex_sim_now(desk->sim));

    coex_sim_change(desk->sim, "smb_message_echoes", value);
    desk_wait_any_feed(desk, COEX_FEED_ECHO, "ada", "Linked");
}

/* Twice after each sign, over restarts; what a linked device writes is none. */
static void
test_warnings(Desk *desk)
{
    desk_ignore(desk, "* wait* for an answer*");
    desk_login(desk);
    desk_wait_catalogue(desk);
    g_free(coex_sim_phone_sends(desk->sim, "ada", "From the phone"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "From the phone");
    pass(desk, 9 * DAY_S + 3600);
    echo_linked(desk);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "Open the WhatsApp Business app*"), ==, 0);
    pass(desk, DAY_S);
    desk_wait_notice(
        desk, NULL,
        "Open the WhatsApp Business app on the phone before 20*The last sign of it was "
        "a message written on it, 10 days ago*");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    pass(desk, DAY_S);
    pass(desk, DAY_S);
    desk_wait_notice(desk, NULL, "Open the WhatsApp Business app*, 12 days ago*");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    pass(desk, 3 * DAY_S);
}

/* The book's changes are signs, too; where there is none at all, the first login counts. */
static void
test_other_signs(Desk *desk)
{
    g_autofree char *value = NULL;

    desk_ignore(desk, "* wait* for an answer*");
    desk_login(desk);
    desk_wait_catalogue(desk);
    pass(desk, 10 * DAY_S);
    desk_wait_notice(desk, NULL, "Open the WhatsApp Business app*this account's first login*");
    value = g_strdup_printf(
        "{\"state_sync\":[{\"type\":\"contact\",\"action\":\"add\",\"contact\":{" ADA
        ",\"full_name\":\"Ada\"},\"metadata\":{\"timestamp\":\"%" G_GINT64_FORMAT "\"}}]}",
        coex_sim_now(desk->sim));
    coex_sim_change(desk->sim, "smb_app_state_sync", value);
    pass(desk, 9 * DAY_S);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    pass(desk, 3 * DAY_S);
    desk_wait_notice(desk, NULL,
                     "Open the WhatsApp Business app*a change of its address book, 12 *");
}

#define HERE                                                                                       \
    "Receiving: at 127.0.0.1:*/webhook; the last webhook came at 20*\nPhone: last sign 20* (a "    \
    "message written on it); open the app before 20*\nWindows: 1 open, 0 closed\nWait for an "     \
    "answer: 0\nTexts that wait: 1 until they write, 0 for your choice\nToday: 1 received, 0 "     \
    "sent from here, 1 sent on the phone\n"                                                        \
    "This month: service: 0 of 1,000 service messages, 0 billed\nAbout: *"

static void
test_account(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
    g_free(coex_sim_phone_sends(desk->sim, "ada", "From the phone"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "From the phone");
    coex_session_hold_text(desk->session, desk_name("dana"), "For later", NULL);
    desk_wait_notice(desk, "dana", "Held until *");
    coex_session_describe(desk->session, NULL);
    desk_wait_facts(
        desk, NULL,
        desk_is_meta(desk)
            ? "Number: +447700900100, at Meta Cloud API\nName: Radhaus Mitte\n"
              "Quality: high (green)\nMessaging limit: 2,000 people in 24 hours *\n"
              "Throughput: 20 messages a second*\nHealth: messages can be sent\n"
              "Webhook: http://127.0.0.1:*/webhook\n" HERE
            : "Number: +447700900100, at 360dialog\nName, quality, limits: 360dialog does not *\n"
              "Health: messages can be sent\nWebhook: http://127.0.0.1:*/webhook\n" HERE);
}

/* What is wrong is said with what Meta proposes; what cannot be asked, too, and the rest stays. */
static void
test_account_in_trouble(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
    coex_sim_fail_next_async(desk->sim, 131026);
    desk_say(desk, "ada", "In vain");
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "In vain");
    coex_sim_change_number(
        desk->sim,
        "{\"quality_rating\":\"RED\",\"name_status\":\"DECLINED\",\"status\":\"FLAGGED\","
        "\"throughput\":{\"level\":\"HIGH\"},\"is_on_biz_app\":false,"
        "\"whatsapp_business_manager_messaging_limit\":\"TIER_NEW\","
        "\"webhook_configuration\":{\"phone_number\":\"https://elsewhere.example/hook\"},"
        "\"health_status\":{\"can_send_message\":\"BLOCKED\",\"entities\":["
        "{\"entity_type\":\"PHONE_NUMBER\",\"id\":\"1\",\"can_send_message\":\"LIMITED\","
        "\"additional_info\":[\"Its name is not approved yet.\"]},"
        "{\"entity_type\":\"WABA\",\"id\":\"2\",\"can_send_message\":\"BLOCKED\",\"errors\":["
        "{\"error_code\":141006,\"error_description\":\"No payment method\","
        "\"possible_solution\":\"Add one under\\nBilling.\"}]}]}}");
    coex_session_describe(desk->session, NULL);
    desk_wait_facts(desk, NULL,
                    "*\nHealth: nothing can be sent. The number: Its name is not approved yet. The "
                    "WhatsApp account: No payment method. Meta proposes: Add one under "
                    "Billing.\n*\nToday: 1 received, 1 sent from here (1 of them failed), 0 sent "
                    "on the phone\nThis month: *");
    if (desk_is_meta(desk)) {
        coex_session_describe(desk->session, NULL);
        desk_wait_facts(desk, NULL,
                        "*\nName: Radhaus Mitte (Meta has declined this name*)\nQuality: low (red)*"
                        "\nMessaging limit: TIER_NEW\nThroughput: 1,000 messages a second\n"
                        "State: rated low: see its quality in WhatsApp Manager\n*\nWebhook: "
                        "https://elsewhere.example/hook\n*");
    }
    coex_sim_aim(desk->sim, NULL);
    coex_sim_fail_next(desk->sim, 131016);
    coex_sim_fail_next(desk->sim, 131005);
    coex_session_describe(desk->session, NULL);
    desk_wait_facts(desk, NULL,
                    "*\nNumber's state: cannot be asked: WhatsApp is overloaded. Try again *\n"
                    "Webhook: cannot be asked: WhatsApp denied access*\nReceiving: *\nToday: *");
    desk_fence(desk);
    coex_sim_set_down(desk->sim, TRUE);
    coex_session_describe(desk->session, NULL);
    desk_wait_facts(desk, NULL, "*\nNumber's state: cannot be asked: *\nReceiving: *\nToday: *");
    coex_sim_set_down(desk->sim, FALSE);
    coex_session_describe(desk->session, NULL);
    desk_wait_facts(desk, NULL, "*\nHealth: nothing can be sent*\nToday: 2 received, *");
}

/* ---- a person ---- */

static void
test_person(Desk *desk)
{
    coex_sim_set_username(desk->sim, "ada", "ada.l");
    coex_sim_set_name(desk->sim, "ada", "<b>Ada</b>\n&amp;");
    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
    g_free(coex_sim_phone_sends(desk->sim, "ada", "From the phone"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "From the phone");
    desk_say_in_vain(desk, "ada", "In vain", 131026);
    for (guint i = 0; i < 11; i++) {
        g_autofree char *text = g_strdup_printf("Text %u", i);

        desk_say(desk, "ada", text);
        desk_take(desk, "ada", text);
    }
    desk_wait_state(desk, "ada", "delivered *: Text 10");
    coex_session_describe(desk->session, desk_name("ada"));
    const DeskEvent *facts = desk_wait_facts(
        desk, "ada",
        "Number: +12025550101\nUser id: US.70214458810936652071\nUser name: @ada.l\n"
        "By the profile: <b>Ada</b> &amp;\nFirst message: 20*\nNewest message: 20*\n"
        "Messages: 1 from them, 12 from here, 1 from the phone\nSent 20*: *delivered ??:??: Text "
        "10\n*");
    g_assert_null(g_strstr_len(facts->text, -1, "Text 0\n"));
    g_assert_nonnull(g_strstr_len(facts->text, -1, "Text 1\n"));
    coex_session_describe(desk->session, "4915155555555");
    desk_wait_notice(desk, NULL, "Nothing is known of +4915155555555.");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/phone/warnings", test_warnings);
    desk_add("/phone/other-signs", test_other_signs);
    desk_add("/phone/account", test_account);
    desk_add("/phone/account-in-trouble", test_account_in_trouble);
    desk_add("/phone/person", test_person);
    return g_test_run();
}
