// SPDX-License-Identifier: GPL-2.0-or-later
#include "chunk.h"

#include <string.h>

Chunk *
chunk_new(void)
{
    return g_string_new(NULL);
}

static void
close_thread(Chunk *chunk)
{
    if (chunk->len == 0)
        return;
    if (chunk->str[chunk->len - 1] == ',')
        g_string_truncate(chunk, chunk->len - 1);
    g_string_append(chunk, "]},");
}

void
chunk_open_thread(Chunk *chunk, const char *members)
{
    close_thread(chunk);
    g_string_append_printf(chunk, "{%s\"messages\":[", members);
}

void
chunk_open_chat(Chunk *chunk, const char *who)
{
    g_autofree char *id = g_strdup_printf("\"id\":\"%s\",", desk_name(who));

    chunk_open_thread(chunk, id);
}

void
chunk_add(Desk *desk, Chunk *chunk, const char *token, const char *from, gint64 ago_s,
          const char *rest)
{
    g_string_append_printf(
        chunk, "{\"from\":\"%s\",\"id\":\"wamid.%s\",\"timestamp\":\"%" G_GINT64_FORMAT "\",%s},",
        from, token, coex_sim_now(desk->sim) - ago_s, rest);
}

void
chunk_add_text(Desk *desk, Chunk *chunk, const char *token, const char *from, gint64 ago_s,
               const char *text)
{
    g_autofree char *rest =
        g_strdup_printf("\"type\":\"text\",\"text\":{\"body\":\"%s\"}," CHUNK_STATE("READ"), text);

    chunk_add(desk, chunk, token, from, ago_s, rest);
}

void
chunk_theirs(Desk *desk, Chunk *chunk, const char *token, const char *who, gint64 ago_s,
             const char *text)
{
    chunk_add_text(desk, chunk, token, desk_name(who), ago_s, text);
}

void
chunk_ours(Desk *desk, Chunk *chunk, const char *token, gint64 ago_s, const char *text)
{
    chunk_add_text(desk, chunk, token, desk->number, ago_s, text);
}

static char *
finish(Chunk *chunk, int progress)
{
    g_autofree char *threads = NULL;

    close_thread(chunk);
    g_string_truncate(chunk, chunk->len - 1);
    threads = g_string_free(chunk, FALSE);
    return g_strdup_printf("{\"history\":[{\"metadata\":{\"phase\":0,\"chunk_order\":1,"
                           "\"progress\":%d},\"threads\":[%s]}]}",
                           progress, threads);
}

void
chunk_deliver(Desk *desk, Chunk *chunk, int progress)
{
    g_autofree char *value = finish(chunk, progress);
    g_autofree char *partner = NULL;
    g_autoptr(GBytes) body = NULL;

    if (desk_is_meta(desk)) {
        coex_sim_change(desk->sim, "history", value);
        return;
    }
    partner =
        g_strdup_printf("{\"id\":\"a4b1c2d3-0000-4000-8000-000000000001\",\"event\":\"history\","
                        "\"data\":{\"id\":\"215500000000001\",\"messaging_product\":\"whatsapp\","
                        "\"metadata\":{\"display_phone_number\":\"%s\",\"phone_number_id\":"
                        "\"318800000000042\"},%s}",
                        desk->number, value + 1);
    body = g_bytes_new(partner, strlen(partner));
    g_assert_cmpuint(coex_sim_deliver_raw(desk->sim, body, COEX_SIM_SIGN_GOOD), ==, 200);
}

void
chunk_deliver_last(Desk *desk, Chunk *chunk)
{
    chunk_deliver(desk, chunk, 100);
    desk_wait_notice(desk, NULL, "All of this number's earlier chats have arrived. *");
}
