// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/whom.h"

#include "core/error.h"
#include "core/payload.h"
#include "core/peer.h"
#include "core/text.h"
#include "core/words.h"
#include "purple/connection.h"
#include "session/session.h"
#include <string.h>

#define SIMILAR_MAX 3

void
coex_whom_clear(CoexWhom *whom)
{
    g_clear_pointer(&whom->name, g_free);
    g_clear_pointer(&whom->title, g_free);
    g_clear_pointer(&whom->number, g_free);
}

static gboolean
is_same(const char *one, const char *typed)
{
    g_autofree char *bare = one != NULL ? coex_text_without_bidi(one) : NULL;
    g_autofree char *folded = bare != NULL ? g_utf8_casefold(bare, -1) : NULL;
    g_autofree char *other = g_utf8_casefold(typed, -1);

    return folded != NULL && g_utf8_collate(folded, other) == 0;
}

static gboolean
is_called(PurpleBuddy *buddy, const CoexPersonView *view, const char *typed)
{
    return is_same(purple_buddy_get_alias(buddy), typed) ||
           is_same(purple_buddy_get_server_alias(buddy), typed) ||
           is_same(purple_buddy_get_name(buddy), typed) ||
           (view != NULL && (is_same(view->alias, typed) || is_same(view->nick, typed)));
}

/* NULL: nobody is called so, or, with an error, several are. */
static const CoexPersonView *
find_called(CoexConnection *connection, const char *typed, GError **error)
{
    g_autoptr(GSList) buddies = purple_find_buddies(connection->account, NULL);
    const CoexPersonView *found = NULL;

    for (GSList *link = buddies; link != NULL; link = link->next) {
        PurpleBuddy *buddy = link->data;
        g_autofree char *name = coex_connection_dup_name(connection, purple_buddy_get_name(buddy));
        const CoexPersonView *view = coex_session_find_person(connection->session, name);

        if (view == NULL || view == found || !is_called(buddy, view, typed))
            continue;
        if (found != NULL) {
            coex_error_say(error, COEX_ERROR_INVALID_INPUT,
                           _("“%s” is what several people are called. Type the number."), typed);
            return NULL;
        }
        found = view;
    }
    return found;
}

/* Whether a word of @name begins so, as one types who is thinking of a first name. */
static gboolean
has_word(const char *name, const char *folded)
{
    g_autofree char *all = name != NULL ? g_utf8_casefold(name, -1) : NULL;

    for (const char *at = all; at != NULL && *at != '\0'; at++) {
        if ((at == all || at[-1] == ' ') && g_str_has_prefix(at, folded))
            return TRUE;
    }
    return FALSE;
}

/* Who may be meant, for people: a message goes to a name that was typed in full. NULL for nobody.
 * Free with g_free(). */
static char *
dup_similar(CoexConnection *connection, const char *typed)
{
    g_autoptr(GSList) buddies = purple_find_buddies(connection->account, NULL);
    g_autofree char *folded = g_utf8_casefold(typed, -1);
    const char *names[SIMILAR_MAX] = { NULL };
    guint n = 0;

    for (GSList *link = buddies; link != NULL && *folded != '\0' && n < SIMILAR_MAX;
         link = link->next) {
        const char *alias = purple_buddy_get_contact_alias(link->data);

        if (has_word(alias, folded))
            names[n++] = alias;
    }
    if (n == 0)
        return NULL;
    if (n == 1)
        return coex_say(_("Did you mean “%s”?"), names[0]);
    return n == 2 ? coex_say(_("Did you mean “%s” or “%s”?"), names[0], names[1])
                  : coex_say(_("Did you mean “%s” or “%s” or “%s”?"), names[0], names[1], names[2]);
}

static void
take_person(CoexConnection *connection, const CoexPersonView *view, CoexWhom *whom)
{
    whom->name = g_strdup(view->name);
    whom->title = coex_connection_dup_alias(connection, view->name);
    whom->number = *view->display == '+' ? g_strdup(view->display + 1) : NULL;
    whom->known = TRUE;
}

gboolean
coex_whom_find(CoexConnection *connection, const char *typed, CoexWhom *ret_whom, GError **error)
{
    g_autofree char *valid = g_utf8_make_valid(typed, -1);
    g_autofree char *trimmed = g_strstrip(coex_text_without_bidi(valid));
    const CoexPersonView *view = coex_session_find_person(connection->session, trimmed);
    g_autoptr(GError) several = NULL;
    g_auto(CoexPeer) peer = { 0 };

    if (view == NULL && *trimmed != '\0')
        view = find_called(connection, trimmed, &several);
    if (several != NULL) {
        g_propagate_error(error, g_steal_pointer(&several));
        return FALSE;
    }
    if (view != NULL) {
        take_person(connection, view, ret_whom);
        return TRUE;
    }
    if (*trimmed == '\0') {
        g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                    _("Nobody is named. Type a buddy's name as it stands in the list, or a number "
                      "such as +493023125017."));
        return FALSE;
    }
    if (!coex_peer_parse(trimmed, &peer, NULL) || peer.wa_id == NULL) {
        g_autofree char *similar = dup_similar(connection, trimmed);
        g_autofree char *nobody = coex_say(_("“%s” is nobody here and no number."), trimmed);

        g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT, "%s%s%s %s", nobody,
                    similar != NULL ? " " : "", similar != NULL ? similar : "",
                    _("Type a buddy's name as it stands in the list, or a number such as "
                      "+493023125017."));
        return FALSE;
    }
    ret_whom->name = coex_peer_dup_name(&peer);
    ret_whom->title = coex_peer_dup_display(&peer);
    ret_whom->number = g_strdup(peer.wa_id);
    return TRUE;
}

/* What stands behind a number; NULL: nothing, or there is none. */
static const char *
find_name(const char *typed)
{
    gsize n = strspn(typed, "+0123456789 ()-./");

    return *typed == '+' && typed[n] != '\0' ? typed + n : NULL;
}

CoexPayload *
coex_whom_make_card(CoexConnection *connection, const char *typed, GError **error)
{
    g_autofree char *valid = g_utf8_make_valid(typed, -1);
    g_autofree char *trimmed = g_strstrip(coex_text_without_bidi(valid));
    const char *name = find_name(trimmed);
    g_autofree char *first =
        name != NULL ? g_strndup(trimmed, (gsize)(name - trimmed)) : g_strdup(trimmed);
    g_autofree char *given = NULL;
    g_auto(CoexWhom) whom = { 0 };

    if (!coex_whom_find(connection, first, &whom, error))
        return NULL;
    if (whom.number == NULL) {
        coex_error_say(error, COEX_ERROR_INVALID_INPUT,
                       _("%s hides the number, and a card without one leads nowhere."), whom.title);
        return NULL;
    }
    if (name == NULL && whom.known) {
        given = coex_connection_dup_given(connection, whom.name);
        name = given;
    }
    return coex_payload_new_contact(name != NULL ? name : whom.title, whom.number, whom.known);
}
