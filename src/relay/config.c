// SPDX-License-Identifier: GPL-2.0-or-later
#include "relay/config.h"

#include "core/api.h"
#include "core/backend.h"
#include "core/error.h"
#include "core/peer.h"
#include "net/address.h"
#include <string.h>

#define KEY_MIN 16 /* characters of a desk's key */
#define KEEP_DAYS 30
#define KEEP_DAYS_MAX 3650
#define DISK_LIMIT_MB 4096
#define DISK_LIMIT_MB_MAX (1024 * 1024)
#define TENANTS_MAX 10000
#define REPLICAS 3
#define REPLICAS_MAX 5 /* NATS */
#define BROKERS_MAX 16
#define BROKER_PORT ":4222"

/* ---- values ---- */

static void
key_free(gpointer data)
{
    CoexRelayKey *key = data;

    g_free(key->desk);
    g_free(key->key);
    g_free(key);
}

static void
tenant_free(gpointer data)
{
    CoexRelayTenant *tenant = data;

    g_free(tenant->name);
    g_free(tenant->path);
    g_free(tenant->number);
    g_free(tenant->app_secret);
    g_free(tenant->webhook_header);
    g_free(tenant->verify_token);
    g_free(tenant->token);
    g_free(tenant->api_url);
    g_ptr_array_unref(tenant->keys);
    g_free(tenant);
}

gboolean
coex_relay_tenant_proves(const CoexRelayTenant *tenant)
{
    return tenant->app_secret != NULL || tenant->webhook_header != NULL;
}

void
coex_relay_config_free(CoexRelayConfig *config)
{
    g_free(config->listen);
    g_free(config->certificate);
    g_free(config->key);
    g_free(config->metrics);
    g_free(config->database);
    g_free(config->nats);
    g_free(config->nats_credentials);
    g_free(config->nats_user);
    g_free(config->nats_password);
    g_free(config->nats_ca);
    g_hash_table_unref(config->by_path);
    g_ptr_array_unref(config->tenants);
    g_free(config);
}

static CoexRelayTenant *
tenant_new(const char *name, guint line)
{
    CoexRelayTenant *tenant = g_new0(CoexRelayTenant, 1);

    tenant->name = g_strdup(name);
    tenant->backend = coex_backend_lookup("meta");
    tenant->keys = g_ptr_array_new_with_free_func(key_free);
    tenant->line = line;
    return tenant;
}

/* ---- reading ---- */

typedef struct {
    const char *file;
    guint line;
    CoexRelayConfig *config;
    CoexRelayTenant *tenant; /* whose lines come; NULL: they are the relay's, or nobody's yet */
    gboolean in_relay;
    GHashTable *seen; /* keys since the last heading */
    GError **error;
} Reader;

G_GNUC_PRINTF(3, 4)
static gboolean
fail_at(Reader *reader, guint line, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list args;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(reader->error, COEX_ERROR, COEX_ERROR_INVALID_INPUT, "%s, line %u: %s",
                reader->file, line, text);
    return FALSE;
}

#define fail(reader, ...) fail_at(reader, (reader)->line, __VA_ARGS__)

static gboolean
take_count(Reader *reader, const char *key, const char *value, guint max, guint *ret_count)
{
    guint64 count;

    if (!g_ascii_string_to_unsigned(value, 10, 1, max, &count, NULL))
        return fail(reader, "%s takes a whole number from 1 to %u.", key, max);
    *ret_count = (guint)count;
    return TRUE;
}

static gboolean
take_text(char **member, const char *value)
{
    g_free(*member);
    *member = g_strdup(value);
    return TRUE;
}

/* ---- [relay] ---- */

static gboolean
take_listen(Reader *reader, const char *value)
{
    gboolean is_loopback;

    if (!coex_address_check(value, &is_loopback, NULL))
        return fail(reader, "listen takes an IP address and a port, such as 127.0.0.1:8480 or "
                            "[::]:443.");
    reader->config->listen_line = reader->line;
    return take_text(&reader->config->listen, value);
}

static gboolean
take_metrics(Reader *reader, const char *value)
{
    gboolean is_loopback;

    if (!coex_address_check(value, &is_loopback, NULL) || !is_loopback)
        return fail(reader, "metrics takes an IP address that only this computer reaches, and a "
                            "port, such as 127.0.0.1:9480.");
    return take_text(&reader->config->metrics, value);
}

