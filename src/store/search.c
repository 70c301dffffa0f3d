// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/search.h"

#include "core/feed.h"
#include "core/text.h"
#include "store/db.h"
#include "store/past.h"
#include "store/rows.h"
#include <string.h>

/* Of a text so much can be found. */
#define FOLDED_BYTES (64 * 1024)
/* One step, beyond its first message: webhooks wait meanwhile. */
#define STEP_MESSAGES 400
#define STEP_BYTES (256 * 1024)
/* Pages of 4 KB that one step of a merge writes. */
#define STEP_PAGES 64
/* Parts of a level that are merged: as ever, and so that none is left. */
#define MERGE_FROM 4
#define MERGE_FROM_ALL 2
/* Steps before a search, so that what just came is found, and before the end. */
#define STEPS_BEFORE 10
#define STEPS_AT_END 1
/* A word with fewer characters is in no index. */
#define INDEXED_CHARS 3
#define WORDS_MAX 16

/* ---- the index follows the messages ---- */

static const char SELECT_STALE[] = "SELECT stale.message, words.place, words.folded,"
                                   " CASE WHEN deleted_at = 0 THEN coalesce(text, '') END, time"
                                   " FROM stale LEFT JOIN words ON words.message = stale.message"
                                   " LEFT JOIN messages ON messages.id = stale.message"
                                   " ORDER BY stale.message LIMIT ?";
static const char SELECT_GONE[] = "SELECT stale.message, words.place, words.folded, NULL, 0"
                                  " FROM stale LEFT JOIN words ON words.message = stale.message"
                                  " WHERE stale.message NOT IN (SELECT id FROM messages)"
                                  " ORDER BY stale.message LIMIT ?";

/* What came since the index last followed. */
static const char SELECT_NEW[] = "SELECT messages.id, words.place, words.folded,"
                                 " CASE WHEN deleted_at = 0 THEN coalesce(text, '') END, time"
                                 " FROM messages LEFT JOIN words ON words.message = messages.id"
                                 " WHERE messages.id > (SELECT up_to FROM indexed)"
                                 " ORDER BY messages.id LIMIT ?";

/* The index is in the order of the messages' times, so that what is newest is found first. */
#define ID_BITS 24
static gint64
get_place(gint64 time, gint64 id)
{
    return CLAMP(time, 0, G_MAXINT64 >> ID_BITS) << ID_BITS | (id & (((gint64)1 << ID_BITS) - 1));
}

typedef struct {
    gint64 id;
    gint64 place_before;
    gint64 place;
    char *before; /* folded, as the index has it; NULL: not there */
    char *now;    /* NULL or "": nothing */
} Stale;

static void
clear_stale(gpointer data)
{
    Stale *stale = data;
    g_free(stale->before);
    g_free(stale->now);
}

static GArray *
read_stale(CoexDb *db, const char *sql, GError **error)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(Stale));
    gsize bytes = 0;
    sqlite3_stmt *query = coex_db_query(db, sql, COEX_VALUES(coex_int(STEP_MESSAGES)), error);
    CoexStep step = query != NULL ? coex_db_step(db, query, error) : COEX_STEP_FAILED;
    g_array_set_clear_func(all, clear_stale);
    for (; step == COEX_STEP_ROW; step = coex_db_step(db, query, error)) {
        Stale stale = { .id = sqlite3_column_int64(query, 0),
                        .place_before = sqlite3_column_int64(query, 1),
                        .before = coex_db_dup_text(query, 2) };
        const char *text = (const char *)sqlite3_column_text(query, 3);
        stale.place = get_place(sqlite3_column_int64(query, 4), stale.id);
        stale.now = text != NULL ? coex_text_fold(text, FOLDED_BYTES) : NULL;
        bytes += stale.now != NULL ? strlen(stale.now) : 0;
        g_array_append_val(all, stale);
        if (bytes > STEP_BYTES) {
            sqlite3_reset(query);
            return g_steal_pointer(&all);
        }
    }
    return step == COEX_STEP_DONE ? g_steal_pointer(&all) : NULL;
}

/* What the index has of a message goes by its words, which stand in `words` until then. */
static gboolean
leave(CoexDb *db, const Stale *stale, GError **error)
{
    CoexValue place = coex_int(stale->place_before);
    return coex_db_run(db,
                       "INSERT INTO word_index(word_index, rowid, folded) VALUES('delete', ?, ?)",
                       COEX_VALUES(place, coex_text(stale->before)), error) &&
           coex_db_run(db, "DELETE FROM words WHERE place = ?", COEX_VALUES(place), error);
}

static gboolean
enter(CoexDb *db, const Stale *stale, GError **error)
{
    CoexValue place = coex_int(stale->place);
    return coex_db_run(db, "INSERT INTO words(place, message, folded) VALUES(?, ?, ?)",
                       COEX_VALUES(place, coex_int(stale->id), coex_text(stale->now)), error) &&
           coex_db_run(db, "INSERT INTO word_index(rowid, folded) VALUES(?, ?)",
                       COEX_VALUES(place, coex_text(stale->now)), error);
}

