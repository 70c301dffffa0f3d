// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* Whom a window writes to. Pidgin and Finch show all who stand in one contact of the buddy list in
 * one window with one entry, and what is typed there goes to whom the last line belongs to: what
 * was begun for one may leave to another. Each change that the user did not make is told in the
 * window, and a text that was on its way into the entry meanwhile is not sent. Does nothing where
 * each has a window. */

typedef struct CoexConnection CoexConnection;

/* From the first login on, until the plugin is unloaded. */
void coex_shared_start(void);
void coex_shared_stop(void);

/* What the chat program says of the entry: something stands in it, or nothing any more. */
void coex_shared_note_typing(CoexConnection *connection, const char *who, PurpleTypingState state);

/* Whether what was typed, @text, is for @who. FALSE: it may be for somebody else, nothing may be
 * done with it, and the user was told. */
gboolean coex_shared_admit(CoexConnection *connection, const char *who, const char *text);
