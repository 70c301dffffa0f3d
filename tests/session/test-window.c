// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <string.h>

#define HOUR_S (60 * 60)
#define DAY_S (24 * HOUR_S)

/* Logged in, with the templates at hand. */
static void
open_shop(Desk *desk)
{
    desk_login(desk);
    desk_wait_catalogue(desk);
}

static void
send_template(Desk *desk, const char *who, const char *name, const char *const *values)
{
    g_autoptr(GError) error = NULL;

    coex_session_send_template(desk->session, desk_name(who), desk_template(desk, name, "en_US"),
                               values, &error);
    g_assert_no_error(error);
}

static void
assert_nothing_sent(Desk *desk)
{
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, 0);
}

static void
test_never_wrote(Desk *desk)
{
    const DeskEvent *prompt;

    open_shop(desk);
    desk_send(desk, "dana", "Hello Dana");
    prompt = desk_wait_prompt(desk, "dana", "Hello Dana");
    g_assert_true(strstr(prompt->detail, "has not written yet") != NULL);
    desk_assert_label(desk, "dana", "Has not written yet");
    desk_send(desk, "dana", "Are you there?");
    desk_wait_prompt(desk, "dana", "Hello Dana\nAre you there?");
    assert_nothing_sent(desk);
    g_assert_cmpuint(desk_view(desk, "dana")->n_parked, ==, 2);
    coex_session_cancel(desk->session, desk_name("dana"));
    desk_wait_prompt_over(desk, "dana");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "dana", "Not sent: Hello Dana");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "dana", "Not sent: Are you there?");
    assert_nothing_sent(desk);
    g_assert_cmpuint(desk_view(desk, "dana")->n_parked, ==, 0);
}

/* Accepted, but held back by WhatsApp: it is said what that means. */
static void
test_template_held_back(Desk *desk)
{
    const char *const values[] = { "Bob", "A-17", NULL };

    open_shop(desk);
    coex_sim_set_auto_status(desk->sim, FALSE);
    coex_sim_set_message_status(desk->sim, "paused");
    send_template(desk, "dana", "order_update", values);
    desk_wait_prompt_over(desk, "dana");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "Hi Bob, *");
    desk_take(desk, "dana", NULL);
    desk_wait_notice(desk, "dana", "WhatsApp has paused this template*");
    coex_sim_set_message_status(desk->sim, "held_for_quality_assessment");
    send_template(desk, "dana", "order_update", values);
    desk_wait_prompt_over(desk, "dana");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "Hi Bob, *");
    desk_take(desk, "dana", NULL);
    desk_wait_notice(desk, "dana", "WhatsApp checks this template first*");
}

static void
test_template(Desk *desk)
{
    const char *const values[] = { "Bob", "A-17", NULL };
    g_autoptr(CoexSimRequest) request = NULL;

    open_shop(desk);
    desk_send(desk, "dana", "A-17");
    desk_wait_prompt(desk, "dana", "A-17");
    send_template(desk, "dana", "order_update", values);
    desk_wait_prompt_over(desk, "dana");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "Hi Bob, your order A-17 is ready.\n*");
    request = desk_wait_sent(desk, "dana", NULL);
    g_assert_cmpstr(request->template_name, ==, "order_update");
    g_assert_cmpstr(request->template_language, ==, "en_US");
    g_assert_cmpstr(request->values[0], ==, "Bob");
    g_assert_cmpstr(request->values[1], ==, "A-17");
    desk_wait_state(desk, "dana", "delivered*");
    desk_wait_window(desk, "dana", FALSE);
}

/* What no value carried comes back as a line. */
static void
test_template_instead(Desk *desk)
{
    const char *const values[] = { "Bob", "A-17", NULL };

    open_shop(desk);
    desk_send(desk, "dana", "Your bike is ready");
    desk_wait_prompt(desk, "dana", "Your bike is ready");
    send_template(desk, "dana", "order_update", values);
    desk_wait_any_feed(desk, COEX_FEED_NOTICE, "dana", "Not sent: Your bike is ready");
    desk_wait_any_feed(desk, COEX_FEED_SENT, "dana", "Hi Bob*");
    desk_take(desk, "dana", NULL);
}

