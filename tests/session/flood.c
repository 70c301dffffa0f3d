// SPDX-License-Identifier: GPL-2.0-or-later
#include "flood.h"

/* Packed, and every block of it is empty: bytes that are never a byte of the body, and that take
 * longer to unpack than to send. */
static const char head[] = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
                           "\x1f\x8b\x08\0\0\0\0\0\0\x03";
static const char block[] = "\x02\x08\x20\x80\0";

static gboolean
send_all(Flood *flood, GSocket *client, const char *bytes, gsize length)
{
    while (length > 0) {
        gssize count = g_socket_send(client, bytes, length, flood->stop, NULL);

        if (count <= 0)
            return FALSE;
        bytes += count;
        length -= (gsize)count;
    }
    return TRUE;
}

typedef struct {
    Flood *flood;
    GSocket *client;
} Visit;

static gpointer
serve(gpointer user_data)
{
    g_autofree Visit *visit = user_data;
    Flood *flood = visit->flood;
    g_autoptr(GSocket) client = visit->client;
    g_autoptr(GByteArray) blocks = g_byte_array_new();
    char bytes[4096];

    while (blocks->len < 65536)
        g_byte_array_append(blocks, (const guint8 *)block, sizeof block - 1);
    g_socket_receive(client, bytes, sizeof bytes, flood->stop, NULL);
    send_all(flood, client, head, sizeof head - 1);
    while (send_all(flood, client, (const char *)blocks->data, blocks->len))
        g_atomic_int_inc(&flood->n_blocks);
    return NULL;
}

static gpointer
accept_all(gpointer user_data)
{
    Flood *flood = user_data;
    GSocket *client;

    while ((client = g_socket_accept(flood->socket, flood->stop, NULL)) != NULL) {
        Visit *visit = g_new(Visit, 1);

        *visit = (Visit){ flood, client };
        g_ptr_array_add(flood->visits, g_thread_new("flood", serve, visit));
    }
    return NULL;
}

Flood *
flood_new(void)
{
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new_from_string("127.0.0.1", 0);
    g_autoptr(GSocketAddress) bound = NULL;
    Flood *flood = g_new0(Flood, 1);

    flood->stop = g_cancellable_new();
    flood->visits = g_ptr_array_new();
    flood->socket =
        g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    g_assert_true(g_socket_bind(flood->socket, any, TRUE, NULL));
    g_assert_true(g_socket_listen(flood->socket, NULL));
    bound = g_socket_get_local_address(flood->socket, NULL);
    flood->url = g_strdup_printf("http://127.0.0.1:%u",
                                 g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound)));
    flood->thread = g_thread_new("flood", accept_all, flood);
    return flood;
}

void
flood_free(Flood *flood)
{
    g_cancellable_cancel(flood->stop);
    g_thread_join(flood->thread);
    for (guint i = 0; i < flood->visits->len; i++)
        g_thread_join(flood->visits->pdata[i]);
    g_ptr_array_unref(flood->visits);
    g_object_unref(flood->socket);
    g_object_unref(flood->stop);
    g_free(flood->url);
    g_free(flood);
}
