// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/api-block.h"

#include "core/api-error.h"
#include "core/api.h"
#include "core/error.h"
#include "core/json.h"
#include "core/peer.h"
#include "core/words.h"

/* ---- one person ---- */

typedef struct {
    gint64 code;
    const char *message;
    CoexJsonAt data;
} PersonError;

static const CoexJsonField person_error_fields[] = {
    { "code", COEX_JSON_INT, G_STRUCT_OFFSET(PersonError, code), COEX_JSON_OPTIONAL },
    { "message", COEX_JSON_TEXT, G_STRUCT_OFFSET(PersonError, message), COEX_JSON_OPTIONAL },
    { "error_data", COEX_JSON_ANY, G_STRUCT_OFFSET(PersonError, data), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

/* Beside those who were done, with HTTP 400, stand those who were not, each with why. TRUE: there
 * is one. */
static gboolean
read_failed_user(CoexJson *doc, GError **error)
{
    PersonError why = { .code = 0 };
    CoexJsonAt root = coex_json_root(doc);
    CoexJsonAt lists = coex_json_member(&root, "block_users");
    CoexJsonAt failed = coex_json_member(&lists, "failed_users");
    CoexJsonAt first = coex_json_element(&failed, 0);
    CoexJsonAt errors = coex_json_member(&first, "errors");
    CoexJsonAt told = coex_json_element(&errors, 0);
    const char *details;

    if (!coex_json_at_exists(&first) || !coex_json_read(&told, person_error_fields, &why, NULL))
        return FALSE;
    details = coex_json_member_text(&why.data, "details");
    if (why.code <= 0 || why.code >= COEX_GRAPH_CODE_UNLISTED)
        why.code = 139100;
    coex_error_set_graph(error, (int)why.code, details ? details : why.message, NULL, FALSE);
    return TRUE;
}

gboolean
coex_api_read_block(const CoexResponse *response, GError **error)
{
    g_autoptr(CoexJson) doc = coex_response_parse(response);

    if (doc && read_failed_user(doc, error))
        return FALSE;
    return coex_api_error_check(response->status, doc, FALSE, error);
}

/* ---- the list ---- */

/* Takes over a member that is an address. */
static void
add_address(const CoexJsonAt *user, const char *key, gboolean is_number, GPtrArray *addresses)
{
    const char *text = coex_json_member_text(user, key);
    g_auto(CoexPeer) peer = { 0 };

    coex_peer_set(&peer, is_number ? text : NULL, is_number ? NULL : text, NULL);
    if (peer.wa_id || peer.user_id)
        g_ptr_array_add(addresses, g_strdup(peer.wa_id ? peer.wa_id : peer.user_id));
}

static void
add_user(const CoexJsonAt *user, GPtrArray *addresses)
{
    add_address(user, "wa_id", TRUE, addresses);
    add_address(user, "user_id", FALSE, addresses);
}

/* Each element holds some users in a list of its own, or is one. */
static void
add_users(const CoexJsonAt *element, GPtrArray *addresses)
{
    CoexJsonAt users = coex_json_member(element, "block_users");

    add_user(element, addresses);
    for (guint i = 0; i < coex_json_length(&users); i++) {
        CoexJsonAt user = coex_json_element(&users, i);

        add_user(&user, addresses);
    }
}

gboolean
coex_api_read_blocked(const CoexResponse *response, GPtrArray *addresses, char **ret_cursor,
                      GError **error)
{
    g_autoptr(CoexJson) doc = coex_response_parse(response);
    CoexJsonAt root, data, paging, cursors;
    guint before = addresses->len;

    if (!coex_api_error_check(response->status, doc, FALSE, error))
        return FALSE;
    root = doc ? coex_json_root(doc) : (CoexJsonAt){ 0 };
    data = coex_json_member(&root, "data");
    if (!coex_json_at_is_array(&data)) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL,
                    _("The provider's answer holds no list of blocked people. (HTTP %u)"),
                    response->status);
        return FALSE;
    }
    for (guint i = 0; i < coex_json_length(&data); i++) {
        CoexJsonAt element = coex_json_element(&data, i);

        add_users(&element, addresses);
    }
    paging = coex_json_member(&root, "paging");
    cursors = coex_json_member(&paging, "cursors");
    /* Whether there is a `next` is not told everywhere: the list ends with an empty page. */
    *ret_cursor =
        addresses->len > before ? g_strdup(coex_json_member_text(&cursors, "after")) : NULL;
    return TRUE;
}