static gboolean
take_up(CoexDb *db, const Stale *stale, GError **error)
{
    gboolean is_there = stale->now != NULL && *stale->now != '\0';
    return (stale->before == NULL || leave(db, stale, error)) &&
           (!is_there || enter(db, stale, error));
}

static gboolean
take_up_all(CoexDb *db, const GArray *all, GError **error)
{
    for (guint i = 0; i < all->len; i++)
        if (!take_up(db, &g_array_index(all, Stale, i), error))
            return FALSE;
    return TRUE;
}

/* The id of the last message is given again once that is gone. */
static gboolean
take_up_stale(CoexDb *db, const GArray *all, GError **error)
{
    for (guint i = 0; i < all->len; i++)
        if (!coex_db_run(db, "DELETE FROM stale WHERE message = ?",
                         COEX_VALUES(coex_int(g_array_index(all, Stale, i).id)), error))
            return FALSE;
    return take_up_all(db, all, error) &&
           coex_db_run(db,
                       "UPDATE indexed SET up_to = min(up_to,"
                       " coalesce((SELECT max(id) FROM messages), 0))",
                       COEX_NO_VALUES, error);
}

static gboolean
take_up_new(CoexDb *db, const GArray *all, GError **error)
{
    gint64 last = g_array_index(all, Stale, all->len - 1).id;

    return take_up_all(db, all, error) &&
           coex_db_run(db, "UPDATE indexed SET up_to = ?", COEX_VALUES(coex_int(last)), error);
}

gboolean
coex_search_drop(CoexDb *db, gboolean *ret_more, GError **error)
{
    g_autoptr(GArray) all = read_stale(db, SELECT_GONE, error);
    *ret_more = all != NULL && all->len > 0;
    return all != NULL && take_up_stale(db, all, error);
}

/* So many parts of a level are merged (FTS5: 6.8, 'usermerge'). */
static gboolean
set_merge_from(CoexDb *db, gint64 n, GError **error)
{
    return coex_db_run(db, "INSERT INTO word_index(word_index, rank) VALUES('usermerge', ?)",
                       COEX_VALUES(coex_int(n)), error);
}

gboolean
coex_search_merge(CoexDb *db, gboolean first, gboolean *ret_more, GError **error)
{
    /* else what came meanwhile, being too few parts, keeps it from going on with the others */
    if (first && !set_merge_from(db, MERGE_FROM_ALL, error))
        return FALSE;
    guint before = coex_db_n_changed_in_all(db);
    gboolean ok = coex_db_run(db, "INSERT INTO word_index(word_index, rank) VALUES('merge', ?)",
                              COEX_VALUES(coex_int(first ? -STEP_PAGES : STEP_PAGES)), error);
    /* one row is this statement's own (FTS5: 6.7, the 'merge' command) */
    *ret_more = ok && coex_db_n_changed_in_all(db) - before >= 2;
    return ok && (first || *ret_more || set_merge_from(db, MERGE_FROM, error));
}

typedef gboolean (*TakeUp)(CoexDb *db, const GArray *all, GError **error);

/* @ret_n: so many were taken up. */
static gboolean
step_over(CoexDb *db, const char *sql, TakeUp take, guint *ret_n, GError **error)
{
    g_autoptr(GArray) all = read_stale(db, sql, error);
    *ret_n = all != NULL ? all->len : 0;
    if (*ret_n == 0)
        return all != NULL;
    if (coex_db_exec(db, "BEGIN IMMEDIATE", error) && take(db, all, error) &&
        coex_db_exec(db, "COMMIT", error))
        return TRUE;
    coex_db_rollback(db);
    return FALSE;
}

gboolean
coex_search_step(CoexDb *db, gboolean gone_only, gboolean *ret_more, GError **error)
{
    guint n = 0;
    gboolean ok = step_over(db, gone_only ? SELECT_GONE : SELECT_STALE, take_up_stale, &n, error);
    if (ok && n == 0 && !gone_only)
        ok = step_over(db, SELECT_NEW, take_up_new, &n, error);
    *ret_more = n > 0;
    return ok;
}

void
coex_search_finish(CoexDb *db)
{
    gboolean more = TRUE;
    for (guint i = 0; more && i < STEPS_AT_END; i++)
        more = coex_search_step(db, FALSE, &more, NULL) && more;
    while (more && coex_search_step(db, TRUE, &more, NULL))
        continue;
}

/* ---- a search ---- */

/* The words of a query, folded: each must be there. */
typedef struct {
    GPtrArray *all; /* char * */
    char *match;    /* those that the index has, in the language of FTS5; NULL: it has none */
    const char *longest;
} Words;

static void
words_clear(Words *words)
{
    g_ptr_array_unref(words->all);
    g_free(words->match);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Words, words_clear)

/* Within quotes nothing but a quote means anything. */
static void
append_match(GString *match, const char *word)
{
    g_auto(GStrv) parts = g_strsplit(word, "\"", -1);
    g_autofree char *quoted = g_strjoinv("\"\"", parts);
    g_string_append_printf(match, "%s\"%s\"", match->len > 0 ? " AND " : "", quoted);
}

