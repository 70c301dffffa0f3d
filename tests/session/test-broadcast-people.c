// SPDX-License-Identifier: GPL-2.0-or-later
#include "broadcasts.h"

/* Those who get a broadcast, when something happens to them meanwhile: they want none of it any
 * more, are forgotten, turn out to be one person, or are known by no number. */

#define OLD_ID "US.70214458810936652071"
#define NEW_ID "US.70199887766554433221"

static void
wish(Desk *desk, const char *number, const char *value)
{
    g_autofree char *json = g_strdup_printf(
        "{\"user_preferences\":[{\"wa_id\":\"%s\",\"category\":\"marketing_messages\","
        "\"detail\":\"told by them\",\"value\":\"%s\",\"timestamp\":%" G_GINT64_FORMAT "}]}",
        number, value, coex_sim_now(desk->sim));

    coex_sim_change(desk->sim, "user_preferences", json);
    desk_wait_notice(desk, NULL, "* wants no more marketing messages*");
}

static void
test_marketing_stopped_meanwhile(Desk *desk)
{
    open_shop(desk);
    plan_marketing(desk);
    wish(desk, ERIK, "stop");
    coex_sim_set_down(desk->sim, TRUE);
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL, BEGINS "*");
    wish(desk, FRIDA, "stop");
    coex_sim_set_down(desk->sim, FALSE);
    desk_wait_notice(desk, NULL,
                     "* is done: WhatsApp has taken it for 0 of 2 people, 2 left out. *");
    wait_report(desk, "*2 left out.\nNot sent: want no marketing.: *" FRIDA "*");
    assert_nothing_sent(desk);
}

/* They may have stopped it, or are blocked, between the question and the yes. */
static void
test_blocked_meanwhile(Desk *desk)
{
    open_shop(desk);
    plan_order(desk);
    desk_wait_ask(desk, "Send order_update (en_US) to 3 people*");
    coex_session_block(desk->session, desk_name("ben"), TRUE);
    desk_wait_notice(desk, "ben", "* is blocked *");
    desk_wait_blocks(desk, "ben", "blocked");
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL, BEGINS);
    take_parts(desk, 2);
    desk_wait_notice(desk, NULL,
                     "* is done: WhatsApp has taken it for 2 of 3 people, 1 left out. *");
    wait_report(desk, "*2 delivered, 1 left out.\nNot sent: blocked.: Ben Whitaker\n*");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ben"), ==, 0);
}

static void
test_forgotten_meanwhile(Desk *desk)
{
    desk_ignore(desk, "The person is forgotten here, *");
    open_shop(desk);
    coex_sim_set_down(desk->sim, TRUE);
    begin_order(desk);
    coex_session_forget(desk->session, desk_name("carla"));
    desk_wait_forget(desk, "carla");
    coex_session_forgotten(desk->session, desk_name("carla"));
    desk_fence(desk);
    coex_sim_set_down(desk->sim, FALSE);
    take_parts(desk, 2);
    desk_wait_notice(desk, NULL, "* is done: WhatsApp has taken it for 2 of 3 people. *");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "carla"), ==, 0);
    wait_report(desk, "*2 delivered.\nDelivered: Ada Lovelace, Ben Whitaker\n");
}

/* ---- two buddies that turn out to be one person ---- */

static void
open_for_two(Desk *desk)
{
    open_shop(desk);
    desk_deliver(desk, "", "early", 0,
                 "\"from_user_id\":\"" NEW_ID "\",\"type\":\"text\",\"text\":{\"body\":\"It "
                 "is me\"}");
    desk_wait_feed(desk, COEX_FEED_INBOUND, NEW_ID, "It is me");
    coex_sim_set_user_id(desk->sim, "ada", NEW_ID);
}

static void
begin_for_two(Desk *desk, const char *const *buddies)
{
    plan_for(desk, "order_update", order_values, buddies);
    desk_wait_ask(desk, "Send order_update (en_US) to 2 people*");
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL, BEGINS);
}

static void
become_one(Desk *desk)
{
    desk_deliver(desk, "", "moved", 0,
                 "\"type\":\"system\",\"system\":{\"type\":\"user_changed_user_id\",\"body\":"
                 "\"User Ada changed\",\"previous_user_id\":\"" OLD_ID "\",\"user_id\":\"" NEW_ID
                 "\"}");
    desk_wait_any_feed(desk, COEX_FEED_NOTICE, NEW_ID, "This is the same person as Ada *");
    desk_wait_any_feed(desk, COEX_FEED_NOTICE, "ada", "WhatsApp reports: *User Ada changed*");
}

