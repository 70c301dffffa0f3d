// SPDX-License-Identifier: GPL-2.0-or-later
#include "brokers.h"
#include "liar.h"
#include "rig.h"
#include "world.h"

#include <signal.h>
#include <string.h>

/* Several relays with the real nats-server between them: whatever relay a delivery comes to, a desk
 * finds it at any of them, once, in one order. */

#define FLORIST_KEY "desk-key-florist-0001"
#define FLORIST                                                                                    \
    "[tenant florist]\npath=/florist\nnumber=+493023125018\napp-secret=" RIG_SECRET                \
    "\ndesk-key=" FLORIST_KEY "\n"

/* As it is told to who asks for what is behind all that can be. */
static void
assert_newest(Rig *rig, gint64 newest)
{
    g_autoptr(Batch) batch = rig_poll(rig, "/bakery", RIG_KEY, (G_GINT64_CONSTANT(1) << 53) - 1, 0);

    g_assert_cmpuint(batch->status, ==, 200);
    g_assert_cmpint(batch->newest, ==, newest);
    g_assert_cmpint(batch->after, ==, newest);
}

static void
test_across(void)
{
    World world;
    Desk desk, other;

    world_begin(&world, 1, RIG_BAKERY);
    if (world.brokers == NULL)
        return;
    deliver(world.a, "/bakery", 0, 5);
    desk_begin(&desk, "/bakery", RIG_KEY);
    desk_begin(&other, "/bakery", RIG_KEY);
    desk_read(&desk, world.b, 5);
    deliver(world.b, "/bakery", 5, 5);
    desk_read(&desk, world.a, 10);
    desk_read(&other, world.a, 10);
    assert_counts(&desk, 10);
    for (guint i = 0; i < 10; i++)
        g_assert_cmpstr(g_ptr_array_index(desk.bodies, i), ==, g_ptr_array_index(other.bodies, i));
    g_assert_cmpstr(desk.log, ==, other.log);
    g_assert_cmpint(desk.after, ==, other.after);
    g_assert_cmpint(brokers_count(world.brokers), ==, 10);
    assert_newest(world.a, desk.after);
    assert_newest(world.b, desk.after);
    desk_end(&desk);
    desk_end(&other);
    world_end(&world);
}

/* Each desk, in turns at both relays, while both take deliveries. */
static void
test_moves(void)
{
    World world;
    Desk desk;

    world_begin(&world, 1, RIG_BAKERY);
    if (world.brokers == NULL)
        return;
    desk_begin(&desk, "/bakery", RIG_KEY);
    for (guint i = 0; i < 10; i++) {
        deliver(i % 3 == 0 ? world.a : world.b, "/bakery", i * 4, 4);
        desk_read(&desk, i % 2 == 0 ? world.a : world.b, (i + 1) * 4);
    }
    assert_counts(&desk, 40);
    desk_end(&desk);
    world_end(&world);
}

static gpointer
poll_ahead(gpointer data)
{
    return rig_poll(data, "/bakery", RIG_KEY, 3, 25);
}

/* A desk that is ahead of a relay waits there as any does. */
static void
test_ahead(void)
{
    World world;
    g_autoptr(Batch) batch = NULL;
    GThread *thread;
    Desk desk;

    world_begin(&world, 1, RIG_BAKERY);
    if (world.brokers == NULL)
        return;
    desk_begin(&desk, "/bakery", RIG_KEY);
    deliver(world.a, "/bakery", 0, 1);
    desk_read(&desk, world.b, 1);
    thread = g_thread_new("desk", poll_ahead, world.b);
    deliver(world.a, "/bakery", 1, 8);
    batch = g_thread_join(thread);
    g_assert_cmpuint(batch->status, ==, 200);
    g_assert_cmpuint(batch->entries->len, >, 0);
    g_assert_cmpint(batch_get(batch, 0)->sequence, ==, 4);
    desk_end(&desk);
    world_end(&world);
}

