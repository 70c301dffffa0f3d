// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Which message a verb means: "last" or nothing, "-2" for the last but one, "#17" or "17" for the
 * one whose line shows that number. */
typedef struct {
    guint nth;     /* 1: the newest; 0: by its number */
    gint64 number; /* 0 */
} CoexWhich;

/* FALSE and COEX_ERROR_INVALID_INPUT for anything else. */
gboolean coex_which_parse(const char *words, CoexWhich *ret_which, GError **error);
