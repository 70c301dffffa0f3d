// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"

#include <string.h>

static void
on_data_over(gpointer data)
{
    g_atomic_int_add((gint *)data, -1);
}

static guint
answer_echo(CoexExchange *exchange)
{
    gboolean single = FALSE;
    const char *value = coex_exchange_get_header(exchange, "x-name", &single);
    const char *query = coex_exchange_get_query(exchange, "q");
    g_autofree char *text = g_strdup_printf(
        "%s %s q=%s name=%s single=%d", coex_exchange_get_method(exchange),
        coex_exchange_get_path(exchange), query ? query : "none", value ? value : "none", single);

    coex_exchange_set_text(exchange, text);
    return 200;
}

static guint
on_head(CoexExchange *exchange, gpointer user_data)
{
    World *world = user_data;
    const char *path = coex_exchange_get_path(exchange);

    if (g_str_equal(path, "/echo"))
        return answer_echo(exchange);
    if (g_str_equal(path, "/secret"))
        return 401;
    if (g_str_equal(path, "/proven"))
        coex_exchange_set_proven(exchange);
    else if (!g_str_equal(path, "/webhook") ||
             g_str_equal(coex_exchange_get_method(exchange), "GET"))
        return 404;
    g_atomic_int_inc(&world->n_data);
    coex_exchange_set_data(exchange, &world->n_data, on_data_over);
    return 0;
}

static void
on_piece(CoexExchange *exchange, const void *bytes, gsize length, gpointer user_data)
{
    World *world = user_data;

    g_assert_true(coex_exchange_get_data(exchange) == &world->n_data);
    g_mutex_lock(&world->lock);
    world->n_bytes += length;
    g_cond_broadcast(&world->changed);
    g_mutex_unlock(&world->lock);
}

static void
on_complete(CoexExchange *exchange, GBytes *body, gpointer user_data)
{
    World *world = user_data;
    gboolean hold;

    g_mutex_lock(&world->lock);
    world->n_complete++;
    g_clear_pointer(&world->body, g_bytes_unref);
    world->body = g_bytes_ref(body);
    hold = world->hold;
    if (hold)
        g_ptr_array_add(world->sleeping, exchange);
    g_cond_broadcast(&world->changed);
    g_mutex_unlock(&world->lock);
    if (!hold)
        coex_exchange_respond(exchange, 200);
}

const CoexListenerHandler world_handler = {
    .head = on_head,
    .piece = on_piece,
    .complete = on_complete,
};

World *
world_new(void)
{
    World *world = g_new0(World, 1);
    g_autoptr(GError) error = NULL;

    g_mutex_init(&world->lock);
    g_cond_init(&world->changed);
    world->sleeping = g_ptr_array_new();
    world->listener = coex_listener_new("127.0.0.1:0", NULL, &world_handler, world, &error);
    g_assert_no_error(error);
    return world;
}

void
world_free(World *world)
{
    coex_listener_free(world->listener);
    g_assert_cmpuint(world->sleeping->len, ==, 0);
    g_assert_cmpint(g_atomic_int_get(&world->n_data), ==, 0);
    g_ptr_array_unref(world->sleeping);
    g_clear_pointer(&world->body, g_bytes_unref);
    g_mutex_clear(&world->lock);
    g_cond_clear(&world->changed);
    g_free(world);
}

void
world_hold(World *world, gboolean hold)
{
    g_mutex_lock(&world->lock);
    world->hold = hold;
    g_mutex_unlock(&world->lock);
}

void
wait_for_sleeping(World *world, guint count)
{
    gint64 until = g_get_monotonic_time() + PATIENCE_S * G_USEC_PER_SEC;

    g_mutex_lock(&world->lock);
    while (world->sleeping->len < count)
        g_assert_true(g_cond_wait_until(&world->changed, &world->lock, until));
    g_mutex_unlock(&world->lock);
}

void
wait_for_bytes(World *world, gsize count)
{
    gint64 until = g_get_monotonic_time() + PATIENCE_S * G_USEC_PER_SEC;

    g_mutex_lock(&world->lock);
    while (world->n_bytes < count)
        g_assert_true(g_cond_wait_until(&world->changed, &world->lock, until));
    g_mutex_unlock(&world->lock);
}

