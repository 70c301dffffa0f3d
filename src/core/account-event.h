// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/message.h"
#include <glib.h>

/* What a webhook tells about the account rather than from a person, as one line. Hides the fields
 * and events of Meta: webhooks/reference/account_update, each a row of a table. Lines are single
 * lines; free them with g_free(). */

typedef struct CoexJsonAt CoexJsonAt;

/* Whether @field is one of the account-level fields this version knows, what kind of event it gives
 * and the line for people, NULL when it is nothing to them. */
gboolean coex_account_event_read(const char *field, const CoexJsonAt *value,
                                 CoexEventKind *ret_kind, char **ret_line);

/* What a value of `account_update` says of the number's tie to the API. */
CoexLink coex_account_event_get_link(const CoexJsonAt *value);

/* A value of `messaging_handovers`: who answers the chat from now on. Never NULL. */
char *coex_account_event_handover(const CoexJsonAt *value);

/* An element of `errors[]`: what happened, what to do, its code. Never NULL. */
char *coex_account_event_error(const CoexJsonAt *error);

/* An element of `calls[]`; @who is the person's display name. NULL for an event that nobody needs.
 */
char *coex_account_event_call(const CoexJsonAt *call, const char *who);

/* What an element of `user_preferences[]` says of marketing. */
typedef enum {
    COEX_WISH_NONE,
    COEX_WISH_MARKETING,
    COEX_WISH_NO_MARKETING,
} CoexWish;
CoexWish coex_account_event_get_wish(const CoexJsonAt *preference);

/* An element of `user_preferences[]`; @who is the person's display name. NULL if it tells nothing.
 */
char *coex_account_event_preference(const CoexJsonAt *preference, const char *who);

/* @text as one line: line breaks and other control characters become blanks. Takes @text, which may
 * be NULL. */
char *coex_account_event_flatten(char *text);
