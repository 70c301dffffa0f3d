// SPDX-License-Identifier: GPL-2.0-or-later
#include "broadcasts.h"
#include "core/broadcast-id.h"
#include "core/desk-send.h"
#include "core/verifier.h"
#include "desks.h"

#include <string.h>

/* What one desk sends to many, at the others: where it stands there, and that nobody gets it
 * twice. */

#define TO_ADA "Hi Ada Lovelace, your order A-17 is ready.*"
#define TO_BEN "Hi Ben Whitaker, your order A-17 is ready.*"
#define BY_COUNTER "[desk counter] "

static const char *const people[] = { "ada", "ben", "carla" };

/* Ada, Ben and Carla have written, some time ago. */
static void
open_for_all(Shop *shop, Desk *desk)
{
    shop->relay = coex_sim_relay_new(SHOP_KEY);
    shop->counter = desk;
    shop->home = desk_new_elsewhere(desk);
    shop->counter->config.recall = shop->home->config.recall = 0;
    shop_set_up(shop->counter, shop->relay, "counter");
    shop_set_up(shop->home, shop->relay, "home");
    shop_log_in(shop->home);
    open_shop(shop->counter);
    for (guint i = 0; i < G_N_ELEMENTS(people); i++)
        desk_wait_feed(shop->home, COEX_FEED_INBOUND, people[i], "Hello");
    desk_wait_picture(shop->counter, "none");
    desk_wait_blocks(shop->counter, NULL, "");
    desk_wait_picture(shop->home, "none");
    desk_wait_blocks(shop->home, NULL, "");
    desk_advance(shop->counter, 5);
    desk_set_clock_ahead(shop->home, 5);
}

static void
send_order(Desk *desk)
{
    begin_order(desk);
    take_parts(desk, 3);
    desk_wait_notice(desk, NULL, DONE);
    for (guint i = 0; i < G_N_ELEMENTS(people); i++)
        desk_wait_state(desk, people[i], "delivered*");
}

/* The other desk has all of it, and what became of it. */
static void
wait_copied(Desk *desk)
{
    for (guint i = 0; i < G_N_ELEMENTS(people); i++)
        desk_wait_state(desk, people[i], "delivered*" BY_COUNTER "Hi *");
}

static void
wait_line(Desk *desk, CoexFeedKind kind, const char *who, const char *glob)
{
    const DeskEvent *line = desk_wait_feed(desk, kind, who, glob);

    g_assert_true(line->item->flags & COEX_LINE_BROADCAST);
}

/* In the conversation that is open, and elsewhere before the answer, as at the desk that sent it;
 * and who waits for an answer waits on. */
static void
test_shown(Desk *desk)
{
    gint64 since;
    Shop shop;

    open_for_all(&shop, desk);
    coex_session_note_open(shop.home->session, desk_name("ada"), TRUE);
    since = desk_view(shop.home, "ben")->waiting_since;
    send_order(shop.counter);
    wait_line(shop.home, COEX_FEED_ECHO, "ada", BY_COUNTER TO_ADA);
    wait_copied(shop.home);
    g_assert_cmpint(desk_view(shop.home, "ben")->waiting_since, ==, since);
    g_free(coex_sim_customer_sends(desk->sim, "ben", "Perfect"));
    wait_line(shop.counter, COEX_FEED_SENT, "ben", TO_BEN);
    desk_wait_feed(shop.counter, COEX_FEED_INBOUND, "ben", "Perfect");
    wait_line(shop.home, COEX_FEED_ECHO, "ben", BY_COUNTER TO_BEN);
    desk_wait_feed(shop.home, COEX_FEED_INBOUND, "ben", "Perfect");
    desk_restart(shop.home);
    coex_session_note_open(shop.home->session, desk_name("carla"), TRUE);
    wait_line(shop.home, COEX_FEED_ECHO, "carla", BY_COUNTER "Hi *");
    shop_fence(&shop);
    g_assert_cmpuint(desk_count(shop.home, DESK_FEED, "ada", "*"), ==, 0);
    g_assert_cmpuint(desk_count(shop.home, DESK_FEED, "ben", "*"), ==, 0);
    assert_each_got(desk, 1);
    shop_close(&shop);
}

