// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gio/gio.h>

/* Work with a disk that may keep it waiting, or a line: done in a thread of its own, never in one
 * that runs a loop. */

/* As g_task_run_in_thread(): @work returns by the task, whose callback runs in its own context, and
 * not at all where that has ended. @work uses nothing but what the task owns. */
void coex_worker_run(GTask *task, GTaskThreadFunc work);

/* Before that: where the work takes longer than COEX_WORKER_SLOW_MS, @slow is told once, in the
 * task's context and before its callback. */
#define COEX_WORKER_SLOW_MS 5000
typedef void (*CoexWorkerSlow)(gpointer user_data);
void coex_worker_watch(GTask *task, CoexWorkerSlow slow, gpointer user_data);

/* Writes all of it; FALSE with errno. */
gboolean coex_worker_write(int fd, const void *bytes, gsize length);

/* Whether such work is still under way somewhere: a loop that ends before has work to come. It is
 * woken when that ends. */
gboolean coex_worker_is_busy(void);
