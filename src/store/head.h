// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>
#include <sqlite3.h>

/* The pages of a database that tell where its tables are (the first one, and those of
 * sqlite_schema), kept in a file beside it: they change with the schema only, and without them
 * nothing of the rest can be found. */

/* Whether a file of this beginning is a database. */
#define COEX_HEAD_MAGIC_BYTES 16
gboolean coex_head_is_sound(const void *bytes, gsize length);

gboolean coex_head_is_kept(const char *path);

/* Keeps the pages of @path, which is open as @db, as they stand in the file, which must hold all of
 * its log. Writes only what is new. Errors are ignored: the next opening tries again. */
void coex_head_keep(const char *path, sqlite3 *db);

/* Before the schema changes, or another database takes the place: until the next coex_head_keep()
 * nothing is kept. */
void coex_head_forget(const char *path);

/* Puts the kept pages back into @path, in which nothing is open, and syncs it; what they tell of
 * free pages and of the size is left out, so the result is for reading. FALSE: none are kept that
 * can be used (*@ret_errno 0), or they cannot be read or written. */
gboolean coex_head_put_back(const char *path, int *ret_errno);