/* The same again from the other desk reaches nobody, and other values are asked about. */
static void
test_asked(Desk *desk)
{
    static const char *const values[] = { "{name}", "B-18", NULL };
    const char *const buddies[] = { desk_name("ada"), "", desk_name("ben"), "", NULL };
    const DeskEvent *ask;
    Shop shop;

    open_for_all(&shop, desk);
    send_order(shop.counter);
    shop_fence(&shop);
    wait_copied(shop.home);
    plan_order(shop.home);
    desk_wait_notice(shop.home, NULL,
                     "Nothing was sent: nobody of “Bakers” would get it*got the same from the "
                     "desk “counter” at *");
    plan_for(shop.home, "order_update", values, buddies);
    ask = desk_wait_ask(shop.home, "Send order_update (en_US) to 2 people of “Bakers”?");
    g_assert_nonnull(strstr(ask->detail,
                            "2 of them got order_update from the desk “counter” in the last three "
                            "days, and get it again: Ada Lovelace, Ben Whitaker."));
    broadcast_step(shop.home, COEX_BROADCAST_CANCEL);
    desk_wait_notice(shop.home, NULL, "The broadcast * was not sent.");
    plan_for(shop.counter, "order_update", values, buddies);
    ask = desk_wait_ask(shop.counter, "Send order_update (en_US) to 2 people of “Bakers”?");
    g_assert_nonnull(strstr(ask->detail, "2 of them got order_update in the last three days, and "
                                         "get it again: Ada Lovelace, Ben Whitaker."));
    shop_close(&shop);
}

static void
hear_echoes(Shop *shop)
{
    for (guint i = 0; i < G_N_ELEMENTS(people); i++) {
        g_autofree char *sent = coex_sim_dup_last_sent(shop->counter->sim, people[i]);

        g_free(coex_sim_echo_sent(shop->counter->sim, sent));
        desk_wait_feed(shop->home, COEX_FEED_ECHO, people[i], "*");
    }
}

static void
say_late(Shop *shop)
{
    desk_say(shop->counter, "ada", "By the way");
    desk_take(shop->counter, "ada", "By the way");
    desk_wait_state(shop->counter, "ada", "delivered*: By the way");
    desk_fence(shop->counter);
}

/* The copies that came before it are there, too. */
static void
say_behind(Shop *shop)
{
    desk_say(shop->counter, "ada", "By the way");
    desk_take(shop->counter, "ada", "By the way");
    shop_wait_copy(shop->home, "ada", "[desk counter] By the way");
    desk_wait_state(shop->counter, "ada", "delivered*: By the way");
}

static void
wait_left_out(Desk *desk, const char *glob)
{
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL, BEGINS);
    desk_wait_notice(desk, NULL, DONE);
    broadcast_step(desk, COEX_BROADCAST_REPORT);
    desk_wait_facts(desk, NULL, glob);
}

/* Between the question and the answer to it the other desk sends the same. */
static void
test_meanwhile(Desk *desk)
{
    Shop shop;

    open_for_all(&shop, desk);
    plan_order(shop.home);
    desk_wait_ask(shop.home, "Send order_update (en_US) to 3 people of “Bakers”?");
    send_order(shop.counter);
    wait_copied(shop.home);
    wait_left_out(shop.home,
                  "*: 3 people, 3 left out.\nNot sent: the desk “counter” sent them the same.: *");
    shop_fence(&shop);
    assert_each_got(desk, 1);
    shop_close(&shop);
}

/* WhatsApp's echoes come before the copies, after the question. */
static void
test_echoed_meanwhile(Desk *desk)
{
    Shop shop;

    open_for_all(&shop, desk);
    plan_order(shop.home);
    desk_wait_ask(shop.home, "Send order_update (en_US) to 3 people of “Bakers”?");
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_FULL);
    send_order(shop.counter);
    hear_echoes(&shop);
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_HONEST);
    say_behind(&shop);
    wait_left_out(shop.home,
                  "*: 3 people, 3 left out.\nNot sent: the desk “counter” sent them the same.: *");
    shop_fence(&shop);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, G_N_ELEMENTS(people) + 1);
    shop_close(&shop);
}

static void
wait_united(Desk *desk)
{
    desk_wait_any_feed(desk, COEX_FEED_NOTICE, "carla", "This is the same person as Ada *");
    desk_wait_any_feed(desk, COEX_FEED_NOTICE, "ada", "WhatsApp reports: *User Ada *");
}

