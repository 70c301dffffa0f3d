// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/forget.h"

#include "core/person-view.h"
#include "core/text.h"
#include "core/words.h"
#include "purple/ask.h"
#include "purple/connection.h"
#include "purple/contact.h"
#include "purple/host.h"
#include "purple/lines.h"
#include "purple/nick.h"
#include "purple/options.h"
#include "purple/past-log.h"
#include "purple/privacy.h"
#include "purple/template-picker.h"
#include "purple/unseen.h"
#include "session/session.h"
#include <glib/gstdio.h>
#include <string.h>

/* ---- the question ---- */

static void
on_answer(gpointer token, int button)
{
    g_autofree char *name = NULL;
    CoexConnection *connection = coex_ask_take(token, &name);

    if (connection != NULL && button == COEX_ASK_YES)
        coex_session_forget(connection->session, name);
    else if (connection != NULL)
        coex_lines_notice(connection, name, _("Nobody was forgotten."));
}

/* What it means. Free with g_free(). */
static char *
dup_meaning(CoexConnection *connection, const char *name)
{
    const CoexPersonView *person = coex_session_find_person(connection->session, name);
    g_autofree char *blocked = person != NULL && person->blocked
                                   ? coex_say(_("At WhatsApp they stay blocked: %sunblock "
                                                "them before, if you do not want that."),
                                              coex_host_get_mark())
                                   : NULL;
    g_autoptr(GString) text = g_string_new(
        _("All messages with this person go for good: from here, their files, from the chat "
          "program's logs, and what waits or is held for them. WhatsApp and the phone keep the "
          "chat. Who writes again is new."));

    if (*coex_options_get(connection->account, "relay") != '\0')
        g_string_append_printf(text, " %s",
                               _("The relay keeps what came for as long as it keeps deliveries, "
                                 "and other desks keep theirs."));
    if (blocked != NULL)
        g_string_append_printf(text, " %s", blocked);
    return coex_text_wrap(text->str, 56);
}

void
coex_forget_ask(CoexConnection *connection, const char *name, const char *words)
{
    if (strcmp(words, "yes") == 0) {
        coex_session_forget(connection->session, name);
        return;
    }

    g_autofree char *title = coex_connection_dup_title(connection, name);
    g_autofree char *primary = coex_say(_("Forget %s?"), title);
    g_autofree char *secondary = dup_meaning(connection, name);
    if (coex_ask_yes_no(
            connection,
            &(CoexQuestion){ COEX_ASK_FORGET, name, _("Forget this person"), primary, secondary },
            on_answer))
        return;

    /* Translators: %s is the / or ! that commands begin with */
    g_autofree char *order = coex_say(_("%sforget yes does it."), coex_host_get_mark());
    g_autofree char *line = g_strjoin(" ", primary, secondary, order, NULL);
    coex_lines_notice(connection, name, line);
}

/* ---- what the chat program has ---- */

static void
delete_logs(PurpleAccount *account, const char *name)
{
    GList *logs = purple_log_get_logs(PURPLE_LOG_IM, name, account);
    g_autofree char *folder = purple_log_get_log_dir(PURPLE_LOG_IM, name, account);

    for (GList *l = logs; l != NULL; l = l->next) {
        if (purple_log_is_deletable(l->data))
            purple_log_delete(l->data);
        purple_log_free(l->data);
    }
    g_list_free(logs);
    if (folder != NULL)
        g_rmdir(folder);
}

/* Other plugins may end the connection at each step. */
static void
remove_buddies(CoexConnection *connection, const char *name)
{
    PurpleBuddy *buddy;

    coex_nick_move(connection, name, NULL);
    while (!connection->over && (buddy = purple_find_buddy(connection->account, name)) != NULL)
        purple_blist_remove_buddy(buddy);
}

/* What stays open begins a new log. */
static void
end_conversation(PurpleConversation *conv)
{
    if (coex_host_get()->ends_conversations) {
        purple_conversation_destroy(conv);
        return;
    }
    purple_conversation_close_logs(conv);
    purple_conversation_clear_message_history(conv);
}

static void
forget_name(CoexConnection *connection, const char *name)
{
    PurpleAccount *account = connection->account;
    CoexContact *contact = coex_contact_of(connection, name);
    PurpleConversation *conv =
        purple_find_conversation_with_account(PURPLE_CONV_TYPE_IM, name, account);

    coex_ask_close(connection, COEX_ASK_ANYTHING, name);
    coex_unseen_forget(connection, name);
    g_clear_pointer(&contact->past, g_ptr_array_unref);
    g_clear_pointer(&contact->due, coex_person_view_unref);
    if (contact->picker != NULL)
        coex_picker_unpark(contact->picker);
    if (conv != NULL && !connection->over)
        end_conversation(conv);
    if (!connection->over)
        coex_privacy_forget(connection, name);
    if (!connection->over)
        remove_buddies(connection, name);
    if (!connection->over)
        delete_logs(account, name);
}

void
coex_forget_take(CoexConnection *forgotten_in, const char *name, char *const *names)
{
    g_autoptr(CoexConnection) connection = coex_connection_ref(forgotten_in);

    /* It may be theirs; the next login goes on. */
    coex_past_log_stop(connection);
    for (guint i = 0; names[i] != NULL && !connection->over; i++)
        if (!coex_connection_is_own(connection, names[i]))
            forget_name(connection, names[i]);
    if (!connection->over)
        coex_session_forgotten(connection->session, name);
}
