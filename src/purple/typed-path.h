// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Paths of files that the user types. */

/* The whole path, of what is written as a shell and a file manager do: "/x", "~/x", "file:///x".
 * NULL: it is none. Free with g_free(). */
char *coex_typed_path_dup(const char *typed);

/* Whether that file may leave: of users who are none of this computer's, or may be, a path leads to
 * their own folder only. */
gboolean coex_typed_path_may_read(const char *path);

/* The whole path of what was typed as one, in quotes or not; as it is when it is none. NULL, with a
 * sentence in @ret_why, where that file may not leave. Free with g_free(). */
char *coex_typed_path_dup_allowed(const char *typed, char **ret_why);
/* Below it BitlBee's users' files are; free with g_free(). */
char *coex_typed_path_dup_folder(void);
