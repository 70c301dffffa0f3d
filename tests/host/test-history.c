// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <string.h>

/* The phone's earlier chats: asking for them. */

static gboolean
is_meta(World *world)
{
    return coex_sim_get_provider(world->sim) == COEX_SIM_META;
}

/* Where a line for the account is. */
static void
wait_line(World *world, const char *glob)
{
    host_wait_for(world->host, EVENT_NOTICE, NULL, glob);
}

/* The question says what it means, and a no asks WhatsApp for nothing. */
static void
answer(World *world)
{
    host_wait_for(world->host, EVENT_REQUEST, NULL,
                  "*contacts and history?*once only*within 24 hours*");
    host_request_press(world->host, world->bitlbee ? "no" : "Cancel");
    host_sync(world->host);
    host_check(world->host, coex_sim_n_requests(world->sim, "sync") == 0);
    host_type(world->host, ADA, world->bitlbee ? "!synchronise" : "/synchronise");
    host_wait_for(world->host, EVENT_REQUEST, NULL, "*contacts and history?*");
    host_request_press(world->host, world->bitlbee ? "yes" : "OK");
    wait_line(world, "*asked for the phone's contacts.*sync-contacts-1*");
    wait_line(world, "*asked for the phone's earlier chats.*sync-history-1*");
    host_check(world->host, coex_sim_n_requests(world->sim, "sync") == 2);
}

static void
asks(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    if (world->bitlbee)
        host_type(world->host, ADA, "!synchronise");
    else if (is_meta(world))
        host_pick_action(world->host, "Synchronise contacts and history...");
    else
        host_type(world->host, coex_sim_get_number(world->sim), "synchronise");
    if (is_meta(world))
        answer(world);
    else
        wait_line(world, "*360dialog asks for the phone's contacts *by itself*");
    host_check(world->host, coex_sim_n_sent(world->sim, NULL) == 0);
}

static void
add_all(void)
{
    world_add("history/asks", NULL, asks);
    world_add("history/finch/asks", "gnt-purple", asks);
    world_add("history/bitlbee/asks", "BitlBee", asks);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
