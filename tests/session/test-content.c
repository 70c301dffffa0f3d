// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <glib/gstdio.h>
#include <string.h>

/* What other messages than plain text bring, and what they mean for who wrote them. */

#define FROM_ADA "\"from\":\"12025550101\","
#define TEXT(text) "\"type\":\"text\",\"text\":{\"body\":\"" text "\"}"

/* One line in the conversation, the same in the history, and once. */
static void
check_line(Desk *desk, const char *rest, const char *line)
{
    g_autofree char *past = g_strconcat("in: ", line, NULL);
    g_autofree char *message = g_strconcat(FROM_ADA, rest, NULL);
    static guint n;
    g_autofree char *id = g_strdup_printf("%u", ++n);

    desk_deliver(desk, "", id, 0, message);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada", line);
    desk_fence(desk);
    coex_session_recall(desk->session, desk_name("ada"), 1, 0, TRUE);
    desk_wait_past(desk, "ada", past);
    desk_wait_window(desk, "ada", TRUE);
}

static void
test_kinds(Desk *desk)
{
    desk_login(desk);
    check_line(desk,
               "\"type\":\"order\",\"order\":{\"text\":\"Gift wrap\",\"product_items\":[{"
               "\"product_retailer_id\":\"tart\",\"quantity\":2,\"item_price\":4.5,\"currency\":"
               "\"EUR\"}]}",
               "?order]\n2 x tart at 4.50 EUR = 9.00 EUR\nTotal: 9.00 EUR\nGift wrap");
    check_line(desk,
               "\"type\":\"interactive\",\"interactive\":{\"type\":\"nfm_reply\",\"nfm_reply\":{"
               "\"response_json\":{\"day\":\"Monday\",\"people\":4}}}",
               "?form] day: Monday\npeople: 4");
    check_line(desk, TEXT("A joke") ",\"context\":{\"frequently_forwarded\":true}",
               "?forwarded many times] A joke");
    check_line(desk,
               TEXT("In red?") ",\"context\":{\"from\":\"447700900100\",\"id\":\"wamid.x\","
                               "\"referred_product\":{\"catalog_id\":\"1\",\"product_retailer_id\":"
                               "\"tart\"}}",
               "?about the product tart] In red?");
    check_line(desk, TEXT("Hi all") ",\"group_id\":\"Y2Fw\"",
               "?in the group Y2Fw, from +12025550101] Hi all");
    desk_restart(desk);
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, 0);
}

/* A card is a file for an address book, and needs nobody to fetch it from. */
static void
test_card(Desk *desk)
{
    const DeskEvent *line;
    g_autofree char *content = NULL;
    g_autofree char *path = NULL;

    desk->config.media_folder = g_intern_string(desk->dir);
    desk->config.media_auto = COEX_MEDIA_AUTO_NONE;
    desk->config.media_limit = 1000 * 1000;
    desk_login(desk);
    desk_deliver(desk, "", "card", 0,
                 FROM_ADA
                 "\"type\":\"contacts\",\"contacts\":[{\"name\":{\"formatted_name\":"
                 "\"../Ida Berg\"},\"phones\":[{\"phone\":\"+44 7700 900155\"}],\"emails\":[{"
                 "\"email\":\"ida@example.com\"}]}]");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada",
                   "?contact] ../Ida Berg, +44 7700 900155, ida@example.com");
    line = desk_wait_feed(desk, COEX_FEED_FILE, "ada", "?contact #*bytes]");
    path = g_strdup(line->item->detail);
    g_assert_true(g_str_has_suffix(path, "Ida Berg.vcf"));
    g_assert_true(g_str_has_prefix(path, desk->dir));
    g_assert_null(strstr(path, "/.."));
    g_assert_true(g_file_get_contents(path, &content, NULL, NULL));
    g_assert_nonnull(strstr(content, "TEL:+44 7700 900155\r\nEMAIL:ida@example.com\r\n"));
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "media"), ==, 0);
    desk_restart(desk);
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_FEED, "ada", "*"), ==, 0);
    /* again, also where somebody has removed it */
    g_assert_cmpint(g_unlink(path), ==, 0);
    coex_session_get_file(desk->session, desk_name("ada"), "last", FALSE);
    desk_wait_notice(desk, "ada", "*is being fetched.");
    desk_wait_feed(desk, COEX_FEED_FILE, "ada", "?contact #*bytes]");
    g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
}

/* An ad was answered: templates are free for a while, and nothing else is different. */
static void
test_free_entry(Desk *desk)
{
    g_autofree char *status = NULL;

    desk_login(desk);
    desk_deliver(
        desk, "", "ad", 30 * 60 * 60,
        "\"from\":\"12025550101\",\"type\":\"text\",\"text\":{\"body\":\"Is it in stock?\"},"
        "\"referral\":{\"source_url\":\"https://fb.me/x\",\"source_type\":\"ad\","
        "\"headline\":\"Chat with us\",\"ctwa_clid\":\"Aff-1\"}");
    desk_wait_feed(desk, COEX_FEED_INBOUND, "ada",
                   "?from an ad: “Chat with us”, https://fb.me/x] Is it in stock?");
    desk_wait_label(desk, "ada", "Closed since ?? ??? ??:??");
    coex_session_describe(desk->session, desk_name("ada"));
    desk_wait_facts(desk, "ada", "*Came by an ad: 20*\nClick on it (ctwa_clid): Aff-1\n*");
    status =
        g_strdup_printf("{\"statuses\":[{\"id\":\"wamid.never\",\"status\":\"sent\",\"recipient_"
                        "id\":\"12025550101\","
                        "\"timestamp\":\"%" G_GINT64_FORMAT "\",\"conversation\":{\"id\":\"c\","
                        "\"expiration_timestamp\":\"%" G_GINT64_FORMAT "\",\"origin\":{\"type\":"
                        "\"referral_conversion\"}}}]}",
                        coex_sim_now(desk->sim), coex_sim_now(desk->sim) + 40 * 60 * 60);
    coex_sim_change(desk->sim, "messages", status);
    desk_wait_label(desk, "ada", "Free templates to *");
    g_assert_false(desk_view(desk, "ada")->window.open);
    desk_send(desk, "ada", "Yes, it is");
    desk_wait_prompt(desk, "ada", "Yes, it is");
    desk_restart(desk);
    desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Yes, it is");
    coex_session_describe(desk->session, desk_name("ada"));
    desk_wait_facts(desk, "ada", "*Click on it (ctwa_clid): Aff-1\n*");
    desk_wait_notice(desk, NULL, "1 person waits for an answer*");
    desk_wait_label(desk, "ada", "Free templates to *");
    desk_wait_catalogue(desk);
    desk_advance(desk, 41 * 60 * 60);
    desk_restart(desk);
    desk_wait_label(desk, "ada", "Closed since ?? ??? ??:??");
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "ada"), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/content/kinds", test_kinds);
    desk_add("/content/card", test_card);
    desk_add("/content/free-entry", test_free_entry);
    return g_test_run();
}
