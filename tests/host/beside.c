// SPDX-License-Identifier: GPL-2.0-or-later
#include "client.h"

#include <purple.h>

/* What others than the user hand over to be sent. */

static PurpleAccount *
find_online(const char *number)
{
    for (GList *a = purple_accounts_get_all(); a != NULL; a = a->next) {
        if (g_str_equal(purple_account_get_username(a->data), number) &&
            purple_account_is_connected(a->data))
            return a->data;
    }
    return NULL;
}

void
client_pounce(const char *number, const char *who, const char *text)
{
    PurpleAccount *account = find_online(number);
    PurpleBuddy *buddy = account != NULL ? purple_find_buddy(account, who) : NULL;
    if (buddy == NULL)
        return;

    g_autofree char *name = g_strdup(purple_buddy_get_name(buddy));
    PurpleConversation *conv =
        purple_find_conversation_with_account(PURPLE_CONV_TYPE_IM, name, account);
    if (conv == NULL)
        conv = purple_conversation_new(PURPLE_CONV_TYPE_IM, account, name);
    purple_conversation_write(conv, NULL, text, PURPLE_MESSAGE_SEND, time(NULL));
    serv_send_im(purple_account_get_connection(account), name, text, 0);
}

void
client_send_file(const char *number, const char *who, const char *path)
{
    PurpleAccount *account = find_online(number);
    PurpleBuddy *buddy = account != NULL ? purple_find_buddy(account, who) : NULL;
    if (buddy != NULL)
        serv_send_file(purple_account_get_connection(account), purple_buddy_get_name(buddy), path);
}