static void
test_template_named(Desk *desk)
{
    const char *const values[] = { "Friday", "Jana", "4", NULL };
    g_autoptr(CoexSimRequest) request = NULL;

    open_shop(desk);
    send_template(desk, "dana", "table_confirmed", values);
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "See you on Friday*Hi Jana, a table for 4*");
    request = desk_wait_sent(desk, "dana", NULL);
    g_assert_cmpuint(g_strv_length(request->values), ==, 3);
    g_assert_cmpstr(request->values[0], ==, "day=Friday");
    g_assert_cmpstr(request->values[1], ==, "guest_name=Jana");
    g_assert_cmpstr(request->values[2], ==, "seats=4");
}

static void
test_template_values(Desk *desk)
{
    const char *const values[] = { " Bob\nand\tEve ", "A     17", NULL };
    const char *const too_few[] = { "Bob", NULL };
    g_autoptr(CoexSimRequest) request = NULL;
    g_autoptr(GError) error = NULL;

    open_shop(desk);
    g_assert_false(coex_session_send_template(desk->session, desk_name("dana"),
                                              desk_template(desk, "order_update", "en_US"), too_few,
                                              &error));
    g_assert_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT);
    send_template(desk, "dana", "order_update", values);
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "Hi Bob and Eve, your order A 17 is ready.*");
    request = desk_wait_sent(desk, "dana", NULL);
    g_assert_cmpstr(request->values[0], ==, "Bob and Eve");
    g_assert_cmpstr(request->values[1], ==, "A 17");
}

static void
test_template_vanished(Desk *desk)
{
    const char *const values[] = { "Bob", "A-17", NULL };
    const DeskEvent *line;

    open_shop(desk);
    coex_sim_remove_template(desk->sim, "order_update");
    send_template(desk, "dana", "order_update", values);
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "Hi Bob*");
    line = desk_wait_feed(desk, COEX_FEED_FAILED, "dana", "Hi Bob*");
    g_assert_true(strstr(line->detail, "132001") != NULL);
    /* a fresh list comes by itself */
    desk_wait_catalogue(desk);
    g_assert_null(
        coex_catalogue_find(coex_session_get_catalogue(desk->session), "order_update", NULL));
    /* and what is sent again now says so before it is asked */
    coex_session_resend(desk->session, desk_name("dana"));
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "Hi Bob*");
    desk_wait_feed(desk, COEX_FEED_FAILED, "dana", "Hi Bob*");
}

static void
test_template_paused(Desk *desk)
{
    const char *const values[] = { "Bob", "A-17", NULL };
    const DeskEvent *line;

    open_shop(desk);
    coex_sim_pause_template(desk->sim, "order_update");
    send_template(desk, "dana", "order_update", values);
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "Hi Bob*");
    line = desk_wait_feed(desk, COEX_FEED_FAILED, "dana", "Hi Bob*");
    g_assert_true(strstr(line->detail, "132015") != NULL);
}

/* A number is answered with another wa_id (Brazil, Mexico): one person all the same. */
static void
check_other_wa_id(Desk *desk, gboolean is_answered)
{
    const char *const none[] = { NULL };

    coex_sim_set_wa_id(desk->sim, "dana", "4930023125017");
    open_shop(desk);
    if (!is_answered) {
        coex_sim_drop_next(desk->sim, TRUE);
        coex_sim_hold(desk->sim);
    }
    send_template(desk, "dana", "we_miss_you", none);
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "We have not heard*");
    desk_take(desk, "dana", NULL);
    if (!is_answered) {
        desk_wait_notice(desk, "dana", "It is not clear whether this was sent*");
        coex_sim_release(desk->sim, COEX_SIM_IN_ORDER);
        desk_wait_feed(desk, COEX_FEED_RECORD, "dana", "Sent at *");
    }
    desk_wait_state(desk, "dana", "delivered*");
    desk_hear(desk, "dana", "Oh, hello");
    desk_send(desk, "dana", "Nice");
    desk_wait_feed(desk, COEX_FEED_TYPED, "dana", "Nice");
    desk_wait_requests(desk, "messages", 2);
}

