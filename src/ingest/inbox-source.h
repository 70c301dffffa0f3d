// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "ingest/source.h"
#include <glib.h>

/* Reads 360dialog's Inbox (core/inbox.h): its WebSocket rings, what is new is read by REST, and
 * each message is handed in as a webhook would have brought it. The Inbox has no cursor: it is
 * asked for what is newer than the newest message that is here, and a little more, since a message
 * is known by its id wherever it comes from; and its count of all that lies behind us says whether
 * something came late. It is believed nothing but what its token opens. Hides the waiting, the
 * tries after a failure, the end of a suspend, and what is said of all that. At most one answer is
 * in memory. */

typedef struct CoexBatch CoexBatch;
typedef struct CoexInboxSource CoexInboxSource;
typedef struct CoexProxy CoexProxy;
typedef struct CoexStore CoexStore;

/* Strings are copied. */
typedef struct CoexInboxSpec {
    CoexSourceSpec source; /* its context is the thread's default one; nothing is ever refused */
    CoexStore *store;      /* borrowed; outlives it */
    const char *url;       /* from coex_inbox_check_url() */
    const char *token;
    const char *number;           /* own, digits */
    const char *phone_number_id;  /* NULL or "": not known */
    const CoexProxy *proxy;       /* the way there; NULL: straight */
    const char *place;            /* that was noted last, NULL: none */
    gint64 (*now)(gpointer data); /* seconds since 1970 */
    /* A new batch for the deliveries and the next place. */
    CoexBatch *(*begin)(gpointer data);
    void (*note)(CoexBatch *batch, const char *place, gpointer data);
    void (*tell)(const char *line, gpointer data); /* a sentence for the user */
} CoexInboxSpec;

/* Begins to ask. All functions and calls belong to the thread that made it. */
CoexInboxSource *coex_inbox_source_new(const CoexInboxSpec *spec);
/* Ends at any moment: nothing is called any more. */
void coex_inbox_source_stop(CoexInboxSource *inbox);
void coex_inbox_source_free(CoexInboxSource *inbox);
/* Why its WebSocket is not there, "": it is. NULL is allowed, and gives NULL. Borrowed. */
const char *coex_inbox_source_get_bell_fault(const CoexInboxSource *inbox);
