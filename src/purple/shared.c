// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/shared.h"

#include "core/words.h"
#include "purple/connection.h"
#include "purple/host.h"
#include "purple/lines.h"
#include "purple/notice.h"
#include "session/session.h"
#include <string.h>

#define LOOK_US (3 * G_USEC_PER_SEC) /* in which nobody has seen yet that the window went over */

/* What is known of a window, by the pointer with which a chat program marks its conversations. */
typedef struct {
    PurpleConversation *addressee; /* as far as we saw; NULL: not known */
    char *former;                  /* who was it before it went over by itself; NULL: nobody */
    gint64 since_us;               /* when that was */
    gboolean typing;               /* something stands in the entry; where that is told */
    gboolean doubtful;             /* what stands there was begun for the former one */
} Window;

static GHashTable *windows; /* ui_data -> Window; NULL: not started */

static void
window_free(gpointer data)
{
    Window *window = data;

    g_free(window->former);
    g_free(window);
}

static Window *
ensure_window(PurpleConversation *conv)
{
    Window *window = g_hash_table_lookup(windows, conv->ui_data);

    if (window == NULL) {
        window = g_new0(Window, 1);
        g_hash_table_insert(windows, conv->ui_data, window);
    }
    return window;
}

/* Another one in the same window; NULL: it has it for itself. */
static PurpleConversation *
find_other(PurpleConversation *conv)
{
    for (GList *l = purple_get_ims(); l != NULL; l = l->next) {
        PurpleConversation *other = l->data;

        if (other != conv && conv->ui_data != NULL && other->ui_data == conv->ui_data)
            return other;
    }
    return NULL;
}

/* NULL: another protocol's, or off. */
static CoexConnection *
find_connection(PurpleAccount *account)
{
    if (strcmp(purple_account_get_protocol_id(account), "prpl-coex") != 0)
        return NULL;
    return coex_connection_of_account(account);
}

static CoexConnection *
connection_of(PurpleConversation *conv)
{
    return find_connection(purple_conversation_get_account(conv));
}

/* With the number, as both may be called the same. */
static char *
dup_title_of(PurpleAccount *account, const char *who)
{
    CoexConnection *connection = find_connection(account);
    PurpleBuddy *buddy = purple_find_buddy(account, who);

    if (connection == NULL)
        return g_strdup_printf("%s (%s)", buddy != NULL ? purple_buddy_get_alias(buddy) : who, who);
    g_autofree char *name = coex_connection_dup_name(connection, who);
    g_autofree char *title = coex_connection_dup_title(connection, name);
    const CoexPersonView *person = coex_session_find_person(connection->session, name);

    if (person == NULL || strcmp(title, person->display) == 0)
        return g_steal_pointer(&title);
    return g_strdup_printf("%s (%s)", title, person->display);
}

static char *
dup_title(PurpleConversation *conv)
{
    return dup_title_of(purple_conversation_get_account(conv), purple_conversation_get_name(conv));
}

/* ---- it goes over ---- */

/* Whether something in the entry was told while it was for them. */
static gboolean
tells_typing(PurpleConversation *conv)
{
    const char *pref = coex_host_get()->typing_pref;

    return pref != NULL && purple_prefs_get_bool(pref) && connection_of(conv) != NULL;
}

static void
tell_gone_over(PurpleConversation *conv, PurpleConversation *former)
{
    PurpleConversation *ours = connection_of(conv) != NULL ? conv : former;
    CoexConnection *connection = connection_of(ours);

    if (connection == NULL)
        return;
    g_autofree char *title = dup_title(conv);
    g_autofree char *former_title = dup_title(former);
    g_autofree char *line =
        coex_say(_("What you type here now goes to %s. This window is also that of %s: in "
                   "the buddy list both are one contact."),
                 title, former_title);

    coex_lines_notice(connection, purple_conversation_get_name(ours), line);
}

static void
go_over(Window *window, PurpleConversation *conv, PurpleConversation *former)
{
    g_free(window->former);
    window->former = dup_title(former);
    window->since_us = g_get_monotonic_time();
    window->doubtful = window->typing || !tells_typing(former);
    window->addressee = conv;
    tell_gone_over(conv, former);
}

/* A line that was sent or received draws the window over to its conversation. */
static void
on_wrote(PurpleAccount *account, const char *who, const char *message, PurpleConversation *conv,
         PurpleMessageFlags flags, gpointer user_data)
{
    PurpleConversation *other = find_other(conv);
    Window *window;

    if (other == NULL || (flags & (PURPLE_MESSAGE_SEND | PURPLE_MESSAGE_RECV)) == 0)
        return;
    window = ensure_window(conv);
    if (window->addressee == NULL)
        window->addressee = other;
    if (window->addressee != conv)
        go_over(window, conv, window->addressee);
}

