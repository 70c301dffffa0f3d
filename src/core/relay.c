// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/relay.h"

#include "core/api.h"
#include "core/error.h"
#include "core/json.h"
#include "core/words.h"
#include <string.h>

#define ID_MAX 64

char *
coex_relay_check_url(const char *url, GError **error)
{
    return coex_api_check_url(url, "relay", "https://relay.example.org/bakery", error);
}

char *
coex_relay_dup_host(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);

    return g_strdup(uri != NULL ? g_uri_get_host(uri) : url);
}

CoexRequest *
coex_relay_ask(const char *url, const char *key, gint64 after, guint wait_s)
{
    CoexRequest *request = g_new0(CoexRequest, 1);

    request->method = "GET";
    request->url =
        g_strdup_printf("%s/deliveries?after=%" G_GINT64_FORMAT "&wait=%u", url, after, wait_s);
    request->auth_header = g_strdup("Authorization");
    request->auth_value = g_strconcat("Bearer ", key, NULL);
    return request;
}

CoexRequest *
coex_relay_post(const char *url, const char *key, const char *copy)
{
    CoexRequest *request = g_new0(CoexRequest, 1);

    request->method = "POST";
    request->url = g_strconcat(url, "/sends", NULL);
    request->auth_header = g_strdup("Authorization");
    request->auth_value = g_strconcat("Bearer ", key, NULL);
    request->content_type = g_strdup("application/json");
    request->body = g_bytes_new(copy, strlen(copy));
    return request;
}

/* ---- a batch ---- */

typedef enum {
    IN_LINE,
    IN_BODY,
    BEHIND_BODY, /* the line feed */
    AT_END,      /* behind the last line */
} Place;

struct CoexRelayReader {
    char *header;
    CoexRelayTake take;
    gpointer data;
    Place place;
    gboolean failed;
    gsize n_bytes;
    guint n_deliveries;
    GString *line;
    GByteArray *body;
    gsize body_length; /* so long is it to be */
    CoexRelayDelivery delivery;
    char *proof;
    CoexRelayEnd end;
};

CoexRelayReader *
coex_relay_reader_new(gint64 after, const char *header, CoexRelayTake take, gpointer data)
{
    CoexRelayReader *reader = g_new0(CoexRelayReader, 1);

    reader->header = g_strdup(header);
    reader->take = take;
    reader->data = data;
    reader->line = g_string_new(NULL);
    reader->body = g_byte_array_new();
    reader->delivery.sequence = after;
    return reader;
}

void
coex_relay_reader_free(CoexRelayReader *reader)
{
    if (reader == NULL)
        return;
    g_string_free(reader->line, TRUE);
    g_byte_array_unref(reader->body);
    g_free(reader->header);
    g_free(reader->proof);
    g_free(reader->end.relay);
    g_free(reader);
}

static gboolean
refuse(GError **error, const char *what)
{
    g_set_error_literal(error, COEX_ERROR, COEX_ERROR_PROTOCOL, what);
    return FALSE;
}

typedef struct {
    gint64 sequence;
    gint64 received_at; /* ms */
    gint64 length;
    const char *kind;
    CoexJsonAt headers;
    const char *relay;
    gint64 after;
    gint64 oldest;
    gint64 newest;
} Line;

