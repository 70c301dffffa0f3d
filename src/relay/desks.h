// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What desks ask for: what came after their cursor, for which they may wait, and to keep what they
 * tell of a message that they sent. Hides keys, who waits and since when, and how much may be on
 * its way to them at once. */

typedef struct CoexCluster CoexCluster;
typedef struct CoexCounts CoexCounts;
typedef struct CoexDesks CoexDesks;
typedef struct CoexListenerHandler CoexListenerHandler;
typedef struct CoexLog CoexLog;
typedef struct CoexRelayConfig CoexRelayConfig;

/* So many of one key can wait: the oldest has to go for another. */
#define COEX_DESKS_PER_KEY 16
#define COEX_DESKS_WAIT_MAX_S 60
/* What is answered to who has no key, at a path that there is. */
#define COEX_DESKS_NO_KEY                                                                          \
    "This is not the desk key of that path: see its desk-key in the relay's configuration."
#define COEX_DESKS_SEND_MAX (64 * 1024) /* bytes that tell of a message */

/* For the thread's default context, in which waiting ends. All is borrowed; the tenants of @config
 * are the log's, in their order, for each of which there is one of @counts. @cluster NULL: the
 * relay is alone. */
CoexDesks *coex_desks_new(const CoexRelayConfig *config, CoexLog *log, CoexCluster *cluster,
                          CoexCounts *counts);
/* From now on @keys (CoexRelayKey) are the tenant's. Who waits with one that is none of them any
 * more is let go, and refused when he asks again. Any thread. */
void coex_desks_set_keys(CoexDesks *desks, guint tenant, const GPtrArray *keys);
/* Of CoexDeskFigures (relay/status.h), one for each key of the tenant; g_array_unref(). Any thread.
 */
GArray *coex_desks_get_figures(CoexDesks *desks, guint tenant);
/* Nobody waits any more, from now on. The context's thread. */
void coex_desks_end(CoexDesks *desks);
/* After its end, and that of listener and log. */
void coex_desks_free(CoexDesks *desks);

/* For all paths that are no webhook's; its data is the CoexDesks. */
extern const CoexListenerHandler coex_desks_handler;

/* Something of the tenant that came here was committed. In the writer's thread. */
void coex_desks_note(CoexDesks *desks, guint tenant);
/* Something of it has its number, or the numbers are others. Any thread. */
void coex_desks_wake(CoexDesks *desks, guint tenant);
