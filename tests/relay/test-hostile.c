// SPDX-License-Identifier: GPL-2.0-or-later
#include "rig.h"

#include <string.h>
#include <sys/resource.h>

/* Strangers and desks that mean no good: the others go on, nothing of theirs is told or filled. */

#define POLL "GET %s/deliveries?after=%s&wait=60 HTTP/1.1\r\nHost: x\r\n%s\r\n"
#define KEY_HEAD "Authorization: Bearer %s\r\n"

static GIOStream *
begin_poll(Rig *rig, const char *path, const char *key, const char *after)
{
    GIOStream *connection = rig_dial(rig);
    g_autofree char *head = g_strdup_printf(KEY_HEAD, key);
    g_autofree char *text = g_strdup_printf(POLL, path, after, head);

    stream_say(connection, text);
    return connection;
}

static void
assert_good(Rig *rig, const char *id)
{
    g_autofree char *body = g_strdup_printf("{\"id\":\"%s\"}", id);

    g_assert_cmpuint(rig_deliver(rig, "/bakery", body), ==, 200);
}

/* Until so many of them were answered. */
static void
wait_for_answers(const GPtrArray *polls, guint count)
{
    g_autoptr(GArray) fds = g_array_new(FALSE, TRUE, sizeof(GPollFD));
    guint n_answered = 0;

    for (guint i = 0; i < polls->len; i++) {
        GSocket *socket = g_socket_connection_get_socket(g_ptr_array_index(polls, i));
        GPollFD fd = { g_socket_get_fd(socket), G_IO_IN, 0 };

        g_array_append_val(fds, fd);
    }
    while (n_answered < count) {
        g_assert_cmpint(g_poll((GPollFD *)fds->data, fds->len, 30 * 1000), >, 0);
        for (guint i = fds->len; i > 0; i--) {
            if (g_array_index(fds, GPollFD, i - 1).revents == 0)
                continue;
            n_answered++;
            g_array_remove_index_fast(fds, i - 1);
        }
    }
}

/* Of one key sixteen wait; who comes later is let in, and who waited longest has to ask again. */
static void
test_endless_polls(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, RIG_BAKERY);
    g_autoptr(GPtrArray) polls = g_ptr_array_new_with_free_func(g_object_unref);

    for (guint i = 0; i < 60; i++)
        g_ptr_array_add(polls, begin_poll(rig, "/bakery", RIG_KEY, "0"));
    wait_for_answers(polls, 44);
    assert_good(rig, "one");
    for (guint i = 0; i < 60; i++)
        g_assert_cmpuint(stream_hear(g_ptr_array_index(polls, i)), ==, 200);
    g_autoptr(Batch) batch = rig_poll(rig, "/bakery", RIG_KEY, 0, 0);
    g_assert_cmpuint(batch->entries->len, ==, 1);
}

/* Strangers hold all the places that they can have: neither webhooks nor desks stay outside. */
static void
test_strangers(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, RIG_BAKERY);
    g_autoptr(GPtrArray) idle = g_ptr_array_new_with_free_func(g_object_unref);

    for (guint i = 0; i < 600; i++) {
        g_ptr_array_add(idle, rig_dial(rig));
        if (i % 2 == 0)
            stream_say(g_ptr_array_index(idle, i),
                       "POST /bakery HTTP/1.1\r\nHost: x\r\nContent-Le");
    }
    assert_good(rig, "one");
    g_autoptr(Batch) batch = rig_poll(rig, "/bakery", RIG_KEY, 0, 0);
    g_assert_cmpuint(batch->status, ==, 200);
    g_assert_cmpuint(batch->entries->len, ==, 1);
}

/* Who guesses keys is refused, and only slowly. */
static void
test_guesses(void)
{
    g_autoptr(Rig) rig = rig_new(NULL, RIG_BAKERY);
    g_autoptr(GPtrArray) guesses = g_ptr_array_new_with_free_func(g_object_unref);
    g_autofree char *long_key = g_strnfill(20000, 'k');

    for (guint i = 0; i < 200; i++) {
        g_autofree char *key = g_strdup_printf("guess-number-%u", i);

        g_ptr_array_add(guesses, begin_poll(rig, "/bakery", i % 50 == 0 ? long_key : key, "0"));
    }
    assert_good(rig, "one");
    for (guint i = 0; i < guesses->len; i++)
        g_assert_cmpuint(stream_hear(g_ptr_array_index(guesses, i)), ==, 401);
}

