// SPDX-License-Identifier: GPL-2.0-or-later
#include "relay/intake.h"

#include "core/backend.h"
#include "core/digest.h"
#include "core/json.h"
#include "relay/config.h"
#include "relay/desks.h"
#include "store/log.h"
#include "store/rows.h"
#include <string.h>

struct CoexRelayIntake {
    const CoexRelayConfig *config;
    CoexLog *log;
    CoexDesks *desks;
    gint *is_proved; /* atomic; for each tenant */
};

CoexRelayIntake *
coex_relay_intake_new(const CoexRelayConfig *config, CoexLog *log, CoexDesks *desks)
{
    CoexRelayIntake *intake = g_new0(CoexRelayIntake, 1);

    intake->config = config;
    intake->log = log;
    intake->desks = desks;
    intake->is_proved = g_new0(gint, config->tenants->len);
    for (guint i = 0; i < config->tenants->len; i++)
        coex_relay_intake_set_proof(
            intake, i, coex_relay_tenant_proves(g_ptr_array_index(config->tenants, i)));
    return intake;
}

void
coex_relay_intake_set_proof(CoexRelayIntake *intake, guint tenant, gboolean is_here)
{
    g_atomic_int_set(&intake->is_proved[tenant], is_here);
}

void
coex_relay_intake_free(CoexRelayIntake *intake)
{
    g_free(intake->is_proved);
    g_free(intake);
}

static gboolean
is_json_object(GBytes *body)
{
    gsize length;
    const char *bytes = g_bytes_get_data(body, &length);
    g_autoptr(CoexJson) doc = coex_json_parse(bytes, length, NULL);
    CoexJsonAt root;

    if (doc == NULL)
        return FALSE;
    root = coex_json_root(doc);
    return coex_json_at_is_object(&root);
}

/* The same body with a wrong proof must not stand in the way of the right one. */
static gboolean
mix_proof(CoexDelivery *delivery)
{
    g_autoptr(CoexHash) hash = coex_hash_new(NULL);
    CoexDigest digest;

    coex_hash_update(hash, delivery->key, sizeof delivery->key);
    if (delivery->proof != NULL)
        coex_hash_update(hash, delivery->proof, strlen(delivery->proof));
    if (!coex_hash_finish(hash, &digest))
        return FALSE;
    memcpy(delivery->key, digest.bytes, sizeof digest.bytes);
    return TRUE;
}

typedef struct {
    CoexRelayIntake *intake;
    guint tenant;
    CoexSourceKept kept;
    gpointer user_data;
} Passage;

/* In the writer's thread. */
static void
on_committed(const GError *error, gpointer data)
{
    g_autofree Passage *passage = data;

    passage->kept(error, passage->user_data);
    if (error == NULL)
        coex_desks_wake(passage->intake->desks, passage->tenant);
}

guint
coex_relay_intake_keep(const CoexDelivery *delivery, CoexSourceKept kept, gpointer user_data,
                       gpointer data)
{
    CoexRelayIntake *intake = data;
    const CoexRelayTenant *tenant = g_hash_table_lookup(intake->config->by_path, delivery->path);
    CoexDelivery entry = *delivery;
    Passage *passage;

    entry.received_at = g_get_real_time() / 1000;
    if (!g_atomic_int_get(&intake->is_proved[tenant->place])) {
        if (!is_json_object(entry.body))
            return 400;
        if (!mix_proof(&entry))
            return 503;
    }
    passage = g_new(Passage, 1);
    *passage = (Passage){ intake, tenant->place, kept, user_data };
    if (coex_log_add(intake->log, tenant->place, &entry, on_committed, passage) == COEX_LOG_TAKEN)
        return 0;
    g_free(passage);
    return 503;
}
