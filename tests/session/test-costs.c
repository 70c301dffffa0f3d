// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include "core/costs.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What messages cost: counted from the statuses, each message once. */

#define DAY_S (24 * 60 * 60)

/* So far into the month that neither tests nor a day more leave it. */
static void
go_to_mid_month(Desk *desk)
{
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(coex_sim_now(desk->sim));
    gint days = 45 - g_date_time_get_day_of_month(now);

    desk_advance(desk, (gint64)days * DAY_S);
}

static char *
dup_month(Desk *desk, gint months_ago)
{
    guint month = coex_costs_get_month(coex_sim_now(desk->sim));

    return coex_costs_dup_month(months_ago > 0 ? coex_costs_get_month_before(month) : month);
}

static const char *wanted;

static gboolean
is_told(Desk *desk)
{
    g_autofree char *lines = coex_session_describe_costs(desk->session);
    g_autofree char *glob =
        g_strconcat(wanted, "\n*, Insights: https://business.facebook.com/*", NULL);

    return g_pattern_match_simple(glob, lines);
}

static void
wait_costs(Desk *desk, const char *glob)
{
    wanted = glob;
    desk_wait_until(desk, is_told, glob);
}

/* A status of a message that was sent elsewhere, or here; @pricing: its members, NULL: none. */
static void
tell(Desk *desk, const char *id, const char *status, gint64 at, const char *pricing)
{
    g_autofree char *object =
        pricing != NULL ? g_strdup_printf(",\"pricing\":{%s}", pricing) : g_strdup("");
    g_autofree char *value = g_strdup_printf(
        "{\"statuses\":[{\"id\":\"wamid.%s\",\"status\":\"%s\",\"timestamp\":\"%" G_GINT64_FORMAT
        "\",\"recipient_id\":\"493023125017\"%s}]}",
        id, status, at, object);

    coex_sim_change(desk->sim, "messages", value);
}

#define FREE                                                                                       \
    "\"billable\":false,\"pricing_model\":\"PMP\",\"type\":\"free_customer_service\","             \
    "\"category\":\"service\""
#define REGULAR(category)                                                                          \
    "\"billable\":true,\"pricing_model\":\"PMP\",\"type\":\"regular\",\"category\":\"" category "\""

static void
test_own(Desk *desk)
{
    g_autofree char *month = NULL;
    g_autofree char *glob = NULL;
    const CoexTemplate *template_;
    const char *const values[] = { "Ann", "A-17", NULL };

    go_to_mid_month(desk);
    month = dup_month(desk, 0);
    glob = g_strdup_printf("%s (UTC), delivered through the API:\n"
                           "service: 1 of 1,000 service messages, 0 billed\nutility: 1 billed\n*",
                           month);
    desk_login(desk);
    wait_costs(desk, "*\nservice: 0 of 1,000 service messages, 0 billed\n*: nothing was counted");
    desk_wait_catalogue(desk);
    desk_hear(desk, "ada", "Hello");
    desk_say(desk, "ada", "Yes, until six.");
    desk_take(desk, "ada", "Yes, until six.");
    template_ = desk_template(desk, "order_update", "en_US");
    g_assert_true(
        coex_session_send_template(desk->session, desk_name("ada"), template_, values, NULL));
    desk_wait_feed(desk, COEX_FEED_SENT, "ada", "*Ann*");
    coex_sim_request_free(desk_wait_sent(desk, "ada", NULL));
    wait_costs(desk, glob);
    /* and when they are read */
    coex_sim_customer_reads(desk->sim, "ada");
    desk_wait_state(desk, "ada", "read*");
    wait_costs(desk, glob);
    desk_restart(desk);
    wait_costs(desk, glob);
}

