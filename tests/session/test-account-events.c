// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <string.h>

/* What webhooks tell of the account: whose it is, and when it was. */

#define ELSEWHERE "299900000000777"
#define OFFBOARDED "\"event\":\"ACCOUNT_OFFBOARDED\""
#define RECONNECTED "\"event\":\"ACCOUNT_RECONNECTED\""
#define PAUSED                                                                                     \
    "\"event\":\"PAUSED\",\"message_template_id\":5,\"message_template_name\":\"second_tpl\","     \
    "\"message_template_language\":\"en\",\"reason\":\"NONE\""
#define HOUR_S (60 * 60)

/* An event of the WABA @waba that names no number; @ago_s: its entry's time, < 0: without one. */
static void
deliver(Desk *desk, const char *waba, gint64 ago_s, const char *field, const char *value)
{
    g_autofree char *time = ago_s < 0 ? g_strdup("")
                                      : g_strdup_printf("\"time\":%" G_GINT64_FORMAT ",",
                                                        coex_sim_now(desk->sim) - ago_s);
    char *body =
        g_strdup_printf("{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":\"%s\",%s"
                        "\"changes\":[{\"field\":\"%s\",\"value\":{%s}}]}]}",
                        waba, time, field, value);
    g_autoptr(GBytes) bytes = g_bytes_new_take(body, strlen(body));

    g_assert_cmpuint(coex_sim_deliver_raw(desk->sim, bytes, COEX_SIM_SIGN_GOOD), ==, 200);
}

static void
deliver_own(Desk *desk, gint64 ago_s, const char *value)
{
    deliver(desk, coex_sim_get_waba_id(desk->sim), ago_s, "account_update", value);
}

/* The WABA is an option at Meta; 360dialog tells it with the health, and deliveries show it. */
static void
test_other_waba(Desk *desk)
{
    desk_login(desk);
    desk_wait_catalogue(desk);
    deliver(desk, ELSEWHERE, -1, "account_update", OFFBOARDED);
    desk_hear(desk, "ada", "This number's");
    deliver(desk, ELSEWHERE, -1, "account_update", OFFBOARDED);
    deliver(desk, ELSEWHERE, -1, "message_template_status_update", PAUSED);
    desk_fence(desk);
    desk_restart(desk);
    deliver(desk, ELSEWHERE, -1, "account_update", RECONNECTED);
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "*the API*"), ==, 0);
    deliver_own(desk, -1, OFFBOARDED);
    desk_wait_notice(desk, NULL, "WhatsApp has paused the API*");
}

static Desk *
desk_beside(const Desk *desk, const char *waba)
{
    const CoexSimIdentity identity = {
        .number = "+447700900200",
        .phone_number_id = "318800000000200",
        .key = "made-up-other-key",
        .waba_id = waba,
    };

    return desk_new_beside(desk, &identity);
}

/* Two accounts in one program: each is told what is its WABA's, and once it logs in if it was off.
 */
static void
test_two_wabas(Desk *desk)
{
    g_autoptr(Desk) other = desk_beside(desk, "215500000000099");

    desk_login(desk);
    deliver(desk, "215500000000099", -1, "account_update", OFFBOARDED);
    desk_fence(desk);
    desk_login(other);
    desk_wait_notice(other, NULL, "WhatsApp has paused the API*");
    deliver(desk, "215500000000099", -1, "message_template_status_update", PAUSED);
    desk_wait_notice(other, NULL, "The template second_tpl*was paused*");
    deliver_own(desk, -1, RECONNECTED);
    desk_wait_notice(desk, NULL, "This number is connected with the API again*");
    desk_restart(other);
    desk_fence(desk);
    desk_fence(other);
}

/* What concerns a WABA concerns each of its numbers. */
static void
test_two_numbers(Desk *desk)
{
    g_autoptr(Desk) other = desk_beside(desk, NULL);

    desk_login(desk);
    desk_login(other);
    deliver_own(desk, -1, OFFBOARDED);
    desk_wait_notice(desk, NULL, "WhatsApp has paused the API*");
    desk_wait_notice(other, NULL, "WhatsApp has paused the API*");
}

