// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "purple/account.h"

/* Names where the chat program makes an IRC nick of each: anew at every login, in the order in
 * which people come online. Of two people of one name either could get the plain nick next time,
 * and what is typed to one would reach the other. So no nick ever passes from one person to
 * another: those who share a name at a login all have the end of their number in it, and who comes
 * later has. */

void coex_nick_init(CoexLogin *login);
void coex_nick_clear(CoexLogin *login);

/* To be called for everybody in the buddy list, before the first of them is shown. */
void coex_nick_note(CoexLogin *login, const CoexPersonView *person);

/* The person's alias as the chat program gets it; NULL if there is none. Free with g_free(). */
char *coex_nick_dup_alias(CoexLogin *login, const CoexPersonView *person);
