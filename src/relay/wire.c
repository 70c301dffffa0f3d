// SPDX-License-Identifier: GPL-2.0-or-later
#include "relay/wire.h"

#include "core/json.h"
#include "store/log.h"

void
coex_wire_add(GString *text, const CoexLogRow *row)
{
    CoexJsonWriter *writer = coex_json_writer_new();
    g_autofree char *line = NULL;

    coex_json_writer_int(writer, "sequence", row->sequence);
    coex_json_writer_int(writer, "received_at", row->received_at);
    coex_json_writer_int(writer, "length", (gint64)row->length);
    if (row->is_send)
        coex_json_writer_string(writer, "kind", "send");
    coex_json_writer_object(writer, "headers");
    if (row->header != NULL)
        coex_json_writer_string(writer, row->header, row->proof);
    coex_json_writer_end(writer);
    line = coex_json_writer_finish(writer);
    g_string_append(text, line);
    g_string_append_c(text, '\n');
    g_string_append_len(text, row->body, (gssize)row->length);
    g_string_append_c(text, '\n');
}

void
coex_wire_end(GString *text, const char *relay, gint64 after, gint64 oldest, gint64 newest)
{
    g_string_append_printf(text,
                           "{\"relay\":\"%s\",\"after\":%" G_GINT64_FORMAT
                           ",\"oldest\":%" G_GINT64_FORMAT ",\"newest\":%" G_GINT64_FORMAT "}\n",
                           relay, after, oldest, newest);
}
