// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/webhook-system.h"

#include "core/json.h"
#include "core/message.h"
#include "core/peer.h"
#include "core/webhook-people.h"
#include <glib.h>
#include <string.h>

typedef struct {
    const char *type;
    CoexWebhookAddress before, now;
    const char *new_wa_id; /* the new number in the older form */
} RawSystem;

static const CoexJsonField system_fields[] = {
    { "type", COEX_JSON_TEXT, offsetof(RawSystem, type), COEX_JSON_OPTIONAL },
    { "previous_user_id", COEX_JSON_TEXT, offsetof(RawSystem, before.user_id), COEX_JSON_OPTIONAL },
    { "previous_parent_user_id", COEX_JSON_TEXT, offsetof(RawSystem, before.parent_user_id),
      COEX_JSON_OPTIONAL },
    { "wa_id", COEX_JSON_TEXT, offsetof(RawSystem, now.number), COEX_JSON_OPTIONAL },
    { "user_id", COEX_JSON_TEXT, offsetof(RawSystem, now.user_id), COEX_JSON_OPTIONAL },
    { "parent_user_id", COEX_JSON_TEXT, offsetof(RawSystem, now.parent_user_id),
      COEX_JSON_OPTIONAL },
    { "new_wa_id", COEX_JSON_TEXT, offsetof(RawSystem, new_wa_id), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

static gboolean
is_one_of(const char *text, const char *const *names)
{
    return text != NULL && g_strv_contains(names, text);
}

void
coex_webhook_system_read(const CoexJsonAt *at, const CoexWebhookAddress *from,
                         CoexWebhookAddress *address, CoexMessage *message)
{
    static const char *const of_number[] = { "user_changed_number", "customer_changed_number",
                                             NULL };
    static const char *const of_user_id[] = { "user_changed_user_id", NULL };
    RawSystem system = { 0 };
    CoexPeer *now = &message->new_peer;

    coex_json_read(at, system_fields, &system, NULL);
    if (is_one_of(system.type, of_user_id))
        coex_peer_set(now, from->number, NULL, NULL); /* still shared */
    coex_peer_set(now, system.new_wa_id, NULL, NULL);
    coex_peer_set(now, system.now.number, system.now.user_id, system.now.parent_user_id);
    if (system.before.user_id != NULL) {
        if (now->user_id == NULL && g_strcmp0(from->user_id, system.before.user_id) != 0)
            coex_peer_set(now, NULL, from->user_id, from->parent_user_id);
        address->user_id = system.before.user_id;
        address->parent_user_id = system.before.parent_user_id;
        if (is_one_of(system.type, of_number) && now->wa_id != NULL && address->number != NULL) {
            g_autofree char *number = coex_number_normalize(address->number, NULL);

            if (g_strcmp0(number, now->wa_id) == 0)
                address->number = NULL;
        }
    }
    message->number_gone =
        now->wa_id == NULL && (is_one_of(system.type, of_number) ||
                               (now->user_id != NULL && is_one_of(system.type, of_user_id)));
    if (address->number == NULL && address->user_id == NULL && address->parent_user_id == NULL)
        *address = system.now;
}
