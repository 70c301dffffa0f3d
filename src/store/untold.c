// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/untold.h"

#include "core/feed.h"
#include "core/message.h"
#include "store/batch-private.h"
#include "store/db.h"
#include "store/feed.h"

#define LOOKED_AT 20 /* of the last messages */

static const char SELECT_UNTOLD[] =
    "SELECT id, time, text, direction FROM"
    " (SELECT id, time, text, direction, type, state FROM messages"
    "  WHERE account = ?1 AND person = ?2 ORDER BY time DESC, id DESC LIMIT ?3)"
    " WHERE type = ?4 AND state NOT IN (?5, ?6) ORDER BY time, id";

static gboolean
tell(CoexApply *a, const CoexFeedItem *line, GError **error)
{
    return coex_db_run(a->db, "UPDATE messages SET type = ? WHERE id = ?",
                       COEX_VALUES(coex_text(COEX_UNTOLD_NO_MORE), coex_int(line->message_id)),
                       error) &&
           coex_apply_feed(a, line, error);
}

static void
unref_item(gpointer item)
{
    coex_feed_item_unref(item);
}

/* NULL on error. */
static GPtrArray *
read_lines(CoexApply *a, gint64 person_id, CoexUntold which, GError **error)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(unref_item);
    CoexState other = which == COEX_UNTOLD_ALL ? COEX_STATE_FAILED : COEX_STATE_UNCONFIRMED;
    sqlite3_stmt *rows = coex_db_query(
        a->db, SELECT_UNTOLD,
        COEX_VALUES(coex_int(a->change->account_id), coex_int(person_id), coex_int(LOOKED_AT),
                    coex_text(COEX_UNTOLD), coex_int(COEX_STATE_FAILED), coex_int(other)),
        error);
    CoexStep step = rows != NULL ? coex_db_step(a->db, rows, error) : COEX_STEP_FAILED;
    for (; step == COEX_STEP_ROW; step = coex_db_step(a->db, rows, error)) {
        CoexFeedItem *line = g_atomic_rc_box_new0(CoexFeedItem);
        line->person_id = person_id;
        line->kind = sqlite3_column_int(rows, 3) == COEX_ECHO ? COEX_FEED_ECHO : COEX_FEED_SENT;
        line->message_id = sqlite3_column_int64(rows, 0);
        line->time = sqlite3_column_int64(rows, 1);
        line->text = coex_db_dup_text(rows, 2);
        line->flags = COEX_LINE_BROADCAST;
        g_ptr_array_add(lines, line);
    }
    return step == COEX_STEP_DONE ? g_steal_pointer(&lines) : NULL;
}

gboolean
coex_apply_untold(CoexApply *a, gint64 person_id, CoexUntold which, GError **error)
{
    g_autoptr(GPtrArray) lines = read_lines(a, person_id, which, error);
    if (lines == NULL)
        return FALSE;
    for (guint i = 0; i < lines->len; i++)
        if (!tell(a, g_ptr_array_index(lines, i), error))
            return FALSE;
    return TRUE;
}