/* It ends while much is on its way to the disk, which is there afterwards. */
static void
test_ends(void)
{
    static const char copy[] = "{\"desk\":\"counter\",\"local_id\":\"%02u\"}";
    g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_free);
    GIOStream *streams[50];
    World world;
    Desk desk;

    world_begin(&world, 1, RIG_BAKERY);
    if (world.brokers == NULL)
        return;
    desk_begin(&desk, "/bakery", RIG_KEY);
    deliver(world.a, "/bakery", 0, 1);
    for (guint i = 0; i < G_N_ELEMENTS(streams); i++) {
        g_autofree char *text = g_strdup_printf(copy, i);

        streams[i] = begin_copy(world.a, text);
    }
    rig_stop(world.a);
    for (guint i = 0; i < G_N_ELEMENTS(streams); i++) {
        if (stream_hear(streams[i]) == 200)
            g_ptr_array_add(kept, g_strdup_printf(copy, i));
        g_object_unref(streams[i]);
    }
    rig_start(world.a);
    deliver(world.a, "/bakery", 1, 1);
    desk_read_until(&desk, world.b, "{\"n\":1}");
    for (guint i = 0; i < kept->len; i++)
        g_assert_true(desk_has(&desk, g_ptr_array_index(kept, i)));
    desk_end(&desk);
    world_end(&world);
}

/* What the provider sends to both, since the answer was late, is one delivery. */
static void
test_twice(void)
{
    World world;
    Desk desk;

    world_begin(&world, 1, RIG_BAKERY);
    if (world.brokers == NULL)
        return;
    desk_begin(&desk, "/bakery", RIG_KEY);
    deliver(world.a, "/bakery", 0, 3);
    deliver(world.b, "/bakery", 0, 3);
    desk_read(&desk, world.a, 3);
    deliver(world.a, "/bakery", 3, 1);
    desk_read(&desk, world.b, 4);
    g_assert_cmpint(brokers_count(world.brokers), ==, 4);
    desk_end(&desk);
    world_end(&world);
}

/* While no broker answers deliveries are acknowledged, and shared afterwards; also by a relay that
 * was killed meanwhile. */
static void
test_away(void)
{
    World world;
    Desk desk;
    g_autofree char *status = NULL;
    int how;

    world_begin(&world, 1, RIG_BAKERY);
    if (world.brokers == NULL)
        return;
    desk_begin(&desk, "/bakery", RIG_KEY);
    deliver(world.a, "/bakery", 0, 2);
    desk_read(&desk, world.b, 2);
    broker_kill(world.brokers, 0);
    deliver(world.a, "/bakery", 2, 3);
    deliver(world.b, "/bakery", 5, 3);
    wait_until_said(world.a, "No broker answers");
    status = rig_dup_status(world.a, TRUE, &how);
    g_assert_nonnull(strstr(status, "Brokers: No broker answers"));
    g_assert_nonnull(strstr(status, "Not in their log yet: 3, the oldest of "));
    rig_kill(world.b);
    rig_start(world.b);
    broker_start(world.brokers, 0);
    desk_read(&desk, world.b, 8);
    assert_counts(&desk, 8);
    wait_until_said(world.a, "The brokers' log is read again.");
    desk_end(&desk);
    world_end(&world);
}

/* A way to the broker that swallows all, for as long as it takes: as if it were away, and all that
 * came meanwhile is shared once it answers; here by a broker that stands still. */
static void
test_silent(void)
{
    World world;
    Desk desk;

    world_begin(&world, 1, RIG_BAKERY);
    if (world.brokers == NULL)
        return;
    desk_begin(&desk, "/bakery", RIG_KEY);
    deliver(world.a, "/bakery", 0, 2);
    desk_read(&desk, world.b, 2);
    g_subprocess_send_signal(world.brokers->processes[0], SIGSTOP);
    deliver(world.a, "/bakery", 2, 3);
    deliver(world.b, "/bakery", 5, 3);
    wait_until_said(world.a, "Until then what comes is kept here.");
    g_subprocess_send_signal(world.brokers->processes[0], SIGCONT);
    desk_read(&desk, world.a, 8);
    assert_counts(&desk, 8);
    desk_end(&desk);
    world_end(&world);
}

/* A relay whose broker never answered takes deliveries; desks are told to come back. */
static void
test_none_at_start(void)
{
    g_autoptr(Brokers) brokers = brokers_prepare(1, NULL);
    g_autofree char *options = brokers != NULL ? brokers_dup_options(brokers) : NULL;
    g_autoptr(Rig) rig = NULL;
    g_autoptr(Batch) refused = NULL;
    Desk desk;

    if (brokers == NULL)
        return;
    rig = rig_new(options, RIG_BAKERY);
    deliver(rig, "/bakery", 0, 4);
    refused = rig_poll(rig, "/bakery", RIG_KEY, 0, 0);
    g_assert_cmpuint(refused->status, ==, 503);
    wait_until_said(rig, "No broker answers at nats=nats://127.0.0.1:");
    broker_start(brokers, 0);
    desk_begin(&desk, "/bakery", RIG_KEY);
    desk_read(&desk, rig, 4);
    assert_counts(&desk, 4);
    desk_end(&desk);
}

