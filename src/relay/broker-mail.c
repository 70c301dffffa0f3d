// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/digest.h"
#include "core/error.h"
#include "core/json.h"
#include "core/relay.h"
#include "relay/broker-private.h"
#include <string.h>

#define HEAD_BYTES 8192 /* subject and headers of a message but the proof, at most */
#define ESCAPED 3       /* so many times longer than it was, at most */
#define PAYLOAD_MIN (64 * 1024)
#define ID_HEADER "Nats-Msg-Id"
#define RECEIVED_HEADER "Coex-Received"
#define KIND_HEADER "Coex-Kind"
#define NAME_HEADER "Coex-Header"
#define PROOF_HEADER "Coex-Proof"
#define PARTS_HEADER "Coex-Parts"
#define SEND_KIND "send"
#define ACK "$JS.ACK."

#define IDLE_MS 300 /* after which nothing more follows at once */
#define BEAT_NS ((gint64)1000 * 1000 * 1000)
#define SILENCE_US (5 * G_USEC_PER_SEC) /* so long no reader is silent that is there */
#define GONE_NS (30 * BEAT_NS)          /* after which a reader that died is forgotten */

void
coex_broker_message_clear(CoexBrokerMessage *message)
{
    g_free(message->tenant);
    g_free(message->header);
    g_free(message->proof);
    g_clear_pointer(&message->body, g_bytes_unref);
    memset(message, 0, sizeof *message);
}

/* ---- names ---- */

/* A word of a subject has no blank, dot, * or >. */
static char *
dup_word(const char *tenant)
{
    GString *word = g_string_new(NULL);

    for (const char *at = tenant; *at != '\0'; at++) {
        if (g_ascii_isalnum(*at) || *at == '-' || *at == '_')
            g_string_append_c(word, *at);
        else
            g_string_append_printf(word, "=%02x", (guint8)*at);
    }
    return g_string_free(word, FALSE);
}

/* NULL: it is none. */
static char *
dup_tenant(const char *word)
{
    GString *tenant = g_string_new(NULL);

    for (const char *at = word; *at != '\0'; at++) {
        if (*at != '=') {
            g_string_append_c(tenant, *at);
            continue;
        }
        if (!g_ascii_isxdigit(at[1]) || !g_ascii_isxdigit(at[2])) {
            g_string_free(tenant, TRUE);
            return NULL;
        }
        g_string_append_c(tenant,
                          (char)(g_ascii_xdigit_value(at[1]) * 16 + g_ascii_xdigit_value(at[2])));
        at += 2;
    }
    return g_string_free(tenant, FALSE);
}

/* ---- putting ---- */

static void
set_header(natsMsg *message, const char *name, const char *value, natsStatus *status)
{
    if (*status == NATS_OK && value != NULL)
        *status = natsMsgHeader_Set(message, name, value);
}

/* What a stranger sent as a proof may be anything. */
static void
set_escaped(natsMsg *message, const char *name, const char *value, natsStatus *status)
{
    g_autofree char *escaped = value != NULL ? g_uri_escape_string(value, "=:;,+/ ", FALSE) : NULL;

    set_header(message, name, escaped, status);
}

typedef struct {
    const CoexBrokerMessage *message;
    const char *parts; /* the numbers of those before this one; NULL: this is all */
    gsize from;        /* bytes of the body, of which this has the rest */
} Whole;

static natsStatus
set_headers(natsMsg *message, const Whole *whole, const char *id)
{
    const CoexBrokerMessage *of = whole->message;
    g_autofree char *received = g_strdup_printf("%" G_GINT64_FORMAT, of->received_at);
    natsStatus status = NATS_OK;

    set_header(message, ID_HEADER, id, &status);
    set_header(message, RECEIVED_HEADER, received, &status);
    set_header(message, KIND_HEADER, of->is_send ? SEND_KIND : NULL, &status);
    set_escaped(message, NAME_HEADER, of->header, &status);
    set_escaped(message, PROOF_HEADER, of->proof, &status);
    set_header(message, PARTS_HEADER, whole->parts, &status);
    return status;
}

