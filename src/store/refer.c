// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/refer.h"

#include "core/feed.h"
#include "core/text.h"
#include "core/words.h"
#include "store/batch-private.h"
#include "store/db.h"
#include "store/feed.h"
#include "store/find.h"
#include "store/media.h"

#define QUOTE_MAX 50 /* characters, so that it stays one line everywhere */
#define EMOJI_MAX 16

/* ---- what it is about ---- */

static CoexReference
get_reference(const CoexApply *a, const CoexNewMessage *message)
{
    return (CoexReference){ .account_id = a->change->account_id,
                            .person_id = message->person_id,
                            .wamid = message->context,
                            .from_them = message->direction == COEX_INBOUND };
}

static gboolean
is_about(CoexContentKind kind)
{
    return kind == COEX_CONTENT_REACTION || kind == COEX_CONTENT_EDIT ||
           kind == COEX_CONTENT_REVOKE;
}

/* What they wrote, or what we did. */
static gboolean
find(CoexDb *db, const CoexReference *reference, gboolean inbound, CoexStored *ret_stored,
     GError **error)
{
    g_autofree char *token = coex_wamid_dup_token(reference->wamid);
    const CoexFindKey key = { .account_id = reference->account_id,
                              .person_id = reference->person_id,
                              .wamid = reference->wamid,
                              .token = token,
                              .inbound = inbound,
                              .reach = COEX_REACH_CONVERSATION };
    if (reference->wamid != NULL && !coex_find_message(db, &key, ret_stored, error))
        return FALSE;
    /* A line of ours about a message is none itself. */
    if (is_about(ret_stored->kind))
        coex_stored_clear(ret_stored);
    return TRUE;
}

/* Of the same side: nobody changes what the other one wrote. */
static gboolean
find_own(CoexApply *a, const CoexNewMessage *message, CoexStored *ret_stored, GError **error)
{
    const CoexReference reference = get_reference(a, message);
    return find(a->db, &reference, reference.from_them, ret_stored, error);
}

/* Whoever wrote it. */
static gboolean
find_any(CoexDb *db, const CoexReference *reference, CoexStored *ret_stored, GError **error)
{
    return find(db, reference, !reference->from_them, ret_stored, error) &&
           (ret_stored->id != 0 || find(db, reference, reference->from_them, ret_stored, error));
}

/* What somebody wrote, within a line of ours: it is one line, and does not end the quotation. */
static char *
dup_said(const char *text, guint max_chars)
{
    g_autofree char *line = coex_text_excerpt(text, max_chars);
    GString *said = g_string_new(line);

    g_string_replace(said, "“", "\"", 0);
    g_string_replace(said, "”", "\"", 0);
    return g_string_free(said, FALSE);
}

static char *
dup_words(const CoexStored *stored)
{
    g_autofree char *words = dup_said(stored->text, QUOTE_MAX);

    if (stored->id == 0)
        return g_strdup(_("[a message not seen here]"));
    /* Translators: %s is the first words of a message */
    return stored->deleted_at > 0 ? coex_say(_("[deleted] %s"), words) : g_steal_pointer(&words);
}

gboolean
coex_refer_read_quote(CoexDb *db, const CoexReference *reference, char **ret_quote, GError **error)
{
    g_auto(CoexStored) quoted = { 0 };
    if (!find_any(db, reference, &quoted, error))
        return FALSE;
    *ret_quote = dup_words(&quoted);
    return TRUE;
}

gboolean
coex_refer_quote(CoexApply *a, const CoexNewMessage *message, char **ret_quote, GError **error)
{
    const CoexReference reference = get_reference(a, message);
    return message->context == NULL || coex_refer_read_quote(a->db, &reference, ret_quote, error);
}

static char *
dup_quoted(const char *words)
{
    /* Translators: what somebody wrote, within a sentence */
    return coex_say(_("“%s”"), words);
}