static void
test_other_wa_id(Desk *desk)
{
    check_other_wa_id(desk, TRUE);
}

/* Nothing but the statuses tells it: the answer is lost. */
static void
test_other_wa_id_by_status(Desk *desk)
{
    check_other_wa_id(desk, FALSE);
}

static void
test_hold(Desk *desk)
{
    open_shop(desk);
    desk_send(desk, "dana", "First");
    desk_wait_prompt(desk, "dana", "First");
    coex_session_hold(desk->session, desk_name("dana"));
    desk_wait_notice(desk, "dana", "Held until *: First");
    desk_wait_prompt_over(desk, "dana");
    coex_session_hold_text(desk->session, desk_name("dana"), "Second", NULL);
    desk_wait_notice(desk, "dana", "Held until *: Second");
    desk_restart(desk);
    coex_session_list_held(desk->session, NULL);
    desk_wait_notice(desk, NULL, "Held for *: First");
    desk_wait_notice(desk, NULL, "Held for *: Second");
    coex_session_list_held(desk->session, desk_name("dana"));
    desk_wait_notice(desk, "dana", "Held for *: First");
    desk_wait_notice(desk, "dana", "Held for *: Second");
    g_assert_cmpuint(desk_view(desk, "dana")->n_held, ==, 2);
    assert_nothing_sent(desk);
    g_free(coex_sim_customer_sends(desk->sim, "dana", "Here I am"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "dana", "Here I am");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "First");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "Second");
    desk_take(desk, "dana", "First");
    desk_take(desk, "dana", "Second");
    desk_wait_state(desk, "dana", "delivered*: Second");
    g_assert_cmpuint(desk_view(desk, "dana")->n_held, ==, 0);
    coex_session_list_held(desk->session, NULL);
    desk_wait_notice(desk, NULL, "Nothing is held.");
}

static void
test_hold_nothing(Desk *desk)
{
    open_shop(desk);
    desk_hear(desk, "ada", "Hi");
    coex_session_hold(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "There is no text to hold. /hold TEXT *");
    coex_session_discard(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "There is nothing to discard.");
    coex_session_unlist(desk->session, "499999998");
    coex_session_hold(desk->session, "499999999");
    desk_wait_notice(desk, NULL, "Nothing is known of +499999999.");
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, "Nothing is known of *"), ==, 1);
}

static void
hold(Desk *desk, const char *who, const char *text)
{
    coex_session_hold_text(desk->session, desk_name(who), text, NULL);
    desk_wait_notice(desk, who, "Held until *");
}

/* A held text is not sent again, but it can be dropped. */
static void
test_hold_and_discard(Desk *desk)
{
    open_shop(desk);
    hold(desk, "dana", "First");
    hold(desk, "dana", "Second thoughts");
    coex_session_resend(desk->session, desk_name("dana"));
    desk_wait_notice(desk, "dana", "There is nothing to send again.");
    coex_session_discard(desk->session, desk_name("dana"));
    desk_wait_notice(desk, "dana", "Discarded: Second thoughts");
    desk_hear(desk, "dana", "Here I am");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "First");
    desk_take(desk, "dana", "First");
    desk_wait_state(desk, "dana", "delivered*: First");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, 1);
}

