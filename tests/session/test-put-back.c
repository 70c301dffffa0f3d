// SPDX-License-Identifier: GPL-2.0-or-later
#include "broadcasts.h"
#include "desks.h"

#include <gio/gio.h>
#include <string.h>

#define SAME_NAME "What came just now was sent by a desk that is called “home”, as this one is.*"
#define WAITS "Waiting for the relay, which knows whether it has left already: *"

/* A desk that is put back from a backup: what has left since then tells the relay, by its copies
 * and by what became of them. Nothing of it leaves once more. */

/* ---- the backup ---- */

static void
copy_folder(Desk *desk, const char *from, const char *to)
{
    g_autofree char *source = g_build_filename(desk->dir, from, NULL);
    g_autofree char *target = g_build_filename(desk->dir, to, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) removal =
        g_subprocess_new(G_SUBPROCESS_FLAGS_NONE, &error, "rm", "-rf", target, NULL);
    g_autoptr(GSubprocess) copy = NULL;

    g_assert_no_error(error);
    g_subprocess_wait_check(removal, NULL, &error);
    g_assert_no_error(error);
    copy = g_subprocess_new(G_SUBPROCESS_FLAGS_NONE, &error, "cp", "-a", source, target, NULL);
    g_assert_no_error(error);
    g_subprocess_wait_check(copy, NULL, &error);
    g_assert_no_error(error);
}

/* The desk is off. */
static void
back_up(Desk *desk)
{
    copy_folder(desk, "coex", "backup");
}

static void
put_back(Desk *desk)
{
    copy_folder(desk, "backup", "coex");
}

static void
put_back_home(Shop *shop)
{
    desk_logout(shop->home);
    put_back(shop->home);
}

static void
send_relay_away(Shop *shop)
{
    coex_sim_relay_set_mood(shop->relay, COEX_SIM_RELAY_AWAY);
    desk_ignore(shop->home, "The relay cannot be asked: *");
    desk_ignore(shop->home, "The relay answers again. *");
    desk_ignore(shop->counter, "The relay cannot be asked: *");
    desk_ignore(shop->counter, "The relay answers again. *");
}

/* ---- what it sent ---- */

/* It has what it sent since then from the relay, sends nothing again, and what it sends now is new
 * at the others. */
static void
test_sent(Desk *desk)
{
    Shop shop;

    shop_open(&shop, desk);
    shop_ignore_haste(&shop);
    shop_hear(&shop, "Is it ready?");
    desk_say(shop.home, "ada", "Before");
    shop_wait_copy(shop.counter, "ada", "[desk home] Before");
    desk_wait_state(shop.home, "ada", "delivered*");
    shop_fence(&shop);
    desk_logout(shop.home);
    back_up(shop.home);
    shop_log_in(shop.home);
    shop_say(&shop, shop.home, "After");
    shop_fence(&shop);
    put_back_home(&shop);
    shop_log_in(shop.home);
    shop_wait_copy(shop.home, "ada", "[desk home] After");
    desk_wait_notice(shop.home, NULL, SAME_NAME);
    desk_wait_state(shop.home, "ada", "delivered*: * After");
    desk_wait_feed(shop.home, COEX_FEED_INBOUND, "fay", "fence *");
    shop_say(&shop, shop.home, "Now");
    shop_fence(&shop);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 3);
    shop_close(&shop);
}

/* ---- what waited ---- */

/* "One" has been tried and waits, "Two" waits behind it, and the desk is off. */
static void
leave_two(Shop *shop)
{
    shop_ignore_haste(shop);
    desk_ignore(shop->home, "Waiting for WhatsApp: *");
    shop_hear(shop, "Is it ready?");
    coex_sim_fail_next(shop->home->sim, 131056);
    desk_say(shop->home, "ada", "One");
    desk_say(shop->home, "ada", "Two");
    desk_wait_requests(shop->home, "messages", 1);
    shop_fence(shop);
    desk_logout(shop->home);
}

static void
wait_two(Shop *shop)
{
    shop_wait_copy(shop->counter, "ada", "[desk home] One");
    shop_wait_copy(shop->counter, "ada", "[desk home] Two");
    desk_wait_state(shop->home, "ada", "delivered*: Two");
    shop_fence(shop);
}

/* Nothing waits, and what is typed now is the only thing that leaves. */
static void
assert_all_sent(Shop *shop, guint n_sent)
{
    shop_fence(shop);
    desk_assert_nothing_kept(shop->home, "ada");
    shop_say(shop, shop->home, "Now");
    shop_fence(shop);
    g_assert_cmpuint(coex_sim_n_sent(shop->home->sim, "ada"), ==, n_sent + 1);
}

static void
put_back_and_come(Shop *shop)
{
    put_back_home(shop);
    shop_log_in(shop->home);
    desk_wait_any_feed(shop->home, COEX_FEED_INBOUND, "fay", "fence *");
}