/* Within a sentence: “first words”, or that it is not here. */
static char *
dup_object(const CoexStored *stored)
{
    g_autofree char *words = dup_words(stored);
    return stored->id == 0 ? g_steal_pointer(&words) : dup_quoted(words);
}

/* ---- what is said of it ---- */

/* Writes into the row what it says, and what stands in the history for it. */
static gboolean
put_row(CoexApply *a, gint64 id, const char *said, const char *text, GError **error)
{
    return coex_db_run(a->db, "UPDATE messages SET said = ?, text = ? WHERE id = ?",
                       COEX_VALUES(coex_text(said), coex_text(text), coex_int(id)), error);
}

static gboolean
feed(CoexApply *a, const CoexNewMessage *message, gint64 about, const char *text, GError **error)
{
    const CoexFeedItem line = { .person_id = message->person_id,
                                .kind = COEX_FEED_RECORD,
                                .flags = message->direction == COEX_INBOUND ? COEX_LINE_THEIRS : 0,
                                .time = message->time,
                                .text = (char *)text,
                                .message_id = about };
    return coex_apply_feed(a, &line, error);
}

/* Of what nobody at the phone did, who did it stands before. */
static char *
dup_author(const CoexNewMessage *message)
{
    const char *text = message->content->text;
    gsize length =
        message->direction == COEX_ECHO && text != NULL ? coex_echo_get_mark_length(text) : 0;
    return g_strndup(text, length);
}

/* Whose doing a line tells. */
typedef enum {
    WHO_THEY,
    WHO_YOU,
    WHO_PHONE,
    WHO_NAMED, /* stands before the line */
} Who;

static Who
get_who(const CoexNewMessage *message, const char *author)
{
    if (message->direction == COEX_INBOUND)
        return WHO_THEY;
    if (message->direction == COEX_OUTBOUND)
        return WHO_YOU;
    return *author == '\0' ? WHO_PHONE : WHO_NAMED;
}

/* All of one kind and way that are about one message; 5 is COEX_STATE_FAILED. */
#define OF_TARGET                                                                                  \
    " WHERE account = ?1 AND person = ?2 AND context_token = ?3 AND kind IN (4, 10, 11)"
#define ABOUT OF_TARGET " AND kind = ?4 AND (direction = 0) = ?5 AND state <> 5"

/* The first row of @query, which is reset: what it says, and when; 0 for none. */
static gboolean
read_said(CoexApply *a, sqlite3_stmt *query, char **ret_said, gint64 *ret_time, GError **error)
{
    CoexStep step = query != NULL ? coex_db_step(a->db, query, error) : COEX_STEP_FAILED;
    *ret_time = 0;
    if (step != COEX_STEP_ROW)
        return step == COEX_STEP_DONE;
    *ret_said = coex_db_dup_text(query, 0);
    *ret_time = MAX(sqlite3_column_int64(query, 1), 1);
    sqlite3_reset(query);
    return TRUE;
}

/* The newest one of its kind, way and target before it: @ret_time 0 for none. In the order of a
 * bare `time` all that the person ever wrote would be looked through for it. */
static gboolean
find_last(CoexApply *a, gint64 id, const CoexNewMessage *message, char **ret_said, gint64 *ret_time,
          GError **error)
{
    g_autofree char *token = coex_wamid_dup_token(message->context);
    sqlite3_stmt *query =
        coex_db_query(a->db,
                      "SELECT said, time FROM messages" ABOUT
                      " AND id <> ?6 ORDER BY +time DESC, id DESC LIMIT 1",
                      COEX_VALUES(coex_int(a->change->account_id), coex_int(message->person_id),
                                  coex_text(token), coex_int(message->content->kind),
                                  coex_int(message->direction == COEX_INBOUND), coex_int(id)),
                      error);
    return read_said(a, query, ret_said, ret_time, error);
}

/* ---- reactions ---- */

