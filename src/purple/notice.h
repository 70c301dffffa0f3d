// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What is told of the account and not of a person, and where: in BitlBee its control channel, in
 * Pidgin and Finch a conversation of the account with its own number. That one opens behind what
 * the user does, is logged, and leads nowhere: nobody at WhatsApp is at its other end. */

typedef struct CoexConnection CoexConnection;

/* Tells one line (plain text, may have line breaks). */
void coex_notice_tell(CoexConnection *connection, const char *text);

/* Once the account is online: it keeps its name. */
void coex_notice_watch(CoexConnection *connection);

/* A line that was typed there: a word that it knows is obeyed, all else answered; nothing is sent.
 */
void coex_notice_answer(CoexConnection *connection, const char *typed);

/* Opens the conversation because the user asks for it, with what was told since the login. */
void coex_notice_open(CoexConnection *connection);

/* The verb "log": the last of it, so many as @words say, with their times, in the conversation with
 * the person @name (NULL: that one). */
void coex_notice_list(CoexConnection *connection, const char *name, const char *words);

/* Why there is no connection, where the chat program keeps that to itself: told once, not at every
 * attempt. The second ends it, once the account is online. */
void coex_notice_tell_error(CoexConnection *connection, const char *sentence);
void coex_notice_end_error(CoexConnection *connection);