static gboolean
take_file(Reader *reader, const char *key, const char *value, char **member)
{
    if (!g_path_is_absolute(value))
        return fail(reader, "%s takes a whole path, which begins with /.", key);
    return take_text(member, value);
}

#define BROKER_HINT                                                                                \
    "nats takes addresses of brokers with commas between them, such as nats://10.0.0.1:4222 or "   \
    "tls://[fd00::1]:4222"

/* A broker dies of what a stranger may send it, and whoever reaches it reads everything. */
static gboolean
take_broker(Reader *reader, const char *broker, GString *all)
{
    const char *scheme = g_str_has_prefix(broker, "tls://") ? "tls://" : "nats://";
    const char *host = g_str_has_prefix(broker, scheme) ? broker + strlen(scheme) : broker;
    const char *port = strchr(strrchr(host, ']') != NULL ? strrchr(host, ']') : host, ':');
    g_autofree char *address = g_strconcat(host, port == NULL ? BROKER_PORT : NULL, NULL);
    gboolean is_private = FALSE;

    if (strchr(host, '@') != NULL)
        return fail(reader, "Who logs in does not stand in nats=: write nats-user= and "
                            "nats-password=, or nats-credentials=.");
    if (!coex_address_check_private(address, &is_private))
        return fail(reader, BROKER_HINT ". “%s” is none: names are not looked up.", broker);
    if (!is_private)
        return fail(reader,
                    BROKER_HINT ". “%s” is an address on the internet, where no broker may "
                                "be: let the machines reach each other by a private "
                                "network, such as WireGuard, and write its addresses.",
                    broker);
    g_string_append_printf(all, "%s%s%s", all->len > 0 ? "," : "", scheme, address);
    return TRUE;
}

static gboolean
take_nats(Reader *reader, const char *value)
{
    g_auto(GStrv) brokers = g_strsplit(value, ",", -1);
    g_autoptr(GString) all = g_string_new(NULL);
    guint n_brokers = g_strv_length(brokers);

    if (n_brokers > BROKERS_MAX)
        return fail(reader, "nats takes %d addresses at most.", BROKERS_MAX);
    for (guint i = 0; i < n_brokers; i++)
        if (!take_broker(reader, g_strstrip(brokers[i]), all))
            return FALSE;
    reader->config->nats_line = reader->line;
    return take_text(&reader->config->nats, all->str);
}

static gboolean
take_cluster(Reader *reader, const char *key, const char *value)
{
    CoexRelayConfig *config = reader->config;

    if (g_str_equal(key, "nats"))
        return take_nats(reader, value);
    if (g_str_equal(key, "nats-credentials"))
        return take_file(reader, key, value, &config->nats_credentials);
    if (g_str_equal(key, "nats-user"))
        return take_text(&config->nats_user, value);
    if (g_str_equal(key, "nats-password"))
        return take_text(&config->nats_password, value);
    if (g_str_equal(key, "nats-ca"))
        return take_file(reader, key, value, &config->nats_ca);
    if (g_str_equal(key, "replicas"))
        return take_count(reader, key, value, REPLICAS_MAX, &config->replicas);
    return fail(reader,
                "[relay] knows no “%s”. It has listen, certificate, key, metrics, database, "
                "keep-days, disk-limit-mb, nats, nats-credentials, nats-user, nats-password, "
                "nats-ca and replicas.",
                key);
}

static gboolean
take_relay(Reader *reader, const char *key, const char *value)
{
    CoexRelayConfig *config = reader->config;

    if (g_str_equal(key, "listen"))
        return take_listen(reader, value);
    if (g_str_equal(key, "database"))
        return take_file(reader, key, value, &config->database);
    if (g_str_equal(key, "metrics"))
        return take_metrics(reader, value);
    if (g_str_equal(key, "certificate"))
        return take_file(reader, key, value, &config->certificate);
    if (g_str_equal(key, "key"))
        return take_file(reader, key, value, &config->key);
    if (g_str_equal(key, "keep-days"))
        return take_count(reader, key, value, KEEP_DAYS_MAX, &config->keep_days);
    if (g_str_equal(key, "disk-limit-mb"))
        return take_count(reader, key, value, DISK_LIMIT_MB_MAX, &config->disk_limit_mb);
    return take_cluster(reader, key, value);
}

