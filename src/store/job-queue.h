// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What waits for the writer, and in which order it is taken: deliveries in theirs, batches and
 * tasks in theirs. Not locked: the caller sees to it. */

typedef struct CoexJob CoexJob;

typedef struct {
    GQueue deliveries;
    GQueue jobs; /* batches and tasks */
    GQueue held; /* the same, from coex_job_queue_hold() to coex_job_queue_release() */
    guint n_holds;
    gsize delivery_bytes; /* of those queued and of those taken that are not answered */

    gint64 turn_at; /* when batches or tasks last had their turn, monotonic µs */
    gint64 flood_until;
    gboolean large_is_next; /* one was passed over */
} CoexJobQueue;

/* What is queued must have been taken before the end: nothing is freed. */
void coex_job_queue_init(CoexJobQueue *queue);

/* Takes @job. FALSE, and it stays the caller's: there would be more than @max_bytes. */
gboolean coex_job_queue_add_delivery(CoexJobQueue *queue, CoexJob *job, gsize max_bytes);
/* Of one that was taken: its bytes count no more. */
void coex_job_queue_note_answered(CoexJobQueue *queue, const CoexJob *job);
/* Takes @job. */
void coex_job_queue_add(CoexJobQueue *queue, CoexJob *job);

/* Batches and tasks that are added from now on are taken after as many releases as holds, all at
 * once: so one transaction has them. */
void coex_job_queue_hold(CoexJobQueue *queue);
void coex_job_queue_release(CoexJobQueue *queue);

gboolean coex_job_queue_is_empty(const CoexJobQueue *queue);
/* WhatsApp waits for many answers. */
gboolean coex_job_queue_is_flood(const CoexJobQueue *queue);
/* A body that all others would wait for: it has a transaction of its own. */
gboolean coex_job_is_large(const CoexJob *job);

/* When something is to be taken, monotonic µs: 0 for now, G_MAXINT64 while nothing is queued.
 * @ending: nobody adds anything more. */
gint64 coex_job_queue_get_turn(const CoexJobQueue *queue, gboolean ending);
/* Moves to @group what comes next, without it being freed there: deliveries and batches for one
 * transaction, or one task; nothing before that time. */
void coex_job_queue_take(CoexJobQueue *queue, GPtrArray *group, gboolean ending);
/* Adds to a @group of deliveries those that came while it was written: they need no commit of their
 * own. */
void coex_job_queue_take_more(CoexJobQueue *queue, GPtrArray *group);
