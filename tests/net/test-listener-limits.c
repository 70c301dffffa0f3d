// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"

#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static void
test_headers_size(void)
{
    static const guint sizes_kb[] = { 8, 32, 70, 1000 };

    for (guint i = 0; i < G_N_ELEMENTS(sizes_kb); i++) {
        g_autoptr(World) world = world_new();
        g_autoptr(Client) client = dial(world);
        guint status;

        say(client, START "X-A: ");
        say_many(client, 'a', sizes_kb[i] * 1024);
        say(client, "\r\nContent-Length: 2\r\n\r\n{}");
        status = hear_status(client);
        if (sizes_kb[i] < 64)
            g_assert_cmpuint(status, ==, 200);
        else
            /* the reset may overtake the answer */
            g_assert_true(status == 431 || status == 0);
        assert_good(world);
    }
}

static void
test_endless_chunks(void)
{
    g_autoptr(World) world = world_new();
    g_autoptr(Client) client = dial(world);
    g_autofree char *chunk = g_strnfill(65536, 'a');
    guint sent = 0;

    g_assert_true(say(client, START "Transfer-Encoding: chunked\r\n\r\n"));
    while (say(client, "10000\r\n") && say(client, chunk) && say(client, "\r\n")) {
        sent++;
        g_assert_cmpuint(sent, <, 1000);
    }
    assert_closed(client);
    g_assert_cmpuint(world->n_complete, ==, 0);
    g_assert_cmpuint(count_bytes(world), <=, COEX_LISTENER_BODY_MAX);
    assert_good(world);
}

static void
test_largest_body(void)
{
    g_autoptr(World) world = world_new();
    g_autoptr(Client) client = dial(world);

    g_assert_true(say(client, START "Content-Length: 8388608\r\n\r\n"));
    g_assert_true(say_many(client, 'a', COEX_LISTENER_BODY_MAX));
    g_assert_cmpuint(hear_status(client), ==, 200);
    g_assert_cmpuint(count_bytes(world), ==, COEX_LISTENER_BODY_MAX);
    g_assert_cmpuint(g_bytes_get_size(world->body), ==, COEX_LISTENER_BODY_MAX);
}

#define N_LARGE 3
#define LARGE (7 * 1024 * 1024)

/* Three unfinished bodies of 7 MB leave no room for a fourth, but for a message. */
static void
test_bodies_together(void)
{
    g_autoptr(World) world = world_new();
    g_autoptr(GPtrArray) large = g_ptr_array_new_with_free_func((GDestroyNotify)hang_up);
    g_autofree char *head = g_strdup_printf(START "Content-Length: %d\r\n\r\n", LARGE);
    g_autofree char *chunk = g_strnfill(0x500000, 'a');

    for (guint i = 0; i < N_LARGE; i++) {
        g_ptr_array_add(large, dial(world));
        g_assert_true(say(large->pdata[i], head));
        g_assert_true(say_many(large->pdata[i], 'a', LARGE - 1));
    }
    wait_for_bytes(world, N_LARGE * (LARGE - 1));

    g_autoptr(Client) fourth = dial(world);
    g_assert_true(say(fourth, head));
    g_assert_cmpuint(hear_status(fourth), ==, 503);
    assert_closed(fourth);
    assert_good(world);
    /* of unknown length, so it is found out in the middle, and skipped */
    g_autoptr(Client) chunked = dial(world);
    g_assert_true(say(chunked, START "Transfer-Encoding: chunked\r\n\r\n500000\r\n"));
    g_assert_true(say(chunked, chunk));
    g_assert_true(say(chunked, "\r\n0\r\n\r\n" GOOD));
    g_assert_cmpuint(hear_status(chunked), ==, 503);
    g_assert_cmpuint(hear_status(chunked), ==, 200);

    for (guint i = 0; i < N_LARGE; i++) {
        g_assert_true(say(large->pdata[i], "a"));
        g_assert_cmpuint(hear_status(large->pdata[i]), ==, 200);
    }
    g_assert_true(say(large->pdata[0], head));
    g_assert_true(say_many(large->pdata[0], 'a', LARGE));
    g_assert_cmpuint(hear_status(large->pdata[0]), ==, 200);
}

