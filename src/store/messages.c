// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/messages.h"

#include "core/feed.h"
#include "core/payload.h"
#include "store/batch-private.h"
#include "store/batch.h"
#include "store/db.h"
#include "store/feed.h"
#include "store/find.h"
#include "store/media.h"
#include "store/refer.h"
#include "store/rows.h"
#include "store/untold.h"

/* A file of the history may come as the other side's (Meta: webhooks/reference/history). */
static gboolean
find_placeholder(CoexApply *a, CoexFindKey key, CoexStored *ret_known, GError **error)
{
    key.inbound = !key.inbound;
    if (!coex_find_message(a->db, &key, ret_known, error))
        return FALSE;
    if (ret_known->kind != COEX_CONTENT_PLACEHOLDER)
        coex_stored_clear(ret_known);
    return TRUE;
}

static gboolean
find_known(CoexApply *a, const CoexNewMessage *message, CoexStored *ret_known, GError **error)
{
    const CoexFindKey key = { .account_id = a->change->account_id,
                              .person_id = message->person_id,
                              .wamid = message->wamid,
                              .token = message->token,
                              .inbound = message->direction == COEX_INBOUND,
                              .reach =
                                  message->person_id > 0 ? COEX_REACH_ID : COEX_REACH_ACCOUNT };
    if (!coex_find_message(a->db, &key, ret_known, error))
        return FALSE;
    return ret_known->id != 0 || !message->past || message->content->kind != COEX_CONTENT_MEDIA ||
           find_placeholder(a, key, ret_known, error);
}

static CoexState
first_state(const CoexNewMessage *message)
{
    if (message->direction == COEX_INBOUND)
        return COEX_STATE_UNKNOWN;
    if (message->past)
        return message->past_state;
    return message->direction == COEX_ECHO ? COEX_STATE_SENT : COEX_STATE_PENDING;
}

static gboolean
insert_message(CoexApply *a, const CoexNewMessage *message, gint64 *ret_id, GError **error)
{
    CoexState state = first_state(message);
    const CoexOutboxRow copy = { .local_id = (char *)message->local_id,
                                 .template_name = (char *)message->template_name };
    const CoexOutboxRow *row = message->row != NULL ? message->row : &copy;
    const char *type = message->local_id != NULL ? COEX_UNTOLD : message->content->type;
    g_autofree char *context_token = coex_wamid_dup_token(message->context);
    if (!coex_db_run(
            a->db,
            "INSERT INTO messages(account, person, direction, wamid, token, time, kind, type, text,"
            " state, state_at, local_id, template_name, template_language, template_values, lacks,"
            " origin, context, context_token, past, said, payload)"
            " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            COEX_VALUES(coex_int(a->change->account_id), coex_int(message->person_id),
                        coex_int(message->direction), coex_text(message->wamid),
                        coex_text(message->token), coex_int(message->time),
                        coex_int(message->content->kind), coex_text(type),
                        coex_text(message->content->text), coex_int(state), coex_int(message->time),
                        coex_text(row->local_id), coex_text(row->template_name),
                        coex_text(row->template_language), coex_text(row->template_values),
                        coex_int(coex_content_get_lack(message->content)), coex_text(row->origin),
                        coex_text(message->context), coex_text(context_token),
                        coex_int(message->past), coex_text(message->ad_click),
                        coex_text(row->payload != NULL ? row->payload->json : NULL)),
            error))
        return FALSE;
    *ret_id = coex_db_last_id(a->db);
    return TRUE;
}

/* What WhatsApp says of a person is not that person's word, so that nobody can make such a line by
 * typing it. */
static CoexFeedKind
feed_kind(const CoexNewMessage *message)
{
    if (message->content->kind == COEX_CONTENT_SYSTEM)
        return COEX_FEED_NOTICE;
    return message->direction == COEX_ECHO ? COEX_FEED_ECHO : COEX_FEED_INBOUND;
}

static CoexMedia *
get_media(const CoexContent *content)
{
    if (content->kind == COEX_CONTENT_CONTACTS)
        return content->cards;
    return content->kind == COEX_CONTENT_MEDIA ? content->media : NULL;
}

