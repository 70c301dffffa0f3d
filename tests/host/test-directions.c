// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"

/* People whose names run from right to left, in sentences that run from left to right. */

#define SHOP "شركة (3)"
#define FSI "\u2068"
#define PDI "\u2069"
#define LRM "\u200e"

static void
type(World *world, const char *who, const char *words)
{
    g_autofree char *line = g_strconcat(world->bitlbee ? "!" : "/", words, NULL);

    host_type(world->host, who, line);
}

static void
expect_card(World *world, const char *typed)
{
    g_autoptr(CoexSimRequest) sent = NULL;

    type(world, ADA, typed);
    sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, "contacts " SHOP " +" BEN) == 0);
}

/* What stands in a line is typed and pasted as it is. */
static void
names(World *world)
{
    const char *end = world->bitlbee ? "" : " (0102)"; /* what could pass for a number gets one */
    g_autofree char *plain = g_strconcat("contact " SHOP, end, NULL);
    g_autofree char *pasted = g_strconcat("contact " FSI SHOP, end, PDI, NULL);
    g_autofree char *more = g_strconcat("contact " LRM FSI SHOP, end, PDI, NULL);
    g_autoptr(CoexSimRequest) sent = NULL;

    coex_sim_set_name(world->sim, "ben", SHOP);
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Who mends it?");
    world_customer_writes(world, "ben", BEN, "مرحبا");
    type(world, ADA, "contact شركة");
    host_wait_message(world->host, ADA, "SYSTEM",
                      "*“" FSI "شركة" PDI "” is nobody here*“" FSI SHOP "*" PDI "”?*");
    expect_card(world, plain);
    host_wait_message(world->host, ADA, "SEND", "*contact] " LRM FSI SHOP PDI ", +" BEN);
    expect_card(world, pasted);
    expect_card(world, more);
    expect_card(world, "contact " FSI "+" BEN PDI);

    host_logout(world->host);
    host_go_online(world->host);
    expect_card(world, pasted);
    type(world, BEN, "block");
    host_wait_message(world->host, BEN, "SYSTEM", "*" LRM FSI SHOP "*" PDI " is blocked *");
    type(world, BEN, "unblock");
    host_wait_message(world->host, BEN, "SYSTEM", "*" LRM FSI SHOP "*" PDI " is not blocked *");
    host_type(world->host, BEN, "Hello");
    sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, "Hello") == 0);
    type(world, BEN, "status");
    host_wait_message(world->host, BEN, "SYSTEM",
                      "*Sent to " FSI SHOP "*" PDI ", the newest last:*");
}

/* What somebody leaves open ends with what they wrote. */
static void
open_ends(World *world)
{
    coex_sim_set_name(world->sim, "ada", "\u202eAda\u2067");
    host_go_online(world->host);
    g_free(coex_sim_customer_sends(world->sim, "ada", "\u202eone \u2067two\nthree\u2069"));
    host_wait_message(world->host, ADA, "RECV", "one \u2067two" PDI "\nthree");
    type(world, ADA, "search two");
    host_wait_message(world->host, ADA, "SYSTEM", "*one two three*");
    type(world, ADA, "block");
    host_wait_message(world->host, ADA, "SYSTEM", "Ada is blocked at WhatsApp: *");
}

static void
add_all(void)
{
    world_add("directions/names", NULL, names);
    world_add_at(COEX_SIM_META, "directions/names-in-bitlbee", "BitlBee", names);
    world_add_at(COEX_SIM_META, "directions/open-ends", NULL, open_ends);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
