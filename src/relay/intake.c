// SPDX-License-Identifier: GPL-2.0-or-later
#include "relay/intake.h"

#include "core/backend.h"
#include "core/digest.h"
#include "core/json.h"
#include "relay/config.h"
#include "relay/counts.h"
#include "relay/desks.h"
#include "store/log.h"
#include "store/rows.h"
#include <string.h>

#define PROOF_MAX 256 /* of what nobody proves here; Meta's has 71 */

struct CoexRelayIntake {
    const CoexRelayConfig *config;
    CoexLog *log;
    CoexDesks *desks;
    CoexCounts *counts; /* of each tenant */
    gint *is_proved;    /* atomic; for each tenant */
};

CoexRelayIntake *
coex_relay_intake_new(const CoexRelayConfig *config, CoexLog *log, CoexDesks *desks,
                      CoexCounts *counts)
{
    CoexRelayIntake *intake = g_new0(CoexRelayIntake, 1);

    intake->config = config;
    intake->log = log;
    intake->desks = desks;
    intake->counts = counts;
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

    coex_count_add(&passage->intake->counts[passage->tenant],
                   error == NULL ? COEX_COUNT_ACCEPTED : COEX_COUNT_DISK, 1);
    passage->kept(error, passage->user_data);
    if (error == NULL)
        coex_desks_note(passage->intake->desks, passage->tenant);
}

/* Of one that was not kept: the HTTP status. */
static guint
leave(CoexRelayIntake *intake, guint tenant, CoexCount why)
{
    coex_count_add(&intake->counts[tenant], why, 1);
    switch ((int)why) {
    case COEX_COUNT_WRONG_PROOF:
        return 401;
    case COEX_COUNT_NO_JSON:
        return 400;
    default:
        return 503;
    }
}

guint
coex_relay_intake_keep(const CoexDelivery *delivery, CoexSourceKept kept, gpointer user_data,
                       gpointer data)
{
    CoexRelayIntake *intake = data;
    const CoexRelayTenant *config = g_hash_table_lookup(intake->config->by_path, delivery->path);
    guint tenant = config->place;
    CoexDelivery entry = *delivery;
    CoexLogTaking taking;
    Passage *passage;

    entry.received_at = g_get_real_time() / 1000;
    if (!g_atomic_int_get(&intake->is_proved[tenant])) {
        if (entry.proof != NULL && strlen(entry.proof) > PROOF_MAX)
            return leave(intake, tenant, COEX_COUNT_WRONG_PROOF);
        if (!is_json_object(entry.body))
            return leave(intake, tenant, COEX_COUNT_NO_JSON);
        if (!mix_proof(&entry))
            return leave(intake, tenant, COEX_COUNT_BUSY);
    }
    passage = g_new(Passage, 1);
    *passage = (Passage){ intake, tenant, kept, user_data };
    taking = coex_log_add(intake->log, tenant, &entry, on_committed, passage);
    if (taking == COEX_LOG_TAKEN)
        return 0;
    g_free(passage);
    return leave(intake, tenant, taking == COEX_LOG_FULL ? COEX_COUNT_NO_ROOM : COEX_COUNT_BUSY);
}