static void
test_once(Desk *desk)
{
    gint64 now;

    go_to_mid_month(desk);
    desk_login(desk);
    now = coex_sim_now(desk->sim);
    /* in order, again, and the other way round */
    tell(desk, "AAA", "sent", now, REGULAR("marketing"));
    tell(desk, "AAA", "delivered", now, REGULAR("marketing"));
    tell(desk, "AAA", "delivered", now, REGULAR("marketing"));
    tell(desk, "AAA", "read", now, NULL);
    tell(desk, "BBB", "read", now, NULL);
    tell(desk, "BBB", "delivered", now, NULL);
    tell(desk, "BBB", "sent", now, REGULAR("marketing"));
    /* never delivered, and never priced */
    tell(desk, "CCC", "sent", now, REGULAR("marketing"));
    tell(desk, "DDD", "delivered", now, NULL);
    /* other classes */
    tell(desk, "EEE", "delivered", now, FREE);
    tell(desk, "FFF", "delivered", now,
         "\"type\":\"free_entry_point\",\"category\":\"referral_conversion\"");
    tell(desk, "GGG", "delivered", now, "\"billable\":true,\"category\":\"authentication\"");
    tell(desk, "HHH", "delivered", now, "\"billable\":false,\"category\":\"utility\"");
    tell(desk, "III", "delivered", now, "\"category\":\"<b>\\n\",\"type\":\"\"");
    desk_fence(desk);
    wait_costs(desk,
               "*\nauthentication: 1 billed\nmarketing: 2 billed\nother: 1 billed\n"
               "referral_conversion: 1 free after an ad, 0 billed\n"
               "service: 1 of 1,000 service messages, 0 billed\nutility: 1 free, 0 billed\n*");
    desk_restart(desk);
    tell(desk, "AAA", "read", now, NULL);
    tell(desk, "BBB", "delivered", now, REGULAR("marketing"));
    desk_fence(desk);
    wait_costs(desk, "*\nmarketing: 2 billed\n*");
}

/* A message counts in the month in which it was delivered, by UTC, whenever that is told. */
static void
test_months(Desk *desk)
{
    g_autofree char *glob = NULL;
    g_autofree char *this_month = NULL;
    g_autofree char *last_month = NULL;
    g_autoptr(GDateTime) now = NULL;
    g_autoptr(GDateTime) first = NULL;
    gint64 begin;

    go_to_mid_month(desk);
    desk_login(desk);
    now = g_date_time_new_from_unix_utc(coex_sim_now(desk->sim));
    first = g_date_time_new_utc(g_date_time_get_year(now), g_date_time_get_month(now), 1, 0, 0, 0);
    begin = g_date_time_to_unix(first);
    this_month = dup_month(desk, 0);
    last_month = dup_month(desk, 1);
    tell(desk, "AAA", "delivered", begin, REGULAR("marketing"));
    tell(desk, "BBB", "delivered", begin - 1, REGULAR("marketing"));
    /* read in this month, delivered in the last one */
    tell(desk, "CCC", "read", begin + 5, REGULAR("marketing"));
    tell(desk, "CCC", "delivered", begin - 5, NULL);
    desk_fence(desk);
    glob = g_strdup_printf("%s (UTC), *\nmarketing: 1 billed\n*\n%s:\nmarketing: 2 billed",
                           this_month, last_month);
    wait_costs(desk, glob);
    desk_advance(desk, 31 * DAY_S);
    g_free(glob);
    glob = g_strdup_printf("*\nservice: 0 of 1,000 service messages, 0 billed\n"
                           "%s:\nmarketing: 1 billed",
                           this_month);
    wait_costs(desk, glob);
}

/* Once, and not again in the next session. */
static void
test_used_up(Desk *desk)
{
    g_autofree char *month = NULL;
    g_autofree char *line = NULL;
    gint64 now;

    go_to_mid_month(desk);
    month = dup_month(desk, 0);
    line = g_strdup_printf("The 1,000 free service messages of %s are used up.*", month);
    desk_login(desk);
    now = coex_sim_now(desk->sim);
    coex_sim_begin_batch(desk->sim);
    for (guint i = 0; i < 999; i++) {
        g_autofree char *id = g_strdup_printf("A%05u", i);

        tell(desk, id, "delivered", now, FREE);
    }
    coex_sim_end_batch(desk->sim);
    wait_costs(desk, "*\nservice: 999 of 1,000 service messages, 0 billed\n*");
    desk_fence(desk);
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, line), ==, 0);
    tell(desk, "LAST", "delivered", now, FREE);
    desk_wait_notice(desk, NULL, line);
    tell(desk, "NEXT", "delivered", now, REGULAR("service"));
    wait_costs(desk, "*\nservice: 1000 of 1,000 service messages, 1 billed\n*");
    desk_restart(desk);
    tell(desk, "MORE", "delivered", now, REGULAR("service"));
    wait_costs(desk, "*\nservice: 1000 of 1,000 service messages, 2 billed\n*");
    g_assert_cmpuint(desk_count(desk, DESK_NOTICE, NULL, line), ==, 0);
}

