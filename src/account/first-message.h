// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Leads who has set up an account to its first message: what is still missing, whom to ask for one,
 * and that it came. Of an account that ever had a webhook before it was first asked about nothing
 * is told but that none can come any more. Hides what of it is kept, and when it is said again.
 * Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexPerson CoexPerson;

/* At each login, before anything that came is applied: whether a first message is awaited. */
void coex_first_message_await(CoexAccount *account);
/* Whether there is anything that a message could come by. */
gboolean coex_first_message_has_way(const CoexAccount *account);
/* What stands between the account and its first message, as a line of the account: once in a run of
 * the chat program, and again where it is something else. For where no other line tells what is
 * wrong. That nothing can arrive any more is told at each login. */
void coex_first_message_hint(CoexAccount *account);
/* The message of a customer is shown. The first one is told, and ends all of this. */
void coex_first_message_note(CoexAccount *account, const CoexPerson *person);
