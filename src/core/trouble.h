// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What is wrong with somebody who is asked over and over, and when a line is due about it: once
 * until it is well again or wrong in another way, and not over and over where it comes and goes. No
 * clock: `now` is passed in. */

#define COEX_TROUBLES_MAX 8

/* Begins with zero, which is well. */
typedef struct {
    guint told; /* and not over yet, 0: none */
    gint64 told_us[COEX_TROUBLES_MAX];
} CoexTrouble;

/* It is @which (from 1, below COEX_TROUBLES_MAX) at the monotonic time @now_us. TRUE: that is to be
 * told. One that was told within ten minutes is told when it lasts longer. */
gboolean coex_trouble_note(CoexTrouble *trouble, guint which, gint64 now_us);
/* It is well again. */
void coex_trouble_end(CoexTrouble *trouble);