static char *
dup_reacted(Who who, const char *emoji, const char *object)
{
    switch (who) {
    case WHO_THEY:
        /* Translators: an emoji, and the message, as “first words” with the marks; also below */
        return coex_say(_("They reacted with %s to %s."), emoji, object);
    case WHO_YOU:
        return coex_say(_("You reacted with %s to %s."), emoji, object);
    case WHO_PHONE:
        return coex_say(_("Reacted on the phone with %s to %s."), emoji, object);
    case WHO_NAMED:
        break;
    }
    /* Translators: who it was stands before it, as in “[desk Anna] Reacted with …” */
    return coex_say(_("Reacted with %s to %s."), emoji, object);
}

static char *
dup_took_back(Who who, const char *emoji, const char *object)
{
    switch (who) {
    case WHO_THEY:
        return coex_say(_("They took back their reaction %s to %s."), emoji, object);
    case WHO_YOU:
        return coex_say(_("You took back your reaction %s to %s."), emoji, object);
    case WHO_PHONE:
        return coex_say(_("Took back on the phone the reaction %s to %s."), emoji, object);
    case WHO_NAMED:
        break;
    }
    /* Translators: who it was stands before it */
    return coex_say(_("Took back the reaction %s to %s."), emoji, object);
}

/* Which one is not known. */
static char *
dup_took_some_back(Who who, const char *object)
{
    switch (who) {
    case WHO_THEY:
        return coex_say(_("They took back their reaction to %s."), object);
    case WHO_YOU:
        return coex_say(_("You took back your reaction to %s."), object);
    case WHO_PHONE:
        return coex_say(_("Took back on the phone the reaction to %s."), object);
    case WHO_NAMED:
        break;
    }
    /* Translators: who it was stands before it */
    return coex_say(_("Took back the reaction to %s."), object);
}

char *
coex_refer_dup_own(const char *emoji, const char *words)
{
    g_autofree char *object = dup_quoted(words);
    return emoji != NULL ? dup_reacted(WHO_YOU, emoji, object)
                         : dup_took_some_back(WHO_YOU, object);
}

static char *
dup_reaction(const CoexNewMessage *message, const char *emoji, const char *before,
             const CoexStored *target)
{
    g_autofree char *object = dup_object(target);
    g_autofree char *author = dup_author(message);
    Who who = get_who(message, author);
    g_autofree char *line = emoji != NULL    ? dup_reacted(who, emoji, object)
                            : before != NULL ? dup_took_back(who, before, object)
                                             : dup_took_some_back(who, object);
    return g_strconcat(author, line, NULL);
}

/* What one side has done to a message in this batch. */
typedef struct {
    char *before; /* the reaction that was told last before it, NULL */
    char *line;   /* NULL: nothing has to be told */
    gint64 row;
    gint64 time;
} Side;

typedef struct {
    CoexChange *change; /* the last one about it */
    gint64 person_id;
    gint64 about;
    Side sides[2]; /* theirs, ours */
} Reactions;

static void
free_reactions(gpointer data)
{
    Reactions *reactions = data;
    for (guint i = 0; i < G_N_ELEMENTS(reactions->sides); i++) {
        g_free(reactions->sides[i].before);
        g_free(reactions->sides[i].line);
    }
    g_free(reactions);
}

/* To which message of whose; NULL for what is none. */
static char *
dup_key(const CoexChange *change)
{
    const CoexMessage *message =
        change->kind == COEX_CHANGE_MESSAGE ? change->message.message : NULL;
    const char *context = NULL;
    if (message == NULL || message->content.kind != COEX_CONTENT_REACTION || change->message.past ||
        !coex_content_get_target(&message->content, &context) || context == NULL)
        return NULL;
    g_autofree char *token = coex_wamid_dup_token(context);
    return g_strdup_printf("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %s", change->account_id,
                           change->message.person_id, token);
}