static char *
dup_id(const char *word, const guint8 *key)
{
    CoexDigest digest;
    g_autofree char *hex = NULL;

    memcpy(digest.bytes, key, sizeof digest.bytes);
    hex = coex_digest_dup_hex(&digest);
    return g_strconcat(word, ".", hex, NULL);
}

static natsStatus
publish(CoexBroker *broker, natsMsg *message)
{
    natsStatus status = natsConnection_PublishMsg(broker->connection, message);

    natsMsg_Destroy(message);
    return status;
}

static natsStatus
make_message(CoexBroker *broker, const char *subject, const void *bytes, gsize length,
             natsMsg **ret_message)
{
    g_autofree char *reply =
        g_strdup_printf("%s.%" G_GUINT64_FORMAT, broker->inbox, broker->n_put++);

    return natsMsg_Create(ret_message, subject, reply, bytes, (int)length);
}

static natsStatus
put_whole(CoexBroker *broker, const Whole *whole)
{
    gsize length;
    const char *bytes = g_bytes_get_data(whole->message->body, &length);
    g_autofree char *word = dup_word(whole->message->tenant);
    g_autofree char *subject = g_strconcat(BROKER_ENTRIES, word, NULL);
    g_autofree char *id = dup_id(word, whole->message->key);
    natsMsg *message = NULL;
    natsStatus status =
        make_message(broker, subject, bytes + whole->from, length - whole->from, &message);

    if (status == NATS_OK)
        status = set_headers(message, whole, id);
    if (status == NATS_OK)
        return publish(broker, message);
    natsMsg_Destroy(message);
    return status;
}

/* ---- what is answered to that ---- */

typedef struct {
    const char *stream;
    gint64 sequence;
    CoexJsonAt error;
} Answer;

