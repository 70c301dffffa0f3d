// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/desk-send.h"
#include "desks.h"

#include <string.h>

#define ADA "12025550101"

static void
assert_once(Desk *desk, const char *text)
{
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", text), ==, 1);
}

/* ---- what the other desk shows ---- */

static void
test_copied(Desk *desk)
{
    Shop shop;

    shop_open(&shop, desk);
    shop_ignore_haste(&shop);
    shop_hear(&shop, "Is it ready?");
    shop_say(&shop, shop.counter, "It is");
    desk_wait_state(shop.home, "ada", "delivered*: ?desk counter? It is");
    coex_sim_customer_reads(desk->sim, "ada");
    desk_wait_state(shop.counter, "ada", "read*");
    desk_wait_state(shop.home, "ada", "read*");
    shop_say(&shop, shop.home, "Until six");
    shop_fence(&shop);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 2);
    g_assert_cmpuint(coex_sim_relay_n_sends(shop.relay), ==, 2);
    assert_once(shop.counter, "*It is");
    assert_once(shop.home, "*It is");
    desk_restart(shop.counter);
    desk_restart(shop.home);
    shop_fence(&shop);
    g_assert_cmpuint(desk_count(shop.counter, DESK_FEED, "ada", "*"), ==, 0);
    g_assert_cmpuint(desk_count(shop.home, DESK_FEED, "ada", "*"), ==, 0);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 2);
    g_assert_cmpuint(coex_sim_relay_n_sends(shop.relay), ==, 2);
    shop_close(&shop);
}

/* A file can be fetched there, too; a template and what is in it stand there as words. */
static void
test_kinds(Desk *desk)
{
    const char *const values[] = { "Ada", "A-17", NULL };
    g_autofree char *path = g_build_filename(desk->dir, "menu.pdf", NULL);
    Shop shop;

    shop_open(&shop, desk);
    desk_logout(shop.home);
    shop.home->config.media_folder = g_intern_string(shop.home->dir);
    shop.home->config.media_limit = 1000000;
    shop_log_in(shop.home);
    shop_ignore_haste(&shop);
    shop_hear(&shop, "Hello");
    g_assert_true(g_file_set_contents(path, "%PDF-1.4 for lunch", -1, NULL));
    g_assert_true(coex_session_send_file(shop.counter->session, ADA, path, "For lunch", 0, NULL));
    desk_wait_feed(shop.counter, COEX_FEED_SENT, "ada", "[document] menu.pdf*");
    shop_wait_copy(shop.home, "ada", "[desk counter] [document] menu.pdf: For lunch");
    desk_wait_state(shop.counter, "ada", "delivered*");
    desk_wait_any_feed(shop.home, COEX_FEED_FILE, "ada", "[document #*, 18 bytes]");
    g_assert_true(coex_session_send_template(
        shop.home->session, ADA, desk_template(shop.home, "order_update", "en_US"), values, NULL));
    desk_wait_feed(shop.home, COEX_FEED_SENT, "ada", "*A-17*");
    shop_wait_copy(shop.counter, "ada", "[desk home] *A-17*");
    desk_wait_state(shop.home, "ada", "delivered*");
    shop_fence(&shop);
    shop_close(&shop);
}

/* What waits for the window, or is held, is its desk's own; once it has left it is shown. */
static void
test_kept(Desk *desk)
{
    Shop shop;

    shop_open(&shop, desk);
    shop_ignore_haste(&shop);
    desk_send(shop.counter, "ada", "As soon as you write");
    desk_wait_prompt(shop.counter, "ada", "*");
    coex_session_hold(shop.counter->session, ADA);
    desk_wait_prompt_over(shop.counter, "ada");
    desk_wait_notice(shop.counter, "ada", "Held until *");
    shop_fence(&shop);
    g_assert_cmpuint(coex_sim_relay_n_sends(shop.relay), ==, 0);
    shop_hear(&shop, "Now");
    desk_wait_any_feed(shop.counter, COEX_FEED_SENT, "ada", "As soon as you write");
    shop_wait_copy(shop.home, "ada", "[desk counter] As soon as you write");
    desk_wait_state(shop.counter, "ada", "delivered*");
    shop_fence(&shop);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 1);
    shop_close(&shop);
}

