// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/synchronise.h"

#include "core/text.h"
#include "core/words.h"
#include "purple/ask.h"
#include "purple/connection.h"
#include "purple/host.h"
#include "purple/own-number.h"
#include "purple/unseen.h"
#include "session/session.h"
#include <string.h>

static void
on_answer(gpointer token, int button)
{
    CoexConnection *connection = coex_ask_take(token, NULL);

    if (connection != NULL && button == COEX_ASK_YES)
        coex_session_synchronise(connection->session, TRUE);
    else if (connection != NULL)
        coex_unseen_tell(connection, _("WhatsApp was not asked for contacts and history."));
}

void
coex_synchronise_run(CoexConnection *connection, const char *words)
{
    gboolean yes = strcmp(words, "yes") == 0;

    if (yes)
        coex_ask_close(connection, COEX_ASK_SYNCHRONISE, "");
    coex_session_synchronise(connection->session, yes);
}

void
coex_synchronise_ask(CoexConnection *connection, const char *text)
{
    g_autofree char *account = coex_own_number_dup_title(connection->account);
    g_autofree char *title = coex_say(_("Contacts and history of %s"), account);
    const char *primary = _("Ask WhatsApp for the phone's contacts and history?");
    g_autofree char *wrapped = coex_text_wrap(text, 56);

    if (coex_ask_yes_no(connection,
                        &(CoexQuestion){ COEX_ASK_SYNCHRONISE, "", title, primary, wrapped },
                        on_answer))
        return;

    /* Translators: %s is the / or ! that commands begin with */
    g_autofree char *order =
        coex_say(_("Nothing was asked for yet: %ssynchronise yes does it."), coex_host_get_mark());
    g_autofree char *line = g_strjoin(" ", primary, text, order, NULL);
    coex_unseen_tell(connection, line);
}
