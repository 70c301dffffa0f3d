// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "purple/account.h"

/* Lines in and out of the conversations. Hides that each chat program shows another part of what
 * libpurple is told: echoes, lines of ours and notices take a different way in each. */

/* The protocol's `send_im`: 0 when the line was taken (what follows comes as feed, prompt or
 * notice), negative when the account is not connected. */
int coex_conversation_send(PurpleConnection *gc, const char *who, const char *markup,
                           PurpleMessageFlags flags);

/* Shows the next line of the feed. */
void coex_conversation_show(CoexConnection *login, const CoexFeedItem *item,
                            const CoexPersonView *person);

/* Shows a line of ours (plain text, may have line breaks) in the person's conversation. */
void coex_conversation_notice(CoexConnection *login, const char *name, const char *text);

/* The same for lines of the past. */
void coex_conversation_notice_of_old(CoexConnection *login, const char *name, const char *text);

/* The protocol's `can_receive_file` and `send_file`: where the chat program takes a file in any
 * case, and then says that it has been transferred, the truth is told. */
gboolean coex_conversation_takes_files(PurpleConnection *gc, const char *who);
void coex_conversation_send_file(PurpleConnection *gc, const char *who, const char *path);

/* From now on, knows what is typed, and tells the session what the user looks at. */
void coex_conversation_watch(CoexConnection *login);