static const CoexJsonField line_fields[] = {
    { "sequence", COEX_JSON_INT, G_STRUCT_OFFSET(Line, sequence), COEX_JSON_OPTIONAL },
    { "received_at", COEX_JSON_INT, G_STRUCT_OFFSET(Line, received_at), COEX_JSON_OPTIONAL },
    { "length", COEX_JSON_INT, G_STRUCT_OFFSET(Line, length), COEX_JSON_OPTIONAL },
    { "kind", COEX_JSON_STRING, G_STRUCT_OFFSET(Line, kind), COEX_JSON_OPTIONAL },
    { "headers", COEX_JSON_OBJECT, G_STRUCT_OFFSET(Line, headers), COEX_JSON_OPTIONAL },
    { "relay", COEX_JSON_STRING, G_STRUCT_OFFSET(Line, relay), COEX_JSON_OPTIONAL },
    { "after", COEX_JSON_INT, G_STRUCT_OFFSET(Line, after), COEX_JSON_OPTIONAL },
    { "oldest", COEX_JSON_INT, G_STRUCT_OFFSET(Line, oldest), COEX_JSON_OPTIONAL },
    { "newest", COEX_JSON_INT, G_STRUCT_OFFSET(Line, newest), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

static char *
dup_proof(const CoexRelayReader *reader, const CoexJsonAt *headers)
{
    g_autofree const char **names = NULL;

    if (reader->header == NULL || !coex_json_at_exists(headers))
        return NULL;
    names = coex_json_keys(headers);
    for (guint i = 0; names[i] != NULL; i++)
        if (g_ascii_strcasecmp(names[i], reader->header) == 0)
            return g_strdup(coex_json_member_text(headers, names[i]));
    return NULL;
}

static gboolean
begin_delivery(CoexRelayReader *reader, const Line *line, GError **error)
{
    if (line->sequence <= reader->delivery.sequence || line->sequence > COEX_RELAY_SEQUENCE_MAX)
        return refuse(error, _("its deliveries are out of order"));
    if (line->length < 0 || line->length > COEX_RELAY_BODY_MAX)
        return refuse(error, _("one of its deliveries is larger than any webhook"));
    if (++reader->n_deliveries > COEX_RELAY_DELIVERIES_MAX)
        return refuse(error, _("it hands out more at once than it may"));
    g_free(reader->proof);
    reader->proof = dup_proof(reader, &line->headers);
    reader->delivery.sequence = line->sequence;
    reader->delivery.received_at = MAX(line->received_at / 1000, 0);
    reader->delivery.is_send = g_strcmp0(line->kind, "send") == 0;
    reader->delivery.proof = reader->proof;
    reader->body_length = (gsize)line->length;
    reader->place = line->length > 0 ? IN_BODY : BEHIND_BODY;
    return TRUE;
}

static gboolean
is_id(const char *id)
{
    gsize length = strlen(id);

    return length > 0 && length <= ID_MAX &&
           strspn(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") == length;
}

/* A cursor of another log may be beyond all that this one has. */
static gboolean
read_end(CoexRelayReader *reader, const Line *line, GError **error)
{
    gboolean is_older = line->newest < reader->delivery.sequence && reader->n_deliveries == 0;

    if (!is_id(line->relay) || line->oldest < 0 || line->newest < 0 || line->after < 0 ||
        line->newest > COEX_RELAY_SEQUENCE_MAX || line->oldest > line->newest + 1)
        return refuse(error, _("its last line makes no sense"));
    if (!is_older && (line->after < reader->delivery.sequence || line->after > line->newest))
        return refuse(error, _("it would leave out deliveries, or repeat them for ever"));
    reader->end = (CoexRelayEnd){ g_strdup(line->relay), line->after, line->oldest, line->newest };
    reader->place = AT_END;
    return TRUE;
}

static gboolean
read_line(CoexRelayReader *reader, GError **error)
{
    g_autoptr(CoexJson) doc = coex_json_parse(reader->line->str, reader->line->len, NULL);
    CoexJsonAt root;
    Line line = { .sequence = -1, .length = -1 };

    g_string_truncate(reader->line, 0);
    if (doc == NULL)
        return refuse(error, _("a line of it is no JSON"));
    root = coex_json_root(doc);
    if (!coex_json_read(&root, line_fields, &line, error))
        return FALSE;
    return line.relay != NULL ? read_end(reader, &line, error)
                              : begin_delivery(reader, &line, error);
}

/* Each takes what it can of the @length bytes, one at least, and says how many; 0: @error. */
static gsize
take_line(CoexRelayReader *reader, const char *bytes, gsize length, GError **error)
{
    const char *end = memchr(bytes, '\n', length);
    gsize n = end != NULL ? (gsize)(end - bytes) : length;

    if (reader->line->len + n > COEX_RELAY_LINE_MAX) {
        refuse(error, _("a line of it is too long"));
        return 0;
    }
    g_string_append_len(reader->line, bytes, (gssize)n);
    if (end == NULL)
        return n;
    return read_line(reader, error) ? n + 1 : 0;
}

static gsize
take_body(CoexRelayReader *reader, const char *bytes, gsize length)
{
    gsize n = MIN(length, reader->body_length - reader->body->len);

    g_byte_array_append(reader->body, (const guint8 *)bytes, (guint)n);
    if (reader->body->len == reader->body_length)
        reader->place = BEHIND_BODY;
    return n;
}

static gsize
take_end_of_body(CoexRelayReader *reader, const char *bytes, GError **error)
{
    g_autoptr(GBytes) body = NULL;

    if (*bytes != '\n') {
        refuse(error, _("the length of a delivery is wrong"));
        return 0;
    }
    body = g_byte_array_free_to_bytes(reader->body);
    reader->body = g_byte_array_new();
    reader->delivery.body = body;
    reader->place = IN_LINE;
    reader->take(&reader->delivery, reader->data);
    reader->delivery.body = NULL;
    return 1;
}

static gsize
take(CoexRelayReader *reader, const char *bytes, gsize length, GError **error)
{
    switch (reader->place) {
    case IN_LINE:
        return take_line(reader, bytes, length, error);
    case IN_BODY:
        return take_body(reader, bytes, length);
    case BEHIND_BODY:
        return take_end_of_body(reader, bytes, error);
    case AT_END:
        break;
    }
    refuse(error, _("something follows its last line"));
    return 0;
}

gboolean
coex_relay_reader_feed(CoexRelayReader *reader, const char *bytes, gsize length, GError **error)
{
    reader->n_bytes += length;
    if (!reader->failed && reader->n_bytes > COEX_RELAY_ANSWER_MAX)
        reader->failed = !refuse(error, _("it has no end"));
    while (length > 0 && !reader->failed) {
        gsize n = take(reader, bytes, length, error);

        reader->failed = n == 0;
        bytes += n;
        length -= n;
    }
    return !reader->failed;
}

const CoexRelayEnd *
coex_relay_reader_finish(const CoexRelayReader *reader, GError **error)
{
    if (reader->place == AT_END)
        return &reader->end;
    refuse(error, _("it ends in the middle"));
    return NULL;
}
