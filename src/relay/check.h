// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* `coex-relay check`: whether the relay stands well, and for each tenant the doctor's lines
 * (core/doctor.h) about the provider's side of it. Asks and tries, and changes nothing. */

typedef struct CoexRelayConfig CoexRelayConfig;

/* @token: of those tenants that have none of their own; NULL: none. @say gets each line, in which
 * no secret is. Runs the thread's default context until all is said: seconds. Whether nothing is
 * wrong. */
gboolean coex_relay_check(const CoexRelayConfig *config, const char *token,
                          void (*say)(const char *line));
