// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/media.h"

gboolean
coex_media_put(CoexDb *db, gint64 message_id, const CoexMedia *media, GError **error)
{
    return coex_db_run(
        db,
        "INSERT OR REPLACE INTO media(message, kind, id, url, mime, sha256, size,"
        " name, caption, voice, animated) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        COEX_VALUES(coex_int(message_id), coex_int(media->kind), coex_text(media->id),
                    coex_text(media->url), coex_text(media->mime), coex_text(media->sha256),
                    coex_int(media->size), coex_text(media->name), coex_text(media->caption),
                    coex_int(media->voice), coex_int(media->animated)),
        error);
}

CoexMedia *
coex_media_read(sqlite3_stmt *row, int column)
{
    CoexMedia *media;

    if (sqlite3_column_type(row, column) == SQLITE_NULL)
        return NULL;
    media = g_new0(CoexMedia, 1);
    media->kind = (CoexMediaKind)sqlite3_column_int(row, column++);
    media->id = coex_db_dup_text(row, column++);
    media->url = coex_db_dup_text(row, column++);
    media->mime = coex_db_dup_text(row, column++);
    media->sha256 = coex_db_dup_text(row, column++);
    media->size = sqlite3_column_int64(row, column++);
    media->name = coex_db_dup_text(row, column++);
    media->caption = coex_db_dup_text(row, column++);
    media->voice = sqlite3_column_int(row, column++) != 0;
    media->animated = sqlite3_column_int(row, column++) != 0;
    return media;
}