static void
on_deleting(PurpleConversation *conv, gpointer user_data)
{
    Window *window = conv->ui_data != NULL ? g_hash_table_lookup(windows, conv->ui_data) : NULL;

    if (window == NULL)
        return;
    if (find_other(conv) == NULL)
        g_hash_table_remove(windows, conv->ui_data);
    else if (window->addressee == conv)
        window->addressee = NULL;
}

/* ---- what is typed ---- */

static PurpleConversation *
find_conversation(CoexConnection *connection, const char *who)
{
    PurpleConversation *conv =
        windows != NULL
            ? purple_find_conversation_with_account(PURPLE_CONV_TYPE_IM, who, connection->account)
            : NULL;

    return conv != NULL && conv->ui_data != NULL ? conv : NULL;
}

void
coex_shared_note_typing(CoexConnection *connection, const char *who, PurpleTypingState state)
{
    PurpleConversation *conv = find_conversation(connection, who);
    Window *window = conv != NULL ? ensure_window(conv) : NULL;

    if (window == NULL)
        return;
    if (state == PURPLE_NOT_TYPING)
        window->doubtful = FALSE;
    else if (!window->typing && window->former != NULL &&
             g_get_monotonic_time() < window->since_us + LOOK_US)
        window->doubtful = TRUE;
    window->typing = state != PURPLE_NOT_TYPING;
}

static void
refuse(CoexConnection *connection, PurpleConversation *conv, const Window *window, const char *text)
{
    g_autofree char *title = dup_title(conv);
    /* Translators: a text, the person before, and twice who it is now; Conversation and Send To are
     * Pidgin's words */
    g_autofree char *line = coex_say(
        _("Not sent: “%s”. While you typed, this window went over from %s to %s. If it is for %s, "
          "type it again; the menu Conversation, Send To, chooses the other."),
        text, window->former, title, title);

    coex_lines_notice(connection, purple_conversation_get_name(conv), line);
}

gboolean
coex_shared_admit(CoexConnection *connection, const char *who, const char *text)
{
    PurpleConversation *conv = find_conversation(connection, who);
    gboolean is_shared = conv != NULL && find_other(conv) != NULL;
    Window *window = is_shared ? ensure_window(conv) : NULL;
    gboolean admitted;

    if (window == NULL)
        return TRUE;
    /* Whom the user chose is no other than who is meant. */
    admitted = window->addressee != conv || window->former == NULL || !window->doubtful;
    if (!admitted)
        refuse(connection, conv, window, text);
    window = g_hash_table_lookup(windows, conv->ui_data);
    if (window != NULL) {
        g_clear_pointer(&window->former, g_free);
        window->doubtful = FALSE;
        window->addressee = conv;
    }
    return admitted;
}

/* ---- the list ---- */

static PurpleBuddy *
find_beside(PurpleBuddy *buddy)
{
    PurpleContact *contact = purple_buddy_get_contact(buddy);
    PurpleBlistNode *node =
        contact != NULL ? purple_blist_node_get_first_child((PurpleBlistNode *)contact) : NULL;

    while (node == (PurpleBlistNode *)buddy)
        node = purple_blist_node_get_sibling_next(node);
    return (PurpleBuddy *)node;
}

static void
on_buddy_added(PurpleBuddy *buddy, gpointer user_data)
{
    PurpleAccount *account = purple_buddy_get_account(buddy);
    CoexConnection *connection = find_connection(account);
    PurpleBuddy *other = find_beside(buddy);

    if (connection == NULL || other == NULL)
        return;
    g_autofree char *title = dup_title_of(account, purple_buddy_get_name(buddy));
    g_autofree char *other_title =
        dup_title_of(purple_buddy_get_account(other), purple_buddy_get_name(other));
    g_autofree char *line =
        coex_say(_("%s is now one contact with %s in the buddy list. So both write into one "
                   "window, and what you type there goes to who wrote last. To have a "
                   "window for each, take one out of the contact and close the window."),
                 title, other_title);
    coex_notice_tell(connection, line);
}

/* ---- start and end ---- */

void
coex_shared_start(void)
{
    void *conversations = purple_conversations_get_handle();

    if (windows != NULL || !coex_host_get()->shares_windows)
        return;
    windows = g_hash_table_new_full(NULL, NULL, NULL, window_free);
    purple_signal_connect(conversations, "wrote-im-msg", &windows, PURPLE_CALLBACK(on_wrote), NULL);
    purple_signal_connect(conversations, "deleting-conversation", &windows,
                          PURPLE_CALLBACK(on_deleting), NULL);
    purple_signal_connect(purple_blist_get_handle(), "buddy-added", &windows,
                          PURPLE_CALLBACK(on_buddy_added), NULL);
}

void
coex_shared_stop(void)
{
    if (windows == NULL)
        return;
    purple_signals_disconnect_by_handle(&windows);
    g_clear_pointer(&windows, g_hash_table_unref);
}
