// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The local ids of the messages of a broadcast: "bc-", what it says, which one it is, to whom. So
 * that all that said the same are found by how their ids begin, and each one's by more of it. */

/* Of what says the same all are the same: the template's @name, its @language, the @values as
 * typed. Free with g_free(). */
char *coex_broadcast_dup_content_id(const char *name, const char *language,
                                    const char *const *values);
/* Of a broadcast of this content; @number: none of the others' of a day. Free with g_free(). */
char *coex_broadcast_dup_id(const char *content_id, guint32 number);
/* How the local ids begin of all messages of the content or broadcast @id. Free with g_free(). */
char *coex_broadcast_dup_prefix(const char *id);
/* Of its message to the person; free with g_free(). */
char *coex_broadcast_dup_local_id(const char *id, gint64 person_id);
/* Whether a local id (NULL: none) is of a broadcast. */
gboolean coex_broadcast_owns(const char *local_id);
