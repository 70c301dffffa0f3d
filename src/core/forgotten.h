// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Under which settings it is kept that somebody was forgotten, so that the phone's history does not
 * bring them back: digests, which tell nobody an address. */

/* Setting: when somebody was forgotten last, seconds since 1970. */
#define COEX_FORGOTTEN_LAST "forgotten"

/* The setting in which it stands that @address was forgotten, in whichever form, by the account of
 * @number (digits). Free with g_free(). */
char *coex_forgotten_dup_key(const char *number, const char *address);
/* The settings in which it stands when @address, and each other form of that number, was forgotten
 * by the account of @number (digits). Never NULL; free with g_strfreev(). */
char **coex_forgotten_list_keys(const char *number, const char *address);
