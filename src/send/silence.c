// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/account.h"
#include "account/tell.h"
#include "core/timer.h"
#include "core/words.h"
#include "send/queue.h"

#define SILENCE_MS (120 * 1000) /* an accepted send without any status */

static void
on_silence(gpointer data)
{
    CoexOutbox *outbox = data;

    outbox->silence_told = TRUE;
    if (outbox->account->heard_at_us > outbox->silent_from_us) {
        coex_account_tell_notice(
            outbox->account, NULL,
            _("A message was accepted two minutes ago, and what became of it has not been told "
              "yet. Other webhooks arrive, so it is only late."));
        return;
    }
    outbox->events->silent(outbox->account,
                           _("A message was accepted two minutes ago, but no webhook about it has "
                             "arrived: what customers answer will not arrive either."));
}

void
coex_outbox_note_status(CoexOutbox *outbox)
{
    coex_timer_clear(&outbox->silence);
    outbox->silence_told = FALSE;
    outbox->status_at_us = g_get_monotonic_time();
}

void
coex_outbox_watch_for_silence(CoexOutbox *outbox, gint64 left_at_us)
{
    if (outbox->silence != NULL || outbox->silence_told || outbox->status_at_us > left_at_us ||
        !coex_account_hears(outbox->account))
        return;
    coex_timer_start(&outbox->silence, SILENCE_MS, on_silence, outbox);
    outbox->silent_from_us = left_at_us;
}
