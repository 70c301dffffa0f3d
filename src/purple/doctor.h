// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* The look at the whole connection, as the user sees it: a page where the chat program has windows,
 * lines where it has none. */

typedef struct CoexConnection CoexConnection;
typedef struct CoexSessionEvent CoexSessionEvent;

/* Begins, or with the word stop ends one that runs. */
void coex_doctor_run(CoexConnection *connection, const char *words);
void coex_doctor_show(CoexConnection *connection, const CoexSessionEvent *event);
