// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/broadcast-id.h"
#include "core/feed.h"
#include "core/words.h"
#include "store/batch-private.h"
#include "store/batch.h"
#include "store/db.h"
#include "store/feed.h"
#include "store/messages.h"

#include "core/error.h"
#include "core/payload.h"
#include "store/find.h"
#include "store/refer.h"
#include "store/rows.h"
#include "store/untold.h"
#include <sqlite3.h>
#include "store/media.h"

static gint64
get_wall_time(void)
{
    return g_get_real_time() / G_USEC_PER_SEC;
}

/* 0: nobody has any of these addresses. */
static gboolean
find_person(CoexApply *a, const CoexPeer *peer, gint64 *ret_person_id, GError **error)
{
    const char *addresses[] = { peer->parent_user_id, peer->user_id, peer->wa_id };
    *ret_person_id = 0;
    for (guint i = 0; i < G_N_ELEMENTS(addresses) && *ret_person_id == 0; i++) {
        if (addresses[i] == NULL)
            continue;
        if (!coex_db_get_int(a->db,
                             "SELECT person FROM addresses WHERE account = ? AND address = ?",
                             COEX_VALUES(coex_int(a->change->account_id), coex_text(addresses[i])),
                             ret_person_id, error))
            return FALSE;
    }
    return TRUE;
}

/* What is to be merged into a message: from a status that came now, or from one kept. */
typedef struct {
    char *wamid;
    char *token;
    char *local_id;   /* of ours, NULL: not told */
    gint64 person_id; /* whom it was sent to, 0 unknown */
    CoexState state;
    gint64 time;
    int error_code;
    char *explanation;
} Report;

static void
free_report(gpointer data)
{
    Report *report = data;
    g_free(report->wamid);
    g_free(report->token);
    g_free(report->local_id);
    g_free(report->explanation);
    g_free(report);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Report, free_report)

static gboolean
find_target(CoexApply *a, const Report *report, CoexStored *ret_target, GError **error)
{
    const CoexFindKey key = { .account_id = a->change->account_id,
                              .person_id = report->person_id,
                              .wamid = report->wamid,
                              .token = report->token,
                              .reach = COEX_REACH_ACCOUNT };
    return coex_find_unconfirmed(a->db, key.account_id, report->local_id, ret_target, error) &&
           (ret_target->id != 0 || coex_find_message(a->db, &key, ret_target, error));
}

/* A line about another message: no message, and of now. */
static gboolean
is_mark(const CoexStored *target)
{
    return target->kind == COEX_CONTENT_REACTION;
}

/* What was sent from here. What is shown for a contact card is no text that could be sent. */
static gboolean
can_go_again(const CoexStored *target, const CoexMedia *media)
{
    if (target->local_id == NULL)
        return FALSE;
    if (media != NULL)
        return media->sha256 != NULL;
    if (target->template_name != NULL)
        return target->template_values != NULL;
    if (target->payload != NULL)
        return TRUE;
    return target->kind == COEX_CONTENT_TEXT && g_strcmp0(target->type, "template") != 0 &&
           target->text != NULL && *target->text != '\0';
}

/* What is known of the file of a message, NULL: it has none. FALSE on error. */
static gboolean
read_media(CoexApply *a, const CoexStored *target, CoexMedia **ret_media, GError **error)
{
    sqlite3_stmt *query =
        coex_db_query(a->db, "SELECT " COEX_MEDIA_COLUMNS " FROM media WHERE message = ?",
                      COEX_VALUES(coex_int(target->id)), error);
    CoexStep step = query != NULL ? coex_db_step(a->db, query, error) : COEX_STEP_FAILED;
    if (step == COEX_STEP_ROW) {
        *ret_media = coex_media_read(query, 0);
        sqlite3_reset(query);
    }
    return step != COEX_STEP_FAILED;
}

