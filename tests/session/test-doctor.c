// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"
#include "examined.h"

#include <gio/gio.h>
#include <string.h>

/* ---- all is well ---- */

static void
test_healthy(Desk *desk)
{
    const char *report;

    examined_settle(desk);
    report = examined_run(desk);
    examined_assert_well(desk, report);
    examined_assert_line(desk, report, "ok: *http://*/webhook leads here: *");
    examined_assert_line(desk, report, "ok: A delivery, proved as *");
    examined_assert_line(desk, report,
                         "ok: Webhooks come. Last came: a customer's message at *, one from "
                         "the phone at *, a status at *");
    examined_assert_line(desk, report,
                         "ok: The phone gave its last sign on * (a message written on it)*");
    examined_assert_line(desk, report, "ok: This computer's clock is right.");
    examined_assert_line(desk, report, "ok: The database's disk takes *");
    examined_assert_line(desk, report, "ok: WhatsApp restricts neither *");
    g_assert_cmpuint(examined_count(report, "not checked: "), ==, desk_is_meta(desk) ? 0 : 2);
    if (desk_is_meta(desk)) {
        examined_assert_line(desk, report, "ok: * is reached, and Graph v26.0 is in service.");
        examined_assert_line(desk, report,
                             "ok: The access token is accepted, has both *does not expire.");
        examined_assert_line(desk, report, "ok: The app secret is that of the token's app.");
        examined_assert_line(desk, report, "ok: The number is in the WhatsApp Business app *");
        examined_assert_line(desk, report, "ok: The app is subscribed *");
        examined_assert_line(desk, report, "ok: All webhook fields are subscribed*");
        examined_assert_line(desk, report, "ok: The challenge is answered *");
        examined_assert_line(desk, report, "ok: WhatsApp could deliver the newest 2 webhooks; *");
    }
}

/* What it does leaves nothing: no message, no row, no other registration. */
static void
test_changes_nothing(Desk *desk)
{
    guint n_set, n_sent;

    examined_settle(desk);
    n_set = coex_sim_n_requests(desk->sim, "webhook-set");
    n_sent = coex_sim_n_requests(desk->sim, "messages");
    examined_run(desk);
    examined_run(desk);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "webhook-set"), ==, n_set);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, n_sent);
    desk_fence(desk);
}

static void
test_stopped(Desk *desk)
{
    const DeskEvent *end;

    examined_settle(desk);
    coex_sim_aim(desk->sim, NULL);
    coex_sim_delay_next(desk->sim, 5000);
    coex_session_examine(desk->session, TRUE);
    coex_session_examine(desk->session, FALSE);
    end = desk_wait_examined(desk, "Stopped*");
    g_assert_nonnull(end->detail);
    /* and again, whole */
    examined_assert_line(desk, examined_run(desk), "Nothing wrong was found*");
}

static void
test_logout_meanwhile(Desk *desk)
{
    examined_settle(desk);
    coex_session_examine(desk->session, TRUE);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    examined_assert_line(desk, examined_run(desk), "Nothing wrong was found*");
}

/* ---- the access ---- */

static void
test_wrong_token(Desk *desk)
{
    const char *report;

    examined_settle(desk);
    coex_sim_revoke_token(desk->sim);
    report = examined_run(desk);
    if (desk_is_meta(desk))
        examined_assert_wrong(desk, report, "The access token is not accepted*");
    else
        examined_assert_wrong(desk, report,
                              "The API key is not accepted: create one in the 360dialog hub*");
}

static void
test_expired_token(Desk *desk)
{
    examined_settle(desk);
    coex_sim_expire_token(desk->sim);
    examined_assert_wrong(desk, examined_run(desk), "The access token has expired. *System users*");
}

static void
test_token_ends(Desk *desk)
{
    examined_settle(desk);
    coex_sim_set_token_end(desk->sim, coex_sim_now(desk->sim) + 5 * 86400);
    examined_assert_wrong(desk, examined_run(desk), "The access token ends on 20*");
}

