// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"

/* The chat program's block list, and WhatsApp's: the one shows the other. */

static char
mark(World *world)
{
    return world->bitlbee ? '!' : '/';
}

static void
type_verb(World *world, const char *who, const char *verb)
{
    g_autofree char *line = g_strdup_printf("%c%s", mark(world), verb);

    host_type(world->host, who, line);
}

static void
wait_denied(World *world, const char *who, const char *change)
{
    const HostEvent *event = host_wait_for(world->host, EVENT_DENIED, who, NULL);

    host_check(world->host, g_str_equal(event->detail, change));
}

static void
begin(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
}

/* The entry of the menu blocks at WhatsApp; what is typed comes back; and the entry ends it. */
static void
by_the_menu(World *world)
{
    begin(world);
    host_block(world->host, ADA);
    wait_denied(world, ADA, "added");
    host_wait_message(world->host, ADA, NULL, "*is blocked at WhatsApp*");
    host_check(world->host, coex_sim_is_blocked(world->sim, "ada"));
    host_wait_for(world->host, EVENT_STATUS, ADA, "Blocked");
    host_wait_tooltip(world->host, ADA, "at WhatsApp; *unblock ends that");
    host_type(world->host, ADA, "Can you hear me?");
    host_wait_message(world->host, ADA, NULL, "*Not sent: “Can you hear me?”*unblock*");
    host_unblock(world->host, ADA);
    wait_denied(world, ADA, "removed");
    host_wait_message(world->host, ADA, NULL, "*is not blocked at WhatsApp any more*");
    host_check(world->host, !coex_sim_is_blocked(world->sim, "ada"));
    world_customer_writes(world, "ada", ADA, "Here I am");
    host_type(world->host, ADA, "Good");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, "Good") == 0);
}

/* Typed, and known again after a restart, also where the chat program forgets its list. */
static void
by_a_verb(World *world)
{
    begin(world);
    world_customer_writes(world, "carla", CARLA, "Hi");
    type_verb(world, ADA, "block");
    host_wait_message(world->host, ADA, NULL, "*is blocked at WhatsApp*");
    wait_denied(world, ADA, "added");
    type_verb(world, CARLA, "block");
    wait_denied(world, CARLA, "added");
    host_quit(world->host);
    host_go_online(world->host);
    if (world->bitlbee)
        wait_denied(world, ADA, "added");
    host_type(world->host, ADA, "Hello?");
    host_wait_message(world->host, ADA, NULL, "*Not sent: “Hello?”*");
    type_verb(world, ADA, "unblock");
    wait_denied(world, ADA, "removed");
    host_wait_message(world->host, ADA, NULL, "*is not blocked at WhatsApp any more*");
    world_customer_writes(world, "ada", ADA, "Back again");
}

/* What WhatsApp does not do stands on no list, and why is said. */
static void
refused(World *world)
{
    begin(world);
    coex_sim_close_window(world->sim, "ada");
    host_block(world->host, ADA);
    wait_denied(world, ADA, "added");
    wait_denied(world, ADA, "removed");
    host_wait_message(world->host, ADA, NULL, "*was not blocked: *24 hours*");
    world_customer_writes(world, "ada", ADA, "Me again");

    host_block(world->host, NORA);
    wait_denied(world, NORA, "added");
    wait_denied(world, NORA, "removed");
    host_wait_message(world->host, NORA, NULL, "*was not blocked: *24 hours*");
}

/* Blocked in the chat program, while the account is off, and not at WhatsApp: said at the login,
 * and what comes is shown, before that, too. */
static void
only_in_the_list(World *world)
{
    begin(world);
    host_logout(world->host);
    host_block(world->host, ADA);
    wait_denied(world, ADA, "added");
    coex_sim_aim(world->sim, "blocked");
    coex_sim_delay_next(world->sim, 2000);
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Do you see this?");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*Not blocked at WhatsApp*Ada Lovelace*");
    wait_denied(world, ADA, "removed");
    world_customer_writes(world, "ada", ADA, "And this?");
}

/* Who is forgotten here is blocked all the same: stays on the list, and may come off it. */
static void
forgotten(World *world)
{
    begin(world);
    type_verb(world, ADA, "block");
    wait_denied(world, ADA, "added");
    host_wait_message(world->host, ADA, NULL, "*is blocked at WhatsApp*");
    if (world->bitlbee) {
        host_type(world->host, ADA, "!forget");
        host_wait_for(world->host, EVENT_REQUEST, NULL, "*stay*blocked*unblock*");
        host_request_press(world->host, "no");
        host_type(world->host, ADA, "!forget yes");
    } else {
        host_type(world->host, ADA, "/forget");
        host_wait_for(world->host, EVENT_REQUEST, ADA, "*stay*blocked*unblock*");
        host_request_press(world->host, "OK");
    }
    wait_denied(world, ADA, "removed");
    wait_denied(world, ADA, "added");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*The person is forgotten here*");
    host_quit(world->host);
    coex_sim_set_blocked(world->sim, "carla", TRUE);
    host_go_online(world->host);
    wait_denied(world, CARLA, "added");
    if (world->bitlbee)
        wait_denied(world, ADA, "added");
    host_unblock(world->host, ADA);
    wait_denied(world, ADA, "removed");
    host_wait_message(world->host, ADA, NULL, "*is not blocked at WhatsApp any more*");
    host_check(world->host, !coex_sim_is_blocked(world->sim, "ada"));
    type_verb(world, CARLA, "unblock");
    wait_denied(world, CARLA, "removed");
    host_check(world->host, !coex_sim_is_blocked(world->sim, "carla"));
    world_customer_writes(world, "ada", ADA, "Who are you?");
}

/* A rule that would hide people is none of WhatsApp's. */
static void
rules(World *world)
{
    begin(world);
    host_block(world->host, ADA);
    wait_denied(world, ADA, "added");
    host_wait_message(world->host, ADA, NULL, "*is blocked at WhatsApp*");
    host_set_privacy(world->host, "everybody");
    world_customer_writes(world, "carla", CARLA, "Hi");
    host_block(world->host, CARLA);
    wait_denied(world, CARLA, "added");
    host_wait_message(world->host, CARLA, NULL, "*is blocked at WhatsApp*");
    host_check(world->host, coex_sim_is_blocked(world->sim, "ada"));
    host_set_privacy(world->host, "nobody");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*blocks single people*");
    world_customer_writes(world, "ben", BEN, "Am I seen?");
    host_check(world->host, coex_sim_is_blocked(world->sim, "ada"));
}

static void
add_all(void)
{
    world_add("block/by-the-menu", NULL, by_the_menu);
    world_add("block/finch/by-the-menu", "gnt-purple", by_the_menu);
    world_add("block/bitlbee/by-the-menu", "BitlBee", by_the_menu);
    world_add("block/by-a-verb", NULL, by_a_verb);
    world_add("block/bitlbee/by-a-verb", "BitlBee", by_a_verb);
    world_add("block/finch/by-a-verb", "gnt-purple", by_a_verb);
    world_add("block/refused", NULL, refused);
    world_add("block/bitlbee/refused", "BitlBee", refused);
    world_add("block/only-in-the-list", NULL, only_in_the_list);
    world_add("block/forgotten", NULL, forgotten);
    world_add("block/bitlbee/forgotten", "BitlBee", forgotten);
    world_add("block/rules", NULL, rules);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
