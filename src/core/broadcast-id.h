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
/* Whether @local_id is of a broadcast of what @id says, a broadcast or a content. */
gboolean coex_broadcast_says_the_same(const char *local_id, const char *id);
/* Which of two broadcasts of one content goes on where two desks began them: all of them say the
 * same. Less than 0: the one with @local_id, greater than 0: @id, 0: they are one. */
int coex_broadcast_compare(const char *local_id, const char *id);
/* Whether a local id (NULL: none) is of a broadcast. */
gboolean coex_broadcast_owns(const char *local_id);
