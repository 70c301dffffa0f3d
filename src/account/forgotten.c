// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/forgotten.h"

#include "account/account.h"
#include "account/people.h"
#include "core/forgotten.h"
#include "core/peer.h"
#include "store/rows.h"

static gint64
get_time(const CoexAccount *account, const char *key)
{
    const char *value = coex_account_get_setting(account, key);

    return value != NULL ? g_ascii_strtoll(value, NULL, 10) : 0;
}

static void
note(CoexAccount *account, const char *key, gint64 at)
{
    if (at > get_time(account, key))
        g_hash_table_replace(account->settings, g_strdup(key),
                             g_strdup_printf("%" G_GINT64_FORMAT, at));
}

void
coex_forgotten_note(CoexAccount *account, const CoexPerson *person, gint64 at)
{
    g_autoptr(GPtrArray) addresses = coex_people_list_addresses(account->people, person);

    for (guint i = 0; i < addresses->len; i++) {
        const CoexAddress *address = g_ptr_array_index(addresses, i);
        g_auto(GStrv) keys = coex_forgotten_list_keys(account->number, address->address);

        for (guint k = 0; keys[k] != NULL; k++)
            note(account, keys[k], address->gone_at > 0 ? MIN(address->gone_at, at) : at);
    }
    note(account, COEX_FORGOTTEN_LAST, at);
}

static gboolean
has_address(const CoexAccount *account, const char *address, gint64 at)
{
    g_autofree char *key =
        address != NULL ? coex_forgotten_dup_key(account->number, address) : NULL;
    gint64 then = key != NULL ? get_time(account, key) : 0;

    return then > 0 && at <= then;
}

static gboolean
has_peer(const CoexAccount *account, const CoexPeer *peer, gint64 at)
{
    return has_address(account, peer->wa_id, at) || has_address(account, peer->other_wa_id, at) ||
           has_address(account, peer->user_id, at) ||
           has_address(account, peer->parent_user_id, at);
}

gboolean
coex_forgotten_covers(const CoexAccount *account, const CoexPeer *peer, gint64 at)
{
    gint64 last = get_time(account, COEX_FORGOTTEN_LAST);
    const CoexPerson *person;

    if (last == 0 || at > last)
        return FALSE;
    person = coex_people_find(account->people, peer, at);
    return has_peer(account, peer, at) || (person != NULL && has_peer(account, &person->peer, at));
}
