// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/synchronise.h"

#include "account/account.h"
#include "account/call.h"
#include "account/tell.h"
#include "core/api.h"
#include "core/backend.h"
#include "core/error.h"
#include "core/words.h"

#define ASKED_ALREADY 2593107

#define QUESTION                                                                                   \
    _("WhatsApp then sends the phone's address book, and after it the chats of up to 180 days, "   \
      "by "                                                                                        \
      "webhook. It does so once only, and only within 24 hours after the number was connected "    \
      "with the API; after that the number has to be disconnected in the WhatsApp Business app "   \
      "and connected again. In the App dashboard the webhook fields smb_app_state_sync and "       \
      "history must be subscribed. Leave the app open on the phone meanwhile.")

/* Translators: %s is the provider. */
#define NOT_HERE                                                                                   \
    _("%s asks for the phone's contacts and its earlier chats by itself, some minutes after the "  \
      "number was connected, and sends them to the webhook of the partner through whom it was "    \
      "connected. Without a partner ask its support whether they can be sent to this number's "    \
      "webhook. Nothing has to be done here: what comes is taken in.")

#define CANNOT_HEAR                                                                                \
    _("Nothing was asked for: no webhook can come in here, and what WhatsApp sends once would be " \
      "lost. Switch receiving on first (options {@listen} and {@app-secret}).")

/* The two steps, in their order. */
enum { CONTACTS, CHATS, N_STEPS };
static const char *const types[N_STEPS] = { "smb_app_state_sync", "history" };

static void ask(CoexAccount *account, guint step);

static void
tell_asked(CoexAccount *account, guint step, const char *id)
{
    g_autofree char *line = g_strdup(
        step == CONTACTS
            ? _("WhatsApp was asked for the phone's contacts. They come within minutes or hours; "
                "leave the WhatsApp Business app open on the phone.")
            : _("WhatsApp was asked for the phone's earlier chats. They come within minutes or "
                "hours; leave the WhatsApp Business app open on the phone."));
    g_autofree char *request = coex_say(_("(For its support: request %s)"), id);

    if (*id != '\0')
        coex_account_tell_notice(account, NULL, "%s %s", line, request);
    else
        coex_account_tell_notice(account, NULL, "%s", line);
}

static void
on_asked(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    guint step = GPOINTER_TO_UINT(data);
    g_autofree char *id = response != NULL ? coex_api_read_sync(response, error) : NULL;

    if (id != NULL)
        tell_asked(account, step, id);
    else
        coex_account_tell_notice(account, NULL,
                                 step == CONTACTS
                                     ? _("WhatsApp does not send the phone's contacts: %s")
                                     : _("WhatsApp does not send the phone's earlier chats: %s"),
                                 (*error)->message);
    /* What was asked for before does not keep the rest from coming. */
    if (step + 1 < N_STEPS && (id != NULL || coex_error_get_graph_code(*error) == ASKED_ALREADY))
        ask(account, step + 1);
}

static void
ask(CoexAccount *account, guint step)
{
    g_autoptr(CoexRequest) request = coex_api_ask_sync(&account->endpoint, types[step]);

    coex_account_call(account, request, on_asked, GUINT_TO_POINTER(step), NULL);
}

void
coex_synchronise(CoexAccount *account, gboolean sure)
{
    CoexSessionEvent *event;

    if (account->endpoint.backend->sync_path == NULL) {
        coex_account_tell_notice(account, NULL, NOT_HERE, account->endpoint.backend->label);
    } else if (!coex_account_hears(account)) {
        coex_account_tell_notice(account, NULL, CANNOT_HEAR);
    } else if (sure) {
        ask(account, 0);
    } else {
        event = coex_account_event_new(account, COEX_SESSION_ASK_SYNC);
        event->text = g_strdup(QUESTION);
        coex_account_tell(account, event);
    }
}