/* ---- who it went to ---- */

/* The other desk comes when what the customer wrote is gone from the relay: it knows her by what is
 * sent to her alone, and calls her as she calls herself. */
static void
test_named(Desk *desk)
{
    g_autofree char *nick = NULL;
    Shop shop;

    shop.relay = coex_sim_relay_new(SHOP_KEY);
    shop.counter = desk;
    shop.home = desk_new_elsewhere(desk);
    shop.home->config.nick_style = COEX_NICKS_NAMES;
    shop_set_up(shop.counter, shop.relay, "counter");
    shop_set_up(shop.home, shop.relay, "home");
    shop_log_in(shop.counter);
    desk_hear(shop.counter, "ada", "Is it ready?");
    coex_sim_relay_drop(shop.relay, 1);
    shop_log_in(shop.home);
    desk_say(shop.counter, "ada", "It is");
    shop_wait_copy(shop.home, "ada", "[desk counter] It is");
    desk_wait_state(shop.counter, "ada", "delivered*");
    g_assert_cmpstr(desk_view(shop.home, "ada")->alias, ==, "Ada Lovelace");
    g_assert_cmpstr(desk_view(shop.home, "ada")->nick, ==, "AdaLovelace");
    /* she has another name meanwhile, and stays who she is */
    coex_sim_set_name(desk->sim, "ada", "Ada King");
    shop_hear(&shop, "Great");
    desk_wait_label(shop.home, "ada", "*");
    g_assert_cmpstr(desk_view(shop.home, "ada")->alias, ==, "Ada King");
    g_assert_cmpstr(desk_view(shop.home, "ada")->nick, ==, "AdaLovelace");
    /* whom the phone wrote to, and no name is told of, is called by her number, also later */
    g_free(coex_sim_phone_sends(desk->sim, "dana", "Hello"));
    desk_wait_feed(shop.home, COEX_FEED_ECHO, "dana", "Hello");
    desk_wait_feed(shop.counter, COEX_FEED_ECHO, "dana", "Hello");
    nick = g_strdup(desk_view(shop.home, "dana")->nick);
    g_assert_nonnull(strstr(nick, desk_name("dana")));
    g_free(coex_sim_customer_sends(desk->sim, "dana", "Hi"));
    desk_wait_feed(shop.home, COEX_FEED_INBOUND, "dana", "Hi");
    desk_wait_feed(shop.counter, COEX_FEED_INBOUND, "dana", "Hi");
    g_assert_cmpstr(desk_view(shop.home, "dana")->nick, ==, nick);
    shop_fence(&shop);
    shop_close(&shop);
}

/* ---- going on with it ---- */

/* Who did not write it quotes it, and reacts to it; so does the customer. */
static void
test_goes_on(Desk *desk)
{
    g_autofree char *sent = NULL;
    Shop shop;

    shop_open(&shop, desk);
    shop_ignore_haste(&shop);
    shop_hear(&shop, "Is it ready?");
    shop_say(&shop, shop.counter, "It is");
    sent = coex_sim_dup_last_sent(desk->sim, "ada");
    coex_session_reply(shop.home->session, ADA, "\"It is\" Until six");
    g_assert_cmpstr(desk_wait_feed(shop.home, COEX_FEED_SENT, "ada", "Until six")->item->quote, ==,
                    "[desk counter] It is");
    g_assert_cmpstr(
        desk_wait_feed(shop.counter, COEX_FEED_ECHO, "ada", "[desk home] Until six")->item->quote,
        ==, "It is");
    desk_wait_state(shop.home, "ada", "delivered*");
    coex_session_react(shop.home->session, ADA, "👍");
    desk_wait_feed(shop.home, COEX_FEED_RECORD, "ada", "You reacted with 👍 to “Is it ready?”.");
    desk_wait_feed(shop.counter, COEX_FEED_RECORD, "ada",
                   "[desk home] Reacted with 👍 to “Is it ready?”.");
    coex_session_unreact(shop.home->session, ADA, "");
    desk_wait_feed(shop.home, COEX_FEED_RECORD, "ada", "You took back *");
    desk_wait_feed(shop.counter, COEX_FEED_RECORD, "ada",
                   "[desk home] Took back the reaction 👍 to “Is it ready?”.");
    g_free(coex_sim_customer_replies(desk->sim, "ada", "Great", sent));
    g_assert_cmpstr(desk_wait_feed(shop.counter, COEX_FEED_INBOUND, "ada", "Great")->item->quote,
                    ==, "It is");
    g_assert_cmpstr(desk_wait_feed(shop.home, COEX_FEED_INBOUND, "ada", "Great")->item->quote, ==,
                    "[desk counter] It is");
    shop_fence(&shop);
    g_assert_cmpuint(coex_sim_relay_n_sends(shop.relay), ==, 4);
    shop_close(&shop);
}

