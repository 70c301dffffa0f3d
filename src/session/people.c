// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/people.h"

struct CoexPeople {
    GHashTable *by_id;      /* gint64 -> CoexPerson, owned */
    GHashTable *by_name;    /* borrowed name -> person */
    GHashTable *by_address; /* address, owned -> person */
    gint64 next_id;
};

static void
people_add(CoexPeople *people, CoexPerson *person)
{
    g_hash_table_insert(people->by_id, &person->id, person);
    g_hash_table_insert(people->by_name, person->name, person);
    people->next_id = MAX(people->next_id, person->id + 1);
}

CoexPeople *
coex_people_new(GPtrArray *people, GPtrArray *addresses)
{
    CoexPeople *self = g_new0(CoexPeople, 1);

    self->by_id =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, (GDestroyNotify)coex_person_free);
    self->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    self->by_address = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->next_id = 1;
    for (guint i = 0; i < people->len; i++)
        people_add(self, coex_person_copy(g_ptr_array_index(people, i)));
    for (guint i = 0; i < addresses->len; i++) {
        const CoexAddress *address = g_ptr_array_index(addresses, i);
        CoexPerson *person = g_hash_table_lookup(self->by_id, &address->person_id);

        if (person != NULL)
            g_hash_table_insert(self->by_address, g_strdup(address->address), person);
    }
    return self;
}

void
coex_people_free(CoexPeople *people)
{
    if (people == NULL)
        return;
    g_hash_table_unref(people->by_name);
    g_hash_table_unref(people->by_address);
    g_hash_table_unref(people->by_id);
    g_free(people);
}

CoexPerson *
coex_people_by_id(CoexPeople *people, gint64 id)
{
    return g_hash_table_lookup(people->by_id, &id);
}

static CoexPerson *
by_address(CoexPeople *people, const char *address)
{
    return address != NULL ? g_hash_table_lookup(people->by_address, address) : NULL;
}

/* The BSUID is the steadiest key, the number the next (Meta: webhooks/reference). */
CoexPerson *
coex_people_find(CoexPeople *people, const CoexPeer *peer)
{
    CoexPerson *person = by_address(people, peer->user_id);

    if (person == NULL)
        person = by_address(people, peer->parent_user_id);
    if (person == NULL)
        person = by_address(people, peer->wa_id);
    return person;
}

/* The address before the name: a number that turned out to be somebody's else leads to that person,
 * whatever buddy it once named. */
CoexPerson *
coex_people_find_name(CoexPeople *people, const char *text)
{
    g_auto(CoexPeer) peer = { 0 };
    g_autofree char *name = NULL;
    CoexPerson *person;

    if (!coex_peer_parse(text, &peer, NULL))
        return NULL;
    person = coex_people_find(people, &peer);
    if (person != NULL)
        return person;
    name = coex_peer_dup_name(&peer);
    return g_hash_table_lookup(people->by_name, name);
}

gboolean
coex_people_take_over(char **member, const char *news)
{
    if (news == NULL || g_strcmp0(*member, news) == 0)
        return FALSE;
    g_free(*member);
    *member = g_strdup(news);
    return TRUE;
}

static gboolean
link_address(CoexPeople *people, CoexPerson *person, const char *address)
{
    const CoexPerson *before =
        address != NULL ? g_hash_table_lookup(people->by_address, address) : NULL;

    if (address == NULL || before == person)
        return FALSE;
    /* Two who turn out to be one have one window. */
    if (before != NULL) {
        person->last_inbound_at = MAX(person->last_inbound_at, before->last_inbound_at);
        person->free_until = MAX(person->free_until, before->free_until);
    }
    g_hash_table_insert(people->by_address, g_strdup(address), person);
    return TRUE;
}

gboolean
coex_people_link(CoexPeople *people, CoexPerson *person, const CoexPeer *peer)
{
    gboolean changed = FALSE;

    changed |= coex_people_take_over(&person->peer.wa_id, peer->wa_id);
    changed |= coex_people_take_over(&person->peer.user_id, peer->user_id);
    changed |= coex_people_take_over(&person->peer.parent_user_id, peer->parent_user_id);
    changed |= coex_people_take_over(&person->peer.username, peer->username);
    changed |= link_address(people, person, peer->wa_id);
    changed |= link_address(people, person, peer->user_id);
    changed |= link_address(people, person, peer->parent_user_id);
    return changed;
}

CoexPerson *
coex_people_learn(CoexPeople *people, const CoexPeer *peer, gboolean *ret_changed)
{
    CoexPerson *person;
    gboolean changed = FALSE;

    if (!coex_peer_is_addressable(peer))
        return NULL;
    person = coex_people_find(people, peer);
    if (person == NULL) {
        person = coex_person_new();
        person->id = people->next_id;
        person->name = coex_peer_dup_name(peer);
        people_add(people, person);
        changed = TRUE;
    }
    changed |= coex_people_link(people, person, peer);
    if (ret_changed != NULL)
        *ret_changed = changed;
    return person;
}

static gint
compare_activity(gconstpointer a, gconstpointer b)
{
    const CoexPerson *one = *(CoexPerson *const *)a;
    const CoexPerson *two = *(CoexPerson *const *)b;

    if (one->active_at != two->active_at)
        return one->active_at > two->active_at ? -1 : 1;
    return one->id < two->id ? -1 : one->id > two->id;
}

GPtrArray *
coex_people_by_activity(CoexPeople *people)
{
    GPtrArray *sorted = g_ptr_array_sized_new(g_hash_table_size(people->by_id));
    GHashTableIter iter;
    gpointer person;

    g_hash_table_iter_init(&iter, people->by_id);
    while (g_hash_table_iter_next(&iter, NULL, &person))
        g_ptr_array_add(sorted, person);
    g_ptr_array_sort(sorted, compare_activity);
    return sorted;
}
