// SPDX-License-Identifier: GPL-2.0-or-later
#include "privacy.h"
#include <purple.h>

static struct {
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
privacy_init(ScreenTell tell)
{
    privacy.tell = tell;
    purple_privacy_set_ui_ops(&privacy_ops);
}