static const CoexJsonField answer_fields[] = {
    { "stream", COEX_JSON_STRING, G_STRUCT_OFFSET(Answer, stream), COEX_JSON_OPTIONAL },
    { "seq", COEX_JSON_INT, G_STRUCT_OFFSET(Answer, sequence), COEX_JSON_OPTIONAL },
    { "error", COEX_JSON_OBJECT, G_STRUCT_OFFSET(Answer, error), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

/* nats-server: errors.json */
#define FULL_CODE 10077
#define LARGE_CODE 10054
#define LARGE_HEADERS_CODE 10097

/* For good, or it fails: what is full may take it later. */
static gboolean
refuse(CoexBroker *broker, const CoexJsonAt *why, GError **error)
{
    CoexJsonAt code = coex_json_member(why, "err_code");
    const char *text = coex_json_member_text(why, "description");

    switch (coex_json_int(&code, 0)) {
    case LARGE_CODE:
    case LARGE_HEADERS_CODE:
        broker->n_refused++;
        return TRUE;
    case FULL_CODE:
        g_set_error_literal(error, COEX_ERROR, COEX_ERROR_RETRY,
                            "The brokers' log is full: raise disk-limit-mb in all relays, and "
                            "max_file_store of JetStream where that is less. What comes is kept "
                            "here as long as there is room.");
        return FALSE;
    default:
        g_set_error(error, COEX_ERROR, COEX_ERROR_RETRY,
                    "The broker did not take what it was given (%s): look at its journal.",
                    text != NULL ? text : "no reason given");
        return FALSE;
    }
}

/* The number that it has there; that of the one before: it was refused for good. */
static gboolean
read_answer(CoexBroker *broker, const natsMsg *message, gint64 *ret_sequence, GError **error)
{
    g_autoptr(CoexJson) doc = NULL;
    CoexJsonAt root;
    Answer answer = { .sequence = 0 };

    if (natsMsg_IsNoResponders((natsMsg *)message))
        return coex_broker_fail(broker, NATS_TIMEOUT, 0, error);
    doc = coex_json_parse(natsMsg_GetData(message), (gsize)natsMsg_GetDataLength(message), NULL);
    if (doc != NULL) {
        root = coex_json_root(doc);
        coex_json_read(&root, answer_fields, &answer, NULL);
        if (coex_json_at_exists(&answer.error))
            return refuse(broker, &answer.error, error);
    }
    *ret_sequence = answer.sequence;
    if (g_strcmp0(answer.stream, BROKER_STREAM) == 0 && answer.sequence > 0)
        return TRUE;
    g_set_error_literal(error, COEX_ERROR, COEX_ERROR_RETRY,
                        "What answers at nats= does not keep what it is given: it is no "
                        "nats-server, or a broken one.");
    return FALSE;
}

/* Of those that were put since the number @from: the last answer's number in the log. */
static gboolean
wait_for_answers(CoexBroker *broker, guint64 from, gint64 *ret_sequence, GError **error)
{
    gint64 until = g_get_monotonic_time() + BROKER_WAIT_MS * 1000;
    guint64 n_left = broker->n_put - from;
    gboolean ok = TRUE;

    while (n_left > 0 && ok) {
        gint64 left_ms = (until - g_get_monotonic_time()) / 1000;
        natsMsg *message = NULL;
        natsStatus status = left_ms > 0
                                ? natsSubscription_NextMsg(&message, broker->answers, left_ms)
                                : NATS_TIMEOUT;
        const char *number;

        if (status != NATS_OK)
            return coex_broker_fail(broker, status, 0, error);
        number = strrchr(natsMsg_GetSubject(message), '.');
        if (g_ascii_strtoull(number + 1, NULL, 10) >= from) {
            ok = read_answer(broker, message, ret_sequence, error);
            n_left--;
        }
        natsMsg_Destroy(message);
    }
    return ok;
}

/* ---- a body that is larger than a message may be ---- */

static gboolean
put_part(CoexBroker *broker, const Whole *whole, gsize length, gint64 *ret_sequence, GError **error)
{
    const char *bytes = g_bytes_get_data(whole->message->body, NULL);
    g_autofree char *word = dup_word(whole->message->tenant);
    g_autofree char *subject = g_strconcat(BROKER_PARTS, word, NULL);
    g_autofree char *id = dup_id(word, whole->message->key);
    g_autofree char *part_id = g_strdup_printf("%s.%zu", id, whole->from);
    guint64 from = broker->n_put;
    natsMsg *message = NULL;
    natsStatus status = make_message(broker, subject, bytes + whole->from, length, &message);

    if (status == NATS_OK)
        set_header(message, ID_HEADER, part_id, &status);
    if (status == NATS_OK)
        status = publish(broker, message);
    else
        natsMsg_Destroy(message);
    return status == NATS_OK ? wait_for_answers(broker, from, ret_sequence, error)
                             : coex_broker_fail(broker, status, 0, error);
}

/* The parts come first: who reads the last of it finds all others by their numbers. */
static gboolean
put_parts(CoexBroker *broker, const CoexBrokerMessage *message, gsize room, GError **error)
{
    g_autoptr(GString) numbers = g_string_new(NULL);
    Whole whole = { .message = message };
    guint64 from;
    gint64 sequence = 0;
    guint n_refused = broker->n_refused;
    natsStatus status;

    while (g_bytes_get_size(message->body) - whole.from > room) {
        if (!put_part(broker, &whole, room, &sequence, error))
            return FALSE;
        if (broker->n_refused != n_refused)
            return TRUE;
        g_string_append_printf(numbers, "%s%" G_GINT64_FORMAT, numbers->len > 0 ? "," : "",
                               sequence);
        whole.from += room;
    }
    whole.parts = numbers->str;
    from = broker->n_put;
    status = put_whole(broker, &whole);
    return status == NATS_OK ? wait_for_answers(broker, from, &sequence, error)
                             : coex_broker_fail(broker, status, 0, error);
}

/* A message has its headers and so much of the body: the broker ends the connection on more. 0: its
 * headers alone are too large. */
static gsize
get_room(const CoexBrokerMessage *message, gsize max)
{
    gsize head = HEAD_BYTES + ESCAPED * (message->header != NULL ? strlen(message->header) : 0) +
                 ESCAPED * (message->proof != NULL ? strlen(message->proof) : 0);

    return head <= max / 2 ? MIN(max - head, COEX_RELAY_BODY_MAX) : 0;
}

gboolean
coex_broker_put(CoexBroker *broker, const CoexBrokerMessage *messages, guint n_messages,
                guint *ret_n_refused, GError **error)
{
    gint64 max = natsConnection_GetMaxPayload(broker->connection);
    gboolean ok = TRUE;
    guint64 from = broker->n_put;
    gint64 sequence = 0;
    natsStatus status = NATS_OK;

    *ret_n_refused = 0;
    broker->n_refused = 0;
    if (max < PAYLOAD_MIN) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                    "The broker's max_payload is only %" G_GINT64_FORMAT " bytes: raise it to 1MB.",
                    max);
        return FALSE;
    }
    for (guint i = 0; i < n_messages && ok; i++) {
        const Whole whole = { .message = &messages[i] };
        gsize room = get_room(&messages[i], (gsize)max);

        if (room == 0) {
            broker->n_refused++;
            continue;
        }
        if (g_bytes_get_size(messages[i].body) <= room) {
            status = put_whole(broker, &whole);
            ok = status == NATS_OK || coex_broker_fail(broker, status, 0, error);
            continue;
        }
        ok = wait_for_answers(broker, from, &sequence, error) &&
             put_parts(broker, &messages[i], room, error);
        from = broker->n_put;
    }
    ok = ok && wait_for_answers(broker, from, &sequence, error);
    *ret_n_refused = broker->n_refused;
    return ok;
}

