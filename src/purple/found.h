// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What a search has found, shown where it was asked for. */

typedef struct CoexConnection CoexConnection;
typedef struct CoexSessionEvent CoexSessionEvent;

/* COEX_SESSION_FOUND. */
void coex_found_show(CoexConnection *connection, const CoexSessionEvent *event);