static void
test_missing_permission(Desk *desk)
{
    examined_settle(desk);
    coex_sim_withhold(desk->sim, "whatsapp_business_messaging");
    examined_assert_wrong(
        desk, examined_run(desk),
        "The access token lacks the permission whatsapp_business_messaging: nothing can "
        "be sent.*");
}

static void
test_wrong_number_id(Desk *desk)
{
    examined_go_public(desk);
    desk->config.phone_number_id = "109999999999999";
    desk->session = NULL;
    desk_start(desk);
    desk_wait_failed(desk, COEX_ERROR_INVALID_INPUT, "*");
    desk_logout(desk);
    desk_prepare(desk);
    examined_assert_line(
        desk, examined_run(desk),
        "wrong: There is no number with the phone number id 10…99 for this access token*");
}

static void
test_not_coexistence(Desk *desk)
{
    examined_settle(desk);
    coex_sim_set_coexistence(desk->sim, FALSE);
    examined_assert_wrong(desk, examined_run(desk),
                          "The number does not take part in Coexistence *");
}

/* ---- who is told ---- */

static void
test_not_subscribed(Desk *desk)
{
    examined_settle(desk);
    coex_sim_set_subscribed(desk->sim, FALSE);
    examined_assert_wrong(desk, examined_run(desk),
                          "The app of the access token is not subscribed *");
}

static void
test_echoes_missing(Desk *desk)
{
    examined_settle(desk);
    coex_sim_withhold(desk->sim, "smb_message_echoes");
    examined_assert_wrong(
        desk, examined_run(desk),
        "The webhook field smb_message_echoes is not subscribed, so nothing that is "
        "written on the phone comes. *App dashboard, WhatsApp › Configuration.");
}

static void
test_elsewhere_number(Desk *desk)
{
    examined_settle(desk);
    coex_sim_override_webhook(desk->sim, TRUE, "https://crm.example/hook?key=SECRETKEY");
    examined_assert_wrong(
        desk, examined_run(desk),
        "Webhooks are delivered to https://crm.example/hook?…, which is set at the "
        "number, and not to *");
}

static void
test_elsewhere_waba(Desk *desk)
{
    examined_settle(desk);
    coex_sim_override_webhook(desk->sim, TRUE, NULL);
    coex_sim_override_webhook(desk->sim, FALSE, "https://crm.example/hook");
    examined_assert_wrong(desk, examined_run(desk),
                          "*https://crm.example/hook, which is set at the WhatsApp *");
}

/* At 360dialog where the number has none of its own. */
static void
test_elsewhere_account(Desk *desk)
{
    examined_settle(desk);
    coex_sim_set_webhook(desk->sim, NULL);
    coex_sim_override_webhook(desk->sim, FALSE, "https://crm.example/hook");
    examined_assert_wrong(desk, examined_run(desk),
                          "*https://crm.example/hook, which is set at the WhatsApp account, *");
    coex_sim_override_webhook(desk->sim, FALSE, NULL);
    examined_assert_wrong(desk, examined_run(desk),
                          "360dialog has no address to deliver webhooks to. *");
}

static void
test_elsewhere_app(Desk *desk)
{
    examined_settle(desk);
    coex_sim_override_webhook(desk->sim, TRUE, NULL);
    coex_sim_set_webhook(desk->sim, "https://crm.example/hook");
    examined_assert_wrong(desk, examined_run(desk),
                          "*https://crm.example/hook, which is set at the *");
}

static void
test_other_secret(Desk *desk)
{
    examined_settle(desk);
    coex_sim_set_webhook_headers(desk->sim, "{\"X-Coex-Secret\":\"another\"}");
    examined_assert_wrong(
        desk, examined_run(desk),
        "Webhooks are delivered to *, but with another secret than the account's*");
}

/* ---- a provider that cannot be trusted ---- */