/* Takes the message back into the outbox, under a new id: a status may still carry the old one. */
static gboolean
keep_failed(CoexApply *a, const Report *report, const CoexStored *target, CoexFailure *failure,
            GError **error)
{
    gint64 wait_s = coex_graph_code_get_wait_s(report->error_code);
    gint64 position = 0;
    CoexOutboxRow *row;
    if (wait_s == COEX_WAIT_FOR_EVER || !can_go_again(target, failure->media) ||
        (is_mark(target) && report->error_code == COEX_GRAPH_WINDOW_CLOSED))
        return TRUE;
    row = coex_outbox_row_new();
    failure->row = row;
    if (!coex_db_get_int(a->db, "SELECT max(position) FROM outbox WHERE account = ?",
                         COEX_VALUES(coex_int(a->change->account_id)), &position, error))
        return FALSE;
    row->position = position + 1;
    row->local_id = g_uuid_string_random();
    row->person_id = target->person_id;
    row->state = COEX_OUTBOX_FAILED;
    row->text = g_strdup(target->text);
    row->template_name = g_strdup(target->template_name);
    row->template_language = g_strdup(target->template_language);
    row->template_values = g_strdup(target->template_values);
    row->media = coex_media_copy(failure->media);
    row->context = g_strdup(target->context);
    if (target->payload != NULL)
        row->payload = coex_payload_new(target->kind, target->type, target->payload);
    row->origin = g_strdup(target->origin);
    row->created_at = target->time;
    row->state_at = report->time;
    row->shown = TRUE;
    row->not_before = wait_s > 0 ? report->time + wait_s : 0;
    return coex_apply_put_outbox(a, row, error) &&
           coex_db_run(a->db, "UPDATE messages SET local_id = ? WHERE id = ?",
                       COEX_VALUES(coex_text(row->local_id), coex_int(target->id)), error);
}

static const char *
get_origin(const CoexStored *target)
{
    return target->origin != NULL ? target->origin : target->local_id;
}

/* What WhatsApp fetches itself, nobody here has seen. NULL: there is no more to say. */
static char *
dup_hint(const Report *report, const CoexStored *target)
{
    if (target->payload == NULL || target->kind != COEX_CONTENT_MEDIA ||
        !coex_graph_code_is_of_file(report->error_code))
        return NULL;
    return g_strconcat(report->explanation, " ",
                       _("WhatsApp fetches the file itself: see that it is at its address for "
                         "everybody, without a login."),
                       NULL);
}

/* The broadcast tells of all of them at once, and says how they are sent again: a line comes only
 * where the message stands in a conversation. */
static gboolean
apply_broadcast_failure(CoexApply *a, const Report *report, const CoexStored *target,
                        GError **error)
{
    const CoexFeedItem line = { .person_id = target->person_id,
                                .kind = COEX_FEED_FAILED,
                                .time = report->time,
                                .text = target->text,
                                .detail = report->explanation,
                                .flags = COEX_LINE_SHOWN | COEX_LINE_BROADCAST,
                                .message_id = target->id };
    return g_strcmp0(target->type, COEX_UNTOLD_NO_MORE) != 0 || coex_apply_feed(a, &line, error);
}

static gboolean
apply_failure(CoexApply *a, const Report *report, const CoexStored *target, GError **error)
{
    gboolean unconfirmed = target->state == COEX_STATE_UNCONFIRMED;
    gint64 n_copies = 0;
    if (coex_broadcast_owns(target->local_id))
        return apply_broadcast_failure(a, report, target, error);
    if (unconfirmed && !coex_apply_find_copies(a, target->id, get_origin(target), &n_copies, error))
        return FALSE;
    /* It was right to send it again. */
    if (n_copies > 0)
        return TRUE;

    g_autofree char *hint = dup_hint(report, target);
    CoexFailure *failure = g_new0(CoexFailure, 1);
    CoexFeedItem line = { .person_id = target->person_id,
                          .kind = COEX_FEED_FAILED,
                          .time = report->time,
                          .text = target->text,
                          .detail = hint != NULL ? hint : report->explanation,
                          .message_id = target->id };
    failure->account_id = a->change->account_id;
    failure->person_id = target->person_id;
    failure->sent_at = target->time;
    failure->message_id = target->id;
    failure->error_code = report->error_code;
    failure->text = g_strdup(target->text);
    g_ptr_array_add(a->batch->failures, failure);
    if (!read_media(a, target, &failure->media, error))
        return FALSE;
    if (!unconfirmed && !keep_failed(a, report, target, failure, error))
        return FALSE;
    line.flags = COEX_LINE_SHOWN | coex_outbox_row_get_offer(failure->row, report->error_code);
    if (is_mark(target))
        line.flags &= ~COEX_LINE_TEMPLATE;
    return coex_apply_feed(a, &line, error);
}

