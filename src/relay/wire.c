// SPDX-License-Identifier: GPL-2.0-or-later
#include "relay/wire.h"

#include "core/digest.h"
#include "core/json.h"
#include "store/log.h"
#include <string.h>

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

/* What names a copy; FALSE: it is none. */
static gboolean
read_copy(const CoexJsonAt *copy, const char **ret_desk, const char **ret_local_id)
{
    *ret_desk = coex_json_member_text(copy, "desk");
    *ret_local_id = coex_json_member_text(copy, "local_id");
    return *ret_desk != NULL && *ret_local_id != NULL && **ret_local_id != '\0';
}

/* The same one again is known by its name. */
static gboolean
hash_copy(CoexHash *hash, const CoexJsonAt *copy)
{
    const char *desk, *local_id;

    if (!read_copy(copy, &desk, &local_id))
        return FALSE;
    coex_hash_update(hash, "send", sizeof "send");
    coex_hash_update(hash, desk, strlen(desk) + 1);
    coex_hash_update(hash, local_id, strlen(local_id));
    return TRUE;
}

/* Several: only the very same list is the same again. What is in two of them the desks know. */
static gboolean
hash_list(CoexHash *hash, const CoexJsonAt *list, const char *bytes, gsize length)
{
    guint n = coex_json_length(list);

    for (guint i = 0; i < n; i++) {
        CoexJsonAt copy = coex_json_element(list, i);
        const char *desk, *local_id;

        if (!read_copy(&copy, &desk, &local_id))
            return FALSE;
    }
    coex_hash_update(hash, "sends", sizeof "sends");
    coex_hash_update(hash, bytes, length);
    return n > 0;
}

gboolean
coex_wire_make_send_key(GBytes *body, guint8 ret_key[32])
{
    gsize length;
    const char *bytes = g_bytes_get_data(body, &length);
    g_autoptr(CoexJson) doc = coex_json_parse(bytes, length, NULL);
    g_autoptr(CoexHash) hash = coex_hash_new(NULL);
    CoexJsonAt root;
    CoexDigest digest;

    if (doc == NULL)
        return FALSE;
    root = coex_json_root(doc);
    if (coex_json_at_is_array(&root) ? !hash_list(hash, &root, bytes, length)
                                     : !hash_copy(hash, &root))
        return FALSE;
    if (!coex_hash_finish(hash, &digest))
        return FALSE;
    memcpy(ret_key, digest.bytes, sizeof digest.bytes);
    return TRUE;
}

void
coex_wire_end(GString *text, const char *relay, gint64 after, gint64 oldest, gint64 newest)
{
    g_string_append_printf(text,
                           "{\"relay\":\"%s\",\"after\":%" G_GINT64_FORMAT
                           ",\"oldest\":%" G_GINT64_FORMAT ",\"newest\":%" G_GINT64_FORMAT "}\n",
                           relay, after, oldest, newest);
}
