// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Whom the number has blocked at WhatsApp: the list as it was read last, kept over logins, and what
 * the user asks to change of it (Meta: block-users). Nothing is sent to who is on it. Engine
 * thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexBlocks CoexBlocks;
typedef struct CoexPerson CoexPerson;

CoexBlocks *coex_blocks_new(void);
void coex_blocks_free(CoexBlocks *blocks);

/* Takes up the list of an earlier login. */
void coex_blocks_load(CoexAccount *account);
/* Reads it anew; COEX_SESSION_BLOCKS follows where it could be read. */
void coex_blocks_refresh(CoexAccount *account);

/* Tells who is on it as it was read last, also who is not known. */
void coex_blocks_tell(CoexAccount *account);

/* Whether any address of the person is on the list. */
gboolean coex_blocks_has(const CoexAccount *account, const CoexPerson *person);

/* Blocks the person, or ends that. A line tells what became of it, and COEX_SESSION_BLOCKS how it
 * is now. */
void coex_blocks_change(CoexAccount *account, CoexPerson *person, gboolean block);

/* Why nothing leaves for who is blocked, and what helps, a sentence each. Free with g_free(). */
char *coex_blocks_dup_objection(const CoexAccount *account, const CoexPerson *person);