static gboolean
put_media(CoexApply *a, gint64 id, const CoexNewMessage *message, GError **error)
{
    const CoexMedia *media = get_media(message->content);

    return media == NULL ||
           (coex_media_put(a->db, id, media, error) &&
            (!message->past || coex_media_set_state(a->db, id, COEX_MEDIA_OFFERED, NULL, error)));
}

/* @known: the message, and whom it is from or to. */
static gboolean
feed_message(CoexApply *a, const CoexStored *known, const CoexNewMessage *message, GError **error)
{
    const char *told = message->content->text;
    g_autofree char *quote = NULL;
    g_autofree char *text = NULL;
    if (told == NULL || *told == '\0' || message->direction == COEX_OUTBOUND)
        return TRUE;
    if (!coex_refer_catch_up(a, known, message, &text, error) ||
        !coex_refer_quote(a, message, &quote, error))
        return FALSE;
    if (text == NULL)
        return TRUE;
    const CoexFeedItem line = { .person_id = known->person_id,
                                .kind = feed_kind(message),
                                .time = message->time,
                                .text = text,
                                .message_id = known->id,
                                .quote = quote,
                                .media = get_media(message->content) };
    return coex_apply_feed(a, &line, error);
}

/* Its line, or what it makes of the message that it is about. */
static gboolean
tell(CoexApply *a, const CoexStored *known, const CoexNewMessage *message, GError **error)
{
    if (message->local_id != NULL)
        return TRUE;
    /* before the words that may answer it */
    CoexUntold untold = a->quiet || message->content->kind == COEX_CONTENT_SYSTEM
                            ? COEX_UNTOLD_NOTHING
                            : message->untold;
    if (untold != COEX_UNTOLD_NOTHING && !coex_apply_untold(a, known->person_id, untold, error))
        return FALSE;
    if (coex_content_get_target(message->content, NULL))
        return coex_refer_apply(a, known->id, message, error);
    return put_media(a, known->id, message, error) && feed_message(a, known, message, error);
}

/* What the first version lacked; an edit that came meanwhile is newer. Of the two times that the
 * history tells the first one stands among the others. */
static gboolean
complete(CoexApply *a, const CoexStored *known, const CoexNewMessage *message, GError **error)
{
    g_autofree char *context_token = coex_wamid_dup_token(message->context);
    return coex_db_run(
        a->db,
        "UPDATE messages SET kind = ?1, type = ?2, time = ?4, lacks = ?5, context = ?6,"
        " context_token = ?7, said = coalesce(?9, said), text = CASE WHEN changed_at > 0 THEN text "
        "ELSE ?3 END,"
        " old_text = CASE WHEN changed_at > 0 THEN ?3 END WHERE id = ?8",
        COEX_VALUES(coex_int(message->content->kind), coex_text(message->content->type),
                    coex_text(message->content->text),
                    coex_int(message->past ? known->time : message->time),
                    coex_int(coex_content_get_lack(message->content)), coex_text(message->context),
                    coex_text(context_token), coex_int(known->id), coex_text(message->ad_click)),
        error);
}

static void
note_own(CoexChange *change, gint64 id, const CoexNewMessage *message)
{
    if (message->direction == COEX_INBOUND)
        return;
    change->result.text = g_strdup(message->content->text);
    if (coex_content_get_target(message->content, NULL))
        return;
    change->result.message_id = id;
    change->result.state = first_state(message);
    change->result.is_from_here = message->direction == COEX_OUTBOUND;
}

/* The history knows it too; a failure that was told ends with what tells of that. */
static gboolean
merge_past(CoexApply *a, const CoexStored *known, const CoexNewMessage *message, GError **error)
{
    CoexState state = first_state(message);
    if (known->state == COEX_STATE_FAILED || known->state == COEX_STATE_UNCONFIRMED ||
        state == COEX_STATE_FAILED || !coex_state_advances(known->state, state))
        return TRUE;
    return coex_db_run(a->db, "UPDATE messages SET state = ? WHERE id = ?",
                       COEX_VALUES(coex_int(state), coex_int(known->id)), error);
}

