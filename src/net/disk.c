// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/disk.h"

#include "net/worker.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define TRIAL (256 * 1024) /* bytes: more than a group of commits grows the log by */

typedef struct {
    char *folder;
    gboolean is_new;
    char *closed; /* NULL */
    guint64 free_bytes;
} Trial;

static void
trial_free(gpointer data)
{
    Trial *trial = data;

    g_free(trial->folder);
    g_free(trial->closed);
    g_free(trial);
}

/* 0, or errno. A file system without such files is asked for leave only. */
static int
try_write(const char *folder)
{
    g_autofree char *bytes = NULL;
    int fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    int cause = 0;

    if (fd < 0)
        return (errno != EOPNOTSUPP && errno != EISDIR) || access(folder, W_OK) != 0 ? errno : 0;
    bytes = g_malloc0(TRIAL);
    if (!coex_worker_write(fd, bytes, TRIAL) || fsync(fd) != 0)
        cause = errno;
    close(fd);
    return cause;
}

/* Up to what is there. */
static void
find_folder(Trial *trial)
{
    while (trial->is_new && access(trial->folder, F_OK) != 0 && errno == ENOENT) {
        char *above = g_path_get_dirname(trial->folder);

        trial->is_new = strlen(above) < strlen(trial->folder);
        g_free(trial->folder);
        trial->folder = above;
    }
}

static char *
find_closed(const char *folder)
{
    g_autofree char *path = g_strdup(folder);
    struct stat own;
    struct stat found;

    if (stat(folder, &own) != 0)
        return g_steal_pointer(&path);
    while (stat(path, &found) == 0 &&
           found.st_mode & (found.st_gid == own.st_gid ? S_IXGRP : S_IXOTH)) {
        char *above = g_path_get_dirname(path);

        if (strlen(above) == strlen(path)) {
            g_free(above);
            return NULL;
        }
        g_free(path);
        path = above;
    }
    return g_steal_pointer(&path);
}

static void
run_trial(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    Trial *trial = task_data;
    struct statvfs room;
    int cause;

    trial->closed = find_closed(trial->folder);
    find_folder(trial);
    cause = try_write(trial->folder);
    if (cause != 0) {
        g_task_return_new_error(task, G_IO_ERROR, g_io_error_from_errno(cause), "%s",
                                g_strerror(cause));
        return;
    }
    if (statvfs(trial->folder, &room) == 0)
        trial->free_bytes = (guint64)room.f_bavail * room.f_frsize;
    g_task_return_boolean(task, TRUE);
}

void
coex_disk_try_async(const char *folder, gboolean is_new, GAsyncReadyCallback callback,
                    gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, callback, user_data);
    Trial *trial = g_new0(Trial, 1);

    trial->folder = g_strdup(folder);
    trial->is_new = is_new;
    g_task_set_source_tag(task, coex_disk_try_async);
    g_task_set_task_data(task, trial, trial_free);
    coex_worker_run(task, run_trial);
}

gboolean
coex_disk_try_finish(GAsyncResult *result, guint64 *ret_free_bytes, GError **error)
{
    const Trial *trial = g_task_get_task_data(G_TASK(result));

    *ret_free_bytes = trial->free_bytes;
    return g_task_propagate_boolean(G_TASK(result), error);
}

const char *
coex_disk_get_closed(GAsyncResult *result)
{
    const Trial *trial = g_task_get_task_data(G_TASK(result));

    return trial->closed;
}
