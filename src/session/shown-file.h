// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/media.h"

/* Whether the header of a template can show a file of the user's, before it is sent. */

/* @why not, in whole sentences; NULL: it can. */
typedef void (*CoexShownFileLooked)(const char *why, gpointer user_data);

/* Looks at the file at @path, beside the main loop, from which it is called and which calls @looked
 * once. A disk that keeps it waiting for 5 seconds is no reason against it: it is looked at again
 * when it is sent. */
void coex_shown_file_look(const char *path, CoexMediaKind kind, CoexShownFileLooked looked,
                          gpointer user_data);
