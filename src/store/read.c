// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/read.h"

#include "core/error.h"
#include "core/feed.h"
#include "core/payload.h"
#include "core/words.h"
#include "store/db.h"
#include "store/media.h"
#include "store/rows.h"
#include "store/shown.h"
#include "store/unite.h"

#define ROWS_BYTES_MAX (1024 * 1024) /* beyond the first row */
#define SENDS_MAX 500
#define PEOPLE_AT_ONCE 2000 /* are read in some milliseconds */

/* When a person was written to last, here or on the phone. */
typedef struct {
    gint64 person_id;
    gint64 at;
} Written;

static sqlite3_stmt *
query_account(CoexDb *db, const char *sql, gint64 account_id, GError **error)
{
    return coex_db_query(db, sql, COEX_VALUES(coex_int(account_id)), error);
}

/* Calls @read for each row. */
static gboolean
read_rows(CoexDb *db, sqlite3_stmt *query, void (*read)(sqlite3_stmt *, CoexSnapshot *),
          CoexSnapshot *snapshot, GError **error)
{
    CoexStep step = query != NULL ? coex_db_step(db, query, error) : COEX_STEP_FAILED;
    for (; step == COEX_STEP_ROW; step = coex_db_step(db, query, error))
        read(query, snapshot);
    return step == COEX_STEP_DONE;
}

/* ---- an account ---- */

static void
free_person(gpointer data)
{
    coex_person_free(data);
}

static void
free_nick_row(gpointer data)
{
    CoexNickRow *row = data;
    g_free(row->nick);
    g_free(row);
}

static void
free_outbox_row(gpointer data)
{
    coex_outbox_row_free(data);
}

static void
unref_feed_item(gpointer data)
{
    coex_feed_item_unref(data);
}

static const CoexPerson *
read_person(sqlite3_stmt *query, CoexSnapshot *snapshot)
{
    CoexPerson *person = coex_person_new();
    int column = 0;
    person->id = sqlite3_column_int64(query, column++);
    person->name = coex_db_dup_text(query, column++);
    person->alias = coex_db_dup_text(query, column++);
    person->peer.wa_id = coex_db_dup_text(query, column++);
    person->peer.user_id = coex_db_dup_text(query, column++);
    person->peer.parent_user_id = coex_db_dup_text(query, column++);
    person->peer.username = coex_db_dup_text(query, column++);
    person->last_inbound_at = sqlite3_column_int64(query, column++);
    person->free_until = sqlite3_column_int64(query, column++);
    person->last_inbound_wamid = coex_db_dup_text(query, column++);
    person->read_up_to = sqlite3_column_int64(query, column++);
    person->last_echo_at = sqlite3_column_int64(query, column++);
    person->active_at = sqlite3_column_int64(query, column++);
    person->hidden = sqlite3_column_int(query, column++) != 0;
    person->pinned = sqlite3_column_int(query, column++) != 0;
    person->nick = coex_db_dup_text(query, column++);
    person->answered_at = sqlite3_column_int64(query, column++);
    person->waiting_since = sqlite3_column_int64(query, column++);
    person->unread_since = sqlite3_column_int64(query, column++);
    person->ahead_at = sqlite3_column_int64(query, column++);
    person->renewed_at = sqlite3_column_int64(query, column++);
    person->same_as = sqlite3_column_int64(query, column++);
    person->book_name = coex_db_dup_text(query, column++);
    person->book_at = sqlite3_column_int64(query, column++);
    person->no_marketing = sqlite3_column_int(query, column++) != 0;
    person->marketing_at = sqlite3_column_int64(query, column++);
    g_ptr_array_add(snapshot->people, person);
    return person;
}

static void
read_address(sqlite3_stmt *query, CoexSnapshot *snapshot)
{
    const char *address = (const char *)sqlite3_column_text(query, 0);
    if (address != NULL)
        g_ptr_array_add(snapshot->addresses,
                        coex_address_new(address, sqlite3_column_int64(query, 1),
                                         sqlite3_column_int64(query, 2)));
}

static void
read_nick(sqlite3_stmt *query, CoexSnapshot *snapshot)
{
    CoexNickRow *row = g_new0(CoexNickRow, 1);
    row->account_id = sqlite3_column_int64(query, 0);
    row->person_id = sqlite3_column_int64(query, 1);
    row->nick = coex_db_dup_text(query, 2);
    g_ptr_array_add(snapshot->nicks, row);
}

