// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/verifier.h"
#include <glib.h>

/* What every source of deliveries does alike, whatever carries them here: it hands in bytes with
 * their proof for one who receives. What proves to be genuine is put on disk as a row, and only
 * then may the source acknowledge it; what comes of the row is the intake's. What is refused or
 * cannot be stored is told to the one who receives, once for a flood of it. Counted; knows no
 * account. */

typedef struct CoexDelivery CoexDelivery;
typedef struct CoexSource CoexSource;

typedef struct CoexSourceSpec {
    CoexVerifier *verifier;
    GMainContext *context; /* in which both are called, until coex_source_end(); must outlive the
                              store */
    /* So many deliveries were turned away, the last one for that reason: one call for a flood. */
    void (*refused)(CoexVerdict verdict, guint n, gpointer data);
    /* Deliveries could not be stored, and were not acknowledged: likewise. */
    void (*lost)(const GError *error, gpointer data);
    gpointer data; /* names the one who receives, too */
} CoexSourceSpec;

CoexSource *coex_source_new(const CoexSourceSpec *spec);
void coex_source_unref(CoexSource *source);
/* In the context's thread: from now on neither is called. */
void coex_source_end(CoexSource *source);
/* Borrowed. */
CoexVerifier *coex_source_get_verifier(const CoexSource *source);
/* The context's thread only; NULL after the end. */
gconstpointer coex_source_get_data(const CoexSource *source);

/* ---- any thread ---- */

/* One was turned away. */
void coex_source_refuse(CoexSource *source, CoexVerdict verdict);

/* After the commit, in the writer's thread: @error NULL: it is on disk. */
typedef void (*CoexSourceKept)(const GError *error, gpointer user_data);
/* Where deliveries are kept, of which @data knows: 0, and @kept is called once, from whatever
 * thread; or the HTTP status that says why it is not. @delivery is borrowed. */
typedef guint (*CoexSourceKeep)(const CoexDelivery *delivery, CoexSourceKept kept,
                                gpointer user_data, gpointer data);
/* Queues a genuine delivery for the disk; its failure is told as above, too. What @keep returns. */
guint coex_source_keep(CoexSource *source, CoexSourceKeep keep, gpointer data,
                       const CoexDelivery *delivery, CoexSourceKept kept, gpointer user_data);
/* One of them: @data is a CoexStore. 503 where too much waits already or that is NULL. */
guint coex_source_keep_in_store(const CoexDelivery *delivery, CoexSourceKept kept,
                                gpointer user_data, gpointer data);
