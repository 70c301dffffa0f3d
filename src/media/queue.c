// SPDX-License-Identifier: GPL-2.0-or-later
#include "media/queue.h"

#include "core/media.h"
#include "core/timer.h"

/* Of one person. */
struct CoexFetchLane {
    gint64 person_id;
    GQueue jobs;           /* CoexFetchJob, owned */
    GList *link;           /* in `lanes` */
    CoexFetchJob *running; /* NULL: none */
    CoexFetchLate late;    /* the queue's */
    gboolean awaited;      /* somebody looks at a message whose file is not here */
    gboolean told;         /* that one is on its way */
    GSource *is_late;
};

struct CoexFetchQueue {
    GQueue lanes;           /* CoexFetchLane, owned; who waits the longest first */
    GHashTable *by_person;  /* gint64 -> CoexFetchLane, borrowed */
    GHashTable *by_message; /* gint64 -> CoexFetchJob, borrowed */
    CoexFetchLate late;
    guint n_running;
};

static void
job_free(gpointer data)
{
    CoexFetchJob *job = data;

    coex_timer_clear(&job->is_long);
    g_clear_object(&job->work);
    coex_media_free(job->media);
    g_free(job->part);
    g_free(job);
}

static void
lane_free(gpointer data)
{
    CoexFetchLane *lane = data;

    coex_timer_clear(&lane->is_late);
    g_queue_clear_full(&lane->jobs, job_free);
    g_free(lane);
}

CoexFetchQueue *
coex_fetch_queue_new(CoexFetchLate late)
{
    CoexFetchQueue *queue = g_new0(CoexFetchQueue, 1);

    queue->late = late;
    g_queue_init(&queue->lanes);
    queue->by_person = g_hash_table_new(g_int64_hash, g_int64_equal);
    queue->by_message = g_hash_table_new(g_int64_hash, g_int64_equal);
    return queue;
}

void
coex_fetch_queue_free(CoexFetchQueue *queue)
{
    g_hash_table_unref(queue->by_person);
    g_hash_table_unref(queue->by_message);
    g_queue_clear_full(&queue->lanes, lane_free);
    g_free(queue);
}

guint
coex_fetch_queue_get_length(const CoexFetchQueue *queue)
{
    return g_hash_table_size(queue->by_message);
}

guint
coex_fetch_queue_get_running(const CoexFetchQueue *queue)
{
    return queue->n_running;
}

static CoexFetchLane *
get_lane(CoexFetchQueue *queue, gint64 person_id)
{
    CoexFetchLane *lane = g_hash_table_lookup(queue->by_person, &person_id);

    if (lane != NULL)
        return lane;
    lane = g_new0(CoexFetchLane, 1);
    lane->person_id = person_id;
    lane->late = queue->late;
    g_queue_init(&lane->jobs);
    g_queue_push_tail(&queue->lanes, lane);
    lane->link = queue->lanes.tail;
    g_hash_table_insert(queue->by_person, &lane->person_id, lane);
    return lane;
}

CoexFetchJob *
coex_fetch_queue_add(CoexFetchQueue *queue, gint64 message_id, gint64 person_id, gint64 time,
                     const CoexMedia *media)
{
    CoexFetchJob *job = g_hash_table_lookup(queue->by_message, &message_id);

    if (job != NULL)
        return job;
    job = g_new0(CoexFetchJob, 1);
    job->message_id = message_id;
    job->person_id = person_id;
    job->time = time;
    job->media = coex_media_copy(media);
    job->lane = get_lane(queue, person_id);
    g_queue_push_tail(&job->lane->jobs, job);
    g_hash_table_insert(queue->by_message, &job->message_id, job);
    return job;
}

static void await(CoexFetchLane *lane);

static void
on_late(gpointer data)
{
    CoexFetchLane *lane = data;

    lane->told = lane->running != NULL && lane->late(lane->running);
    if (lane->running != NULL)
        await(lane);
}

static void
await(CoexFetchLane *lane)
{
    if (lane->awaited && !lane->told && lane->is_late == NULL)
        coex_timer_start(&lane->is_late, COEX_FETCH_LATE_MS, on_late, lane);
}

