// SPDX-License-Identifier: GPL-2.0-or-later
#include "relay/wire.h"

#include "core/json.h"
#include "store/log.h"

/* By hand: a tree for each line would cost more than all the rest of an answer. */
void
coex_wire_add(GString *text, const CoexLogRow *row)
{
    g_string_append_printf(text,
                           "{\"sequence\":%" G_GINT64_FORMAT ",\"received_at\":%" G_GINT64_FORMAT
                           ",\"length\":%zu,%s\"headers\":{",
                           row->sequence, row->received_at, row->length,
                           row->is_send ? "\"kind\":\"send\"," : "");
    if (row->proof != NULL) {
        coex_json_append_string(text, row->header);
        g_string_append_c(text, ':');
        coex_json_append_string(text, row->proof);
    }
    g_string_append(text, "}}\n");
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
