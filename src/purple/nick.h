// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/nick.h"
#include <purple.h>

/* What BitlBee calls each person. It makes nicks anew at every login, in the order in which people
 * come online, so that of two who would have the same either could get it next time, and what is
 * typed to one would reach the other. So the nick that the store has given is told to BitlBee as if
 * the user had chosen it, before the person is shown; and what the user chose instead is kept.
 * Where BitlBee's own functions cannot be reached, the alias is such that it makes the nick. */

typedef struct CoexConnection CoexConnection;
typedef struct CoexPersonView CoexPersonView;

/* What nicks are made of here, as the user has set it. */
CoexNickStyle coex_nick_style(PurpleAccount *account);

/* Before the first person is shown: whom the user has renamed comes first, so that nobody else is
 * shown under such a nick. */
void coex_nick_start(CoexConnection *connection);

/* Before the person, or a line of theirs, is shown. */
void coex_nick_settle(CoexConnection *connection, const CoexPersonView *person);

/* A contact is known by another spelling of the number from now on, or (@name NULL) by none. */
void coex_nick_move(CoexConnection *connection, const char *spelling, const char *name);

/* The person's alias as the chat program gets it; NULL if there is none. Free with g_free(). */
char *coex_nick_dup_alias(CoexConnection *connection, const CoexPersonView *person);
