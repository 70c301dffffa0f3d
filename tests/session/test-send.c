// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <string.h>

#define HOUR_S (60 * 60)

/* Logged in, and these may be written to. */
static void
open_shop(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
    desk_hear(desk, "ben", "Hello");
}

static void
test_digits(Desk *desk)
{
    g_autoptr(CoexSimRequest) request = NULL;

    open_shop(desk);
    desk_say(desk, "ada", "Good morning");
    request = desk_wait_sent(desk, "ada", "Good morning");
    g_assert_cmpstr(request->to, ==, "+12025550101");
    g_assert_cmpstr(request->type, ==, "text");
    g_assert_cmpuint(strlen(request->callback_data), ==, 36);
}

static void
test_markup(Desk *desk)
{
    open_shop(desk);
    desk_send(desk, "ada", "<b>Yes</b> &amp; <i>no</i><br>maybe");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "*Yes* & _no_\nmaybe");
    desk_take(desk, "ada", "*Yes* & _no_\nmaybe");
}

static void
test_refused_at_once(Desk *desk)
{
    g_autoptr(GError) error = NULL;

    open_shop(desk);
    g_assert_false(coex_session_send(desk->session, desk_name("ada"), " <br> ", &error));
    g_assert_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT);
    g_clear_error(&error);
    g_assert_false(coex_session_send(desk->session, "../etc", "Hello", &error));
    g_assert_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT);
}

static void
test_long(Desk *desk)
{
    g_autoptr(GString) text = g_string_new(NULL);
    guint n = 0;

    open_shop(desk);
    while (text->len < 9000)
        g_string_append_printf(text, "Sentence number %u. ", n++);
    desk_send(desk, "ada", text->str);
    for (guint i = 0; i < 3; i++) {
        const DeskEvent *part = desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "*");

        g_assert_cmpuint(g_utf8_strlen(part->text, -1), <=, 4096);
        desk_take(desk, "ada", part->text);
    }
}

static void
test_order(Desk *desk)
{
    open_shop(desk);
    for (guint i = 0; i < 20; i++) {
        g_autofree char *text = g_strdup_printf("Line %u", i);

        desk_send(desk, "ada", text);
    }
    for (guint i = 0; i < 20; i++) {
        g_autofree char *text = g_strdup_printf("Line %u", i);

        desk_wait_feed(desk, COEX_FEED_TYPED, "ada", text);
        desk_take(desk, "ada", text);
    }
}

/* The simulated number complains about more than 20 in a second. */
static void
test_pace(Desk *desk)
{
    open_shop(desk);
    desk->strict &= ~(1u << DESK_FEED);
    for (guint i = 0; i < 40; i++) {
        g_autofree char *text = g_strdup_printf("Line %u", i);

        desk_send(desk, i % 2 == 0 ? "ada" : "ben", text);
    }
    desk_wait_requests(desk, "messages", 40);
}

static void
test_rate_limited(Desk *desk)
{
    open_shop(desk);
    coex_sim_fail_next(desk->sim, 130429);
    desk_say(desk, "ada", "Slowly");
    desk_say(desk, "ada", "And this");
    desk_take(desk, "ada", "Slowly");
    desk_take(desk, "ada", "And this");
    coex_sim_fail_next(desk->sim, 131056);
    desk_say(desk, "ada", "Pair");
    desk_wait_requests(desk, "messages", 4);
    desk_say(desk, "ben", "Others go on");
    desk_take(desk, "ben", "Others go on");
    desk_take(desk, "ada", "Pair");
    coex_sim_fail_next_http(desk->sim, 429, "");
    desk_say(desk, "ben", "Proxy");
    desk_take(desk, "ben", "Proxy");
}

/* What befell one would befall the next: one at a time tries whether it is over. */
static void
test_all_limited(Desk *desk)
{
    open_shop(desk);
    coex_sim_fail_next(desk->sim, 130429);
    coex_sim_fail_next(desk->sim, 130429);
    desk_say(desk, "ada", "First");
    desk_wait_requests(desk, "messages", 1);
    desk_say(desk, "ben", "Second");
    desk_run_ms(desk, 600);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, 1);
    g_assert_true(coex_sim_wait_n_sent(desk->sim, "ada", 1, DESK_PATIENCE_MS));
    g_assert_true(coex_sim_wait_n_sent(desk->sim, "ben", 1, DESK_PATIENCE_MS));
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, 4);
}