GHashTable *
coex_refer_plan(CoexBatch *batch)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = batch->changes->len; i > 0; i--) {
        CoexChange *change = g_ptr_array_index(batch->changes, i - 1);
        char *key = dup_key(change);
        if (key != NULL)
            change->message.more = !g_hash_table_add(seen, key);
    }
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_reactions);
}

static gboolean
tell_reactions(CoexApply *a, const Reactions *reactions, GError **error)
{
    const Side *theirs = &reactions->sides[0];
    const Side *ours = &reactions->sides[1];
    gboolean theirs_first = theirs->time <= ours->time;
    const char *first = theirs_first ? theirs->line : ours->line;
    const char *second = theirs_first ? ours->line : theirs->line;
    g_autofree char *text =
        g_strdup_printf("%s%s%s", first != NULL ? first : "",
                        first != NULL && second != NULL ? " " : "", second != NULL ? second : "");
    const CoexFeedItem line = { .person_id = reactions->person_id,
                                .kind = COEX_FEED_RECORD,
                                .flags = theirs->line != NULL ? COEX_LINE_THEIRS : 0,
                                .time = MAX(theirs->time, ours->time),
                                .text = text,
                                .message_id = reactions->about };
    a->change = reactions->change;
    return *text == '\0' || coex_apply_feed(a, &line, error);
}

gboolean
coex_refer_tell_rest(CoexApply *a, GError **error)
{
    GHashTableIter iter;
    gpointer reactions;
    g_hash_table_iter_init(&iter, a->reactions);
    while (g_hash_table_iter_next(&iter, NULL, &reactions)) {
        if (!tell_reactions(a, reactions, error))
            return FALSE;
    }
    return TRUE;
}

static Reactions *
get_reactions(CoexApply *a, const char *key, const CoexNewMessage *message, gint64 about)
{
    Reactions *reactions = g_hash_table_lookup(a->reactions, key);
    if (reactions == NULL) {
        reactions = g_new0(Reactions, 1);
        g_hash_table_insert(a->reactions, g_strdup(key), reactions);
    }
    reactions->change = a->change;
    reactions->person_id = message->person_id;
    reactions->about = about;
    return reactions;
}

/* The row of one that is overtaken in the same line stands in no history. */
static gboolean
replace_line(CoexApply *a, Side *side, gint64 id, const CoexNewMessage *message, char *line,
             GError **error)
{
    gint64 overtaken = side->line != NULL ? side->row : 0;
    g_free(side->line);
    side->line = line;
    side->row = id;
    side->time = message->time;
    return overtaken == 0 || coex_db_run(a->db, "UPDATE messages SET text = NULL WHERE id = ?",
                                         COEX_VALUES(coex_int(overtaken)), error);
}

/* @before: what it takes the place of. */
static gboolean
note_reaction(CoexApply *a, gint64 id, const CoexNewMessage *message, const char *emoji,
              const char *before, GError **error)
{
    g_auto(CoexStored) target = { 0 };
    const CoexReference reference = get_reference(a, message);
    g_autofree char *key = dup_key(a->change);
    if (!find_any(a->db, &reference, &target, error))
        return FALSE;
    if (key == NULL) {
        g_autofree char *line = dup_reaction(message, emoji, before, &target);
        return put_row(a, id, emoji, line, error) && feed(a, message, target.id, line, error);
    }
    Reactions *reactions = get_reactions(a, key, message, target.id);
    Side *side = &reactions->sides[message->direction == COEX_INBOUND ? 0 : 1];
    if (side->row == 0)
        side->before = g_strdup(before);
    else if (side->before != NULL)
        before = side->before;
    g_autofree char *line = side->row != 0 && g_strcmp0(side->before, emoji) == 0 && emoji != NULL
                                ? NULL
                                : dup_reaction(message, emoji, before, &target);
    return put_row(a, id, emoji, line, error) &&
           replace_line(a, side, id, message, g_steal_pointer(&line), error);
}

