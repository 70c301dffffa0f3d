// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What each change means in the tables: dedupe, merging of statuses, feed items. Runs in the
 * writer, inside a transaction that is the caller's to end. */

typedef struct CoexBatch CoexBatch;
typedef struct CoexDb CoexDb;
typedef struct CoexDelivery CoexDelivery;

/* Applies all changes in order and fills their outcomes. On an error (COEX_ERROR_STORE) the caller
 * rolls back and forgets the outcomes. */
gboolean coex_apply_batch(CoexDb *db, CoexBatch *batch, GError **error);

/* Stores a delivery; @ret_added: FALSE when its key is known. */
gboolean coex_apply_delivery(CoexDb *db, const CoexDelivery *delivery, gboolean *ret_added,
                             GError **error);
