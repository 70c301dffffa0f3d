// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/meant.h"

#include "store/db.h"
#include "store/media.h"
#include "store/rows.h"

#define LOOKED_AT_MAX 10000 /* of the messages of one side */

/* The reaction from here, or from the phone, that is in force: 4 is COEX_CONTENT_REACTION, 5 is
 * COEX_STATE_FAILED. */
#define OWN_REACTION                                                                               \
    "(SELECT r.said FROM messages AS r WHERE r.account = m.account AND r.person = m.person"        \
    " AND r.context_token = m.token AND r.kind IN (4, 10, 11) AND r.kind = 4"                      \
    " AND r.direction <> 0 AND r.state <> 5 ORDER BY +r.time DESC, r.id DESC LIMIT 1)"

/* No system line, edit, deletion or reaction. 2 is COEX_MEDIA_HERE. */
#define SELECT                                                                                     \
    "SELECT m.id, m.time, m.direction, m.kind, m.wamid, m.text, m.deleted_at, m.state,"            \
    " " OWN_REACTION ", CASE media.state WHEN 2 THEN media.path END, m.type, m.payload,"           \
    " m.template_name IS NOT NULL,"                                                                \
    " " COEX_MEDIA_COLUMNS " FROM messages AS m"                                                   \
    " LEFT JOIN media ON media.message = m.id"                                                     \
    " WHERE m.account = ?1 AND m.person = ?2 AND m.kind NOT IN (4, 8, 10, 11) AND m.text <> ''"

void
coex_meant_free(CoexMeant *meant)
{
    if (meant == NULL)
        return;
    g_free(meant->wamid);
    g_free(meant->text);
    g_free(meant->own_reaction);
    g_free(meant->path);
    g_free(meant->type);
    g_free(meant->payload);
    coex_media_free(meant->media);
    g_free(meant);
}

static CoexMeant *
read_row(sqlite3_stmt *row)
{
    CoexMeant *meant = g_new0(CoexMeant, 1);
    int column = 0;

    meant->id = sqlite3_column_int64(row, column++);
    meant->time = sqlite3_column_int64(row, column++);
    meant->direction = (CoexDirection)sqlite3_column_int(row, column++);
    meant->kind = (CoexContentKind)sqlite3_column_int(row, column++);
    meant->wamid = coex_db_dup_text(row, column++);
    meant->text = coex_db_dup_text(row, column++);
    meant->deleted = sqlite3_column_int64(row, column++) > 0;
    meant->state = (CoexState)sqlite3_column_int(row, column++);
    meant->own_reaction = coex_db_dup_text(row, column++);
    meant->path = coex_db_dup_text(row, column++);
    meant->type = coex_db_dup_text(row, column++);
    meant->payload = coex_db_dup_text(row, column++);
    meant->is_template = sqlite3_column_int(row, column++) != 0;
    meant->media = coex_media_read(row, column);
    return meant;
}

static gboolean
is_meant(const CoexMeantQuery *query, const CoexMeant *meant, guint *n_fit)
{
    if (query->which.number != 0)
        return TRUE;
    if ((query->with_reaction && meant->own_reaction == NULL) ||
        !coex_which_fits(&query->which, meant->time, meant->text,
                         meant->media != NULL ? meant->media->name : NULL))
        return FALSE;
    return ++*n_fit == query->which.nth;
}

/* The first row that is meant; NULL without an error: none is. */
static CoexMeant *
find_in(CoexDb *db, const CoexMeantQuery *query, sqlite3_stmt *rows, GError **error)
{
    CoexStep step = rows != NULL ? coex_db_step(db, rows, error) : COEX_STEP_FAILED;
    guint n_fit = 0;

    for (; step == COEX_STEP_ROW; step = coex_db_step(db, rows, error)) {
        CoexMeant *meant = read_row(rows);

        if (is_meant(query, meant, &n_fit)) {
            sqlite3_reset(rows);
            return meant;
        }
        coex_meant_free(meant);
    }
    return NULL;
}

static sqlite3_stmt *
start(CoexDb *db, const CoexMeantQuery *query, gboolean theirs, GError **error)
{
    const CoexValue id[] = { coex_int(query->account_id), coex_int(query->person_id),
                             coex_int(query->which.number) };
    const CoexValue side[] = { coex_int(query->account_id), coex_int(query->person_id),
                               coex_int(theirs), coex_int(LOOKED_AT_MAX) };

    if (query->which.number != 0)
        return coex_db_query(db, SELECT " AND m.id = ?3", id, G_N_ELEMENTS(id), error);
    return coex_db_query(db,
                         SELECT " AND (m.direction = 0) = ?3"
                                " ORDER BY m.time DESC, m.id DESC LIMIT ?4",
                         side, G_N_ELEMENTS(side), error);
}

CoexMeant *
coex_meant_find(CoexDb *db, const CoexMeantQuery *query, GError **error)
{
    gboolean any_side =
        query->which.number == 0 && (query->which.minute >= 0 || query->which.words != NULL);
    g_autoptr(GError) failure = NULL;
    CoexMeant *meant = find_in(db, query, start(db, query, TRUE, &failure), &failure);

    if (meant == NULL && failure == NULL && any_side)
        meant = find_in(db, query, start(db, query, FALSE, &failure), &failure);
    if (failure != NULL) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return NULL;
    }
    return meant != NULL ? meant : g_new0(CoexMeant, 1);
}
