// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/people.h"

#include "account/person.h"
#include "core/peer.h"
#include "core/person-view.h"
#include "store/rows.h"
#include <string.h>

struct CoexPeople {
    GPtrArray *entries;     /* CoexPersonEntry, by id: who is new has the highest */
    GHashTable *by_name;    /* borrowed name -> person */
    GHashTable *by_address; /* set of the texts in CoexAddress, which are owned */
    GQueue joined;          /* those who turned out to be another just now */
    gint64 next_id;
};

static CoexPerson *
get_person(const CoexPeople *people, guint place)
{
    return ((const CoexPersonEntry *)g_ptr_array_index(people->entries, place))->person;
}

static void
entry_free(CoexPersonEntry *entry)
{
    g_clear_pointer(&entry->others, g_ptr_array_unref);
    g_clear_pointer(&entry->told, coex_person_view_unref);
    g_free(entry->last_clock);
    g_free(entry->last_text);
    coex_person_free(entry->person);
    g_free(entry);
}

static void
people_add(CoexPeople *people, CoexPerson *person)
{
    CoexPersonEntry *entry = g_new0(CoexPersonEntry, 1);

    entry->person = person;
    g_ptr_array_add(people->entries, entry);
    g_hash_table_insert(people->by_name, person->name, person);
    people->next_id = MAX(people->next_id, person->id + 1);
}

static CoexAddress *
address_of(char *text)
{
    return (CoexAddress *)(text - G_STRUCT_OFFSET(CoexAddress, address));
}

static void
free_address(gpointer text)
{
    g_free(address_of(text));
}

/* NULL: it leads to nobody. */
static CoexAddress *
find_address(CoexPeople *people, const char *text)
{
    char *found = text != NULL ? g_hash_table_lookup(people->by_address, text) : NULL;

    return found != NULL ? address_of(found) : NULL;
}

static CoexPerson *
by_address(CoexPeople *people, const char *text)
{
    const CoexAddress *address = find_address(people, text);

    return address != NULL ? coex_people_by_id(people, address->person_id) : NULL;
}

static void
add_address(CoexPeople *people, CoexAddress *address)
{
    g_hash_table_add(people->by_address, address->address);
}

/* One number, two BSUIDs: it went from the one to the other. */
static gboolean
are_two(const CoexPerson *one, const CoexPerson *other)
{
    return one->peer.user_id != NULL && other->peer.user_id != NULL &&
           strcmp(one->peer.user_id, other->peer.user_id) != 0;
}

/* Nobody is written to at a number that has become another's. */
static void
part_numbers(CoexPeople *people, GPtrArray *changed)
{
    for (guint i = 0; i < people->entries->len; i++) {
        CoexPerson *person = get_person(people, i);
        const CoexPerson *holder = by_address(people, person->peer.wa_id);

        if (holder == NULL || holder == person || !are_two(holder, person))
            continue;
        g_clear_pointer(&person->peer.wa_id, g_free);
        g_ptr_array_add(changed, person);
    }
}

static void
note_other(CoexPeople *people, CoexPerson *person, CoexPerson *other)
{
    CoexPersonEntry *entry = coex_people_get_entry(people, person->id);

    if (entry->others == NULL)
        entry->others = g_ptr_array_new();
    other->same_as = person->id;
    g_ptr_array_add(entry->others, other);
}

/* @other is @person from now on, to whom every address leads; the name stays, as another for the
 * same. */
static void
join(CoexPeople *people, CoexPerson *person, CoexPerson *other)
{
    g_autoptr(GPtrArray) before =
        g_steal_pointer(&coex_people_get_entry(people, other->id)->others);
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, people->by_address);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        CoexAddress *address = address_of(value);

        if (address->person_id == other->id)
            address->person_id = person->id;
    }
    for (guint i = 0; before != NULL && i < before->len; i++) {
        note_other(people, person, before->pdata[i]);
        g_queue_push_tail(&people->joined, before->pdata[i]);
    }
    note_other(people, person, other);
    g_queue_push_tail(&people->joined, other);
    coex_person_unite(person, other);
}

