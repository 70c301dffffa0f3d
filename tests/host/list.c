// SPDX-License-Identifier: GPL-2.0-or-later
#include "list.h"
#include "screen.h"
#include <string.h>

#define OTHER_ACCOUNT "shop@irc.example"
#define OTHER_PROTOCOL "prpl-irc"
#define OTHER_BUDDY "friend"

static struct {
    PurpleAccount *account;
    char *act;
} spoiler;

/* ---- the user ---- */

/* Somebody at another protocol, in a contact of the same group. */
static PurpleBuddy *
get_other(PurpleGroup *group)
{
    PurpleAccount *account = purple_accounts_find(OTHER_ACCOUNT, OTHER_PROTOCOL);

    if (account == NULL) {
        account = purple_account_new(OTHER_ACCOUNT, OTHER_PROTOCOL);
        purple_accounts_add(account);
    }

    PurpleBuddy *buddy = purple_find_buddy(account, OTHER_BUDDY);
    if (buddy == NULL) {
        buddy = purple_buddy_new(account, OTHER_BUDDY, NULL);
        purple_blist_add_buddy(buddy, NULL, group, NULL);
    }
    return buddy;
}

static void
move(PurpleContact *contact)
{
    PurpleGroup *group = purple_group_new("Friends");

    purple_blist_add_group(group, NULL);
    purple_blist_add_contact(contact, group, NULL);
}

/* With the account's other one. */
static void
pair(PurpleAccount *account, PurpleBuddy *buddy)
{
    GSList *buddies = purple_find_buddies(account, NULL);

    for (GSList *l = buddies; l != NULL; l = l->next)
        if (l->data != buddy)
            purple_blist_merge_contact(purple_buddy_get_contact(buddy), l->data);
    g_slist_free(buddies);
}

/* As Pidgin does it. */
static void
unlog(PurpleContact *contact, PurpleConversation *conv)
{
    purple_blist_node_set_bool((PurpleBlistNode *)contact, "enable-logging", FALSE);
    if (conv != NULL)
        purple_conversation_set_logging(conv, FALSE);
}

gboolean
list_touch(PurpleAccount *account, const char *gesture, const char *who)
{
    PurpleBuddy *buddy = purple_find_buddy(account, who);
    PurpleContact *contact = buddy != NULL ? purple_buddy_get_contact(buddy) : NULL;
    PurpleGroup *group = buddy != NULL ? purple_buddy_get_group(buddy) : NULL;

    if (buddy == NULL)
        return FALSE;
    if (g_str_equal(gesture, "alias"))
        purple_blist_alias_buddy(buddy, "My alias");
    else if (g_str_equal(gesture, "contact"))
        purple_blist_alias_contact(contact, "My contact");
    else if (g_str_equal(gesture, "note"))
        purple_blist_node_set_string((PurpleBlistNode *)contact, "notes", "pays late");
    else if (g_str_equal(gesture, "merge"))
        purple_blist_merge_contact(purple_buddy_get_contact(get_other(group)),
                                   (PurpleBlistNode *)contact);
    else if (g_str_equal(gesture, "join"))
        purple_blist_merge_contact(contact,
                                   (PurpleBlistNode *)purple_buddy_get_contact(get_other(group)));
    else if (g_str_equal(gesture, "group"))
        purple_blist_rename_group(group, "Customers");
    else if (g_str_equal(gesture, "move"))
        move(contact);
    else if (g_str_equal(gesture, "unlog"))
        unlog(contact, purple_find_conversation_with_account(PURPLE_CONV_TYPE_IM, who, account));
    else if (g_str_equal(gesture, "pair"))
        pair(account, buddy);
    else if (g_str_equal(gesture, "send-to"))
        screen_choose(purple_find_conversation_with_account(PURPLE_CONV_TYPE_IM, who, account));
    else if (g_str_equal(gesture, "switch-off"))
        purple_account_set_enabled(account, purple_core_get_ui(), FALSE);
    else if (g_str_equal(gesture, "info"))
        serv_get_info(purple_account_get_connection(account), who);
    else
        return FALSE;
    return TRUE;
}

