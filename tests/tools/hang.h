// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A disk that does not answer: a system call of this program, on a path with certain words in it,
 * waits until it is let go. For one file of a program. */

static GMutex hang_lock;
static GCond hang_over;
static const char *hang_call;
static const char *hang_words;
static gboolean hangs;
static int hang_error; /* of those that hang, once they are let go; 0: none */
static guint n_hanging;
static gint hang_on; /* atomic */
/* Sees such calls, of paths with those words, when they are done; under the lock. NULL: nobody */
static void (*hang_watch)(const char *call, int fd);

static inline gboolean
hang_concerns(const char *call, int fd, const char *path)
{
    char link[64];
    char found[PATH_MAX] = "";

    if (hang_call == NULL || strcmp(call, hang_call) != 0)
        return FALSE;
    g_snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (path == NULL && readlink(link, found, sizeof found - 1) > 0)
        path = found;
    return path != NULL && strstr(path, hang_words) != NULL;
}

/* 0, or the error with which the call ends. */
static inline int
hang_here(const char *call, int fd, const char *path)
{
    gboolean hung = FALSE;
    gboolean concerns;
    int error;

    if (!g_atomic_int_get(&hang_on))
        return 0;
    g_mutex_lock(&hang_lock);
    concerns = hang_concerns(call, fd, path);
    while (hangs && concerns) {
        hung = TRUE;
        n_hanging++;
        g_cond_wait(&hang_over, &hang_lock);
        n_hanging--;
    }
    error = hung ? hang_error : 0;
    if (concerns && hang_watch != NULL)
        hang_watch(call, fd);
    g_mutex_unlock(&hang_lock);
    return error;
}

/* "read", "pread", "write", "fdatasync" or "renameat2", of paths with @words. */
static inline void
hang_begin(const char *call, const char *words)
{
    g_mutex_lock(&hang_lock);
    hang_call = call;
    hang_words = words;
    hang_error = 0;
    hangs = TRUE;
    g_atomic_int_set(&hang_on, TRUE);
    g_mutex_unlock(&hang_lock);
}

static inline void
hang_end(int error)
{
    g_mutex_lock(&hang_lock);
    hangs = FALSE;
    hang_error = error;
    g_cond_broadcast(&hang_over);
    g_mutex_unlock(&hang_lock);
}

static inline guint
hang_count(void)
{
    guint n;

    g_mutex_lock(&hang_lock);
    n = n_hanging;
    g_mutex_unlock(&hang_lock);
    return n;
}

ssize_t
write(int fd, const void *bytes, size_t length)
{
    int error = hang_here("write", fd, NULL);

    if (error == 0)
        return syscall(SYS_write, fd, bytes, length);
    errno = error;
    return -1;
}

/* Of libraries and plugins, too. */
#pragma GCC visibility push(default)
ssize_t
read(int fd, void *bytes, size_t length)
{
    int error = hang_here("read", fd, NULL);

    if (error == 0)
        return syscall(SYS_read, fd, bytes, length);
    errno = error;
    return -1;
}

ssize_t
pread(int fd, void *bytes, size_t length, off_t at)
{
    int error = hang_here("pread", fd, NULL);

    if (error == 0)
        return syscall(SYS_pread64, fd, bytes, length, at);
    errno = error;
    return -1;
}
#pragma GCC visibility pop

int
fdatasync(int fd)
{
    int error = hang_here("fdatasync", fd, NULL);

    if (error == 0)
        return (int)syscall(SYS_fdatasync, fd);
    errno = error;
    return -1;
}

int
renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    int error = hang_here("renameat2", from_folder, from);

    if (error == 0)
        return (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
    errno = error;
    return -1;
}
