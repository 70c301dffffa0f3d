// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/payload-typed.h"

#include "core/error.h"
#include "core/payload.h"
#include <string.h>

typedef CoexPayload *(*Parse)(const char *words, GError **error);

static void
check_good(Parse parse, const char *words, const char *json, const char *line)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexPayload) payload = parse(words, &error);
    g_autofree char *told = NULL;

    g_test_message("%s", words);
    g_assert_no_error(error);
    g_assert_cmpstr(payload->json, ==, json);
    told = coex_payload_dup_line(payload);
    g_assert_cmpstr(told, ==, line);
}

static void
check_bad(Parse parse, const char *words, const char *part)
{
    g_autoptr(GError) error = NULL;

    g_test_message("%s", words);
    g_assert_null(parse(words, &error));
    g_assert_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT);
    if (strstr(error->message, part) == NULL)
        g_error("\"%s\" is not in: %s", part, error->message);
}

static void
test_location(void)
{
    static const char *const bad[] = {
        "",        "here",      "52.5",        "52.5 x", "91 0",        "-90.1 0",
        "0 181",   "0 -180.01", "52,5 13,4 x", "1e3 2",  "52.5north 3", "0x10 1",
        "nan inf", "52. 13",    "5252525 1",   "52.5;",  ".5 .5",       "-- 1 2",
    };

    check_good(coex_payload_parse_location, "52.531677 13.381777",
               "{\"location\":{\"latitude\":\"52.531677\",\"longitude\":\"13.381777\"}}",
               "[location] (52.531677, 13.381777)");
    check_good(coex_payload_parse_location, "-33.9, +18.4, Our shop | 1 Mill Lane",
               "{\"location\":{\"latitude\":\"-33.9\",\"longitude\":\"18.4\","
               "\"name\":\"Our shop\",\"address\":\"1 Mill Lane\"}}",
               "[location] Our shop, 1 Mill Lane (-33.9, 18.4)");
    check_good(coex_payload_parse_location, "52.5,13.4",
               "{\"location\":{\"latitude\":\"52.5\",\"longitude\":\"13.4\"}}",
               "[location] (52.5, 13.4)");
    check_good(coex_payload_parse_location, "90 -180",
               "{\"location\":{\"latitude\":\"90\",\"longitude\":\"-180\"}}",
               "[location] (90, -180)");
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        check_bad(coex_payload_parse_location, bad[i], "52.5317 13.3818 Our shop");
    /* nothing that was typed is dropped */
    check_bad(coex_payload_parse_location, "52.5 13.3 | 1 Mill Lane", "Our shop | 1 Mill Lane");
    check_bad(coex_payload_parse_location, "52.5 13.3 Our shop | 1 Mill Lane | Mon to Fri",
              "behind one bar");
}

static void
test_question(void)
{
    g_autofree char *long_text = g_strnfill(1025, 'x');
    g_autofree char *too_long = g_strconcat("ask ", long_text, NULL);

    check_good(coex_payload_parse_location, " Ask  Where should we collect the bike? ",
               "{\"interactive\":{\"type\":\"location_request_message\",\"body\":{\"text\":"
               "\"Where should we collect the bike?\"},\"action\":{\"name\":\"send_location\"}}}",
               "Where should we collect the bike?\n[send a place]");
    check_bad(coex_payload_parse_location, "ask", "The question is missing");
    check_bad(coex_payload_parse_location, "ask \n", "The question is missing");
    check_bad(coex_payload_parse_location, "asking 52.5 13.4", "The word ask and a question");
    check_bad(coex_payload_parse_location, too_long, "1025 characters; WhatsApp takes 1024");
}

static void
test_link(void)
{
    g_autofree char *tail = g_strnfill(2000, 'x');
    g_autofree char *too_long = g_strconcat("Pay | Now https://x.example/", tail, NULL);

    check_good(coex_payload_parse_buttons, "Pay online: | Pay now  https://x.example/pay?a=1&b=2",
               "{\"interactive\":{\"type\":\"cta_url\",\"body\":{\"text\":\"Pay online:\"},"
               "\"action\":{\"name\":\"cta_url\",\"parameters\":{\"display_text\":\"Pay now\","
               "\"url\":\"https://x.example/pay?a=1&b=2\"}}}}",
               "Pay online:\n[Pay now: https://x.example/pay?a=1&b=2]");
    check_good(coex_payload_parse_buttons, "See http://x.example first: | Yes",
               "{\"interactive\":{\"type\":\"button\",\"body\":{\"text\":"
               "\"See http://x.example first:\"},\"action\":{\"buttons\":[{\"type\":\"reply\","
               "\"reply\":{\"id\":\"1\",\"title\":\"Yes\"}}]}}}",
               "See http://x.example first:\n[Yes]");
    check_bad(coex_payload_parse_buttons, "Pay | https://x.example", "words on the button");
    check_bad(coex_payload_parse_buttons, "Pay | Now https://x.example | Later", "stands alone");
    check_bad(coex_payload_parse_buttons, "Pay | Later | Now https://x.example", "stands alone");
    check_bad(coex_payload_parse_buttons, "Pay | Twenty-one characters https://x.example",
              "21 characters; WhatsApp takes 20");
    check_bad(coex_payload_parse_buttons, too_long, "The link has 2018 characters");
}