/* Carla, who got it, turns out to be Ada, who is to get it. */
static void
test_united_meanwhile(Desk *desk)
{
    const char *const ada[] = { desk_name("ada"), "", NULL };
    const char *const carla[] = { desk_name("carla"), "", NULL };
    Shop shop;

    open_for_all(&shop, desk);
    plan_for(shop.home, "order_update", order_values, ada);
    desk_wait_ask(shop.home, "Send order_update (en_US) to 1 person of “Bakers”?");
    plan_for(shop.counter, "order_update", order_values, carla);
    desk_wait_ask(shop.counter, "Send order_update (en_US) to 1 person of “Bakers”?");
    broadcast_step(shop.counter, COEX_BROADCAST_BEGIN);
    desk_wait_notice(shop.counter, NULL, BEGINS);
    take_part(desk, NULL);
    desk_wait_notice(shop.counter, NULL, DONE);
    desk_wait_state(shop.counter, "carla", "delivered*");
    desk_wait_state(shop.home, "carla", "delivered*" BY_COUNTER "Hi *");
    g_assert_true(coex_sim_unite(desk->sim, "ada", "carla"));
    wait_united(shop.counter);
    wait_united(shop.home);
    wait_left_out(
        shop.home,
        "*: 1 person, 1 left out.\nNot sent: the desk “counter” sent them the same.: Ada *");
    shop_fence(&shop);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, 1);
    shop_close(&shop);
}

/* ---- many ---- */

#define N_MANY 30

static char **
add_many(Desk *desk)
{
    g_autoptr(GStrvBuilder) buddies = g_strv_builder_new();

    for (guint i = 0; i < N_MANY; i++) {
        g_autofree char *who = g_strdup_printf("p%u", i);
        g_autofree char *number = g_strdup_printf("4915112346%03u", i);
        g_autofree char *full = g_strconcat("+", number, NULL);

        coex_sim_add_customer(desk->sim, who, full, NULL, "Somebody");
        g_strv_builder_add_many(buddies, number, "Somebody", NULL);
    }
    return g_strv_builder_end(buddies);
}

static void
begin_many(Desk *desk, const char *const *buddies)
{
    plan_for(desk, "order_update", order_values, buddies);
    desk_wait_ask(desk, "Send order_update (en_US) to 30 people of “Bakers”?");
    broadcast_step(desk, COEX_BROADCAST_BEGIN);
    desk_wait_notice(desk, NULL, BEGINS);
}

static void
assert_all_reached(Desk *desk)
{
    for (guint i = 0; i < N_MANY; i++) {
        g_autofree char *who = g_strdup_printf("p%u", i);

        g_assert_cmpuint(coex_sim_n_sent(desk->sim, who), >=, 1);
    }
}

/* Their copies go together. Whom the other desk never heard of, it does not reach twice. */
static void
test_many(Desk *desk)
{
    g_auto(GStrv) buddies = add_many(desk);
    const DeskEvent *over;
    Shop shop;

    shop_open(&shop, desk);
    begin_many(shop.counter, (const char *const *)buddies);
    take_parts(desk, N_MANY);
    desk_wait_notice(shop.counter, NULL, DONE);
    /* what is said behind it goes behind it */
    desk_hear(shop.counter, "ada", "Hello");
    desk_wait_feed(shop.home, COEX_FEED_INBOUND, "ada", "Hello");
    desk_say(shop.counter, "ada", "Hi");
    desk_take(desk, "ada", "Hi");
    shop_wait_copy(shop.home, "ada", "[desk counter] Hi");
    desk_wait_state(shop.counter, "ada", "delivered*");
    g_assert_cmpuint(coex_sim_relay_n_sends(shop.relay), <, N_MANY / 2);
    plan_for(shop.home, "order_update", order_values, (const char *const *)buddies);
    over = desk_wait_notice(shop.home, NULL, "Nothing was sent: nobody of “Bakers” would *");
    g_assert_nonnull(strstr(over->text, "got the same from the desk “counter” at "));
    shop_fence(&shop);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, N_MANY + 1);
    shop_close(&shop);
}

static Shop *both;

static gboolean
has_one_ended(Desk *desk)
{
    return desk_count(both->counter, DESK_NOTICE, NULL, "* sends the same just now*") +
               desk_count(both->home, DESK_NOTICE, NULL, "* sends the same just now*") >
           0;
}

static gboolean
has_one_done(Desk *desk)
{
    return desk_count(both->counter, DESK_NOTICE, NULL, DONE) +
               desk_count(both->home, DESK_NOTICE, NULL, DONE) >
           0;
}

