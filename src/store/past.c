// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/past.h"

#include "core/broadcast-id.h"
#include "core/feed.h"
#include "core/message.h"
#include "core/words.h"
#include "store/db.h"
#include "store/media.h"
#include "store/refer.h"
#include "store/rows.h"
#include "store/untold.h"

#define SELECT                                                                                     \
    "SELECT direction, time, text, messages.state, messages.kind, messages.id, changed_at, "       \
    "deleted_at, context, person, local_id, " COEX_MEDIA_COLUMNS                                   \
    " FROM messages LEFT JOIN media ON media.message = messages.id"
static const char SELECT_PAST[] =
    SELECT " WHERE account = ?1 AND person = ?2 AND time < ?3 AND text <> ''"
           " AND NOT (?5 AND type IS '" COEX_UNTOLD "' AND messages.state <> ?6)"
           " ORDER BY time DESC, messages.id DESC LIMIT ?4";
static const char SELECT_ONE[] =
    SELECT " WHERE account = ? AND messages.id = ? AND text <> '' AND deleted_at = 0";

/* Version 1 kept reactions and edits as what was written, with a label. */
static gboolean
says_itself(CoexContentKind kind, const char *text)
{
    return kind == COEX_CONTENT_SYSTEM || kind == COEX_CONTENT_REVOKE ||
           ((kind == COEX_CONTENT_REACTION || kind == COEX_CONTENT_EDIT) && *text != '[');
}

static CoexFeedKind
get_kind(CoexDirection direction, CoexState state)
{
    if (direction == COEX_INBOUND)
        return COEX_FEED_INBOUND;
    if (state == COEX_STATE_FAILED)
        return COEX_FEED_FAILED;
    if (direction == COEX_ECHO)
        return COEX_FEED_ECHO;
    return state == COEX_STATE_UNCONFIRMED ? COEX_FEED_UNCONFIRMED : COEX_FEED_SENT;
}

/* What may not have been done is no notice that it was. */
static CoexFeedKind
get_kind_of_line(CoexDirection direction, CoexState state)
{
    CoexFeedKind kind = get_kind(direction, state);

    return kind == COEX_FEED_FAILED || kind == COEX_FEED_UNCONFIRMED ? kind : COEX_FEED_NOTICE;
}

static void
unref_item(gpointer item)
{
    coex_feed_item_unref(item);
}

static CoexFeedItem *
read_line(CoexDb *db, gint64 account_id, sqlite3_stmt *row, GError **error)
{
    CoexFeedItem *line = g_atomic_rc_box_new0(CoexFeedItem);
    CoexDirection direction = (CoexDirection)sqlite3_column_int(row, 0);
    const CoexReference reference = { .account_id = account_id,
                                      .person_id = sqlite3_column_int64(row, 9),
                                      .wamid = (const char *)sqlite3_column_text(row, 8),
                                      .from_them = direction == COEX_INBOUND };

    line->account_id = account_id;
    line->person_id = reference.person_id;
    line->time = sqlite3_column_int64(row, 1);
    line->text = coex_db_dup_text(row, 2);
    gboolean is_line = says_itself((CoexContentKind)sqlite3_column_int(row, 4), line->text);
    line->kind = is_line ? get_kind_of_line(direction, (CoexState)sqlite3_column_int(row, 3))
                         : get_kind(direction, (CoexState)sqlite3_column_int(row, 3));
    line->message_id = sqlite3_column_int64(row, 5);
    line->flags =
        (sqlite3_column_int64(row, 6) > 0 ? COEX_LINE_EDITED : 0) |
        (sqlite3_column_int64(row, 7) > 0 ? COEX_LINE_DELETED : 0) |
        (coex_broadcast_owns((const char *)sqlite3_column_text(row, 10)) ? COEX_LINE_BROADCAST : 0);
    line->media = coex_media_read(row, 11);
    if (reference.wamid == NULL || is_line ||
        coex_refer_read_quote(db, &reference, &line->quote, error))
        return line;
    coex_feed_item_unref(line);
    return NULL;
}

