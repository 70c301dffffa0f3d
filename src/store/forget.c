// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/forget.h"

#include "core/forgotten.h"
#include "core/message.h"
#include "core/peer.h"
#include "core/webhook.h"
#include "store/batch-private.h"
#include "store/db.h"
#include "store/feed.h"
#include "store/search.h"
#include <string.h>

/* As in store/retention.c: webhooks wait meanwhile. */
#define STEP_BYTES (1024 * 1024)
#define STEP_ROWS 256

/* ---- the rows ---- */

#define IDS "(SELECT id FROM people WHERE account = ?1 AND (id = ?2 OR same_as = ?2))"
#define THEIRS " WHERE account = ?1 AND person IN " IDS

/* Some addresses may be those of whoever came after. */
static const char NOTE[] =
    "INSERT INTO forgotten(number, phone_number_id, addresses, next, last)"
    " SELECT number, ?3, coalesce((SELECT group_concat(address, ' ') FROM ("
    "   SELECT address FROM addresses" THEIRS
    "   UNION SELECT wa_id FROM people WHERE account = ?1 AND id IN " IDS
    "   UNION SELECT user_id FROM people WHERE account = ?1 AND id IN " IDS ")), ''),"
    "  0, coalesce((SELECT max(id) FROM deliveries), 0)"
    " FROM accounts WHERE id = ?1";

/* What of their files WhatsApp still has (send/files). */
static const char UPLOADS[] =
    "DELETE FROM settings WHERE account = ?1 AND key LIKE 'upload %' AND "
    " substr(key, 8, instr(substr(key, 8), ' ') - 1) IN ("
    "  SELECT sha256 FROM media WHERE sha256 IS NOT NULL AND message IN ("
    "    SELECT id FROM messages" THEIRS ")"
    "  UNION SELECT media_sha256 FROM outbox" THEIRS " AND media_sha256 IS NOT NULL)";

/* What leads to them, one in a row with when it was given up. */
static const char SELECT_ADDRESSES[] =
    "SELECT n.number, a.address, max(a.gone_at) FROM accounts AS n JOIN ("
    "  SELECT address, gone_at FROM addresses" THEIRS
    "  UNION ALL SELECT wa_id, 0 FROM people WHERE account = ?1 AND id IN " IDS
    "  UNION ALL SELECT user_id, 0 FROM people WHERE account = ?1 AND id IN " IDS
    "  UNION ALL SELECT parent_user_id, 0 FROM people WHERE account = ?1 AND id IN " IDS
    " ) AS a WHERE n.id = ?1 AND a.address IS NOT NULL AND NOT EXISTS ("
    /* a number that has become another's */
    "  SELECT 1 FROM addresses AS o WHERE o.account = ?1 AND o.address = a.address"
    "   AND o.person NOT IN " IDS ") GROUP BY a.address";
static const char KEEP_TIME[] = "INSERT INTO settings(account, key, value) VALUES(?, ?, ?)"
                                " ON CONFLICT(account, key) DO UPDATE SET value = excluded.value"
                                " WHERE CAST(value AS INTEGER) < CAST(excluded.value AS INTEGER)";

static gboolean
keep_time(CoexApply *a, const char *key, gint64 at, GError **error)
{
    g_autofree char *value = g_strdup_printf("%" G_GINT64_FORMAT, at);

    return coex_db_run(
        a->db, KEEP_TIME,
        COEX_VALUES(coex_int(a->change->account_id), coex_text(key), coex_text(value)), error);
}

/* What comes of before @at is theirs, too (account/forgotten.h). */
static gboolean
keep_times(CoexApply *a, gint64 at, GError **error)
{
    sqlite3_stmt *rows = coex_db_query(
        a->db, SELECT_ADDRESSES,
        COEX_VALUES(coex_int(a->change->account_id), coex_int(a->change->forgotten.person_id)),
        error);
    CoexStep step = rows != NULL ? coex_db_step(a->db, rows, error) : COEX_STEP_FAILED;

    for (; step == COEX_STEP_ROW; step = coex_db_step(a->db, rows, error)) {
        gint64 gone_at = sqlite3_column_int64(rows, 2);
        g_auto(GStrv) keys = coex_forgotten_list_keys((const char *)sqlite3_column_text(rows, 0),
                                                      (const char *)sqlite3_column_text(rows, 1));

        for (guint i = 0; keys[i] != NULL; i++) {
            if (keep_time(a, keys[i], gone_at > 0 ? MIN(gone_at, at) : at, error))
                continue;
            sqlite3_reset(rows);
            return FALSE;
        }
    }
    return step == COEX_STEP_DONE && keep_time(a, COEX_FORGOTTEN_LAST, at, error);
}

