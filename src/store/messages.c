// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/messages.h"

#include "core/error.h"

/* A message of ours that a status may concern; id 0: none. */
typedef struct {
    gint64 id;
    gint64 person_id;
    CoexState state;
    CoexContentKind kind;
    char *type;
    char *text;
    gint64 time;
    char *local_id;
    char *template_name;
    char *template_language;
    char *template_values;
    char *origin;
} Target;

#define TARGET_COLUMNS                                                                             \
    "id, person, state, kind, type, text, time, local_id, template_name, template_language,"       \
    " template_values, origin"

static void
clear_target(Target *target)
{
    g_free(target->type);
    g_free(target->text);
    g_free(target->local_id);
    g_free(target->template_name);
    g_free(target->template_language);
    g_free(target->template_values);
    g_free(target->origin);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Target, clear_target)

static gint64
get_wall_time(void)
{
    return g_get_real_time() / G_USEC_PER_SEC;
}

/* ---- the feed ---- */

gboolean
coex_apply_feed(CoexApply *a, const CoexFeedItem *line, GError **error)
{
    /* A line without a time would be shown as of 1970. */
    CoexFeedItem item = { .account_id = a->change->account_id,
                          .person_id = line->person_id,
                          .kind = line->kind,
                          .time = line->time > 0 ? line->time : get_wall_time(),
                          .flags = line->flags };
    const char *text = line->text != NULL ? line->text : "";
    if (!coex_db_run(a->db,
                     "INSERT INTO feed(account, person, kind, time, text, detail, flags)"
                     " VALUES(?, ?, ?, ?, ?, ?, ?)",
                     COEX_VALUES(coex_int(item.account_id), coex_int(item.person_id),
                                 coex_int(item.kind), coex_int(item.time), coex_text(text),
                                 coex_text(line->detail), coex_int(item.flags)),
                     error))
        return FALSE;

    item.seq = coex_db_last_id(a->db);
    item.text = g_strdup(text);
    item.detail = g_strdup(line->detail);
    g_ptr_array_add(a->batch->feed, g_atomic_rc_box_dup(sizeof item, &item));
    return TRUE;
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

/* ---- statuses ---- */

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

/* Reads the first row into @ret_target, and whether a second one is there. */
static gboolean
read_target(CoexDb *db, sqlite3_stmt *query, Target *ret_target, gboolean *ret_more, GError **error)
{
    CoexStep step = query != NULL ? coex_db_step(db, query, error) : COEX_STEP_FAILED;
    if (step != COEX_STEP_ROW)
        return step == COEX_STEP_DONE;
    int column = 0;
    ret_target->id = sqlite3_column_int64(query, column++);
    ret_target->person_id = sqlite3_column_int64(query, column++);
    ret_target->state = (CoexState)sqlite3_column_int(query, column++);
    ret_target->kind = (CoexContentKind)sqlite3_column_int(query, column++);
    ret_target->type = coex_db_dup_text(query, column++);
    ret_target->text = coex_db_dup_text(query, column++);
    ret_target->time = sqlite3_column_int64(query, column++);
    ret_target->local_id = coex_db_dup_text(query, column++);
    ret_target->template_name = coex_db_dup_text(query, column++);
    ret_target->template_language = coex_db_dup_text(query, column++);
    ret_target->template_values = coex_db_dup_text(query, column++);
    ret_target->origin = coex_db_dup_text(query, column++);
    step = coex_db_step(db, query, error);
    *ret_more = step == COEX_STEP_ROW;
    sqlite3_reset(query);
    return step != COEX_STEP_FAILED;
}

/* What WhatsApp gave no id to as far as is known. */
static gboolean
find_unconfirmed(CoexApply *a, const Report *report, Target *ret_target, GError **error)
{
    gboolean more = FALSE;
    return report->local_id == NULL ||
           read_target(a->db,
                       coex_db_query(a->db,
                                     "SELECT " TARGET_COLUMNS " FROM messages"
                                     " WHERE account = ? AND local_id = ? AND state = ?",
                                     COEX_VALUES(coex_int(a->change->account_id),
                                                 coex_text(report->local_id),
                                                 coex_int(COEX_STATE_UNCONFIRMED)),
                                     error),
                       ret_target, &more, error);
}

/* The full id wins. The token counts within the person's conversation, or where it is the only one
 * of the account (the layout of a wamid: ids of one message differ by who looks). */
static gboolean
find_target(CoexApply *a, const Report *report, Target *ret_target, GError **error)
{
    gint64 account_id = a->change->account_id;
    gboolean more = FALSE;
    if (!find_unconfirmed(a, report, ret_target, error))
        return FALSE;
    if (ret_target->id != 0)
        return TRUE;

    if (!read_target(a->db,
                     coex_db_query(a->db,
                                   "SELECT " TARGET_COLUMNS " FROM messages"
                                   " WHERE account = ? AND wamid = ? AND direction <> ? LIMIT 1",
                                   COEX_VALUES(coex_int(account_id), coex_text(report->wamid),
                                               coex_int(COEX_INBOUND)),
                                   error),
                     ret_target, &more, error))
        return FALSE;
    if (ret_target->id != 0)
        return TRUE;

    if (!read_target(a->db,
                     coex_db_query(a->db,
                                   "SELECT " TARGET_COLUMNS " FROM messages"
                                   " WHERE account = ? AND token = ? AND direction <> ?"
                                   " ORDER BY person <> ? LIMIT 2",
                                   COEX_VALUES(coex_int(account_id), coex_text(report->token),
                                               coex_int(COEX_INBOUND), coex_int(report->person_id)),
                                   error),
                     ret_target, &more, error))
        return FALSE;
    if (more && ret_target->person_id != report->person_id) {
        clear_target(ret_target);
        *ret_target = (Target){ 0 };
    }
    return TRUE;
}

/* What is shown for a picture or a contact card is no text that could be sent. */
static gboolean
can_go_again(const Target *target)
{
    if (target->template_name != NULL)
        return target->template_values != NULL;
    return target->kind == COEX_CONTENT_TEXT && g_strcmp0(target->type, "template") != 0 &&
           target->text != NULL && *target->text != '\0';
}

/* Takes the message back into the outbox, under a new id: a status may still carry the old one. */
static gboolean
keep_failed(CoexApply *a, const Report *report, const Target *target, CoexFailure *failure,
            GError **error)
{
    gint64 wait_s = coex_graph_code_get_wait_s(report->error_code);
    gint64 position = 0;
    CoexOutboxRow *row;
    if (wait_s == COEX_WAIT_FOR_EVER || !can_go_again(target))
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
get_origin(const Target *target)
{
    return target->origin != NULL ? target->origin : target->local_id;
}

static gboolean
apply_failure(CoexApply *a, const Report *report, const Target *target, GError **error)
{
    gboolean unconfirmed = target->state == COEX_STATE_UNCONFIRMED;
    gint64 n_copies = 0;
    if (unconfirmed && !coex_apply_find_copies(a, target->id, get_origin(target), &n_copies, error))
        return FALSE;
    /* It was right to send it again. */
    if (n_copies > 0)
        return TRUE;

    CoexFailure *failure = g_new0(CoexFailure, 1);
    CoexFeedItem line = { .person_id = target->person_id,
                          .kind = COEX_FEED_FAILED,
                          .time = report->time,
                          .text = target->text,
                          .detail = report->explanation };
    failure->account_id = a->change->account_id;
    failure->person_id = target->person_id;
    failure->sent_at = target->time;
    failure->message_id = target->id;
    failure->error_code = report->error_code;
    failure->text = g_strdup(target->text);
    g_ptr_array_add(a->batch->failures, failure);
    if (!unconfirmed && !keep_failed(a, report, target, failure, error))
        return FALSE;
    line.flags = COEX_LINE_SHOWN | coex_outbox_row_get_offer(failure->row, report->error_code);
    return coex_apply_feed(a, &line, error);
}

/* What was told as failed or not confirmed has arrived: what is not on its way with the same text
 * need not go. */
static gboolean
apply_proof(CoexApply *a, const Report *report, const Target *target, GError **error)
{
    CoexFeedItem line = { .person_id = target->person_id,
                          .kind = COEX_FEED_ARRIVED,
                          .time = report->time,
                          .text = target->text,
                          .flags = COEX_LINE_SHOWN };
    gint64 n_copies = 0;
    guint n_dropped = 0;
    if (!coex_apply_drop_copies(a, target->local_id, get_origin(target), &n_dropped, error) ||
        !coex_apply_find_copies(a, target->id, get_origin(target), &n_copies, error))
        return FALSE;
    if (n_dropped > 0)
        line.flags |= COEX_LINE_KEPT;
    if (n_copies > 0)
        line.flags |= COEX_LINE_TWICE;
    return coex_apply_feed(a, &line, error);
}

/* Unless the phone's echo of it has the id. */
static gboolean
name_message(CoexApply *a, const Report *report, const Target *target, GError **error)
{
    return coex_db_run(
        a->db, "UPDATE OR IGNORE messages SET wamid = ?, token = ? WHERE id = ?",
        COEX_VALUES(coex_text(report->wamid), coex_text(report->token), coex_int(target->id)),
        error);
}

static gboolean
merge_report(CoexApply *a, const Report *report, const Target *target, gboolean *ret_advanced,
             GError **error)
{
    *ret_advanced = coex_state_advances(target->state, report->state);
    if (!*ret_advanced)
        return TRUE;
    if (!coex_db_run(a->db,
                     "UPDATE messages SET state = ?, state_at = ?, error_code = ? WHERE id = ?",
                     COEX_VALUES(coex_int(report->state), coex_int(report->time),
                                 coex_int(report->error_code), coex_int(target->id)),
                     error))
        return FALSE;
    if (target->state == COEX_STATE_UNCONFIRMED && !name_message(a, report, target, error))
        return FALSE;
    if (report->state == COEX_STATE_FAILED)
        return apply_failure(a, report, target, error);
    return (target->state != COEX_STATE_FAILED && target->state != COEX_STATE_UNCONFIRMED) ||
           apply_proof(a, report, target, error);
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
    g_auto(Target) target = { 0 };
    if (!find_person(a, &change->status.status->peer, &person_id, error))
        return FALSE;
    g_autoptr(Report) report =
        report_new(change->status.status, person_id, change->status.explanation);
    if (!find_target(a, report, &target, error))
        return FALSE;

    if (target.id == 0) {
        change->outcome = COEX_UNKNOWN;
        change->person_id = person_id;
        /* PENDING is a state this version does not know: it would change nothing later either. */
        return report->state == COEX_STATE_PENDING || keep_report(a, report, error);
    }
    gboolean advanced = FALSE;
    if (!merge_report(a, report, &target, &advanced, error))
        return FALSE;
    change->outcome = advanced ? COEX_CHANGED : COEX_DUPLICATE;
    change->person_id = target.person_id;
    change->message_id = target.id;
    change->sent_at = target.time;
    change->state = advanced ? report->state : target.state;
    change->text = g_steal_pointer(&target.text);
    change->told_local_id = g_steal_pointer(&target.local_id);
    change->told_origin = g_steal_pointer(&target.origin);
    return TRUE;
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

/* Merges the statuses that overtook the message @id, lowest rank first. */
static gboolean
apply_early(CoexApply *a, gint64 id, const char *wamid, const char *token, GError **error)
{
    g_autoptr(GPtrArray) reports = read_early(a, wamid, token, error);
    if (reports == NULL)
        return FALSE;
    for (guint i = 0; i < reports->len; i++) {
        const Report *report = g_ptr_array_index(reports, i);
        g_auto(Target) target = { 0 };
        gboolean advanced = FALSE;
        if (!find_target(a, report, &target, error))
            return FALSE;
        if (target.id != id)
            continue;
        if (!merge_report(a, report, &target, &advanced, error))
            return FALSE;
        if (advanced)
            a->change->state = report->state;
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

/* ---- messages ---- */

/* A row of `messages` as it is to be written; borrowed strings. */
typedef struct {
    gint64 person_id;
    CoexDirection direction;
    const char *wamid;
    const char *token;
    gint64 time;
    const CoexContent *content;
    const CoexOutboxRow *row; /* what it was in the outbox, NULL */
} NewMessage;

typedef struct {
    gint64 id; /* 0: none */
    gint64 person_id;
    CoexLack lacks;
    CoexState state;
} KnownMessage;

static gboolean
read_known(CoexDb *db, sqlite3_stmt *query, KnownMessage *ret_known, GError **error)
{
    CoexStep step = query != NULL ? coex_db_step(db, query, error) : COEX_STEP_FAILED;
    if (step != COEX_STEP_ROW)
        return step == COEX_STEP_DONE;
    int column = 0;
    ret_known->id = sqlite3_column_int64(query, column++);
    ret_known->person_id = sqlite3_column_int64(query, column++);
    ret_known->lacks = (CoexLack)sqlite3_column_int(query, column++);
    ret_known->state = (CoexState)sqlite3_column_int(query, column++);
    sqlite3_reset(query);
    return TRUE;
}

/* Only of those that went the same way: a token is made by who sends, and a customer may choose one
 * of ours. */
static gboolean
find_known(CoexApply *a, const NewMessage *message, KnownMessage *ret_known, GError **error)
{
    gint64 account_id = a->change->account_id;
    gboolean inbound = message->direction == COEX_INBOUND;
    if (!read_known(a->db,
                    coex_db_query(a->db,
                                  "SELECT id, person, lacks, state FROM messages"
                                  " WHERE account = ? AND wamid = ? AND (direction = 0) = ?",
                                  COEX_VALUES(coex_int(account_id), coex_text(message->wamid),
                                              coex_int(inbound)),
                                  error),
                    ret_known, error))
        return FALSE;
    if (ret_known->id != 0)
        return TRUE;
    return read_known(
        a->db,
        coex_db_query(a->db,
                      "SELECT id, person, lacks, state FROM messages"
                      " WHERE account = ? AND token = ? AND person = ? AND (direction = 0) = ?",
                      COEX_VALUES(coex_int(account_id), coex_text(message->token),
                                  coex_int(message->person_id), coex_int(inbound)),
                      error),
        ret_known, error);
}

static CoexState
first_state(CoexDirection direction)
{
    return direction == COEX_ECHO ? COEX_STATE_SENT : COEX_STATE_PENDING;
}

static gboolean
insert_message(CoexApply *a, const NewMessage *message, gint64 *ret_id, GError **error)
{
    CoexState state = first_state(message->direction);
    const CoexOutboxRow none = { 0 };
    const CoexOutboxRow *row = message->row != NULL ? message->row : &none;
    if (!coex_db_run(
            a->db,
            "INSERT INTO messages(account, person, direction, wamid, token, time, kind, type, text,"
            " state, state_at, local_id, template_name, template_language, template_values, lacks,"
            " origin) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            COEX_VALUES(coex_int(a->change->account_id), coex_int(message->person_id),
                        coex_int(message->direction), coex_text(message->wamid),
                        coex_text(message->token), coex_int(message->time),
                        coex_int(message->content->kind), coex_text(message->content->type),
                        coex_text(message->content->text), coex_int(state), coex_int(message->time),
                        coex_text(row->local_id), coex_text(row->template_name),
                        coex_text(row->template_language), coex_text(row->template_values),
                        coex_int(coex_content_get_lack(message->content)), coex_text(row->origin)),
            error))
        return FALSE;
    *ret_id = coex_db_last_id(a->db);
    return TRUE;
}

/* What WhatsApp says of a person is not that person's word. */
static CoexFeedKind
feed_kind(const NewMessage *message)
{
    /* Not their words, so that nobody can make such a line by typing it. */
    if (message->content->kind == COEX_CONTENT_SYSTEM ||
        message->content->kind == COEX_CONTENT_REVOKE)
        return COEX_FEED_NOTICE;
    return message->direction == COEX_ECHO ? COEX_FEED_ECHO : COEX_FEED_INBOUND;
}

static const char *
feed_text(const NewMessage *message)
{
    const char *text = message->content->text;
    if (message->content->kind != COEX_CONTENT_REVOKE || text == NULL)
        return text;
    return message->direction == COEX_INBOUND ? "They deleted a message."
                                              : "A message was deleted on the phone.";
}

static gboolean
feed_message(CoexApply *a, gint64 person_id, const NewMessage *message, GError **error)
{
    const char *text = feed_text(message);
    if (text == NULL || *text == '\0' || message->direction == COEX_OUTBOUND)
        return TRUE;
    const CoexFeedItem line = { .person_id = person_id,
                                .kind = feed_kind(message),
                                .time = message->time,
                                .text = (char *)text };
    return coex_apply_feed(a, &line, error);
}

/* What the first version lacked. */
static gboolean
complete(CoexApply *a, const KnownMessage *known, const NewMessage *message, GError **error)
{
    return coex_db_run(
        a->db,
        "UPDATE messages SET kind = ?, type = ?, text = ?, time = ?, lacks = ?"
        " WHERE id = ?",
        COEX_VALUES(coex_int(message->content->kind), coex_text(message->content->type),
                    coex_text(message->content->text), coex_int(message->time),
                    coex_int(coex_content_get_lack(message->content)), coex_int(known->id)),
        error);
}

static void
note_own(CoexChange *change, gint64 id, const NewMessage *message)
{
    if (message->direction == COEX_INBOUND)
        return;
    change->message_id = id;
    change->state = first_state(message->direction);
    change->text = g_strdup(message->content->text);
}

gboolean
coex_apply_message(CoexApply *a, GError **error)
{
    CoexChange *change = a->change;
    const CoexMessage *source = change->message.message;
    const NewMessage message = { .person_id = change->message.person_id,
                                 .direction = source->direction,
                                 .wamid = source->wamid,
                                 .token = source->token != NULL ? source->token : source->wamid,
                                 .time = change->message.time,
                                 .content = &source->content };
    KnownMessage known = { 0 };
    if (!find_known(a, &message, &known, error))
        return FALSE;

    if (known.id != 0) {
        change->person_id = known.person_id;
        change->outcome = COEX_DUPLICATE;
        if (coex_content_get_lack(message.content) >= known.lacks)
            return TRUE;
        change->outcome = COEX_REPLACED;
        return complete(a, &known, &message, error) &&
               feed_message(a, known.person_id, &message, error);
    }

    gint64 id = 0;
    change->outcome = COEX_ADDED;
    change->person_id = message.person_id;
    if (!insert_message(a, &message, &id, error))
        return FALSE;
    note_own(change, id, &message);
    return feed_message(a, message.person_id, &message, error) &&
           (message.direction == COEX_INBOUND ||
            apply_early(a, id, message.wamid, message.token, error));
}

gboolean
coex_apply_accepted(CoexApply *a, GError **error)
{
    CoexChange *change = a->change;
    const CoexOutboxRow *row = change->outbox.row;
    g_autofree char *token = coex_wamid_dup_token(change->outbox.wamid);
    const CoexContent content = { .kind = COEX_CONTENT_TEXT,
                                  .type =
                                      (char *)(row->template_name != NULL ? "template" : "text"),
                                  .text = row->text };
    const NewMessage message = { .person_id = row->person_id,
                                 .direction = COEX_OUTBOUND,
                                 .wamid = change->outbox.wamid,
                                 .token = token,
                                 .time = change->outbox.now,
                                 .content = &content,
                                 .row = row };
    KnownMessage known = { 0 };
    if (!find_known(a, &message, &known, error))
        return FALSE;

    if (known.id != 0) {
        change->outcome = COEX_DUPLICATE;
        change->person_id = known.person_id;
        change->message_id = known.id;
        change->state = known.state;
        change->text = g_strdup(row->text);
        if (known.lacks != COEX_LACKS_NOTHING && !complete(a, &known, &message, error))
            return FALSE;
        return coex_db_run(a->db,
                           "UPDATE messages SET local_id = ?, type = ?, template_name = ?,"
                           " template_language = ?, template_values = ?, origin = ?"
                           " WHERE id = ? AND local_id IS NULL",
                           COEX_VALUES(coex_text(row->local_id), coex_text(content.type),
                                       coex_text(row->template_name),
                                       coex_text(row->template_language),
                                       coex_text(row->template_values), coex_text(row->origin),
                                       coex_int(known.id)),
                           error);
    }
    gint64 id = 0;
    change->outcome = COEX_ADDED;
    change->person_id = row->person_id;
    if (!insert_message(a, &message, &id, error))
        return FALSE;
    note_own(change, id, &message);
    return apply_early(a, id, message.wamid, message.token, error);
}