static void
got_one(Desk *desk, const char *const *buddies)
{
    take_part(desk, NULL);
    desk_wait_notice(desk, NULL, DONE);
    wait_report(desk, "*1 delivered.\nDelivered: Ada Lovelace\n");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 1);
    plan_for(desk, "order_update", order_values, buddies);
    desk_wait_notice(desk, NULL, "Nothing was sent: nobody of “Bakers” would get it*");
}

/* Between one's turn and the other's, or before. */
static void
unite(Desk *desk, gboolean in_order)
{
    const char *const buddies[] = {
        in_order ? desk_name("ada") : NEW_ID,
        "Ada",
        in_order ? NEW_ID : desk_name("ada"),
        "Adda",
        NULL,
    };

    open_for_two(desk);
    coex_sim_set_down(desk->sim, TRUE);
    begin_for_two(desk, buddies);
    become_one(desk);
    coex_sim_set_down(desk->sim, FALSE);
    got_one(desk, buddies);
}

static void
test_united(Desk *desk)
{
    unite(desk, TRUE);
}

static void
test_united_other_way(Desk *desk)
{
    unite(desk, FALSE);
}

/* Both have had a turn, and WhatsApp has taken neither. */
static void
test_united_between_tries(Desk *desk)
{
    const char *const buddies[] = { desk_name("ada"), "Ada", NEW_ID, "Adda", NULL };

    open_for_two(desk);
    for (guint i = 0; i < 2; i++)
        coex_sim_fail_next_late(desk->sim, 131056, 2000 * TEST_SLOWNESS);
    begin_for_two(desk, buddies);
    desk_wait_requests(desk, "messages", 2);
    coex_sim_change(desk->sim, "account_update", "{\"event\":\"ACCOUNT_OFFBOARDED\"}");
    desk_wait_notice(desk, NULL, "WhatsApp has paused the API*");
    become_one(desk);
    coex_sim_change(desk->sim, "account_update", "{\"event\":\"ACCOUNT_RECONNECTED\"}");
    desk_wait_notice(desk, NULL, "This number is connected with the API again.*");
    got_one(desk, buddies);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, 3);
}

/* ---- who has no number ---- */

/* It is not clear whether she has got it, until a status tells, or for good. */
static void
test_without_a_number(Desk *desk)
{
    static const char *const second[] = { "{name}", "B-2", NULL };
    const char *const carla[] = { desk_name("carla"), "", NULL };

    open_shop(desk);
    coex_sim_drop_next(desk->sim, TRUE);
    plan_for(desk, "order_update", order_values, carla);
    desk_wait_ask(desk, "Send order_update (en_US) to 1 person of “Bakers”?");
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL, "The broadcast to “Bakers” begins, for 1 person. *");
    take_part(desk, "Carla|A-17");
    desk_wait_notice(desk, NULL, "* is done: WhatsApp has taken it for ? of 1 person*");
    wait_report(desk, "*: 1 person, 1 delivered.\nDelivered: Carla\n");

    coex_sim_set_callback_data(desk->sim, FALSE);
    coex_sim_drop_next(desk->sim, TRUE);
    plan_for(desk, "order_update", second, carla);
    desk_wait_ask(desk, "Send order_update (en_US) to 1 person of “Bakers”?");
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL, BEGINS);
    take_part(desk, "Carla|B-2");
    desk_wait_notice(desk, NULL, "* for 0 of 1 person, 1 not confirmed. /broadcast lists them.");
    desk_restart(desk);
    desk_wait_catalogue(desk);
    wait_report(desk, "*: 1 person, 1 not confirmed.\nNot confirmed, may have arrived: Carla\n");
    plan_for(desk, "order_update", second, carla);
    desk_wait_notice(desk, NULL, "Nothing was sent: nobody of “Bakers” would get it*");
    coex_session_resend(desk->session, desk_name("carla"));
    desk_wait_notice(desk, "carla", "There is nothing to send again.");
    g_free(coex_sim_customer_sends(desk->sim, "carla", "I have it twice? No"));
    desk_wait_feed(desk, COEX_FEED_SENT, "carla", "*A-17*");
    desk_wait_feed(desk, COEX_FEED_SENT, "carla", "*B-2*");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "carla", "I have it twice? No");
    desk_say(desk, "carla", "Once");
    desk_take(desk, "carla", "Once");
    desk_wait_state(desk, "carla", "*Once");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "carla"), ==, 3);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/broadcast-people/marketing-stopped", test_marketing_stopped_meanwhile);
    desk_add("/broadcast-people/blocked", test_blocked_meanwhile);
    desk_add("/broadcast-people/forgotten", test_forgotten_meanwhile);
    desk_add("/broadcast-people/united", test_united);
    desk_add("/broadcast-people/united-other-way", test_united_other_way);
    desk_add("/broadcast-people/united-between-tries", test_united_between_tries);
    desk_add("/broadcast-people/without-a-number", test_without_a_number);
    return g_test_run();
}
