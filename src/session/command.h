// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "send/outbox.h"
#include <glib.h>

/* What the main thread asks of an account, as a value on its way to the engine thread. A new verb
 * is a kind here, a row of the table and a function. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexPayload CoexPayload;
typedef struct CoexTemplate CoexTemplate;

typedef enum {
    COEX_COMMAND_SEND,
    COEX_COMMAND_SEND_TEMPLATE,
    COEX_COMMAND_SEND_FILE,
    COEX_COMMAND_CANCEL_FILE,
    COEX_COMMAND_HOLD,
    COEX_COMMAND_CANCEL,
    COEX_COMMAND_RESEND,
    COEX_COMMAND_DISCARD,
    COEX_COMMAND_LIST_HELD,
    COEX_COMMAND_RECALL,
    COEX_COMMAND_NOTE_OPEN,
    COEX_COMMAND_DESCRIBE,
    COEX_COMMAND_KEEP_LINE,
    COEX_COMMAND_MARK_SEEN,
    COEX_COMMAND_MARK_UNSEEN,
    COEX_COMMAND_PIN,
    COEX_COMMAND_UNLIST,
    COEX_COMMAND_FORGET,
    COEX_COMMAND_FORGOTTEN,
    COEX_COMMAND_TAKE_NICK,
    COEX_COMMAND_GET_FILE,
    COEX_COMMAND_CANCEL_FETCH,
    COEX_COMMAND_REFRESH_TEMPLATES,
    COEX_COMMAND_ANSWER_WEBHOOK,
    COEX_COMMAND_REGISTER_WEBHOOK,
    COEX_COMMAND_SYNCHRONISE,
    COEX_COMMAND_SEARCH,
    COEX_COMMAND_LOG_NEXT,
    COEX_COMMAND_REPLY,
    COEX_COMMAND_REACT,
    COEX_COMMAND_UNREACT,
    COEX_COMMAND_SEND_PAYLOAD,
    COEX_COMMAND_FORWARD,
    COEX_COMMAND_CHANGE_HELD,
    COEX_COMMAND_STATUS,
    COEX_COMMAND_EXAMINE,
    COEX_COMMAND_BLOCK,
    COEX_COMMAND_TYPING,
    COEX_COMMAND_CHANGE_PROFILE,
    COEX_COMMAND_PLAN_BROADCAST,
    COEX_COMMAND_BROADCAST,
} CoexCommandKind;

/* Members a kind does not use are NULL or 0; all but the account are owned. */
typedef struct {
    CoexCommandKind kind;
    CoexAccount *account;
    char *name; /* of a buddy; NULL: no person */
    char *text;
    char *path;        /* of a file */
    GBytes *content;   /* of one that is called so */
    gboolean as_voice; /* it is sound, to be a voice message */
    guint transfer;
    gboolean flag;
    guint limit;
    gint64 before;
    CoexSendWay way;
    CoexTemplate *template_;
    char **values;
    CoexPayload *payload;
    char **buddies; /* of a group: name and what the user calls it, in turn */
    char *target;   /* of a buddy to whom something goes on */
} CoexCommand;

CoexCommand *coex_command_new(CoexCommandKind kind, CoexAccount *account, const char *name);
void coex_command_free(CoexCommand *command);
/* Engine thread. A person who is not known is told so. */
void coex_command_run(CoexCommand *command);
