// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "store/batch.h"
#include <glib.h>

/* Messages that are about another one: quotes, reactions, edits and withdrawals. The other is
 * looked for in the same conversation, by id and by token (the layout of a wamid). What changes a
 * message, or marks it, is a line of ours, told once however often it comes, and a change that
 * overtook its message waits for it. */

typedef struct CoexApply CoexApply;
typedef struct CoexBatch CoexBatch;
typedef struct CoexDb CoexDb;
typedef struct CoexOutboxRow CoexOutboxRow;
typedef struct CoexStored CoexStored;

/* A row of `messages` as it is to be written; borrowed strings. */
typedef struct {
    gint64 person_id;
    CoexDirection direction;
    const char *wamid;
    const char *token;
    gint64 time;
    const char *context; /* wamid of the message that it quotes, or is about; NULL */
    const CoexContent *content;
    const CoexOutboxRow *row; /* what it was in the outbox, NULL */
    const char *local_id;     /* of another desk's that many got, NULL */
    const char *template_name;
    const char *ad_click; /* of a customer's message, NULL */
    gboolean past;        /* of the phone's history, where it was in @past_state */
    CoexState past_state;
    CoexUntold untold; /* what comes before its line */
} CoexNewMessage;

/* First words of the message that @message quotes: NULL where it quotes none. Free with g_free().
 */
gboolean coex_refer_quote(CoexApply *apply, const CoexNewMessage *message, char **ret_quote,
                          GError **error);

/* Applies @message, a reaction, edit or withdrawal, stored as @id; with its line. */
gboolean coex_refer_apply(CoexApply *apply, gint64 id, const CoexNewMessage *message,
                          GError **error);

/* Several reactions to one message in one batch are one line, which the last of them tells: this
 * finds out which have others after them. Free with g_hash_table_unref(), for CoexApply. */
GHashTable *coex_refer_plan(CoexBatch *batch);
/* Tells what still waits for a reaction that turned out to be known. */
gboolean coex_refer_tell_rest(CoexApply *apply, GError **error);

/* Applies what came before @message, now stored as @stored was but for its content, and is about
 * it.
 * @ret_text: what there is to show of it, NULL: all has been. Free with g_free(). */
gboolean coex_refer_catch_up(CoexApply *apply, const CoexStored *stored,
                             const CoexNewMessage *message, char **ret_text, GError **error);

typedef struct {
    gint64 account_id;
    gint64 person_id;
    const char *wamid;  /* of the message that is quoted */
    gboolean from_them; /* the one that quotes is */
} CoexReference;
/* What is said of a reaction of ours, @emoji NULL for one taken back, to what begins with @words.
 * Free with g_free(). */
char *coex_refer_dup_own(const char *emoji, const char *words);
/* First words of what @reference leads to, or that it is not here. Free with g_free(). */
gboolean coex_refer_read_quote(CoexDb *db, const CoexReference *reference, char **ret_quote,
                               GError **error);
