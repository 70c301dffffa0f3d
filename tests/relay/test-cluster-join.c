// SPDX-License-Identifier: GPL-2.0-or-later
#include "brokers.h"
#include "provider.h"
#include "rig.h"
#include "world.h"

#include <string.h>

/* A relay with a large log of its own joins others, or all of them join brokers whose log is new:
 * that takes its time, is broken off by whatever ends a relay, and holds up no webhook. */

#define N_OWN 6000
#define N_KILLS 3

typedef struct {
    GPtrArray *bodies; /* char *, in their order */
    GHashTable *seen;
} Transcript;

static void
transcript_free(Transcript *transcript)
{
    g_ptr_array_unref(transcript->bodies);
    g_hash_table_unref(transcript->seen);
    g_free(transcript);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Transcript, transcript_free)

/* All that the relay has, each once: at least @n. */
static Transcript *
read_all(Rig *rig, guint n)
{
    Transcript *transcript = g_new0(Transcript, 1);
    gint64 until = g_get_monotonic_time() + 2 * RIG_PATIENCE_S * G_USEC_PER_SEC;
    gint64 after = 0;
    gboolean more = TRUE;

    transcript->bodies = g_ptr_array_new_with_free_func(g_free);
    transcript->seen = g_hash_table_new(g_str_hash, g_str_equal);
    while (more || transcript->bodies->len < n) {
        g_autoptr(Batch) batch = rig_poll(rig, "/bakery", RIG_KEY, after, 1);

        g_assert_cmpint(g_get_monotonic_time(), <, until);
        if (batch->status != 200) {
            g_poll(NULL, 0, 20);
            continue;
        }
        for (guint i = 0; i < batch->entries->len; i++) {
            char *body = g_strdup(batch_get(batch, i)->body);

            g_ptr_array_add(transcript->bodies, body);
            g_assert_true(g_hash_table_add(transcript->seen, body));
        }
        after = batch->after;
        more = batch->after < batch->newest;
    }
    return transcript;
}

static guint
find(const Transcript *transcript, const char *body)
{
    guint at = 0;

    g_assert_true(g_ptr_array_find_with_equal_func(transcript->bodies, body, g_str_equal, &at));
    return at;
}

/* It has all of the other one, in that one's order. */
static void
assert_has_in_order(const Transcript *transcript, const Transcript *other)
{
    guint at = 0;

    for (guint i = 0; i < other->bodies->len; i++, at++)
        while (!g_str_equal(g_ptr_array_index(transcript->bodies, at),
                            g_ptr_array_index(other->bodies, i)))
            g_assert_cmpuint(++at, <, transcript->bodies->len);
}

static gboolean
is_joined(Rig *rig)
{
    g_autoptr(Batch) batch = rig_poll(rig, "/bakery", RIG_KEY, 0, 0);

    g_assert_true(batch->status == 200 || batch->status == 503);
    return batch->status == 200;
}

/* Delivers until it has joined, but not more than @max; whether it has. */
static gboolean
deliver_meanwhile(Rig *rig, guint *n, guint max)
{
    guint end = *n + max;

    while (*n < end) {
        if (is_joined(rig))
            return TRUE;
        deliver(rig, "/bakery", (*n)++, 1);
    }
    return FALSE;
}

/* All that came, up to the last. */
static Transcript *
fill(Rig *rig)
{
    static const char last[] = "{\"last\":1}";
    const ProviderSpec spec = { &rig, 1, PROVIDER_THREADS_MAX, 0 };
    g_autoptr(Provider) provider = provider_new(&spec);
    g_autoptr(Transcript) own = NULL;

    provider_wait(provider, N_OWN);
    provider_end(provider);
    g_assert_cmpuint(rig_deliver(rig, "/bakery", last), ==, 200);
    do {
        g_clear_pointer(&own, transcript_free);
        own = read_all(rig, N_OWN);
    } while (!g_hash_table_contains(own->seen, last));
    return g_steal_pointer(&own);
}

/* It is killed before it has joined, until it has in spite of that: how often. */
static guint
kill_and_join(Rig *rig, guint *n)
{
    guint n_killed = 0;

    rig_start(rig);
    while (!deliver_meanwhile(rig, n, n_killed < N_KILLS ? 2 : G_MAXINT)) {
        rig_kill(rig);
        rig_start(rig);
        n_killed++;
    }
    return n_killed;
}

static void
use(Rig *rig, const char *options)
{
    g_free(rig->options);
    rig->options = g_strdup(options);
}

static void
assert_all(const Transcript *transcript, const Transcript *own, guint n)
{
    guint before = own->bodies->len;

    assert_has_in_order(transcript, own);
    g_assert_cmpuint(transcript->bodies->len, ==, own->bodies->len + n);
    for (guint i = 0; i < n; i++) {
        g_autofree char *body = g_strdup_printf("{\"n\":%u}", i);
        guint at = find(transcript, body);

        g_assert_cmpuint(at, >=, before);
        before = at;
    }
}

