// SPDX-License-Identifier: GPL-2.0-or-later
#include "relay/broker.h"

#include "core/error.h"
#include "relay/broker-private.h"
#include "relay/config.h"
#include <string.h>

#define CONNECT_MS 1000 /* for each address */
#define PING_MS 3000    /* a broker that is silent twice as long is no more */
#define N_PINGS 2
#define DESCRIPTION "coex-relay " /* of the stream, before its id */
#define NS_PER_S ((gint64)1000 * 1000 * 1000)
#define TWICE_S (2 * 60 * 60) /* in which a message that is put twice is known */
#define OVERHEAD 2 /* with them a small message needs more there than it does in a relay */
#define MB (1024 * (gint64)1024)

/* ---- what went wrong ---- */

#define LITTLE_ROOM                                                                                \
    "The broker has less room than twice what disk-limit-mb= says: raise max_file_store of its "   \
    "JetStream, or lower that."

static const struct {
    jsErrCode code;
    CoexErrorCode meaning;
    const char *text;
} reasons[] = {
    { JSNotEnabledErr, COEX_ERROR_INVALID_INPUT,
      "The broker has no JetStream, and so no log: start nats-server with jetstream in its "
      "configuration." },
    { JSNotEnabledForAccountErr, COEX_ERROR_INVALID_INPUT,
      "JetStream is off for the account that nats-user= or nats-credentials= belongs to: turn it "
      "on there." },
    { JSStreamReplicasNotSupportedErr, COEX_ERROR_INVALID_INPUT,
      "replicas= is more than one, and the broker is alone: write replicas=1, or make it part of a "
      "cluster." },
    { JSClusterNoPeersErr, COEX_ERROR_INVALID_INPUT,
      "Fewer brokers than replicas= says are there and have room: start the others, or lower it." },
    { JSStorageResourcesExceededErr, COEX_ERROR_INVALID_INPUT, LITTLE_ROOM },
    { JSInsufficientResourcesErr, COEX_ERROR_INVALID_INPUT, LITTLE_ROOM },
};

static gboolean
is_away(natsStatus status)
{
    switch ((int)status) {
    case NATS_IO_ERROR:
    case NATS_CONNECTION_CLOSED:
    case NATS_CONNECTION_DISCONNECTED:
    case NATS_NO_SERVER:
    case NATS_STALE_CONNECTION:
    case NATS_TIMEOUT:
        return TRUE;
    default:
        return FALSE;
    }
}

gboolean
coex_broker_fail(CoexBroker *broker, natsStatus status, jsErrCode code, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(reasons); i++) {
        if (code == 0 || reasons[i].code != code)
            continue;
        g_set_error_literal(error, COEX_ERROR, (int)reasons[i].meaning, reasons[i].text);
        return FALSE;
    }
    if (status == NATS_NO_RESPONDERS)
        return coex_broker_fail(broker, status, JSNotEnabledErr, error);
    if (is_away(status))
        g_set_error(error, COEX_ERROR, COEX_ERROR_NETWORK,
                    "No broker answers at nats=%s: start them, or look at the way there.",
                    broker->config->nats);
    else
        g_set_error(error, COEX_ERROR, COEX_ERROR_RETRY,
                    "The broker does not do what it is asked (%s, %d): look at its journal.",
                    natsStatus_GetText(status), (int)code);
    return FALSE;
}

/* Why the broker's certificate is not believed, in OpenSSL's words, which libnats hands on as
 * "…: 10:certificate has expired:depth=0:…"; NULL: that is not it. Free with g_free(). */
static char *
dup_doubt(natsStatus status)
{
    const char *words = status == NATS_SSL_ERROR ? nats_GetLastError(NULL) : NULL;
    const char *end = words != NULL ? strstr(words, ":depth=") : NULL;
    const char *begin = end != NULL ? g_strrstr_len(words, end - words, ":") : NULL;

    return begin != NULL ? g_strndup(begin + 1, (gsize)(end - begin) - 1) : NULL;
}

static gboolean
fail_to_connect(CoexBroker *broker, natsStatus status, GError **error)
{
    g_autofree char *doubt = dup_doubt(status);

    if (status == NATS_CONNECTION_AUTH_FAILED || status == NATS_NOT_PERMITTED)
        g_set_error_literal(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                            "The broker does not let this relay in: correct nats-user= and "
                            "nats-password=, or nats-credentials=.");
    else if (doubt != NULL)
        g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                    "This relay does not believe the broker's certificate (%s): it must not have "
                    "run out, must be for the address in nats=, and who issued it must stand in "
                    "the file of nats-ca=.",
                    doubt);
    else if (status == NATS_SSL_ERROR || status == NATS_SECURE_CONNECTION_WANTED ||
             status == NATS_SECURE_CONNECTION_REQUIRED)
        g_set_error_literal(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                            "The broker and this relay do not agree on TLS: write tls:// in nats= "
                            "where it speaks that, and in nats-ca= who vouches for it.");
    else
        return coex_broker_fail(broker, NATS_NO_SERVER, 0, error);
    return FALSE;
}

