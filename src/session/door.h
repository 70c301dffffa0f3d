// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "session/hub.h"

/* A listener and the accounts behind it. Hides what happens to a delivery before it is a row: which
 * account's path and secret it fits, its proof while the body arrives, the commit, and only then
 * the 200. */

typedef struct CoexDoor CoexDoor;

/* Engine thread. @engine and @store must outlive it. COEX_ERROR_LISTEN, COEX_ERROR_INVALID_INPUT.
 * Free with coex_door_free(). */
CoexDoor *coex_door_open(const char *address, CoexEngine *engine, CoexStore *store, GError **error);
void coex_door_free(CoexDoor *door);

const char *coex_door_get_address(const CoexDoor *door);

/* From now on @account's deliveries come in. */
void coex_door_enter(CoexDoor *door, CoexAccount *account, const CoexEndpointSpec *spec);
/* TRUE when nobody is left behind the door. */
gboolean coex_door_leave(CoexDoor *door, CoexAccount *account);