static void
test_killed(void)
{
    g_autoptr(Brokers) brokers = brokers_new(1, NULL);
    g_autofree char *options = brokers != NULL ? brokers_dup_options(brokers) : NULL;
    g_autoptr(Rig) a = NULL;
    g_autoptr(Rig) b = NULL;
    g_autoptr(Transcript) own = NULL;
    g_autoptr(Transcript) at_a = NULL;
    g_autoptr(Transcript) at_b = NULL;
    guint n_killed, n = 0;

    if (brokers == NULL)
        return;
    a = rig_new(NULL, RIG_BAKERY);
    own = fill(a);
    rig_stop(a);
    use(a, options);
    n_killed = kill_and_join(a, &n);
    g_assert_cmpuint(n_killed, >, 0);
    b = rig_new(options, RIG_BAKERY);
    at_b = read_all(b, own->bodies->len + n);
    at_a = read_all(a, own->bodies->len + n);
    assert_all(at_a, own, n);
    assert_all(at_b, own, n);
    for (guint i = 0; i < at_a->bodies->len; i++)
        g_assert_cmpstr(g_ptr_array_index(at_a->bodies, i), ==, g_ptr_array_index(at_b->bodies, i));
}

/* What the brokers had is gone: the same with all that has a number already. */
static void
test_begun_anew(void)
{
    World world;
    g_autoptr(Transcript) own = NULL;
    g_autoptr(Transcript) at_a = NULL;
    g_autoptr(Transcript) at_b = NULL;
    gint64 until = g_get_monotonic_time() + 2 * RIG_PATIENCE_S * G_USEC_PER_SEC;
    guint n = 0;

    world_begin(&world, 1, RIG_BAKERY);
    if (world.brokers == NULL)
        return;
    own = fill(world.a);
    rig_stop(world.b);
    broker_kill(world.brokers, 0);
    broker_forget(world.brokers, 0);
    broker_start(world.brokers, 0);
    while (is_joined(world.a))
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    rig_kill(world.a);
    kill_and_join(world.a, &n);
    rig_start(world.b);
    at_b = read_all(world.b, own->bodies->len + n);
    at_a = read_all(world.a, own->bodies->len + n);
    assert_all(at_a, own, n);
    assert_all(at_b, own, n);
    world_end(&world);
}

/* As the relays make it with disk-limit-mb=256, but what is put twice is known for a moment only.
 */
static void
make_forgetful_log(Brokers *brokers)
{
    g_autofree char *answer = broker_ask(
        brokers, "$JS.API.STREAM.CREATE.COEX",
        "{\"name\":\"COEX\",\"description\":\"coex-relay 0123456789abcdef0123456789abcdef\","
        "\"subjects\":[\"coex.in.*\",\"coex.part.*\"],\"retention\":\"limits\","
        "\"storage\":\"file\",\"discard\":\"new\",\"num_replicas\":1,\"max_msgs\":-1,"
        "\"max_consumers\":-1,\"max_bytes\":536870912,\"max_age\":2592000000000000,"
        "\"duplicate_window\":100000000,\"deny_delete\":true,\"deny_purge\":true}");

    g_assert_nonnull(answer);
    g_assert_null(strstr(answer, "error"));
}

/* What came to two relays while no broker was there is put into the log by the first that is back:
 * the other one reads that before it puts anything there. */
static void
test_reads_first(void)
{
    World world;
    Desk desk;

    world_begin(&world, 1, RIG_BAKERY);
    if (world.brokers == NULL)
        return;
    broker_kill(world.brokers, 0);
    deliver(world.a, "/bakery", 0, 5);
    deliver(world.b, "/bakery", 0, 5);
    rig_stop(world.a);
    rig_stop(world.b);
    broker_forget(world.brokers, 0);
    broker_start(world.brokers, 0);
    make_forgetful_log(world.brokers);
    rig_start(world.a);
    desk_begin(&desk, "/bakery", RIG_KEY);
    desk_read(&desk, world.a, 5);
    g_poll(NULL, 0, 200); /* until the broker has forgotten what was put */
    rig_start(world.b);
    deliver(world.b, "/bakery", 5, 1);
    desk_read(&desk, world.b, 6);
    assert_counts(&desk, 6);
    g_assert_cmpint(brokers_count(world.brokers), ==, 6);
    desk_end(&desk);
    world_end(&world);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cluster-join/killed", test_killed);
    g_test_add_func("/cluster-join/begun-anew", test_begun_anew);
    g_test_add_func("/cluster-join/reads-first", test_reads_first);
    return g_test_run();
}
