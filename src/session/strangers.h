// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/message.h"
#include "core/verifier.h"
#include <glib.h>

typedef struct CoexAccount CoexAccount;

/* What somebody who proves nothing, or another number, can make us say: one line an hour, whatever
 * its kind, of all accounts of the database together and over their logins. What goes without a
 * line is counted, and told with the next one. Engine thread. */

/* Zero at first. */
typedef struct {
    gint64 told_at;
    guint n_untold; /* since then */
} CoexStrangers;

/* As one of the accounts kept it; NULL: none did. */
void coex_strangers_load(CoexAccount *account, const char *kept);
/* So many deliveries were turned away, the last one for that reason. */
void coex_strangers_refused(CoexAccount *account, CoexVerdict verdict, guint n);
/* A delivery with our secret is for another number. */
void coex_strangers_mismatch(CoexAccount *account, const CoexEvent *event);
/* For the next login. */
void coex_strangers_keep(CoexAccount *account);
