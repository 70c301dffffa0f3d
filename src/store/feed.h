// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "store/batch-private.h"
#include "store/db.h"

/* The feed, as the changes of a batch add to it: inside the writer's transaction. */

/* One change being applied. */
typedef struct {
    CoexDb *db;
    CoexBatch *batch;
    CoexChange *change;
} CoexApply;

/* Adds a line: all but its seq and account count. */
gboolean coex_apply_feed(CoexApply *apply, const CoexFeedItem *line, GError **error);
