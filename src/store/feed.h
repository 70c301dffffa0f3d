// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The feed, as the changes of a batch add to it: inside the writer's transaction. */

typedef struct CoexBatch CoexBatch;
typedef struct CoexChange CoexChange;
typedef struct CoexDb CoexDb;
typedef struct CoexFeedItem CoexFeedItem;

/* One change being applied. */
typedef struct CoexApply {
    CoexDb *db;
    CoexBatch *batch;
    CoexChange *change;
    gboolean quiet;        /* what it tells is no news: no line is added */
    GHashTable *reactions; /* of the batch: those whose line waits for more (store/refer.h) */
} CoexApply;

/* Adds a line: all but its seq and account count. */
gboolean coex_apply_feed(CoexApply *apply, const CoexFeedItem *line, GError **error);
