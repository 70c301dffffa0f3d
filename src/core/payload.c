// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/payload.h"

#include "core/content.h"
#include "core/json.h"
#include "core/words.h"
#include <string.h>

gboolean
coex_payload_is_mark(const CoexPayload *payload)
{
    return payload != NULL && payload->kind == COEX_CONTENT_REACTION;
}

CoexPayload *
coex_payload_new(CoexContentKind kind, const char *type, const char *json)
{
    CoexPayload *payload = g_new(CoexPayload, 1);

    *payload = (CoexPayload){ kind, g_strdup(type), g_strdup(json) };
    return payload;
}

CoexPayload *
coex_payload_copy(const CoexPayload *payload)
{
    return payload != NULL ? coex_payload_new(payload->kind, payload->type, payload->json) : NULL;
}

void
coex_payload_free(CoexPayload *payload)
{
    if (payload == NULL)
        return;
    g_free(payload->type);
    g_free(payload->json);
    g_free(payload);
}

CoexMessage *
coex_payload_make_message(const CoexPayload *payload)
{
    g_autoptr(CoexJson) doc = coex_json_parse(payload->json, strlen(payload->json), NULL);
    CoexMessage *message = coex_message_new();
    CoexJsonAt root = { 0 };

    message->direction = COEX_OUTBOUND;
    if (doc != NULL)
        root = coex_json_root(doc);
    coex_content_read(&root, &message->content);
    return message;
}

char *
coex_payload_dup_line(const CoexPayload *payload)
{
    g_autoptr(CoexMessage) message = coex_payload_make_message(payload);

    return g_strdup(message->content.text);
}

/* ---- what there is ---- */

/* Takes @writer. */
static CoexPayload *
finish(CoexContentKind kind, const char *type, CoexJsonWriter *writer)
{
    g_autofree char *json = coex_json_writer_finish(writer);

    return coex_payload_new(kind, type, json);
}

CoexPayload *
coex_payload_new_reaction(const char *wamid, const char *emoji)
{
    CoexJsonWriter *writer = coex_json_writer_new();

    coex_json_writer_object(writer, "reaction");
    coex_json_writer_string(writer, "message_id", wamid);
    coex_json_writer_string(writer, "emoji", emoji != NULL ? emoji : "");
    return finish(COEX_CONTENT_REACTION, "reaction", writer);
}

char *
coex_payload_dup_mark(const char *emoji, const char *words)
{
    return emoji != NULL ? coex_say(_("the reaction %s to “%s”"), emoji, words)
                         : coex_say(_("taking back the reaction to “%s”"), words);
}

CoexPayload *
coex_payload_new_location(const char *latitude, const char *longitude, const char *name,
                          const char *address)
{
    CoexJsonWriter *writer = coex_json_writer_new();

    coex_json_writer_object(writer, "location");
    coex_json_writer_string(writer, "latitude", latitude);
    coex_json_writer_string(writer, "longitude", longitude);
    coex_json_writer_string(writer, "name", name);
    coex_json_writer_string(writer, "address", name != NULL ? address : NULL);
    return finish(COEX_CONTENT_LOCATION, "location", writer);
}

/* WhatsApp wants one of the name's parts beside the whole. */
static void
write_name(CoexJsonWriter *writer, const char *name)
{
    const char *last = strrchr(name, ' ');
    g_autofree char *first = last != NULL ? g_strndup(name, (gsize)(last - name)) : g_strdup(name);

    coex_json_writer_object(writer, "name");
    coex_json_writer_string(writer, "formatted_name", name);
    coex_json_writer_string(writer, "first_name", first);
    if (last != NULL)
        coex_json_writer_string(writer, "last_name", last + 1);
    coex_json_writer_end(writer);
}

CoexPayload *
coex_payload_new_contact(const char *name, const char *number, gboolean known)
{
    CoexJsonWriter *writer = coex_json_writer_new();
    g_autofree char *phone = g_strconcat("+", number, NULL);

    coex_json_writer_array(writer, "contacts");
    coex_json_writer_object(writer, NULL);
    write_name(writer, name);
    coex_json_writer_array(writer, "phones");
    coex_json_writer_object(writer, NULL);
    coex_json_writer_string(writer, "phone", phone);
    coex_json_writer_string(writer, "wa_id", known ? number : NULL);
    return finish(COEX_CONTENT_CONTACTS, "contacts", writer);
}

