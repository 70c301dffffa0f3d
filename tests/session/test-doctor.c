// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <gio/gio.h>
#include <string.h>

/* The address the desk listens at, given as public-url and registered. */
static void
go_public(Desk *desk)
{
    g_autofree char *url = g_strconcat("http://", desk->listen, "/webhook", NULL);

    desk->config.public_url = g_intern_string(url);
}

/* Online, heard from, and the phone has been used. */
static void
settle(Desk *desk)
{
    go_public(desk);
    desk_login(desk);
    desk_ignore(desk, "Webhooks are registered*");
    desk_hear(desk, "ada", "Hello");
    g_free(coex_sim_phone_sends(desk->sim, "ada", "From the phone"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "From the phone");
    desk_say(desk, "ada", "Hello, too");
    desk_take(desk, "ada", "Hello, too");
    desk_wait_state(desk, "ada", "*delivered*");
    desk_wait_catalogue(desk);
}

/* Runs it to the end; all its lines. */
static const char *
examine(Desk *desk)
{
    const DeskEvent *end;

    coex_session_examine(desk->session, TRUE);
    end = desk_wait_examined(desk, "This was checked for +*…*");
    g_assert_nonnull(end->detail);
    return end->detail;
}

static guint
count(const char *report, const char *mark)
{
    guint n = 0;

    for (const char *p = report; (p = strstr(p, mark)) != NULL; p++)
        n += p == report || p[-1] == '\n';
    return n;
}

/* One line of @report must match. */
static void
assert_line(const Desk *desk, const char *report, const char *glob)
{
    g_auto(GStrv) lines = g_strsplit(report, "\n", -1);

    for (guint i = 0; lines[i] != NULL; i++)
        if (g_pattern_match_simple(glob, lines[i]))
            return;
    desk_fail(desk, "no line of the report is \"%s\":\n%s", glob, report);
}

/* Exactly this is wrong, and nothing else. */
static void
assert_wrong(const Desk *desk, const char *report, const char *glob)
{
    g_autofree char *whole = g_strconcat("wrong: ", glob, NULL);

    assert_line(desk, report, whole);
    if (count(report, "wrong: ") != 1)
        desk_fail(desk, "more is told as wrong than \"%s\":\n%s", glob, report);
}

/* What may be shown to anybody. */
static void
assert_public(const Desk *desk, const char *report)
{
    const char *const secrets[] = { desk->config.key,
                                    desk->config.app_secret,
                                    desk->config.verify_token,
                                    desk->config.number,
                                    coex_sim_get_phone_number_id(desk->sim),
                                    coex_sim_get_waba_id(desk->sim) };

    for (guint i = 0; i < G_N_ELEMENTS(secrets); i++)
        if (secrets[i] != NULL)
            g_assert_null(strstr(report, secrets[i]));
    if (desk->config.webhook_header != NULL)
        g_assert_null(strstr(report, strchr(desk->config.webhook_header, ':') + 2));
}

/* ---- all is well ---- */

static void
test_healthy(Desk *desk)
{
    const char *report;

    settle(desk);
    report = examine(desk);
    if (count(report, "wrong: ") != 0)
        desk_fail(desk, "a false alarm:\n%s", report);
    assert_public(desk, report);
    assert_line(desk, report, "ok: *http://*/webhook leads here: *");
    assert_line(desk, report, "ok: A delivery, proved as *");
    assert_line(desk, report,
                "ok: Webhooks come. Last came: a customer's message at *, one from "
                "the phone at *, a status at *");
    assert_line(desk, report, "ok: The phone gave its last sign on * (a message written on it)*");
    assert_line(desk, report, "ok: This computer's clock is right.");
    assert_line(desk, report, "ok: The database's disk takes *");
    assert_line(desk, report, "ok: WhatsApp restricts neither *");
    g_assert_cmpuint(count(report, "not checked: "), ==, desk_is_meta(desk) ? 0 : 2);
    if (desk_is_meta(desk)) {
        assert_line(desk, report, "ok: * is reached, and Graph v26.0 is in service.");
        assert_line(desk, report, "ok: The access token is accepted, has both *does not expire.");
        assert_line(desk, report, "ok: The app secret is that of the token's app.");
        assert_line(desk, report, "ok: The number is in the WhatsApp Business app *");
        assert_line(desk, report, "ok: The app is subscribed *");
        assert_line(desk, report, "ok: All webhook fields are subscribed*");
        assert_line(desk, report, "ok: The challenge is answered *");
        assert_line(desk, report, "ok: WhatsApp could deliver the newest 2 webhooks; *");
    }
}

/* What it does leaves nothing: no message, no row, no other registration. */
static void
test_changes_nothing(Desk *desk)
{
    guint n_set, n_sent;

    settle(desk);
    n_set = coex_sim_n_requests(desk->sim, "webhook-set");
    n_sent = coex_sim_n_requests(desk->sim, "messages");
    examine(desk);
    examine(desk);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "webhook-set"), ==, n_set);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, n_sent);
    desk_fence(desk);
}

