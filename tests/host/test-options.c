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
                  "*Nothing was kept: Option “Media limit (MB)”: “much” *");
    host_logout(world->host);
    host_go_online(world->host);
    host_pick_action(world->host, "Options for files...");
    const HostEvent *page =
        host_wait_for(world->host, EVENT_REQUEST, NULL, "Options for files: +*");
    host_check(world->host, strstr(page->extra, "Media limit (MB) = 100") != NULL);
    host_request_cancel(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
}

/* What the login would find wrong is found here, each by the name that stands beside the field. */
static void
pages_find_what_a_login_does(World *world)
{
    static const struct {
        const char *key;
        const char *value;
        const char *told;
    } wrong[] = {
        { "webhook-path", "https://wa.example.org/webhook", "Option “Webhook path”: *" },
        { "webhook-path", "/web hook", "Option “Webhook path”: there is a blank*" },
        { "relay", "relay.example.org", "The account option “Relay (URL)” cannot be used: *" },
        { "relay", "https://relay.example.org/bakery", "Option “Relay key”: it is empty*" },
        { "relay-key", "two words", "Option “Relay key”: there is a blank*" },
        { "inbox-url", "acme1", "The account option “Inbox URL (360dialog)” cannot be used: *" },
        { "inbox-token", "two words", "Option “Inbox token”: there is a blank*" },
        { "recall", "all", "Option “Recall: earlier lines (0: none)”: “all” is none*" },
        { "rate-card", "prices.csv", "Option “Rate card: prices, a CSV”: *" },
        { "read-receipts", "now", "Option “Read receipts”: “now” is none*" },
    };

    host_go_online(world->host);
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *told = g_strconcat("*Nothing was kept: ", wrong[i].told, NULL);

        host_pick_action(world->host, "More options...");
        host_wait_for(world->host, EVENT_REQUEST, NULL, "More options: +*");
        host_request_set(world->host, "desk-name", "counter");
        host_request_set(world->host, wrong[i].key, wrong[i].value);
        host_request_ok(world->host);
        host_wait_for(world->host, EVENT_NOTICE, NULL, told);
    }
    host_pick_action(world->host, "More options...");
    const HostEvent *page = host_wait_for(world->host, EVENT_REQUEST, NULL, "More options: +*");
    host_check(world->host, strstr(page->extra, "counter") == NULL);
    host_request_cancel(world->host);
    host_logout(world->host);
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
}

/* Written by an earlier version, or by hand: the sentence says where it is changed while nobody is
 * logged in. */
static void
lock_out(World *world, const char *told)
{
    host_go_online(world->host);
    host_quit(world->host);
    host_set_option(world->host, coex_sim_get_number(world->sim), "webhook-path",
                    "/webhook?secret=1");
    host_login(world->host);
    const HostEvent *end = host_wait_for(world->host, EVENT_DISCONNECTED, NULL, told);
    host_check(world->host, g_str_equal(end->detail, "INVALID_SETTINGS"));
    host_quit(world->host);
    host_set_option(world->host, coex_sim_get_number(world->sim), "webhook-path", "webhook");
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
}

static void
locked_out_of_pidgin(World *world)
{
    lock_out(world,
             "Option “Webhook path”: *“Public URL of the webhook”. Change it under Accounts › "
             "Manage Accounts › Modify, on the Advanced tab.");
}

static void
locked_out_of_finch(World *world)
{
    lock_out(world, "Option “Webhook path”: *“Public URL of the webhook”.*account's form: *");
}

static void
locked_out_of_bitlbee(World *world)
{
    lock_out(world,
             "Option webhook-path: *public-url. Type “account coex set webhook-path /webhook”*");
}

static void
add_all(void)
{
    world_add("finch/pages-find-what-a-login-does", "gnt-purple", pages_find_what_a_login_does);
    world_add("pidgin/pages-find-what-a-login-does", "gtk-gaim", pages_find_what_a_login_does);
    world_add("finch/locked-out", "gnt-purple", locked_out_of_finch);
    world_add("pidgin/locked-out", "gtk-gaim", locked_out_of_pidgin);
    world_add("bitlbee/locked-out", "BitlBee", locked_out_of_bitlbee);

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