/* The phone has answered meanwhile: asks instead of sending. */
static void
test_hold_overtaken(Desk *desk)
{
    const DeskEvent *line;

    open_shop(desk);
    hold(desk, "dana", "Old offer");
    desk_fence(desk);
    desk_advance(desk, 60);
    g_free(coex_sim_phone_sends(desk->sim, "dana", "New offer"));
    desk_wait_feed(desk, COEX_FEED_ECHO, "dana", "New offer");
    g_free(coex_sim_customer_sends(desk->sim, "dana", "Which one?"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "dana", "Which one?");
    line = desk_wait_feed(desk, COEX_FEED_FAILED, "dana", "Old offer");
    g_assert_true(strstr(line->detail, "phone") != NULL);
    assert_nothing_sent(desk);
    coex_session_resend(desk->session, desk_name("dana"));
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "Old offer");
    desk_take(desk, "dana", "Old offer");
}

static void
test_hold_too_long(Desk *desk)
{
    open_shop(desk);
    hold(desk, "dana", "Last week's news");
    desk_fence(desk);
    desk_logout(desk);
    desk_advance(desk, 8 * DAY_S);
    desk_ignore(desk, "The last webhook came*");
    desk_login(desk);
    g_free(coex_sim_customer_sends(desk->sim, "dana", "Hello"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "dana", "Hello");
    desk_wait_feed(desk, COEX_FEED_FAILED, "dana", "Last week's news");
    assert_nothing_sent(desk);
}

/* They write while the prompt is open. */
static void
test_opens_while_asked(Desk *desk)
{
    open_shop(desk);
    desk_send(desk, "dana", "Hello Dana");
    desk_wait_prompt(desk, "dana", "Hello Dana");
    g_free(coex_sim_customer_sends(desk->sim, "dana", "Hi"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "dana", "Hi");
    desk_wait_prompt_over(desk, "dana");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "dana", "Not sent yet, and kept: “Hello Dana”. *");
    coex_session_resend(desk->session, desk_name("dana"));
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "Hello Dana");
    desk_take(desk, "dana", "Hello Dana");
}

/* WhatsApp knows better: refused at once, asked about, and the window is closed for us too. */
static void
test_refused(Desk *desk)
{
    const DeskEvent *prompt;

    open_shop(desk);
    desk_hear(desk, "ada", "Hi");
    coex_sim_close_window(desk->sim, "ada");
    desk_send(desk, "ada", "Too late");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "Too late");
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Not sent, since the window is closed: Too late");
    prompt = desk_wait_prompt(desk, "ada", "Too late");
    g_assert_true(g_str_has_prefix(prompt->detail, "The 24-hour window is closed."));
    g_assert_true(strstr(prompt->detail, "131047") == NULL); /* a form is no place for it */
    desk_wait_window(desk, "ada", FALSE);
    coex_session_hold(desk->session, desk_name("ada"));
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Not sent yet, and held until *: Too late");
    desk_wait_prompt_over(desk, "ada");
    desk_advance(desk, 60);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Yes?"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Yes?");
    desk_take(desk, "ada", "Too late");
    /* its own line stands above theirs */
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "Sent at ??:??: Too late");
    desk_wait_state(desk, "ada", "delivered*");
}

/* The same, but WhatsApp says it later in a status. */
static void
test_refused_later(Desk *desk)
{
    const DeskEvent *line;

    coex_sim_set_async_window(desk->sim, TRUE);
    open_shop(desk);
    desk_hear(desk, "ada", "Hi");
    coex_sim_close_window(desk->sim, "ada");
    desk_send(desk, "ada", "Too late");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "Too late");
    line = desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Too late");
    g_assert_true(strstr(line->detail, "131047") != NULL);
    desk_wait_window(desk, "ada", FALSE);
    g_assert_cmpuint(desk_count(desk, DESK_PROMPT, NULL, "*"), ==, 0);
    coex_session_resend(desk->session, desk_name("ada"));
    desk_wait_prompt(desk, "ada", "Too late");
}

