// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "store/batch.h"
#include "store/rows.h"

/* Everything that must outlive the process: raw deliveries, people, messages, what waits to be
 * shown, what waits to be sent, settings. Hides SQLite, its schema and the one writer thread that
 * owns the only connection (WAL, synchronous=FULL, group commit), the lock file beside the
 * database, and the file that marks what has been shown. All calls but open and close return
 * at once. */

typedef struct CoexArrivals CoexArrivals;
typedef struct CoexSearchQuery CoexSearchQuery;
typedef struct CoexUnlogged CoexUnlogged;
typedef struct CoexStore CoexStore;

/* Opens or creates @path (0600; its folder 0700), takes the lock, migrates, starts the writer with
 * signals blocked. Blocks on disk: not for the main thread. COEX_ERROR_LOCKED: another process
 * holds it, or this one already does; the text names that program and pid. COEX_ERROR_STORE:
 * anything else, with path and remedy (a newer schema is refused). Where damage was met before,
 * what can be read is carried into a new database first. @program: this process's name
 * for the lock file. */
CoexStore *coex_store_open(const char *path, const char *program, GError **error);

/* What the opening, or an earlier one, had to tell of a damaged database: a sentence for people,
 * once, then NULL. Free with g_free(). Not from two threads. */
char *coex_store_take_report(CoexStore *store);
/* It was shown: the next opening has nothing to tell. Until then each has. Any thread. */
void coex_store_forget_report(CoexStore *store);

/* Commits what is queued, answers every delivery, hands every other callback to its context, ends
 * the writer, releases the lock. Blocks. No delivery watch is called afterwards; other callbacks
 * still are where their context runs, and are freed with it where not. NULL is allowed. */
void coex_store_close(CoexStore *store);

/* ---- raw deliveries: durability before the 200 ---- */

/* Queues a delivery for the next group commit; a known key is acknowledged and not stored again.
 * Any thread. FALSE, and no callback, when more than COEX_STORE_QUEUE_BYTES wait. */
gboolean coex_store_add_delivery(CoexStore *store, const CoexDelivery *delivery,
                                 CoexStoreAcked acked, gpointer user_data);

/* Calls @callback in @context (NULL: the default one; calls are coalesced) whenever committed
 * deliveries wait to be applied, and once now if some do. One watch at a time: a new one replaces
 * the old, a NULL @callback ends it. What @callback returns does not matter. */
void coex_store_watch_deliveries(CoexStore *store, GMainContext *context, GSourceFunc callback,
                                 gpointer user_data);

/* Completion of a read, in the thread-default context that asked. @rows: array of CoexDeliveryRow,
 * owned by the callee until it returns unless it takes a reference; NULL on error. */
typedef void (*CoexStoreDeliveries)(GPtrArray *rows, const GError *error, gpointer user_data);

/* The oldest unapplied deliveries with an id above @after: at most 128 rows and, beyond the first
 * row, 1 MB. Sees every commit that was queued before. */
void coex_store_read_deliveries(CoexStore *store, gint64 after, CoexStoreDeliveries done,
                                gpointer user_data);
/* Those kept for the number @phone_number_id (or, for rows without one, @number) because its
 * account was off or unknown; ids above @after, same bounds. While @phone_number_id is not known
 * yet (NULL) the number alone decides. */
void coex_store_read_waiting(CoexStore *store, const char *phone_number_id, const char *number,
                             gint64 after, CoexStoreDeliveries done, gpointer user_data);

/* ---- accounts ---- */

/* With @people these come while the others are still read, and the snapshot has only the last of
 * them. Loads everything of the account @provider/@number (digits). One of that number at another
 * provider becomes this one's; else it is created when new. At most 1024 accounts in one
 * database. */
void coex_store_load_account(CoexStore *store, const char *provider, const char *number,
                             CoexStorePeople people, CoexStoreLoaded done, gpointer user_data);

/* Notes that the feed of the account was shown up to @seq. Any thread, no wait for the disk: a
 * kill -9 right after does not lose it. A mark never goes back. Shown items are deleted with later
 * commits. */
void coex_store_mark_shown(CoexStore *store, gint64 account_id, gint64 seq);

/* @lines: of a read of the past, the callee's to unref; NULL on error. */
typedef void (*CoexStorePast)(GPtrArray *lines, const GError *error, gpointer user_data);

