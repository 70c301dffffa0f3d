// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Words in all messages, in any script: an index of each three characters (SQLite's FTS5, tokenizer
 * trigram) over texts that are folded here. It has all up to an id (table `indexed`); triggers note
 * which of those are no more as it has them (table `stale`). It follows in steps, and a new
 * database begins without any of it. */

typedef struct CoexDb CoexDb;
typedef struct CoexSearchQuery CoexSearchQuery;

/* Takes up a bounded number of messages, in a transaction of its own. @gone_only: only those that
 * are no more. @ret_more: others wait. FALSE on error. */
gboolean coex_search_step(CoexDb *db, gboolean gone_only, gboolean *ret_more, GError **error);

/* Before the program ends: what was deleted is in no index either. */
void coex_search_finish(CoexDb *db);

/* The same within a transaction of the caller's, only those that are no more. */
gboolean coex_search_drop(CoexDb *db, gboolean *ret_more, GError **error);
/* What the index no longer has stands in its older parts until they are merged: merges a bounded
 * part, within a transaction of the caller's, until there are no @ret_more. @first: all that is
 * there now is to be merged, from the beginning. */
gboolean coex_search_merge(CoexDb *db, gboolean first, gboolean *ret_more, GError **error);

/* See coex_store_search(); NULL on error. */
GPtrArray *coex_search_run(CoexDb *db, const CoexSearchQuery *query, gboolean *ret_whole,
                           GError **error);
