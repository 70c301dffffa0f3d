// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/media.h"
#include <sqlite3.h>

/* The files of messages: a row for each message that has one, gone with its message. */

typedef struct CoexDb CoexDb;
typedef struct CoexMediaQuery CoexMediaQuery;

/* Of the table `media`, as coex_media_read() takes them. */
#define COEX_MEDIA_COLUMNS                                                                         \
    "media.kind, media.id, media.url, media.mime, media.sha256, media.size, media.name,"           \
    " media.caption, media.voice, media.animated"
/* The same of the table `outbox`. */
#define COEX_MEDIA_OF_OUTBOX                                                                       \
    "media_kind, NULL, NULL, media_mime, media_sha256, media_size, media_name, media_caption,"     \
    " media_voice, media_animated"

/* What is told of the file of the message @message_id; another one takes its place. */
gboolean coex_media_put(CoexDb *db, gint64 message_id, const CoexMedia *media, GError **error);

/* COEX_MEDIA_COLUMNS of a row from @column on; NULL: the message has no file. Free with
 * coex_media_free(). */
CoexMedia *coex_media_read(sqlite3_stmt *row, int column);

/* What became of it. */
gboolean coex_media_set_state(CoexDb *db, gint64 message_id, CoexMediaState state, const char *path,
                              GError **error);

/* See coex_store_read_media(); NULL on error. Free with g_ptr_array_unref(). */
GPtrArray *coex_media_find(CoexDb *db, const CoexMediaQuery *query, GError **error);