/* Kind, type and payload; NULL where the last is. */
static CoexPayload *
read_payload(sqlite3_stmt *query, int column)
{
    const char *json = (const char *)sqlite3_column_text(query, column + 2);

    if (json == NULL)
        return NULL;
    return coex_payload_new((CoexContentKind)sqlite3_column_int(query, column),
                            (const char *)sqlite3_column_text(query, column + 1), json);
}

static void
read_outbox_row(sqlite3_stmt *query, CoexSnapshot *snapshot)
{
    CoexOutboxRow *row = coex_outbox_row_new();
    int column = 0;
    row->local_id = coex_db_dup_text(query, column++);
    row->position = sqlite3_column_int64(query, column++);
    row->person_id = sqlite3_column_int64(query, column++);
    row->state = (CoexOutboxState)sqlite3_column_int(query, column++);
    row->text = coex_db_dup_text(query, column++);
    row->template_name = coex_db_dup_text(query, column++);
    row->template_language = coex_db_dup_text(query, column++);
    row->template_values = coex_db_dup_text(query, column++);
    row->created_at = sqlite3_column_int64(query, column++);
    row->state_at = sqlite3_column_int64(query, column++);
    row->attempts = (guint)sqlite3_column_int64(query, column++);
    row->typed = sqlite3_column_int(query, column++) != 0;
    row->shown = sqlite3_column_int(query, column++) != 0;
    row->not_before = sqlite3_column_int64(query, column++);
    row->origin = coex_db_dup_text(query, column++);
    row->released = sqlite3_column_int(query, column++) != 0;
    row->owed = sqlite3_column_int(query, column++) != 0;
    row->file = coex_db_dup_text(query, column++);
    row->context = coex_db_dup_text(query, column++);
    row->payload = read_payload(query, column);
    row->media = coex_media_read(query, column + 3);
    g_ptr_array_add(snapshot->outbox, row);
}

static void
read_feed_item(sqlite3_stmt *query, CoexSnapshot *snapshot)
{
    CoexFeedItem *item = g_atomic_rc_box_new0(CoexFeedItem);
    int column = 0;
    item->account_id = snapshot->account_id;
    item->seq = sqlite3_column_int64(query, column++);
    item->person_id = sqlite3_column_int64(query, column++);
    item->kind = (CoexFeedKind)sqlite3_column_int(query, column++);
    item->time = sqlite3_column_int64(query, column++);
    item->text = coex_db_dup_text(query, column++);
    item->detail = coex_db_dup_text(query, column++);
    item->flags = (CoexLineFlags)sqlite3_column_int(query, column++);
    item->message_id = sqlite3_column_int64(query, column++);
    item->quote = coex_db_dup_text(query, column++);
    item->media = coex_media_read(query, column);
    g_ptr_array_add(snapshot->feed, item);
}

static void
read_setting(sqlite3_stmt *query, CoexSnapshot *snapshot)
{
    g_hash_table_insert(snapshot->settings, coex_db_dup_text(query, 0), coex_db_dup_text(query, 1));
}

static void
free_send(gpointer data)
{
    coex_send_free(data);
}

static void
read_send(sqlite3_stmt *query, CoexSnapshot *snapshot)
{
    CoexSend *send = g_new0(CoexSend, 1);
    send->id = sqlite3_column_int64(query, 0);
    send->person_id = sqlite3_column_int64(query, 1);
    send->time = sqlite3_column_int64(query, 2);
    send->state_at = sqlite3_column_int64(query, 3);
    send->state = (CoexState)sqlite3_column_int(query, 4);
    send->text = coex_db_dup_text(query, 5);
    g_ptr_array_add(snapshot->sends, send);
}

static void
read_strangers(sqlite3_stmt *query, CoexSnapshot *snapshot)
{
    snapshot->strangers = coex_db_dup_text(query, 0);
}

static void
read_stray_secret_ids(sqlite3_stmt *query, CoexSnapshot *snapshot)
{
    g_autofree char *before = snapshot->stray_secret_ids;
    g_autofree char *secret_ids = coex_db_dup_text(query, 0);
    snapshot->stray_secret_ids = g_strjoin(" ", secret_ids, before, NULL);
}

/* A number is the same whoever leads to it: its account goes along. Another provider may know its
 * customers by other BSUIDs, which are told anew. */
