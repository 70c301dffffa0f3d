// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <string.h>

/* Two customers in one contact write into one window, and what is typed there goes to who wrote
 * last: what was begun for one must not leave to the other. */

#define GOES_TO_ADA                                                                                \
    "What you type here now goes to Ada Lovelace (+" ADA "). This window is also that of Ben *"
#define GOES_TO_BEN                                                                                \
    "What you type here now goes to Ben *(+" BEN "). This window is also that of Ada *"

/* Ada and Ben in one contact; Ada has written, and her window stands. */
static void
begin(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Ada here");
    world_customer_writes(world, "ben", BEN, "Ben here");
    host_touch(world->host, "pair", ADA);
    host_wait_for(world->host, EVENT_NOTICE, NULL,
                  "Ada Lovelace (+" ADA ") is now one contact with Ben *(+" BEN ")*");
    world_settle(world);
    host_quit(world->host);
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "the first line");
}

static void
sends(World *world, const char *who, const char *text)
{
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);

    host_check(world->host, g_strcmp0(sent->text, text) == 0);
    host_check(world->host, g_strcmp0(sent->who, who) == 0);
}

/* Half of it stood in the entry when Ben wrote. Told, it may be for him; and Ada can be chosen. */
static void
half_typed(World *world)
{
    begin(world);
    host_begin_typing(world->host, ADA);
    world_customer_writes(world, "ben", BEN, "in between");
    host_wait_for(world->host, EVENT_MESSAGE, BEN, GOES_TO_BEN);
    host_type(world->host, ADA, "Your bill is 77 euro");
    host_wait_for(
        world->host, EVENT_MESSAGE, BEN,
        "Not sent: “Your bill is 77 euro”. While you typed, this window went over from Ada*"
        " to Ben*");
    host_sync(world->host);
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 0);

    host_touch(world->host, "send-to", ADA);
    host_type(world->host, ADA, "Your bill is 77 euro");
    sends(world, "ada", "Your bill is 77 euro");
    host_type(world->host, ADA, "and thank you");
    sends(world, "ada", "and thank you");
    host_check(world->host,
               host_count(world->host, EVENT_MESSAGE, NULL, "What you type here*") == 1);
}

/* It was for who is written to now. */
static void
typed_again(World *world)
{
    begin(world);
    host_begin_typing(world->host, ADA);
    world_customer_writes(world, "ben", BEN, "in between");
    host_type(world->host, ADA, "/location 52.5 13.4 Our shop");
    host_wait_for(world->host, EVENT_MESSAGE, BEN,
                  "Not sent: “/location 52.5 13.4 Our shop”. While you typed*");
    host_type(world->host, ADA, "Hello Ben");
    sends(world, "ben", "Hello Ben");

    /* Nothing was being typed: who reads it answers it. */
    world_customer_writes(world, "ada", ADA, "and me?");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, GOES_TO_ADA);
    host_type(world->host, ADA, "Hello Ada");
    sends(world, "ada", "Hello Ada");
}

/* What is begun before anybody can have read the line is as doubtful. */
static void
begun_at_once(World *world)
{
    gint64 start_us;
    gboolean refused;

    begin(world);
    start_us = g_get_monotonic_time();
    world_customer_writes(world, "ben", BEN, "in between");
    host_begin_typing(world->host, BEN);
    host_wait_for(world->host, EVENT_COMMAND, BEN, "typing again*");
    gboolean quick = g_get_monotonic_time() < start_us + 2 * G_USEC_PER_SEC;
    host_type(world->host, BEN, "Your bill is 77 euro");
    host_sync(world->host);
    refused = host_count(world->host, EVENT_MESSAGE, BEN, "Not sent: “Your bill*") == 1;
    host_check(world->host, refused || !quick);
    if (!refused)
        sends(world, "ben", "Your bill is 77 euro");
}

/* Where nobody says what stands in the entry, it is taken for begun. */
static void
typing_is_not_told(World *world)
{
    begin(world);
    world_customer_writes(world, "ben", BEN, "in between");
    host_wait_for(world->host, EVENT_MESSAGE, BEN, GOES_TO_BEN);
    host_type(world->host, ADA, "Your bill is 77 euro");
    host_wait_for(world->host, EVENT_MESSAGE, BEN, "Not sent: “Your bill is 77 euro”*");
    host_type(world->host, ADA, "Hello Ben");
    sends(world, "ben", "Hello Ben");
}

static void
add_all(void)
{
    world_add("half-typed", NULL, half_typed);
    world_add("typed-again", NULL, typed_again);
    world_add("begun-at-once", NULL, begun_at_once);
    world_add("typing-is-not-told", "gnt-purple", typing_is_not_told);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
