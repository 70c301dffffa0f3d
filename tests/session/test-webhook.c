// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <string.h>

/* The address the desk listens at, given as public-url. */
static void
listen_at(Desk *desk, const char *path)
{
    g_autofree char *url = g_strconcat("http://", desk->listen, path, NULL);

    desk->config.webhook_path = path;
    desk->config.public_url = g_intern_string(url);
}

static void
go_public(Desk *desk)
{
    coex_sim_set_webhook(desk->sim, NULL);
    listen_at(desk, "/webhook");
}

static void
assert_webhook(Desk *desk, const char *url)
{
    g_autofree char *now = coex_sim_dup_webhook(desk->sim);

    g_assert_cmpstr(now, ==, url);
}

/* Another address is registered for this very number. */
static const char *
register_theirs(Desk *desk)
{
    const char *theirs;

    coex_sim_set_webhook(desk->sim, NULL);
    listen_at(desk, "/elsewhere");
    theirs = desk->config.public_url;
    desk_login(desk);
    desk_wait_notice(desk, NULL, "Webhooks are registered*");
    desk_logout(desk);
    listen_at(desk, "/webhook");
    return theirs;
}

static void
test_registers(Desk *desk)
{
    go_public(desk);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "Webhooks are registered to come to http://127.0.0.1:*");
    assert_webhook(desk, desk->config.public_url);
    desk_hear(desk, "ada", "Found you");
    /* once is enough */
    desk_logout(desk);
    desk_login(desk);
    desk_fence(desk);
    desk_wait_requests(desk, desk_is_meta(desk) ? "number" : "webhook-get", 2);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "webhook-set"), ==, 1);
    /* by hand it is done again, whatever is there */
    coex_session_register_webhook(desk->session);
    desk_wait_notice(desk, NULL, "Webhooks are registered to come to *");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "webhook-set"), ==, 2);
    desk_hear(desk, "ada", "Still there");
}

/* The secrets are of our own making, kept, and told to the provider. */
static void
test_invents_secrets(Desk *desk)
{
    go_public(desk);
    desk->config.verify_token = NULL;
    desk->config.webhook_header = NULL;
    desk_login(desk);
    desk_wait_notice(desk, NULL, "Webhooks are registered*");
    desk_hear(desk, "ada", "Found you");
    desk_restart(desk);
    desk_hear(desk, "ada", "And again");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "webhook-set"), ==, 1);
}

/* Another secret in the options must reach the provider, or nothing comes any more. */
static void
test_new_secret(Desk *desk)
{
    go_public(desk);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "Webhooks are registered*");
    desk_logout(desk);
    desk->config.webhook_header = "X-Coex-Secret: quite-another-one";
    desk_login(desk);
    desk_wait_notice(desk, NULL, "Webhooks are registered*");
    desk_hear(desk, "ada", "Found you");
}

/* Somebody else registers another secret with the very same address. */
static void
rob(Desk *desk, const char *value)
{
    g_autofree char *headers =
        value != NULL ? g_strdup_printf("{\"X-Coex-Secret\":\"%s\"}", value) : g_strdup("{}");

    coex_sim_set_webhook_headers(desk->sim, headers);
}

static void
go_public_alone(Desk *desk)
{
    go_public(desk);
    desk->config.webhook_header = NULL;
    desk_login(desk);
    desk_wait_notice(desk, NULL, "Webhooks are registered*");
    desk_hear(desk, "ada", "Found you");
}

/* A delivery is turned away at our own address: the account looks whose secret it has, asks, and a
 * yes cures it. */
static void
test_robbed_online(Desk *desk)
{
    go_public_alone(desk);
    rob(desk, "another-profile's");
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Are you deaf?"));
    desk_wait_ask(desk, desk->config.public_url);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "webhook-set"), ==, 1);
    coex_session_answer_webhook(desk->session, desk->config.public_url, TRUE);
    desk_wait_notice(desk, NULL, "Webhooks are registered*");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Are you deaf?");
    desk_restart(desk);
    desk_hear(desk, "ada", "Good");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "webhook-set"), ==, 2);
}

