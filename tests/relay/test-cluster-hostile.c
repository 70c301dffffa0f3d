// SPDX-License-Identifier: GPL-2.0-or-later
#include "rig.h"
#include "world.h"

#include <string.h>

/* What strangers send to relays with brokers between them, and what stands in the brokers' log that
 * no relay put there, is in nobody's way. */

/* What nobody proves there comes with whatever a stranger wrote as its proof: it stands in nobody's
 * way, also where it and the body just fill a message. */
static void
test_stranger(void)
{
    static const char unproved[] =
        "[tenant corner]\npath=/corner\nnumber=+493023125019\nverify-token=hello\n"
        "desk-key=desk-key-corner-00001\n";
    g_autofree char *tenants = g_strconcat(RIG_BAKERY, unproved, NULL);
    g_autofree char *filler = g_strnfill(1024 * 1024 - 4096 - strlen("{\"n\":\"\"}"), 'x');
    g_autofree char *body = g_strdup_printf("{\"n\":\"%s\"}", filler);
    World world;
    Desk bakery, corner;

    world_begin(&world, 1, tenants);
    if (world.brokers == NULL)
        return;
    for (guint length = 300; length <= 30000; length *= 10) {
        g_autofree char *proof = g_strnfill(length, 'a');
        g_autofree char *head = g_strdup_printf("X-Hub-Signature-256: %s\r\n", proof);

        g_assert_cmpuint(rig_ask_status(world.a, "/corner", head, body), ==, 401);
    }
    for (gsize i = 0; i < 2; i++) {
        g_autofree char *proof = g_strnfill(256, i == 0 ? '%' : 'a');
        g_autofree char *head = g_strdup_printf("X-Hub-Signature-256: %s\r\n", proof);

        g_assert_cmpuint(rig_ask_status(world.a, "/corner", head, body), ==, 200);
    }
    deliver(world.a, "/bakery", 0, 2);
    desk_begin(&bakery, "/bakery", RIG_KEY);
    desk_begin(&corner, "/corner", "desk-key-corner-00001");
    desk_read(&bakery, world.b, 2);
    desk_read(&corner, world.b, 1);
    g_assert_true(desk_has(&corner, body));
    desk_end(&bakery);
    desk_end(&corner);
    world_end(&world);
}

/* What no broker takes is told, and kept by the relay that it came to. What is behind it goes on.
 */
static void
test_refused(void)
{
    g_autofree char *secret = g_strnfill(25000, '%');
    g_autofree char *tenants = g_strdup_printf(
        RIG_BAKERY "[tenant gateway]\nprovider=360dialog\npath=/gateway\nnumber=+493023125020\n"
                   "webhook-header=X-Secret: %s\ndesk-key=desk-key-gateway-0001\n",
        secret);
    g_autofree char *head = g_strdup_printf("X-Secret: %s\r\n", secret);
    World world;
    Desk desk;

    world_begin(&world, 1, tenants);
    if (world.brokers == NULL)
        return;
    g_assert_cmpuint(rig_ask_status(world.a, "/gateway", head, "{\"n\":0}"), ==, 200);
    deliver(world.a, "/bakery", 0, 3);
    desk_begin(&desk, "/bakery", RIG_KEY);
    desk_read(&desk, world.b, 3);
    wait_until_said(world.a, "only this relay keeps it");
    rig_stop(world.a);
    rig_start(world.a);
    deliver(world.a, "/bakery", 3, 2);
    desk_read(&desk, world.b, 5);
    assert_counts(&desk, 5);
    desk_end(&desk);
    world_end(&world);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cluster-hostile/stranger", test_stranger);
    g_test_add_func("/cluster-hostile/refused", test_refused);
    return g_test_run();
}
