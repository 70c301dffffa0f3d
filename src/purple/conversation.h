// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* What is typed in the conversations, and what the feed shows there. Hides that echoes and lines of
 * ours take a different way in each chat program. */

typedef struct CoexConnection CoexConnection;
typedef struct CoexFeedItem CoexFeedItem;
typedef struct CoexPersonView CoexPersonView;

/* The protocol's `send_im`: 0 when the line was taken (what follows comes as feed, prompt or
 * notice), negative when the account is not connected. */
int coex_conversation_send(PurpleConnection *gc, const char *who, const char *markup,
                           PurpleMessageFlags flags);

/* The protocol's `send_typing`: returns after how many seconds it is to be told again, 0: not. */
unsigned int coex_conversation_note_typing(PurpleConnection *gc, const char *who,
                                           PurpleTypingState state);

/* Shows the next line of the feed. */
void coex_conversation_show(CoexConnection *connection, const CoexFeedItem *item,
                            const CoexPersonView *person);

/* From now on, knows what is typed, and tells the session what the user looks at. */
void coex_conversation_watch(CoexConnection *connection);
