// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Whom an account has forgotten: what is older than that does not bring them back, and is not kept
 * with who wrote since. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexPeer CoexPeer;
typedef struct CoexPerson CoexPerson;

/* @person, whose addresses still lead there, is forgotten at @at, seconds since 1970. On disk it is
 * with coex_batch_forget_person(). */
void coex_forgotten_note(CoexAccount *account, const CoexPerson *person, gint64 at);

/* Whether what was at @at (0: nobody knows) with @peer is older than the forgetting of who had one
 * of the addresses. */
gboolean coex_forgotten_covers(const CoexAccount *account, const CoexPeer *peer, gint64 at);
