// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/feed.h"
#include "core/message.h"
#include "core/payload.h"
#include "store/batch-private.h"
#include "store/db.h"
#include "store/feed.h"
#include "store/media.h"
#include "store/messages.h"
#include "store/refer.h"
#include "store/rows.h"
#include "store/untold.h"

gboolean
coex_apply_put_outbox(CoexApply *a, const CoexOutboxRow *row, GError **error)
{
    const CoexMedia none = { 0 };
    const CoexMedia *media = row->media != NULL ? row->media : &none;
    const CoexPayload text = { .kind = COEX_CONTENT_TEXT };
    const CoexPayload *payload = row->payload != NULL ? row->payload : &text;

    return coex_db_run(
        a->db,
        "INSERT OR REPLACE INTO outbox(account, local_id, position, person, state, text,"
        " template_name, template_language, template_values, created_at, state_at, attempts,"
        " typed, shown, not_before, origin, released, owed, media_kind, media_mime, media_sha256,"
        " media_size, media_name, media_caption, media_voice, media_animated, file, context, kind,"
        " type, payload, why)"
        " VALUES(?1, ?2, ?, ?, ?5, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "?,"
        " ?, ?, ?, ?,"
        /* as long as it stays as it is */
        " (SELECT why FROM outbox WHERE account = ?1 AND local_id = ?2 AND state = ?5))",
        COEX_VALUES(coex_int(a->change->account_id), coex_text(row->local_id),
                    coex_int(row->position), coex_int(row->person_id), coex_int(row->state),
                    coex_text(row->text), coex_text(row->template_name),
                    coex_text(row->template_language), coex_text(row->template_values),
                    coex_int(row->created_at), coex_int(row->state_at), coex_int(row->attempts),
                    coex_int(row->typed), coex_int(row->shown), coex_int(row->not_before),
                    coex_text(row->origin), coex_int(row->released), coex_int(row->owed),
                    row->media != NULL ? coex_int(media->kind) : coex_text(NULL),
                    coex_text(media->mime), coex_text(media->sha256), coex_int(media->size),
                    coex_text(media->name), coex_text(media->caption), coex_int(media->voice),
                    coex_int(media->animated), coex_text(row->file), coex_text(row->context),
                    coex_int(payload->kind), coex_text(payload->type), coex_text(payload->json)),
        error);
}

/* Its own line, with the words that it quotes. */
static gboolean
feed_row(CoexApply *a, const CoexOutboxRow *row, GError **error)
{
    const CoexReference quoted = { .account_id = a->change->account_id,
                                   .person_id = row->person_id,
                                   .wamid = row->context };
    g_autofree char *quote = NULL;
    if (row->context != NULL && !coex_refer_read_quote(a->db, &quoted, &quote, error))
        return FALSE;
    const CoexFeedItem item = { .person_id = row->person_id,
                                .kind = row->typed ? COEX_FEED_TYPED : COEX_FEED_SENT,
                                .time = a->change->outbox.now,
                                .text = row->text,
                                .quote = quote };
    return coex_apply_feed(a, &item, error);
}

gboolean
coex_apply_outbox(CoexApply *a, GError **error)
{
    const CoexOutboxRow *row = a->change->outbox.row;
    gint64 account_id = a->change->account_id;
    gint64 shown = 0;
    if (!coex_db_get_int(a->db, "SELECT shown FROM outbox WHERE account = ? AND local_id = ?",
                         COEX_VALUES(coex_int(account_id), coex_text(row->local_id)), &shown,
                         error))
        return FALSE;
    shown = shown || row->shown;
    if (a->change->outbox.feed && !shown) {
        if (!feed_row(a, row, error))
            return FALSE;
        shown = TRUE;
    }
    g_autoptr(CoexOutboxRow) stored = coex_outbox_row_copy(row);
    stored->shown = shown != 0;
    return coex_apply_put_outbox(a, stored, error);
}

gboolean
coex_apply_take_outbox(CoexApply *a, const char *local_id, GError **error)
{
    return coex_db_run(a->db, "DELETE FROM outbox WHERE account = ? AND local_id = ?",
                       COEX_VALUES(coex_int(a->change->account_id), coex_text(local_id)), error);
}

/* A text and the copies of what it was made of. */
#define FAMILY "SELECT ?2 UNION SELECT local_id FROM outbox WHERE account = ?1 AND origin = ?3"

/* The message of a row of the outbox: what it leads to, and the reaction that it is. */
static gboolean
complete_unconfirmed(CoexApply *a, gint64 id, const char *context, const CoexPayload *payload,
                     GError **error)
{
    g_autofree char *token = coex_wamid_dup_token(context);
    g_autoptr(CoexMessage) message =
        coex_payload_is_mark(payload) ? coex_payload_make_message(payload) : NULL;
    return coex_db_run(
        a->db, "UPDATE messages SET context_token = ?, said = ? WHERE id = ?",
        COEX_VALUES(coex_text(token),
                    coex_text(message != NULL ? message->content.reaction.emoji : NULL),
                    coex_int(id)),
        error);
}

