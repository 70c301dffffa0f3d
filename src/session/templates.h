// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "session/hub.h"

/* The account's template catalogue: kept in its settings, fetched from the provider page by page.
 * Engine thread. */

/* Inside of a fetch; zero at first. */
typedef struct {
    gboolean running;
    gboolean user_waits; /* and wants to hear of a failure */
} CoexTemplateFetch;

/* Takes up the catalogue of an earlier session. */
void coex_templates_load(CoexAccount *account);
/* Fetches it anew, unless that is under way; the catalogue is told when it is there, a failure only
 * if the @user_waits. */
void coex_templates_refresh(CoexAccount *account, gboolean user_waits);
