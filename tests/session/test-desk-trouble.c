// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/desk-send.h"
#include "core/verifier.h"
#include "desks.h"

#define ADA "12025550101"
#define HOUR_S (60 * 60)
#define SAME_NAME "What came just now was sent by a desk that is called “home”, as this one is.*"

/* Desks that are not as they should be. */

/* ---- names and clocks ---- */

static void
test_same_name(Desk *desk)
{
    Shop shop;

    shop.relay = coex_sim_relay_new(SHOP_KEY);
    shop.counter = desk;
    shop.home = desk_new_elsewhere(desk);
    shop_set_up(shop.counter, shop.relay, "home");
    shop_set_up(shop.home, shop.relay, "home");
    shop_log_in(shop.counter);
    shop_log_in(shop.home);
    shop_hear(&shop, "Is it ready?");
    desk_say(shop.counter, "ada", "It is");
    shop_wait_copy(shop.home, "ada", "[desk home] It is");
    desk_wait_notice(shop.home, NULL, SAME_NAME);
    desk_wait_state(shop.counter, "ada", "delivered*");
    desk_say(shop.home, "ada", "Until six");
    shop_wait_copy(shop.counter, "ada", "[desk home] Until six");
    desk_wait_notice(shop.counter, NULL, SAME_NAME);
    desk_wait_state(shop.home, "ada", "delivered*: Until six");
    shop_fence(&shop);
    shop_close(&shop);
}

/* A desk's clock is hours ahead, or behind: who writes afterwards waits for an answer. */
static void
test_clock(Desk *desk)
{
    g_autoptr(CoexVerifier) verifier =
        desk_is_meta(desk)
            ? coex_verifier_new(COEX_PROOF_SIGNATURE, coex_sim_get_app_secret(desk->sim))
            : coex_verifier_new(COEX_PROOF_HEADER, coex_sim_get_webhook_header(desk->sim));
    CoexDeskSend send = { .desk = "counter",
                          .from = desk->number,
                          .local_id = "x",
                          .wamid = "wamid.X1",
                          .number = ADA,
                          .sent_at = coex_sim_now(desk->sim) + 5 * HOUR_S,
                          .type = "text",
                          .text = "Ahead" };
    g_autofree char *ahead = coex_desk_send_write(&send, verifier);
    g_autofree char *behind = NULL;
    Shop shop;

    send.wamid = "wamid.X2";
    send.sent_at -= 10 * HOUR_S;
    send.text = "Behind";
    behind = coex_desk_send_write(&send, verifier);
    shop_open(&shop, desk);
    shop_hear(&shop, "Is it ready?");
    desk_wait_picture(shop.counter, "none");
    desk_wait_blocks(shop.counter, NULL, "");
    desk_wait_picture(shop.home, "none");
    desk_wait_blocks(shop.home, NULL, "");
    coex_sim_relay_put_send(shop.relay, ahead);
    coex_sim_relay_put_send(shop.relay, behind);
    shop_wait_copy(shop.home, "ada", "[desk counter] Ahead");
    shop_wait_copy(shop.home, "ada", "[desk counter] Behind");
    desk_wait_any_feed(shop.counter, COEX_FEED_ECHO, "ada", "[desk counter] Ahead");
    desk_wait_any_feed(shop.counter, COEX_FEED_ECHO, "ada", "[desk counter] Behind");
    desk_ignore(shop.counter, "What came just now was sent by a desk that is called *");
    desk_advance(shop.counter, 120);
    desk_set_clock_ahead(shop.home, 120);
    shop_hear(&shop, "Hello?");
    shop_fence(&shop);
    g_assert_cmpint(desk_view(shop.home, "ada")->waiting_since, >, 0);
    shop_close(&shop);
}

/* ---- the secret ---- */

