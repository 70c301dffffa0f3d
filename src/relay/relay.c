// SPDX-License-Identifier: GPL-2.0-or-later
#include "relay/relay.h"

#include "core/backend.h"
#include "ingest/receiver.h"
#include "net/certificate.h"
#include "relay/cluster.h"
#include "relay/config.h"
#include "relay/console.h"
#include "relay/counts.h"
#include "relay/desks.h"
#include "relay/intake.h"
#include "relay/status.h"
#include "store/shared-log.h"
#include <string.h>

#define MB (1024 * (guint64)1024)
#define DAY_S (24 * 3600)
#define SAY_EVERY_US (60 * G_USEC_PER_SEC) /* of the same of a tenant */

typedef struct {
    CoexRelay *relay;
    const CoexRelayTenant *config; /* as it was read last */
    gboolean receives;
    guint n_refused; /* since that was last said */
    gint64 refused_said_at;
    gint64 lost_said_at;
} Tenant;

struct CoexRelay {
    void (*say)(const char *line);
    const CoexRelayConfig *config; /* of the beginning */
    CoexRelayConfig *reloaded;     /* the last that was read since, NULL */
    CoexLog *log;
    CoexCluster *cluster; /* NULL: it is alone */
    CoexDesks *desks;
    CoexRelayIntake *intake;
    CoexReceiver *receiver;
    CoexConsole *console; /* NULL: there is to be none */
    CoexCounts *counts;   /* of each tenant */
    gint64 began_at;
    gssize certificate_end; /* atomic; 0: there is none */
    Tenant *tenants;
    guint n_tenants;
};

/* ---- what is said ---- */

G_GNUC_PRINTF(2, 3)
static void
say(const CoexRelay *relay, const char *format, ...)
{
    g_autofree char *line = NULL;
    va_list args;

    va_start(args, format);
    line = g_strdup_vprintf(format, args);
    va_end(args);
    relay->say(line);
}

static gboolean
is_due(gint64 *said_at)
{
    gint64 now = g_get_monotonic_time();

    if (*said_at != 0 && now - *said_at < SAY_EVERY_US)
        return FALSE;
    *said_at = now;
    return TRUE;
}

static void
on_refused(CoexVerdict verdict, guint n, gpointer data)
{
    Tenant *tenant = data;
    const char *secret = tenant->config->backend->secret_option;

    coex_count_add(&tenant->relay->counts[tenant - tenant->relay->tenants],
                   verdict == COEX_VERDICT_MISSING ? COEX_COUNT_NO_PROOF : COEX_COUNT_WRONG_PROOF,
                   n);
    tenant->n_refused += n;
    if (!is_due(&tenant->refused_said_at))
        return;
    if (verdict == COEX_VERDICT_MISSING)
        say(tenant->relay, "%s: refused what came without the provider's proof (deliveries: %u).",
            tenant->config->name, tenant->n_refused);
    else
        say(tenant->relay,
            "%s: refused what came with a proof that is not by %s= of this configuration "
            "(deliveries: %u). If the provider sent it, correct that.",
            tenant->config->name, secret, tenant->n_refused);
    tenant->n_refused = 0;
}

static void
on_lost(const GError *error, gpointer data)
{
    Tenant *tenant = data;

    if (is_due(&tenant->lost_said_at))
        say(tenant->relay, "%s: deliveries could not be stored and are left to the provider: %s",
            tenant->config->name, error->message);
}

/* ---- coming up ---- */

static CoexVerifier *
make_verifier(const CoexRelayTenant *tenant)
{
    if (tenant->webhook_header != NULL)
        return coex_verifier_new(COEX_PROOF_HEADER, tenant->webhook_header);
    if (tenant->app_secret != NULL)
        return coex_verifier_new(COEX_PROOF_SIGNATURE, tenant->app_secret);
    return coex_verifier_new(COEX_PROOF_ELSEWHERE, NULL);
}

static void
receive(CoexRelay *relay, Tenant *tenant)
{
    g_autoptr(CoexVerifier) verifier = make_verifier(tenant->config);
    CoexReceiverSpec spec = { .path = tenant->config->path,
                              .number = tenant->config->number,
                              .verify_token = tenant->config->verify_token };

    spec.source = (CoexSourceSpec){ .verifier = verifier,
                                    .context = g_main_context_default(),
                                    .refused = on_refused,
                                    .lost = on_lost,
                                    .data = tenant };
    coex_receiver_add(relay->receiver, &spec);
    tenant->receives = TRUE;
}

static CoexLog *
open_log(const CoexRelayConfig *config, GError **error)
{
    g_autofree const char **paths = g_new0(const char *, config->tenants->len + 1);
    CoexLogSpec spec = { .path = config->database,
                         .program = "coex-relay",
                         .tenants = paths,
                         .keep_s = (gint64)config->keep_days * DAY_S,
                         .limit = config->disk_limit_mb * MB,
                         .is_shared = config->nats != NULL };

    for (guint i = 0; i < config->tenants->len; i++)
        paths[i] = ((const CoexRelayTenant *)g_ptr_array_index(config->tenants, i))->path;
    return coex_log_open(&spec, error);
}

