// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include "core/payload-typed.h"
#include "core/payload.h"
#include "example.h"
#include <string.h>

#define DAY_S (24 * 60 * 60)

/* What is sent beside texts, files and templates. */

static void
send(Desk *desk, const char *who, CoexPayload *payload, const char *line, const char *text)
{
    g_autoptr(CoexPayload) owned G_GNUC_UNUSED = payload;
    g_autoptr(GError) error = NULL;

    g_assert_nonnull(payload);
    g_assert_true(coex_session_send_payload(desk->session, desk_name(who), payload, &error));
    g_assert_no_error(error);
    desk_wait_feed(desk, COEX_FEED_SENT, who, line);
    desk_take(desk, who, text);
}

static CoexPayload *
shop(void)
{
    return coex_payload_parse_location("52.531677 13.381777 Radhaus Mitte", NULL);
}

#define SHOP_LINE "?location] Radhaus Mitte (52.531677, 13.381777)"
#define SHOP_SENT "location 52.531677 13.381777 Radhaus Mitte"

/* Those of the examples; what we do not tell is left out. */
static void
check_example(Desk *desk, CoexPayload *payload, const char *file, const char *const *without)
{
    g_autoptr(CoexPayload) owned G_GNUC_UNUSED = payload;
    g_autoptr(CoexSimRequest) request = NULL;

    g_assert_nonnull(payload);
    g_assert_true(coex_session_send_payload(desk->session, desk_name("dana"), payload, NULL));
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "*");
    request = desk_wait_sent(desk, "dana", NULL);
    example_assert(request, file, without);
}

static void
test_examples(Desk *desk)
{
    static const char *const no_card[] = { "org", "phones", "emails", "birthday", NULL };
    static const char *const no_frame[] = { "header", "footer", "id", NULL };
    static const char *const no_id[] = { "id", NULL };
    static const char *const no_name[] = { "filename", NULL };

    desk_login(desk);
    desk_hear(desk, "dana", "Hello");
    check_example(desk,
                  coex_payload_parse_linked("https://files.radhaus.example/i/2026-1107.pdf Invoice",
                                            NULL, NULL),
                  "08_send_document_by_link.request.json", no_name);
    check_example(desk,
                  coex_payload_parse_location("52.531677 13.381777 Radhaus Mitte |"
                                              " Invalidenstr. 117, 10115 Berlin",
                                              NULL),
                  "10_send_location.request.json", NULL);
    check_example(desk, coex_payload_new_contact("Ines Krüger", "493023125444", TRUE),
                  "11_send_contacts.request.json", no_card);
    check_example(
        desk, coex_payload_parse_buttons("When do you come? | Today | Tomorrow | Other day", NULL),
        "14_interactive_reply_buttons.request.json", no_frame);
    check_example(desk,
                  coex_payload_parse_list("Pick a service | Services | # Repairs | Tyre: Puncture"
                                          " or replacement | Brakes | # Other | Ask a person",
                                          NULL),
                  "15_interactive_list.request.json", no_id);
    check_example(desk,
                  coex_payload_parse_buttons(
                      "Pay online: | Pay now https://radhaus.example/pay/2026-1107", NULL),
                  "16_interactive_cta_url.request.json", NULL);
    check_example(desk, coex_payload_parse_location("ask Where should we collect the bike?", NULL),
                  "17_interactive_location_request.request.json", NULL);
}

static void
test_sent(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "Where are you?");
    send(desk, "ada", shop(), SHOP_LINE, SHOP_SENT);
    send(desk, "ada", coex_payload_new_contact("Ines Krüger", "493023125444", TRUE),
         "?contact] Ines Krüger, +493023125444", "contacts Ines Krüger +493023125444");
    desk_wait_state(desk, "ada", "delivered*Ines Kr*");
    desk_restart(desk);
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, 0);
    coex_session_recall(desk->session, desk_name("ada"), 20, 0, TRUE);
    desk_wait_past(desk, "ada",
                   "in: Where are you?\nout: ?location] Radhaus Mitte (52.531677, 13.381777)\n"
                   "out: ?contact] Ines Krüger, +493023125444");
}