static void
test_stopped(Desk *desk)
{
    const DeskEvent *end;

    settle(desk);
    coex_sim_aim(desk->sim, NULL);
    coex_sim_delay_next(desk->sim, 5000);
    coex_session_examine(desk->session, TRUE);
    coex_session_examine(desk->session, FALSE);
    end = desk_wait_examined(desk, "Stopped*");
    g_assert_nonnull(end->detail);
    /* and again, whole */
    assert_line(desk, examine(desk), "Nothing wrong was found*");
}

static void
test_logout_meanwhile(Desk *desk)
{
    settle(desk);
    coex_session_examine(desk->session, TRUE);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    assert_line(desk, examine(desk), "Nothing wrong was found*");
}

/* ---- the access ---- */

static void
test_wrong_token(Desk *desk)
{
    const char *report;

    settle(desk);
    coex_sim_revoke_token(desk->sim);
    report = examine(desk);
    if (desk_is_meta(desk))
        assert_wrong(desk, report, "The access token is not accepted*");
    else
        assert_wrong(desk, report, "The API key is not accepted: create one in the 360dialog hub*");
    assert_public(desk, report);
}

static void
test_expired_token(Desk *desk)
{
    settle(desk);
    coex_sim_expire_token(desk->sim);
    assert_wrong(desk, examine(desk), "The access token has expired: *System users*");
}

static void
test_token_ends(Desk *desk)
{
    settle(desk);
    coex_sim_set_token_end(desk->sim, coex_sim_now(desk->sim) + 5 * 86400);
    assert_wrong(desk, examine(desk), "The access token ends on 20*");
}

static void
test_missing_permission(Desk *desk)
{
    settle(desk);
    coex_sim_withhold(desk->sim, "whatsapp_business_messaging");
    assert_wrong(desk, examine(desk),
                 "The access token lacks the permission whatsapp_business_messaging: nothing can "
                 "be sent.*");
}

static void
test_wrong_number_id(Desk *desk)
{
    go_public(desk);
    desk->config.phone_number_id = "109999999999999";
    desk->session = NULL;
    desk_start(desk);
    desk_wait_failed(desk, COEX_ERROR_INVALID_INPUT, "*");
    desk_logout(desk);
    desk_prepare(desk);
    assert_line(desk, examine(desk),
                "wrong: There is no number with the phone number id 10…99 for this access token*");
}

static void
test_not_coexistence(Desk *desk)
{
    settle(desk);
    coex_sim_set_coexistence(desk->sim, FALSE);
    assert_wrong(desk, examine(desk), "The number does not take part in Coexistence *");
}

/* ---- who is told ---- */

static void
test_not_subscribed(Desk *desk)
{
    settle(desk);
    coex_sim_set_subscribed(desk->sim, FALSE);
    assert_wrong(desk, examine(desk), "The app of the access token is not subscribed *");
}

static void
test_echoes_missing(Desk *desk)
{
    settle(desk);
    coex_sim_withhold(desk->sim, "smb_message_echoes");
    assert_wrong(desk, examine(desk),
                 "The webhook field smb_message_echoes is not subscribed, so nothing that is "
                 "written on the phone comes: *App dashboard, WhatsApp › Configuration.");
}

static void
test_elsewhere_number(Desk *desk)
{
    settle(desk);
    coex_sim_override_webhook(desk->sim, TRUE, "https://crm.example/hook?key=SECRETKEY");
    assert_wrong(desk, examine(desk),
                 "Webhooks are delivered to https://crm.example/hook?…, which is set at the "
                 "number, and not to *");
}

static void
test_elsewhere_waba(Desk *desk)
{
    settle(desk);
    coex_sim_override_webhook(desk->sim, TRUE, NULL);
    coex_sim_override_webhook(desk->sim, FALSE, "https://crm.example/hook");
    assert_wrong(desk, examine(desk), "*https://crm.example/hook, which is set at the WhatsApp *");
}

static void
test_elsewhere_app(Desk *desk)
{
    settle(desk);
    coex_sim_override_webhook(desk->sim, TRUE, NULL);
    coex_sim_set_webhook(desk->sim, "https://crm.example/hook");
    assert_wrong(desk, examine(desk), "*https://crm.example/hook, which is set at the *");
}

static void
test_other_secret(Desk *desk)
{
    settle(desk);
    coex_sim_set_webhook_headers(desk->sim, "{\"X-Coex-Secret\":\"another\"}");
    assert_wrong(desk, examine(desk),
                 "Webhooks are delivered to *, but with another secret than the account's*");
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
    desk_add("/doctor/elsewhere-app", test_elsewhere_app);
    desk_add_at(DESK_ONLY_360DIALOG, "/doctor/other-secret", test_other_secret);
    return g_test_run();
}
