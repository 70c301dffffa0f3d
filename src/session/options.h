// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What users type and paste into an account's options. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexSessionConfig CoexSessionConfig;

/* A copy of an option's value without the white space that came with pasting, @if_empty (may be
 * NULL) where nothing is left. Free with g_free(). Any thread. */
char *coex_option_dup(const char *value, const char *if_empty);

/* Into a new account, and out of one that ends, those about the way to the provider and back. Any
 * thread. */
void coex_options_take(CoexAccount *account, const CoexSessionConfig *config);
void coex_options_clear(CoexAccount *account);

/* Checks of those what could never work, and puts a path's missing slash in front. FALSE and
 * COEX_ERROR_INVALID_INPUT with a sentence that names the option
 * (core/option-name.h). Any thread that has the account. */
gboolean coex_options_check(CoexAccount *account, GError **error);

/* The same of what is no account's yet; of @config it looks at these options alone. Any thread. */
gboolean coex_options_check_config(const CoexSessionConfig *config, GError **error);
