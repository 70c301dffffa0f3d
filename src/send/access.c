// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/engine.h"
#include "account/tell.h"
#include "send/queue.h"

/* A key that dies while the account is online: sending stops, receiving needs no key and goes on
 * until the user takes the account off. */

#define UNLOCK_MS (5 * 60 * 1000) /* between looks whether a dead key is good again */

static void
on_unlock(gpointer data)
{
    CoexOutbox *outbox = data;

    coex_outbox_check_access(outbox);
}

static void
look_again_later(CoexOutbox *outbox)
{
    coex_timer_start(&outbox->unlock, UNLOCK_MS, on_unlock, outbox);
}

static void
lock_out(CoexOutbox *outbox, const GError *error)
{
    if (outbox->locked_out)
        return;
    outbox->locked_out = TRUE;
    coex_outbox_tell_kept(outbox);
    coex_account_tell_notice(outbox->account, NULL,
                             "Nothing can be sent: %s Messages are still received, and what you "
                             "type waits. A new password counts once the account was switched off "
                             "and on again.",
                             error->message);
}

static void
unlock(CoexOutbox *outbox)
{
    coex_timer_clear(&outbox->unlock);
    if (outbox->locked_out)
        coex_account_tell_notice(outbox->account, NULL,
                                 "WhatsApp accepts the access again: what waited is sent now.");
    outbox->locked_out = FALSE;
    outbox->access_proven = TRUE;
}

static void
on_access_checked(CoexAccount *account, const GError *error)
{
    CoexOutbox *outbox = account->outbox;

    outbox->checking_access = FALSE;
    if (g_error_matches(error, COEX_ERROR, COEX_ERROR_AUTH))
        lock_out(outbox, error);
    else if (error == NULL || !outbox->locked_out)
        unlock(outbox);
    if (outbox->locked_out)
        look_again_later(outbox);
    coex_outbox_pump(outbox);
}

void
coex_outbox_check_access(CoexOutbox *outbox)
{
    if (outbox->checking_access || outbox->stopped)
        return;
    outbox->checking_access = TRUE;
    outbox->events->check_access(outbox->account, on_access_checked);
}
