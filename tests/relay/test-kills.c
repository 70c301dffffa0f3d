// SPDX-License-Identifier: GPL-2.0-or-later
#include "rig.h"

#include <string.h>

/* Providers deliver without a pause, desks read without a pause, and the relay is killed under
 * them again and again: what was acknowledged reaches every desk, once in the sequence. */

#define N_PROVIDERS 3
#define N_KILLS 12

typedef struct {
    Rig *rig;
    GMutex lock;
    GCond changed;
    GHashTable *acknowledged; /* ids */
    gboolean over;            /* nothing more is delivered */
} World;

typedef struct {
    World *world;
    guint number;
} Provider;

static gboolean
is_over(World *world)
{
    gboolean over;

    g_mutex_lock(&world->lock);
    over = world->over;
    g_mutex_unlock(&world->lock);
    return over;
}

/* As a provider does: until it is acknowledged. */
static gpointer
provide(gpointer data)
{
    const Provider *provider = data;
    World *world = provider->world;

    for (guint i = 0; !is_over(world); i++) {
        g_autofree char *id = g_strdup_printf("%u-%u", provider->number, i);
        g_autofree char *body = g_strdup_printf("{\"id\":\"%s\"}", id);

        while (rig_deliver(world->rig, "/bakery", body) != 200 && !is_over(world))
            g_thread_yield();
        if (is_over(world))
            break;
        g_mutex_lock(&world->lock);
        g_hash_table_add(world->acknowledged, g_steal_pointer(&id));
        g_cond_broadcast(&world->changed);
        g_mutex_unlock(&world->lock);
    }
    return NULL;
}

static void
note(GHashTable *seen, const Batch *batch, gint64 *after)
{
    for (guint i = 0; i < batch->entries->len; i++) {
        const Entry *entry = batch_get(batch, i);
        char *id =
            g_strndup(entry->body + strlen("{\"id\":\""), entry->length - strlen("{\"id\":\"\"}"));

        g_assert_cmpint(entry->sequence, ==, *after + 1);
        *after = entry->sequence;
        g_assert_true(g_hash_table_add(seen, id));
    }
}

/* A desk that goes on from its own cursor, whatever becomes of the relay: what it has seen. */
static gpointer
read_on(gpointer data)
{
    World *world = data;
    GHashTable *seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    gint64 after = 0;

    for (;;) {
        gboolean last = is_over(world);
        g_autoptr(Batch) batch = rig_poll(world->rig, "/bakery", RIG_KEY, after, last ? 0 : 2);

        note(seen, batch, &after);
        if (last && batch->status == 200 && after == batch->newest)
            return seen;
    }
}

static void
wait_for_more(World *world, guint count)
{
    gint64 until = g_get_monotonic_time() + RIG_PATIENCE_S * G_USEC_PER_SEC;

    g_mutex_lock(&world->lock);
    count += g_hash_table_size(world->acknowledged);
    while (g_hash_table_size(world->acknowledged) < count)
        g_assert_true(g_cond_wait_until(&world->changed, &world->lock, until));
    g_mutex_unlock(&world->lock);
}

static void
assert_all(World *world, GHashTable *seen)
{
    GHashTableIter each;
    gpointer id;

    g_hash_table_iter_init(&each, world->acknowledged);
    while (g_hash_table_iter_next(&each, &id, NULL))
        g_assert_true(g_hash_table_contains(seen, id));
}

static void
test_kills(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, RIG_BAKERY);
    World world = { .rig = rig };
    Provider providers[N_PROVIDERS];
    GThread *threads[N_PROVIDERS], *desk;

    g_mutex_init(&world.lock);
    g_cond_init(&world.changed);
    world.acknowledged = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < N_PROVIDERS; i++) {
        providers[i] = (Provider){ &world, i };
        threads[i] = g_thread_new("provider", provide, &providers[i]);
    }
    desk = g_thread_new("desk", read_on, &world);
    for (guint i = 0; i < N_KILLS; i++) {
        wait_for_more(&world, (guint)g_test_rand_int_range(1, 60));
        rig_kill(rig);
        rig_start(rig);
    }
    wait_for_more(&world, 1);
    g_mutex_lock(&world.lock);
    world.over = TRUE;
    g_mutex_unlock(&world.lock);
    for (guint i = 0; i < N_PROVIDERS; i++)
        g_thread_join(threads[i]);

    g_autoptr(GHashTable) seen = g_thread_join(desk);
    g_autoptr(GHashTable) anew = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(Batch) all = rig_read_all(rig, "/bakery", RIG_KEY, 0);
    gint64 after = 0;
    assert_all(&world, seen);
    note(anew, all, &after);
    assert_all(&world, anew);
    g_hash_table_unref(world.acknowledged);
    g_mutex_clear(&world.lock);
    g_cond_clear(&world.changed);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kills/under-load", test_kills);
    return g_test_run();
}