/* Where two could disagree about the end of a body there is none, for desks as for webhooks
 * (test-requests.c). */
static void
test_framing(void)
{
    static const char *const bad[] = {
        "GET /bakery/deliveries HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
        "POST /bakery/sends HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /bakery/sends HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n"
        "{}}",
        "PUT /bakery/sends HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
    };
    g_autoptr(Rig) rig = rig_new(NULL, RIG_BAKERY);

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GIOStream) connection = rig_dial(rig);
        guint status;

        stream_say(connection, bad[i]);
        status = stream_hear(connection);
        g_assert_true(status == 0 || (status >= 400 && status < 500));
    }
    assert_good(rig, "one");
    g_autoptr(Batch) batch = rig_poll(rig, "/bakery", RIG_KEY, 0, 0);
    g_assert_cmpuint(batch->entries->len, ==, 1);
}

static gboolean
may_open(guint n)
{
    struct rlimit limit;

    g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &limit), ==, 0);
    if (limit.rlim_max < n) {
        g_test_skip("not so many descriptors may be open here");
        return FALSE;
    }
    limit.rlim_cur = limit.rlim_max;
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &limit), ==, 0);
    return TRUE;
}

#define N_CONNECTIONS 10000
#define N_HELD 2500 /* more than there are places for all desks together */

/* A desk that connects ten thousand times, and holds on to what it has, has so many places and no
 * more: another number's desk has its own. */
static void
test_one_key(void)
{
    g_autoptr(Rig) rig =
        rig_new(NULL, RIG_BAKERY "[tenant cafe]\npath=/cafe\nnumber=+493023125018\n"
                                 "app-secret=" RIG_SECRET "\ndesk-key=key-of-the-cafe-01\n");
    g_autoptr(GPtrArray) held = g_ptr_array_new_with_free_func(g_object_unref);
    guint n_refused = 0;

    for (guint i = 0; i < 100; i++)
        g_ptr_array_add(held, begin_poll(rig, "/bakery", RIG_KEY, "0"));
    wait_for_answers(held, 84);
    for (guint i = 0; i < 100; i++) {
        GIOStream *stream = g_ptr_array_index(held, i);
        GSocket *socket = g_socket_connection_get_socket(G_SOCKET_CONNECTION(stream));

        if (g_socket_condition_check(socket, G_IO_IN) != 0)
            n_refused += stream_hear(stream) == 503 ? 1 : 0;
    }
    g_assert_cmpuint(n_refused, >, 0);
    g_ptr_array_set_size(held, 0);
    if (!may_open(N_HELD + 200))
        return;
    for (guint i = 0; i < N_CONNECTIONS; i++) {
        if (held->len == N_HELD)
            g_ptr_array_remove_index_fast(held, 0);
        g_ptr_array_add(held, begin_poll(rig, "/bakery", RIG_KEY, "0"));
    }
    g_autoptr(Batch) other = rig_poll(rig, "/cafe", "key-of-the-cafe-01", 0, 0);
    g_assert_cmpuint(other->status, ==, 200);
    g_assert_cmpuint(rig_deliver(rig, "/cafe", "{}"), ==, 200);
    g_autoptr(Batch) next = rig_poll(rig, "/cafe", "key-of-the-cafe-01", 0, 60);
    g_assert_cmpuint(next->entries->len, ==, 1);
    assert_good(rig, "one");
    g_ptr_array_set_size(held, 0);
    g_autoptr(Batch) batch = rig_read_all(rig, "/bakery", RIG_KEY, 0);
    g_assert_cmpuint(batch->entries->len, ==, 1);
}

#define N_DESKS 1000

static guint64
get_memory_kb(Rig *rig)
{
    g_autofree char *path =
        g_strdup_printf("/proc/%s/status", g_subprocess_get_identifier(rig->process));
    g_autofree char *text = NULL;
    const char *line;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    line = strstr(text, "VmRSS:");
    g_assert_nonnull(line);
    return g_ascii_strtoull(line + strlen("VmRSS:"), NULL, 10);
}

static void
assert_memory(Rig *rig)
{
    if (TEST_SLOWNESS == 1 && g_getenv("COEX_VARIANT") == NULL)
        g_assert_cmpuint(get_memory_kb(rig), <, 64 * 1024);
}

