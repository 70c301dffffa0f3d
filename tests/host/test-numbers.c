// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <string.h>

/* Two numbers of ours in one chat program, with the same customers: what is shown tells them apart,
 * and what is typed leaves from the one that it was typed to. */

#define FIRST "+447700900100"
#define SECOND "+447700900177"

/* Everybody has written to the first, Ada to both. */
static CoexSim *
begin(World *world)
{
    CoexSim *second = world_add_number(world, SECOND, "/second");

    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "to the first");
    host_wait_for(world->host, EVENT_ALIAS, ADA, "Ada Lovelace");
    host_use(world->host, SECOND);
    host_go_online(world->host);
    g_free(coex_sim_customer_sends(second, "ada", "to the second"));
    host_wait_message(world->host, ADA, "RECV", "to the second");
    return second;
}

static void
end(World *world, CoexSim *second)
{
    coex_sim_assert_no_complaints(second);
    host_quit(world->host);
    coex_sim_free(second);
}

static void
sends(World *world, CoexSim *sim, const char *text)
{
    g_autoptr(CoexSimRequest) sent = coex_sim_next_sent(sim, HOST_PATIENCE_MS);

    host_assert(world->host, sent != NULL && g_strcmp0(sent->text, text) == 0, text);
    host_check(world->host, g_strcmp0(sent->who, "ada") == 0);
}

/* In the list, in questions and in the form; once one is switched off there is nothing to tell
 * apart, and the other's texts go on from the other. */
static void
are_told_apart(World *world)
{
    CoexSim *second = begin(world);

    const HostEvent *alias = host_wait_for(world->host, EVENT_ALIAS, ADA, "Ada Lovelace [0100]");
    host_check(world->host, g_str_equal(alias->account, FIRST));
    alias = host_wait_for(world->host, EVENT_ALIAS, ADA, "Ada Lovelace [0177]");
    host_check(world->host, g_str_equal(alias->account, SECOND));
    host_check(world->host,
               host_count(world->host, EVENT_MESSAGE, ADA, "*is now known as*]*") == 0);

    host_type(world->host, ADA, "/forget");
    host_wait_for(world->host, EVENT_REQUEST, ADA, "*Forget Ada Lovelace [0177]?*");
    host_request_press(world->host, "Cancel");
    host_touch(world->host, "alias", ADA); /* is the user's own business */
    host_type(world->host, ADA, "/template");
    host_wait_for(world->host, EVENT_REQUEST, ADA,
                  "Template: My alias [0177]*A template for My alias [0177]*");
    host_request_select(world->host, "table_confirmed (en_US)");
    host_request_ok(world->host);
    const HostEvent *form = host_wait_for(world->host, EVENT_REQUEST, ADA, "*table_confirmed*");
    host_check(world->host, strstr(form->extra, "= Ada Lovelace\n") != NULL);
    host_request_press(world->host, "Back");
    host_wait_for(world->host, EVENT_REQUEST, ADA, "*A template for My alias*");
    host_request_cancel(world->host);
    if (coex_sim_get_provider(world->sim) == COEX_SIM_META) {
        host_pick_action(world->host, "Synchronise contacts and history...");
        host_wait_for(world->host, EVENT_REQUEST, NULL, "Contacts and history of " SECOND " |*");
        host_request_press(world->host, "Cancel");
    }

    host_use(world->host, FIRST);
    host_type(world->host, ADA, "/forget");
    host_wait_for(world->host, EVENT_REQUEST, ADA, "*Forget Ada Lovelace [0100]?*");
    host_request_press(world->host, "Cancel");
    host_type(world->host, ADA, "from the first");
    sends(world, world->sim, "from the first");
    host_use(world->host, SECOND);
    host_type(world->host, ADA, "from the second");
    sends(world, second, "from the second");
    world_settle(world);

    host_touch(world->host, "switch-off", ADA);
    alias = host_wait_for(world->host, EVENT_ALIAS, ADA, "Ada Lovelace");
    host_check(world->host, g_str_equal(alias->account, FIRST));
    host_use(world->host, FIRST);
    host_type(world->host, ADA, "from the first again");
    sends(world, world->sim, "from the first again");
    host_check(world->host, coex_sim_n_sent(second, NULL) == 1);
    end(world, second);
}

static void
add_all(void)
{
    world_add("are-told-apart", NULL, are_told_apart);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