gsize
count_bytes(World *world)
{
    gsize count;

    g_mutex_lock(&world->lock);
    count = world->n_bytes;
    g_mutex_unlock(&world->lock);
    return count;
}

void
wake_all(World *world, guint status)
{
    g_autoptr(GPtrArray) exchanges = NULL;

    g_mutex_lock(&world->lock);
    exchanges = g_steal_pointer(&world->sleeping);
    world->sleeping = g_ptr_array_new();
    g_mutex_unlock(&world->lock);
    for (guint i = 0; i < exchanges->len; i++)
        coex_exchange_respond(g_ptr_array_index(exchanges, i), status);
}

static Client *
dial_port(guint port)
{
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string("127.0.0.1", port);
    g_autoptr(GError) error = NULL;
    Client *client = g_new0(Client, 1);

    client->socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
    g_assert_no_error(error);
    g_socket_set_timeout(client->socket, PATIENCE_S);
    g_socket_connect(client->socket, address, NULL, &error);
    g_assert_no_error(error);
    client->heard = g_string_new(NULL);
    return client;
}

Client *
dial(World *world)
{
    return dial_port(coex_listener_get_port(world->listener));
}

void
hang_up(Client *client)
{
    g_object_unref(client->socket);
    g_string_free(client->heard, TRUE);
    g_free(client);
}

gboolean
say_bytes(Client *client, const char *bytes, gsize length)
{
    while (length > 0) {
        gssize count = g_socket_send(client->socket, bytes, length, NULL, NULL);

        if (count <= 0)
            return FALSE;
        bytes += count;
        length -= count;
    }
    return TRUE;
}

gboolean
say(Client *client, const char *text)
{
    return say_bytes(client, text, strlen(text));
}

gboolean
say_many(Client *client, char byte, gsize count)
{
    g_autofree char *bytes = g_malloc(count);

    memset(bytes, byte, count);
    return say_bytes(client, bytes, count);
}

gboolean
hear_more(Client *client)
{
    char bytes[4096];
    g_autoptr(GError) error = NULL;
    gssize count = g_socket_receive(client->socket, bytes, sizeof bytes, NULL, &error);

    g_assert_false(g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
    if (count <= 0)
        return FALSE;
    g_string_append_len(client->heard, bytes, count);
    return TRUE;
}

guint
hear(Client *client, char **ret_head, char **ret_body)
{
    const char *end, *field;
    gsize length = 0, head;
    guint status;

    while ((end = strstr(client->heard->str, "\r\n\r\n")) == NULL) {
        if (!hear_more(client))
            return 0;
    }
    head = end + 4 - client->heard->str;
    g_assert_true(g_str_has_prefix(client->heard->str, "HTTP/1."));
    status = (guint)g_ascii_strtoull(client->heard->str + strlen("HTTP/1.1 "), NULL, 10);
    field = g_strstr_len(client->heard->str, head, "Content-Length: ");
    if (field != NULL)
        length = g_ascii_strtoull(field + strlen("Content-Length: "), NULL, 10);
    while (client->heard->len < head + length)
        g_assert_true(hear_more(client));
    if (ret_head != NULL)
        *ret_head = g_strndup(client->heard->str, head);
    if (ret_body != NULL)
        *ret_body = g_strndup(client->heard->str + head, length);
    g_string_erase(client->heard, 0, head + length);
    return status;
}

guint
hear_status(Client *client)
{
    return hear(client, NULL, NULL);
}

void
assert_closed(Client *client)
{
    while (hear_more(client))
        ;
}

void
assert_good(World *world)
{
    g_autoptr(Client) client = dial(world);

    g_assert_true(say(client, GOOD));
    g_assert_cmpuint(hear_status(client), ==, 200);
}

guint
count_fds(void)
{
    g_autoptr(GDir) folder = g_dir_open("/proc/self/fd", 0, NULL);
    guint count = 0;

    while (g_dir_read_name(folder) != NULL)
        count++;
    return count;
}

void
assert_fds_back(World *world, guint before)
{
    gint64 until = g_get_monotonic_time() + PATIENCE_S * G_USEC_PER_SEC;

    while (count_fds() > before + 2) {
        assert_good(world);
        g_assert_cmpint(g_get_monotonic_time(), <, until);
    }
}
