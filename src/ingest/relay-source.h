// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "ingest/source.h"
#include <glib.h>

/* Asks a relay, over and over, for what it has taken since (core/relay.h). The relay is believed
 * nothing: each delivery is proven here again, and what is on disk and where the relay's log was
 * read to are one commit, so that neither a crash here nor one there loses or repeats anything.
 * Hides the waiting, the tries after a failure, the end of a suspend, and what is said of all that.
 * At most one answer is in memory. */

typedef struct CoexBatch CoexBatch;
typedef struct CoexProxy CoexProxy;
typedef struct CoexRelaySource CoexRelaySource;
typedef struct CoexStore CoexStore;

/* Strings are copied. */
typedef struct CoexRelaySpec {
    CoexSourceSpec source; /* its context is the thread's default one */
    CoexStore *store;      /* borrowed; outlives it */
    const char *url;       /* from coex_relay_check_url() */
    const char *key;
    const CoexProxy *proxy; /* the way there; NULL: straight */
    const char *place;      /* that was noted last, NULL: none */
    /* A new batch for the deliveries and the next place. */
    CoexBatch *(*begin)(gpointer data);
    void (*note)(CoexBatch *batch, const char *place, gpointer data);
    /* What a desk has sent, as a webhook; NULL: no proof of it. */
    GBytes *(*read_send)(GBytes *copy, gpointer data);
    /* All that the relay had is on disk, for the first time. */
    void (*caught_up)(gpointer data);
    void (*tell)(const char *line, gpointer data); /* a sentence for the user */
} CoexRelaySpec;

/* Begins to ask. All functions and calls belong to the thread that made it. */
CoexRelaySource *coex_relay_source_new(const CoexRelaySpec *spec);
/* Ends at any moment: nothing is called any more. */
void coex_relay_source_stop(CoexRelaySource *relay);
void coex_relay_source_free(CoexRelaySource *relay);
/* The sequence up to which its log is here; -1: it was not asked yet. NULL is allowed. */
gint64 coex_relay_source_get_place(const CoexRelaySource *relay);
/* Whether something of the relay was told that keeps deliveries there. NULL is allowed. */
gboolean coex_relay_source_is_ill(const CoexRelaySource *relay);
