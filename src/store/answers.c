// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/answers.h"

#include "core/message.h"
#include "store/batch-private.h"
#include "store/db.h"
#include "store/feed.h"

/* Reactions, edits and withdrawals (4, 10, 11) answer nobody, nor does what many got. */
#define NEAR                                                                                       \
    " FROM messages WHERE account = ?1 AND person = ?2 AND time BETWEEN ?3 AND ?4"                 \
    " AND direction = ?5 AND kind NOT IN (4, 10, 11)"
static const char SELECT_OWN[] =
    "SELECT max(time)" NEAR " AND coalesce(substr(local_id, 1, 3), '') <> 'bc-'";
static const char SELECT_OTHERS[] =
    "SELECT time, text" NEAR " AND local_id IS NULL AND text LIKE '" COEX_BY_DESK "%'"
    " ORDER BY time DESC, id DESC LIMIT 1";

gboolean
coex_apply_answers(CoexApply *a, GError **error)
{
    CoexChange *change = a->change;
    gint64 from = change->answers.at - COEX_AT_ONCE_S;
    gint64 to = change->answers.at + COEX_AT_ONCE_S;
    sqlite3_stmt *row;
    CoexStep step;

    if (!coex_db_get_int(a->db, SELECT_OWN,
                         COEX_VALUES(coex_int(change->account_id),
                                     coex_int(change->answers.person_id), coex_int(from),
                                     coex_int(to), coex_int(COEX_OUTBOUND)),
                         &change->result.own_at, error))
        return FALSE;
    row =
        coex_db_query(a->db, SELECT_OTHERS,
                      COEX_VALUES(coex_int(change->account_id), coex_int(change->answers.person_id),
                                  coex_int(from), coex_int(to), coex_int(COEX_ECHO)),
                      error);
    step = row != NULL ? coex_db_step(a->db, row, error) : COEX_STEP_FAILED;
    if (step != COEX_STEP_ROW)
        return step == COEX_STEP_DONE;
    change->result.other_at = sqlite3_column_int64(row, 0);
    change->result.desk = coex_echo_dup_desk((const char *)sqlite3_column_text(row, 1));
    sqlite3_reset(row);
    return TRUE;
}
