// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/job-queue.h"

#include "store/job.h"

/* Bounds of one transaction, so that who came first does not wait for all who came later. */
#define GROUP_JOBS 512
#define GROUP_BYTES (4 * 1024 * 1024)
/* With so many deliveries waiting there is a flood: WhatsApp gets its answers first, and what they
 * say is applied a few at a time until it ebbs. */
#define FLOOD_DELIVERIES 8
#define FLOOD_US (20 * 1000) /* after which a flood counts as over */
#define FLOOD_BATCHES 64     /* in a transaction that a delivery waits for */
#define STAND_BACK_US (100 * 1000)
#define LARGE_BYTES (256 * 1024)

void
coex_job_queue_init(CoexJobQueue *queue)
{
    *queue = (CoexJobQueue){ 0 };
    g_queue_init(&queue->deliveries);
    g_queue_init(&queue->jobs);
    g_queue_init(&queue->held);
}

/* ---- in ---- */

gboolean
coex_job_queue_add_delivery(CoexJobQueue *queue, CoexJob *job, gsize max_bytes)
{
    gsize size = coex_job_get_delivery_size(job);
    if (queue->delivery_bytes + size > max_bytes)
        return FALSE;
    queue->delivery_bytes += size;
    g_queue_push_tail(&queue->deliveries, job);
    return TRUE;
}

void
coex_job_queue_note_answered(CoexJobQueue *queue, const CoexJob *job)
{
    queue->delivery_bytes -= coex_job_get_delivery_size(job);
}

void
coex_job_queue_add(CoexJobQueue *queue, CoexJob *job)
{
    g_queue_push_tail(queue->n_holds > 0 ? &queue->held : &queue->jobs, job);
}

void
coex_job_queue_hold(CoexJobQueue *queue)
{
    queue->n_holds++;
}

void
coex_job_queue_release(CoexJobQueue *queue)
{
    g_return_if_fail(queue->n_holds > 0);

    queue->n_holds--;
    while (queue->n_holds == 0 && !g_queue_is_empty(&queue->held))
        g_queue_push_tail(&queue->jobs, g_queue_pop_head(&queue->held));
}

/* ---- whose turn it is ---- */

gboolean
coex_job_queue_is_empty(const CoexJobQueue *queue)
{
    return queue->deliveries.length == 0 && queue->jobs.length == 0;
}

/* A commit of many answers all of them: the queue that is empty just then does not end a flood. */
gboolean
coex_job_queue_is_flood(const CoexJobQueue *queue)
{
    return g_get_monotonic_time() < queue->flood_until;
}

/* Under a flood batches and tasks stand back, also while all that came of it is being answered: the
 * next are on their way. */
static gint64
get_turn_of_jobs(const CoexJobQueue *queue, gboolean ending)
{
    if (queue->jobs.length == 0)
        return G_MAXINT64;
    if (ending)
        return 0;
    const CoexJob *job = queue->jobs.head->data;
    return MIN(queue->flood_until, MAX(job->queued_at, queue->turn_at) + STAND_BACK_US);
}

gint64
coex_job_queue_get_turn(const CoexJobQueue *queue, gboolean ending)
{
    return queue->deliveries.length > 0 ? 0 : get_turn_of_jobs(queue, ending);
}

/* What was queued before a task comes before it. */
static gboolean
is_turn_of_task(const CoexJobQueue *queue)
{
    const CoexJob *job = queue->jobs.head->data;
    const CoexJob *delivery = queue->deliveries.length > 0 ? queue->deliveries.head->data : NULL;
    return job->kind == COEX_JOB_TASK && (delivery == NULL || job->queued_at < delivery->queued_at);
}

/* ---- out ---- */

/* What has a place keeps it. */
gboolean
coex_job_is_large(const CoexJob *job)
{
    return job->kind == COEX_JOB_DELIVERY && job->delivery.place == 0 &&
           coex_job_get_delivery_size(job) >= LARGE_BYTES;
}

static gsize
get_size(const GPtrArray *group)
{
    gsize bytes = 0;
    for (guint i = 0; i < group->len; i++)
        bytes += coex_job_get_delivery_size(g_ptr_array_index(group, i));
    return bytes;
}

/* TRUE: a large one, a chunk of a history, was passed over. */
static gboolean
take_small_deliveries(CoexJobQueue *queue, GPtrArray *group)
{
    gboolean passed = FALSE;
    gsize bytes = get_size(group);
    GList *next = NULL;
    for (GList *item = queue->deliveries.head;
         item != NULL && group->len < GROUP_JOBS && bytes < GROUP_BYTES; item = next) {
        next = item->next;
        if (coex_job_is_large(item->data)) {
            passed = TRUE;
            continue;
        }
        bytes += coex_job_get_delivery_size(item->data);
        g_ptr_array_add(group, item->data);
        g_queue_delete_link(&queue->deliveries, item);
    }
    return passed;
}

static void
take_large_delivery(CoexJobQueue *queue, GPtrArray *group)
{
    for (GList *item = queue->deliveries.head; item != NULL; item = item->next) {
        if (!coex_job_is_large(item->data))
            continue;
        g_ptr_array_add(group, item->data);
        g_queue_delete_link(&queue->deliveries, item);
        return;
    }
}

/* Messages do not wait for all the megabytes of a history that came before them: its chunks and
 * they take turns. */
static void
take_deliveries(CoexJobQueue *queue, GPtrArray *group)
{
    gboolean passed = !queue->large_is_next && take_small_deliveries(queue, group);
    queue->large_is_next = passed && group->len > 0;
    if (group->len == 0)
        take_large_delivery(queue, group);
}

static void
take_batches(CoexJobQueue *queue, GPtrArray *group, guint n_max)
{
    for (; n_max > 0 && queue->jobs.length > 0; n_max--) {
        const CoexJob *next = queue->jobs.head->data;
        if (next->kind == COEX_JOB_TASK)
            return;
        g_ptr_array_add(group, g_queue_pop_head(&queue->jobs));
    }
}

void
coex_job_queue_take(CoexJobQueue *queue, GPtrArray *group, gboolean ending)
{
    gint64 now = g_get_monotonic_time();
    if (queue->deliveries.length >= FLOOD_DELIVERIES)
        queue->flood_until = now + FLOOD_US;
    gboolean jobs_too = get_turn_of_jobs(queue, ending) <= now;
    if (jobs_too)
        queue->turn_at = now;
    if (jobs_too && is_turn_of_task(queue)) {
        g_ptr_array_add(group, g_queue_pop_head(&queue->jobs));
        return;
    }
    take_deliveries(queue, group);
    if (jobs_too)
        take_batches(queue, group,
                     group->len > 0 || coex_job_queue_is_flood(queue) ? FLOOD_BATCHES : GROUP_JOBS);
}

void
coex_job_queue_take_more(CoexJobQueue *queue, GPtrArray *group)
{
    for (guint i = 0; i < group->len; i++) {
        const CoexJob *job = g_ptr_array_index(group, i);
        if (job->kind != COEX_JOB_DELIVERY || coex_job_is_large(job))
            return;
    }
    take_small_deliveries(queue, group);
}
