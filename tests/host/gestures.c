// SPDX-License-Identifier: GPL-2.0-or-later
#include "client.h"
#include <purple.h>

/* What a user does beside typing and choosing. */

static gboolean
is_bitlbee(void)
{
    return g_strcmp0(purple_core_get_ui(), "BitlBee") == 0;
}

static PurpleAccount *
find_account(const char *number)
{
    return purple_accounts_find(number, "prpl-coex");
}

void
client_block(const char *number, const char *who)
{
    if (is_bitlbee())
        purple_privacy_deny_add(find_account(number), who, FALSE);
    else
        purple_privacy_deny(find_account(number), who, FALSE, FALSE);
}

void
client_unblock(const char *number, const char *who)
{
    if (is_bitlbee())
        purple_privacy_deny_remove(find_account(number), who, FALSE);
    else
        purple_privacy_allow(find_account(number), who, FALSE, FALSE);
}

void
client_set_privacy(const char *number, const char *rule)
{
    PurpleAccount *account = find_account(number);

    purple_account_set_privacy_type(
        account, g_str_equal(rule, "nobody") ? PURPLE_PRIVACY_DENY_ALL : PURPLE_PRIVACY_ALLOW_ALL);
    serv_set_permit_deny(purple_account_get_connection(account));
}

void
client_begin_typing(const char *number, const char *who)
{
    PurpleAccount *account = find_account(number);
    guint again_s = serv_send_typing(purple_account_get_connection(account), who, PURPLE_TYPING);
    g_autofree char *text = g_strdup_printf("typing again in %u s", again_s);

    client_tell(host_event_new(EVENT_COMMAND, number, who, NULL, text));
}
