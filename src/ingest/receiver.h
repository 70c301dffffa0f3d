// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "ingest/source.h"
#include <glib.h>

/* One listening address and those who receive there: the source that providers deliver to. Hides
 * what happens to a delivery before it is a row: whose path and secret it fits, its proof while the
 * body arrives, the commit, and only then the 200. */

typedef struct CoexCertificate CoexCertificate;
typedef struct CoexListenerHandler CoexListenerHandler;
typedef struct CoexReceiver CoexReceiver;
typedef struct CoexStore CoexStore;

/* Who receives. Copied. */
typedef struct CoexReceiverSpec {
    CoexSourceSpec source;
    const char *path;
    const char *number; /* own, digits: whose refusal it is where several could have been meant */
    const char *verify_token; /* NULL: no GET handshake */
} CoexReceiverSpec;

/* Where deliveries are kept, and what else is there at an address. */
typedef struct {
    CoexSourceKeep keep; /* in the listener's thread */
    gpointer keep_data;
    /* Whose all paths are at which nobody receives; borrowed. NULL: they are 404. */
    const CoexListenerHandler *others;
    gpointer others_data;
    CoexCertificate *certificate; /* taken; then HTTPS is spoken. NULL: HTTP */
} CoexReceiverGround;

/* All functions belong to one thread, that of the specs' context. @store must outlive it; NULL: no
 * delivery is taken, each is answered 503. COEX_ERROR_LISTEN, COEX_ERROR_INVALID_INPUT. Free with
 * coex_receiver_free(). */
CoexReceiver *coex_receiver_open(const char *address, CoexStore *store, GError **error);
/* Likewise; @ground is copied, what it points to must outlive it. */
CoexReceiver *coex_receiver_open_on(const char *address, const CoexReceiverGround *ground,
                                    GError **error);
void coex_receiver_free(CoexReceiver *receiver);

/* Takes @certificate, which is shown to all who come from now on; connections stay. Only where
 * there is one already. */
void coex_receiver_set_certificate(CoexReceiver *receiver, CoexCertificate *certificate);

/* "address:port" as given. Borrowed. */
const char *coex_receiver_get_address(const CoexReceiver *receiver);

/* From now on what @spec proves comes in. */
void coex_receiver_add(CoexReceiver *receiver, const CoexReceiverSpec *spec);
/* Ends all that was added with @data. TRUE when nobody receives any more. */
gboolean coex_receiver_remove(CoexReceiver *receiver, gconstpointer data);

/* ---- a look at the way to here ---- */

/* What came with a nonce. */
typedef struct {
    gboolean arrived;
    char *path;          /* of the last that came, NULL */
    CoexVerdict verdict; /* of the last POST */
} CoexArrival;

void coex_arrival_clear(CoexArrival *arrival);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CoexArrival, coex_arrival_clear)

/* The query key that names a nonce. */
#define COEX_RECEIVER_PROBE "coex-probe"

/* From now on what comes with ?coex-probe=@nonce is proved and answered as any delivery, but noted
 * and neither stored nor told. Until coex_receiver_forget(). */
void coex_receiver_expect(CoexReceiver *receiver, const char *nonce);
/* What has come with it since the last call. */
void coex_receiver_read_arrival(CoexReceiver *receiver, const char *nonce,
                                CoexArrival *ret_arrival);
void coex_receiver_forget(CoexReceiver *receiver, const char *nonce);

/* What was turned away last of who was added with @data, seconds since 1970, 0: never. */
typedef struct {
    gint64 refused_at;
    CoexVerdict verdict;
    gint64 challenge_at; /* asked for with another verify token */
} CoexRefusals;

void coex_receiver_get_refusals(CoexReceiver *receiver, gconstpointer data,
                                CoexRefusals *ret_refusals);
