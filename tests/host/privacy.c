// SPDX-License-Identifier: GPL-2.0-or-later
#include "privacy.h"

static struct {
    gboolean bitlbee;
    ScreenTell tell;
} privacy;

static void
on_denied(PurpleAccount *account, const char *who)
{
    privacy.tell(
        host_event_new(EVENT_DENIED, purple_account_get_username(account), who, "added", NULL));
}

static void
on_allowed(PurpleAccount *account, const char *who)
{
    privacy.tell(
        host_event_new(EVENT_DENIED, purple_account_get_username(account), who, "removed", NULL));
}

static PurplePrivacyUiOps privacy_ops = { .deny_added = on_denied, .deny_removed = on_allowed };

void
privacy_init(gboolean bitlbee, ScreenTell tell)
{
    privacy.bitlbee = bitlbee;
    privacy.tell = tell;
    purple_privacy_set_ui_ops(&privacy_ops);
}

void
privacy_block(PurpleAccount *account, const char *who, gboolean block)
{
    if (block && privacy.bitlbee)
        purple_privacy_deny_add(account, who, FALSE);
    else if (block)
        purple_privacy_deny(account, who, FALSE, FALSE);
    else if (privacy.bitlbee)
        purple_privacy_deny_remove(account, who, FALSE);
    else
        purple_privacy_allow(account, who, FALSE, FALSE);
}

void
privacy_set(PurpleAccount *account, const char *rule)
{
    purple_account_set_privacy_type(
        account, g_str_equal(rule, "nobody") ? PURPLE_PRIVACY_DENY_ALL : PURPLE_PRIVACY_ALLOW_ALL);
    if (purple_account_is_connected(account))
        serv_set_permit_deny(purple_account_get_connection(account));
}