static gboolean
complete_all_unconfirmed(CoexApply *a, const char *local_id, const char *origin, GError **error)
{
    for (gint64 id = 0;;) {
        sqlite3_stmt *row = coex_db_query(
            a->db,
            "SELECT id, context, kind, type, payload FROM messages"
            " WHERE account = ?1 AND local_id IN (" FAMILY ") AND id > ?4 AND direction = ?5"
            " AND context IS NOT NULL AND context_token IS NULL ORDER BY id LIMIT 1",
            COEX_VALUES(coex_int(a->change->account_id), coex_text(local_id), coex_text(origin),
                        coex_int(id), coex_int(COEX_OUTBOUND)),
            error);
        CoexStep step = row != NULL ? coex_db_step(a->db, row, error) : COEX_STEP_FAILED;
        if (step != COEX_STEP_ROW)
            return step == COEX_STEP_DONE;
        id = sqlite3_column_int64(row, 0);
        g_autofree char *context = coex_db_dup_text(row, 1);
        g_autofree char *type = coex_db_dup_text(row, 3);
        g_autofree char *json = coex_db_dup_text(row, 4);
        g_autoptr(CoexPayload) payload =
            json != NULL ? coex_payload_new((CoexContentKind)sqlite3_column_int(row, 2), type, json)
                         : NULL;
        sqlite3_reset(row);
        if (!complete_unconfirmed(a, id, context, payload, error))
            return FALSE;
    }
}

/* What may have arrived becomes a message, under its own id as long as it has no other: it stands
 * in the history, and a status that comes after all finds it. */
static gboolean
keep_unconfirmed(CoexApply *a, const char *local_id, const char *origin, GError **error)
{
    return coex_db_run(
               a->db,
               "INSERT INTO messages(account, person, direction, token, time, kind, type, text,"
               " state, state_at, local_id, template_name, template_language, template_values,"
               " origin, context, payload)"
               " SELECT account, person, ?4, local_id, created_at,"
               " CASE WHEN media_kind IS NULL THEN kind ELSE ?7 END,"
               " CASE WHEN media_kind IS NOT NULL THEN 'media' WHEN type IS NOT NULL THEN type"
               "  WHEN template_name IS NULL THEN 'text' WHEN substr(local_id, 1, 3) = 'bc-'"
               "  THEN '" COEX_UNTOLD "' ELSE 'template' END, text, ?5, state_at,"
               " local_id, template_name, template_language, template_values, origin, context,"
               " payload FROM outbox"
               " WHERE account = ?1 AND local_id IN (" FAMILY ") AND state = ?6",
               COEX_VALUES(coex_int(a->change->account_id), coex_text(local_id), coex_text(origin),
                           coex_int(COEX_OUTBOUND), coex_int(COEX_STATE_UNCONFIRMED),
                           coex_int(COEX_OUTBOX_UNCONFIRMED), coex_int(COEX_CONTENT_MEDIA)),
               error) &&
           coex_db_run(a->db,
                       "INSERT INTO media(message, kind, mime, sha256, size, name, caption, voice,"
                       " animated, state)"
                       " SELECT messages.id, media_kind, media_mime, media_sha256, media_size,"
                       " media_name, media_caption, media_voice, media_animated, ?5"
                       " FROM outbox JOIN messages USING(account, local_id)"
                       " WHERE account = ?1 AND local_id IN (" FAMILY ") AND outbox.state = ?4"
                       " AND media_kind IS NOT NULL",
                       COEX_VALUES(coex_int(a->change->account_id), coex_text(local_id),
                                   coex_text(origin), coex_int(COEX_OUTBOX_UNCONFIRMED),
                                   coex_int(COEX_MEDIA_OFFERED)),
                       error) &&
           complete_all_unconfirmed(a, local_id, origin, error);
}

gboolean
coex_apply_drop_outbox(CoexApply *a, const char *local_id, GError **error)
{
    return keep_unconfirmed(a, local_id, NULL, error) && coex_apply_take_outbox(a, local_id, error);
}

gboolean
coex_apply_remove_unsent(CoexApply *a, const char *local_id, GError **error)
{
    return coex_db_run(a->db,
                       "DELETE FROM messages WHERE account = ? AND local_id = ? AND state = ?",
                       COEX_VALUES(coex_int(a->change->account_id), coex_text(local_id),
                                   coex_int(COEX_STATE_UNCONFIRMED)),
                       error);
}

gboolean
coex_apply_drop_copies(CoexApply *a, const char *local_id, const char *origin, guint *ret_n,
                       GError **error)
{
    if (!keep_unconfirmed(a, local_id, origin, error) ||
        !coex_db_run(a->db,
                     "DELETE FROM outbox WHERE account = ?1 AND local_id IN (" FAMILY ")"
                     " AND state NOT IN (?4, ?5)",
                     COEX_VALUES(coex_int(a->change->account_id), coex_text(local_id),
                                 coex_text(origin), coex_int(COEX_OUTBOX_SENDING),
                                 coex_int(COEX_OUTBOX_UNCERTAIN)),
                     error))
        return FALSE;
    *ret_n = coex_db_n_changed(a->db);
    return TRUE;
}

gboolean
coex_apply_find_copies(CoexApply *a, gint64 message_id, const char *origin, gint64 *ret_n,
                       GError **error)
{
    return coex_db_get_int(
        a->db,
        "SELECT (SELECT count(*) FROM outbox WHERE account = ?1 AND origin = ?2)"
        " + (SELECT count(*) FROM messages WHERE id <> ?3 AND state <> ?4 AND id IN"
        "  (SELECT id FROM messages WHERE account = ?1 AND local_id = ?2"
        "   UNION SELECT id FROM messages WHERE account = ?1 AND origin = ?2))",
        COEX_VALUES(coex_int(a->change->account_id), coex_text(origin), coex_int(message_id),
                    coex_int(COEX_STATE_FAILED)),
        ret_n, error);
}
