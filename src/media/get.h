// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* A file of an earlier message, when the user asks for it: named again where it is still here, else
 * fetched. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexPerson CoexPerson;

/* @which (core/which.h) of @person's conversation. A line says what comes of it, with
 * COEX_LINE_ASKED and, where it is to be opened, COEX_LINE_PLAY. */
void coex_get_file(CoexAccount *account, CoexPerson *person, const char *which, gboolean play);
