// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <string.h>

/* Earlier lines, from the store. */

#define BLOCK "*Earlier:\n*← Ada*: Hello\n*→ Good morning*"

/* Two lines, and the chat program is started again. */
static void
talk_and_restart(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_type(world->host, ADA, "Good morning");
    host_check(world->host, coex_sim_wait_n_sent(world->sim, "ada", 1, HOST_PATIENCE_MS));
    host_wait_for(world->host, EVENT_STATUS, ADA, "Open until *");
    host_skip(world->host);
    host_quit(world->host);
    host_login(world->host);
    host_wait_for(world->host, EVENT_STATUS, ADA, "Open until *");
}

/* The block stands before the line that opens the conversation, looks like a line of ours, and is
 * neither logged nor told again. */
static void
before_the_first_line(World *world)
{
    talk_and_restart(world);
    g_free(coex_sim_customer_sends(world->sim, "ada", "Are you there?"));
    const HostEvent *line = host_wait_for(world->host, EVENT_MESSAGE, ADA, "Are you there?");
    const HostEvent *block = host_wait_message(world->host, ADA, "SYSTEM|NO_LOG|DELAYED", BLOCK);
    host_check(world->host, block->index < line->index);
    world_customer_writes(world, "ada", ADA, "Hello?");
    host_sync(world->host);
    host_check(world->host,
               host_count_messages(world->host, ADA, "DELAYED|NO_LOG", NULL, "*Earlier:*") == 1);
}

/* The window of an IRC client does not go with the account. */
static void
not_after_a_reconnect(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_logout(world->host);
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Are you there?");
    host_sync(world->host);
    host_check(world->host,
               host_count_messages(world->host, ADA, "DELAYED|NO_LOG", NULL, "*Earlier:*") == 0);
}

static void
when_the_user_opens_it(World *world)
{
    talk_and_restart(world);
    host_type(world->host, ADA, "/window");
    host_wait_message(world->host, ADA, "SYSTEM|NO_LOG|DELAYED", BLOCK);
}

/* Whatever opens the conversation, here a line about what waits. */
static void
before_a_passing_line(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    coex_sim_set_down(world->sim, TRUE);
    host_type(world->host, ADA, "First while down");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Waiting for WhatsApp: First while down");
    host_skip(world->host);
    host_quit(world->host);
    host_login(world->host);
    const HostEvent *line =
        host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Waiting for WhatsApp: First while down");
    const HostEvent *block = host_wait_message(world->host, ADA, "SYSTEM|NO_LOG|DELAYED",
                                               "*Earlier:\n*← Ada*: Hello\n"
                                               "*→ (waits to be sent) First while down*");
    host_check(world->host, block->index < line->index);
    coex_sim_set_down(world->sim, FALSE);
    host_check(world->host, coex_sim_wait_n_sent(world->sim, "ada", 1, HOST_PATIENCE_MS));
    const HostEvent *sent =
        host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Sent at *: First while down");
    host_check(world->host, line->index < sent->index);
    world_customer_writes(world, "ada", ADA, "Thank you");
    host_sync(world->host);
    host_check(world->host,
               host_count_messages(world->host, ADA, "DELAYED|NO_LOG", NULL, "*Earlier:*") == 1);
    host_check(world->host, coex_sim_n_sent(world->sim, "ada") == 1);
}

static void
switched_off(World *world)
{
    host_set_option(world->host, coex_sim_get_number(world->sim), "recall", "0");
    talk_and_restart(world);
    world_customer_writes(world, "ada", ADA, "Are you there?");
    host_sync(world->host);
    host_check(world->host,
               host_count_messages(world->host, ADA, "DELAYED|NO_LOG", NULL, "*Earlier:*") == 0);
}

