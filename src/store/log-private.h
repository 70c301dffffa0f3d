// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "store/log.h"

/* What the files of a log share. */

typedef struct CoexDb CoexDb;
typedef struct CoexLock CoexLock;
typedef struct CoexWriter CoexWriter;

/* An entry's id is its tenant's and its number in one: a tenant's entries stand together, in their
 * order. */
#define COEX_LOG_SEQUENCE_BITS 40

typedef struct {
    gint64 id; /* in the database */
    CoexLogFigures figures;
} CoexLogTenant;

struct CoexLog {
    CoexLock *lock;
    CoexWriter *writer;
    char *path;
    char id[COEX_LOG_ID_BYTES];
    gboolean is_shared;
    char shared_id[COEX_LOG_ID_BYTES]; /* "": not known yet; the writer's thread */
    gint64 keep_s;
    gint64 limit;
    gint64 opened_at; /* seconds since 1970 */
    gint64 opened_us; /* monotonic */

    GMutex mutex;
    CoexLogTenant *tenants; /* ids and number never change; figures under the mutex */
    guint n_tenants;
    gint64 strangers; /* bytes of tenants that are no more; under the mutex */

    GHashTable *by_id;    /* id -> CoexLogTenant; the writer's thread */
    gint64 retain_tenant; /* whose turn is next; likewise */
};

static inline gint64
coex_log_first_id(gint64 tenant)
{
    return tenant << COEX_LOG_SEQUENCE_BITS;
}

/* What stands of the tenant, an id, in the database. */
gboolean coex_log_read_figures(CoexLog *log, CoexDb *db, gint64 tenant, CoexLogFigures *ret_figures,
                               GError **error);
