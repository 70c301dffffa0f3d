// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The nicks of an account's people, where the chat program has such (core/nick.h). One table for
 * all accounts of the database, also for those that are off. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexPerson CoexPerson;
typedef struct CoexSnapshot CoexSnapshot;

void coex_account_load_nicks(CoexAccount *account, const CoexSnapshot *snapshot);

/* Before anybody is told: who lost a nick while the account was off, or on its way, gets another
 * one when next spoken of. */
void coex_account_check_nicks(CoexAccount *account);

/* Gives the person a nick unless there is one. TRUE: the person must be stored. */
gboolean coex_account_give_nick(CoexAccount *account, CoexPerson *person);

/* A person as the table of nicks names its owners. Free with g_free(). */
char *coex_nick_dup_owner(gint64 account_id, gint64 person_id);