/* ---- [tenant …] ---- */

static gboolean
take_path(Reader *reader, const char *value)
{
    const CoexRelayTenant *other = g_hash_table_lookup(reader->config->by_path, value);

    if (value[0] != '/' || value[1] == '\0' || g_str_has_suffix(value, "/") ||
        strpbrk(value, "?#% ") != NULL)
        return fail(reader, "path takes what follows the host in the address, as in /bakery: it "
                            "begins with / and ends without, and has no blank, ?, # or %%.");
    if (g_str_has_suffix(value, "/deliveries") || g_str_has_suffix(value, "/sends"))
        return fail(reader, "A path that ends in /deliveries or /sends is a desk's. Choose another "
                            "end.");
    if (other != NULL)
        return fail(reader,
                    "path %s is that of [tenant %s] already, from line %u on. Give each "
                    "a path of its own.",
                    value, other->name, other->line);
    reader->tenant->path = g_strdup(value);
    g_hash_table_insert(reader->config->by_path, reader->tenant->path, reader->tenant);
    return TRUE;
}

static gboolean
take_provider(Reader *reader, const char *value)
{
    reader->tenant->backend = coex_backend_lookup(value);
    return reader->tenant->backend != NULL || fail(reader, "provider is meta or 360dialog.");
}

static gboolean
take_number(Reader *reader, const char *value)
{
    g_autoptr(GError) error = NULL;
    char *digits = coex_number_normalize(value, &error);

    if (digits == NULL)
        return fail(reader, "number: %s", error->message);
    g_free(reader->tenant->number);
    reader->tenant->number = digits;
    return TRUE;
}

static gboolean
take_header(Reader *reader, const char *value)
{
    g_autoptr(CoexVerifier) verifier = coex_verifier_new(COEX_PROOF_HEADER, value);

    if (coex_verifier_get_header(verifier) == NULL)
        return fail(reader, "webhook-header takes a name and a value, as in X-Secret: a-long-word, "
                            "the same as at 360dialog.");
    return take_text(&reader->tenant->webhook_header, value);
}

static gboolean
take_desk_key(Reader *reader, const char *desk, const char *value)
{
    GPtrArray *keys = reader->tenant->keys;
    CoexRelayKey *key;

    if (strlen(value) < KEY_MIN || strpbrk(value, " \t") != NULL)
        return fail(reader,
                    "A desk's key has at least %d characters and no blank. `openssl rand "
                    "-hex 24` makes one.",
                    KEY_MIN);
    for (guint i = 0; i < keys->len; i++) {
        const CoexRelayKey *other = g_ptr_array_index(keys, i);

        if (g_str_equal(other->key, value))
            return fail(reader, "Another desk of [tenant %s] has this key. Give each its own.",
                        reader->tenant->name);
    }
    key = g_new(CoexRelayKey, 1);
    *key = (CoexRelayKey){ g_strdup(desk), g_strdup(value) };
    g_ptr_array_add(keys, key);
    return TRUE;
}

static gboolean
take_api_url(Reader *reader, const char *value)
{
    g_autoptr(GError) error = NULL;
    char *url = coex_api_check_base_url(value, &error);

    if (url == NULL)
        return fail(reader, "api-url: %s", error->message);
    g_free(reader->tenant->api_url);
    reader->tenant->api_url = url;
    return TRUE;
}

#define DESK_KEY "desk-key-"

static gboolean
take_tenant(Reader *reader, const char *key, const char *value)
{
    CoexRelayTenant *tenant = reader->tenant;

    if (g_str_equal(key, "path"))
        return take_path(reader, value);
    if (g_str_equal(key, "provider"))
        return take_provider(reader, value);
    if (g_str_equal(key, "number"))
        return take_number(reader, value);
    if (g_str_equal(key, "webhook-header"))
        return take_header(reader, value);
    if (g_str_equal(key, "desk-key"))
        return take_desk_key(reader, "", value);
    if (g_str_has_prefix(key, DESK_KEY) && key[strlen(DESK_KEY)] != '\0')
        return take_desk_key(reader, key + strlen(DESK_KEY), value);
    if (g_str_equal(key, "app-secret"))
        return take_text(&tenant->app_secret, value);
    if (g_str_equal(key, "verify-token"))
        return take_text(&tenant->verify_token, value);
    if (g_str_equal(key, "token"))
        return take_text(&tenant->token, value);
    if (g_str_equal(key, "api-url"))
        return take_api_url(reader, value);
    return fail(reader,
                "[tenant …] knows no “%s”. It has path, provider, number, app-secret, "
                "webhook-header, verify-token, desk-key, desk-key-NAME, token and api-url.",
                key);
}