/* ---- reading ---- */

/* It is read as any subject is, so that numbers and beats are seen here: after the least gap it
 * begins again. */
static natsStatus
make_reader(CoexBroker *broker, gint64 after, const char *inbox, jsErrCode *ret_code)
{
    jsConsumerConfig config;
    jsConsumerInfo *info = NULL;
    natsStatus status = jsConsumerConfig_Init(&config);

    config.DeliverSubject = inbox;
    config.FilterSubject = BROKER_ENTRIES "*";
    config.DeliverPolicy = js_DeliverByStartSequence;
    config.OptStartSeq = (guint64)after + 1;
    config.AckPolicy = js_AckNone;
    config.FlowControl = true;
    config.Heartbeat = BEAT_NS;
    config.InactiveThreshold = GONE_NS;
    config.Replicas = 1;
    config.MemoryStorage = true;
    if (status == NATS_OK)
        status = js_AddConsumer(&info, broker->stream, BROKER_STREAM, &config, NULL, ret_code);
    if (status == NATS_OK)
        broker->reader = g_strdup(info->Name);
    if (status == NATS_OK)
        broker->n_left = info->NumPending;
    jsConsumerInfo_Destroy(info);
    return status;
}

gboolean
coex_broker_begin(CoexBroker *broker, gint64 after, GError **error)
{
    natsInbox *inbox = NULL;
    jsErrCode code = 0;
    natsStatus status = natsInbox_Create(&inbox);

    g_clear_pointer(&broker->reading, natsSubscription_Destroy);
    if (broker->reader != NULL)
        js_DeleteConsumer(broker->stream, BROKER_STREAM, broker->reader, NULL, NULL);
    g_clear_pointer(&broker->reader, g_free);
    broker->n_read = 0;
    broker->heard_us = g_get_monotonic_time();
    if (status == NATS_OK)
        status = natsConnection_SubscribeSync(&broker->reading, broker->connection, inbox);
    if (status == NATS_OK)
        status = make_reader(broker, after, inbox, &code);
    natsInbox_Destroy(inbox);
    return status == NATS_OK || coex_broker_fail(broker, status, code, error);
}

/* NULL: there is none. */
static const char *
get_header(natsMsg *message, const char *name)
{
    const char *value = NULL;

    return natsMsgHeader_Get(message, name, &value) == NATS_OK ? value : NULL;
}

static char *
dup_escaped(natsMsg *message, const char *name)
{
    const char *value = get_header(message, name);

    return value != NULL ? g_uri_unescape_string(value, NULL) : NULL;
}

/* Behind the tenant's word. */
static gboolean
read_key(natsMsg *message, guint8 ret_key[32])
{
    const char *id = get_header(message, ID_HEADER);
    const char *hex = id != NULL ? strrchr(id, '.') : NULL;
    CoexDigest digest;

    if (hex == NULL || !coex_digest_read(hex + 1, &digest))
        return FALSE;
    memcpy(ret_key, digest.bytes, sizeof digest.bytes);
    return TRUE;
}

