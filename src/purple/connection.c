// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/connection.h"

#include "core/peer.h"
#include "core/profile.h"
#include "purple/own-number.h"
#include "session/session.h"
#include <string.h>

#define SPELLING_MAX 256

CoexConnection *
coex_connection_ref(CoexConnection *connection)
{
    connection->refs++;
    return connection;
}

void
coex_connection_unref(CoexConnection *connection)
{
    if (--connection->refs > 0)
        return;
    g_queue_clear(&connection->due);
    g_clear_pointer(&connection->notices, g_ptr_array_unref);
    g_hash_table_unref(connection->contacts);
    g_free(connection->registered_url);
    g_free(connection->broadcast_id);
    g_free(connection->asked_in);
    coex_profile_free(connection->profile);
    coex_profile_free(connection->edited);
    g_free(connection->language);
    g_free(connection);
}

CoexConnection *
coex_connection_of(PurpleConnection *gc)
{
    CoexConnection *connection;

    if (gc == NULL || !PURPLE_CONNECTION_IS_CONNECTED(gc))
        return NULL;
    connection = purple_connection_get_protocol_data(gc);
    return connection == NULL || connection->over ? NULL : connection;
}

CoexConnection *
coex_connection_of_account(PurpleAccount *account)
{
    return coex_connection_of(purple_account_get_connection(account));
}

void
coex_connection_refresh_templates(CoexConnection *connection)
{
    connection->tell_catalogue = TRUE;
    coex_session_refresh_templates(connection->session);
}

void
coex_connection_describe(CoexConnection *connection)
{
    connection->wants_profile = FALSE;
    coex_session_describe(connection->session, NULL);
}

void
coex_connection_register_webhook(CoexConnection *connection)
{
    connection->may_ask = TRUE;
    coex_session_register_webhook(connection->session);
}

/* ---- names ---- */

char *
coex_connection_dup_name(CoexConnection *connection, const char *who)
{
    const CoexPersonView *person = coex_session_find_person(connection->session, who);
    g_auto(CoexPeer) peer = { 0 };

    if (person != NULL)
        return g_strdup(person->name);
    if (coex_peer_parse(who, &peer, NULL))
        return coex_peer_dup_name(&peer);
    return g_strdup(who);
}

char *
coex_connection_dup_alias(CoexConnection *connection, const char *name)
{
    PurpleBuddy *buddy = purple_find_buddy(connection->account, name);
    const CoexPersonView *person = coex_session_find_person(connection->session, name);
    const char *alias = buddy != NULL ? purple_buddy_get_local_buddy_alias(buddy) : NULL;

    if (alias == NULL && person != NULL)
        alias = person->alias != NULL ? person->alias : person->display;
    return alias != NULL ? g_strdup(alias) : coex_peer_dup_name_display(name);
}

char *
coex_connection_dup_title(CoexConnection *connection, const char *name)
{
    g_autofree char *alias = coex_connection_dup_alias(connection, name);

    return coex_own_number_mark(connection->account, alias);
}

char *
coex_connection_dup_given(CoexConnection *connection, const char *name)
{
    const CoexPersonView *person = coex_session_find_person(connection->session, name);
    g_autofree char *alias = coex_connection_dup_alias(connection, name);

    if (person != NULL && person->given != NULL)
        return g_strdup(person->given);
    if (strcmp(alias, name) == 0 || (person != NULL && strcmp(alias, person->display) == 0))
        return NULL;
    return g_steal_pointer(&alias);
}

const char *
coex_connection_get_buddy_name(CoexConnection *connection, const char *name)
{
    PurpleBuddy *buddy = purple_find_buddy(connection->account, name);

    return buddy != NULL ? purple_buddy_get_name(buddy) : name;
}

const char *
coex_connection_normalize(const PurpleAccount *account, const char *who)
{
    static char buffer[SPELLING_MAX];
    g_autofree char *number = coex_number_normalize(who, NULL);
    const char *end = NULL;

    if (number != NULL) {
        buffer[0] = '+';
        g_strlcpy(buffer + 1, number, sizeof buffer - 1);
        return buffer;
    }
    g_strlcpy(buffer, who, sizeof buffer);
    /* The cut may have gone through a character. */
    g_utf8_validate(buffer, -1, &end);
    buffer[end - buffer] = '\0';
    g_strstrip(buffer);
    /* It names a log folder: one dot or two would be another's. */
    if (!coex_user_id_is_valid(buffer) && buffer[0] == '.')
        buffer[0] = '_';
    return buffer;
}

gboolean
coex_connection_is_own(CoexConnection *connection, const char *who)
{
    return strcmp(coex_connection_normalize(connection->account, who),
                  purple_account_get_username(connection->account)) == 0;
}
