// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/privacy.h"

#include "core/peer.h"
#include "core/words.h"
#include "purple/connection.h"
#include "purple/host.h"
#include "purple/unseen.h"
#include "session/session.h"

/* ---- the rule ---- */

void
coex_privacy_set_rule(PurpleConnection *gc)
{
    CoexConnection *connection = coex_connection_of(gc);
    PurplePrivacyType rule;

    if (connection == NULL)
        return;
    rule = purple_account_get_privacy_type(connection->account);
    if (rule == PURPLE_PRIVACY_DENY_USERS)
        return;
    /* With it nobody who is not on the list is hidden. "Allow all" would have the next block end
     * all others. */
    purple_account_set_privacy_type(connection->account, PURPLE_PRIVACY_DENY_USERS);
    if (rule == PURPLE_PRIVACY_ALLOW_ALL)
        return;
    /* Translators: a chat program, and its own words in its list of rules */
    g_autofree char *line = coex_say(
        _("WhatsApp blocks single people and knows no other rule, so %s was set back to “Block "
          "only the users below”: what anybody else writes is shown."),
        _(coex_host_get()->label));
    coex_unseen_tell(connection, line);
}

/* ---- its list ---- */

/* WhatsApp may tell a number in another form than the one in which it was blocked. */
static gboolean
is_same(const char *one, const char *other)
{
    return g_str_equal(one, other) || coex_number_is_same(one, other);
}

/* By which name it is there; NULL: it is not. Free with g_free(). */
static char *
dup_listed(CoexConnection *connection, const char *name)
{
    g_autofree char *spelling = g_strdup(purple_normalize(connection->account, name));

    for (GSList *l = connection->account->deny; l != NULL; l = l->next) {
        g_autofree char *listed = coex_connection_dup_name(connection, l->data);

        if (g_str_equal(l->data, spelling))
            return g_strdup(name);
        if (is_same(listed, name))
            return g_strdup(l->data);
    }
    return NULL;
}

static void
list(CoexConnection *connection, const char *name, gboolean blocked)
{
    g_autofree char *listed = dup_listed(connection, name);

    if ((listed != NULL) == blocked)
        return;
    if (blocked)
        purple_privacy_deny_add(connection->account, name, TRUE);
    else
        purple_privacy_deny_remove(connection->account, listed, TRUE);
}

void
coex_privacy_forget(CoexConnection *connection, const char *name)
{
    list(connection, name, FALSE);
}

/* By their buddies' names. */
static char **
dup_list(CoexConnection *connection)
{
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();

    for (GSList *l = connection->account->deny; l != NULL; l = l->next) {
        g_autofree char *name = coex_connection_dup_name(connection, l->data);

        g_strv_builder_add(names, name);
    }
    return g_strv_builder_end(names);
}

static void
tell_taken_off(CoexConnection *connection, GPtrArray *titles)
{
    g_autofree char *all = NULL;

    if (titles->len == 0 || connection->over)
        return;
    g_ptr_array_add(titles, NULL);
    all = g_strjoinv(", ", (char **)titles->pdata);
    /* Translators: a chat program, names of people, the / or ! that commands begin with */
    g_autofree char *line = coex_say(
        _("Not blocked at WhatsApp, and so taken off the block list of %s: %s. What they write is "
          "shown. %sblock blocks somebody at WhatsApp, within 24 hours after they wrote."),
        _(coex_host_get()->label), all, coex_host_get_mark());
    coex_unseen_tell(connection, line);
}

static gboolean
is_among(const char *const *names, const char *name)
{
    for (guint i = 0; names[i] != NULL; i++)
        if (is_same(names[i], name))
            return TRUE;
    return FALSE;
}

/* Another plugin is called for each, and may end the connection. */
static void
take_list(CoexConnection *connection, const char *const *names)
{
    g_autoptr(GPtrArray) titles = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) before = dup_list(connection);

    for (guint i = 0; before[i] != NULL && !connection->over; i++) {
        if (is_among(names, before[i]))
            continue;
        g_ptr_array_add(titles, coex_connection_dup_title(connection, before[i]));
        list(connection, before[i], FALSE);
    }
    for (guint i = 0; names[i] != NULL && !connection->over; i++)
        list(connection, names[i], TRUE);
    tell_taken_off(connection, titles);
}

void
coex_privacy_take(CoexConnection *taken_in, const CoexSessionEvent *event)
{
    g_autoptr(CoexConnection) connection = coex_connection_ref(taken_in);

    if (event->person != NULL)
        list(connection, event->person->name, event->person->blocked);
    else
        take_list(connection, (const char *const *)event->names);
}

/* ---- what the user changes in it ---- */

/* What is no address is nobody whom WhatsApp could be asked about. */
static gboolean
may_be_asked(CoexConnection *connection, const char *name)
{
    g_auto(CoexPeer) peer = { 0 };

    return coex_session_find_person(connection->session, name) != NULL ||
           coex_peer_parse(name, &peer, NULL);
}

/* Who called goes on with the list: it is put right afterwards. */
static gboolean
on_stranger(gpointer user_data)
{
    CoexConnection *connection = user_data;
    g_autofree char *name = g_steal_pointer(&connection->denied_stranger);

    connection->privacy_timer = 0;
    if (coex_session_find_person(connection->session, name) == NULL)
        list(connection, name, FALSE);
    return G_SOURCE_REMOVE;
}

static void
refuse_stranger(CoexConnection *connection, const char *name)
{
    g_autofree char *title = coex_connection_dup_title(connection, name);
    g_autofree char *line =
        coex_say(_("%s was not blocked: that is no number and no id of WhatsApp's."), title);

    coex_privacy_stop(connection);
    connection->denied_stranger = g_strdup(name);
    connection->privacy_timer = purple_timeout_add(0, on_stranger, connection);
    coex_unseen_tell(connection, line);
}

void
coex_privacy_block(PurpleConnection *gc, const char *who)
{
    CoexConnection *connection = coex_connection_of(gc);

    if (connection == NULL)
        return;
    g_autofree char *name = coex_connection_dup_name(connection, who);
    if (may_be_asked(connection, name))
        coex_session_block(connection->session, name, TRUE);
    else
        refuse_stranger(connection, name);
}

void
coex_privacy_unblock(PurpleConnection *gc, const char *who)
{
    CoexConnection *connection = coex_connection_of(gc);

    if (connection == NULL)
        return;
    g_autofree char *name = coex_connection_dup_name(connection, who);
    if (may_be_asked(connection, name))
        coex_session_block(connection->session, name, FALSE);
}

void
coex_privacy_stop(CoexConnection *connection)
{
    if (connection->privacy_timer != 0)
        purple_timeout_remove(connection->privacy_timer);
    connection->privacy_timer = 0;
    g_clear_pointer(&connection->denied_stranger, g_free);
}
