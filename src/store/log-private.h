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
    /* While the numbers begin anew, likewise. */
    char joining_id[COEX_LOG_ID_BYTES]; /* of the next; "": they do not */
    gboolean is_clear;                  /* of those before nothing is left */
    gint64 joined_entry;                /* the last that waits for one of these */
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