void
coex_fetch_queue_await(CoexFetchJob *job)
{
    job->lane->awaited = TRUE;
    await(job->lane);
}

CoexFetchJob *
coex_fetch_queue_find(const CoexFetchQueue *queue, gint64 message_id)
{
    return g_hash_table_lookup(queue->by_message, &message_id);
}

void
coex_fetch_queue_remove(CoexFetchQueue *queue, CoexFetchJob *job)
{
    CoexFetchLane *lane = job->lane;

    g_hash_table_remove(queue->by_message, &job->message_id);
    g_queue_remove(&lane->jobs, job);
    job_free(job);
    if (!g_queue_is_empty(&lane->jobs))
        return;
    g_hash_table_remove(queue->by_person, &lane->person_id);
    g_queue_delete_link(&queue->lanes, lane->link);
    lane_free(lane);
}

void
coex_fetch_queue_prefer(CoexFetchQueue *queue, CoexFetchJob *job)
{
    CoexFetchLane *lane = job->lane;

    g_queue_remove(&lane->jobs, job);
    g_queue_push_head(&lane->jobs, job);
    g_queue_unlink(&queue->lanes, lane->link);
    g_queue_push_head_link(&queue->lanes, lane->link);
}

CoexFetchJob *
coex_fetch_queue_find_next(const CoexFetchQueue *queue, gint64 from_us, gint64 *ret_at_us)
{
    gint64 now = g_get_monotonic_time();

    *ret_at_us = 0;
    for (const GList *link = queue->lanes.head; link != NULL; link = link->next) {
        const CoexFetchLane *lane = link->data;

        for (GList *item = lane->jobs.head; item != NULL && lane->running == NULL;
             item = item->next) {
            CoexFetchJob *job = item->data;
            gint64 at = MAX(job->not_before_us, from_us);

            if (job->ended)
                continue;
            if (at <= now)
                return job;
            *ret_at_us = *ret_at_us == 0 ? at : MIN(*ret_at_us, at);
        }
    }
    return NULL;
}

void
coex_fetch_queue_begin(CoexFetchQueue *queue, CoexFetchJob *job, CoexAccount *account)
{
    job->account = account;
    job->lane->running = job;
    await(job->lane);
    queue->n_running++;
}

/* Whether the user waits for what comes behind @job. */
static gboolean
is_next_asked(const CoexFetchLane *lane, const CoexFetchJob *job)
{
    for (const GList *item = lane->jobs.head; item != NULL; item = item->next) {
        const CoexFetchJob *next = item->data;

        if (next != job && !next->ended)
            return (next->flags & COEX_LINE_ASKED) != 0;
    }
    return FALSE;
}

CoexAccount *
coex_fetch_queue_end(CoexFetchQueue *queue, CoexFetchJob *job)
{
    CoexFetchLane *lane = job->lane;

    g_clear_object(&job->work);
    lane->running = NULL;
    queue->n_running--;
    if (!is_next_asked(lane, job)) {
        g_queue_unlink(&queue->lanes, lane->link);
        g_queue_push_tail_link(&queue->lanes, lane->link);
    }
    return g_steal_pointer(&job->account);
}

void
coex_fetch_queue_cancel(const CoexFetchQueue *queue)
{
    GHashTableIter iter;
    gpointer job;

    g_hash_table_iter_init(&iter, queue->by_message);
    while (g_hash_table_iter_next(&iter, NULL, &job)) {
        if (((CoexFetchJob *)job)->work != NULL)
            g_cancellable_cancel(((CoexFetchJob *)job)->work);
    }
}

GPtrArray *
coex_fetch_queue_find_over(const CoexFetchQueue *queue, CoexAccount *account, CoexFetchIs is_over)
{
    GPtrArray *over = g_ptr_array_new();

    for (const GList *link = queue->lanes.head; link != NULL; link = link->next) {
        const CoexFetchLane *lane = link->data;

        for (GList *item = lane->jobs.head; item != NULL; item = item->next) {
            CoexFetchJob *job = item->data;

            if (job->account == NULL && !job->ended && is_over(account, job))
                g_ptr_array_add(over, job);
        }
    }
    return over;
}
