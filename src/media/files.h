// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "net/worker.h"

/* Where files of messages are put: `media-folder`, a folder for each person, a name that nobody
 * else's bytes chose. Nothing is ever opened or run. What waits for a disk does so in a thread of
 * its own: its callback runs in the caller's, once the disk has answered; @slow (NULL: nobody asks)
 * is told with the same @user_data when it keeps it waiting. Errors are COEX_ERROR_STORE. */

typedef struct CoexMedia CoexMedia;

/* Where the file of the message @message_id is written until it is whole, another path each time:
 * what hangs there of an earlier login touches no later one's. @tag is of one account of one
 * profile. Free with g_free(). */
char *coex_files_dup_part(const char *base, const char *tag, gint64 message_id);
/* Removes what a crash left of those. */
void coex_files_clear_parts_async(const char *base, const char *tag, CoexWorkerSlow slow,
                                  GAsyncReadyCallback callback, gpointer user_data);

/* What the file itself tells. */
typedef struct {
    gint64 size;   /* bytes */
    guint seconds; /* of a voice message, 0: not told */
} CoexFileFacts;

typedef struct {
    const char *base;
    const char *title; /* whose it is, as people call them */
    gint64 time;       /* of the message, seconds since 1970 */
    const CoexMedia *media;
    const char *mark;   /* that makes its name one that nobody guesses, NULL: none */
    char *content;      /* that @part is to have, NULL: it is written already */
    gboolean for_group; /* 0640 below 0750, of the group of @base; else 0600 below 0700 */
} CoexFilesPlace;

/* Moves @part to its place, next to others of the same name; where the same file stands there
 * already, that one is taken. */
void coex_files_take_async(const char *part, const CoexFilesPlace *place, CoexWorkerSlow slow,
                           GAsyncReadyCallback callback, gpointer user_data);
/* The path; free with g_free(). NULL on error: then @part is gone. */
char *coex_files_take_finish(GAsyncResult *result, CoexFileFacts *ret_facts, GError **error);

/* FALSE: it cannot be found. */
void coex_files_measure_async(const char *path, CoexWorkerSlow slow, GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean coex_files_measure_finish(GAsyncResult *result, CoexFileFacts *ret_facts);

/* Removes the files, and the folders that are empty then. */
void coex_files_remove_async(const char *const *paths, GAsyncReadyCallback callback,
                             gpointer user_data);

/* Its folder is the user's, and stays. */
void coex_files_remove_part_async(const char *part);

/* Any thread, as the next one. "240 KB"; free with g_free(). */
char *coex_files_dup_size(gint64 size);
/* "[image #17, 240 KB]", "[voice message #18, 0:07, 12 KB]"; @facts NULL: not known. Free with
 * g_free(). */
char *coex_files_dup_label(const CoexMedia *media, gint64 message_id, const CoexFileFacts *facts);
/* The same with the first words of the caption, as a line says that the file is here where every
 * line is a message (@mark '!'): far from them, and among other people's. */
char *coex_files_dup_title(const CoexMedia *media, gint64 message_id, const CoexFileFacts *facts,
                           char mark);
