// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Where a relay that runs tells how it stands, on an address that only this computer reaches:
 * /metrics for Prometheus, /status for people. */

typedef struct CoexConsole CoexConsole;
typedef struct CoexRelayStatus CoexRelayStatus;

/* @look gives how it stands, to be freed; from another thread, until coex_console_free().
 * COEX_ERROR_LISTEN. */
CoexConsole *coex_console_new(const char *address, CoexRelayStatus *(*look)(gpointer data),
                              gpointer data, GError **error);
void coex_console_free(CoexConsole *console);

/* What the relay that runs there says of itself; NULL: nobody answers. Blocks. Free with g_free().
 */
char *coex_console_ask(const char *address);
