// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

typedef struct CoexConnection CoexConnection;

/* Offers the file @path, which is here already, to a user who sits at another machine: as a file
 * transfer that comes from @who (BitlBee: DCC). It lives as long as the chat program wants it. A
 * disk that does not answer keeps nothing else waiting. */
void coex_give_file(CoexConnection *connection, const char *who, const char *path);

/* With the plugin: watches for the end of the chat program, after which no transfer is touched. */
void coex_give_start(void);
void coex_give_stop(void);
