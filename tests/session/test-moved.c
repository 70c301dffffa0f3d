// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

/* A number that somebody moved to was another's here. */

#define BERTAS "493023125888"
#define TEXT(body) "\"type\":\"text\",\"text\":{\"body\":\"" body "\"}"

/* One message object of field `messages`; @extra: what stands beside it, with a comma after it. */
static void
deliver(Desk *desk, const char *extra, const char *token, const char *rest)
{
    g_autofree char *value = g_strdup_printf(
        "{%s\"messages\":[{\"id\":\"wamid.%s\",\"timestamp\":\"%" G_GINT64_FORMAT "\",%s}]}", extra,
        token, coex_sim_now(desk->sim), rest);

    coex_sim_change(desk->sim, "messages", value);
}

static void
answer_moved(Desk *desk, const char *text)
{
    g_autoptr(CoexSimRequest) request = NULL;
    g_autofree char *state = NULL;

    desk_send(desk, "dana", text);
    desk_wait_feed(desk, COEX_FEED_TYPED, "dana", text);
    request = desk_wait_sent(desk, "moved", text);
    g_assert_cmpstr(request->to, ==, "+" BERTAS);
    /* before a restart makes it uncertain */
    state = g_strdup_printf("delivered*: %s", text);
    desk_wait_state(desk, "dana", state);
}

static void
hear_berta(Desk *desk)
{
    deliver(desk, "\"contacts\":[{\"profile\":{\"name\":\"Berta\"},\"wa_id\":\"" BERTAS "\"}],",
            "berta", "\"from\":\"" BERTAS "\"," TEXT("It is me, Berta"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, BERTAS, "It is me, Berta");
}

/* Dana has Berta's number from now on. */
static void
move_dana(Desk *desk)
{
    coex_sim_add_customer(desk->sim, "moved", "+" BERTAS, NULL, "Dana Weber");
    coex_sim_open_window(desk->sim, "moved");
    deliver(desk, "", "moved",
            "\"from\":\"493023125017\",\"type\":\"system\",\"system\":{\"body\":\"Dana changed\","
            "\"wa_id\":\"" BERTAS "\",\"type\":\"user_changed_number\"}");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "dana", "*Dana changed*");
}

/* The number that somebody moves to was another's, for whom a text is held: that one does not go to
 * the new owner, nor do two become one. */
static void
test_moved_to_known(Desk *desk)
{
    g_autoptr(GError) error = NULL;

    desk_login(desk);
    hear_berta(desk);
    desk_logout(desk);
    desk_advance(desk, 25 * 60 * 60);
    desk_ignore(desk, "The last webhook came*");
    desk_login(desk);
    desk_wait_window(desk, BERTAS, FALSE);
    desk_hear(desk, "dana", "Soon I move");
    coex_session_hold_text(desk->session, BERTAS, "For Berta alone", &error);
    g_assert_no_error(error);
    desk_wait_notice(desk, BERTAS, "Held until *");
    move_dana(desk);
    answer_moved(desk, "There?");
    g_free(coex_sim_customer_sends(desk->sim, "moved", "Yes, Dana"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "dana", "Yes, Dana");
    answer_moved(desk, "Good");
    desk_fence(desk);
    desk_restart(desk);
    g_assert_cmpstr(desk_view(desk, BERTAS)->alias, ==, "Berta");
    g_free(coex_sim_customer_sends(desk->sim, "moved", "Still Dana"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "dana", "Still Dana");
    answer_moved(desk, "Good again");
    coex_session_list_held(desk->session, BERTAS);
    desk_wait_notice(desk, BERTAS, "Held for Berta: For Berta alone");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "moved"), ==, 3);
}

/* What is typed in the conversation of the former owner says so, and does not leave. */
static void
test_moved_to_known_typed(Desk *desk)
{
    const char *const values[] = { "Berta", "A-17", NULL };
    g_autoptr(GError) error = NULL;

    desk_login(desk);
    hear_berta(desk);
    desk_hear(desk, "dana", "Soon I move");
    move_dana(desk);
    desk_wait_catalogue(desk);
    desk_send(desk, BERTAS, "For Berta");
    desk_wait_feed(desk, COEX_FEED_TYPED, BERTAS, "For Berta");
    desk_wait_feed(desk, COEX_FEED_FAILED, BERTAS, "For Berta");
    answer_moved(desk, "There?");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    coex_session_send_template(desk->session, BERTAS, desk_template(desk, "order_update", "en_US"),
                               values, &error);
    g_assert_no_error(error);
    desk_wait_prompt_over(desk, BERTAS);
    desk_wait_feed(desk, COEX_FEED_SENT, BERTAS, "Hi Berta, your order*");
    desk_wait_feed(desk, COEX_FEED_FAILED, BERTAS, "Hi Berta, your order*");
    answer_moved(desk, "And now?");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "moved"), ==, 2);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/moved/to-known", test_moved_to_known);
    desk_add("/moved/to-known-typed", test_moved_to_known_typed);
    return g_test_run();
}
