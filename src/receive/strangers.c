// SPDX-License-Identifier: GPL-2.0-or-later
#include "receive/strangers.h"

#include "account/account.h"
#include "account/tell.h"
#include "core/message.h"
#include "core/window.h"
#include "core/words.h"

#define EVERY_S (60 * 60)
#define SETTING "strangers"

void
coex_strangers_load(CoexAccount *account, const char *kept)
{
    CoexStrangers *strangers = account->strangers;
    char *end;

    /* The accounts that are on know better. */
    if (strangers->told_at != 0 || kept == NULL)
        return;
    strangers->told_at = g_ascii_strtoll(kept, &end, 10);
    strangers->n_untold = (guint)g_ascii_strtoull(end, NULL, 10);
}

void
coex_strangers_keep(CoexAccount *account)
{
    const CoexStrangers *strangers = account->strangers;
    g_autofree char *text =
        g_strdup_printf("%" G_GINT64_FORMAT " %u", strangers->told_at, strangers->n_untold);

    if (account->settings != NULL && strangers->told_at != 0)
        coex_account_put_setting(account, SETTING, text);
}

static char *
dup_untold(const CoexStrangers *strangers)
{
    g_autofree char *clock = coex_window_dup_time(strangers->told_at);
    g_autofree char *line = NULL;

    if (strangers->n_untold == 0 || clock == NULL)
        return g_strdup("");
    line = coex_say(
        /* Translators: %s is a day and a time; it is of webhooks */
        COEX_PLURAL("Since %s %u more was refused, or for another number, without a line.",
                    "Since %s %u more were refused, or for another number, without a line.",
                    strangers->n_untold),
        clock, strangers->n_untold);
    return g_strconcat(" ", line, NULL);
}

char *
coex_strangers_speak(CoexAccount *account, guint n)
{
    CoexStrangers *strangers = account->strangers;
    gint64 now = coex_account_now(account);
    gboolean is_late =
        strangers->told_at == 0 || now < strangers->told_at || now - strangers->told_at >= EVERY_S;
    char *untold;

    if (!is_late && !account->secret_corrected) {
        strangers->n_untold += n;
        return NULL;
    }
    account->secret_corrected = FALSE;
    untold = dup_untold(strangers);
    *strangers = (CoexStrangers){ .told_at = now, .n_untold = n - 1 };
    coex_strangers_keep(account);
    return untold;
}

void
coex_strangers_mismatch(CoexAccount *account, const CoexEvent *event)
{
    g_autofree char *others = coex_strangers_speak(account, 1);
    gboolean has_number = event->display_phone_number != NULL;
    g_autofree char *line = NULL;

    if (others == NULL)
        return;
    line = coex_say(
        has_number
            ? _("A webhook for the number +%s came here, but this account is +%s, so it was not "
                "shown. Correct the account's user name or the webhook of that number.")
            : _("A webhook for the number with the id %s came here, but this account is +%s, so it "
                "was not shown. Correct the account's user name or the webhook of that number."),
        has_number ? event->display_phone_number : event->phone_number_id, account->number);
    coex_account_tell_notice(account, NULL, "%s%s", line, others);
}