/* Held in a closed window, over a restart; no template could carry it. */
static void
test_held(Desk *desk)
{
    g_autoptr(CoexPayload) place = shop();

    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Where are you?");
    desk_advance(desk, DAY_S + 60);
    coex_session_send_payload(desk->session, desk_name("ada"), place, NULL);
    desk_wait_notice(desk, "ada", "Held until *Radhaus Mitte*");
    desk_fence(desk);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    g_assert_cmpuint(desk_view(desk, "ada")->n_held, ==, 1);
    desk_hear(desk, "ada", "Hello?");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", SHOP_LINE);
    desk_take(desk, "ada", SHOP_SENT);
    desk_wait_state(desk, "ada", "delivered*Radhaus*");
}

/* Failed by its status, and sent again over a restart; unanswered, and settled by its status. */
static void
test_again(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "Where are you?");
    coex_sim_fail_next_async(desk->sim, 131026);
    send(desk, "ada", shop(), SHOP_LINE, SHOP_SENT);
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", SHOP_LINE);
    desk_restart(desk);
    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", SHOP_LINE);
    desk_take(desk, "ada", SHOP_SENT);
    desk_wait_state(desk, "ada", "delivered*Radhaus*");
    desk_assert_nothing_kept(desk, "ada");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 2);
}

/* Nobody knows whether it arrived; dropped, it stands in the history as what it is, and a status
 * that comes after all finds it. */
static void
test_unconfirmed(Desk *desk)
{
    g_autofree char *wamid = NULL;

    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Where are you?");
    coex_sim_set_auto_status(desk->sim, FALSE);
    coex_sim_drop_next(desk->sim, TRUE);
    send(desk, "ada", shop(), SHOP_LINE, SHOP_SENT);
    desk_wait_notice(desk, "ada", "It is not clear whether this was sent: *");
    wamid = coex_sim_dup_last_sent(desk->sim, "ada");
    desk_fence(desk);
    desk_logout(desk);
    desk_advance(desk, 700);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_wait_feed(desk, COEX_FEED_UNCONFIRMED, "ada", SHOP_LINE);
    coex_session_discard(desk->session, desk_name("ada"));
    desk_wait_notice(desk, "ada", "Discarded: *Radhaus*");
    coex_session_recall(desk->session, desk_name("ada"), 1, 0, TRUE);
    desk_wait_past(desk, "ada", "unconfirmed: ?location] Radhaus Mitte*");
    coex_sim_status(desk->sim, wamid, "delivered");
    desk_wait_feed(desk, COEX_FEED_ARRIVED, "ada", SHOP_LINE);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 1);
}

/* ---- files by their address ---- */

#define BILL "https://files.example.org/i/2026-1107%20a.pdf"
#define BILL_LINE "?document] 2026-1107 a.pdf: Your bill"
#define BILL_SENT "document " BILL " name=2026-1107 a.pdf caption=Your bill"
#define PICTURE "https://files.example.org/shop.jpg?size=2"

static CoexPayload *
linked(const char *words)
{
    g_autoptr(GError) error = NULL;
    CoexPayload *payload = coex_payload_parse_linked(words, NULL, &error);

    g_assert_no_error(error);
    return payload;
}

/* Sent, quoted, passed on, and what WhatsApp cannot fetch; nothing of it comes here. */
static void
test_linked(Desk *desk)
{
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ben", "Hello");
    desk_hear(desk, "ada", "The bill, please");
    send(desk, "ada", linked(BILL " Your bill"), BILL_LINE, BILL_SENT);
    desk_wait_state(desk, "ada", "delivered*Your bill");
    coex_session_forward(desk->session, desk_name("ada"), "\"bill\"", desk_name("ben"));
    desk_wait_notice(desk, "ada", "Passed on to the conversation with Ben*: The bill, please");
    desk_wait_feed(desk, COEX_FEED_SENT, "ben", "The bill, please");
    desk_take(desk, "ben", "The bill, please");
    desk_wait_state(desk, "ben", "delivered*");
    desk_hear(desk, "ada", "Thanks");
    coex_session_forward(desk->session, desk_name("ada"), "\"2026\"", desk_name("ben"));
    desk_wait_notice(desk, "ada", "Passed on to the conversation with Ben*Your bill");
    desk_wait_feed(desk, COEX_FEED_SENT, "ben", BILL_LINE);
    desk_take(desk, "ben", BILL_SENT);
    desk_wait_state(desk, "ben", "delivered*Your bill");
    coex_sim_fail_next_async(desk->sim, 131053);
    send(desk, "ada", linked("image " PICTURE), "?image] " PICTURE, "image " PICTURE);
    g_assert_nonnull(strstr(desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "?image]*")->detail,
                            "WhatsApp fetches the file itself: "));
    send(desk, "ada", linked("Sticker https://files.example.org/a.webp"), "?sticker] https*",
         "sticker https://files.example.org/a.webp");
    desk_wait_state(desk, "ada", "delivered*sticker]*");
    desk_restart(desk);
    coex_session_recall(desk->session, desk_name("ada"), 2, 0, TRUE);
    desk_wait_past(desk, "ada", "failed: ?image] " PICTURE "\nout: ?sticker] https*");
}

