// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/webhook.h"

/* What a webhook told, to read and to compare with. */

/* The CoexEvents of @events, one per line: kinds by name, then each member that is set. Free with
 * g_free(). */
char *dump_events(GPtrArray *events);
