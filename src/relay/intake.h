// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "ingest/source.h"

/* The way of a genuine delivery into the log. */

typedef struct CoexCounts CoexCounts;
typedef struct CoexDesks CoexDesks;
typedef struct CoexLog CoexLog;
typedef struct CoexRelayConfig CoexRelayConfig;
typedef struct CoexRelayIntake CoexRelayIntake;

/* Everything is borrowed, and used until the log's end. */
CoexRelayIntake *coex_relay_intake_new(const CoexRelayConfig *config, CoexLog *log,
                                       CoexDesks *desks, CoexCounts *counts);
/* Whether what comes for the tenant is proved here, as it is by the configuration until then. Any
 * thread. */
void coex_relay_intake_set_proof(CoexRelayIntake *intake, guint tenant, gboolean is_here);
void coex_relay_intake_free(CoexRelayIntake *intake);

/* A CoexSourceKeep; @data is the intake. 400: what nobody proves here is no JSON object either.
 * 401: its proof is longer than any is. */
guint coex_relay_intake_keep(const CoexDelivery *delivery, CoexSourceKept kept, gpointer user_data,
                             gpointer data);
