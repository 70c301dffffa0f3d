// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/writer.h"

#include "core/error.h"
#include "core/words.h"
#include "store/apply.h"
#include "store/batch-private.h"
#include "store/db.h"
#include "store/dispatch.h"
#include "store/job-queue.h"
#include "store/job.h"
#include "store/overtaken.h"
#include "store/purge.h"
#include "store/search.h"
#include <pthread.h>
#include <signal.h>

/* Pages of 4 KB in the log before it is emptied: when nothing else is to do or a large body is in
 * it (with a second one webhooks would wait twice as long), more after a flood, of which there is
 * still much to do, and at the latest. */
#define LOG_PAGES 500
#define LOG_PAGES_FLOOD 4096
#define LOG_PAGES_MAX 16384
/* How soon a connection that failed is tried again. */
#define REOPEN_US (G_USEC_PER_SEC / 2)
/* The index of words follows a while after the last change, and that long after the first: each of
 * the hundreds of transactions of a history would wait for it. */
#define INDEX_US G_USEC_PER_SEC
#define INDEX_LATEST_US (30 * G_USEC_PER_SEC)
#define RETENTION_RETRY_US (3600 * (gint64)G_USEC_PER_SEC)

struct CoexWriter {
    GThread *thread;
    GCond wake;
    GMutex lock; /* over what follows, up to `watch` */
    CoexJobQueue queue;
    gboolean stopping;
    gboolean asleep; /* the thread is, and nobody has woken it */
    CoexWatch *watch;

    /* The thread's own. */
    CoexDb *db;      /* NULL: to be opened again */
    GError *damaged; /* damage was met: nothing more comes in until the next opening */
    char *path;
    const CoexWriterKind *kind;
    gpointer kind_data;
    CoexPurge purge;
    gint64 reopen_at; /* monotonic µs, as the following */
    gint64 retention_at;
    gint64 index_at;          /* the index of words follows */
    gint64 index_latest;      /* and at the latest */
    gboolean large_is_logged; /* a large body is, and the log was not emptied since */
};

/* ---- jobs ---- */

/* With the lock held. A signal is a system call also where nobody waits for it. */
static void
wake(CoexWriter *writer)
{
    if (!writer->asleep)
        return;
    writer->asleep = FALSE;
    g_cond_signal(&writer->wake);
}

static void
push(CoexWriter *writer, CoexJob *job)
{
    g_mutex_lock(&writer->lock);
    coex_job_queue_add(&writer->queue, job);
    if (writer->queue.n_holds == 0)
        wake(writer);
    g_mutex_unlock(&writer->lock);
}

gboolean
coex_writer_add_delivery(CoexWriter *writer, const CoexDelivery *delivery, CoexStoreAcked acked,
                         gpointer user_data)
{
    CoexJob *job = coex_job_new(COEX_JOB_DELIVERY);
    job->delivery = *delivery;
    job->delivery.secret_id = g_strdup(delivery->secret_id != NULL ? delivery->secret_id : "");
    job->delivery.path = NULL;
    job->delivery.header = g_strdup(delivery->header);
    job->delivery.proof = g_strdup(delivery->proof);
    job->delivery.body = g_bytes_ref(delivery->body);
    job->acked = acked;
    job->user_data = user_data;

    g_mutex_lock(&writer->lock);
    gboolean fits = coex_job_queue_add_delivery(&writer->queue, job, COEX_STORE_QUEUE_BYTES);
    if (fits)
        wake(writer);
    g_mutex_unlock(&writer->lock);
    if (!fits)
        coex_job_free(job);
    return fits;
}

void
coex_writer_add_batch(CoexWriter *writer, CoexBatch *batch, CoexStoreCommitted done,
                      gpointer user_data)
{
    CoexJob *job = coex_job_new(COEX_JOB_BATCH);
    job->batch = batch;
    job->committed = done;
    job->context = done != NULL ? g_main_context_ref_thread_default() : NULL;
    job->user_data = user_data;
    push(writer, job);
}

void
coex_writer_add_task(CoexWriter *writer, CoexWriterTask task, gpointer data)
{
    CoexJob *job = coex_job_new(COEX_JOB_TASK);
    job->task = task;
    job->user_data = data;
    push(writer, job);
}

void
coex_writer_hold(CoexWriter *writer)
{
    g_mutex_lock(&writer->lock);
    coex_job_queue_hold(&writer->queue);
    g_mutex_unlock(&writer->lock);
}

