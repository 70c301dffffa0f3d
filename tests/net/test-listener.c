// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/error.h"
#include "sim/hostile.h"
#include "world.h"

#include <signal.h>
#include <string.h>

static void
test_requests(void)
{
    g_autoptr(World) world = world_new();
    g_autoptr(Client) client = dial(world);
    g_autofree char *head = NULL, *body = NULL, *twice = NULL, *padded = NULL, *blank = NULL;

    g_assert_true(
        say(client, "GET /echo?q=a%20b%26c&x=1 HTTP/1.1\r\nHost: x\r\nX-Name: v\r\n\r\n"));
    g_assert_cmpuint(hear(client, &head, &body), ==, 200);
    g_assert_cmpstr(body, ==, "GET /echo q=a b&c name=v single=1");
    g_assert_nonnull(strstr(head, "Content-Type: text/plain"));
    g_assert_null(strstr(head, "Server:"));

    g_assert_true(
        say(client, "GET /echo?q=%ff HTTP/1.1\r\nHost: x\r\nX-NAME: v\r\nx-name: w\r\n\r\n"));
    g_assert_cmpuint(hear(client, NULL, &twice), ==, 200);
    g_assert_cmpstr(twice, ==, "GET /echo q=none name=none single=0");

    /* blanks around a value are no part of it, those within are */
    g_assert_true(say(client, "GET /echo HTTP/1.1\r\nHost: x\r\nX-Name: \t v w \t \r\n\r\n"
                              "GET /echo HTTP/1.1\r\nHost: x\r\nX-Name:  \r\n\r\n"));
    g_assert_cmpuint(hear(client, NULL, &padded), ==, 200);
    g_assert_cmpstr(padded, ==, "GET /echo q=none name=v w single=1");
    g_assert_cmpuint(hear(client, NULL, &blank), ==, 200);
    g_assert_cmpstr(blank, ==, "GET /echo q=none name= single=1");

    g_assert_true(say(client, GOOD GOOD));
    g_assert_cmpuint(hear_status(client), ==, 200);
    g_assert_cmpuint(hear_status(client), ==, 200);
    g_assert_cmpuint(g_bytes_get_size(world->body), ==, 2);
    g_assert_cmpuint(world->n_complete, ==, 2);

    g_assert_true(say(client, "POST /webhook HTTP/1.1\r\nHost: x\r\n\r\n"));
    g_assert_cmpuint(hear_status(client), ==, 200);
    g_assert_cmpuint(g_bytes_get_size(world->body), ==, 0);
    g_assert_true(say(client, "GET /webhook HTTP/1.1\r\nHost: x\r\n\r\n"));
    g_assert_cmpuint(hear_status(client), ==, 404);
    assert_closed(client);
}

