// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/costs.h"

#include "core/costs.h"
#include "core/country.h"
#include "core/message.h"
#include "store/batch-private.h"
#include "store/db.h"
#include "store/feed.h"
#include <string.h>

#define KEY_CHARS 32
#define AHEAD_S                                                                                    \
    (366 * 24 * 60 * 60) /* a time further ahead than this is none; our clock may be behind */

/* What is known of one message. */
typedef struct {
    guint month; /* 0: it was not delivered */
    char *category;
    char *type;
    char *country;
} Priced;

static void
priced_clear(Priced *priced)
{
    g_free(priced->category);
    g_free(priced->type);
    g_free(priced->country);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Priced, priced_clear)

static gboolean
is_counted(const Priced *priced)
{
    return priced->month > 0 && priced->category != NULL;
}

static gint64
get_wall_time(void)
{
    return g_get_real_time() / G_USEC_PER_SEC;
}

static char *
dup_key(const CoexStatus *status)
{
    const char *token = status->token != NULL ? status->token : status->wamid;
    char *key = g_compute_checksum_for_string(G_CHECKSUM_SHA256, token != NULL ? token : "", -1);

    key[KEY_CHARS] = '\0';
    return key;
}

static gboolean
read_known(CoexApply *a, const char *key, Priced *ret_priced, GError **error)
{
    sqlite3_stmt *query =
        coex_db_query(a->db,
                      "SELECT month, category, type, country FROM priced"
                      " WHERE account = ? AND key = ?",
                      COEX_VALUES(coex_int(a->change->account_id), coex_text(key)), error);
    CoexStep step = query != NULL ? coex_db_step(a->db, query, error) : COEX_STEP_FAILED;
    if (step == COEX_STEP_ROW) {
        ret_priced->month = (guint)sqlite3_column_int64(query, 0);
        ret_priced->category = coex_db_dup_text(query, 1);
        ret_priced->type = coex_db_dup_text(query, 2);
        ret_priced->country = coex_db_dup_text(query, 3);
        sqlite3_reset(query);
    }
    return step != COEX_STEP_FAILED;
}

static gboolean
is_arrival(CoexState state)
{
    return state == COEX_STATE_DELIVERED || state == COEX_STATE_READ || state == COEX_STATE_PLAYED;
}

static guint
get_month(gint64 time)
{
    gint64 now = get_wall_time();
    return coex_costs_get_month(time > 0 && time < now + AHEAD_S ? time : now);
}

/* The class and the country are as they were told first, the month is the first of all. */
static void
merge(Priced *priced, const CoexStatus *status)
{
    const char *country = coex_country_of_peer(&status->peer);
    guint month = is_arrival(status->state) ? get_month(status->time) : 0;

    if (month > 0 && (priced->month == 0 || month < priced->month))
        priced->month = month;
    if (priced->category == NULL && status->category != NULL) {
        priced->category = g_strdup(status->category);
        g_free(priced->type);
        priced->type = g_strdup(status->pricing_type);
    }
    if (priced->country == NULL && country != NULL)
        priced->country = g_strdup(country);
}

static gboolean
put(CoexApply *a, const char *key, const Priced *priced, GError **error)
{
    return coex_db_run(
        a->db,
        "INSERT INTO priced(account, key, month, category, type, country, noted_at)"
        " VALUES(?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT(account, key) DO UPDATE SET month = excluded.month,"
        " category = excluded.category, type = excluded.type, country = excluded.country",
        COEX_VALUES(coex_int(a->change->account_id), coex_text(key), coex_int(priced->month),
                    coex_text(priced->category), coex_text(priced->type),
                    coex_text(priced->country), coex_int(get_wall_time())),
        error);
}

static gboolean
count(CoexApply *a, const Priced *priced, int n, GError **error)
{
    return !is_counted(priced) ||
           coex_db_run(a->db,
                       "INSERT INTO costs(account, month, category, type, country, n)"
                       " VALUES(?, ?, ?, ?, ?, ?)"
                       " ON CONFLICT DO UPDATE SET n = n + excluded.n",
                       COEX_VALUES(coex_int(a->change->account_id), coex_int(priced->month),
                                   coex_text(priced->category),
                                   coex_text(priced->type != NULL ? priced->type : ""),
                                   coex_text(priced->country != NULL ? priced->country : ""),
                                   coex_int(n)),
                       error);
}

static gboolean
is_same(const Priced *a, const Priced *b)
{
    return a->month == b->month && g_strcmp0(a->category, b->category) == 0 &&
           g_strcmp0(a->type, b->type) == 0 && g_strcmp0(a->country, b->country) == 0;
}

gboolean
coex_costs_apply(CoexApply *a, const CoexStatus *status, GError **error)
{
    g_auto(Priced) before = { 0 };
    g_auto(Priced) after = { 0 };
    g_autofree char *key = dup_key(status);

    if (status->category == NULL && !is_arrival(status->state))
        return TRUE;
    if (!read_known(a, key, &before, error))
        return FALSE;
    after = (Priced){ before.month, g_strdup(before.category), g_strdup(before.type),
                      g_strdup(before.country) };
    merge(&after, status);
    if (is_same(&before, &after))
        return TRUE;
    return put(a, key, &after, error) && count(a, &before, -1, error) && count(a, &after, 1, error);
}

GPtrArray *
coex_costs_read(CoexDb *db, gint64 account_id, guint from, GError **error)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(coex_cost_free);
    sqlite3_stmt *query = coex_db_query(db,
                                        "SELECT month, category, type, country, n FROM costs"
                                        " WHERE account = ? AND month >= ? AND n > 0",
                                        COEX_VALUES(coex_int(account_id), coex_int(from)), error);
    CoexStep step = query != NULL ? coex_db_step(db, query, error) : COEX_STEP_FAILED;
    for (; step == COEX_STEP_ROW; step = coex_db_step(db, query, error)) {
        CoexCost *cost = g_new0(CoexCost, 1);
        cost->month = (guint)sqlite3_column_int64(query, 0);
        cost->category = coex_db_dup_text(query, 1);
        cost->type = coex_db_dup_text(query, 2);
        cost->country = coex_db_dup_text(query, 3);
        cost->n = sqlite3_column_int64(query, 4);
        g_ptr_array_add(rows, cost);
    }
    return step == COEX_STEP_DONE ? g_steal_pointer(&rows) : NULL;
}
