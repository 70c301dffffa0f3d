// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What users type and paste into an account's options. Engine thread. */

typedef struct CoexAccount CoexAccount;

/* A copy of an option's value without the white space that came with pasting, @if_empty (may be
 * NULL) where nothing is left. Free with g_free(). Any thread. */
char *coex_option_dup(const char *value, const char *if_empty);

/* Checks what could never work, and puts a path's missing slash in front. FALSE and
 * COEX_ERROR_INVALID_INPUT with a sentence that names the option. */
gboolean coex_options_check(CoexAccount *account, GError **error);
