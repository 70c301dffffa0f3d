// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "session/hub.h"
#include "store/store.h"

/* The nicks of an account's people, where the chat program has such (core/nick.h). One table for
 * all accounts of the database, also for those that are off. Engine thread. */

void coex_account_load_nicks(CoexAccount *account, const CoexSnapshot *snapshot);

/* Before anybody is told: who lost a nick while the account was off, or on its way, gets another
 * one when next spoken of. */
void coex_account_check_nicks(CoexAccount *account);

/* Gives the person a nick unless there is one. TRUE: the person must be stored. */
gboolean coex_account_give_nick(CoexAccount *account, CoexPerson *person);

/* The user, or the chat program, calls the person by @nick now; whoever had it gets another one
 * when next spoken of. */
void coex_account_take_nick(CoexAccount *account, CoexPerson *person, const char *nick);