void
coex_writer_release(CoexWriter *writer)
{
    g_mutex_lock(&writer->lock);
    coex_job_queue_release(&writer->queue);
    if (!coex_job_queue_is_empty(&writer->queue))
        wake(writer);
    g_mutex_unlock(&writer->lock);
}

void
coex_writer_set_watch(CoexWriter *writer, CoexWatch *watch)
{
    g_mutex_lock(&writer->lock);
    CoexWatch *before = writer->watch;
    writer->watch = watch != NULL ? coex_watch_ref(watch) : NULL;
    g_mutex_unlock(&writer->lock);
    if (before == NULL)
        return;
    coex_watch_cancel(before);
    coex_watch_unref(before);
}

static void
notify_watch(CoexWriter *writer)
{
    g_mutex_lock(&writer->lock);
    g_autoptr(CoexWatch) watch = writer->watch != NULL ? coex_watch_ref(writer->watch) : NULL;
    g_mutex_unlock(&writer->lock);
    if (watch != NULL)
        coex_watch_notify(watch);
}

/* ---- the connection ---- */

static void
drop_broken(CoexWriter *writer)
{
    if (writer->db == NULL || !coex_db_needs_reopen(writer->db))
        return;
    coex_db_overwrite_frames(writer->db);
    coex_db_close(g_steal_pointer(&writer->db));
}

static gboolean
ensure_open(CoexWriter *writer, GError **error)
{
    if (writer->db != NULL)
        return TRUE;
    gint64 now = g_get_monotonic_time();
    if (now < writer->reopen_at) {
        coex_error_say(
            error, COEX_ERROR_STORE,
            _("%s cannot be used after an error of its disk; it is tried again shortly."),
            writer->path);
        return FALSE;
    }
    writer->reopen_at = now + REOPEN_US;
    writer->db = writer->kind->open(writer->path, writer->kind_data, error);
    return writer->db != NULL;
}

/* ---- a group: one transaction ---- */

static gboolean
run(CoexWriter *writer, const char *sql, GError **error)
{
    return coex_db_run(writer->db, sql, COEX_NO_VALUES, error);
}

/* A batch that its own contents make impossible goes back alone (job->error); FALSE: the whole
 * transaction is lost. */
static gboolean
write_batch_apart(CoexWriter *writer, CoexJob *job, GError **error)
{
    g_autoptr(GError) own_error = NULL;
    if (!run(writer, "SAVEPOINT batch", error))
        return FALSE;
    if (coex_apply_batch(writer->db, job->batch, &own_error))
        return run(writer, "RELEASE batch", error);
    if (coex_db_is_broken(writer->db) || !coex_db_in_transaction(writer->db)) {
        g_propagate_error(error, g_steal_pointer(&own_error));
        return FALSE;
    }
    coex_batch_forget_outcome(job->batch);
    job->error = g_steal_pointer(&own_error);
    return run(writer, "ROLLBACK TO batch", error) && run(writer, "RELEASE batch", error);
}

/* Hardly ever is one impossible, and for each savepoint SQLite copies the pages that are written
 * after it: only where one was, the group is written again with them. */
static gboolean
write_batch(CoexWriter *writer, CoexJob *job, gboolean apart, GError **error)
{
    return apart ? write_batch_apart(writer, job, error)
                 : coex_apply_batch(writer->db, job->batch, error);
}

static gboolean
write_jobs(CoexWriter *writer, GPtrArray *group, guint from, gboolean apart, guint *ret_n_added,
           GError **error)
{
    for (guint i = from; i < group->len; i++) {
        CoexJob *job = g_ptr_array_index(group, i);
        gboolean added = FALSE;
        gboolean ok = job->kind == COEX_JOB_DELIVERY
                          ? writer->kind->add_delivery(writer->db, &job->delivery,
                                                       writer->kind_data, &added, error)
                          : write_batch(writer, job, apart, error);
        if (!ok)
            return FALSE;
        *ret_n_added += job->kind == COEX_JOB_BATCH ? job->batch->n_delivered : added ? 1 : 0;
    }
    return TRUE;
}

static void
forget_outcomes(GPtrArray *group)
{
    for (guint i = 0; i < group->len; i++) {
        CoexJob *job = g_ptr_array_index(group, i);
        if (job->kind != COEX_JOB_BATCH)
            continue;
        coex_batch_forget_outcome(job->batch);
        g_clear_error(&job->error);
    }
}

/* Whether something came in time. */
static gboolean
take_more(CoexWriter *writer, GPtrArray *group)
{
    guint n = group->len;
    g_mutex_lock(&writer->lock);
    coex_job_queue_take_more(&writer->queue, group);
    g_mutex_unlock(&writer->lock);
    return group->len > n;
}