/* WhatsApp's echo of what another desk sent came before its copy, and was shown. */
static gboolean
complete_copy(CoexApply *a, const CoexStored *known, const CoexNewMessage *message, GError **error)
{
    if (message->template_name == NULL || known->local_id != NULL)
        return TRUE;
    if (message->local_id != NULL)
        a->change->result.outcome = COEX_CHANGED;
    return coex_db_run(a->db,
                       "UPDATE messages SET template_name = ?1, local_id = ?2,"
                       " type = CASE WHEN ?2 IS NULL THEN type ELSE ?3 END"
                       " WHERE id = ?4 AND direction = ?5",
                       COEX_VALUES(coex_text(message->template_name), coex_text(message->local_id),
                                   coex_text(COEX_UNTOLD_NO_MORE), coex_int(known->id),
                                   coex_int(COEX_ECHO)),
                       error);
}

static gboolean
apply_again(CoexApply *a, const CoexStored *known, const CoexNewMessage *message, GError **error)
{
    CoexChange *change = a->change;
    gboolean is_more = coex_content_get_lack(message->content) < known->lacks;
    change->result.person_id = known->person_id;
    change->result.outcome = is_more ? COEX_REPLACED : COEX_DUPLICATE;
    if ((message->past && !merge_past(a, known, message, error)) ||
        (is_more && !complete(a, known, message, error)) ||
        !complete_copy(a, known, message, error))
        return FALSE;
    return !is_more || tell(a, known, message, error);
}

/* It was in the history before it came as new. */
static gboolean
apply_anew(CoexApply *a, const CoexStored *known, const CoexNewMessage *message, GError **error)
{
    CoexChange *change = a->change;
    change->result.person_id = known->person_id;
    change->result.outcome = COEX_ADDED;
    note_own(change, known->id, message);
    return coex_db_run(a->db, "UPDATE messages SET past = 0 WHERE id = ?",
                       COEX_VALUES(coex_int(known->id)), error) &&
           (coex_content_get_lack(message->content) >= known->lacks ||
            complete(a, known, message, error)) &&
           complete_copy(a, known, message, error) && tell(a, known, message, error);
}

static gboolean
apply_first(CoexApply *a, const CoexNewMessage *message, GError **error)
{
    CoexChange *change = a->change;
    g_auto(CoexStored) known = { .person_id = message->person_id };
    change->result.outcome = message->person_id > 0 ? COEX_ADDED : COEX_UNKNOWN;
    change->result.person_id = message->person_id;
    if (message->person_id == 0)
        return TRUE;
    if (!insert_message(a, message, &known.id, error))
        return FALSE;
    note_own(change, known.id, message);
    return tell(a, &known, message, error) &&
           (message->direction == COEX_INBOUND || message->past ||
            coex_apply_early(a, known.id, message->wamid, message->token, error));
}

gboolean
coex_apply_message(CoexApply *a, GError **error)
{
    const CoexChange *change = a->change;
    const CoexMessage *source = change->message.message;
    const char *context = source->context_wamid;
    coex_content_get_target(&source->content, &context);
    const CoexNewMessage message = { .person_id = change->message.person_id,
                                     .direction = source->direction,
                                     .wamid = source->wamid,
                                     .token = source->token != NULL ? source->token : source->wamid,
                                     .time = change->message.time,
                                     .context = context,
                                     .content = &source->content,
                                     .past = change->message.past,
                                     .ad_click = source->ad_click,
                                     .past_state = source->past_state,
                                     .untold = change->message.untold,
                                     .local_id = source->local_id,
                                     .template_name = source->template_name };
    g_auto(CoexStored) known = { 0 };
    if (!find_known(a, &message, &known, error))
        return FALSE;
    a->quiet = message.past;
    if (known.id == 0)
        return apply_first(a, &message, error);
    return known.past && !message.past ? apply_anew(a, &known, &message, error)
                                       : apply_again(a, &known, &message, error);
}

