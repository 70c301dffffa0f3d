// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What an account tells its user: lines of a conversation with whoever it is about, or of the
 * account. Each is a no-op once the account is dead. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexBatch CoexBatch;
typedef struct CoexPerson CoexPerson;

/* A passing line; @person NULL: of the account. */
void coex_account_tell_notice(CoexAccount *account, const CoexPerson *person, const char *format,
                              ...) G_GNUC_PRINTF(3, 4);
/* A line of now that lasts: told after the commit of @batch, or at the next login. With the person,
 * who may be new. */
void coex_account_put_notice(CoexAccount *account, CoexBatch *batch, const CoexPerson *person,
                             const char *line);
void coex_account_tell_failed(CoexAccount *account, const GError *error); /* and stops all work */
void coex_account_tell_prompt(CoexAccount *account, const CoexPerson *person, const char *text,
                              const char *reason);
void coex_account_tell_prompt_over(CoexAccount *account, const CoexPerson *person);
void coex_account_tell_catalogue(CoexAccount *account, const GError *error);
void coex_account_tell_ask_webhook(CoexAccount *account, const char *registered);

/* WhatsApp knows better than our timer: the person's window is closed. */
void coex_account_close_window(CoexAccount *account, CoexPerson *person);
