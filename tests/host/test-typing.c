// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"

/* What the chat program tells of the user's typing reaches WhatsApp where the option says so. */

static void
shown(World *world)
{
    host_set_option(world->host, coex_sim_get_number(world->sim), "typing", "yes");
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_begin_typing(world->host, ADA);
    host_wait_for(world->host, EVENT_COMMAND, ADA, "typing again in 20 s");
    host_wait_message(world->host, ADA, NULL, "*They see that you type.*the option *typing*");
    g_autoptr(CoexSimRequest) request =
        coex_sim_wait_request(world->sim, "typing", HOST_PATIENCE_MS);
    host_check(world->host, request != NULL);
    host_type(world->host, ADA, "Here I am");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, sent->text != NULL);
}

/* As long as nobody chose it, nothing is marked read by it. */
static void
not_shown(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_begin_typing(world->host, ADA);
    host_wait_for(world->host, EVENT_COMMAND, ADA, "typing again in 0 s");
    host_type(world->host, ADA, "Here I am");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, sent->text != NULL);
    host_check(world->host, coex_sim_n_requests(world->sim, "typing") == 0);
}

static void
mistyped(World *world)
{
    host_set_option(world->host, coex_sim_get_number(world->sim), "typing", "sometimes");
    host_login(world->host);
    host_wait_for(world->host, EVENT_DISCONNECTED, NULL, "Option *typing*: “sometimes” is none*");
}

static void
add_all(void)
{
    world_add("typing/shown", NULL, shown);
    world_add("typing/finch/shown", "gnt-purple", shown);
    world_add("typing/bitlbee/shown", "BitlBee", shown);
    world_add("typing/not-shown", NULL, not_shown);
    world_add("typing/bitlbee/not-shown", "BitlBee", not_shown);
    world_add("typing/bitlbee/mistyped", "BitlBee", mistyped);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