/* Earlier versions did not keep it. */
static void
join_all(CoexPeople *people, GPtrArray *changed)
{
    for (guint i = 0; i < people->entries->len; i++) {
        CoexPerson *other = get_person(people, i);
        CoexPerson *person = coex_people_by_id(people, other->same_as);

        if (person != NULL) {
            note_other(people, person, other);
            continue;
        }
        if (other->same_as != 0)
            g_ptr_array_add(changed, other);
        other->same_as = 0;
        person = coex_people_find(people, &other->peer, 0);
        if (person == NULL || person == other)
            continue;
        join(people, person, other);
        g_ptr_array_add(changed, person);
        g_ptr_array_add(changed, other);
    }
}

static void
take_addresses(CoexPeople *people, GPtrArray *addresses)
{
    gsize n;
    g_autofree gpointer *all = g_ptr_array_steal(addresses, &n);

    for (gsize i = 0; i < n; i++) {
        CoexAddress *address = all[i];
        CoexPerson *person = coex_people_by_id(people, address->person_id);

        if (person == NULL) {
            g_free(address);
            continue;
        }
        address->person_id = coex_people_now(people, person)->id;
        add_address(people, address);
    }
}

CoexPeople *
coex_people_new(void)
{
    CoexPeople *self = g_new0(CoexPeople, 1);

    self->entries = g_ptr_array_new_with_free_func((GDestroyNotify)entry_free);
    self->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    self->by_address = g_hash_table_new_full(g_str_hash, g_str_equal, free_address, NULL);
    g_queue_init(&self->joined);
    self->next_id = 1;
    return self;
}

void
coex_people_take(CoexPeople *people, GPtrArray *persons)
{
    gsize n;
    g_autofree gpointer *all = g_ptr_array_steal(persons, &n);

    for (gsize i = 0; i < n; i++)
        people_add(people, all[i]);
}

GPtrArray *
coex_people_settle(CoexPeople *people, GPtrArray *addresses)
{
    GPtrArray *changed = g_ptr_array_new();

    take_addresses(people, addresses);
    part_numbers(people, changed);
    join_all(people, changed);
    return changed;
}

void
coex_people_free(CoexPeople *people)
{
    if (people == NULL)
        return;
    g_queue_clear(&people->joined);
    g_hash_table_unref(people->by_name);
    g_hash_table_unref(people->by_address);
    g_ptr_array_unref(people->entries);
    g_free(people);
}

/* Hardly an id is missing between the first and the last: it stands where it is to be looked for,
 * or at most so many places before that as are missing. */