static void
test_waiting(Desk *desk)
{
    Shop shop;

    shop_open(&shop, desk);
    leave_two(&shop);
    back_up(shop.home);
    shop_log_in(shop.home);
    wait_two(&shop);
    put_back_and_come(&shop);
    desk_wait_state(shop.home, "ada", "delivered*: Two");
    assert_all_sent(&shop, 2);
    /* as after any other login */
    desk_restart(shop.home);
    desk_wait_catalogue(shop.home);
    assert_all_sent(&shop, 3);
    shop_close(&shop);
}

/* The copies never came to the relay: what became of the messages tells it as well. */
static void
test_statuses(Desk *desk)
{
    Shop shop;

    shop_open(&shop, desk);
    leave_two(&shop);
    back_up(shop.home);
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_FULL);
    shop_log_in(shop.home);
    desk_wait_state(shop.home, "ada", "delivered*: Two");
    desk_fence(shop.counter);
    desk_wait_feed(shop.home, COEX_FEED_INBOUND, "fay", "fence *");
    desk_logout(shop.home);
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_HONEST);
    put_back(shop.home);
    shop_log_in(shop.home);
    desk_wait_feed(shop.home, COEX_FEED_INBOUND, "fay", "fence *");
    desk_wait_state(shop.home, "ada", "delivered*: Two");
    shop_wait_copy(shop.counter, "ada", "[desk home] One");
    shop_wait_copy(shop.counter, "ada", "[desk home] Two");
    assert_all_sent(&shop, 2);
    shop_close(&shop);
}

/* The relay cannot be asked: what waits goes on waiting, says so, and does not leave twice. */
static void
test_away(Desk *desk)
{
    Shop shop;

    shop_open(&shop, desk);
    leave_two(&shop);
    back_up(shop.home);
    shop_log_in(shop.home);
    wait_two(&shop);
    put_back_home(&shop);
    send_relay_away(&shop);
    shop_log_in(shop.home);
    desk_wait_notice(shop.home, "ada", WAITS);
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_HONEST);
    desk_wait_any_feed(shop.home, COEX_FEED_RECORD, "ada", "Sent at *: One");
    desk_wait_feed(shop.home, COEX_FEED_INBOUND, "fay", "fence *");
    desk_wait_state(shop.home, "ada", "delivered*: Two");
    assert_all_sent(&shop, 2);
    shop_close(&shop);
}

/* Without a backup: what has not left does, as soon as the relay can be asked. */
static void
test_not_sent(Desk *desk)
{
    Shop shop;

    shop_open(&shop, desk);
    leave_two(&shop);
    send_relay_away(&shop);
    shop_log_in(shop.home);
    desk_wait_notice(shop.home, "ada", WAITS);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 0);
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_HONEST);
    wait_two(&shop);
    desk_wait_feed(shop.home, COEX_FEED_RECORD, "ada", "Sent at *: One");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 2);
    shop_close(&shop);
}

/* What was held left when she wrote, which the relay tells once more. */
static void
test_held(Desk *desk)
{
    Shop shop;

    shop_open(&shop, desk);
    shop_ignore_haste(&shop);
    shop_hear(&shop, "Is it ready?");
    shop_fence(&shop);
    desk_advance(shop.counter, 60);
    desk_set_clock_ahead(shop.home, 60);
    coex_session_hold_text(shop.home->session, desk_name("ada"), "For later", NULL);
    desk_wait_notice(shop.home, "ada", "Held until *For later");
    desk_logout(shop.home);
    back_up(shop.home);
    shop_log_in(shop.home);
    shop_hear(&shop, "Hello?");
    desk_wait_feed(shop.home, COEX_FEED_SENT, "ada", "For later");
    shop_wait_copy(shop.counter, "ada", "[desk home] For later");
    desk_wait_state(shop.home, "ada", "delivered*: For later");
    shop_fence(&shop);
    put_back_home(&shop);
    shop_log_in(shop.home);
    desk_wait_feed(shop.home, COEX_FEED_INBOUND, "ada", "Hello?");
    desk_wait_feed(shop.home, COEX_FEED_SENT, "ada", "For later");
    desk_wait_feed(shop.home, COEX_FEED_INBOUND, "fay", "fence *");
    desk_wait_state(shop.home, "ada", "delivered*: For later");
    assert_all_sent(&shop, 1);
    shop_close(&shop);
}

/* ---- the real one ---- */

/* coex-relay itself, in a folder of the counter's, with a tenant at /bakery. */
typedef struct {
    char *config;
    char *url;
    guint port;
    GSubprocess *process;
} Relay;

static void
relay_start(Relay *relay)
{
    g_autofree char *program = g_build_filename(g_getenv("COEX_BUILD_DIR"), "coex-relay", NULL);
    g_autoptr(GSocketClient) client = g_socket_client_new();
    gint64 until = g_get_monotonic_time() + DESK_PATIENCE_MS * G_TIME_SPAN_MILLISECOND;
    g_autoptr(GSocketConnection) connection = NULL;
    g_autoptr(GError) error = NULL;

    relay->process = g_subprocess_new(G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, program,
                                      "--config", relay->config, NULL);
    g_assert_no_error(error);
    g_socket_client_set_enable_proxy(client, FALSE);
    do {
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        g_thread_yield();
        connection =
            g_socket_client_connect_to_host(client, "127.0.0.1", (guint16)relay->port, NULL, NULL);
    } while (connection == NULL);
}