static void
test_buttons(void)
{
    g_autofree char *long_text = g_strnfill(1025, 'x');
    g_autofree char *too_long = g_strconcat(long_text, " | a", NULL);

    check_good(coex_payload_parse_buttons, " When do you come? | Today | Tomorrow | Other day ",
               "{\"interactive\":{\"type\":\"button\",\"body\":{\"text\":\"When do you come?\"},"
               "\"action\":{\"buttons\":[{\"type\":\"reply\",\"reply\":{\"id\":\"1\","
               "\"title\":\"Today\"}},{\"type\":\"reply\",\"reply\":{\"id\":\"2\","
               "\"title\":\"Tomorrow\"}},{\"type\":\"reply\",\"reply\":{\"id\":\"3\","
               "\"title\":\"Other day\"}}]}}}",
               "When do you come?\n[Today] [Tomorrow] [Other day]");
    check_bad(coex_payload_parse_buttons, "", "When do you come?");
    check_bad(coex_payload_parse_buttons, "Only a text", "When do you come?");
    check_bad(coex_payload_parse_buttons, "Text | | ", "When do you come?");
    check_bad(coex_payload_parse_buttons, "Text | a | b | c | d", "These are 4 buttons");
    check_bad(coex_payload_parse_buttons, "Text | This button is too long", "WhatsApp takes 20");
    check_bad(coex_payload_parse_buttons, "Text | a | a", "stands there twice");
    check_bad(coex_payload_parse_buttons, too_long, "WhatsApp takes 1024");
}

static void
test_list(void)
{
    check_good(coex_payload_parse_list,
               "Pick a service | Services | # Repairs | Tyre: Puncture or replacement | Brakes"
               " | # Other | Ask a person",
               "{\"interactive\":{\"type\":\"list\",\"body\":{\"text\":\"Pick a service\"},"
               "\"action\":{\"button\":\"Services\",\"sections\":[{\"title\":\"Repairs\",\"rows\":["
               "{\"id\":\"2\",\"title\":\"Tyre\",\"description\":\"Puncture or replacement\"},"
               "{\"id\":\"3\",\"title\":\"Brakes\"}]},{\"title\":\"Other\",\"rows\":["
               "{\"id\":\"5\",\"title\":\"Ask a person\"}]}]}}}",
               "Pick a service\n[Services]\nRepairs:\n- Tyre: Puncture or replacement\n- Brakes\n"
               "Other:\n- Ask a person");
    check_good(coex_payload_parse_list, "Size? | Choose | S | M",
               "{\"interactive\":{\"type\":\"list\",\"body\":{\"text\":\"Size?\"},"
               "\"action\":{\"button\":\"Choose\",\"sections\":[{\"rows\":["
               "{\"id\":\"1\",\"title\":\"S\"},{\"id\":\"2\",\"title\":\"M\"}]}]}}}",
               "Size?\n[Choose]\n- S\n- M");
    check_bad(coex_payload_parse_list, "", "Pick a service");
    check_bad(coex_payload_parse_list, "Text | Label", "Pick a service");
    check_bad(coex_payload_parse_list, "T | L | a | b | c | d | e | f | g | h | i | j | k",
              "These are 11 choices");
    check_bad(coex_payload_parse_list, "T | L | # One | a | # Two", "nothing below");
    check_bad(coex_payload_parse_list, "T | L | # One | # Two | a", "nothing below");
    check_bad(coex_payload_parse_list, "T | L | a | # Two | b", "stands below no heading");
    check_bad(coex_payload_parse_list, "T | L | a: one | a: two", "stands there twice");
    check_bad(coex_payload_parse_list, "T | This label is too long | a", "WhatsApp takes 20");
    check_bad(coex_payload_parse_list, "T | L | A row of more than 24 chars", "WhatsApp takes 24");
    check_bad(coex_payload_parse_list,
              "T | L | a: a description that goes on and on until there is no room for all of it "
              "here",
              "WhatsApp takes 72");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/payload/location", test_location);
    g_test_add_func("/payload/question", test_question);
    g_test_add_func("/payload/link", test_link);
    g_test_add_func("/payload/buttons", test_buttons);
    g_test_add_func("/payload/list", test_list);
    return g_test_run();
}
