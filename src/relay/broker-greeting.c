// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/error.h"
#include "core/json.h"
#include "relay/broker.h"
#include <gio/gio.h>
#include <string.h>

#define ASK_S 2 /* for the connection, and as long for the line */
#define GREETING_MAX (64 * 1024)
#define GREETING "INFO "

typedef struct {
    const char *version;
    gint64 max_payload;
    gboolean has_stream;
} Info;

static const CoexJsonField fields[] = {
    { "version", COEX_JSON_STRING, G_STRUCT_OFFSET(Info, version), COEX_JSON_REQUIRED },
    { "max_payload", COEX_JSON_INT, G_STRUCT_OFFSET(Info, max_payload), COEX_JSON_REQUIRED },
    { "jetstream", COEX_JSON_BOOL, G_STRUCT_OFFSET(Info, has_stream), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

void
coex_broker_greeting_clear(CoexBrokerGreeting *greeting)
{
    g_clear_pointer(&greeting->version, g_free);
}

static GIOStream *
dial(const char *url, GError **error)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    const char *address = strstr(url, "://");

    g_socket_client_set_enable_proxy(client, FALSE);
    g_socket_client_set_timeout(client, ASK_S);
    return G_IO_STREAM(g_socket_client_connect_to_host(
        client, address != NULL ? address + strlen("://") : url, 4222, NULL, error));
}

/* It speaks first, in the clear even where TLS follows (NATS client protocol, INFO). */
static char *
read_line(GIOStream *stream)
{
    g_autoptr(GDataInputStream) lines =
        g_data_input_stream_new(g_io_stream_get_input_stream(stream));
    GBufferedInputStream *buffer = G_BUFFERED_INPUT_STREAM(lines);
    gint64 until = g_get_monotonic_time() + ASK_S * G_USEC_PER_SEC;
    gsize length;
    const char *bytes;

    g_buffered_input_stream_set_buffer_size(buffer, GREETING_MAX);
    do {
        bytes = g_buffered_input_stream_peek_buffer(buffer, &length);
        if (length > 0 && memchr(bytes, '\n', length) != NULL)
            return g_strndup(bytes, length);
    } while (length < GREETING_MAX && g_get_monotonic_time() < until &&
             g_buffered_input_stream_fill(buffer, -1, NULL, NULL) > 0);
    return NULL;
}

gboolean
coex_broker_greet(const char *url, CoexBrokerGreeting *ret_greeting, GError **error)
{
    g_autoptr(GIOStream) stream = dial(url, error);
    g_autofree char *line = stream != NULL ? read_line(stream) : NULL;
    g_autoptr(CoexJson) doc = NULL;
    CoexJsonAt root;
    Info info = { .max_payload = 0 };

    *ret_greeting = (CoexBrokerGreeting){ 0 };
    if (stream == NULL)
        return FALSE;
    if (line != NULL && g_str_has_prefix(line, GREETING))
        doc = coex_json_parse(line + strlen(GREETING), strcspn(line + strlen(GREETING), "\r\n"),
                              NULL);
    if (doc != NULL)
        root = coex_json_root(doc);
    if (doc == NULL || !coex_json_read(&root, fields, &info, NULL)) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL, "%s is no nats-server.", url);
        return FALSE;
    }
    *ret_greeting =
        (CoexBrokerGreeting){ g_strdup(info.version), info.has_stream, info.max_payload };
    return TRUE;
}

/* nats-server has sync_interval: always since 2.10. */
gboolean
coex_broker_can_sync(const char *version)
{
    g_auto(GStrv) numbers = g_strsplit(version, ".", 3);
    gint64 major = numbers[0] != NULL ? g_ascii_strtoll(numbers[0], NULL, 10) : 0;
    gint64 minor = major > 0 && numbers[1] != NULL ? g_ascii_strtoll(numbers[1], NULL, 10) : 0;

    return major > 2 || (major == 2 && minor >= 10);
}
