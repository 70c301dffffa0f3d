// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/nicks.h"

#include "account/account.h"
#include "account/people.h"
#include "account/person.h"
#include "core/nick.h"
#include "store/rows.h"

char *
coex_nick_dup_owner(gint64 account_id, gint64 person_id)
{
    return g_strdup_printf("%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT, account_id, person_id);
}

void
coex_account_load_nicks(CoexAccount *account, const CoexSnapshot *snapshot)
{
    for (guint i = 0; i < snapshot->nicks->len; i++) {
        const CoexNickRow *row = g_ptr_array_index(snapshot->nicks, i);
        g_autofree char *owner = coex_nick_dup_owner(row->account_id, row->person_id);

        /* What was taken meanwhile is newer than what was read. */
        if (coex_nicks_get_owner(account->nicks, row->nick) == NULL)
            coex_nicks_take(account->nicks, row->nick, owner);
    }
}

gboolean
coex_account_give_nick(CoexAccount *account, CoexPerson *person)
{
    g_autofree char *owner = coex_nick_dup_owner(account->id, person->id);
    const char *name = coex_person_get_name(person);
    g_autofree char *nick = NULL;

    if (account->nick_style == COEX_NICKS_NONE ||
        (person->nick != NULL && coex_nick_fits(account->nick_style, person->nick)))
        return FALSE;
    nick = coex_nicks_give(
        account->nicks, owner, account->nick_style, name != NULL ? name : person->peer.username,
        person->peer.wa_id != NULL ? person->peer.wa_id : person->name, account->number);
    coex_person_set_nick(person, nick);
    return TRUE;
}

void
coex_account_check_nicks(CoexAccount *account)
{
    g_autoptr(GPtrArray) people = NULL;

    if (account->nick_style == COEX_NICKS_NONE)
        return;
    people = coex_people_list(account->people);
    for (guint i = 0; i < people->len; i++) {
        CoexPerson *person = g_ptr_array_index(people, i);
        g_autofree char *owner = coex_nick_dup_owner(account->id, person->id);

        if (person->nick == NULL ||
            g_strcmp0(coex_nicks_get_owner(account->nicks, person->nick), owner) == 0)
            continue;
        coex_person_set_nick(person, NULL);
        coex_account_store_person(account, person);
    }
}
