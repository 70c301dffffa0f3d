// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/contact.h"

#include "core/person-view.h"
#include "purple/connection.h"
#include "purple/template-picker.h"

static void
contact_free(gpointer data)
{
    CoexContact *contact = data;

    g_free(contact->name);
    g_clear_pointer(&contact->picker, coex_picker_free);
    g_clear_pointer(&contact->past, g_ptr_array_unref);
    g_clear_pointer(&contact->due, coex_person_view_unref);
    g_free(contact->fetching);
    g_free(contact->caption);
    g_free(contact->nick);
    g_free(contact);
}

GHashTable *
coex_contact_table_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, NULL, contact_free);
}

CoexContact *
coex_contact_of(CoexConnection *connection, const char *name)
{
    CoexContact *contact = g_hash_table_lookup(connection->contacts, name);

    if (contact != NULL)
        return contact;
    contact = g_new0(CoexContact, 1);
    contact->name = g_strdup(name);
    g_hash_table_insert(connection->contacts, contact->name, contact);
    return contact;
}

CoexPicker *
coex_contact_get_picker(CoexConnection *connection, const char *name)
{
    CoexContact *contact = coex_contact_of(connection, name);

    if (contact->picker == NULL)
        contact->picker = coex_picker_new(connection, contact->name);
    return contact->picker;
}
