// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "session/hub.h"

/* The webhook registration at the provider: read first, made when there is none, and never taken
 * from another system without the user's yes. Engine thread. */

/* Compares what is registered with the option public-url; @by_hand: the user asked, and hears also
 * when nothing was to do. */
void coex_registration_check(CoexAccount *account, gboolean by_hand);
/* Nothing arrives: tells @symptom, a sentence, and what is to be done by where the provider
 * delivers now. */
void coex_registration_doubt(CoexAccount *account, const char *symptom);
/* The user's answer whether ours may replace @registered. A no is remembered for that address. */
void coex_registration_answer(CoexAccount *account, const char *registered, gboolean yes);