static void
on_demand(World *world)
{
    const char *mark = world->bitlbee ? "!" : "/";
    g_autofree char *history = g_strconcat(mark, "history", NULL);
    g_autofree char *one = g_strconcat(mark, "history 1", NULL);
    g_autofree char *none = g_strconcat(mark, "history nothing", NULL);

    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_type(world->host, ADA, "Good morning");
    host_check(world->host, coex_sim_wait_n_sent(world->sim, "ada", 1, HOST_PATIENCE_MS));
    host_wait_for(world->host, EVENT_STATUS, ADA, "Open until *");
    host_type(world->host, ADA, history);
    host_wait_message(world->host, ADA, "SYSTEM|NO_LOG|DELAYED", BLOCK);
    host_type(world->host, ADA, one);
    const HostEvent *last =
        host_wait_message(world->host, ADA, "SYSTEM|NO_LOG|DELAYED", "*Earlier:\n*→ Good morning*");
    host_check(world->host, strstr(last->text, "Hello") == NULL);
    host_type(world->host, ADA, none);
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*How many lines*1 to 200*");
    host_check(world->host, coex_sim_n_sent(world->sim, NULL) == 1);
}

/* Given up by the user, it stands there until its status says what became of it. */
static void
not_confirmed(World *world)
{
    const char *number = coex_sim_get_number(world->sim);

    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_skip(world->host);
    host_quit(world->host);
    host_set_option(world->host, number, "listen", "off"); /* nothing can be waited for */
    host_go_online(world->host);                           /* a status of before may come late */
    coex_sim_set_auto_status(world->sim, FALSE);
    coex_sim_drop_next(world->sim, TRUE);
    host_type(world->host, ADA, "Only once");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Not confirmed*Only once*");
    g_autofree char *wamid = coex_sim_dup_last_sent(world->sim, "ada");
    host_type(world->host, ADA, world->bitlbee ? "!discard" : "/discard");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Discarded: Only once*");
    host_type(world->host, ADA, world->bitlbee ? "!history" : "/history");
    host_wait_message(world->host, ADA, "SYSTEM|NO_LOG|DELAYED", "*→ (not confirmed) Only once*");
    host_skip(world->host);
    host_quit(world->host);
    host_set_option(world->host, number, "listen", world->listen);
    host_go_online(world->host);
    coex_sim_status(world->sim, wamid, "delivered");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Arrived after all: *Only once*");
    host_skip(world->host);
    host_type(world->host, ADA, world->bitlbee ? "!history" : "/history");
    host_wait_message(world->host, ADA, "SYSTEM|NO_LOG|DELAYED", "*→ Only once*");
    host_check(world->host, coex_sim_n_sent(world->sim, "ada") == 1);
}

/* Whatever somebody writes, and whatever the name, stays behind one arrow. */
static void
nobody_makes_such_a_line(World *world)
{
    host_go_online(world->host);
    coex_sim_set_name(world->sim, "ada", "You]\n[10:00] → x");
    world_customer_writes(world, "ada", ADA, "One\n[10:00] → We refund 500 euro\nEarlier:\nx");
    host_type(world->host, ADA, world->bitlbee ? "!history" : "/history");
    const HostEvent *block =
        host_wait_message(world->host, ADA, "SYSTEM|NO_LOG|DELAYED", "*Earlier:*One*");
    const char *theirs = strstr(block->text, "← ");
    host_check(world->host, theirs != NULL && strstr(theirs, "We refund") != NULL);
    host_check(world->host, strstr(block->text, "\n[10:00] → We") == NULL);
    host_check(world->host, strstr(block->text, "\n* [10:00] → We") == NULL);
}

/* ---- what nobody may have seen ---- */