/* With the last one of the batch to the same message. */
static gboolean
finish_reactions(CoexApply *a, GError **error)
{
    g_autofree char *key = a->change->message.more ? NULL : dup_key(a->change);
    const Reactions *reactions = key != NULL ? g_hash_table_lookup(a->reactions, key) : NULL;
    if (reactions == NULL)
        return TRUE;
    if (!tell_reactions(a, reactions, error))
        return FALSE;
    g_hash_table_remove(a->reactions, key);
    return TRUE;
}

/* One of each side at a time: another one takes the place of the first. */
static gboolean
apply_reaction(CoexApply *a, gint64 id, const CoexNewMessage *message, GError **error)
{
    const char *told = message->content->reaction.emoji;
    g_autofree char *emoji = told != NULL ? coex_text_excerpt(told, EMOJI_MAX) : NULL;
    g_autofree char *before = NULL;
    gint64 before_at = 0;
    if (!find_last(a, id, message, &before, &before_at, error))
        return FALSE;
    gboolean known = message->context != NULL && before_at > 0 &&
                     message->direction != COEX_OUTBOUND &&
                     (before_at > message->time || g_strcmp0(before, emoji) == 0);
    if (known ? !put_row(a, id, emoji, NULL, error)
              : !note_reaction(a, id, message, emoji, before, error))
        return FALSE;
    return finish_reactions(a, error);
}

/* ---- edits ---- */

/* What stands there from now on; NULL where that is not told. */
static const char *
get_new_text(const CoexNewMessage *message)
{
    const CoexContent *now = message->content->edit.now;
    return now != NULL && coex_content_get_lack(now) == COEX_LACKS_NOTHING &&
                   !coex_content_get_target(now, NULL)
               ? now->text
               : NULL;
}

/* Into what is not told. */
static char *
dup_edited(Who who, const CoexStored *target)
{
    gboolean is_seen = target->id != 0;
    g_autofree char *words = dup_words(target);
    if (who == WHO_THEY)
        return is_seen ? coex_say(_("They edited “%s”: look at it on the phone."), words)
                       : g_strdup(_("They edited a message: look at it on the phone."));
    if (who == WHO_PHONE)
        return is_seen ? coex_say(_("Edited on the phone “%s”: look at it on the phone."), words)
                       : g_strdup(_("Edited on the phone a message: look at it on the phone."));
    /* Translators: who it was stands before it, also in the next one */
    return is_seen ? coex_say(_("Edited “%s”: look at it on the phone."), words)
                   : g_strdup(_("Edited a message: look at it on the phone."));
}

static char *
dup_edited_to(Who who, const char *text, const CoexStored *target)
{
    g_autofree char *object = dup_object(target);
    g_autofree char *said = dup_said(text, G_MAXINT);
    if (who == WHO_THEY)
        /* Translators: the new text, and the one before as “words” with the marks; also below */
        return coex_say(_("They edited: “%s” (before: %s)."), said, object);
    if (who == WHO_PHONE)
        return coex_say(_("Edited on the phone: “%s” (before: %s)."), said, object);
    /* Translators: who it was stands before it */
    return coex_say(_("Edited: “%s” (before: %s)."), said, object);
}

static char *
dup_edit(const CoexNewMessage *message, const char *text, const CoexStored *target)
{
    g_autofree char *author = dup_author(message);
    Who who = get_who(message, author);
    g_autofree char *line =
        text != NULL ? dup_edited_to(who, text, target) : dup_edited(who, target);
    return g_strconcat(author, line, NULL);
}

/* The first text stays beside the newest. A message whose content never came has it now. */
static gboolean
change_text(CoexApply *a, gint64 id, const char *text, gint64 time, GError **error)
{
    return coex_db_run(a->db,
                       "UPDATE messages SET old_text = coalesce(old_text, text), text = ?,"
                       " changed_at = max(changed_at, ?) WHERE id = ?",
                       COEX_VALUES(coex_text(text), coex_int(time), coex_int(id)), error);
}