/* All of them wake at once; exactly 128 was too much for libmicrohttpd's own thread. */
static void
test_many_asleep(void)
{
    static const guint counts[] = { 127, 128, 129, 300 };
    g_autoptr(World) world = world_new();

    world_hold(world, TRUE);
    for (guint i = 0; i < G_N_ELEMENTS(counts); i++) {
        g_autoptr(GPtrArray) clients = g_ptr_array_new_with_free_func((GDestroyNotify)hang_up);

        for (guint k = 0; k < counts[i]; k++)
            g_ptr_array_add(clients, dial(world));
        for (guint round = 0; round < 10; round++) {
            for (guint k = 0; k < counts[i]; k++)
                g_assert_true(say(clients->pdata[k], GOOD));
            wait_for_sleeping(world, counts[i]);
            wake_all(world, 200);
            for (guint k = 0; k < counts[i]; k++)
                g_assert_cmpuint(hear_status(clients->pdata[k]), ==, 200);
        }
    }
}

static void
test_descriptors(void)
{
    g_autoptr(World) world = world_new();
    guint before;

    assert_good(world);
    before = count_fds();
    for (guint i = 0; i < 200; i++) {
        g_autoptr(Client) client = dial(world);

        if (i % 4 == 0)
            continue;
        g_assert_true(say(client, GOOD));
        if (i % 4 == 1)
            continue;
        g_assert_cmpuint(hear_status(client), ==, 200);
        if (i % 4 == 2)
            g_socket_shutdown(client->socket, FALSE, TRUE, NULL);
    }
    assert_fds_back(world, before);
}

static void
test_idle_crowd(void)
{
    g_autoptr(World) world = world_new();
    guint before = count_fds();

    {
        g_autoptr(GPtrArray) crowd = g_ptr_array_new_with_free_func((GDestroyNotify)hang_up);
        gint64 start;

        for (guint i = 0; i < 400; i++) {
            g_ptr_array_add(crowd, dial(world));
            if (i % 2)
                g_assert_true(say(crowd->pdata[i], START "X-A: "));
        }
        start = g_get_monotonic_time();
        assert_good(world);
        g_assert_cmpint(g_get_monotonic_time() - start, <,
                        COEX_LISTENER_HEADER_S * TEST_SLOWNESS * G_USEC_PER_SEC);
    }
    assert_fds_back(world, before);
}

/* More than it takes: the rest waits, and is served when the others leave. */
static void
test_too_many(void)
{
    g_autoptr(World) world = world_new();
    g_autoptr(GPtrArray) crowd = g_ptr_array_new_with_free_func((GDestroyNotify)hang_up);
    g_autoptr(Client) late = NULL;

    world_hold(world, TRUE);
    for (guint i = 0; i < COEX_LISTENER_CONNECTIONS; i++) {
        g_ptr_array_add(crowd, dial(world));
        g_assert_true(say(crowd->pdata[i], GOOD));
    }
    wait_for_sleeping(world, COEX_LISTENER_CONNECTIONS);
    late = dial(world);
    g_assert_true(say(late, GOOD));
    world_hold(world, FALSE);
    wake_all(world, 200);
    g_ptr_array_set_size(crowd, 0);
    g_assert_cmpuint(hear_status(late), ==, 200);
}

/* More slow clients than places, of each kind: a delivery does not wait for the end of their time,
 * and none of its kind loses its place for them. */
static void
test_slow_crowd(void)
{
    static const char *const beginnings[] = { "",
                                              START "X-A: ", START "Content-Length: 999\r\n\r\n{",
                                              START "Transfer-Encoding: chunked\r\n\r\n5\r\n" };
    g_autoptr(World) world = world_new();
    g_autoptr(GPtrArray) crowd = g_ptr_array_new_with_free_func((GDestroyNotify)hang_up);
    g_autoptr(Client) kept = dial(world), slow = dial(world), large = dial(world);
    g_autofree char *head = g_strdup_printf(START "Content-Length: %d\r\n\r\n", LARGE);
    gint64 start;

    g_assert_true(say(kept, GOOD));
    g_assert_cmpuint(hear_status(kept), ==, 200);
    g_assert_true(say(slow, "POST /proven HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n"));
    g_assert_true(say(large, head));
    g_assert_true(say_many(large, 'a', LARGE - 1));
    wait_for_bytes(world, LARGE - 1);
    start = g_get_monotonic_time();
    for (guint i = 0; i < 600; i++) {
        g_ptr_array_add(crowd, dial(world));
        say(crowd->pdata[i], beginnings[i % G_N_ELEMENTS(beginnings)]);
    }
    for (guint i = 0; i < 20; i++)
        assert_good(world);
    g_assert_cmpint(g_get_monotonic_time() - start, <,
                    COEX_LISTENER_HEADER_S * TEST_SLOWNESS * G_USEC_PER_SEC);
    g_assert_true(say(kept, GOOD));
    g_assert_cmpuint(hear_status(kept), ==, 200);
    g_assert_true(say(slow, "{}"));
    g_assert_cmpuint(hear_status(slow), ==, 200);
    g_assert_true(say(large, "a"));
    g_assert_cmpuint(hear_status(large), ==, 200);
}

