// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/webhook-history.h"

#include "core/json.h"

static gboolean
is_number(const char *number, const char *digits)
{
    g_autofree char *normal = coex_number_normalize(number, NULL);

    return coex_number_is_same(normal, digits);
}

/* Takes what two members of a message tell, unless it is the business itself. */
static void
take_address(const CoexJsonAt *message, const char *number_key, const char *user_id_key,
             const char *own_number, CoexPeer *peer)
{
    const char *number = coex_json_member_text(message, number_key);

    if (number != NULL && is_number(number, own_number))
        return;
    coex_peer_set(peer, number, coex_json_member_text(message, user_id_key), NULL);
}

/* A number that is withheld is in none of the members that should have it. */
static void
find_in_messages(const CoexJsonAt *messages, const char *own_number, CoexPeer *peer)
{
    guint n = coex_json_length(messages);

    for (guint i = 0; i < n && !coex_peer_is_addressable(peer); i++) {
        CoexJsonAt message = coex_json_element(messages, i);

        take_address(&message, "from", "from_user_id", own_number, peer);
        if (!coex_peer_is_addressable(peer))
            take_address(&message, "to", "to_user_id", own_number, peer);
    }
}

void
coex_webhook_history_read_peer(const CoexJsonAt *at, const char *own_number, CoexPeer *ret_peer)
{
    CoexJsonAt context = coex_json_member(at, "context");
    CoexJsonAt messages = coex_json_member(at, "messages");
    const char *id = coex_json_member_text(at, "id");
    const char *wa_id = coex_json_member_text(&context, "wa_id");
    g_autofree char *other = coex_number_normalize(wa_id, NULL);

    coex_peer_set(ret_peer, wa_id, coex_json_member_text(&context, "user_id"),
                  coex_json_member_text(&context, "parent_user_id"));
    if (coex_user_id_is_valid(id))
        coex_peer_set(ret_peer, NULL, id, NULL);
    else
        coex_peer_set(ret_peer, id, NULL, NULL);
    coex_peer_set_username(ret_peer, coex_json_member_text(&context, "username"));
    if (other != NULL && g_strcmp0(other, ret_peer->wa_id) != 0)
        ret_peer->other_wa_id = g_steal_pointer(&other);
    if (!coex_peer_is_addressable(ret_peer))
        find_in_messages(&messages, own_number, ret_peer);
}

/* Without the own number it is the one that the thread is not with. */
static gboolean
is_theirs(const CoexJsonAt *at, const CoexPeer *peer, const char *own_number)
{
    const char *from = coex_json_member_text(at, "from");
    const char *user_id = coex_json_member_text(at, "from_user_id");

    if (from == NULL && user_id == NULL)
        return coex_json_member_text(at, "to") == NULL &&
               coex_json_member_text(at, "to_user_id") == NULL;
    if (from != NULL && own_number != NULL)
        return !is_number(from, own_number);
    return is_number(from, peer->wa_id) || is_number(from, peer->other_wa_id) ||
           (user_id != NULL && g_strcmp0(user_id, peer->user_id) == 0);
}

CoexDirection
coex_webhook_history_get_direction(const CoexJsonAt *at, const CoexPeer *peer,
                                   const char *own_number)
{
    CoexJsonAt context = coex_json_member(at, "history_context");
    const char *from_me = coex_json_member_text(&context, "from_me");

    if (g_strcmp0(from_me, "true") == 0)
        return COEX_ECHO;
    return is_theirs(at, peer, own_number) ? COEX_INBOUND : COEX_ECHO;
}

CoexState
coex_webhook_history_get_state(const CoexJsonAt *at)
{
    CoexJsonAt context = coex_json_member(at, "history_context");
    const char *name = coex_json_member_text(&context, "status");

    if (name != NULL && g_ascii_strcasecmp(name, "ERROR") == 0)
        return COEX_STATE_FAILED;
    if (name != NULL && g_ascii_strcasecmp(name, "PENDING") == 0)
        return COEX_STATE_PENDING;
    for (CoexState state = COEX_STATE_SENT; state <= COEX_STATE_PLAYED; state++)
        if (name != NULL && g_ascii_strcasecmp(coex_state_get_name(state), name) == 0)
            return state;
    return COEX_STATE_UNKNOWN;
}
