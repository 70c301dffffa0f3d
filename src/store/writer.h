// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "store/batch.h"
#include "store/rows.h"

/* The one thread that owns the connection. It takes all that is queued, commits it as one
 * transaction and answers: a disk that needs 5 ms for a sync then costs 5 ms for all who wait, not
 * for each. After an I/O error the connection is opened anew, since a sync that failed once may
 * falsely succeed when repeated. */

typedef struct CoexDb CoexDb;
typedef struct CoexShown CoexShown;
typedef struct CoexWatch CoexWatch;
typedef struct CoexWriter CoexWriter;

/* Runs in the writer's thread, between transactions, in its turn of the queue; frees @data. @db is
 * NULL and @error set when the database cannot be used now. */
typedef void (*CoexWriterTask)(CoexDb *db, const GError *error, gpointer data);

/* What the database is, whose the writer is. */
typedef struct {
    CoexDb *(*open)(const char *path, gpointer data, GError **error); /* anew, after an error */
    gboolean (*add_delivery)(CoexDb *db, const CoexDelivery *delivery, gpointer data,
                             gboolean *ret_added, GError **error);
    /* One small step; @now: seconds since 1970. */
    gboolean (*retain)(CoexDb *db, gint64 now, gpointer data, gboolean *ret_more, GError **error);
    gint64 retain_every_s;
    gboolean is_searched; /* the index of words follows */
} CoexWriterKind;

/* A store's. */
extern const CoexWriterKind coex_writer_store;

/* Takes @db, opened from @path; @kind, its @data and @shown (NULL: nothing is) are borrowed until
 * the stop. NULL and COEX_ERROR_STORE when there is no thread to be had. */
CoexWriter *coex_writer_start(CoexDb *db, const char *path, const CoexWriterKind *kind,
                              gpointer data, CoexShown *shown, GError **error);

/* Commits and answers all that is queued, ends the thread, closes the connection. Blocks. */
void coex_writer_stop(CoexWriter *writer);

/* The following may be called from any thread; see the functions of the same names in store.h. */
gboolean coex_writer_add_delivery(CoexWriter *writer, const CoexDelivery *delivery,
                                  CoexStoreAcked acked, gpointer user_data);
void coex_writer_add_batch(CoexWriter *writer, CoexBatch *batch, CoexStoreCommitted done,
                           gpointer user_data);
void coex_writer_add_task(CoexWriter *writer, CoexWriterTask task, gpointer data);
void coex_writer_hold(CoexWriter *writer);
void coex_writer_release(CoexWriter *writer);

/* Whom to tell of new deliveries (a reference is taken), NULL: nobody. Cancels the one before. */
void coex_writer_set_watch(CoexWriter *writer, CoexWatch *watch);