/* A stream that somebody deleted, or a broker that came back without its disk: the relays put all
 * that they have into a new one, for those that have less. */
static void
test_lost(void)
{
    World world;
    Desk desk, late;
    g_autoptr(Rig) fresh = NULL;
    g_autofree char *options = NULL;
    g_autofree char *before = NULL;

    world_begin(&world, 1, RIG_BAKERY);
    if (world.brokers == NULL)
        return;
    desk_begin(&desk, "/bakery", RIG_KEY);
    desk_begin(&late, "/bakery", RIG_KEY);
    deliver(world.a, "/bakery", 0, 6);
    desk_read(&desk, world.b, 6);
    before = g_strdup(desk.log);
    g_free(broker_ask(world.brokers, "$JS.API.STREAM.DELETE.COEX", ""));
    deliver(world.b, "/bakery", 6, 2);
    desk_read(&desk, world.a, 8);
    g_assert_cmpstr(desk.log, !=, before);
    broker_kill(world.brokers, 0);
    broker_forget(world.brokers, 0);
    broker_start(world.brokers, 0);
    deliver(world.a, "/bakery", 8, 2);
    desk_read(&desk, world.b, 10);
    options = brokers_dup_options(world.brokers);
    fresh = rig_new(options, RIG_BAKERY);
    desk_read(&late, fresh, 10);
    assert_counts(&late, 10);
    g_assert_cmpint(brokers_count(world.brokers), ==, 10);
    desk_end(&desk);
    desk_end(&late);
    world_end(&world);
}

/* A power failure takes the end of the broker's log, whose numbers others get then. */
static void
test_tail(void)
{
    World world;
    Desk desk, late;
    g_autoptr(Rig) fresh = NULL;
    g_autofree char *options = NULL;

    world_begin(&world, 1, RIG_BAKERY);
    if (world.brokers == NULL)
        return;
    desk_begin(&desk, "/bakery", RIG_KEY);
    desk_begin(&late, "/bakery", RIG_KEY);
    deliver(world.a, "/bakery", 0, 3);
    desk_read(&desk, world.b, 3);
    broker_kill(world.brokers, 0);
    broker_save(world.brokers, 0);
    broker_start(world.brokers, 0);
    deliver(world.b, "/bakery", 3, 4);
    desk_read(&desk, world.a, 7);
    rig_stop(world.a);
    rig_stop(world.b);
    broker_kill(world.brokers, 0);
    broker_restore(world.brokers, 0);
    broker_start(world.brokers, 0);
    options = brokers_dup_options(world.brokers);
    fresh = rig_new(options, RIG_BAKERY);
    deliver(fresh, "/bakery", 7, 6);
    desk_read(&late, fresh, 9);
    rig_start(world.a);
    wait_until_said(world.a, "The brokers lost what came last.");
    rig_start(world.b);
    desk_read(&desk, world.b, 13);
    desk_read(&late, fresh, 13);
    assert_counts(&desk, 13);
    desk_end(&desk);
    desk_end(&late);
    world_end(&world);
}

/* Larger than a message may be, and as it came. */
static void
test_large(void)
{
    World world;
    g_autofree char *filler = g_strnfill(3 * 1024 * 1024, 'x');
    g_autofree char *body = g_strdup_printf("{\"n\":\"%s\"}", filler);
    Desk desk;

    world_begin(&world, 1, RIG_BAKERY);
    if (world.brokers == NULL)
        return;
    desk_begin(&desk, "/bakery", RIG_KEY);
    deliver(world.a, "/bakery", 0, 1);
    g_assert_cmpuint(rig_deliver(world.a, "/bakery", body), ==, 200);
    deliver(world.a, "/bakery", 1, 1);
    desk_read(&desk, world.b, 3);
    g_assert_true(desk_has(&desk, body));
    rig_kill(world.b);
    rig_start(world.b);
    deliver(world.b, "/bakery", 2, 1);
    desk_read(&desk, world.b, 4);
    desk_end(&desk);
    world_end(&world);
}

