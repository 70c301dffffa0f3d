// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* The large parts of the phone's history, one after the other: each is read aside, where messages
 * that come and commands do not wait for it, the next one while the second half of the one before
 * it goes into the store. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexApplication CoexApplication;
typedef struct CoexChunks CoexChunks;
typedef struct CoexDeliveryRow CoexDeliveryRow;
typedef struct CoexStore CoexStore;

/* For whom a delivery was kept. */
typedef struct {
    CoexAccount *account;  /* a reference */
    char *phone_number_id; /* NULL */
    char *number;          /* or coex_match_dup_waba_key() */
    gboolean for_number;
} CoexKept;

/* Copies. */
void coex_kept_init(CoexKept *kept, CoexAccount *account, const char *phone_number_id,
                    const char *number, gboolean for_number);
void coex_kept_clear(CoexKept *kept);

/* Takes @application, which was read, and runs it; @kept NULL: it is new. */
typedef void (*CoexChunksApply)(CoexApplication *application, const CoexKept *kept, gpointer data);
/* The store could not be read: coex_chunks_next() has to be called later. */
typedef void (*CoexChunksFailed)(gpointer data);

CoexChunks *coex_chunks_new(CoexChunksApply apply, CoexChunksFailed failed, gpointer data);
void coex_chunks_free(CoexChunks *chunks);
/* The store ends, or there is another one after it; what is being read comes to nothing. */
void coex_chunks_stop(CoexChunks *chunks);

/* Takes @row of @store, kept for @kept (copied) unless NULL, when it is its turn. */
void coex_chunks_take(CoexChunks *chunks, CoexStore *store, CoexDeliveryRow *row,
                      const CoexKept *kept);
/* What waits and was kept for @account is forgotten. */
void coex_chunks_drop(CoexChunks *chunks, const CoexAccount *account);

/* @application, a part of the history of any size, goes into the store from now on; half of it is
 * there; it is at its end. */
void coex_chunks_begun(CoexChunks *chunks, const CoexApplication *application);
void coex_chunks_halfway(CoexChunks *chunks, const CoexApplication *application);
void coex_chunks_ended(CoexChunks *chunks, const CoexApplication *application);
/* Goes on with what waits, unless it is not its turn. */
void coex_chunks_next(CoexChunks *chunks);