static void
test_chunked(void)
{
    g_autoptr(World) world = world_new();
    g_autoptr(Client) client = dial(world);

    g_assert_true(say(client,
                      "POST /webhook HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "3\r\nabc\r\n"));
    wait_for_bytes(world, 3);
    g_assert_true(say(client, "4\r\ndefg\r\n0\r\n\r\n"));
    g_assert_cmpuint(hear_status(client), ==, 200);
    g_assert_cmpmem(g_bytes_get_data(world->body, NULL), g_bytes_get_size(world->body), "abcdefg",
                    7);
}

static void
test_framing(void)
{
    g_autoptr(World) world = world_new();

    for (guint i = 0; i < coex_sim_n_hostile; i++) {
        const CoexSimHostile *row = &coex_sim_hostile[i];
        g_autoptr(Client) client = dial(world);
        guint status;

        g_test_message("%s", row->name);
        g_assert_true(
            say_bytes(client, row->request, row->length ? row->length : strlen(row->request)));
        status = hear_status(client);
        if (row->status != 0)
            g_assert_cmpuint(status, ==, row->status);
        else
            g_assert_cmpuint(status, !=, 200);
        if (row->closes) {
            assert_closed(client);
            continue;
        }
        g_assert_true(say(client, GOOD));
        g_assert_cmpuint(hear_status(client), ==, 200);
    }
    g_assert_cmpuint(world->n_complete, ==, COEX_SIM_NUL_STATUS == 200 ? 2 : 0);
}

/* The client promised more than it sends, and leaves. */
static void
test_lying_length(void)
{
    g_autoptr(World) world = world_new();
    g_autoptr(Client) client = dial(world);

    g_assert_true(say(client, START "Content-Length: 10\r\n\r\n{}"));
    wait_for_bytes(world, 2);
    g_socket_shutdown(client->socket, FALSE, TRUE, NULL);
    assert_closed(client);
    assert_good(world);
    g_assert_cmpuint(world->n_complete, ==, 1);
}

static void
test_refused_bodies(void)
{
    g_autoptr(World) world = world_new();
    g_autoptr(Client) small = dial(world), great = dial(world);

    g_assert_true(say(small, REFUSED GOOD));
    g_assert_cmpuint(hear_status(small), ==, 401);
    assert_closed(small);

    g_assert_true(say(great, "POST /secret HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n"));
    g_assert_cmpuint(hear_status(great), ==, 401);
    assert_closed(great);
    g_assert_cmpuint(count_bytes(world), ==, 0);
}

static void
test_expect_continue(void)
{
    g_autoptr(World) world = world_new();
    g_autoptr(Client) good = dial(world), bad = dial(world);

    g_assert_true(say(good, START "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n"));
    g_assert_cmpuint(hear_status(good), ==, 100);
    g_assert_true(say(good, "{}"));
    g_assert_cmpuint(hear_status(good), ==, 200);

    g_assert_true(say(bad, "POST /secret HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
                           "Expect: 100-continue\r\n\r\n"));
    g_assert_cmpuint(hear_status(bad), ==, 401);
    assert_closed(bad);
}

static gpointer
post_many(gpointer user_data)
{
    g_autoptr(Client) client = dial(user_data);

    for (guint i = 0; i < 250; i++) {
        g_assert_true(say(client, GOOD));
        g_assert_cmpuint(hear_status(client), ==, 200);
    }
    return NULL;
}

/* Verdicts come from another thread while exchanges fall asleep and wake. */
static void
test_verdicts_from_elsewhere(void)
{
    g_autoptr(World) world = world_new();
    GThread *threads[8];
    gint64 until = g_get_monotonic_time() + PATIENCE_S * G_USEC_PER_SEC;

    world_hold(world, TRUE);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("client", post_many, world);
    for (guint n = 0; n < 250 * G_N_ELEMENTS(threads);) {
        wait_for_sleeping(world, 1);
        g_mutex_lock(&world->lock);
        n = world->n_complete;
        g_mutex_unlock(&world->lock);
        wake_all(world, 200);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
}

/* The client leaves while its exchange sleeps: the verdict finds nobody. */
static void
test_gone_while_asleep(void)
{
    g_autoptr(World) world = world_new();
    Client *client = dial(world);

    world_hold(world, TRUE);
    g_assert_true(say(client, GOOD));
    wait_for_sleeping(world, 1);
    hang_up(client);
    wake_all(world, 200);
    world_hold(world, FALSE);
    assert_good(world);
}

static void
test_free(void)
{
    g_autoptr(World) world = world_new();
    g_autoptr(Client) asleep = dial(world), answered = dial(world), half = dial(world),
                      idle = dial(world);
    g_autoptr(GPtrArray) late = NULL;
    g_autofree char *body = NULL;

    world_hold(world, TRUE);
    g_assert_true(say(answered, GOOD));
    wait_for_sleeping(world, 1);
    g_assert_true(say(asleep, GOOD));
    wait_for_sleeping(world, 2);
    g_assert_true(say(half, START "Content-Length: 10\r\n\r\n{}"));
    wait_for_bytes(world, 6);

    late = g_steal_pointer(&world->sleeping);
    world->sleeping = g_ptr_array_new();
    coex_exchange_respond(g_ptr_array_steal_index(late, 0), 200);
    coex_listener_free(g_steal_pointer(&world->listener));
    g_assert_cmpuint(hear_status(answered), ==, 200);
    g_assert_cmpuint(hear(asleep, NULL, &body), ==, 503);
    g_assert_cmpuint(hear_status(half), ==, 0);
    g_assert_cmpuint(hear_status(idle), ==, 0);
    g_assert_cmpint(g_atomic_int_get(&world->n_data), ==, 1);
    coex_exchange_set_text(late->pdata[0], "too late");
    coex_exchange_respond(late->pdata[0], 200);
    g_assert_cmpint(g_atomic_int_get(&world->n_data), ==, 0);
}

#define WORK_US (600 * 1000) /* longer than the listener gives its last answers */

static void
take_piece_slowly(CoexExchange *exchange, const void *bytes, gsize length, gpointer user_data)
{
    gint64 until = g_get_monotonic_time() + WORK_US;

    world_handler.piece(exchange, bytes, length, user_data);
    while (length > 2 && g_get_monotonic_time() < until)
        continue;
}

/* A refusal that is due when the time for it is over neither waits nor brings the process down. */
static void
test_free_late(void)
{
    g_autoptr(World) world = world_new();
    g_autoptr(Client) refused = NULL, slow = NULL;
    g_autoptr(GError) error = NULL;
    CoexListenerHandler handler = world_handler;

    handler.piece = take_piece_slowly;
    coex_listener_free(world->listener);
    world->listener = coex_listener_new("127.0.0.1:0", NULL, &handler, world, &error);
    g_assert_no_error(error);
    refused = dial(world);
    slow = dial(world);
    world_hold(world, TRUE);
    g_assert_true(say(refused, GOOD));
    wait_for_sleeping(world, 1);
    g_assert_true(say(slow, START "Content-Length: 300000\r\n\r\n"));
    g_assert_true(say_many(slow, 'a', 299999));
    wait_for_bytes(world, 3);
    wake_all(world, 401);
    coex_listener_free(g_steal_pointer(&world->listener));
    g_assert_cmpuint(hear_status(refused), ==, 401);
}

/* ---- start ---- */

static void
test_bad_addresses(void)
{
    static const char *const bad[] = {
        "",
        "off",
        "127.0.0.1",
        "8480",
        ":8480",
        "127.0.0.1:",
        "1.2.3:1",
        "127.0.0.1:x",
        "127.0.0.1:-1",
        "127.0.0.1:65536",
        "::1:8480",
        "[::1]",
        "[::1:8480",
        "example.org:1",
        "[127.0.0.1:80",
        "127.0.0.1 :1",
        "[]:1",
        "127.0.0.1:1 ",
    };

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        g_test_message("%s", bad[i]);
        g_assert_null(coex_listener_new(bad[i], NULL, &world_handler, NULL, &error));
        g_assert_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT);
        g_assert_nonnull(strstr(error->message, "{@listen}"));
    }
}

static void
test_good_addresses(void)
{
    static const char *const good[] = { "127.0.0.1:0", "localhost:0", "0.0.0.0:0", "[::1]:0" };

    for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(CoexListener) listener =
            coex_listener_new(good[i], NULL, &world_handler, NULL, &error);

        if (listener == NULL && good[i][0] == '[') {
            /* a machine without IPv6 */
            g_assert_error(error, COEX_ERROR, COEX_ERROR_LISTEN);
            continue;
        }
        g_assert_no_error(error);
        g_assert_cmpuint(coex_listener_get_port(listener), >, 0);
    }
}