gboolean
coex_apply_forgotten(CoexApply *a, GError **error)
{
    static const char *const changes[] = {
        NOTE,
        UPLOADS,
        "DELETE FROM messages" THEIRS,
        "DELETE FROM early_statuses" THEIRS,
        "DELETE FROM outbox" THEIRS,
        "DELETE FROM feed" THEIRS,
        "DELETE FROM addresses" THEIRS,
        "DELETE FROM settings WHERE account = ?1 AND key IN ('standby-' || ?2, 'forget-' || ?2,"
        " 'opt-out-' || ?2)",
        "DELETE FROM people WHERE account = ?1 AND (id = ?2 OR same_as = ?2)",
    };
    const CoexChange *change = a->change;
    const CoexValue values[] = { coex_int(change->account_id),
                                 coex_int(change->forgotten.person_id),
                                 coex_text(change->forgotten.phone_number_id) };

    if (!keep_times(a, change->forgotten.at, error))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(changes); i++)
        if (!coex_db_run(a->db, changes[i], values, i == 0 ? 3 : 2, error))
            return FALSE;
    return TRUE;
}

/* ---- the bodies ---- */

/* What is done after the search, in `next`, once `last` is -1: what deleted messages have in the
 * index of words goes, what is left of that in its older parts, and the log's. */
typedef enum {
    CLEAN_ENTRIES,
    CLEAN_PARTS,
    CLEAN_MORE_PARTS,
    CLEAN_LOG,
} Cleaning;

typedef struct {
    gint64 id;
    char *number;
    char *phone_number_id; /* NULL */
    char **addresses;
    gint64 next;
    gint64 last;
} Search;

static void
search_clear(Search *search)
{
    g_free(search->number);
    g_free(search->phone_number_id);
    g_strfreev(search->addresses);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Search, search_clear)

/* The id is 0 where there is none. */
static gboolean
read_search(CoexDb *db, Search *ret_search, GError **error)
{
    sqlite3_stmt *query = coex_db_query(db,
                                        "SELECT id, number, phone_number_id, addresses, next, last"
                                        " FROM forgotten ORDER BY id LIMIT 1",
                                        COEX_NO_VALUES, error);
    CoexStep step = query != NULL ? coex_db_step(db, query, error) : COEX_STEP_FAILED;

    if (step != COEX_STEP_ROW)
        return step == COEX_STEP_DONE;
    ret_search->id = sqlite3_column_int64(query, 0);
    ret_search->number = coex_db_dup_text(query, 1);
    ret_search->phone_number_id = coex_db_dup_text(query, 2);
    ret_search->addresses = g_strsplit((const char *)sqlite3_column_text(query, 3), " ", -1);
    ret_search->next = sqlite3_column_int64(query, 4);
    ret_search->last = sqlite3_column_int64(query, 5);
    sqlite3_reset(query);
    return TRUE;
}

static gboolean
is_among(const Search *search, const char *address)
{
    for (guint i = 0; address != NULL && search->addresses[i] != NULL; i++)
        if (g_str_equal(search->addresses[i], address) ||
            coex_number_is_same(search->addresses[i], address))
            return TRUE;
    return FALSE;
}

static gboolean
is_ours(const Search *search, const CoexEvent *event)
{
    return coex_number_is_same(event->display_phone_number, search->number) ||
           (event->phone_number_id != NULL &&
            g_strcmp0(event->phone_number_id, search->phone_number_id) == 0);
}

static gboolean
is_theirs(const Search *search, const CoexEvent *event)
{
    const CoexPeer *peer = event->message != NULL  ? &event->message->peer
                           : event->status != NULL ? &event->status->peer
                                                   : &event->peer;

    return is_ours(search, event) &&
           (is_among(search, peer->user_id) || is_among(search, peer->parent_user_id) ||
            is_among(search, peer->wa_id) || is_among(search, peer->other_wa_id));
}

/* Read only where one of the addresses stands in it. */
static gboolean
is_worth_reading(const Search *search, const char *body, gsize length)
{
    for (guint i = 0; search->addresses[i] != NULL; i++)
        if (memmem(body, length, search->addresses[i], strlen(search->addresses[i])) != NULL)
            return TRUE;
    return FALSE;
}

/* Whether it tells of this person and of nothing else. */
static gboolean
holds_only_theirs(const Search *search, const char *body, gsize length)
{
    g_autoptr(GPtrArray) events = NULL;

    if (body == NULL || !is_worth_reading(search, body, length))
        return FALSE;
    events = coex_webhook_parse(body, length, NULL);
    for (guint i = 0; events != NULL && i < events->len; i++)
        if (!is_theirs(search, g_ptr_array_index(events, i)))
            return FALSE;
    return events != NULL && events->len > 0;
}

/* Those of the next that are theirs alone; the search goes on behind what was read. NULL on error.
 */
