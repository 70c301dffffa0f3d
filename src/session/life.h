// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "account/account.h"

/* An account from its birth to its end: which parts it has, and in which order they end. */

typedef struct CoexSessionConfig CoexSessionConfig;

/* Main thread; from then on the engine's. One reference. */
CoexAccount *coex_account_new(struct CoexHub *hub, const CoexSessionConfig *config,
                              CoexTarget target);
/* Ends all work; nothing is told any more. The caller's reference stays. */
void coex_account_close(CoexAccount *account);
