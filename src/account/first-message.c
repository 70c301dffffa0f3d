// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/first-message.h"

#include "account/account.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/backend.h"
#include "core/verifier.h"
#include "core/words.h"

/* "awaited", "awaited RUN HINT" once something was said, or "came". */
#define STATE "first-message"
#define AWAITED "awaited"
#define CAME "came"

typedef enum {
    HINT_NO_WAY,     /* there is nothing that it could come by */
    HINT_NO_ADDRESS, /* perhaps nobody has told the provider where to deliver */
    HINT_READY,
} Hint;

static gboolean
is_awaited(const CoexAccount *account)
{
    const char *state = coex_account_get_setting(account, STATE);

    return state != NULL && g_str_has_prefix(state, AWAITED);
}

void
coex_first_message_await(CoexAccount *account)
{
    if (coex_account_get_setting(account, STATE) == NULL && account->last_delivery_at == 0)
        coex_account_put_setting(account, STATE, AWAITED);
}

/* ---- what is missing ---- */

static Hint
find_hint(const CoexAccount *account)
{
    if (*account->relay != '\0' || *account->inbox_url != '\0')
        return HINT_READY;
    if (!coex_account_listens(account))
        return HINT_NO_WAY;
    return *account->public_url != '\0' || account->last_delivery_at > 0 ? HINT_READY
                                                                         : HINT_NO_ADDRESS;
}

gboolean
coex_first_message_has_way(const CoexAccount *account)
{
    return find_hint(account) != HINT_NO_WAY;
}

static void
tell(CoexAccount *account, Hint hint)
{
    g_autofree char *entrance = coex_account_dup_entrance(account);

    switch (hint) {
    case HINT_NO_WAY:
        coex_account_tell_notice(account, NULL,
                                 _("No message can arrive here: the option {@listen} is off, and "
                                   "the options {@relay} and "
                                   "{@inbox-url} are empty. To receive messages, fill in one of "
                                   "them and log in again."));
        break;
    case HINT_NO_ADDRESS:
        coex_account_tell_notice(
            account, NULL,
            /* Translators: the provider, where webhooks come in, a phone number */
            _("One thing may be missing before messages arrive: the option {@public-url} is empty. "
              "Fill in the https address that leads to this computer and log in again, unless %s "
              "delivers to %s already. Then write to +%s in WhatsApp from another phone: it should "
              "appear here within seconds."),
            account->endpoint.backend->label, entrance, account->number);
        break;
    case HINT_READY:
        coex_account_tell_notice(
            account, NULL,
            account->verb_mark == '/'
                /* Translators: %s is a phone number */
                ? _("This account is ready for its first message. Write to +%s in WhatsApp from "
                    "another phone: it should appear here within seconds. If it does not, choose "
                    "“Check the connection” in the account's menu.")
                : _("This account is ready for its first message. Write to +%s in WhatsApp from "
                    "another phone: it should appear here within seconds. If it does not, set the "
                    "account's option {@doctor} to yes and log in again."),
            account->number);
        break;
    }
}

void
coex_first_message_hint(CoexAccount *account)
{
    Hint hint = find_hint(account);
    /* Who wants to receive nothing has read it once. */
    gint64 run = hint == HINT_NO_WAY ? 0 : account->run;
    g_autofree char *said = g_strdup_printf(AWAITED " %" G_GINT64_FORMAT " %d", run, (int)hint);

    /* What worked before is missed at each login. */
    if (hint == HINT_NO_WAY && account->last_delivery_at > 0) {
        if (!account->no_way_told)
            tell(account, hint);
        account->no_way_told = TRUE;
        return;
    }
    /* Without the secret nothing is taken in, which the login tells. */
    if (!is_awaited(account) ||
        (hint != HINT_NO_WAY && coex_verifier_get_header(account->verifier) == NULL) ||
        g_strcmp0(coex_account_get_setting(account, STATE), said) == 0)
        return;
    coex_account_put_setting(account, STATE, said);
    tell(account, hint);
}

/* ---- its end ---- */

void
coex_first_message_note(CoexAccount *account, const CoexPerson *person)
{
    g_autofree char *called = NULL;

    if (!is_awaited(account))
        return;
    coex_account_put_setting(account, STATE, CAME);
    called = coex_account_dup_called(account, person);
    coex_account_tell_notice(
        account, NULL,
        /* Translators: who wrote it, and the mark before a command; help is typed as it stands */
        _("The first message has arrived, from %s: receiving works. What you type in that "
          "conversation is the answer, and %chelp there lists all commands."),
        called, account->verb_mark);
}