/* What is in @row: its strings are the row's, or those of what its payload says, @made. */
static CoexContent
get_content(const CoexOutboxRow *row, const CoexMessage *made)
{
    CoexContent content = { .kind = COEX_CONTENT_TEXT, .type = (char *)"text", .text = row->text };

    if (made != NULL) {
        content = made->content;
        content.text = row->text;
        content.media = NULL; /* what is at an address never came here */
        return content;
    }
    if (row->template_name != NULL)
        content.type = (char *)"template";
    if (row->media == NULL)
        return content;
    content.kind = COEX_CONTENT_MEDIA;
    content.type = (char *)coex_media_get_type(row->media->kind);
    content.media = row->media;
    return content;
}

/* The copy of it that waited here is gone then: it can be had from WhatsApp. */
static gboolean
put_own_media(CoexApply *a, gint64 id, const CoexNewMessage *message, GError **error)
{
    return message->row->media == NULL ||
           (put_media(a, id, message, error) &&
            coex_media_set_state(a->db, id, COEX_MEDIA_OFFERED, NULL, error));
}

/* An echo told of it first. */
static gboolean
complete_own(CoexApply *a, const CoexStored *known, const CoexNewMessage *message, GError **error)
{
    const CoexOutboxRow *row = message->row;
    g_autofree char *context_token = coex_wamid_dup_token(row->context);
    if (known->lacks != COEX_LACKS_NOTHING && !complete(a, known, message, error))
        return FALSE;
    return coex_db_run(a->db,
                       "UPDATE messages SET local_id = ?, type = ?, template_name = ?,"
                       " template_language = ?, template_values = ?, origin = ?, payload = ?,"
                       " context = coalesce(context, ?), context_token = coalesce(context_token, ?)"
                       " WHERE id = ? AND local_id IS NULL",
                       COEX_VALUES(coex_text(row->local_id), coex_text(message->content->type),
                                   coex_text(row->template_name), coex_text(row->template_language),
                                   coex_text(row->template_values), coex_text(row->origin),
                                   coex_text(row->payload != NULL ? row->payload->json : NULL),
                                   coex_text(row->context), coex_text(context_token),
                                   coex_int(known->id)),
                       error);
}

/* A mark's line says what it is on; a message's was shown when it was typed. */
static gboolean
tell_own(CoexApply *a, gint64 id, const CoexNewMessage *message, GError **error)
{
    return !coex_content_get_target(message->content, NULL) ||
           coex_refer_apply(a, id, message, error);
}

gboolean
coex_apply_accepted(CoexApply *a, GError **error)
{
    CoexChange *change = a->change;
    const CoexOutboxRow *row = change->outbox.row;
    g_autofree char *token = coex_wamid_dup_token(change->outbox.wamid);
    g_autoptr(CoexMessage) made =
        row->payload != NULL ? coex_payload_make_message(row->payload) : NULL;
    const CoexContent content = get_content(row, made);
    const CoexNewMessage message = { .person_id = row->person_id,
                                     .direction = COEX_OUTBOUND,
                                     .wamid = change->outbox.wamid,
                                     .token = token,
                                     .time = change->outbox.now,
                                     .context = row->context,
                                     .content = &content,
                                     .row = row };
    g_auto(CoexStored) known = { 0 };
    if (!find_known(a, &message, &known, error))
        return FALSE;

    if (known.id != 0) {
        change->result.outcome = COEX_DUPLICATE;
        change->result.person_id = known.person_id;
        change->result.message_id = known.id;
        change->result.state = known.state;
        change->result.is_from_here = TRUE;
        change->result.text = g_strdup(row->text);
        return complete_own(a, &known, &message, error);
    }
    gint64 id = 0;
    change->result.outcome = COEX_ADDED;
    change->result.person_id = row->person_id;
    if (!insert_message(a, &message, &id, error) || !put_own_media(a, id, &message, error) ||
        !tell_own(a, id, &message, error))
        return FALSE;
    note_own(change, id, &message);
    return coex_apply_early(a, id, message.wamid, message.token, error);
}
