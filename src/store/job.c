// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/job.h"

CoexJob *
coex_job_new(CoexJobKind kind)
{
    CoexJob *job = g_new0(CoexJob, 1);

    job->kind = kind;
    job->queued_at = g_get_monotonic_time();
    return job;
}

gsize
coex_job_get_delivery_size(const CoexJob *job)
{
    return job->kind == COEX_JOB_DELIVERY ? g_bytes_get_size(job->delivery.body) + sizeof *job : 0;
}

void
coex_job_free(gpointer data)
{
    CoexJob *job = data;

    switch (job->kind) {
    case COEX_JOB_DELIVERY:
        g_free((char *)job->delivery.secret_id);
        g_free((char *)job->delivery.header);
        g_free((char *)job->delivery.proof);
        g_bytes_unref(job->delivery.body);
        break;
    case COEX_JOB_BATCH:
        coex_batch_free(job->batch);
        g_clear_pointer(&job->context, g_main_context_unref);
        g_clear_error(&job->error);
        break;
    case COEX_JOB_TASK:
        break;
    }
    g_free(job);
}
