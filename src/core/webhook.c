// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/webhook.h"

#include "core/error.h"
#include "core/json.h"
#include "core/message.h"
#include "core/webhook-value.h"
#include "core/words.h"

/* A change, or what stands in its place. `field` may stand too deep or too high (Meta:
 * webhooks/create-webhook-endpoint). */
static void
read_change(GPtrArray *events, const char *waba_id, gint64 time, const CoexJsonAt *change)
{
    CoexJsonAt object = coex_json_member(change, "value");
    const char *field = coex_json_member_text(change, "field");

    if (!coex_json_at_exists(&object))
        object = *change;
    if (field == NULL)
        field = coex_json_member_text(&object, "field");
    for (const CoexJsonAt *up = change->parent; field == NULL && up != NULL; up = up->parent)
        field = coex_json_member_text(up, "field");
    coex_webhook_value_read(&object, field, waba_id, time, events);
}

static void
read_entry(GPtrArray *events, const CoexJsonAt *entry)
{
    CoexJsonAt changes = coex_json_member(entry, "changes");
    CoexJsonAt told = coex_json_member(entry, "time");
    const char *waba_id = coex_json_member_text(entry, "id");
    gint64 time = coex_json_int(&told, 0);
    guint n = coex_json_length(&changes);

    if (!coex_json_at_exists(&changes))
        read_change(events, waba_id, time, entry);
    else if (!coex_json_at_is_array(&changes))
        read_change(events, waba_id, time, &changes);
    for (guint i = 0; i < n; i++) {
        CoexJsonAt change = coex_json_element(&changes, i);

        read_change(events, waba_id, time, &change);
    }
}

static void
read_root(GPtrArray *events, const CoexJsonAt *root)
{
    CoexJsonAt entries = coex_json_member(root, "entry");
    CoexJsonAt data = coex_json_member(root, "data");
    CoexJsonAt object = coex_json_member(root, "value");
    const char *event = coex_json_member_text(root, "event");
    guint n = coex_json_length(&entries);

    if (coex_json_at_is_object(&entries))
        read_entry(events, &entries);
    for (guint i = 0; i < n; i++) {
        CoexJsonAt entry = coex_json_element(&entries, i);

        read_entry(events, &entry);
    }
    if (coex_json_at_exists(&entries))
        return;
    if (event != NULL && coex_json_at_is_object(&data))
        coex_webhook_value_read(&data, event, coex_json_member_text(&data, "id"), 0, events);
    else if (coex_json_at_exists(&object))
        read_change(events, NULL, 0, root);
    else if (coex_webhook_value_guess_field(root) != NULL)
        coex_webhook_value_read(root, NULL, NULL, 0, events);
}

GPtrArray *
coex_webhook_parse(const char *bytes, gsize length, GError **error)
{
    g_autoptr(CoexJson) doc = coex_json_parse(bytes, length, error);
    g_autoptr(GPtrArray) events = NULL;
    CoexJsonAt root;

    if (doc == NULL)
        return NULL;
    events = g_ptr_array_new_with_free_func((GDestroyNotify)coex_event_free);
    root = coex_json_root(doc);
    read_root(events, &root);
    if (events->len == 0) {
        g_set_error_literal(error, COEX_ERROR, COEX_ERROR_PROTOCOL,
                            _("This is JSON, but no webhook: it holds no value."));
        return NULL;
    }
    return g_steal_pointer(&events);
}