static void
test_held_put_back(Desk *desk)
{
    open_shop(desk);
    hold(desk, "dana", "Patience");
    desk_fence(desk);
    coex_sim_fail_next(desk->sim, 131047);
    g_free(coex_sim_customer_sends(desk->sim, "dana", "Hi"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "dana", "Hi");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "Patience");
    desk_wait_feed(desk, COEX_FEED_RECORD, "dana", "*window is closed*held again: Patience");
    desk_wait_window(desk, "dana", FALSE);
    desk_fence(desk);
    g_assert_cmpuint(desk_view(desk, "dana")->n_held, ==, 1);
    desk_advance(desk, 60);
    g_free(coex_sim_customer_sends(desk->sim, "dana", "Hi again"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "dana", "Hi again");
    desk_wait_feed(desk, COEX_FEED_RECORD, "dana", "Sent at ??:??: Patience");
    desk_take(desk, "dana", "Patience");
}

static void
test_closes_with_time(Desk *desk)
{
    g_autofree char *line = NULL;

    open_shop(desk);
    desk_hear(desk, "ada", "Hi");
    desk_wait_label(desk, "ada", "Open until ??? ??:??");
    line = coex_session_describe_window(desk->session, desk_name("ada"));
    g_assert_true(g_str_has_prefix(line, "The window is open until"));
    desk_logout(desk);
    desk_advance(desk, 18 * HOUR_S + 1);
    desk_login(desk);
    desk_wait_label(desk, "ada", "Open until ??? ??:??");
    desk_logout(desk);
    desk_advance(desk, 5 * HOUR_S + 1);
    desk_login(desk);
    desk_wait_label(desk, "ada", "Closes at ??:??");
    desk_send(desk, "ada", "Just in time");
    desk_wait_feed(desk, COEX_FEED_TYPED, "ada", "Just in time");
    desk_take(desk, "ada", "Just in time");
    desk_wait_state(desk, "ada", "delivered*");
    desk_logout(desk);
    desk_advance(desk, HOUR_S);
    desk_login(desk);
    desk_wait_label(desk, "ada", "Closed since ?? ??? ??:??");
    desk_send(desk, "ada", "Too late");
    desk_wait_prompt(desk, "ada", "Too late");
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, 1);
}

/* What opens it: every message of theirs, with their own time. */
static void
test_what_opens(Desk *desk)
{
    gint64 now;

    open_shop(desk);
    now = coex_sim_now(desk->sim);
    g_free(coex_sim_customer_sends_at(desk->sim, "ada", "Yesterday", now - 25 * HOUR_S));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "Yesterday");
    desk_wait_window(desk, "ada", FALSE);
    g_free(coex_sim_customer_sends_type(
        desk->sim, "ada", "reaction",
        "{\"message_id\":\"wamid.bm90IGtub3duIHRvIGFueWJvZHk=\",\"emoji\":\"\xf0\x9f\x91\x8d\"}"));
    desk_wait_window(desk, "ada", TRUE);
    desk_wait_feed(desk, COEX_FEED_RECORD, "ada", "They reacted with *");
    g_free(coex_sim_customer_sends_at(desk->sim, "ben", "From the future", now + DAY_S));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ben", "From the future");
    desk_wait_window(desk, "ben", FALSE);
}

static void
test_parked_survives(Desk *desk)
{
    open_shop(desk);
    desk_send(desk, "dana", "Hello Dana");
    desk_wait_prompt(desk, "dana", "Hello Dana");
    desk_restart(desk);
    desk_wait_feed(desk, COEX_FEED_FAILED, "dana", "Hello Dana");
    coex_session_resend(desk->session, desk_name("dana"));
    desk_wait_prompt(desk, "dana", "Hello Dana");
    assert_nothing_sent(desk);
}

