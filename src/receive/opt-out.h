// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* A hint beside what somebody wrote who may want no more messages. It changes nothing. Engine
 * thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexMessage CoexMessage;
typedef struct CoexPerson CoexPerson;

/* The person's @message was shown: one of the words of the option `opt-out-words` alone is hinted
 * at, once until they write something else. */
void coex_opt_out_note(CoexAccount *account, const CoexPerson *person, const CoexMessage *message);
