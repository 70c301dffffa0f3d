// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The numbers that a log's entries have in a log of several programs (store/shared-log.h), and
 * which have none yet. In the writer's thread, in its transaction. */

typedef struct CoexDb CoexDb;
typedef struct CoexDelivery CoexDelivery;
typedef struct sqlite3_stmt sqlite3_stmt;

extern const char COEX_PLACES_SCHEMA[];

/* The id of the numbers; NULL: none yet. Free with g_free(). */
gboolean coex_places_read_id(CoexDb *db, char **ret_id, GError **error);
/* No entry has a number, none waits for one. */
gboolean coex_places_clear(CoexDb *db, GError **error);

/* The same in pieces, for numbers that begin anew: those that there were are nobody's. */
gboolean coex_places_forget(CoexDb *db, GError **error);
/* Removes some; not @ret_any: there is none any more. */
gboolean coex_places_clear_some(CoexDb *db, gboolean *ret_any, GError **error);
/* Lets some wait, behind the entry *@entry, and goes on to the last of them: a tenant's in their
 * order. Not @ret_any: all do. */
gboolean coex_places_wait_all(CoexDb *db, gint64 *entry, gboolean *ret_any, GError **error);
/* They are those of @id, and nothing has one yet. */
gboolean coex_places_begin(CoexDb *db, const char *id, GError **error);

/* The log is opened for those paths, NULL-terminated: with one that it was not opened for the last
 * time, all of the shared log is to be read once more. */
gboolean coex_places_know(CoexDb *db, const char *const *tenants, GError **error);
/* The entry waits for its number. */
gboolean coex_places_wait(CoexDb *db, gint64 entry, GError **error);
/* Goes on to the delivery's place, but not @ret_follows: what is before that is missing. */
gboolean coex_places_step(CoexDb *db, const CoexDelivery *delivery, gboolean *ret_follows,
                          GError **error);
/* The entry of the tenant has the number @place; not @ret_set: it has one already, and keeps that.
 */
gboolean coex_places_set(CoexDb *db, gint64 tenant, gint64 entry, gint64 place, gboolean *ret_set,
                         GError **error);
/* The tenant's entries behind the id @after, up to @last, are no more. */
gboolean coex_places_remove(CoexDb *db, gint64 tenant, gint64 after, gint64 last, GError **error);
/* The columns of a log's rows, the number first: those behind the number @after. */
sqlite3_stmt *coex_places_query(CoexDb *db, gint64 tenant, gint64 after, guint max, GError **error);
