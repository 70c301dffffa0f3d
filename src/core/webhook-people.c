// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/webhook-people.h"

#include "core/json.h"
#include "core/peer.h"
#include "core/text.h"

#include <string.h>

/* Nothing longer is a name or an id: or else a delivery of 3 MB could become a hundred thousand
 * times as much. */
#define ID_MAX 64
#define USER_ID_MAX 160
#define PERSON_NAME_MAX 512
#define PERSON_NAME_CHARS 128 /* Pidgin cuts a name at 1024 bytes of HTML */

#define ENDING 7    /* the last digits are the same in all forms of a number */
#define ALIKE_MAX 8 /* so many entries of one ending are compared */
#define COUNTRY 2   /* the first digits as well */

/* One person as `contacts[]` tells it. Strings borrow the document, but for @number. */
typedef struct {
    const char *wa_id;
    const char *user_id;
    const char *parent_user_id;
    CoexJsonAt profile;
    const char *name;
    const char *username;
    char *number;      /* digits of @wa_id, NULL */
    gboolean is_named; /* an element of the list names this very address */
} Contact;

struct CoexWebhookPeople {
    char *own_number;
    GPtrArray *contacts;    /* of Contact */
    GHashTable *by_address; /* digits or BSUID -> Contact */
    GHashTable *by_ending;  /* last digits, owned -> GPtrArray of Contact that nobody names */
    const Contact *lone;    /* the only one that nobody names, and there is one who is not found */
};

/* @text, NULL when it has more than @max bytes. */
static const char *
bounded(const char *text, gsize max)
{
    return text != NULL && strnlen(text, max + 1) <= max ? text : NULL;
}

