// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/verifier.h"

/* The webhook registration at the provider: read first, made when there is none, and never taken
 * from another system without the user's yes; neither its address nor, where the address is ours,
 * the secret that somebody else registered with it. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexRegistration CoexRegistration;
CoexRegistration *coex_registration_new(void);
void coex_registration_free(CoexRegistration *registration);

/* Compares what is registered with the option public-url and our secret; @by_hand: the user asked,
 * so what is ours already is registered once more, and a no is forgotten. */
void coex_registration_check(CoexAccount *account, gboolean by_hand);
/* A webhook came: wherever the address seems to lead, it leads here. */
void coex_registration_note_delivery(CoexAccount *account);
/* Nothing arrives: tells @symptom, a sentence, and what is to be done by where the provider
 * delivers now. */
void coex_registration_doubt(CoexAccount *account, const char *symptom);
/* A delivery was refused: tells why, then @others, a sentence or "", and what is to be done
 * by what the provider delivers with. */
void coex_registration_refused(CoexAccount *account, CoexVerdict verdict, const char *others);
/* The user's answer whether ours may replace @registered. A no is remembered for that address, or
 * where it is ours for the secret registered with it. */
void coex_registration_answer(CoexAccount *account, const char *registered, gboolean yes);
