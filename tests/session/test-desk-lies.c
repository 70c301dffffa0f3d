// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/desk-send.h"
#include "core/verifier.h"
#include "desks.h"

#include <string.h>

#define ADA "12025550101"

/* A relay that lies, and a desk that does, or is of another version. */

static CoexVerifier *
make_verifier(Desk *desk)
{
    return desk_is_meta(desk)
               ? coex_verifier_new(COEX_PROOF_SIGNATURE, coex_sim_get_app_secret(desk->sim))
               : coex_verifier_new(COEX_PROOF_HEADER, coex_sim_get_webhook_header(desk->sim));
}

/* As a desk that has the secret would. */
static void
put_proven(Shop *shop, const CoexDeskSend *send)
{
    g_autoptr(CoexVerifier) verifier = make_verifier(shop->counter);
    g_autofree char *copy = coex_desk_send_write(send, verifier);

    coex_sim_relay_put_send(shop->relay, copy);
}

/* What nobody has proven is not taken, whatever is in it, and told once. */
static void
test_forged(Desk *desk)
{
    g_autoptr(CoexVerifier) strange = coex_verifier_new(COEX_PROOF_SIGNATURE, "another-secret");
    g_autofree char *huge = g_strnfill(4 * 1024 * 1024, '[');
    g_autofree char *cut = NULL;
    g_autofree char *turned = NULL;
    CoexDeskSend send = { .desk = "counter",
                          .from = desk->number,
                          .local_id = "x",
                          .wamid = "wamid.X1",
                          .number = ADA,
                          .sent_at = coex_sim_now(desk->sim),
                          .type = "text",
                          .text = "Forged" };
    g_autofree char *foreign = coex_desk_send_write(&send, strange);
    g_autofree char *copy = NULL;
    Shop shop;

    shop_open(&shop, desk);
    shop_hear(&shop, "Hello");
    shop_say(&shop, shop.counter, "One");
    copy = coex_sim_relay_dup_send(shop.relay, 0);
    cut = g_strndup(copy, strlen(copy) - 1);
    turned = g_strdup(copy);
    memcpy(strstr(turned, "One"), "Two", 3);
    coex_sim_relay_put_send(shop.relay, foreign);
    coex_sim_relay_put_send(shop.relay, cut);
    coex_sim_relay_put_send(shop.relay, turned);
    coex_sim_relay_put_send(shop.relay, huge);
    coex_sim_relay_put_send(shop.relay, "");
    coex_sim_relay_put_send(shop.relay, "{}");
    coex_sim_relay_put_send(shop.relay, "{\"desk\":\"counter\",\"text\":\"Forged\"}");
    desk_wait_notice(shop.home, NULL, "The relay has a delivery that is not proven by *");
    desk_wait_notice(shop.counter, NULL, "The relay has a delivery that is not proven by *");
    shop_fence(&shop);
    g_assert_cmpuint(desk_count(shop.home, DESK_FEED, "ada", "*"), ==, 2);
    desk_say(shop.home, "ada", "Still here");
    shop_wait_copy(shop.counter, "ada", "[desk home] Still here");
    shop_ignore_haste(&shop);
    desk_wait_state(shop.home, "ada", "delivered*: Still here");
    shop_fence(&shop);
    shop_close(&shop);
}

/* One secret serves several numbers: what another's desk sent is not this one's. */
static void
test_other_number(Desk *desk)
{
    CoexDeskSend send = { .desk = "counter",
                          .from = "493023125018",
                          .local_id = "x",
                          .wamid = "wamid.X1",
                          .number = ADA,
                          .sent_at = coex_sim_now(desk->sim),
                          .type = "text",
                          .text = "To another's customer" };
    Shop shop;

    shop_open(&shop, desk);
    shop_hear(&shop, "Hello");
    put_proven(&shop, &send);
    desk_wait_notice(shop.home, NULL, "The relay has a delivery that is not proven by *");
    desk_wait_notice(shop.counter, NULL, "The relay has a delivery that is not proven by *");
    shop_fence(&shop);
    g_assert_cmpuint(desk_count(shop.home, DESK_FEED, "ada", "*"), ==, 1);
    shop_close(&shop);
}

/* A desk that lies, or is of another version: nothing of it breaks what stands here. */
static void
test_odd(Desk *desk)
{
    g_autofree char *long_text = g_strnfill(60000, 'x');
    g_autofree char *long_name = g_strnfill(5000, 'n');
    g_autofree char *own = NULL;
    CoexDeskSend send = { .desk = "a]\n[b",
                          .from = desk->number,
                          .local_id = "x",
                          .wamid = "wamid.X1",
                          .number = ADA,
                          .sent_at = coex_sim_now(desk->sim),
                          .type = "image",
                          .text = "<b>bold</b> & co" };
    Shop shop;

    shop_open(&shop, desk);
    desk_ignore(shop.home, "The desk * and this one both answered *");
    desk_ignore(shop.counter, "The desk * and this one both answered *");
    shop_hear(&shop, "Hello");
    put_proven(&shop, &send);
    shop_wait_copy(shop.home, "ada", "[desk ab] <b>bold</b> & co");
    shop_wait_copy(shop.counter, "ada", "[desk ab] <b>bold</b> & co");
    /* an id of ours, for somebody else */
    shop_say(&shop, shop.home, "Mine");
    own = coex_sim_dup_last_sent(desk->sim, "ada");
    send.desk = "liar";
    send.wamid = own;
    send.text = "Not yours";
    put_proven(&shop, &send);
    /* a time that cannot be, a name and a text without end */
    send.wamid = "wamid.X2";
    send.sent_at = G_MAXINT64;
    send.desk = long_name;
    send.text = long_text;
    put_proven(&shop, &send);
    shop_wait_copy(shop.home, "ada", "[desk nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn] xxx*");
    shop_wait_copy(shop.counter, "ada", "[desk nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn] xxx*");
    /* nobody's name, and nobody's address */
    send.desk = "[]";
    put_proven(&shop, &send);
    desk_wait_notice(shop.home, NULL, "The relay has a delivery that is not proven by *");
    desk_wait_notice(shop.counter, NULL, "The relay has a delivery that is not proven by *");
    shop_fence(&shop);
    g_assert_cmpuint(desk_count(shop.home, DESK_FEED, "ada", "*Not yours"), ==, 0);
    /* our clock, and what is sent, are as before */
    shop_say(&shop, shop.home, "Still here");
    shop_fence(&shop);
    shop_close(&shop);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/desk-lies/forged", test_forged);
    desk_add_at(DESK_ONLY_META, "/desk-lies/other-number", test_other_number);
    desk_add_at(DESK_ONLY_META, "/desk-lies/odd", test_odd);
    return g_test_run();
}