/* The tenant stays NULL for what no relay has put there. */
static void
read_head(natsMsg *message, CoexBrokerMessage *ret_message)
{
    const char *subject = natsMsg_GetSubject(message);
    const char *received = get_header(message, RECEIVED_HEADER);

    if (!g_str_has_prefix(subject, BROKER_ENTRIES) || !read_key(message, ret_message->key))
        return;
    if (received != NULL)
        ret_message->received_at = g_ascii_strtoll(received, NULL, 10);
    ret_message->is_send = g_strcmp0(get_header(message, KIND_HEADER), SEND_KIND) == 0;
    ret_message->header = dup_escaped(message, NAME_HEADER);
    ret_message->proof = dup_escaped(message, PROOF_HEADER);
    if ((ret_message->header == NULL) != (ret_message->proof == NULL)) {
        g_clear_pointer(&ret_message->header, g_free);
        g_clear_pointer(&ret_message->proof, g_free);
    }
    ret_message->tenant = dup_tenant(subject + strlen(BROKER_ENTRIES));
}

/* @ret_found: it is there. */
static gboolean
add_part(CoexBroker *broker, const char *number, GByteArray *body, gboolean *ret_found,
         GError **error)
{
    guint64 sequence = g_ascii_strtoull(number, NULL, 10);
    jsErrCode code = 0;
    natsMsg *part = NULL;
    natsStatus status =
        js_GetMsg(&part, broker->stream, BROKER_STREAM, MAX(sequence, 1), NULL, &code);

    *ret_found = FALSE;
    if (status == NATS_NOT_FOUND || code == JSNoMessageFoundErr)
        return TRUE;
    if (status != NATS_OK)
        return coex_broker_fail(broker, status, code, error);
    *ret_found = g_str_has_prefix(natsMsg_GetSubject(part), BROKER_PARTS) &&
                 body->len + (guint)natsMsg_GetDataLength(part) <= COEX_RELAY_BODY_MAX;
    if (*ret_found)
        g_byte_array_append(body, (const guint8 *)natsMsg_GetData(part),
                            (guint)natsMsg_GetDataLength(part));
    natsMsg_Destroy(part);
    return TRUE;
}

static gboolean
read_body(CoexBroker *broker, natsMsg *message, CoexBrokerMessage *ret_message, GError **error)
{
    g_autoptr(GByteArray) body = g_byte_array_new();
    const char *parts = get_header(message, PARTS_HEADER);
    g_auto(GStrv) numbers = g_strsplit(parts != NULL ? parts : "", ",", -1);
    gboolean found = TRUE;

    for (guint i = 0; numbers[i] != NULL && found; i++)
        if (!add_part(broker, numbers[i], body, &found, error))
            return FALSE;
    if (!found || body->len + (guint)natsMsg_GetDataLength(message) > COEX_RELAY_BODY_MAX)
        return TRUE;
    g_byte_array_append(body, (const guint8 *)natsMsg_GetData(message),
                        (guint)natsMsg_GetDataLength(message));
    ret_message->body = g_byte_array_free_to_bytes(g_steal_pointer(&body));
    return TRUE;
}

/* Without a gap: what overran, or a reader that was lost, begins again. */
static gboolean
fail_with_gap(GError **error)
{
    g_set_error_literal(error, COEX_ERROR, COEX_ERROR_RETRY,
                        "The broker left out messages of its log, which is read again.");
    return FALSE;
}

/* What was put there may have any header, also those of the broker itself. */
static gboolean
is_of_log(natsMsg *message)
{
    const char *reply = natsMsg_GetReply(message);

    return reply != NULL && g_str_has_prefix(reply, ACK);
}

/* "$JS.ACK.stream.consumer.n.number.place.time.left", where two words more may stand before the
 * stream and one at the end (NATS ADR-15). */
