// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/content.h"
#include "core/json.h"
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

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/content/lines", test_lines);
    g_test_add_func("/content/long-order", test_long_order);
    return g_test_run();
}