/* One of the two ends, and the other goes on: nobody is left out. */
static void
test_both(Desk *desk)
{
    g_auto(GStrv) buddies = add_many(desk);
    Shop shop;

    shop_open(&shop, desk);
    both = &shop;
    begin_many(shop.counter, (const char *const *)buddies);
    begin_many(shop.home, (const char *const *)buddies);
    desk_wait_until(desk, has_one_ended, "the end of one");
    desk_wait_until(desk, has_one_done, "the end of the other");
    desk_ignore(shop.counter, "The broadcast of *");
    desk_ignore(shop.home, "The broadcast of *");
    shop_fence(&shop);
    assert_all_reached(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), <, 2 * N_MANY);
    take_parts(desk, coex_sim_n_sent(desk->sim, NULL));
    shop_close(&shop);
}

/* ---- what goes wrong ---- */

/* The relay takes nothing meanwhile, and the desk is started anew. */
static void
test_late(Desk *desk)
{
    Shop shop;

    open_for_all(&shop, desk);
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_FULL);
    send_order(shop.counter);
    desk_restart(shop.counter);
    g_assert_cmpuint(coex_sim_relay_n_sends(shop.relay), ==, 0);
    coex_session_note_open(shop.home->session, desk_name("ada"), TRUE);
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_HONEST);
    wait_line(shop.home, COEX_FEED_ECHO, "ada", BY_COUNTER TO_ADA);
    wait_copied(shop.home);
    shop_fence(&shop);
    g_assert_cmpuint(coex_sim_relay_n_sends(shop.relay), ==, 1);
    shop_close(&shop);
}

/* The answer is lost, and a status tells that it was taken: the copy follows. */
static void
test_proven_later(Desk *desk)
{
    const char *const ada[] = { desk_name("ada"), "", NULL };
    Shop shop;

    open_for_all(&shop, desk);
    coex_session_note_open(shop.home->session, desk_name("ada"), TRUE);
    coex_sim_drop_next(desk->sim, TRUE);
    plan_for(shop.counter, "order_update", order_values, ada);
    desk_wait_ask(shop.counter, "Send order_update (en_US) to 1 person of “Bakers”?");
    broadcast_step(shop.counter, COEX_BROADCAST_BEGIN);
    desk_wait_notice(shop.counter, NULL, BEGINS);
    take_part(desk, NULL);
    desk_wait_notice(shop.counter, NULL, DONE);
    wait_line(shop.home, COEX_FEED_ECHO, "ada", BY_COUNTER TO_ADA);
    shop_fence(&shop);
    shop_close(&shop);
}

/* Who is forgotten here does not come back by what another desk sends to many. */
static void
test_forgotten(Desk *desk)
{
    Shop shop;

    open_for_all(&shop, desk);
    coex_session_forget(shop.home->session, desk_name("ada"));
    desk_wait_forget(shop.home, "ada");
    coex_session_forgotten(shop.home->session, desk_name("ada"));
    desk_wait_notice(shop.home, NULL, "The person is forgotten here, *");
    desk_advance(shop.counter, 60);
    desk_set_clock_ahead(shop.home, 65);
    send_order(shop.counter);
    shop_fence(&shop);
    g_free(coex_sim_customer_sends(desk->sim, "ada", "Perfect"));
    desk_wait_any_feed(shop.home, COEX_FEED_INBOUND, "ada", "Perfect");
    wait_line(shop.counter, COEX_FEED_SENT, "ada", TO_ADA);
    desk_wait_feed(shop.counter, COEX_FEED_INBOUND, "ada", "Perfect");
    g_assert_cmpuint(desk_count(shop.home, DESK_FEED, "ada", "*Hi *"), ==, 0);
    shop_close(&shop);
}

/* WhatsApp's own echo comes first, and was shown: it counts, and is not shown again. */
static void
test_echoed(Desk *desk)
{
    Shop shop;

    open_for_all(&shop, desk);
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_FULL);
    send_order(shop.counter);
    hear_echoes(&shop);
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_HONEST);
    say_behind(&shop);
    plan_order(shop.home);
    desk_wait_notice(shop.home, NULL,
                     "Nothing was sent: nobody of “Bakers” would get it*got the same *");
    g_free(coex_sim_customer_sends(desk->sim, "ben", "Perfect"));
    wait_line(shop.counter, COEX_FEED_SENT, "ben", TO_BEN);
    desk_wait_feed(shop.counter, COEX_FEED_INBOUND, "ben", "Perfect");
    desk_wait_feed(shop.home, COEX_FEED_INBOUND, "ben", "Perfect");
    shop_fence(&shop);
    shop_close(&shop);
}