/* The same while nobody was there; a no is kept, for that secret only, and the menu asks again. */
static void
test_robbed_offline(Desk *desk)
{
    go_public_alone(desk);
    desk_wait_catalogue(desk);
    desk_logout(desk);
    rob(desk, "another-profile's");
    desk_login(desk);
    desk_wait_ask(desk, desk->config.public_url);
    coex_session_answer_webhook(desk->session, desk->config.public_url, FALSE);
    desk_wait_catalogue(desk);
    desk_wait_catalogue(desk);
    desk_restart(desk);
    desk_wait_requests(desk, "webhook-get", 3);
    desk_wait_catalogue(desk);
    desk_wait_catalogue(desk);
    g_assert_cmpuint(desk_count(desk, DESK_ASK, NULL, "*"), ==, 0);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Are you deaf?"));
    desk_wait_notice(desk, NULL,
                     "A webhook was refused (401): its secret is not that which this account made "
                     "for itself.*not with this account's secret. Choose “Register webhook "
                     "again” in the account's menu*");
    coex_session_register_webhook(desk->session);
    desk_wait_ask(desk, desk->config.public_url);
    coex_session_answer_webhook(desk->session, desk->config.public_url, TRUE);
    desk_wait_notice(desk, NULL, "Webhooks are registered*");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Are you deaf?");
    desk_logout(desk);
    rob(desk, "a-third-one's");
    desk_login(desk);
    desk_wait_ask(desk, desk->config.public_url);
}

/* Without any secret nobody loses something. */
static void
test_header_lost(Desk *desk)
{
    go_public_alone(desk);
    desk_logout(desk);
    rob(desk, NULL);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "Webhooks are registered*");
    desk_hear(desk, "ada", "Found you");
}

static void
test_stranger(Desk *desk)
{
    g_autoptr(GBytes) body = coex_sim_render_text(desk->sim, "ada", "I am not Ada");

    go_public_alone(desk);
    g_assert_cmpuint(coex_sim_deliver_raw(desk->sim, body, COEX_SIM_SIGN_WRONG), ==, 401);
    desk_wait_notice(desk, NULL, "A webhook was refused (401)*right one now: it was a stranger's*");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "webhook-set"), ==, 1);
}

/* A second profile with a database of its own, and a secret of its own making. */
static void
test_second_profile(Desk *desk)
{
    g_autofree char *dir = g_path_get_dirname(desk->config.database);
    const char *database = desk->config.database;
    g_autofree char *second = g_build_filename(dir, "second.db", NULL);

    go_public_alone(desk);
    desk_logout(desk);
    desk->config.database = second;
    desk_login(desk);
    desk_wait_ask(desk, desk->config.public_url);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "webhook-set"), ==, 1);
    desk_logout(desk);
    desk->config.database = database;
    desk_login(desk);
    desk_hear(desk, "ada", "Still yours");
}

/* The secret of a mistyped number is that of the right one. */
static void
test_number_corrected(Desk *desk)
{
    const char *number = desk->config.number;

    desk->config.number = "447700900101";
    go_public(desk);
    desk->config.webhook_header = NULL;
    desk_login(desk);
    desk_wait_notice(desk, NULL, "Webhooks are registered*");
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Anybody?"));
    desk_wait_notice(desk, NULL, "A webhook for the number +447700900100 came here*user name*");
    desk_logout(desk);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Hello?"));
    desk->config.number = number;
    desk_login(desk);
    desk_wait_notice(desk, NULL, "Webhooks are registered*");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Anybody?");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Hello?");
    desk_send(desk, "ada", "Here");
    coex_sim_request_free(desk_wait_sent(desk, "ada", "Here"));
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "Here");
    desk_restart(desk);
    desk_hear(desk, "ada", "Good");
}

static void
test_taken_yes(Desk *desk)
{
    const char *theirs = register_theirs(desk);
    const DeskEvent *ask;

    desk_login(desk);
    ask = desk_wait_ask(desk, theirs);
    g_assert_cmpstr(ask->detail, ==, desk->config.public_url);
    assert_webhook(desk, theirs);
    coex_session_answer_webhook(desk->session, theirs, TRUE);
    desk_wait_notice(desk, NULL, "Webhooks are registered*");
    assert_webhook(desk, desk->config.public_url);
    desk_hear(desk, "ada", "Found you");
}