/* ---- whole groups ---- */

static gboolean
check_tenant(Reader *reader, const CoexRelayTenant *tenant)
{
    const char *lacks = NULL;

    if (tenant->path == NULL)
        lacks = "path=, as in path=/bakery";
    else if (tenant->number == NULL)
        lacks = "number=, with its country code";
    else if (tenant->backend->proof == COEX_PROOF_HEADER && tenant->webhook_header == NULL)
        lacks = "webhook-header=, the same as at 360dialog";
    else if (tenant->keys->len == 0)
        lacks = "desk-key=, which desks must show. `openssl rand -hex 24` makes one";
    if (lacks != NULL)
        return fail_at(reader, tenant->line, "[tenant %s] lacks %s.", tenant->name, lacks);
    if (tenant->backend->proof != COEX_PROOF_HEADER && tenant->webhook_header != NULL)
        return fail_at(reader, tenant->line,
                       "[tenant %s] is of Meta, which signs: webhook-header= is for 360dialog. "
                       "Take it out, or set provider=360dialog.",
                       tenant->name);
    if (tenant->backend->proof == COEX_PROOF_HEADER && tenant->app_secret != NULL)
        return fail_at(reader, tenant->line,
                       "[tenant %s] is of 360dialog, which does not sign: app-secret= is for Meta. "
                       "Take it out, or set provider=meta.",
                       tenant->name);
    return TRUE;
}

/* Keys and messages pass in the clear only where nobody else can listen. */
static gboolean
check_way(Reader *reader)
{
    const CoexRelayConfig *config = reader->config;
    gboolean is_loopback = TRUE;

    if ((config->certificate == NULL) != (config->key == NULL))
        return fail(reader, "[relay] lacks %s, without which the other is of no use.",
                    config->key == NULL ? "key=, the file with the certificate's key"
                                        : "certificate=, the file that the key belongs to");
    if (config->listen != NULL)
        coex_address_check(config->listen, &is_loopback, NULL);
    return is_loopback || config->certificate != NULL ||
           fail_at(reader, config->listen_line,
                   "listen is an address that others can reach, where keys and messages would pass "
                   "in the clear. Add certificate= and key=, or listen on 127.0.0.1, and let a web "
                   "server with a certificate, or a tunnel, lead there.");
}

static gboolean
check_cluster(Reader *reader)
{
    const CoexRelayConfig *config = reader->config;
    gboolean has_more = config->nats_credentials != NULL || config->nats_user != NULL ||
                        config->nats_password != NULL || config->nats_ca != NULL;

    if (config->nats == NULL)
        return !has_more || fail(reader, "[relay] lacks nats=, without which what is said of "
                                         "brokers is of no use.");
    if ((config->nats_user == NULL) != (config->nats_password == NULL))
        return fail_at(reader, config->nats_line, "nats-user= and nats-password= go together.");
    if (config->nats_user != NULL && config->nats_credentials != NULL)
        return fail_at(reader, config->nats_line,
                       "There are nats-user= and nats-credentials=. Take out one of the two.");
    return config->nats_ca == NULL || strstr(config->nats, "tls://") != NULL ||
           fail_at(reader, config->nats_line,
                   "nats-ca= is for brokers that speak TLS: write tls:// before their addresses.");
}

static gboolean
check_all(Reader *reader)
{
    CoexRelayConfig *config = reader->config;

    if (!check_way(reader) || !check_cluster(reader))
        return FALSE;
    if (config->listen == NULL || config->database == NULL)
        return fail(reader, "[relay] lacks %s.",
                    config->listen == NULL ? "listen=, as in listen=127.0.0.1:8480"
                                           : "database=, as in "
                                             "database=/var/lib/coex-relay/relay.db");
    if (config->tenants->len == 0)
        return fail(reader, "There is no [tenant NAME] yet, and so nobody to receive for.");
    for (guint i = 0; i < config->tenants->len; i++) {
        if (!check_tenant(reader, g_ptr_array_index(config->tenants, i)))
            return FALSE;
    }
    return TRUE;
}