static gboolean
change_caption(CoexApply *a, gint64 id, const CoexContent *now, GError **error)
{
    if (now->kind != COEX_CONTENT_MEDIA || now->media == NULL)
        return TRUE;
    return coex_db_run(a->db, "UPDATE media SET caption = ? WHERE message = ?",
                       COEX_VALUES(coex_text(now->media->caption), coex_int(id)), error);
}

static gboolean
apply_edit_to(CoexApply *a, gint64 id, const CoexNewMessage *message, const CoexStored *target,
              GError **error)
{
    const char *text = get_new_text(message);
    gboolean stale = target->deleted_at > 0 || target->changed_at > message->time;
    if (!put_row(a, id, NULL, NULL, error))
        return FALSE;
    if (stale)
        return TRUE;
    g_autofree char *line = dup_edit(message, text, target);
    if (text == NULL)
        return put_row(a, id, NULL, line, error) && feed(a, message, target->id, line, error);
    if (!change_text(a, target->id, text, message->time, error) ||
        !change_caption(a, target->id, message->content->edit.now, error))
        return FALSE;
    a->change->result.edited_id = message->direction != COEX_INBOUND ? target->id : 0;
    return g_strcmp0(text, target->text) == 0 || feed(a, message, target->id, line, error);
}

static gboolean
apply_edit(CoexApply *a, gint64 id, const CoexNewMessage *message, GError **error)
{
    const char *text = get_new_text(message);
    g_autofree char *before = NULL;
    gint64 before_at = 0;
    g_auto(CoexStored) target = { 0 };
    if (!find_own(a, message, &target, error))
        return FALSE;
    if (target.id != 0)
        return apply_edit_to(a, id, message, &target, error);
    if (!find_last(a, id, message, &before, &before_at, error))
        return FALSE;
    if (message->context != NULL && before_at > 0 &&
        (before_at > message->time || g_strcmp0(before, text) == 0))
        return put_row(a, id, NULL, NULL, error);
    g_autofree char *line = dup_edit(message, text, &target);
    return put_row(a, id, text, line, error) && feed(a, message, 0, line, error);
}

/* ---- withdrawals ---- */

static gboolean
mark_deleted(CoexApply *a, gint64 id, gint64 time, GError **error)
{
    return coex_db_run(a->db, "UPDATE messages SET deleted_at = ? WHERE id = ?",
                       COEX_VALUES(coex_int(time), coex_int(id)), error);
}

static char *
dup_revoke(const CoexNewMessage *message, const char *object)
{
    g_autofree char *author = dup_author(message);
    if (message->direction == COEX_INBOUND)
        /* Translators: %s is the message, as “first words” with the marks; so in the next two */
        return coex_say(_("They deleted %s."), object);
    if (*author == '\0')
        return coex_say(_("Deleted on the phone: %s."), object);
    g_autofree char *line = coex_say(_("Deleted: %s."), object);
    return g_strconcat(author, line, NULL);
}

static gboolean
apply_revoke(CoexApply *a, gint64 id, const CoexNewMessage *message, GError **error)
{
    g_autofree char *before = NULL;
    gint64 before_at = 0;
    g_auto(CoexStored) target = { 0 };
    if (!find_own(a, message, &target, error) ||
        !find_last(a, id, message, &before, &before_at, error))
        return FALSE;
    if (target.deleted_at > 0 || (target.id == 0 && message->context != NULL && before_at > 0))
        return put_row(a, id, NULL, NULL, error);
    g_autofree char *object = dup_object(&target);
    g_autofree char *line = dup_revoke(message, object);
    return put_row(a, id, NULL, target.id == 0 ? line : NULL, error) &&
           (target.id == 0 || mark_deleted(a, target.id, message->time, error)) &&
           feed(a, message, target.id, line, error);
}