static void
test_undeliverable(Desk *desk)
{
    const DeskEvent *line;

    open_shop(desk);
    coex_sim_fail_next(desk->sim, 131026);
    desk_say(desk, "ada", "Nobody");
    line = desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Nobody");
    g_assert_true(strstr(line->detail, "131026") != NULL);
    desk_say(desk, "ada", "The next one goes");
    desk_take(desk, "ada", "The next one goes");
    coex_session_resend(desk->session, desk_name("ada"));
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Nobody");
    desk_take(desk, "ada", "Nobody");
    coex_sim_fail_next(desk->sim, 131026);
    desk_say(desk, "ada", "Once more");
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Once more");
    coex_session_discard(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "Discarded: Once more");
    coex_session_resend(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "There is nothing to send again.");
}

/* The answer is lost, the message is not: its status settles it. */
static void
test_dropped_accepted(Desk *desk)
{
    open_shop(desk);
    coex_sim_drop_next(desk->sim, TRUE);
    desk_say(desk, "ada", "Half heard");
    desk_wait_notice(desk, "ada", "It is not clear whether this was sent: Half heard*");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at ??:??: Half heard");
    desk_wait_state(desk, "ada", "delivered*: Half heard");
    desk_say(desk, "ada", "Afterwards");
    desk_take(desk, "ada", "Half heard");
    desk_take(desk, "ada", "Afterwards");
    desk_wait_state(desk, "ada", "delivered*: Afterwards");
    desk_restart(desk);
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 2);
}

static void
test_dropped_lost(Desk *desk)
{
    open_shop(desk);
    coex_sim_drop_next(desk->sim, FALSE);
    desk_say(desk, "ada", "Into the void");
    desk_wait_notice(desk, "ada", "It is not clear whether this was sent: Into the void*");
    desk_say(desk, "ada", "Waits behind");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "Waits until it is clear *: Waits behind");
    desk_wait_requests(desk, "messages", 1);
    /* the first login makes it uncertain in any case, the second finds it old */
    desk_restart(desk);
    desk_logout(desk);
    desk_advance(desk, 700);
    desk_login(desk);
    desk_wait_feed(desk, COEX_FEED_UNCONFIRMED, "ada", "Into the void");
    desk_take(desk, "ada", "Waits behind");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at ??:??: Waits behind");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 1);
    coex_session_resend(desk->session, desk_name("ada"));
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Into the void");
    desk_take(desk, "ada", "Into the void");
}

/* Where nothing is received no confirmation can come: nobody waits for it. */
static void
test_dropped_unheard(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
    desk_logout(desk);
    desk->config.listen = "off";
    desk_login(desk);
    coex_sim_drop_next(desk->sim, FALSE);
    desk_say(desk, "ada", "Into the void");
    desk_wait_feed(desk, COEX_FEED_UNCONFIRMED, "ada", "Into the void");
    desk_say(desk, "ada", "Goes on");
    desk_take(desk, "ada", "Goes on");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 1);
}

static void
test_slow(Desk *desk)
{
    open_shop(desk);
    coex_sim_delay_next(desk->sim, 5600);
    desk_say(desk, "ada", "With patience");
    desk_wait_notice(desk, "ada", "Waiting for WhatsApp: With patience");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at ??:??: With patience");
    desk_take(desk, "ada", "With patience");
}

/* Texts behind a send without an answer wait for its status. */
static void
test_slow_without_answer(Desk *desk)
{
    g_autofree char *wamid = NULL;

    open_shop(desk);
    coex_sim_set_auto_status(desk->sim, FALSE);
    coex_sim_drop_next(desk->sim, TRUE);
    desk_say(desk, "ada", "Half heard");
    desk_wait_notice(desk, "ada", "It is not clear whether this was sent: Half heard*");
    desk_say(desk, "ada", "Waits behind");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "Waits until it is clear *: Waits behind");
    desk_say(desk, "ben", "Others go on");
    desk_take(desk, "ada", "Half heard");
    desk_take(desk, "ben", "Others go on");
    wamid = coex_sim_dup_last_sent(desk->sim, "ada");
    coex_sim_status(desk->sim, wamid, "sent");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at ??:??: Half heard");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at ??:??: Waits behind");
    desk_take(desk, "ada", "Waits behind");
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "Waiting for WhatsApp*"), ==, 0);
}

static void
test_network_down(Desk *desk)
{
    open_shop(desk);
    desk_ignore(desk, "Waiting for WhatsApp*");
    desk_ignore(desk, "Sent: *");
    coex_sim_set_down(desk->sim, TRUE);
    desk_say(desk, "ada", "One");
    desk_say(desk, "ben", "Two");
    desk_say(desk, "ada", "Three");
    desk_run_ms(desk, 200);
    coex_sim_set_down(desk->sim, FALSE);
    g_assert_true(coex_sim_wait_n_sent(desk->sim, "ada", 2, DESK_PATIENCE_MS));
    g_assert_true(coex_sim_wait_n_sent(desk->sim, "ben", 1, DESK_PATIENCE_MS));
    desk_wait_state(desk, "ada", "delivered*: Three");
}

