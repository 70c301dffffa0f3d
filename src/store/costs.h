// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What statuses tell of costs, counted by month, class and country. Each message counts once, when
 * it was delivered, in whatever order its statuses come; of one only a digest of its id is kept for
 * that, until no more are to come. Inside the writer's transaction. */

typedef struct CoexApply CoexApply;
typedef struct CoexDb CoexDb;
typedef struct CoexStatus CoexStatus;

gboolean coex_costs_apply(CoexApply *apply, const CoexStatus *status, GError **error);

/* CoexCost of the account, of the month @from (202610) and those after it. NULL on error. Free with
 * g_ptr_array_unref(). */
GPtrArray *coex_costs_read(CoexDb *db, gint64 account_id, guint from, GError **error);
