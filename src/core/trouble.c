// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/trouble.h"

#define QUIET_US (600 * (gint64)G_USEC_PER_SEC) /* between two lines of one kind */

gboolean
coex_trouble_note(CoexTrouble *trouble, guint which, gint64 now_us)
{
    g_return_val_if_fail(which > 0 && which < COEX_TROUBLES_MAX, FALSE);

    if (trouble->told == which)
        return FALSE;
    if (trouble->told_us[which] != 0 && now_us - trouble->told_us[which] < QUIET_US)
        return FALSE;
    trouble->told = which;
    trouble->told_us[which] = now_us;
    return TRUE;
}

void
coex_trouble_end(CoexTrouble *trouble)
{
    trouble->told = 0;
}
