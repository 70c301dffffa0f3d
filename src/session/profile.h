// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/* What customers see of the business, as the provider has it, and its picture. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexProfile CoexProfile;
typedef struct CoexProfileWatch CoexProfileWatch;

/* When it was looked at; once stopped it is not again. */
CoexProfileWatch *coex_profile_watch_new(void);
void coex_profile_watch_stop(CoexProfileWatch *watch);
void coex_profile_watch_free(CoexProfileWatch *watch);

/* Asks for it, at a login and when it was changed, and then once a day; `account->profile` is it
 * then, and COEX_SESSION_PICTURE follows where the picture is another than in this login before.
 * What goes wrong stands in the debug output alone: a number may have none. */
void coex_profile_fetch(CoexAccount *account);

/* @profile (transfer full) was just read. */
void coex_profile_take(CoexAccount *account, CoexProfile *profile);

/* Changes parts of it: names and values in turn, as for coex_api_set_profile(). A line says what
 * came of it. */
void coex_profile_change(CoexAccount *account, const char *const *changes);
