// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "store/batch.h"
#include "store/db.h"

/* Messages and what is told about them: one row per message however often and by whichever way it
 * comes (the layout of a wamid), statuses merged by rank, statuses that overtake their message kept
 * for it, and the feed items that follow. Runs inside the writer's transaction. */

/* One change being applied. */
typedef struct {
    CoexDb *db;
    CoexBatch *batch;
    CoexChange *change;
} CoexApply;

/* Each fills the change's outcome and adds its feed items to the batch; errors: COEX_ERROR_STORE.
 */
gboolean coex_apply_message(CoexApply *apply, GError **error);
gboolean coex_apply_status(CoexApply *apply, GError **error);
/* The message that an outbox row has become; the row itself is the caller's. */
gboolean coex_apply_accepted(CoexApply *apply, GError **error);

/* @text: the line and its detail, each may be NULL. */
gboolean coex_apply_feed(CoexApply *apply, gint64 person_id, CoexFeedKind kind, gint64 time,
                         const char *const text[2], GError **error);