static void
test_catalogue(Desk *desk)
{
    g_autoptr(GPtrArray) all = NULL;
    CoexCatalogue *catalogue;

    open_shop(desk);
    catalogue = coex_session_get_catalogue(desk->session);
    g_assert_nonnull(catalogue);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "templates"), >, 1);
    all = coex_catalogue_search(catalogue, NULL, NULL);
    /* all but a rejected and a pending one */
    g_assert_cmpuint(all->len, ==, coex_sim_n_templates(desk->sim) - 2);
    g_assert_false(coex_session_is_catalogue_stale(desk->session));
    desk_advance(desk, 11 * 60);
    g_assert_true(coex_session_is_catalogue_stale(desk->session));
    coex_sim_add_template(desk->sim,
                          "{\"name\":\"brand_new\",\"language\":\"en_US\",\"category\":\"UTILITY\","
                          "\"status\":\"APPROVED\",\"components\":[{\"type\":\"BODY\",\"text\":"
                          "\"It is new.\"}]}");
    coex_session_refresh_templates(desk->session);
    desk_wait_catalogue(desk);
    desk_template(desk, "brand_new", NULL);
    g_assert_false(coex_session_is_catalogue_stale(desk->session));
}

static void
test_catalogue_fails(Desk *desk)
{
    const DeskEvent *told;

    open_shop(desk);
    coex_sim_aim(desk->sim, "templates");
    coex_sim_fail_next(desk->sim, 131016);
    coex_session_refresh_templates(desk->session);
    told = desk_wait_catalogue(desk);
    g_assert_cmpstr(told->text, !=, "");
    desk_template(desk, "order_update", "de");
    /* nothing was sent that could be looked for on the phone */
    coex_sim_fail_next(desk->sim, 131000);
    coex_session_refresh_templates(desk->session);
    told = desk_wait_catalogue(desk);
    g_assert_nonnull(strstr(told->text, "131000"));
    g_assert_null(strstr(told->text, "phone"));
    /* the kept one is there after a restart, before any answer */
    desk_logout(desk);
    coex_sim_aim(desk->sim, "templates");
    coex_sim_delay_next(desk->sim, 1500);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_template(desk, "order_update", "de");
    desk_wait_catalogue(desk);
}

static void
test_no_waba(Desk *desk)
{
    const DeskEvent *told;

    desk->config.waba_id = NULL;
    coex_sim_aim(desk->sim, "token");
    coex_sim_fail_next(desk->sim, 100);
    desk_login(desk);
    coex_session_refresh_templates(desk->session);
    told = desk_wait_catalogue(desk);
    g_assert_true(strstr(told->text, "waba-id") != NULL);
}

/* The prompt offers all parked texts together as one value: then none of them comes back. */
static void
test_template_carries_all(Desk *desk)
{
    const char *const values[] = { "Hello Dana Are you there?", "A-17", NULL };

    open_shop(desk);
    desk_send(desk, "dana", "Hello Dana");
    desk_wait_prompt(desk, "dana", "Hello Dana");
    desk_send(desk, "dana", "Are you there?");
    desk_wait_prompt(desk, "dana", "Hello Dana\nAre you there?");
    send_template(desk, "dana", "order_update", values);
    desk_wait_prompt_over(desk, "dana");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "Hi Hello Dana Are you there?, your order*");
    desk_take(desk, "dana", NULL);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "dana", "Not sent*"), ==, 0);
}