static const CoexJsonField contact_fields[] = {
    { "wa_id", COEX_JSON_TEXT, offsetof(Contact, wa_id), COEX_JSON_OPTIONAL },
    { "user_id", COEX_JSON_TEXT, offsetof(Contact, user_id), COEX_JSON_OPTIONAL },
    { "parent_user_id", COEX_JSON_TEXT, offsetof(Contact, parent_user_id), COEX_JSON_OPTIONAL },
    { "profile", COEX_JSON_OBJECT, offsetof(Contact, profile), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

static const CoexJsonField profile_fields[] = {
    { "name", COEX_JSON_STRING, offsetof(Contact, name), COEX_JSON_OPTIONAL },
    { "username", COEX_JSON_STRING, offsetof(Contact, username), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

static void
read_contact(const CoexJsonAt *at, Contact *contact)
{
    coex_json_read(at, contact_fields, contact, NULL);
    coex_json_read(&contact->profile, profile_fields, contact, NULL);
    contact->wa_id = bounded(contact->wa_id, ID_MAX);
    contact->user_id = bounded(contact->user_id, USER_ID_MAX);
    contact->parent_user_id = bounded(contact->parent_user_id, USER_ID_MAX);
    contact->name = bounded(contact->name, PERSON_NAME_MAX);
    contact->username = bounded(contact->username, PERSON_NAME_MAX);
    contact->number = coex_number_normalize(contact->wa_id, NULL);
}

static void
contact_free(gpointer data)
{
    Contact *contact = data;

    g_free(contact->number);
    g_free(contact);
}

CoexWebhookPeople *
coex_webhook_people_new(const CoexJsonAt *object, const char *own_number)
{
    CoexWebhookPeople *people = g_new0(CoexWebhookPeople, 1);
    CoexJsonAt list = coex_json_member(object, "contacts");
    guint n = coex_json_length(&list);

    people->own_number = g_strdup(own_number);
    people->contacts = g_ptr_array_new_with_free_func(contact_free);
    people->by_address = g_hash_table_new(g_str_hash, g_str_equal);
    people->by_ending =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    for (guint i = 0; i < n; i++) {
        CoexJsonAt at = coex_json_element(&list, i);
        Contact *contact = g_new0(Contact, 1);

        read_contact(&at, contact);
        g_ptr_array_add(people->contacts, contact);
        if (contact->number != NULL)
            g_hash_table_insert(people->by_address, contact->number, contact);
        if (contact->user_id != NULL)
            g_hash_table_insert(people->by_address, (char *)contact->user_id, contact);
    }
    return people;
}

void
coex_webhook_people_free(CoexWebhookPeople *people)
{
    g_hash_table_unref(people->by_ending);
    g_hash_table_unref(people->by_address);
    g_ptr_array_unref(people->contacts);
    g_free(people->own_number);
    g_free(people);
}

gboolean
coex_webhook_people_is_own(const CoexWebhookPeople *people, const char *number)
{
    g_autofree char *digits = coex_number_normalize(number, NULL);

    return coex_number_is_same(digits, people->own_number);
}

/* ---- who is not named by the very address ---- */

static Contact *
find_exact(const CoexWebhookPeople *people, const char *number, const char *user_id)
{
    Contact *contact = NULL;

    if (user_id != NULL)
        contact = g_hash_table_lookup(people->by_address, user_id);
    if (contact == NULL && number != NULL)
        contact = g_hash_table_lookup(people->by_address, number);
    return contact;
}

void
coex_webhook_address_of_sent(const CoexJsonAt *sent, CoexWebhookAddress *ret_address)
{
    const char *recipient = coex_json_member_text(sent, "recipient");

    ret_address->number = coex_json_member_text(sent, "to");
    if (coex_user_id_is_valid(recipient))
        ret_address->user_id = recipient;
    else if (ret_address->number == NULL)
        ret_address->number = recipient;
}

static void
read_address(const CoexWebhookPeople *people, const CoexJsonAt *element, const char *const keys[2],
             CoexWebhookAddress *ret_address)
{
    CoexJsonAt sent = coex_json_member(element, "message");

    ret_address->number = coex_json_member_text(element, keys[0]);
    ret_address->user_id = coex_json_member_text(element, keys[1]);
    if (coex_webhook_people_is_own(people, ret_address->number)) {
        ret_address->number = coex_json_member_text(element, "to");
        ret_address->user_id = coex_json_member_text(element, "to_user_id");
    } else if (ret_address->number == NULL && ret_address->user_id == NULL) {
        coex_webhook_address_of_sent(&sent, ret_address);
    }
}

static void
add_ending(CoexWebhookPeople *people, Contact *contact)
{
    const char *number = contact->number;
    const char *ending = number != NULL ? number + strlen(number) - ENDING : NULL;
    GPtrArray *alike;

    if (ending == NULL)
        return;
    alike = g_hash_table_lookup(people->by_ending, ending);
    if (alike == NULL) {
        alike = g_ptr_array_new();
        g_hash_table_insert(people->by_ending, g_strdup(ending), alike);
    }
    g_ptr_array_add(alike, contact);
}

void
coex_webhook_people_enter(CoexWebhookPeople *people, const CoexJsonAt *list,
                          const char *const keys[2])
{
    g_autoptr(GHashTable) lost = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    guint n = keys[0] != NULL ? coex_json_length(list) : 0;
    guint n_unnamed = 0;

    g_hash_table_remove_all(people->by_ending);
    people->lone = NULL;
    for (guint i = 0; i < people->contacts->len; i++)
        ((Contact *)people->contacts->pdata[i])->is_named = FALSE;
    for (guint i = 0; i < n; i++) {
        CoexJsonAt element = coex_json_element(list, i);
        CoexWebhookAddress address = { 0 };
        g_autofree char *number = NULL;
        Contact *contact;

        read_address(people, &element, keys, &address);
        number = coex_number_normalize(address.number, NULL);
        contact = find_exact(people, number, address.user_id);
        if (contact != NULL)
            contact->is_named = TRUE;
        else
            g_hash_table_add(lost, g_strdup(address.user_id != NULL ? address.user_id
                                            : number != NULL        ? number
                                                                    : ""));
    }
    for (guint i = 0; i < people->contacts->len; i++) {
        Contact *contact = people->contacts->pdata[i];

        if (contact->is_named)
            continue;
        n_unnamed++;
        people->lone = contact;
        add_ending(people, contact);
    }
    if (n_unnamed != 1 || g_hash_table_size(lost) != 1)
        people->lone = NULL;
    /* Where somebody has no entry at all, any likeness would be a guess. */
    if (n_unnamed < g_hash_table_size(lost))
        g_hash_table_remove_all(people->by_ending);
}

/* The only entry that is @number in another form. */
static const Contact *
find_alike(const CoexWebhookPeople *people, const char *number)
{
    const GPtrArray *alike =
        g_hash_table_lookup(people->by_ending, number + strlen(number) - ENDING);
    const Contact *same = NULL;
    guint n_same = 0;

    if (alike == NULL || alike->len > ALIKE_MAX)
        return NULL;
    for (guint i = 0; i < alike->len; i++) {
        const Contact *contact = alike->pdata[i];

        if (!coex_number_is_same(contact->number, number))
            continue;
        same = contact;
        n_same++;
    }
    if (n_same == 0 && alike->len == 1) {
        const Contact *contact = alike->pdata[0];

        return strncmp(contact->number, number, COUNTRY) == 0 ? contact : NULL;
    }
    return n_same == 1 ? same : NULL;
}

/* By BSUID, by number, by another form of the number; one entry that is left over belongs to the
 * one person who is. */
static const Contact *
find_contact(const CoexWebhookPeople *people, const CoexWebhookAddress *address, gboolean exact)
{
    g_autofree char *number = coex_number_normalize(address->number, NULL);
    const Contact *contact = find_exact(people, number, address->user_id);

    if (contact != NULL || exact)
        return contact;
    if (number != NULL)
        contact = find_alike(people, number);
    if (contact == NULL)
        contact = people->lone;
    if (contact != NULL && address->user_id != NULL && contact->user_id != NULL)
        return NULL;
    return contact;
}

void
coex_webhook_people_read(const CoexWebhookPeople *people, const CoexWebhookAddress *address,
                         gboolean exact, CoexPeer *ret_peer, char **ret_name)
{
    const Contact *contact = find_contact(people, address, exact);

    if (contact != NULL) {
        coex_peer_set(ret_peer, contact->wa_id, contact->user_id, contact->parent_user_id);
        coex_peer_set_username(ret_peer, contact->username);
        if (!coex_text_is_blank(contact->name))
            *ret_name = coex_text_excerpt(contact->name, PERSON_NAME_CHARS);
    }
    coex_peer_set(ret_peer, address->number, address->user_id, address->parent_user_id);
    if (contact != NULL && contact->number != NULL &&
        g_strcmp0(contact->number, ret_peer->wa_id) != 0)
        ret_peer->other_wa_id = g_strdup(contact->number);
}

char *
coex_webhook_people_dup_display(const CoexWebhookPeople *people, const CoexWebhookAddress *address)
{
    g_auto(CoexPeer) peer = { 0 };
    g_autofree char *name = NULL;
    g_autofree char *display = NULL;

    coex_webhook_people_read(people, address, FALSE, &peer, &name);
    display = coex_peer_dup_display(&peer);
    return name != NULL ? g_strdup_printf("%s (%s)", name, display) : g_steal_pointer(&display);
}
