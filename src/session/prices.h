// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* The file of the option `rate-card`. Engine thread. */

typedef struct CoexAccount CoexAccount;

/* Reads it, if there is one, without waiting; a notice tells what is wrong with it. */
void coex_prices_load(CoexAccount *account);