gboolean
coex_past_read_message(CoexDb *db, gint64 account_id, gint64 id, CoexFeedItem **ret_line,
                       GError **error)
{
    sqlite3_stmt *row =
        coex_db_query(db, SELECT_ONE, COEX_VALUES(coex_int(account_id), coex_int(id)), error);
    CoexStep step = row != NULL ? coex_db_step(db, row, error) : COEX_STEP_FAILED;
    *ret_line = NULL;
    if (step != COEX_STEP_ROW)
        return step == COEX_STEP_DONE;
    *ret_line = read_line(db, account_id, row, error);
    sqlite3_reset(row);
    return *ret_line != NULL;
}

/* What has not left, or WhatsApp did not take, ends it: it stands in the outbox alone. */
static const char SELECT_WAITING[] =
    "SELECT created_at, text, state, why IS NULL FROM outbox"
    " WHERE account = ?1 AND person = ?2 AND created_at < ?3 AND text <> ''"
    " AND kind NOT IN (4, 10, 11) AND NOT EXISTS"
    "  (SELECT 1 FROM messages AS m WHERE m.account = ?1 AND m.local_id = outbox.local_id)"
    " ORDER BY position DESC LIMIT ?4";

static CoexFeedItem *
read_waiting(const CoexPastQuery *query, sqlite3_stmt *row)
{
    CoexFeedItem *line = g_atomic_rc_box_new0(CoexFeedItem);
    CoexOutboxState state = (CoexOutboxState)sqlite3_column_int(row, 2);

    line->account_id = query->account_id;
    line->person_id = query->person_id;
    line->time = sqlite3_column_int64(row, 0);
    line->text = coex_db_dup_text(row, 1);
    line->kind = COEX_FEED_SENT;
    if (state == COEX_OUTBOX_UNCONFIRMED)
        line->kind = COEX_FEED_UNCONFIRMED;
    else if (state != COEX_OUTBOX_FAILED)
        line->detail = g_strdup(coex_outbox_state_describe(state));
    else if (sqlite3_column_int(row, 3) != 0)
        line->detail = g_strdup(COEX_OUTBOX_KEPT);
    else
        line->kind = COEX_FEED_FAILED;
    return line;
}

static gboolean
add_waiting(CoexDb *db, const CoexPastQuery *query, GPtrArray *lines, GError **error)
{
    sqlite3_stmt *rows =
        coex_db_query(db, SELECT_WAITING,
                      COEX_VALUES(coex_int(query->account_id), coex_int(query->person_id),
                                  coex_int(query->before), coex_int(query->limit)),
                      error);
    CoexStep step = rows != NULL ? coex_db_step(db, rows, error) : COEX_STEP_FAILED;
    guint end = lines->len;

    for (; step == COEX_STEP_ROW; step = coex_db_step(db, rows, error))
        g_ptr_array_insert(lines, (gint)end, read_waiting(query, rows));
    return step == COEX_STEP_DONE;
}

GPtrArray *
coex_past_read(CoexDb *db, const CoexPastQuery *query, GError **error)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(unref_item);
    sqlite3_stmt *rows =
        coex_db_query(db, SELECT_PAST,
                      COEX_VALUES(coex_int(query->account_id), coex_int(query->person_id),
                                  coex_int(query->before), coex_int(query->limit),
                                  coex_int(query->only_told), coex_int(COEX_STATE_FAILED)),
                      error);
    CoexStep step = rows != NULL ? coex_db_step(db, rows, error) : COEX_STEP_FAILED;
    for (; step == COEX_STEP_ROW; step = coex_db_step(db, rows, error)) {
        CoexFeedItem *line = read_line(db, query->account_id, rows, error);
        if (line == NULL) {
            sqlite3_reset(rows);
            return NULL;
        }
        g_ptr_array_insert(lines, 0, line);
    }
    return step == COEX_STEP_DONE && add_waiting(db, query, lines, error) ? g_steal_pointer(&lines)
                                                                          : NULL;
}