gboolean
coex_refer_apply(CoexApply *a, gint64 id, const CoexNewMessage *message, GError **error)
{
    if (message->content->kind == COEX_CONTENT_REACTION)
        return apply_reaction(a, id, message, error);
    if (message->content->kind == COEX_CONTENT_EDIT)
        return apply_edit(a, id, message, error);
    return apply_revoke(a, id, message, error);
}

/* ---- what came before its message ---- */

/* The text and the time of the newest one that waits; and none of them waits any more. */
static gboolean
take_waiting(CoexApply *a, const CoexNewMessage *message, CoexContentKind kind, char **ret_said,
             gint64 *ret_time, GError **error)
{
    const CoexValue values[] = { coex_int(a->change->account_id), coex_int(message->person_id),
                                 coex_text(message->token), coex_int(kind),
                                 coex_int(message->direction == COEX_INBOUND) };
    sqlite3_stmt *query =
        coex_db_query(a->db,
                      "SELECT said, time FROM messages" ABOUT
                      " AND text IS NOT NULL ORDER BY said IS NULL, time DESC, id DESC LIMIT 1",
                      values, G_N_ELEMENTS(values), error);
    if (!read_said(a, query, ret_said, ret_time, error))
        return FALSE;
    if (*ret_time == 0)
        return TRUE;
    return coex_db_run(a->db, "UPDATE messages SET said = NULL, text = NULL" ABOUT, values,
                       G_N_ELEMENTS(values), error);
}

/* Hardly any message is waited for: this asks for no order, and is all that the others cost. */
static gboolean
is_waited_for(CoexApply *a, const CoexNewMessage *message, gboolean *ret_is, GError **error)
{
    gint64 found = 0;
    gboolean ok = coex_db_get_int(
        a->db,
        "SELECT 1 FROM messages" OF_TARGET
        " AND kind <> 4 AND (direction = 0) = ?4 AND text IS NOT NULL LIMIT 1",
        COEX_VALUES(coex_int(a->change->account_id), coex_int(message->person_id),
                    coex_text(message->token), coex_int(message->direction == COEX_INBOUND)),
        &found, error);

    *ret_is = found != 0;
    return ok;
}

static gboolean
show_deleted(CoexApply *a, gint64 id, const CoexNewMessage *message, GError **error)
{
    g_autofree char *said = dup_said(message->content->text, G_MAXINT);
    g_autofree char *object = dup_quoted(said);
    g_autofree char *line = dup_revoke(message, object);
    return feed(a, message, id, line, error);
}

gboolean
coex_refer_catch_up(CoexApply *a, const CoexStored *stored, const CoexNewMessage *message,
                    char **ret_text, GError **error)
{
    g_autofree char *ignored = NULL;
    g_autofree char *said = NULL;
    gint64 changed_at = 0;
    gint64 deleted_at = 0;
    gboolean waited = FALSE;
    if (!is_waited_for(a, message, &waited, error) ||
        (waited && !take_waiting(a, message, COEX_CONTENT_EDIT, &said, &changed_at, error)) ||
        (waited && !take_waiting(a, message, COEX_CONTENT_REVOKE, &ignored, &deleted_at, error)) ||
        (said != NULL && !change_text(a, stored->id, said, changed_at, error)) ||
        (deleted_at > 0 && !mark_deleted(a, stored->id, deleted_at, error)))
        return FALSE;
    if (said == NULL && stored->changed_at > 0)
        said = g_strdup(stored->text);
    if (deleted_at > 0 || stored->deleted_at > 0)
        return show_deleted(a, stored->id, message, error);
    /* The line of the edit has told it; a file has not been shown yet. */
    if (said == NULL || message->content->kind != COEX_CONTENT_TEXT)
        *ret_text = g_strdup(said != NULL ? said : message->content->text);
    return TRUE;
}
