// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/payload.h"

#include "core/content.h"
#include "core/json.h"
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
