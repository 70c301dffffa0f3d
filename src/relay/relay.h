// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The whole of a relay that runs: log, desks and webhooks, and the order in which they come up and
 * go down. */

typedef struct CoexRelay CoexRelay;
typedef struct CoexRelayConfig CoexRelayConfig;

/* @config is borrowed. @say gets lines for the journal, which hold no secret and nothing of what
 * was written. In the thread whose default context runs. COEX_ERROR_LISTEN, COEX_ERROR_STORE,
 * COEX_ERROR_LOCKED, COEX_ERROR_INVALID_INPUT for a certificate. */
CoexRelay *coex_relay_open(const CoexRelayConfig *config, void (*say)(const char *line),
                           GError **error);
/* Takes what is other in @config, which is taken: certificate, secrets and keys of the tenants that
 * are there. Connections stay. Says what it did, and what counts after a restart only. */
void coex_relay_reload(CoexRelay *relay, CoexRelayConfig *config);
/* What is in the database of a relay that does not run, for people. Free with g_free().
 * COEX_ERROR_LOCKED: it runs; COEX_ERROR_STORE. */
char *coex_relay_dup_rest(const CoexRelayConfig *config, GError **error);
/* Commits and answers what is under way. Blocks for about a second. */
void coex_relay_close(CoexRelay *relay);