static gboolean
read_place(CoexBroker *broker, natsMsg *message, CoexBrokerMessage *ret_message, GError **error)
{
    g_auto(GStrv) words = g_strsplit(is_of_log(message) ? natsMsg_GetReply(message) : "", ".", -1);
    guint n = g_strv_length(words);
    guint at = n == 9 ? 5 : 7; /* of the number */
    guint64 number = 0, place = 0;

    if ((n != 9 && n < 11) ||
        !g_ascii_string_to_unsigned(words[at], 10, 1, COEX_RELAY_SEQUENCE_MAX, &number, NULL) ||
        !g_ascii_string_to_unsigned(words[at + 1], 10, 1, G_MAXINT64, &place, NULL) ||
        !g_ascii_string_to_unsigned(words[at + 3], 10, 0, G_MAXUINT64, &broker->n_left, NULL) ||
        place != ++broker->n_read)
        return fail_with_gap(error);
    ret_message->sequence = (gint64)number;
    return TRUE;
}

/* It asks whether what it sent was taken, or says that it is there and has nothing more (NATS
 * ADR-9). What was left may have become too old meanwhile. */
static gboolean
answer_control(CoexBroker *broker, natsMsg *message, GError **error)
{
    const char *last = get_header(message, "Nats-Last-Consumer");
    const char *stalled = get_header(message, "Nats-Consumer-Stalled");
    const char *reply = natsMsg_GetReply(message);

    if (last != NULL && g_ascii_strtoull(last, NULL, 10) != broker->n_read)
        return fail_with_gap(error);
    if (stalled != NULL)
        natsConnection_PublishString(broker->connection, stalled, "");
    if (reply != NULL && *reply != '\0')
        natsConnection_PublishString(broker->connection, reply, "");
    else if (stalled == NULL)
        broker->n_left = 0;
    return TRUE;
}

static CoexBrokerRead
take_message(CoexBroker *broker, natsMsg *message, CoexBrokerMessage *ret_message, GError **error)
{
    if (!is_of_log(message) && get_header(message, "Status") != NULL)
        return answer_control(broker, message, error) ? COEX_BROKER_NONE : COEX_BROKER_FAILED;
    read_head(message, ret_message);
    if (read_place(broker, message, ret_message, error) &&
        (ret_message->tenant == NULL || read_body(broker, message, ret_message, error)))
        return COEX_BROKER_MESSAGE;
    coex_broker_message_clear(ret_message);
    return COEX_BROKER_FAILED;
}

CoexBrokerRead
coex_broker_read(CoexBroker *broker, CoexBrokerMessage *ret_message, gboolean *ret_more,
                 GError **error)
{
    natsMsg *message = NULL;
    natsStatus status = natsSubscription_NextMsg(&message, broker->reading, IDLE_MS);
    gint64 now = g_get_monotonic_time();
    CoexBrokerRead taken;

    *ret_message = (CoexBrokerMessage){ 0 };
    *ret_more = broker->n_left > 0;
    if (status == NATS_TIMEOUT && now - broker->heard_us < SILENCE_US)
        return COEX_BROKER_NONE;
    if (status == NATS_NO_RESPONDERS) {
        /* libnats takes one of the log for that, which has nothing but such a header. */
        broker->n_read++;
        return COEX_BROKER_NONE;
    }
    if (status != NATS_OK) {
        coex_broker_fail(broker, status, 0, error);
        return COEX_BROKER_FAILED;
    }
    broker->heard_us = now;
    taken = take_message(broker, message, ret_message, error);
    *ret_more = broker->n_left > 0;
    natsMsg_Destroy(message);
    return taken;
}

gboolean
coex_broker_find(CoexBroker *broker, gint64 sequence, CoexBrokerMessage *ret_message,
                 GError **error)
{
    jsErrCode code = 0;
    natsMsg *message = NULL;
    natsStatus status =
        js_GetMsg(&message, broker->stream, BROKER_STREAM, (guint64)sequence, NULL, &code);

    *ret_message = (CoexBrokerMessage){ .sequence = sequence };
    if (status == NATS_NOT_FOUND || code == JSNoMessageFoundErr)
        return TRUE;
    if (status != NATS_OK)
        return coex_broker_fail(broker, status, code, error);
    read_head(message, ret_message);
    natsMsg_Destroy(message);
    return TRUE;
}
