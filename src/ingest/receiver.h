// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/verifier.h"
#include <glib.h>

/* One listening address and those who receive there. Hides what happens to a delivery before it is
 * a row: whose path and secret it fits, its proof while the body arrives, the commit, and only then
 * the 200. It knows no account. */

typedef struct CoexReceiver CoexReceiver;
typedef struct CoexStore CoexStore;

/* Who receives. Copied. */
typedef struct CoexReceiverSpec {
    const char *path;
    const char *number; /* own, digits: whose refusal it is where several could have been meant */
    CoexVerifier *verifier;
    const char *verify_token; /* NULL: no GET handshake */
    GMainContext *context; /* in which both are called, until coex_receiver_remove(); must outlive
                              the store */
    /* So many deliveries were turned away, the last one for that reason: one call for a flood. */
    void (*refused)(CoexVerdict verdict, guint n, gpointer data);
    /* Deliveries could not be stored, and were answered 503: likewise. */
    void (*lost)(const GError *error, gpointer data);
    gpointer data; /* names the one who receives, too */
} CoexReceiverSpec;

/* All functions belong to one thread, that of the specs' context. @store must outlive it.
 * COEX_ERROR_LISTEN, COEX_ERROR_INVALID_INPUT. Free with coex_receiver_free(). */
CoexReceiver *coex_receiver_open(const char *address, CoexStore *store, GError **error);
void coex_receiver_free(CoexReceiver *receiver);

/* "address:port" as given. Borrowed. */
const char *coex_receiver_get_address(const CoexReceiver *receiver);

/* From now on what @spec proves comes in. */
void coex_receiver_add(CoexReceiver *receiver, const CoexReceiverSpec *spec);
/* Ends all that was added with @data. TRUE when nobody receives any more. */
gboolean coex_receiver_remove(CoexReceiver *receiver, gconstpointer data);
