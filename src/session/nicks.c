// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/nicks.h"

#include "session/account.h"

static char *
dup_owner(gint64 account_id, gint64 person_id)
{
    return g_strdup_printf("%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT, account_id, person_id);
}

void
coex_account_load_nicks(CoexAccount *account, const CoexSnapshot *snapshot)
{
    CoexNicks *nicks = coex_hub_get_nicks(account->hub);

    for (guint i = 0; i < snapshot->nicks->len; i++) {
        const CoexNickRow *row = g_ptr_array_index(snapshot->nicks, i);
        g_autofree char *owner = dup_owner(row->account_id, row->person_id);

        /* What was taken meanwhile is newer than what was read. */
        if (coex_nicks_get_owner(nicks, row->nick) == NULL)
            coex_nicks_take(nicks, row->nick, owner);
    }
}

void
coex_account_check_nicks(CoexAccount *account)
{
    g_autoptr(GPtrArray) people = coex_people_by_activity(account->people);
    CoexNicks *nicks = coex_hub_get_nicks(account->hub);

    for (guint i = 0; i < people->len; i++) {
        CoexPerson *person = g_ptr_array_index(people, i);
        g_autofree char *owner = dup_owner(account->id, person->id);

        if (person->nick == NULL ||
            g_strcmp0(coex_nicks_get_owner(nicks, person->nick), owner) == 0)
            continue;
        g_clear_pointer(&person->nick, g_free);
        coex_account_store_person(account, person);
    }
}

gboolean
coex_account_give_nick(CoexAccount *account, CoexPerson *person)
{
    g_autofree char *owner = dup_owner(account->id, person->id);

    if (account->nick_style == COEX_NICKS_NONE ||
        (person->nick != NULL && coex_nick_fits(account->nick_style, person->nick)))
        return FALSE;
    g_free(person->nick);
    person->nick = coex_nicks_give(coex_hub_get_nicks(account->hub), owner, account->nick_style,
                                   person->alias != NULL ? person->alias : person->peer.username,
                                   person->peer.wa_id != NULL ? person->peer.wa_id : person->name,
                                   account->number);
    return TRUE;
}

/* So that it is not claimed back with the next change of the one who had it. */
static void
forget_nick(CoexAccount *account, const char *owner, const char *nick)
{
    g_auto(GStrv) ids = g_strsplit(owner, ":", 2);
    CoexAccount *other = coex_hub_find_account(account->hub, g_ascii_strtoll(ids[0], NULL, 10));
    CoexPerson *person =
        other != NULL ? coex_people_by_id(other->people, g_ascii_strtoll(ids[1], NULL, 10)) : NULL;

    if (person == NULL || person->nick == NULL || !coex_nick_is_same(person->nick, nick))
        return;
    g_clear_pointer(&person->nick, g_free);
    coex_account_store_person(other, person);
}

void
coex_account_take_nick(CoexAccount *account, CoexPerson *person, const char *nick)
{
    CoexNicks *nicks = coex_hub_get_nicks(account->hub);
    g_autofree char *owner = dup_owner(account->id, person->id);
    const char *before = coex_nicks_get_owner(nicks, nick);

    if (account->nick_style == COEX_NICKS_NONE || g_strcmp0(person->nick, nick) == 0 ||
        !g_utf8_validate(nick, -1, NULL) || *nick == '\0')
        return;
    if (before != NULL && g_strcmp0(before, owner) != 0)
        forget_nick(account, before, nick);
    coex_nicks_take(nicks, nick, owner);
    g_free(person->nick);
    person->nick = g_strdup(nick);
    coex_account_store_person(account, person);
    coex_views_tell(account, person);
}