static void
test_sends(void)
{
    World world;
    g_autoptr(Batch) batch = NULL;
    gint64 until = g_get_monotonic_time() + RIG_PATIENCE_S * G_USEC_PER_SEC;

    world_begin(&world, 1, RIG_BAKERY);
    if (world.brokers == NULL)
        return;
    g_assert_cmpuint(rig_ask_status(world.a, "/bakery/sends",
                                    "Authorization: Bearer " RIG_KEY "\r\n",
                                    "{\"desk\":\"counter\",\"local_id\":\"1\"}"),
                     ==, 200);
    do {
        g_clear_pointer(&batch, batch_free);
        batch = rig_poll(world.b, "/bakery", RIG_KEY, 0, 1);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    } while (batch->status != 200 || batch->entries->len == 0);
    g_assert_cmpuint(batch->entries->len, ==, 1);
    g_assert_cmpstr(batch_get(batch, 0)->kind, ==, "send");
    g_assert_cmpstr(batch_get(batch, 0)->body, ==, "{\"desk\":\"counter\",\"local_id\":\"1\"}");
    world_end(&world);
}

/* What came is as it was: the proof, the time. */
static void
test_proof(void)
{
    World world;
    g_autoptr(Batch) there = NULL;
    g_autoptr(Batch) here = NULL;
    Desk desk;

    world_begin(&world, 1, RIG_BAKERY);
    if (world.brokers == NULL)
        return;
    desk_begin(&desk, "/bakery", RIG_KEY);
    deliver(world.a, "/bakery", 0, 1);
    desk_read(&desk, world.a, 1);
    desk_read(&desk, world.b, 1);
    here = rig_read_all(world.a, "/bakery", RIG_KEY, 0);
    do {
        g_clear_pointer(&there, batch_free);
        there = rig_poll(world.b, "/bakery", RIG_KEY, 0, 1);
    } while (there->status != 200 || there->entries->len == 0);
    g_assert_nonnull(batch_get(here, 0)->signature);
    g_assert_cmpstr(batch_get(here, 0)->signature, ==, batch_get(there, 0)->signature);
    g_assert_cmpint(batch_get(here, 0)->received_at, ==, batch_get(there, 0)->received_at);
    g_assert_cmpint(batch_get(here, 0)->sequence, ==, batch_get(there, 0)->sequence);
    desk_end(&desk);
    world_end(&world);
}

static void
test_tenants(void)
{
    World world;
    Desk bakery, florist;

    world_begin(&world, 1, RIG_BAKERY FLORIST);
    if (world.brokers == NULL)
        return;
    desk_begin(&bakery, "/bakery", RIG_KEY);
    desk_begin(&florist, "/florist", FLORIST_KEY);
    deliver(world.a, "/bakery", 0, 3);
    deliver(world.a, "/florist", 0, 2);
    deliver(world.b, "/bakery", 3, 1);
    deliver(world.b, "/florist", 2, 1);
    desk_read(&bakery, world.b, 4);
    desk_read(&florist, world.b, 3);
    assert_counts(&bakery, 4);
    assert_counts(&florist, 3);
    for (guint i = 0; i < 2; i++) {
        Rig *rig = i == 0 ? world.a : world.b;
        g_autoptr(Batch) wrong = rig_poll(rig, "/bakery", FLORIST_KEY, 0, 0);

        g_assert_cmpuint(wrong->status, ==, 401);
    }
    desk_end(&bakery);
    desk_end(&florist);
    world_end(&world);
}

static void
restart_with(Rig *rig, const char *tenants)
{
    rig_stop(rig);
    g_free(rig->tenants);
    rig->tenants = g_strdup(tenants);
    rig_start(rig);
}

/* A relay that did not have a tenant reads what came for it meanwhile, each time. */
static void
test_new_tenant(void)
{
    World world;
    Desk bakery, florist, late;

    world_begin(&world, 1, RIG_BAKERY);
    if (world.brokers == NULL)
        return;
    restart_with(world.a, RIG_BAKERY FLORIST);
    desk_begin(&bakery, "/bakery", RIG_KEY);
    desk_begin(&florist, "/florist", FLORIST_KEY);
    desk_begin(&late, "/florist", FLORIST_KEY);
    for (guint i = 0; i < 3; i++) {
        restart_with(world.b, RIG_BAKERY);
        deliver(world.a, "/florist", i * 2, 2);
        deliver(world.a, "/bakery", i * 2, 2);
        desk_read(&bakery, world.b, (i + 1) * 2);
        restart_with(world.b, RIG_BAKERY FLORIST);
        desk_read(&florist, world.b, (i + 1) * 2);
    }
    deliver(world.b, "/bakery", 6, 1);
    desk_read(&bakery, world.a, 7);
    desk_read(&late, world.b, 6);
    assert_counts(&bakery, 7);
    assert_counts(&late, 6);
    g_assert_cmpint(brokers_count(world.brokers), ==, 13);
    desk_end(&bakery);
    desk_end(&florist);
    desk_end(&late);
    world_end(&world);
}