static gboolean
write_all(CoexWriter *writer, GPtrArray *group, gboolean apart, guint *ret_n_added, GError **error)
{
    guint n = 0;
    *ret_n_added = 0;
    do {
        guint from = n;
        n = group->len;
        if (!write_jobs(writer, group, from, apart, ret_n_added, error))
            return FALSE;
    } while (take_more(writer, group));
    return TRUE;
}

/* One transaction, still open after what failed. */
static gboolean
transact(CoexWriter *writer, GPtrArray *group, gboolean apart, gboolean purge, guint *ret_n_added,
         GError **error)
{
    coex_overtaken_mark(group, !apart);
    return run(writer, "BEGIN IMMEDIATE", error) &&
           write_all(writer, group, apart, ret_n_added, error) &&
           (!purge || coex_purge_run(&writer->purge, writer->db, error)) &&
           run(writer, "COMMIT", error);
}

static gboolean
write_group(CoexWriter *writer, GPtrArray *group, guint *ret_n_added, GError **error)
{
    if (!ensure_open(writer, error))
        return FALSE;
    gboolean purge = writer->damaged == NULL && coex_purge_is_due(&writer->purge);
    gboolean ok = transact(writer, group, FALSE, purge, ret_n_added, error);
    if (!ok && coex_db_in_transaction(writer->db) && !coex_db_is_broken(writer->db)) {
        coex_db_rollback(writer->db);
        forget_outcomes(group);
        g_clear_error(error);
        ok = transact(writer, group, TRUE, purge, ret_n_added, error);
    }
    if (ok && purge)
        coex_purge_committed(&writer->purge);
    if (!ok) {
        coex_db_rollback(writer->db);
        drop_broken(writer);
    }
    return ok;
}

static gboolean
on_committed(gpointer data)
{
    const GPtrArray *jobs = data;
    for (guint i = 0; i < jobs->len; i++) {
        CoexJob *job = g_ptr_array_index(jobs, i);
        job->committed(job->batch, job->error, job->user_data);
    }
    return G_SOURCE_REMOVE;
}

static void
unref_jobs(gpointer jobs)
{
    g_ptr_array_unref(jobs);
}

static void
answer_delivery(CoexWriter *writer, CoexJob *job, const GError *error)
{
    g_mutex_lock(&writer->lock);
    coex_job_queue_note_answered(&writer->queue, job);
    g_mutex_unlock(&writer->lock);
    job->acked(error, job->user_data);
    coex_job_free(job);
}

/* Those of one thread that are neighbours are answered at once: each answer apart would wake it.
 * Takes the batches of @group from @from on that are for the same as that one; gives how many. */
static guint
answer_same(const GPtrArray *group, guint from, const GError *error)
{
    CoexJob *first = g_ptr_array_index(group, from);
    GPtrArray *jobs = g_ptr_array_new_with_free_func(coex_job_free);
    for (guint i = from; i < group->len; i++) {
        CoexJob *job = g_ptr_array_index(group, i);
        if (job->kind != COEX_JOB_BATCH || job->context != first->context)
            break;
        if (error != NULL) {
            coex_batch_forget_outcome(job->batch);
            g_clear_error(&job->error);
            job->error = g_error_copy(error);
        }
        g_ptr_array_add(jobs, job);
    }
    guint n = jobs->len;
    if (first->context == NULL)
        g_ptr_array_unref(jobs);
    else
        coex_dispatch(g_main_context_ref(first->context), on_committed, jobs, unref_jobs);
    return n;
}

static void
answer_all(CoexWriter *writer, const GPtrArray *group, const GError *error)
{
    for (guint i = 0; i < group->len;) {
        CoexJob *job = g_ptr_array_index(group, i);
        if (job->kind == COEX_JOB_BATCH) {
            i += answer_same(group, i, error);
        } else {
            answer_delivery(writer, job, error);
            i++;
        }
    }
}

/* What a webhook says could no longer be applied for sure: it stays with WhatsApp, which tries
 * again for days. What does not touch the damage goes on, each in a transaction of its own. */