/* They may be as many and as eager as they like: each has one request, and leaves its place. */
static void
test_strangers(void)
{
    g_autoptr(World) world = world_new();
    g_autoptr(GPtrArray) strangers = g_ptr_array_new_with_free_func((GDestroyNotify)hang_up);
    gint64 start = g_get_monotonic_time();

    for (guint i = 0; i < COEX_LISTENER_CONNECTIONS; i++) {
        g_ptr_array_add(strangers, dial(world));
        g_assert_true(say(strangers->pdata[i], REFUSED REFUSED REFUSED));
    }
    assert_good(world);
    for (guint i = 0; i < strangers->len; i++) {
        g_assert_cmpuint(hear_status(strangers->pdata[i]), ==, 401);
        assert_closed(strangers->pdata[i]);
    }
    g_assert_cmpint(g_get_monotonic_time() - start, <,
                    COEX_LISTENER_IDLE_S * TEST_SLOWNESS * G_USEC_PER_SEC * 2 / 3);

    for (guint i = 0; i < 200; i++) {
        g_ptr_array_add(strangers, dial(world));
        g_assert_true(say(strangers->pdata[strangers->len - 1], REFUSED));
    }
    g_clear_pointer(&world->listener, coex_listener_free);
}

/* ---- time: the real 5, 15 and 20 seconds, all at once ---- */

typedef struct {
    const char *name;
    const char *first;  /* said at once */
    const char *answer; /* of it, waited for; NULL */
    const char *drip;   /* repeated every half second; NULL */
    guint times;        /* in a row */
    double from_s, to_s;
} SlowCase;

/* A machine under load may be late, never early. */
static const SlowCase slow_cases[] = {
    { "silent from the start", "", NULL, NULL, 0, 5, 12 },
    { "headers stop", START "X-A: ", NULL, NULL, 0, 5, 12 },
    { "headers drip", START "X-A: ", NULL, "a", 1, 5, 12 },
    { "request line drips", "P", NULL, "O", 1, 5, 12 },
    { "body stops", START "Content-Length: 100\r\n\r\n{", NULL, NULL, 0, 15, 25 },
    { "body drips", START "Content-Length: 100\r\n\r\n{", NULL, "a", 1, 15, 25 },
    /* 256 KB/s; answered and closed at its end */
    { "body keeps pace", START "Connection: close\r\nContent-Length: 4718592\r\n\r\n", NULL, "a",
      128 * 1024, 17.5, 27 },
    { "idle after a request", GOOD, "200", NULL, 0, 15, 25 },
    { "next headers drip", GOOD START "X-A: ", "200", "a", 1, 20, 30 },
};

typedef struct {
    Client *client;
    double closed_s; /* 0: not yet */
} Slow;

static void
drip_and_look(const SlowCase *row, Slow *slow, double now_s, gboolean drip)
{
    if (slow->closed_s > 0)
        return;
    if (drip && row->drip != NULL)
        say_many(slow->client, *row->drip, row->times);
    if (!(g_socket_condition_check(slow->client->socket, G_IO_IN | G_IO_HUP) &
          (G_IO_IN | G_IO_HUP)))
        return;
    if (!hear_more(slow->client))
        slow->closed_s = now_s;
}

static void
test_slow_clients(void)
{
    g_autoptr(World) world = world_new();
    Slow slow[G_N_ELEMENTS(slow_cases)] = { 0 };
    GPollFD fds[G_N_ELEMENTS(slow_cases)] = { 0 };
    g_autoptr(GTimer) timer = g_timer_new();
    double next_drip_s = 0;

    for (guint i = 0; i < G_N_ELEMENTS(slow_cases); i++) {
        slow[i].client = dial(world);
        say(slow[i].client, slow_cases[i].first);
        if (slow_cases[i].answer != NULL)
            g_assert_cmpuint(hear_status(slow[i].client), ==,
                             g_ascii_strtoull(slow_cases[i].answer, NULL, 10));
        fds[i].fd = g_socket_get_fd(slow[i].client->socket);
        fds[i].events = G_IO_IN;
    }
    for (guint n_open = 1; n_open > 0;) {
        double now_s = g_timer_elapsed(timer, NULL);
        gboolean drip = now_s >= next_drip_s;

        n_open = 0;
        if (drip)
            next_drip_s = now_s + 0.5;
        for (guint i = 0; i < G_N_ELEMENTS(slow_cases); i++) {
            drip_and_look(&slow_cases[i], &slow[i], now_s, drip);
            fds[i].fd = slow[i].closed_s > 0 ? -1 : fds[i].fd;
            n_open += slow[i].closed_s == 0;
        }
        g_assert_cmpfloat(now_s, <, 40);
        g_poll(fds, G_N_ELEMENTS(fds), 250);
    }
    for (guint i = 0; i < G_N_ELEMENTS(slow_cases); i++) {
        g_test_message("%s: %.1f s", slow_cases[i].name, slow[i].closed_s);
        g_assert_cmpfloat(slow[i].closed_s, >=, slow_cases[i].from_s - 0.5);
        g_assert_cmpfloat(slow[i].closed_s, <=, slow_cases[i].to_s);
        hang_up(slow[i].client);
    }
}