static gboolean
take_over_account(CoexDb *db, const char *provider, const char *number, gboolean *ret_changed,
                  GError **error)
{
    const CoexValue which[] = { coex_text(provider), coex_text(number) };
    gint64 other = 0;

    if (!coex_db_get_int(db,
                         "SELECT coalesce(max(id), 0) FROM accounts WHERE number = ?2"
                         " AND NOT EXISTS (SELECT 1 FROM accounts"
                         "                 WHERE provider = ?1 AND number = ?2)",
                         which, G_N_ELEMENTS(which), &other, error))
        return FALSE;
    *ret_changed = other > 0;
    return other == 0 || (coex_db_run(db,
                                      "UPDATE people SET user_id = NULL, parent_user_id = NULL"
                                      " WHERE account = ? AND wa_id IS NOT NULL",
                                      COEX_VALUES(coex_int(other)), error) &&
                          coex_db_run(db, "UPDATE accounts SET provider = ? WHERE id = ?",
                                      COEX_VALUES(coex_text(provider), coex_int(other)), error));
}

/* A second time, on another page: without its row in `accounts` everything of the number would be
 * nobody's. */
static gboolean
note_account(CoexDb *db, gint64 id, const char *provider, const char *number, GError **error)
{
    return coex_db_run(
        db,
        "INSERT INTO settings(account, key, value) VALUES(?, 'account', ? || ' ' || ?)"
        " ON CONFLICT(account, key) DO UPDATE SET value = excluded.value"
        " WHERE value <> excluded.value",
        COEX_VALUES(coex_int(id), coex_text(provider), coex_text(number)), error);
}

static gboolean
find_account(CoexDb *db, const char *provider, const char *number, gint64 *ret_id, GError **error)
{
    if (!coex_db_run(db,
                     "INSERT INTO accounts(provider, number) VALUES(?, ?)"
                     " ON CONFLICT(provider, number) DO NOTHING",
                     COEX_VALUES(coex_text(provider), coex_text(number)), error) ||
        !coex_db_get_int(db, "SELECT id FROM accounts WHERE provider = ? AND number = ?",
                         COEX_VALUES(coex_text(provider), coex_text(number)), ret_id, error))
        return FALSE;
    if (*ret_id > 0 && *ret_id <= COEX_SHOWN_ACCOUNTS)
        return note_account(db, *ret_id, provider, number, error);
    g_set_error(error, COEX_ERROR, COEX_ERROR_STORE,
                _("This database already holds %d accounts, which is its limit. Move it away and "
                  "log in again: a new one will be made."),
                COEX_SHOWN_ACCOUNTS);
    return FALSE;
}

static CoexSnapshot *
snapshot_new(gint64 account_id)
{
    CoexSnapshot *snapshot = g_new0(CoexSnapshot, 1);
    snapshot->account_id = account_id;
    snapshot->people = g_ptr_array_new_with_free_func(free_person);
    snapshot->addresses = g_ptr_array_new_with_free_func(g_free);
    snapshot->outbox = g_ptr_array_new_with_free_func(free_outbox_row);
    snapshot->feed = g_ptr_array_new_with_free_func(unref_feed_item);
    snapshot->sends = g_ptr_array_new_with_free_func(free_send);
    snapshot->nicks = g_ptr_array_new_with_free_func(free_nick_row);
    snapshot->settings = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return snapshot;
}

static const char SELECT_PEOPLE[] =
    "SELECT id, name, alias, wa_id, user_id, parent_user_id, username, last_inbound_at, free_until,"
    " last_inbound_wamid, read_up_to, last_echo_at, active_at, hidden, pinned, nick,"
    " answered_at, waiting_since, unread_since, ahead_at, renewed_at, same_as,"
    " book_name, book_at, no_marketing, marketing_at FROM people WHERE account = ? ORDER BY id";
static const char SELECT_ADDRESSES[] =
    "SELECT address, person, gone_at FROM addresses WHERE account = ?";
static const char SELECT_NICKS[] = "SELECT account, id, nick FROM people WHERE nick IS NOT NULL";
static const char SELECT_OUTBOX[] =
    "SELECT local_id, position, person, state, text, template_name, template_language,"
    " template_values, created_at, state_at, attempts, typed, shown, not_before, origin,"
    " released, owed, file, context, kind, type, payload, " COEX_MEDIA_OF_OUTBOX
    " FROM outbox WHERE account = ? ORDER BY position, created_at";
static const char SELECT_FEED[] =
    "SELECT seq, person, feed.kind, time, text, detail, flags, feed.message, quote,"
    " " COEX_MEDIA_COLUMNS " FROM feed LEFT JOIN media ON media.message = feed.message"
    " WHERE account = ? AND seq > ? ORDER BY seq";
static const char SELECT_SETTINGS[] = "SELECT key, value FROM settings"
                                      " WHERE account = ? AND key <> 'account'";