CoexPayload *
coex_payload_new_linked(CoexMediaKind kind, const char *url, const char *name, const char *caption,
                        gboolean speaks)
{
    CoexJsonWriter *writer = coex_json_writer_new();
    const char *type = coex_media_get_type(kind);

    coex_json_writer_object(writer, type);
    coex_json_writer_string(writer, "link", url);
    coex_json_writer_string(writer, "filename", name);
    coex_json_writer_string(writer, "caption", caption);
    if (speaks)
        coex_json_writer_bool(writer, "voice", TRUE);
    return finish(COEX_CONTENT_MEDIA, type, writer);
}

/* ---- choices ---- */

static CoexJsonWriter *
start_interactive(const char *type, const char *text)
{
    CoexJsonWriter *writer = coex_json_writer_new();

    coex_json_writer_object(writer, "interactive");
    coex_json_writer_string(writer, "type", type);
    coex_json_writer_object(writer, "body");
    coex_json_writer_string(writer, "text", text);
    coex_json_writer_end(writer);
    coex_json_writer_object(writer, "action");
    return writer;
}

/* The customer's answer names its title: the id only has to be another for each. */
static void
write_id(CoexJsonWriter *writer, guint i)
{
    g_autofree char *id = g_strdup_printf("%u", i);

    coex_json_writer_string(writer, "id", id);
}

CoexPayload *
coex_payload_new_buttons(const GPtrArray *parts)
{
    CoexJsonWriter *writer = start_interactive("button", parts->pdata[0]);

    coex_json_writer_array(writer, "buttons");
    for (guint i = 1; i < parts->len; i++) {
        coex_json_writer_object(writer, NULL);
        coex_json_writer_string(writer, "type", "reply");
        coex_json_writer_object(writer, "reply");
        write_id(writer, i);
        coex_json_writer_string(writer, "title", parts->pdata[i]);
        coex_json_writer_end(writer);
        coex_json_writer_end(writer);
    }
    return finish(COEX_CONTENT_INTERACTIVE, "interactive", writer);
}

CoexPayload *
coex_payload_new_link(const char *text, const char *label, const char *url)
{
    CoexJsonWriter *writer = start_interactive("cta_url", text);

    coex_json_writer_string(writer, "name", "cta_url");
    coex_json_writer_object(writer, "parameters");
    coex_json_writer_string(writer, "display_text", label);
    coex_json_writer_string(writer, "url", url);
    return finish(COEX_CONTENT_INTERACTIVE, "interactive", writer);
}

CoexPayload *
coex_payload_new_place_question(const char *text)
{
    CoexJsonWriter *writer = start_interactive("location_request_message", text);

    coex_json_writer_string(writer, "name", "send_location");
    return finish(COEX_CONTENT_INTERACTIVE, "interactive", writer);
}

static void
start_section(CoexJsonWriter *writer, const char *title)
{
    coex_json_writer_object(writer, NULL);
    coex_json_writer_string(writer, "title", title);
    coex_json_writer_array(writer, "rows");
}

static void
end_section(CoexJsonWriter *writer)
{
    coex_json_writer_end(writer);
    coex_json_writer_end(writer);
}

CoexPayload *
coex_payload_new_list(const char *text, const char *label, const GArray *rows)
{
    CoexJsonWriter *writer = start_interactive("list", text);
    gboolean open = FALSE;

    coex_json_writer_string(writer, "button", label);
    coex_json_writer_array(writer, "sections");
    for (guint i = 0; i < rows->len; i++) {
        const CoexPayloadRow *row = &g_array_index(rows, CoexPayloadRow, i);

        if (open && row->section != NULL)
            end_section(writer);
        if (!open || row->section != NULL)
            start_section(writer, row->section);
        open = TRUE;
        if (row->section != NULL)
            continue;
        coex_json_writer_object(writer, NULL);
        write_id(writer, i + 1);
        coex_json_writer_string(writer, "title", row->title);
        coex_json_writer_string(writer, "description", row->description);
        coex_json_writer_end(writer);
    }
    return finish(COEX_CONTENT_INTERACTIVE, "interactive", writer);
}
