// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/find.h"

#include "store/db.h"
#include <sqlite3.h>

#define SELECT_STORED                                                                              \
    "SELECT id, person, state, lacks, kind, type, text, time, local_id, template_name,"            \
    " template_language, template_values, origin, changed_at, deleted_at, past, wamid,"            \
    " context, payload FROM messages"
enum {
    ID,
    PERSON,
    STATE,
    LACKS,
    KIND,
    TYPE,
    TEXT,
    TIME,
    LOCAL_ID,
    TEMPLATE_NAME,
    TEMPLATE_LANGUAGE,
    TEMPLATE_VALUES,
    ORIGIN,
    CHANGED_AT,
    DELETED_AT,
    PAST,
    WAMID,
    CONTEXT,
    PAYLOAD,
};

void
coex_stored_clear(CoexStored *stored)
{
    g_free(stored->type);
    g_free(stored->text);
    g_free(stored->local_id);
    g_free(stored->template_name);
    g_free(stored->template_language);
    g_free(stored->template_values);
    g_free(stored->origin);
    g_free(stored->context);
    g_free(stored->payload);
    *stored = (CoexStored){ 0 };
}

static void
read_stored(sqlite3_stmt *query, CoexStored *ret_stored)
{
    ret_stored->id = sqlite3_column_int64(query, ID);
    ret_stored->person_id = sqlite3_column_int64(query, PERSON);
    ret_stored->state = (CoexState)sqlite3_column_int(query, STATE);
    ret_stored->lacks = (CoexLack)sqlite3_column_int(query, LACKS);
    ret_stored->kind = (CoexContentKind)sqlite3_column_int(query, KIND);
    ret_stored->type = coex_db_dup_text(query, TYPE);
    ret_stored->text = coex_db_dup_text(query, TEXT);
    ret_stored->time = sqlite3_column_int64(query, TIME);
    ret_stored->local_id = coex_db_dup_text(query, LOCAL_ID);
    ret_stored->template_name = coex_db_dup_text(query, TEMPLATE_NAME);
    ret_stored->template_language = coex_db_dup_text(query, TEMPLATE_LANGUAGE);
    ret_stored->template_values = coex_db_dup_text(query, TEMPLATE_VALUES);
    ret_stored->origin = coex_db_dup_text(query, ORIGIN);
    ret_stored->changed_at = sqlite3_column_int64(query, CHANGED_AT);
    ret_stored->deleted_at = sqlite3_column_int64(query, DELETED_AT);
    ret_stored->past = sqlite3_column_int(query, PAST) != 0;
    ret_stored->context = coex_db_dup_text(query, CONTEXT);
    ret_stored->payload = coex_db_dup_text(query, PAYLOAD);
}

gboolean
coex_find_unconfirmed(CoexDb *db, gint64 account_id, const char *local_id, CoexStored *ret_stored,
                      GError **error)
{
    if (local_id == NULL)
        return TRUE;
    sqlite3_stmt *query = coex_db_query(
        db,
        SELECT_STORED " WHERE account = ? AND local_id = ?"
                      " AND state = ?",
        COEX_VALUES(coex_int(account_id), coex_text(local_id), coex_int(COEX_STATE_UNCONFIRMED)),
        error);
    CoexStep step = query != NULL ? coex_db_step(db, query, error) : COEX_STEP_FAILED;
    if (step == COEX_STEP_ROW) {
        read_stored(query, ret_stored);
        sqlite3_reset(query);
    }
    return step != COEX_STEP_FAILED;
}

/* How well a row fits: the id as it came before the token, the conversation before the others. */
static guint
get_fit(const CoexFindKey *key, sqlite3_stmt *query)
{
    gboolean is_theirs = sqlite3_column_int64(query, PERSON) == key->person_id;
    const char *wamid = (const char *)sqlite3_column_text(query, WAMID);

    if (g_strcmp0(wamid, key->wamid) == 0 && (is_theirs || key->reach != COEX_REACH_CONVERSATION))
        return 3;
    return is_theirs ? 2 : 1;
}

/* One id has one token, so that all which may be meant are found by it. */
gboolean
coex_find_message(CoexDb *db, const CoexFindKey *key, CoexStored *ret_stored, GError **error)
{
    sqlite3_stmt *query = coex_db_query(
        db,
        SELECT_STORED " WHERE account = ? AND token = ?"
                      " AND (direction = 0) = ?",
        COEX_VALUES(coex_int(key->account_id), coex_text(key->token), coex_int(key->inbound)),
        error);
    CoexStep step = query != NULL ? coex_db_step(db, query, error) : COEX_STEP_FAILED;
    guint best = 0;
    guint n = 0;

    for (; step == COEX_STEP_ROW && best < 3; step = coex_db_step(db, query, error)) {
        guint fit = get_fit(key, query);

        n++;
        if (fit <= best)
            continue;
        best = fit;
        coex_stored_clear(ret_stored);
        read_stored(query, ret_stored);
    }
    if (step == COEX_STEP_ROW)
        sqlite3_reset(query);
    if (best == 1 && (n > 1 || key->reach != COEX_REACH_ACCOUNT))
        coex_stored_clear(ret_stored);
    return step != COEX_STEP_FAILED;
}
