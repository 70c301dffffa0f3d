// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What the number's messages cost, as far as the statuses tell: kept current here, told to the main
 * half, and once a month that no more service messages are free. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexBatch CoexBatch;
typedef struct CoexRateCard CoexRateCard;

/* Reads what was counted before. */
void coex_spending_load(CoexAccount *account);
/* Asks @batch for the figures; coex_spending_take() once it is committed. */
void coex_spending_ask(CoexAccount *account, CoexBatch *batch);
void coex_spending_take(CoexAccount *account, const CoexBatch *batch);
/* The prices to go by from now on; takes a reference. */
void coex_spending_set_card(CoexAccount *account, CoexRateCard *card);
