// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/retry.h"

#define MINUTE_MS (60 * 1000)
#define HOUR_MS (60 * MINUTE_MS)
/* So that a token that is due at a time is there at that time, whatever the rounding. */
#define EPSILON 1e-6

/* @first_ms times @factor^@attempt, at most @max_ms. */
static gint64
grow(gint64 first_ms, gint64 factor, guint attempt, gint64 max_ms)
{
    gint64 delay_ms = first_ms;

    while (attempt-- > 0 && delay_ms < max_ms)
        delay_ms *= factor;
    return MIN(delay_ms, max_ms);
}

gint64
coex_retry_delay_ms(CoexRetryKind kind, guint attempt, double jitter)
{
    gint64 delay_ms = 0;

    switch (kind) {
    case COEX_RETRY_NEVER:
        return -1;
    case COEX_RETRY_BACKOFF:
        delay_ms = grow(1000, 2, attempt, 300 * 1000);
        break;
    case COEX_RETRY_PAIR:
        delay_ms = grow(1000, 4, attempt, HOUR_MS);
        break;
    case COEX_RETRY_QUOTA:
        delay_ms = grow(MINUTE_MS, 2, attempt, HOUR_MS);
        break;
    }
    return (gint64)((double)delay_ms * (0.75 + 0.5 * CLAMP(jitter, 0.0, 1.0)));
}

gint64
coex_retry_eager_ms(guint n, guint n_soon, guint attempt_max, double jitter)
{
    guint attempt = n < n_soon ? MIN(n, attempt_max) : n - n_soon + attempt_max;

    return coex_retry_delay_ms(COEX_RETRY_BACKOFF, attempt, jitter);
}

CoexRetryKind
coex_retry_kind(const GError *error)
{
    int graph_code = coex_error_get_graph_code(error);
    const CoexGraphCode *row;

    if (!error || error->domain != COEX_ERROR)
        return COEX_RETRY_NEVER;
    row = coex_graph_code_lookup(graph_code);
    if (graph_code != 0 && row->code != COEX_GRAPH_CODE_UNLISTED)
        return row->retry;
    switch ((CoexErrorCode)error->code) {
    case COEX_ERROR_RETRY:
    case COEX_ERROR_RATE_LIMITED:
    case COEX_ERROR_NETWORK:
        return COEX_RETRY_BACKOFF;
    case COEX_ERROR_UNCERTAIN:
    case COEX_ERROR_AUTH:
    case COEX_ERROR_WINDOW_CLOSED:
    case COEX_ERROR_RECIPIENT:
    case COEX_ERROR_TEMPLATE:
    case COEX_ERROR_TOO_LARGE:
    case COEX_ERROR_INVALID_INPUT:
    case COEX_ERROR_PROTOCOL:
    case COEX_ERROR_STORE:
    case COEX_ERROR_LOCKED:
    case COEX_ERROR_LISTEN:
        return COEX_RETRY_NEVER;
    }
    return COEX_RETRY_NEVER;
}

void
coex_pace_init(CoexPace *pace, double burst, gint64 now_us)
{
    pace->tokens = burst;
    pace->at_us = now_us;
}

static double
count_tokens(const CoexPace *pace, double per_s, double burst, gint64 now_us)
{
    gint64 passed_us = MAX(now_us - pace->at_us, 0);

    return MIN(pace->tokens + (double)passed_us / G_USEC_PER_SEC * per_s, burst);
}

static gint64
wait_us(double tokens, double per_s)
{
    if (tokens >= 1.0 - EPSILON)
        return 0;
    return MAX((gint64)((1.0 - tokens) / per_s * G_USEC_PER_SEC), 1);
}

gint64
coex_pace_take(CoexPace *pace, double per_s, double burst, gint64 now_us)
{
    gint64 left_us;

    g_return_val_if_fail(per_s > 0, 0);
    pace->tokens = count_tokens(pace, per_s, burst, now_us);
    pace->at_us = now_us;
    left_us = wait_us(pace->tokens, per_s);
    if (left_us == 0)
        pace->tokens = MAX(pace->tokens - 1.0, 0.0);
    return left_us;
}

gint64
coex_pace_peek(const CoexPace *pace, double per_s, double burst, gint64 now_us)
{
    g_return_val_if_fail(per_s > 0, 0);
    return wait_us(count_tokens(pace, per_s, burst, now_us), per_s);
}
