// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/read-ahead.h"

#include "core/error.h"
#include "net/worker.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define BLOCK (128 * 1024)

struct CoexReadAhead {
    gatomicrefcount refs; /* the owner's, and that of the reading */
    int fd;
    gint64 size;
    guint8 *ring; /* COEX_READ_AHEAD bytes */

    GMutex lock;
    gint64 n_read; /* since the beginning, as the next */
    gint64 n_taken;
    gboolean reading;
    gboolean over;
    char *failure;    /* a sentence; NULL */
    GSource *waiting; /* NULL: nobody is */
};

static void
unref(gpointer data)
{
    CoexReadAhead *file = data;

    if (!g_atomic_ref_count_dec(&file->refs))
        return;
    if (file->fd >= 0)
        close(file->fd);
    g_clear_pointer(&file->waiting, g_source_unref);
    g_mutex_clear(&file->lock);
    g_free(file->failure);
    g_free(file->ring);
    g_free(file);
}

void
coex_read_ahead_free(CoexReadAhead *file)
{
    if (file == NULL)
        return;
    g_mutex_lock(&file->lock);
    file->over = TRUE;
    g_mutex_unlock(&file->lock);
    unref(file);
}

/* ---- the reading ---- */

/* How many bytes can be read at once, at n_read. */
static gsize
get_room(const CoexReadAhead *file)
{
    gint64 room = COEX_READ_AHEAD - (file->n_read - file->n_taken);
    gint64 to_end = COEX_READ_AHEAD - file->n_read % COEX_READ_AHEAD;

    if (file->over || file->failure != NULL)
        return 0;
    return (gsize)MIN(MIN(MIN(room, to_end), file->size - file->n_read), BLOCK);
}

static void
wake(CoexReadAhead *file)
{
    if (file->waiting != NULL)
        g_source_set_ready_time(file->waiting, 0);
    g_clear_pointer(&file->waiting, g_source_unref);
}

/* The place in the ring is nobody else's until n_read says so. */
static void
read_block(CoexReadAhead *file, gsize length)
{
    gint64 at = file->n_read;
    gssize n;

    g_mutex_unlock(&file->lock);
    do
        n = pread(file->fd, file->ring + at % COEX_READ_AHEAD, length, at);
    while (n < 0 && errno == EINTR);
    g_mutex_lock(&file->lock);
    if (n > 0)
        file->n_read += n;
    else
        file->failure = g_strdup_printf("The copy of it cannot be read: %s.",
                                        n < 0 ? g_strerror(errno) : "it has become shorter");
    wake(file);
}

static void
run(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    CoexReadAhead *file = task_data;
    gsize room;

    g_mutex_lock(&file->lock);
    while ((room = get_room(file)) > 0)
        read_block(file, room);
    file->reading = FALSE;
    g_mutex_unlock(&file->lock);
    g_task_return_boolean(task, TRUE);
}

/* Under the lock, unless nobody else has it yet. */
static void
start(CoexReadAhead *file)
{
    g_autoptr(GTask) task = NULL;

    if (file->reading || get_room(file) == 0)
        return;
    file->reading = TRUE;
    g_atomic_ref_count_inc(&file->refs);
    task = g_task_new(NULL, NULL, NULL, NULL);
    g_task_set_task_data(task, file, unref);
    coex_worker_run(task, run);
}

CoexReadAhead *
coex_read_ahead_new(int fd, gint64 size)
{
    CoexReadAhead *file = g_new0(CoexReadAhead, 1);

    g_atomic_ref_count_init(&file->refs);
    g_mutex_init(&file->lock);
    file->fd = fd;
    file->size = size;
    file->ring = g_malloc(COEX_READ_AHEAD);
    start(file);
    return file;
}

CoexReadAhead *
coex_read_ahead_again(const CoexReadAhead *file)
{
    return coex_read_ahead_new(fcntl(file->fd, F_DUPFD_CLOEXEC, 0), file->size);
}

/* ---- the taking ---- */

static gboolean
is_ready(const CoexReadAhead *file)
{
    return file->n_read > file->n_taken || file->n_taken == file->size || file->failure != NULL;
}

gboolean
coex_read_ahead_is_ready(CoexReadAhead *file)
{
    gboolean ready;

    g_mutex_lock(&file->lock);
    ready = is_ready(file);
    g_mutex_unlock(&file->lock);
    return ready;
}

gssize
coex_read_ahead_take(CoexReadAhead *file, void *buffer, gsize count, GError **error)
{
    gint64 at = file->n_taken;
    gint64 n;

    g_mutex_lock(&file->lock);
    n = MIN(file->n_read - at, COEX_READ_AHEAD - at % COEX_READ_AHEAD);
    n = MIN(n, (gint64)count);
    memcpy(buffer, file->ring + at % COEX_READ_AHEAD, (gsize)n);
    file->n_taken += n;
    if (n == 0 && file->failure != NULL) {
        g_set_error_literal(error, COEX_ERROR, COEX_ERROR_STORE, file->failure);
        n = -1;
    } else if (n == 0 && at < file->size) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "It is still being read");
        n = -1;
    }
    if (file->n_read - file->n_taken <= COEX_READ_AHEAD / 2)
        start(file);
    g_mutex_unlock(&file->lock);
    return (gssize)n;
}

GSource *
coex_read_ahead_source_new(CoexReadAhead *file)
{
    GSource *source = g_timeout_source_new(G_MAXUINT);

    g_mutex_lock(&file->lock);
    g_clear_pointer(&file->waiting, g_source_unref);
    if (is_ready(file))
        g_source_set_ready_time(source, 0);
    else
        file->waiting = g_source_ref(source);
    g_mutex_unlock(&file->lock);
    return source;
}
