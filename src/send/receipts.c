// SPDX-License-Identifier: GPL-2.0-or-later
#include "send/receipts.h"

#include "account/account.h"
#include "account/call.h"
#include "account/people.h"
#include "account/person.h"
#include "account/tell.h"
#include "core/api.h"
#include "core/receipts.h"
#include "core/window.h"
#include "core/words.h"
#include "send/block.h"
#include "store/rows.h"

void
coex_receipts_mark_read(CoexAccount *account, CoexPerson *person)
{
    g_autoptr(CoexRequest) request = NULL;

    if (person->last_inbound_wamid == NULL || person->read_up_to >= person->last_inbound_at)
        return;
    coex_person_note_marked(person);
    coex_account_store_person(account, person);
    if (coex_account_get_setting(account, "receipts-told") == NULL) {
        coex_account_put_setting(account, "receipts-told", "1");
        coex_account_tell_notice(
            account, person,
            account->receipts == COEX_RECEIPTS_SEEN
                ? _("Customers' messages are marked as read when you look at them. That clears "
                    "their unread mark on the phone too; the option {@read-receipts} changes it.")
                : _("Customers' messages are marked as read when you answer. That clears their "
                    "unread mark on the phone too; the option {@read-receipts} changes it."));
    }
    request = coex_api_mark_read(&account->endpoint, person->last_inbound_wamid);
    coex_account_call(account, request, NULL, NULL, NULL);
}

#define TYPING_S 20 /* WhatsApp shows it for 25 */

void
coex_receipts_show_typing(CoexAccount *account, CoexPerson *person)
{
    CoexPersonEntry *entry = coex_people_get_entry(account->people, person->id);
    gint64 now = coex_account_now(account);
    g_autoptr(CoexRequest) request = NULL;

    if (!account->typing || account->receipts == COEX_RECEIPTS_NEVER ||
        person->last_inbound_wamid == NULL || !coex_account_window(account, person).open ||
        coex_blocks_has(account, person) || ABS(now - entry->typing_at) < TYPING_S)
        return;
    entry->typing_at = now;
    if (person->read_up_to < person->last_inbound_at) {
        coex_person_note_marked(person);
        coex_account_store_person(account, person);
    }
    if (coex_account_get_setting(account, "typing-told") == NULL) {
        coex_account_put_setting(account, "typing-told", "1");
        coex_account_tell_notice(
            account, person,
            _("They see that you type. That marks their messages as read, and clears the unread "
              "mark on the phone too; the option {@typing} changes it."));
    }
    request = coex_api_show_typing(&account->endpoint, person->last_inbound_wamid);
    coex_account_call(account, request, NULL, NULL, NULL);
}
