// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gio/gio.h>

/* Whether a disk takes what is written, and a group gets at it. */

/* Writes to a file without a name in @folder, so that nothing is left of it, in a thread of its
 * own; @is_new: where the folder is not made yet, in the one that it will be made in. @callback
 * runs in the thread's default context. */
void coex_disk_try_async(const char *folder, gboolean is_new, GAsyncReadyCallback callback,
                         gpointer user_data);
/* How many bytes are free, and FALSE with the cause, as the part of a sentence, where nothing can
 * be written. */
gboolean coex_disk_try_finish(GAsyncResult *result, guint64 *ret_free_bytes, GError **error);
/* Of the folders on the way to it, itself among them, the last one through which nobody of its
 * group gets; itself where it is not made yet, NULL: none. Owned by @result. */
const char *coex_disk_get_closed(GAsyncResult *result);