/* What failed is its desk's to send again, and nobody else's. */
static void
test_failed(Desk *desk)
{
    Shop shop;

    shop_open(&shop, desk);
    shop_ignore_haste(&shop);
    shop_hear(&shop, "Hello");
    desk_say_in_vain(shop.counter, "ada", "In vain", 131000);
    shop_wait_copy(shop.home, "ada", "[desk counter] In vain");
    desk_wait_any_feed(shop.home, COEX_FEED_FAILED, "ada", "*In vain*");
    coex_session_resend(shop.home->session, ADA);
    desk_wait_notice(shop.home, "ada", "There is nothing to send again.");
    desk_resend(shop.counter, "ada");
    desk_wait_feed(shop.counter, COEX_FEED_SENT, "ada", "In vain");
    shop_wait_copy(shop.home, "ada", "[desk counter] In vain");
    desk_wait_state(shop.home, "ada", "delivered*");
    shop_fence(&shop);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 2);
    shop_close(&shop);
}

/* ---- two at once ---- */

static void
test_at_once(Desk *desk)
{
    Shop shop;

    shop_open(&shop, desk);
    shop_hear(&shop, "Is it ready?");
    shop_say(&shop, shop.counter, "It is");
    desk_say(shop.home, "ada", "Not yet");
    shop_wait_copy(shop.counter, "ada", "[desk home] Not yet");
    desk_wait_notice(shop.home, "ada", "The desk “counter” and this one both answered *");
    desk_wait_notice(shop.counter, "ada", "The desk “home” and this one both answered *");
    desk_wait_state(shop.home, "ada", "delivered*: Not yet");
    /* Told once for as long as it goes on. */
    shop_say(&shop, shop.counter, "It is, really");
    desk_advance(shop.counter, 300);
    desk_set_clock_ahead(shop.home, 300);
    shop_say(&shop, shop.home, "Well");
    shop_fence(&shop);
    shop_close(&shop);
}

/* What was answered before a restart counts: at the desk that answered first, and at the other. */
static void
test_at_once_restarted(Desk *desk)
{
    Shop shop;

    shop_open(&shop, desk);
    shop_hear(&shop, "Is it ready?");
    shop_say(&shop, shop.counter, "It is");
    shop_fence(&shop);
    desk_restart(shop.counter);
    desk_restart(shop.home);
    desk_wait_catalogue(shop.home);
    desk_say(shop.home, "ada", "Not yet");
    shop_wait_copy(shop.counter, "ada", "[desk home] Not yet");
    desk_wait_notice(shop.home, "ada", "The desk “counter” and this one both answered *");
    desk_wait_notice(shop.counter, "ada", "The desk “home” and this one both answered *");
    desk_wait_state(shop.home, "ada", "delivered*: Not yet");
    shop_fence(&shop);
    shop_close(&shop);
}

/* A reaction answers nobody. */
static void
test_at_once_mark(Desk *desk)
{
    Shop shop;

    shop_open(&shop, desk);
    shop_hear(&shop, "Is it ready?");
    shop_say(&shop, shop.counter, "It is");
    coex_session_react(shop.home->session, ADA, "👍");
    desk_wait_feed(shop.home, COEX_FEED_RECORD, "ada", "You reacted with 👍 *");
    desk_wait_feed(shop.counter, COEX_FEED_RECORD, "ada", "[desk home] Reacted with 👍 *");
    shop_fence(&shop);
    shop_close(&shop);
}

/* ---- on its way to the relay ---- */

/* In the order in which they left, together, also after a restart; the statuses come before them.
 */
