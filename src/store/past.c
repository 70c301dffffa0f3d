// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/past.h"

#include "core/feed.h"
#include "core/message.h"
#include "store/media.h"

static const char SELECT_PAST[] =
    "SELECT direction, time, text, messages.state, messages.kind, messages.id, " COEX_MEDIA_COLUMNS
    " FROM messages LEFT JOIN media ON media.message = messages.id"
    " WHERE account = ? AND person = ? AND time < ? AND text <> ''"
    " ORDER BY time DESC, messages.id DESC LIMIT ?";

static CoexFeedKind
get_kind(CoexDirection direction, CoexState state, CoexContentKind kind)
{
    if (kind == COEX_CONTENT_SYSTEM || kind == COEX_CONTENT_REVOKE)
        return COEX_FEED_NOTICE;
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
        CoexFeedItem *line = g_atomic_rc_box_new0(CoexFeedItem);
        line->account_id = query->account_id;
        line->person_id = query->person_id;
        line->kind = get_kind((CoexDirection)sqlite3_column_int(rows, 0),
                              (CoexState)sqlite3_column_int(rows, 3),
                              (CoexContentKind)sqlite3_column_int(rows, 4));
        line->time = sqlite3_column_int64(rows, 1);
        line->text = coex_db_dup_text(rows, 2);
        line->message_id = sqlite3_column_int64(rows, 5);
        line->media = coex_media_read(rows, 6);
        g_ptr_array_insert(lines, 0, line);
    }
    return step == COEX_STEP_DONE ? g_steal_pointer(&lines) : NULL;
}
