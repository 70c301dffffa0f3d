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

/* Every round dies at another point: before the login ends, or once the n-th line is shown. Pages
 * are short, so that it may be in the middle of them. */
static void
killed_while_fetching(World *world)
{
    g_autoptr(CoexSimInbox) inbox = use_inbox(world);

    coex_sim_inbox_clamp(inbox, 5);
    for (guint round = 0; round < N_KILLS; round++)
        world_live_and_die(world, round, N_MESSAGES, round * 3);
    host_go_online(world->host);
    world_settle(world);
    world_customer_writes(world, "ada", ADA, "the end");

    world_check_rounds(world, N_KILLS, N_MESSAGES);
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
