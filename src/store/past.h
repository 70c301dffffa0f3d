// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

typedef struct CoexDb CoexDb;
typedef struct CoexFeedItem CoexFeedItem;
typedef struct CoexFigures CoexFigures;
typedef struct CoexPastQuery CoexPastQuery;
typedef struct CoexUnlogged CoexUnlogged;

/* See coex_store_read_figures(); NULL on error. Free with coex_figures_free(). */
CoexFigures *coex_past_read_figures(CoexDb *db, gint64 account_id, gint64 person_id, guint n_sends,
                                    GError **error);
/* See coex_store_read_figures_since(); NULL on error. */
CoexFigures *coex_past_read_figures_since(CoexDb *db, gint64 account_id, gint64 since,
                                          GError **error);
/* See coex_store_read_broadcast(); NULL on error. */
CoexFigures *coex_past_read_broadcast(CoexDb *db, gint64 account_id, const char *prefix,
                                      gint64 since, GError **error);
/* See coex_store_read_template(); NULL on error. */
CoexFigures *coex_past_read_template(CoexDb *db, gint64 account_id, const char *name, gint64 since,
                                     GError **error);
void coex_figures_free(CoexFigures *figures);

/* The message @id as such a line; NULL, and no error, where there is none to show. */
gboolean coex_past_read_message(CoexDb *db, gint64 account_id, gint64 id, CoexFeedItem **ret_line,
                                GError **error);

/* See coex_store_read_unlogged(). */
gboolean coex_past_read_unlogged(CoexDb *db, gint64 account_id, gint64 after,
                                 CoexUnlogged *ret_unlogged, GError **error);

/* See coex_store_read_past(); NULL on error. */
GPtrArray *coex_past_read(CoexDb *db, const CoexPastQuery *query, GError **error);
