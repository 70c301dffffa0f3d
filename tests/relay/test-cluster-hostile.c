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

#define KEY "Nats-Msg-Id: bakery.%064x\r\n"

static void
put(World *world, guint number, const char *headers, const char *body)
{
    g_autofree char *all = g_strdup_printf(KEY "%s", number, headers);
    g_autofree char *answer = broker_put(world->brokers, "coex.in.bakery", all, body);

    g_assert_nonnull(answer);
    g_assert_null(strstr(answer, "error"));
}

/* Whatever stands in the brokers' log, what is behind it is read, here and by who comes later. */
static void
test_oddities(void)
{
    World world;
    Desk desk, late;

    world_begin(&world, 1, RIG_BAKERY);
    if (world.brokers == NULL)
        return;
    desk_begin(&desk, "/bakery", RIG_KEY);
    desk_begin(&late, "/bakery", RIG_KEY);
    deliver(world.a, "/bakery", 0, 1);
    desk_read(&desk, world.b, 1);
    put(&world, 1, "Status: 100 Idle Heartbeat\r\n", "");
    put(&world, 2, "Status: 100\r\nNats-Last-Consumer: 9\r\n", "");
    put(&world, 3, "Status: 409 Consumer Deleted\r\n", "{\"status\":1}");
    g_free(broker_put(world.brokers, "coex.in.bakery", "Status: 503\r\n", ""));
    deliver(world.a, "/bakery", 1, 2);
    desk_read(&desk, world.b, 5);
    g_assert_true(desk_has(&desk, "{\"n\":2}"));
    rig_stop(world.a);
    rig_start(world.a);
    deliver(world.a, "/bakery", 3, 1);
    desk_read(&late, world.a, 6);
    desk_read(&desk, world.b, 6);
    desk_end(&desk);
    desk_end(&late);
    world_end(&world);
}

/* A time that cannot be keeps nothing for longer. */
static void
test_future(void)
{
    gint64 latest = g_get_real_time() / 1000 + (gint64)2 * 60 * 60 * 1000;
    World world;
    Desk desk;

    world_begin(&world, 1, RIG_BAKERY);
    if (world.brokers == NULL)
        return;
    put(&world, 1, "Coex-Received: 9223372036854775807\r\n", "{\"n\":0}");
    put(&world, 2, "Coex-Received: -9223372036854775807\r\n", "{\"n\":1}");
    deliver(world.a, "/bakery", 2, 1);
    desk_begin(&desk, "/bakery", RIG_KEY);
    desk_read(&desk, world.b, 3);
    assert_counts(&desk, 3);
    g_autoptr(Batch) all = rig_read_all(world.b, "/bakery", RIG_KEY, 0);
    for (guint i = 0; i < all->entries->len; i++) {
        g_assert_cmpint(batch_get(all, i)->received_at, >=, 0);
        g_assert_cmpint(batch_get(all, i)->received_at, <, latest);
    }
    desk_end(&desk);
    world_end(&world);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cluster-hostile/stranger", test_stranger);
    g_test_add_func("/cluster-hostile/refused", test_refused);
    g_test_add_func("/cluster-hostile/oddities", test_oddities);
    g_test_add_func("/cluster-hostile/future", test_future);
    return g_test_run();
}