/* Held in a closed window over a restart, refused for a while, and sent again. */
static void
test_linked_held(Desk *desk)
{
    g_autoptr(CoexPayload) bill = linked(BILL " Your bill");

    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "The bill, please");
    desk_advance(desk, DAY_S + 60);
    coex_session_send_payload(desk->session, desk_name("ada"), bill, NULL);
    desk_wait_notice(desk, "ada", "Held until *Your bill*");
    desk_fence(desk);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    coex_sim_fail_next_async(desk->sim, 131026);
    desk_hear(desk, "ada", "Hello?");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", BILL_LINE);
    desk_take(desk, "ada", BILL_SENT);
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", BILL_LINE);
    desk_restart(desk);
    desk_resend(desk, "ada");
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", BILL_LINE);
    desk_take(desk, "ada", BILL_SENT);
    desk_wait_state(desk, "ada", "delivered*Your bill");
    desk_assert_nothing_kept(desk, "ada");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 2);
}

/* ---- to another ---- */

static void
test_forward(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ben", "Hello");
    desk_hear(desk, "ada", "Please call 030 1234");
    desk_hear(desk, "ada", "Thank you");
    coex_session_forward(desk->session, desk_name("ada"), "\"call\"", desk_name("ben"));
    desk_wait_feed(desk, COEX_FEED_SENT, "ben", "Please call 030 1234");
    desk_take(desk, "ben", "Please call 030 1234");
    desk_wait_notice(desk, "ada", "Passed on to the conversation with Ben*: Please call 030 1234");
    send(desk, "ada", shop(), SHOP_LINE, SHOP_SENT);
    desk_wait_state(desk, "ada", "delivered*Radhaus*");
    coex_session_forward(desk->session, desk_name("ada"), "\"Radhaus\"", desk_name("ben"));
    desk_wait_feed(desk, COEX_FEED_SENT, "ben", SHOP_LINE);
    desk_take(desk, "ben", SHOP_SENT);
    desk_wait_notice(desk, "ada", "Passed on to the conversation with Ben*Radhaus*");
    coex_session_forward(desk->session, desk_name("ada"), "\"no such\"", desk_name("ben"));
    desk_wait_notice(desk, "ada", "Not passed on to Ben*: There is no such message*");
    g_free(coex_sim_customer_sends_type(desk->sim, "ada", "location",
                                        "{\"latitude\":1,\"longitude\":2}"));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "?location]*");
    coex_session_forward(desk->session, desk_name("ada"), "last", desk_name("ben"));
    desk_wait_notice(desk, "ada", "Not passed on to Ben*Forward this one on the phone.");
    desk_wait_state(desk, "ben", "delivered*Radhaus*");
    /* where it came from is nobody else's business */
    desk_deliver(desk, "", "from-an-ad", 0,
                 "\"from\":\"12025550101\",\"type\":\"text\",\"text\":{\"body\":\"[urgent] Rye?\"},"
                 "\"context\":{\"forwarded\":true},\"referral\":{\"source_type\":\"ad\","
                 "\"source_url\":\"https://x.example/a\",\"headline\":\"Bread\"}");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada",
                   "?forwarded] ?from an ad: “Bread”, https*] ?urgent] Rye?");
    coex_session_forward(desk->session, desk_name("ada"), "\"rye\"", desk_name("ben"));
    desk_wait_feed(desk, COEX_FEED_SENT, "ben", "?urgent] Rye?");
    desk_take(desk, "ben", "[urgent] Rye?");
    desk_wait_notice(desk, "ada", "Passed on to the conversation with Ben*: ?urgent] Rye?");
    desk_wait_state(desk, "ben", "delivered*Rye?");
    /* what was typed here only looks like that */
    desk_say(desk, "ada", "[from an ad] Rye is half price");
    desk_take(desk, "ada", "[from an ad] Rye is half price");
    desk_wait_state(desk, "ada", "delivered*half price");
    coex_session_forward(desk->session, desk_name("ada"), "\"half\"", desk_name("ben"));
    desk_wait_feed(desk, COEX_FEED_SENT, "ben", "?from an ad] Rye is half price");
    desk_take(desk, "ben", "[from an ad] Rye is half price");
    desk_wait_notice(desk, "ada", "Passed on to *: ?from an ad] Rye is half price");
    desk_wait_state(desk, "ben", "delivered*half price");
    /* to whom nobody wrote: a template is offered there */
    coex_session_forward(desk->session, desk_name("ada"), "\"call\"", desk_name("dana"));
    desk_wait_prompt(desk, "dana", "Please call 030 1234");
    desk_wait_notice(desk, "ada", "Passed on to *493023125017: Please call 030 1234");
    coex_session_cancel(desk->session, desk_name("dana"));
    desk_wait_feed(desk, COEX_FEED_NOTICE, "dana", "Not sent: Please call 030 1234");
    desk_wait_prompt_over(desk, "dana");
}

