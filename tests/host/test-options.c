// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <string.h>

/* The pages with the options that the form of an account has no room for. */

/* The form for an account does not scroll: what the first login does not need has a page. */
static void
has_a_second_page(World *world)
{
    host_go_online(world->host);
    host_pick_action(world->host, "More options...");
    const HostEvent *page = host_wait_for(world->host, EVENT_REQUEST, NULL, "More options: +*");
    host_check(world->host, strstr(page->extra, "webhook-path") != NULL);
    host_check(world->host, strstr(page->extra, "public-url") == NULL);
    host_check(world->host, strstr(page->extra, "media-") == NULL);
    host_request_set(world->host, "webhook-path", "/elsewhere");
    host_request_set(world->host, "read-receipts", "never");
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*logs in again*");
    host_pick_action(world->host, "More options...");
    host_wait_for(world->host, EVENT_REQUEST, NULL, "*More options*");
    host_request_cancel(world->host);
    host_pick_action(world->host, "Options for files...");
    page = host_wait_for(world->host, EVENT_REQUEST, NULL, "Options for files: +*");
    host_check(world->host, strstr(page->extra, "webhook-path") == NULL);
    host_request_set(world->host, "media-limit", "5");
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*logs in again*");
    host_pick_action(world->host, "Options for files...");
    page = host_wait_for(world->host, EVENT_REQUEST, NULL, "*Options for files*");
    host_check(world->host, strstr(page->extra, "Media limit (MB) = 5") != NULL);
    host_request_cancel(world->host);

    host_logout(world->host);
    host_go_online(world->host);
    g_autofree char *path = g_strdup_printf("http://%s/elsewhere", world->listen);
    g_autoptr(GBytes) body = coex_sim_render_text(world->sim, "ada", "to another path");
    host_check(world->host,
               coex_sim_deliver_raw_to(world->sim, "POST", path, body, COEX_SIM_SIGN_GOOD) == 200);
    host_wait_message(world->host, ADA, "RECV", "to another path");
}

/* What would keep the account from logging in is not kept: the page is open to who is logged in
 * only. */
static void
pages_lock_nobody_out(World *world)
{
    host_go_online(world->host);
    host_pick_action(world->host, "Options for files...");
    host_wait_for(world->host, EVENT_REQUEST, NULL, "Options for files: +*");
    host_request_set(world->host, "media-limit", "much");
    host_request_ok(world->host);
    host_wait_for(world->host, EVENT_NOTICE, NULL,
                  "*Nothing was kept: Option media-limit: “much” *");
    host_logout(world->host);
    host_go_online(world->host);
    host_pick_action(world->host, "Options for files...");
    const HostEvent *page =
        host_wait_for(world->host, EVENT_REQUEST, NULL, "Options for files: +*");
    host_check(world->host, strstr(page->extra, "Media limit (MB) = 100") != NULL);
    host_request_cancel(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
}

static void
add_all(void)
{
    world_add("finch/has-a-second-page", "gnt-purple", has_a_second_page);
    world_add("pidgin/has-a-second-page", "gtk-gaim", has_a_second_page);
    world_add("finch/pages-lock-nobody-out", "gnt-purple", pages_lock_nobody_out);
    world_add("pidgin/pages-lock-nobody-out", "gtk-gaim", pages_lock_nobody_out);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
