// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/past.h"

#include "core/feed.h"
#include "core/message.h"
#include "store/media.h"
#include "store/refer.h"

static const char SELECT_PAST[] =
    "SELECT direction, time, text, messages.state, messages.kind, messages.id, changed_at, "
    "deleted_at,"
    " context, " COEX_MEDIA_COLUMNS " FROM messages LEFT JOIN media ON media.message = messages.id"
    " WHERE account = ? AND person = ? AND time < ? AND text <> ''"
    " ORDER BY time DESC, messages.id DESC LIMIT ?";

/* Version 1 kept reactions and edits as what was written, with a label. */
static gboolean
is_notice(CoexContentKind kind, const char *text)
{
    return kind == COEX_CONTENT_SYSTEM || kind == COEX_CONTENT_REVOKE ||
           ((kind == COEX_CONTENT_REACTION || kind == COEX_CONTENT_EDIT) && *text != '[');
}

static CoexFeedKind
get_kind(CoexDirection direction, CoexState state)
{
    switch (direction) {
    case COEX_INBOUND:
        return COEX_FEED_INBOUND;
    case COEX_ECHO:
        return COEX_FEED_ECHO;
    case COEX_OUTBOUND:
        break;
    }
    if (state == COEX_STATE_UNCONFIRMED)
        return COEX_FEED_UNCONFIRMED;
    return state == COEX_STATE_FAILED ? COEX_FEED_FAILED : COEX_FEED_SENT;
}

static void
unref_item(gpointer item)
{
    coex_feed_item_unref(item);
}

static gboolean
read_line(CoexDb *db, const CoexPastQuery *query, sqlite3_stmt *row, GPtrArray *lines,
          GError **error)
{
    CoexFeedItem *line = g_atomic_rc_box_new0(CoexFeedItem);
    CoexDirection direction = (CoexDirection)sqlite3_column_int(row, 0);
    const CoexReference reference = { .account_id = query->account_id,
                                      .person_id = query->person_id,
                                      .wamid = (const char *)sqlite3_column_text(row, 8),
                                      .from_them = direction == COEX_INBOUND };

    g_ptr_array_insert(lines, 0, line);
    line->account_id = query->account_id;
    line->person_id = query->person_id;
    line->time = sqlite3_column_int64(row, 1);
    line->text = coex_db_dup_text(row, 2);
    line->kind = is_notice((CoexContentKind)sqlite3_column_int(row, 4), line->text)
                     ? COEX_FEED_NOTICE
                     : get_kind(direction, (CoexState)sqlite3_column_int(row, 3));
    line->message_id = sqlite3_column_int64(row, 5);
    line->flags = (sqlite3_column_int64(row, 6) > 0 ? COEX_LINE_EDITED : 0) |
                  (sqlite3_column_int64(row, 7) > 0 ? COEX_LINE_DELETED : 0);
    line->media = coex_media_read(row, 9);
    return reference.wamid == NULL || line->kind == COEX_FEED_NOTICE ||
           coex_refer_read_quote(db, &reference, &line->quote, error);
}

GPtrArray *
coex_past_read(CoexDb *db, const CoexPastQuery *query, GError **error)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(unref_item);
    sqlite3_stmt *rows =
        coex_db_query(db, SELECT_PAST,
                      COEX_VALUES(coex_int(query->account_id), coex_int(query->person_id),
                                  coex_int(query->before), coex_int(query->limit)),
                      error);
    CoexStep step = rows != NULL ? coex_db_step(db, rows, error) : COEX_STEP_FAILED;
    for (; step == COEX_STEP_ROW; step = coex_db_step(db, rows, error)) {
        if (!read_line(db, query, rows, lines, error)) {
            sqlite3_reset(rows);
            return NULL;
        }
    }
    return step == COEX_STEP_DONE ? g_steal_pointer(&lines) : NULL;
}