/* 5 is COEX_OUTBOX_FAILED, 7 COEX_STATE_UNKNOWN; 4, 10 and 11 are reactions, edits and deletions,
 * which are no messages. Of two who turned out to be one the later counts. */
static const char SELECT_SEND[] =
    "SELECT m.id, m.person, m.time, m.state_at, m.state, m.text FROM messages AS m WHERE m.id ="
    " (SELECT id FROM messages WHERE account = ?1 AND person = ?2 AND direction <> 0 AND past = 0"
    "  AND kind NOT IN (4, 10, 11)"
    "  ORDER BY time DESC, id DESC LIMIT 1)"
    " AND m.state <> 7 AND NOT EXISTS"
    " (SELECT 1 FROM outbox WHERE account = ?1 AND person = ?2 AND state = 5)";
/* "time count": of two of one time the one that counted on. */
static const char SELECT_STRANGERS[] =
    "SELECT value FROM settings WHERE key = 'strangers' ORDER BY CAST(value AS INTEGER) DESC,"
    " CAST(substr(value, instr(value, ' ')) AS INTEGER) DESC LIMIT 1";
static const char SELECT_STRAY_SECRET_IDS[] =
    "SELECT s.value FROM settings AS s JOIN accounts AS a ON a.id = s.account"
    " WHERE s.key = 'secret-ids' AND a.id <> ?1"
    " AND a.provider = (SELECT provider FROM accounts WHERE id = ?1)"
    " AND NOT EXISTS (SELECT 1 FROM settings AS p WHERE p.account = a.id"
    "                 AND p.key = 'phone-number-id')";

static gint
compare_written(gconstpointer a, gconstpointer b)
{
    gint64 one = ((const Written *)a)->at;
    gint64 two = ((const Written *)b)->at;
    return (one < two) - (one > two);
}

static gint
compare_sends(gconstpointer a, gconstpointer b)
{
    const CoexSend *one = *(CoexSend *const *)a;
    const CoexSend *two = *(CoexSend *const *)b;
    if (one->time != two->time)
        return one->time < two->time ? -1 : 1;
    return (one->id > two->id) - (one->id < two->id);
}

/* Of those who were written to last. */
static gboolean
read_sends(CoexDb *db, CoexSnapshot *snapshot, GArray *written, GError **error)
{
    g_array_sort(written, compare_written);
    for (guint i = 0; i < MIN(written->len, SENDS_MAX); i++) {
        gint64 person_id = g_array_index(written, Written, i).person_id;
        if (!read_rows(db,
                       coex_db_query(
                           db, SELECT_SEND,
                           COEX_VALUES(coex_int(snapshot->account_id), coex_int(person_id)), error),
                       read_send, snapshot, error))
            return FALSE;
    }
    g_ptr_array_sort(snapshot->sends, compare_sends);
    return TRUE;
}

/* Hands over what was read so far. */
static void
hand_over(CoexSnapshot *snapshot, CoexReadPeople people, gpointer data)
{
    people(g_steal_pointer(&snapshot->people), data);
    snapshot->people = g_ptr_array_new_with_free_func(free_person);
}

/* @ret_written: Written, of those who were written to. */
static gboolean
read_people(CoexDb *db, CoexSnapshot *snapshot, CoexReadPeople people, gpointer data,
            GArray *ret_written, GError **error)
{
    sqlite3_stmt *query = query_account(db, SELECT_PEOPLE, snapshot->account_id, error);
    CoexStep step = query != NULL ? coex_db_step(db, query, error) : COEX_STEP_FAILED;
    for (; step == COEX_STEP_ROW; step = coex_db_step(db, query, error)) {
        if (people != NULL && snapshot->people->len == PEOPLE_AT_ONCE)
            hand_over(snapshot, people, data);
        const CoexPerson *person = read_person(query, snapshot);
        const Written written = { person->id, MAX(person->answered_at, person->last_echo_at) };
        if (written.at > 0)
            g_array_append_val(ret_written, written);
    }
    return step == COEX_STEP_DONE;
}

