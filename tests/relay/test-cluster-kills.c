// SPDX-License-Identifier: GPL-2.0-or-later
#include "brokers.h"
#include "provider.h"

/* Providers deliver to two relays without a pause, desks read at both without a pause, and relays
 * and brokers are killed under them again and again: what was acknowledged reaches every desk,
 * once, and all desks in the same order. */

#define N_PROVIDERS 2
#define N_RELAYS 2
#define PAUSE_MS 2 /* between two deliveries of one thread */
#define N_KILLS 4  /* of each kind; KILLS in the environment says more */

typedef struct {
    Brokers *brokers;
    Rig *relays[N_RELAYS];
    Provider *provider;
} World;

/* Of a desk. */
typedef struct {
    World *world;
    guint number;
} Part;

static guint
get_n_kills(void)
{
    const char *kills = g_getenv("KILLS");

    return kills != NULL ? (guint)g_ascii_strtoull(kills, NULL, 10) : N_KILLS;
}

/* A desk that goes from one relay to the other with its cursor. */
typedef struct {
    char *log;
    gint64 after;
    GHashTable *seen;
    GPtrArray *order; /* of the seen's ids, borrowed */
} Desk;

static void
desk_clear(Desk *desk)
{
    g_free(desk->log);
    g_hash_table_unref(desk->seen);
    g_ptr_array_unref(desk->order);
}

static void
desk_take(Desk *desk, const Batch *batch)
{
    if (g_strcmp0(desk->log, batch->relay) != 0) {
        g_assert_null(desk->log);
        desk->log = g_strdup(batch->relay);
    }
    for (guint i = 0; i < batch->entries->len; i++) {
        const Entry *entry = batch_get(batch, i);
        char *id = provider_dup_id(entry);

        g_assert_cmpint(entry->sequence, >, desk->after);
        desk->after = entry->sequence;
        g_ptr_array_add(desk->order, id);
        g_assert_true(g_hash_table_add(desk->seen, id));
    }
    desk->after = batch->after;
}

static void
desk_read_on(World *world, Desk *desk, guint number, gboolean stays)
{
    gint64 until = 0;

    desk->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    desk->order = g_ptr_array_new();
    for (guint i = 0;
         !provider_is_over(world->provider) || !provider_has_all(world->provider, desk->seen);
         i++) {
        Rig *rig = world->relays[(stays ? number : number + i) % N_RELAYS];
        g_autoptr(Batch) batch = rig_poll(rig, "/bakery", RIG_KEY, desk->after, 1);

        if (batch->status == 200)
            desk_take(desk, batch);
        else
            g_poll(NULL, 0, 10);
        if (provider_is_over(world->provider) && until == 0)
            until = g_get_monotonic_time() + RIG_PATIENCE_S * G_USEC_PER_SEC;
        if (until != 0 && g_get_monotonic_time() > until)
            g_error("%u of %u came", g_hash_table_size(desk->seen),
                    provider_count(world->provider));
    }
}

static gpointer
read_on(gpointer data)
{
    const Part *part = data;
    Desk *desk = g_new0(Desk, 1);

    desk_read_on(part->world, desk, part->number, FALSE);
    return desk;
}

/* One that never moved, from the first, at each relay: all in the order that the desks saw. */
static void
assert_same_order(World *world, const Desk *desk)
{
    for (guint i = 0; i < N_RELAYS; i++) {
        Desk anew = { 0 };

        desk_read_on(world, &anew, i, TRUE);
        for (guint k = 0; k < MIN(anew.order->len, desk->order->len); k++)
            g_assert_cmpstr(g_ptr_array_index(anew.order, k), ==,
                            g_ptr_array_index(desk->order, k));
        desk_clear(&anew);
    }
}

/* @kill is called again and again. */
static void
run(guint n_brokers, void (*kill)(World *world, guint i))
{
    World world = { .brokers = brokers_new(n_brokers, NULL) };
    const ProviderSpec spec = {
        .relays = world.relays, .n_relays = N_RELAYS, .n_threads = N_PROVIDERS, .pause_ms = PAUSE_MS
    };
    Part parts[N_RELAYS];
    GThread *desks[N_RELAYS];
    g_autofree char *options = NULL;

    if (world.brokers == NULL)
        return;
    options = brokers_dup_options(world.brokers);
    for (guint i = 0; i < N_RELAYS; i++)
        world.relays[i] = rig_new(options, RIG_BAKERY);
    world.provider = provider_new(&spec);
    for (guint i = 0; i < N_RELAYS; i++) {
        parts[i] = (Part){ &world, i };
        desks[i] = g_thread_new("desk", read_on, &parts[i]);
    }
    for (guint i = 0; i < get_n_kills(); i++) {
        provider_wait(world.provider, (guint)g_test_rand_int_range(1, 60));
        kill(&world, i);
    }
    provider_wait(world.provider, 1);
    provider_end(world.provider);
    for (guint i = 0; i < N_RELAYS; i++) {
        Desk *desk = g_thread_join(desks[i]);

        assert_same_order(&world, desk);
        desk_clear(desk);
        g_free(desk);
    }
    for (guint i = 0; i < N_RELAYS; i++)
        rig_free(world.relays[i]);
    brokers_free(world.brokers);
    provider_free(world.provider);
}

static void
kill_relay(World *world, guint i)
{
    rig_kill(world->relays[i % N_RELAYS]);
    rig_start(world->relays[i % N_RELAYS]);
}

static void
kill_broker(World *world, guint i)
{
    broker_kill(world->brokers, i % world->brokers->n);
    provider_wait(world->provider, (guint)g_test_rand_int_range(1, 20));
    broker_start(world->brokers, i % world->brokers->n);
}

static void
kill_either(World *world, guint i)
{
    if (i % 2 == 0)
        kill_relay(world, i / 2);
    else
        kill_broker(world, i / 2);
}

/* Two of three, of which the first that is started again has seen less than the third. */
static void
kill_two(World *world, guint i)
{
    broker_kill(world->brokers, i % 3);
    provider_wait(world->provider, 10);
    broker_kill(world->brokers, (i + 1) % 3);
    provider_wait(world->provider, 10);
    broker_start(world->brokers, i % 3);
    provider_wait(world->provider, 10);
    broker_start(world->brokers, (i + 1) % 3);
}

static void
test_relays(void)
{
    run(1, kill_relay);
}

static void
test_brokers(void)
{
    run(1, kill_broker);
}

static void
test_three(void)
{
    run(3, kill_either);
}

static void
test_two_of_three(void)
{
    run(3, kill_two);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cluster-kills/relays", test_relays);
    g_test_add_func("/cluster-kills/brokers", test_brokers);
    g_test_add_func("/cluster-kills/three", test_three);
    g_test_add_func("/cluster-kills/two-of-three", test_two_of_three);
    return g_test_run();
}
