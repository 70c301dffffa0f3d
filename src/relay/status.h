// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "relay/cluster.h"
#include "store/shared-log.h"

/* How a relay stands, for people and for Prometheus. No secret is in it, no number, and nothing of
 * what was written. */

typedef struct CoexCounts CoexCounts;
typedef struct CoexRelayConfig CoexRelayConfig;

/* A desk, since the relay began. */
typedef struct {
    char *desk;      /* "": those that have no key of their own */
    gint64 asked_at; /* seconds since 1970, 0: did not ask */
    gint64 after;    /* the cursor that it came with last */
    guint n_waiting; /* so many of its requests wait */
    gint64 n_behind; /* entries that it does not have yet */
} CoexDeskFigures;

typedef struct {
    const char *name; /* borrowed */
    CoexLogFigures log;
    CoexCounts *counts; /* borrowed; NULL: it does not run */
    GArray *desks;      /* CoexDeskFigures; NULL: likewise */
} CoexTenantStatus;

typedef struct CoexRelayStatus {
    const CoexRelayConfig *config; /* borrowed */
    gint64 now;                    /* seconds since 1970 */
    gint64 began_at;               /* likewise; 0: it does not run */
    gint64 certificate_end;        /* likewise; 0: there is none */
    GArray *tenants;               /* CoexTenantStatus */
    CoexClusterFigures cluster;    /* owned; of a relay that runs and has nats= */
    CoexLogWaiting waiting;        /* for brokers; only where it has nats= */
} CoexRelayStatus;

/* Of CoexDeskFigures, empty. g_array_unref(). */
GArray *coex_desk_figures_new(void);

/* Without tenants yet. */
CoexRelayStatus *coex_relay_status_new(const CoexRelayConfig *config);
void coex_relay_status_free(CoexRelayStatus *status);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexRelayStatus, coex_relay_status_free)

/* Takes @tenant. */
void coex_relay_status_add(CoexRelayStatus *status, const CoexTenantStatus *tenant);
/* Counts what desks do not have yet, and what waits for brokers, once all tenants of @log are
 * there. Blocks. */
void coex_relay_status_count(CoexRelayStatus *status, CoexLog *log);

/* A few lines for each tenant. Free with g_free(). */
char *coex_relay_status_dup_text(const CoexRelayStatus *status);
/* Prometheus's text format 0.0.4. Free with g_free(). */
char *coex_relay_status_dup_metrics(const CoexRelayStatus *status);