CoexSnapshot *
coex_read_account(CoexDb *db, const CoexAccountQuery *query, CoexReadPeople people, gpointer data,
                  GError **error)
{
    g_autoptr(GArray) written = g_array_new(FALSE, FALSE, sizeof(Written));
    gint64 id = 0;
    gboolean changed = FALSE;
    if (!take_over_account(db, query->provider, query->number, &changed, error) ||
        !find_account(db, query->provider, query->number, &id, error) ||
        !coex_unite_accounts(db, query->shown, id, query->number, error))
        return NULL;

    g_autoptr(CoexSnapshot) snapshot = snapshot_new(id);
    snapshot->provider_changed = changed;
    const CoexValue unseen[] = { coex_int(id), coex_int(coex_shown_get(query->shown, id)) };
    if (!read_people(db, snapshot, people, data, written, error) ||
        !read_rows(db, query_account(db, SELECT_ADDRESSES, id, error), read_address, snapshot,
                   error) ||
        !read_rows(db, coex_db_query(db, SELECT_NICKS, COEX_NO_VALUES, error), read_nick, snapshot,
                   error) ||
        !read_rows(db, query_account(db, SELECT_OUTBOX, id, error), read_outbox_row, snapshot,
                   error) ||
        !read_rows(db, coex_db_query(db, SELECT_FEED, unseen, G_N_ELEMENTS(unseen), error),
                   read_feed_item, snapshot, error) ||
        !read_sends(db, snapshot, written, error) ||
        !read_rows(db, query_account(db, SELECT_SETTINGS, id, error), read_setting, snapshot,
                   error) ||
        !read_rows(db, coex_db_query(db, SELECT_STRANGERS, COEX_NO_VALUES, error), read_strangers,
                   snapshot, error) ||
        !read_rows(db, query_account(db, SELECT_STRAY_SECRET_IDS, id, error), read_stray_secret_ids,
                   snapshot, error))
        return NULL;
    return g_steal_pointer(&snapshot);
}

/* ---- deliveries ---- */

static void
free_delivery_row(gpointer data)
{
    coex_delivery_row_free(data);
}

/* Takes rows until the next one would pass the bound. */
static GPtrArray *
collect_deliveries(CoexDb *db, sqlite3_stmt *query, GError **error)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(free_delivery_row);
    gsize bytes = 0;
    CoexStep step = query != NULL ? coex_db_step(db, query, error) : COEX_STEP_FAILED;
    for (; step == COEX_STEP_ROW; step = coex_db_step(db, query, error)) {
        gsize length = (gsize)sqlite3_column_bytes(query, 3);
        bytes += rows->len > 0 ? length : 0;
        if (bytes > ROWS_BYTES_MAX) {
            sqlite3_reset(query);
            return g_steal_pointer(&rows);
        }
        CoexDeliveryRow *row = g_new0(CoexDeliveryRow, 1);
        row->id = sqlite3_column_int64(query, 0);
        row->secret_id = coex_db_dup_text(query, 1);
        row->received_at = sqlite3_column_int64(query, 2);
        row->body = g_bytes_new(sqlite3_column_blob(query, 3), length);
        g_ptr_array_add(rows, row);
    }
    return step == COEX_STEP_DONE ? g_steal_pointer(&rows) : NULL;
}

GPtrArray *
coex_read_deliveries(CoexDb *db, gint64 after, GError **error)
{
    return collect_deliveries(
        db,
        coex_db_query(db,
                      "SELECT d.id, d.secret_id, d.received_at, b.body FROM deliveries AS d"
                      " JOIN bodies AS b ON b.delivery = d.id WHERE d.state = 0 AND d.id > ?"
                      " ORDER BY d.id LIMIT 128",
                      COEX_VALUES(coex_int(after)), error),
        error);
}

/* The condition is that of coex_batch_delivery_waited(). */
GPtrArray *
coex_read_waiting(CoexDb *db, const char *phone_number_id, const char *number, gint64 after,
                  GError **error)
{
    return collect_deliveries(
        db,
        coex_db_query(db,
                      "SELECT d.id, d.secret_id, d.received_at, b.body FROM deliveries AS d"
                      " JOIN bodies AS b ON b.delivery = d.id WHERE d.id IN"
                      " (SELECT delivery FROM waiting WHERE delivery > ?1"
                      "  AND ((phone_number_id = ?2 AND ?2 <> '')"
                      "   OR (number = ?3 AND ?3 <> '' AND (phone_number_id = '' OR ?2 = ''))))"
                      " ORDER BY d.id LIMIT 64",
                      COEX_VALUES(coex_int(after),
                                  coex_text(phone_number_id != NULL ? phone_number_id : ""),
                                  coex_text(number != NULL ? number : "")),
                      error),
        error);
}

gboolean
coex_read_has_deliveries(CoexDb *db)
{
    gint64 found = 0;
    return coex_db_get_int(db, "SELECT EXISTS(SELECT 1 FROM deliveries WHERE state = 0)",
                           COEX_NO_VALUES, &found, NULL) &&
           found != 0;
}
