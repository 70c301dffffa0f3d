// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/inbox-private.h"

void
coex_sim_inbox_row_free(gpointer data)
{
    CoexSimInboxRow *row = data;

    json_object_unref(row->json);
    g_free(row->wamid);
    g_free(row);
}

/* ---- JSON ---- */

char *
coex_sim_inbox_print(JsonObject *object)
{
    g_autoptr(JsonNode) node = json_node_init_object(json_node_alloc(), object);

    return json_to_string(node, FALSE);
}

JsonObject *
coex_sim_inbox_parse(const char *text, gssize length)
{
    g_autoptr(JsonParser) parser = json_parser_new();

    g_assert_true(json_parser_load_from_data(parser, text, length, NULL));
    return json_node_dup_object(json_parser_get_root(parser));
}

static JsonArray *
get_array(JsonObject *object, const char *name)
{
    return object != NULL && json_object_has_member(object, name)
               ? json_object_get_array_member(object, name)
               : NULL;
}

static guint
length_of(JsonArray *array)
{
    return array != NULL ? json_array_get_length(array) : 0;
}

const char *
coex_sim_inbox_get_string(JsonObject *object, const char *name)
{
    return json_object_has_member(object, name) ? json_object_get_string_member(object, name)
                                                : NULL;
}

/* ---- what a webhook brings ---- */

static CoexSimInboxRow *
find_row(CoexSimInbox *inbox, const char *wamid)
{
    for (guint i = 0; i < inbox->rows->len; i++) {
        CoexSimInboxRow *row = g_ptr_array_index(inbox->rows, i);

        if (g_str_equal(row->wamid, wamid))
            return row;
    }
    return NULL;
}

static JsonObject *
make_contact(JsonObject *value, const char *customer)
{
    JsonArray *contacts = get_array(value, "contacts");
    JsonObject *contact = json_object_new();

    if (length_of(contacts) > 0) {
        JsonObject *told = json_array_get_object_element(contacts, 0);

        json_object_set_object_member(contact, "waba_payload", json_object_ref(told));
        if (coex_sim_inbox_get_string(told, "user_id") != NULL)
            json_object_set_string_member(contact, "bsuid",
                                          coex_sim_inbox_get_string(told, "user_id"));
        if (coex_sim_inbox_get_string(told, "wa_id") != NULL)
            json_object_set_string_member(contact, "phone_number",
                                          coex_sim_inbox_get_string(told, "wa_id"));
    }
    json_object_set_string_member(contact, "wa_id", customer);
    return contact;
}

static const char *
get_customer(JsonObject *message, gboolean from_us)
{
    const char *number = coex_sim_inbox_get_string(message, from_us ? "to" : "from");

    return number != NULL
               ? number
               : coex_sim_inbox_get_string(message, from_us ? "to_user_id" : "from_user_id");
}

static JsonObject *
make_row(JsonObject *value, JsonObject *message, gboolean from_us)
{
    JsonObject *row = json_object_new();
    JsonObject *statuses = json_object_new();
    const char *customer = get_customer(message, from_us);
    g_autofree char *uuid = g_uuid_string_random();

    json_object_set_string_member(row, "id", uuid);
    json_object_set_string_member(row, "customer_wa_id", customer);
    json_object_set_boolean_member(row, "from_us", from_us);
    json_object_set_boolean_member(row, "received", FALSE);
    json_object_set_null_member(row, "sender");
    json_object_set_object_member(row, "contact", make_contact(value, customer));
    json_object_set_object_member(row, "waba_payload", json_object_ref(message));
    json_object_set_null_member(statuses, "sent");
    json_object_set_null_member(statuses, "delivered");
    json_object_set_null_member(statuses, "read");
    json_object_set_object_member(row, "waba_statuses", statuses);
    json_object_set_array_member(row, "reactions", json_array_new());
    json_object_set_array_member(row, "tags", json_array_new());
    return row;
}

/* One the store has already is no second row. */
static void
take_messages(CoexSimInbox *inbox, JsonObject *value, const char *list, gboolean from_us)
{
    JsonArray *messages = get_array(value, list);

    for (guint i = 0; i < length_of(messages); i++) {
        JsonObject *message = json_array_get_object_element(messages, i);
        const char *wamid = coex_sim_inbox_get_string(message, "id");
        CoexSimInboxRow *row;

        if (find_row(inbox, wamid) != NULL)
            continue;
        row = g_new0(CoexSimInboxRow, 1);
        *row = (CoexSimInboxRow){
            g_ascii_strtoll(coex_sim_inbox_get_string(message, "timestamp"), NULL, 10),
            inbox->rows->len, g_strdup(wamid), make_row(value, message, from_us)
        };
        g_ptr_array_add(inbox->rows, row);
    }
}

static void
take_statuses(CoexSimInbox *inbox, JsonObject *value)
{
    JsonArray *statuses = get_array(value, "statuses");

    for (guint i = 0; i < length_of(statuses); i++) {
        JsonObject *status = json_array_get_object_element(statuses, i);
        CoexSimInboxRow *row = find_row(inbox, coex_sim_inbox_get_string(status, "id"));

        if (row != NULL && !g_str_equal(coex_sim_inbox_get_string(status, "status"), "failed"))
            json_object_set_int_member(
                json_object_get_object_member(row->json, "waba_statuses"),
                coex_sim_inbox_get_string(status, "status"),
                g_ascii_strtoll(coex_sim_inbox_get_string(status, "timestamp"), NULL, 10));
    }
}

void
coex_sim_inbox_take(CoexSimInbox *inbox, JsonObject *root)
{
    JsonArray *entries = get_array(root, "entry");

    for (guint i = 0; i < length_of(entries); i++) {
        JsonArray *changes = get_array(json_array_get_object_element(entries, i), "changes");

        for (guint j = 0; j < length_of(changes); j++) {
            JsonObject *value =
                json_object_get_object_member(json_array_get_object_element(changes, j), "value");

            take_messages(inbox, value, "messages", FALSE);
            take_messages(inbox, value, "message_echoes", TRUE);
            take_statuses(inbox, value);
        }
    }
}