static void
test_taken_no(Desk *desk)
{
    const char *theirs = register_theirs(desk);

    desk_login(desk);
    desk_wait_ask(desk, theirs);
    coex_session_answer_webhook(desk->session, theirs, FALSE);
    desk_wait_catalogue(desk);
    desk_logout(desk);
    /* remembered */
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_wait_catalogue(desk);
    desk_run_ms(desk, 100);
    g_assert_cmpuint(desk_count(desk, DESK_ASK, NULL, "*"), ==, 0);
    /* until asked for by hand */
    coex_session_register_webhook(desk->session);
    desk_wait_ask(desk, theirs);
    coex_session_answer_webhook(desk->session, theirs, TRUE);
    desk_wait_notice(desk, NULL, "Webhooks are registered*");
    assert_webhook(desk, desk->config.public_url);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "webhook-set"), ==, 2);
}

static void
test_by_hand_without_url(Desk *desk)
{
    desk_login(desk);
    coex_session_register_webhook(desk->session);
    desk_wait_notice(desk, NULL, "Fill in the account's option public-url *");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "webhook-set"), ==, 0);
}

/* What no provider delivers to is said at the login, and by hand, and not registered. */
static void
test_without_https(Desk *desk)
{
    static const char *const wrong[] = { "http://shop.example/webhook", "shop.example/webhook",
                                         "https:///webhook" };

    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *line =
            g_strdup_printf("Option public-url: * https://, and not to “%s”*", wrong[i]);

        desk->config.public_url = wrong[i];
        desk_login(desk);
        desk_wait_notice(desk, NULL, line);
        coex_session_register_webhook(desk->session);
        desk_wait_notice(desk, NULL, line);
        desk_hear(desk, "ada", wrong[i]);
        desk_wait_catalogue(desk);
        desk_logout(desk);
    }
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "webhook-set"), ==, 0);
}

static void
deliver_as_proxy(Desk *desk)
{
    g_autofree char *url = g_strconcat("http://", desk->listen, "/webhook", NULL);
    g_autoptr(GBytes) body = coex_sim_render_text(desk->sim, "ada", "Through a proxy");

    g_assert_cmpuint(coex_sim_deliver_raw_to(desk->sim, "POST", url, body, COEX_SIM_SIGN_GOOD), ==,
                     200);
}

/* An address that leads to another path than ours is said at each login, until a webhook shows that
 * something in between puts it right. */
static void
test_another_path(Desk *desk)
{
    const char *line = "Option public-url: its path is /hooks/coex, but webhooks are awaited at "
                       "/webhook*";

    listen_at(desk, "/hooks/coex");
    desk->config.webhook_path = "/webhook";
    desk_ignore(desk, "The webhook * could not be registered*");
    desk_ignore(desk, "Webhooks are registered*");
    desk->strict &= ~(1u << DESK_ASK);
    for (guint i = 0; i < 2; i++) {
        desk_login(desk);
        desk_wait_notice(desk, NULL, line);
        desk_wait_catalogue(desk);
        /* and nobody is told to wait for a message there */
        g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "*ready for its first message*"), ==,
                         0);
        desk_logout(desk);
    }
    desk_login(desk);
    desk_wait_notice(desk, NULL, line);
    deliver_as_proxy(desk);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Through a proxy");
    desk_wait_catalogue(desk);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    desk_logout(desk);
    /* another one is doubted anew */
    listen_at(desk, "/hooks/");
    desk->config.webhook_path = "/webhook";
    desk_login(desk);
    desk_wait_notice(desk, NULL, "Option public-url: its path is /hooks/, *");
}