/* The whole answer, of which the first bytes are taken. Whether the connection stays. */
static gboolean
end_answer(GIOStream *connection)
{
    GInputStream *input = g_io_stream_get_input_stream(connection);
    g_autoptr(GString) head = g_string_new(NULL);
    g_autofree char *rest = NULL;
    const char *length;
    char byte;

    while (!g_str_has_suffix(head->str, "\r\n\r\n")) {
        g_assert_cmpint(g_input_stream_read(input, &byte, 1, NULL, NULL), ==, 1);
        g_string_append_c(head, byte);
    }
    length = strstr(head->str, "Content-Length: ");
    g_assert_nonnull(length);
    rest = g_malloc(10000);
    g_assert_true(g_input_stream_read_all(
        input, rest, g_ascii_strtoull(length + strlen("Content-Length: "), NULL, 10), NULL, NULL,
        NULL));
    return strstr(head->str, "Connection: close") == NULL;
}

typedef struct {
    char *path;
    char *key;
    GIOStream *connection; /* on which it waits; NULL: it has none */
} Waiter;

static void
waiter_free(gpointer data)
{
    Waiter *waiter = data;

    g_free(waiter->path);
    g_free(waiter->key);
    g_clear_object(&waiter->connection);
    g_free(waiter);
}

static GPtrArray *
make_waiters(GString *tenants)
{
    GPtrArray *waiters = g_ptr_array_new_with_free_func(waiter_free);

    for (guint i = 0; i < N_DESKS; i++) {
        Waiter *waiter = g_new0(Waiter, 1);

        waiter->path = g_strdup_printf("/t%u", i);
        waiter->key = g_strdup_printf("key-of-the-tenant-%u", i);
        g_string_append_printf(tenants,
                               "[tenant t%u]\npath=%s\nnumber=+4930231%05u\napp-secret=" RIG_SECRET
                               "\ndesk-key=%s\n",
                               i, waiter->path, i, waiter->key);
        g_ptr_array_add(waiters, waiter);
    }
    return waiters;
}

static void
begin_wait(Rig *rig, Waiter *waiter, const char *after)
{
    g_autofree char *head = g_strdup_printf(KEY_HEAD, waiter->key);
    g_autofree char *text = g_strdup_printf(POLL, waiter->path, after, head);

    if (waiter->connection == NULL)
        waiter->connection = rig_dial(rig);
    stream_say(waiter->connection, text);
}

/* Something comes for it. */
static void
end_wait(Rig *rig, Waiter *waiter)
{
    g_assert_cmpuint(rig_deliver(rig, waiter->path, "{}"), ==, 200);
    g_assert_cmpuint(stream_hear(waiter->connection), ==, 200);
    if (!end_answer(waiter->connection))
        g_clear_object(&waiter->connection);
}

/* A thousand numbers, for each of which a desk waits, and after an answer waits again, take 64 MB
 * at most, and none of the places that webhooks have. */
static void
test_thousand(void)
{
    g_autoptr(GString) tenants = g_string_new(NULL);
    g_autoptr(GPtrArray) waiters = make_waiters(tenants);

    if (!may_open(N_DESKS + 200))
        return;
    g_autoptr(Rig) rig = rig_new(NULL, tenants->str);
    for (guint i = 0; i < N_DESKS; i++)
        begin_wait(rig, waiters->pdata[i], "0");
    /* the last one has its place when its key is known */
    end_wait(rig, waiters->pdata[N_DESKS - 1]);
    assert_memory(rig);
    for (guint i = 0; i < N_DESKS - 1; i++)
        end_wait(rig, waiters->pdata[i]);
    for (guint i = 0; i < N_DESKS; i++)
        begin_wait(rig, waiters->pdata[i], "1");
    g_assert_cmpuint(rig_deliver(rig, "/t999", "{\"id\":2}"), ==, 200);
    g_assert_cmpuint(stream_hear(((Waiter *)waiters->pdata[N_DESKS - 1])->connection), ==, 200);
    assert_memory(rig);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hostile/endless-polls", test_endless_polls);
    g_test_add_func("/hostile/strangers", test_strangers);
    g_test_add_func("/hostile/guesses", test_guesses);
    g_test_add_func("/hostile/framing", test_framing);
    g_test_add_func("/hostile/one-key", test_one_key);
    g_test_add_func("/hostile/thousand", test_thousand);
    return g_test_run();
}