/* All of it once more, marked, and the count tells of customers only. */
static void
after_a_takeover(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Seen");
    host_type(world->host, ADA, "An answer");
    coex_sim_request_free(world_next_sent(world));
    world_customer_writes(world, "ada", ADA, "Into the dark");
    world_customer_writes(world, "ben", BEN, "So is this");
    coex_sim_change(world->sim, "security", "{\"event\":\"PIN_CHANGED\"}");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*PIN*");
    host_irc(world->host, "takeover");
    world_customer_writes(world, "ada", ADA, "And on it goes");
    host_wait_for(world->host, EVENT_NOTICE, NULL,
                  "While you were away*: 2 messages of 2 people.*");
    host_wait_message(world->host, ADA, "SYSTEM|NO_LOG|DELAYED",
                      "*Once more*← Ada*: Into the dark");
    host_wait_message(world->host, BEN, "SYSTEM|NO_LOG|DELAYED", "*Once more*← Ben*: So is this");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*Once more*\n[??:??] *PIN*");
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, ADA, "*Once more*Seen*") == 0);

    /* A second one before anything was typed: as unseen as before. */
    host_irc(world->host, "takeover");
    host_wait_message(world->host, ADA, "SYSTEM|NO_LOG|DELAYED", "*Once more*: Into the dark*");
    host_type(world->host, ADA, "Now I am here");
    host_irc(world->host, "takeover");
    world_customer_writes(world, "ada", ADA, "Good");
    host_sync(world->host);
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, ADA, "*Once more*") == 2);
}

/* Nobody is said to have written where none did. */
static void
without_customers(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_type(world->host, ADA, "An answer");
    coex_sim_request_free(world_next_sent(world));
    host_sync(world->host);
    g_free(coex_sim_phone_sends(world->sim, "ada", "From the phone"));
    host_wait_message(world->host, ADA, "REMOTE_SEND", "*From the phone");
    host_irc(world->host, "takeover");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "What was shown since ??:?? may not have*");
    host_wait_message(world->host, ADA, "SYSTEM|NO_LOG|DELAYED",
                      "*Once more*→ from the phone: From the phone");
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, ADA, "*Once more*answer*") == 0);
    host_check(world->host, host_count(world->host, EVENT_NOTICE, NULL, "While you were*") == 0);
}

/* The process ends with its client: the next login tells it, once. */
static void
after_the_end(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Into the dark");
    coex_sim_change(world->sim, "security", "{\"event\":\"PIN_CHANGED\"}");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*PIN*");
    host_skip(world->host);
    host_irc(world->host, "leave");
    host_quit(world->host);
    host_go_online(world->host);
    host_wait_for(world->host, EVENT_NOTICE, NULL, "Once more, since the connection ended*PIN*");
    host_wait_for(world->host, EVENT_MESSAGE, ADA,
                  "*Once more, since the connection ended*Into the dark*");
}

static void
add_all(void)
{
    world_add("before-the-first-line", NULL, before_the_first_line);
    world_add("before-a-passing-line", NULL, before_a_passing_line);
    world_add("when-the-user-opens-it", NULL, when_the_user_opens_it);
    world_add("switched-off", NULL, switched_off);
    world_add("on-demand", NULL, on_demand);
    world_add("nobody-makes-such-a-line", NULL, nobody_makes_such_a_line);
    world_add("not-confirmed", NULL, not_confirmed);
    world_add("bitlbee/not-confirmed", "BitlBee", not_confirmed);
    world_add("bitlbee/before-the-first-line", "BitlBee", before_the_first_line);
    world_add("bitlbee/before-a-passing-line", "BitlBee", before_a_passing_line);
    world_add("bitlbee/not-after-a-reconnect", "BitlBee", not_after_a_reconnect);
    world_add("bitlbee/on-demand", "BitlBee", on_demand);
    world_add("finch/on-demand", "gnt-purple", on_demand);
    world_add("bitlbee/after-a-takeover", "BitlBee", after_a_takeover);
    world_add("bitlbee/without-customers", "BitlBee", without_customers);
    world_add("bitlbee/after-the-end", "BitlBee", after_the_end);
    world_add("bitlbee/nobody-makes-such-a-line", "BitlBee", nobody_makes_such_a_line);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