/* What was told as failed or not confirmed has arrived: what is not on its way with the same text
 * need not go. */
static gboolean
apply_proof(CoexApply *a, const Report *report, const CoexStored *target, GError **error)
{
    CoexFeedItem line = { .person_id = target->person_id,
                          .kind = COEX_FEED_ARRIVED,
                          .time = report->time,
                          .text = target->text,
                          .flags = COEX_LINE_SHOWN,
                          .message_id = target->id };
    gint64 n_copies = 0;
    guint n_dropped = 0;
    if (coex_broadcast_owns(target->local_id))
        return TRUE;
    if (!coex_apply_drop_copies(a, target->local_id, get_origin(target), &n_dropped, error) ||
        !coex_apply_find_copies(a, target->id, get_origin(target), &n_copies, error))
        return FALSE;
    if (n_dropped > 0)
        line.flags |= COEX_LINE_KEPT;
    if (n_copies > 0)
        line.flags |= COEX_LINE_TWICE;
    return coex_apply_feed(a, &line, error);
}

/* Unless the phone's echo of it has the id, or WhatsApp gave it none. */
static gboolean
name_message(CoexApply *a, const Report *report, const CoexStored *target, GError **error)
{
    return *report->wamid == '\0' ||
           coex_db_run(a->db, "UPDATE OR IGNORE messages SET wamid = ?, token = ? WHERE id = ?",
                       COEX_VALUES(coex_text(report->wamid), coex_text(report->token),
                                   coex_int(target->id)),
                       error);
}

/* Of a reaction: one that failed is not said to have been made, and one that arrived is. */
static gboolean
rename_mark(CoexApply *a, CoexStored *target, gboolean made, GError **error)
{
    if (!is_mark(target) || target->payload == NULL)
        return TRUE;
    g_autoptr(CoexPayload) payload = coex_payload_new(target->kind, target->type, target->payload);
    g_autoptr(CoexMessage) message = coex_payload_make_message(payload);
    const CoexReference marked = { .account_id = a->change->account_id,
                                   .person_id = target->person_id,
                                   .wamid = target->context };
    g_autofree char *words = NULL;
    if (!coex_refer_read_quote(a->db, &marked, &words, error))
        return FALSE;
    g_free(target->text);
    target->text = made ? coex_refer_dup_own(message->content.reaction.emoji, words)
                        : coex_payload_dup_mark(message->content.reaction.emoji, words);
    return coex_db_run(a->db, "UPDATE messages SET text = ? WHERE id = ?",
                       COEX_VALUES(coex_text(target->text), coex_int(target->id)), error);
}

/* Of each state the first that is told, also when a later one has overtaken it. */
static gboolean
note_time(CoexApply *a, const Report *report, const CoexStored *target, GError **error)
{
    static const char *const updates[] = {
        [COEX_STATE_SENT] = "UPDATE messages SET sent_at = ?1 WHERE id = ?2 AND sent_at = 0",
        [COEX_STATE_DELIVERED] =
            "UPDATE messages SET delivered_at = ?1 WHERE id = ?2 AND delivered_at = 0",
        [COEX_STATE_READ] = "UPDATE messages SET read_at = ?1 WHERE id = ?2 AND read_at = 0",
        [COEX_STATE_PLAYED] = "UPDATE messages SET played_at = ?1 WHERE id = ?2 AND played_at = 0",
    };
    guint state = report->state;
    return state >= G_N_ELEMENTS(updates) || updates[state] == NULL ||
           coex_db_run(a->db, updates[state],
                       COEX_VALUES(coex_int(report->time), coex_int(target->id)), error);
}