/* The newest messages with a person that are older than @before and have a text, oldest first:
 * CoexFeedItem with seq 0, of kind INBOUND, ECHO, SENT, FAILED where WhatsApp said so, UNCONFIRMED
 * where it said nothing. In the thread-default context that asked. */
void coex_store_read_past(CoexStore *store, const CoexPastQuery *query, CoexStorePast done,
                          gpointer user_data);

/* @unlogged is borrowed; NULL on error. In the thread-default context that asked. */
typedef void (*CoexStoreUnlogged)(CoexUnlogged *unlogged, const GError *error, gpointer user_data);
/* The first day of the phone's history that no log has, of persons with an id behind @after;
 * coex_batch_note_logged() marks it. */
void coex_store_read_unlogged(CoexStore *store, gint64 account_id, gint64 after,
                              CoexStoreUnlogged done, gpointer user_data);

/* Of messages that were found, the newest first; lines as of the past. Not @whole: not all messages
 * are in the index yet. @query is copied. */
typedef void (*CoexStoreFound)(GPtrArray *lines, gboolean whole, const GError *error,
                               gpointer user_data);
void coex_store_search(CoexStore *store, const CoexSearchQuery *query, CoexStoreFound done,
                       gpointer user_data);

/* @rows: CoexMediaRow, borrowed; NULL on error. In the thread-default context that asked. */
typedef void (*CoexStoreMedia)(GPtrArray *rows, const GError *error, gpointer user_data);
void coex_store_read_media(CoexStore *store, const CoexMediaQuery *query, CoexStoreMedia done,
                           gpointer user_data);

/* @meant is borrowed; NULL on error. In the thread-default context that asked. */
typedef void (*CoexStoreMeant)(const CoexMeant *meant, const GError *error, gpointer user_data);
/* @query is copied. */
void coex_store_find_meant(CoexStore *store, const CoexMeantQuery *query, CoexStoreMeant done,
                           gpointer user_data);

/* @figures is borrowed; NULL on error. */
typedef void (*CoexStoreFigures)(const CoexFigures *figures, const GError *error,
                                 gpointer user_data);

/* Counts the messages with a person, and reads the newest @n_sends that were sent here. In the
 * thread-default context that asked. */
void coex_store_read_figures(CoexStore *store, gint64 account_id, gint64 person_id, guint n_sends,
                             CoexStoreFigures done, gpointer user_data);

/* Reads what was sent under a local id that begins with @prefix (core/broadcast-id.h), and written
 * down at @since, seconds since 1970, or later, in that order: of each all but the text and when
 * its states were told. */
void coex_store_read_broadcast(CoexStore *store, gint64 account_id, const char *prefix,
                               gint64 since, CoexStoreFigures done, gpointer user_data);

/* The same of all that was sent of the template @name, by whichever desk, in the order of time. */
void coex_store_read_template(CoexStore *store, gint64 account_id, const char *name, gint64 since,
                              CoexStoreFigures done, gpointer user_data);

/* Counts the messages with anybody since that time, seconds since 1970 and greater than 0, without
 * those of the phone's earlier chats. */
void coex_store_read_figures_since(CoexStore *store, gint64 account_id, gint64 since,
                                   CoexStoreFigures done, gpointer user_data);

/* @arrivals is borrowed; NULL on error. */
typedef void (*CoexStoreArrivals)(const CoexArrivals *arrivals, const GError *error,
                                  gpointer user_data);

/* What has come for the account until @now, and of which sends nothing has. In the thread-default
 * context that asked. */
void coex_store_read_arrivals(CoexStore *store, gint64 account_id, gint64 now,
                              CoexStoreArrivals done, gpointer user_data);

/* ---- batches ---- */

/* Queues the batch (transfer full) as one transaction, in the order of the calls. @done may be
 * NULL. A failure (disk full, I/O) that comes again at once rolls all of it back: COEX_ERROR_STORE.
 */
void coex_store_commit(CoexStore *store, CoexBatch *batch, CoexStoreCommitted done,
                       gpointer user_data);
/* Whoever queues many at once holds them until the last is queued, and one transaction has them all
 * in place of some few each. As many releases as holds, within one turn of the caller's loop: what
 * others queue meanwhile waits too, except deliveries. */
void coex_store_hold(CoexStore *store);
void coex_store_release(CoexStore *store);
