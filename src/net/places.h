// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The places that a listener has for connections: who has to leave because his time is over, and
 * who because others wait. Hides the clock and the rule; of use to the listener only, in its
 * thread. */

#define COEX_PLACE_GRACE_MS 250
#define COEX_PLACE_PACE (128 * 1024) /* bytes of a body in a second */

/* One connection. Cutting it is a shutdown() of its socket; whoever reads there finds the end. */
typedef struct {
    int fd;
    gint64 deadline;      /* monotonic; 0: none */
    gint64 waiting_since; /* monotonic: for headers, and then for the body */
    gsize n_bytes;        /* of the body since then */
    gboolean busy;        /* with its request: not waiting for the client */
    gboolean proven;      /* is who it should be */
    gboolean cut;
} CoexPlace;

/* From now on it waits for the client, @seconds at most. */
void coex_place_wait(CoexPlace *place, guint seconds);

/* It waits for nothing that the client could do. */
void coex_place_sleep(CoexPlace *place);

/* Bytes of the body came; each COEX_PLACE_PACE of them are a second more. */
void coex_place_take(CoexPlace *place, gsize n_bytes);

/* @places: of CoexPlace. Cuts who drips beyond the deadline. */
void coex_places_reap(GPtrArray *places, gint64 now);

/* Cuts up to @count of those that have proved nothing, have waited for COEX_PLACE_GRACE_MS and
 * send no whole headers, or a body below COEX_PLACE_PACE: the oldest first. How many. */
guint coex_places_give_way(GPtrArray *places, gint64 now, guint count);