/* Each of them hears of it, also who was off: when it logs in, and once. */
static void
test_two_numbers_off(Desk *desk)
{
    const CoexSimIdentity identity = {
        .number = "+447700900300",
        .phone_number_id = "318800000000300",
        .key = "made-up-third-key",
        .waba_id = ELSEWHERE,
    };
    g_autoptr(Desk) other = desk_beside(desk, NULL);
    g_autoptr(Desk) third = desk_new_beside(desk, &identity);

    desk_login(other);
    desk_wait_catalogue(other);
    desk_logout(other);
    desk_login(desk);
    deliver_own(desk, -1, OFFBOARDED);
    desk_wait_notice(desk, NULL, "WhatsApp has paused the API*");
    desk_wait_catalogue(desk);
    desk_logout(desk);
    /* nobody of that WABA is there */
    desk_login(third);
    deliver_own(desk, -1, RECONNECTED);
    desk_fence(third);
    desk_login(other);
    desk_wait_notice(other, NULL, "WhatsApp has paused the API*");
    desk_wait_notice(other, NULL, "This number is connected with the API again*");
    desk_wait_catalogue(other);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "This number is connected with the API again*");
    desk_wait_catalogue(desk);
    desk_restart(other);
    desk_restart(desk);
    desk_fence(other);
    desk_fence(desk);
}

/* Beside a message for another number, in one delivery, it waits as well. */
static void
test_beside_a_message(Desk *desk)
{
    const CoexSimIdentity identity = {
        .number = "+447700900300",
        .phone_number_id = "318800000000300",
        .key = "made-up-third-key",
        .waba_id = ELSEWHERE,
    };
    g_autoptr(Desk) other = desk_new_beside(desk, &identity);
    g_autoptr(GBytes) body = coex_sim_render_text(desk->sim, "ada", "For you");
    g_autoptr(GString) json =
        g_string_new_len(g_bytes_get_data(body, NULL), (gssize)g_bytes_get_size(body));
    g_autoptr(GBytes) both = NULL;

    g_assert_cmpuint(
        g_string_replace(json, "\"entry\":[",
                         "\"entry\":[{\"id\":\"" ELSEWHERE
                         "\",\"changes\":[{\"field\":\"account_update\",\"value\":{" OFFBOARDED
                         "}}]},",
                         1),
        ==, 1);
    both = g_bytes_new(json->str, json->len);
    desk_login(desk);
    g_assert_cmpuint(coex_sim_deliver_raw(desk->sim, both, COEX_SIM_SIGN_GOOD), ==, 200);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "For you");
    desk_login(other);
    desk_wait_notice(other, NULL, "WhatsApp has paused the API*");
    desk_logout(other);
    desk_logout(desk);
}

/* Deliveries overtake one another: what is not the newest says so, also after a restart. */
static void
test_overtaken(Desk *desk)
{
    desk_login(desk);
    deliver_own(desk, 600, RECONNECTED);
    desk_wait_notice(desk, NULL, "This number is connected with the API again*");
    deliver_own(desk, 900, OFFBOARDED);
    desk_wait_notice(desk, NULL,
                     "Of 20*-*-* *:*, told late and not the newest any more: "
                     "WhatsApp has paused the API*");
    desk_restart(desk);
    /* 901 could be the same delivery once more, a second later */
    deliver_own(desk, 1000, OFFBOARDED);
    desk_wait_notice(desk, NULL, "Of *, told late and not the newest any more: *paused the API*");
    deliver_own(desk, 10, OFFBOARDED);
    desk_wait_notice(desk, NULL, "WhatsApp has paused the API*");
}

/* Sending stops while the number is not connected, over a restart; each text says so, and leaves
 * once it is again, also where only what customers write shows that. */
static void
test_not_connected(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
    desk_hear(desk, "ben", "Hello");
    deliver_own(desk, 10, OFFBOARDED);
    desk_wait_notice(desk, NULL, "WhatsApp has paused the API*nothing is sent*");
    desk_say(desk, "ada", "First");
    desk_wait_any_feed(desk, COEX_FEED_NOTICE, "ada", "Not sent yet; *connected*: First");
    desk_restart(desk);
    desk_say(desk, "ben", "Second");
    desk_wait_any_feed(desk, COEX_FEED_NOTICE, "ben", "Not sent yet; *connected*: Second");
    coex_session_describe(desk->session, NULL);
    desk_wait_facts(desk, NULL, "*Not connected with the API since: 20*");
    /* what was before it changes nothing */
    deliver_own(desk, 600, RECONNECTED);
    desk_wait_notice(desk, NULL, "Of *told late*connected with the API again*");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, 0);
    deliver_own(desk, 0, RECONNECTED);
    desk_wait_notice(desk, NULL, "*connected with the API again*between is on the phone only*");
    desk_wait_any_feed(desk, COEX_FEED_RECORD, "ada", "Sent at *: First");
    desk_wait_any_feed(desk, COEX_FEED_RECORD, "ben", "Sent at *: Second");
    g_assert_true(coex_sim_wait_n_sent(desk->sim, "ada", 1, DESK_PATIENCE_MS));
    g_assert_true(coex_sim_wait_n_sent(desk->sim, "ben", 1, DESK_PATIENCE_MS));
    for (guint i = 0; i < 2; i++)
        coex_sim_request_free(coex_sim_next_sent(desk->sim, DESK_PATIENCE_MS));
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 2);
}

