// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What has come for an account, and what has not. */

typedef struct CoexWriter CoexWriter;

/* Times in seconds since 1970, 0: never. */
typedef struct CoexArrivals {
    gint64 inbound_at; /* the newest message of a customer's */
    gint64 echo_at;    /* of the phone's */
    gint64 status_at;
    GPtrArray *unconfirmed; /* wamids of sends that no status followed, the newest first, not all */
    guint n_unconfirmed;    /* all of them */
    gint64 failed_at;       /* the newest send that failed for a reason of the account's */
    int failed_code;        /* Graph's */
} CoexArrivals;

/* See coex_store_read_arrivals(). */
void coex_arrivals_ask(CoexWriter *writer, gint64 account_id, gint64 now,
                       void (*done)(const CoexArrivals *arrivals, const GError *error,
                                    gpointer user_data),
                       gpointer user_data);