static GArray *
find_bodies(CoexDb *db, Search *search, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    gsize bytes = 0;
    guint n = 0;
    sqlite3_stmt *query = coex_db_query(
        db,
        "SELECT b.delivery, b.body FROM bodies AS b JOIN deliveries AS d ON d.id = b.delivery"
        " WHERE b.delivery BETWEEN ? AND ? AND d.state IN (1, 2)"
        " AND NOT EXISTS (SELECT 1 FROM waiting WHERE delivery = d.id) ORDER BY b.delivery",
        COEX_VALUES(coex_int(search->next), coex_int(search->last)), error);
    CoexStep step = query != NULL ? coex_db_step(db, query, error) : COEX_STEP_FAILED;

    for (; step == COEX_STEP_ROW; step = coex_db_step(db, query, error)) {
        gint64 id = sqlite3_column_int64(query, 0);
        gsize length = (gsize)sqlite3_column_bytes(query, 1);

        bytes += length;
        if (n++ > 0 && (n > STEP_ROWS || bytes > STEP_BYTES)) {
            search->next = id;
            sqlite3_reset(query);
            return g_steal_pointer(&ids);
        }
        if (holds_only_theirs(search, sqlite3_column_blob(query, 1), length))
            g_array_append_val(ids, id);
    }
    search->next = G_MAXINT64;
    return step == COEX_STEP_DONE ? g_steal_pointer(&ids) : NULL;
}

/* Nothing is left of whom it was about. */
static gboolean
end_search(CoexDb *db, const Search *search, GError **error)
{
    return coex_db_run(db,
                       "UPDATE forgotten SET number = '', phone_number_id = NULL, addresses = '',"
                       " next = 0, last = -1 WHERE id = ?",
                       COEX_VALUES(coex_int(search->id)), error);
}

static gboolean
go_on(CoexDb *db, const Search *search, GError **error)
{
    return coex_db_run(db, "UPDATE forgotten SET next = ? WHERE id = ?",
                       COEX_VALUES(coex_int(search->next), coex_int(search->id)), error);
}

gboolean
coex_forget_body(CoexDb *db, gint64 delivery_id, GError **error)
{
    const CoexValue id = coex_int(delivery_id);

    return coex_db_run(db, "UPDATE deliveries SET state = 4 WHERE id = ?", COEX_VALUES(id),
                       error) &&
           coex_db_run(db, "DELETE FROM bodies WHERE delivery = ?", COEX_VALUES(id), error);
}

/* Nothing is looked for, and in no index (CLEAN_LOG). */
static const char NOTE_END[] =
    "INSERT INTO forgotten(number, addresses, next, last) SELECT '', '', 3, -1"
    " WHERE NOT EXISTS (SELECT 1 FROM forgotten)";

gboolean
coex_apply_delivery_forgotten(CoexApply *a, GError **error)
{
    gint64 id = a->change->delivery.id;
    gint64 n_waiting = 0;

    return coex_db_get_int(a->db, "SELECT count(*) FROM waiting WHERE delivery = ?",
                           COEX_VALUES(coex_int(id)), &n_waiting, error) &&
           (n_waiting > 0 || (coex_forget_body(a->db, id, error) &&
                              coex_db_run(a->db, NOTE_END, COEX_NO_VALUES, error)));
}

static gboolean
look_for_bodies(CoexDb *db, Search *search, GError **error)
{
    g_autoptr(GArray) ids = find_bodies(db, search, error);

    for (guint i = 0; ids != NULL && i < ids->len; i++)
        if (!coex_forget_body(db, g_array_index(ids, gint64, i), error))
            return FALSE;
    if (ids == NULL)
        return FALSE;
    return search->next > search->last ? end_search(db, search, error) : go_on(db, search, error);
}

static gboolean
clean_index(CoexDb *db, Search *search, gboolean *ret_ended, GError **error)
{
    gboolean more = FALSE;
    gboolean ok = TRUE;

    switch ((Cleaning)search->next) {
    case CLEAN_ENTRIES:
        ok = coex_search_drop(db, &more, error);
        break;
    case CLEAN_PARTS:
    case CLEAN_MORE_PARTS:
        ok = coex_search_merge(db, search->next == CLEAN_PARTS, &more, error);
        more &= search->next == CLEAN_MORE_PARTS;
        break;
    case CLEAN_LOG:
        *ret_ended = TRUE;
        return coex_db_run(db, "DELETE FROM forgotten WHERE id = ?",
                           COEX_VALUES(coex_int(search->id)), error);
    }
    search->next += more ? 0 : 1;
    return ok && go_on(db, search, error);
}

gboolean
coex_forget_step(CoexDb *db, guint *ret_n, gboolean *ret_ended, GError **error)
{
    g_auto(Search) search = { 0 };

    *ret_ended = FALSE;
    if (!read_search(db, &search, error))
        return FALSE;
    if (search.id == 0)
        return TRUE;
    *ret_n += 1;
    return search.last < 0 ? clean_index(db, &search, ret_ended, error)
                           : look_for_bodies(db, &search, error);
}
