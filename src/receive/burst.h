// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Deliveries that are held back for a moment, for what comes with them: reactions, since several
 * are told in one line, and the pictures of an album, which are shown in the order of their times.
 * They stay on disk as not applied, so that a crash meanwhile loses nothing, and have no line yet,
 * so that nothing is told twice. Engine thread. */

typedef struct CoexApplication CoexApplication;
typedef struct CoexBurst CoexBurst;

/* @rows (CoexDeliveryRow, borrowed array; take its elements): of all that was held and is not any
 * more, in the order of their ids. */
typedef void (*CoexBurstRelease)(GPtrArray *rows, gpointer data);

CoexBurst *coex_burst_new(CoexBurstRelease release, gpointer data);
void coex_burst_free(CoexBurst *burst);

/* Takes @application, which has been routed, when it is to be held, for a second at most: there is
 * nothing in it but reactions, pictures and videos for one account. What else a customer of whom
 * something is held writes is taken, too, and released with it at once, in order. Else FALSE, and
 * what is held of somebody in it has been released. */
gboolean coex_burst_hold(CoexBurst *burst, CoexApplication *application);
/* Releases what is held. */
void coex_burst_end(CoexBurst *burst);
gboolean coex_burst_has(const CoexBurst *burst, gint64 delivery_id);
/* Nothing is held any more; the lowest id of what was, G_MAXINT64: nothing was. */
gint64 coex_burst_drop(CoexBurst *burst);
