// SPDX-License-Identifier: GPL-2.0-or-later
#include "liar.h"

#include <string.h>

#define INFO                                                                                       \
    "INFO {\"server_id\":\"X\",\"version\":\"2.99.0\",\"headers\":true,\"jetstream\":true,"        \
    "\"max_payload\":1048576,\"proto\":1}\r\n"
#define YES                                                                                        \
    "{\"stream\":\"COEX\",\"seq\":1,\"name\":\"reader\",\"stream_name\":\"COEX\",\"config\":"      \
    "{\"name\":\"COEX\",\"description\":\"coex-relay 0123456789abcdef0123456789abcdef\","          \
    "\"subjects\":[\"coex.in.*\"],\"num_replicas\":1},\"state\":{\"messages\":0,\"first_seq\":1,"  \
    "\"last_seq\":0}}"

struct Liar {
    GSocketService *service;
    gint n; /* atomic */
};

static void
say(GOutputStream *out, const char *text)
{
    g_output_stream_write_all(out, text, strlen(text), NULL, NULL, NULL);
}

/* Of the subscription that a reply goes to: by what stands before its *. */
static const char *
find_subscription(GHashTable *subscriptions, const char *reply)
{
    GHashTableIter each;
    gpointer pattern, id;

    g_hash_table_iter_init(&each, subscriptions);
    while (g_hash_table_iter_next(&each, &pattern, &id))
        if (strncmp(pattern, reply, strcspn(pattern, "*")) == 0)
            return id;
    return NULL;
}

/* PUB or HPUB: subject, reply, lengths. */
static void
take(Liar *liar, char **words, GHashTable *subscriptions, GDataInputStream *in, GOutputStream *out)
{
    guint n = g_strv_length(words);
    gsize length = (gsize)g_ascii_strtoull(words[n - 1], NULL, 10) + strlen("\r\n");
    g_autofree char *payload = g_malloc(length);
    gboolean has_reply = n == (g_str_equal(words[0], "HPUB") ? 5 : 4);
    const char *id = has_reply ? find_subscription(subscriptions, words[2]) : NULL;
    g_autofree char *answer = NULL;

    g_input_stream_read_all(G_INPUT_STREAM(in), payload, length, NULL, NULL, NULL);
    if (g_str_has_prefix(words[1], "coex.in."))
        g_atomic_int_inc(&liar->n);
    if (id == NULL)
        return;
    answer = g_strdup_printf("MSG %s %s %zu\r\n" YES "\r\n", words[2], id, strlen(YES));
    say(out, answer);
}

static gboolean
on_run(GThreadedSocketService *service, GSocketConnection *connection, GObject *source,
       gpointer user_data)
{
    GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(connection));
    g_autoptr(GDataInputStream) in =
        g_data_input_stream_new(g_io_stream_get_input_stream(G_IO_STREAM(connection)));
    g_autoptr(GHashTable) subscriptions =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    char *line;

    g_data_input_stream_set_newline_type(in, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
    say(out, INFO);
    while ((line = g_data_input_stream_read_line(in, NULL, NULL, NULL)) != NULL) {
        g_auto(GStrv) words = g_strsplit(line, " ", -1);
        guint n = g_strv_length(words);

        if (g_str_equal(words[0], "PING"))
            say(out, "PONG\r\n");
        else if (g_str_equal(words[0], "SUB"))
            g_hash_table_insert(subscriptions, g_strdup(words[1]), g_strdup(words[n - 1]));
        else if (g_str_has_suffix(words[0], "PUB"))
            take(user_data, words, subscriptions, in, out);
        g_free(line);
    }
    return TRUE;
}

Liar *
liar_new(guint port)
{
    Liar *liar = g_new0(Liar, 1);
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string("127.0.0.1", port);
    g_autoptr(GError) error = NULL;

    liar->service = g_threaded_socket_service_new(8);
    g_socket_listener_add_address(G_SOCKET_LISTENER(liar->service), address, G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, NULL, NULL, &error);
    g_assert_no_error(error);
    g_signal_connect(liar->service, "run", G_CALLBACK(on_run), liar);
    return liar;
}

void
liar_free(Liar *liar)
{
    g_socket_service_stop(liar->service);
    g_socket_listener_close(G_SOCKET_LISTENER(liar->service));
    g_object_unref(liar->service);
    g_free(liar);
}

guint
liar_count(Liar *liar)
{
    return (guint)g_atomic_int_get(&liar->n);
}