/* ---- the connection ---- */

/* libnats would write to standard error. */
static void
on_error(natsConnection *connection, natsSubscription *subscription, natsStatus status,
         void *closure)
{
}

/* The first that fails decides. */
static natsStatus
set_options(natsOptions *options, const CoexRelayConfig *config)
{
    g_auto(GStrv) urls = g_strsplit(config->nats, ",", -1);
    const natsStatus set[] = {
        natsOptions_SetServers(options, (const char **)urls, (int)g_strv_length(urls)),
        natsOptions_SetName(options, "coex-relay"),
        natsOptions_SetTimeout(options, CONNECT_MS),
        natsOptions_SetAllowReconnect(options, false),
        natsOptions_SetIgnoreDiscoveredServers(options, true),
        natsOptions_SetPingInterval(options, PING_MS),
        natsOptions_SetMaxPingsOut(options, N_PINGS),
        natsOptions_SetErrorHandler(options, on_error, NULL),
        config->nats_user == NULL
            ? NATS_OK
            : natsOptions_SetUserInfo(options, config->nats_user, config->nats_password),
        config->nats_credentials == NULL
            ? NATS_OK
            : natsOptions_SetUserCredentialsFromFiles(options, config->nats_credentials, NULL),
        config->nats_ca == NULL ? NATS_OK
                                : natsOptions_LoadCATrustedCertificates(options, config->nats_ca),
        strstr(config->nats, "tls://") == NULL ? NATS_OK : natsOptions_SetSecure(options, true),
    };

    for (guint i = 0; i < G_N_ELEMENTS(set); i++)
        if (set[i] != NATS_OK)
            return set[i];
    return NATS_OK;
}

static natsStatus
connect(CoexBroker *broker)
{
    natsOptions *options = NULL;
    natsStatus status = natsOptions_Create(&options);

    if (status == NATS_OK)
        status = set_options(options, broker->config);
    if (status == NATS_OK)
        status = natsConnection_Connect(&broker->connection, options);
    natsOptions_Destroy(options);
    return status;
}

static natsStatus
listen_to_answers(CoexBroker *broker)
{
    natsInbox *inbox = NULL;
    g_autofree char *all = NULL;
    natsStatus status = natsInbox_Create(&inbox);

    if (status != NATS_OK)
        return status;
    broker->inbox = g_strdup(inbox);
    natsInbox_Destroy(inbox);
    all = g_strconcat(broker->inbox, ".*", NULL);
    return natsConnection_SubscribeSync(&broker->answers, broker->connection, all);
}

/* libnats does not tell it from a broker that does not answer. */
static gboolean
can_read(const char *option, const char *file, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) cause = NULL;

    if (file == NULL || g_file_get_contents(file, &text, NULL, &cause))
        return TRUE;
    g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                "%s= cannot be read: %s. Name another file, or see to its rights.", option,
                cause->message);
    return FALSE;
}

CoexBroker *
coex_broker_connect(const CoexRelayConfig *config, GError **error)
{
    g_autoptr(CoexBroker) broker = g_new0(CoexBroker, 1);
    jsOptions options;
    natsStatus status;

    if (!can_read("nats-ca", config->nats_ca, error) ||
        !can_read("nats-credentials", config->nats_credentials, error))
        return NULL;
    broker->config = config;
    status = connect(broker);
    if (status == NATS_OK)
        status = jsOptions_Init(&options);
    options.Wait = BROKER_WAIT_MS;
    if (status == NATS_OK)
        status = natsConnection_JetStream(&broker->stream, broker->connection, &options);
    if (status == NATS_OK)
        status = listen_to_answers(broker);
    if (status == NATS_OK)
        return g_steal_pointer(&broker);
    fail_to_connect(broker, status, error);
    return NULL;
}

void
coex_broker_end(CoexBroker *broker)
{
    natsConnection_Close(broker->connection);
}

void
coex_broker_free(CoexBroker *broker)
{
    if (broker == NULL)
        return;
    natsSubscription_Destroy(broker->reading);
    natsSubscription_Destroy(broker->answers);
    jsCtx_Destroy(broker->stream);
    natsConnection_Destroy(broker->connection);
    g_free(broker->inbox);
    g_free(broker->reader);
    g_free(broker);
}

void
coex_broker_clean_up(void)
{
    nats_CloseAndWait(BROKER_WAIT_MS);
}

char *
coex_broker_dup_url(CoexBroker *broker)
{
    char url[256] = "";

    natsConnection_GetConnectedUrl(broker->connection, url, sizeof url);
    return g_strdup(url);
}

/* ---- the stream ---- */