/* ---- no descriptors ---- */

static double
cpu_s(void)
{
    struct timespec used;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return used.tv_sec + used.tv_nsec / 1e9;
}

/* The descriptor table is full when the client arrives, before it the listener has no connection:
 * it must neither spin nor stay deaf. */
static void
run_out_of_descriptors(void)
{
    g_autoptr(World) world = world_new();
    g_autoptr(GSocketAddress) address =
        g_inet_socket_address_new_from_string("127.0.0.1", coex_listener_get_port(world->listener));
    struct rlimit limit;
    Client *client = g_new0(Client, 1);
    int fillers[256], n = 0;
    double used_s;

    client->heard = g_string_new(NULL);
    client->socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 128;
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &limit), ==, 0);
    while (n < 256 && (fillers[n] = dup(1)) >= 0)
        n++;
    g_assert_cmpint(n, <, 128);

    g_assert_true(g_socket_connect(client->socket, address, NULL, NULL));
    g_assert_true(say(client, GOOD));
    used_s = cpu_s();
    g_assert_false(
        g_socket_condition_timed_wait(client->socket, G_IO_IN, G_USEC_PER_SEC, NULL, NULL));
    g_assert_cmpfloat(cpu_s() - used_s, <, 0.5);

    while (n > 0)
        close(fillers[--n]);
    g_assert_cmpuint(hear_status(client), ==, 200);
    hang_up(client);
    assert_good(world);
}

/* The slow ones have all that there are, and give way. */
static void
run_out_by_slow_clients(void)
{
    g_autoptr(World) world = world_new();
    g_autoptr(GPtrArray) crowd = g_ptr_array_new_with_free_func((GDestroyNotify)hang_up);
    struct rlimit limit;
    int fillers[256], n = 0;
    guint before = count_fds();

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 128;
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &limit), ==, 0);
    for (guint i = 0; i < 40; i++) {
        g_ptr_array_add(crowd, dial(world));
        g_assert_true(say(crowd->pdata[i], START "X-A: "));
    }
    /* Both ends of each: what was not taken yet would take the free one below. */
    while (count_fds() < before + 40 * 2)
        g_thread_yield();
    while (n < 256 && (fillers[n] = dup(1)) >= 0)
        n++;
    close(fillers[--n]);
    assert_good(world);
    while (n > 0)
        close(fillers[--n]);
}

static void
run_apart(void (*run)(void))
{
    if (TEST_SLOWNESS > 1) {
        g_test_skip("valgrind takes a client it has no descriptor for, and drops it");
        return;
    }
    if (g_test_subprocess()) {
        run();
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
    g_test_trap_assert_passed();
}

static void
test_no_descriptors(void)
{
    run_apart(run_out_of_descriptors);
}

static void
test_slow_clients_have_them(void)
{
    run_apart(run_out_by_slow_clients);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/listener-limits/headers-size", test_headers_size);
    g_test_add_func("/listener-limits/endless-chunks", test_endless_chunks);
    g_test_add_func("/listener-limits/largest-body", test_largest_body);
    g_test_add_func("/listener-limits/bodies-together", test_bodies_together);
    g_test_add_func("/listener-limits/many-asleep", test_many_asleep);
    g_test_add_func("/listener-limits/descriptors", test_descriptors);
    g_test_add_func("/listener-limits/idle-crowd", test_idle_crowd);
    g_test_add_func("/listener-limits/too-many", test_too_many);
    g_test_add_func("/listener-limits/slow-crowd", test_slow_crowd);
    g_test_add_func("/listener-limits/strangers", test_strangers);
    g_test_add_func("/listener-limits/slow-clients", test_slow_clients);
    g_test_add_func("/listener-limits/no-descriptors", test_no_descriptors);
    g_test_add_func("/listener-limits/slow-clients-have-them", test_slow_clients_have_them);
    return g_test_run();
}