/* The same, and the desk at home is started anew before its own order has left. */
static void
test_echoed_before_a_restart(Desk *desk)
{
    Shop shop;

    open_for_all(&shop, desk);
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_FULL);
    send_order(shop.counter);
    hear_echoes(&shop);
    desk_advance(shop.counter, 60);
    desk_set_clock_ahead(shop.home, 65);
    plan_order(shop.home);
    desk_wait_ask(shop.home, "Send order_update (en_US) to 3 people of “Bakers”?");
    coex_sim_set_down(desk->sim, TRUE);
    broadcast_step(shop.home, COEX_BROADCAST_BEGIN);
    desk_wait_notice(shop.home, NULL, BEGINS);
    desk_logout(shop.home);
    coex_sim_set_down(desk->sim, FALSE);
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_HONEST);
    say_late(&shop);
    shop_log_in(shop.home);
    shop_wait_copy(shop.home, "ada", BY_COUNTER "By the way");
    desk_wait_notice(shop.home, NULL, "The broadcast * goes on, with 3 people to go.*");
    desk_wait_notice(shop.home, NULL, DONE);
    desk_wait_feed(shop.home, COEX_FEED_INBOUND, "fay", "fence *");
    shop_fence(&shop);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, NULL), ==, G_N_ELEMENTS(people) + 1);
    shop_close(&shop);
}

static char *
write_part(Desk *desk, const char *who, const char *number, gint64 sent_at)
{
    g_autoptr(CoexVerifier) verifier =
        coex_verifier_new(COEX_PROOF_SIGNATURE, coex_sim_get_app_secret(desk->sim));
    g_autofree char *content = coex_broadcast_dup_content_id("order_update", "en_US", order_values);
    g_autofree char *id = coex_broadcast_dup_id(content, 0);
    g_autofree char *local_id = coex_broadcast_dup_local_id(id, 1);
    g_autofree char *wamid = g_strconcat("wamid.", who, NULL);
    const CoexDeskSend send = { .desk = "attic",
                                .from = desk->number,
                                .local_id = local_id,
                                .wamid = wamid,
                                .number = number,
                                .sent_at = sent_at,
                                .type = "template",
                                .text = "Hi, your order A-17 is ready.",
                                .template_name = "order_update" };

    return coex_desk_send_write(&send, verifier);
}

/* A copy that comes late counts by when it was sent: what is more than a day ago leaves nobody out.
 */
static void
test_long_ago(Desk *desk)
{
    gint64 now = coex_sim_now(desk->sim);
    g_autofree char *long_ago =
        write_part(desk, "ada", desk_name("ada"), now - (gint64)30 * 60 * 60);
    g_autofree char *today = write_part(desk, "ben", desk_name("ben"), now - (gint64)60 * 60);
    Shop shop;

    open_for_all(&shop, desk);
    plan_order(shop.home);
    desk_wait_ask(shop.home, "Send order_update (en_US) to 3 people of “Bakers”?");
    coex_sim_relay_put_send(shop.relay, long_ago);
    coex_sim_relay_put_send(shop.relay, today);
    shop_fence(&shop);
    wait_left_out(shop.home, "*: 3 people, *1 left out.\nNot sent: the desk “attic” sent them the "
                             "same.: Ben Whitaker\n*");
    take_parts(desk, 2);
    shop_fence(&shop);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 1);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ben"), ==, 0);
    shop_close(&shop);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/desk-broadcast/shown", test_shown);
    desk_add_at(DESK_ONLY_META, "/desk-broadcast/asked", test_asked);
    desk_add("/desk-broadcast/meanwhile", test_meanwhile);
    desk_add_at(DESK_ONLY_META, "/desk-broadcast/echoed-meanwhile", test_echoed_meanwhile);
    desk_add_at(DESK_ONLY_META, "/desk-broadcast/united-meanwhile", test_united_meanwhile);
    desk_add_at(DESK_ONLY_META, "/desk-broadcast/many", test_many);
    desk_add_at(DESK_ONLY_360DIALOG, "/desk-broadcast/both", test_both);
    desk_add_at(DESK_ONLY_META, "/desk-broadcast/late", test_late);
    desk_add_at(DESK_ONLY_META, "/desk-broadcast/proven-later", test_proven_later);
    desk_add_at(DESK_ONLY_META, "/desk-broadcast/forgotten", test_forgotten);
    desk_add_at(DESK_ONLY_META, "/desk-broadcast/echoed", test_echoed);
    desk_add_at(DESK_ONLY_META, "/desk-broadcast/echoed-before-a-restart",
                test_echoed_before_a_restart);
    desk_add_at(DESK_ONLY_META, "/desk-broadcast/long-ago", test_long_ago);
    return g_test_run();
}
