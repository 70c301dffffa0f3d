// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "store/rows.h"

/* Deliveries of many numbers, kept as they came for whoever reads them later: a number of its own
 * for each in the tenant's sequence, and nothing is known of what is in them. Hides the database
 * (store/writer.h), what is removed by age, and whose the room is when it runs short. */

typedef struct CoexLog CoexLog;

#define COEX_LOG_BATCH_ROWS 256
#define COEX_LOG_BATCH_BYTES (1024 * 1024) /* beyond the first row */

typedef struct {
    const char *path;           /* of the database */
    const char *program;        /* for its lock */
    const char *const *tenants; /* their paths, NULL-terminated; a tenant is known by its place */
    gint64 keep_s;
    guint64 limit;      /* bytes; half of them are shared out, the other half is who needs it */
    gboolean is_shared; /* numbers are those of a log of many programs (store/shared-log.h) */
} CoexLogSpec;

/* Opens or creates the database, whose lock is held until coex_log_close(). Blocks. @spec is
 * copied. COEX_ERROR_LOCKED, COEX_ERROR_STORE. */
CoexLog *coex_log_open(const CoexLogSpec *spec, GError **error);
/* Commits and answers what is queued. Blocks. NULL is allowed. */
void coex_log_close(CoexLog *log);

typedef enum {
    COEX_LOG_TAKEN, /* @acked follows */
    COEX_LOG_BUSY,  /* too much waits for the disk */
    COEX_LOG_FULL,  /* the tenant has no room */
} CoexLogTaking;

/* Queues a delivery, which is told to come at @delivery->received_at in milliseconds, for the next
 * commit; one whose key the tenant has is acknowledged and not kept again. Any thread; @acked runs
 * in the writer's. */
CoexLogTaking coex_log_add(CoexLog *log, guint tenant, const CoexDelivery *delivery,
                           CoexStoreAcked acked, gpointer user_data);

#define COEX_LOG_ID_BYTES 33

/* What stands there of a tenant. */
typedef struct {
    char id[COEX_LOG_ID_BYTES]; /* of the numbers, 32 hex digits: those of another are others; "":
                                   of a shared log that is not known yet */
    gint64 newest;              /* number of the last that came, 0: none did */
    gint64 oldest;    /* of those that are there, in a shared log at most; newest + 1: none is */
    gint64 oldest_at; /* when the first of them came, milliseconds since 1970; 0: none is there */
    gint64 n_kept;    /* in a shared log also those without a number yet */
    gint64 bytes;
} CoexLogFigures;

/* As of what was last written or read. Any thread. */
void coex_log_get_figures(CoexLog *log, guint tenant, CoexLogFigures *ret_figures);

/* Borrowed. */
typedef struct CoexLogRow {
    gint64 sequence;
    gint64 waiting; /* where it stands among those that wait (store/shared-log.h); 0: it does not */
    guint tenant;   /* likewise; G_MAXUINT: one that is no more */
    const guint8 *key;  /* likewise, 32 bytes */
    gint64 received_at; /* milliseconds since 1970 */
    gboolean is_send;
    const char *header; /* NULL: none */
    const char *proof;
    const void *body;
    gsize length;
} CoexLogRow;

/* Both in the writer's thread, between two commits. */
typedef struct {
    void (*row)(const CoexLogRow *row, gpointer user_data);
    /* The last of a reading; @error: it failed, and @figures is NULL. */
    void (*done)(const CoexLogFigures *figures, const GError *error, gpointer user_data);
} CoexLogReader;

/* Reads what came after the number @after, the oldest first, within the bounds above. @reader is
 * borrowed until its done(), which always runs. Any thread. */
void coex_log_read(CoexLog *log, guint tenant, gint64 after, const CoexLogReader *reader,
                   gpointer user_data);