static void
test_full(Desk *desk)
{
    Shop shop;

    shop_open(&shop, desk);
    shop_hear(&shop, "Hello");
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_FULL);
    desk_say(shop.counter, "ada", "One");
    desk_say(shop.counter, "ada", "Two");
    desk_say(shop.counter, "ada", "Three");
    desk_wait_state(shop.counter, "ada", "delivered*: Three");
    shop_fence(&shop);
    desk_restart(shop.counter);
    desk_wait_catalogue(shop.counter);
    g_assert_cmpuint(coex_sim_relay_n_sends(shop.relay), ==, 0);
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_HONEST);
    shop_wait_copy(shop.home, "ada", "[desk counter] One");
    shop_wait_copy(shop.home, "ada", "[desk counter] Two");
    shop_wait_copy(shop.home, "ada", "[desk counter] Three");
    desk_wait_state(shop.home, "ada", "delivered*");
    shop_fence(&shop);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 3);
    g_assert_cmpuint(coex_sim_relay_n_sends(shop.relay), ==, 1);
    shop_close(&shop);
}

/* It has it, and does not say so: the same goes again, and is shown once. */
static void
test_deaf(Desk *desk)
{
    Shop shop;

    shop_open(&shop, desk);
    shop_hear(&shop, "Hello");
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_DEAF);
    desk_say(shop.counter, "ada", "One");
    desk_wait_state(shop.counter, "ada", "delivered*: One");
    shop_wait_copy(shop.home, "ada", "[desk counter] One");
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_HONEST);
    desk_say(shop.counter, "ada", "Two");
    desk_wait_state(shop.counter, "ada", "delivered*: Two");
    shop_wait_copy(shop.home, "ada", "[desk counter] Two");
    shop_fence(&shop);
    g_assert_cmpuint(coex_sim_relay_n_sends(shop.relay), ==, 2);
    shop_close(&shop);
}

/* It never will: said once, and nothing behind it waits. */
static void
test_picky(Desk *desk)
{
    Shop shop;

    shop_open(&shop, desk);
    shop_hear(&shop, "Hello");
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_PICKY);
    desk_say(shop.counter, "ada", "One");
    desk_wait_notice(shop.counter, NULL,
                     "The relay does not take the copy of what was sent here *");
    desk_wait_state(shop.counter, "ada", "delivered*: One");
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_HONEST);
    shop_say(&shop, shop.counter, "Two");
    shop_fence(&shop);
    shop_close(&shop);
}

/* ---- the same by several ways ---- */

/* As an echo of WhatsApp's, before and after the copy. */
static void
test_echoed(Desk *desk)
{
    g_autofree char *one = NULL;
    g_autofree char *two = NULL;
    Shop shop;

    shop_open(&shop, desk);
    shop_hear(&shop, "Hello");
    shop_say(&shop, shop.counter, "One");
    one = coex_sim_dup_last_sent(desk->sim, "ada");
    g_free(coex_sim_echo_sent(desk->sim, one));
    shop_fence(&shop);
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_FULL);
    desk_say(shop.counter, "ada", "Two");
    desk_wait_state(shop.counter, "ada", "delivered*: Two");
    two = coex_sim_dup_last_sent(desk->sim, "ada");
    g_free(coex_sim_echo_sent(desk->sim, two));
    shop_wait_copy(shop.home, "ada", "Two");
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_HONEST);
    shop_say(&shop, shop.counter, "Three");
    shop_fence(&shop);
    assert_once(shop.counter, "*One");
    assert_once(shop.home, "*One");
    assert_once(shop.counter, "*Two");
    assert_once(shop.home, "*Two");
    shop_close(&shop);
}

/* The same copies once more, by themselves and in a new log. */
static void
test_again(Desk *desk)
{
    g_autofree char *copy = NULL;
    Shop shop;

    shop_open(&shop, desk);
    shop_hear(&shop, "Hello");
    shop_say(&shop, shop.counter, "One");
    copy = coex_sim_relay_dup_send(shop.relay, 0);
    coex_sim_relay_put_send(shop.relay, copy);
    shop_fence(&shop);
    desk_restart(shop.home);
    desk_wait_catalogue(shop.home);
    coex_sim_relay_begin_anew(shop.relay);
    coex_sim_relay_put_send(shop.relay, copy);
    desk_wait_notice(shop.home, NULL, "The relay began a new log, *");
    desk_wait_notice(shop.counter, NULL, "The relay began a new log, *");
    shop_fence(&shop);
    assert_once(shop.counter, "One");
    g_assert_cmpuint(desk_count(shop.home, DESK_FEED, "ada", "*"), ==, 0);
    shop_close(&shop);
}