static void
test_fails(Desk *desk)
{
    go_public(desk);
    coex_sim_aim(desk->sim, "webhook-set");
    coex_sim_fail_next(desk->sim, 131016);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "The webhook *could not be registered*Try again in a moment*");
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "*Check the option public-url*"), ==, 0);
    coex_session_register_webhook(desk->session);
    desk_wait_notice(desk, NULL, "Webhooks are registered*");
    desk_hear(desk, "ada", "Found you");
}

/* Everything that was told, in all its parts. */
static void
assert_untold(Desk *desk, const char *secret)
{
    for (guint i = 0; i < desk->events->len; i++) {
        const DeskEvent *event = g_ptr_array_index(desk->events, i);

        g_assert_null(event->text != NULL ? strstr(event->text, secret) : NULL);
        g_assert_null(event->detail != NULL ? strstr(event->detail, secret) : NULL);
    }
}

/* An answer that quotes what it refuses. */
static void
test_quoted_secrets(Desk *desk)
{
    const char *secrets[] = { "my/secret+of-mine", "my-verify-token", coex_sim_get_key(desk->sim) };
    g_autofree char *quote = g_strdup_printf(
        "{\"error\":{\"message\":\"Refused: my\\/secret+of-mine, %s, %s\",\"code\":131009}}",
        secrets[1], secrets[2]);

    go_public(desk);
    desk->config.webhook_header = "X-Secret: my/secret+of-mine";
    desk->config.verify_token = "my-verify-token";
    coex_sim_aim(desk->sim, "webhook-set");
    coex_sim_fail_next_http(desk->sim, 400, quote);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "The webhook *could not be registered*Refused: ****");
    coex_session_register_webhook(desk->session);
    desk_wait_notice(desk, NULL, "Webhooks are registered*");
    desk_hear(desk, "ada", "Hello");
    coex_sim_aim(desk->sim, "messages");
    coex_sim_fail_next_http(desk->sim, 400, quote);
    desk_send(desk, "ada", "The word my-verify-token is mine");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "The word my-verify-token is mine");
    g_assert_nonnull(strstr(
        desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "The word my-verify-token is mine")->detail,
        "***"));
    assert_untold(desk, secrets[0]);
    assert_untold(desk, secrets[2]);
    desk_wait_catalogue(desk);
    coex_sim_aim(desk->sim, "templates");
    coex_sim_fail_next_http(desk->sim, 400, quote);
    coex_session_refresh_templates(desk->session);
    desk_wait_catalogue(desk);
    desk_logout(desk);
    coex_sim_aim(desk->sim, desk_is_meta(desk) ? "number" : "health");
    coex_sim_fail_next_http(desk->sim, 400, quote);
    desk_start(desk);
    desk_wait_failed(desk, COEX_ERROR_INVALID_INPUT, "*Refused: ****");
    for (guint i = 0; i < G_N_ELEMENTS(secrets); i++)
        assert_untold(desk, secrets[i]);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/webhook/registers", test_registers);
    desk_add("/webhook/invents-secrets", test_invents_secrets);
    desk_add_at(DESK_ONLY_360DIALOG, "/webhook/new-secret", test_new_secret);
    desk_add_at(DESK_ONLY_360DIALOG, "/webhook/robbed-online", test_robbed_online);
    desk_add_at(DESK_ONLY_360DIALOG, "/webhook/robbed-offline", test_robbed_offline);
    desk_add_at(DESK_ONLY_360DIALOG, "/webhook/header-lost", test_header_lost);
    desk_add_at(DESK_ONLY_360DIALOG, "/webhook/stranger", test_stranger);
    desk_add_at(DESK_ONLY_360DIALOG, "/webhook/second-profile", test_second_profile);
    desk_add_at(DESK_ONLY_360DIALOG, "/webhook/number-corrected", test_number_corrected);
    desk_add("/webhook/quoted-secrets", test_quoted_secrets);
    desk_add("/webhook/taken-yes", test_taken_yes);
    desk_add("/webhook/taken-no", test_taken_no);
    desk_add("/webhook/by-hand-without-url", test_by_hand_without_url);
    desk_add("/webhook/without-https", test_without_https);
    desk_add("/webhook/another-path", test_another_path);
    desk_add("/webhook/fails", test_fails);
    return g_test_run();
}
