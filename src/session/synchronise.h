// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Asks WhatsApp for what the phone has: its address book, and the chats of half a year. It sends
 * them once for each time the number is connected (Meta:
 * embedded-signup/onboarding-business-app-users). Engine thread. */

typedef struct CoexAccount CoexAccount;

/* Told to by the user; not @sure: COEX_SESSION_ASK_SYNC asks first. Where it cannot be asked for, a
 * line says who sends it. */
void coex_synchronise(CoexAccount *account, gboolean sure);
