// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <glib/gstdio.h>
#include <string.h>

/* What messages cost, and what is said of that before a template goes. */

static void
set_card(World *world, const char *path)
{
    host_set_option(world->host, coex_sim_get_number(world->sim), "rate-card", path);
}

/* Free with g_free(). */
static char *
write_card(World *world, const char *text)
{
    char *path = g_build_filename(host_get_profile(world->host), "prices.csv", NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    set_card(world, path);
    return path;
}

static void
tell_status(World *world, const char *id, const char *pricing)
{
    g_autofree char *value = g_strdup_printf(
        "{\"statuses\":[{\"id\":\"wamid.%s\",\"status\":\"delivered\",\"recipient_id\":\"" ADA
        "\",\"timestamp\":\"%" G_GINT64_FORMAT "\",\"pricing\":{%s}}]}",
        id, coex_sim_now(world->sim), pricing);

    coex_sim_change(world->sim, "messages", value);
}

static void
costs_are_told(World *world)
{
    const char *lines = "*delivered through the API:*marketing: 1 billed*"
                        "service: 1 of 1,000 service messages, 0 billed*nothing was counted*";

    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_type(world->host, ADA, "Until six");
    coex_sim_request_free(world_next_sent(world));
    host_wait_tooltip(world->host, ADA, "*elivered*");
    tell_status(world, "AAA", "\"type\":\"regular\",\"category\":\"marketing\"");
    world_customer_writes(world, "ada", ADA, "Fine");
    host_type(world->host, ADA, world->bitlbee ? "!cost" : "/cost");
    host_wait_message(world->host, ADA, "SYSTEM", lines);
    host_pick_action(world->host, "Costs of this month");
    host_wait_for(world->host, EVENT_NOTICE, NULL, lines);
}

/* With the price for the person's country; without one of theirs none. */
static void
price_before_a_template(World *world)
{
    g_autofree char *path = write_card(world, "country;category;currency;price\r\n"
                                              "US;utility;USD;0,004\r\nDE;utility;EUR;0,0456\r\n");

    host_go_online(world->host);
    tell_status(world, "AAA", "\"type\":\"regular\",\"category\":\"service\"");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*The 1,000 free service messages of *");
    host_wait_logged(world->host, "the prices are read");
    host_type(world->host, NORA,
              world->bitlbee ? "!template order_update Zoe | K-42"
                             : "/template order_update Zoe | K-42");
    host_wait_for(world->host, world->bitlbee ? EVENT_MESSAGE : EVENT_REQUEST, NORA,
                  "*utility, billed as utility: USD 0.004*This month*are used up*phone*");
    g_assert_cmpint(g_unlink(path), ==, 0);
}

static void
bad_cards_are_refused(World *world)
{
    g_autofree char *path = NULL;

    set_card(world, "prices.csv");
    host_login(world->host);
    host_wait_for(world->host, EVENT_DISCONNECTED, NULL,
                  "Option *ate?card*: “prices.csv” is no whole path, such as ~/prices.csv.*");
    host_quit(world->host);
    if (world->bitlbee) {
        set_card(world, "/etc/passwd");
        host_login(world->host);
        host_wait_for(world->host, EVENT_DISCONNECTED, NULL,
                      "Option rate-card: it has to be a file below * here. Type “account coex set "
                      "rate-card *");
        host_quit(world->host);
    }
    path = write_card(world, "country,category,currency,price\nGermany,utility,EUR,0.0456\n");
    host_go_online(world->host);
    host_wait_for(world->host, EVENT_NOTICE, NULL,
                  "*Option *ate?card*: no price is shown. *line 2: “Germany” is no country.*");
    g_assert_cmpint(g_unlink(path), ==, 0);
}

static void
add_all(void)
{
    world_add("costs-are-told", NULL, costs_are_told);
    world_add("bitlbee/costs-are-told", "BitlBee", costs_are_told);
    world_add("finch/costs-are-told", "gnt-purple", costs_are_told);
    world_add("price-before-a-template", NULL, price_before_a_template);
    world_add("bitlbee/price-before-a-template", "BitlBee", price_before_a_template);
    world_add("bad-cards-are-refused", NULL, bad_cards_are_refused);
    world_add("bitlbee/bad-cards-are-refused", "BitlBee", bad_cards_are_refused);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
