// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inbox.h"
#include "world.h"

/* 360dialog's Inbox without a public address: what is kept there while the chat program dies, by
 * kill -9, is shown after that, once, or at most one line twice for each kill. */

#define TOKEN "made-up-inbox-token-51bd"
#define N_KILLS 6
#define N_MESSAGES 12 /* in each round */

static CoexSimInbox *
use_inbox(World *world)
{
    const char *number = coex_sim_get_number(world->sim);
    CoexSimInbox *inbox = coex_sim_inbox_new(number + 1, TOKEN);

    host_set_option(world->host, number, "listen", "off");
    host_set_option(world->host, number, "webhook-header", "");
    host_set_option(world->host, number, "inbox-url", coex_sim_inbox_get_url(inbox));
    host_set_option(world->host, number, "inbox-token", TOKEN);
    coex_sim_set_webhook(world->sim, coex_sim_inbox_get_webhook(inbox));
    return inbox;
}

static void
send_some(World *world, guint round)
{
    static const char *const people[] = { "ada", "ben", "carla" };

    for (guint i = 0; i < N_MESSAGES; i++) {
        g_autofree char *text = g_strdup_printf("message %u.%u.", round, i);

        g_free(coex_sim_customer_sends(world->sim, people[i % G_N_ELEMENTS(people)], text));
    }
}

/* Every round dies at another point: before the login ends, or once the n-th line is shown. Pages
 * are short, so that it may be in the middle of them. */
static void
live_and_die(World *world, guint round)
{
    host_login(world->host);
    send_some(world, round);
    for (guint shown = 0; shown < round * 3; shown++)
        host_wait_for(world->host, EVENT_MESSAGE, NULL, "message *");
    if (round % 2 == 0)
        host_wait_for(world->host, EVENT_CONNECTED, NULL, NULL);
    host_kill(world->host);
}

static void
killed_while_fetching(World *world)
{
    g_autoptr(CoexSimInbox) inbox = use_inbox(world);
    guint n_repeated = 0;

    coex_sim_inbox_clamp(inbox, 5);
    for (guint round = 0; round < N_KILLS; round++)
        live_and_die(world, round);
    host_go_online(world->host);
    world_settle(world);
    world_customer_writes(world, "ada", ADA, "the end");

    for (guint round = 0; round < N_KILLS; round++) {
        for (guint i = 0; i < N_MESSAGES; i++) {
            g_autofree char *text = g_strdup_printf("message %u.%u.", round, i);
            guint n = host_count(world->host, EVENT_MESSAGE, NULL, text);

            host_assert(world->host, n >= 1, text);
            host_assert(world->host, n <= 2, "a line is shown at most twice");
            n_repeated += n - 1;
        }
    }
    host_assert(world->host, n_repeated <= N_KILLS, "at most one repeated line for each kill");
    host_assert_kept(world->host, TOKEN);
    host_quit(world->host);
}

static void
add_all(void)
{
    world_add_at(COEX_SIM_360DIALOG, "inbox/killed-while-fetching", NULL, killed_while_fetching);
    world_add_at(COEX_SIM_360DIALOG, "bitlbee/inbox/killed-while-fetching", "BitlBee",
                 killed_while_fetching);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