/* ---- for the log ---- */

static const char SELECT_UNLOGGED[] =
    SELECT " WHERE account = ? AND person = ? AND past = 1 AND time < ?"
           " ORDER BY time, messages.id";

static gint64
get_end_of_day(gint64 time)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_local(time);
    g_autoptr(GDateTime) day =
        at != NULL ? g_date_time_new_local(g_date_time_get_year(at), g_date_time_get_month(at),
                                           g_date_time_get_day_of_month(at), 0, 0, 0)
                   : NULL;
    g_autoptr(GDateTime) next = day != NULL ? g_date_time_add_days(day, 1) : NULL;
    return MAX(next != NULL ? g_date_time_to_unix(next) : 0, time + 1);
}

static gboolean
find_unlogged(CoexDb *db, gint64 account_id, gint64 after, CoexUnlogged *unlogged, GError **error)
{
    sqlite3_stmt *row = coex_db_query(db,
                                      "SELECT person, time FROM messages"
                                      " WHERE account = ? AND person > ? AND past = 1"
                                      " ORDER BY person, time LIMIT 1",
                                      COEX_VALUES(coex_int(account_id), coex_int(after)), error);
    CoexStep step = row != NULL ? coex_db_step(db, row, error) : COEX_STEP_FAILED;
    if (step != COEX_STEP_ROW)
        return step == COEX_STEP_DONE;
    unlogged->person_id = sqlite3_column_int64(row, 0);
    unlogged->before = get_end_of_day(sqlite3_column_int64(row, 1));
    sqlite3_reset(row);
    return TRUE;
}

gboolean
coex_past_read_unlogged(CoexDb *db, gint64 account_id, gint64 after, CoexUnlogged *ret_unlogged,
                        GError **error)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(unref_item);
    *ret_unlogged = (CoexUnlogged){ 0 };
    if (!find_unlogged(db, account_id, after, ret_unlogged, error))
        return FALSE;
    sqlite3_stmt *rows =
        coex_db_query(db, SELECT_UNLOGGED,
                      COEX_VALUES(coex_int(account_id), coex_int(ret_unlogged->person_id),
                                  coex_int(ret_unlogged->before)),
                      error);
    CoexStep step = rows != NULL ? coex_db_step(db, rows, error) : COEX_STEP_FAILED;
    for (; step == COEX_STEP_ROW; step = coex_db_step(db, rows, error)) {
        const char *text = (const char *)sqlite3_column_text(rows, 2);
        CoexFeedItem *line = NULL;
        ret_unlogged->last_id = MAX(ret_unlogged->last_id, sqlite3_column_int64(rows, 5));
        if (text == NULL || *text == '\0' || sqlite3_column_int64(rows, 7) > 0)
            continue;
        line = read_line(db, account_id, rows, error);
        if (line == NULL) {
            sqlite3_reset(rows);
            return FALSE;
        }
        g_ptr_array_add(lines, line);
    }
    ret_unlogged->lines = g_steal_pointer(&lines);
    return step == COEX_STEP_DONE;
}

/* ---- in figures ---- */

/* Of what is a message: 4, 10 and 11 are reactions, edits and deletions. The state 5 is FAILED. */
#define A_MESSAGE " AND kind NOT IN (4, 10, 11)"
static const char SELECT_COUNTS[] =
    "SELECT direction, count(*), min(time), max(time), sum(state = 5) FROM messages"
    " WHERE account = ? AND person = ?" A_MESSAGE " GROUP BY direction";
/* Whoever wrote or was written to since then is found without a look at all messages. */
static const char SELECT_COUNTS_SINCE[] =
    "SELECT direction, count(*), min(time), max(time), sum(state = 5) FROM people AS p"
    " JOIN messages AS m ON m.account = p.account AND m.person = p.id AND m.time >= ?2"
    " WHERE p.account = ?1"
    " AND max(p.active_at, p.last_inbound_at, p.last_echo_at, p.answered_at) >= ?2"
    " AND m.past = 0" A_MESSAGE " GROUP BY direction";
