// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* One process at a time: a file beside the database, locked for as long as its holder lives and
 * telling who that is, as "Pidgin 4711". Taken and given back where the store is opened and closed,
 * which may wait for the disk. The database itself is never opened for this: closing any descriptor
 * of a file would drop SQLite's own locks on it. */

typedef struct CoexLock CoexLock;

/* Takes the lock file @path (0600) in the name of @program (NULL or empty: nobody knows which);
 * @subject is what the error text names at its end. COEX_ERROR_LOCKED: held by another process or
 * by this one, with the holder's name and pid; COEX_ERROR_STORE: the file cannot be made or locked.
 */
CoexLock *coex_lock_take(const char *path, const char *program, const char *subject,
                         GError **error);

/* Gives it back; the file stays (removing it would race with the next holder). */
void coex_lock_release(CoexLock *lock);