static void
commit_apart(CoexWriter *writer, GPtrArray *group)
{
    g_autoptr(GPtrArray) one = g_ptr_array_new();
    for (guint i = 0; i < group->len; i++) {
        CoexJob *job = g_ptr_array_index(group, i);
        g_autoptr(GError) error = NULL;
        guint n_added = 0;
        g_ptr_array_set_size(one, 0);
        g_ptr_array_add(one, job);
        if (job->kind == COEX_JOB_DELIVERY || job->batch->delivers) {
            answer_all(writer, one, writer->damaged);
            continue;
        }
        coex_batch_forget_outcome(job->batch);
        write_group(writer, one, &n_added, &error);
        answer_all(writer, one, error);
    }
}

/* @error: of a change that failed just now. */
static void
note_damage(CoexWriter *writer, const GError *error)
{
    if (writer->damaged == NULL && writer->db != NULL && coex_db_is_damaged(writer->db))
        writer->damaged = error != NULL ? g_error_copy(error)
                                        : g_error_new(COEX_ERROR, COEX_ERROR_STORE,
                                                      _("%s is damaged. Log off with all numbers "
                                                        "that this program has, and log in again."),
                                                      writer->path);
}

/* The rest of it is not put off. */
static void
note_forgotten(CoexWriter *writer, const GPtrArray *group)
{
    for (guint i = 0; i < group->len; i++) {
        const CoexJob *job = g_ptr_array_index(group, i);
        if (job->kind == COEX_JOB_BATCH && job->batch->forgets)
            writer->retention_at = 0;
    }
}

/* An error that comes once need not be told, and who asked may be gone when it would be: the
 * connection is opened anew, and the transaction made again. Not where it was anew just now. */
static gboolean
write_group_again(CoexWriter *writer, GPtrArray *group, guint *ret_n_added, GError **error)
{
    gint64 reopen_at = writer->reopen_at;
    if (writer->damaged != NULL || g_get_monotonic_time() < reopen_at)
        return FALSE;
    forget_outcomes(group);
    g_clear_error(error);
    gboolean ok = write_group(writer, group, ret_n_added, error);
    writer->reopen_at = reopen_at;
    return ok;
}

static void
put_off_index(CoexWriter *writer)
{
    gint64 now = g_get_monotonic_time();
    if (writer->index_at == G_MAXINT64)
        writer->index_latest = now + INDEX_LATEST_US;
    if (writer->index_at == G_MAXINT64 || writer->index_at < writer->index_latest)
        writer->index_at = MIN(now + INDEX_US, writer->index_latest);
}

static void
commit_group(CoexWriter *writer, GPtrArray *group)
{
    g_autoptr(GError) error = NULL;
    guint n_added = 0;
    gboolean committed = writer->damaged == NULL && write_group(writer, group, &n_added, &error);
    note_damage(writer, error);
    committed = committed || write_group_again(writer, group, &n_added, &error);
    if (writer->damaged != NULL && !committed) {
        commit_apart(writer, group);
        return;
    }
    if (committed)
        note_forgotten(writer, group);
    answer_all(writer, group, error);
    if (writer->kind->is_searched)
        put_off_index(writer);
    if (committed && n_added > 0)
        notify_watch(writer);
}

static void
run_task(CoexWriter *writer, CoexJob *job)
{
    g_autoptr(GError) error = NULL;
    gboolean is_open = ensure_open(writer, &error);
    job->task(is_open ? writer->db : NULL, error, job->user_data);
    note_damage(writer, NULL);
    drop_broken(writer);
    coex_job_free(job);
}

/* ---- the thread ---- */

/* Waits for work: jobs in @group, or none when it is time for retention. FALSE: stopped and all
 * done. */
static gboolean
wait_for_work(CoexWriter *writer, GPtrArray *group)
{
    gint64 rest_until = MIN(writer->retention_at, writer->index_at);
    g_mutex_lock(&writer->lock);
    while (!writer->stopping) {
        gint64 until = coex_job_queue_is_empty(&writer->queue)
                           ? rest_until
                           : coex_job_queue_get_turn(&writer->queue, FALSE);
        if (g_get_monotonic_time() >= until)
            break;
        writer->asleep = TRUE;
        g_cond_wait_until(&writer->wake, &writer->lock, until);
    }
    writer->asleep = FALSE;
    coex_job_queue_take(&writer->queue, group, writer->stopping);
    gboolean more = group->len > 0 || !writer->stopping;
    g_mutex_unlock(&writer->lock);
    return more;
}

