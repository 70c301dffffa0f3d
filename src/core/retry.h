// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/error.h"
#include <glib.h>

/* When a request may go again, as functions of what happened; and the pace of sending
 * (Meta: throughput). No clock: `now` is passed in. */

#define COEX_PACE_NUMBER_PER_S 20 /* a coexistence number, in and out together */
#define COEX_PACE_PERSON_BURST 45
#define COEX_PACE_PERSON_S 6 /* one message per 6 s to one person on average */

/* Milliseconds to wait before try @attempt+1 (attempt counts from 0), with @jitter in 0..1 spread
 * over ±25 %. BACKOFF: 1, 2, 4 … 300 s; PAIR: 4^n s up to 1 h; QUOTA: 1, 2, 4 … 60 min; NEVER: -1.
 */
gint64 coex_retry_delay_ms(CoexRetryKind kind, guint attempt, double jitter);

/* The BACKOFF after @n tries in vain of what is often back soon: the first @n_soon waits are no
 * longer than the one after @attempt_max. */
gint64 coex_retry_eager_ms(guint n, guint n_soon, guint attempt_max, double jitter);

/* How an error of a send may be repeated. A listed Graph code: by its table row; else
 * COEX_ERROR_NETWORK, COEX_ERROR_RETRY and COEX_ERROR_RATE_LIMITED (HTTP 429): BACKOFF; everything
 * else NEVER. */
CoexRetryKind coex_retry_kind(const GError *error);

/* A token bucket. Set up with coex_pace_init(). */
typedef struct {
    double tokens;
    gint64 at_us;
} CoexPace;

/* Fills the bucket. */
void coex_pace_init(CoexPace *pace, double burst, gint64 now_us);

/* Takes one token and returns 0, or returns the microseconds until one is there. A clock that went
 * back costs nothing but the time since. */
gint64 coex_pace_take(CoexPace *pace, double per_s, double burst, gint64 now_us);

/* Microseconds until a token would be there, without taking it; 0: now. */
gint64 coex_pace_peek(const CoexPace *pace, double per_s, double burst, gint64 now_us);
