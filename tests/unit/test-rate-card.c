// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/country.h"
#include "core/error.h"
#include "core/peer.h"
#include "core/rate-card.h"

#include <string.h>

/* Tables of prices, as spreadsheets write them and as nobody should, and whose number is whose. */

static char *
dup_price(const CoexRateCard *card, const char *country, const char *category)
{
    const char *currency;
    gint64 price;

    if (!coex_rate_card_find(card, country, category, &currency, &price))
        return g_strdup("none");
    return coex_rate_card_dup_price(currency, price);
}

static void
assert_price(const char *table, const char *country, const char *category, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexRateCard) card = coex_rate_card_parse(table, strlen(table), &error);
    g_autofree char *price = NULL;

    g_assert_no_error(error);
    price = dup_price(card, country, category);
    g_assert_cmpstr(price, ==, expected);
}

static void
assert_refused(const char *table, gsize length, const char *sentence)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(coex_rate_card_parse(table, length, &error));
    g_assert_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT);
    if (!g_pattern_match_simple(sentence, error->message))
        g_error("“%s” is not “%s”", error->message, sentence);
}

#define HEAD "country,category,currency,price\n"

static void
test_dialects(void)
{
    assert_price(HEAD "DE,marketing,EUR,0.1131\n", "DE", "marketing", "EUR 0.1131");
    assert_price(HEAD "DE,marketing,EUR,0.1131", "DE", "utility", "none");
    assert_price(HEAD "DE,marketing,EUR,0.1131", "FR", "marketing", "none");
    /* a spreadsheet's: a mark at the beginning, two bytes at line ends, quotes, other columns */
    assert_price("\xef\xbb\xbf\"Price\",\"Note \"\"x\"\", y\",Country,CATEGORY,Currency\r\n"
                 "\"0.05\",\"a, b\", de ,Utility,eur\r\n",
                 "DE", "utility", "EUR 0.05");
    /* a German one */
    assert_price("country;category;currency;price\r\nDE;utility;EUR;0,0456\r\n", "DE", "utility",
                 "EUR 0.0456");
    assert_price("country\tcategory\tcurrency\tprice\nIN\tmarketing\tINR\t0.8631\n", "IN",
                 "marketing", "INR 0.8631");
    /* old line ends, blank lines, whole numbers */
    assert_price("country,category,currency,price\r\r\rID,marketing,IDR,586\r", "ID", "marketing",
                 "IDR 586.00");
    assert_price(HEAD ",,,\n\nGB,authentication-international,GBP,0.000001", "GB",
                 "authentication-international", "GBP 0.000001");
}

static void
test_refused(void)
{
    static const struct {
        const char *table;
        const char *sentence;
    } cases[] = {
        { "", "line 1: it has to name the columns *“country”." },
        { "DE,marketing,EUR,0.1131\n", "line 1: *there is no “country”." },
        { "country,category,currency\nDE,marketing,EUR\n", "line 1: *there is no “price”." },
        { HEAD, "line 1: no price follows it." },
        { HEAD "DE,marketing,EUR,\"0,1131\"\n", "line 2: the price “0,1131” has a comma*" },
        { HEAD "\nDE,marketing,EUR,1.131.0\n", "line 3: “1.131.0” is no price.*" },
        { HEAD "DE,marketing,EUR,-1\n", "line 2: “-1” is no price.*" },
        { HEAD "DE,marketing,EUR,1e3\n", "line 2: “1e3” is no price.*" },
        { HEAD "DE,marketing,EUR,0.\n", "line 2: “0.” is no price.*" },
        { HEAD "DE,marketing,EUR,99999999999999999999\n", "line 2: *is no price.*" },
        { HEAD "DE,marketing,EUR,0.00000001\n", "line 2: *is no price.*" },
        { HEAD "DE,marketing,EUR\n", "line 2: “” is no price.*" },
        { HEAD "DE,marketing,Euro,0.1\n", "line 2: “Euro” is no currency.*" },
        { HEAD "Germany,marketing,EUR,0.1\n", "line 2: “Germany” is no country.*" },
        { HEAD "XX,marketing,EUR,0.1\n", "line 2: “XX” is no country.*" },
        { HEAD "DE,advertising,EUR,0.1\n", "line 2: “advertising” is no category.*" },
        { HEAD "DE,marketing,EUR,0.1\nFR,utility,EUR,0.1\nde,Marketing,EUR,0.2\n",
          "line 4: DE and marketing stand in line 2, too." },
        { HEAD "\"DE,marketing,EUR,0.1\n", "line 2: a quotation mark is not closed in it." },
        { HEAD "\x80\xff,marketing,EUR,0.1\n", "line 2: * is no country.*" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_refused(cases[i].table, strlen(cases[i].table), cases[i].sentence);
    assert_refused("c\0o\0u\0", 6, "line 1: this is no text.*");
    assert_refused("\xff\xfe"
                   "c\0o\0u\0",
                   8, "line 1: this is no text.*");
}

static void
test_large(void)
{
    g_autoptr(GString) table = g_string_new(HEAD);
    g_autofree char *wide = g_strnfill(1000, ',');

    assert_refused(wide, strlen(wide), "line 1: it has more than 64 fields.");
    while (table->len <= COEX_RATE_CARD_BYTES_MAX)
        g_string_append(table, "DE,marketing,EUR,0.1131\n");
    assert_refused(table->str, table->len,
                   "it is larger than 256 KB, so it is no table of prices.");
}

static void
test_sums(void)
{
    static const struct {
        gint64 price;
        const char *text;
    } cases[] = { { 0, "EUR 0.00" },
                  { 4999, "EUR 0.00" },
                  { 5000, "EUR 0.01" },
                  { 1999999, "EUR 2.00" },
                  { 123456789, "EUR 123.46" } };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = coex_rate_card_dup_sum("EUR", cases[i].price);

        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

static void
test_countries(void)
{
    static const struct {
        const char *wa_id;
        const char *user_id;
        const char *country;
    } cases[] = {
        { "493023125017", NULL, "DE" },
        { "12025550101", NULL, "US" },
        { "14165550101", NULL, "CA" },
        { "18765550101", NULL, "JM" },
        { "18005550101", NULL, NULL },
        { "11234567890", NULL, NULL },
        { "79161234567", NULL, "RU" },
        { "77011234567", NULL, "KZ" },
        { "71234567890", NULL, NULL },
        { "447700900112", NULL, "GB" },
        { "262692123456", NULL, "RE" },
        { "262639123456", NULL, "YT" },
        { "5999123456", NULL, "CW" },
        { "590690123456", NULL, NULL },
        { "999123456", NULL, NULL },
        { NULL, "DE.40817263549081726354", "DE" },
        { "590690123456", "MF.4081726354", "MF" },
        { "12025550101", "CA.4081726354", "CA" },
        { "493023125017", "XX.4081726354", "DE" },
        { NULL, NULL, NULL },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const CoexPeer peer = { .wa_id = (char *)cases[i].wa_id,
                                .user_id = (char *)cases[i].user_id };

        g_assert_cmpstr(coex_country_of_peer(&peer), ==, cases[i].country);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rate-card/dialects", test_dialects);
    g_test_add_func("/rate-card/refused", test_refused);
    g_test_add_func("/rate-card/large", test_large);
    g_test_add_func("/rate-card/sums", test_sums);
    g_test_add_func("/rate-card/countries", test_countries);
    return g_test_run();
}