/* @ret_certificate: NULL where there is to be none. */
static gboolean
read_certificate(CoexRelay *relay, const CoexRelayConfig *config, CoexCertificate **ret_certificate,
                 GError **error)
{
    g_autoptr(GDateTime) end = NULL;
    g_autofree char *day = NULL;

    *ret_certificate = NULL;
    if (config->certificate == NULL)
        return TRUE;
    *ret_certificate = coex_certificate_read(config->certificate, config->key, error);
    if (*ret_certificate == NULL)
        return FALSE;
    g_atomic_pointer_set(&relay->certificate_end, coex_certificate_get_end(*ret_certificate));
    end = g_date_time_new_from_unix_utc(coex_certificate_get_end(*ret_certificate));
    day = end != NULL ? g_date_time_format(end, "%Y-%m-%d") : g_strdup("some day");
    say(relay, "The certificate ends on %s.", day);
    return TRUE;
}

/* In the console's thread. */
static CoexRelayStatus *
look(gpointer data)
{
    CoexRelay *relay = data;
    CoexRelayStatus *status = coex_relay_status_new(relay->config);

    status->began_at = relay->began_at;
    status->certificate_end = (gint64)(gsize)g_atomic_pointer_get(&relay->certificate_end);
    for (guint i = 0; i < relay->n_tenants; i++) {
        const CoexRelayTenant *config = g_ptr_array_index(relay->config->tenants, i);
        CoexTenantStatus tenant = { .name = config->name, .counts = &relay->counts[i] };

        coex_log_get_figures(relay->log, i, &tenant.log);
        tenant.desks = coex_desks_get_figures(relay->desks, i);
        coex_relay_status_add(status, &tenant);
    }
    if (relay->cluster != NULL)
        coex_cluster_get_figures(relay->cluster, &status->cluster);
    coex_relay_status_count(status, relay->log);
    return status;
}

char *
coex_relay_dup_rest(const CoexRelayConfig *config, GError **error)
{
    g_autoptr(CoexRelayStatus) status = coex_relay_status_new(config);
    CoexLog *log = open_log(config, error);

    if (log == NULL)
        return NULL;
    for (guint i = 0; i < config->tenants->len; i++) {
        const CoexRelayTenant *of = g_ptr_array_index(config->tenants, i);
        CoexTenantStatus tenant = { .name = of->name };

        coex_log_get_figures(log, i, &tenant.log);
        coex_relay_status_add(status, &tenant);
    }
    coex_relay_status_count(status, log);
    coex_log_close(log);
    return coex_relay_status_dup_text(status);
}

static void
on_placed(guint tenant, gpointer data)
{
    CoexRelay *relay = data;

    coex_desks_wake(relay->desks, tenant);
}

static CoexCluster *
make_cluster(CoexRelay *relay, const CoexRelayConfig *config)
{
    const CoexClusterSpec spec = { config, relay->log, relay->say, on_placed, relay };

    return coex_cluster_new(&spec);
}

static gboolean
open_parts(CoexRelay *relay, const CoexRelayConfig *config, GError **error)
{
    CoexReceiverGround ground = { .keep = coex_relay_intake_keep, .others = &coex_desks_handler };

    if (!read_certificate(relay, config, &ground.certificate, error))
        return FALSE;
    relay->log = open_log(config, error);
    if (relay->log == NULL) {
        g_clear_pointer(&ground.certificate, coex_certificate_free);
        return FALSE;
    }
    if (config->nats != NULL)
        relay->cluster = make_cluster(relay, config);
    relay->desks = coex_desks_new(config, relay->log, relay->cluster, relay->counts);
    relay->intake = coex_relay_intake_new(config, relay->log, relay->desks, relay->counts);
    ground.keep_data = relay->intake;
    ground.others_data = relay->desks;
    relay->receiver = coex_receiver_open_on(config->listen, &ground, error);
    if (relay->receiver == NULL)
        return FALSE;
    for (guint i = 0; i < relay->n_tenants; i++) {
        relay->tenants[i].relay = relay;
        relay->tenants[i].config = g_ptr_array_index(config->tenants, i);
        receive(relay, &relay->tenants[i]);
    }
    if (relay->cluster != NULL)
        coex_cluster_start(relay->cluster);
    if (config->metrics != NULL)
        relay->console = coex_console_new(config->metrics, look, relay, error);
    return config->metrics == NULL || relay->console != NULL;
}

CoexRelay *
coex_relay_open(const CoexRelayConfig *config, void (*say_line)(const char *line), GError **error)
{
    CoexRelay *relay = g_new0(CoexRelay, 1);

    relay->say = say_line;
    relay->config = config;
    relay->n_tenants = config->tenants->len;
    relay->tenants = g_new0(Tenant, relay->n_tenants);
    relay->counts = g_new0(CoexCounts, relay->n_tenants);
    relay->began_at = g_get_real_time() / G_USEC_PER_SEC;
    if (open_parts(relay, config, error)) {
        say(relay,
            relay->n_tenants == 1 ? "Receives for %u tenant on %s."
                                  : "Receives for %u tenants on %s.",
            relay->n_tenants, config->listen);
        return relay;
    }
    coex_relay_close(relay);
    return NULL;
}