/* Ada's answer waits, since the number is not connected. */
static void
wait_for_connection(Desk *desk, const char *text)
{
    g_autofree char *line = g_strdup_printf("Not sent yet; *connected*: %s", text);

    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello");
    deliver_own(desk, -1, OFFBOARDED);
    desk_wait_notice(desk, NULL, "WhatsApp has paused the API*");
    desk_say(desk, "ada", text);
    desk_wait_any_feed(desk, COEX_FEED_NOTICE, "ada", line);
}

static void
test_connected_by_proof(Desk *desk)
{
    wait_for_connection(desk, "First");
    desk_advance(desk, 120);
    desk_hear(desk, "ben", "Are you there?");
    desk_wait_notice(desk, NULL, "WhatsApp delivers for this number again*phone only*");
    desk_wait_any_feed(desk, COEX_FEED_RECORD, "ada", "Sent at *: First");
    desk_take(desk, "ada", "First");
}

/* It is somebody else by whom it shows that the number is connected again: what waited for who had
 * that number before does not leave. */
static void
test_connected_by_another(Desk *desk)
{
    wait_for_connection(desk, "For Ada alone");
    desk_advance(desk, 120);
    coex_sim_set_user_id(desk->sim, "ada", "US.70199887766554433221");
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Who is this?"));
    desk_wait_any_feed(desk, COEX_FEED_NOTICE, "ada", "This may be somebody else now*");
    desk_wait_any_feed(desk, COEX_FEED_FAILED, "ada", "For Ada alone");
    desk_wait_notice(desk, NULL, "WhatsApp delivers for this number again*");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Who is this?");
    desk_fence(desk);
    desk_restart(desk);
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, 0);
    desk_say(desk, "ada", "A shop");
    desk_take(desk, "ada", "A shop");
    desk_wait_state(desk, "ada", "delivered*: A shop");
}

/* What was typed long before may have been answered on the phone: it is asked about. */
static void
test_connected_late(Desk *desk)
{
    wait_for_connection(desk, "Long ago");
    desk_advance(desk, 2 * HOUR_S);
    deliver_own(desk, 0, RECONNECTED);
    desk_wait_notice(desk, NULL, "*connected with the API again*");
    desk_wait_any_feed(desk, COEX_FEED_FAILED, "ada", "Long ago");
    desk_say(desk, "ada", "Now");
    desk_take(desk, "ada", "Now");
    desk_wait_state(desk, "ada", "delivered*: Now");
    desk_restart(desk);
    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Long ago");
    desk_take(desk, "ada", "Long ago");
    desk_wait_state(desk, "ada", "delivered*: Long ago");
}

/* What was written since shows that it is connected; and one that names neither a number nor its
 * business account may be another's. */
static void
test_stays_connected(Desk *desk)
{
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello");
    deliver_own(desk, 1000, OFFBOARDED);
    desk_wait_notice(desk, NULL, "*WhatsApp has paused the API*");
    desk_say(desk, "ada", "First");
    desk_take(desk, "ada", "First");
    desk_wait_state(desk, "ada", "delivered*: First");
    deliver(desk, ELSEWHERE, -1, "account_update", "\"event\":\"PARTNER_REMOVED\"");
    desk_wait_notice(desk, NULL, "This number is no longer connected with the API*");
    desk_restart(desk);
    desk_say(desk, "ada", "Second");
    desk_take(desk, "ada", "Second");
    desk_wait_state(desk, "ada", "delivered*: Second");
}