static void
test_unreachable(Desk *desk)
{
    const char *report;

    examined_settle(desk);
    coex_sim_set_down(desk->sim, TRUE);
    report = examined_run(desk);
    examined_assert_wrong(desk, report, "Could not reach 127.0.0.1: connection refused*");
    examined_assert_line(desk, report,
                         "not checked: Access, number, subscriptions and the registered address*");
    examined_assert_line(desk, report, "ok: *http://*/webhook leads here: *");
    coex_sim_set_down(desk->sim, FALSE);
}

/* Whatever it says, each of the own checks comes to its end, in lines that can be shown. */
static void
test_nonsense(Desk *desk)
{
    static const char *const at_meta[] = { "me",          "token",   "number",
                                           "webhook-get", "history", "fields" };
    static const char *const at_360dialog[] = { "health", "webhook-get" };
    const char *const *calls = desk_is_meta(desk) ? at_meta : at_360dialog;
    guint n_calls = desk_is_meta(desk) ? G_N_ELEMENTS(at_meta) : G_N_ELEMENTS(at_360dialog);
    static const char *const bodies[] = {
        "",
        "[]",
        "{}",
        "<html>Log in</html>",
        "{\"data\":7,\"health_status\":[]}",
        "{\"data\":[7,null,[],{\"events\":{\"data\":[7,{\"webhook_update_state\":\"FAILED\","
        "\"error_description\":\"a\\u0000b\\u202ec\\nwrong: d\",\"timestamp\":-1}]},"
        "\"object\":\"whatsapp_business_account\",\"fields\":[7,{}]}],"
        "\"webhook_configuration\":{\"phone_number\":7},\"url\":{},\"headers\":7,"
        "\"health_status\":{\"can_send_message\":{},\"entities\":[{\"errors\":[{}]}]}}"
    };

    examined_settle(desk);
    for (guint i = 0; i < n_calls; i++) {
        for (guint j = 0; j < G_N_ELEMENTS(bodies); j++) {
            const char *report;

            coex_sim_aim(desk->sim, calls[i]);
            coex_sim_fail_next_http(desk->sim, j % 2 == 0 ? 200 : 400, bodies[j]);
            report = examined_run(desk);
            examined_assert_line(desk, report, "ok: A delivery, proved as *");
            examined_assert_line(desk, report, "ok: The phone gave *");
            g_assert_true(g_utf8_validate(report, -1, NULL));
            g_assert_null(strstr(report, "\nwrong: d"));
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/doctor/healthy", test_healthy);
    desk_add("/doctor/changes-nothing", test_changes_nothing);
    desk_add("/doctor/stopped", test_stopped);
    desk_add("/doctor/logout-meanwhile", test_logout_meanwhile);
    desk_add("/doctor/wrong-token", test_wrong_token);
    desk_add_at(DESK_ONLY_META, "/doctor/expired-token", test_expired_token);
    desk_add_at(DESK_ONLY_META, "/doctor/token-ends", test_token_ends);
    desk_add_at(DESK_ONLY_META, "/doctor/missing-permission", test_missing_permission);
    desk_add_at(DESK_ONLY_META, "/doctor/wrong-number-id", test_wrong_number_id);
    desk_add_at(DESK_ONLY_META, "/doctor/not-coexistence", test_not_coexistence);
    desk_add_at(DESK_ONLY_META, "/doctor/not-subscribed", test_not_subscribed);
    desk_add_at(DESK_ONLY_META, "/doctor/echoes-missing", test_echoes_missing);
    desk_add_at(DESK_ONLY_META, "/doctor/elsewhere-number", test_elsewhere_number);
    desk_add_at(DESK_ONLY_META, "/doctor/elsewhere-waba", test_elsewhere_waba);
    desk_add_at(DESK_ONLY_360DIALOG, "/doctor/elsewhere-account", test_elsewhere_account);
    desk_add("/doctor/elsewhere-app", test_elsewhere_app);
    desk_add_at(DESK_ONLY_360DIALOG, "/doctor/other-secret", test_other_secret);
    desk_add("/doctor/unreachable", test_unreachable);
    desk_add("/doctor/nonsense", test_nonsense);
    return g_test_run();
}
