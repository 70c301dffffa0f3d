// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* The questions now open in the chat program. Hides that a host may answer twice, may answer with a
 * cancel while it is told to close, and may never answer: a question is a token, and a token that
 * is not open any more is nothing. */

typedef struct CoexConnection CoexConnection;

/* What is asked. A question stays while others are asked. */
typedef enum {
    COEX_ASK_ANYTHING, /* of coex_ask_close() alone */
    COEX_ASK_TEMPLATE,
    COEX_ASK_FORGET,
    COEX_ASK_WEBHOOK,
    COEX_ASK_SYNCHRONISE,
    COEX_ASK_OPTIONS,
    COEX_ASK_ACCOUNT,
    COEX_ASK_PROFILE,
    COEX_ASK_BROADCAST,
    COEX_ASK_HOLD,
    COEX_ASK_REPLY,
} CoexAskTopic;

/* A new question about the person (borrowed; "" for the account). The token is the request's
 * user_data. */
gpointer coex_ask_new(CoexConnection *connection, CoexAskTopic topic, const char *name,
                      PurpleRequestType type);

/* The host's handle of the request; NULL when the host has no such request. Returns whether the
 * question was shown. */
gboolean coex_ask_opened(gpointer token, void *ui_handle);

/* Borrowed. */
typedef struct {
    CoexAskTopic topic;
    const char *name; /* whom it is about, as above */
    const char *title;
    const char *primary;
    const char *secondary;
} CoexQuestion;

/* Asks what is to be answered by yes or no, where no changes nothing: @answer gets the token and
 * one of these. Takes the place of the same question about that person. FALSE: the host cannot ask.
 */
enum { COEX_ASK_YES, COEX_ASK_NO };
gboolean coex_ask_yes_no(CoexConnection *connection, const CoexQuestion *question,
                         PurpleRequestActionCb answer);

/* In an answer's callback: the login, and in @ret_name (free with g_free(), may be NULL) the
 * person; the question is then not open any more. NULL: it was not, do nothing. */
CoexConnection *coex_ask_take(gpointer token, char **ret_name);

/* Whether a question of this kind about the person is open. */
gboolean coex_ask_is_open(CoexConnection *connection, CoexAskTopic topic, const char *name);

/* The user typed a verb in the conversation with @who, or (NULL) pressed a key of a menu: where a
 * form that no key opened comes up behind the conversation, that one says so. */
void coex_ask_note_typed(CoexConnection *connection, const char *who);

/* That a window of that title was opened is told there, once. Done by coex_ask_yes_no(). */
void coex_ask_point_at(CoexConnection *connection, const char *title);

/* Closes such questions about the person without an answer; @name NULL: about anybody and the
 * account. */
void coex_ask_close(CoexConnection *connection, CoexAskTopic topic, const char *name);
