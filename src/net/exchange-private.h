// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "net/exchange.h"
#include "net/places.h"

/* What the listener knows of its requests. */

struct MHD_Connection;
typedef struct CoexListener CoexListener;

/* Where verdicts wait for the listener's thread. Outlives listener and exchanges. */
typedef struct {
    gatomicrefcount refs;
    GMutex lock;
    GQueue answered; /* CoexExchange, each with the handler's reference */
    gboolean closed;
    int wake_fd;
} CoexPostbox;

CoexPostbox *coex_postbox_new(void);
void coex_postbox_unref(CoexPostbox *postbox);
void coex_postbox_wake(CoexPostbox *postbox);

struct CoexGuests {
    gatomicrefcount refs;
    guint max;
    guint n; /* listener's thread only */
};

/* One connection. Listener's thread only. */
typedef struct {
    CoexPlace place; /* first: the listener's peers are places too */
    CoexListener *listener;
    CoexExchange *exchange;
    guint *n_guests;    /* the listener's */
    CoexGuests *guests; /* whose it is one; NULL: none's */
    guint certificate;  /* the number of the one that was the newest when it came */
} CoexPeer;

/* Its place is one of those that anybody can have. */
void coex_peer_leave_guests(CoexPeer *peer);

struct CoexExchange {
    gatomicrefcount refs; /* the connection's, and the handler's once it is complete */
    CoexPostbox *postbox;
    char *path;
    gboolean is_get;
    GBytes *answer; /* NULL: a standard text */
    const char *type;
    GPtrArray *values; /* char *, of headers that were not as they came; NULL: none */
    gpointer data;
    GDestroyNotify destroy;
    guint verdict; /* under the postbox's lock */

    /* listener's thread only */
    CoexPeer *peer;                    /* NULL when the connection has gone */
    struct MHD_Connection *connection; /* likewise */
    GByteArray *body;
    gsize n_counted; /* bytes of the body that count against COEX_LISTENER_BODIES_MAX */
    guint status;    /* of the answer, 0 when not known yet */
    gboolean asleep;
    gboolean closes;    /* the connection, with its answer */
    gboolean refused;   /* and has waited, or waits, for its turn */
    gboolean abandoned; /* the answer may be written by another thread meanwhile */
    const CoexListenerHandler *handler;
    gpointer user_data; /* the handler's */
};

/* Has one reference, the connection's. */
CoexExchange *coex_exchange_new(CoexPeer *peer, CoexPostbox *postbox,
                                struct MHD_Connection *connection, const char *path,
                                gboolean is_get);
void coex_exchange_unref(CoexExchange *exchange);
