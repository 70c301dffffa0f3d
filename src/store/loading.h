// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "store/rows.h"

/* The reading of an account: in the writer's thread, told in the one that asked for it, which takes
 * the people over while the others are still read. */

typedef struct CoexAccountQuery CoexAccountQuery;
typedef struct CoexDb CoexDb;
typedef struct CoexLoading CoexLoading;

/* As coex_store_load_account(), for the calling thread's context. Copies @query, whose `shown` must
 * live on. */
CoexLoading *coex_loading_new(const CoexAccountQuery *query, CoexStorePeople people,
                              CoexStoreLoaded done, gpointer user_data);
/* The writer's task; takes the CoexLoading. @db: NULL, with @error, where there is none. */
void coex_loading_run(CoexDb *db, const GError *error, gpointer loading);
