// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "store/batch.h"
#include "store/rows.h"
#include <glib.h>

/* What the writer is given to do. */

typedef struct CoexDb CoexDb;

typedef enum {
    COEX_JOB_DELIVERY,
    COEX_JOB_BATCH,
    COEX_JOB_TASK,
} CoexJobKind;

typedef struct CoexJob {
    CoexJobKind kind;
    gint64 queued_at; /* monotonic */
    union {
        struct {
            CoexDelivery delivery; /* owns all but the path */
            CoexStoreAcked acked;
        };
        struct {
            CoexBatch *batch; /* owned */
            CoexStoreCommitted committed;
            GMainContext *context; /* owned; NULL without callback */
            GError *error;
        };
        void (*task)(CoexDb *db, const GError *error, gpointer data);
    };
    gpointer user_data;
} CoexJob;

/* Queued now; coex_job_free(). */
CoexJob *coex_job_new(CoexJobKind kind);
void coex_job_free(gpointer job);
/* What it takes of COEX_STORE_QUEUE_BYTES: nothing unless it is a delivery. */
gsize coex_job_get_delivery_size(const CoexJob *job);
