// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* How far a file is that comes, told (COEX_SESSION_FETCH) where it takes more than two seconds;
 * that it comes, before. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexFetchJob CoexFetchJob;
typedef struct CoexMedia CoexMedia;
typedef struct CoexPerson CoexPerson;

/* It is on its way, and was not told of. */
void coex_progress_tell_late(const CoexFetchJob *job);
/* The disk keeps a file waiting that @person sent and somebody asked for. */
void coex_progress_tell_slow(CoexAccount *account, const CoexPerson *person, const CoexMedia *media,
                             gint64 message_id);
/* Its bytes begin to come, @size of them, -1: not told. */
void coex_progress_begin(CoexFetchJob *job, gint64 size);
/* So many are here. */
void coex_progress_note(CoexFetchJob *job, gint64 n_bytes);
/* No more will, for now or for ever; a no-op unless they began to. @path: where they all are, NULL:
 * they are not. */
void coex_progress_end(CoexFetchJob *job, const char *path);
