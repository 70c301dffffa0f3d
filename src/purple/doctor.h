// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* The look at the whole connection, as the user sees it: a page where the chat program has windows,
 * lines where it has none. */

typedef struct CoexConnection CoexConnection;
typedef struct CoexSessionEvent CoexSessionEvent;

/* Begins, or with the word stop ends one that runs. */
void coex_doctor_run(CoexConnection *connection, const char *words);
/* The same of an account that is not connected, from its conversation @conv, where all of it comes:
 * what only a login knows is not checked. */
void coex_doctor_run_offline(PurpleConversation *conv, const char *words);
/* All of it, at the plugin's end. */
void coex_doctor_stop(void);
/* Whether a login that begins is to be checked first: once, until the account is switched off, for
 * a failed one is tried again and again. */
gboolean coex_doctor_is_due(PurpleAccount *account);
void coex_doctor_show(CoexConnection *connection, const CoexSessionEvent *event);
