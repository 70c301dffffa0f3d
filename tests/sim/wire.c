// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim-private.h"

#include <stdarg.h>
#include <string.h>

JsonObject *
sim_strings(const char *key, ...)
{
    JsonObject *object = json_object_new();
    va_list args;

    va_start(args, key);
    for (; key; key = va_arg(args, const char *)) {
        const char *value = va_arg(args, const char *);

        if (value)
            json_object_set_string_member(object, key, value);
    }
    va_end(args);
    return object;
}

JsonArray *
sim_array_of(JsonObject *object)
{
    JsonArray *array = json_array_new();

    json_array_add_object_element(array, object);
    return array;
}

JsonNode *
sim_parse(const char *text)
{
    return json_from_string(text, NULL);
}

JsonObject *
sim_parse_object(const char *text)
{
    g_autoptr(JsonNode) node = sim_parse(text);

    return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_dup_object(node) : NULL;
}

const char *
sim_member(JsonObject *object, const char *key)
{
    JsonNode *node = object ? json_object_get_member(object, key) : NULL;

    if (!node || !JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_STRING)
        return NULL;
    return json_node_get_string(node);
}

JsonObject *
sim_member_object(JsonObject *object, const char *key)
{
    JsonNode *node = object ? json_object_get_member(object, key) : NULL;

    return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

JsonArray *
sim_member_array(JsonObject *object, const char *key)
{
    JsonNode *node = object ? json_object_get_member(object, key) : NULL;

    return node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}

gboolean
sim_member_true(JsonObject *object, const char *key)
{
    JsonNode *node = object ? json_object_get_member(object, key) : NULL;

    return node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_boolean(node);
}

JsonObject *
sim_element(JsonArray *array, guint i)
{
    JsonNode *node;

    if (!array || i >= json_array_get_length(array))
        return NULL;
    node = json_array_get_element(array, i);
    return JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

guint
sim_length(JsonArray *array)
{
    return array ? json_array_get_length(array) : 0;
}

/* A deep copy: json-glib's own copies share what is inside. */
JsonObject *
sim_copy_object(JsonObject *object)
{
    g_autofree char *text = sim_print(json_object_ref(object));

    return sim_parse_object(text);
}

char *
sim_print(JsonObject *object)
{
    g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);

    json_node_take_object(node, object);
    return json_to_string(node, FALSE);
}

static void
append_escaped(GString *out, gunichar c)
{
    if (c < 0x10000) {
        g_string_append_printf(out, "\\u%04x", c);
        return;
    }
    c -= 0x10000;
    g_string_append_printf(out, "\\u%04x\\u%04x", 0xd800 + (c >> 10), 0xdc00 + (c & 0x3ff));
}

/* Meta: graph-api/webhooks/getting-started: the signature is over text escaped like this, and the
 * bytes on the wire are already so. */
GBytes *
sim_wire(JsonObject *object)
{
    g_autofree char *text = sim_print(object);
    GString *out = g_string_new(NULL);

    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        if (*p == '\\' && p[1]) {
            g_string_append_len(out, p, 2);
            p++;
        } else if (*p == '/')
            g_string_append(out, "\\/");
        else if ((guchar)*p < 0x80)
            g_string_append_c(out, *p);
        else
            append_escaped(out, g_utf8_get_char(p));
    }
    return g_string_free_to_bytes(out);
}

static void
append_field(GByteArray *bytes, const char *text)
{
    guint8 length = (guint8)MIN(strlen(text), 255);

    g_byte_array_append(bytes, &length, 1);
    g_byte_array_append(bytes, (const guint8 *)text, length);
}

char *
sim_wamid_with_token(const char *peer, gboolean from_customer, const char *token)
{
    static const guint8 head[] = { 0x1c, 0x18 };
    const guint8 middle[] = { 0x15, 0x02, 0x00, from_customer ? 0x12 : 0x11, 0x18 };
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autofree char *base64 = NULL;

    g_byte_array_append(bytes, head, sizeof head);
    append_field(bytes, peer);
    g_byte_array_append(bytes, middle, sizeof middle);
    append_field(bytes, token);
    g_byte_array_append(bytes, (const guint8 *)"", 1);
    base64 = g_base64_encode(bytes->data, bytes->len);
    return g_strconcat("wamid.", base64, NULL);
}

char *
sim_wamid(const char *peer, gboolean from_customer, gboolean by_api, char **ret_token)
{
    GString *token = g_string_new(by_api ? NULL : "3A");
    gsize length = by_api ? 18 : 20;
    char *wamid;

    /* Random, not counted: a client's store outlives the simulator. */
    while (token->len < length)
        g_string_append_printf(token, "%02X", g_random_int_range(0, 256));
    wamid = sim_wamid_with_token(peer, from_customer, token->str);
    if (ret_token)
        *ret_token = g_string_free(token, FALSE);
    else
        g_string_free(token, TRUE);
    return wamid;
}

/* ---- ports ---- */

guint
coex_sim_find_port(void)
{
    for (;;) {
        guint port = (guint)g_random_int_range(12000, 32000);
        g_autoptr(GSocketAddress) address =
            g_inet_socket_address_new_from_string("127.0.0.1", port);
        g_autoptr(GSocket) socket =
            g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

        if (socket != NULL && g_socket_bind(socket, address, FALSE, NULL))
            return port;
    }
}
