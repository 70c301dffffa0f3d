// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/account.h"
#include "core/error.h"
#include "send/queue.h"
#include "send/templates.h"

/* What befalls one send and would befall the next, and the pace of the whole number. */

#define NETWORK_RETRY_MAX 5 /* 2^n seconds between tries while the network is down */
#define PAUSE_MIN_MS 1000   /* between tries of the whole number while WhatsApp refuses */

/* One step of waiting for all that fail together. */
static void
pause_all(CoexOutbox *outbox, gint64 delay_ms)
{
    gint64 now_us = g_get_monotonic_time();

    if (now_us < outbox->pause_due_us)
        return;
    outbox->pause_due_us = now_us + MAX(delay_ms, PAUSE_MIN_MS) * 1000;
    outbox->n_failures++;
}

/* The network does not care how many try: it is looked at more often than a refusal is repeated. */
static gint64
network_delay_ms(const CoexOutbox *outbox)
{
    return (gint64)1000 << MIN(outbox->n_failures, NETWORK_RETRY_MAX);
}

gboolean
coex_outbox_may_retry(CoexOutbox *outbox, const GError *error, guint n_tries, gboolean befalls_all,
                      gint64 *ret_delay_ms)
{
    CoexRetryKind kind = coex_retry_kind(error);

    *ret_delay_ms = 0;
    if (g_error_matches(error, COEX_ERROR, COEX_ERROR_NETWORK)) {
        pause_all(outbox, network_delay_ms(outbox));
        return TRUE;
    }
    if (g_error_matches(error, COEX_ERROR, COEX_ERROR_AUTH) && !outbox->access_proven) {
        coex_outbox_check_access(outbox);
        return TRUE;
    }
    if (g_error_matches(error, COEX_ERROR, COEX_ERROR_TEMPLATE))
        coex_templates_refresh(outbox->account, FALSE);
    if (kind == COEX_RETRY_NEVER)
        return FALSE;
    if (kind != COEX_RETRY_PAIR && befalls_all)
        pause_all(outbox, coex_retry_delay_ms(kind, outbox->n_failures, g_random_double()));
    *ret_delay_ms = coex_retry_delay_ms(kind, n_tries, g_random_double());
    return TRUE;
}

void
coex_outbox_note_accepted(CoexOutbox *outbox)
{
    outbox->access_proven = FALSE;
    outbox->n_failures = 0;
}

gint64
coex_outbox_take_turn(CoexOutbox *outbox)
{
    gint64 now_us = g_get_monotonic_time();
    gint64 wait_us;

    if (outbox->pause_due_us > now_us)
        return outbox->pause_due_us;
    wait_us = coex_pace_take(&outbox->pace, COEX_PACE_NUMBER_PER_S, COEX_NUMBER_BURST, now_us);
    return wait_us > 0 ? now_us + wait_us : 0;
}
