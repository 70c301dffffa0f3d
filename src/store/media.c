// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/media.h"

#include "core/which.h"
#include "store/db.h"
#include "store/rows.h"

#define LOOKED_AT_MAX 10000 /* of the files of one person */

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

gboolean
coex_media_set_state(CoexDb *db, gint64 message_id, CoexMediaState state, const char *path,
                     GError **error)
{
    return coex_db_run(db, "UPDATE media SET state = ?, path = ? WHERE message = ?",
                       COEX_VALUES(coex_int(state), coex_text(path), coex_int(message_id)), error);
}

#define SELECT                                                                                     \
    "SELECT messages.id, person, time, media.state, path, " COEX_MEDIA_COLUMNS                     \
    " FROM media CROSS JOIN messages ON messages.id = media.message"

/* Whether one of many is asked for: then the newest come first, until it is found. */
static gboolean
is_one_of_many(const CoexMediaQuery *query)
{
    return query->person_id != 0 && query->which.number == 0 && query->which.nth != 0;
}

/* Of one of many: those of one side. */
static sqlite3_stmt *
start_side(CoexDb *db, const CoexMediaQuery *query, gboolean theirs, GError **error)
{
    return coex_db_query(db,
                         "SELECT messages.id, person, time, media.state, path, " COEX_MEDIA_COLUMNS
                         " FROM messages CROSS JOIN media ON media.message = messages.id"
                         " WHERE account = ? AND person = ? AND (direction = 0) = ?"
                         " ORDER BY time DESC, messages.id DESC LIMIT ?",
                         COEX_VALUES(coex_int(query->account_id), coex_int(query->person_id),
                                     coex_int(theirs), coex_int(LOOKED_AT_MAX)),
                         error);
}

static sqlite3_stmt *
start_all(CoexDb *db, const CoexMediaQuery *query, GError **error)
{
    if (query->person_id == 0)
        return coex_db_query(
            db,
            SELECT " WHERE media.state < 2 AND media.id IS NOT NULL AND deleted_at = 0"
                   " AND account = ?"
                   " ORDER BY media.state DESC,"
                   " row_number() OVER (PARTITION BY person ORDER BY media.message), media.message"
                   " LIMIT ?",
            COEX_VALUES(coex_int(query->account_id), coex_int(COEX_STORE_MEDIA_MAX)), error);
    if (query->which.number != 0)
        return coex_db_query(db, SELECT " WHERE media.message = ? AND account = ? AND person = ?",
                             COEX_VALUES(coex_int(query->which.number), coex_int(query->account_id),
                                         coex_int(query->person_id)),
                             error);
    return coex_db_query(
        db,
        SELECT " WHERE account = ?1 AND person = ?2 AND path IS NOT NULL AND NOT EXISTS"
               " (SELECT 1 FROM media AS o JOIN messages AS m ON m.id = o.message"
               "  WHERE o.path = media.path AND (m.account <> ?1 OR m.person <> ?2))",
        COEX_VALUES(coex_int(query->account_id), coex_int(query->person_id)), error);
}

static void
free_row(gpointer data)
{
    CoexMediaRow *row = data;

    g_free(row->path);
    coex_media_free(row->media);
    g_free(row);
}

static CoexMediaRow *
read_row(sqlite3_stmt *rows)
{
    CoexMediaRow *row = g_new0(CoexMediaRow, 1);

    row->message_id = sqlite3_column_int64(rows, 0);
    row->person_id = sqlite3_column_int64(rows, 1);
    row->time = sqlite3_column_int64(rows, 2);
    row->state = (CoexMediaState)sqlite3_column_int(rows, 3);
    row->path = coex_db_dup_text(rows, 4);
    row->media = coex_media_read(rows, 5);
    return row;
}

/* Whether @row is to be told; @n_fit: how many newer ones fit as well. */
static gboolean
is_meant(const CoexMediaQuery *query, const CoexMediaRow *row, guint *n_fit)
{
    if (!is_one_of_many(query))
        return TRUE;
    if (!coex_which_fits(&query->which, row->time, row->media->caption, row->media->name))
        return FALSE;
    return ++*n_fit == query->which.nth;
}

/* Adds to @found what @rows has of it; the first alone, of one of many. */
static gboolean
find_in(CoexDb *db, const CoexMediaQuery *query, sqlite3_stmt *rows, GPtrArray *found,
        GError **error)
{
    CoexStep step = rows != NULL ? coex_db_step(db, rows, error) : COEX_STEP_FAILED;
    guint n_fit = 0;

    for (; step == COEX_STEP_ROW; step = coex_db_step(db, rows, error)) {
        CoexMediaRow *row = read_row(rows);

        if (!is_meant(query, row, &n_fit)) {
            free_row(row);
            continue;
        }
        g_ptr_array_add(found, row);
        if (is_one_of_many(query)) {
            sqlite3_reset(rows);
            return TRUE;
        }
    }
    return step == COEX_STEP_DONE;
}

GPtrArray *
coex_media_find(CoexDb *db, const CoexMediaQuery *query, GError **error)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(free_row);
    gboolean any_side = query->which.minute >= 0 || query->which.words != NULL;
    gboolean read;

    if (!is_one_of_many(query)) {
        read = find_in(db, query, start_all(db, query, error), found, error);
    } else {
        read = find_in(db, query, start_side(db, query, TRUE, error), found, error);
        if (read && found->len == 0 && any_side)
            read = find_in(db, query, start_side(db, query, FALSE, error), found, error);
    }
    return read ? g_steal_pointer(&found) : NULL;
}
