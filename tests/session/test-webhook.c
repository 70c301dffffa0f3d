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
    coex_session_register_webhook(desk->session);
    desk_wait_notice(desk, NULL, "Webhooks are registered to come to *");
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
    desk_wait_notice(desk, NULL, "*public-url*");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "webhook-set"), ==, 0);
}

static void
test_fails(Desk *desk)
{
    go_public(desk);
    coex_sim_aim(desk->sim, "webhook-set");
    coex_sim_fail_next(desk->sim, 131016);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "The webhook *could not be registered*public-url*");
    coex_session_register_webhook(desk->session);
    desk_wait_notice(desk, NULL, "Webhooks are registered*");
    desk_hear(desk, "ada", "Found you");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/webhook/registers", test_registers);
    desk_add("/webhook/invents-secrets", test_invents_secrets);
    desk_add_at(DESK_ONLY_360DIALOG, "/webhook/new-secret", test_new_secret);
    desk_add("/webhook/taken-yes", test_taken_yes);
    desk_add("/webhook/taken-no", test_taken_no);
    desk_add("/webhook/by-hand-without-url", test_by_hand_without_url);
    desk_add("/webhook/fails", test_fails);
    return g_test_run();
}
