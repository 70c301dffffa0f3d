// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/message.h"

/* Looks for the message that an id means, which two sides may write differently (the layout of a
 * wamid): first by the id as it came, then by its token. */

typedef struct CoexDb CoexDb;

/* As it is stored; id 0: none. */
typedef struct CoexStored {
    gint64 id;
    gint64 person_id;
    CoexState state;
    CoexLack lacks;
    CoexContentKind kind;
    char *type;
    char *text;
    gint64 time;
    char *local_id;
    char *template_name;
    char *template_language;
    char *template_values;
    char *origin;
    gint64 changed_at; /* by the newest edit, 0 */
    gint64 deleted_at; /* 0 */
    gboolean past;     /* of the phone's history, and nobody was told of it */
    char *context;     /* wamid of what it quotes or marks, NULL */
    char *payload;     /* of ours: the JSON with which it left (core/payload.h), NULL */
} CoexStored;
void coex_stored_clear(CoexStored *stored);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CoexStored, coex_stored_clear)

/* How far from the conversation it may stand. */
typedef enum {
    COEX_REACH_CONVERSATION,
    COEX_REACH_ID,      /* its id anywhere in the account, its token in the conversation */
    COEX_REACH_ACCOUNT, /* its token elsewhere too, where it is the only one of the account */
} CoexReach;

typedef struct {
    gint64 account_id;
    gint64 person_id; /* the conversation, 0 unknown */
    const char *wamid;
    const char *token;
    gboolean inbound; /* from the customer, or to: a token is made by who sends, and a customer may
                         choose one of ours */
    CoexReach reach;
} CoexFindKey;

/* Fills @ret_stored, which is zeroed. */
gboolean coex_find_message(CoexDb *db, const CoexFindKey *key, CoexStored *ret_stored,
                           GError **error);
/* What WhatsApp gave no id to as far as is known, by our own id of it; NULL: none. */
gboolean coex_find_unconfirmed(CoexDb *db, gint64 account_id, const char *local_id,
                               CoexStored *ret_stored, GError **error);
