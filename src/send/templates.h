// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The account's template catalogue: kept in its settings, fetched from the provider page by page.
 * Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexTemplate CoexTemplate;

/* Takes up the catalogue of an earlier session. */
void coex_templates_load(CoexAccount *account);
/* Notes that it was chosen just now, for the order of the list. */
void coex_templates_note_used(CoexAccount *account, const CoexTemplate *template_);
/* Fetches it anew, unless that is under way; the catalogue is told when it is there, a failure only
 * if the @user_waits. */
void coex_templates_refresh(CoexAccount *account, gboolean user_waits);
