// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gio/gio.h>

/* A file that another thread reads ahead, so that who takes its bytes never waits for a disk.
 * Belongs to one thread, but for what it hides. */

#define COEX_READ_AHEAD (512 * 1024) /* at most, in memory */

typedef struct CoexReadAhead CoexReadAhead;

/* Of @fd, which it takes, the first @size bytes. Free with coex_read_ahead_free(). */
CoexReadAhead *coex_read_ahead_new(int fd, gint64 size);
void coex_read_ahead_free(CoexReadAhead *file);
/* The same file from its beginning. */
CoexReadAhead *coex_read_ahead_again(const CoexReadAhead *file);

/* The next bytes, at most @count, and their number; 0 at the end. -1: G_IO_ERROR_WOULD_BLOCK: they
 * are not there yet; COEX_ERROR_STORE: the file cannot be read, or has become shorter. */
gssize coex_read_ahead_take(CoexReadAhead *file, void *buffer, gsize count, GError **error);
gboolean coex_read_ahead_is_ready(CoexReadAhead *file);

/* A source without a callback that is ready as soon as a byte, the end or an error is there. Only
 * the newest one is. */
GSource *coex_read_ahead_source_new(CoexReadAhead *file);
