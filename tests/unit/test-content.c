// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/media.h"
#include "core/message.h"
#include "core/webhook.h"
#include <string.h>

/* The words of messages that are no plain text. */

static void
check(const char *rest, const char *expected)
{
    g_autofree char *text =
        g_strdup_printf("{\"messages\":[{\"from\":\"12025550147\",\"id\":\"a\",%s}]}", rest);
    g_autoptr(GPtrArray) events = coex_webhook_parse(text, strlen(text), NULL);
    const CoexEvent *event;

    g_assert_nonnull(events);
    g_assert_cmpuint(events->len, ==, 1);
    event = g_ptr_array_index(events, 0);
    g_assert_cmpstr(event->message->content.text, ==, expected);
}

static void
test_lines(void)
{
    static const char *const rows[][2] = {
        { "\"type\":\"interactive\",\"interactive\":{\"nfm_reply\":{\"response_json\":{"
          "\"flow_token\":\"t\",\"seats\":[1,2],\"at\":{\"day\":\"Mon\",\"hour\":9},\"x\":null}}}",
          "[form] seats: [1,2]\nat.day: Mon\nat.hour: 9" },
        { "\"type\":\"interactive\",\"interactive\":{\"nfm_reply\":{\"response_json\":\"no "
          "JSON\"}}",
          "[form] no JSON" },
        { "\"type\":\"order\",\"order\":{\"product_items\":[{\"product_retailer_id\":\"a\","
          "\"quantity\":3,\"item_price\":19.99,\"currency\":\"EUR\"},{\"product_retailer_id\":"
          "\"b\","
          "\"quantity\":\"1\",\"item_price\":\"0.1\",\"currency\":\"EUR\"}]}",
          "[order]\n3 x a at 19.99 EUR = 59.97 EUR\n1 x b at 0.10 EUR = 0.10 EUR\n"
          "Total: 60.07 EUR" },
        { "\"type\":\"order\",\"order\":{\"product_items\":[{\"product_retailer_id\":\"a\","
          "\"quantity\":2,\"item_price\":500,\"currency\":\"JPY\"},{\"product_retailer_id\":\"b\","
          "\"quantity\":1,\"item_price\":1.5,\"currency\":\"KWD\"}]}",
          "[order]\n2 x a at 500 JPY = 1000 JPY\n1 x b at 1.500 KWD = 1.500 KWD\n"
          "Total: 1000 JPY + 1.500 KWD" },
        { "\"type\":\"order\",\"order\":{\"text\":\"Please\",\"product_items\":[{"
          "\"quantity\":1,\"item_price\":5,\"currency\":\"EUR\"},{\"product_retailer_id\":"
          "\"b\\nTotal: 0\","
          "\"quantity\":-1,\"item_price\":1e30,\"currency\":\"EUR\"},{}]}",
          "[order]\n1 x ? at 5.00 EUR = 5.00 EUR\n-1 x b Total: 0 at 1e+30 EUR\n? x "
          "?\nPlease" },
        { "\"type\":\"order\",\"order\":{\"text\":\"Nothing\"}", "[order]\nNothing" },
        { "\"type\":\"text\",\"text\":{\"body\":\"hi\"},\"context\":{\"forwarded\":true}",
          "[forwarded] hi" },
        { "\"type\":\"image\",\"image\":{\"caption\":\"hi\"},\"context\":{\"forwarded\":true,"
          "\"frequently_forwarded\":true}",
          "[forwarded many times] [image] hi" },
        { "\"type\":\"system\",\"system\":{\"type\":\"user_changed_number\",\"wa_id\":"
          "\"12025550148\"}",
          "WhatsApp reports that the number is 12025550148 now." },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        check(rows[i][0], rows[i][1]);
}

/* All of a long order is summed, and its beginning shown. */
static void
test_long_order(void)
{
    g_autoptr(GString) items = g_string_new(NULL);
    g_autofree char *text = NULL;
    g_autoptr(GPtrArray) events = NULL;
    const CoexEvent *event;

    for (guint i = 0; i < 300; i++)
        g_string_append_printf(items,
                               "%s{\"product_retailer_id\":\"p%u\",\"quantity\":1,"
                               "\"item_price\":0.01,\"currency\":\"EUR\"}",
                               i > 0 ? "," : "", i);
    text =
        g_strdup_printf("{\"messages\":[{\"from\":\"12025550147\",\"id\":\"a\",\"type\":\"order\","
                        "\"order\":{\"product_items\":[%s]}}]}",
                        items->str);
    events = coex_webhook_parse(text, strlen(text), NULL);
    event = g_ptr_array_index(events, 0);
    g_assert_true(
        g_str_has_suffix(event->message->content.text,
                         "1 x p49 at 0.01 EUR = 0.01 EUR\nand 250 more\nTotal: 3.00 EUR"));
}

/* The content of the file that the cards make; NULL: there is none. */
static char *
dup_cards(const char *cards)
{
    g_autofree char *text = g_strdup_printf("{\"messages\":[{\"from\":\"12025550147\",\"id\":\"a\","
                                            "\"type\":\"contacts\",\"contacts\":%s}]}",
                                            cards);
    g_autoptr(GPtrArray) events = coex_webhook_parse(text, strlen(text), NULL);
    const CoexEvent *event = g_ptr_array_index(events, 0);
    const CoexMedia *media = event->message->content.cards;

    return media != NULL ? coex_media_dup_content(media) : NULL;
}

static void
test_cards(void)
{
    g_autofree char *two = dup_cards(
        "[{\"name\":{\"formatted_name\":\"Ida "
        "Berg\",\"last_name\":\"Berg\",\"first_name\":\"Ida\"},"
        "\"phones\":[{\"phone\":\"+44 7700 900155\",\"type\":\"Mobile\"},{\"phone\":\"+44 1\"}],"
        "\"emails\":[{\"email\":\"a@example.com\"},{\"email\":\"b@example.com\"}],"
        "\"addresses\":[{\"street\":\"1 Mill Lane\",\"city\":\"Ely\"}]},"
        "{\"phones\":[{\"phone\":\"+1 202\"}]}]");
    g_autofree char *none = dup_cards("[{\"name\":{\"formatted_name\":\"Ida\"},\"vcard\":\"x\"}]");

    g_assert_cmpstr(two, ==,
                    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ida Berg\r\nN:Berg;Ida;;;\r\n"
                    "TEL;TYPE=CELL:+44 7700 900155\r\nTEL:+44 1\r\nEMAIL:a@example.com\r\n"
                    "EMAIL:b@example.com\r\nADR:;;1 Mill Lane;Ely;;;\r\nEND:VCARD\r\n"
                    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:+1 202\r\nN:+1 202;;;;\r\nTEL:+1 202\r\n"
                    "END:VCARD\r\n");
    g_assert_null(none);
}

/* Nothing of it becomes a property, and no line is too long or half a character. */
static void
test_hostile_cards(void)
{
    g_autoptr(GString) name = g_string_new("END:VCARD\\r\\nX;Y,Z\\\\:");
    g_autofree char *json = NULL;
    g_autofree char *card = NULL;
    g_auto(GStrv) lines = NULL;
    guint n_ends = 0;

    for (guint i = 0; i < 60; i++)
        g_string_append(name, "\xd0\x98\xd0\xb4\xd0\xb0 ");
    json = g_strdup_printf("[{\"name\":{\"formatted_name\":\"%s\"},\"phones\":[{\"phone\":"
                           "\"1\\nTEL:666\",\"type\":\"X:1\\r\\nNOTE\"}]}]",
                           name->str);
    card = dup_cards(json);
    g_assert_true(g_utf8_validate(card, -1, NULL));
    lines = g_strsplit(card, "\r\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        n_ends += strcmp(lines[i], "END:VCARD") == 0;
        g_assert_cmpuint(strlen(lines[i]), <=, 75);
        g_assert_true(g_utf8_validate(lines[i], -1, NULL));
        g_assert_null(strpbrk(lines[i], "\r\n"));
        g_assert_false(g_str_has_prefix(lines[i], "NOTE"));
    }
    g_assert_cmpuint(n_ends, ==, 1);
    g_assert_nonnull(strstr(card, "FN:END:VCARD\\nX\\;Y\\,Z\\\\:"));
    g_assert_nonnull(strstr(card, "\r\nTEL:1\\nTEL:666\r\n"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/content/lines", test_lines);
    g_test_add_func("/content/long-order", test_long_order);
    g_test_add_func("/content/cards", test_cards);
    g_test_add_func("/content/hostile-cards", test_hostile_cards);
    return g_test_run();
}