/* While there is nothing else to do: what is old goes, and the index of words follows. */
static void
retain(CoexWriter *writer)
{
    gboolean more = FALSE;
    gint64 now = g_get_monotonic_time();
    gboolean index = now >= writer->index_at;
    gint64 *at = index ? &writer->index_at : &writer->retention_at;
    gint64 rest = index ? G_MAXINT64 - now : writer->kind->retain_every_s * G_USEC_PER_SEC;
    gboolean ok = ensure_open(writer, NULL);
    if (index)
        ok = ok && coex_search_step(writer->db, FALSE, &more, NULL);
    else
        ok = ok && writer->kind->retain(writer->db, g_get_real_time() / G_USEC_PER_SEC,
                                        writer->kind_data, &more, NULL);
    *at = now + (!ok ? RETENTION_RETRY_US : more ? 0 : rest);
    if (index && !ok)
        writer->index_latest = *at;
    note_damage(writer, NULL);
    drop_broken(writer);
}

static gboolean
is_idle(CoexWriter *writer)
{
    g_mutex_lock(&writer->lock);
    gboolean idle =
        coex_job_queue_is_empty(&writer->queue) && !coex_job_queue_is_flood(&writer->queue);
    g_mutex_unlock(&writer->lock);
    return idle;
}

/* The index of words comes after it, and with it the next look at the log. */
static guint
get_log_pages(CoexWriter *writer)
{
    g_mutex_lock(&writer->lock);
    gboolean was_flood = g_get_monotonic_time() < writer->queue.flood_until + INDEX_US;
    g_mutex_unlock(&writer->lock);
    return was_flood ? LOG_PAGES_FLOOD : LOG_PAGES;
}

/* After a large body who has waited for it comes first: its commit and this are two waits, not one
 * of twice the length. */
static void
empty_log(CoexWriter *writer, gboolean after_large_body)
{
    gboolean is_due = writer->large_is_logged;
    writer->large_is_logged = after_large_body;
    if (writer->db == NULL ||
        !coex_db_is_log_long(writer->db, is_due ? LOG_PAGES : get_log_pages(writer)))
        return;
    if (is_due || is_idle(writer) || coex_db_is_log_long(writer->db, LOG_PAGES_MAX)) {
        coex_db_empty_log(writer->db);
        writer->large_is_logged = FALSE;
    }
}

static gpointer
writer_main(gpointer data)
{
    CoexWriter *writer = data;
    g_autoptr(GPtrArray) group = g_ptr_array_new();
    while (wait_for_work(writer, group)) {
        CoexJob *first = group->len > 0 ? g_ptr_array_index(group, 0) : NULL;
        gboolean large = first != NULL && coex_job_is_large(first);
        if (first == NULL)
            retain(writer);
        else if (first->kind == COEX_JOB_TASK)
            run_task(writer, first);
        else
            commit_group(writer, group);
        empty_log(writer, large);
        g_ptr_array_set_size(group, 0);
    }
    if (writer->db != NULL && writer->damaged == NULL && writer->kind->is_searched)
        coex_search_finish(writer->db);
    coex_purge_at_end(&writer->purge, writer->db);
    return NULL;
}

CoexWriter *
coex_writer_start(CoexDb *db, const char *path, const CoexWriterKind *kind, gpointer data,
                  CoexShown *shown, GError **error)
{
    CoexWriter *writer = g_new0(CoexWriter, 1);
    g_mutex_init(&writer->lock);
    g_cond_init(&writer->wake);
    coex_job_queue_init(&writer->queue);
    writer->db = db;
    writer->path = g_strdup(path);
    writer->kind = kind;
    writer->kind_data = data;
    writer->index_at = kind->is_searched ? 0 : G_MAXINT64;
    writer->purge.shown = shown;

    /* The host's signal handlers are not meant for this thread. */
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    g_autoptr(GError) thread_error = NULL;
    writer->thread = g_thread_try_new("coex-writer", writer_main, writer, &thread_error);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (writer->thread == NULL) {
        coex_error_say(
            error, COEX_ERROR_STORE,
            _("No thread could be started to write %s: %s. Close other programs and log in again."),
            path, thread_error->message);
        coex_writer_stop(writer);
        return NULL;
    }
    return writer;
}

void
coex_writer_stop(CoexWriter *writer)
{
    if (writer == NULL)
        return;
    coex_writer_set_watch(writer, NULL);
    g_mutex_lock(&writer->lock);
    writer->stopping = TRUE;
    wake(writer);
    g_mutex_unlock(&writer->lock);
    if (writer->thread != NULL)
        g_thread_join(writer->thread);
    coex_db_close(writer->db);
    g_mutex_clear(&writer->lock);
    g_cond_clear(&writer->wake);
    g_clear_error(&writer->damaged);
    g_free(writer->path);
    g_free(writer);
}