static void
test_port_taken(void)
{
    g_autoptr(World) world = world_new();
    g_autofree char *address =
        g_strdup_printf("127.0.0.1:%u", coex_listener_get_port(world->listener));
    g_autoptr(GError) error = NULL;

    g_assert_null(coex_listener_new(address, NULL, &world_handler, NULL, &error));
    g_assert_error(error, COEX_ERROR, COEX_ERROR_LISTEN);
    g_assert_nonnull(strstr(error->message, address));
    g_assert_nonnull(strstr(error->message, "another program uses this port"));
    g_assert_nonnull(strstr(error->message, "{@listen}"));
}

/* The host's signal handlers must never run in the listener's thread. */
static void
test_signals(void)
{
    g_autoptr(World) world = world_new();
    g_autoptr(GDir) tasks = g_dir_open("/proc/self/task", 0, NULL);
    const char *id;
    guint64 blocked = 0;

    assert_good(world);
    while ((id = g_dir_read_name(tasks)) != NULL) {
        g_autofree char *path = g_build_filename("/proc/self/task", id, "status", NULL);
        g_autofree char *status = NULL;

        if (!g_file_get_contents(path, &status, NULL, NULL) ||
            strstr(status, "Name:\tcoex-listener\n") == NULL)
            continue;
        blocked = g_ascii_strtoull(strstr(status, "SigBlk:\t") + strlen("SigBlk:\t"), NULL, 16);
    }
    g_assert_cmpuint(blocked >> (SIGTERM - 1) & 1, ==, 1);
    g_assert_cmpuint(blocked >> (SIGCHLD - 1) & 1, ==, 1);
    g_assert_cmpuint(blocked >> (SIGPIPE - 1) & 1, ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/listener/requests", test_requests);
    g_test_add_func("/listener/chunked", test_chunked);
    g_test_add_func("/listener/framing", test_framing);
    g_test_add_func("/listener/lying-length", test_lying_length);
    g_test_add_func("/listener/refused-bodies", test_refused_bodies);
    g_test_add_func("/listener/expect-continue", test_expect_continue);
    g_test_add_func("/listener/verdicts-from-elsewhere", test_verdicts_from_elsewhere);
    g_test_add_func("/listener/gone-while-asleep", test_gone_while_asleep);
    g_test_add_func("/listener/free", test_free);
    g_test_add_func("/listener/free-late", test_free_late);
    g_test_add_func("/listener/bad-addresses", test_bad_addresses);
    g_test_add_func("/listener/good-addresses", test_good_addresses);
    g_test_add_func("/listener/port-taken", test_port_taken);
    g_test_add_func("/listener/signals", test_signals);
    return g_test_run();
}
