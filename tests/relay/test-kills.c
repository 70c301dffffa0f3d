// SPDX-License-Identifier: GPL-2.0-or-later
#include "provider.h"

/* Providers deliver without a pause, desks read without a pause, and the relay is killed under
 * them again and again: what was acknowledged reaches every desk, once in the sequence. */

#define N_PROVIDERS 3
#define N_KILLS 12

typedef struct {
    Rig *rig;
    Provider *provider;
} World;

static void
note(GHashTable *seen, const Batch *batch, gint64 *after)
{
    for (guint i = 0; i < batch->entries->len; i++) {
        const Entry *entry = batch_get(batch, i);

        g_assert_cmpint(entry->sequence, ==, *after + 1);
        *after = entry->sequence;
        g_assert_true(g_hash_table_add(seen, provider_dup_id(entry)));
    }
}

/* A desk that goes on from its own cursor, whatever becomes of the relay: what it has seen. */
static gpointer
read_on(gpointer data)
{
    const World *world = data;
    GHashTable *seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    gint64 after = 0;

    for (;;) {
        gboolean last = provider_is_over(world->provider);
        g_autoptr(Batch) batch = rig_poll(world->rig, "/bakery", RIG_KEY, after, last ? 0 : 2);

        note(seen, batch, &after);
        if (last && batch->status == 200 && after == batch->newest)
            return seen;
    }
}

static void
test_kills(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, RIG_BAKERY);
    const ProviderSpec spec = { .relays = &rig, .n_relays = 1, .n_threads = N_PROVIDERS };
    g_autoptr(Provider) provider = provider_new(&spec);
    World world = { rig, provider };
    GThread *desk = g_thread_new("desk", read_on, &world);

    for (guint i = 0; i < N_KILLS; i++) {
        provider_wait(provider, (guint)g_test_rand_int_range(1, 60));
        rig_kill(rig);
        rig_start(rig);
    }
    provider_wait(provider, 1);
    provider_end(provider);

    g_autoptr(GHashTable) seen = g_thread_join(desk);
    g_autoptr(GHashTable) anew = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(Batch) all = rig_read_all(rig, "/bakery", RIG_KEY, 0);
    gint64 after = 0;
    g_assert_true(provider_has_all(provider, seen));
    note(anew, all, &after);
    g_assert_true(provider_has_all(provider, anew));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kills/under-load", test_kills);
    return g_test_run();
}
