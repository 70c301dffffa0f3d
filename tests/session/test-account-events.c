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
    deliver_own(desk, 901, OFFBOARDED);
    desk_wait_notice(desk, NULL, "Of *, told late and not the newest any more: *paused the API*");
    deliver_own(desk, 10, OFFBOARDED);
    desk_wait_notice(desk, NULL, "WhatsApp has paused the API*");
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
                           "\"connect\",\"timestamp\":\"%" G_GINT64_FORMAT "\"}]}",
                           coex_sim_now(desk->sim) - HOUR_S);
    coex_sim_change(desk->sim, "calls", call);
    desk_wait_notice(desk, NULL, "Of 20*-*-* *:*, told late: +12025550101 is calling*");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/account-events/other-waba", test_other_waba);
    desk_add_at(DESK_ONLY_META, "/account-events/two-wabas", test_two_wabas);
    desk_add_at(DESK_ONLY_META, "/account-events/two-numbers", test_two_numbers);
    desk_add("/account-events/overtaken", test_overtaken);
    desk_add("/account-events/a-day-old", test_a_day_old);
    return g_test_run();
}