/* What has not left, or WhatsApp did not take, is in the outbox; what failed later in both. */
static const char SELECT_SENDS[] =
    "SELECT * FROM (SELECT * FROM (SELECT time, state, text, state_at, sent_at, delivered_at,"
    "  read_at, played_at, failure, -1 AS waits, id AS place FROM messages"
    " WHERE account = ?1 AND person = ?2 AND direction = 1" A_MESSAGE
    " ORDER BY time DESC, id DESC LIMIT ?3)"
    " UNION ALL SELECT * FROM (SELECT created_at, 7, text, state_at, 0, 0, 0, 0, why, state,"
    "  position FROM outbox"
    " WHERE account = ?1 AND person = ?2" A_MESSAGE " AND NOT EXISTS"
    "  (SELECT 1 FROM messages AS m WHERE m.account = ?1 AND m.local_id = outbox.local_id)"
    " ORDER BY position DESC LIMIT ?3))"
    " ORDER BY time DESC, waits >= 0 DESC, place DESC LIMIT ?3";
#define SELECT_PART                                                                                \
    "SELECT person, local_id, time, state, failure, error_code, direction, text FROM messages"
static const char SELECT_BROADCAST[] =
    SELECT_PART " WHERE account = ?1 AND local_id >= ?2 AND local_id < ?3 AND time >= ?4"
                " ORDER BY id";
static const char SELECT_TEMPLATE[] =
    SELECT_PART " WHERE account = ? AND template_name = ? AND time >= ? ORDER BY time, id";

/* `said` is of the click in what is about no other message. */
static const char SELECT_CLICK[] = "SELECT time, said FROM messages"
                                   " WHERE account = ? AND person = ? AND direction = 0"
                                   " AND said IS NOT NULL AND kind NOT IN (4, 10, 11)"
                                   " ORDER BY time DESC, id DESC LIMIT 1";

static void
free_send(gpointer data)
{
    coex_send_free(data);
}

void
coex_figures_free(CoexFigures *figures)
{
    if (figures == NULL)
        return;
    g_ptr_array_unref(figures->sends);
    g_free(figures->ad_click);
    g_free(figures);
}

static void
add_count(sqlite3_stmt *row, CoexFigures *figures)
{
    gint64 direction = sqlite3_column_int64(row, 0);
    gint64 first_at = sqlite3_column_int64(row, 2);
    if (direction >= 0 && direction < (gint64)G_N_ELEMENTS(figures->n_messages))
        figures->n_messages[direction] = (guint)sqlite3_column_int64(row, 1);
    if (direction == COEX_OUTBOUND)
        figures->n_failed = (guint)sqlite3_column_int64(row, 4);
    if (figures->first_at == 0 || first_at < figures->first_at)
        figures->first_at = first_at;
    figures->last_at = MAX(figures->last_at, sqlite3_column_int64(row, 3));
}

static void
add_send(sqlite3_stmt *row, CoexFigures *figures)
{
    CoexSend *send = g_new0(CoexSend, 1);
    send->time = sqlite3_column_int64(row, 0);
    send->state = (CoexState)sqlite3_column_int(row, 1);
    send->text = coex_db_dup_text(row, 2);
    send->state_at = sqlite3_column_int64(row, 3);
    for (guint i = 0; i < G_N_ELEMENTS(send->told_at); i++)
        send->told_at[i] = sqlite3_column_int64(row, 4 + (int)i);
    send->why = coex_db_dup_text(row, 8);
    send->waits = sqlite3_column_int(row, 9);
    g_ptr_array_add(figures->sends, send);
}

static void
add_click(sqlite3_stmt *row, CoexFigures *figures)
{
    figures->ad_at = sqlite3_column_int64(row, 0);
    figures->ad_click = coex_db_dup_text(row, 1);
}