CoexPersonEntry *
coex_people_get_entry(CoexPeople *people, gint64 id)
{
    guint n = people->entries->len;
    gint64 first = n > 0 ? get_person(people, 0)->id : 0;
    gint64 last = n > 0 ? get_person(people, n - 1)->id : -1;
    gint64 n_missing = last - first + 1 - n;
    gint64 low = MAX(id - first - n_missing, 0);
    gint64 high = MIN(id - first, (gint64)n - 1);

    if (id < first || id > last)
        return NULL;
    while (low < high) {
        gint64 middle = low + (high - low) / 2;

        if (get_person(people, (guint)middle)->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return get_person(people, (guint)low)->id == id ? g_ptr_array_index(people->entries, low)
                                                    : NULL;
}

CoexPerson *
coex_people_by_id(CoexPeople *people, gint64 id)
{
    const CoexPersonEntry *entry = coex_people_get_entry(people, id);

    return entry != NULL ? entry->person : NULL;
}

/* Whether who is told with @number and perhaps a BSUID of somebody unknown, at @at, is another than
 * who gave it up. */
static gboolean
is_stranger(const CoexAddress *address, const CoexPeer *peer, gint64 at)
{
    if (address->gone_at == 0)
        return FALSE;
    return at > 0 ? at > address->gone_at : peer->user_id != NULL;
}

/* A number that its owner has given up may come back as somebody else's: then it is later, or its
 * BSUID is another. */
static CoexPerson *
by_number(CoexPeople *people, const CoexPeer *peer, const char *number, gint64 at)
{
    const CoexAddress *address = find_address(people, number);
    CoexPerson *person = by_address(people, number);

    if (person == NULL || is_stranger(address, peer, at))
        return NULL;
    if (peer->user_id == NULL || person->peer.user_id == NULL ||
        g_strcmp0(person->peer.wa_id, number) == 0)
        return person;
    return NULL;
}

/* As another form of the number: where BSUIDs tell of two, it may be anybody. */
static CoexPerson *
by_form(CoexPeople *people, const CoexPeer *peer, gint64 at)
{
    g_auto(GStrv) forms = peer->wa_id != NULL ? coex_number_list_forms(peer->wa_id) : NULL;

    for (guint i = 0; forms != NULL && forms[i] != NULL; i++) {
        CoexPerson *person = by_number(people, peer, forms[i], at);

        if (person != NULL && (peer->user_id == NULL || person->peer.user_id == NULL))
            return person;
    }
    return NULL;
}

/* The BSUID is the steadiest key, the number the next (Meta: webhooks/reference). */
CoexPerson *
coex_people_find(CoexPeople *people, const CoexPeer *peer, gint64 at)
{
    CoexPerson *person = by_address(people, peer->user_id);

    if (person == NULL)
        person = by_address(people, peer->parent_user_id);
    if (person == NULL)
        person = by_number(people, peer, peer->wa_id, at);
    if (person == NULL)
        person = by_number(people, peer, peer->other_wa_id, at);
    return person != NULL ? person : by_form(people, peer, at);
}

CoexPerson *
coex_people_now(CoexPeople *people, CoexPerson *person)
{
    CoexPerson *now = person->same_as != 0 ? coex_people_by_id(people, person->same_as) : NULL;

    return now != NULL ? now : person;
}

CoexPerson *
coex_people_find_named(CoexPeople *people, const char *text)
{
    CoexPerson *person = g_hash_table_lookup(people->by_name, text);
    g_auto(CoexPeer) peer = { 0 };
    g_autofree char *name = NULL;

    if (person != NULL || !coex_peer_parse(text, &peer, NULL))
        return person;
    name = coex_peer_dup_name(&peer);
    person = g_hash_table_lookup(people->by_name, name);
    return person != NULL ? person : coex_people_find(people, &peer, 0);
}

CoexPerson *
coex_people_next_joined(CoexPeople *people)
{
    return g_queue_pop_head(&people->joined);
}

GPtrArray *
coex_people_list_addresses(CoexPeople *people, const CoexPerson *person)
{
    GPtrArray *addresses = g_ptr_array_new();
    GHashTableIter iter;
    gpointer text;

    g_hash_table_iter_init(&iter, people->by_address);
    while (g_hash_table_iter_next(&iter, &text, NULL))
        if (address_of(text)->person_id == person->id)
            g_ptr_array_add(addresses, address_of(text));
    return addresses;
}

typedef struct {
    CoexPeople *people;
    GStrvBuilder *names;
} Taking;

/* A number that somebody had before is still that person's name, in whose conversation and logs
 * nothing is to be forgotten. */
static gboolean
take_address_of(gpointer address, gpointer value, gpointer data)
{
    const Taking *taking = data;

    if (!by_address(taking->people, address)->forgotten)
        return FALSE;
    if (!g_hash_table_contains(taking->people->by_name, address))
        g_strv_builder_add(taking->names, address);
    return TRUE;
}

static void
forget(CoexPeople *people, CoexPerson *person, GStrvBuilder *names)
{
    coex_person_forget(person);
    if (g_hash_table_lookup(people->by_name, person->name) == person)
        g_hash_table_remove(people->by_name, person->name);
    g_strv_builder_add(names, person->name);
}

char **
coex_people_forget(CoexPeople *people, CoexPerson *person)
{
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    const GPtrArray *others = coex_people_get_entry(people, person->id)->others;
    Taking taking = { people, names };

    forget(people, person, names);
    for (guint i = 0; others != NULL && i < others->len; i++)
        forget(people, others->pdata[i], names);
    g_hash_table_foreach_remove(people->by_address, take_address_of, &taking);
    return g_strv_builder_end(names);
}

/* What @before loses with its present @address. Who had a number without a BSUID is who has it with
 * one: most were known before there were any. */
static void
part_address(CoexPeople *people, CoexPerson *person, CoexPerson *before, const char *address)
{
    gboolean is_number = g_strcmp0(before->peer.wa_id, address) == 0;

    if (g_strcmp0(before->peer.other_wa_id, address) == 0)
        g_clear_pointer(&before->peer.other_wa_id, g_free);
    if (!is_number && g_strcmp0(before->peer.user_id, address) != 0 &&
        g_strcmp0(before->peer.parent_user_id, address) != 0)
        return;
    if (is_number && are_two(person, before)) {
        g_clear_pointer(&before->peer.wa_id, g_free);
        return;
    }
    coex_person_share_window(person, before);
    if (coex_people_find(people, &before->peer, 0) == person)
        join(people, person, before);
}

static gboolean
link_address(CoexPeople *people, CoexPerson *person, const char *address)
{
    CoexPerson *before = by_address(people, address);

    if (address == NULL || before == person)
        return FALSE;
    add_address(people, coex_address_new(address, person->id, 0));
    if (before != NULL)
        part_address(people, person, before, address);
    return TRUE;
}

/* Whether @address was the person's before the @present one. */
static gboolean
is_former(CoexPeople *people, const CoexPerson *person, const char *address, const char *present)
{
    return g_strcmp0(address, present) != 0 && by_address(people, address) == person;
}

static gboolean
take_address(CoexPeople *people, CoexPerson *person, char **member, const char *address,
             gboolean fresh)
{
    CoexAddress *known = find_address(people, address);
    const CoexPerson *holder = by_address(people, address);
    gboolean changed = FALSE;

    /* Nobody's number is written anew because somebody else writes it so. */
    if (!fresh && known == NULL && address != NULL && coex_number_is_same(*member, address))
        return FALSE;
    /* What may be old takes no number from somebody else. */
    if (!fresh && holder != NULL && holder != person && are_two(person, holder) &&
        !coex_user_id_is_valid(address))
        return FALSE;
    if (fresh || !is_former(people, person, address, *member))
        changed = coex_person_take_over(member, address);
    if (changed && known != NULL)
        known->gone_at = 0;
    return link_address(people, person, address) || changed;
}

static gboolean
link_all(CoexPeople *people, CoexPerson *person, const CoexPeer *peer, gint64 at)
{
    gboolean fresh = at > person->active_at;
    g_autofree char *before = g_strdup(person->peer.user_id);
    gboolean has_parent =
        peer->parent_user_id != NULL && by_address(people, peer->parent_user_id) == person;
    gboolean changed = FALSE;

    /* All that came with a former BSUID is as old as that. */
    if (!fresh && is_former(people, person, peer->user_id, person->peer.user_id))
        return by_address(people, peer->wa_id) == NULL && link_address(people, person, peer->wa_id);
    changed |= take_address(people, person, &person->peer.user_id, peer->user_id, fresh);
    person->in_doubt |=
        before != NULL && !has_parent && g_strcmp0(before, person->peer.user_id) != 0;
    changed |=
        take_address(people, person, &person->peer.parent_user_id, peer->parent_user_id, fresh);
    changed |= take_address(people, person, &person->peer.wa_id, peer->wa_id, fresh);
    changed |= take_address(people, person, &person->peer.other_wa_id, peer->other_wa_id, fresh);
    changed |= coex_person_take_over(&person->peer.username, peer->username);
    return changed;
}

/* Whom @person, known by a number alone, is told to be: who has the BSUID beside it, or the other
 * form of the number, and is known better. */
static CoexPerson *
recognize(CoexPeople *people, CoexPerson *person, const CoexPeer *peer)
{
    const char *const addresses[] = { peer->user_id, peer->wa_id, peer->other_wa_id };

    for (guint i = 0; i < G_N_ELEMENTS(addresses) && person->peer.user_id == NULL; i++) {
        const CoexAddress *address = find_address(people, addresses[i]);
        CoexPerson *other = address != NULL ? by_address(people, addresses[i]) : person;

        if (other == person || address->gone_at > 0 ||
            (peer->user_id != NULL && g_strcmp0(peer->user_id, other->peer.user_id) != 0))
            continue;
        if (other->peer.user_id != NULL ||
            (other->last_inbound_at > 0 && person->last_inbound_at == 0))
            return other;
    }
    return person;
}

gboolean
coex_people_link(CoexPeople *people, CoexPerson *person, const CoexPeer *peer, gint64 at)
{
    CoexPerson *known = recognize(people, person, peer);

    if (known == person)
        return link_all(people, person, peer, at);
    join(people, known, person);
    link_all(people, known, peer, at);
    return TRUE;
}

/* Nobody becomes the same person by it, and nothing that waits for @holder goes to whom the number
 * belongs to now. */
static void
give_up_number(CoexPeople *people, CoexPerson *holder, const char *number)
{
    if (g_strcmp0(holder->peer.wa_id, number) == 0)
        g_clear_pointer(&holder->peer.wa_id, g_free);
    if (g_strcmp0(holder->peer.other_wa_id, number) == 0)
        g_clear_pointer(&holder->peer.other_wa_id, g_free);
    g_hash_table_remove(people->by_address, number);
}

CoexPerson *
coex_people_move(CoexPeople *people, CoexPerson *person, const CoexPeer *peer, gboolean number_gone,
                 gint64 at)
{
    CoexPerson *holder = by_address(people, peer->wa_id);
    CoexPeer news = *peer;
    gboolean passed_on = FALSE;

    if (holder != NULL && (holder == person || by_address(people, peer->user_id) == holder))
        holder = NULL;
    if (holder != NULL && holder->last_inbound_at > at) {
        news.wa_id = NULL;
        passed_on = TRUE;
        holder = NULL;
    }
    if (holder != NULL)
        give_up_number(people, holder, peer->wa_id);
    g_clear_pointer(&person->peer.other_wa_id, g_free);
    link_all(people, person, &news, at);
    person->in_doubt = FALSE;
    if (peer->user_id != NULL && g_strcmp0(person->peer.user_id, peer->user_id) == 0)
        person->renewed_at = 0;
    if (passed_on || (number_gone && (peer->user_id == NULL ||
                                      g_strcmp0(person->peer.user_id, peer->user_id) == 0)))
        g_clear_pointer(&person->peer.wa_id, g_free);
    return holder;
}

/* The last one of several that are the same number may be the one of now. */
static gboolean
is_present(const CoexPerson *person, const char *number)
{
    return coex_number_is_same(person->peer.wa_id, number) ||
           coex_number_is_same(person->peer.other_wa_id, number);
}

GPtrArray *
coex_people_give_up(CoexPeople *people, const CoexPerson *person, gint64 at)
{
    GPtrArray *numbers = g_ptr_array_new();
    GHashTableIter iter;
    gpointer text;

    g_hash_table_iter_init(&iter, people->by_address);
    while (g_hash_table_iter_next(&iter, &text, NULL)) {
        CoexAddress *address = address_of(text);

        if (address->person_id != person->id || coex_user_id_is_valid(text) ||
            is_present(person, text))
            continue;
        if (address->gone_at == 0)
            address->gone_at = at;
        if (address->gone_at == at)
            g_ptr_array_add(numbers, text);
    }
    return numbers;
}

/* The first address, unless a buddy has it from a former owner: then the BSUID beside it, or a mark
 * after it by which it is no number. */
static char *
dup_new_name(CoexPeople *people, const CoexPeer *peer)
{
    char *name = coex_peer_dup_name(peer);

    if (peer->user_id != NULL && g_hash_table_contains(people->by_name, name)) {
        g_free(name);
        name = g_strdup(peer->user_id);
    }
    for (guint n = 2; g_hash_table_contains(people->by_name, name); n++) {
        g_free(name);
        name = g_strdup_printf("%s_%u", peer->wa_id != NULL ? peer->wa_id : peer->user_id, n);
    }
    return name;
}

CoexPerson *
coex_people_learn(CoexPeople *people, const CoexPeer *peer, gint64 at, gboolean theirs,
                  gboolean *ret_changed)
{
    CoexPerson *person;
    gboolean changed = FALSE;

    if (!coex_peer_is_addressable(peer))
        return NULL;
    person = coex_people_find(people, peer, at);
    if (person == NULL) {
        person = coex_person_new();
        person->id = people->next_id;
        person->name = dup_new_name(people, peer);
        people_add(people, person);
        changed = TRUE;
    }
    changed |= coex_people_link(people, person, peer, theirs ? at : 0);
    if (ret_changed != NULL)
        *ret_changed = changed;
    return coex_people_now(people, person);
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
coex_people_list(CoexPeople *people)
{
    GPtrArray *list = g_ptr_array_sized_new(people->entries->len);

    for (guint i = 0; i < people->entries->len; i++)
        if (!get_person(people, i)->forgotten)
            g_ptr_array_add(list, get_person(people, i));
    return list;
}

void
coex_people_sort_by_activity(GPtrArray *people)
{
    g_ptr_array_sort(people, compare_activity);
}

GPtrArray *
coex_people_by_activity(CoexPeople *people)
{
    GPtrArray *sorted = coex_people_list(people);

    coex_people_sort_by_activity(sorted);
    return sorted;
}