static void
test_early_status(Desk *desk)
{
    coex_sim_set_early_status(desk->sim, TRUE);
    open_shop(desk);
    desk_say(desk, "ada", "Quick");
    desk_wait_state(desk, "ada", "delivered*: Quick");
    desk_say(desk, "ada", "Quicker");
    desk_wait_state(desk, "ada", "delivered*: Quicker");
    desk_take(desk, "ada", "Quick");
    desk_take(desk, "ada", "Quicker");
    desk_wait_requests(desk, "read", 1);
    coex_sim_fail_next_async(desk->sim, 131026);
    desk_say(desk, "ada", "Failed before the answer");
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Failed before the answer");
    coex_session_resend(desk->session, desk_name("ada"));
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Failed before the answer");
    desk_wait_state(desk, "ada", "delivered*: Failed*");
}

/* What we sent comes back as an echo before the answer: it is one message. */
static void
test_own_echo(Desk *desk)
{
    g_autoptr(CoexSimRequest) request = NULL;

    coex_sim_set_auto_status(desk->sim, FALSE);
    open_shop(desk);
    coex_sim_delay_next(desk->sim, 1000);
    desk_say(desk, "ada", "Mine");
    request = desk_wait_sent(desk, "ada", "Mine");
    g_free(coex_sim_echo_sent(desk->sim, request->wamid));
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "Mine"), ==, 1);
    coex_sim_status(desk->sim, request->wamid, "delivered");
    desk_wait_state(desk, "ada", "delivered*: Mine");
    desk_say(desk, "ada", "Next");
    desk_take(desk, "ada", "Next");
    desk_wait_state(desk, "ada", "accepted*: Next");
    /* what comes late about an older one says nothing of the last */
    coex_sim_status(desk->sim, request->wamid, "read");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "Mine"), ==, 1);
    desk_wait_state(desk, "ada", "accepted*: Next");
}

/* The same words typed on the phone at the same time are another message. */
static void
test_same_words(Desk *desk)
{
    open_shop(desk);
    coex_sim_delay_next(desk->sim, 600);
    desk_say(desk, "ada", "Yes");
    g_free(coex_sim_phone_sends(desk->sim, "ada", "Yes"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "ada", "Yes");
    desk_take(desk, "ada", "Yes");
}

/* A dead key stops the sending only. */
static void
test_token_revoked(Desk *desk)
{
    open_shop(desk);
    coex_sim_revoke_token(desk->sim);
    desk_say(desk, "ada", "Locked out");
    desk_wait_notice(desk, "ada", "Not sent yet; it waits until WhatsApp accepts*: Locked out");
    desk_wait_notice(desk, NULL, "Nothing can be sent: *password*Messages are still received*");
    desk_say(desk, "ada", "Me too");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "Not sent yet; *: Me too");
    desk_hear(desk, "ada", "Can you hear me?");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 0);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "Nothing can be sent*"), ==, 1);
    g_assert_cmpuint(desk_count(desk, DESK_FAILED, NULL, "*"), ==, 0);
    /* a new login is refused as any other with a dead key */
    desk_logout(desk);
    desk_start(desk);
    desk_wait_failed(desk, COEX_ERROR_AUTH, "*");
    desk_logout(desk);
    coex_sim_restore_token(desk->sim);
    desk_login(desk);
    desk_take(desk, "ada", "Locked out");
    desk_take(desk, "ada", "Me too");
    desk_wait_any_feed(desk, COEX_FEED_RECORD, "ada", "Sent at *: Locked out");
    desk_wait_any_feed(desk, COEX_FEED_RECORD, "ada", "Sent at *: Me too");
    desk_wait_state(desk, "ada", "delivered *: Me too");
}

/* What is typed asks again whether the key is good, and what has waited goes first. */
static void
test_token_comes_back(Desk *desk)
{
    open_shop(desk);
    coex_sim_revoke_token(desk->sim);
    desk_say(desk, "ada", "First");
    desk_wait_notice(desk, "ada", "Not sent yet; *: First");
    desk_wait_notice(desk, NULL, "Nothing can be sent: *");
    coex_sim_restore_token(desk->sim);
    desk_say(desk, "ada", "Second");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "Not sent yet; *: Second");
    desk_wait_notice(desk, NULL, "WhatsApp accepts the access again*");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at ??:??: First");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at ??:??: Second");
    desk_take(desk, "ada", "First");
    desk_take(desk, "ada", "Second");
    desk_say(desk, "ada", "As ever");
    desk_take(desk, "ada", "As ever");
    desk_wait_state(desk, "ada", "delivered*: As ever");
}

/* One 401 is not the end: the login check decides. */
static void
test_token_hiccup(Desk *desk)
{
    open_shop(desk);
    coex_sim_fail_next(desk->sim, 190);
    desk_say(desk, "ada", "Shaken");
    desk_take(desk, "ada", "Shaken");
}