static gboolean
read_rows(CoexDb *db, sqlite3_stmt *rows, void (*add)(sqlite3_stmt *, CoexFigures *),
          CoexFigures *figures, GError **error)
{
    CoexStep step = rows != NULL ? coex_db_step(db, rows, error) : COEX_STEP_FAILED;
    for (; step == COEX_STEP_ROW; step = coex_db_step(db, rows, error))
        add(rows, figures);
    return step == COEX_STEP_DONE;
}

CoexFigures *
coex_past_read_figures(CoexDb *db, gint64 account_id, gint64 person_id, guint n_sends,
                       GError **error)
{
    CoexFigures *figures = g_new0(CoexFigures, 1);
    figures->sends = g_ptr_array_new_with_free_func(free_send);
    if (read_rows(db,
                  coex_db_query(db, SELECT_COUNTS,
                                COEX_VALUES(coex_int(account_id), coex_int(person_id)), error),
                  add_count, figures, error) &&
        read_rows(db,
                  coex_db_query(db, SELECT_CLICK,
                                COEX_VALUES(coex_int(account_id), coex_int(person_id)), error),
                  add_click, figures, error) &&
        read_rows(
            db,
            coex_db_query(db, SELECT_SENDS,
                          COEX_VALUES(coex_int(account_id), coex_int(person_id), coex_int(n_sends)),
                          error),
            add_send, figures, error))
        return figures;
    coex_figures_free(figures);
    return NULL;
}

CoexFigures *
coex_past_read_figures_since(CoexDb *db, gint64 account_id, gint64 since, GError **error)
{
    CoexFigures *figures = g_new0(CoexFigures, 1);
    figures->sends = g_ptr_array_new_with_free_func(free_send);
    if (read_rows(db,
                  coex_db_query(db, SELECT_COUNTS_SINCE,
                                COEX_VALUES(coex_int(account_id), coex_int(since)), error),
                  add_count, figures, error))
        return figures;
    coex_figures_free(figures);
    return NULL;
}

static void
add_part(sqlite3_stmt *row, CoexFigures *figures)
{
    CoexSend *send = g_new0(CoexSend, 1);
    send->person_id = sqlite3_column_int64(row, 0);
    send->local_id = coex_db_dup_text(row, 1);
    send->time = sqlite3_column_int64(row, 2);
    send->state = (CoexState)sqlite3_column_int(row, 3);
    send->why = coex_db_dup_text(row, 4);
    send->error_code = sqlite3_column_int(row, 5);
    if (sqlite3_column_int(row, 6) == COEX_ECHO) {
        send->desk = coex_echo_dup_desk((const char *)sqlite3_column_text(row, 7));
        /* WhatsApp's echo came before its copy, and does not say whose it is. */
        if (send->desk == NULL)
            send->desk = g_strdup("");
    }
    send->waits = -1;
    g_ptr_array_add(figures->sends, send);
}

static CoexFigures *
read_parts(CoexDb *db, sqlite3_stmt *rows, GError **error)
{
    CoexFigures *figures = g_new0(CoexFigures, 1);

    figures->sends = g_ptr_array_new_with_free_func(free_send);
    if (read_rows(db, rows, add_part, figures, error))
        return figures;
    coex_figures_free(figures);
    return NULL;
}

CoexFigures *
coex_past_read_broadcast(CoexDb *db, gint64 account_id, const char *prefix, gint64 since,
                         GError **error)
{
    g_autofree char *end = g_strconcat(prefix, "~", NULL);

    return read_parts(db,
                      coex_db_query(db, SELECT_BROADCAST,
                                    COEX_VALUES(coex_int(account_id), coex_text(prefix),
                                                coex_text(end), coex_int(since)),
                                    error),
                      error);
}

CoexFigures *
coex_past_read_template(CoexDb *db, gint64 account_id, const char *name, gint64 since,
                        GError **error)
{
    return read_parts(
        db,
        coex_db_query(db, SELECT_TEMPLATE,
                      COEX_VALUES(coex_int(account_id), coex_text(name), coex_int(since)), error),
        error);
}
