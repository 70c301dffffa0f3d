// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"

/* The check of the connection, as a page or in lines. */

static void
prepare(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "nora", NORA, "Hello");
}

static void
lock_account(World *world)
{
    coex_sim_change_number(world->sim,
                           "{\"health_status\":{\"can_send_message\":\"BLOCKED\",\"entities\":[{"
                           "\"entity_type\":\"WABA\",\"id\":\"2\",\"can_send_message\":\"BLOCKED\","
                           "\"errors\":[{\"error_code\":131031,\"error_description\":"
                           "\"The account has been locked.\"}]}]}}");
}

/* From a person's conversation, from the account's own, and from the menu. */
static void
page(World *world)
{
    const char *glob = "*ok: A delivery, proved as *wrong: *The account has been locked.*"
                       "This was checked for +44…00 at *";

    prepare(world);
    lock_account(world);
    host_type(world->host, NORA, "/doctor");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*Checking the whole connection*");
    host_wait_for(world->host, EVENT_NOTICE, NULL, glob);
    host_pick_action(world->host, "Check the connection");
    host_wait_for(world->host, EVENT_NOTICE, NULL, glob);
    host_type(world->host, coex_sim_get_number(world->sim), "doctor");
    host_wait_for(world->host, EVENT_NOTICE, NULL, glob);
    host_assert_not_logged(world->host, coex_sim_get_key(world->sim));
}

static void
other_words(World *world)
{
    prepare(world);
    host_type(world->host, NORA, "/doctor please");
    host_wait_for(world->host, EVENT_NOTICE, NULL,
                  "Nothing was checked: type /doctor to check *, or /doctor stop to end that.");
    host_logout(world->host);
    coex_sim_revoke_token(world->sim);
    host_type(world->host, NORA, "/doctor please");
    host_wait_message(world->host, NORA, "SYSTEM", "Nothing was checked: type /doctor *");
    host_check(world->host, host_count(world->host, EVENT_NOTICE, NULL, "*Checking*") == 0);
}

static void
lines(World *world)
{
    prepare(world);
    lock_account(world);
    host_type(world->host, NORA, "!doctor");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*Checking *!doctor stop ends it.*");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*ok: A delivery, proved as *");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*wrong: *The account has been locked.*");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*This was checked for +44…00 at *");
}

/* Where the login fails: in the conversation that is still there. */
static void
offline(World *world)
{
    prepare(world);
    host_logout(world->host);
    coex_sim_revoke_token(world->sim);
    host_type(world->host, NORA, "/doctor");
    host_wait_for(world->host, EVENT_NOTICE, NULL,
                  "*wrong: The * is not accepted*ok: A delivery, proved as *"
                  "This was checked for +44…00 at *");
    host_assert_not_logged(world->host, coex_sim_get_key(world->sim));
    coex_sim_restore_token(world->sim);
    host_go_online(world->host);
    world_customer_writes(world, "nora", NORA, "Hello again");
}

/* A login meanwhile gets the listener's address, and the rest is told all the same. */
static void
offline_then_online(World *world)
{
    prepare(world);
    host_logout(world->host);
    coex_sim_delay_next(world->sim, 500);
    host_type(world->host, NORA, "/doctor");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "Checking the connection as far as *");
    host_go_online(world->host);
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*ok: *This was checked for +44…00 at *");
    world_customer_writes(world, "nora", NORA, "Hello again");
    host_type(world->host, NORA, "/doctor");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*Nothing wrong was found*");
}

/* While it connects there is nothing to look at yet, and the login is left alone. */
static void
connecting(World *world)
{
    prepare(world);
    host_logout(world->host);
    coex_sim_delay_next(world->sim, 2000);
    host_login(world->host);
    host_type(world->host, NORA, "/doctor");
    host_wait_for(world->host, EVENT_MESSAGE, NORA, "The account connects just now: *");
    host_wait_for(world->host, EVENT_CONNECTED, NULL, NULL);
    world_customer_writes(world, "nora", NORA, "Hello again");
    host_type(world->host, NORA, "/doctor");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*Nothing wrong was found*");
}

/* Where there is no conversation to ask in: by an option, once for each time it is switched on. */
static void
before_login(World *world)
{
    coex_sim_revoke_token(world->sim);
    host_set_option(world->host, coex_sim_get_number(world->sim), "doctor", "yes");
    host_login(world->host);
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*wrong: The * is not accepted*");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*This was checked for +44…00 at *");
    host_wait_for(world->host, EVENT_DISCONNECTED, NULL, "*not accepted*");
    coex_sim_restore_token(world->sim);
    host_go_online(world->host);
    world_customer_writes(world, "nora", NORA, "Hello");
}

static void
add_all(void)
{
    world_add("doctor/page", NULL, page);
    world_add("doctor/other-words", NULL, other_words);
    world_add("doctor/offline", NULL, offline);
    world_add("doctor/offline-then-online", NULL, offline_then_online);
    world_add("doctor/connecting", NULL, connecting);
    world_add("bitlbee/doctor/lines", "BitlBee", lines);
    world_add("bitlbee/doctor/before-login", "BitlBee", before_login);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
