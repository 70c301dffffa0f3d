// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/account.h"
#include "account/people.h"
#include "account/tell.h"
#include "core/timer.h"
#include "core/words.h"
#include "send/queue.h"

#include <string.h>

/* What stops all sending: a number that is not connected with the API any more, until it is again;
 * and a key that dies while the account is online: sending stops, receiving needs no key and goes
 * on until the user takes the account off. */

#define LINK_SETTING "api-link" /* "lost" or "back", blank, seconds since 1970 */
#define PROOF_S 60              /* so much later than the news, it is no straggler */

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
    coex_account_tell_notice(
        outbox->account, NULL,
        _("Nothing can be sent: %s Messages are still received, and what you type waits. A new "
          "password counts once the account was switched off and on again."),
        error->message);
}

static void
unlock(CoexOutbox *outbox)
{
    coex_timer_clear(&outbox->unlock);
    if (outbox->locked_out)
        coex_account_tell_notice(outbox->account, NULL,
                                 _("WhatsApp accepts the access again: what waited is sent now."));
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

/* ---- connected or not ---- */

static gint64
get_link_time(const CoexAccount *account, gboolean *ret_lost)
{
    const char *kept = coex_account_get_setting(account, LINK_SETTING);

    *ret_lost = kept != NULL && g_str_has_prefix(kept, "lost ");
    return kept != NULL ? g_ascii_strtoll(kept + strlen("lost "), NULL, 10) : 0;
}

gint64
coex_outbox_get_unlinked_at(const CoexAccount *account)
{
    gboolean lost;
    gint64 at = get_link_time(account, &lost);

    return lost ? at : 0;
}

/* When something was written last that was delivered here. */
static gint64
get_proven_at(CoexAccount *account)
{
    g_autoptr(GPtrArray) people = coex_people_list(account->people);
    gint64 newest = 0;

    for (guint i = 0; i < people->len; i++) {
        const CoexPerson *person = g_ptr_array_index(people, i);

        newest = MAX(newest, MAX(person->last_inbound_at, person->last_echo_at));
    }
    return MIN(newest, coex_account_now(account));
}

gboolean
coex_outbox_set_link(CoexOutbox *outbox, CoexLink link, gint64 at)
{
    gboolean lost;
    gboolean is_lost = link == COEX_LINK_LOST;
    g_autofree char *text = g_strdup_printf("%s %" G_GINT64_FORMAT, is_lost ? "lost" : "back", at);

    if (link == COEX_LINK_SAME || at < get_link_time(outbox->account, &lost))
        return FALSE;
    /* News that come late: it has been connected since. */
    if (is_lost && get_proven_at(outbox->account) > at + PROOF_S)
        return FALSE;
    coex_account_put_setting(outbox->account, LINK_SETTING, text);
    if (is_lost == outbox->unlinked)
        return FALSE;
    outbox->unlinked = is_lost;
    if (is_lost)
        coex_outbox_tell_kept(outbox);
    else
        coex_outbox_ask_stale(outbox);
    coex_outbox_pump(outbox);
    return TRUE;
}

gboolean
coex_outbox_prove_link(CoexOutbox *outbox, gint64 at)
{
    return outbox->unlinked && at > coex_outbox_get_unlinked_at(outbox->account) + PROOF_S &&
           coex_outbox_set_link(outbox, COEX_LINK_BACK, at);
}
