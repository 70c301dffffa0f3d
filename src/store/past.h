// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "store/db.h"
#include "store/rows.h"

/* See coex_store_read_past(); NULL on error. */
GPtrArray *coex_past_read(CoexDb *db, const CoexPastQuery *query, GError **error);