/* What waited for the relay when it was changed is proven by the new one. */
static void
test_new_secret(Desk *desk)
{
    Shop shop;

    shop_open(&shop, desk);
    shop_hear(&shop, "Is it ready?");
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_FULL);
    desk_say(shop.counter, "ada", "It is");
    desk_wait_state(shop.counter, "ada", "delivered*");
    shop_fence(&shop);
    coex_sim_set_webhook_headers(desk->sim, "{\"X-Coex-Secret\":\"another-made-up-secret\"}");
    desk_logout(shop.counter);
    desk_logout(shop.home);
    shop.counter->config.webhook_header = "X-Coex-Secret: another-made-up-secret";
    shop.home->config.webhook_header = "X-Coex-Secret: another-made-up-secret";
    coex_sim_relay_set_mood(shop.relay, COEX_SIM_RELAY_HONEST);
    shop_log_in(shop.home);
    shop_log_in(shop.counter);
    shop_wait_copy(shop.home, "ada", "[desk counter] It is");
    shop_fence(&shop);
    shop_close(&shop);
}

/* ---- what is about another message ---- */

/* The phone edits and deletes what a desk sent: the others show that of their copy. */
static void
test_changed(Desk *desk)
{
    g_autofree char *sent = NULL;
    Shop shop;

    shop_open(&shop, desk);
    shop_hear(&shop, "Is it ready?");
    shop_say(&shop, shop.counter, "It is");
    sent = coex_sim_dup_last_sent(desk->sim, "ada");
    g_free(coex_sim_edits(desk->sim, COEX_SIM_PHONE, "ada", sent, "It is not"));
    desk_wait_any_feed(shop.counter, COEX_FEED_RECORD, "ada", "*It is not*");
    desk_wait_any_feed(shop.home, COEX_FEED_RECORD, "ada", "*It is not*");
    g_free(coex_sim_deletes(desk->sim, COEX_SIM_PHONE, "ada", sent));
    desk_wait_any_feed(shop.counter, COEX_FEED_RECORD, "ada", "*");
    desk_wait_any_feed(shop.home, COEX_FEED_RECORD, "ada", "*");
    shop_fence(&shop);
    shop_close(&shop);
}

/* A copy answers what this desk never had, and has a file that it does not fetch by itself. */
static void
test_unknown(Desk *desk)
{
    g_autofree char *path = g_build_filename(desk->dir, "menu.pdf", NULL);
    Shop shop;

    shop.relay = coex_sim_relay_new(SHOP_KEY);
    shop.counter = desk;
    shop.home = desk_new_elsewhere(desk);
    shop_set_up(shop.counter, shop.relay, "counter");
    shop_set_up(shop.home, shop.relay, "home");
    shop.home->config.media_folder = g_intern_string(shop.home->dir);
    shop.home->config.media_limit = 10;
    shop_log_in(shop.counter);
    desk_hear(shop.counter, "ada", "Is it ready?");
    coex_sim_relay_drop(shop.relay, 1);
    shop_log_in(shop.home);
    coex_session_reply(shop.counter->session, ADA, "It is");
    desk_wait_feed(shop.counter, COEX_FEED_SENT, "ada", "It is");
    shop_wait_copy(shop.home, "ada", "[desk counter] It is");
    desk_wait_state(shop.counter, "ada", "delivered*: It is");
    g_assert_true(g_file_set_contents(path, "%PDF-1.4 for lunch", -1, NULL));
    g_assert_true(coex_session_send_file(shop.counter->session, ADA, path, "", 0, NULL));
    desk_wait_feed(shop.counter, COEX_FEED_SENT, "ada", "[document] menu.pdf*");
    shop_wait_copy(shop.home, "ada", "[desk counter] [document] menu.pdf*");
    desk_wait_state(shop.counter, "ada", "delivered*menu.pdf*");
    desk_wait_any_feed(shop.home, COEX_FEED_NOTICE, "ada",
                       "[document #*] was not fetched: It has 18 bytes, more than *");
    shop_fence(&shop);
    shop_close(&shop);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add_at(DESK_ONLY_META, "/desk-trouble/same-name", test_same_name);
    desk_add_at(DESK_ONLY_META, "/desk-trouble/clock", test_clock);
    desk_add_at(DESK_ONLY_360DIALOG, "/desk-trouble/new-secret", test_new_secret);
    desk_add_at(DESK_ONLY_META, "/desk-trouble/changed", test_changed);
    desk_add_at(DESK_ONLY_META, "/desk-trouble/unknown", test_unknown);
    return g_test_run();
}
