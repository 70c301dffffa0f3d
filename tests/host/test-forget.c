// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/look.h"
#include "world.h"
#include <string.h>

/* Forgetting somebody: what the chat program has of them goes, too. */

static gboolean
logs_have(World *world, const char *words)
{
    g_autofree char *logs = g_build_filename(host_get_profile(world->host), "logs", NULL);

    return folder_has(logs, words);
}

static void
talk(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ben", BEN, "a rye loaf");
    world_customer_writes(world, "ada", ADA, "a plum cake");
    host_type(world->host, ADA, "with eleven candles?");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, sent->text != NULL);
    world_settle(world);
    host_wait_tooltip(world->host, ADA, "*elivered*");
    host_check(world->host, world->bitlbee || logs_have(world, "eleven candles"));
}

static void
check_gone(World *world)
{
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*The person is forgotten here*");
    host_check(world->host, !logs_have(world, "a plum cake"));
    host_check(world->host, !logs_have(world, "eleven candles"));
    host_check(world->host, !logs_have(world, ADA));
    host_check(world->host, world->bitlbee || logs_have(world, "a rye loaf"));
    /* the rest of it is done before the program ends, or at the next start */
    host_quit(world->host);
    g_autofree char *list = host_read_list(world->host);
    host_check(world->host, strstr(list, ADA) == NULL);
    host_check(world->host, world->bitlbee || strstr(list, BEN) != NULL);

    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello again");
    host_type(world->host, ADA, world->bitlbee ? "!history" : "/history");
    const HostEvent *past = host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Hello again*");
    host_check(world->host, strstr(past->text, "plum") == NULL);
    host_quit(world->host);
    host_check(world->host, !folder_has(host_get_profile(world->host), "a plum cake"));
    host_check(world->host, !folder_has(host_get_profile(world->host), "eleven candles"));
    host_check(world->host, folder_has(host_get_profile(world->host), "a rye loaf"));
}

static void
asked(World *world)
{
    talk(world);
    host_pick_menu(world->host, ADA, "Forget this person...");
    host_wait_for(world->host, EVENT_REQUEST, ADA, "*Forget Ada Lovelace?*");
    host_request_press(world->host, "Cancel");
    host_wait_message(world->host, ADA, "SYSTEM", "Nobody was forgotten.");
    host_check(world->host, logs_have(world, "a plum cake"));
    host_type(world->host, ADA, "/forget");
    host_wait_for(world->host, EVENT_REQUEST, ADA, "*WhatsApp and the phone keep*");
    host_request_press(world->host, "OK");
    check_gone(world);
}

static void
asked_by_root(World *world)
{
    talk(world);
    host_type(world->host, ADA, "!forget");
    host_wait_for(world->host, EVENT_REQUEST, NULL, "*Forget Ada Lovelace?*");
    host_request_press(world->host, "no");
    host_wait_message(world->host, ADA, NULL, "*Nobody was forgotten.");
    host_check(world->host, folder_has(host_get_profile(world->host), "a plum cake"));
    host_type(world->host, ADA, "!forget yes");
    check_gone(world);
}

static void
add_all(void)
{
    world_add("forget/asked", NULL, asked);
    world_add("forget/finch/asked", "gnt-purple", asked);
    world_add("forget/bitlbee/asked", "BitlBee", asked_by_root);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
