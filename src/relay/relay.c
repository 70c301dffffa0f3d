// SPDX-License-Identifier: GPL-2.0-or-later
#include "relay/relay.h"

#include "core/backend.h"
#include "ingest/receiver.h"
#include "relay/config.h"
#include "relay/desks.h"
#include "relay/intake.h"
#include "store/log.h"

#define MB (1024 * (guint64)1024)
#define DAY_S (24 * 3600)
#define SAY_EVERY_US (60 * G_USEC_PER_SEC) /* of the same of a tenant */

typedef struct {
    CoexRelay *relay;
    const CoexRelayTenant *config;
    guint n_refused; /* since that was last said */
    gint64 refused_said_at;
    gint64 lost_said_at;
} Tenant;

struct CoexRelay {
    void (*say)(const char *line);
    CoexLog *log;
    CoexDesks *desks;
    CoexRelayIntake *intake;
    CoexReceiver *receiver;
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

    tenant->n_refused += n;
    if (!is_due(&tenant->refused_said_at))
        return;
    if (verdict == COEX_VERDICT_MISSING)
        say(tenant->relay, "%s: refused what came without the provider's proof (%u times).",
            tenant->config->name, tenant->n_refused);
    else
        say(tenant->relay,
            "%s: refused what came with a proof that is not by %s= of this configuration (%u "
            "times). If the provider sent it, correct that.",
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
}

static CoexLog *
open_log(const CoexRelayConfig *config, GError **error)
{
    g_autofree const char **paths = g_new0(const char *, config->tenants->len + 1);
    CoexLogSpec spec = { .path = config->database,
                         .program = "coex-relay",
                         .tenants = paths,
                         .keep_s = (gint64)config->keep_days * DAY_S,
                         .limit = config->disk_limit_mb * MB };

    for (guint i = 0; i < config->tenants->len; i++)
        paths[i] = ((const CoexRelayTenant *)g_ptr_array_index(config->tenants, i))->path;
    return coex_log_open(&spec, error);
}

static gboolean
open_parts(CoexRelay *relay, const CoexRelayConfig *config, GError **error)
{
    CoexReceiverGround ground = { .keep = coex_relay_intake_keep, .others = &coex_desks_handler };

    relay->log = open_log(config, error);
    if (relay->log == NULL)
        return FALSE;
    relay->desks = coex_desks_new(config, relay->log);
    relay->intake = coex_relay_intake_new(config, relay->log, relay->desks);
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
    return TRUE;
}

CoexRelay *
coex_relay_open(const CoexRelayConfig *config, void (*say_line)(const char *line), GError **error)
{
    CoexRelay *relay = g_new0(CoexRelay, 1);

    relay->say = say_line;
    relay->n_tenants = config->tenants->len;
    relay->tenants = g_new0(Tenant, relay->n_tenants);
    if (open_parts(relay, config, error)) {
        say(relay, "Receives for %u tenants on %s.", relay->n_tenants, config->listen);
        return relay;
    }
    coex_relay_close(relay);
    return NULL;
}

/* Who waits is answered, then nobody comes any more, then what came is committed. */
void
coex_relay_close(CoexRelay *relay)
{
    if (relay->desks != NULL)
        coex_desks_end(relay->desks);
    g_clear_pointer(&relay->receiver, coex_receiver_free);
    coex_log_close(relay->log);
    g_clear_pointer(&relay->intake, coex_relay_intake_free);
    g_clear_pointer(&relay->desks, coex_desks_free);
    g_free(relay->tenants);
    g_free(relay);
}