/* Who is forgotten does not come back with what a desk sent before. */
static void
test_forgotten(Desk *desk)
{
    Shop shop;

    shop_open(&shop, desk);
    shop_hear(&shop, "Hello");
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_FULL);
    desk_say(shop.counter, "ada", "One");
    desk_wait_state(shop.counter, "ada", "delivered*: One");
    shop_fence(&shop);
    desk_set_clock_ahead(shop.home, 60);
    coex_session_forget(shop.home->session, ADA);
    desk_wait_forget(shop.home, "ada");
    coex_session_forgotten(shop.home->session, ADA);
    desk_wait_notice(shop.home, NULL, "The person is forgotten here, *");
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_HONEST);
    desk_say(shop.counter, "fay", "Behind it");
    shop_wait_copy(shop.home, "fay", "[desk counter] Behind it");
    desk_wait_state(shop.counter, "fay", "delivered*");
    shop_fence(&shop);
    g_assert_cmpuint(desk_count(shop.home, DESK_FEED, "ada", "*"), ==, 1);
    shop_close(&shop);
}

/* ---- names ---- */

/* Without one it is the computer's. */
static void
test_name(Desk *desk)
{
    g_autofree char *name = coex_desk_name_clean(g_get_host_name());
    g_autofree char *line = g_strdup_printf("[desk %s] Hi", name);
    Shop shop;

    shop.relay = coex_sim_relay_new(SHOP_KEY);
    shop.counter = desk;
    shop.home = desk_new_elsewhere(desk);
    shop_set_up(shop.counter, shop.relay, "");
    shop_set_up(shop.home, shop.relay, " [Back\toffice] ");
    shop_log_in(shop.counter);
    shop_log_in(shop.home);
    shop_ignore_haste(&shop);
    desk_ignore(shop.home, "The desk * and this one both *");
    desk_ignore(shop.counter, "The desk * and this one both *");
    shop_hear(&shop, "Hello");
    desk_say(shop.counter, "ada", "Hi");
    shop_wait_copy(shop.home, "ada", line);
    desk_wait_state(shop.counter, "ada", "delivered*: Hi");
    desk_say(shop.home, "ada", "Welcome");
    shop_wait_copy(shop.counter, "ada", "[desk Backoffice] Welcome");
    desk_wait_state(shop.home, "ada", "delivered*: Welcome");
    shop_fence(&shop);
    shop_close(&shop);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/desks/copied", test_copied);
    desk_add_at(DESK_ONLY_META, "/desks/kinds", test_kinds);
    desk_add_at(DESK_ONLY_META, "/desks/kept", test_kept);
    desk_add("/desks/named", test_named);
    desk_add("/desks/goes-on", test_goes_on);
    desk_add_at(DESK_ONLY_META, "/desks/failed", test_failed);
    desk_add_at(DESK_ONLY_META, "/desks/at-once", test_at_once);
    desk_add_at(DESK_ONLY_META, "/desks/at-once-restarted", test_at_once_restarted);
    desk_add_at(DESK_ONLY_META, "/desks/at-once-mark", test_at_once_mark);
    desk_add_at(DESK_ONLY_META, "/desks/full", test_full);
    desk_add_at(DESK_ONLY_360DIALOG, "/desks/deaf", test_deaf);
    desk_add_at(DESK_ONLY_META, "/desks/picky", test_picky);
    desk_add_at(DESK_ONLY_META, "/desks/echoed", test_echoed);
    desk_add_at(DESK_ONLY_META, "/desks/again", test_again);
    desk_add_at(DESK_ONLY_META, "/desks/forgotten", test_forgotten);
    desk_add_at(DESK_ONLY_META, "/desks/name", test_name);
    return g_test_run();
}