/* ---- lines ---- */

static gboolean
is_known_tenant(const CoexRelayConfig *config, const char *name)
{
    for (guint i = 0; i < config->tenants->len; i++) {
        const CoexRelayTenant *tenant = g_ptr_array_index(config->tenants, i);

        if (g_str_equal(tenant->name, name))
            return TRUE;
    }
    return FALSE;
}

static gboolean
take_heading(Reader *reader, char *line)
{
    gsize length = strlen(line);
    char *name;

    g_hash_table_remove_all(reader->seen);
    reader->tenant = NULL;
    reader->in_relay = FALSE;
    if (line[length - 1] != ']')
        return fail(reader, "A heading ends with ], as in [tenant bakery].");
    line[length - 1] = '\0';
    name = g_strstrip(line + 1);
    if (g_str_equal(name, "relay"))
        return reader->in_relay = TRUE;
    if (!g_str_has_prefix(name, "tenant "))
        return fail(reader, "There is no heading [%s]: there are [relay] and [tenant NAME].", name);
    name = g_strchug(name + strlen("tenant "));
    if (is_known_tenant(reader->config, name))
        return fail(reader, "[tenant %s] is there already. Give this one another name.", name);
    if (reader->config->tenants->len == TENANTS_MAX)
        return fail(reader, "These are more than %d tenants. Set up another relay for the others.",
                    TENANTS_MAX);
    reader->tenant = tenant_new(name, reader->line);
    reader->tenant->place = reader->config->tenants->len;
    g_ptr_array_add(reader->config->tenants, reader->tenant);
    return TRUE;
}

static gboolean
take_line(Reader *reader, char *line)
{
    char *equals = strchr(line, '=');
    char *key, *value;

    if (*line == '\0' || *line == '#' || *line == ';')
        return TRUE;
    if (*line == '[')
        return take_heading(reader, line);
    if (equals == NULL)
        return fail(reader, "This is neither key=value nor a heading nor, with # before it, a "
                            "comment.");
    *equals = '\0';
    key = g_strchomp(line);
    value = g_strchug(equals + 1);
    if (reader->tenant == NULL && !reader->in_relay)
        return fail(reader,
                    "“%s” stands before any heading. Put [relay] or [tenant NAME] above "
                    "it.",
                    key);
    if (!g_hash_table_add(reader->seen, g_strdup(key)))
        return fail(reader, "“%s” is there twice. Take out one of the two.", key);
    if (*value == '\0')
        return fail(reader, "“%s” has no value. Write one behind the =, or take the line out.",
                    key);
    return reader->in_relay ? take_relay(reader, key, value) : take_tenant(reader, key, value);
}

static gboolean
read_lines(Reader *reader, char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (guint i = 0; lines[i] != NULL; i++) {
        reader->line = i + 1;
        if (!take_line(reader, g_strstrip(lines[i])))
            return FALSE;
    }
    return check_all(reader);
}

CoexRelayConfig *
coex_relay_config_read(const char *file, GError **error)
{
    g_autoptr(CoexRelayConfig) config = g_new0(CoexRelayConfig, 1);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Reader reader = { .file = file, .config = config, .seen = seen, .error = error };
    g_autofree char *text = NULL;
    g_autoptr(GError) own_error = NULL;
    gsize length;

    config->keep_days = KEEP_DAYS;
    config->disk_limit_mb = DISK_LIMIT_MB;
    config->replicas = REPLICAS;
    config->tenants = g_ptr_array_new_with_free_func(tenant_free);
    config->by_path = g_hash_table_new(g_str_hash, g_str_equal);
    if (!g_file_get_contents(file, &text, &length, &own_error)) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                    "The configuration cannot be read: %s. Name another file with --config, or see "
                    "to its rights.",
                    own_error->message);
        return NULL;
    }
    if (strlen(text) != length || !g_utf8_validate(text, (gssize)length, NULL)) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                    "%s is no text in UTF-8. Write it anew with a text editor.", file);
        return NULL;
    }
    return read_lines(&reader, text) ? g_steal_pointer(&config) : NULL;
}