/* One that fills its room is refused, at every relay, and nobody else. */
static void
test_full(void)
{
    g_autoptr(Brokers) brokers = brokers_new(1, NULL);
    g_autofree char *options =
        brokers != NULL
            ? g_strdup_printf("nats=127.0.0.1:%u\nreplicas=1\ndisk-limit-mb=4\n", brokers->ports[0])
            : NULL;
    g_autofree char *filler = g_strnfill(300 * 1024, 'x');
    g_autoptr(Rig) a = NULL;
    g_autoptr(Rig) b = NULL;
    Desk florist;
    guint status = 200;
    guint n = 0;

    if (brokers == NULL)
        return;
    a = rig_new(options, RIG_BAKERY FLORIST);
    b = rig_new(options, RIG_BAKERY FLORIST);
    for (; status == 200 && n < 100; n++) {
        g_autofree char *body = g_strdup_printf("{\"n\":%u,\"x\":\"%s\"}", n, filler);

        status = rig_deliver(a, "/bakery", body);
    }
    g_assert_cmpuint(status, ==, 503);
    desk_begin(&florist, "/florist", FLORIST_KEY);
    deliver(a, "/florist", 0, 3);
    deliver(b, "/florist", 3, 3);
    desk_read(&florist, b, 6);
    desk_read(&florist, a, 6);
    desk_end(&florist);
}

/* A relay with a log of its own joins: what it has is shared, under other numbers. */
static void
test_joins(void)
{
    g_autoptr(Brokers) brokers = brokers_new(1, NULL);
    g_autofree char *options = brokers != NULL ? brokers_dup_options(brokers) : NULL;
    g_autoptr(Rig) a = NULL;
    g_autoptr(Rig) b = NULL;
    Desk desk;

    if (brokers == NULL)
        return;
    a = rig_new(NULL, RIG_BAKERY);
    desk_begin(&desk, "/bakery", RIG_KEY);
    deliver(a, "/bakery", 0, 5);
    desk_read(&desk, a, 5);
    rig_stop(a);
    g_free(a->options);
    a->options = g_strdup(options);
    rig_start(a);
    b = rig_new(options, RIG_BAKERY);
    deliver(b, "/bakery", 5, 2);
    desk_read(&desk, b, 7);
    desk_read(&desk, a, 7);
    assert_counts(&desk, 7);
    rig_stop(a);
    g_free(a->options);
    a->options = g_strdup("");
    rig_start(a);
    deliver(a, "/bakery", 7, 1);
    desk_read(&desk, a, 8);
    desk_end(&desk);
}

/* What is wrong with a broker is said, and stops nothing. */
static void
test_no_stream(void)
{
    g_autoptr(Brokers) brokers = brokers_prepare(1, "# no jetstream");
    g_autofree char *options = brokers != NULL ? brokers_dup_options(brokers) : NULL;
    g_autofree char *check = NULL;
    g_autoptr(Rig) rig = NULL;
    Desk desk;
    int how;

    if (brokers == NULL)
        return;
    broker_start(brokers, 0);
    rig = rig_new(options, RIG_BAKERY);
    deliver(rig, "/bakery", 0, 2);
    wait_until_said(rig, "The broker has no JetStream");
    check = rig_dup_check(rig, NULL, NULL, &how);
    g_assert_nonnull(strstr(check, "wrong: The broker at nats://127.0.0.1:"));
    g_assert_nonnull(strstr(check, "has no JetStream"));
    broker_kill(brokers, 0);
    g_free(brokers->options);
    brokers->options = g_strdup("");
    broker_start(brokers, 0);
    desk_begin(&desk, "/bakery", RIG_KEY);
    desk_read(&desk, rig, 2);
    g_free(check);
    check = rig_dup_check(rig, NULL, NULL, &how);
    g_assert_nonnull(strstr(check, "ok: The brokers have the relays' log, on 1 of them."));
    desk_end(&desk);
}