static void
read_words(const char *text, Words *ret_words)
{
    g_autofree char *folded = coex_text_fold(text, FOLDED_BYTES);
    g_auto(GStrv) parts = g_strsplit(folded, " ", WORDS_MAX);
    GString *match = g_string_new(NULL);
    ret_words->all = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; parts[i] != NULL; i++) {
        char *word = g_strdup(parts[i]);
        if (*word == '\0') {
            g_free(word);
            continue;
        }
        g_ptr_array_add(ret_words->all, word);
        if (ret_words->longest == NULL || strlen(word) > strlen(ret_words->longest))
            ret_words->longest = word;
        if (g_utf8_strlen(word, -1) >= INDEXED_CHARS)
            append_match(match, word);
    }
    ret_words->match = g_string_free(match, match->len == 0);
}

/* 4 is COEX_CONTENT_REACTION: whose line has the words of the message that it is about. */
#define OF_ACCOUNT                                                                                 \
    " CROSS JOIN messages AS m ON m.id = w.message WHERE m.account = ?3 AND m.deleted_at = 0"      \
    " AND m.kind <> 4"
static const char SELECT_INDEXED[] =
    "SELECT m.id FROM word_index AS f CROSS JOIN words AS w ON w.place = f.rowid" OF_ACCOUNT
    " AND word_index MATCH ?1 AND f.rowid < ?2 ORDER BY f.rowid DESC LIMIT 20000";
/* Of a word that is in no index the newest messages are looked at. */
static const char SELECT_SHORT[] =
    "SELECT m.id FROM (SELECT message, folded FROM words WHERE place < ?2"
    "  ORDER BY place DESC LIMIT 50000) AS w" OF_ACCOUNT " AND instr(w.folded, ?1) > 0";

static sqlite3_stmt *
start_find(CoexDb *db, const CoexSearchQuery *query, const Words *words, GError **error)
{
    gint64 before =
        query->before == G_MAXINT64 ? G_MAXINT64 : get_place(query->before, query->before_id);
    return coex_db_query(
        db, words->match != NULL ? SELECT_INDEXED : SELECT_SHORT,
        COEX_VALUES(coex_text(words->match != NULL ? words->match : words->longest),
                    coex_int(before), coex_int(query->account_id)),
        error);
}

/* Those that are not in the index, too. */
static gboolean
has_all(CoexDb *db, gint64 id, const Words *words, gboolean *ret_has, GError **error)
{
    sqlite3_stmt *row = coex_db_query(db, "SELECT folded FROM words WHERE message = ?",
                                      COEX_VALUES(coex_int(id)), error);
    CoexStep step = row != NULL ? coex_db_step(db, row, error) : COEX_STEP_FAILED;
    const char *folded = step == COEX_STEP_ROW ? (const char *)sqlite3_column_text(row, 0) : NULL;
    *ret_has = folded != NULL;
    for (guint i = 0; *ret_has && i < words->all->len; i++)
        *ret_has = strstr(folded, g_ptr_array_index(words->all, i)) != NULL;
    if (row != NULL)
        sqlite3_reset(row);
    return step != COEX_STEP_FAILED;
}

static gboolean
follow(CoexDb *db, gboolean *ret_whole, GError **error)
{
    gboolean more = TRUE;
    for (guint i = 0; more && i < STEPS_BEFORE; i++)
        if (!coex_search_step(db, FALSE, &more, error))
            return FALSE;
    *ret_whole = !more;
    return TRUE;
}

static gboolean
add_if_it_has(CoexDb *db, gint64 id, const CoexSearchQuery *query, const Words *words,
              GPtrArray *lines, GError **error)
{
    CoexFeedItem *line = NULL;
    gboolean has = FALSE;
    if (!has_all(db, id, words, &has, error) ||
        (has && !coex_past_read_message(db, query->account_id, id, &line, error)))
        return FALSE;
    if (line != NULL)
        g_ptr_array_add(lines, line);
    return TRUE;
}

GPtrArray *
coex_search_run(CoexDb *db, const CoexSearchQuery *query, gboolean *ret_whole, GError **error)
{
    g_autoptr(GPtrArray) lines =
        g_ptr_array_new_with_free_func((GDestroyNotify)coex_feed_item_unref);
    g_auto(Words) words = { 0 };
    read_words(query->words, &words);
    if (!follow(db, ret_whole, error))
        return NULL;
    if (words.longest == NULL)
        return g_steal_pointer(&lines);
    sqlite3_stmt *rows = start_find(db, query, &words, error);
    CoexStep step = rows != NULL ? coex_db_step(db, rows, error) : COEX_STEP_FAILED;
    for (; step == COEX_STEP_ROW; step = coex_db_step(db, rows, error)) {
        gboolean ok = add_if_it_has(db, sqlite3_column_int64(rows, 0), query, &words, lines, error);
        if (ok && lines->len < query->limit)
            continue;
        sqlite3_reset(rows);
        return ok ? g_steal_pointer(&lines) : NULL;
    }
    return step == COEX_STEP_DONE ? g_steal_pointer(&lines) : NULL;
}
