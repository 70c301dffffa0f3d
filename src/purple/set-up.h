// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/proxy.h"
#include "purple/file.h"
#include "session/config.h"
#include <purple.h>

/* What an account's options make of it. */

typedef struct {
    char **words; /* the password, split (coex_options_split_password()) */
    char *number;
    char *database; /* where that of this profile is */
    char *rate_card;
    CoexFileOptions files;
    CoexProxy proxy;
    CoexSessionConfig config; /* borrows from the above and from the account */
} CoexSetUp;
void coex_set_up_clear(CoexSetUp *set_up);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CoexSetUp, coex_set_up_clear)

/* All of it, as a login, a check and the pages of options read it, @password (may be NULL) as it
 * was typed. FALSE and COEX_ERROR_INVALID_INPUT for what no login could use, with a sentence that
 * marks the option (core/option-name.h). That there is no key at all is no matter here. Cleared by
 * the caller in any case. */
gboolean coex_set_up_read(PurpleAccount *account, const char *password, CoexSetUp *ret_set_up,
                          GError **error);