/* ---- another plugin ---- */

static void
spoil(PurpleAccount *account, PurpleBuddy *buddy, PurpleConversation *conv)
{
    if (account != spoiler.account || spoiler.act == NULL)
        return;

    g_autofree char *act = g_steal_pointer(&spoiler.act);
    purple_signals_disconnect_by_handle(&spoiler);
    if (g_str_equal(act, "disable"))
        purple_account_set_enabled(account, purple_core_get_ui(), FALSE);
    else if (g_str_equal(act, "delete"))
        purple_accounts_delete(account);
    else if (g_str_equal(act, "remove") && buddy != NULL)
        purple_blist_remove_buddy(buddy);
    else if (g_str_equal(act, "close") && conv != NULL)
        purple_conversation_destroy(conv);
}

static void
on_buddy(PurpleBuddy *buddy, gpointer user_data)
{
    spoil(purple_buddy_get_account(buddy), buddy, NULL);
}

static void
on_node(PurpleBlistNode *node, gpointer user_data)
{
    if (PURPLE_BLIST_NODE_IS_BUDDY(node))
        on_buddy((PurpleBuddy *)node, NULL);
    else if (PURPLE_BLIST_NODE_IS_GROUP(node))
        spoil(spoiler.account, NULL, NULL);
}

static void
on_aliased(PurpleBlistNode *node, const char *before, gpointer user_data)
{
    if (PURPLE_BLIST_NODE_IS_BUDDY(node))
        on_buddy((PurpleBuddy *)node, NULL);
}

static void
on_conversation(PurpleConversation *conv, gpointer user_data)
{
    PurpleAccount *account = purple_conversation_get_account(conv);

    spoil(account, purple_find_buddy(account, purple_conversation_get_name(conv)), conv);
}

static void
on_written(PurpleAccount *account, const char *who, const char *message, PurpleConversation *conv,
           PurpleMessageFlags flags, gpointer user_data)
{
    if ((flags & PURPLE_MESSAGE_RECV) == 0)
        spoil(account, NULL, conv);
}

static void
on_noticed(PurpleAccount *account, const char *who, const char *message, PurpleConversation *conv,
           PurpleMessageFlags flags, gpointer user_data)
{
    if ((flags & PURPLE_MESSAGE_NO_LOG) != 0) /* as our notices are */
        on_written(account, who, message, conv, flags, user_data);
}

/* The last to be called: what others are told is still there. */
static void
listen_to(void *instance, const char *signal, PurpleCallback callback)
{
    purple_signal_connect_priority(instance, signal, &spoiler, callback, NULL,
                                   PURPLE_SIGNAL_PRIORITY_HIGHEST);
}

void
list_spoil(PurpleAccount *account, const char *signal, const char *act)
{
    g_free(spoiler.act);
    spoiler.account = account;
    spoiler.act = g_strdup(act);
    if (g_str_equal(signal, "conversation-created"))
        listen_to(purple_conversations_get_handle(), signal, PURPLE_CALLBACK(on_conversation));
    else if (g_str_equal(signal, "wrote-im-msg"))
        listen_to(purple_conversations_get_handle(), signal, PURPLE_CALLBACK(on_written));
    else if (g_str_equal(signal, "notice"))
        listen_to(purple_conversations_get_handle(), "wrote-im-msg", PURPLE_CALLBACK(on_noticed));
    else if (g_str_equal(signal, "blist-node-aliased"))
        listen_to(purple_blist_get_handle(), signal, PURPLE_CALLBACK(on_aliased));
    else if (g_str_equal(signal, "blist-node-added"))
        listen_to(purple_blist_get_handle(), signal, PURPLE_CALLBACK(on_node));
    else
        listen_to(purple_blist_get_handle(), signal, PURPLE_CALLBACK(on_buddy));
}