/* A refusal that stays although the access is good fails the text, not the account. */
static void
test_no_permission(Desk *desk)
{
    open_shop(desk);
    coex_sim_fail_next(desk->sim, 131005);
    coex_sim_fail_next(desk->sim, 131005);
    desk_say(desk, "ada", "Not allowed");
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Not allowed");
}

static void
wait_read(Desk *desk, const char *wamid)
{
    g_autoptr(CoexSimRequest) request = NULL;

    desk_wait_requests(desk, "read", 1);
    request = coex_sim_wait_request(desk->sim, "read", 1000);
    g_assert_cmpstr(request->message_id, ==, wamid);
}

static void
test_read_when_answered(Desk *desk)
{
    g_autofree char *wamid = NULL;

    desk_login(desk);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "One"));
    wamid = coex_sim_customer_sends(desk->sim, "ada", "Two");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "One");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Two");
    coex_session_mark_seen(desk->session, desk_name("ada"));
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "read"), ==, 0);
    desk_say(desk, "ada", "Answer");
    wait_read(desk, wamid);
    desk_wait_notice(desk, "ada", "Customers' messages are marked as read when you answer*");
    desk_say(desk, "ada", "More");
    desk_take(desk, "ada", "Answer");
    desk_take(desk, "ada", "More");
    desk_wait_state(desk, "ada", "delivered*: More");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "read"), ==, 1);
}

static void
test_read_when_seen(Desk *desk)
{
    g_autofree char *wamid = NULL;

    desk->config.receipts = COEX_RECEIPTS_SEEN;
    desk_login(desk);
    wamid = coex_sim_customer_sends(desk->sim, "ada", "Look");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Look");
    coex_session_mark_seen(desk->session, desk_name("ada"));
    wait_read(desk, wamid);
    coex_session_mark_seen(desk->session, desk_name("ada"));
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "read"), ==, 1);
}

static void
test_read_never(Desk *desk)
{
    desk->config.receipts = COEX_RECEIPTS_NEVER;
    desk_login(desk);
    desk_hear(desk, "ada", "Look");
    coex_session_mark_seen(desk->session, desk_name("ada"));
    desk_say(desk, "ada", "Answer");
    desk_wait_state(desk, "ada", "delivered*: Answer");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "read"), ==, 0);
}

static void
test_stale(Desk *desk)
{
    open_shop(desk);
    coex_sim_delay_next(desk->sim, 1000);
    desk_say(desk, "ada", "Ahead of it");
    desk_say(desk, "ada", "Old news");
    desk_take(desk, "ada", "Ahead of it");
    desk_logout(desk);
    desk_advance(desk, 2 * HOUR_S);
    desk_login(desk);
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Old news");
    /* the log has it as of two hours ago, which is when it was sent */
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at *: Ahead of it");
    desk_wait_state(desk, "ada", "delivered*: Ahead of it");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 1);
    coex_session_resend(desk->session, desk_name("ada"));
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "Old news");
    desk_take(desk, "ada", "Old news");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/send/digits", test_digits);
    desk_add("/send/markup", test_markup);
    desk_add("/send/refused-at-once", test_refused_at_once);
    desk_add("/send/long", test_long);
    desk_add("/send/order", test_order);
    desk_add("/send/pace", test_pace);
    desk_add("/send/rate-limited", test_rate_limited);
    desk_add("/send/all-limited", test_all_limited);
    desk_add("/send/undeliverable", test_undeliverable);
    desk_add("/send/dropped-accepted", test_dropped_accepted);
    /* five seconds each, and the same for both */
    desk_add_at(DESK_ONLY_META, "/send/dropped-lost", test_dropped_lost);
    desk_add_at(DESK_ONLY_360DIALOG, "/send/slow", test_slow);
    desk_add("/send/dropped-unheard", test_dropped_unheard);
    desk_add_at(DESK_ONLY_360DIALOG, "/send/slow-without-answer", test_slow_without_answer);
    desk_add("/send/network-down", test_network_down);
    desk_add("/send/early-status", test_early_status);
    desk_add("/send/own-echo", test_own_echo);
    desk_add("/send/same-words", test_same_words);
    desk_add("/send/token-revoked", test_token_revoked);
    desk_add("/send/token-comes-back", test_token_comes_back);
    desk_add("/send/token-hiccup", test_token_hiccup);
    desk_add("/send/no-permission", test_no_permission);
    desk_add("/send/read-when-answered", test_read_when_answered);
    desk_add("/send/read-when-seen", test_read_when_seen);
    desk_add("/send/read-never", test_read_never);
    desk_add("/send/stale", test_stale);
    return g_test_run();
}
