// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* From the row of a delivery to the accounts it is for: parse, route and apply in one transaction,
 * in order, again after a failure, and later what waits for an account that is off or for a send
 * that has no answer yet. Takes rows from whatever source has stored them. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexIntake CoexIntake;

CoexIntake *coex_intake_new(void);
void coex_intake_free(CoexIntake *intake);
/* The store ends: nothing is read any more, what is being applied comes to its end. */
void coex_intake_stop(CoexIntake *intake);

/* From now on deliveries for this account are applied, those that were kept for it first. */
void coex_intake_attach(CoexIntake *intake, CoexAccount *account);
void coex_intake_detach(CoexIntake *intake, CoexAccount *account);
/* The attached account of that id, NULL: none. Borrowed. */
CoexAccount *coex_intake_find_account(CoexIntake *intake, gint64 account_id);

/* Takes up what waits in the store, unless somebody's mailbox is full. */
void coex_intake_drain(CoexIntake *intake);
/* Applies what waits for more of its kind (receive/burst.h). */
void coex_intake_release(CoexIntake *intake);
/* All that came by a relay is stored: when it is applied, the account's outbox has caught up. */
void coex_intake_catch_up(CoexIntake *intake, CoexAccount *account);
/* A send came to its end: echoes that waited for that are looked at again. */
void coex_intake_retry_delayed(CoexIntake *intake);
