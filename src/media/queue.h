// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/feed.h"
#include <gio/gio.h>

/* Files that are to be fetched: of one person one after the other, in the order in which they came,
 * and the next turn has whoever waits the longest for one. */

#define COEX_FETCH_LATE_MS 1000

typedef struct CoexAccount CoexAccount;
typedef struct CoexFetchLane CoexFetchLane;
typedef struct CoexFetchQueue CoexFetchQueue;

typedef struct CoexFetchJob {
    CoexAccount *account; /* held while a request is under way, else NULL */
    gint64 message_id;
    gint64 person_id;
    gint64 time;
    CoexMedia *media;
    char *part;
    CoexLineFlags flags;
    gboolean renewed; /* a link that did not lead to it was asked for again */
    gboolean ended;   /* how it ended is being written down */
    gboolean slow;    /* the disk kept it waiting */
    guint n_tries;
    gint64 not_before_us;
    GCancellable *work;  /* its bytes come; NULL: they do not */
    gboolean cancelled;  /* by the user */
    gint64 size;         /* of what comes, -1: not told */
    gint64 n_bytes;      /* of it that are here */
    GSource *is_long;    /* until that is told for the first time (media/progress) */
    gint64 told_us;      /* when it was told last, 0: not yet */
    CoexFetchLane *lane; /* of the person */
} CoexFetchJob;

/* Whether it was told that @job is on its way. */
typedef gboolean (*CoexFetchLate)(const CoexFetchJob *job);

/* @late: is asked of one that is under way when the person's next file has kept them waiting for
 * COEX_FETCH_LATE_MS, until it was told, once as long as there are files of theirs in the queue. */
CoexFetchQueue *coex_fetch_queue_new(CoexFetchLate late);
void coex_fetch_queue_free(CoexFetchQueue *queue); /* with the jobs in it */
guint coex_fetch_queue_get_length(const CoexFetchQueue *queue);
/* How many are under way. */
guint coex_fetch_queue_get_running(const CoexFetchQueue *queue);

/* The one of that message, at the end of the person's where it is new. Owned by the queue. */
CoexFetchJob *coex_fetch_queue_add(CoexFetchQueue *queue, gint64 message_id, gint64 person_id,
                                   gint64 time, const CoexMedia *media);
/* Its message was just shown, and is looked at. */
void coex_fetch_queue_await(CoexFetchJob *job);
/* NULL: there is none. */
CoexFetchJob *coex_fetch_queue_find(const CoexFetchQueue *queue, gint64 message_id);
void coex_fetch_queue_remove(CoexFetchQueue *queue, CoexFetchJob *job);
/* It comes next. */
void coex_fetch_queue_prefer(CoexFetchQueue *queue, CoexFetchJob *job);

/* The next that may begin now, none before @from_us; NULL: none, and when one may (0: none waits
 * for a time). Monotonic time. */
CoexFetchJob *coex_fetch_queue_find_next(const CoexFetchQueue *queue, gint64 from_us,
                                         gint64 *ret_at_us);
/* A request of the job is under way, until coex_fetch_queue_end(). */
void coex_fetch_queue_begin(CoexFetchQueue *queue, CoexFetchJob *job, CoexAccount *account);
/* The account that was held; the caller's to release. */
CoexAccount *coex_fetch_queue_end(CoexFetchQueue *queue, CoexFetchJob *job);

/* No bytes come any more. */
void coex_fetch_queue_cancel(const CoexFetchQueue *queue);

/* Those of which nothing is under way and that @is_over names; the caller removes them. Free with
 * g_ptr_array_unref(). */
typedef gboolean (*CoexFetchIs)(CoexAccount *account, const CoexFetchJob *job);
GPtrArray *coex_fetch_queue_find_over(const CoexFetchQueue *queue, CoexAccount *account,
                                      CoexFetchIs is_over);