/* The answer to one that was written down before it was sent. */
static gboolean
is_acceptance(const Report *report, const CoexStored *target)
{
    return report->state == COEX_STATE_PENDING && target->state == COEX_STATE_UNCONFIRMED;
}

/* Of what many get, that it was taken is known now alone. */
static void
note_proof(CoexChange *change, const Report *report, CoexStored *target)
{
    if (target->state != COEX_STATE_UNCONFIRMED || report->state == COEX_STATE_FAILED ||
        *report->wamid == '\0' || !coex_broadcast_owns(target->local_id))
        return;
    change->result.proven_wamid = g_strdup(report->wamid);
    change->result.template_name = g_strdup(target->template_name);
}

static gboolean
merge_report(CoexApply *a, const Report *report, CoexStored *target, gboolean *ret_advanced,
             GError **error)
{
    *ret_advanced =
        coex_state_advances(target->state, report->state) || is_acceptance(report, target);
    if (!note_time(a, report, target, error))
        return FALSE;
    if (!*ret_advanced)
        return TRUE;
    if (!coex_db_run(a->db,
                     "UPDATE messages SET state = ?, state_at = ?, error_code = ?, failure = ?"
                     " WHERE id = ?",
                     COEX_VALUES(coex_int(report->state), coex_int(report->time),
                                 coex_int(report->error_code), coex_text(report->explanation),
                                 coex_int(target->id)),
                     error))
        return FALSE;
    if (target->state == COEX_STATE_UNCONFIRMED && !name_message(a, report, target, error))
        return FALSE;
    if (report->state == COEX_STATE_FAILED)
        return rename_mark(a, target, FALSE, error) && apply_failure(a, report, target, error);
    return (target->state != COEX_STATE_FAILED && target->state != COEX_STATE_UNCONFIRMED) ||
           (apply_proof(a, report, target, error) && rename_mark(a, target, TRUE, error));
}

static gboolean
keep_report(CoexApply *a, const Report *report, GError **error)
{
    return coex_db_run(
        a->db,
        "INSERT INTO early_statuses(account, wamid, token, person, state, time, error_code,"
        " explanation, saved_at) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT(account, token, wamid, state) DO NOTHING",
        COEX_VALUES(coex_int(a->change->account_id), coex_text(report->wamid),
                    coex_text(report->token), coex_int(report->person_id), coex_int(report->state),
                    coex_int(report->time), coex_int(report->error_code),
                    coex_text(report->explanation), coex_int(get_wall_time())),
        error);
}

static Report *
report_new(const CoexStatus *status, gint64 person_id, const char *explanation)
{
    Report *report = g_new0(Report, 1);
    report->wamid = g_strdup(status->wamid != NULL ? status->wamid : "");
    report->token = g_strdup(status->token != NULL ? status->token : report->wamid);
    report->local_id = g_strdup(status->opaque);
    report->person_id = person_id;
    report->state = status->state;
    report->time = status->time > 0 ? status->time : get_wall_time();
    report->error_code = status->error_code;
    report->explanation = g_strdup(explanation);
    return report;
}

