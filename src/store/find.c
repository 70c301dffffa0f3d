// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/find.h"

#include "store/db.h"
#include <sqlite3.h>

#define SELECT_STORED                                                                              \
    "SELECT id, person, state, lacks, kind, type, text, time, local_id, template_name,"            \
    " template_language, template_values, origin, changed_at, deleted_at, past, context, payload"  \
    " FROM messages"

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

/* Reads the first row into @ret_stored, and whether a second one is there. */
static gboolean
read_stored(CoexDb *db, sqlite3_stmt *query, CoexStored *ret_stored, gboolean *ret_more,
            GError **error)
{
    CoexStep step = query != NULL ? coex_db_step(db, query, error) : COEX_STEP_FAILED;
    if (step != COEX_STEP_ROW)
        return step == COEX_STEP_DONE;
    int column = 0;
    ret_stored->id = sqlite3_column_int64(query, column++);
    ret_stored->person_id = sqlite3_column_int64(query, column++);
    ret_stored->state = (CoexState)sqlite3_column_int(query, column++);
    ret_stored->lacks = (CoexLack)sqlite3_column_int(query, column++);
    ret_stored->kind = (CoexContentKind)sqlite3_column_int(query, column++);
    ret_stored->type = coex_db_dup_text(query, column++);
    ret_stored->text = coex_db_dup_text(query, column++);
    ret_stored->time = sqlite3_column_int64(query, column++);
    ret_stored->local_id = coex_db_dup_text(query, column++);
    ret_stored->template_name = coex_db_dup_text(query, column++);
    ret_stored->template_language = coex_db_dup_text(query, column++);
    ret_stored->template_values = coex_db_dup_text(query, column++);
    ret_stored->origin = coex_db_dup_text(query, column++);
    ret_stored->changed_at = sqlite3_column_int64(query, column++);
    ret_stored->deleted_at = sqlite3_column_int64(query, column++);
    ret_stored->past = sqlite3_column_int(query, column++) != 0;
    ret_stored->context = coex_db_dup_text(query, column++);
    ret_stored->payload = coex_db_dup_text(query, column++);
    step = coex_db_step(db, query, error);
    *ret_more = step == COEX_STEP_ROW;
    sqlite3_reset(query);
    return step != COEX_STEP_FAILED;
}

gboolean
coex_find_unconfirmed(CoexDb *db, gint64 account_id, const char *local_id, CoexStored *ret_stored,
                      GError **error)
{
    gboolean more = FALSE;
    return local_id == NULL ||
           read_stored(db,
                       coex_db_query(db,
                                     SELECT_STORED " WHERE account = ? AND local_id = ?"
                                                   " AND state = ?",
                                     COEX_VALUES(coex_int(account_id), coex_text(local_id),
                                                 coex_int(COEX_STATE_UNCONFIRMED)),
                                     error),
                       ret_stored, &more, error);
}

static gboolean
is_within(const CoexFindKey *key, const CoexStored *stored)
{
    return key->reach != COEX_REACH_CONVERSATION || stored->person_id == key->person_id;
}

gboolean
coex_find_message(CoexDb *db, const CoexFindKey *key, CoexStored *ret_stored, GError **error)
{
    gboolean more = FALSE;
    if (!read_stored(db,
                     coex_db_query(db,
                                   SELECT_STORED " WHERE account = ? AND wamid = ?"
                                                 " AND (direction = 0) = ? LIMIT 1",
                                   COEX_VALUES(coex_int(key->account_id), coex_text(key->wamid),
                                               coex_int(key->inbound)),
                                   error),
                     ret_stored, &more, error))
        return FALSE;
    if (ret_stored->id != 0 && is_within(key, ret_stored))
        return TRUE;
    coex_stored_clear(ret_stored);

    if (!read_stored(db,
                     coex_db_query(db,
                                   SELECT_STORED " WHERE account = ? AND token = ?"
                                                 " AND (direction = 0) = ?"
                                                 " ORDER BY person <> ? LIMIT 2",
                                   COEX_VALUES(coex_int(key->account_id), coex_text(key->token),
                                               coex_int(key->inbound), coex_int(key->person_id)),
                                   error),
                     ret_stored, &more, error))
        return FALSE;
    if (ret_stored->person_id != key->person_id && (more || key->reach != COEX_REACH_ACCOUNT))
        coex_stored_clear(ret_stored);
    return TRUE;
}
