// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <string.h>

/* The option `ticks` and the command for how far the last texts came. */

static void
set_ticks(World *world, const char *value)
{
    host_set_option(world->host, coex_sim_get_number(world->sim), "ticks", value);
}

/* Typed in an open window, sent and delivered. */
static void
say(World *world, const char *text)
{
    g_autoptr(CoexSimRequest) sent = NULL;

    world_customer_writes(world, "ada", ADA, "Hello");
    host_type(world->host, ADA, text);
    sent = world_next_sent(world);
    host_wait_tooltip(world->host, ADA, "*elivered*");
}

/* A line that makes no sound and marks nothing: none that comes from somebody or calls. */
static void
reading_is_told_quietly(World *world)
{
    set_ticks(world, world->bitlbee ? "READ" : "read");
    host_go_online(world->host);
    say(world, "Until six");
    coex_sim_customer_reads(world->sim, "ada");
    host_wait_message(world->host, ADA, "SYSTEM", "*Read ??:??.*");
    host_check(world->host, host_count_messages(world->host, ADA, "NICK", NULL, "*Read*") == 0);
    host_check(world->host, world->bitlbee ||
                                host_count_messages(world->host, ADA, "RECV", NULL, "*Read*") == 0);
    host_check(world->host, host_count(world->host, EVENT_NOTICE, NULL, "*Read*") == 0);
    host_check(world->host, host_count(world->host, EVENT_REQUEST, NULL, NULL) == 0);
    host_type(world->host, ADA, world->bitlbee ? "!status" : "/status");
    host_wait_message(world->host, ADA, "SYSTEM", "*Until six*sent ??:??, delivered ??:??, read *");
}

static void
nothing_is_told_unasked(World *world)
{
    host_go_online(world->host);
    say(world, "Until six");
    coex_sim_customer_reads(world->sim, "ada");
    host_wait_tooltip(world->host, ADA, "read*");
    world_settle(world);
    host_sync(world->host);
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, ADA, "Read ??:??*") == 0);
}

/* What WhatsApp told later is left out; what it did not take at all is said. */
static void
failures_may_be_left_out(World *world)
{
    set_ticks(world, "off");
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    coex_sim_fail_next_async(world->sim, 131026);
    host_type(world->host, ADA, "Until six");
    coex_sim_request_free(world_next_sent(world));
    host_wait_tooltip(world->host, ADA, "failed*");
    coex_sim_fail_next(world->sim, 131026);
    host_type(world->host, ADA, "Or seven");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Not delivered: “Or seven”*");
    host_check(world->host,
               host_count(world->host, EVENT_MESSAGE, ADA, "*Not delivered: “Until six”*") == 0);
    host_type(world->host, ADA, world->bitlbee ? "!status" : "/status");
    host_wait_message(world->host, ADA, "SYSTEM", "*Until six*failed ??:??: *(code 131026)*");
}

static void
what_is_none_is_refused(World *world)
{
    set_ticks(world, "blue");
    host_login(world->host);
    host_wait_for(world->host, EVENT_DISCONNECTED, NULL,
                  world->bitlbee ? "Option ticks: “blue” is none. There are failures, read, all "
                                   "and off. Type “account coex set ticks failures”, *"
                                 : "Option “Ticks”: “blue” is none. There are failures, read, all "
                                   "and off.");
}

static void
add_all(void)
{
    world_add("reading-is-told-quietly", NULL, reading_is_told_quietly);
    world_add("bitlbee/reading-is-told-quietly", "BitlBee", reading_is_told_quietly);
    world_add("finch/reading-is-told-quietly", "gnt-purple", reading_is_told_quietly);
    world_add("nothing-is-told-unasked", NULL, nothing_is_told_unasked);
    world_add("failures-may-be-left-out", NULL, failures_may_be_left_out);
    world_add("bitlbee/failures-may-be-left-out", "BitlBee", failures_may_be_left_out);
    world_add("what-is-none-is-refused", NULL, what_is_none_is_refused);
    world_add("bitlbee/what-is-none-is-refused", "BitlBee", what_is_none_is_refused);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