gboolean
coex_apply_status(CoexApply *a, GError **error)
{
    CoexChange *change = a->change;
    gint64 person_id = 0;
    g_auto(CoexStored) target = { 0 };
    if (!find_person(a, &change->status.status->peer, &person_id, error))
        return FALSE;
    g_autoptr(Report) report =
        report_new(change->status.status, person_id, change->status.explanation);
    if (!find_target(a, report, &target, error))
        return FALSE;

    if (target.id == 0) {
        change->result.outcome = COEX_UNKNOWN;
        change->result.person_id = person_id;
        /* it would change nothing later either */
        return report->state == COEX_STATE_UNKNOWN || keep_report(a, report, error);
    }
    gboolean advanced = FALSE;
    if (!merge_report(a, report, &target, &advanced, error))
        return FALSE;
    if (advanced)
        note_proof(change, report, &target);
    change->result.outcome = advanced ? COEX_CHANGED : COEX_DUPLICATE;
    change->result.person_id = target.person_id;
    change->result.message_id = is_mark(&target) ? 0 : target.id;
    change->result.sent_at = target.time;
    change->result.state = advanced ? report->state : target.state;
    change->result.state_at = advanced ? report->time : 0;
    change->result.is_from_here = target.local_id != NULL;
    change->result.text = g_steal_pointer(&target.text);
    change->result.local_id = g_steal_pointer(&target.local_id);
    change->result.origin = g_steal_pointer(&target.origin);
    change->result.error_code = report->error_code;
    change->result.explanation = g_strdup(report->explanation);
    return !is_acceptance(report, &target) ||
           coex_apply_early(a, target.id, report->wamid, report->token, error);
}

/* Each half has an index of its own; an OR would make SQLite look at all that are kept. */
static GPtrArray *
read_early(CoexApply *a, const char *wamid, const char *token, GError **error)
{
    g_autoptr(GPtrArray) reports = g_ptr_array_new_with_free_func(free_report);
    sqlite3_stmt *query = coex_db_query(
        a->db,
        "SELECT wamid, token, person, state, time, error_code, explanation FROM early_statuses"
        " WHERE id IN (SELECT id FROM early_statuses WHERE account = ?1 AND wamid = ?2"
        "  UNION SELECT id FROM early_statuses WHERE account = ?1 AND token = ?3)"
        " ORDER BY state, time",
        COEX_VALUES(coex_int(a->change->account_id), coex_text(wamid), coex_text(token)), error);
    CoexStep step = query != NULL ? coex_db_step(a->db, query, error) : COEX_STEP_FAILED;
    for (; step == COEX_STEP_ROW; step = coex_db_step(a->db, query, error)) {
        Report *report = g_new0(Report, 1);
        int column = 0;
        report->wamid = coex_db_dup_text(query, column++);
        report->token = coex_db_dup_text(query, column++);
        report->person_id = sqlite3_column_int64(query, column++);
        report->state = (CoexState)sqlite3_column_int(query, column++);
        report->time = sqlite3_column_int64(query, column++);
        report->error_code = sqlite3_column_int(query, column++);
        report->explanation = coex_db_dup_text(query, column++);
        g_ptr_array_add(reports, report);
    }
    return step == COEX_STEP_DONE ? g_steal_pointer(&reports) : NULL;
}

gboolean
coex_apply_early(CoexApply *a, gint64 id, const char *wamid, const char *token, GError **error)
{
    g_autoptr(GPtrArray) reports = read_early(a, wamid, token, error);
    if (reports == NULL)
        return FALSE;
    for (guint i = 0; i < reports->len; i++) {
        const Report *report = g_ptr_array_index(reports, i);
        g_auto(CoexStored) target = { 0 };
        gboolean advanced = FALSE;
        if (!find_target(a, report, &target, error))
            return FALSE;
        if (target.id != id)
            continue;
        if (!merge_report(a, report, &target, &advanced, error))
            return FALSE;
        if (advanced) {
            a->change->result.state = report->state;
            a->change->result.state_at = report->time;
        }
        if (!coex_db_run(a->db,
                         "DELETE FROM early_statuses WHERE account = ? AND token = ? AND wamid = ?"
                         " AND state = ?",
                         COEX_VALUES(coex_int(a->change->account_id), coex_text(report->token),
                                     coex_text(report->wamid), coex_int(report->state)),
                         error))
            return FALSE;
    }
    return TRUE;
}