/* Theirs from where it was put, once it is here; ours by what WhatsApp keeps of it. */
static void
test_forward_file(Desk *desk)
{
    g_autofree char *path = g_build_filename(desk->dir, "price list.pdf", NULL);
    g_autofree char *pdf = g_strdup_printf("%%PDF-1.7\n%0*d", 2990, 0);
    g_autoptr(GBytes) bytes = g_bytes_new(pdf, strlen(pdf));
    g_autofree char *content =
        coex_sim_add_file(desk->sim, "application/pdf", "order.pdf", "as agreed", bytes);

    desk->config.media_folder = g_intern_string(desk->dir);
    desk->config.media_auto = COEX_MEDIA_AUTO_NONE;
    desk->config.media_limit = 1000 * 1000;
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_hear(desk, "ben", "Hello");
    g_free(coex_sim_customer_sends_type(desk->sim, "ada", "document", content));
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", "?document]*order.pdf*");
    desk_wait_feed(desk, COEX_FEED_NOTICE, "ada", "*fetches it.");
    coex_session_forward(desk->session, desk_name("ada"), "last", desk_name("ben"));
    desk_wait_notice(desk, "ada", "Not passed on to Ben*: Its file is not here. /get *");
    coex_session_get_file(desk->session, desk_name("ada"), "last", FALSE);
    desk_wait_notice(desk, "ada", "*is being fetched.");
    desk_wait_feed(desk, COEX_FEED_FILE, "ada", "*");
    coex_session_forward(desk->session, desk_name("ada"), "last", desk_name("ben"));
    desk_wait_notice(desk, "ada", "Passed on to the conversation with Ben*order.pdf*");
    desk_wait_feed(desk, COEX_FEED_SENT, "ben", "?document] order.pdf: as agreed");
    desk_take(desk, "ben", "document application/pdf 2999 name=order.pdf caption=as agreed");
    desk_wait_state(desk, "ben", "*delivered*order.pdf*");
    /* ours: the copy is gone, the upload is not */
    g_assert_true(g_file_set_contents(path, pdf, -1, NULL));
    coex_session_send_file(desk->session, desk_name("ada"), path, NULL, 0, NULL);
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "?document] price list.pdf");
    desk_take(desk, "ada", "document application/pdf 2999 name=price list.pdf");
    desk_wait_state(desk, "ada", "*delivered*price list.pdf*");
    coex_session_forward(desk->session, desk_name("ada"), "\"price\"", desk_name("ben"));
    desk_wait_notice(desk, "ada", "Passed on to the conversation with Ben*price list.pdf*");
    desk_wait_feed(desk, COEX_FEED_SENT, "ben", "?document] price list.pdf");
    desk_take(desk, "ben", "document application/pdf 2999 name=price list.pdf");
    desk_wait_state(desk, "ben", "*delivered*price list.pdf*");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/payload/examples", test_examples);
    desk_add("/payload/sent", test_sent);
    desk_add("/payload/held", test_held);
    desk_add("/payload/again", test_again);
    desk_add("/payload/unconfirmed", test_unconfirmed);
    desk_add("/payload/linked", test_linked);
    desk_add("/payload/linked-held", test_linked_held);
    desk_add("/payload/forward", test_forward);
    desk_add("/payload/forward-file", test_forward_file);
    return g_test_run();
}
