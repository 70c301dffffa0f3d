// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What came for a tenant since the relay began, and what became of it. Any thread. */

typedef enum {
    COEX_COUNT_ACCEPTED, /* deliveries that were answered 200 */
    COEX_COUNT_SENDS,    /* copies of what desks sent, likewise */
    COEX_COUNT_NO_PROOF, /* from here on: refused */
    COEX_COUNT_WRONG_PROOF,
    COEX_COUNT_NO_JSON,
    COEX_COUNT_DESK_KEY,
    COEX_COUNT_NO_ROOM, /* from here on: left to who sent it, who tries again */
    COEX_COUNT_BUSY,
    COEX_COUNT_DISK,
    COEX_COUNT_N,
} CoexCount;

typedef struct CoexCounts {
    gssize n[COEX_COUNT_N];
} CoexCounts;

static inline void
coex_count_add(CoexCounts *counts, CoexCount what, guint n)
{
    g_atomic_pointer_add(&counts->n[what], n);
}

static inline guint64
coex_count_get(CoexCounts *counts, CoexCount what)
{
    return (guint64)(gsize)g_atomic_pointer_get(&counts->n[what]);
}