/* What something that only says it is a broker has "kept" is put into the first real one. */
static void
test_liar(void)
{
    g_autoptr(Brokers) brokers = brokers_prepare(1, NULL);
    g_autofree char *options = brokers != NULL ? brokers_dup_options(brokers) : NULL;
    gint64 until = g_get_monotonic_time() + RIG_PATIENCE_S * G_USEC_PER_SEC;
    g_autoptr(Rig) rig = NULL;
    Liar *liar;
    Desk desk;

    if (brokers == NULL)
        return;
    liar = liar_new(brokers->ports[0]);
    rig = rig_new(options, RIG_BAKERY);
    deliver(rig, "/bakery", 0, 3);
    while (liar_count(liar) < 3) {
        g_main_context_iteration(NULL, FALSE);
        g_poll(NULL, 0, 2);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
    desk_begin(&desk, "/bakery", RIG_KEY);
    rig_stop(rig);
    liar_free(liar);
    broker_start(brokers, 0);
    rig_start(rig);
    desk_read(&desk, rig, 3);
    assert_counts(&desk, 3);
    desk_end(&desk);
}

/* Of a relay that is told what it must not do. */
static void
assert_refused(const char *lines, const char *why)
{
    g_autofree char *text = g_strdup_printf(
        "[relay]\nlisten=127.0.0.1:1\ndatabase=/nowhere/relay.db\n%s\n" RIG_BAKERY, lines);
    g_autofree char *said = NULL;

    g_assert_cmpint(rig_try(text, &said), ==, 2);
    if (strstr(said, why) == NULL)
        g_error("%s: %s", lines, said);
}

static void
test_configuration(void)
{
    assert_refused("nats=nats://192.0.2.1:4222", "an address on the internet");
    assert_refused("nats=10.0.0.1,[2001:db8::1]:4222", "an address on the internet");
    assert_refused("nats=broker.example.org:4222", "names are not looked up");
    assert_refused("nats=nats://relay:secret@10.0.0.1:4222", "nats-user=");
    assert_refused("nats=10.0.0.1\nnats-user=relay", "go together");
    assert_refused("nats=10.0.0.1\nnats-ca=/etc/ca.pem", "tls://");
    assert_refused("nats=10.0.0.1\nreplicas=0", "from 1 to 5");
    assert_refused("nats-user=relay", "lacks nats=");
    assert_refused("nats=100.64.0.9,[fd00::1]:4222,tls://172.16.0.1\nreplicas=9", "from 1 to 5");
}

/* It is let in by who it is, and says when it is not. */
static void
test_users(void)
{
    g_autoptr(Brokers) brokers =
        brokers_new(1, "authorization { user: relay, password: \"a-good-word\" }");
    g_autofree char *options = brokers != NULL ? brokers_dup_options(brokers) : NULL;
    g_autofree char *with =
        g_strconcat(options, "nats-user=relay\nnats-password=a-good-word\n", NULL);
    g_autofree char *wrong = g_strconcat(options, "nats-user=relay\nnats-password=another\n", NULL);
    g_autofree char *said = NULL;
    g_autoptr(Rig) a = NULL;
    g_autoptr(Rig) b = NULL;
    Desk desk;

    if (brokers == NULL)
        return;
    a = rig_new(with, RIG_BAKERY);
    b = rig_new(wrong, RIG_BAKERY);
    deliver(a, "/bakery", 0, 2);
    desk_begin(&desk, "/bakery", RIG_KEY);
    desk_read(&desk, a, 2);
    wait_until_said(b, "does not let this relay in");
    said = rig_dup_said(b);
    g_assert_null(strstr(said, "another\n"));
    desk_end(&desk);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cluster/across", test_across);
    g_test_add_func("/cluster/moves", test_moves);
    g_test_add_func("/cluster/ahead", test_ahead);
    g_test_add_func("/cluster/ends", test_ends);
    g_test_add_func("/cluster/twice", test_twice);
    g_test_add_func("/cluster/away", test_away);
    g_test_add_func("/cluster/silent", test_silent);
    g_test_add_func("/cluster/none-at-start", test_none_at_start);
    g_test_add_func("/cluster/lost", test_lost);
    g_test_add_func("/cluster/tail", test_tail);
    g_test_add_func("/cluster/large", test_large);
    g_test_add_func("/cluster/sends", test_sends);
    g_test_add_func("/cluster/proof", test_proof);
    g_test_add_func("/cluster/tenants", test_tenants);
    g_test_add_func("/cluster/new-tenant", test_new_tenant);
    g_test_add_func("/cluster/full", test_full);
    g_test_add_func("/cluster/joins", test_joins);
    g_test_add_func("/cluster/no-stream", test_no_stream);
    g_test_add_func("/cluster/liar", test_liar);
    g_test_add_func("/cluster/configuration", test_configuration);
    g_test_add_func("/cluster/users", test_users);
    return g_test_run();
}
