// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Where files of messages are put: `media-folder`, a folder for each person, a name that nobody
 * else's bytes chose. Nothing is ever opened or run. Engine thread; errors are COEX_ERROR_STORE. */

typedef struct CoexMedia CoexMedia;

/* Makes @base, 0700, where it is missing. */
gboolean coex_files_prepare(const char *base, GError **error);

/* Where the file of the message @message_id is written until it is whole; @tag is of one account of
 * one profile. Free with g_free(). */
char *coex_files_dup_part(const char *base, const char *tag, gint64 message_id);
/* Removes what a crash left of those. */
void coex_files_clear_parts(const char *base, const char *tag);

typedef struct {
    const char *base;
    const char *title; /* whose it is, as people call them */
    gint64 time;       /* of the message, seconds since 1970 */
    const CoexMedia *media;
} CoexFilesPlace;

/* Moves @part to its place, next to what is there of the same name. Returns the path; free with
 * g_free(). NULL on error: then @part is gone. */
char *coex_files_take(const char *part, const CoexFilesPlace *place, GError **error);

/* "240 KB"; free with g_free(). */
char *coex_files_dup_size(gint64 size);
