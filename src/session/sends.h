// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What was sent to a person, and how far it has come. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexPerson CoexPerson;
typedef struct CoexSend CoexSend;

#define COEX_SENDS_MAX 10

/* Its newest state: "read 14:10", "failed 14:02: WHY", "held until they write". Free with g_free().
 */
char *coex_sends_describe_newest(const CoexSend *send, gint64 now);
/* Its first words. Free with g_free(). */
char *coex_sends_dup_words(const CoexSend *send);

/* Lists the last of them in a notice, the newest last. */
void coex_sends_list(CoexAccount *account, CoexPerson *person);