static void
test_a_day_old(Desk *desk)
{
    g_autofree char *call = NULL;

    desk_login(desk);
    deliver_own(desk, 23 * HOUR_S, OFFBOARDED);
    desk_wait_notice(desk, NULL, "WhatsApp has paused the API*");
    deliver(desk, coex_sim_get_waba_id(desk->sim), 50 * HOUR_S, "security",
            "\"event\":\"PIN_CHANGED\"");
    desk_wait_notice(desk, NULL, "Of 20*-*-* *:*, told late: The two-step verification PIN*");
    call = g_strdup_printf("{\"calls\":[{\"id\":\"wacid.1\",\"from\":\"12025550101\",\"event\":"
                           "\"terminate\",\"timestamp\":\"%" G_GINT64_FORMAT "\"}]}",
                           coex_sim_now(desk->sim) - HOUR_S);
    coex_sim_change(desk->sim, "calls", call);
    desk_wait_notice(desk, NULL, "Of 20*-*-* *:*, told late: Missed call from +12025550101*");
}

static void
call(Desk *desk, const char *who)
{
    g_autofree char *value =
        g_strdup_printf("{\"calls\":[{\"id\":\"wacid.%s\",\"from\":\"%s\",\"event\":\"terminate\","
                        "\"timestamp\":\"%" G_GINT64_FORMAT "\"}]}",
                        who, desk_name(who), coex_sim_now(desk->sim));

    coex_sim_change(desk->sim, "calls", value);
}

/* Kept while the user name was wrong. The first of them tells the number's id, which is a reason
 * to look for more: each is told once. */
static void
test_kept_and_once(Desk *desk)
{
    desk->config.number = "447700900199";
    desk_login(desk);
    call(desk, "ada");
    call(desk, "ben");
    desk_wait_notice(desk, NULL, "*+447700900100*+447700900199*");
    g_assert_true(coex_sim_wait_delivered(desk->sim, DESK_PATIENCE_MS));
    desk_logout(desk);
    desk->config.number = desk->number;
    desk_login(desk);
    desk_fence(desk);
    desk_wait_notice(desk, NULL, "Missed call from +12025550101.*");
    desk_wait_notice(desk, NULL, "Missed call from +447700900112.*");
    call(desk, "dana");
    desk_wait_notice(desk, NULL, "Missed call from +493023125017.*");
    desk_restart(desk);
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "Missed call*"), ==, 0);
}

#define KEPT 150 /* more than is read at once */

/* Somebody else of the program received it while this account was off: what comes at the login is
 * shown behind it. */
static void
test_kept_and_in_order(Desk *desk)
{
    g_autoptr(Desk) other = desk_beside(desk, NULL);

    desk_login(desk);
    for (guint i = 0; i < KEPT; i++) {
        g_autofree char *text = g_strdup_printf("Kept %u", i);

        g_free(coex_sim_customer_sends(other->sim, "ada", text));
    }
    g_assert_true(coex_sim_wait_delivered(other->sim, DESK_PATIENCE_MS));
    desk_fence(desk);
    desk_login(other);
    g_free(coex_sim_customer_sends(other->sim, "ada", "The newest"));
    for (guint i = 0; i < KEPT; i++) {
        g_autofree char *text = g_strdup_printf("Kept %u", i);

        desk_wait_feed(other, COEX_FEED_INBOUND, "ada", text);
    }
    desk_wait_feed(other, COEX_FEED_INBOUND, "ada", "The newest");
    desk_restart(other);
    desk_hear(other, "ada", "Newer still");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/account-events/not-connected", test_not_connected);
    desk_add("/account-events/connected-by-proof", test_connected_by_proof);
    desk_add("/account-events/connected-by-another", test_connected_by_another);
    desk_add("/account-events/connected-late", test_connected_late);
    desk_add("/account-events/stays-connected", test_stays_connected);
    desk_add("/account-events/other-waba", test_other_waba);
    desk_add_at(DESK_ONLY_META, "/account-events/two-wabas", test_two_wabas);
    desk_add_at(DESK_ONLY_META, "/account-events/two-numbers", test_two_numbers);
    desk_add("/account-events/two-numbers-off", test_two_numbers_off);
    desk_add_at(DESK_ONLY_META, "/account-events/beside-a-message", test_beside_a_message);
    desk_add("/account-events/overtaken", test_overtaken);
    desk_add("/account-events/a-day-old", test_a_day_old);
    desk_add_at(DESK_ONLY_360DIALOG, "/account-events/kept-and-once", test_kept_and_once);
    desk_add_at(DESK_ONLY_META, "/account-events/kept-and-in-order", test_kept_and_in_order);
    return g_test_run();
}