static void
relay_kill(Relay *relay)
{
    g_subprocess_force_exit(relay->process);
    g_subprocess_wait(relay->process, NULL, NULL);
    g_clear_object(&relay->process);
}

static void
relay_begin(Relay *relay, const Desk *desk)
{
    g_autofree char *text = NULL;

    relay->port = coex_sim_find_port();
    relay->url = g_strdup_printf("http://127.0.0.1:%u/bakery", relay->port);
    relay->config = g_build_filename(desk->dir, "relay.conf", NULL);
    text =
        g_strdup_printf("[relay]\nlisten=127.0.0.1:%u\ndatabase=%s/relay.db\n"
                        "[tenant bakery]\npath=/bakery\nnumber=+%s\napp-secret=%s\n"
                        "desk-key=" SHOP_KEY "\n",
                        relay->port, desk->dir, desk->number, coex_sim_get_app_secret(desk->sim));
    g_assert_true(g_file_set_contents(relay->config, text, -1, NULL));
    relay_start(relay);
}

static void
relay_end(Relay *relay)
{
    relay_kill(relay);
    g_free(relay->config);
    g_free(relay->url);
}

static void
set_up_at(Desk *desk, const Relay *relay, const char *name)
{
    desk->config.listen = "off";
    desk->config.relay = relay->url;
    desk->config.relay_key = SHOP_KEY;
    desk->config.desk_name = name;
    coex_sim_set_webhook(desk->sim, relay->url);
}

/* It is killed and started anew between what leaves and the backup's return. */
static void
test_real_relay(Desk *desk)
{
    Shop shop = { .counter = desk, .home = desk_new_elsewhere(desk) };
    Relay relay;

    relay_begin(&relay, desk);
    set_up_at(shop.counter, &relay, "counter");
    set_up_at(shop.home, &relay, "home");
    shop_log_in(shop.counter);
    shop_log_in(shop.home);
    leave_two(&shop);
    back_up(shop.home);
    shop_log_in(shop.home);
    wait_two(&shop);
    desk_logout(shop.home);
    relay_kill(&relay);
    put_back(shop.home);
    relay_start(&relay);
    shop_log_in(shop.home);
    desk_wait_feed(shop.home, COEX_FEED_INBOUND, "fay", "fence *");
    desk_wait_state(shop.home, "ada", "delivered*: Two");
    assert_all_sent(&shop, 2);
    desk_restart(shop.home);
    desk_wait_catalogue(shop.home);
    assert_all_sent(&shop, 3);
    desk_free(shop.home);
    desk_logout(shop.counter);
    relay_end(&relay);
}

/* ---- what was for many ---- */

/* Both know the three, and the desk at home has begun to send, but cannot yet. */
static void
leave_order(Shop *shop)
{
    static const char *const people[] = { "ada", "ben", "carla" };

    for (guint i = 0; i < G_N_ELEMENTS(people); i++) {
        g_free(coex_sim_customer_sends(shop->home->sim, people[i], "Hello"));
        desk_wait_feed(shop->counter, COEX_FEED_INBOUND, people[i], "Hello");
        desk_wait_feed(shop->home, COEX_FEED_INBOUND, people[i], "Hello");
    }
    shop_fence(shop);
    desk_wait_picture(shop->home, "none");
    desk_wait_blocks(shop->home, NULL, "");
    coex_sim_set_down(shop->home->sim, TRUE);
    begin_order(shop->home);
    desk_logout(shop->home);
    coex_sim_set_down(shop->home->sim, FALSE);
}

static void
test_broadcast(Desk *desk)
{
    Shop shop;

    shop_open(&shop, desk);
    leave_order(&shop);
    back_up(shop.home);
    shop_log_in(shop.home);
    desk_wait_notice(shop.home, NULL, "The broadcast * goes on, with 3 people to go.*");
    take_parts(desk, 3);
    desk_wait_notice(shop.home, NULL, DONE);
    shop_fence(&shop);
    desk_wait_state(shop.counter, "carla", "delivered*[desk home] Hi *");
    put_back_home(&shop);
    shop_log_in(shop.home);
    desk_wait_notice(shop.home, NULL, SAME_NAME);
    desk_wait_notice(shop.home, NULL, DONE);
    desk_wait_feed(shop.home, COEX_FEED_INBOUND, "fay", "fence *");
    shop_fence(&shop);
    assert_each_got(desk, 1);
    shop_close(&shop);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add_at(DESK_ONLY_META, "/put-back/sent", test_sent);
    desk_add("/put-back/waiting", test_waiting);
    desk_add_at(DESK_ONLY_META, "/put-back/statuses", test_statuses);
    desk_add_at(DESK_ONLY_META, "/put-back/away", test_away);
    desk_add_at(DESK_ONLY_META, "/put-back/not-sent", test_not_sent);
    desk_add_at(DESK_ONLY_META, "/put-back/held", test_held);
    desk_add_at(DESK_ONLY_META, "/put-back/real-relay", test_real_relay);
    desk_add_at(DESK_ONLY_META, "/put-back/broadcast", test_broadcast);
    return g_test_run();
}