/* What was counted stays when the person is forgotten: nothing of it is theirs. */
static void
test_forgotten(Desk *desk)
{
    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
    desk_say(desk, "ada", "Yes, until six.");
    desk_take(desk, "ada", "Yes, until six.");
    desk_wait_state(desk, "ada", "delivered*");
    wait_costs(desk, "*\nservice: 1 of 1,000 service messages, 0 billed\n*");
    coex_session_forget(desk->session, desk_name("ada"));
    desk_wait_forget(desk, "ada");
    coex_session_forgotten(desk->session, desk_name("ada"));
    desk_wait_notice(desk, NULL, "*forgotten*");
    desk_restart(desk);
    wait_costs(desk, "*\nservice: 1 of 1,000 service messages, 0 billed\n*");
}

/* ---- prices ---- */

static char *
write_card(Desk *desk, const char *text)
{
    char *path = g_build_filename(desk->dir, "prices.csv", NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static gboolean
has_card(Desk *desk)
{
    const CoexCosts *costs = coex_session_get_costs(desk->session);

    return costs != NULL && costs->card != NULL;
}

static void
test_prices(Desk *desk)
{
    g_autofree char *path =
        write_card(desk, "country;category;currency;price\r\nDE;marketing;EUR;0,1131\r\n"
                         "DE;utility;EUR;0,0456\r\nGB;marketing;GBP;0.0382\r\n");
    g_autofree char *price = NULL;
    gint64 now;

    go_to_mid_month(desk);
    desk->config.rate_card = path;
    desk_login(desk);
    desk_wait_until(desk, has_card, "the prices were read");
    price = coex_costs_dup_price(coex_session_get_costs(desk->session), "DE", "MARKETING");
    g_assert_cmpstr(price, ==, "EUR 0.1131");
    now = coex_sim_now(desk->sim);
    for (guint i = 0; i < 30; i++) {
        g_autofree char *id = g_strdup_printf("M%05u", i);

        tell(desk, id, "delivered", now, REGULAR("marketing"));
    }
    /* the free ones are used up: they cost what utility does */
    tell(desk, "SSS", "delivered", now, REGULAR("service"));
    desk_wait_notice(desk, NULL, "The 1,000 free*");
    tell(desk, "XXX", "delivered", now, REGULAR("authentication"));
    desk_fence(desk);
    wait_costs(desk, "*\nauthentication: 1 billed, 1 without a price\n"
                     "marketing: 30 billed, about EUR 3.39\n"
                     "service: 0 of 1,000 service messages, 1 billed, about EUR 0.05\n*");
    desk_restart(desk);
    desk_wait_until(desk, has_card, "the prices were read");
    wait_costs(desk, "*\nmarketing: 30 billed, about EUR 3.39\n*");
    g_assert_cmpstr(desk_view(desk, "fay")->country, ==, "DE");
}

static void
test_bad_card(Desk *desk)
{
    g_autofree char *path = write_card(desk, "country,category,currency,price\n"
                                             "DE,marketing,EUR,\"0,1131\"\n");

    desk->config.rate_card = path;
    desk_login(desk);
    desk_wait_notice(desk, NULL,
                     "Option rate-card: no price is shown. */prices.csv, line 2: the price "
                     "“0,1131” has a comma*");
    wait_costs(desk, "*\nservice: 0 of 1,000*");
    desk_logout(desk);
    desk->config.rate_card = desk->dir;
    desk_login(desk);
    desk_wait_notice(desk, NULL, "Option rate-card: no price is shown. *, it is no file.*");
    desk_logout(desk);
    g_assert_cmpint(unlink(path), ==, 0);
    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    desk->config.rate_card = path;
    desk_login(desk);
    desk_wait_notice(desk, NULL, "Option rate-card: no price is shown. *, it is no file.*");
    desk_logout(desk);
    g_assert_cmpint(unlink(path), ==, 0);
    desk_login(desk);
    desk_wait_notice(desk, NULL, "Option rate-card: *, it cannot be read: *");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/costs/own", test_own);
    desk_add("/costs/once", test_once);
    desk_add("/costs/months", test_months);
    desk_add("/costs/used-up", test_used_up);
    desk_add("/costs/forgotten", test_forgotten);
    desk_add("/costs/prices", test_prices);
    desk_add("/costs/bad-card", test_bad_card);
    return g_test_run();
}