/* ---- reading the configuration again ---- */

static void
reload_certificate(CoexRelay *relay, const CoexRelayConfig *fresh)
{
    CoexCertificate *certificate;
    g_autoptr(GError) error = NULL;

    if ((fresh->certificate != NULL) != (relay->config->certificate != NULL))
        say(relay, "certificate= counts after a restart.");
    else if (!read_certificate(relay, fresh, &certificate, &error))
        say(relay, "The certificate stays the one that it was: %s", error->message);
    else if (certificate != NULL)
        coex_receiver_set_certificate(relay->receiver, certificate);
}

static gboolean
has_other_secrets(const CoexRelayTenant *a, const CoexRelayTenant *b)
{
    return g_strcmp0(a->app_secret, b->app_secret) != 0 ||
           g_strcmp0(a->webhook_header, b->webhook_header) != 0 ||
           g_strcmp0(a->verify_token, b->verify_token) != 0 || strcmp(a->number, b->number) != 0;
}

/* @fresh NULL: it is no more. */
static void
reload_tenant(CoexRelay *relay, guint place, const CoexRelayTenant *fresh)
{
    Tenant *tenant = &relay->tenants[place];
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    gboolean receives_on =
        tenant->receives && fresh != NULL && !has_other_secrets(tenant->config, fresh);

    coex_desks_set_keys(relay->desks, place, fresh != NULL ? fresh->keys : none);
    tenant->config = fresh != NULL ? fresh : g_ptr_array_index(relay->config->tenants, place);
    if (receives_on)
        return;
    coex_receiver_remove(relay->receiver, tenant);
    tenant->receives = FALSE;
    if (fresh == NULL)
        return;
    coex_relay_intake_set_proof(relay->intake, place, coex_relay_tenant_proves(fresh));
    receive(relay, tenant);
}

static gboolean
has_other_ground(const CoexRelayConfig *a, const CoexRelayConfig *b)
{
    return strcmp(a->listen, b->listen) != 0 || g_strcmp0(a->metrics, b->metrics) != 0 ||
           strcmp(a->database, b->database) != 0 || a->keep_days != b->keep_days ||
           a->disk_limit_mb != b->disk_limit_mb || g_strcmp0(a->nats, b->nats) != 0 ||
           g_strcmp0(a->nats_credentials, b->nats_credentials) != 0 ||
           g_strcmp0(a->nats_user, b->nats_user) != 0 ||
           g_strcmp0(a->nats_password, b->nats_password) != 0 ||
           g_strcmp0(a->nats_ca, b->nats_ca) != 0 || a->replicas != b->replicas;
}

void
coex_relay_reload(CoexRelay *relay, CoexRelayConfig *fresh)
{
    guint n_known = 0;

    reload_certificate(relay, fresh);
    for (guint i = 0; i < relay->n_tenants; i++) {
        const CoexRelayTenant *first = g_ptr_array_index(relay->config->tenants, i);
        const CoexRelayTenant *tenant = g_hash_table_lookup(fresh->by_path, first->path);

        if (tenant != NULL && tenant->backend != first->backend)
            tenant = NULL;
        reload_tenant(relay, i, tenant);
        n_known += tenant != NULL ? 1 : 0;
    }
    say(relay,
        n_known == 1
            ? "The configuration was read again: secrets and keys of %u tenant count now."
            : "The configuration was read again: secrets and keys of %u tenants count now.",
        n_known);
    if (n_known + 1 == relay->n_tenants)
        say(relay, "One tenant is not in it, or of another provider: nothing is taken for it.");
    else if (n_known < relay->n_tenants)
        say(relay, "%u tenants are not in it, or of another provider: nothing is taken for them.",
            relay->n_tenants - n_known);
    if (fresh->tenants->len > n_known || has_other_ground(relay->config, fresh))
        say(relay, "New tenants, and what else of [relay] is other, count after a restart.");
    g_clear_pointer(&relay->reloaded, coex_relay_config_free);
    relay->reloaded = fresh;
}

/* Who waits is answered, then nobody comes any more, then what came is committed. */
void
coex_relay_close(CoexRelay *relay)
{
    g_clear_pointer(&relay->console, coex_console_free);
    if (relay->desks != NULL)
        coex_desks_end(relay->desks);
    g_clear_pointer(&relay->receiver, coex_receiver_free);
    coex_cluster_stop(relay->cluster);
    coex_log_close(relay->log);
    g_clear_pointer(&relay->cluster, coex_cluster_free);
    g_clear_pointer(&relay->intake, coex_relay_intake_free);
    g_clear_pointer(&relay->desks, coex_desks_free);
    g_clear_pointer(&relay->reloaded, coex_relay_config_free);
    g_free(relay->tenants);
    g_free(relay->counts);
    g_free(relay);
}