/* What goes out is what the user saw: a definition that changed meanwhile is not filled in. */
static void
test_template_redefined(Desk *desk)
{
    const char *const values[] = { "Bob", "A-17", NULL };

    open_shop(desk);
    coex_sim_fail_next(desk->sim, 131026);
    send_template(desk, "dana", "order_update", values);
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "Hi Bob, your order A-17*");
    desk_wait_feed(desk, COEX_FEED_FAILED, "dana", "Hi Bob, your order A-17*");
    coex_sim_add_template(
        desk->sim, "{\"name\":\"order_update\",\"language\":\"en_US\",\"status\":\"APPROVED\","
                   "\"category\":\"MARKETING\",\"components\":[{\"type\":\"BODY\",\"text\":"
                   "\"{{1}} {{2}} {{3}} {{4}}: buy now!\"}]}");
    coex_session_refresh_templates(desk->session);
    desk_wait_catalogue(desk);
    coex_session_resend(desk->session, desk_name("dana"));
    desk_wait_any_feed(desk, COEX_FEED_SENT, "dana", "Hi Bob, your order A-17*");
    desk_wait_any_feed(desk, COEX_FEED_FAILED, "dana", "Hi Bob, your order A-17*");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "dana"), ==, 0);
}

/* A template's text is not free text: after a late failure it goes again as a template. */
static void
test_template_fails_late(Desk *desk)
{
    const char *const values[] = { "Bob", "A-17", NULL };
    g_autoptr(CoexSimRequest) request = NULL;

    open_shop(desk);
    coex_sim_fail_next_async(desk->sim, 131026);
    send_template(desk, "dana", "order_update", values);
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "Hi Bob*");
    desk_take(desk, "dana", NULL);
    desk_wait_feed(desk, COEX_FEED_FAILED, "dana", "Hi Bob*");
    coex_session_resend(desk->session, desk_name("dana"));
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "Hi Bob*");
    request = desk_wait_sent(desk, "dana", NULL);
    g_assert_cmpstr(request->template_name, ==, "order_update");
    desk_wait_state(desk, "dana", "delivered*");
}

/* "Until they write" means after it was said, also over a restart. */
static void
test_hold_while_open(Desk *desk)
{
    open_shop(desk);
    desk_hear(desk, "ada", "Hello");
    desk_advance(desk, 60);
    g_assert_true(coex_session_hold_text(desk->session, desk_name("ada"), "One more thing", NULL));
    desk_wait_notice(desk, "ada", "Held until*One more thing");
    desk_restart(desk);
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 0);
    desk_hear(desk, "ada", "Are you still there?");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "One more thing");
    desk_take(desk, "ada", "One more thing");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/window/never-wrote", test_never_wrote);
    desk_add("/window/template", test_template);
    desk_add("/window/template-held-back", test_template_held_back);
    desk_add("/window/template-instead", test_template_instead);
    desk_add("/window/template-named", test_template_named);
    desk_add("/window/template-values", test_template_values);
    desk_add("/window/template-vanished", test_template_vanished);
    desk_add("/window/template-paused", test_template_paused);
    desk_add("/window/other-wa-id", test_other_wa_id);
    desk_add("/window/other-wa-id-by-status", test_other_wa_id_by_status);
    desk_add("/window/hold", test_hold);
    desk_add("/window/hold-nothing", test_hold_nothing);
    desk_add("/window/hold-and-discard", test_hold_and_discard);
    desk_add("/window/hold-overtaken", test_hold_overtaken);
    desk_add("/window/hold-too-long", test_hold_too_long);
    desk_add("/window/opens-while-asked", test_opens_while_asked);
    desk_add("/window/refused", test_refused);
    desk_add("/window/refused-later", test_refused_later);
    desk_add("/window/held-put-back", test_held_put_back);
    desk_add("/window/closes-with-time", test_closes_with_time);
    desk_add("/window/what-opens", test_what_opens);
    desk_add("/window/parked-survives", test_parked_survives);
    desk_add("/window/catalogue", test_catalogue);
    desk_add("/window/catalogue-fails", test_catalogue_fails);
    desk_add("/window/template-carries-all", test_template_carries_all);
    desk_add("/window/template-redefined", test_template_redefined);
    desk_add("/window/template-fails-late", test_template_fails_late);
    desk_add("/window/hold-while-open", test_hold_while_open);
    desk_add_at(DESK_ONLY_META, "/window/no-waba", test_no_waba);
    return g_test_run();
}
