// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* Lines of ours in a person's conversation. Hides that each chat program shows another part of what
 * libpurple is told. */

typedef struct CoexConnection CoexConnection;

/* The conversation with the buddy, opened when there is none. NULL where another plugin closed it
 * at once, or ended the connection. The caller has a reference to that. */
PurpleConversation *coex_lines_open(CoexConnection *connection, const char *who);

/* Of a line that repeats what was shown or logged before. */
#define COEX_LINES_OLD (PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_NO_LOG | PURPLE_MESSAGE_DELAYED)

/* A message of the buddy's, as serv_got_im() takes it. That drops what comes from somebody on the
 * chat program's block list; here it is shown, since WhatsApp has delivered it. The caller has a
 * reference to the connection. */
void coex_lines_receive(CoexConnection *connection, const char *who, const char *html,
                        PurpleMessageFlags flags, time_t at);

/* Shows a line (plain text, may have line breaks) in the person's conversation. @flags: how it
 * looks in a system line, and whether the log gets it. */
void coex_lines_write(CoexConnection *connection, const char *name, const char *text,
                      PurpleMessageFlags flags);

/* Shows one that is for the moment. */
void coex_lines_notice(CoexConnection *connection, const char *name, const char *text);

/* The same, of which the last @words lead to @target (NULL: nowhere). */
void coex_lines_notice_linked(CoexConnection *connection, const char *name, const char *text,
                              const char *words, const char *target);

/* Shows one that is for the moment where the conversation stands already, and only where it makes
 * no sound and marks nothing as unread. */
void coex_lines_whisper(CoexConnection *connection, const char *name, const char *text);

/* Shows a picture, a PNG; not logged. */
void coex_lines_write_picture(CoexConnection *connection, const char *name, GBytes *png);