static const char *
get_id(const jsStreamInfo *info)
{
    const char *description = info->Config->Description;

    if (description == NULL || !g_str_has_prefix(description, DESCRIPTION))
        return NULL;
    description += strlen(DESCRIPTION);
    return strlen(description) == COEX_BROKER_ID_BYTES - 1 &&
                   strspn(description, "0123456789abcdef") == COEX_BROKER_ID_BYTES - 1
               ? description
               : NULL;
}

static char *
make_description(void)
{
    return g_strdup_printf(DESCRIPTION "%08x%08x%08x%08x", g_random_int(), g_random_int(),
                           g_random_int(), g_random_int());
}

static void
configure(const CoexRelayConfig *config, jsStreamConfig *stream)
{
    stream->Replicas = config->replicas;
    stream->MaxAge = (gint64)config->keep_days * 24 * 60 * 60 * NS_PER_S;
    stream->MaxBytes = config->disk_limit_mb * MB * OVERHEAD;
    stream->Duplicates = MIN(TWICE_S * NS_PER_S, stream->MaxAge);
}

/* What is full takes nothing more: what is old goes by its age alone. */
static natsStatus
make(CoexBroker *broker, jsErrCode *ret_code)
{
    static const char *subjects[] = { BROKER_ENTRIES "*", BROKER_PARTS "*" };
    g_autofree char *description = make_description();
    jsStreamConfig stream;

    jsStreamConfig_Init(&stream);
    stream.Name = BROKER_STREAM;
    stream.Description = description;
    stream.Subjects = subjects;
    stream.SubjectsLen = G_N_ELEMENTS(subjects);
    stream.Storage = js_FileStorage;
    stream.Discard = js_DiscardNew;
    stream.DenyPurge = true;
    stream.DenyDelete = true;
    configure(broker->config, &stream);
    return js_AddStream(NULL, broker->stream, &stream, NULL, ret_code);
}

static gboolean
is_as_configured(CoexBroker *broker, const jsStreamConfig *stream)
{
    jsStreamConfig wanted = *stream;

    configure(broker->config, &wanted);
    return wanted.Replicas == stream->Replicas && wanted.MaxAge == stream->MaxAge &&
           wanted.MaxBytes == stream->MaxBytes;
}

/* Another relay may make it at the same moment. */
static natsStatus
find(CoexBroker *broker, jsStreamInfo **ret_info, jsErrCode *ret_code)
{
    natsStatus status = js_GetStreamInfo(ret_info, broker->stream, BROKER_STREAM, NULL, ret_code);

    if (status != NATS_NOT_FOUND && *ret_code != JSStreamNotFoundErr)
        return status;
    *ret_code = 0;
    status = make(broker, ret_code);
    if (status != NATS_OK && *ret_code != JSStreamNameExistErr)
        return status;
    *ret_code = 0;
    return js_GetStreamInfo(ret_info, broker->stream, BROKER_STREAM, NULL, ret_code);
}

static gboolean
take_info(CoexBroker *broker, jsStreamInfo *info, CoexBrokerLog *ret_log, GError **error)
{
    const char *id = get_id(info);
    jsErrCode code = 0;
    natsStatus status = NATS_OK;

    if (id == NULL) {
        g_set_error_literal(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                            "The broker has a stream " BROKER_STREAM " that is of something else: "
                            "give the relays an account of their own there.");
        return FALSE;
    }
    *ret_log = (CoexBrokerLog){ .first = (gint64)MIN(info->State.FirstSeq, G_MAXINT64 - 1),
                                .last = (gint64)MIN(info->State.LastSeq, G_MAXINT64 - 1) };
    g_strlcpy(ret_log->id, id, sizeof ret_log->id);
    if (!broker->is_configured && !is_as_configured(broker, info->Config)) {
        configure(broker->config, info->Config);
        status = js_UpdateStream(NULL, broker->stream, info->Config, NULL, &code);
    }
    broker->is_configured |= status == NATS_OK;
    return status == NATS_OK || coex_broker_fail(broker, status, code, error);
}

gboolean
coex_broker_look(CoexBroker *broker, CoexBrokerLog *ret_log, GError **error)
{
    jsStreamInfo *info = NULL;
    jsErrCode code = 0;
    natsStatus status = find(broker, &info, &code);
    gboolean ok = status == NATS_OK ? take_info(broker, info, ret_log, error)
                                    : coex_broker_fail(broker, status, code, error);

    jsStreamInfo_Destroy(info);
    return ok;
}

gboolean
coex_broker_renew(CoexBroker *broker, GError **error)
{
    g_autofree char *description = make_description();
    jsStreamInfo *info = NULL;
    jsErrCode code = 0;
    natsStatus status = js_GetStreamInfo(&info, broker->stream, BROKER_STREAM, NULL, &code);

    if (status == NATS_OK) {
        const char *before = info->Config->Description;

        info->Config->Description = description;
        status = js_UpdateStream(NULL, broker->stream, info->Config, NULL, &code);
        info->Config->Description = before;
    }
    jsStreamInfo_Destroy(info);
    return status == NATS_OK || coex_broker_fail(broker, status, code, error);
}
