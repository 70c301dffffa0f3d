// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"

/* Every type of message, from the customer and from the phone, as the chat program shows it. */

typedef struct {
    const char *type;
    const char *content; /* the object of that name */
    const char *shown;   /* glob */
} Type;

static const Type types[] = {
    { "location", "{\"latitude\":51.5,\"longitude\":-0.12,\"name\":\"Cafe\"}",
      "*[location] Cafe (51.5, -0.12)" },
    { "contacts",
      "[{\"name\":{\"formatted_name\":\"Ida & Co\"},\"phones\":[{\"phone\":\"+44 1\"}]}]",
      "*[contact] Ida & Co, +44 1" },
    { "order",
      "{\"text\":\"Gift wrap\",\"product_items\":[{\"product_retailer_id\":\"tart\",\"quantity\":2,"
      "\"item_price\":4.5,\"currency\":\"EUR\"}]}",
      "*[order]*2 x tart at 4.50 EUR = 9.00 EUR*Total: 9.00 EUR*Gift wrap" },
    { "interactive",
      "{\"type\":\"nfm_reply\",\"nfm_reply\":{\"response_json\":\"{\\\"day\\\":\\\"Monday\\\"}\"}}",
      "*[form] day: Monday" },
    { "button", "{\"payload\":\"p\",\"text\":\"Confirm\"}", "*[button] Confirm" },
    { "sticker", "{\"id\":\"1\",\"mime_type\":\"image/webp\",\"animated\":true}",
      "*[animated sticker]" },
};

static void
shown_both_ways(World *world)
{
    host_set_option(world->host, coex_sim_get_number(world->sim), "media-auto", "none");
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        const Type *type = &types[i];

        g_free(coex_sim_customer_sends_type(world->sim, "ada", type->type, type->content));
        host_wait_message(world->host, ADA, "RECV", type->shown);
        g_free(coex_sim_phone_sends_type(world->sim, "ada", type->type, type->content));
        host_wait_message(world->host, ADA, "SEND", type->shown);
    }
}

static void
add_all(void)
{
    world_add("types/shown", NULL, shown_both_ways);
    world_add("types/bitlbee/shown", "BitlBee", shown_both_ways);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}
