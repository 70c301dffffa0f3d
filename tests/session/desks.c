// SPDX-License-Identifier: GPL-2.0-or-later
#include "desks.h"

void
shop_set_up(Desk *desk, CoexSimRelay *relay, const char *name)
{
    desk->config.listen = "off";
    desk->config.relay = coex_sim_relay_get_url(relay);
    desk->config.relay_key = SHOP_KEY;
    desk->config.desk_name = name;
    coex_sim_set_webhook(desk->sim, coex_sim_relay_get_url(relay));
}

void
shop_log_in(Desk *desk)
{
    desk_login(desk);
    desk_wait_catalogue(desk);
}

void
shop_open(Shop *shop, Desk *counter)
{
    shop->relay = coex_sim_relay_new(SHOP_KEY);
    shop->counter = counter;
    shop->home = desk_new_elsewhere(counter);
    shop_set_up(shop->counter, shop->relay, "counter");
    shop_set_up(shop->home, shop->relay, "home");
    shop_log_in(shop->counter);
    shop_log_in(shop->home);
}

void
shop_fence(Shop *shop)
{
    desk_fence(shop->counter);
    desk_wait_feed(shop->home, COEX_FEED_INBOUND, "fay", "fence *");
}

void
shop_close(Shop *shop)
{
    desk_free(shop->home);
    desk_logout(shop->counter);
    coex_sim_relay_free(shop->relay);
}

void
shop_hear(Shop *shop, const char *text)
{
    g_free(coex_sim_customer_sends(shop->counter->sim, "ada", text));
    desk_wait_feed(shop->counter, COEX_FEED_INBOUND, "ada", text);
    desk_wait_feed(shop->home, COEX_FEED_INBOUND, "ada", text);
}

void
shop_wait_copy(Desk *desk, const char *who, const char *text)
{
    desk_wait_feed(desk, COEX_FEED_ECHO, who, text);
}

void
shop_say(const Shop *shop, Desk *desk, const char *text)
{
    gboolean is_home = desk == shop->home;
    g_autofree char *copy = g_strdup_printf("[desk %s] %s", is_home ? "home" : "counter", text);
    g_autofree char *state = g_strdup_printf("delivered*: %s", text);

    desk_say(desk, "ada", text);
    shop_wait_copy(is_home ? shop->counter : shop->home, "ada", copy);
    desk_wait_state(desk, "ada", state);
}

void
shop_ignore_haste(Shop *shop)
{
    desk_ignore(shop->counter, "The desk “home” and this one both *");
    desk_ignore(shop->home, "The desk “counter” and this one both *");
}
