// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What somebody who proves nothing, or another number, can make us say: one line an hour, whatever
 * its kind, of all accounts of the database together and over their logins. What goes without a
 * line is counted, and told with the next one. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexEvent CoexEvent;

/* Zero at first. */
typedef struct CoexStrangers {
    gint64 told_at;
    guint n_untold; /* since then */
} CoexStrangers;

/* As one of the accounts kept it; NULL: none did. */
void coex_strangers_load(CoexAccount *account, const char *kept);
/* @n such deliveries came. NULL: nothing is to be said; else how the line about them ends, which
 * may be "". Who has just corrected the secret is told at once. Free with g_free(). */
char *coex_strangers_speak(CoexAccount *account, guint n);
/* A delivery with our secret is for another number. */
void coex_strangers_mismatch(CoexAccount *account, const CoexEvent *event);
/* For the next login. */
void coex_strangers_keep(CoexAccount *account);
